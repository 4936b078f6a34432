//! Operations on the bits of one register, shifts by registers, and checksums.
//!
//! Arm ARM DDI 0487, C4.1.95 "Data-processing (1 source)" and "(2 source)".

use super::{Translator, W};
use crate::helpers::integer::id;
use tcg_ir::{Builder, Type, Val};

impl Translator<'_> {
    /// An operation on one register.
    pub(super) fn unary(&mut self, w: W, rd: u8, rn: u8, op: fn(&mut Self, W, Val) -> Val) {
        let v = self.r(w, rn);
        let v = op(self, w, v);
        self.set(w, rd, v);
    }

    pub(super) fn leading_zeros(&mut self, w: W, v: Val) -> Val {
        self.b.clz(w.ty(), v)
    }

    pub(super) fn trailing_zeros(&mut self, w: W, v: Val) -> Val {
        self.b.ctz(w.ty(), v)
    }

    pub(super) fn ones(&mut self, w: W, v: Val) -> Val {
        self.b.popcnt(w.ty(), v)
    }

    /// CLS: how many bits below the sign are as it is.
    pub(super) fn leading_signs(&mut self, w: W, v: Val) -> Val {
        let (ty, twice) = (w.ty(), self.b.shl_imm(w.ty(), v, 1));
        let changes = self.b.xor(ty, v, twice);
        // A one at the end stops the count.
        let one = self.imm(w, 1);
        let changes = self.b.or(ty, changes, one);
        self.b.clz(ty, changes)
    }

    pub(super) fn bytes_reversed(&mut self, w: W, v: Val) -> Val {
        self.b.bswap(w.ty(), v)
    }

    /// REV32: in each 32 bits of 64.
    pub(super) fn bytes_reversed_32(&mut self, _: W, v: Val) -> Val {
        let v = self.b.bswap(Type::I64, v);
        self.b.rotl_imm(Type::I64, v, 32)
    }

    /// REV16: in each 16 bits.
    pub(super) fn bytes_reversed_16(&mut self, w: W, v: Val) -> Val {
        self.exchange(w, v, 8, 0x00ff_00ff_00ff_00ff)
    }

    /// RBIT.
    pub(super) fn bits_reversed(&mut self, w: W, v: Val) -> Val {
        let v = self.b.bswap(w.ty(), v);
        let v = self.exchange(w, v, 4, 0x0f0f_0f0f_0f0f_0f0f);
        let v = self.exchange(w, v, 2, 0x3333_3333_3333_3333);
        self.exchange(w, v, 1, 0x5555_5555_5555_5555)
    }

    /// Exchanges neighbouring fields of `n` bits; `low` has ones in every other.
    fn exchange(&mut self, w: W, v: Val, n: u32, low: u64) -> Val {
        let ty = w.ty();
        let up = self.b.and_imm(ty, v, low);
        let up = self.b.shl_imm(ty, up, n);
        let down = self.b.shr_u_imm(ty, v, n);
        let down = self.b.and_imm(ty, down, low);
        self.b.or(ty, up, down)
    }

    /// LSLV, LSRV, ASRV: by a register modulo the width.
    pub(super) fn shift_by_register(
        &mut self,
        w: W,
        (rd, rn, rm): (u8, u8, u8),
        shift: fn(&mut Builder, Type, Val, Val) -> Val,
    ) {
        let (v, n) = (self.r(w, rn), self.r(w, rm));
        let r = shift(self.b, w.ty(), v, n);
        self.set(w, rd, r);
    }

    /// RORV.
    pub(super) fn rotate_by_register(&mut self, w: W, rd: u8, rn: u8, rm: u8) {
        let (v, n) = (self.r(w, rn), self.r(w, rm));
        let left = self.b.neg(w.ty(), n);
        let r = self.b.rotl(w.ty(), v, left);
        self.set(w, rd, r);
    }

    /// CRC32B … CRC32CX: `bytes` of `rm` added to the checksum in `rn`.
    pub(super) fn checksum(&mut self, castagnoli: bool, bytes: u8, rd: u8, rn: u8, rm: u8) {
        let (sum, data) = (self.r(W::W, rn), self.x(rm));
        let bytes = self.b.i32(bytes.into());
        let h = if castagnoli { id::CRC32C } else { id::CRC32 };
        let sum = self.b.call(h, &[sum, data, bytes]);
        self.set(W::X, rd, sum);
    }
}
