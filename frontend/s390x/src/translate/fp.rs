//! Floating-point support: loads and stores, signs, the FPC. PoP SA22-7832, chapter 9.

use super::addr::be;
use super::{Translator, rows};
use crate::helpers::id;
use crate::state::{fpr, gpr};
use isa::s390x::fp::Translate;
use tcg_ir::{ExitCode, Type, Val};

impl Translator<'_> {
    fn move_fp(&mut self, ty: Type, r1: u8, r2: u8) {
        let v = self.fp(ty, r2);
        self.set_fp(ty, r1, v);
    }

    fn move_extended(&mut self, r1: u8, r2: u8) {
        if self.not_pairs(&[r1, r2]) {
            return;
        }
        let (high, low) = (self.b.get(fpr(r2)), self.b.get(fpr(r2 | 2)));
        self.b.put(fpr(r1), high);
        self.b.put(fpr(r1 | 2), low);
    }

    fn load_fp(&mut self, ty: Type, r1: u8, (b, x, d): (u8, u8, i32)) {
        let addr = self.addr(b, x, d);
        let int = if ty == Type::F32 { Type::I32 } else { Type::I64 };
        let bits = self.b.ld(int, be(ty.bytes() as u8), addr);
        let v = self.b.bitcast(ty, bits);
        self.set_fp(ty, r1, v);
    }

    fn store_fp(&mut self, ty: Type, r1: u8, (b, x, d): (u8, u8, i32)) {
        let addr = self.addr(b, x, d);
        let v = self.fp(ty, r1);
        let int = if ty == Type::F32 { Type::I32 } else { Type::I64 };
        let bits = self.b.bitcast(int, v);
        self.b.st(be(ty.bytes() as u8), addr, bits);
    }

    fn zero_fp(&mut self, ty: Type, r1: u8) {
        let zero = self.b.constant(ty, 0);
        self.set_fp(ty, r1, zero);
    }

    /// The FPC as an `i32`.
    fn fpc(&mut self) -> Val {
        let flags = self.b.fpflags_get();
        let fpc = self.b.call(id::GET_FPC, &[flags]);
        self.b.trunc(fpc)
    }

    /// Sets the FPC from an `i32`, then ends the block: the mode may have changed.
    fn set_fpc(&mut self, value: Val) {
        let engine = self.b.call(id::SET_FPC, &[value]);
        self.set_engine(engine);
    }

    fn set_fpc_and_signal(&mut self, value: Val) {
        let flags = self.b.fpflags_get();
        let engine = self.b.call(id::FPC_AND_SIGNAL, &[value, flags]);
        self.set_engine(engine);
    }

    /// Hands flags (bits 0–4) and rounding mode (bits 8 and up) to the engine, then ends the block.
    fn set_engine(&mut self, engine: Val) {
        let engine = self.b.trunc(engine);
        let flags = self.b.and_imm(Type::I32, engine, 31);
        self.b.fpflags_set(flags);
        let round = self.b.shr_u_imm(Type::I32, engine, 8);
        self.set_round(round);
    }

    fn set_round(&mut self, round: Val) {
        self.b.fpround_set(round);
        if self.one_off() {
            let next = self.next_value();
            self.lookup_at(next);
            return;
        }
        self.b.exit(ExitCode::LOOKUP.0, self.next_pc(), None);
        self.ended = true;
    }

    /// SET BFP ROUNDING MODE: `bits` low bits of the second operand address are the mode.
    fn set_rounding_mode(&mut self, f: isa::s390x::S, bits: u64) {
        let addr = self.ea(f.b2, 0, f.d2);
        let mode = self.b.and_imm(Type::I64, addr, bits);
        let round = self.b.call(id::SET_ROUNDING, &[mode]);
        let round = self.b.trunc(round);
        self.set_round(round);
    }

    fn fpc_in_storage(&mut self, f: isa::s390x::S) -> Val {
        let addr = self.addr_b(f.b2, f.d2);
        self.load(Type::I32, 4, addr)
    }

    fn registers_to_cc(&mut self, helper: tcg_ir::HelperId, r1: u8, r2: u8, rest: [u64; 2]) {
        let args = [u64::from(r1), u64::from(r2), rest[0], rest[1]].map(|arg| self.b.i64(arg));
        let cc = self.b.call(helper, &args);
        self.set_cc_result(cc);
    }
}

const F32: Type = Type::F32;
const F64: Type = Type::F64;

