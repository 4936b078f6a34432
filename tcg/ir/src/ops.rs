//! The op table: every IR op, declared once.
//!
//! An entry reads `Variant "name" [effects] { attributes } (outputs) = (inputs);` with the types of outputs and inputs as expressions over the attributes.
//! Integer arithmetic wraps.
//! Shift and rotate counts are taken modulo the width.
//! *Undefined* inputs (a zero divisor, an overflowing quotient) must be kept away by the front end; engines must not crash on them but may give any result.

use crate::crypto::CryptoOp;
use crate::layout::{Global, HelperId};
use crate::tb::Val;
use crate::types::{
    Attr, Barriers, Cond, FpMask, Label, MemOp, RmwOp, Round, Sign, TargetKind, Type,
};
use crate::vector::{Lane, Narrow, VecFpCmp, VecFpOp, VecOp, VecShift};
use std::fmt;

/// What an op does besides defining its outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effects(u16);

impl Effects {
    /// Nothing: may be removed, repeated or moved.
    pub const PURE: Effects = Effects(0);
    /// Reads guest state (globals or other CPU state).
    pub const READS_STATE: Effects = Effects(1);
    /// Writes guest state.
    pub const WRITES_STATE: Effects = Effects(2);
    /// Reads guest memory.
    pub const LOADS: Effects = Effects(4);
    /// Writes guest memory.
    pub const STORES: Effects = Effects(8);
    /// May stop with a fault or a trap; guest state must be recoverable here.
    pub const FAULTS: Effects = Effects(16);
    /// May leave the TB, else falls through; guest state must be complete on leaving.
    pub const SIDE_EXIT: Effects = Effects(32);
    /// Control does not continue with the next op.
    pub const ENDS: Effects = Effects(64);
    /// Orders memory accesses.
    pub const ORDERS: Effects = Effects(128);
    /// Reads or writes the sticky floating-point flags or the rounding mode.
    pub const FP_ENV: Effects = Effects(256);
    /// A jump to, or the place of, a label.
    pub const LABEL: Effects = Effects(512);
    /// Marks a place; keeps its position, has no effect.
    pub const MARK: Effects = Effects(1024);

    /// The union of both.
    #[must_use]
    pub const fn and(self, other: Effects) -> Effects {
        Effects(self.0 | other.0)
    }

    /// True if `self` and `other` share an effect.
    #[must_use]
    pub const fn any(self, other: Effects) -> bool {
        self.0 & other.0 != 0
    }

    /// The names of the effects, for documentation.
    #[must_use]
    pub fn names(self) -> String {
        const NAMES: [&str; 11] = [
            "reads state",
            "writes state",
            "loads",
            "stores",
            "faults",
            "side exit",
            "ends",
            "orders",
            "FP environment",
            "label",
            "mark",
        ];
        let names = NAMES.iter().enumerate().filter(|(bit, _)| self.0 >> bit & 1 != 0);
        names.map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
    }

    /// True if an op whose outputs are unused can be dropped. (Floating-point ops can't: they raise flags.)
    #[must_use]
    pub const fn removable(self) -> bool {
        self.0 & !Effects::READS_STATE.0 == 0
    }
}

/// What an input may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// A value of this type.
    Is(Type),
    /// A value of this type or none.
    Opt(Type),
    /// An integer value of any type or none.
    AnyOpt,
    /// A value of the type of the named global.
    OfGlobal(Global),
}

/// What an output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gives {
    /// A value of this type.
    Is(Type),
    /// A value of the type of the named global.
    OfGlobal(Global),
}

const PURE: Effects = Effects::PURE;
const FP: Effects = Effects::FP_ENV;
const LOAD: Effects = Effects::LOADS.and(Effects::FAULTS);
const STORE: Effects = Effects::STORES.and(Effects::FAULTS);
const ATOMIC: Effects = LOAD.and(STORE).and(Effects::ORDERS);
const EXIT: Effects = Effects::ENDS.and(Effects::READS_STATE);
const SIDE: Effects = Effects::SIDE_EXIT.and(Effects::READS_STATE);
const I32: Type = Type::I32;
const I64: Type = Type::I64;
const F32: Type = Type::F32;
const F64: Type = Type::F64;
const V128: Type = Type::V128;

