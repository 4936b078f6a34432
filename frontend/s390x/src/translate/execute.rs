//! EXECUTE and EXECUTE RELATIVE LONG.
//!
//! Where the target is known at translation time, it is translated in place. Its bits 8–15 or-ed with the register are
//! then a run-time length for the storage-to-storage instructions, which is an argument of their helpers.
//! Everything else runs as a TB of its own: the state gets the or-byte and the way back, and the TB flags say so.
//!
//! PoP SA22-7832, "EXECUTE".

use super::{Translator, W};
use crate::state::{CpuState, EXECUTING, TB_OUT_OF_LINE};
use crate::trap::{Trap, insn_len, pic};
use isa::s390x::{Insn, SsA, decode, dispatch};
use std::mem::offset_of;
use tcg_ir::{Cond, ExitCode, Sign, Type, Val};
use tcg_mem::{GuestAddr, PAGE_SIZE};

/// The execute-type instruction under way.
#[derive(Debug)]
pub(crate) struct Execute {
    /// The target is a TB of its own.
    pub(super) one_off: bool,
}

/// The operands of an instruction that can take a run-time length.
fn with_length(insn: &Insn) -> Option<SsA> {
    match insn {
        Insn::Mvc(f)
        | Insn::Clc(f)
        | Insn::Xc(f)
        | Insn::Oc(f)
        | Insn::Nc(f)
        | Insn::Mvn(f)
        | Insn::Mvz(f)
        | Insn::Tr(f)
        | Insn::Trt(f) => Some(*f),
        _ => None,
    }
}

/// The target of an execute-type instruction.
#[derive(Clone, Copy)]
struct Target {
    word: [u8; 6],
    len: u8,
    /// It may change without this block being dropped.
    may_change: bool,
}

const EXECUTE_PC: u32 = offset_of!(CpuState, execute_pc) as u32;

