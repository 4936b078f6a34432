//! Ops that generated code leaves to software: floating-point ones for which the host instruction is not exact (NaN results,
//! tininess at the limit, conversions out of range), and steps of cryptography that the host lacks.
//!
//! This is the only module with `unsafe`: generated code calls [`run`] with raw pointers.

use softfp::{Env as Soft, F16, F32, F64, Flags, Format, Negate, Rules};
use tcg_ir::layout::Env;
use tcg_ir::{CryptoOp, Round, Sign, Type, crypto};

/// What generated code puts on the stack for a slow op; the results replace the first operands.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Operands; then results. At [`Frame::HOST`] is what the host made of the others, for the thunks of `nans.rs`.
    pub(crate) operands: [u64; 3],
    /// A [`SlowOp`] as number.
    pub(crate) code: u32,
    unused: u32,
}

impl Frame {
    /// Index among the operands.
    pub(crate) const HOST: usize = 2;
}

/// The same for an operation on vectors.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct VectorFrame {
    /// The low halves, and the op.
    low: Frame,
    /// The high halves.
    pub(crate) high: [u64; 3],
    /// Keeps the stack aligned.
    unused: u64,
    /// What the host made of the operands, if it was asked first: see [`SlowOp::host_comes_first`].
    pub(crate) host: [u64; 2],
}

/// The operations of the slow path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Add,
    Sub,
    Mul,
    Div,
    Sqrt,
    MulAdd,
    MulSub,
    Cvt,
    ToInt,
    Round,
    RoundQuiet,
    Max,
    Min,
    MaxNum,
    MinNum,
    /// Of the negated first factor.
    NegMulAdd,
    /// Of the negated addend.
    MulAddNeg,
    /// Of both.
    NegMulAddNeg,
    /// What `SlowOp::crypto` says.
    Crypto,
}

const KINDS: [Kind; 19] = [
    Kind::Add,
    Kind::Sub,
    Kind::Mul,
    Kind::Div,
    Kind::Sqrt,
    Kind::MulAdd,
    Kind::MulSub,
    Kind::Cvt,
    Kind::ToInt,
    Kind::Round,
    Kind::RoundQuiet,
    Kind::Max,
    Kind::Min,
    Kind::MaxNum,
    Kind::MinNum,
    Kind::NegMulAdd,
    Kind::MulAddNeg,
    Kind::NegMulAddNeg,
    Kind::Crypto,
];

/// An operation with its types, packed into a number for generated code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SlowOp {
    pub(crate) kind: Kind,
    /// Type of the float operand.
    pub(crate) ty: Type,
    /// Integer type, or the destination of `Cvt`.
    pub(crate) other: Type,
    pub(crate) sign: Sign,
    pub(crate) round: Round,
    /// Of all lanes of vectors.
    pub(crate) vector: bool,
    pub(crate) crypto: CryptoOp,
}

impl SlowOp {
    pub(crate) fn new(kind: Kind, ty: Type) -> SlowOp {
        SlowOp {
            kind,
            ty,
            other: ty,
            sign: Sign::Signed,
            round: Round::Dynamic,
            vector: false,
            crypto: CryptoOp::AesEncrypt,
        }
    }

    pub(crate) fn pack(self) -> u32 {
        self.kind as u32
            | (self.ty as u32) << 8
            | (self.other as u32) << 12
            | (self.sign as u32) << 16
            | (self.round as u32) << 20
            | u32::from(self.vector) << 24
            | (self.crypto as u32) << 25
    }

    /// Whether generated code comes here with the host's results of an operation on vectors.
    fn host_comes_first(self) -> bool {
        matches!(
            self.kind,
            Kind::Add
                | Kind::Sub
                | Kind::Mul
                | Kind::Div
                | Kind::Sqrt
                | Kind::MulAdd
                | Kind::NegMulAdd
        )
    }

    fn unpack(code: u32) -> Option<SlowOp> {
        let field = |shift: u32, bits: u32| (code >> shift & ((1 << bits) - 1)) as usize;
        Some(SlowOp {
            kind: *KINDS.get(field(0, 8))?,
            ty: *Type::ALL.get(field(8, 4))?,
            other: *Type::ALL.get(field(12, 4))?,
            sign: *Sign::ALL.get(field(16, 4))?,
            round: *Round::ALL.get(field(20, 4))?,
            vector: field(24, 1) != 0,
            crypto: *CryptoOp::ALL.get(field(25, 6))?,
        })
    }
}

