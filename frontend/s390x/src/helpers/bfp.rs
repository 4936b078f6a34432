//! Binary floating point out of line: every case that the inline ops leave out.
//!
//! That is the extended format, enabled IEEE traps, rounding modes that the host lacks, and modifiers.
//! A helper does the whole instruction: it reads and writes registers, condition code and FPC itself.
//! PoP SA22-7832, chapter 9 ("Floating-Point Overview") and chapter 19 ("Binary-Floating-Point Instructions").

use super::ieee::{self, IeeeTrap};
use super::{Done, SPECIFICATION, Stop};
use crate::state::CpuState;
use softfp::{Class, Env, F32, F64, F128, Flags, Format, Negate, Ordering, Round};

/// What an instruction computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Operation {
    Add,
    Sub,
    Mul,
    /// Operands one format below the result.
    MulWiden,
    Div,
    Sqrt,
    Compare,
    CompareSignal,
    MulAdd,
    MulSub,
    /// From `from` to `format`, rounding or lengthening.
    Convert,
    LoadAndTest,
    /// Float of format `from` to integer.
    ToInt,
    /// Integer to float.
    FromInt,
    RoundToIntegral,
}

const OPERATIONS: [Operation; 15] = [
    Operation::Add,
    Operation::Sub,
    Operation::Mul,
    Operation::MulWiden,
    Operation::Div,
    Operation::Sqrt,
    Operation::Compare,
    Operation::CompareSignal,
    Operation::MulAdd,
    Operation::MulSub,
    Operation::Convert,
    Operation::LoadAndTest,
    Operation::ToInt,
    Operation::FromInt,
    Operation::RoundToIntegral,
];

/// A floating-point format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Size {
    Short,
    Long,
    Extended,
}

const SIZES: [Size; 4] = [Size::Short, Size::Long, Size::Extended, Size::Extended];

/// An instruction, packed into the first argument of the helper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Insn {
    pub(crate) operation: Operation,
    /// Format of the result (of the source, for `ToInt` and comparisons).
    pub(crate) format: Size,
    /// Format of the source of a conversion.
    pub(crate) from: Size,
    /// Result register; for `ToInt` a general register.
    pub(crate) r1: u8,
    /// Second operand's register, unless `in_storage`; for `FromInt` a general register.
    pub(crate) r2: u8,
    /// Third operand's register.
    pub(crate) r3: u8,
    /// The second operand is the helper's second argument (short and long only).
    pub(crate) in_storage: bool,
    /// Rounding-mode field, 0 for the current mode.
    pub(crate) m3: u8,
    /// Modifier field: bit 5 (value 4) suppresses inexact.
    pub(crate) m4: u8,
    /// Width of the integer: 64 bits, else 32.
    pub(crate) wide_int: bool,
    /// The integer is unsigned.
    pub(crate) unsigned: bool,
    /// The result sets the condition code.
    pub(crate) sets_cc: bool,
}

impl Insn {
    /// An instruction of one format on registers.
    pub(crate) const fn new(operation: Operation, format: Size, r1: u8, r2: u8) -> Insn {
        Insn {
            operation,
            format,
            from: format,
            r1,
            r2,
            r3: 0,
            in_storage: false,
            m3: 0,
            m4: 0,
            wide_int: false,
            unsigned: false,
            sets_cc: false,
        }
    }

    /// The packed form.
    pub(crate) const fn pack(self) -> u64 {
        self.operation as u64
            | (self.format as u64) << 8
            | (self.from as u64) << 10
            | (self.r1 as u64) << 12
            | (self.r2 as u64) << 16
            | (self.r3 as u64) << 20
            | (self.m3 as u64) << 24
            | (self.m4 as u64) << 28
            | (self.in_storage as u64) << 32
            | (self.wide_int as u64) << 33
            | (self.unsigned as u64) << 34
            | (self.sets_cc as u64) << 35
    }

    fn unpack(bits: u64) -> Insn {
        let nibble = |at: u32| (bits >> at & 15) as u8;
        let flag = |at: u32| bits >> at & 1 != 0;
        Insn {
            operation: OPERATIONS[(bits & 0xff) as usize % OPERATIONS.len()],
            format: SIZES[(bits >> 8 & 3) as usize],
            from: SIZES[(bits >> 10 & 3) as usize],
            r1: nibble(12),
            r2: nibble(16),
            r3: nibble(20),
            m3: nibble(24),
            m4: nibble(28),
            in_storage: flag(32),
            wide_int: flag(33),
            unsigned: flag(34),
            sets_cc: flag(35),
        }
    }
}

