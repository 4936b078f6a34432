//! From IR ops to host instructions, one module per group of ops.

mod atomic;
mod avx512;
mod crypto;
mod ctrl;
mod float;
mod fuse;
mod half_convert;
mod int;
mod lanes;
mod mem;
mod mul;
mod round_away;
mod state;
mod vector;
mod vector_binary;
mod vector_convert;
mod vector_float;
mod vector_half;
mod vector_unary;

use crate::context::Cx;
use tcg_ir::{Op, Type};

impl Cx<'_> {
    /// Emits one op.
    #[rustfmt::skip]
    pub(crate) fn lower(&mut self, op: &Op) {
        use crate::asm::{Alu, Shift};
        use vector_binary::Simple;
        match *op {
            Op::Add { d, a, b, .. } => self.add(d, a, b),
            Op::Sub { d, a, b, .. } => self.sub(d, a, b),
            Op::Mul { d, a, b, .. } => self.mul(d, a, b),
            Op::And { d, a, b, .. } => self.and(d, a, b),
            Op::Or { d, a, b, .. } => self.logic(Alu::Or, d, a, b),
            Op::Xor { d, a, b, .. } => self.logic(Alu::Xor, d, a, b),
            Op::AndNot { d, a, b, .. } => self.andnot(d, a, b),
            Op::Neg { d, a, .. } => self.negate(3, d, a),
            Op::Not { d, a, .. } => self.negate(2, d, a),
            Op::Shl { d, a, n, .. } => self.shift(Shift::Shl, d, a, n),
            Op::ShrU { d, a, n, .. } => self.shift(Shift::Shr, d, a, n),
            Op::ShrS { d, a, n, .. } => self.shift(Shift::Sar, d, a, n),
            Op::Rotl { d, a, n, .. } => self.rotl(d, a, n),
            Op::MulWideU { lo, hi, a, b, .. } => self.mul_wide(false, lo, hi, a, b),
            Op::MulWideS { lo, hi, a, b, .. } => self.mul_wide(true, lo, hi, a, b),
            Op::DivRem { sign, q, r, a, b, .. } => self.divrem(sign, q, r, a, b),
            Op::DivRemWideU { q, r, hi, lo, b, .. } => self.divrem_wide(q, r, hi, lo, b),
            Op::AddCarry { d, carry, a, b, carry_in, .. } => self.carry(Alu::Adc, (d, carry), a, b, carry_in),
            Op::SubBorrow { d, borrow, a, b, borrow_in, .. } => self.carry(Alu::Sbb, (d, borrow), a, b, borrow_in),
            Op::Clz { d, a, .. } => self.count(0xbd, d, a),
            Op::Ctz { d, a, .. } => self.count(0xbc, d, a),
            Op::Popcnt { d, a, .. } => self.count(0xb8, d, a),
            Op::Bswap { d, a, .. } => self.bswap(d, a),
            Op::Lookup { table, d, a } => self.lookup(table, d, a),
            Op::Trunc { d, a } => self.trunc(d, a),
            Op::Hi32 { d, a } => self.hi32(d, a),
            Op::Extend { sign, d, a } => self.extend(sign, d, a),
            Op::Concat { d, lo, hi } => self.concat(d, lo, hi),
            Op::Extract { pos, len, sign, d, a, .. } => self.extract(pos, len, sign, d, a),
            Op::Deposit { pos, len, d, a, b, .. } => self.deposit(pos, len, d, a, b),
            Op::SetCond { cond, d, a, b, .. } => self.setcond(cond, d, a, b),
            Op::Select { cond, d, a, b, t, f, .. } => self.select(cond, d, (a, b), t, f),

            Op::Get { g, d } => self.get(g, d),
            Op::Put { g, v } => self.put(g, v),
            Op::PutLo { g, v } => self.put_lo(g, v),
            Op::PutHi { g, v } => self.put_hi(g, v),
            Op::LdState { ty, off, d } => self.ld_state(ty, off, d),
            Op::StState { ty, off, v } => self.st_state(ty, off, v),

            Op::Ld { ty, mem, disp, d, base, index } => self.ld(ty, mem, disp, d, base, index),
            Op::St { mem, disp, base, index, v, .. } => self.st(mem, disp, base, index, v),
            Op::Ld128 { mem, disp, lo, hi, base } => self.ld128(mem, disp, lo, hi, base),
            Op::St128 { mem, disp, base, lo, hi } => self.st128(mem, disp, base, lo, hi),
            Op::Cas { mem, disp, old, base, expected, new, .. } => self.cas(mem, disp, old, base, expected, new),
            Op::Cas128 { .. } => self.cas128(op),
            Op::Rmw { op, mem, disp, old, base, v, .. } => self.rmw(op, mem, disp, old, base, v),
            Op::Probe { write, len, disp, base } => self.probe(write, len, disp, base),
            Op::Mb { set } => self.mb(set),

            Op::FAdd { d, a, b, .. } => self.fp_binary(float::Arith::Add, d, a, b),
            Op::FSub { d, a, b, .. } => self.fp_binary(float::Arith::Sub, d, a, b),
            Op::FMul { d, a, b, .. } => self.fp_binary(float::Arith::Mul, d, a, b),
            Op::FDiv { d, a, b, .. } => self.fp_binary(float::Arith::Div, d, a, b),
            Op::FSqrt { d, a, .. } => self.fsqrt(d, a),
            Op::FMulAdd { sub, d, a, b, c, .. } => self.fmuladd(sub, d, a, b, c),
            Op::FNegMulAdd { product, addend, d, a, b, c, .. } => self.fnmuladd((product, addend), d, a, b, c),
            Op::FMinMax { max, num, d, a, b, .. } => self.fminmax(max, num, d, a, b),
            Op::FNeg { d, a, .. } => self.fneg(d, a),
            Op::FAbs { d, a, .. } => self.fabs(d, a),
            Op::FCmp { signaling, d, a, b, .. } => self.fcmp(signaling, d, a, b),
            Op::FSetMask { mask, d, a, b, .. } => self.fsetmask(mask, d, a, b),
            Op::FCvt { d, a, .. } => self.fcvt(d, a),
            Op::FFromInt { sign, d, a, .. } => self.ffromint(sign, d, a),
            Op::FToInt { sign, round, d, cls, a, .. } => self.ftoint(sign, round, d, cls, a),
            Op::FRound { round, quiet, d, a, .. } => self.fround(round, quiet, d, a),
            Op::Bitcast { d, a, .. } => self.bitcast(d, a),
            Op::FHi { d, a } => self.fhi(d, a),
            Op::FSetHi { d, a, b } => self.fsethi(d, a, b),
            Op::FpFlagsGet { d } => self.fpflags_get(d),
            Op::FpFlagsSet { v } => self.fpflags_set(v),
            Op::FpRoundSet { v } => self.fpround_set(v),

            Op::VAnd { d, a, b } => self.vector(Simple::AND, d, a, b),
            Op::VOr { d, a, b } => self.vector(Simple::OR, d, a, b),
            Op::VXor { d, a, b } => self.vector(Simple::XOR, d, a, b),
            Op::VAndNot { d, a, b } => self.vector(Simple::ANDN, d, b, a),
            Op::VSelect { d, m, a, b } => self.vselect(d, m, a, b),
            Op::VBinary { op, lane, d, a, b } => self.vbinary(op, lane, d, a, b),
            Op::VAcross { op, lane, d, a } => self.vacross(op, lane, d, a),
            Op::VShift { op, lane, n, d, a } => self.vshift(op, lane, n, d, a),
            Op::VAbs { lane, d, a } => self.vabs(lane, d, a),
            Op::VPopcnt8 { d, a } => self.vpopcnt8(d, a),
            Op::VReverse { lane, within, d, a } => self.vreverse(lane, within, d, a),
            Op::VExt { n, d, a, b } => self.vext(n, d, a, b),
            Op::VTable { d, a, index } => self.vtable(d, a, index),
            Op::VCrypto { op, d, a, b, c } => self.vcrypto(op, d, [a, b, c]),
            Op::VWiden { lane, sign, high, d, a } => self.vwiden(lane, sign, high, d, a),
            Op::VNarrow { lane, how, d, a } => self.vnarrow(lane, how, d, a),
            Op::VFBinary { op, ty: Type::F16, d, a, b } => self.half_binary(op, d, a, b),
            Op::VFBinary { op, ty, d, a, b } => self.vfbinary(op, ty, d, a, b),
            Op::VFSqrt { ty: Type::F16, d, a } => self.half_sqrt(d, a),
            Op::VFSqrt { ty, d, a } => self.vfsqrt(ty, d, a),
            Op::VFMulAdd { ty: Type::F16, neg, d, a, b, c } => self.half_muladd(neg, d, [a, b, c]),
            Op::VFMulAdd { ty, neg, d, a, b, c } => self.vfmuladd(ty, neg, d, (a, b, c)),
            Op::VFCmp { op, ty: Type::F16, d, a, b } => self.half_compare(op, d, a, b),
            Op::VFCmp { op, ty, d, a, b } => self.vfcmp(op, ty, d, a, b),
            Op::VFRound { ty: Type::F16, round, quiet, d, a } => self.half_round(round, quiet, d, a),
            Op::VFRound { ty, round, quiet, d, a } => self.vfround(ty, round, quiet, d, a),
            Op::VFFromInt { ty: Type::F16, sign, d, a } => self.halves_from_int(sign, d, a),
            Op::VFFromInt { ty, sign, d, a } => self.vffromint(ty, sign, d, a),
            Op::VFToInt { ty: Type::F16, sign, round, d, a } => self.halves_to_int((sign, round), d, a),
            Op::VFToInt { ty, sign, round, d, a } => self.vftoint(ty, (sign, round), d, a),
            Op::VFWiden { from, high, d, a } => self.vfwiden(from, high, d, a),
            Op::VFNarrow { from, to: Type::F16, d, a } => self.narrow_to_halves(from, d, a),
            Op::VFNarrow { d, a, .. } => self.vfnarrow(d, a),
            Op::VLow { ty, d, a } => self.vlow(ty, d, a),
            Op::VZext { ty, d, a } => self.vzext(ty, d, a),
            Op::VPair { d, lo, hi } => self.vpair(d, lo, hi),
            Op::VExtract { lane, index, d, a } => self.vextract(lane, index, d, a),
            Op::VInsert { lane, index, d, a, v } => self.vinsert(lane, index, d, a, v),
            Op::VMove { lane, index, from, d, a, b } => self.vmove(lane, (index, from), d, a, b),
            Op::VDup { lane, d, v } => self.vdup(lane, d, v),
            Op::VDupLane { lane, index, d, a } => self.vdup_lane(lane, index, d, a),

            Op::InsnStart { pc, .. } => self.pc = pc,
            Op::SetLabel { label } => self.set_label(label),
            Op::Br { label } => self.br(label),
            Op::BrCond { cond, label, a, b, .. } => self.brcond(cond, label, a, b),
            Op::Goto { pc } => self.goto(pc),
            Op::GotoIf { cond, pc, a, b, .. } => self.goto_if(cond, pc, a, b),
            Op::GotoIfFp { mask, pc, a, b, .. } => self.goto_if_fp(mask, pc, a, b),
            Op::GotoInd { kind, target } => self.goto_ind(kind, target),
            Op::PushReturn { pc } => self.return_to = self.shared.shortcuts.returns.then_some(pc),
            Op::Exit { code, pc, arg } => self.exit(code, pc, arg),
            Op::TrapIf { cond, code, a, b, .. } => self.trap_if(cond, code, a, b),
            Op::CallGotoIf { cond, h, arg, pc, a, b, .. } => {
                self.call_goto_if(cond, (h, arg), pc, a, b);
            }
            Op::Poll { pc } => self.poll(pc),
            Op::Call { h, d, a0, a1, a2, a3 } => self.call(h, d, [a0, a1, a2, a3]),
        }
    }
}
