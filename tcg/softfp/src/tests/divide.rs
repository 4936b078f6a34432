//! DIVIDE TO INTEGER: hand-checked cases, and what must hold of all.

use super::Random;
use crate::{
    DividedToInteger, Env, F32, F64, Flags, Format, Negate, PLAIN, Round, divide_to_integer, fma,
    is_nan, is_signaling,
};

/// Dividend, divisor, quotient rounding → remainder, quotient, cc, exceptions (nothing trapped).
#[rustfmt::skip]
const SHORT: &[(u32, u32, Round, u32, u32, u8, u16)] = &[
    // 451.9 / 460.2, down: the dividend remains.
    (0x43e1_f1f1, 0x43e6_1616, Round::Down, 0x43e1_f1f1, 0, 0, 0),
    // x / 0, 0 / 0: invalid.
    (0x43f0_0000, 0, Round::NearestEven, 0x7fc0_0000, 0x7fc0_0000, 1, 1),
    (0, 0, Round::NearestAway, 0x7fc0_0000, 0x7fc0_0000, 1, 1),
    // NaNs: signaling before quiet, first before second.
    (0xffff_ffff, 0xffff_ffff, Round::NearestEven, 0xffff_ffff, 0xffff_ffff, 1, 0),
    (0xdbdb_240b, 0xffac_73ff, Round::NearestEven, 0xffec_73ff, 0xffec_73ff, 1, 1),
    (0xffff_94ff, 0xff94_ff24, Round::NearestEven, 0xffd4_ff24, 0xffd4_ff24, 1, 1),
    // x / x: a zero remainder has the dividend's sign.
    (0xb2b2_b2b2, 0xb2b2_b2b2, Round::NearestEven, 0x8000_0000, 0x3f80_0000, 0, 0),
    // A quotient of 30 bits: cut to 24.
    (0x3d3d_3d3d, 0xaeae_aeae, Round::NearestEven, 0x2f38_b8c0, 0xce0a_aaab, 2, 0),
    (0xd30a_0040, 0xc6d3_0a00, Round::NearestEven, 0xc74a_4400, 0x4ba7_66c6, 2, 0),
    // Beyond the format: scaled, with and without a remainder.
    (0x7070_ffff, 0x9090_9090, Round::NearestEven, 0x6431_c0c0, 0xbf55_62aa, 3, 0),
    (0xdcdc_dcdc, 0x00dc_dcdc, Round::Down, 0x8000_0000, 0xbb80_0000, 1, 0),
    // A long quotient that is exact is no partial one.
    (0xb7b7_b7b7, 0x1500_0000, Round::Down, 0x8000_0000, 0xe237_b7b7, 0, 0),
    // A tiny quotient rounded up to one: the remainder is inexact.
    (0x0c0c_0c0c, 0x400c_0c0c, Round::Up, 0xc00c_0c0c, 0x3f80_0000, 0, 16),
    // Infinite divisor: the dividend remains.
    (0x0c00_0029, 0xff80_0000, Round::NearestEven, 0x0c00_0029, 0x8000_0000, 0, 0),
    (0xff00_003d, 0xff80_0000, Round::NearestEven, 0xff00_003d, 0, 0, 0),
    // ∞ / x: invalid. 0 / x: zeros.
    (0x7f80_0000, 0x3f80_0000, Round::NearestEven, 0x7fc0_0000, 0x7fc0_0000, 1, 1),
    (0x8000_0000, 0x3f80_0000, Round::NearestEven, 0x8000_0000, 0x8000_0000, 0, 0),
    // 7 / 2 = 3.5: to even, away, down, up, to odd.
    (0x40e0_0000, 0x4000_0000, Round::NearestEven, 0xbf80_0000, 0x4080_0000, 0, 0),
    (0x40e0_0000, 0x4000_0000, Round::Down, 0x3f80_0000, 0x4040_0000, 0, 0),
    (0x40e0_0000, 0x4000_0000, Round::ToOdd, 0x3f80_0000, 0x4040_0000, 0, 0),
    // 5 / 2 = 2.5.
    (0x40a0_0000, 0x4000_0000, Round::NearestEven, 0x3f80_0000, 0x4000_0000, 0, 0),
    (0x40a0_0000, 0x4000_0000, Round::NearestAway, 0xbf80_0000, 0x4040_0000, 0, 0),
    (0x40a0_0000, 0x4000_0000, Round::ToOdd, 0xbf80_0000, 0x4040_0000, 0, 0),
];

fn cc<F: Format>(result: &DividedToInteger<F::Bits>) -> u8 {
    u8::from(result.partial) * 2 + u8::from(result.overflowed || is_nan::<F>(result.quotient))
}

