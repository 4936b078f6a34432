//! The tables of the estimates of reciprocals and of reciprocal roots, which have 8 bits.

use crate::tables::{self, TABLES};

/// Reciprocals by the 8 bits below the leading one; entries are the bits below the leading one.
pub(crate) const RECIPROCALS: [u8; 256] = table(false);
/// Reciprocal roots: of numbers in 1/2..1, by the 7 bits below the leading one; from 128 on of those in 1/4..1/2.
pub(crate) const RECIPROCAL_ROOTS: [u8; 256] = table(true);

const fn table(of_roots: bool) -> [u8; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let entry = if of_roots { root_of(i as u32) } else { reciprocal_of(i as u32) };
        table[i] = entry as u8;
        i += 1;
    }
    table
}

/// Arm ARM DDI 0487, J1 "shared/functions/float/recipestimate".
const fn reciprocal_of(index: u32) -> u32 {
    // The middle of the interval that the bits stand for, in units of 2⁻¹⁰.
    let middle = 2 * (256 + index) + 1;
    ((1 << 19) / middle).div_ceil(2)
}

/// Arm ARM DDI 0487, J1 "shared/functions/float/recipsqrtestimate".
const fn root_of(index: u32) -> u32 {
    let middle = if index < 128 { (2 * (128 + index) + 1) * 2 } else { 2 * index + 1 };
    // The largest number whose square times `middle` is below 2²⁸.
    let b = (((1 << 28) - 1) / middle).isqrt();
    b.div_ceil(2)
}

/// An estimate of the reciprocal of `a`/512 for `a` in 256..512, in units of 1/256: in 256..512.
pub(crate) fn reciprocal(a: u32) -> u32 {
    256 | u32::from(TABLES[usize::from(tables::RECIPROCAL)][(a & 255) as usize])
}

/// An estimate of the reciprocal root of `a`/512 for `a` in 128..512, in units of 1/256: in 256..512.
pub(crate) fn reciprocal_root(a: u32) -> u32 {
    let index = if a < 256 { a } else { a >> 1 & 127 };
    256 | u32::from(TABLES[usize::from(tables::RECIPROCAL_ROOT)][(index & 255) as usize])
}

#[cfg(test)]
mod tests {
    use super::{reciprocal, reciprocal_root};

    /// By the definition of the manual, in steps of one.
    #[test]
    fn roots_are_the_largest_that_fit() {
        for a in 128..512 {
            let middle = if a < 256 { 2 * a + 1 } else { ((a & !1) + 1) * 2 };
            let mut b = 512;
            while middle * (b + 1) * (b + 1) < 1 << 28 {
                b += 1;
            }
            assert_eq!(reciprocal_root(a), b.div_ceil(2), "of {a}");
        }
    }

    #[test]
    fn reciprocals_are_the_nearest() {
        for a in 256..512 {
            let exact = f64::from(1 << 18) / f64::from(2 * a + 1);
            assert_eq!(f64::from(reciprocal(a)), exact.round(), "of {a}");
        }
    }
}
