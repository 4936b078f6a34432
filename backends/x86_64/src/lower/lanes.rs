//! Between vectors, their lanes and scalars.

use crate::alloc::NO_REG;
use crate::asm::{Evex, Rm};
use crate::context::Cx;
use crate::pins::Reg;
use tcg_ir::{Lane, Type, Val};

impl Cx<'_> {
    pub(crate) fn vlow(&mut self, ty: Type, d: Val, a: Val) {
        if self.tb.constant(a).is_some() {
            self.in_reg(a);
        }
        if !ty.is_int() || self.vals[a.index()].reg == NO_REG {
            self.alias(d, a, 0);
            return self.done(&[a]);
        }
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out(d, NO_REG);
        self.xmm_to_int(ty == Type::I64, rd, ra);
        self.set(d, rd);
    }

    pub(crate) fn vzext(&mut self, ty: Type, d: Val, a: Val) {
        let ra = self.in_reg(a);
        if !ty.is_int() && u32::from(self.vals[a.index()].significant) <= ty.bytes() {
            self.alias_register(d, a);
            return self.done(&[a]);
        }
        self.done(&[a]);
        let rd = self.out(d, if ty.is_int() { NO_REG } else { ra });
        match ty {
            Type::I32 | Type::I64 => self.int_to_xmm(ty == Type::I64, rd, ra),
            // vinsertps with zeros in the upper three lanes
            Type::F32 | Type::F16 => self.asm.v3a(false, 0x21, rd & 15, ra & 15, ra & 15, 0x0e),
            // vmovq
            Type::F64 => self.asm.v(2, 0x7e, rd & 15, 0, ra & 15),
            Type::V128 => self.copy_reg(rd, ra),
        }
        self.set(d, rd);
        self.val(d).significant = ty.bytes() as u8;
    }

    pub(crate) fn vpair(&mut self, d: Val, lo: Val, hi: Val) {
        if self.tb.constant(hi) == Some(0) {
            return self.vzext(Type::I64, d, lo);
        }
        let (low, high) = (self.in_rm(lo), self.in_rm(hi));
        self.done(&[lo, hi]);
        let rd = self.out(d, NO_REG);
        // vmovq, vpinsrq
        self.asm.v_w(1, 0x6e, rd & 15, 0, low);
        self.asm.v3a(true, 0x22, rd & 15, rd & 15, high, 1);
        self.set(d, rd);
    }

    pub(crate) fn vextract(&mut self, lane: Lane, index: u8, d: Val, a: Val) {
        let in_memory = self.vals[a.index()].reg == NO_REG && self.tb.constant(a).is_none();
        if in_memory && matches!(lane, Lane::S | Lane::D) {
            self.alias(d, a, i32::from(index) * lane.bytes() as i32);
            return self.done(&[a]);
        }
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out(d, NO_REG);
        self.extract_lane(lane, index, rd, ra);
        self.set(d, rd);
    }

    /// `vpextr*`, or a plain move for lane 0.
    pub(crate) fn extract_lane(&mut self, lane: Lane, index: u8, r: Reg, x: Reg) {
        let x = x & 15;
        match lane {
            Lane::S | Lane::D if index == 0 => self.xmm_to_int(lane == Lane::D, r, x),
            Lane::B => self.asm.v3a(false, 0x14, x, 0, r, index),
            Lane::H => self.asm.vex(1, 1, false, 0xc5, r, 0, Rm::R(x), Some(index)),
            Lane::S => self.asm.v3a(false, 0x16, x, 0, r, index),
            Lane::D => self.asm.v3a(true, 0x16, x, 0, r, index),
        }
    }

    pub(crate) fn vinsert(&mut self, lane: Lane, index: u8, d: Val, a: Val, v: Val) {
        let (ra, rv) = (self.in_reg(a), self.in_reg(v));
        self.done(&[a, v]);
        let rd = self.out(d, ra);
        self.insert(lane, index, rd, ra, rv);
        self.set(d, rd);
    }

    /// `vpinsr*`.
    fn insert(&mut self, lane: Lane, index: u8, d: Reg, a: Reg, r: Reg) {
        let (d, a) = (d & 15, a & 15);
        match lane {
            Lane::B => self.asm.v3a(false, 0x20, d, a, r, index),
            Lane::H => self.asm.vex(1, 1, false, 0xc4, d, a, Rm::R(r), Some(index)),
            Lane::S => self.asm.v3a(false, 0x22, d, a, r, index),
            Lane::D => self.asm.v3a(true, 0x22, d, a, r, index),
        }
    }

    pub(crate) fn vmove(&mut self, lane: Lane, (to, from): (u8, u8), d: Val, a: Val, b: Val) {
        let (ra, rb) = (self.in_reg(a), self.in_reg(b));
        let through = (lane == Lane::B || lane == Lane::H && to != from).then(|| self.alloc(false));
        self.done(&[a, b]);
        let rd = self.out(d, ra);
        let (xd, xa, xb) = (rd & 15, ra & 15, rb & 15);
        match (lane, through) {
            (_, Some(t)) => {
                self.extract_lane(lane, from, t, rb);
                self.insert(lane, to, rd, ra, t);
            }
            // vshufpd: the low lane from the first operand, the high one from the second
            (Lane::D, _) if to == 0 => {
                self.asm.vex(1, 1, false, 0xc6, xd, xb, Rm::R(xa), Some(from | 2));
            }
            (Lane::D, _) => self.asm.vex(1, 1, false, 0xc6, xd, xa, Rm::R(xb), Some(from << 1)),
            // vinsertps
            (Lane::S, _) => self.asm.v3a(false, 0x21, xd, xa, xb, from << 6 | to << 4),
            // vpblendw
            _ => self.asm.v3a(false, 0x0e, xd, xa, xb, 1 << to),
        }
        self.set(d, rd);
        if self.tb.constant(a) == Some(0) {
            self.val(d).significant = (to + 1) * lane.bytes() as u8;
        }
    }

    pub(crate) fn vdup(&mut self, lane: Lane, d: Val, v: Val) {
        if let Some(bits) = self.tb.constant(v) {
            self.done(&[v]);
            let rd = self.out(d, NO_REG);
            self.splat(lane, rd & 15, bits);
            return self.set(d, rd);
        }
        let rv = self.in_reg(v);
        self.done(&[v]);
        let rd = self.out(d, NO_REG);
        if self.shared.shortcuts.avx512 {
            let what = Evex::broadcast_general(lane as u8);
            self.asm.evex(what, rd & 15, 0, rv, None);
        } else {
            self.int_to_xmm(lane == Lane::D, rd, rv);
            self.broadcast(lane, rd, rd);
        }
        self.set(d, rd);
    }

    /// `vpbroadcast*` of lane 0.
    fn broadcast(&mut self, lane: Lane, d: Reg, a: Reg) {
        let opcode = match lane {
            Lane::B => 0x78,
            Lane::H => 0x79,
            Lane::S => 0x58,
            Lane::D => 0x59,
        };
        self.asm.v38(false, opcode, d & 15, 0, a & 15);
    }

    pub(crate) fn vdup_lane(&mut self, lane: Lane, index: u8, d: Val, a: Val) {
        let ra = self.in_reg(a);
        self.done(&[a]);
        let rd = self.out(d, ra);
        let (xd, xa) = (rd & 15, ra & 15);
        match lane {
            _ if index == 0 => self.broadcast(lane, rd, ra),
            // vpunpckhqdq
            Lane::D => self.p(0x6d, xd, xa, xa),
            Lane::S => self.shuffle(1, xd, xa, index * 0x55),
            _ => {
                self.shift_bytes_right(xd, xa, index * lane.bytes() as u8);
                self.broadcast(lane, rd, rd);
            }
        }
        self.set(d, rd);
    }
}
