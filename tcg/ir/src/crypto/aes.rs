//! Rounds of AES: FIPS 197, section 5; byte 0 of the state is the least significant.

use super::{field, from_words, words};

/// The S-box: FIPS 197, 5.1.1.
const S_BOX: [u8; 256] = s_box();

/// The inverse S-box.
const INVERSE_S_BOX: [u8; 256] = inverse(S_BOX);

/// A round's SubBytes and ShiftRows.
pub(super) fn encrypt(state: u128) -> u128 {
    let state = state.to_le_bytes();
    u128::from_le_bytes(std::array::from_fn(|i| S_BOX[usize::from(state[i * 5 % 16])]))
}

/// The inverse.
pub(super) fn decrypt(state: u128) -> u128 {
    let state = state.to_le_bytes();
    u128::from_le_bytes(std::array::from_fn(|i| INVERSE_S_BOX[usize::from(state[i * 13 % 16])]))
}

/// Columns times the polynomial {03}x³ + {01}x² + {01}x + {02}: a row becomes twice itself, three times the next one, and the
/// other two.
pub(super) fn mix_columns(state: u128) -> u128 {
    from_words(words(state).map(|column| {
        let twice = doubled(column);
        twice ^ (twice ^ column).rotate_right(8) ^ column.rotate_right(16) ^ column.rotate_right(24)
    }))
}

/// Columns times the inverse polynomial, which is the other one times {04}x² + {05}.
pub(super) fn inverse_mix_columns(state: u128) -> u128 {
    mix_columns(from_words(words(state).map(|column| {
        let four_times = doubled(doubled(column));
        column ^ four_times ^ four_times.rotate_right(16)
    })))
}

/// Each byte times x.
fn doubled(column: u32) -> u32 {
    let carries = column >> 7 & 0x0101_0101;
    ((column & 0x7f7f_7f7f) << 1) ^ (carries * u32::from(MODULUS))
}

/// x⁸ + x⁴ + x³ + x + 1, without its first term.
const MODULUS: u8 = 0x1b;

const fn s_box() -> [u8; 256] {
    let mut table = [0; 256];
    let mut x = 0;
    while x < 256 {
        let i = field::inverse(x as u8, MODULUS);
        table[x] =
            0x63 ^ i ^ i.rotate_left(1) ^ i.rotate_left(2) ^ i.rotate_left(3) ^ i.rotate_left(4);
        x += 1;
    }
    table
}

const fn inverse(table: [u8; 256]) -> [u8; 256] {
    let mut inverse = [0; 256];
    let mut x = 0;
    while x < 256 {
        inverse[table[x] as usize] = x as u8;
        x += 1;
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(hex: u128) -> u128 {
        hex.swap_bytes()
    }

    /// FIPS 197, appendix B: the first round.
    #[test]
    fn the_example_of_the_standard() {
        let start = block(0x193d_e3be_a0f4_e22b_9ac6_8d2a_e9f8_4808);
        let shifted = block(0xd4bf_5d30_e0b4_52ae_b841_11f1_1e27_98e5);
        let mixed = block(0x0466_81e5_e0cb_199a_48f8_d37a_2806_264c);
        assert_eq!(encrypt(start), shifted);
        assert_eq!(mix_columns(shifted), mixed);
        assert_eq!(inverse_mix_columns(mixed), shifted);
        assert_eq!(decrypt(shifted), start);
    }
}
