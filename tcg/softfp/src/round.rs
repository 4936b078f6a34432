//! Rounding, and the one way out: from parts to bits and flags.

use crate::env::{Env, Flags, Round, Tininess};
use crate::format::{Format, infinity, is_flushed, largest, signed, zero};
use crate::parts::Finite;
use crate::wide::Wide;

/// A significand rounded to an integer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounded {
    pub(crate) integer: u128,
    pub(crate) inexact: bool,
    /// The magnitude grew.
    pub(crate) incremented: bool,
}

/// Drops the low `drop` bits (1 up to `Wide::TOP`) of a significand by `round`.
pub(crate) fn round_off<W: Wide>(
    round: Round,
    negative: bool,
    significand: W,
    drop: u32,
) -> Rounded {
    let kept = significand.shr(drop).low_u128();
    let rest = significand.sub(significand.shr(drop).shl(drop));
    let inexact = rest != W::ZERO;
    let half = W::from_u128(1).shl(drop - 1);
    let odd = kept & 1 != 0;
    let incremented = inexact
        && match round {
            Round::NearestEven => rest > half || rest == half && odd,
            Round::NearestAway => rest >= half,
            Round::TowardZero => false,
            Round::Up => !negative,
            Round::Down => negative,
            Round::ToOdd => !odd,
        };
    Rounded { integer: kept + u128::from(incremented), inexact, incremented }
}

/// Rounds to the format, with overflow and underflow as `env` says.
pub(crate) fn round_pack<F: Format>(env: &mut Env, x: Finite<F::Wide>) -> u128 {
    let mut exponent = x.exponent;
    let mut significand = x.significand;
    let mut underflow = Flags::NONE;
    if x.exponent < F::EMIN && is_flushed::<F>(env) {
        env.raise(Flags::TINY | Flags::UNDERFLOW);
        return zero::<F>(x.negative);
    }
    if is_tiny::<F>(env, x) {
        env.raise(Flags::TINY);
        if env.traps.contains(Flags::UNDERFLOW) {
            env.raise(Flags::UNDERFLOW | Flags::SCALED);
            exponent += F::TRAP_SCALE;
        } else {
            underflow = Flags::UNDERFLOW;
        }
    }
    let subnormal = exponent < F::EMIN;
    if subnormal {
        significand = significand.shr_jam(exponent.abs_diff(F::EMIN));
        exponent = F::EMIN;
    }
    let rounded = round_off(env.round, x.negative, significand, F::Wide::TOP - F::FRACTION);
    if rounded.integer >> (F::FRACTION + 1) != 0 {
        exponent += 1;
    }
    if exponent > F::EMAX {
        return overflow::<F>(env, x.negative, exponent, rounded);
    }
    if rounded.inexact {
        env.raise(underflow);
    }
    report(env, rounded);
    signed::<F>(x.negative, encode::<F>(exponent, rounded.integer))
}

/// Packs a number that the format holds exactly.
pub(crate) fn pack_exact<F: Format>(x: Finite<F::Wide>) -> u128 {
    let exponent = x.exponent.clamp(F::EMIN, F::EMAX);
    let significand = x.significand.shr_jam(exponent.saturating_sub(x.exponent).max(0) as u32);
    let integer = significand.shr(F::Wide::TOP - F::FRACTION).low_u128();
    signed::<F>(x.negative, encode::<F>(exponent, integer))
}

/// Rounds to the precision of `F`, as if the exponent had no bounds.
pub(crate) fn round_unbounded<F: Format, W: Wide>(env: &mut Env, x: Finite<W>) -> Finite<W> {
    let drop = W::TOP - F::FRACTION;
    let rounded = round_off(env.round, x.negative, x.significand, drop);
    report(env, rounded);
    let unit_exponent = x.exponent - F::FRACTION as i32;
    Finite::normalize(x.negative, unit_exponent, W::from_u128(rounded.integer)).unwrap_or(x)
}

/// Raises inexact, and its detail.
pub(crate) fn report(env: &mut Env, rounded: Rounded) {
    if rounded.inexact {
        env.raise_inexact();
    }
    if rounded.incremented {
        env.raise(Flags::INCREMENTED);
    }
}

/// An exponent field and a significand of full precision, whose leading one adds one to the
/// field; a carry out of the significand left zeros behind it, and has been counted.
pub(crate) fn encode<F: Format>(exponent: i32, integer: u128) -> u128 {
    let integer = if integer >> (F::FRACTION + 1) != 0 { integer >> 1 } else { integer };
    (((exponent - F::EMIN).max(0) as u128) << F::FRACTION) + integer
}

/// Whether the rules call the result tiny.
pub(crate) fn is_tiny<F: Format>(env: &Env, x: Finite<F::Wide>) -> bool {
    if x.exponent >= F::EMIN {
        return false;
    }
    if env.rules.tininess == Tininess::BeforeRounding || x.exponent < F::EMIN - 1 {
        return true;
    }
    let drop = F::Wide::TOP - F::FRACTION;
    let rounded = round_off(env.round, x.negative, x.significand, drop);
    rounded.integer >> (F::FRACTION + 1) == 0
}

fn overflow<F: Format>(env: &mut Env, negative: bool, exponent: i32, rounded: Rounded) -> u128 {
    env.raise(Flags::OVERFLOW);
    if env.traps.contains(Flags::OVERFLOW) {
        env.raise(Flags::SCALED);
        report(env, rounded);
        let exponent = (exponent - F::TRAP_SCALE).min(F::EMAX);
        return signed::<F>(negative, encode::<F>(exponent, rounded.integer));
    }
    env.raise_inexact();
    let to_infinity = match env.round {
        Round::NearestEven | Round::NearestAway => true,
        Round::TowardZero | Round::ToOdd => false,
        Round::Up => !negative,
        Round::Down => negative,
    };
    if to_infinity {
        env.raise(Flags::INCREMENTED);
        return infinity::<F>(negative);
    }
    largest::<F>(negative)
}
