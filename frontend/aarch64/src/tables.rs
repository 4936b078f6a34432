//! The tables that generated code reads by `lookup`.

use crate::estimates::{RECIPROCAL_ROOTS, RECIPROCALS};
use crate::helpers::simd::crypto::SM4_S_BOX;

/// Number of [`RECIPROCALS`].
pub(crate) const RECIPROCAL: u8 = 0;
/// Number of [`RECIPROCAL_ROOTS`].
pub(crate) const RECIPROCAL_ROOT: u8 = 1;
/// Number of the S-box of SM4.
pub(crate) const SM4: u8 = 2;

/// The tables by number.
pub(crate) static TABLES: [[u8; 256]; 3] = [RECIPROCALS, RECIPROCAL_ROOTS, SM4_S_BOX];
