//! Out-of-line helpers; see [`frontend_common::helper`]. Their table has two sections: `integer.rs`, `vector.rs`.

mod atomic;
mod crc;
pub(crate) mod fp;
pub(crate) mod integer;
pub(crate) mod mops;
pub(crate) mod simd;
mod system;
pub(crate) mod vector;

use crate::trap::Trap;
use tcg_ir::HelperDesc;

/// Why a helper leaves generated code.
pub(crate) type Stop = frontend_common::Stop<Trap>;

/// What a helper returns to generated code.
pub(crate) type Done = frontend_common::helper::Done<Trap>;

/// Number of the first helper of `vector.rs`.
pub(crate) const FIRST_VECTOR: usize = integer::HELPERS.len();

/// The helpers in the order of their numbers.
pub(crate) static HELPERS: [HelperDesc; FIRST_VECTOR + vector::HELPERS.len()] = joined();

const fn joined<const N: usize>() -> [HelperDesc; N] {
    let mut all = [integer::HELPERS[0]; N];
    let mut at = 0;
    while at < N {
        all[at] = if at < FIRST_VECTOR {
            integer::HELPERS[at]
        } else {
            vector::HELPERS[at - FIRST_VECTOR]
        };
        at += 1;
    }
    all
}
