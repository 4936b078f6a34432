//! Bit fields: the one place for sign extension.

/// The value of the low `bits` bits (1 to 64) of `value` as two's complement.
#[inline]
pub const fn sext(value: u64, bits: u32) -> i64 {
    let left = 64 - bits;
    ((value << left) as i64) >> left
}

/// `len` bits (1 to 63) of a word from bit `pos` on, counted from the left.
#[inline]
pub const fn take(word: u64, pos: u32, len: u32) -> u64 {
    word >> (64 - pos - len) & ((1 << len) - 1)
}

/// The low `len` bits (1 to 63) of `value` at bit `pos`, counted from the left; zero elsewhere.
#[inline]
pub const fn put(value: u64, pos: u32, len: u32) -> u64 {
    (value & ((1 << len) - 1)) << (64 - pos - len)
}

/// Whether the fields N and imms of a bitmask immediate describe one (Arm ARM DDI 0487,
/// `DecodeBitMasks`): an element of 2 to 64 bits that are not all ones.
#[inline]
pub const fn describes_mask(n: u64, imms: u64) -> bool {
    let size = n << 6 | !imms & 0x3f;
    if size < 2 {
        return false;
    }
    let ones = (1 << size.ilog2()) - 1;
    imms & ones != ones
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        assert_eq!(take(0x1234_5678_0000_0000, 8, 12), 0x345);
        assert_eq!(put(0xf345, 8, 12), 0x0034_5000_0000_0000);
    }

    #[test]
    fn sign_extension() {
        assert_eq!(sext(0xfffff, 20), -1);
        assert_eq!(sext(0x7ffff, 20), 0x7ffff);
        assert_eq!(sext(0x80000, 20), -0x80000);
        assert_eq!(sext(u64::MAX, 64), -1);
    }
}