/// A format as the registers hold it.
pub(crate) trait InRegister: Format {
    fn get(cpu: &CpuState, r: u8) -> Self::Bits;
    fn set(cpu: &mut CpuState, r: u8, bits: Self::Bits);
    /// An operand that was loaded from storage.
    fn from_storage(bits: u64) -> Self::Bits;
}

impl InRegister for F32 {
    fn get(cpu: &CpuState, r: u8) -> u32 {
        (cpu.vr[usize::from(r)][0] >> 32) as u32
    }
    fn set(cpu: &mut CpuState, r: u8, bits: u32) {
        let register = &mut cpu.vr[usize::from(r)][0];
        *register = u64::from(bits) << 32 | *register & 0xffff_ffff;
    }
    fn from_storage(bits: u64) -> u32 {
        bits as u32
    }
}

impl InRegister for F64 {
    fn get(cpu: &CpuState, r: u8) -> u64 {
        cpu.vr[usize::from(r)][0]
    }
    fn set(cpu: &mut CpuState, r: u8, bits: u64) {
        cpu.vr[usize::from(r)][0] = bits;
    }
    fn from_storage(bits: u64) -> u64 {
        bits
    }
}

/// The extended format takes a register pair: `r` and `r + 2`.
impl InRegister for F128 {
    fn get(cpu: &CpuState, r: u8) -> u128 {
        let [high, low] = [r, r | 2].map(|r| u128::from(cpu.vr[usize::from(r)][0]));
        high << 64 | low
    }
    fn set(cpu: &mut CpuState, r: u8, bits: u128) {
        cpu.vr[usize::from(r)][0] = (bits >> 64) as u64;
        cpu.vr[usize::from(r | 2)][0] = bits as u64;
    }
    fn from_storage(bits: u64) -> u128 {
        u128::from(bits) << 64
    }
}

/// Does a BFP instruction: arguments are the packed [`Insn`] and the operand from storage.
pub(crate) fn execute(cpu: &mut CpuState, [packed, storage, _, _]: [u64; 4]) -> Done {
    let insn = Insn::unpack(packed);
    let mut env = environment(cpu, insn)?;
    match insn.format {
        Size::Short => in_format::<F32>(cpu, &mut env, insn, storage),
        Size::Long => in_format::<F64>(cpu, &mut env, insn, storage),
        Size::Extended => in_format::<F128>(cpu, &mut env, insn, storage),
    }
}

/// The arithmetic environment: rounding by the M3 field or the FPC, traps by the FPC.
fn environment(cpu: &CpuState, insn: Insn) -> Result<Env, Stop> {
    let round = ieee::rounding_method(cpu, insn.m3).ok_or(SPECIFICATION)?;
    let mut env = Env::with_round(&crate::ieee_rules::RULES, round);
    env.traps = ieee::traps(cpu);
    env.inexact_suppressed = insn.m4 & 4 != 0;
    Ok(env)
}

fn in_format<F: InRegister>(cpu: &mut CpuState, env: &mut Env, insn: Insn, storage: u64) -> Done {
    let Insn { operation, r1, r2, r3, .. } = insn;
    let b = if insn.in_storage { F::from_storage(storage) } else { F::get(cpu, r2) };
    let a = F::get(cpu, r1);
    let result = match operation {
        Operation::Add => softfp::add::<F>(env, a, b),
        Operation::Sub => softfp::sub::<F>(env, a, b),
        Operation::Mul => softfp::mul::<F>(env, a, b),
        Operation::Div => softfp::div::<F>(env, a, b),
        Operation::Sqrt => softfp::sqrt::<F>(env, b),
        Operation::MulAdd | Operation::MulSub => {
            let addend = operation == Operation::MulSub;
            let negate = Negate { addend, ..Negate::default() };
            softfp::fma::<F>(env, F::get(cpu, r3), b, a, negate)
        }
        Operation::LoadAndTest => softfp::convert::<F, F>(env, b),
        Operation::RoundToIntegral => softfp::round_to_integral::<F>(env, b),
        Operation::FromInt => from_int::<F>(env, cpu.gpr[usize::from(r2)], insn),
        Operation::MulWiden => widening_product::<F>(cpu, env, insn, storage),
        Operation::Convert => return convert::<F>(cpu, env, insn, storage),
        Operation::Compare | Operation::CompareSignal => return compare::<F>(cpu, env, insn, a, b),
        Operation::ToInt => return to_int::<F>(cpu, env, insn, b),
    };
    finish::<F>(cpu, env, insn, result)
}

