//! Appending ops to a TB: the builder, and constants. The folder has the ops by kind.

mod control;
mod float;
mod int;
mod memory;
mod state;
mod vector;

pub use memory::Addr;

use crate::layout::{Global, GuestLayout};
use crate::ops::{Effects, Op};
use crate::tb::{Tb, Val};
use crate::types::Type;
use state::{Known, UNKNOWN};

/// Appends ops to a TB; forwards values of globals within straight code.
#[derive(Debug)]
pub struct Builder {
    /// The TB under construction.
    pub tb: Tb,
    layout: &'static GuestLayout,
    known: Vec<Known>,
    touched: Vec<Global>,
    forward: bool,
}

macro_rules! binary {
    ($($(#[$doc:meta])* $name:ident = $op:ident($a:ident, $b:ident);)*) => {$(
        $(#[$doc])*
        pub fn $name(&mut self, ty: Type, $a: Val, $b: Val) -> Val {
            let d = self.tb.new_val(ty, None);
            self.push(Op::$op { ty, d, $a, $b });
            d
        }
    )*};
}

macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident = $op:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(&mut self, ty: Type, a: Val) -> Val {
            let d = self.tb.new_val(ty, None);
            self.push(Op::$op { ty, d, a });
            d
        }
    )*};
}

use {binary, unary};

impl Builder {
    /// A builder for TBs of the guest with this layout. `forward` lets `get` return what was put before.
    #[must_use]
    pub fn new(layout: &'static GuestLayout, forward: bool) -> Builder {
        Builder {
            tb: Tb::default(),
            layout,
            known: vec![UNKNOWN; layout.globals.len()],
            touched: Vec::new(),
            forward,
        }
    }

    /// Starts an empty TB.
    pub fn start(&mut self, pc: u64, flags: u32) {
        self.forget();
        self.tb.reset(pc, flags);
    }

    /// Appends an op whose outputs were made by [`Tb::new_val`].
    #[inline]
    pub fn push(&mut self, op: Op) {
        self.tb.ops.push(op);
    }

    /// True if the last op ends the block.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.tb.ops.last().is_some_and(|op| op.effects().any(Effects::ENDS))
    }

    /// Two values for an op with two outputs.
    fn pair(&mut self, first: Type, second: Type) -> (Val, Val) {
        (self.tb.new_val(first, None), self.tb.new_val(second, None))
    }

    /// A constant of type `ty` with these bits (truncated to the type).
    pub fn constant(&mut self, ty: Type, bits: u64) -> Val {
        self.tb.new_val(ty, Some(bits & ty.mask()))
    }

    /// A 32-bit constant.
    pub fn i32(&mut self, bits: u32) -> Val {
        self.constant(Type::I32, u64::from(bits))
    }

    /// A 64-bit constant.
    pub fn i64(&mut self, bits: u64) -> Val {
        self.constant(Type::I64, bits)
    }
}