/// Runs one slow op; called by the thunk in the prologue.
///
/// # Safety
/// `env` is the head of the running vCPU's state, `frame` a frame on its host stack, `rules` the guest's.
#[allow(unsafe_code, reason = "called from generated code, which has pointers only")]
pub(crate) unsafe extern "C" fn run(env: *mut Env, frame: *mut Frame, rules: *const Rules) {
    // SAFETY: the caller vouches for all three; nothing else uses them during the call.
    let (env, low, rules) = unsafe { (&mut *env, &mut *frame, &*rules) };
    match SlowOp::unpack(low.code) {
        Some(op) if op.vector => {
            // SAFETY: as above; for such an op generated code made a frame of this kind. `low` is not used any more.
            let frame = unsafe { &mut *frame.cast::<VectorFrame>() };
            if op.kind == Kind::Crypto {
                compute_crypto(frame, op.crypto);
            } else {
                compute_lanes(env, frame, rules, op);
            }
        }
        Some(op) => compute(env, low, rules, op),
        None => {}
    }
}

fn compute_crypto(frame: &mut VectorFrame, op: CryptoOp) {
    let operand = |i: usize| u128::from(frame.high[i]) << 64 | u128::from(frame.low.operands[i]);
    let result = crypto::compute(op, operand(0), operand(1), operand(2));
    frame.low.operands[0] = result as u64;
    frame.high[0] = (result >> 64) as u64;
}

fn compute_lanes(env: &mut Env, frame: &mut VectorFrame, rules: &'static Rules, op: SlowOp) {
    let mut soft = environment(env, rules, op);
    match op.ty {
        Type::F16 => lanes::<16>(&mut soft, frame, op),
        Type::F32 => lanes::<32>(&mut soft, frame, op),
        _ => lanes::<64>(&mut soft, frame, op),
    }
    env.raise(soft.flags);
}

/// Runs the op on the lanes of `BITS` bits of which the host's result is not known to be right.
fn lanes<const BITS: u32>(soft: &mut Soft, frame: &mut VectorFrame, op: SlowOp) {
    // Numbers of 128 bits, not arrays: what generated code has just written by halves must not be read as a whole.
    let whole = |[low, high]: [u64; 2]| u128::from(high) << 64 | u128::from(low);
    let operands = [0, 1, 2].map(|i| whole([frame.low.operands[i], frame.high[i]]));
    let lane = |x: u128, i: u32| (x >> (BITS * i)) as u64 & (u64::MAX >> (64 - BITS));
    let to_bits = if op.kind == Kind::Cvt { op.other.bits() } else { BITS };
    let host_comes_first = op.host_comes_first();
    let mut result = 0u128;
    for i in 0..128 / BITS {
        let host = lane(whole(frame.host), i);
        let value = if host_comes_first && is_right::<BITS>(host) {
            host
        } else {
            let [a, b, c] = operands.map(|x| lane(x, i));
            match BITS {
                16 => arithmetic16(soft, op, [a as u16, b as u16, c as u16]),
                32 => arithmetic32(soft, op, [a as u32, b as u32, c as u32]),
                _ => arithmetic64(soft, op, [a, b, c]),
            }
        };
        result |= u128::from(value) << (i * to_bits);
    }
    frame.low.operands[0] = result as u64;
    frame.high[0] = (result >> 64) as u64;
}

/// Whether the host's result in a lane stands, with the flags that it raised, if the host comes first: it is neither a NaN nor
/// the smallest normal number.
fn is_right<const BITS: u32>(host: u64) -> bool {
    let (infinity, smallest) = match BITS {
        16 => (0x1f << 10, 1 << 10),
        32 => (0xff << 23, 1 << 23),
        _ => (0x7ff << 52, 1 << 52),
    };
    let magnitude = host & !(1 << (BITS - 1));
    magnitude <= infinity && magnitude != smallest
}

fn compute(env: &mut Env, frame: &mut Frame, rules: &'static Rules, op: SlowOp) {
    let mut soft = environment(env, rules, op);
    let [a, b, c] = frame.operands;
    frame.operands[0] = match op.ty {
        Type::F16 => arithmetic16(&mut soft, op, [a as u16, b as u16, c as u16]),
        Type::F32 => arithmetic32(&mut soft, op, [a as u32, b as u32, c as u32]),
        _ => arithmetic64(&mut soft, op, [a, b, c]),
    };
    if op.kind == Kind::ToInt && op.ty != Type::F16 {
        frame.operands[1] = match op.ty {
            Type::F32 => class_of::<F32>(&soft, a as u32),
            _ => class_of::<F64>(&soft, a),
        };
    }
    env.raise(soft.flags);
}

fn environment(env: &Env, rules: &'static Rules, op: SlowOp) -> Soft {
    let mut soft = env.soft_float(rules, op.round);
    soft.inexact_suppressed = op.kind == Kind::RoundQuiet;
    soft
}

