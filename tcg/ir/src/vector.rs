//! Attributes of vector ops.

use crate::types::{Attr, Type, named_enum};
use std::fmt;

named_enum! {
    /// Size of the lanes of a vector.
    Lane {
        /// 16 of 8 bits.
        B = "b",
        /// 8 of 16 bits.
        H = "h",
        /// 4 of 32 bits.
        S = "s",
        /// 2 of 64 bits.
        D = "d",
    }
}

impl Lane {
    /// Width in bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        8 << self as u32
    }

    /// Width in bytes.
    #[must_use]
    pub const fn bytes(self) -> u32 {
        1 << self as u32
    }

    /// Number of lanes in a vector.
    #[must_use]
    pub const fn count(self) -> u32 {
        16 >> self as u32
    }

    /// The integer type that a lane is moved to and from.
    #[must_use]
    pub const fn scalar(self) -> Type {
        match self {
            Lane::B | Lane::H | Lane::S => Type::I32,
            Lane::D => Type::I64,
        }
    }

    /// The lanes that hold floats of type `ty`: `f16`, `f32` or `f64`.
    #[must_use]
    pub const fn of_float(ty: Type) -> Lane {
        match ty {
            Type::F16 => Lane::H,
            Type::F32 => Lane::S,
            _ => Lane::D,
        }
    }

    /// The lane as a number of its width.
    #[must_use]
    pub const fn mask(self) -> u64 {
        u64::MAX >> (64 - self.bits())
    }
}

named_enum! {
    /// A binary operation on vectors, lane by lane unless said otherwise. Comparisons give all ones or zero.
    VecOp {
        /// Sum, wrapping.
        Add = "add",
        /// Difference, wrapping.
        Sub = "sub",
        /// Product, low half. Not for `d`.
        Mul = "mul",
        /// Signed minimum. Not for `d`.
        MinS = "min_s",
        /// Unsigned minimum. Not for `d`.
        MinU = "min_u",
        /// Signed maximum. Not for `d`.
        MaxS = "max_s",
        /// Unsigned maximum. Not for `d`.
        MaxU = "max_u",
        /// Sum, saturating as signed. For `b` and `h`.
        AddSatS = "add_sat_s",
        /// Sum, saturating as unsigned. For `b`, `h` and `s`.
        AddSatU = "add_sat_u",
        /// Difference, saturating as signed. For `b` and `h`.
        SubSatS = "sub_sat_s",
        /// Difference, saturating as unsigned. For `b`, `h` and `s`.
        SubSatU = "sub_sat_u",
        /// Unsigned average, rounded up. For `b` and `h`.
        AvgU = "avg_u",
        /// Equal.
        Eq = "eq",
        /// Signed greater.
        GtS = "gt_s",
        /// Unsigned greater.
        GtU = "gt_u",
        /// Signed greater or equal.
        GeS = "ge_s",
        /// Unsigned greater or equal.
        GeU = "ge_u",
        /// `a & b != 0`.
        Tst = "tst",
        /// Shift left by the lane of `b`, an unsigned count; from the width on zero. Not for `b`.
        Shl = "shl",
        /// Logical shift right, likewise. Not for `b`.
        ShrU = "shr_u",
        /// Arithmetic shift right, likewise; from the width on the sign. Not for `b`.
        ShrS = "shr_s",
        /// Product of the low halves of the lanes as unsigned numbers. For `d`.
        MulLowU = "mul_low_u",
        /// Product of the low halves of the lanes as signed numbers. For `d`.
        MulLowS = "mul_low_s",
        /// Product of signed numbers, high half. For `h`.
        MulHighS = "mul_high_s",
        /// Twice the product of signed numbers, high half, rounded; of two most negative numbers that number. For `h`.
        MulHighRoundS = "mul_high_round_s",
        /// Products of signed numbers, two neighbours summed, in lanes of twice the width. For `h`.
        MulAddPairs = "mul_add_pairs",
        /// Lanes of the low halves of `a` and `b` in turn.
        ZipLow = "zip_low",
        /// Lanes of the high halves of `a` and `b` in turn.
        ZipHigh = "zip_high",
        /// Lanes of even index of `a`, above them those of `b`.
        UnzipEven = "unzip_even",
        /// Lanes of odd index of `a`, above them those of `b`.
        UnzipOdd = "unzip_odd",
        /// Lanes of even index of `a` and `b` in turn.
        TransposeEven = "trn_even",
        /// Lanes of odd index of `a` and `b` in turn.
        TransposeOdd = "trn_odd",
        /// Sums of neighbours in `a`, above them those in `b`.
        AddPairs = "add_pairs",
    }
}

