//! Vector operations on one vector, and those that move bytes.

use super::vector::{PAND, POR, PXOR, Regs, SHIFT_LEFT, SHIFT_RIGHT, SHIFT_SIGNED};
use crate::asm::Evex;
use crate::constants::Const;
use crate::context::Cx;
use tcg_ir::{Lane, Narrow, Sign, Val, VecOp, VecShift};

impl Cx<'_> {
    /// Halves are combined until one lane is left.
    pub(crate) fn vacross(&mut self, op: VecOp, lane: Lane, d: Val, a: Val) {
        self.with_temps::<2>(d, a, |cx, Regs { d, a, t: [t, u], .. }| {
            if op == VecOp::Add && lane == Lane::B {
                // vpsadbw with zero: sums of eight bytes
                cx.zero(t);
                cx.p(0xf6, t, a, t);
                cx.shuffle(1, u, t, 0x4e);
                cx.lanes(VecOp::Add, Lane::D, t, t, u);
                return cx.keep_low(lane, d, t, u);
            }
            cx.shuffle(1, t, a, 0x4e);
            cx.lanes(op, lane, t, t, a);
            if lane <= Lane::S {
                cx.shuffle(1, u, t, 0xb1);
                cx.lanes(op, lane, t, t, u);
            }
            if lane <= Lane::H {
                cx.shuffle(3, u, t, 0xb1);
                cx.lanes(op, lane, t, t, u);
            }
            if lane == Lane::B {
                cx.shift_lanes(SHIFT_RIGHT, Lane::H, u, t, 8);
                cx.lanes(op, lane, t, t, u);
            }
            cx.keep_low(lane, d, t, u);
        });
    }

    pub(crate) fn vshift(&mut self, op: VecShift, lane: Lane, n: u8, d: Val, a: Val) {
        if self.vshift_avx512(op, lane, n, (d, a)) {
            return;
        }
        if op == VecShift::Rotl {
            return self.with_temps::<3>(d, a, |cx, r| cx.rotate(lane, n, r));
        }
        let by_sign = op == VecShift::ShrS && matches!(lane, Lane::B | Lane::D);
        if lane != Lane::B && !by_sign {
            let extension = match op {
                VecShift::Shl => SHIFT_LEFT,
                VecShift::ShrU => SHIFT_RIGHT,
                _ => SHIFT_SIGNED,
            };
            return self.with_temps::<0>(d, a, |cx, r| {
                cx.shift_lanes(extension, lane, r.d, r.a, n);
            });
        }
        self.with_temps::<2>(d, a, |cx, r| {
            if by_sign { cx.shift_signed(lane, n, r) } else { cx.shift_bytes(op, n, r) }
        });
    }

    /// Left and, by the rest of the width, right; bytes as words, the results of which are chosen from bit by bit.
    fn rotate(&mut self, lane: Lane, n: u8, Regs { d, a, t: [t, u, v], .. }: Regs<3>) {
        let back = lane.bits() as u8 - n;
        let wide = lane.max(Lane::H);
        self.shift_lanes(SHIFT_LEFT, wide, t, a, n);
        self.shift_lanes(SHIFT_RIGHT, wide, u, a, back);
        if lane != Lane::B {
            return self.p(POR, d, t, u);
        }
        self.splat(Lane::B, v, 0xff << n);
        self.p(PAND, t, t, v);
        // vpandn
        self.p(0xdf, u, v, u);
        self.p(POR, d, t, u);
    }

    /// Words are shifted, and what came from the neighbour is cleared.
    fn shift_bytes(&mut self, op: VecShift, n: u8, Regs { d, a, t: [t, u], .. }: Regs<2>) {
        let (extension, mask) = match op {
            VecShift::Shl => (SHIFT_LEFT, 0xff << n),
            _ => (SHIFT_RIGHT, 0xff >> n),
        };
        self.shift_lanes(extension, Lane::H, t, a, n);
        self.splat(Lane::B, u, mask);
        self.p(PAND, d, t, u);
    }

    /// A logical shift, whose sign bit is then extended: `(x ^ s) - s`.
    fn shift_signed(&mut self, lane: Lane, n: u8, Regs { d, a, t: [t, u], .. }: Regs<2>) {
        let n = n.min(lane.bits() as u8 - 1);
        if lane == Lane::B {
            self.shift_bytes(VecShift::ShrU, n, Regs { d: t, a, b: a, t: [t, u] });
        } else {
            self.shift_lanes(SHIFT_RIGHT, lane, t, a, n);
        }
        self.splat(lane, u, 1 << (lane.bits() - 1) >> n);
        self.p(PXOR, t, t, u);
        self.lanes(VecOp::Sub, lane, d, t, u);
    }

    pub(crate) fn vabs(&mut self, lane: Lane, d: Val, a: Val) {
        if lane != Lane::D {
            // vpabsb, vpabsw, vpabsd
            return self.with_rm(d, a, |cx, d, a| cx.p38(0x1c + lane as u8, d, 0, a));
        }
        if self.shared.shortcuts.avx512 {
            return self.with_rm(d, a, |cx, d, a| cx.asm.evex(Evex::ABS_D, d, 0, a, None));
        }
        self.with_temps::<1>(d, a, |cx, Regs { d, a, t: [t], .. }| {
            cx.zero(t);
            cx.lanes(VecOp::Sub, lane, t, t, a);
            // vblendvpd: the difference where the sign is set
            cx.asm.v3a(false, 0x4b, d, a, t, a << 4);
        });
    }

    /// Each half of a byte is looked up.
    pub(crate) fn vpopcnt8(&mut self, d: Val, a: Val) {
        if self.shared.shortcuts.bitalg {
            return self.with_rm(d, a, |cx, d, a| cx.asm.evex(Evex::COUNT_BYTES, d, 0, a, None));
        }
        self.with_temps::<3>(d, a, |cx, Regs { d, a, t: [t, u, v], .. }| {
            cx.splat(Lane::B, t, 0x0f);
            cx.p(PAND, u, a, t);
            cx.shift_lanes(SHIFT_RIGHT, Lane::H, v, a, 4);
            cx.p(PAND, v, v, t);
            let m = cx.constant();
            // vmovdqu
            cx.asm.v(2, 0x6f, t, 0, m);
            cx.constant_used(Const::Ones);
            cx.p38(0x00, u, t, u);
            cx.p38(0x00, v, t, v);
            cx.lanes(VecOp::Add, Lane::B, d, u, v);
        });
    }

    pub(crate) fn vreverse(&mut self, lane: Lane, within: Lane, d: Val, a: Val) {
        self.with_temps::<1>(d, a, |cx, Regs { d, a, t: [t], .. }| match (lane, within) {
            (Lane::B, Lane::H) => cx.shuffle_bytes(d, a, Const::Reverse2),
            (Lane::B, Lane::S) => cx.shuffle_bytes(d, a, Const::Reverse4),
            (Lane::B, _) => cx.shuffle_bytes(d, a, Const::Reverse8),
            (Lane::H, _) => {
                let imm = if within == Lane::S { 0xb1 } else { 0x1b };
                cx.shuffle(3, t, a, imm);
                cx.shuffle(2, d, t, imm);
            }
            _ => cx.shuffle(1, d, a, 0xb1),
        });
    }

    pub(crate) fn vext(&mut self, n: u8, d: Val, a: Val, b: Val) {
        // vpalignr
        self.with_temps2::<0>(d, a, b, |cx, r| cx.asm.v3a(false, 0x0f, r.d, r.b, r.a, n));
    }

    pub(crate) fn vtable(&mut self, d: Val, a: Val, index: Val) {
        self.with_temps2::<1>(d, a, index, |cx, Regs { d, a, b: index, t: [t] }| {
            // From 16 on the sum has its top bit set, for which the shuffle gives zero.
            let m = cx.constant();
            // vpaddusb
            cx.p(0xdc, t, index, m);
            cx.constant_used(Const::BeyondTable);
            cx.p38(0x00, d, a, t);
        });
    }

    pub(crate) fn vwiden(&mut self, lane: Lane, sign: Sign, high: bool, d: Val, a: Val) {
        // vpmovsx, vpmovzx
        let opcode = match lane {
            Lane::B => 0x20,
            Lane::H => 0x23,
            _ => 0x25,
        } + if sign == Sign::Unsigned { 0x10 } else { 0 };
        self.with_temps::<1>(d, a, |cx, Regs { d, a, t: [t], .. }| {
            if high {
                cx.shift_bytes_right(t, a, 8);
            }
            cx.p38(opcode, d, 0, if high { t } else { a });
        });
    }

    pub(crate) fn vnarrow(&mut self, lane: Lane, how: Narrow, d: Val, a: Val) {
        self.with_temps::<1>(d, a, |cx, Regs { d, a, t: [t], .. }| {
            if how != Narrow::Wrap {
                cx.zero(t);
            }
            match (how, lane) {
                (Narrow::Wrap, Lane::H) => cx.shuffle_bytes(d, a, Const::Halve2),
                (Narrow::Wrap, Lane::S) => cx.shuffle_bytes(d, a, Const::Halve4),
                (Narrow::Wrap, _) => cx.shuffle_bytes(d, a, Const::Halve8),
                // vpacksswb, vpackssdw, vpackuswb, vpackusdw
                (Narrow::Signed, Lane::H) => cx.p(0x63, d, a, t),
                (Narrow::Signed, _) => cx.p(0x6b, d, a, t),
                (Narrow::Unsigned, Lane::H) => cx.p(0x67, d, a, t),
                (Narrow::Unsigned, _) => cx.p38(0x2b, d, a, t),
            }
        });
    }
}
