//! Arithmetic in GF(2⁸), from which S-boxes are computed.

/// The product in GF(2⁸) modulo x⁸ + `modulus`.
const fn product(mut a: u8, b: u8, modulus: u8) -> u8 {
    let mut sum = 0;
    let mut bit = 0;
    while bit < 8 {
        if b >> bit & 1 != 0 {
            sum ^= a;
        }
        a = a << 1 ^ if a & 0x80 != 0 { modulus } else { 0 };
        bit += 1;
    }
    sum
}

/// The inverse in GF(2⁸), which is the 254th power; zero for zero.
#[must_use]
pub const fn inverse(x: u8, modulus: u8) -> u8 {
    let mut power = 1;
    let mut i = 0;
    while i < 254 {
        power = product(power, x, modulus);
        i += 1;
    }
    power
}
