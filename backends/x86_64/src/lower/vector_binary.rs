//! Binary vector operations.

use super::vector::{PAND, POR, PXOR, Regs, SHIFT_LEFT, SHIFT_RIGHT};
use crate::asm::Rm;
use crate::constants::Const;
use crate::context::Cx;
use tcg_ir::{Lane, Val, VecOp};

/// One VEX instruction with the 66 prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Simple {
    /// Opcode map: 1 for 0F, 2 for 0F38.
    map: u8,
    w: bool,
    opcode: u8,
}

const fn map0f(opcode: u8) -> Option<Simple> {
    Some(Simple { map: 1, w: false, opcode })
}

const fn map38(opcode: u8) -> Option<Simple> {
    Some(Simple { map: 2, w: false, opcode })
}

impl Simple {
    pub(crate) const AND: Simple = Simple { map: 1, w: false, opcode: PAND };
    pub(crate) const OR: Simple = Simple { map: 1, w: false, opcode: POR };
    pub(crate) const XOR: Simple = Simple { map: 1, w: false, opcode: PXOR };
    /// Of the inverted first operand.
    pub(crate) const ANDN: Simple = Simple { map: 1, w: false, opcode: 0xdf };

    /// The instruction that does it alone.
    fn of(op: VecOp, lane: Lane) -> Option<Simple> {
        use Lane::{B, D, H, S};
        match (op, lane) {
            (VecOp::Add, D) => map0f(0xd4),
            (VecOp::Add, _) => map0f(0xfc + lane as u8),
            (VecOp::Sub, _) => map0f(0xf8 + lane as u8),
            (VecOp::Mul, H) => map0f(0xd5),
            (VecOp::Mul, S) => map38(0x40),
            (VecOp::MinS, B) => map38(0x38),
            (VecOp::MinS, H) => map0f(0xea),
            (VecOp::MinS, S) => map38(0x39),
            (VecOp::MinU, B) => map0f(0xda),
            (VecOp::MinU, H) => map38(0x3a),
            (VecOp::MinU, S) => map38(0x3b),
            (VecOp::MaxS, B) => map38(0x3c),
            (VecOp::MaxS, H) => map0f(0xee),
            (VecOp::MaxS, S) => map38(0x3d),
            (VecOp::MaxU, B) => map0f(0xde),
            (VecOp::MaxU, H) => map38(0x3e),
            (VecOp::MaxU, S) => map38(0x3f),
            (VecOp::AddSatS, B | H) => map0f(0xec + lane as u8),
            (VecOp::AddSatU, B | H) => map0f(0xdc + lane as u8),
            (VecOp::SubSatS, B | H) => map0f(0xe8 + lane as u8),
            (VecOp::SubSatU, B | H) => map0f(0xd8 + lane as u8),
            (VecOp::AvgU, B) => map0f(0xe0),
            (VecOp::AvgU, H) => map0f(0xe3),
            (VecOp::Eq, D) => map38(0x29),
            (VecOp::Eq, _) => map0f(0x74 + lane as u8),
            (VecOp::GtS, D) => map38(0x37),
            (VecOp::GtS, _) => map0f(0x64 + lane as u8),
            (VecOp::Shl, S | D) => Some(Simple { map: 2, w: lane == D, opcode: 0x47 }),
            (VecOp::ShrU, S | D) => Some(Simple { map: 2, w: lane == D, opcode: 0x45 }),
            (VecOp::ShrS, S) => map38(0x46),
            (VecOp::MulLowU, _) => map0f(0xf4),
            (VecOp::MulLowS, _) => map38(0x28),
            (VecOp::MulHighS, _) => map0f(0xe5),
            (VecOp::MulHighRoundS, _) => map38(0x0b),
            (VecOp::MulAddPairs, _) => map0f(0xf5),
            (VecOp::ZipLow | VecOp::UnzipEven | VecOp::TransposeEven, D) => map0f(0x6c),
            (VecOp::ZipHigh | VecOp::UnzipOdd | VecOp::TransposeOdd, D) => map0f(0x6d),
            (VecOp::ZipLow, _) => map0f(0x60 + lane as u8),
            (VecOp::ZipHigh, _) => map0f(0x68 + lane as u8),
            (VecOp::AddPairs, H) => map38(0x01),
            (VecOp::AddPairs, S) => map38(0x02),
            _ => None,
        }
    }
}

