//! Thunks that say which NaN an addition, subtraction, multiplication, division or square root gives.
//!
//! They have the host's result, which is almost the guest's: both raise 'invalid' for signaling operands and for operations
//! that have no result, and take the first operand that is a NaN, made quiet. Guests differ in two things: the NaN of an
//! operation on numbers, which is their default one, and that a signaling NaN goes before a quiet one. The latter is left to
//! software (`->fp_slow`), and so are smallest normal numbers and all results if operands may be flushed.

#![allow(clippy::useless_conversion, reason = "`dynasm!` converts register numbers")]

use crate::pins::Pins;
use crate::prologue::{Ops, env, here};
use crate::slow::{Frame, Kind, SlowOp, VectorFrame};
use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};
use softfp::Rules;
use std::mem::offset_of;
use tcg_ir::Type;
use tcg_ir::layout::Env;

/// What there is a thunk for: a type of floats, and whether vectors of them.
const OPERANDS: [(Type, bool); 5] = [
    (Type::F32, false),
    (Type::F64, false),
    (Type::F16, true),
    (Type::F32, true),
    (Type::F64, true),
];

/// Where each thunk is, in the order of [`OPERANDS`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NanThunks([u32; OPERANDS.len()]);

impl NanThunks {
    pub(crate) fn assemble(ops: &mut Ops, pins: &Pins, rules: &Rules) -> NanThunks {
        NanThunks(OPERANDS.map(|operands| thunk(ops, pins, rules, operands)))
    }

    /// The thunk for the op; none if it is software's.
    pub(crate) fn of(&self, op: SlowOp) -> Option<u32> {
        let is_here = matches!(op.kind, Kind::Add | Kind::Sub | Kind::Mul | Kind::Div | Kind::Sqrt);
        let found = OPERANDS.iter().position(|&operands| operands == (op.ty, op.vector));
        found.filter(|_| is_here).map(|i| self.0[i])
    }
}

/// Bytes for the registers that a thunk uses.
const SAVED: i32 = 4 * 16;
/// The frame, above the return address.
const FRAME: i32 = SAVED + 8;
const FIRST: i32 = offset_of!(Frame, operands) as i32;
const SECOND: i32 = FIRST + 8;
const HOST: i32 = FIRST + 8 * Frame::HOST as i32;
/// From the low half of an operand to the high one.
const TO_HIGH: i32 = offset_of!(VectorFrame, high) as i32 - FIRST;
const HOST_VECTOR: i32 = offset_of!(VectorFrame, host) as i32;

/// An instruction that has a name for each size of lanes.
macro_rules! lanes {
    ($ops:ident, $ty:expr, ($halves:ident, $singles:ident, $doubles:ident) $($operands:tt)*) => {
        match $ty {
            Type::F16 => dynasm!($ops; .arch x64; $halves $($operands)*),
            Type::F32 => dynasm!($ops; .arch x64; $singles $($operands)*),
            _ => dynasm!($ops; .arch x64; $doubles $($operands)*),
        }
    };
}