#[test]
fn short() {
    for &(a, b, round, remainder, quotient, want_cc, flags) in SHORT {
        let env = &mut Env::new(&PLAIN);
        let got = divide_to_integer::<F32>(env, round, a, b);
        let case = format!("{a:x} / {b:x} {round:?}: {got:x?}");
        assert_eq!((got.remainder, got.quotient), (remainder, quotient), "{case}");
        assert_eq!(cc::<F32>(&got), want_cc, "{case}");
        assert_eq!((env.flags & Flags::EXCEPTIONS).bits(), flags, "{case}");
    }
}

#[test]
fn long() {
    let cases: [(u64, u64, Round, u64, u64); 3] = [
        (0x00e1_00e1_00e1_00e1, 0x00e1_00e1_00e1_00e1, Round::NearestEven, 0, 0x3ff0 << 48),
        (
            0x0200_2302_0023_0200,
            0x0023_0200_2302_0023,
            Round::NearestEven,
            0x8001_a017_d247_b3f4,
            0x41cb_2aa0_5f00_0000,
        ),
        (
            0x0200_0000_0000_0000,
            0x0000_0000_5302_0000,
            Round::NearestEven,
            0x8000_0000_2082_0000,
            0x4338_ac20_dd47_c6c1,
        ),
    ];
    for (a, b, round, remainder, quotient) in cases {
        let env = &mut Env::new(&PLAIN);
        let got = divide_to_integer::<F64>(env, round, a, b);
        assert_eq!((got.remainder, got.quotient), (remainder, quotient), "{a:x} / {b:x}");
        assert_eq!(cc::<F64>(&got), 0);
    }
}

/// A tiny remainder with the underflow trap enabled is scaled up by 2^192, even if exact.
#[test]
fn trapped_remainder() {
    let env = &mut Env { traps: Flags::UNDERFLOW, ..Env::new(&PLAIN) };
    let got = divide_to_integer::<F32>(env, Round::Up, 0x000d_0100, 0xb0b0_b0b0);
    assert_eq!((got.remainder, got.quotient), (0x5ed0_1000, 0x8000_0000));
    assert!(env.flags.contains(Flags::UNDERFLOW | Flags::SCALED));
    assert!(!env.flags.contains(Flags::INEXACT));
}

/// Incremented or truncated: the magnitude of the rounded remainder against the exact one.
#[test]
fn inexact_remainder_details() {
    let env = &mut Env::new(&PLAIN);
    let got = divide_to_integer::<F32>(env, Round::Down, 0x09b2_b2b2, 0xb2b2_b2b2);
    assert_eq!(got.quotient, 0xbf80_0000);
    let env = &mut Env::with_round(&PLAIN, Round::ToOdd);
    let got = divide_to_integer::<F32>(env, Round::NearestEven, 0x4c4c_4c4c, 0xe1e1_e1e1);
    assert_eq!((got.remainder, got.quotient), (0x4c4c_4c4c, 0x8000_0000));
    let got = divide_to_integer::<F32>(env, Round::ToOdd, 0x4c4c_4c4c, 0xe1e1_e1e1);
    assert_eq!((got.remainder, got.quotient), (0xe1e1_e1e1, 0xbf80_0000));
    assert!(env.flags.contains(Flags::INEXACT | Flags::INCREMENTED));
}

/// `remainder = a − b · quotient` for every quotient in range, which is integral.
#[test]
fn identity() {
    let mut random = Random::new(5);
    for case in 0..300_000u32 {
        let a = random.float::<F64>() as u64;
        let b = random.float::<F64>() as u64;
        let round = [Round::NearestEven, Round::Down, Round::Up, Round::ToOdd][case as usize % 4];
        let env = &mut Env::new(&PLAIN);
        let got = divide_to_integer::<F64>(env, round, a, b);
        assert!(!is_signaling::<F64>(got.quotient) && !is_signaling::<F64>(got.remainder));
        if is_nan::<F64>(got.quotient) || got.overflowed || b << 1 == 0x7ff0 << 49 {
            continue;
        }
        let mut other = Env::new(&PLAIN);
        let negate = Negate { product: true, ..Negate::default() };
        let remainder = fma::<F64>(&mut other, b, got.quotient, a, negate);
        if remainder << 1 != 0 {
            assert_eq!(got.remainder, remainder, "{a:x} / {b:x} {round:?}");
        } else {
            assert_eq!(got.remainder, a & 1 << 63, "{a:x} / {b:x} {round:?}");
        }
        let quotient = f64::from_bits(got.quotient);
        assert_eq!(quotient, quotient.trunc());
        if got.partial {
            assert!(quotient.abs() >= 9_007_199_254_740_992.0);
            assert_eq!(env.flags, Flags::NONE);
        }
    }
}
