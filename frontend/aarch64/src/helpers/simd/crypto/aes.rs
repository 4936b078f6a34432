//! Rounds of AES: FIPS 197, section 5; byte 0 of the state is the least significant.

use super::field;

/// The S-box: FIPS 197, 5.1.1.
const S_BOX: [u8; 256] = s_box();

/// The inverse S-box.
const INVERSE_S_BOX: [u8; 256] = inverse(S_BOX);

/// AESE without the key: bytes substituted, rows shifted.
pub(super) fn encrypt(state: u128) -> u128 {
    let state = state.to_le_bytes();
    u128::from_le_bytes(std::array::from_fn(|i| S_BOX[usize::from(state[i * 5 % 16])]))
}

/// AESD without the key: the inverse.
pub(super) fn decrypt(state: u128) -> u128 {
    let state = state.to_le_bytes();
    u128::from_le_bytes(std::array::from_fn(|i| INVERSE_S_BOX[usize::from(state[i * 13 % 16])]))
}

/// Columns times the polynomial {03}x³ + {01}x² + {01}x + {02}.
pub(super) fn mix_columns(state: u128) -> u128 {
    multiply_columns(state, [2, 3, 1, 1])
}

/// Columns times the inverse polynomial.
pub(super) fn inverse_mix_columns(state: u128) -> u128 {
    multiply_columns(state, [14, 11, 13, 9])
}

/// Row `r` of a column is the sum of the rows `r + k` times `factors[k]`.
fn multiply_columns(state: u128, factors: [u8; 4]) -> u128 {
    let state = state.to_le_bytes();
    u128::from_le_bytes(std::array::from_fn(|i| {
        let (column, row) = (i & !3, i & 3);
        (0..4).fold(0, |sum, k| {
            sum ^ field::product(state[column + (row + k) % 4], factors[k], MODULUS)
        })
    }))
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
