//! Group `pauth`: pointer authentication, and branches and loads that authenticate.
//!
//! An address code takes bits 54 to 48 of a pointer: Linux gives programs 48 bits of address and ignores the top byte. (Not
//! that of addresses with bit 55, which are the kernel's: there the code has bits 63 to 56 too.)
//! The code comes from an algorithm of our own, as the architecture allows; it mixes well enough that wrong pointers are
//! found, but hides nothing from a program that wants to know its keys.
//! An authentication that fails raises an exception at once, also in branches and loads (FEAT_FPACCOMBINE).
//!
//! Arm ARM DDI 0487, D8.10 "Pointer authentication", and the pseudocode functions `AddPAC` and `Auth`.

use super::{Translator, W, rows};
use crate::state::{CpuState, x};
use crate::trap::Trap;
use isa::aarch64::pauth::Translate;
use std::mem::offset_of;
use tcg_ir::builder::Addr;
use tcg_ir::{Cond, Order, Type, Val};

/// The bits of a code in a pointer.
const CODE: u64 = 0x007f << 48;
/// The top byte.
const TOP: u64 = 0xff << 56;

/// Odd numbers without a pattern: the fractions of the golden ratio and of the square root of 3.
const MIX: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xbb67_ae85_84ca_a73b];

/// The keys in the order of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Ia,
    Ib,
    Da,
    Db,
    Ga,
}

impl Key {
    /// The key for instructions that the field `m` says.
    pub(super) const fn instruction(m: u8) -> Key {
        if m == 0 { Key::Ia } else { Key::Ib }
    }

    const fn data(m: u8) -> Key {
        if m == 0 { Key::Da } else { Key::Db }
    }
}

/// The link register, and the registers of `PACIA1716` and its kind.
const LR: u8 = 30;

