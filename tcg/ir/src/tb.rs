//! Translation blocks and their values.

use crate::ops::Op;
use crate::types::Type;

/// A value of a TB: an index into [`Tb::vals`]. Defined once, by an op or as a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Val(pub u32);

impl Val {
    /// The absent value, where an input is optional.
    pub const NONE: Val = Val(u32::MAX);

    /// True unless this is [`Val::NONE`].
    #[must_use]
    pub const fn is_some(self) -> bool {
        self.0 != u32::MAX
    }

    /// The index into [`Tb::vals`].
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What is known of a value without its op.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValInfo {
    /// Its type.
    pub ty: Type,
    /// Its bits if it is a constant (zero-extended; a `v128` constant is this number).
    pub constant: Option<u64>,
}

/// One translation block: ops in order, and the values they define and use.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tb {
    /// Guest address of the first instruction.
    pub pc: u64,
    /// Guest mode the block was translated for (meaning is the guest's).
    pub flags: u32,
    /// First guest address after the translated instructions.
    pub end_pc: u64,
    /// Number of guest instructions.
    pub n_insns: u32,
    /// The ops. The last one ends the block.
    pub ops: Vec<Op>,
    /// The values.
    pub vals: Vec<ValInfo>,
    /// Number of labels used.
    pub n_labels: u32,
}

impl Tb {
    /// Empties the block for another use; keeps its memory.
    pub fn reset(&mut self, pc: u64, flags: u32) {
        self.ops.clear();
        self.vals.clear();
        *self = Tb {
            pc,
            flags,
            end_pc: pc,
            ops: std::mem::take(&mut self.ops),
            vals: std::mem::take(&mut self.vals),
            ..Tb::default()
        };
    }

    /// The type of a value.
    #[inline]
    #[must_use]
    pub fn ty(&self, v: Val) -> Type {
        self.vals[v.index()].ty
    }

    /// The bits of a constant; `None` for [`Val::NONE`] and for what an op defines.
    #[inline]
    #[must_use]
    pub fn constant(&self, v: Val) -> Option<u64> {
        self.vals.get(v.index())?.constant
    }

    /// Adds a value.
    #[inline]
    pub fn new_val(&mut self, ty: Type, constant: Option<u64>) -> Val {
        let v = Val(u32::try_from(self.vals.len()).expect("a TB has fewer than 2^32 values"));
        self.vals.push(ValInfo { ty, constant });
        v
    }
}
