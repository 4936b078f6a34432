//! Steps of SM3 and SM4 as functions of vectors: what `translate/inline_sm3.rs` and `inline_sm4.rs` must compute.

mod sm3;
mod sm4;

use super::{Family, Insn, Operands, Status, operations};
use crate::helpers::vector::id;
use tcg_ir::HelperId;
use tcg_ir::crypto::{choose, majority, parity};

/// The S-box of SM4.
pub(crate) const SM4_S_BOX: [u8; 256] = sm4::S_BOX;

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
        // FF and GG of the first rounds are the parity; later, FF is the majority and GG the choice.
        match insn.op {
            Crypto::Sm3Ss1 => sm3::ss1(n, m, a),
            Crypto::Sm3Tt1A => sm3::tt1(parity, d, n, m, index),
            Crypto::Sm3Tt1B => sm3::tt1(majority, d, n, m, index),
            Crypto::Sm3Tt2A => sm3::tt2(parity, d, n, m, index),
            Crypto::Sm3Tt2B => sm3::tt2(choose, d, n, m, index),
            Crypto::Sm3PartW1 => sm3::part_w1(d, n, m),
            Crypto::Sm3PartW2 => sm3::part_w2(d, n, m),
            Crypto::Sm4E => sm4::encrypt(d, n),
            Crypto::Sm4EKey => sm4::key(n, m),
        }
    }
}
