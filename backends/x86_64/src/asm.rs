//! A small table-free encoder for the instructions whose mnemonic, registers or operand form are only known at run time.
//!
//! Fixed sequences (trampolines, thunks) are written with `dynasm!`.
//! Here `dynasm!` would need one macro arm per mnemonic and operand form, and it encodes every dynamic base register
//! with a SIB byte and a 32-bit displacement; this encoder takes the opcode as a number and picks the shortest form.
//! Encodings: Intel SDM volume 2, chapter 2 (instruction format) and the instruction pages.

/// Host register by encoding number; vector registers are numbered from 0 too where an instruction takes one.
pub(crate) type Enc = u8;

/// No register.
pub(crate) const NO_REG: u8 = 0xff;

pub(crate) const RAX: Enc = 0;
pub(crate) const RCX: Enc = 1;
pub(crate) const RDX: Enc = 2;
pub(crate) const RSP: Enc = 4;
pub(crate) const RBP: Enc = 5;
pub(crate) const RSI: Enc = 6;

/// As base: relative to the next instruction.
const RIP: u8 = 16;

/// A host memory operand `[base + index * 2^scale + disp]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mem {
    pub(crate) base: Enc,
    pub(crate) index: Enc,
    pub(crate) scale: u8,
    pub(crate) disp: i32,
}

impl Mem {
    pub(crate) const fn base(base: Enc, disp: i32) -> Mem {
        Mem { base, index: NO_REG, scale: 0, disp }
    }

    /// Relative to the next instruction; the displacement is filled in later.
    pub(crate) const fn rip(disp: i32) -> Mem {
        Mem { base: RIP, index: NO_REG, scale: 0, disp }
    }

    pub(crate) const fn plus(self, disp: i32) -> Mem {
        Mem { disp: self.disp.wrapping_add(disp), ..self }
    }
}

/// A register or memory operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rm {
    R(Enc),
    M(Mem),
}

impl From<Enc> for Rm {
    fn from(reg: Enc) -> Rm {
        Rm::R(reg)
    }
}

impl From<Mem> for Rm {
    fn from(mem: Mem) -> Rm {
        Rm::M(mem)
    }
}

/// The eight classic ALU operations, by their opcode number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Alu {
    Add = 0,
    Or = 1,
    Adc = 2,
    Sbb = 3,
    And = 4,
    Sub = 5,
    Xor = 6,
    Cmp = 7,
}

/// Shift operations, by their opcode extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Shift {
    Shl = 4,
    Shr = 5,
    Sar = 7,
}

/// Host condition codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Cc {
    O = 0,
    No = 1,
    B = 2,
    Ae = 3,
    E = 4,
    Ne = 5,
    Be = 6,
    A = 7,
    S = 8,
    Ns = 9,
    P = 10,
    Np = 11,
    L = 12,
    Ge = 13,
    Le = 14,
    G = 15,
}

impl Cc {
    const ALL: [Cc; 16] = [
        Cc::O,
        Cc::No,
        Cc::B,
        Cc::Ae,
        Cc::E,
        Cc::Ne,
        Cc::Be,
        Cc::A,
        Cc::S,
        Cc::Ns,
        Cc::P,
        Cc::Np,
        Cc::L,
        Cc::Ge,
        Cc::Le,
        Cc::G,
    ];

    /// The opposite condition.
    pub(crate) const fn invert(self) -> Cc {
        Cc::ALL[self as usize ^ 1]
    }
}

/// Opcode maps.
const MAP0: u8 = 0;
const MAP_0F: u8 = 1;
const MAP_0F38: u8 = 2;
const MAP_0F3A: u8 = 3;

/// Bytes that one instruction may need, and the room that must be left before emitting an op.
const MAX_INSN: usize = 16;

/// The code under construction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asm {
    buf: Vec<u8>,
    pos: usize,
}

/// One instruction under construction.
struct Bytes {
    b: [u8; MAX_INSN],
    n: usize,
}

impl Bytes {
    #[inline(always)]
    fn put(&mut self, byte: u8) {
        self.b[self.n & 15] = byte;
        self.n += 1;
    }