impl VecOp {
    /// Whether the operation is there for lanes of this size.
    #[must_use]
    pub const fn has(self, lane: Lane) -> bool {
        match self {
            VecOp::Mul | VecOp::MinS | VecOp::MinU | VecOp::MaxS | VecOp::MaxU => {
                !matches!(lane, Lane::D)
            }
            VecOp::AddSatU | VecOp::SubSatU => !matches!(lane, Lane::D),
            VecOp::AddSatS | VecOp::SubSatS | VecOp::AvgU => matches!(lane, Lane::B | Lane::H),
            VecOp::Shl | VecOp::ShrU | VecOp::ShrS => !matches!(lane, Lane::B),
            VecOp::MulLowU | VecOp::MulLowS => matches!(lane, Lane::D),
            VecOp::MulHighS | VecOp::MulHighRoundS | VecOp::MulAddPairs => matches!(lane, Lane::H),
            _ => true,
        }
    }

    /// Whether lanes of zeros give a lane of zeros in the same place.
    #[must_use]
    pub const fn of_zeros_is_zero(self) -> bool {
        !matches!(
            self,
            VecOp::Eq
                | VecOp::GeS
                | VecOp::GeU
                | VecOp::ZipLow
                | VecOp::ZipHigh
                | VecOp::UnzipEven
                | VecOp::UnzipOdd
                | VecOp::TransposeEven
                | VecOp::TransposeOdd
                | VecOp::AddPairs
                | VecOp::MulAddPairs
        )
    }

    /// Whether the operation can be taken across all lanes.
    #[must_use]
    pub const fn is_associative(self) -> bool {
        matches!(self, VecOp::Add | VecOp::MinS | VecOp::MinU | VecOp::MaxS | VecOp::MaxU)
    }
}

named_enum! {
    /// A shift or rotation of all lanes by a constant.
    VecShift {
        /// Left.
        Shl = "shl",
        /// Right, filling with zeros.
        ShrU = "shr_u",
        /// Right, filling with the sign.
        ShrS = "shr_s",
        /// Left, filling with what leaves at the other end.
        Rotl = "rotl",
    }
}

named_enum! {
    /// How lanes are brought to half their width.
    Narrow {
        /// The low half.
        Wrap = "wrap",
        /// Signed numbers to the nearest signed one. For `h` and `s`.
        Signed = "s_to_s",
        /// Signed numbers to the nearest unsigned one. For `h` and `s`.
        Unsigned = "s_to_u",
    }
}

named_enum! {
    /// A binary floating-point operation on vectors.
    VecFpOp {
        /// Sum.
        Add = "add",
        /// Difference.
        Sub = "sub",
        /// Product.
        Mul = "mul",
        /// Quotient.
        Div = "div",
        /// Maximum: a NaN gives a NaN, +0 is above −0.
        Max = "max",
        /// Minimum: a NaN gives a NaN, −0 is below +0.
        Min = "min",
        /// Maximum, but a number beats a quiet NaN.
        MaxNum = "max_num",
        /// Minimum, likewise.
        MinNum = "min_num",
    }
}

named_enum! {
    /// A floating-point comparison of vectors; false for NaNs.
    VecFpCmp {
        /// Equal; invalid for signaling NaNs.
        Eq = "eq",
        /// Greater or equal; invalid for all NaNs.
        Ge = "ge",
        /// Greater; invalid for all NaNs.
        Gt = "gt",
    }
}
