//! Reference floating-point arithmetic as pure functions of bits and mode.
//!
//! Every operation takes its operands as bit patterns and an [`Env`], which holds the rounding
//! mode, the guest's [`Rules`] (NaN choice, tininess), modes (default NaN, flushing of subnormal
//! numbers) and the enabled traps, and collects
//! [`Flags`]. Nothing here panics, whatever the bits.
//!
//! The operations are generic over the [`Format`]; `softfp::add::<F64>(&mut env, a, b)`.
//! Inside, a finite number is a sign, an exponent and a significand in a wide integer
//! ([`Format::Wide`]) that holds every product exactly; bits that fall out at the bottom are
//! kept as one sticky bit, and all results leave through one function, `round_pack`.
//!
//! Citations of "IEEE 754" mean IEEE Std 754-2008; "PoP" is IBM's z/Architecture Principles of
//! Operation, SA22-7832; "Arm ARM" is Arm's Architecture Reference Manual, DDI 0487.
#![forbid(unsafe_code)]

mod add;
mod compare;
mod convert;
mod divide_to_integer;
mod env;
mod format;
mod integer;
mod multiply;
mod nan;
mod parts;
mod quotient;
mod round;
mod wide;

pub use add::{add, sub};
pub use compare::{Ordering, compare_quiet, compare_signaling, max, max_num, min, min_num};
pub use convert::{convert, convert_scaled, from_alternative_half, to_alternative_half};
pub use divide_to_integer::{DividedToInteger, divide_to_integer};
pub use env::{Env, Flags, NanRule, PLAIN, Round, Rules, Tininess};
pub use format::{
    BF16, Class, F16, F32, F64, F128, Format, classify, flush_input, is_nan, is_signaling, sign,
};
pub use integer::{
    from_fixed_signed, from_fixed_unsigned, from_i32, from_i64, from_u32, from_u64,
    round_to_integral, to_fixed_signed, to_fixed_unsigned, to_i32, to_i64, to_u32, to_u64,
};
pub use multiply::{Negate, fma, mul, mul_widening};
pub use nan::{default_nan, propagate_nan};
pub use quotient::{div, sqrt};
pub use wide::{U256, Wide};

#[cfg(test)]
mod tests;