    #[inline(always)]
    fn put4(&mut self, value: i32) {
        let n = self.n.min(MAX_INSN - 4);
        self.b[n..n + 4].copy_from_slice(&value.to_le_bytes());
        self.n = n + 4;
    }

    /// ModRM, SIB and displacement.
    #[inline(always)]
    fn modrm(&mut self, reg: u8, rm: Rm) {
        let reg = (reg & 7) << 3;
        match rm {
            Rm::R(r) => self.put(0xc0 | reg | (r & 7)),
            Rm::M(Mem { base: NO_REG, index, scale, disp }) => {
                self.put(reg | 4);
                let index = if index == NO_REG { 4 } else { index & 7 };
                self.put(scale << 6 | index << 3 | 5);
                self.put4(disp);
            }
            Rm::M(Mem { base: RIP, disp, .. }) => {
                self.put(reg | 5);
                self.put4(disp);
            }
            Rm::M(Mem { base, index, scale, disp }) => {
                let mode = match i8::try_from(disp) {
                    Ok(0) if base & 7 != 5 => 0x00,
                    Ok(_) => 0x40,
                    Err(_) => 0x80,
                };
                if index != NO_REG || base & 7 == 4 {
                    self.put(mode | reg | 4);
                    let index = if index == NO_REG { 4 } else { index & 7 };
                    self.put(scale << 6 | index << 3 | (base & 7));
                } else {
                    self.put(mode | reg | (base & 7));
                }
                match mode {
                    0x40 => self.put(disp as u8),
                    0x80 => self.put4(disp),
                    _ => {}
                }
            }
        }
    }
}

/// REX bits R, X, B of the operands.
#[inline(always)]
fn rex_bits(reg: u8, rm: Rm) -> u8 {
    let ext = |r: u8| if r == NO_REG { 0 } else { r >> 3 & 1 };
    let (x, b) = match rm {
        Rm::R(r) => (0, ext(r)),
        Rm::M(m) => (ext(m.index), ext(m.base)),
    };
    (reg >> 3 & 1) << 2 | x << 1 | b
}

impl Asm {
    pub(crate) fn clear(&mut self) {
        self.pos = 0;
    }

    /// Makes room for at least `bytes` more.
    #[inline]
    pub(crate) fn reserve(&mut self, bytes: usize) {
        if self.pos + bytes + MAX_INSN > self.buf.len() {
            self.buf.resize((self.pos + bytes + MAX_INSN).next_power_of_two().max(1 << 14), 0);
        }
    }

    #[inline]
    pub(crate) fn pos(&self) -> usize {
        self.pos
    }

    pub(crate) fn code(&self) -> &[u8] {
        &self.buf[..self.pos]
    }

    #[inline(always)]
    fn commit(&mut self, bytes: &Bytes) {
        if self.pos + MAX_INSN > self.buf.len() {
            self.reserve(4096);
        }
        self.buf[self.pos..self.pos + MAX_INSN].copy_from_slice(&bytes.b);
        self.pos += bytes.n;
    }

    /// Appends raw bytes.
    #[inline]
    pub(crate) fn raw<const N: usize>(&mut self, bytes: [u8; N]) {
        self.reserve(N);
        self.buf[self.pos..self.pos + N].copy_from_slice(&bytes);
        self.pos += N;
    }

