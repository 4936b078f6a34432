//! Numbers taken apart: sign, exponent, normalized significand.

use crate::format::{Format, infinity, magnitude, sign_raw};
use crate::wide::Wide;

/// A finite nonzero number: ± `significand` · 2^(`exponent` − `Wide::TOP`), normalized; the last
/// bit of an inexact significand is sticky.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finite<W> {
    pub(crate) negative: bool,
    pub(crate) exponent: i32,
    pub(crate) significand: W,
}

impl<W: Wide> Finite<W> {
    /// Normalizes ± `significand` · 2^`unit_exponent`; none if zero.
    pub(crate) fn normalize(negative: bool, unit_exponent: i32, significand: W) -> Option<Self> {
        if significand == W::ZERO {
            return None;
        }
        let zeros = significand.leading_zeros();
        let exponent = unit_exponent + (W::BITS - 1 - zeros) as i32;
        let significand =
            if zeros == 0 { significand.shr_jam(1) } else { significand.shl(zeros - 1) };
        Some(Finite { negative, exponent, significand })
    }

    /// The same number with the other sign if `flip`.
    pub(crate) fn negate_if(self, flip: bool) -> Self {
        Finite { negative: self.negative ^ flip, ..self }
    }

    /// Below a significand of `F` all bits are zero: gives the significand as an integer.
    pub(crate) fn integer_significand<F: Format>(self) -> u128 {
        self.significand.shr(W::TOP - F::FRACTION).low_u128()
    }
}

/// A number that is no NaN.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number<W> {
    Zero(bool),
    Finite(Finite<W>),
    Infinity(bool),
}

impl<W> Number<W> {
    pub(crate) fn negative(&self) -> bool {
        match self {
            Number::Zero(negative) | Number::Infinity(negative) => *negative,
            Number::Finite(finite) => finite.negative,
        }
    }
}

/// Takes a bit pattern of `F` apart, which the caller knows to be no NaN.
pub(crate) fn unpack<F: Format>(raw: u128) -> Number<F::Wide> {
    let negative = sign_raw::<F>(raw);
    let magnitude = magnitude::<F>(raw);
    if magnitude >= infinity::<F>(false) {
        return Number::Infinity(negative);
    }
    let biased = (magnitude >> F::FRACTION) as i32;
    let fraction = magnitude & ((1 << F::FRACTION) - 1);
    if biased != 0 {
        let significand =
            F::Wide::from_u128(fraction | 1 << F::FRACTION).shl(F::Wide::TOP - F::FRACTION);
        return Number::Finite(Finite { negative, exponent: biased - F::EMAX, significand });
    }
    let unit_exponent = F::EMIN - F::FRACTION as i32;
    Finite::normalize(negative, unit_exponent, F::Wide::from_u128(fraction))
        .map_or(Number::Zero(negative), Number::Finite)
}
