//! Rounds and message schedules of SHA-1 and SHA-256: FIPS 180-4, sections 4.1 and 6.

use super::{from_words, words};

/// Bits of `y` where `x` is one, else of `z` ("Ch").
#[must_use]
pub fn choose(x: u32, y: u32, z: u32) -> u32 {
    x & y | !x & z
}

/// The sum without carries of three words ("Parity").
#[must_use]
pub fn parity(x: u32, y: u32, z: u32) -> u32 {
    x ^ y ^ z
}

/// The bits that most of three words have ("Maj").
#[must_use]
pub fn majority(x: u32, y: u32, z: u32) -> u32 {
    x & y | x & z | y & z
}

/// Four rounds of SHA-1; `abcd` and the low word `e` are the state, `w` the schedule with its constants.
pub(super) fn sha1_hash(f: fn(u32, u32, u32) -> u32, abcd: u128, e: u128, w: u128) -> u128 {
    let mut x = words(abcd);
    let mut y = e as u32;
    for w in words(w) {
        let t =
            y.wrapping_add(x[0].rotate_left(5)).wrapping_add(f(x[1], x[2], x[3])).wrapping_add(w);
        y = x[3];
        x = [t, x[0], x[1].rotate_left(30), x[2]];
    }
    from_words(x)
}

/// Four rounds of SHA-256: the new halves of the state.
pub(super) fn sha256_hash(abcd: u128, efgh: u128, w: u128) -> (u128, u128) {
    let (mut x, mut y) = (words(abcd), words(efgh));
    for w in words(w) {
        let sigma_1 = y[0].rotate_right(6) ^ y[0].rotate_right(11) ^ y[0].rotate_right(25);
        let sigma_0 = x[0].rotate_right(2) ^ x[0].rotate_right(13) ^ x[0].rotate_right(22);
        let t = y[3].wrapping_add(sigma_1).wrapping_add(choose(y[0], y[1], y[2])).wrapping_add(w);
        let a = t.wrapping_add(sigma_0).wrapping_add(majority(x[0], x[1], x[2]));
        let e = t.wrapping_add(x[3]);
        x = [a, x[0], x[1], x[2]];
        y = [e, y[0], y[1], y[2]];
    }
    (from_words(x), from_words(y))
}

/// The first half of four words of the schedule of SHA-256: words 0 to 3 are `d`, 4 is the first of `n`.
pub(super) fn sha256_schedule_0(d: u128, n: u128) -> u128 {
    let (d, next) = (words(d), words(n << 96 | d >> 32));
    from_words(std::array::from_fn(|i| {
        let w: u32 = next[i];
        d[i].wrapping_add(w.rotate_right(7) ^ w.rotate_right(18) ^ w >> 3)
    }))
}

/// The second half: `d` is the first, words 8 to 15 are `n` and `m`.
pub(super) fn sha256_schedule_1(d: u128, n: u128, m: u128) -> u128 {
    let (d, seventh, m) = (words(d), words(m << 96 | n >> 32), words(m));
    let mut w = [0; 4];
    for i in 0..4 {
        let second: u32 = if i < 2 { m[i + 2] } else { w[i - 2] };
        let sigma = second.rotate_right(17) ^ second.rotate_right(19) ^ second >> 10;
        w[i] = d[i].wrapping_add(seventh[i]).wrapping_add(sigma);
    }
    from_words(w)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message "abc", padded.
    const ABC: [u32; 16] = [0x6162_6380, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 24];

    fn four(words: &[u32], at: usize) -> u128 {
        from_words(std::array::from_fn(|i| words[at + i]))
    }

    fn sum(a: u128, b: u128) -> u128 {
        let (a, b) = (words(a), words(b));
        from_words(std::array::from_fn(|i| a[i].wrapping_add(b[i])))
    }

    /// The next four words of the schedule of SHA-1.
    fn sha1_schedule(w: [u128; 4]) -> u128 {
        let mut all: Vec<u32> = w.into_iter().flat_map(words).collect();
        for i in 16..20 {
            all.push((all[i - 3] ^ all[i - 8] ^ all[i - 14] ^ all[i - 16]).rotate_left(1));
        }
        four(&all, 16)
    }

    /// FIPS 180-4, and the example of "abc" in NIST's "SHA1.pdf".
    #[test]
    fn sha1_of_abc() {
        let start = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
        let mut w: [u128; 20] = [0; 20];
        for i in 0..20 {
            w[i] = match i {
                0..4 => four(&ABC, 4 * i),
                _ => sha1_schedule([w[i - 4], w[i - 3], w[i - 2], w[i - 1]]),
            };
        }
        let (mut x, mut e) = (four(&start, 0), u128::from(start[4]));
        for (i, &w) in w.iter().enumerate() {
            let (f, k): (fn(u32, u32, u32) -> u32, u32) = match i / 5 {
                0 => (choose, 0x5a82_7999),
                1 => (parity, 0x6ed9_eba1),
                2 => (majority, 0x8f1b_bcdc),
                _ => (parity, 0xca62_c1d6),
            };
            let next_e = (x as u32).rotate_left(30).into();
            x = sha1_hash(f, x, e, sum(w, from_words([k; 4])));
            e = next_e;
        }
        let hash = words(sum(x, four(&start, 0)));
        assert_eq!(hash, [0xa999_3e36, 0x4706_816a, 0xba3e_2571, 0x7850_c26c]);
        assert_eq!((e as u32).wrapping_add(start[4]), 0x9cd0_d89d);
    }

    /// The first 32 bits of the fractional part of the cube root of `prime`.
    fn constant(prime: u128) -> u32 {
        let scaled = prime << 96;
        let mut root: u128 = 0;
        for bit in (0..36).rev() {
            let next = root | 1 << bit;
            if next * next * next <= scaled {
                root = next;
            }
        }
        root as u32
    }

    /// FIPS 180-4, and the example of "abc" in NIST's "SHA256.pdf".
    #[test]
    fn sha256_of_abc() {
        let start = [
            0x6a09_e667,
            0xbb67_ae85,
            0x3c6e_f372,
            0xa54f_f53a,
            0x510e_527f,
            0x9b05_688c,
            0x1f83_d9ab,
            0x5be0_cd19,
        ];
        let primes = (2..).filter(|&n: &u128| (2..n).all(|d| n % d != 0));
        let k: Vec<u32> = primes.take(64).map(constant).collect();
        let mut w: [u128; 16] = [0; 16];
        for i in 0..16 {
            w[i] = match i {
                0..4 => four(&ABC, 4 * i),
                _ => sha256_schedule_1(sha256_schedule_0(w[i - 4], w[i - 3]), w[i - 2], w[i - 1]),
            };
        }
        let (mut x, mut y) = (four(&start, 0), four(&start, 4));
        for i in 0..16 {
            let w = sum(w[i], four(&k, 4 * i));
            (x, y) = sha256_hash(x, y, w);
        }
        let high = words(sum(x, four(&start, 0)));
        let low = words(sum(y, four(&start, 4)));
        assert_eq!(high, [0xba78_16bf, 0x8f01_cfea, 0x4141_40de, 0x5dae_2223]);
        assert_eq!(low, [0xb003_61a3, 0x9617_7a9c, 0xb410_ff61, 0xf200_15ad]);
    }
}
