//! Against the host's floating point: values in round to nearest even.

use super::Random;
use crate::{
    Env, F32, F64, Negate, Ordering, PLAIN, add, compare_quiet, convert, div, fma, from_i32,
    from_i64, from_u32, from_u64, mul, mul_widening, sqrt, sub, to_i32, to_i64, to_u32, to_u64,
};
use crate::{Format, Round, is_nan, round_to_integral};

const CASES: u32 = 1_000_000;

macro_rules! against_host {
    ($test:ident, $format:ident, $float:ty, $seed:literal) => {
        #[test]
        fn $test() {
            let mut random = Random::new($seed);
            for _ in 0..CASES {
                let mut pick = || $format::from_raw(random.float::<$format>());
                let (a, b, c) = (pick(), pick(), pick());
                let (x, y, z) =
                    (<$float>::from_bits(a), <$float>::from_bits(b), <$float>::from_bits(c));
                let mut env = Env::new(&PLAIN);
                let env = &mut env;
                let same = |name: &str, got, want: $float| {
                    if want.is_nan() {
                        assert!(is_nan::<$format>(got), "{name} {a:x} {b:x} {c:x}: {got:x}");
                    } else {
                        assert_eq!(got, want.to_bits(), "{name} {a:x} {b:x} {c:x}: {got:x}");
                    }
                };
                same("add", add::<$format>(env, a, b), x + y);
                same("sub", sub::<$format>(env, a, b), x - y);
                same("mul", mul::<$format>(env, a, b), x * y);
                same("div", div::<$format>(env, a, b), x / y);
                same("sqrt", sqrt::<$format>(env, a), x.sqrt());
                same("fma", fma::<$format>(env, a, b, c, Negate::default()), x.mul_add(y, z));
                let negate = Negate { addend: true, ..Negate::default() };
                same("fms", fma::<$format>(env, a, b, c, negate), x.mul_add(y, -z));
                same("rint", round_to_integral::<$format>(env, a), x.round_ties_even());
                same("from_i32", from_i32::<$format>(env, a as i32), a as i32 as $float);
                same("from_u32", from_u32::<$format>(env, a as u32), a as u32 as $float);
                let wide = u64::from(a).rotate_left(b as u32 % 64);
                same("from_i64", from_i64::<$format>(env, wide as i64), wide as i64 as $float);
                same("from_u64", from_u64::<$format>(env, wide), wide as $float);
                assert_eq!(
                    compare_quiet::<$format>(env, a, b),
                    match x.partial_cmp(&y) {
                        None => Ordering::Unordered,
                        Some(std::cmp::Ordering::Less) => Ordering::Less,
                        Some(std::cmp::Ordering::Equal) => Ordering::Equal,
                        Some(std::cmp::Ordering::Greater) => Ordering::Greater,
                    }
                );
                if !x.is_nan() {
                    let env = &mut Env::with_round(&PLAIN, Round::TowardZero);
                    assert_eq!(to_i32::<$format>(env, a), x as i32, "{a:x}");
                    assert_eq!(to_u32::<$format>(env, a), x as u32, "{a:x}");
                    assert_eq!(to_i64::<$format>(env, a), x as i64, "{a:x}");
                    assert_eq!(to_u64::<$format>(env, a), x as u64, "{a:x}");
                    same("ceil", round_to_integral::<$format>(up(env), a), x.ceil());
                }
            }
        }
    };
}

fn up(env: &mut Env) -> &mut Env {
    env.round = Round::Up;
    env
}

against_host!(single, F32, f32, 0x1234_5678);
against_host!(double, F64, f64, 0x9abc_def1);

/// The widening product of singles is the product of doubles, which is exact.
#[test]
fn widening_and_narrowing() {
    let mut random = Random::new(77);
    for _ in 0..CASES {
        let a = F32::from_raw(random.float::<F32>());
        let b = F32::from_raw(random.float::<F32>());
        let wide = random.float::<F64>() as u64;
        let env = &mut Env::new(&PLAIN);
        let product = f64::from(f32::from_bits(a)) * f64::from(f32::from_bits(b));
        if !product.is_nan() {
            assert_eq!(mul_widening::<F32, F64>(env, a, b), product.to_bits());
            assert!(!env.flags.contains(crate::Flags::INEXACT));
        }
        let narrowed = f64::from_bits(wide) as f32;
        if !narrowed.is_nan() {
            assert_eq!(convert::<F64, F32>(env, wide), narrowed.to_bits(), "{wide:x}");
        }
        if !f32::from_bits(a).is_nan() {
            assert_eq!(convert::<F32, F64>(env, a), f64::from(f32::from_bits(a)).to_bits());
        }
    }
}