/// With a frame above the return address. Replaces the first operand by the result; changes no register.
fn thunk(ops: &mut Ops, pins: &Pins, rules: &Rules, operands: (Type, bool)) -> u32 {
    let ty = operands.0;
    constants(ops, rules, ty);
    let at = here(ops);
    dynasm!(ops
        ; .arch x64
        ; test BYTE [rbp + env!(pins, fp_mode)], Env::FP_FLUSH as i8
        ; jne ->fp_slow
        ; sub rsp, SAVED
    );
    for x in 0..4u8 {
        dynasm!(ops; .arch x64; vmovups [rsp + 16 * i32::from(x)], Rx(x));
    }
    load(ops, operands, 0, FIRST);
    load(ops, operands, 1, SECOND);
    load_host(ops, operands);
    dynasm!(ops
        ; .arch x64
        ; vpand xmm0, xmm0, [<magnitude]
        ; vpand xmm1, xmm1, [<magnitude]
        ; vpand xmm2, xmm2, [<magnitude]
    );
    lanes!(ops, ty, (vpcmpeqw, vpcmpeqd, vpcmpeqq) xmm3, xmm2, [<smallest]);
    dynasm!(ops; .arch x64; vptest xmm3, xmm3; jne >slow; vmovups xmm3, [<quiet]);
    // Which are NaNs: in xmm0 of the first operand, xmm1 of the second, xmm2 of the result; in xmm3 those of the second
    // operand that are signaling.
    lanes!(ops, ty, (vpcmpgtw, vpcmpgtd, vpcmpgtq) xmm3, xmm3, xmm1);
    lanes!(ops, ty, (vpcmpgtw, vpcmpgtd, vpcmpgtq) xmm0, xmm0, [<infinity]);
    lanes!(ops, ty, (vpcmpgtw, vpcmpgtd, vpcmpgtq) xmm1, xmm1, [<infinity]);
    lanes!(ops, ty, (vpcmpgtw, vpcmpgtd, vpcmpgtq) xmm2, xmm2, [<infinity]);
    dynasm!(ops
        ; .arch x64
        ; vpand xmm3, xmm3, xmm1
        ; vptest xmm3, xmm0
        ; jne >slow
        ; vpor xmm0, xmm0, xmm1
        ; test BYTE [rbp + env!(pins, fp_mode)], Env::FP_DEFAULT_NAN as i8
        ; je >chosen
        ; vpxor xmm0, xmm0, xmm0
        ; chosen:
        ; vpandn xmm0, xmm0, xmm2
    );
    load_host(ops, operands);
    dynasm!(ops; .arch x64; vpblendvb xmm2, xmm2, [<default], xmm0);
    dynasm!(ops; .arch x64; vmovq QWORD [rsp + FRAME + FIRST], xmm2);
    if operands.1 {
        dynasm!(ops; .arch x64; vmovhps QWORD [rsp + FRAME + FIRST + TO_HIGH], xmm2);
    }
    restore(ops);
    dynasm!(ops; .arch x64; ret; slow:);
    restore(ops);
    dynasm!(ops; .arch x64; jmp ->fp_slow);
    at
}

/// What the thunk for the type compares with, in all lanes.
fn constants(ops: &mut Ops, rules: &Rules, ty: Type) {
    let (bits, fraction) = match ty {
        Type::F16 => (16, 10),
        Type::F32 => (32, 23),
        _ => (64, 52),
    };
    let sign = 1_u64 << (bits - 1);
    let infinity = sign - (1 << fraction);
    let quiet = infinity | 1 << (fraction - 1);
    let default = if rules.default_nan_negative { sign | quiet } else { quiet };
    dynasm!(ops; .arch x64; .align 16; magnitude:);
    constant(ops, bits, sign - 1);
    dynasm!(ops; .arch x64; smallest:);
    constant(ops, bits, 1 << fraction);
    dynasm!(ops; .arch x64; infinity:);
    constant(ops, bits, infinity);
    dynasm!(ops; .arch x64; quiet:);
    constant(ops, bits, quiet);
    dynasm!(ops; .arch x64; default:);
    constant(ops, bits, default);
}

/// `x` in all lanes.
fn constant(ops: &mut Ops, bits: u32, x: u64) {
    let all = (0..64 / bits).fold(0, |all, lane| all | x << (bits * lane)) as i64;
    dynasm!(ops; .arch x64; .i64 all; .i64 all);
}

/// The operand at `at` of the frame; zeros above a scalar.
fn load(ops: &mut Ops, (ty, vector): (Type, bool), x: u8, at: i32) {
    let at = FRAME + at;
    match (ty, vector) {
        (Type::F32, false) => dynasm!(ops; .arch x64; vmovd Rx(x), DWORD [rsp + at]),
        (_, false) => dynasm!(ops; .arch x64; vmovq Rx(x), QWORD [rsp + at]),
        // What was written by halves: in one piece it would have to be in memory first.
        (_, true) => dynasm!(ops
            ; .arch x64
            ; vmovq Rx(x), QWORD [rsp + at]
            ; vmovhps Rx(x), Rx(x), QWORD [rsp + at + TO_HIGH]
        ),
    }
}

/// The host's result, to xmm2.
fn load_host(ops: &mut Ops, (ty, vector): (Type, bool)) {
    if vector {
        dynasm!(ops; .arch x64; vmovups xmm2, [rsp + FRAME + HOST_VECTOR]);
    } else {
        load(ops, (ty, vector), 2, HOST);
    }
}

fn restore(ops: &mut Ops) {
    for x in 0..4u8 {
        dynasm!(ops; .arch x64; vmovups Rx(x), [rsp + 16 * i32::from(x)]);
    }
    dynasm!(ops; .arch x64; add rsp, SAVED);
}
