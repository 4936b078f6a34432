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
    // The fastest of many rounds: what the machine does beside us does not count.
    let mut best = f64::INFINITY;
    for _ in 0..64 {
        let start = Instant::now();
        for word in &words {
            black_box(s390x::decode(black_box(word)).ok());
        }
        best = best.min(start.elapsed().as_nanos() as f64 / words.len() as f64);
    }
    println!("{best:.1} ns per decode, Insn is {} bytes", size_of::<s390x::Insn>());
}
