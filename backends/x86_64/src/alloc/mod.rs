//! Where the values of a block are: registers, spill slots, homes of globals.
//!
//! Invariants:
//! - values in one register's list have the same content (an `i32` value ignores the upper half);
//! - a value that a deferred put refers to is a constant or in a register;
//! - the content of a pinned register is its global, or (between a hinted definition and its `put`) the next value of it.

mod choose;
mod homes;
mod lists;
mod moves;
mod operands;
mod pinned;
mod spill;

use crate::asm::{Mem, RBP};
use crate::context::Cx;
use crate::pins::{NO_PIN, Reg};
use tcg_ir::Val;
use tcg_ir::layout::N_SPILLS;

/// End of a list of values.
pub(crate) const NIL: u32 = u32::MAX;
/// Not in a register.
pub(crate) const NO_REG: Reg = 0xff;
/// Not in memory.
pub(crate) const NO_MEM: i32 = -1;
/// In memory, but in no global's home.
const NO_HOME: u16 = u16::MAX;

/// What the allocator knows of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ValState {
    /// Time (op index plus 1) of the last use; 0 for none.
    pub(crate) last_use: u32,
    /// Next value in the same register.
    pub(crate) next: u32,
    /// Byte offset in the CPU state where its bits are too.
    pub(crate) mem: i32,
    /// The global whose home `mem` is in; before the definition, the global that `hint` belongs to.
    pub(crate) home: u16,
    /// Number of deferred puts of this value.
    pub(crate) n_puts: u16,
    /// Register.
    pub(crate) reg: Reg,
    /// Pinned register that the value should be computed into.
    pub(crate) hint: Reg,
    /// The upper half of the register is zero (`i32` only).
    pub(crate) zext: bool,
    /// The bytes of the vector register above so many are zero: 4, 8 or (not known) 16.
    pub(crate) significant: u8,
}

impl ValState {
    pub(crate) const NEW: ValState = ValState {
        last_use: 0,
        next: NIL,
        mem: NO_MEM,
        home: NO_HOME,
        n_puts: 0,
        reg: NO_REG,
        hint: NO_PIN,
        zext: false,
        significant: 16,
    };
}

/// What the allocator knows of the registers.
#[derive(Clone, Debug)]
pub(crate) struct RegFile {
    /// First value in each register.
    pub(crate) head: [u32; 32],
    /// A value that the pinned register is equal to, besides those in its list.
    pub(crate) also: [u32; 32],
    /// Registers with a list.
    pub(crate) occupied: u32,
    /// Registers that the current op needs.
    pub(crate) locked: u32,
    /// References to each spill slot.
    pub(crate) slots: [u8; N_SPILLS],
    /// When the last reference to each slot went: the op of that time may still read it, after making room for its output.
    pub(crate) freed_at: [u32; N_SPILLS],
    /// Values that may be in the home of a global.
    pub(crate) in_homes: Vec<u32>,
}

impl RegFile {
    /// All registers empty; `in_homes` gives its memory.
    pub(crate) fn new(mut in_homes: Vec<u32>) -> RegFile {
        in_homes.clear();
        RegFile {
            head: [NIL; 32],
            also: [NIL; 32],
            occupied: 0,
            locked: 0,
            slots: [0; N_SPILLS],
            freed_at: [0; N_SPILLS],
            in_homes,
        }
    }

    pub(crate) fn reset(&mut self) {
        self.head = [NIL; 32];
        self.also = [NIL; 32];
        self.occupied = 0;
        self.locked = 0;
        self.slots = [0; N_SPILLS];
        self.freed_at = [0; N_SPILLS];
        self.in_homes.clear();
    }
}
/// Bit of a register in a mask.
pub(crate) const fn bit(r: Reg) -> u32 {
    1 << (r & 31)
}

impl Cx<'_> {
    /// Host operand for byte offset `off` of the CPU state.
    #[inline]
    pub(crate) fn state(&self, off: i32) -> Mem {
        Mem::base(RBP, off - self.pins.bias)
    }

    #[inline]
    pub(crate) fn is_fp(&self, v: Val) -> bool {
        !self.tb.ty(v).is_int()
    }

    #[inline]
    pub(crate) fn val(&mut self, v: Val) -> &mut ValState {
        &mut self.vals[v.index()]
    }

    /// True if `v` is still needed: by this op, while its inputs are being read, or later.
    #[inline]
    fn is_alive(&self, v: u32) -> bool {
        let val = &self.vals[v as usize];
        val.last_use >= self.live_from || val.n_puts != 0
    }
}