impl Translate for Translator<'_> {
    rows! { self, f;
        thder: Rre = self.registers_to_cc(id::BINARY_TO_HEXADECIMAL, f.r1, f.r2, [1, 0]);
        thdr: Rre = self.registers_to_cc(id::BINARY_TO_HEXADECIMAL, f.r1, f.r2, [0, 0]);
        tbedr: RrfEx = self.registers_to_cc(id::HEXADECIMAL_TO_BINARY, f.r1, f.r2, [f.m3.into(), 1]);
        tbdr: RrfEx = self.registers_to_cc(id::HEXADECIMAL_TO_BINARY, f.r1, f.r2, [f.m3.into(), 0]);
        cpsdr: RrfBx = {
            let sign = self.b.get(fpr(f.r3));
            let sign = self.b.bitcast(Type::I64, sign);
            let magnitude = self.b.get(fpr(f.r2));
            let magnitude = self.b.bitcast(Type::I64, magnitude);
            let sign = self.b.and_imm(Type::I64, sign, 1 << 63);
            let magnitude = self.b.and_imm(Type::I64, magnitude, u64::MAX >> 1);
            let bits = self.b.or(Type::I64, sign, magnitude);
            let v = self.b.bitcast(F64, bits);
            self.b.put(fpr(f.r1), v);
        };
        efpc: RreR1 = {
            let fpc = self.fpc();
            self.b.put_lo(gpr(f.r1), fpc);
        };
        ler: Rr = self.move_fp(F32, f.r1, f.r2);
        ldr: Rr = self.move_fp(F64, f.r1, f.r2);
        lxr: Rre = self.move_extended(f.r1, f.r2);
        le: RxA = self.load_fp(F32, f.r1, (f.b2, f.x2, f.d2));
        ley: RxyA = self.load_fp(F32, f.r1, (f.b2, f.x2, f.d2));
        ld: RxA = self.load_fp(F64, f.r1, (f.b2, f.x2, f.d2));
        ldy: RxyA = self.load_fp(F64, f.r1, (f.b2, f.x2, f.d2));
        lcdfr: Rre = {
            let v = self.b.get(fpr(f.r2));
            let v = self.b.fneg(F64, v);
            self.b.put(fpr(f.r1), v);
        };
        lndfr: Rre = {
            let v = self.b.get(fpr(f.r2));
            let v = self.b.fabs(F64, v);
            let v = self.b.fneg(F64, v);
            self.b.put(fpr(f.r1), v);
        };
        lpdfr: Rre = {
            let v = self.b.get(fpr(f.r2));
            let v = self.b.fabs(F64, v);
            self.b.put(fpr(f.r1), v);
        };
        lfpc: S = {
            let value = self.fpc_in_storage(f);
            self.set_fpc(value);
        };
        lfas: S = {
            let value = self.fpc_in_storage(f);
            self.set_fpc_and_signal(value);
        };
        ldgr: Rre = {
            let bits = self.b.get(gpr(f.r2));
            let v = self.b.bitcast(F64, bits);
            self.b.put(fpr(f.r1), v);
        };
        lgdr: Rre = {
            let v = self.b.get(fpr(f.r2));
            let bits = self.b.bitcast(Type::I64, v);
            self.b.put(gpr(f.r1), bits);
        };
        lzer: RreR1 = self.zero_fp(F32, f.r1);
        lzdr: RreR1 = self.zero_fp(F64, f.r1);
        lzxr: RreR1 = if !self.not_pairs(&[f.r1]) {
            self.zero_fp(F64, f.r1);
            self.zero_fp(F64, f.r1 | 2);
        };
        srnm: S = self.set_rounding_mode(f, 3);
        srnmb: S = self.set_rounding_mode(f, 0xff);
        srnmt: S = {
            let mode = self.ea(f.b2, 0, f.d2);
            self.b.call(id::SET_DECIMAL_ROUNDING, &[mode]);
        };
        sfpc: RreR1 = {
            let value = self.b.get_lo(gpr(f.r1));
            self.set_fpc(value);
        };
        sfasr: RreR1 = {
            let value = self.b.get_lo(gpr(f.r1));
            self.set_fpc_and_signal(value);
        };
        ste: RxA = self.store_fp(F32, f.r1, (f.b2, f.x2, f.d2));
        stey: RxyA = self.store_fp(F32, f.r1, (f.b2, f.x2, f.d2));
        std: RxA = self.store_fp(F64, f.r1, (f.b2, f.x2, f.d2));
        stdy: RxyA = self.store_fp(F64, f.r1, (f.b2, f.x2, f.d2));
        stfpc: S = {
            let fpc = self.fpc();
            let addr = self.addr_b(f.b2, f.d2);
            self.store(4, addr, fpc);
        };
    }
}
