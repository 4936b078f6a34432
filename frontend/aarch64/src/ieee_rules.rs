//! What IEEE 754 leaves open and the Arm architecture decides.

use softfp::{NanRule, Rules, Tininess};

/// The rules of A64 floating point (Arm ARM DDI 0487, A1.5 "Floating-point support", and the shared pseudocode
/// `FPProcessNaNs`, `FPMulAdd`, `FPRound`, `FPToFixed`).
pub static RULES: Rules = Rules {
    nan: NanRule::AddendFirst,
    default_nan_negative: false,
    tininess: Tininess::BeforeRounding,
    out_of_range_is_inexact: false,
    nan_to_signed_is_min: false,
};