/// Stores a result, sets the condition code, reports the exceptions.
fn finish<F: InRegister>(cpu: &mut CpuState, env: &Env, insn: Insn, result: F::Bits) -> Done {
    let trap = ieee::report(cpu, env);
    if let Some(trap) = trap.filter(|trap| trap.suppresses()) {
        return Err(Stop::Trap(trap.interruption(cpu)));
    }
    F::set(cpu, insn.r1, result);
    if insn.sets_cc {
        cpu.set_cc(class_cc::<F>(result));
    }
    conclude(cpu, trap)
}

fn conclude(cpu: &mut CpuState, trap: Option<IeeeTrap>) -> Done {
    match trap {
        Some(trap) => Err(Stop::Trap(trap.interruption(cpu))),
        None => Ok(0),
    }
}

/// 0 zero, 1 negative, 2 positive, 3 NaN.
fn class_cc<F: Format>(x: F::Bits) -> u8 {
    match softfp::classify::<F>(x) {
        Class::Zero => 0,
        _ if softfp::is_nan::<F>(x) => 3,
        _ if softfp::sign::<F>(x) => 1,
        _ => 2,
    }
}

fn compare<F: InRegister>(
    cpu: &mut CpuState,
    env: &mut Env,
    insn: Insn,
    a: F::Bits,
    b: F::Bits,
) -> Done {
    let relation = match insn.operation {
        Operation::CompareSignal => softfp::compare_signaling::<F>(env, a, b),
        _ => softfp::compare_quiet::<F>(env, a, b),
    };
    let trap = ieee::report(cpu, env);
    if trap.is_none() {
        cpu.set_cc(match relation {
            Ordering::Equal => 0,
            Ordering::Less => 1,
            Ordering::Greater => 2,
            Ordering::Unordered => 3,
        });
    }
    conclude(cpu, trap)
}

/// Conversion from the format `F` of the operand to an integer in a general register.
///
/// PoP "CONVERT TO FIXED", "CONVERT TO LOGICAL": cc 3 with an invalid operand; the result is stored even so.
fn to_int<F: InRegister>(cpu: &mut CpuState, env: &mut Env, insn: Insn, x: F::Bits) -> Done {
    let value = match (insn.wide_int, insn.unsigned) {
        (false, false) => u64::from(softfp::to_i32::<F>(env, x).cast_unsigned()),
        (false, true) => u64::from(softfp::to_u32::<F>(env, x)),
        (true, false) => softfp::to_i64::<F>(env, x).cast_unsigned(),
        (true, true) => softfp::to_u64::<F>(env, x),
    };
    let invalid = env.flags.contains(Flags::INVALID);
    let trap = ieee::report(cpu, env);
    if let Some(trap) = trap.filter(|trap| trap.suppresses()) {
        return Err(Stop::Trap(trap.interruption(cpu)));
    }
    let register = &mut cpu.gpr[usize::from(insn.r1)];
    let kept = if insn.wide_int { 0 } else { *register & !0xffff_ffff };
    *register = kept | value;
    cpu.set_cc(if invalid { 3 } else { class_cc::<F>(x) });
    conclude(cpu, trap)
}

fn from_int<F: Format>(env: &mut Env, register: u64, insn: Insn) -> F::Bits {
    match (insn.wide_int, insn.unsigned) {
        (false, false) => softfp::from_i32::<F>(env, register as i32),
        (false, true) => softfp::from_u32::<F>(env, register as u32),
        (true, false) => softfp::from_i64::<F>(env, register.cast_signed()),
        (true, true) => softfp::from_u64::<F>(env, register),
    }
}

/// The exact product of two operands of the next narrower format.
fn widening_product<F: InRegister>(
    cpu: &CpuState,
    env: &mut Env,
    insn: Insn,
    storage: u64,
) -> F::Bits {
    fn operands<S: InRegister>(cpu: &CpuState, insn: Insn, storage: u64) -> (S::Bits, S::Bits) {
        let b = if insn.in_storage { S::from_storage(storage) } else { S::get(cpu, insn.r2) };
        (S::get(cpu, insn.r1), b)
    }
    match insn.from {
        Size::Short => {
            let (a, b) = operands::<F32>(cpu, insn, storage);
            softfp::mul_widening::<F32, F>(env, a, b)
        }
        _ => {
            let (a, b) = operands::<F64>(cpu, insn, storage);
            softfp::mul_widening::<F64, F>(env, a, b)
        }
    }
}