impl Translator<'_> {
    /// EXECUTE with the target at a run-time address.
    pub(crate) fn execute_at(&mut self, r1: u8, target: Val) {
        match self.b.tb.constant(target) {
            Some(at) => self.execute_known(r1, at),
            None => {
                let odd = self.b.i64(1);
                self.trap_if(Type::I64, Cond::TstNe, target, odd, super::SPECIFICATION);
                self.execute_apart(r1, target);
            }
        }
    }

    /// EXECUTE with the target at a known address.
    pub(crate) fn execute_known(&mut self, r1: u8, at: u64) {
        if at & 1 != 0 {
            return self.specification();
        }
        let or = if r1 == 0 { None } else { Some(self.r(W::Lo, r1)) };
        let known_or = or.and_then(|or| self.b.tb.constant(or));
        let code = self.target_bytes(at).filter(|_| !self.out_of_line());
        let Some(Target { mut word, len, may_change }) = code else {
            let target = self.b.i64(at);
            return self.execute_apart(r1, target);
        };
        if may_change {
            self.check_target(at, word, len);
        }
        word[1] |= known_or.unwrap_or(0) as u8;
        match (decode(&word[..len.into()]), or) {
            (Ok(insn), or) if or.is_none() || known_or.is_some() => {
                self.execute = Some(Execute { one_off: false });
                self.target(insn, at);
                self.execute = None;
            }
            (Ok(insn), Some(or)) if self.with_run_time_length(&insn, or) => {}
            _ => {
                let target = self.b.i64(at);
                self.execute_apart(r1, target);
            }
        }
    }

    /// The target's bytes: of this block's code, else from storage.
    fn target_bytes(&mut self, at: u64) -> Option<Target> {
        let mut word = [0; 6];
        let bytes = self.code.from(at);
        if let Some(len) =
            bytes.first().map(|byte| insn_len(*byte)).filter(|len| bytes.len() >= usize::from(*len))
        {
            word[..len.into()].copy_from_slice(&bytes[..len.into()]);
            self.covered_to = self.covered_to.max(at.wrapping_add(len.into()));
            return Some(Target { word, len, may_change: false });
        }
        tcg_mem::copy_in(&mut word[..2], GuestAddr(at)).ok()?;
        let len = insn_len(word[0]);
        tcg_mem::copy_in(&mut word[2..len.into()], GuestAddr(at.wrapping_add(2))).ok()?;
        // The cache drops the block when something is stored to its first page.
        let in_page = |at: u64| at / PAGE_SIZE == self.b.tb.pc / PAGE_SIZE;
        let may_change = !in_page(at) || !in_page(at.wrapping_add(len.into()) - 1);
        Some(Target { word, len, may_change })
    }

    /// Makes sure at run time that the target is what it was when it was translated.
    fn check_target(&mut self, at: u64, word: [u8; 6], len: u8) {
        let first = u32::from_be_bytes([word[0], word[1], word[2], word[3]]);
        let second = u32::from(u16::from_be_bytes([word[4], word[5]]));
        let pieces = match len {
            2 => [(0, 2, first >> 16), (0, 0, 0)],
            4 => [(0, 4, first), (0, 0, 0)],
            _ => [(0, 4, first), (4, 2, second)],
        };
        for (offset, bytes, expected) in pieces.into_iter().filter(|(_, bytes, _)| *bytes != 0) {
            let addr = self.addr_const(at + offset);
            let found = self.load(Type::I32, bytes, addr);
            let expected = self.b.i32(expected);
            self.out_of_line_if(Type::I32, Cond::Ne, found, expected);
        }
    }

    /// An instruction with the length in the low byte of `or`; false if it takes none.
    fn with_run_time_length(&mut self, insn: &Insn, or: Val) -> bool {
        let Some(f) = with_length(insn) else { return false };
        let Some((helper, sets_cc)) = Self::ss_helper(insn) else { return false };
        let mut code = self.b.extend(Sign::Unsigned, or);
        if f.l1 != 0 {
            let field = self.b.i64(f.l1.into());
            code = self.b.or(Type::I64, code, field);
        }
        self.ss_of_run_time_length(helper, sets_cc, f, code);
        true
    }

    fn target(&mut self, insn: Insn, at: u64) {
        let itself = self.b.tb.flags & TB_OUT_OF_LINE != 0;
        if matches!(insn, Insn::Ex(_) | Insn::Exrl(_)) && !itself {
            return self.trap(Trap::new(pic::EXECUTE));
        }
        self.relative_to = at;
        dispatch(insn, self);
    }

    /// Leaves for a TB that holds the target alone.
    fn execute_apart(&mut self, r1: u8, target: Val) {
        let mut byte = self.b.i32(EXECUTING);
        if r1 != 0 {
            let low = self.r(W::Lo, r1);
            let low = self.b.and_imm(Type::I32, low, 0xff);
            byte = self.b.or(Type::I32, byte, low);
        }
        let here = if self.one_off() {
            self.b.ld_state(Type::I64, EXECUTE_PC)
        } else {
            self.b.i64(self.pc)
        };
        let next = self.next_value();
        self.b.st_state(Type::I32, offset_of!(CpuState, execute) as u32, byte);
        self.b.st_state(Type::I64, EXECUTE_PC, here);
        self.b.st_state(Type::I64, offset_of!(CpuState, execute_next) as u32, next);
        self.b.exit(ExitCode::LOOKUP_AT.0, self.pc, Some(target));
        self.ended = true;
    }

    /// Translates the block that holds the target of an execute-type instruction alone.
    pub(super) fn executed_block(&mut self, or_byte: u8) {
        let bytes = self.code.from(self.pc);
        let len = bytes.first().map_or(2, |byte| insn_len(*byte));
        let mut word = [0; 6];
        let Some(code) = bytes.get(..len.into()) else { return };
        word[..len.into()].copy_from_slice(code);
        word[1] |= or_byte;
        self.begin(self.pc, len);
        self.execute = Some(Execute { one_off: true });
        match decode(&word[..len.into()]) {
            Ok(insn) => self.target(insn, self.pc),
            Err(_) => self.trap(Trap::new(pic::OPERATION)),
        }
        if !self.ended {
            self.goto_next();
        }
    }
}
