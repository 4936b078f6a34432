//! Appending ops to a TB.

mod vector;

use crate::layout::{Global, GuestLayout, HelperId};
use crate::ops::Op;
use crate::tb::{Tb, Val};
use crate::types::{Barriers, Cond, FpMask, Label, MemOp, RmwOp, Round, Sign, TargetKind, Type};

/// What the builder knows a global to hold at this point of the TB.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// The whole value.
    full: Val,
    /// The low half, when the last write was `put_lo`.
    lo: Val,
    /// The high half, when the last write was `put_hi`.
    hi: Val,
}

const UNKNOWN: Known = Known { full: Val::NONE, lo: Val::NONE, hi: Val::NONE };

/// A guest address as memory ops take it: `base + index + disp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addr {
    /// Base, or none.
    pub base: Val,
    /// Index, or none.
    pub index: Val,
    /// Displacement.
    pub disp: i32,
}

impl Addr {
    /// The address in `base` alone.
    #[must_use]
    pub const fn base(base: Val) -> Addr {
        Addr { base, index: Val::NONE, disp: 0 }
    }

    /// The same, `bytes` further. The displacements used by guests stay far from `i32`'s limits.
    #[must_use]
    pub const fn plus(self, bytes: i32) -> Addr {
        Addr { disp: self.disp.wrapping_add(bytes), ..self }
    }
}

/// Appends ops to a TB; forwards values of globals within straight code.
#[derive(Debug)]
pub struct Builder {
    /// The TB under construction.
    pub tb: Tb,
    layout: &'static GuestLayout,
    known: Vec<Known>,
    touched: Vec<Global>,
    forward: bool,
}

