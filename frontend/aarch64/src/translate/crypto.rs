//! Group `crypto`: cryptography.

use super::vector::Registers;
use super::{Translator, rows};
use crate::helpers::simd::Insn;
use crate::helpers::simd::crypto::Crypto;
use crate::helpers::simd::lanes::{Lane, Width};
use isa::aarch64::crypto::Translate;
use tcg_ir::CryptoOp;

impl Translator<'_> {
    /// SM3 and SM4.
    fn crypto(&mut self, op: Crypto, (rd, rn, rm): Registers, ra: u8, imm: u8) {
        let insn = Insn { rd, rn, rm, ra, imm, ..Insn::new(op, Lane::B, Width::Full) };
        match self.inline_sm3(&insn).or_else(|| self.inline_sm4(&insn)) {
            Some(result) => self.set_v(rd, result),
            None => self.by_helper(insn),
        }
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        aesd: Crypto2 = self.aes_substitute(CryptoOp::AesDecrypt, f.rd, f.rn);
        aese: Crypto2 = self.aes_substitute(CryptoOp::AesEncrypt, f.rd, f.rn);
        aesimc: Crypto2 = self.aes_mix(CryptoOp::AesUnmix, f.rd, f.rn);
        aesmc: Crypto2 = self.aes_mix(CryptoOp::AesMix, f.rd, f.rn);
        sha1h: Crypto2 = self.sha1_rotate(f.rd, f.rn);
        sha1su1: Crypto2 = self.sha1_schedule_1(f.rd, f.rn);
        sha256su0: Crypto2 = self.hash_step(CryptoOp::Sha256Schedule0, f.rd, [f.rd, f.rn, f.rn]);
        sha1c: Crypto3 = self.hash_step(CryptoOp::Sha1Choose, f.rd, [f.rd, f.rn, f.rm]);
        sha1m: Crypto3 = self.hash_step(CryptoOp::Sha1Majority, f.rd, [f.rd, f.rn, f.rm]);
        sha1p: Crypto3 = self.hash_step(CryptoOp::Sha1Parity, f.rd, [f.rd, f.rn, f.rm]);
        sha1su0: Crypto3 = self.sha1_schedule_0(f.rd, f.rn, f.rm);
        sha256h2: Crypto3 = self.hash_step(CryptoOp::Sha256Efgh, f.rd, [f.rn, f.rd, f.rm]);
        sha256h: Crypto3 = self.hash_step(CryptoOp::Sha256Abcd, f.rd, [f.rd, f.rn, f.rm]);
        sha256su1: Crypto3 = self.hash_step(CryptoOp::Sha256Schedule1, f.rd, [f.rd, f.rn, f.rm]);
        sha512su0: Crypto2 = self.sha512_schedule_0(f.rd, f.rn);
        sm4e: Crypto2 = self.crypto(Crypto::Sm4E, (f.rd, f.rn, 0), 0, 0);
        rax1: Crypto3 = self.rotate_and_exclusive_or(f.rd, f.rn, f.rm);
        sha512h2: Crypto3 = self.sha512_hash_2(f.rd, f.rn, f.rm);
        sha512h: Crypto3 = self.sha512_hash_1(f.rd, f.rn, f.rm);
        sha512su1: Crypto3 = self.sha512_schedule_1(f.rd, f.rn, f.rm);
        sm3partw1: Crypto3 = self.crypto(Crypto::Sm3PartW1, (f.rd, f.rn, f.rm), 0, 0);
        sm3partw2: Crypto3 = self.crypto(Crypto::Sm3PartW2, (f.rd, f.rn, f.rm), 0, 0);
        sm4ekey: Crypto3 = self.crypto(Crypto::Sm4EKey, (f.rd, f.rn, f.rm), 0, 0);
        bcax: Crypto4 = self.clear_and_exclusive_or(f.rd, f.rn, f.rm, f.ra);
        eor3: Crypto4 = self.exclusive_or_3(f.rd, f.rn, f.rm, f.ra);
        sm3ss1: Crypto4 = self.crypto(Crypto::Sm3Ss1, (f.rd, f.rn, f.rm), f.ra, 0);
        sm3tt1a: CryptoElem = self.crypto(Crypto::Sm3Tt1A, (f.rd, f.rn, f.rm), 0, f.imm2);
        sm3tt1b: CryptoElem = self.crypto(Crypto::Sm3Tt1B, (f.rd, f.rn, f.rm), 0, f.imm2);
        sm3tt2a: CryptoElem = self.crypto(Crypto::Sm3Tt2A, (f.rd, f.rn, f.rm), 0, f.imm2);
        sm3tt2b: CryptoElem = self.crypto(Crypto::Sm3Tt2B, (f.rd, f.rn, f.rm), 0, f.imm2);
        xar: CryptoRotate = self.exclusive_or_and_rotate(f.rd, f.rn, f.rm, f.imm6);
    }
}