/// Integers are those of 16 bits.
fn arithmetic16(soft: &mut Soft, op: SlowOp, [a, b, c]: [u16; 3]) -> u64 {
    match (op.kind, op.sign) {
        (Kind::ToInt, Sign::Signed) => {
            softfp::to_fixed_signed::<F16>(soft, a, 16, 0) as u64 & 0xffff
        }
        (Kind::ToInt, Sign::Unsigned) => softfp::to_fixed_unsigned::<F16>(soft, a, 16, 0),
        _ => arithmetic::<F16>(soft, op, [a, b, c]).into(),
    }
}

fn arithmetic32(soft: &mut Soft, op: SlowOp, [a, b, c]: [u32; 3]) -> u64 {
    match op.kind {
        Kind::Cvt if op.other == Type::F64 => softfp::convert::<F32, F64>(soft, a),
        Kind::Cvt if op.other == Type::F16 => softfp::convert::<F32, F16>(soft, a).into(),
        Kind::ToInt => to_int::<F32>(soft, op, a),
        _ => u64::from(arithmetic::<F32>(soft, op, [a, b, c])),
    }
}

fn arithmetic64(soft: &mut Soft, op: SlowOp, [a, b, c]: [u64; 3]) -> u64 {
    match op.kind {
        Kind::Cvt if op.other == Type::F16 => softfp::convert::<F64, F16>(soft, a).into(),
        Kind::Cvt if op.other == Type::F32 => u64::from(softfp::convert::<F64, F32>(soft, a)),
        Kind::ToInt => to_int::<F64>(soft, op, a),
        _ => arithmetic::<F64>(soft, op, [a, b, c]),
    }
}

fn arithmetic<F: Format>(soft: &mut Soft, op: SlowOp, [a, b, c]: [F::Bits; 3]) -> F::Bits {
    let negate = Negate { addend: op.kind == Kind::MulSub, ..Negate::default() };
    match op.kind {
        Kind::Add => softfp::add::<F>(soft, a, b),
        Kind::Sub => softfp::sub::<F>(soft, a, b),
        Kind::Mul => softfp::mul::<F>(soft, a, b),
        Kind::Div => softfp::div::<F>(soft, a, b),
        Kind::Sqrt => softfp::sqrt::<F>(soft, a),
        Kind::MulAdd | Kind::MulSub => softfp::fma::<F>(soft, a, b, c, negate),
        Kind::Round | Kind::RoundQuiet => softfp::round_to_integral::<F>(soft, a),
        Kind::Max => softfp::max::<F>(soft, a, b),
        Kind::Min => softfp::min::<F>(soft, a, b),
        Kind::MaxNum => softfp::max_num::<F>(soft, a, b),
        Kind::MinNum => softfp::min_num::<F>(soft, a, b),
        Kind::NegMulAdd => softfp::fma::<F>(soft, negated::<F>(a), b, c, negate),
        Kind::MulAddNeg => softfp::fma::<F>(soft, a, b, negated::<F>(c), negate),
        Kind::NegMulAddNeg => softfp::fma::<F>(soft, negated::<F>(a), b, negated::<F>(c), negate),
        Kind::Cvt | Kind::ToInt | Kind::Crypto => a,
    }
}

/// With the sign inverted, NaNs too.
fn negated<F: Format>(a: F::Bits) -> F::Bits {
    F::from_raw(F::raw(a) ^ 1 << (F::WIDTH - 1))
}

fn to_int<F: Format>(soft: &mut Soft, op: SlowOp, a: F::Bits) -> u64 {
    match (op.other, op.sign) {
        (Type::I32, Sign::Signed) => u64::from(softfp::to_i32::<F>(soft, a).cast_unsigned()),
        (Type::I32, Sign::Unsigned) => u64::from(softfp::to_u32::<F>(soft, a)),
        (_, Sign::Signed) => softfp::to_i64::<F>(soft, a).cast_unsigned(),
        (_, Sign::Unsigned) => softfp::to_u64::<F>(soft, a),
    }
}

/// The class of a conversion to integer, as `ftoint` numbers it.
fn class_of<F: Format>(soft: &Soft, a: F::Bits) -> u64 {
    if soft.flags.contains(Flags::INVALID) {
        3
    } else if softfp::classify::<F>(a) == softfp::Class::Zero {
        0
    } else if softfp::sign::<F>(a) {
        1
    } else {
        2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ops_pack_and_unpack() {
        for kind in KINDS {
            let op = SlowOp {
                kind,
                ty: Type::F32,
                other: Type::I64,
                sign: Sign::Unsigned,
                round: Round::Odd,
                vector: kind == Kind::Max,
                crypto: CryptoOp::MulHigh,
            };
            assert_eq!(SlowOp::unpack(op.pack()), Some(op));
        }
        assert_eq!(SlowOp::unpack(200), None);
    }
}