/// LOAD ROUNDED and LOAD LENGTHENED.
fn convert<F: InRegister>(cpu: &mut CpuState, env: &mut Env, insn: Insn, storage: u64) -> Done {
    match insn.from {
        Size::Short => convert_from::<F32, F>(cpu, env, insn, storage),
        Size::Long => convert_from::<F64, F>(cpu, env, insn, storage),
        Size::Extended => convert_from::<F128, F>(cpu, env, insn, storage),
    }
}

/// With an enabled overflow or underflow trap, LOAD ROUNDED leaves the scaled result in the *source* format.
fn convert_from<S: InRegister, F: InRegister>(
    cpu: &mut CpuState,
    env: &mut Env,
    insn: Insn,
    storage: u64,
) -> Done {
    let x = if insn.in_storage { S::from_storage(storage) } else { S::get(cpu, insn.r2) };
    let result = softfp::convert::<S, F>(env, x);
    if !env.flags.contains(Flags::SCALED) {
        return finish::<F>(cpu, env, insn, result);
    }
    let scaled = softfp::convert_scaled::<S, F>(env, x);
    let trap = ieee::report(cpu, env);
    S::set(cpu, insn.r1, scaled);
    conclude(cpu, trap)
}

/// DIVIDE TO INTEGER: arguments are r1 | r3 << 4 | r2 << 8 | m4 << 12 | long << 16.
///
/// PoP "DIVIDE TO INTEGER": remainder in r1, quotient in r3.
pub(crate) fn divide_to_integer(cpu: &mut CpuState, [packed, ..]: [u64; 4]) -> Done {
    let field = |at: u32| (packed >> at & 15) as u8;
    let (r1, r3, r2, m4) = (field(0), field(4), field(8), field(12));
    let round = ieee::rounding_method(cpu, m4).ok_or(SPECIFICATION)?;
    let registers_clash = r1 == r2 || r2 == r3 || r1 == r3;
    if registers_clash {
        return Err(SPECIFICATION);
    }
    if packed >> 16 & 1 != 0 {
        divide_in::<F64>(cpu, round, (r1, r3, r2))
    } else {
        divide_in::<F32>(cpu, round, (r1, r3, r2))
    }
}

fn divide_in<F: InRegister>(cpu: &mut CpuState, round: Round, (r1, r3, r2): (u8, u8, u8)) -> Done {
    let mut env = Env::new(&crate::ieee_rules::RULES);
    env.traps = ieee::traps(cpu);
    env.round = ieee::rounding(cpu);
    let (dividend, divisor) = (F::get(cpu, r1), F::get(cpu, r2));
    let result = softfp::divide_to_integer::<F>(&mut env, round, dividend, divisor);
    let trap = ieee::report(cpu, &env);
    if let Some(trap) = trap.filter(|trap| trap.suppresses()) {
        return Err(Stop::Trap(trap.interruption(cpu)));
    }
    F::set(cpu, r1, result.remainder);
    F::set(cpu, r3, result.quotient);
    let quotient_is_odd = result.overflowed || softfp::is_nan::<F>(result.quotient);
    cpu.set_cc(u8::from(result.partial) << 1 | u8::from(quotient_is_odd));
    conclude(cpu, trap)
}

/// TEST DATA CLASS: arguments are r1 | format << 4 and the second operand address, of which 12 bits select classes.
///
/// PoP "TEST DATA CLASS": from bit 52, zero, normal, subnormal, infinity, quiet NaN, signaling NaN; plus before minus.
pub(crate) fn test_data_class(cpu: &mut CpuState, [packed, mask, ..]: [u64; 4]) -> Done {
    let r1 = (packed & 15) as u8;
    let bit = match SIZES[(packed >> 4 & 3) as usize] {
        Size::Short => class_bit::<F32>(F32::get(cpu, r1)),
        Size::Long => class_bit::<F64>(F64::get(cpu, r1)),
        Size::Extended => class_bit::<F128>(F128::get(cpu, r1)),
    };
    Ok(mask >> (11 - bit) & 1)
}

/// Position of a number's class in the twelve bits, from the left.
fn class_bit<F: Format>(x: F::Bits) -> u32 {
    let class = match softfp::classify::<F>(x) {
        Class::Zero => 0,
        Class::Normal => 1,
        Class::Subnormal => 2,
        Class::Infinity => 3,
        Class::QuietNan => 4,
        Class::SignalingNan => 5,
    };
    2 * class + u32::from(softfp::sign::<F>(x))
}
