//! The cryptographic instructions for which hosts have none: steps of SM3 and SM4, as functions of vectors.

mod sm3;
mod sm4;

use super::{Family, Insn, Operands, Status, operations};
use crate::helpers::vector::id;
use tcg_ir::HelperId;

operations! {
    /// "Cryptographic three-register, imm2", those of SM3 and SM4 in "three-register SHA 512", "four-register" and "two-register
    /// SHA 512".
    Crypto {
        Sm3Ss1,
        Sm3Tt1A,
        Sm3Tt1B,
        Sm3Tt2A,
        Sm3Tt2B,
        Sm3PartW1,
        Sm3PartW2,
        Sm4E,
        Sm4EKey,
    }
}

impl Family for Crypto {
    const HELPER: HelperId = id::SIMD_CRYPTO;

    fn compute(insn: &Insn<Crypto>, operands: Operands, _: &mut Status) -> u128 {
        let Operands { n, m, a, d } = operands;
        let index = insn.imm;
        match insn.op {
            Crypto::Sm3Ss1 => sm3::ss1(n, m, a),
            Crypto::Sm3Tt1A => sm3::tt1(sm3::parity, d, n, m, index),
            Crypto::Sm3Tt1B => sm3::tt1(sm3::majority, d, n, m, index),
            Crypto::Sm3Tt2A => sm3::tt2(sm3::parity, d, n, m, index),
            Crypto::Sm3Tt2B => sm3::tt2(sm3::choose, d, n, m, index),
            Crypto::Sm3PartW1 => sm3::part_w1(d, n, m),
            Crypto::Sm3PartW2 => sm3::part_w2(d, n, m),
            Crypto::Sm4E => sm4::encrypt(d, n),
            Crypto::Sm4EKey => sm4::key(n, m),
        }
    }
}

/// A vector as words, the least significant first.
fn words(x: u128) -> [u32; 4] {
    std::array::from_fn(|i| (x >> (32 * i)) as u32)
}

/// The vector of words.
fn from_words(words: [u32; 4]) -> u128 {
    words.iter().rev().fold(0, |x, &word| x << 32 | u128::from(word))
}