    /// Overwrites 4 bytes at `at`.
    pub(crate) fn patch4(&mut self, at: usize, value: i32) {
        self.buf[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }

    /// The general legacy-encoded instruction: mandatory prefix (or 0), REX.W, map, opcode, operands, immediate of `n_imm` bytes.
    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "the fields of an x86 instruction")]
    fn legacy(
        &mut self,
        prefix: u8,
        w: bool,
        map: u8,
        opcode: u8,
        reg: u8,
        rm: Rm,
        force_rex: bool,
        imm: i32,
        n_imm: u8,
    ) {
        let mut i = Bytes { b: [0; MAX_INSN], n: 0 };
        if prefix != 0 {
            i.put(prefix);
        }
        let rex = rex_bits(reg, rm) | u8::from(w) << 3;
        if rex != 0 || force_rex {
            i.put(0x40 | rex);
        }
        if map != MAP0 {
            i.put(0x0f);
        }
        match map {
            MAP_0F38 => i.put(0x38),
            MAP_0F3A => i.put(0x3a),
            _ => {}
        }
        i.put(opcode);
        i.modrm(reg, rm);
        match n_imm {
            0 => {}
            1 => i.put(imm as u8),
            2 => {
                i.put(imm as u8);
                i.put((imm >> 8) as u8);
            }
            _ => i.put4(imm),
        }
        self.commit(&i);
    }

    #[inline]
    fn op(&mut self, w: bool, map: u8, opcode: u8, reg: u8, rm: Rm) {
        self.legacy(0, w, map, opcode, reg, rm, false, 0, 0);
    }

    /// The general VEX-encoded instruction; `pp`: 0 none, 1 66, 2 F3, 3 F2; `l`: 256 bits.
    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "the fields of an x86 instruction")]
    pub(crate) fn vex(
        &mut self,
        pp: u8,
        map: u8,
        w: bool,
        opcode: u8,
        reg: u8,
        vvvv: u8,
        rm: Rm,
        imm: Option<u8>,
    ) {
        let mut i = Bytes { b: [0; MAX_INSN], n: 0 };
        let rex = rex_bits(reg, rm);
        let tail = (!vvvv & 15) << 3 | pp;
        if map == MAP_0F && !w && rex & 3 == 0 {
            i.put(0xc5);
            i.put((!(rex >> 2) & 1) << 7 | tail);
        } else {
            i.put(0xc4);
            i.put((!rex & 7) << 5 | map);
            i.put(u8::from(w) << 7 | tail);
        }
        i.put(opcode);
        i.modrm(reg, rm);
        if let Some(imm) = imm {
            i.put(imm);
        }
        self.commit(&i);
    }

    // --- moves ---------------------------------------------------------------------------------

    /// `mov d, s` of 32 or 64 bits; loads if `s` is memory.
    #[inline]
    pub(crate) fn mov(&mut self, w: bool, d: Enc, s: impl Into<Rm>) {
        self.op(w, MAP0, 0x8b, d, s.into());
    }

    /// `mov [m], s` of 1, 2, 4 or 8 bytes.
    #[inline]
    pub(crate) fn store(&mut self, bytes: u8, m: Mem, s: Enc) {
        match bytes {
            1 => self.legacy(0, false, MAP0, 0x88, s, m.into(), s >= 4, 0, 0),
            2 => self.legacy(0x66, false, MAP0, 0x89, s, m.into(), false, 0, 0),
            _ => self.op(bytes == 8, MAP0, 0x89, s, m.into()),
        }
    }

    /// `mov [m], imm` of 1, 2, 4 or 8 bytes; 8 bytes take the immediate sign-extended.
    pub(crate) fn store_imm(&mut self, bytes: u8, m: Mem, imm: i32) {
        match bytes {
            1 => self.legacy(0, false, MAP0, 0xc6, 0, m.into(), false, imm, 1),
            2 => self.legacy(0x66, false, MAP0, 0xc7, 0, m.into(), false, imm, 2),
            _ => self.legacy(0, bytes == 8, MAP0, 0xc7, 0, m.into(), false, imm, 4),
        }
    }

    /// Loads a constant; leaves the flags alone.
    pub(crate) fn mov_imm(&mut self, d: Enc, imm: u64) {
        if let Ok(low) = u32::try_from(imm) {
            let mut i = Bytes { b: [0; MAX_INSN], n: 0 };
            if d >= 8 {
                i.put(0x41);
            }
            i.put(0xb8 | d & 7);
            i.put4(low as i32);
            self.commit(&i);
        } else if let Ok(low) = i32::try_from(imm as i64) {
            self.legacy(0, true, MAP0, 0xc7, 0, Rm::R(d), false, low, 4);
        } else {
            let mut i = Bytes { b: [0; MAX_INSN], n: 0 };
            i.put(0x48 | d >> 3);
            i.put(0xb8 | d & 7);
            i.put4(imm as i32);
            i.put4((imm >> 32) as i32);
            self.commit(&i);
        }
    }

    /// Loads a constant; may change the flags.
    #[inline]
    pub(crate) fn load_imm(&mut self, d: Enc, imm: u64) {
        if imm == 0 {
            self.alu(Alu::Xor, false, d, d);
        } else {
            self.mov_imm(d, imm);
        }
    }

    /// `movzx d32, s8`.
    pub(crate) fn movzx8(&mut self, d: Enc, s: impl Into<Rm>) {
        let s = s.into();
        self.legacy(0, false, MAP_0F, 0xb6, d, s, matches!(s, Rm::R(4..)), 0, 0);
    }

    /// `movzx d32, s16`.
    pub(crate) fn movzx16(&mut self, d: Enc, s: impl Into<Rm>) {
        self.op(false, MAP_0F, 0xb7, d, s.into());
    }

    /// `movsx d, s8`.
    pub(crate) fn movsx8(&mut self, w: bool, d: Enc, s: impl Into<Rm>) {
        let s = s.into();
        self.legacy(0, w, MAP_0F, 0xbe, d, s, matches!(s, Rm::R(4..)), 0, 0);
    }

    /// `movsx d, s16`.
    pub(crate) fn movsx16(&mut self, w: bool, d: Enc, s: impl Into<Rm>) {
        self.op(w, MAP_0F, 0xbf, d, s.into());
    }

    /// `movsxd d64, s32`.
    pub(crate) fn movsxd(&mut self, d: Enc, s: impl Into<Rm>) {
        self.op(true, MAP0, 0x63, d, s.into());
    }

    /// `mov d8, s8`, which keeps the other bits of `d`.
    pub(crate) fn mov8(&mut self, d: Enc, s: Enc) {
        self.legacy(0, false, MAP0, 0x8a, d, Rm::R(s), d >= 4 || s >= 4, 0, 0);
    }

    /// `mov d16, s16`, which keeps the other bits of `d`.
    pub(crate) fn mov16(&mut self, d: Enc, s: Enc) {
        self.legacy(0x66, false, MAP0, 0x8b, d, Rm::R(s), false, 0, 0);
    }

    /// `movbe d, [m]` of 4 or 8 bytes.
    pub(crate) fn movbe_load(&mut self, w: bool, d: Enc, m: Mem) {
        self.op(w, MAP_0F38, 0xf0, d, m.into());
    }

    /// `movbe [m], s` of 2, 4 or 8 bytes.
    pub(crate) fn movbe_store(&mut self, bytes: u8, m: Mem, s: Enc) {
        let prefix = if bytes == 2 { 0x66 } else { 0 };
        self.legacy(prefix, bytes == 8, MAP_0F38, 0xf1, s, m.into(), false, 0, 0);
    }

    /// `bswap d`.
    pub(crate) fn bswap(&mut self, w: bool, d: Enc) {
        let mut i = Bytes { b: [0; MAX_INSN], n: 0 };
        let rex = u8::from(w) << 3 | d >> 3;
        if rex != 0 {
            i.put(0x40 | rex);
        }
        i.put(0x0f);
        i.put(0xc8 | d & 7);
        self.commit(&i);
    }

    /// `lea d, [m]`.
    pub(crate) fn lea(&mut self, w: bool, d: Enc, m: Mem) {
        self.op(w, MAP0, 0x8d, d, m.into());
    }

    /// `push r64`.
    pub(crate) fn push(&mut self, r: Enc) {
        if r >= 8 {
            self.raw([0x41, 0x50 | r & 7]);
        } else {
            self.raw([0x50 | r]);
        }
    }

    /// `push qword [m]`.
    pub(crate) fn push_mem(&mut self, m: Mem) {
        self.op(false, MAP0, 0xff, 6, m.into());
    }

    /// `pop qword [m]`. The address must not depend on rsp.
    pub(crate) fn pop_mem(&mut self, m: Mem) {
        self.op(false, MAP0, 0x8f, 0, m.into());
    }

    /// `push imm32`, sign-extended.
    pub(crate) fn push_imm(&mut self, imm: i32) {
        self.raw([0x68]);
        self.raw(imm.to_le_bytes());
    }

    // --- arithmetic ----------------------------------------------------------------------------

    /// `op d, s`.
    #[inline]
    pub(crate) fn alu(&mut self, op: Alu, w: bool, d: Enc, s: impl Into<Rm>) {
        self.op(w, MAP0, (op as u8) << 3 | 3, d, s.into());
    }

    /// `op d, imm`, the immediate sign-extended.
    #[inline]
    pub(crate) fn alu_imm(&mut self, op: Alu, w: bool, d: impl Into<Rm>, imm: i32) {
        if i8::try_from(imm).is_ok() {
            self.legacy(0, w, MAP0, 0x83, op as u8, d.into(), false, imm, 1);
        } else {
            self.legacy(0, w, MAP0, 0x81, op as u8, d.into(), false, imm, 4);
        }
    }

    /// `test a, b`.
    pub(crate) fn test(&mut self, w: bool, a: impl Into<Rm>, b: Enc) {
        self.op(w, MAP0, 0x85, b, a.into());
    }

    /// `test a, imm`, the immediate sign-extended.
    pub(crate) fn test_imm(&mut self, w: bool, a: impl Into<Rm>, imm: i32) {
        self.legacy(0, w, MAP0, 0xf7, 0, a.into(), false, imm, 4);
    }

    /// `bt a, bit`.
    pub(crate) fn bt(&mut self, w: bool, a: impl Into<Rm>, bit: u8) {
        self.legacy(0, w, MAP_0F, 0xba, 4, a.into(), false, i32::from(bit), 1);
    }

    /// One-operand group 3: `not` 2, `neg` 3, `mul` 4, `imul` 5, `div` 6, `idiv` 7.
    pub(crate) fn group3(&mut self, extension: u8, w: bool, a: impl Into<Rm>) {
        self.op(w, MAP0, 0xf7, extension, a.into());
    }

    /// `imul d, s`.
    pub(crate) fn imul(&mut self, w: bool, d: Enc, s: impl Into<Rm>) {
        self.op(w, MAP_0F, 0xaf, d, s.into());
    }

    /// `imul d, s, imm`.
    pub(crate) fn imul_imm(&mut self, w: bool, d: Enc, s: impl Into<Rm>, imm: i32) {
        if i8::try_from(imm).is_ok() {
            self.legacy(0, w, MAP0, 0x6b, d, s.into(), false, imm, 1);
        } else {
            self.legacy(0, w, MAP0, 0x69, d, s.into(), false, imm, 4);
        }
    }

    /// Shift or rotate by a constant.
    pub(crate) fn shift(&mut self, op: Shift, w: bool, d: Enc, n: u8) {
        self.legacy(0, w, MAP0, 0xc1, op as u8, Rm::R(d), false, i32::from(n), 1);
    }

    /// `shrd d, s, n` of 64 bits: the low bits of `s` enter at the top of `d`.
    pub(crate) fn shrd(&mut self, d: Enc, s: Enc, n: u8) {
        self.legacy(0, true, MAP_0F, 0xac, s, Rm::R(d), false, i32::from(n), 1);
    }

    /// `rol d16, n`.
    pub(crate) fn rol16(&mut self, d: Enc, n: u8) {
        self.legacy(0x66, false, MAP0, 0xc1, 0, Rm::R(d), false, i32::from(n), 1);
    }

    /// `shlx`, `shrx` or `sarx` `d, s, n` (BMI2).
    pub(crate) fn shift_var(&mut self, op: Shift, w: bool, d: Enc, s: impl Into<Rm>, n: Enc) {
        let pp = match op {
            Shift::Shl => 1,
            Shift::Shr => 3,
            Shift::Sar => 2,
        };
        self.vex(pp, MAP_0F38, w, 0xf7, d, n, s.into(), None);
    }

    /// `rorx d, s, n` (BMI2).
    pub(crate) fn rorx(&mut self, w: bool, d: Enc, s: impl Into<Rm>, n: u8) {
        self.vex(3, MAP_0F3A, w, 0xf0, d, 0, s.into(), Some(n));
    }

    /// `andn d, a, b`: `!a & b` (BMI1).
    pub(crate) fn andn(&mut self, w: bool, d: Enc, a: Enc, b: impl Into<Rm>) {
        self.vex(0, MAP_0F38, w, 0xf2, d, a, b.into(), None);
    }

    /// `mulx hi, lo, s`: `hi:lo = rdx * s` (BMI2).
    pub(crate) fn mulx(&mut self, w: bool, hi: Enc, lo: Enc, s: impl Into<Rm>) {
        self.vex(3, MAP_0F38, w, 0xf6, hi, lo, s.into(), None);
    }

    /// `lzcnt` (0xbd), `tzcnt` (0xbc) or `popcnt` (0xb8).
    pub(crate) fn count(&mut self, opcode: u8, w: bool, d: Enc, s: impl Into<Rm>) {
        self.legacy(0xf3, w, MAP_0F, opcode, d, s.into(), false, 0, 0);
    }

    /// `setcc d8`.
    pub(crate) fn setcc(&mut self, cc: Cc, d: Enc) {
        self.legacy(0, false, MAP_0F, 0x90 | cc as u8, 0, Rm::R(d), d >= 4, 0, 0);
    }

    /// `cmovcc d, s`.
    pub(crate) fn cmov(&mut self, cc: Cc, w: bool, d: Enc, s: impl Into<Rm>) {
        self.op(w, MAP_0F, 0x40 | cc as u8, d, s.into());
    }

    /// `cdq` or `cqo`.
    pub(crate) fn sign_to_rdx(&mut self, w: bool) {
        if w {
            self.raw([0x48, 0x99]);
        } else {
            self.raw([0x99]);
        }
    }

    // --- atomics -------------------------------------------------------------------------------

    /// The `lock` prefix, for the next instruction.
    pub(crate) fn lock(&mut self) {
        self.raw([0xf0]);
    }

    /// `op [m], s` of 1, 2, 4 or 8 bytes with the opcode of its 32-bit form in `map` 0 or 0F; the byte form is one less.
    pub(crate) fn sized(&mut self, bytes: u8, two_byte: bool, opcode: u8, m: Mem, s: Enc) {
        let map = if two_byte { MAP_0F } else { MAP0 };
        let prefix = if bytes == 2 { 0x66 } else { 0 };
        let opcode = if bytes == 1 { opcode - 1 } else { opcode };
        self.legacy(prefix, bytes == 8, map, opcode, s, m.into(), bytes == 1 && s >= 4, 0, 0);
    }

    /// `xchg a, b` of registers.
    pub(crate) fn xchg(&mut self, a: Enc, b: Enc) {
        self.op(true, MAP0, 0x87, a, Rm::R(b));
    }

    /// `or byte [m], imm`.
    pub(crate) fn or_byte(&mut self, m: Mem, imm: u8) {
        self.legacy(0, false, MAP0, 0x80, 1, m.into(), false, i32::from(imm), 1);
    }

    /// `test byte [m], imm`.
    pub(crate) fn test_byte(&mut self, m: Mem, imm: u8) {
        self.legacy(0, false, MAP0, 0xf6, 0, m.into(), false, i32::from(imm), 1);
    }

    /// `cmpxchg16b [m]`.
    pub(crate) fn cmpxchg16b(&mut self, m: Mem) {
        self.op(true, MAP_0F, 0xc7, 1, m.into());
    }

    // --- vectors -------------------------------------------------------------------------------

    /// VEX-encoded 128-bit or scalar instruction in map 0F.
    #[inline]
    pub(crate) fn v(&mut self, pp: u8, opcode: u8, d: Enc, a: Enc, b: impl Into<Rm>) {
        self.vex(pp, MAP_0F, false, opcode, d, a, b.into(), None);
    }

    /// The same with REX.W set, for moves between register files and 64-bit conversions.
    pub(crate) fn v_w(&mut self, pp: u8, opcode: u8, d: Enc, a: Enc, b: impl Into<Rm>) {
        self.vex(pp, MAP_0F, true, opcode, d, a, b.into(), None);
    }

    /// VEX-encoded instruction in map 0F38 with the 66 prefix.
    pub(crate) fn v38(&mut self, w: bool, opcode: u8, d: Enc, a: Enc, b: impl Into<Rm>) {
        self.vex(1, MAP_0F38, w, opcode, d, a, b.into(), None);
    }

    /// VEX-encoded instruction in map 0F3A with the 66 prefix and an immediate.
    pub(crate) fn v3a(&mut self, w: bool, opcode: u8, d: Enc, a: Enc, b: impl Into<Rm>, imm: u8) {
        self.vex(1, MAP_0F3A, w, opcode, d, a, b.into(), Some(imm));
    }

    /// `sha*` of map 0F38; `sha256rnds2` also reads xmm0.
    pub(crate) fn sha(&mut self, opcode: u8, d: Enc, s: Enc) {
        self.op(false, MAP_0F38, opcode, d, Rm::R(s));
    }

    /// `sha1rnds4`.
    pub(crate) fn sha1_rounds(&mut self, d: Enc, s: Enc, which: u8) {
        self.legacy(0, false, MAP_0F3A, 0xcc, d, Rm::R(s), false, i32::from(which), 1);
    }

    /// `ldmxcsr` (2) or `stmxcsr` (3).
    pub(crate) fn mxcsr(&mut self, extension: u8, m: Mem) {
        self.op(false, MAP_0F, 0xae, extension, m.into());
    }

    // --- control -------------------------------------------------------------------------------

    /// `jcc rel32`; returns where the displacement is.
    pub(crate) fn jcc(&mut self, cc: Cc) -> usize {
        self.raw([0x0f, 0x80 | cc as u8, 0, 0, 0, 0]);
        self.pos - 4
    }

    /// `jmp rel32`; returns where the displacement is.
    pub(crate) fn jmp(&mut self) -> usize {
        self.raw([0xe9, 0, 0, 0, 0]);
        self.pos - 4
    }

    /// `call rel32`; returns where the displacement is.
    pub(crate) fn call(&mut self) -> usize {
        self.raw([0xe8, 0, 0, 0, 0]);
        self.pos - 4
    }

    /// `jmp [m]`.
    pub(crate) fn jmp_mem(&mut self, m: Mem) {
        self.op(false, MAP0, 0xff, 4, m.into());
    }

    /// `call [m]`.
    pub(crate) fn call_mem(&mut self, m: Mem) {
        self.op(false, MAP0, 0xff, 2, m.into());
    }

    /// `ret`.
    pub(crate) fn ret(&mut self) {
        self.raw([0xc3]);
    }

    /// Makes the displacement at `at` lead to the current position.
    pub(crate) fn bind(&mut self, at: usize) {
        let rel = self.pos as i64 - (at as i64 + 4);
        self.patch4(at, rel as i32);
    }

    /// Pads with one no-op so that `pos + ahead` is a multiple of 4.
    pub(crate) fn align4(&mut self, ahead: usize) {
        // Of each row the first `pad` bytes count.
        const NOPS: [[u8; 4]; 4] =
            [[0; 4], [0x90, 0, 0, 0], [0x66, 0x90, 0, 0], [0x0f, 0x1f, 0x00, 0]];
        let pad = (self.pos + ahead).wrapping_neg() & 3;
        self.raw(NOPS[pad]);
        self.pos -= 4 - pad;
    }

    /// The same, but the no-op goes before the code from `start` on, so that a compare stays next to its jump.
    /// That code must hold no displacement that was recorded elsewhere.
    pub(crate) fn align4_before(&mut self, start: usize, ahead: usize) {
        let pad = (self.pos + ahead).wrapping_neg() & 3;
        if pad == 0 {
            return;
        }
        let end = self.pos;
        self.align4(ahead);
        self.buf[start..self.pos].rotate_right(self.pos - end);
    }
}
