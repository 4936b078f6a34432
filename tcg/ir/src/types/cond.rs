//! Conditions on two integers.

use super::{Attr, Type, named_enum};
use std::fmt;

named_enum! {
    /// Comparison of two integers `a` and `b`.
    Cond {
        /// Equal.
        Eq = "eq",
        /// Not equal.
        Ne = "ne",
        /// Signed less.
        LtS = "lt_s",
        /// Signed less or equal.
        LeS = "le_s",
        /// Signed greater.
        GtS = "gt_s",
        /// Signed greater or equal.
        GeS = "ge_s",
        /// Unsigned less.
        LtU = "lt_u",
        /// Unsigned less or equal.
        LeU = "le_u",
        /// Unsigned greater.
        GtU = "gt_u",
        /// Unsigned greater or equal.
        GeU = "ge_u",
        /// `a & b == 0`.
        TstEq = "tst_eq",
        /// `a & b != 0`.
        TstNe = "tst_ne",
        /// `a + b` overflows as a signed number.
        OvAdd = "ov_add",
        /// `a + b` does not overflow as a signed number.
        NoOvAdd = "no_ov_add",
        /// `a - b` overflows as a signed number.
        OvSub = "ov_sub",
        /// `a - b` does not overflow as a signed number.
        NoOvSub = "no_ov_sub",
    }
}

impl Cond {
    /// The condition that holds exactly when this one does not.
    #[must_use]
    pub const fn invert(self) -> Cond {
        match self {
            Cond::Eq => Cond::Ne,
            Cond::Ne => Cond::Eq,
            Cond::LtS => Cond::GeS,
            Cond::LeS => Cond::GtS,
            Cond::GtS => Cond::LeS,
            Cond::GeS => Cond::LtS,
            Cond::LtU => Cond::GeU,
            Cond::LeU => Cond::GtU,
            Cond::GtU => Cond::LeU,
            Cond::GeU => Cond::LtU,
            Cond::TstEq => Cond::TstNe,
            Cond::TstNe => Cond::TstEq,
            Cond::OvAdd => Cond::NoOvAdd,
            Cond::NoOvAdd => Cond::OvAdd,
            Cond::OvSub => Cond::NoOvSub,
            Cond::NoOvSub => Cond::OvSub,
        }
    }

    /// The condition with `a` and `b` exchanged, where there is one.
    #[must_use]
    pub const fn swap(self) -> Option<Cond> {
        Some(match self {
            Cond::LtS => Cond::GtS,
            Cond::LeS => Cond::GeS,
            Cond::GtS => Cond::LtS,
            Cond::GeS => Cond::LeS,
            Cond::LtU => Cond::GtU,
            Cond::LeU => Cond::GeU,
            Cond::GtU => Cond::LtU,
            Cond::GeU => Cond::LeU,
            Cond::OvSub | Cond::NoOvSub => return None,
            same => same,
        })
    }

    /// The condition on two integers of type `ty`, given by their bits.
    #[must_use]
    pub const fn holds(self, ty: Type, a: u64, b: u64) -> bool {
        let (a, b) = (a & ty.mask(), b & ty.mask());
        let (sa, sb) = (sign_extend(ty, a), sign_extend(ty, b));
        match self {
            Cond::Eq => a == b,
            Cond::Ne => a != b,
            Cond::LtS => sa < sb,
            Cond::LeS => sa <= sb,
            Cond::GtS => sa > sb,
            Cond::GeS => sa >= sb,
            Cond::LtU => a < b,
            Cond::LeU => a <= b,
            Cond::GtU => a > b,
            Cond::GeU => a >= b,
            Cond::TstEq => a & b == 0,
            Cond::TstNe => a & b != 0,
            Cond::OvAdd => overflows(ty, sa as i128 + sb as i128),
            Cond::NoOvAdd => !overflows(ty, sa as i128 + sb as i128),
            Cond::OvSub => overflows(ty, sa as i128 - sb as i128),
            Cond::NoOvSub => !overflows(ty, sa as i128 - sb as i128),
        }
    }
}

const fn sign_extend(ty: Type, bits: u64) -> i64 {
    if ty.bits() == 32 { bits as u32 as i32 as i64 } else { bits as i64 }
}

const fn overflows(ty: Type, exact: i128) -> bool {
    exact != if ty.bits() == 32 { exact as i32 as i128 } else { exact as i64 as i128 }
}