const fn is(ty: Type) -> Want {
    Want::Is(ty)
}
const fn opt(ty: Type) -> Want {
    Want::Opt(ty)
}
const fn gives(ty: Type) -> Gives {
    Gives::Is(ty)
}

/// A row of the op table, for documentation.
#[derive(Clone, Copy, Debug)]
pub struct OpRow {
    /// The printed name.
    pub name: &'static str,
    /// What the op means.
    pub doc: &'static str,
    /// Attributes: name and Rust type.
    pub attrs: &'static [(&'static str, &'static str)],
    /// Outputs: name, and type as an expression over the attributes.
    pub outputs: &'static [(&'static str, &'static str)],
    /// Inputs, likewise.
    pub inputs: &'static [(&'static str, &'static str)],
    /// What it does besides defining its outputs.
    pub effects: Effects,
}

/// Calls the given macro with the whole op table.
macro_rules! for_each_op {
    ($m:ident) => { $m! {
        // --- integer -------------------------------------------------------------------------
        /// `d = a + b`.
        Add "add" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty), b: is(ty));
        /// `d = a - b`.
        Sub "sub" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty), b: is(ty));
        /// `d = a * b`, low half.
        Mul "mul" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty), b: is(ty));
        /// `d = a & b`.
        And "and" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty), b: is(ty));
        /// `d = a | b`.
        Or "or" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty), b: is(ty));
        /// `d = a ^ b`.
        Xor "xor" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty), b: is(ty));
        /// `d = a & !b`.
        AndNot "andnot" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty), b: is(ty));
        /// `d = -a`.
        Neg "neg" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty));
        /// `d = !a`.
        Not "not" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty));
        /// `d = a << n`; `n` modulo the width.
        Shl "shl" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty), n: is(ty));
        /// `d = a >> n` filling with zeros; `n` modulo the width.
        ShrU "shr_u" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty), n: is(ty));
        /// `d = a >> n` filling with the sign; `n` modulo the width.
        ShrS "shr_s" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty), n: is(ty));
        /// `d = a` rotated left by `n` modulo the width.
        Rotl "rotl" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty), n: is(ty));
        /// `hi:lo = a * b`, unsigned, double width.
        MulWideU "mul_wide_u" [PURE] { ty: Type } (lo: gives(ty), hi: gives(ty)) = (a: is(ty), b: is(ty));
        /// `hi:lo = a * b`, signed, double width.
        MulWideS "mul_wide_s" [PURE] { ty: Type } (lo: gives(ty), hi: gives(ty)) = (a: is(ty), b: is(ty));
        /// `q = a / b; r = a % b`, truncating. Undefined for `b == 0` and, signed, for minimum / -1.
        DivRem "divrem" [PURE] { ty: Type, sign: Sign } (q: gives(ty), r: gives(ty)) = (a: is(ty), b: is(ty));
        /// `q = hi:lo / b; r = hi:lo % b`, unsigned. Undefined unless `hi < b`.
        DivRemWideU "divrem_wide_u" [PURE] { ty: Type } (q: gives(ty), r: gives(ty)) = (hi: is(ty), lo: is(ty), b: is(ty));
        /// `carry:d = a + b + carry_in`; carries are 0 or 1.
        AddCarry "add_carry" [PURE] { ty: Type } (d: gives(ty), carry: gives(I32)) = (a: is(ty), b: is(ty), carry_in: is(I32));
        /// `d = a - b - borrow_in`, with the borrow out; borrows are 0 or 1.
        SubBorrow "sub_borrow" [PURE] { ty: Type } (d: gives(ty), borrow: gives(I32)) = (a: is(ty), b: is(ty), borrow_in: is(I32));
        /// Leading zeros; the width for zero.
        Clz "clz" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty));
        /// Trailing zeros; the width for zero.
        Ctz "ctz" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty));
        /// Number of one bits.
        Popcnt "popcnt" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty));
        /// Bytes reversed.
        Bswap "bswap" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty));
        /// The byte that the low 8 bits of `a` name in a table of the guest (`GuestLayout::tables`).
        Lookup "lookup" [PURE] { table: u8 } (d: gives(I32)) = (a: is(I32));
        /// The low 32 bits.
        Trunc "trunc" [PURE] {} (d: gives(I32)) = (a: is(I64));
        /// The high 32 bits.
        Hi32 "hi32" [PURE] {} (d: gives(I32)) = (a: is(I64));
        /// 32 bits extended to 64.
        Extend "extend" [PURE] { sign: Sign } (d: gives(I64)) = (a: is(I32));
        /// `d = hi << 32 | lo`.
        Concat "concat" [PURE] {} (d: gives(I64)) = (lo: is(I32), hi: is(I32));
        /// `len` bits of `a` from bit `pos` (0 is the least significant), extended; `1 <= len`, `pos + len <= width`.
        Extract "extract" [PURE] { ty: Type, pos: u8, len: u8, sign: Sign } (d: gives(ty)) = (a: is(ty));
        /// `a` with its `len` bits from bit `pos` replaced by the low bits of `b`.
        Deposit "deposit" [PURE] { ty: Type, pos: u8, len: u8 } (d: gives(ty)) = (a: is(ty), b: is(ty));
        /// 1 if `a cond b`, else 0; `cty` is the type of `a` and `b`.
        SetCond "setcond" [PURE] { cty: Type, cond: Cond } (d: gives(I32)) = (a: is(cty), b: is(cty));
        /// `t` if `a cond b`, else `f`.
        Select "select" [PURE] { ty: Type, cty: Type, cond: Cond } (d: gives(ty)) = (a: is(cty), b: is(cty), t: is(ty), f: is(ty));

        // --- guest state -----------------------------------------------------------------------
        /// The value of a global.
        Get "get" [Effects::READS_STATE] { g: Global } (d: Gives::OfGlobal(g)) = ();
        /// Sets a global.
        Put "put" [Effects::WRITES_STATE] { g: Global } () = (v: Want::OfGlobal(g));
        /// Sets the low half of an `i64` global and keeps its high half.
        PutLo "put_lo" [Effects::WRITES_STATE] { g: Global } () = (v: is(I32));
        /// Sets the high half of an `i64` global and keeps its low half.
        PutHi "put_hi" [Effects::WRITES_STATE] { g: Global } () = (v: is(I32));
        /// Loads CPU state that is not a global, at byte offset `off`, host byte order.
        LdState "ld_state" [Effects::READS_STATE] { ty: Type, off: u32 } (d: gives(ty)) = ();
        /// Stores CPU state that is not a global, at byte offset `off`, host byte order.
        StState "st_state" [Effects::WRITES_STATE] { ty: Type, off: u32 } () = (v: is(ty));

        // --- guest memory ----------------------------------------------------------------------
        /// Loads from `base + index + disp`, extending to `ty`.
        Ld "ld" [LOAD] { ty: Type, mem: MemOp, disp: i32 } (d: gives(ty)) = (base: opt(I64), index: opt(I64));
        /// Stores the low bytes of `v` to `base + index + disp`.
        St "st" [STORE] { ty: Type, mem: MemOp, disp: i32 } () = (base: opt(I64), index: opt(I64), v: is(ty));
        /// Loads 16 bytes, single-copy atomic, as a number in the byte order of `mem`. The address must be a multiple of 16.
        Ld128 "ld128" [LOAD] { mem: MemOp, disp: i32 } (lo: gives(I64), hi: gives(I64)) = (base: is(I64));
        /// Stores 16 bytes, single-copy atomic, as a number in the byte order of `mem`. The address must be a multiple of 16.
        St128 "st128" [STORE] { mem: MemOp, disp: i32 } () = (base: is(I64), lo: is(I64), hi: is(I64));
        /// `old = [base+disp]; if old == expected { [base+disp] = new }`, atomic; `old` zero-extended.
        Cas "cas" [ATOMIC] { ty: Type, mem: MemOp, disp: i32 } (old: gives(ty)) = (base: is(I64), expected: is(ty), new: is(ty));
        /// The same for 16 bytes, at a multiple of 16.
        Cas128 "cas128" [ATOMIC] { mem: MemOp, disp: i32 } (old_lo: gives(I64), old_hi: gives(I64)) = (base: is(I64), exp_lo: is(I64), exp_hi: is(I64), new_lo: is(I64), new_hi: is(I64));
        /// `old = [base+disp]; [base+disp] = op(old, v)`, atomic; `old` zero-extended.
        Rmw "rmw" [ATOMIC] { op: RmwOp, ty: Type, mem: MemOp, disp: i32 } (old: gives(ty)) = (base: is(I64), v: is(ty));
        /// If the `len` bytes from `base + disp` lie in two pages of 4096: faults exactly if one of both can't be read (or written,
        /// with `write`). What lies in one page is not looked at: the access that follows tells. `1 <= len <= 4096`.
        Probe "probe" [LOAD] { write: bool, len: u32, disp: i32 } () = (base: is(I64));
        /// Orders earlier against later accesses.
        Mb "mb" [Effects::ORDERS] { set: Barriers } () = ();

        // --- floating point; NaN, flag and tininess rules are the guest's (`GuestLayout::fp`) ------
        /// `d = a + b`, rounded as last set.
        FAdd "fadd" [FP] { ty: Type } (d: gives(ty)) = (a: is(ty), b: is(ty));
        /// `d = a - b`.
        FSub "fsub" [FP] { ty: Type } (d: gives(ty)) = (a: is(ty), b: is(ty));
        /// `d = a * b`.
        FMul "fmul" [FP] { ty: Type } (d: gives(ty)) = (a: is(ty), b: is(ty));
        /// `d = a / b`.
        FDiv "fdiv" [FP] { ty: Type } (d: gives(ty)) = (a: is(ty), b: is(ty));
        /// Square root.
        FSqrt "fsqrt" [FP] { ty: Type } (d: gives(ty)) = (a: is(ty));
        /// `d = a * b + c` (or `- c` with `sub`), rounded once.
        FMulAdd "fmuladd" [FP] { ty: Type, sub: bool } (d: gives(ty)) = (a: is(ty), b: is(ty), c: is(ty));
        /// `d = a * b + c`, rounded once, of `a` with its sign inverted first if `product`, and `c` if `addend`; NaNs too.
        FNegMulAdd "fnegmuladd" [FP] { ty: Type, product: bool, addend: bool } (d: gives(ty)) = (a: is(ty), b: is(ty), c: is(ty));
        /// The larger (or smaller) operand; a NaN gives a NaN unless `num` is set, the other one is a number and the NaN quiet;
        /// +0 is above -0.
        FMinMax "fminmax" [FP] { ty: Type, max: bool, num: bool } (d: gives(ty)) = (a: is(ty), b: is(ty));
        /// Sign inverted; no exception, NaNs too.
        FNeg "fneg" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty));
        /// Sign cleared; no exception, NaNs too.
        FAbs "fabs" [PURE] { ty: Type } (d: gives(ty)) = (a: is(ty));
        /// 0 equal, 1 `a` low, 2 `a` high, 3 unordered. Invalid for signaling NaNs, with `signaling` for quiet ones too.
        FCmp "fcmp" [FP] { ty: Type, signaling: bool } (d: gives(I32)) = (a: is(ty), b: is(ty));
        /// 1 if the quiet comparison of `a` and `b` has an outcome in `mask`, else 0.
        FSetMask "fsetmask" [FP] { ty: Type, mask: FpMask } (d: gives(I32)) = (a: is(ty), b: is(ty));
        /// Between `f32` and `f64`, rounded as last set; a signaling NaN becomes quiet and is invalid.
        FCvt "fcvt" [FP] { from: Type, to: Type } (d: gives(to)) = (a: is(from));
        /// Integer to float.
        FFromInt "ffromint" [FP] { ity: Type, sign: Sign, ty: Type } (d: gives(ty)) = (a: is(ity));
        /// Float to integer, saturating by the guest's rule. `cls`: 0 source zero, 1 negative, 2 positive, 3 NaN or out of range (invalid).
        FToInt "ftoint" [FP] { ty: Type, ity: Type, sign: Sign, round: Round } (d: gives(ity), cls: gives(I32)) = (a: is(ty));
        /// Float to integral float; inexact is not raised with `quiet`.
        FRound "fround" [FP] { ty: Type, round: Round, quiet: bool } (d: gives(ty)) = (a: is(ty));
        /// The bits of `a` as another type of the same width.
        Bitcast "bitcast" [PURE] { from: Type, to: Type } (d: gives(to)) = (a: is(from));
        /// The high 32 bits of an `f64` as `f32`.
        FHi "fhi" [PURE] {} (d: gives(F32)) = (a: is(F64));
        /// `a` with its high 32 bits replaced by those of `b`.
        FSetHi "fsethi" [PURE] {} (d: gives(F64)) = (a: is(F64), b: is(F32));
        /// The sticky flags since they were last set: 1 invalid, 2 division by zero, 4 overflow, 8 underflow, 16 inexact.
        FpFlagsGet "fpflags_get" [FP] {} (d: gives(I32)) = ();
        /// Replaces the sticky flags.
        FpFlagsSet "fpflags_set" [FP.and(Effects::WRITES_STATE)] {} () = (v: is(I32));
        /// Sets the dynamic rounding mode to `Round::ALL[v]`. While it is `away` or `odd`, no op that rounds dynamically may run
        /// (hosts lack these modes): front ends translate such code differently, by a TB flag.
        FpRoundSet "fpround_set" [FP.and(Effects::WRITES_STATE)] {} () = (v: is(I32));

        // --- vectors ---------------------------------------------------------------------------
        /// Bitwise and.
        VAnd "vand" [PURE] {} (d: gives(V128)) = (a: is(V128), b: is(V128));
        /// Bitwise or.
        VOr "vor" [PURE] {} (d: gives(V128)) = (a: is(V128), b: is(V128));
        /// Bitwise exclusive or.
        VXor "vxor" [PURE] {} (d: gives(V128)) = (a: is(V128), b: is(V128));
        /// `d = a & !b`.
        VAndNot "vandnot" [PURE] {} (d: gives(V128)) = (a: is(V128), b: is(V128));
        /// `d = a & m | b & !m`.
        VSelect "vselect" [PURE] {} (d: gives(V128)) = (m: is(V128), a: is(V128), b: is(V128));
        /// An operation on lanes; `VecOp` says which, and for which lanes.
        VBinary "vbinary" [PURE] { op: VecOp, lane: Lane } (d: gives(V128)) = (a: is(V128), b: is(V128));
        /// All lanes of `a` combined by `add`, `min_*` or `max_*`, in lane 0; zeros above. `min_*` and `max_*` are not for `d`.
        VAcross "vacross" [PURE] { op: VecOp, lane: Lane } (d: gives(V128)) = (a: is(V128));
        /// Every lane shifted or rotated by `n`, which is at most the width: then all that remains of a shift is zero or the sign.
        VShift "vshift" [PURE] { op: VecShift, lane: Lane, n: u8 } (d: gives(V128)) = (a: is(V128));
        /// The absolute value of signed lanes, wrapping.
        VAbs "vabs" [PURE] { lane: Lane } (d: gives(V128)) = (a: is(V128));
        /// Number of one bits of each byte.
        VPopcnt8 "vpopcnt8" [PURE] {} (d: gives(V128)) = (a: is(V128));
        /// Lanes of size `lane` in reverse order within each lane of the larger size `within`.
        VReverse "vreverse" [PURE] { lane: Lane, within: Lane } (d: gives(V128)) = (a: is(V128));
        /// Bytes `n` (below 16) and following of `b:a`.
        VExt "vext" [PURE] { n: u8 } (d: gives(V128)) = (a: is(V128), b: is(V128));
        /// For each byte of `index` that byte of `a`, or zero if there is none.
        VTable "vtable" [PURE] {} (d: gives(V128)) = (a: is(V128), index: is(V128));
        /// The lanes of the low (or high) half of `a`, extended to twice their width. Not for `d`.
        VWiden "vwiden" [PURE] { lane: Lane, sign: Sign, high: bool } (d: gives(V128)) = (a: is(V128));
        /// The lanes of `a` at half their width in the low half, zeros above. Not for `b`.
        VNarrow "vnarrow" [PURE] { lane: Lane, how: Narrow } (d: gives(V128)) = (a: is(V128));
        /// A step of a cipher or hash; `CryptoOp` says which, and of what inputs.
        VCrypto "vcrypto" [PURE] { op: CryptoOp } (d: gives(V128)) = (a: is(V128), b: is(V128), c: is(V128));
        /// A floating-point operation on the lanes of type `ty`. All lanes take part, here and below: those that the guest does not
        /// mean need operands that raise no flag.
        VFBinary "vfbinary" [FP] { op: VecFpOp, ty: Type } (d: gives(V128)) = (a: is(V128), b: is(V128));
        /// Square roots of lanes.
        VFSqrt "vfsqrt" [FP] { ty: Type } (d: gives(V128)) = (a: is(V128));
        /// `d = c + a * b` (or, with `neg`, `c + -a * b`), rounded once.
        VFMulAdd "vfmuladd" [FP] { ty: Type, neg: bool } (d: gives(V128)) = (a: is(V128), b: is(V128), c: is(V128));
        /// All ones where the comparison holds, else zero.
        VFCmp "vfcmp" [FP] { op: VecFpCmp, ty: Type } (d: gives(V128)) = (a: is(V128), b: is(V128));
        /// Float lanes to integral float lanes; inexact is not raised with `quiet`.
        VFRound "vfround" [FP] { ty: Type, round: Round, quiet: bool } (d: gives(V128)) = (a: is(V128));
        /// Integers to floats of their width.
        VFFromInt "vffromint" [FP] { ty: Type, sign: Sign } (d: gives(V128)) = (a: is(V128));
        /// Floats to integers of their width, saturating by the guest's rule.
        VFToInt "vftoint" [FP] { ty: Type, sign: Sign, round: Round } (d: gives(V128)) = (a: is(V128));
        /// The low (or high) half of the lanes to twice their width: `f16` to `f32`, or `f32` to `f64`. A signaling NaN becomes
        /// quiet and is invalid.
        VFWiden "vfwiden" [FP] { from: Type, high: bool } (d: gives(V128)) = (a: is(V128));
        /// The lanes in a shorter format, from lane 0 on, zeros above: `f64` to `f32`, `f32` to `f16`, or `f64` to `f16`, rounded once.
        /// While subnormal numbers are flushed, what is not zero must be 2^-126 or more for the last one: hosts get there by `f32`.
        VFNarrow "vfnarrow" [FP] { from: Type, to: Type } (d: gives(V128)) = (a: is(V128));
        /// The lowest bits as a scalar of type `ty`.
        VLow "vlow" [PURE] { ty: Type } (d: gives(ty)) = (a: is(V128));
        /// A scalar with zeros above.
        VZext "vzext" [PURE] { ty: Type } (d: gives(V128)) = (a: is(ty));
        /// `d = hi << 64 | lo`.
        VPair "vpair" [PURE] {} (d: gives(V128)) = (lo: is(I64), hi: is(I64));
        /// Lane `index`, zero-extended.
        VExtract "vextract" [PURE] { lane: Lane, index: u8 } (d: gives(lane.scalar())) = (a: is(V128));
        /// `a` with lane `index` replaced by the low bits of `v`.
        VInsert "vinsert" [PURE] { lane: Lane, index: u8 } (d: gives(V128)) = (a: is(V128), v: is(lane.scalar()));
        /// `a` with lane `index` replaced by lane `from` of `b`.
        VMove "vmove" [PURE] { lane: Lane, index: u8, from: u8 } (d: gives(V128)) = (a: is(V128), b: is(V128));
        /// Every lane a copy of the low bits of `v`.
        VDup "vdup" [PURE] { lane: Lane } (d: gives(V128)) = (v: is(lane.scalar()));
        /// Every lane a copy of lane `index` of `a`.
        VDupLane "vdup_lane" [PURE] { lane: Lane, index: u8 } (d: gives(V128)) = (a: is(V128));

        // --- control ---------------------------------------------------------------------------
        /// A guest instruction of `len` bytes starts at `pc`. Faults and traps until the next mark belong to it.
        InsnStart "insn" [Effects::MARK] { pc: u64, len: u8 } () = ();
        /// The place of a label. No value defined before may be used after.
        SetLabel "label" [Effects::LABEL] { label: Label } () = ();
        /// Jumps forward to a label of this TB.
        Br "br" [Effects::LABEL.and(Effects::ENDS)] { label: Label } () = ();
        /// Jumps forward to a label of this TB if `a cond b`.
        BrCond "brcond" [Effects::LABEL] { cty: Type, cond: Cond, label: Label } () = (a: is(cty), b: is(cty));
        /// Goes to the TB at `pc`.
        Goto "goto" [EXIT] { pc: u64 } () = ();
        /// Goes to the TB at `pc` if `a cond b`.
        GotoIf "goto_if" [SIDE] { cty: Type, cond: Cond, pc: u64 } () = (a: is(cty), b: is(cty));
        /// Goes to the TB at `pc` if the quiet comparison of `a` and `b` has an outcome in `mask`.
        GotoIfFp "goto_if_fp" [SIDE.and(FP)] { ty: Type, mask: FpMask, pc: u64 } () = (a: is(ty), b: is(ty));
        /// Goes to the TB at the address `target`.
        GotoInd "goto_ind" [EXIT] { kind: TargetKind } () = (target: is(I64));
        /// Tells the return predictor that the call that follows will return to `pc`.
        PushReturn "push_return" [Effects::MARK] { pc: u64 } () = ();
        /// Leaves to the loop with reason `code` (see `ExitCode`), argument `arg` and the guest pc `pc`.
        Exit "exit" [EXIT] { code: u32, pc: u64 } () = (arg: opt(I64));
        /// Leaves to the loop with trap `code` at the current instruction if `a cond b`.
        TrapIf "trap_if" [Effects::FAULTS.and(Effects::READS_STATE)] { cty: Type, cond: Cond, code: u32 } () = (a: is(cty), b: is(cty));
        /// If `a cond b`: calls a helper with one argument, a constant, and goes to the TB at `pc`. So a front end leaves to a
        /// helper what is rare.
        CallGotoIf "call_goto_if" [SIDE.and(FP)] { cty: Type, cond: Cond, h: HelperId, arg: u64, pc: u64 } () = (a: is(cty), b: is(cty));
        /// If the loop has asked this vCPU to leave: leaves with `ExitCode::INTERRUPT` and the guest pc `pc`.
        Poll "poll" [SIDE] { pc: u64 } () = ();
        /// Calls a helper; it may read and write all guest state and memory, fault and trap.
        Call "call" [Effects::READS_STATE.and(Effects::WRITES_STATE).and(ATOMIC).and(FP)] { h: HelperId } (d: gives(I64)) = (a0: Want::AnyOpt, a1: Want::AnyOpt, a2: Want::AnyOpt, a3: Want::AnyOpt);
    } };
}

