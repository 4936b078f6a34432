//! Sums and products of single precision rounded to odd, with flushing, the default NaN and no flags, as the dot products of
//! bfloat16 have them: finite numbers by integers, which is several times as fast as `softfp`.
//!
//! Arm ARM DDI 0487, J1 "BFAdd" and "BFMul".

use super::Float;
use crate::ieee_rules::RULES;
use softfp::{Env, F32, Flags, Format, Round};

const FRACTION: u32 = F32::FRACTION;
const SIGN: u32 = 1 << 31;
/// The biased exponent of infinities and NaNs.
const SPECIAL: u32 = 0xff;
const BIAS: i32 = 127;

const fn exponent(x: u32) -> u32 {
    x >> FRACTION & SPECIAL
}

/// The significand of a normal number, an integer of 24 bits.
const fn significand(x: u32) -> u64 {
    (x & ((1 << FRACTION) - 1) | 1 << FRACTION) as u64
}

/// The number `significand × 2^(exponent − 190)`, of which 24 bits are kept, rounded to odd: too large ones are infinities, too
/// small ones zeros.
const fn rounded(sign: u32, exponent: i32, significand: u64) -> u32 {
    let zeros = significand.leading_zeros();
    let exponent = exponent - zeros as i32;
    if significand == 0 || exponent <= 0 {
        return sign;
    }
    if exponent >= SPECIAL as i32 {
        return sign | SPECIAL << FRACTION;
    }
    let significand = significand << zeros;
    let below = 63 - FRACTION;
    let lost = significand << (64 - below) != 0;
    let kept = (significand >> below) as u32 | lost as u32;
    sign | (exponent as u32) << FRACTION | kept & ((1 << FRACTION) - 1)
}

/// `a × b` of numbers that are bfloat16.
pub(super) fn product(a: u32, b: u32) -> u32 {
    let (ea, eb) = (exponent(a), exponent(b));
    let sign = (a ^ b) & SIGN;
    if ea == SPECIAL || eb == SPECIAL {
        return by_softfp(|env| softfp::mul::<F32>(env, a, b));
    }
    if ea == 0 || eb == 0 {
        return sign;
    }
    // Of 48 bits, the leading one in bit 46 or 47.
    rounded(sign, ea as i32 + eb as i32 - BIAS + 17, significand(a) * significand(b))
}

/// `a + b`.
pub(super) fn sum(a: u32, b: u32) -> u32 {
    let (ea, eb) = (exponent(a), exponent(b));
    if ea == SPECIAL || eb == SPECIAL {
        return by_softfp(|env| softfp::add::<F32>(env, a, b));
    }
    let ((large, el), (small, es)) =
        if a & !SIGN >= b & !SIGN { ((a, ea), (b, eb)) } else { ((b, eb), (a, ea)) };
    if es == 0 {
        // Of two zeros the sign is that of both.
        return if el == 0 { large & small & SIGN } else { large };
    }
    // The leading bit in bit 61; of the smaller number what falls out leaves its trace in the last bit.
    let (first, second) = (significand(large) << 38, significand(small) << 38);
    let shift = el - es;
    let second = match shift {
        0..=62 => second >> shift | (second & ((1 << shift) - 1) != 0) as u64,
        _ => 1,
    };
    let difference = (large ^ small) & SIGN != 0;
    let result = if difference { first - second } else { first + second };
    // Numbers that cancel give +0.
    let sign = if result == 0 { 0 } else { large & SIGN };
    rounded(sign, el as i32 + 2, result)
}

/// The result of an operation rounded to odd; unlike elsewhere, what overflows is an infinity.
fn by_softfp(operation: impl Fn(&mut Env) -> u32) -> u32 {
    let mut env = Env { flush: true, default_nan: true, ..Env::with_round(&RULES, Round::ToOdd) };
    let result = operation(&mut env);
    if env.flags.contains(Flags::OVERFLOW) {
        return F32::infinity(result & SIGN != 0);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::{by_softfp, product, sum};
    use softfp::F32;

    /// Numbers of all exponents, near and far from each other, with short and long significands.
    fn numbers() -> Vec<u32> {
        let mut x = 1u32;
        let mut random = move || {
            x ^= x << 13;
            x ^= x >> 17;
            x ^= x << 5;
            x
        };
        let mut all = vec![0, 1 << 31, 1, 0x7f7f_ffff, 0x7f80_0000, 0xff80_0000, 0x7f80_0001];
        for _ in 0..400 {
            let bits = random();
            let near = 0x3f80_0000 + (random() & 0x0fff_ffff) - 0x0800_0000;
            all.extend([bits, bits & 0xffff_0000, near, near | 1 << 31, bits & 0x80ff_ffff]);
        }
        all
    }

    #[test]
    fn integers_agree_with_softfp() {
        let all = numbers();
        for (i, &a) in all.iter().enumerate() {
            for &b in &all[i % 7..] {
                let expected = by_softfp(|env| softfp::add::<F32>(env, a, b));
                assert_eq!(sum(a, b), expected, "{a:#x} + {b:#x}");
                let (a, b) = (a & 0xffff_0000, b & 0xffff_0000);
                let expected = by_softfp(|env| softfp::mul::<F32>(env, a, b));
                assert_eq!(product(a, b), expected, "{a:#x} × {b:#x}");
            }
        }
    }
}
