//! Rounds and message expansion of SM3 (GB/T 32905-2016, section 5.3).

use tcg_ir::crypto::{from_words, words};

/// SM3SS1: the word SS1 of a round, in the last word.
pub(super) fn ss1(n: u128, m: u128, a: u128) -> u128 {
    let [n, m, a] = [n, m, a].map(|x| words(x)[3]);
    let sum = n.rotate_left(12).wrapping_add(m).wrapping_add(a);
    from_words([0, 0, 0, sum.rotate_left(7)])
}

/// SM3TT1A, SM3TT1B: words D, C, B, A of the state, from the least significant, after a round.
pub(super) fn tt1(f: fn(u32, u32, u32) -> u32, state: u128, ss1: u128, w: u128, index: u8) -> u128 {
    let [d, c, b, a] = words(state);
    let ss2 = words(ss1)[3] ^ a.rotate_left(12);
    let tt1 =
        f(a, b, c).wrapping_add(d).wrapping_add(ss2).wrapping_add(words(w)[usize::from(index & 3)]);
    from_words([c, b.rotate_left(9), a, tt1])
}

/// SM3TT2A, SM3TT2B: words H, G, F, E likewise.
pub(super) fn tt2(f: fn(u32, u32, u32) -> u32, state: u128, ss1: u128, w: u128, index: u8) -> u128 {
    let [h, g, f_word, e] = words(state);
    let tt2 = f(e, f_word, g)
        .wrapping_add(h)
        .wrapping_add(words(ss1)[3])
        .wrapping_add(words(w)[usize::from(index & 3)]);
    from_words([g, f_word.rotate_left(19), e, tt2 ^ tt2.rotate_left(9) ^ tt2.rotate_left(17)])
}

/// The permutation P₁.
fn p1(x: u32) -> u32 {
    x ^ x.rotate_left(15) ^ x.rotate_left(23)
}

/// SM3PARTW1.
pub(super) fn part_w1(d: u128, n: u128, m: u128) -> u128 {
    let (mixed, m) = (words(d ^ n), words(m));
    let mut w: [u32; 4] =
        std::array::from_fn(|i| if i < 3 { p1(mixed[i] ^ m[i + 1].rotate_left(15)) } else { 0 });
    w[3] = p1(mixed[3] ^ w[0].rotate_left(15));
    from_words(w)
}

/// SM3PARTW2.
pub(super) fn part_w2(d: u128, n: u128, m: u128) -> u128 {
    let (n, m) = (words(n), words(m));
    let mixed: [u32; 4] = std::array::from_fn(|i| n[i] ^ m[i].rotate_left(7));
    let mut w = words(d ^ from_words(mixed));
    w[3] ^= p1(mixed[0].rotate_left(15));
    from_words(w)
}
