//! Guest code → IR: one function per table row, in the file of its group.
//!
//! [`translate`] decodes and calls the row's method. `cc.rs` keeps the lazy condition code, `mask.rs` tests
//! it; `addr.rs` makes operand addresses, `flow.rs` ends blocks, `execute.rs` does EXECUTE, `guarded.rs` guarded storage.
//! Each other file is a table group.
#![forbid(unsafe_code)]

mod addr;
mod arith;
mod atomic;
mod bfp;
mod bfp_convert;
mod branch;
mod cc;
mod compare;
mod execute;
mod flow;
mod fp;
mod guarded;
mod hfp;
mod load;
mod logic;
mod mask;
mod shift;
mod store;
mod string;
mod system;

use crate::facts;
use crate::state::{CC_A, CC_B, CC_OP, TB_24, TB_31, TB_EXECUTE, TB_FIXED_OVERFLOW, gpr};
use crate::trap::{Trap, pic};
use cc::Cc;
use execute::Execute;
use frontend_common::{block, lazy};
use isa::row::DecodeError;
use isa::s390x::{Translator as IsaTranslator, decode, dispatch};
use tcg_ir::{Builder, CodeWindow, Cond, Sign, TranslateOptions, Type, Val};

pub(crate) const SPECIFICATION: Trap = Trap::new(pic::SPECIFICATION);

/// Addressing mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Amode {
    A24,
    A31,
    A64,
}

impl Amode {
    /// The bits that addresses have.
    pub(crate) const fn mask(self) -> u64 {
        match self {
            Amode::A24 => 0xff_ffff,
            Amode::A31 => 0x7fff_ffff,
            Amode::A64 => u64::MAX,
        }
    }
}

/// Where in a general register an operand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum W {
    /// Bits 32–63.
    Lo,
    /// All 64 bits.
    Full,
    /// Bits 0–31.
    Hi,
}

impl W {
    pub(crate) const fn ty(self) -> Type {
        match self {
            W::Full => Type::I64,
            W::Lo | W::Hi => Type::I32,
        }
    }

    pub(crate) const fn bytes(self) -> u8 {
        match self {
            W::Full => 8,
            W::Lo | W::Hi => 4,
        }
    }
}

/// The state of one translation.
pub(crate) struct Translator<'a> {
    pub(crate) b: &'a mut Builder,
    pub(crate) options: &'a TranslateOptions,
    code: CodeWindow<'a>,
    pub(crate) amode: Amode,
    /// Address of the current instruction (of the execute-type one whose target is translated in place).
    pub(crate) pc: u64,
    /// Length of the instruction at `pc`.
    len: u8,
    /// What relative operands are relative to.
    relative_to: u64,
    pub(crate) cc: Cc,
    lazy: lazy::Puts,
    side_exits: u32,
    /// End of what the block was made from: instructions and targets of execute-type ones.
    covered_to: u64,
    /// The block has ended.
    pub(crate) ended: bool,
    execute: Option<Execute>,
}

/// Translates a block; see [`tcg_ir::Guest::translate`].
pub(crate) fn translate(code: CodeWindow<'_>, options: &TranslateOptions, b: &mut Builder) {
    let flags = b.tb.flags;
    let amode = match flags & (TB_24 | TB_31) {
        0 => Amode::A64,
        TB_31 => Amode::A31,
        _ => Amode::A24,
    };
    let pc = b.tb.pc;
    let mut t = Translator {
        b,
        options,
        code,
        amode,
        pc,
        len: 0,
        relative_to: pc,
        cc: Cc::Dynamic,
        lazy: lazy::Puts::new(CC_OP, CC_A, CC_B),
        side_exits: 0,
        covered_to: pc,
        ended: false,
        execute: None,
    };
    if pc & 1 != 0 {
        // PoP chapter 6, "Specification Exception": the instruction address is odd.
        t.begin(pc, 2);
        t.specification();
    } else if flags & TB_EXECUTE != 0 {
        t.executed_block((flags >> 8) as u8);
    } else {
        t.block();
    }
    t.b.tb.end_pc = t.covered_to;
}

