//! Group `crypto`: cryptography.

use super::vector::Registers;
use super::{Translator, rows};
use crate::helpers::simd::Insn;
use crate::helpers::simd::crypto::Crypto;
use crate::helpers::simd::lanes::{Lane, Width};
use isa::aarch64::crypto::Translate;

impl Translator<'_> {
    fn crypto(&mut self, op: Crypto, (rd, rn, rm): Registers, ra: u8, imm: u8) {
        self.by_helper(Insn { rd, rn, rm, ra, imm, ..Insn::new(op, Lane::B, Width::Full) });
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        aesd: Crypto2 = self.crypto(Crypto::AesD, (f.rd, f.rn, 0), 0, 0);
        aese: Crypto2 = self.crypto(Crypto::AesE, (f.rd, f.rn, 0), 0, 0);
        aesimc: Crypto2 = self.crypto(Crypto::AesImc, (f.rd, f.rn, 0), 0, 0);
        aesmc: Crypto2 = self.crypto(Crypto::AesMc, (f.rd, f.rn, 0), 0, 0);
        sha1h: Crypto2 = self.crypto(Crypto::Sha1H, (f.rd, f.rn, 0), 0, 0);
        sha1su1: Crypto2 = self.crypto(Crypto::Sha1Su1, (f.rd, f.rn, 0), 0, 0);
        sha256su0: Crypto2 = self.crypto(Crypto::Sha256Su0, (f.rd, f.rn, 0), 0, 0);
        sha1c: Crypto3 = self.crypto(Crypto::Sha1C, (f.rd, f.rn, f.rm), 0, 0);
        sha1m: Crypto3 = self.crypto(Crypto::Sha1M, (f.rd, f.rn, f.rm), 0, 0);
        sha1p: Crypto3 = self.crypto(Crypto::Sha1P, (f.rd, f.rn, f.rm), 0, 0);
        sha1su0: Crypto3 = self.crypto(Crypto::Sha1Su0, (f.rd, f.rn, f.rm), 0, 0);
        sha256h2: Crypto3 = self.crypto(Crypto::Sha256H2, (f.rd, f.rn, f.rm), 0, 0);
        sha256h: Crypto3 = self.crypto(Crypto::Sha256H, (f.rd, f.rn, f.rm), 0, 0);
        sha256su1: Crypto3 = self.crypto(Crypto::Sha256Su1, (f.rd, f.rn, f.rm), 0, 0);
        sha512su0: Crypto2 = self.crypto(Crypto::Sha512Su0, (f.rd, f.rn, 0), 0, 0);
        sm4e: Crypto2 = self.crypto(Crypto::Sm4E, (f.rd, f.rn, 0), 0, 0);
        rax1: Crypto3 = self.crypto(Crypto::Rax1, (f.rd, f.rn, f.rm), 0, 0);
        sha512h2: Crypto3 = self.crypto(Crypto::Sha512H2, (f.rd, f.rn, f.rm), 0, 0);
        sha512h: Crypto3 = self.crypto(Crypto::Sha512H, (f.rd, f.rn, f.rm), 0, 0);
        sha512su1: Crypto3 = self.crypto(Crypto::Sha512Su1, (f.rd, f.rn, f.rm), 0, 0);
        sm3partw1: Crypto3 = self.crypto(Crypto::Sm3PartW1, (f.rd, f.rn, f.rm), 0, 0);
        sm3partw2: Crypto3 = self.crypto(Crypto::Sm3PartW2, (f.rd, f.rn, f.rm), 0, 0);
        sm4ekey: Crypto3 = self.crypto(Crypto::Sm4EKey, (f.rd, f.rn, f.rm), 0, 0);
        bcax: Crypto4 = self.crypto(Crypto::Bcax, (f.rd, f.rn, f.rm), f.ra, 0);
        eor3: Crypto4 = self.crypto(Crypto::Eor3, (f.rd, f.rn, f.rm), f.ra, 0);
        sm3ss1: Crypto4 = self.crypto(Crypto::Sm3Ss1, (f.rd, f.rn, f.rm), f.ra, 0);
        sm3tt1a: CryptoElem = self.crypto(Crypto::Sm3Tt1A, (f.rd, f.rn, f.rm), 0, f.imm2);
        sm3tt1b: CryptoElem = self.crypto(Crypto::Sm3Tt1B, (f.rd, f.rn, f.rm), 0, f.imm2);
        sm3tt2a: CryptoElem = self.crypto(Crypto::Sm3Tt2A, (f.rd, f.rn, f.rm), 0, f.imm2);
        sm3tt2b: CryptoElem = self.crypto(Crypto::Sm3Tt2B, (f.rd, f.rn, f.rm), 0, f.imm2);
        xar: CryptoRotate = self.crypto(Crypto::Xar, (f.rd, f.rn, f.rm), 0, f.imm6);
    }
}