macro_rules! define_ops {
    ($($(#[doc = $doc:literal])* $variant:ident $name:literal [$effects:expr] { $($attr:ident: $aty:ty),* } ($($out:ident: $oty:expr),*) = ($($input:ident: $ity:expr),*);)*) => {
        /// One operation of the IR. See the table in this module for the meaning of each.
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[allow(missing_docs, reason = "the fields are documented by the variant")]
        pub enum Op {
            $($(#[doc = $doc])* $variant { $($attr: $aty,)* $($out: Val,)* $($input: Val,)* },)*
        }

        impl Op {
            /// Every op as the table declares it, in order.
            pub const TABLE: &'static [OpRow] = &[$(OpRow {
                name: $name,
                doc: concat!($($doc),*),
                attrs: &[$((stringify!($attr), stringify!($aty)),)*],
                outputs: &[$((stringify!($out), stringify!($oty)),)*],
                inputs: &[$((stringify!($input), stringify!($ity)),)*],
                effects: $effects,
            },)*];

            /// The printed name.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $(Op::$variant { .. } => $name,)* }
            }

            /// What the op does besides defining its outputs.
            #[inline]
            #[must_use]
            pub const fn effects(&self) -> Effects {
                match self { $(Op::$variant { .. } => $effects,)* }
            }

            /// Calls `f` for each input, including absent ones (`Val::NONE`).
            #[inline]
            #[allow(unused_variables, unused_mut, reason = "ops without inputs")]
            pub fn for_each_input(&self, mut f: impl FnMut(Val)) {
                match *self { $(Op::$variant { $($input,)* .. } => { $(f($input);)* })* }
            }

            /// Calls `f` for each input, including absent ones, to replace it.
            #[inline]
            #[allow(unused_variables, unused_mut, reason = "ops without inputs")]
            pub fn for_each_input_mut(&mut self, mut f: impl FnMut(&mut Val)) {
                match self { $(Op::$variant { $($input,)* .. } => { $(f($input);)* })* }
            }

            /// Calls `f` for each output.
            #[inline]
            #[allow(unused_variables, unused_mut, reason = "ops without outputs")]
            pub fn for_each_output(&self, mut f: impl FnMut(Val)) {
                match *self { $(Op::$variant { $($out,)* .. } => { $(f($out);)* })* }
            }

            /// Calls `f` with each output and what it is.
            #[allow(unused_variables, unused_mut, reason = "ops without outputs")]
            pub fn for_each_output_type(&self, mut f: impl FnMut(Val, Gives)) {
                match *self {
                    $(#[allow(unused_variables, reason = "attributes that name no type")]
                    Op::$variant { $($attr,)* $($out,)* .. } => { $(f($out, $oty);)* })*
                }
            }

            /// Calls `f` with each input and what it may be.
            #[allow(unused_variables, unused_mut, reason = "ops without inputs")]
            pub fn for_each_input_type(&self, mut f: impl FnMut(Val, Want)) {
                match *self {
                    $(#[allow(unused_variables, reason = "attributes that name no type")]
                    Op::$variant { $($attr,)* $($input,)* .. } => { $(f($input, $ity);)* })*
                }
            }

            /// Prints the attributes as ` name=text`, in order.
            #[allow(unused_variables, reason = "ops without attributes")]
            pub(crate) fn print_attrs(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Op::$variant { $($attr,)* .. } => {
                        $(write!(f, " {}=", stringify!($attr))?; $attr.print(f)?;)*
                        Ok(())
                    })*
                }
            }

            /// Builds the op called `name` from its attributes by name and its values in order.
            #[allow(unused_variables, unused_mut, reason = "ops without attributes or values")]
            pub(crate) fn from_parts(
                name: &str,
                attr: impl Fn(&str) -> Option<String>,
                outs: &[Val],
                ins: &[Val],
            ) -> Option<Op> {
                match name {
                    $($name => {
                        let mut outs = outs.iter().copied();
                        let mut ins = ins.iter().copied();
                        let op = Op::$variant {
                            $($attr: <$aty as Attr>::parse(&attr(stringify!($attr))?)?,)*
                            $($out: outs.next()?,)*
                            $($input: ins.next()?,)*
                        };
                        (outs.next().is_none() && ins.next().is_none()).then_some(op)
                    })*
                    _ => None,
                }
            }
        }
    };
}

for_each_op!(define_ops);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_op_stays_within_five_words() {
        assert!(size_of::<Op>() <= 40, "{} bytes", size_of::<Op>());
    }
}
