//! Addition and subtraction.

use crate::env::{Env, Round};
use crate::format::{Format, infinity, input, sign_bit, zero};
use crate::nan::{invalid, propagate};
use crate::parts::{Finite, Number, unpack};
use crate::round::round_pack;
use crate::wide::Wide;

/// `a + b`.
pub fn add<F: Format>(env: &mut Env, a: F::Bits, b: F::Bits) -> F::Bits {
    let (a, b) = (input::<F>(env, a), input::<F>(env, b));
    if let Some(nan) = propagate::<F, 2>(env, [a, b]) {
        return F::from_raw(nan);
    }
    F::from_raw(add_numbers::<F>(env, unpack::<F>(a), unpack::<F>(b)))
}

/// `a − b`. A NaN operand keeps its sign.
pub fn sub<F: Format>(env: &mut Env, a: F::Bits, b: F::Bits) -> F::Bits {
    let (a, b) = (input::<F>(env, a), input::<F>(env, b));
    if let Some(nan) = propagate::<F, 2>(env, [a, b]) {
        return F::from_raw(nan);
    }
    F::from_raw(add_numbers::<F>(env, unpack::<F>(a), unpack::<F>(b ^ sign_bit::<F>())))
}

/// The rounded sum.
pub(crate) fn add_numbers<F: Format>(
    env: &mut Env,
    a: Number<F::Wide>,
    b: Number<F::Wide>,
) -> u128 {
    match (a, b) {
        (Number::Infinity(x), Number::Infinity(y)) if x != y => invalid::<F>(env),
        (Number::Infinity(x), _) | (_, Number::Infinity(x)) => infinity::<F>(x),
        (Number::Zero(x), Number::Zero(y)) if x == y => zero::<F>(x),
        (Number::Zero(_), Number::Zero(_)) => zero::<F>(cancelled_sign(env)),
        (Number::Finite(x), Number::Zero(_)) | (Number::Zero(_), Number::Finite(x)) => {
            round_pack::<F>(env, x)
        }
        (Number::Finite(x), Number::Finite(y)) => match add_finite(x, y) {
            Some(sum) => round_pack::<F>(env, sum),
            None => zero::<F>(cancelled_sign(env)),
        },
    }
}

/// Sign of a sum that cancels exactly (IEEE 754 §6.3).
fn cancelled_sign(env: &Env) -> bool {
    env.round == Round::Down
}

/// The sum, exact but for a sticky last bit; none if zero.
pub(crate) fn add_finite<W: Wide>(a: Finite<W>, b: Finite<W>) -> Option<Finite<W>> {
    let a_is_larger = (a.exponent, a.significand) >= (b.exponent, b.significand);
    let (large, small) = if a_is_larger { (a, b) } else { (b, a) };
    let aligned = small.significand.shr_jam(large.exponent.abs_diff(small.exponent));
    let significand = if large.negative == small.negative {
        large.significand.add(aligned)
    } else {
        large.significand.sub(aligned)
    };
    Finite::normalize(large.negative, large.exponent - W::TOP as i32, significand)
}
