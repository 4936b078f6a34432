//! Guest code → IR: one function per table row, in the file of its group.
//!
//! [`translate`] decodes and calls the row's method. `cc.rs` keeps the lazy flags, `flag_tests.rs` tests
//! them; `addr.rs` makes addresses, `flow.rs` ends blocks. Each other file is a subject of the tables.
#![forbid(unsafe_code)]

mod addr;
mod alignment;
mod arith;
mod atomic;
mod bits;
mod branch;
mod cc;
mod conditional;
mod crypto;
mod exclusive;
mod flag_tests;
mod flow;
mod fp;
mod fp_convert;
mod imm;
mod inline_bf16;
mod inline_bf16_dot;
mod inline_bits;
mod inline_complex;
mod inline_convert;
mod inline_crypto;
mod inline_dot;
mod inline_estimate;
mod inline_flush;
mod inline_fp;
mod inline_half;
mod inline_half_long;
mod inline_int;
mod inline_permute;
mod inline_round;
mod inline_saturate;
mod inline_shift;
mod inline_sm3;
mod inline_sm4;
mod inline_step;
mod inline_structure;
mod inline_wide;
pub(crate) mod landing;
mod load_store;
mod load_store_simd;
mod logic;
mod memory;
mod mops;
mod multiply;
mod ordered;
mod pair;
mod pauth;
mod reg;
mod simd_fp;
mod simd_int;
mod simd_move;
mod simd_shift;
mod system;
mod vector;
mod vector_memory;

use crate::state::{CC_A, CC_B, CC_OP, SP, x};
use crate::trap::Trap;
use cc::Cc;
use frontend_common::{block, lazy};
use isa::aarch64::{Translator as IsaTranslator, dispatch_word, to_left};
use tcg_ir::{Builder, CodeWindow, HelperId, Sign, TranslateOptions, Type, Val};

/// Length of every instruction, in bytes.
const LEN: u64 = 4;

/// Width of an operand in a general register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum W {
    /// The low 32 bits; writing them makes the others zero.
    W,
    /// All 64 bits.
    X,
}

impl W {
    /// The width that the field `sf` says.
    pub(crate) const fn sf(sf: u8) -> W {
        if sf == 0 { W::W } else { W::X }
    }

    pub(crate) const fn ty(self) -> Type {
        match self {
            W::W => Type::I32,
            W::X => Type::I64,
        }
    }

    pub(crate) const fn bits(self) -> u8 {
        match self {
            W::W => 32,
            W::X => 64,
        }
    }

    pub(crate) const fn bytes(self) -> u8 {
        self.bits() / 8
    }
}

/// The state of one translation.
pub(crate) struct Translator<'a> {
    pub(crate) b: &'a mut Builder,
    pub(crate) options: &'a TranslateOptions,
    code: CodeWindow<'a>,
    /// Address of the current instruction.
    pub(crate) pc: u64,
    pub(crate) cc: Cc,
    lazy: lazy::Puts,
    side_exits: u32,
    /// The helper that can do the current instruction, with its argument, where what is inlined may leave it to it.
    out_of_line: Option<(HelperId, u64)>,
    /// The block has ended.
    pub(crate) ended: bool,
}

/// Translates a block; see [`tcg_ir::Guest::translate`].
pub(crate) fn translate(code: CodeWindow<'_>, options: &TranslateOptions, b: &mut Builder) {
    let pc = b.tb.pc;
    let mut t = Translator {
        b,
        options,
        code,
        pc,
        cc: Cc::Dynamic,
        lazy: lazy::Puts::new(CC_OP, CC_A, CC_B),
        side_exits: 0,
        out_of_line: None,
        ended: false,
    };
    if pc & (LEN - 1) == 0 {
        t.block();
    } else {
        t.begin(pc);
        t.trap(Trap::PcAlignment);
    }
}

