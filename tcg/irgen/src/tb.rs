//! Random TBs.

use crate::random::Random;
use crate::toy::{extra_offset, toy_layout};
use tcg_ir::builder::Addr;
use tcg_ir::{
    Barriers, Builder, Cond, CryptoOp, Endian, FpMask, Global, HelperId, Label, Lane, MemOp,
    Narrow, Order, RmwOp, Round, Sign, TargetKind, Tb, Type, Val, VecFpCmp, VecFpOp, VecOp,
    VecShift,
};

/// What TBs hold.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Number of ops, about; of an instruction or of a TB.
    pub n_ops: u32,
    /// Guest address of the memory window, and its length: a power of two from 64 on. A length of
    /// zero means no memory ops.
    pub window: (u64, u64),
    /// A guest address that faults, or zero: no faults.
    pub bad_address: u64,
    /// Floating-point ops.
    pub floats: bool,
    /// Vector ops.
    pub vectors: bool,
    /// Labels, side exits, traps.
    pub control: bool,
    /// Calls of the helper.
    pub calls: bool,
    /// The builder forwards what was put to later gets.
    pub forward: bool,
}

impl Config {
    /// Everything but memory.
    #[must_use]
    pub fn without_memory(n_ops: u32) -> Config {
        Config {
            n_ops,
            window: (0, 0),
            bad_address: 0,
            floats: true,
            vectors: true,
            control: true,
            calls: true,
            forward: false,
        }
    }
}

/// A random TB for the toy guest, at `pc`; later instructions use values of earlier ones.
#[must_use]
pub fn random_tb(random: &mut Random, config: &Config, pc: u64) -> Tb {
    let mut builder = Builder::new(toy_layout(), config.forward);
    builder.start(pc, 0);
    builder.insn_start(pc, INSN_BYTES);
    let mut maker = Maker::new(random, config, &mut builder, pc);
    for _ in 0..config.n_ops {
        maker.op();
        if maker.random.one_in(32) {
            maker.pc += u64::from(INSN_BYTES);
            maker.b.insn_start(maker.pc, INSN_BYTES);
        }
    }
    maker.place_all_labels();
    maker.end();
    let end = maker.pc + u64::from(INSN_BYTES);
    builder.tb.n_insns = ((end - pc) / u64::from(INSN_BYTES)) as u32;
    builder.tb.end_pc = end;
    builder.tb
}

/// Appends one random instruction of the toy guest at `pc`, of [`INSN_BYTES`] bytes and of about
/// `config.n_ops` ops that use no values from before. It may end the block.
///
/// Equal `random` gives an equal instruction wherever it stands in a TB.
pub fn random_insn(b: &mut Builder, random: &mut Random, config: &Config, pc: u64) {
    b.insn_start(pc, INSN_BYTES);
    let mut maker = Maker::new(random, config, b, pc);
    for _ in 0..config.n_ops {
        maker.op();
    }
    maker.place_all_labels();
    if maker.random.one_in(8) {
        maker.end();
    }
}

/// Length of the toy guest's instructions.
pub const INSN_BYTES: u8 = 4;

const INTS: [Type; 2] = [Type::I32, Type::I64];
const FLOATS: [Type; 2] = [Type::F32, Type::F64];
const SIGNS: [Sign; 2] = [Sign::Unsigned, Sign::Signed];
/// Trap codes of the toy guest begin with the first that is a guest's.
const TRAP: u32 = tcg_ir::ExitCode::FIRST_GUEST + 3;

struct Maker<'a> {
    random: &'a mut Random,
    config: &'a Config,
    b: &'a mut Builder,
    /// Values that may be used here.
    pool: Vec<Val>,
    /// Labels jumped to and not yet placed.
    open: Vec<Label>,
    pc: u64,
}

