//! DIVIDE TO INTEGER: quotient and remainder in one operation (PoP ch. 19).

use crate::add::add_finite;
use crate::env::{Env, Round};
use crate::format::{Format, input, sign_bit, zero};
use crate::integer::{integral, round_to_integer};
use crate::multiply::multiply_finite;
use crate::nan::{invalid, propagate};
use crate::parts::{Finite, Number, unpack};
use crate::quotient::divide_finite;
use crate::round::{pack_exact, round_pack};
use crate::wide::Wide;

/// What a division to integer gives.
///
/// A condition code of the guest is `2 · partial + (overflowed or NaN)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DividedToInteger<B> {
    /// The integral quotient, or as many of its leading digits as the format holds.
    pub quotient: B,
    /// `a − b · quotient`; of the unscaled quotient, if it was scaled.
    pub remainder: B,
    /// The quotient was cut and the remainder is not zero: more steps are needed.
    pub partial: bool,
    /// The quotient is beyond the format and was scaled by two to the minus
    /// [`Format::TRAP_SCALE`]; no exception.
    pub overflowed: bool,
}

/// Divides to an integer, by `quotient_round`; the remainder is rounded by `env.round`.
///
/// Only the remainder can be inexact or tiny, and only a NaN operand, an infinite dividend or a
/// zero divisor is invalid.
pub fn divide_to_integer<F: Format>(
    env: &mut Env,
    quotient_round: Round,
    a: F::Bits,
    b: F::Bits,
) -> DividedToInteger<F::Bits> {
    let (raw_a, raw_b) = (input::<F>(env, a), input::<F>(env, b));
    if let Some(nan) = propagate::<F, 2>(env, [raw_a, raw_b]) {
        return complete::<F>(nan, nan);
    }
    match (unpack::<F>(raw_a), unpack::<F>(raw_b)) {
        (Number::Infinity(_), _) | (_, Number::Zero(_)) => {
            let nan = invalid::<F>(env);
            complete::<F>(nan, nan)
        }
        (Number::Zero(_), _) | (_, Number::Infinity(_)) => {
            complete::<F>((raw_a ^ raw_b) & sign_bit::<F>(), raw_a)
        }
        (Number::Finite(x), Number::Finite(y)) => match divide_finite(x, y) {
            Some(q) if q.exponent > F::FRACTION as i32 => cut::<F>(x, y, q),
            Some(q) => whole::<F>(env, quotient_round, x, y, q),
            None => complete::<F>((raw_a ^ raw_b) & sign_bit::<F>(), raw_a),
        },
    }
}

fn complete<F: Format>(quotient: u128, remainder: u128) -> DividedToInteger<F::Bits> {
    DividedToInteger {
        quotient: F::from_raw(quotient),
        remainder: F::from_raw(remainder),
        partial: false,
        overflowed: false,
    }
}

/// The integral quotient fits the precision: round it, then round what remains.
fn whole<F: Format>(
    env: &mut Env,
    quotient_round: Round,
    a: Finite<F::Wide>,
    b: Finite<F::Wide>,
    q: Finite<F::Wide>,
) -> DividedToInteger<F::Bits> {
    let rounded = round_to_integer(quotient_round, q);
    let Some(n) = integral::<F::Wide>(q.negative, rounded) else {
        return complete::<F>(zero::<F>(q.negative), round_pack::<F>(env, a));
    };
    let remainder = match rest::<F>(a, b, n) {
        Some(rest) => round_pack::<F>(env, rest),
        None => zero::<F>(a.negative),
    };
    complete::<F>(pack_exact::<F>(n), remainder)
}

/// The quotient has more digits than the format: cut it to the precision. The remainder is
/// exact then, and raises nothing.
fn cut<F: Format>(
    a: Finite<F::Wide>,
    b: Finite<F::Wide>,
    q: Finite<F::Wide>,
) -> DividedToInteger<F::Bits> {
    let drop = F::Wide::TOP - F::FRACTION;
    let n = Finite { significand: q.significand.shr(drop).shl(drop), ..q };
    let overflowed = n.exponent > F::EMAX;
    let delivered =
        if overflowed { Finite { exponent: n.exponent - F::TRAP_SCALE, ..n } } else { n };
    let rest = rest::<F>(a, b, n);
    DividedToInteger {
        quotient: F::from_raw(pack_exact::<F>(delivered)),
        remainder: F::from_raw(match rest {
            Some(rest) => pack_exact::<F>(rest),
            None => zero::<F>(a.negative),
        }),
        partial: rest.is_some(),
        overflowed,
    }
}

/// `a − b · n`, exact but for a sticky bit; none if zero.
fn rest<F: Format>(
    a: Finite<F::Wide>,
    b: Finite<F::Wide>,
    n: Finite<F::Wide>,
) -> Option<Finite<F::Wide>> {
    let product = multiply_finite::<F>(b, n)?;
    add_finite(a, product.negate_if(true))
}
