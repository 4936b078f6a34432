//! Rounds and message schedule of SHA-512: FIPS 180-4, sections 4.1.3 and 6.4.

/// A vector as doublewords, the least significant first.
fn halves(x: u128) -> [u64; 2] {
    [x as u64, (x >> 64) as u64]
}

fn from_halves([low, high]: [u64; 2]) -> u128 {
    u128::from(high) << 64 | u128::from(low)
}

/// The function Σ₁ plus Ch.
fn sigma_1_choose(e: u64, f: u64, g: u64) -> u64 {
    let sigma = e.rotate_right(14) ^ e.rotate_right(18) ^ e.rotate_right(41);
    sigma.wrapping_add(e & f | !e & g)
}

/// The function Σ₀ plus Maj.
fn sigma_0_majority(a: u64, b: u64, c: u64) -> u64 {
    let sigma = a.rotate_right(28) ^ a.rotate_right(34) ^ a.rotate_right(39);
    sigma.wrapping_add(a & b | a & c | b & c)
}

/// SHA512H: the first part of two rounds.
pub(super) fn hash_1(d: u128, n: u128, m: u128) -> u128 {
    let ([x0, x1], [y0, y1], [w0, w1]) = (halves(n), halves(m), halves(d));
    let high = sigma_1_choose(y1, x0, x1).wrapping_add(w1);
    let e = high.wrapping_add(y0);
    let low = sigma_1_choose(e, y1, x0).wrapping_add(w0);
    from_halves([low, high])
}

/// SHA512H2: the second part of two rounds.
pub(super) fn hash_2(d: u128, n: u128, m: u128) -> u128 {
    let ([x0, _], [y0, y1], [w0, w1]) = (halves(n), halves(m), halves(d));
    let high = sigma_0_majority(y0, x0, y1).wrapping_add(w1);
    let low = sigma_0_majority(high, y0, y1).wrapping_add(w0);
    from_halves([low, high])
}

/// SHA512SU0.
pub(super) fn schedule_0(d: u128, n: u128) -> u128 {
    let sigma_0 = |w: u64| w.rotate_right(1) ^ w.rotate_right(8) ^ w >> 7;
    let ([w0, w1], [x0, _]) = (halves(d), halves(n));
    from_halves([w0.wrapping_add(sigma_0(w1)), w1.wrapping_add(sigma_0(x0))])
}

/// SHA512SU1.
pub(super) fn schedule_1(d: u128, n: u128, m: u128) -> u128 {
    let sigma_1 = |w: u64| w.rotate_right(19) ^ w.rotate_right(61) ^ w >> 6;
    let (w, x, y) = (halves(d), halves(n), halves(m));
    from_halves(std::array::from_fn(|i| w[i].wrapping_add(sigma_1(x[i])).wrapping_add(y[i])))
}