impl Translator<'_> {
    fn block(&mut self) {
        let mut pc = self.pc;
        loop {
            let bytes = self.code.from(pc);
            let insn = match decode(bytes) {
                Ok(insn) => insn,
                Err(DecodeError::Truncated { .. }) => {
                    if self.b.tb.n_insns > 0 {
                        self.b.goto(pc);
                    }
                    break;
                }
                Err(_) => {
                    self.begin(pc, crate::trap::insn_len(bytes[0]));
                    self.trap(Trap::new(pic::OPERATION));
                    break;
                }
            };
            self.begin(pc, crate::trap::insn_len(bytes[0]));
            if facts::level_of(&insn) > self.options.cpu_level {
                self.trap(Trap::new(pic::OPERATION));
                break;
            }
            dispatch(insn, self);
            if self.ended {
                break;
            }
            pc = self.next_pc();
            if self.is_long_enough(pc) && !self.needs_more(pc) {
                self.b.goto(pc);
                break;
            }
        }
    }

    /// Whether the block may end before the instruction at `pc`.
    fn is_long_enough(&self, pc: u64) -> bool {
        block::is_long_enough(&self.b.tb, self.options, self.side_exits, pc)
    }

    /// Whether the instruction at `pc` reads a condition code that this block knows how to compute: in a block of its own it
    /// would call a helper for it, each time.
    fn needs_more(&self, pc: u64) -> bool {
        !matches!(self.cc, Cc::Dynamic)
            && block::has_room(&self.b.tb, self.options)
            && decode(self.code.from(pc)).is_ok_and(|insn| facts::reads_cc(&insn))
    }

    /// Starts the instruction at `pc`.
    fn begin(&mut self, pc: u64, len: u8) {
        self.pc = pc;
        self.len = len;
        self.relative_to = pc;
        self.b.insn_start(pc, len);
        self.b.tb.n_insns += 1;
        self.covered_to = self.covered_to.max(pc.wrapping_add(len.into()));
    }

    /// Address of the instruction after the current one.
    pub(crate) fn next_pc(&self) -> u64 {
        self.pc.wrapping_add(self.len.into()) & self.amode.mask()
    }

    /// The target of a relative operand.
    pub(crate) fn relative(&self, offset: i64) -> u64 {
        self.relative_to.wrapping_add_signed(offset) & self.amode.mask()
    }

    // --- traps -------------------------------------------------------------------------------

    /// Ends the block with a program interruption.
    pub(crate) fn trap(&mut self, trap: Trap) {
        self.b.exit(trap.exit_code().0, self.pc, None);
        self.ended = true;
    }

    /// Ends the block with a specification exception.
    pub(crate) fn specification(&mut self) {
        self.trap(SPECIFICATION);
    }

    /// Ends the block with a specification exception if one of the register numbers is odd.
    pub(crate) fn odd(&mut self, registers: &[u8]) -> bool {
        let odd = registers.iter().any(|r| r & 1 != 0);
        if odd {
            self.specification();
        }
        odd
    }

    /// A program interruption at run time, if `a cond b`.
    pub(crate) fn trap_if(&mut self, ty: Type, cond: Cond, a: Val, b: Val, trap: Trap) {
        self.b.trap_if(ty, cond, a, b, trap.exit_code().0);
    }

    /// After a signed operation that set `cc`: the fixed-point-overflow exception, if its mask is one.
    pub(crate) fn overflow_trap(&mut self) {
        if self.b.tb.flags & TB_FIXED_OVERFLOW != 0 {
            let tests = self.tests(0b0001);
            let (ty, cond, a, b) = tests.as_int(self.b);
            self.trap_if(ty, cond, a, b, Trap::new(pic::FIXED_OVERFLOW));
        }
    }

    // --- registers ---------------------------------------------------------------------------

    /// A general register or a half of it.
    pub(crate) fn r(&mut self, w: W, r: u8) -> Val {
        match w {
            W::Lo => self.b.get_lo(gpr(r)),
            W::Full => self.b.get(gpr(r)),
            W::Hi => self.b.get_hi(gpr(r)),
        }
    }

    /// Sets a general register or a half of it.
    pub(crate) fn set(&mut self, w: W, r: u8, v: Val) {
        match w {
            W::Lo => self.b.put_lo(gpr(r), v),
            W::Full => self.b.put(gpr(r), v),
            W::Hi => self.b.put_hi(gpr(r), v),
        }
    }

    /// Bits 32–63 of a general register, extended to 64 bits.
    pub(crate) fn lo64(&mut self, sign: Sign, r: u8) -> Val {
        let lo = self.b.get_lo(gpr(r));
        self.b.extend(sign, lo)
    }

    /// A constant of the width of `w`, from a sign-extended immediate.
    pub(crate) fn imm(&mut self, w: W, value: i64) -> Val {
        self.b.constant(w.ty(), value.cast_unsigned())
    }
}

impl IsaTranslator for Translator<'_> {
    type Out = ();

    fn privileged(&mut self) {
        match self.host_clock() {
            Some((r1, clock)) => self.read_clock(r1, clock),
            None => self.trap(Trap::new(pic::PRIVILEGED)),
        }
    }

    fn undefined(&mut self) {
        self.trap(Trap::new(pic::OPERATION));
    }
}

/// Declares the methods of table rows, one a line: `name: Format = body;`, with the names for `self` and the operands first.
macro_rules! rows {
    ($t:ident, $f:ident; $($(#[$meta:meta])* $name:ident: $format:ident = $body:expr;)*) => {$(
        $(#[$meta])*
        fn $name(&mut $t, $f: isa::s390x::$format) { let _ = $f; $body }
    )*};
}
pub(crate) use rows;
