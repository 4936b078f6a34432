//! The cryptographic instructions: single rounds, as functions of vectors.

mod aes;
mod field;
mod sha;
mod sha512;
mod sm3;
mod sm4;

use super::{Family, Insn, Operands, Status, operations};
use crate::helpers::vector::id;
use tcg_ir::HelperId;

operations! {
    /// "Cryptographic AES", "three-register SHA", "two-register SHA", "three-register SHA 512", "four-register", "XAR" and the
    /// like.
    Crypto {
        AesE,
        AesD,
        AesMc,
        AesImc,
        Sha1C,
        Sha1P,
        Sha1M,
        Sha1H,
        Sha1Su0,
        Sha1Su1,
        Sha256H,
        Sha256H2,
        Sha256Su0,
        Sha256Su1,
        Sha512H,
        Sha512H2,
        Sha512Su0,
        Sha512Su1,
        Eor3,
        Bcax,
        Rax1,
        Xar,
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
            Crypto::AesE => aes::encrypt(d ^ n),
            Crypto::AesD => aes::decrypt(d ^ n),
            Crypto::AesMc => aes::mix_columns(n),
            Crypto::AesImc => aes::inverse_mix_columns(n),
            Crypto::Sha1C => sha::sha1_hash(sha::choose, d, n, m),
            Crypto::Sha1P => sha::sha1_hash(sha::parity, d, n, m),
            Crypto::Sha1M => sha::sha1_hash(sha::majority, d, n, m),
            Crypto::Sha1H => (n as u32).rotate_left(30).into(),
            Crypto::Sha1Su0 => sha::sha1_schedule_0(d, n, m),
            Crypto::Sha1Su1 => sha::sha1_schedule_1(d, n),
            Crypto::Sha256H => sha::sha256_hash(d, n, m).0,
            Crypto::Sha256H2 => sha::sha256_hash(n, d, m).1,
            Crypto::Sha256Su0 => sha::sha256_schedule_0(d, n),
            Crypto::Sha256Su1 => sha::sha256_schedule_1(d, n, m),
            Crypto::Sha512H => sha512::hash_1(d, n, m),
            Crypto::Sha512H2 => sha512::hash_2(d, n, m),
            Crypto::Sha512Su0 => sha512::schedule_0(d, n),
            Crypto::Sha512Su1 => sha512::schedule_1(d, n, m),
            Crypto::Eor3 => n ^ m ^ a,
            Crypto::Bcax => n ^ m & !a,
            Crypto::Rax1 => each_doubleword(n, m, |n, m| n ^ m.rotate_left(1)),
            Crypto::Xar => each_doubleword(n, m, |n, m| (n ^ m).rotate_right(index.into())),
            Crypto::Sm3Ss1 => sm3::ss1(n, m, a),
            Crypto::Sm3Tt1A => sm3::tt1(sha::parity, d, n, m, index),
            Crypto::Sm3Tt1B => sm3::tt1(sha::majority, d, n, m, index),
            Crypto::Sm3Tt2A => sm3::tt2(sha::parity, d, n, m, index),
            Crypto::Sm3Tt2B => sm3::tt2(sha::choose, d, n, m, index),
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

fn each_doubleword(n: u128, m: u128, f: impl Fn(u64, u64) -> u64) -> u128 {
    let low = f(n as u64, m as u64);
    let high = f((n >> 64) as u64, (m >> 64) as u64);
    u128::from(high) << 64 | u128::from(low)
}
