//! The floating-point-control register as instructions see it, and conversions between binary and hexadecimal numbers.
//!
//! PoP SA22-7832, chapter 9, "Floating-Point-Support Instructions".

use super::{Done, SPECIFICATION, Stop};
use crate::state::{CpuState, ROUNDS, fpc_bits};
use crate::trap::Trap;
use softfp::{Class, Env, F32, F64, F128, Flags, Round};

/// Bits of a data-exception code for IEEE exceptions.
const OVERFLOW: u8 = 0x20;
const UNDERFLOW: u8 = 0x10;
const INEXACT: u8 = 0x08;
/// What SET FPC AND SIGNAL and its like add to them.
const SIMULATED: u8 = 0x03;

/// EXTRACT FPC, STORE FPC: the argument are the sticky flags that the engine has gathered.
pub(crate) fn get_fpc(cpu: &mut CpuState, [flags, ..]: [u64; 4]) -> Done {
    cpu.env.fp_flags |= flags as u32 & 31;
    Ok(u64::from(cpu.fpc()))
}

/// SET FPC, LOAD FPC. The result is for the engine: flags, and the index of the rounding mode in bits 8 and up.
pub(crate) fn set_fpc(cpu: &mut CpuState, [value, ..]: [u64; 4]) -> Done {
    let value = checked(value)?;
    cpu.set_fpc(value);
    Ok(engine_part(cpu))
}

/// SET FPC AND SIGNAL, LOAD FPC AND SIGNAL: arguments are the operand and the sticky flags that the engine has gathered.
///
/// Flags that were on and whose masks the operand enables are signaled; flags of both are kept.
pub(crate) fn set_fpc_and_signal(cpu: &mut CpuState, [value, flags, ..]: [u64; 4]) -> Done {
    let value = checked(value)?;
    cpu.env.fp_flags |= flags as u32 & 31;
    let was = cpu.fpc() & fpc_bits::FLAGS;
    cpu.set_fpc(value | was);
    let signaled = was << 8 & value & fpc_bits::MASKS;
    if signaled == 0 {
        return Ok(engine_part(cpu));
    }
    let dxc = simulated_dxc(signaled);
    cpu.set_dxc(dxc);
    Err(Stop::Trap(Trap::data(dxc)))
}

/// Data-exception code of a simulated IEEE exception: the leftmost of the signaled flags (as masks) counts, and overflow
/// and underflow tell whether inexact is signaled too.
///
/// PoP SA22-7832, chapter 6, "Data-Exception Code": 83, 43, 23 or 2B, 13 or 1B, 0B.
fn simulated_dxc(signaled: u32) -> u8 {
    let flags = (signaled >> 24) as u8;
    let first = 0x80 >> flags.leading_zeros();
    let inexact = if matches!(first, OVERFLOW | UNDERFLOW) { flags & INEXACT } else { 0 };
    first | inexact | SIMULATED
}

/// SET BFP ROUNDING MODE: the argument is the mode, 0 to 7.
pub(crate) fn set_rounding(cpu: &mut CpuState, [mode, ..]: [u64; 4]) -> Done {
    if mode > 7 || matches!(mode, 4..=6) {
        return Err(SPECIFICATION);
    }
    cpu.env.fp_round = ROUNDS[mode as usize];
    Ok(u64::from(cpu.env.fp_round))
}

/// SET DFP ROUNDING MODE: the argument is the mode, 0 to 7.
pub(crate) fn set_decimal_rounding(cpu: &mut CpuState, [mode, ..]: [u64; 4]) -> Done {
    cpu.fpc = cpu.fpc & !fpc_bits::DFP_ROUND | (mode as u32 & 7) << 4;
    Ok(0)
}

fn checked(value: u64) -> Result<u32, Stop> {
    let value = value as u32;
    if fpc_bits::is_valid(value) { Ok(value) } else { Err(SPECIFICATION) }
}

fn engine_part(cpu: &CpuState) -> u64 {
    u64::from(cpu.env.fp_flags | cpu.env.fp_round << 8)
}

const SIGN: u64 = 1 << 63;
const LARGEST: u64 = SIGN - 1;

/// CONVERT BFP TO HFP (THDER, THDR): arguments r1, r2, and 1 for a short operand. The result is the condition code.
pub(crate) fn binary_to_hexadecimal(cpu: &mut CpuState, [r1, r2, short, _]: [u64; 4]) -> Done {
    let register = cpu.vr[r2 as usize & 15][0];
    let x = if short != 0 {
        // Exact, and it raises nothing that anyone sees.
        softfp::convert::<F32, F64>(
            &mut Env::new(&crate::ieee_rules::RULES),
            (register >> 32) as u32,
        )
    } else {
        register
    };
    let (result, cc) = hexadecimal(x);
    cpu.vr[r1 as usize & 15][0] = result;
    Ok(cc)
}

fn hexadecimal(x: u64) -> (u64, u64) {
    let sign = x & SIGN;
    let signed_cc = if sign != 0 { 1 } else { 2 };
    match softfp::classify::<F64>(x) {
        Class::QuietNan | Class::SignalingNan => return (LARGEST, 3),
        Class::Infinity => return (sign | LARGEST, 3),
        Class::Zero => return (sign, 0),
        Class::Subnormal => return (sign, signed_cc),
        Class::Normal => {}
    }
    // x = significand × 2^(exponent − 52) = fraction × 16^characteristic / 2^56, with the fraction below 2^56.
    let exponent = (x >> 52 & 0x7ff) as i32 - 1023;
    let significand = x & ((1 << 52) - 1) | 1 << 52;
    let characteristic = (exponent + 4).div_euclid(4);
    let fraction = significand << (exponent + 4).rem_euclid(4);
    match characteristic {
        64.. => (sign | LARGEST, 3),
        -64..=63 => (sign | ((characteristic + 64) as u64) << 56 | fraction, signed_cc),
        _ => (sign, signed_cc),
    }
}