impl Translator<'_> {
    fn block(&mut self) {
        let mut pc = self.pc;
        loop {
            let Some(&word) = self.code.from(pc).first_chunk::<4>() else {
                if self.b.tb.n_insns > 0 {
                    self.b.goto(pc);
                }
                return;
            };
            self.begin(pc);
            if self.alone() {
                self.begin_alone();
            }
            self.instruction(u32::from_le_bytes(word));
            if self.ended {
                return;
            }
            pc = self.next_pc();
            if self.alone() {
                return self.goto(pc);
            }
            if self.is_long_enough(pc) && !self.needs_more(pc) {
                self.b.goto(pc);
                return;
            }
        }
    }

    fn instruction(&mut self, word: u32) {
        if dispatch_word(to_left(word), self).is_none() {
            self.undefined();
        }
    }

    /// Whether the block may end before the instruction at `pc`.
    fn is_long_enough(&self, pc: u64) -> bool {
        block::is_long_enough(&self.b.tb, self.options, self.side_exits, pc)
    }

    /// Whether the instruction at `pc` reads flags that this block knows how to compute: in a block of its own it would call
    /// a helper for them, each time.
    fn needs_more(&self, pc: u64) -> bool {
        !matches!(self.cc, Cc::Dynamic)
            && block::has_room(&self.b.tb, self.options)
            && self
                .code
                .from(pc)
                .first_chunk()
                .is_some_and(|word| reads_flags(u32::from_le_bytes(*word)))
    }

    /// Starts the instruction at `pc`.
    fn begin(&mut self, pc: u64) {
        self.pc = pc;
        self.out_of_line = None;
        self.b.insn_start(pc, LEN as u8);
        self.b.tb.n_insns += 1;
        self.b.tb.end_pc = pc.wrapping_add(LEN);
    }

    /// Address of the instruction after the current one.
    pub(crate) fn next_pc(&self) -> u64 {
        self.pc.wrapping_add(LEN)
    }

    /// Ends the block with an exception.
    pub(crate) fn trap(&mut self, trap: Trap) {
        self.b.exit(trap.exit_code().0, self.pc, None);
        self.ended = true;
    }

    // --- registers ---------------------------------------------------------------------------

    /// General register `r`; 31 is zero.
    pub(crate) fn r(&mut self, w: W, r: u8) -> Val {
        match (r, w) {
            (31, _) => self.b.constant(w.ty(), 0),
            (_, W::W) => self.b.get_lo(x(r)),
            (_, W::X) => self.b.get(x(r)),
        }
    }

    /// All of general register `r`; 31 is zero.
    pub(crate) fn x(&mut self, r: u8) -> Val {
        self.r(W::X, r)
    }

    /// General register `r`; 31 is the stack pointer.
    pub(crate) fn r_sp(&mut self, w: W, r: u8) -> Val {
        match (r, w) {
            (31, W::W) => self.b.get_lo(SP),
            (31, W::X) => self.b.get(SP),
            _ => self.r(w, r),
        }
    }

    /// Sets general register `r` to a value of the width of `w`; 31 is nowhere.
    pub(crate) fn set(&mut self, w: W, r: u8, v: Val) {
        if r != 31 {
            let v = self.widen(w, v);
            self.b.put(x(r), v);
        }
    }

    /// Sets general register `r` to a value of the width of `w`; 31 is the stack pointer.
    pub(crate) fn set_sp(&mut self, w: W, r: u8, v: Val) {
        let v = self.widen(w, v);
        self.b.put(if r == 31 { SP } else { x(r) }, v);
    }

    fn widen(&mut self, w: W, v: Val) -> Val {
        match (w, self.b.tb.constant(v)) {
            (W::X, _) => v,
            (W::W, Some(bits)) => self.b.i64(bits),
            (W::W, None) => self.b.extend(Sign::Unsigned, v),
        }
    }

    /// A constant of the width of `w`.
    pub(crate) fn imm(&mut self, w: W, value: u64) -> Val {
        self.b.constant(w.ty(), value)
    }
}

/// Whether an instruction reads NZCV and does no more than that: B.cond, BC.cond, CSEL and its kind, CCMP, CCMN, ADC, SBC,
/// FCSEL, FCCMP.
const fn reads_flags(word: u32) -> bool {
    word & 0xff00_0000 == 0x5400_0000
        || word & 0x1fe0_0000 == 0x1a80_0000
        || word & 0x1fe0_0000 == 0x1a40_0000
        || word & 0x1fe0_0000 == 0x1a00_0000
        || word & 0xff20_0c00 == 0x1e20_0c00
        || word & 0xff20_0c00 == 0x1e20_0400
}

impl IsaTranslator for Translator<'_> {
    type Out = ();

    fn privileged(&mut self) {
        self.trap(Trap::Undefined);
    }

    fn undefined(&mut self) {
        self.trap(Trap::Undefined);
    }
}

/// Declares the methods of table rows, one a line: `name: Format = body;`, with the names for `self` and the operands first.
macro_rules! rows {
    ($t:ident, $f:ident; $($(#[$meta:meta])* $name:ident: $format:ident = $body:expr;)*) => {$(
        $(#[$meta])*
        fn $name(&mut $t, $f: isa::aarch64::$format) { let _ = $f; $body }
    )*};
}
pub(crate) use rows;

#[cfg(test)]
mod tests {
    use super::*;
    use isa::aarch64::{ROWS, find_row};

    /// Groups with rows that read flags and do more than that, or seldom follow what sets them.
    const OTHERS: [&str; 2] = ["mops", "system"];

    #[test]
    fn what_reads_flags_is_what_the_tables_say() {
        for row in ROWS.iter().filter(|row| row.translated()) {
            for seed in 0..64_u64 {
                let fields = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) & !row.mask;
                let word = row.value | fields;
                if find_row(word).is_none_or(|found| found.name != row.name) {
                    continue;
                }
                let reads = reads_flags((word >> 32) as u32);
                let is_other = OTHERS.contains(&row.group.name);
                assert!(!reads || row.cc.reads, "{}", row.name);
                assert!(reads || !row.cc.reads || is_other, "{}", row.name);
            }
        }
    }
}