impl Cx<'_> {
    /// An operation that is one instruction.
    pub(crate) fn vector(&mut self, simple: Simple, d: Val, a: Val, b: Val) {
        let ra = self.in_reg(a);
        let rb = self.in_rm(b);
        self.done(&[a, b]);
        let rd = self.out(d, ra);
        self.simple(simple, rd & 15, ra & 15, rb);
        self.set(d, rd);
    }

    fn simple(&mut self, Simple { map, w, opcode }: Simple, d: u8, a: u8, b: impl Into<Rm>) {
        self.asm.vex(1, map, w, opcode, d, a, b.into(), None);
    }

    /// An operation that is one instruction, on registers.
    pub(crate) fn lanes(&mut self, op: VecOp, lane: Lane, d: u8, a: u8, b: u8) {
        match Simple::of(op, lane) {
            Some(simple) => self.simple(simple, d, a, b),
            None => self.failed = true,
        }
    }

    pub(crate) fn vselect(&mut self, d: Val, m: Val, a: Val, b: Val) {
        if self.shared.shortcuts.avx512 {
            return self.vselect_ternary(d, m, a, b);
        }
        let rm = self.in_reg(m);
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        let t = self.alloc(true);
        self.done(&[m, a, b]);
        let rd = self.out(d, ra);
        let (xd, xm, xt) = (rd & 15, rm & 15, t & 15);
        self.p(PXOR, xt, ra & 15, rb & 15);
        self.p(PAND, xt, xt, xm);
        self.p(PXOR, xd, xt, rb & 15);
        self.set(d, rd);
    }

    pub(crate) fn vbinary(&mut self, op: VecOp, lane: Lane, d: Val, a: Val, b: Val) {
        if let Some(simple) = Simple::of(op, lane) {
            let known = |v: Val| u32::from(self.vals[v.index()].significant);
            let significant = known(a).max(known(b)).max(lane.bytes()) as u8;
            self.vector(simple, d, a, b);
            if op.of_zeros_is_zero() {
                self.val(d).significant = significant;
            }
            return;
        }
        if self.vbinary_avx512(op, lane, d, (a, b)) {
            return;
        }
        if let VecOp::AddSatU | VecOp::SubSatU = op {
            return self.with_temps2(d, a, b, |cx, r| cx.saturate_words(op, r));
        }
        self.with_temps2::<2>(d, a, b, |cx, r| match op {
            VecOp::Mul => cx.multiply_bytes(r),
            VecOp::GeS | VecOp::GeU | VecOp::GtU | VecOp::Tst => cx.compare_lanes(op, lane, r),
            VecOp::AddPairs => cx.add_pairs(lane, r),
            VecOp::ShrS if lane == Lane::D => cx.shift_doublewords_by_lanes(r),
            VecOp::Shl | VecOp::ShrU | VecOp::ShrS => cx.shift_words_by_lanes(op, r),
            VecOp::UnzipEven | VecOp::UnzipOdd => cx.unzip(op, lane, r),
            _ => cx.transpose(op, lane, r),
        });
    }

    /// Even bytes are the low halves of products of words; odd ones are made in place.
    fn multiply_bytes(&mut self, Regs { d, a, b, t: [t, u] }: Regs<2>) {
        self.splat(Lane::H, u, 0xff00);
        self.p(PAND, u, u, a);
        self.shift_lanes(SHIFT_RIGHT, Lane::H, t, b, 8);
        self.lanes(VecOp::Mul, Lane::H, u, u, t);
        self.lanes(VecOp::Mul, Lane::H, t, a, b);
        self.shift_lanes(SHIFT_LEFT, Lane::H, t, t, 8);
        self.shift_lanes(SHIFT_RIGHT, Lane::H, t, t, 8);
        self.p(POR, d, t, u);
    }

    /// `min(a, !b) + b`, `max(a, b) - b`.
    fn saturate_words(&mut self, op: VecOp, Regs { d, a, b, t: [t] }: Regs<1>) {
        if op == VecOp::SubSatU {
            self.lanes(VecOp::MaxU, Lane::S, t, a, b);
            return self.lanes(VecOp::Sub, Lane::S, d, t, b);
        }
        self.ones(t);
        self.p(PXOR, t, b, t);
        self.lanes(VecOp::MinU, Lane::S, t, a, t);
        self.lanes(VecOp::Add, Lane::S, d, t, b);
    }

    fn compare_lanes(&mut self, op: VecOp, lane: Lane, r: Regs<2>) {
        let Regs { d, a, b, t: [t, u] } = r;
        match op {
            VecOp::GeS | VecOp::GeU if lane != Lane::D => {
                let max = if op == VecOp::GeS { VecOp::MaxS } else { VecOp::MaxU };
                self.lanes(max, lane, t, a, b);
                return self.lanes(VecOp::Eq, lane, d, t, a);
            }
            VecOp::GtU => return self.greater_unsigned(lane, d, (a, b), (t, u)),
            // The opposite, inverted.
            VecOp::GeS => self.lanes(VecOp::GtS, lane, t, b, a),
            VecOp::GeU => self.greater_unsigned(lane, t, (b, a), (t, u)),
            _ => {
                self.zero(u);
                self.p(PAND, t, a, b);
                self.lanes(VecOp::Eq, lane, t, t, u);
            }
        }
        self.ones(u);
        self.p(PXOR, d, t, u);
    }

    /// As signed numbers, with the signs inverted.
    fn greater_unsigned(&mut self, lane: Lane, d: u8, (a, b): (u8, u8), (t, u): (u8, u8)) {
        self.splat(lane, t, 1 << (lane.bits() - 1));
        self.p(PXOR, u, a, t);
        self.p(PXOR, t, b, t);
        self.lanes(VecOp::GtS, lane, d, u, t);
    }

    /// A negative number is shifted as its complement.
    fn shift_doublewords_by_lanes(&mut self, Regs { d, a, b, t: [t, u] }: Regs<2>) {
        self.zero(t);
        self.lanes(VecOp::GtS, Lane::D, t, t, a);
        self.p(PXOR, u, a, t);
        self.lanes(VecOp::ShrU, Lane::D, u, u, b);
        self.p(PXOR, d, u, t);
    }

    /// Even and odd words apart, as halves of doublewords, then blended.
    fn shift_words_by_lanes(&mut self, op: VecOp, Regs { d, a, b, t: [t, u] }: Regs<2>) {
        if op == VecOp::Shl {
            // Without what is below an odd word, which would move into it.
            self.shift_lanes(SHIFT_RIGHT, Lane::S, t, a, 16);
            self.shift_lanes(SHIFT_LEFT, Lane::S, t, t, 16);
            self.shift_lanes(SHIFT_RIGHT, Lane::S, u, b, 16);
            self.lanes(op, Lane::S, t, t, u);
            self.low_words(u, b);
            self.lanes(op, Lane::S, u, a, u);
            return self.blend_odd_words(d, u, t);
        }
        self.low_words(u, b);
        if op == VecOp::ShrU {
            self.low_words(t, a);
            self.lanes(op, Lane::S, t, t, u);
        } else {
            self.shift_lanes(SHIFT_LEFT, Lane::S, t, a, 16);
            self.lanes(op, Lane::S, t, t, u);
            self.shift_lanes(SHIFT_RIGHT, Lane::S, t, t, 16);
        }
        self.shift_lanes(SHIFT_RIGHT, Lane::S, u, b, 16);
        self.lanes(op, Lane::S, u, a, u);
        self.blend_odd_words(d, t, u);
    }

    /// The words of even index alone.
    fn low_words(&mut self, d: u8, a: u8) {
        let m = self.constant();
        self.p(PAND, d, a, m);
        self.constant_used(Const::LowWords);
    }

    /// `vpblendw`: words of odd index from `odd`, the others from `even`.
    fn blend_odd_words(&mut self, d: u8, even: u8, odd: u8) {
        self.asm.v3a(false, 0x0e, d, even, odd, 0xaa);
    }

    fn add_pairs(&mut self, lane: Lane, Regs { d, a, b, t: [t, u] }: Regs<2>) {
        if lane == Lane::D {
            self.lanes(VecOp::ZipLow, lane, t, a, b);
            self.lanes(VecOp::ZipHigh, lane, u, a, b);
            return self.lanes(VecOp::Add, lane, d, t, u);
        }
        for (t, a) in [(t, a), (u, b)] {
            self.shift_lanes(SHIFT_RIGHT, Lane::H, t, a, 8);
            self.lanes(VecOp::Add, Lane::B, t, t, a);
            self.shift_lanes(SHIFT_LEFT, Lane::H, t, t, 8);
            self.shift_lanes(SHIFT_RIGHT, Lane::H, t, t, 8);
        }
        // vpackuswb
        self.p(0x67, d, t, u);
    }

    /// Lanes of even or odd index: made whole lanes of twice the width, then packed.
    fn unzip(&mut self, op: VecOp, lane: Lane, Regs { d, a, b, t: [t, u] }: Regs<2>) {
        let odd = op == VecOp::UnzipOdd;
        if lane == Lane::S {
            // vshufps
            let imm = if odd { 0xdd } else { 0x88 };
            return self.asm.vex(0, 1, false, 0xc6, d, a, Rm::R(b), Some(imm));
        }
        let (wide, bits) = if lane == Lane::B { (Lane::H, 8) } else { (Lane::S, 16) };
        if odd {
            self.shift_lanes(SHIFT_RIGHT, wide, t, a, bits);
            self.shift_lanes(SHIFT_RIGHT, wide, u, b, bits);
        } else {
            self.splat(wide, u, lane.mask());
            self.p(PAND, t, a, u);
            self.p(PAND, u, b, u);
        }
        match lane {
            // vpackuswb, vpackusdw
            Lane::B => self.p(0x67, d, t, u),
            _ => self.p38(0x2b, d, t, u),
        }
    }

    /// Lanes of even or odd index in turn: those of one operand are shifted, then both are blended.
    fn transpose(&mut self, op: VecOp, lane: Lane, Regs { d, a, b, t: [t, u] }: Regs<2>) {
        let odd = op == VecOp::TransposeOdd;
        let wide = Lane::ALL[lane as usize + 1];
        let bits = lane.bits() as u8;
        let (x, y) = if odd {
            self.shift_lanes(SHIFT_RIGHT, wide, t, a, bits);
            (t, b)
        } else {
            self.shift_lanes(SHIFT_LEFT, wide, t, b, bits);
            (a, t)
        };
        match lane {
            // vpblendd
            Lane::S => self.asm.v3a(false, 0x02, d, x, y, 0b1010),
            Lane::H => self.blend_odd_words(d, x, y),
            _ => {
                let (mask, of) = if odd { (0xff00, b) } else { (0x00ff, a) };
                self.splat(wide, u, mask);
                self.p(PAND, u, u, of);
                self.p(POR, d, t, u);
            }
        }
    }
}