macro_rules! binary {
    ($($(#[$doc:meta])* $name:ident = $op:ident($a:ident, $b:ident);)*) => {$(
        $(#[$doc])*
        pub fn $name(&mut self, ty: Type, $a: Val, $b: Val) -> Val {
            let d = self.tb.new_val(ty, None);
            self.push(Op::$op { ty, d, $a, $b });
            d
        }
    )*};
}

macro_rules! unary {
    ($($(#[$doc:meta])* $name:ident = $op:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(&mut self, ty: Type, a: Val) -> Val {
            let d = self.tb.new_val(ty, None);
            self.push(Op::$op { ty, d, a });
            d
        }
    )*};
}

impl Builder {
    /// A builder for TBs of the guest with this layout. `forward` lets `get` return what was put before.
    #[must_use]
    pub fn new(layout: &'static GuestLayout, forward: bool) -> Builder {
        Builder {
            tb: Tb::default(),
            layout,
            known: vec![UNKNOWN; layout.globals.len()],
            touched: Vec::new(),
            forward,
        }
    }

    /// Starts an empty TB.
    pub fn start(&mut self, pc: u64, flags: u32) {
        self.forget();
        self.tb.reset(pc, flags);
    }

    /// Appends an op whose outputs were made by [`Tb::new_val`].
    #[inline]
    pub fn push(&mut self, op: Op) {
        self.tb.ops.push(op);
    }

    /// True if the last op ends the block.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        self.tb.ops.last().is_some_and(|op| op.effects().any(crate::ops::Effects::ENDS))
    }

    fn forget(&mut self) {
        for g in self.touched.drain(..) {
            self.known[g.index()] = UNKNOWN;
        }
    }

    fn learn(&mut self, g: Global, known: Known) {
        if self.forward {
            self.known[g.index()] = known;
            self.touched.push(g);
        }
    }

    // --- constants ---------------------------------------------------------------------------

    /// A constant of type `ty` with these bits (truncated to the type).
    pub fn konst(&mut self, ty: Type, bits: u64) -> Val {
        self.tb.new_val(ty, Some(bits & ty.mask()))
    }

    /// A 32-bit constant.
    pub fn i32(&mut self, bits: u32) -> Val {
        self.konst(Type::I32, u64::from(bits))
    }

    /// A 64-bit constant.
    pub fn i64(&mut self, bits: u64) -> Val {
        self.konst(Type::I64, bits)
    }

    // --- integer -----------------------------------------------------------------------------

    binary! {
        /// `a + b`.
        add = Add(a, b);
        /// `a - b`.
        sub = Sub(a, b);
        /// `a * b`, low half.
        mul = Mul(a, b);
        /// `a & b`.
        and = And(a, b);
        /// `a | b`.
        or = Or(a, b);
        /// `a ^ b`.
        xor = Xor(a, b);
        /// `a & !b`.
        andnot = AndNot(a, b);
        /// `a << n`, `n` modulo the width.
        shl = Shl(a, n);
        /// `a >> n` with zeros, `n` modulo the width.
        shr_u = ShrU(a, n);
        /// `a >> n` with the sign, `n` modulo the width.
        shr_s = ShrS(a, n);
        /// `a` rotated left by `n` modulo the width.
        rotl = Rotl(a, n);
        /// `a + b`, floating point.
        fadd = FAdd(a, b);
        /// `a - b`, floating point.
        fsub = FSub(a, b);
        /// `a * b`, floating point.
        fmul = FMul(a, b);
        /// `a / b`, floating point.
        fdiv = FDiv(a, b);
    }

    unary! {
        /// `-a`.
        neg = Neg;
        /// `!a`.
        not = Not;
        /// Leading zeros; the width for zero.
        clz = Clz;
        /// Trailing zeros; the width for zero.
        ctz = Ctz;
        /// Number of one bits.
        popcnt = Popcnt;
        /// Bytes reversed.
        bswap = Bswap;
        /// Square root.
        fsqrt = FSqrt;
        /// Sign inverted.
        fneg = FNeg;
        /// Sign cleared.
        fabs = FAbs;
    }

    /// `a + imm`; `a` itself for zero.
    pub fn add_imm(&mut self, ty: Type, a: Val, imm: i64) -> Val {
        if imm == 0 {
            return a;
        }
        let imm = self.konst(ty, imm.cast_unsigned());
        self.add(ty, a, imm)
    }

    /// `a & imm`.
    pub fn and_imm(&mut self, ty: Type, a: Val, imm: u64) -> Val {
        let imm = self.konst(ty, imm);
        self.and(ty, a, imm)
    }

    /// `a << n`; `a` itself for zero.
    pub fn shl_imm(&mut self, ty: Type, a: Val, n: u32) -> Val {
        if n == 0 {
            return a;
        }
        let n = self.konst(ty, u64::from(n));
        self.shl(ty, a, n)
    }

    /// `a >> n` with zeros; `a` itself for zero.
    pub fn shr_u_imm(&mut self, ty: Type, a: Val, n: u32) -> Val {
        if n == 0 {
            return a;
        }
        let n = self.konst(ty, u64::from(n));
        self.shr_u(ty, a, n)
    }

    /// `a >> n` with the sign; `a` itself for zero.
    pub fn shr_s_imm(&mut self, ty: Type, a: Val, n: u32) -> Val {
        if n == 0 {
            return a;
        }
        let n = self.konst(ty, u64::from(n));
        self.shr_s(ty, a, n)
    }

    /// `a` rotated left; `a` itself for zero.
    pub fn rotl_imm(&mut self, ty: Type, a: Val, n: u32) -> Val {
        if n == 0 {
            return a;
        }
        let n = self.konst(ty, u64::from(n));
        self.rotl(ty, a, n)
    }

    /// Unsigned double-width product: (low, high).
    pub fn mul_wide_u(&mut self, ty: Type, a: Val, b: Val) -> (Val, Val) {
        let (lo, hi) = self.pair(ty, ty);
        self.push(Op::MulWideU { ty, lo, hi, a, b });
        (lo, hi)
    }

    /// Signed double-width product: (low, high).
    pub fn mul_wide_s(&mut self, ty: Type, a: Val, b: Val) -> (Val, Val) {
        let (lo, hi) = self.pair(ty, ty);
        self.push(Op::MulWideS { ty, lo, hi, a, b });
        (lo, hi)
    }

    /// (quotient, remainder); the caller has excluded zero and overflow.
    pub fn divrem(&mut self, ty: Type, sign: Sign, a: Val, b: Val) -> (Val, Val) {
        let (q, r) = self.pair(ty, ty);
        self.push(Op::DivRem { ty, sign, q, r, a, b });
        (q, r)
    }

    /// (quotient, remainder) of `hi:lo / b`; the caller has made sure that `hi < b`.
    pub fn divrem_wide_u(&mut self, ty: Type, hi: Val, lo: Val, b: Val) -> (Val, Val) {
        let (q, r) = self.pair(ty, ty);
        self.push(Op::DivRemWideU { ty, q, r, hi, lo, b });
        (q, r)
    }

    /// (sum, carry out as `i32` 0 or 1).
    pub fn add_carry(&mut self, ty: Type, a: Val, b: Val, carry_in: Val) -> (Val, Val) {
        let (d, carry) = self.pair(ty, Type::I32);
        self.push(Op::AddCarry { ty, d, carry, a, b, carry_in });
        (d, carry)
    }

    /// (difference, borrow out as `i32` 0 or 1).
    pub fn sub_borrow(&mut self, ty: Type, a: Val, b: Val, borrow_in: Val) -> (Val, Val) {
        let (d, borrow) = self.pair(ty, Type::I32);
        self.push(Op::SubBorrow { ty, d, borrow, a, b, borrow_in });
        (d, borrow)
    }

    fn pair(&mut self, first: Type, second: Type) -> (Val, Val) {
        (self.tb.new_val(first, None), self.tb.new_val(second, None))
    }

    /// The low 32 bits.
    pub fn trunc(&mut self, a: Val) -> Val {
        let d = self.tb.new_val(Type::I32, None);
        self.push(Op::Trunc { d, a });
        d
    }

    /// The high 32 bits.
    pub fn hi32(&mut self, a: Val) -> Val {
        let d = self.tb.new_val(Type::I32, None);
        self.push(Op::Hi32 { d, a });
        d
    }

    /// 32 bits extended to 64.
    pub fn extend(&mut self, sign: Sign, a: Val) -> Val {
        let d = self.tb.new_val(Type::I64, None);
        self.push(Op::Extend { sign, d, a });
        d
    }

    /// `hi << 32 | lo`.
    pub fn concat(&mut self, lo: Val, hi: Val) -> Val {
        let d = self.tb.new_val(Type::I64, None);
        self.push(Op::Concat { d, lo, hi });
        d
    }

    /// `len` bits from bit `pos` (0 is the least significant), extended.
    pub fn extract(&mut self, ty: Type, sign: Sign, a: Val, pos: u8, len: u8) -> Val {
        let d = self.tb.new_val(ty, None);
        self.push(Op::Extract { ty, pos, len, sign, d, a });
        d
    }

    /// `a` with `len` bits from bit `pos` replaced by the low bits of `b`.
    pub fn deposit(&mut self, ty: Type, a: Val, b: Val, pos: u8, len: u8) -> Val {
        let d = self.tb.new_val(ty, None);
        self.push(Op::Deposit { ty, pos, len, d, a, b });
        d
    }

    /// 1 if `a cond b`, else 0, as `i32`.
    pub fn setcond(&mut self, cty: Type, cond: Cond, a: Val, b: Val) -> Val {
        let d = self.tb.new_val(Type::I32, None);
        self.push(Op::SetCond { cty, cond, d, a, b });
        d
    }

    /// `t` if `a cond b`, else `f`. `t` and `f` have one type, which is the result's.
    pub fn select(&mut self, cty: Type, cond: Cond, (a, b): (Val, Val), t: Val, f: Val) -> Val {
        let ty = self.tb.ty(t);
        let d = self.tb.new_val(ty, None);
        self.push(Op::Select { ty, cty, cond, d, a, b, t, f });
        d
    }

    // --- guest state -------------------------------------------------------------------------

    /// The value of a global.
    pub fn get(&mut self, g: Global) -> Val {
        let known = self.known[g.index()];
        if known.full.is_some() {
            return known.full;
        }
        let d = self.tb.new_val(self.layout.global(g).ty, None);
        self.push(Op::Get { g, d });
        self.learn(g, Known { full: d, ..known });
        d
    }

    /// The low half of an `i64` global.
    pub fn get_lo(&mut self, g: Global) -> Val {
        let known = self.known[g.index()];
        if known.lo.is_some() {
            return known.lo;
        }
        let full = self.get(g);
        let lo = self.trunc(full);
        let known = self.known[g.index()];
        self.learn(g, Known { lo, ..known });
        lo
    }

    /// The high half of an `i64` global.
    pub fn get_hi(&mut self, g: Global) -> Val {
        let known = self.known[g.index()];
        if known.hi.is_some() {
            return known.hi;
        }
        let full = self.get(g);
        let hi = self.hi32(full);
        let known = self.known[g.index()];
        self.learn(g, Known { hi, ..known });
        hi
    }

    /// Sets a global.
    pub fn put(&mut self, g: Global, v: Val) {
        self.push(Op::Put { g, v });
        self.learn(g, Known { full: v, ..UNKNOWN });
    }

    /// Sets the low half of an `i64` global.
    pub fn put_lo(&mut self, g: Global, v: Val) {
        self.push(Op::PutLo { g, v });
        let hi = self.known[g.index()].hi;
        self.learn(g, Known { full: Val::NONE, lo: v, hi });
    }

    /// Sets the high half of an `i64` global.
    pub fn put_hi(&mut self, g: Global, v: Val) {
        self.push(Op::PutHi { g, v });
        let lo = self.known[g.index()].lo;
        self.learn(g, Known { full: Val::NONE, lo, hi: v });
    }

    /// Loads CPU state that is no global.
    pub fn ld_state(&mut self, ty: Type, off: u32) -> Val {
        let d = self.tb.new_val(ty, None);
        self.push(Op::LdState { ty, off, d });
        d
    }

    /// Stores CPU state that is no global.
    pub fn st_state(&mut self, ty: Type, off: u32, v: Val) {
        self.push(Op::StState { ty, off, v });
    }

    // --- guest memory ------------------------------------------------------------------------

    /// Loads, extending to `ty`.
    pub fn ld(&mut self, ty: Type, mem: MemOp, addr: Addr) -> Val {
        let d = self.tb.new_val(ty, None);
        let Addr { base, index, disp } = addr;
        self.push(Op::Ld { ty, mem, disp, d, base, index });
        d
    }

    /// Stores the low bytes of `v`.
    pub fn st(&mut self, mem: MemOp, addr: Addr, v: Val) {
        let ty = self.tb.ty(v);
        let Addr { base, index, disp } = addr;
        self.push(Op::St { ty, mem, disp, base, index, v });
    }

    /// Loads 16 bytes atomically: (low, high).
    pub fn ld128(&mut self, mem: MemOp, base: Val, disp: i32) -> (Val, Val) {
        let (lo, hi) = self.pair(Type::I64, Type::I64);
        self.push(Op::Ld128 { mem, disp, lo, hi, base });
        (lo, hi)
    }

    /// Stores 16 bytes atomically.
    pub fn st128(&mut self, mem: MemOp, base: Val, disp: i32, (lo, hi): (Val, Val)) {
        self.push(Op::St128 { mem, disp, base, lo, hi });
    }

    /// Compare and swap; the old value.
    pub fn cas(&mut self, mem: MemOp, base: Val, disp: i32, expected: Val, new: Val) -> Val {
        let ty = self.tb.ty(expected);
        let old = self.tb.new_val(ty, None);
        self.push(Op::Cas { ty, mem, disp, old, base, expected, new });
        old
    }

    /// 16-byte compare and swap of (low, high) pairs; the old pair.
    pub fn cas128(
        &mut self,
        mem: MemOp,
        base: Val,
        disp: i32,
        (exp_lo, exp_hi): (Val, Val),
        (new_lo, new_hi): (Val, Val),
    ) -> (Val, Val) {
        let (old_lo, old_hi) = self.pair(Type::I64, Type::I64);
        self.push(Op::Cas128 { mem, disp, old_lo, old_hi, base, exp_lo, exp_hi, new_lo, new_hi });
        (old_lo, old_hi)
    }

    /// Atomic read-modify-write; the old value.
    pub fn rmw(&mut self, op: RmwOp, mem: MemOp, base: Val, disp: i32, v: Val) -> Val {
        let ty = self.tb.ty(v);
        let old = self.tb.new_val(ty, None);
        self.push(Op::Rmw { op, ty, mem, disp, old, base, v });
        old
    }

    /// Faults if `len` bytes (1 to 4096) lie in two pages and one of them can't be accessed.
    pub fn probe(&mut self, write: bool, len: u32, base: Val, disp: i32) {
        self.push(Op::Probe { write, len, disp, base });
    }

    /// A barrier.
    pub fn mb(&mut self, set: Barriers) {
        self.push(Op::Mb { set });
    }

    // --- floating point ----------------------------------------------------------------------

    /// `a * b + c`, or `- c` with `sub`.
    pub fn fmuladd(&mut self, ty: Type, sub: bool, a: Val, b: Val, c: Val) -> Val {
        let d = self.tb.new_val(ty, None);
        self.push(Op::FMulAdd { ty, sub, d, a, b, c });
        d
    }

    /// `a * b + c`, with the signs of `a` (`product`) and `c` (`addend`) inverted first, those of NaNs too.
    pub fn fnegmuladd(
        &mut self,
        ty: Type,
        (product, addend): (bool, bool),
        a: Val,
        b: Val,
        c: Val,
    ) -> Val {
        let d = self.tb.new_val(ty, None);
        self.push(Op::FNegMulAdd { ty, product, addend, d, a, b, c });
        d
    }

    /// The larger or smaller operand; with `num` a number beats a quiet NaN.
    pub fn fminmax(&mut self, ty: Type, max: bool, num: bool, a: Val, b: Val) -> Val {
        let d = self.tb.new_val(ty, None);
        self.push(Op::FMinMax { ty, max, num, d, a, b });
        d
    }

    /// 0 equal, 1 low, 2 high, 3 unordered, as `i32`.
    pub fn fcmp(&mut self, ty: Type, signaling: bool, a: Val, b: Val) -> Val {
        let d = self.tb.new_val(Type::I32, None);
        self.push(Op::FCmp { ty, signaling, d, a, b });
        d
    }

    /// 1 if the quiet comparison has an outcome in `mask`.
    pub fn fsetmask(&mut self, ty: Type, mask: FpMask, a: Val, b: Val) -> Val {
        let d = self.tb.new_val(Type::I32, None);
        self.push(Op::FSetMask { ty, mask, d, a, b });
        d
    }

    /// Between float types.
    pub fn fcvt(&mut self, to: Type, a: Val) -> Val {
        let from = self.tb.ty(a);
        let d = self.tb.new_val(to, None);
        self.push(Op::FCvt { from, to, d, a });
        d
    }

    /// Integer to float.
    pub fn ffromint(&mut self, ty: Type, sign: Sign, a: Val) -> Val {
        let ity = self.tb.ty(a);
        let d = self.tb.new_val(ty, None);
        self.push(Op::FFromInt { ity, sign, ty, d, a });
        d
    }

    /// Float to integer: (value, class) as `ftoint` says.
    pub fn ftoint(&mut self, ity: Type, sign: Sign, round: Round, a: Val) -> (Val, Val) {
        let ty = self.tb.ty(a);
        let (d, cls) = self.pair(ity, Type::I32);
        self.push(Op::FToInt { ty, ity, sign, round, d, cls, a });
        (d, cls)
    }

    /// Float to integral float.
    pub fn fround(&mut self, round: Round, quiet: bool, a: Val) -> Val {
        let ty = self.tb.ty(a);
        let d = self.tb.new_val(ty, None);
        self.push(Op::FRound { ty, round, quiet, d, a });
        d
    }

    /// The bits as another type of the same width.
    pub fn bitcast(&mut self, to: Type, a: Val) -> Val {
        let from = self.tb.ty(a);
        let d = self.tb.new_val(to, None);
        self.push(Op::Bitcast { from, to, d, a });
        d
    }

    /// The high 32 bits of an `f64` as `f32`.
    pub fn fhi(&mut self, a: Val) -> Val {
        let d = self.tb.new_val(Type::F32, None);
        self.push(Op::FHi { d, a });
        d
    }

    /// `a` with its high 32 bits replaced.
    pub fn fsethi(&mut self, a: Val, b: Val) -> Val {
        let d = self.tb.new_val(Type::F64, None);
        self.push(Op::FSetHi { d, a, b });
        d
    }

    /// The sticky flags.
    pub fn fpflags_get(&mut self) -> Val {
        let d = self.tb.new_val(Type::I32, None);
        self.push(Op::FpFlagsGet { d });
        d
    }

    /// Replaces the sticky flags.
    pub fn fpflags_set(&mut self, v: Val) {
        self.push(Op::FpFlagsSet { v });
    }

    /// Sets the rounding mode, an index into `Round::ALL`.
    pub fn fpround_set(&mut self, v: Val) {
        self.push(Op::FpRoundSet { v });
    }

    // --- control -----------------------------------------------------------------------------

    /// Marks the start of a guest instruction.
    pub fn insn_start(&mut self, pc: u64, len: u8) {
        self.push(Op::InsnStart { pc, len });
    }

    /// A new label.
    pub fn new_label(&mut self) -> Label {
        let label = Label(self.tb.n_labels);
        self.tb.n_labels += 1;
        label
    }

    /// Places a label. Values from before must not be used after.
    pub fn set_label(&mut self, label: Label) {
        self.push(Op::SetLabel { label });
        self.forget();
    }

    /// Jumps forward to a label.
    pub fn br(&mut self, label: Label) {
        self.push(Op::Br { label });
    }

    /// Jumps forward to a label if `a cond b`.
    pub fn brcond(&mut self, cty: Type, cond: Cond, a: Val, b: Val, label: Label) {
        self.push(Op::BrCond { cty, cond, label, a, b });
    }

    /// Ends the TB: goes to `pc`.
    pub fn goto(&mut self, pc: u64) {
        self.push(Op::Goto { pc });
    }

    /// Goes to `pc` if `a cond b`.
    pub fn goto_if(&mut self, cty: Type, cond: Cond, a: Val, b: Val, pc: u64) {
        self.push(Op::GotoIf { cty, cond, pc, a, b });
    }

    /// Goes to `pc` if the quiet comparison has an outcome in `mask`.
    pub fn goto_if_fp(&mut self, ty: Type, mask: FpMask, a: Val, b: Val, pc: u64) {
        self.push(Op::GotoIfFp { ty, mask, pc, a, b });
    }

    /// Ends the TB: goes to the address `target`.
    pub fn goto_ind(&mut self, kind: TargetKind, target: Val) {
        self.push(Op::GotoInd { kind, target });
    }

    /// Tells the return predictor where the call that follows will return to.
    pub fn push_return(&mut self, pc: u64) {
        self.push(Op::PushReturn { pc });
    }

    /// Ends the TB: leaves to the loop.
    pub fn exit(&mut self, code: u32, pc: u64, arg: Option<Val>) {
        self.push(Op::Exit { code, pc, arg: arg.unwrap_or(Val::NONE) });
    }

    /// Traps at the current instruction if `a cond b`.
    pub fn trap_if(&mut self, cty: Type, cond: Cond, a: Val, b: Val, code: u32) {
        self.push(Op::TrapIf { cty, cond, code, a, b });
    }

    /// Leaves at `pc` if the loop has asked for it.
    pub fn poll(&mut self, pc: u64) {
        self.push(Op::Poll { pc });
    }

    /// Calls a helper with up to four integer arguments. All forwarding knowledge ends here.
    pub fn call(&mut self, h: HelperId, args: &[Val]) -> Val {
        let arg = |i: usize| args.get(i).copied().unwrap_or(Val::NONE);
        let d = self.tb.new_val(Type::I64, None);
        self.push(Op::Call { h, d, a0: arg(0), a1: arg(1), a2: arg(2), a3: arg(3) });
        self.forget();
        d
    }
}