impl<'a> Maker<'a> {
    fn new(random: &'a mut Random, config: &'a Config, b: &'a mut Builder, pc: u64) -> Maker<'a> {
        Maker { random, config, b, pool: Vec::new(), open: Vec::new(), pc }
    }

    fn op(&mut self) {
        match self.random.below(38) {
            0..=9 => self.integer(),
            10..=11 => self.wide(),
            12..=13 => self.bit_field(),
            14..=15 => self.compare(),
            16..=20 => self.state(),
            21..=24 if self.config.window.1 != 0 => self.memory(),
            25..=27 if self.config.floats => self.float(),
            28 if self.config.vectors => self.vector(),
            29 if self.config.control => self.control(),
            30 if self.config.calls => self.call(),
            31..=33 if self.config.vectors => self.vector(),
            34..=35 if self.config.vectors => self.lanes(),
            36..=37 if self.config.vectors && self.config.floats => self.vector_float(),
            _ => self.integer(),
        }
    }

    // --- operands ------------------------------------------------------------------------------

    fn int_type(&mut self) -> Type {
        self.random.pick(&INTS)
    }

    fn give(&mut self, v: Val) {
        self.pool.push(v);
    }

    /// A value of this type: a recent one, a constant, or a global's.
    fn take(&mut self, ty: Type) -> Val {
        if !self.random.one_in(4) {
            let fitting: Vec<Val> = self
                .pool
                .iter()
                .rev()
                .copied()
                .filter(|v| self.b.tb.ty(*v) == ty)
                .take(6)
                .collect();
            if !fitting.is_empty() {
                return self.random.pick(&fitting);
            }
        }
        match ty {
            Type::I64 if self.random.one_in(2) => {
                let g = self.global(ty);
                self.b.get(g)
            }
            Type::I32 | Type::I64 => {
                let bits = self.random.number();
                self.b.konst(ty, bits)
            }
            Type::F32 => {
                let bits = self.random.single();
                let bits = self.b.i32(bits);
                self.b.bitcast(Type::F32, bits)
            }
            Type::F64 if self.random.one_in(2) => {
                let g = self.global(ty);
                self.b.get(g)
            }
            Type::F64 => {
                let bits = self.random.double();
                let bits = self.b.i64(bits);
                self.b.bitcast(Type::F64, bits)
            }
            Type::V128 if self.random.one_in(4) => {
                let bits = self.random.number();
                self.b.v128(bits)
            }
            Type::V128 => {
                let g = self.global(ty);
                self.b.get(g)
            }
        }
    }

    fn global(&mut self, ty: Type) -> Global {
        let globals = toy_layout().globals;
        let fitting: Vec<u16> =
            (0..globals.len() as u16).filter(|g| globals[usize::from(*g)].ty == ty).collect();
        Global(self.random.pick(&fitting))
    }

    fn any_global(&mut self) -> Global {
        Global(self.random.below(toy_layout().globals.len() as u32) as u16)
    }

    fn cond(&mut self) -> Cond {
        self.random.pick(Cond::ALL)
    }

    // --- integer -------------------------------------------------------------------------------

    fn integer(&mut self) {
        let ty = self.int_type();
        let a = self.take(ty);
        let b = self.take(ty);
        let d = match self.random.below(20) {
            0 => self.b.add(ty, a, b),
            1 => self.b.sub(ty, a, b),
            2 => self.b.mul(ty, a, b),
            3 => self.b.and(ty, a, b),
            4 => self.b.or(ty, a, b),
            5 => self.b.xor(ty, a, b),
            6 => self.b.andnot(ty, a, b),
            7 => self.b.shl(ty, a, b),
            8 => self.b.shr_u(ty, a, b),
            9 => self.b.shr_s(ty, a, b),
            10 => self.b.rotl(ty, a, b),
            11 => self.b.neg(ty, a),
            12 => self.b.not(ty, a),
            13 => self.b.clz(ty, a),
            14 => self.b.ctz(ty, a),
            15 => self.b.popcnt(ty, a),
            16 => self.b.bswap(ty, a),
            17 => {
                let k = self.random.number();
                self.b.add_imm(ty, a, k as i64)
            }
            18 => {
                let k = self.random.number();
                self.b.and_imm(ty, a, k)
            }
            _ => {
                let n = self.random.below(ty.bits());
                self.b.shl_imm(ty, a, n)
            }
        };
        self.give(d);
    }

    /// Ops of two results.
    fn wide(&mut self) {
        let ty = self.int_type();
        let a = self.take(ty);
        let b = self.take(ty);
        let (first, second) = match self.random.below(6) {
            0 => self.b.mul_wide_u(ty, a, b),
            1 => self.b.mul_wide_s(ty, a, b),
            2 => {
                let one = self.b.konst(ty, 1);
                let divisor = self.b.or(ty, b, one);
                self.b.divrem(ty, Sign::Unsigned, a, divisor)
            }
            3 => {
                // A divisor from 1 on never overflows the quotient.
                let positive = self.b.shr_u_imm(ty, b, 1);
                let one = self.b.konst(ty, 1);
                let divisor = self.b.or(ty, positive, one);
                self.b.divrem(ty, Sign::Signed, a, divisor)
            }
            4 => self.wide_division(ty, a, b),
            _ => {
                let carry = self.carry();
                let (d, out) = if self.random.one_in(2) {
                    self.b.add_carry(ty, a, b, carry)
                } else {
                    self.b.sub_borrow(ty, a, b, carry)
                };
                (d, out)
            }
        };
        self.give(first);
        self.give(second);
    }

    /// The high half of the dividend is a remainder by the divisor, so below it.
    fn wide_division(&mut self, ty: Type, a: Val, b: Val) -> (Val, Val) {
        let one = self.b.konst(ty, 1);
        let divisor = self.b.or(ty, b, one);
        let (_, hi) = self.b.divrem(ty, Sign::Unsigned, a, divisor);
        let lo = self.take(ty);
        self.b.divrem_wide_u(ty, hi, lo, divisor)
    }

    fn carry(&mut self) -> Val {
        if self.random.one_in(3) {
            let bit = self.random.below(2);
            return self.b.i32(bit);
        }
        let ty = self.int_type();
        let (a, b, cond) = (self.take(ty), self.take(ty), self.cond());
        self.b.setcond(ty, cond, a, b)
    }

    fn bit_field(&mut self) {
        let ty = self.int_type();
        let a = self.take(ty);
        let pos = self.random.below(ty.bits());
        let len = 1 + self.random.below(ty.bits() - pos);
        let (pos, len) = (pos as u8, len as u8);
        let sign = self.random.pick(&SIGNS);
        let d = match self.random.below(8) {
            0..=1 => self.b.extract(ty, sign, a, pos, len),
            2..=3 => {
                let b = self.take(ty);
                self.b.deposit(ty, a, b, pos, len)
            }
            4 => {
                let a = self.take(Type::I64);
                self.b.trunc(a)
            }
            5 => {
                let a = self.take(Type::I64);
                self.b.hi32(a)
            }
            6 => {
                let a = self.take(Type::I32);
                self.b.extend(sign, a)
            }
            _ => {
                let (lo, hi) = (self.take(Type::I32), self.take(Type::I32));
                self.b.concat(lo, hi)
            }
        };
        self.give(d);
    }

    fn compare(&mut self) {
        let (ty, cty, cond) = (self.int_type(), self.int_type(), self.cond());
        let (a, b) = (self.take(cty), self.take(cty));
        let d = if self.random.one_in(2) {
            self.b.setcond(cty, cond, a, b)
        } else {
            let ty = if self.random.one_in(6) { self.random.pick(&FLOATS) } else { ty };
            let (t, f) = (self.take(ty), self.take(ty));
            self.b.select(cty, cond, (a, b), t, f)
        };
        self.give(d);
    }

    // --- guest state ---------------------------------------------------------------------------

    fn state(&mut self) {
        match self.random.below(10) {
            0..=2 => {
                let g = self.any_global();
                let v = self.b.get(g);
                self.give(v);
            }
            3..=5 => {
                let g = self.any_global();
                let v = self.take(toy_layout().global(g).ty);
                self.b.put(g, v);
            }
            6 => {
                let (g, v) = (self.global(Type::I64), self.take(Type::I32));
                self.b.put_lo(g, v);
            }
            7 => {
                let (g, v) = (self.global(Type::I64), self.take(Type::I32));
                self.b.put_hi(g, v);
            }
            8 => {
                let (ty, at) = self.extra();
                let v = self.b.ld_state(ty, at);
                self.give(v);
            }
            _ => {
                let (ty, at) = self.extra();
                let v = self.take(ty);
                self.b.st_state(ty, at, v);
            }
        }
    }

    fn extra(&mut self) -> (Type, u32) {
        let ty = self.random.pick(&[Type::I32, Type::I64, Type::F64]);
        (ty, extra_offset(self.random.below(4)))
    }

    // --- guest memory --------------------------------------------------------------------------

    /// A value that is an address of `bytes` bytes in the window, at a multiple of `align`, and
    /// what to subtract from it as displacement.
    fn address(&mut self, bytes: u64, align: u64) -> (Val, i32) {
        let (base, len) = self.config.window;
        if self.config.bad_address != 0 && self.random.one_in(40) {
            return (self.b.i64(self.config.bad_address), 0);
        }
        let room = len / 2 - bytes;
        let disp = u64::from(self.random.below(room as u32)) & !(align - 1);
        let offset = self.take(Type::I64);
        let masked = self.b.and_imm(Type::I64, offset, (len / 2 - 1) & !(align - 1));
        let address = self.b.add_imm(Type::I64, masked, base as i64);
        (address, disp as i32)
    }

    fn mem_op(&mut self, ty: Type) -> MemOp {
        let sizes: &[u8] = match ty {
            Type::I32 => &[1, 2, 4],
            Type::I64 => &[1, 2, 4, 8],
            Type::F32 => &[4],
            Type::F64 => &[8],
            Type::V128 => &[16],
        };
        let bytes = self.random.pick(sizes);
        let endian = self.random.pick(&[Endian::Big, Endian::Little]);
        MemOp::new(bytes, endian)
    }

    fn memory(&mut self) {
        match self.random.below(12) {
            0..=3 => self.load(),
            4..=7 => self.store(),
            8 => self.pair(),
            9 => self.atomic(),
            10 => {
                let (base, disp) = self.address(16, 1);
                let (write, len) = (self.random.one_in(2), 1 + self.random.below(16));
                self.b.probe(write, len, base, disp);
            }
            _ => {
                let sets = [Barriers::LOAD_LOAD, Barriers::STORE_LOAD, Barriers::FULL];
                let set = self.random.pick(&sets);
                self.b.mb(set);
            }
        }
    }

    fn memory_type(&mut self) -> Type {
        match self.random.below(8) {
            0 if self.config.floats => self.random.pick(&FLOATS),
            1 if self.config.vectors => Type::V128,
            _ => self.int_type(),
        }
    }

    fn split_address(&mut self, bytes: u8) -> Addr {
        let (base, disp) = self.address(u64::from(bytes), 1);
        let zero = self.b.i64(0);
        match self.random.below(3) {
            0 => Addr { base, index: zero, disp },
            1 => Addr { base: Val::NONE, index: base, disp },
            _ => Addr { base, index: Val::NONE, disp },
        }
    }

    fn load(&mut self) {
        let ty = self.memory_type();
        let mem = self.mem_op(ty);
        let mem = if ty.is_int() && self.random.one_in(2) { mem.signed() } else { mem };
        let addr = self.split_address(mem.bytes);
        let v = self.b.ld(ty, mem, addr);
        self.give(v);
    }

    fn store(&mut self) {
        let ty = self.memory_type();
        let mem = self.mem_op(ty);
        let addr = self.split_address(mem.bytes);
        let v = self.take(ty);
        self.b.st(mem, addr, v);
    }

    fn pair(&mut self) {
        let mem = MemOp::new(16, self.random.pick(&[Endian::Big, Endian::Little]));
        let (base, disp) = self.address(16, 16);
        if self.random.one_in(2) {
            let (lo, hi) = self.b.ld128(mem, base, disp);
            self.give(lo);
            self.give(hi);
        } else {
            let pair = (self.take(Type::I64), self.take(Type::I64));
            self.b.st128(mem, base, disp, pair);
        }
    }

    fn atomic(&mut self) {
        let ty = self.int_type();
        let mem = self.mem_op(ty).order(Order::SeqCst);
        let align = u64::from(mem.bytes);
        match self.random.below(4) {
            0 => {
                let (base, disp) = self.address(align, align);
                let (expected, new) = (self.take(ty), self.take(ty));
                let old = self.b.cas(mem, base, disp, expected, new);
                self.give(old);
            }
            1 => {
                let (base, disp) = self.address(16, 16);
                let mem = MemOp::new(16, mem.endian).order(Order::SeqCst);
                // What is there, mostly, so that the swap happens.
                let (lo, hi) = self.b.ld128(mem, base, disp);
                let hi = if self.random.one_in(3) { self.take(Type::I64) } else { hi };
                let new = (self.take(Type::I64), self.take(Type::I64));
                let (lo, hi) = self.b.cas128(mem, base, disp, (lo, hi), new);
                self.give(lo);
                self.give(hi);
            }
            _ => {
                let (base, disp) = self.address(align, align);
                let (op, v) = (self.random.pick(RmwOp::ALL), self.take(ty));
                let old = self.b.rmw(op, mem, base, disp, v);
                self.give(old);
            }
        }
    }

    // --- floating point ------------------------------------------------------------------------

    fn float(&mut self) {
        let ty = self.random.pick(&FLOATS);
        let (a, b) = (self.take(ty), self.take(ty));
        let round = self.random.pick(Round::ALL);
        let sign = self.random.pick(&SIGNS);
        let d = match self.random.below(21) {
            0 => self.b.fadd(ty, a, b),
            1 => self.b.fsub(ty, a, b),
            2 => self.b.fmul(ty, a, b),
            3 => self.b.fdiv(ty, a, b),
            4 => self.b.fsqrt(ty, a),
            5 => {
                let (sub, c) = (self.random.one_in(2), self.take(ty));
                self.b.fmuladd(ty, sub, a, b, c)
            }
            6 => {
                let signs = (self.random.one_in(2), self.random.one_in(2));
                let c = self.take(ty);
                self.b.fnegmuladd(ty, signs, a, b, c)
            }
            7 => self.b.fneg(ty, a),
            8 => self.b.fabs(ty, a),
            9 => {
                let signaling = self.random.one_in(2);
                self.b.fcmp(ty, signaling, a, b)
            }
            10 => {
                let mask = FpMask(self.random.below(16) as u8);
                self.b.fsetmask(ty, mask, a, b)
            }
            11 => {
                let to = if ty == Type::F32 { Type::F64 } else { Type::F32 };
                self.b.fcvt(to, a)
            }
            12 => {
                let ity = self.int_type();
                let v = self.take(ity);
                self.b.ffromint(ty, sign, v)
            }
            13..=14 => {
                let ity = self.int_type();
                let (d, class) = self.b.ftoint(ity, sign, round, a);
                self.give(class);
                d
            }
            15 => {
                let quiet = self.random.one_in(2);
                self.b.fround(round, quiet, a)
            }
            16 => {
                let to = if ty == Type::F32 { Type::I32 } else { Type::I64 };
                self.b.bitcast(to, a)
            }
            17 => {
                let a = self.take(Type::F64);
                self.b.fhi(a)
            }
            18 => {
                let (a, b) = (self.take(Type::F64), self.take(Type::F32));
                self.b.fsethi(a, b)
            }
            19 => {
                let (max, num) = (self.random.one_in(2), self.random.one_in(2));
                self.b.fminmax(ty, max, num, a, b)
            }
            _ => return self.float_environment(),
        };
        self.give(d);
    }

    /// A vector of interesting floats, or any.
    fn take_floats(&mut self, ty: Type) -> Val {
        if self.random.one_in(2) {
            return self.take(Type::V128);
        }
        let mut half = || match ty {
            Type::F32 => u64::from(self.random.single()) << 32 | u64::from(self.random.single()),
            _ => self.random.double(),
        };
        let (lo, hi) = (half(), half());
        let (lo, hi) = (self.b.i64(lo), self.b.i64(hi));
        self.b.vpair(lo, hi)
    }

    fn vector_float(&mut self) {
        let ty = self.random.pick(&FLOATS);
        let (a, b) = (self.take_floats(ty), self.take_floats(ty));
        let round = self.random.pick(Round::ALL);
        let d = match self.random.below(14) {
            0..=4 => {
                let op = self.random.pick(VecFpOp::ALL);
                self.b.vfbinary(op, ty, a, b)
            }
            5 => self.b.vfsqrt(ty, a),
            6..=7 => {
                let (neg, c) = (self.random.one_in(2), self.take_floats(ty));
                self.b.vfmuladd(ty, neg, a, b, c)
            }
            8 => {
                let op = self.random.pick(VecFpCmp::ALL);
                self.b.vfcmp(op, ty, a, b)
            }
            9 => {
                let quiet = self.random.one_in(2);
                self.b.vfround(ty, round, quiet, a)
            }
            10 => {
                let sign = self.random.pick(&SIGNS);
                self.b.vffromint(sign, a)
            }
            11 => self.b.vftoint(round, a),
            12 => {
                let high = self.random.one_in(2);
                self.b.vfwiden(high, a)
            }
            _ => self.b.vfnarrow(a),
        };
        self.give(d);
    }

    fn float_environment(&mut self) {
        match self.random.below(4) {
            0 => {
                let v = self.b.fpflags_get();
                self.give(v);
            }
            1 => {
                let flags = self.random.below(32);
                let v = self.b.i32(flags);
                self.b.fpflags_set(v);
            }
            _ => {
                // The modes of IEEE 754 hosts, which come first: see `fpround_set`.
                let mode = self.random.below(4);
                let v = self.b.i32(mode);
                self.b.fpround_set(v);
            }
        }
    }

    fn vector(&mut self) {
        let (a, b) = (self.take(Type::V128), self.take(Type::V128));
        let lane = self.random.pick(Lane::ALL);
        let d = match self.random.below(18) {
            0 => self.b.vand(a, b),
            1 => self.b.vor(a, b),
            2 => self.b.vxor(a, b),
            3 => self.b.vandnot(a, b),
            4 => {
                let m = self.take(Type::V128);
                self.b.vselect(m, a, b)
            }
            5 => {
                let n = self.random.below(16) as u8;
                self.b.vext(n, a, b)
            }
            6 => {
                // Most indices within the table.
                let mask = self.b.i32(0x1f);
                let mask = self.b.vdup(Lane::B, mask);
                let index = self.b.vand(b, mask);
                self.b.vtable(a, index)
            }
            7 => self.vector_unary(lane, a),
            8..=9 => {
                let op = self.random.pick(VecShift::ALL);
                let n = self.random.below(lane.bits() + 1) as u8;
                self.b.vshift(op, lane, n, a)
            }
            16..=17 => {
                let (op, c) = (self.random.pick(CryptoOp::ALL), self.take(Type::V128));
                self.b.vcrypto(op, [a, b, c])
            }
            _ => {
                let op = self.random.pick(VecOp::ALL);
                if !op.has(lane) {
                    return;
                }
                self.b.vbinary(op, lane, a, b)
            }
        };
        self.give(d);
    }

    fn vector_unary(&mut self, lane: Lane, a: Val) -> Val {
        let other = self.random.pick(Lane::ALL);
        let sign = self.random.pick(&SIGNS);
        let high = self.random.one_in(2);
        let how = self.random.pick(Narrow::ALL);
        match self.random.below(5) {
            0 => self.b.vabs(lane, a),
            1 => self.b.vpopcnt8(a),
            2 if lane < other => self.b.vreverse(lane, other, a),
            3 if lane != Lane::D => self.b.vwiden(lane, sign, high, a),
            4 if lane == Lane::D => self.b.vnarrow(lane, Narrow::Wrap, a),
            4 if lane != Lane::B => self.b.vnarrow(lane, how, a),
            _ => {
                let ops = [VecOp::Add, VecOp::MinS, VecOp::MinU, VecOp::MaxS, VecOp::MaxU];
                let op = self.random.pick(&ops);
                let op = if op.has(lane) { op } else { VecOp::Add };
                self.b.vacross(op, lane, a)
            }
        }
    }

    /// Between vectors and scalars.
    fn lanes(&mut self) {
        let lane = self.random.pick(Lane::ALL);
        let index = self.random.below(lane.count()) as u8;
        let a = self.take(Type::V128);
        let d = match self.random.below(9) {
            0..=1 => {
                let ty = self.random.pick(&[Type::I32, Type::I64, Type::F32, Type::F64]);
                self.b.vlow(ty, a)
            }
            2..=3 => {
                let ty = self.random.pick(&[Type::I32, Type::I64, Type::F32, Type::F64]);
                let v = self.take(ty);
                self.b.vzext(v)
            }
            4 => {
                let (lo, hi) = (self.take(Type::I64), self.take(Type::I64));
                self.b.vpair(lo, hi)
            }
            5 => self.b.vextract(lane, index, a),
            6 => {
                let v = self.take(lane.scalar());
                self.b.vinsert(lane, index, a, v)
            }
            7 => {
                let (b, from) = (self.take(Type::V128), self.random.below(lane.count()) as u8);
                self.b.vmove(lane, index, from, a, b)
            }
            _ if self.random.one_in(2) => {
                let v = self.take(lane.scalar());
                self.b.vdup(lane, v)
            }
            _ => self.b.vdup_lane(lane, index, a),
        };
        self.give(d);
    }

    // --- control -------------------------------------------------------------------------------

    fn control(&mut self) {
        let (ty, cond) = (self.int_type(), self.cond());
        let (a, b) = (self.take(ty), self.take(ty));
        match self.random.below(8) {
            0..=2 => {
                let label = self.b.new_label();
                self.open.push(label);
                self.b.brcond(ty, cond, a, b, label);
            }
            3..=4 if !self.open.is_empty() => self.place_label(),
            5 if self.random.one_in(2) => self.b.trap_if(ty, cond, a, b, TRAP),
            6 if self.config.floats => {
                let mask = FpMask(self.random.below(16) as u8);
                let (a, b) = (self.take(Type::F64), self.take(Type::F64));
                let pc = self.target();
                self.b.goto_if_fp(Type::F64, mask, a, b, pc);
            }
            7 => {
                let pc = self.pc;
                self.b.poll(pc);
            }
            _ => {
                let pc = self.target();
                self.b.goto_if(ty, cond, a, b, pc);
            }
        }
    }

    /// A later instruction: control only goes forward, and so ends.
    fn target(&mut self) -> u64 {
        self.pc + u64::from(INSN_BYTES) * u64::from(1 + self.random.below(16))
    }

    fn place_all_labels(&mut self) {
        while !self.open.is_empty() {
            self.place_label();
        }
    }

    /// Places the label opened last; sometimes control does not fall through to it.
    fn place_label(&mut self) {
        let Some(label) = self.open.pop() else { return };
        match self.random.below(6) {
            0 => self.end(),
            1 if !self.open.is_empty() => {
                let further = self.random.pick(&self.open);
                self.b.br(further);
            }
            _ => {}
        }
        self.b.set_label(label);
        self.pool.clear();
    }

    fn call(&mut self) {
        let mut args = Vec::new();
        for _ in 0..self.random.below(5) {
            let ty = self.int_type();
            let v = self.take(ty);
            args.push(v);
        }
        let d = self.b.call(HelperId(0), &args);
        self.give(d);
    }

    /// Ends the block, in a way that shows the floating-point flags.
    fn end(&mut self) {
        if self.config.floats {
            let flags = self.b.fpflags_get();
            self.b.st_state(Type::I32, extra_offset(3), flags);
        }
        match self.random.below(4) {
            0 => {
                // One of a few targets, chosen by a value.
                let (value, target) = (self.take(Type::I64), self.target());
                let few = self.b.and_imm(Type::I64, value, 3 * u64::from(INSN_BYTES));
                let target = self.b.add_imm(Type::I64, few, target as i64);
                let kinds = [TargetKind::Jump, TargetKind::Call, TargetKind::Return];
                let kind = self.random.pick(&kinds);
                if kind == TargetKind::Call {
                    let pc = self.target();
                    self.b.push_return(pc);
                }
                self.b.goto_ind(kind, target);
            }
            1 => {
                let arg = self.take(Type::I64);
                self.b.exit(TRAP + 1, self.pc, Some(arg));
            }
            _ => {
                let pc = self.target();
                self.b.goto(pc);
            }
        }
    }
}
