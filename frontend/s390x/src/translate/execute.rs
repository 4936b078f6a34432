//! EXECUTE and EXECUTE RELATIVE LONG.
//!
//! Where the target is known at translation time, it is translated in place. Its bits 8–15 or-ed with the register are
//! then a run-time length for the storage-to-storage instructions, which is an argument of their helpers.
//! Everything else runs as a TB of its own: the state gets the or-byte and the way back, and the TB flags say so.
//!
//! PoP SA22-7832, "EXECUTE".

use super::{Translator, W};
use crate::state::{CpuState, EXECUTING};
use crate::trap::{Trap, insn_len, pic};
use isa::s390x::{Insn, SsA, decode, dispatch};
use std::mem::offset_of;
use tcg_ir::{Cond, Sign, Type, Val};

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

impl Translator<'_> {
    /// EXECUTE with the target at a run-time address.
    pub(crate) fn execute_at(&mut self, r1: u8, target: Val) {
        match self.b.tb.konst(target) {
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
        let known_or = or.and_then(|or| self.b.tb.konst(or));
        let mut word = [0; 8];
        let bytes = self.code.from(at);
        let in_window =
            !bytes.is_empty() && bytes.len() >= usize::from(insn_len(bytes[0])) && self.near(at);
        if in_window {
            let len = usize::from(insn_len(bytes[0]));
            word[..len].copy_from_slice(&bytes[..len]);
        }
        let static_or = or.is_none() || known_or.is_some();
        if static_or {
            word[1] |= known_or.unwrap_or(0) as u8;
        }
        let len = insn_len(word[0]);
        let target = decode(&word[..len.into()]).ok().filter(|_| in_window);
        if target.is_some() {
            self.covered_to = self.covered_to.max(at.wrapping_add(len.into()));
        }
        match (target, or) {
            (Some(insn), _) if static_or => {
                self.execute = Some(Execute { one_off: false });
                self.target(insn, at);
                self.execute = None;
            }
            (Some(insn), Some(or)) if self.with_run_time_length(&insn, or) => {}
            _ => {
                let target = self.b.i64(at);
                self.execute_apart(r1, target);
            }
        }
    }

    /// An instruction with the length in the low byte of `or`; false if it takes none.
    fn with_run_time_length(&mut self, insn: &Insn, or: Val) -> bool {
        let Some(f) = with_length(insn) else { return false };
        let Some((helper, sets_cc)) = Self::ss_helper(insn.row().name) else { return false };
        let mut code = self.b.extend(Sign::Unsigned, or);
        if f.l1 != 0 {
            let field = self.b.i64(f.l1.into());
            code = self.b.or(Type::I64, code, field);
        }
        self.ss_of_run_time_length(helper, sets_cc, f, code);
        true
    }

    /// Whether bytes at `at` can be part of this block as the cache sees it: one range of addresses.
    fn near(&self, at: u64) -> bool {
        at >= self.b.tb.pc && at - self.b.tb.pc < 4096
    }

    fn target(&mut self, insn: Insn, at: u64) {
        if matches!(insn, Insn::Ex(_) | Insn::Exrl(_)) {
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
        let here = self.b.i64(self.pc);
        let next = self.b.i64(self.next_pc());
        self.b.st_state(Type::I32, offset_of!(CpuState, execute) as u32, byte);
        self.b.st_state(Type::I64, offset_of!(CpuState, execute_pc) as u32, here);
        self.b.st_state(Type::I64, offset_of!(CpuState, execute_next) as u32, next);
        self.lookup_at(target);
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
