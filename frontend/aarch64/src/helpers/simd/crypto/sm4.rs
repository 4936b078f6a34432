//! Rounds of SM4: GB/T 32907-2016.

use crate::tables::{self, TABLES};
use tcg_ir::crypto::field;
use tcg_ir::crypto::{from_words, words};

/// x⁸ + x⁷ + x⁶ + x⁵ + x⁴ + x² + 1, without its first term.
const MODULUS: u8 = 0xf5;

/// The S-box: an affine map, the inverse in the field, the same affine map.
pub(super) const S_BOX: [u8; 256] = s_box();

const fn s_box() -> [u8; 256] {
    let mut table = [0; 256];
    let mut x = 0;
    while x < 256 {
        table[x] = affine(field::inverse(affine(x as u8), MODULUS));
        x += 1;
    }
    table
}

/// Bit `i` of the result is the parity of the bits that a mask selects; the mask turns with `i`.
const fn affine(x: u8) -> u8 {
    let mut result = 0xd3;
    let mut bit = 0;
    while bit < 8 {
        let mask = 0xa7_u8.rotate_left(bit);
        result ^= (((x & mask).count_ones() & 1) as u8) << bit;
        bit += 1;
    }
    result
}

fn substitute(word: u32) -> u32 {
    u32::from_le_bytes(
        word.to_le_bytes().map(|byte| TABLES[usize::from(tables::SM4)][usize::from(byte)]),
    )
}

/// Four rounds: each appends one word.
fn rounds(state: u128, keys: u128, linear: impl Fn(u32) -> u32) -> u128 {
    let mut x = words(state);
    for key in words(keys) {
        let mixed = linear(substitute(x[1] ^ x[2] ^ x[3] ^ key));
        x = [x[1], x[2], x[3], x[0] ^ mixed];
    }
    from_words(x)
}

/// SM4E: four rounds of encryption.
pub(super) fn encrypt(state: u128, keys: u128) -> u128 {
    rounds(state, keys, |b| {
        b ^ b.rotate_left(2) ^ b.rotate_left(10) ^ b.rotate_left(18) ^ b.rotate_left(24)
    })
}

/// SM4EKEY: the next four round keys.
pub(super) fn key(keys: u128, constants: u128) -> u128 {
    rounds(keys, constants, |b| b ^ b.rotate_left(13) ^ b.rotate_left(23))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GB/T 32907-2016, appendix A.1: key and plain text are the same.
    #[test]
    fn the_example_of_the_standard() {
        let text = [0x0123_4567, 0x89ab_cdef, 0xfedc_ba98, 0x7654_3210];
        let family = [0xa3b1_bac6, 0x56aa_3350, 0x677d_9197, 0xb270_22dc];
        let mut keys = from_words(std::array::from_fn(|i| text[i] ^ family[i]));
        let mut state = from_words(text);
        for four in 0..8 {
            let constant = |i: u32| {
                u32::from_be_bytes(std::array::from_fn(|j| ((4 * i + j as u32) * 7) as u8))
            };
            keys = key(keys, from_words(std::array::from_fn(|i| constant(4 * four + i as u32))));
            if four == 0 {
                assert_eq!(words(keys)[0], 0xf121_86f9);
            }
            state = encrypt(state, keys);
        }
        let mut cipher = words(state);
        cipher.reverse();
        assert_eq!(cipher, [0x681e_df34, 0xd206_965e, 0x86b3_e94f, 0x536e_4246]);
    }
}
