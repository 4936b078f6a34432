//! Measures the decoder: nanoseconds per instruction over words of all translated rows in random
//! order.
//!
//! `cargo run --release -p isa --example decode_speed`

use isa::s390x;
use std::hint::black_box;
use std::time::Instant;

fn main() {
    let mut state = 1u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state >> 33
    };
    let rows: Vec<_> = s390x::ROWS.iter().filter(|r| r.translated()).collect();
    let words: Vec<[u8; 8]> =
        (0..1 << 16).map(|_| rows[random() as usize % rows.len()].value.to_be_bytes()).collect();
    let rounds = 64;
    let start = Instant::now();
    for _ in 0..rounds {
        for word in &words {
            black_box(s390x::decode(black_box(word)).ok());
        }
    }
    let ns = start.elapsed().as_nanos() as f64 / f64::from(rounds) / words.len() as f64;
    println!("{ns:.1} ns per decode, Insn is {} bytes", size_of::<s390x::Insn>());
}
