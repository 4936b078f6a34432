//! What the ops of cryptography compute: the steps of AES, SHA-1 and SHA-256 for which hosts have instructions, and carry-less
//! products.
//!
//! The interpreter calls [`compute`], and so do back ends on hosts without the instructions.

mod aes;
pub mod field;
mod sha;

pub use sha::{choose, majority, parity};

use crate::types::{Attr, named_enum};
use std::fmt;

named_enum! {
    /// A step of a cipher or hash, on vectors; byte 0 of a state of AES and word 0 of the others are the lowest.
    ///
    /// FIPS 197, section 5; FIPS 180-4, section 6.
    CryptoOp {
        /// SubBytes and ShiftRows of `a`.
        AesEncrypt = "aes_encrypt",
        /// Their inverses.
        AesDecrypt = "aes_decrypt",
        /// MixColumns of `a`.
        AesMix = "aes_mix",
        /// Its inverse.
        AesUnmix = "aes_unmix",
        /// SubBytes, ShiftRows and MixColumns of `a`.
        AesEncryptMix = "aes_encrypt_mix",
        /// The inverses of SubBytes and ShiftRows, then that of MixColumns.
        AesDecryptUnmix = "aes_decrypt_unmix",
        /// Four rounds of SHA-1 with Ch: `a` has the words A to D, `b` E, and `c` the schedule with its constants added.
        Sha1Choose = "sha1_choose",
        /// The same with Parity.
        Sha1Parity = "sha1_parity",
        /// The same with Maj.
        Sha1Majority = "sha1_majority",
        /// The words A to D after four rounds of SHA-256: `a` has them before, `b` E to H, `c` the schedule with its constants.
        Sha256Abcd = "sha256_abcd",
        /// The words E to H after these rounds.
        Sha256Efgh = "sha256_efgh",
        /// Words 0 to 3 of the schedule, `a`, plus σ₀ of words 1 to 4, of which the last is the first of `b`.
        Sha256Schedule0 = "sha256_schedule_0",
        /// The next words of the schedule: `a` is the sum so far, `b` and `c` the eight words before.
        Sha256Schedule1 = "sha256_schedule_1",
        /// The sum without carries of `a` shifted by each one bit of `b`, of their low halves.
        MulLow = "mul_low",
        /// The same of their high halves.
        MulHigh = "mul_high",
    }
}

/// The result of an operation; `b` and `c` matter where it says so.
#[must_use]
pub fn compute(op: CryptoOp, a: u128, b: u128, c: u128) -> u128 {
    match op {
        CryptoOp::AesEncrypt => aes::encrypt(a),
        CryptoOp::AesDecrypt => aes::decrypt(a),
        CryptoOp::AesMix => aes::mix_columns(a),
        CryptoOp::AesUnmix => aes::inverse_mix_columns(a),
        CryptoOp::AesEncryptMix => aes::mix_columns(aes::encrypt(a)),
        CryptoOp::AesDecryptUnmix => aes::inverse_mix_columns(aes::decrypt(a)),
        CryptoOp::Sha1Choose => sha::sha1_hash(sha::choose, a, b, c),
        CryptoOp::Sha1Parity => sha::sha1_hash(sha::parity, a, b, c),
        CryptoOp::Sha1Majority => sha::sha1_hash(sha::majority, a, b, c),
        CryptoOp::Sha256Abcd => sha::sha256_hash(a, b, c).0,
        CryptoOp::Sha256Efgh => sha::sha256_hash(a, b, c).1,
        CryptoOp::Sha256Schedule0 => sha::sha256_schedule_0(a, b),
        CryptoOp::Sha256Schedule1 => sha::sha256_schedule_1(a, b, c),
        CryptoOp::MulLow => carryless_product(a as u64, b as u64),
        CryptoOp::MulHigh => carryless_product((a >> 64) as u64, (b >> 64) as u64),
    }
}

/// The sum without carries of `a` shifted by each one bit of `b`.
#[must_use]
pub fn carryless_product(a: u64, b: u64) -> u128 {
    // The products with all numbers of four bits.
    let mut products = [0u128; 16];
    for i in 1..16 {
        products[i] = products[i >> 1] << 1 ^ if i & 1 != 0 { u128::from(a) } else { 0 };
    }
    (0..16).rev().fold(0, |sum, i| sum << 4 ^ products[(b >> (4 * i) & 15) as usize])
}

/// A vector as words, the least significant first.
#[must_use]
pub fn words(x: u128) -> [u32; 4] {
    std::array::from_fn(|i| (x >> (32 * i)) as u32)
}

/// The vector of words.
#[must_use]
pub fn from_words(words: [u32; 4]) -> u128 {
    words.iter().rev().fold(0, |x, &word| x << 32 | u128::from(word))
}
