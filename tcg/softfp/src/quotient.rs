//! Division and square root.

use crate::env::{Env, Flags};
use crate::format::{Format, infinity, input, zero};
use crate::nan::{invalid, propagate};
use crate::parts::{Finite, Number, unpack};
use crate::round::round_pack;
use crate::wide::Wide;

/// `a ÷ b`.
pub fn div<F: Format>(env: &mut Env, a: F::Bits, b: F::Bits) -> F::Bits {
    let (a, b) = (input::<F>(env, a), input::<F>(env, b));
    if let Some(nan) = propagate::<F, 2>(env, [a, b]) {
        return F::from_raw(nan);
    }
    let (a, b) = (unpack::<F>(a), unpack::<F>(b));
    let negative = a.negative() != b.negative();
    F::from_raw(match (a, b) {
        (Number::Infinity(_), Number::Infinity(_)) | (Number::Zero(_), Number::Zero(_)) => {
            invalid::<F>(env)
        }
        (Number::Infinity(_), _) => infinity::<F>(negative),
        (Number::Zero(_), _) | (_, Number::Infinity(_)) => zero::<F>(negative),
        (Number::Finite(_), Number::Zero(_)) => {
            env.raise(Flags::DIV_BY_ZERO);
            infinity::<F>(negative)
        }
        (Number::Finite(x), Number::Finite(y)) => match divide_finite(x, y) {
            Some(quotient) => round_pack::<F>(env, quotient),
            None => zero::<F>(negative),
        },
    })
}

/// The quotient with at least two bits more than the precision, the last one sticky.
pub(crate) fn divide_finite<W: Wide>(a: Finite<W>, b: Finite<W>) -> Option<Finite<W>> {
    let (quotient, k) = W::quotient(a.significand, b.significand);
    let unit_exponent = a.exponent - b.exponent - k as i32;
    Finite::normalize(a.negative != b.negative, unit_exponent, quotient)
}

/// √a.
pub fn sqrt<F: Format>(env: &mut Env, a: F::Bits) -> F::Bits {
    let a = input::<F>(env, a);
    if let Some(nan) = propagate::<F, 1>(env, [a]) {
        return F::from_raw(nan);
    }
    F::from_raw(match unpack::<F>(a) {
        Number::Zero(negative) => zero::<F>(negative),
        Number::Infinity(false) => infinity::<F>(false),
        Number::Finite(x) if !x.negative => round_pack::<F>(env, root_finite(x)),
        Number::Finite(_) | Number::Infinity(true) => invalid::<F>(env),
    })
}

/// An odd exponent lends its one to the significand, which then lies in [1, 4).
fn root_finite<W: Wide>(x: Finite<W>) -> Finite<W> {
    let odd = x.exponent & 1;
    let significand = x.significand.shl(odd as u32).root();
    Finite { negative: false, exponent: (x.exponent - odd) / 2, significand }
}