impl Translator<'_> {
    /// 64 bits that depend on a value, a modifier and a key.
    fn code(&mut self, key: Key, v: Val, modifier: Val) -> Val {
        let at = offset_of!(CpuState, pauth_keys) as u32 + 16 * key as u32;
        let (low, high) = (self.b.ld_state(Type::I64, at), self.b.ld_state(Type::I64, at + 8));
        let v = self.b.xor(Type::I64, v, low);
        let modifier = self.b.xor(Type::I64, modifier, high);
        let factor = self.b.i64(MIX[0]);
        let v = self.b.mul(Type::I64, v, factor);
        let modifier = self.b.rotl_imm(Type::I64, modifier, 32);
        let v = self.b.xor(Type::I64, v, modifier);
        let down = self.b.shr_u_imm(Type::I64, v, 29);
        let v = self.b.xor(Type::I64, v, down);
        let factor = self.b.i64(MIX[1]);
        self.b.mul(Type::I64, v, factor)
    }

    /// All ones if bit 55 of a pointer is one, else zero.
    fn half(&mut self, pointer: Val) -> Val {
        let v = self.b.shl_imm(Type::I64, pointer, 8);
        self.b.shr_s_imm(Type::I64, v, 63)
    }

    /// A pointer without its code: the bits are as bit 55.
    fn stripped(&mut self, pointer: Val) -> Val {
        let code = self.b.i64(CODE);
        let half = self.half(pointer);
        let half = self.b.and_imm(Type::I64, half, CODE | TOP);
        let rest = self.b.andnot(Type::I64, pointer, code);
        self.b.or(Type::I64, rest, half)
    }

    /// A pointer with a code, exclusive-ored to what is there: signs, and takes the code of a good pointer away.
    fn with_code(&mut self, key: Key, pointer: Val, modifier: Val) -> Val {
        let stripped = self.stripped(pointer);
        let code = self.code(key, stripped, modifier);
        let half = self.half(pointer);
        let top = self.b.and_imm(Type::I64, half, TOP);
        let mask = self.b.i64(CODE);
        let mask = self.b.or(Type::I64, top, mask);
        let code = self.b.and(Type::I64, code, mask);
        self.b.xor(Type::I64, pointer, code)
    }

    /// The pointer behind a signed one; traps if its code is wrong.
    pub(super) fn authenticated(&mut self, key: Key, pointer: Val, modifier: Val) -> Val {
        let v = self.with_code(key, pointer, modifier);
        let good = self.stripped(v);
        let code = Trap::PointerAuthentication.exit_code().0;
        self.b.trap_if(Type::I64, Cond::Ne, v, good, code);
        v
    }

    fn sign(&mut self, key: Key, rd: u8, modifier: Val) {
        let pointer = self.x(rd);
        let v = self.with_code(key, pointer, modifier);
        self.set(W::X, rd, v);
    }

    fn authenticate(&mut self, key: Key, rd: u8, modifier: Val) {
        let pointer = self.x(rd);
        let v = self.authenticated(key, pointer, modifier);
        self.set(W::X, rd, v);
    }

    fn strip(&mut self, rd: u8) {
        let pointer = self.x(rd);
        let v = self.stripped(pointer);
        self.set(W::X, rd, v);
    }

    /// PACGA: the code of a value, in the upper half.
    fn generic_code(&mut self, rd: u8, rn: u8, rm: u8) {
        let (v, modifier) = (self.x(rn), self.r_sp(W::X, rm));
        let code = self.code(Key::Ga, v, modifier);
        let code = self.b.and_imm(Type::I64, code, 0xffff_ffff << 32);
        self.set(W::X, rd, code);
    }

    /// LDRAA and LDRAB.
    fn load_authenticated(&mut self, write_back: bool, f: isa::aarch64::LoadAuth) {
        let (pointer, zero) = (self.base(f.rn), self.zero());
        let base = self.authenticated(Key::data(f.m), pointer, zero);
        let at = self.b.add_imm(Type::I64, base, i64::from(f.imm10) * 8);
        let addr = self.untagged(Addr::base(at));
        let v = self.b.ld(Type::I64, super::addr::le(8).order(Order::Plain), addr);
        if write_back {
            self.set_sp_checked(W::X, f.rn, at);
        }
        self.set(W::X, f.rt, v);
    }

    /// The modifier zero.
    pub(super) fn zero(&mut self) -> Val {
        self.b.i64(0)
    }

    /// The modifier in a register; 31 is the stack pointer.
    pub(super) fn modifier(&mut self, r: u8) -> Val {
        self.r_sp(W::X, r)
    }

    /// The target of a branch in `rn`, authenticated.
    pub(super) fn target(&mut self, key: Key, rn: u8, modifier: Val) -> Val {
        let pointer = self.x(rn);
        self.authenticated(key, pointer, modifier)
    }

    /// The target of a return.
    pub(super) fn return_target(&mut self, m: u8) -> Val {
        let (pointer, sp) = (self.b.get(x(LR)), self.modifier(31));
        self.authenticated(Key::instruction(m), pointer, sp)
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        pacia: Pac = { let m = self.modifier(f.rn); self.sign(Key::Ia, f.rd, m) };
        paciza: PacZero = { let m = self.zero(); self.sign(Key::Ia, f.rd, m) };
        pacib: Pac = { let m = self.modifier(f.rn); self.sign(Key::Ib, f.rd, m) };
        pacizb: PacZero = { let m = self.zero(); self.sign(Key::Ib, f.rd, m) };
        pacda: Pac = { let m = self.modifier(f.rn); self.sign(Key::Da, f.rd, m) };
        pacdza: PacZero = { let m = self.zero(); self.sign(Key::Da, f.rd, m) };
        pacdb: Pac = { let m = self.modifier(f.rn); self.sign(Key::Db, f.rd, m) };
        pacdzb: PacZero = { let m = self.zero(); self.sign(Key::Db, f.rd, m) };
        pacia1716: Fixed = { let m = self.modifier(16); self.sign(Key::Ia, 17, m) };
        paciaz: Fixed = { let m = self.zero(); self.sign(Key::Ia, LR, m) };
        paciasp: Fixed = { let m = self.modifier(31); self.sign(Key::Ia, LR, m) };
        pacib1716: Fixed = { let m = self.modifier(16); self.sign(Key::Ib, 17, m) };
        pacibz: Fixed = { let m = self.zero(); self.sign(Key::Ib, LR, m) };
        pacibsp: Fixed = { let m = self.modifier(31); self.sign(Key::Ib, LR, m) };
        autia: Pac = { let m = self.modifier(f.rn); self.authenticate(Key::Ia, f.rd, m) };
        autiza: PacZero = { let m = self.zero(); self.authenticate(Key::Ia, f.rd, m) };
        autib: Pac = { let m = self.modifier(f.rn); self.authenticate(Key::Ib, f.rd, m) };
        autizb: PacZero = { let m = self.zero(); self.authenticate(Key::Ib, f.rd, m) };
        autda: Pac = { let m = self.modifier(f.rn); self.authenticate(Key::Da, f.rd, m) };
        autdza: PacZero = { let m = self.zero(); self.authenticate(Key::Da, f.rd, m) };
        autdb: Pac = { let m = self.modifier(f.rn); self.authenticate(Key::Db, f.rd, m) };
        autdzb: PacZero = { let m = self.zero(); self.authenticate(Key::Db, f.rd, m) };
        autia1716: Fixed = { let m = self.modifier(16); self.authenticate(Key::Ia, 17, m) };
        autiaz: Fixed = { let m = self.zero(); self.authenticate(Key::Ia, LR, m) };
        autiasp: Fixed = { let m = self.modifier(31); self.authenticate(Key::Ia, LR, m) };
        autib1716: Fixed = { let m = self.modifier(16); self.authenticate(Key::Ib, 17, m) };
        autibz: Fixed = { let m = self.zero(); self.authenticate(Key::Ib, LR, m) };
        autibsp: Fixed = { let m = self.modifier(31); self.authenticate(Key::Ib, LR, m) };
        xpaci: PacZero = self.strip(f.rd);
        xpacd: PacZero = self.strip(f.rd);
        xpaclri: Fixed = self.strip(LR);
        pacga: Dp2X = self.generic_code(f.rd, f.rn, f.rm);
        ldraa: LoadAuth = self.load_authenticated(false, f);
        ldraa_pre: LoadAuth = self.load_authenticated(true, f);
    }
}
