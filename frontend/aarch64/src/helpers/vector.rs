//! Section of floating-point and vector instructions.

use super::fp;
use super::simd::{self, across, crypto, diff, dot, misc, permute, same, shift};

frontend_common::helpers! {
    crate::Aarch64, crate::helpers::FIRST_VECTOR;
    SIMD_SAME = simd::execute::<same::Same>;
    SIMD_MISC = simd::execute::<misc::Misc>;
    SIMD_ACROSS = simd::execute::<across::Across>;
    SIMD_SHIFT = simd::execute::<shift::Shift>;
    SIMD_DIFF = simd::execute::<diff::Diff>;
    SIMD_PERMUTE = simd::execute::<permute::Permute>;
    SIMD_DOT = simd::execute::<dot::Dot>;
    FP_SAME = simd::execute::<fp::same::FpSame>;
    FP_ACROSS = simd::execute::<fp::across::FpAcross>;
    FP_MISC = simd::execute::<fp::misc::FpMisc>;
    FP_CONVERT = simd::execute::<fp::convert::FpConvert>;
    FP_INTEGER = simd::execute::<fp::convert::FpInteger>;
    FP_GENERAL = fp::convert::general;
    FP_JAVASCRIPT = fp::convert::javascript;
    FP_COMPARE = fp::compare::compare;
    FP_CONDITIONAL_COMPARE = fp::compare::conditional_compare;
    FP_LONG = simd::execute::<fp::long::FpLong>;
    SIMD_CRYPTO = simd::execute::<crypto::Crypto>;
}
