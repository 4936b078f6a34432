//! What IEEE 754 leaves open and z/Architecture decides.

use softfp::{NanRule, Rules, Tininess};

/// The rules of binary floating point (PoP ch. 9 and 19).
pub(crate) static RULES: Rules = Rules {
    nan: NanRule::SignalingFirst,
    default_nan_negative: false,
    tininess: Tininess::BeforeRounding,
    out_of_range_is_inexact: true,
    nan_to_signed_is_min: true,
};
