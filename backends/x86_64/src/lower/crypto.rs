//! Steps of ciphers and hashes: AES-NI, PCLMULQDQ and SHA-NI, or software.
//!
//! Intel SDM volume 2: AESENC and its like, PCLMULQDQ, SHA1RNDS4 and its like.

use super::vector::Regs;
use super::vector_float::slow_lanes;
use crate::asm::{Enc, Mem, RSP};
use crate::context::Cx;
use crate::slow::{Kind, SlowOp};
use tcg_ir::{CryptoOp, Lane, Type, Val, VecOp};

/// The low halves of two vectors, and the high ones.
const UNPACK_LOW: u8 = 0x6c;
const UNPACK_HIGH: u8 = 0x6d;
/// Of `vpshufd`: neighbours exchanged, and all in reverse order.
const SWAP_PAIRS: u8 = 0xb1;
const REVERSE: u8 = 0x1b;
/// What `sha256rnds2` reads besides its operands.
const XMM0: Enc = 0;
/// Below the stack pointer, where signal handlers write nothing.
const RED_ZONE: Mem = Mem::base(RSP, -16);

impl Cx<'_> {
    pub(crate) fn vcrypto(&mut self, op: CryptoOp, d: Val, inputs: [Val; 3]) {
        let features = self.shared.shortcuts;
        let [a, b, _] = inputs;
        match op {
            CryptoOp::MulLow | CryptoOp::MulHigh if features.pclmulqdq => {
                let imm = if op == CryptoOp::MulLow { 0x00 } else { 0x11 };
                self.with_temps2::<0>(d, a, b, |cx, r| {
                    cx.asm.v3a(false, 0x44, r.d, r.a, r.b, imm);
                });
            }
            CryptoOp::MulLow | CryptoOp::MulHigh => self.crypto_by_software(op, d, inputs),
            _ if op <= CryptoOp::AesDecryptUnmix && features.aes => {
                self.with_temps::<1>(d, a, |cx, r| cx.aes(op, r));
            }
            _ if op > CryptoOp::AesDecryptUnmix && features.sha => self.sha(op, d, inputs),
            _ => self.crypto_by_software(op, d, inputs),
        }
    }

    fn crypto_by_software(&mut self, op: CryptoOp, d: Val, inputs: [Val; 3]) {
        let operands = inputs.map(|v| self.in_reg(v));
        self.done(&inputs);
        let rd = self.out_beside(d);
        let op = SlowOp { crypto: op, ..SlowOp::new(Kind::Crypto, Type::F64) };
        self.call_slow(slow_lanes(op, rd, operands));
        self.finish_vector(d, rd);
    }

    /// The host's rounds end with adding a key: zero. A mixing alone is a round after the inverse of its substitution.
    fn aes(&mut self, op: CryptoOp, Regs { d, a, t: [t], .. }: Regs<1>) {
        const ENCRYPT: u8 = 0xdc;
        const ENCRYPT_LAST: u8 = 0xdd;
        const DECRYPT: u8 = 0xde;
        const DECRYPT_LAST: u8 = 0xdf;
        if op == CryptoOp::AesUnmix {
            // vaesimc
            return self.p38(0xdb, d, 0, a);
        }
        self.zero(t);
        let (x, opcode) = match op {
            CryptoOp::AesEncrypt => (a, ENCRYPT_LAST),
            CryptoOp::AesDecrypt => (a, DECRYPT_LAST),
            CryptoOp::AesDecryptUnmix => (a, DECRYPT),
            CryptoOp::AesEncryptMix => (a, ENCRYPT),
            _ => {
                self.p38(DECRYPT_LAST, d, a, t);
                (d, ENCRYPT)
            }
        };
        self.p38(opcode, d, x, t);
    }

    fn sha(&mut self, op: CryptoOp, d: Val, inputs @ [a, b, c]: [Val; 3]) {
        let [ra, rb, rc] = inputs.map(|v| self.in_reg(v));
        let t = self.alloc(true) & 15;
        self.done(&[a, b, c]);
        // Not a pinned register, which might be xmm0.
        let rd = self.alloc(true);
        let (xd, r) = (rd & 15, [ra & 15, rb & 15, rc & 15]);
        match op {
            CryptoOp::Sha1Choose => self.sha1(0, 0x5a82_7999, xd, t, r),
            CryptoOp::Sha1Parity => self.sha1(1, 0x6ed9_eba1, xd, t, r),
            CryptoOp::Sha1Majority => self.sha1(2, 0x8f1b_bcdc, xd, t, r),
            CryptoOp::Sha256Abcd => self.sha256(UNPACK_HIGH, xd, t, r),
            CryptoOp::Sha256Efgh => self.sha256(UNPACK_LOW, xd, t, r),
            CryptoOp::Sha256Schedule0 => {
                self.copy_reg(rd, ra);
                // sha256msg1
                self.asm.sha(0xcc, xd, r[1]);
            }
            _ => {
                // vpalignr, sha256msg2
                self.asm.v3a(false, 0x0f, t, r[2], r[1], 4);
                self.lanes(VecOp::Add, Lane::S, xd, t, r[0]);
                self.asm.sha(0xcd, xd, r[2]);
            }
        }
        self.finish_vector(d, rd);
    }

    /// Four rounds of SHA-1. The host has the words in reverse order, and adds the constant itself.
    fn sha1(&mut self, which: u8, constant: u64, d: Enc, t: Enc, [abcd, e, w]: [Enc; 3]) {
        self.splat(Lane::S, t, constant);
        self.lanes(VecOp::Sub, Lane::S, t, w, t);
        // The low word of `e` alone.
        self.splat_constant(0, d);
        self.asm.v3a(false, 0x0e, d, d, e, 0b11);
        self.lanes(VecOp::Add, Lane::S, t, t, d);
        self.shuffle(1, t, t, REVERSE);
        self.shuffle(1, d, abcd, REVERSE);
        self.asm.sha1_rounds(d, t, which);
        self.shuffle(1, d, d, REVERSE);
    }

    /// Four rounds of SHA-256, two at a time: the host has words A, B, E, F and C, D, G, H together, in reverse order.
    fn sha256(&mut self, half: u8, d: Enc, t: Enc, [abcd, efgh, w]: [Enc; 3]) {
        self.p(UNPACK_LOW, t, efgh, abcd);
        self.p(UNPACK_HIGH, d, efgh, abcd);
        self.shuffle(1, t, t, SWAP_PAIRS);
        self.shuffle(1, d, d, SWAP_PAIRS);
        // vmovups
        self.asm.v(0, 0x11, XMM0, 0, RED_ZONE);
        // vmovaps
        self.asm.v(0, 0x28, XMM0, 0, w);
        self.asm.sha(0xcb, d, t);
        self.shuffle(1, XMM0, XMM0, 0x0e);
        self.asm.sha(0xcb, t, d);
        self.asm.v(0, 0x10, XMM0, 0, RED_ZONE);
        self.p(half, d, t, d);
        self.shuffle(1, d, d, SWAP_PAIRS);
    }
}
