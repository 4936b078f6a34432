//! Integer arithmetic on the low bits of `u64`s. Results may carry surplus high bits.

use tcg_ir::{Sign, Type};

fn count(ty: Type, n: u64) -> u32 {
    n as u32 & (ty.bits() - 1)
}

/// The low bits of `a`, extended to 64.
pub(crate) fn extend(ty: Type, sign: Sign, a: u64) -> u64 {
    let surplus = 64 - ty.bits();
    match sign {
        Sign::Unsigned => a << surplus >> surplus,
        Sign::Signed => ((a << surplus).cast_signed() >> surplus).cast_unsigned(),
    }
}

pub(crate) fn shl(ty: Type, a: u64, n: u64) -> u64 {
    a << count(ty, n)
}

pub(crate) fn shr_u(ty: Type, a: u64, n: u64) -> u64 {
    extend(ty, Sign::Unsigned, a) >> count(ty, n)
}

pub(crate) fn shr_s(ty: Type, a: u64, n: u64) -> u64 {
    (extend(ty, Sign::Signed, a).cast_signed() >> count(ty, n)).cast_unsigned()
}

pub(crate) fn rotl(ty: Type, a: u64, n: u64) -> u64 {
    match ty {
        Type::I32 => u64::from((a as u32).rotate_left(count(ty, n))),
        _ => a.rotate_left(count(ty, n)),
    }
}

/// (low, high) halves of the product.
pub(crate) fn mul_wide(ty: Type, sign: Sign, a: u64, b: u64) -> (u64, u64) {
    let (a, b) = (extend(ty, sign, a), extend(ty, sign, b));
    let product = match sign {
        Sign::Unsigned => u128::from(a).wrapping_mul(u128::from(b)),
        Sign::Signed => {
            i128::from(a.cast_signed()).wrapping_mul(i128::from(b.cast_signed())).cast_unsigned()
        }
    };
    (product as u64, (product >> ty.bits()) as u64)
}

/// (quotient, remainder); (0, 0) where undefined.
pub(crate) fn divrem(ty: Type, sign: Sign, a: u64, b: u64) -> (u64, u64) {
    let (a, b) = (extend(ty, sign, a), extend(ty, sign, b));
    match sign {
        Sign::Unsigned => (a.checked_div(b).unwrap_or(0), a.checked_rem(b).unwrap_or(0)),
        Sign::Signed => {
            let (a, b) = (a.cast_signed(), b.cast_signed());
            let q = a.checked_div(b).unwrap_or(0);
            (q.cast_unsigned(), a.checked_rem(b).unwrap_or(0).cast_unsigned())
        }
    }
}

/// (quotient, remainder) of a double-width dividend; (0, 0) where undefined.
pub(crate) fn divrem_wide(ty: Type, hi: u64, lo: u64, b: u64) -> (u64, u64) {
    let lo = u128::from(extend(ty, Sign::Unsigned, lo));
    let dividend = u128::from(extend(ty, Sign::Unsigned, hi)) << ty.bits() | lo;
    let divisor = u128::from(extend(ty, Sign::Unsigned, b));
    let q = dividend.checked_div(divisor).unwrap_or(0);
    (q as u64, dividend.checked_rem(divisor).unwrap_or(0) as u64)
}

/// (sum, carry out).
pub(crate) fn add_carry(ty: Type, a: u64, b: u64, carry_in: u64) -> (u64, u64) {
    let low = |x| u128::from(extend(ty, Sign::Unsigned, x));
    let sum = low(a) + low(b) + u128::from(carry_in & 1);
    (sum as u64, (sum >> ty.bits()) as u64)
}

/// (difference, borrow out).
pub(crate) fn sub_borrow(ty: Type, a: u64, b: u64, borrow_in: u64) -> (u64, u64) {
    let low = |x| i128::from(extend(ty, Sign::Unsigned, x));
    let difference = low(a) - low(b) - i128::from(borrow_in & 1);
    (difference as u64, u64::from(difference < 0))
}

pub(crate) fn clz(ty: Type, a: u64) -> u64 {
    u64::from(extend(ty, Sign::Unsigned, a).leading_zeros() - (64 - ty.bits()))
}

pub(crate) fn ctz(ty: Type, a: u64) -> u64 {
    u64::from(a.trailing_zeros().min(ty.bits()))
}

pub(crate) fn bswap(ty: Type, a: u64) -> u64 {
    a.swap_bytes() >> (64 - ty.bits())
}

pub(crate) fn extract(a: u64, pos: u8, len: u8, sign: Sign) -> u64 {
    let len = u32::from(len);
    let top = a << (64 - u32::from(pos) - len);
    match sign {
        Sign::Unsigned => top >> (64 - len),
        Sign::Signed => (top.cast_signed() >> (64 - len)).cast_unsigned(),
    }
}

pub(crate) fn deposit(a: u64, b: u64, pos: u8, len: u8) -> u64 {
    let mask = (u64::MAX >> (64 - u32::from(len))) << pos;
    a & !mask | (b << pos) & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undefined_divisions_do_not_crash() {
        assert_eq!(divrem(Type::I64, Sign::Signed, 1 << 63, u64::MAX), (0, 0));
        assert_eq!(divrem(Type::I32, Sign::Unsigned, 1, 0), (0, 0));
        assert_eq!(divrem_wide(Type::I64, 5, 0, 0), (0, 0));
    }

    #[test]
    fn carries_of_both_widths() {
        assert_eq!(add_carry(Type::I64, u64::MAX, 0, 1), (0, 1));
        assert_eq!(add_carry(Type::I32, 0xffff_ffff, 0, 1).1, 1);
        assert_eq!(sub_borrow(Type::I32, 0, 0, 1).1, 1);
        assert_eq!(sub_borrow(Type::I64, 1, 1, 0), (0, 0));
    }

    #[test]
    fn signed_wide_product_of_minima() {
        let min = 1 << 63;
        assert_eq!(mul_wide(Type::I64, Sign::Signed, min, min), (0, 1 << 62));
    }
}