/// CONVERT HFP TO BFP (TBEDR, TBDR): arguments r1, r2, M3, and 1 for a short result. The result is the condition code.
pub(crate) fn hexadecimal_to_binary(cpu: &mut CpuState, [r1, r2, m3, short]: [u64; 4]) -> Done {
    let round = match m3 {
        0 | 5 => Round::TowardZero,
        1 => Round::NearestAway,
        4 => Round::NearestEven,
        6 => Round::Up,
        7 => Round::Down,
        _ => return Err(SPECIFICATION),
    };
    let x = cpu.vr[r2 as usize & 15][0];
    let mut env = Env::with_round(&crate::ieee_rules::RULES, round);
    let exact = exact_value(x);
    let register = &mut cpu.vr[r1 as usize & 15][0];
    *register = if short != 0 {
        u64::from(softfp::convert::<F128, F32>(&mut env, exact)) << 32 | *register & 0xffff_ffff
    } else {
        softfp::convert::<F128, F64>(&mut env, exact)
    };
    Ok(if env.flags.contains(Flags::OVERFLOW) {
        3
    } else if x & ((1 << 56) - 1) == 0 {
        0
    } else if x & SIGN != 0 {
        1
    } else {
        2
    })
}

/// A long hexadecimal number in the extended binary format, which holds it exactly.
fn exact_value(x: u64) -> u128 {
    let sign = u128::from(x >> 63) << 127;
    let fraction = x & ((1 << 56) - 1);
    if fraction == 0 {
        return sign;
    }
    let characteristic = (x >> 56 & 0x7f) as i64;
    let top = 63 - i64::from(fraction.leading_zeros());
    // fraction × 2^(4·(characteristic − 64) − 56), its leading one at bit `top`.
    let exponent = top + 4 * (characteristic - 64) - 56;
    let significand = (u128::from(fraction) << (112 - top)) & ((1 << 112) - 1);
    sign | ((exponent + 16383) as u128) << 112 | significand
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to_hex(x: f64) -> (u64, u64) {
        hexadecimal(x.to_bits())
    }

    fn to_binary(x: u64, m3: u64, short: u64) -> (u64, u64) {
        let mut cpu = CpuState::default();
        cpu.vr[2][0] = x;
        let cc =
            hexadecimal_to_binary(&mut cpu, [0, 2, m3, short]).expect("a valid rounding method");
        (cpu.vr[0][0], cc)
    }

    /// PoP chapter 9, "CONVERT BFP TO HFP".
    #[test]
    fn binary_numbers_become_hexadecimal() {
        assert_eq!(to_hex(1.0), (0x4110_0000_0000_0000, 2));
        assert_eq!(to_hex(-0.5), (0xc080_0000_0000_0000, 1));
        assert_eq!(to_hex(-0.0), (SIGN, 0));
        assert_eq!(to_hex(1e300), (LARGEST, 3));
        assert_eq!(to_hex(1e-300), (0, 2));
        assert_eq!(to_hex(f64::NEG_INFINITY), (u64::MAX, 3));
    }

    /// PoP chapter 9, "CONVERT HFP TO BFP".
    #[test]
    fn hexadecimal_numbers_become_binary() {
        assert_eq!(to_binary(0x4110_0000_0000_0000, 4, 0), (1f64.to_bits(), 2));
        assert_eq!(to_binary(0xc080_0000_0000_0000, 4, 0), ((-0.5f64).to_bits(), 1));
        assert_eq!(to_binary(SIGN, 4, 0), (SIGN, 0));
        assert_eq!(to_binary(0x7fff_ffff_ffff_ffff, 5, 1).1, 3, "beyond the short format");
        let third = 0x4055_5555_5555_5555;
        assert_eq!(to_binary(third, 6, 0).0, to_binary(third, 7, 0).0 + 1);
    }

    #[test]
    fn only_enabled_flags_are_signaled() {
        let mut cpu = CpuState::default();
        cpu.env.fp_flags = 1 | 16;
        assert_eq!(set_fpc_and_signal(&mut cpu, [0x4000_0000, 0, 0, 0]), Ok(1 | 16));
        let stop = set_fpc_and_signal(&mut cpu, [0x0800_0000, 0, 0, 0]);
        assert_eq!(stop, Err(Stop::Trap(Trap::data(0x0b))));
        assert_eq!(cpu.fpc() >> 8 & 0xff, 0x0b);
    }

    /// PoP chapter 6, "Data-Exception Code".
    #[test]
    fn simulated_overflow_and_underflow_tell_inexact() {
        let cases = [
            (0xf800_0000, 0x83),
            (0x7800_0000, 0x43),
            (0x3800_0000, 0x2b),
            (0x3000_0000, 0x23),
            (0x1800_0000, 0x1b),
            (0x1000_0000, 0x13),
            (0x0800_0000, 0x0b),
        ];
        for (signaled, dxc) in cases {
            assert_eq!(simulated_dxc(signaled), dxc, "{signaled:#x}");
        }
    }
}
