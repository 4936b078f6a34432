//! Every row of the tables, with random operands, becomes a well-formed block in every mode.

use frontend_aarch64::Aarch64;
use frontend_aarch64::state::{TB_ALONE, TB_FP_SLOW};
use isa::aarch64::ROWS;
use tcg_ir::{Builder, CodeWindow, Guest, TranslateOptions, verify};

/// A small generator of random numbers (xorshift64*).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
}

const PC: u64 = 0x10_0000;

fn check(b: &mut Builder, code: &[u8], flags: u32, parallel: bool, what: &str) {
    let options = TranslateOptions { parallel, ..TranslateOptions::default() };
    b.start(PC, flags);
    Aarch64::translate(CodeWindow { base: PC, bytes: code }, &options, b);
    if let Err(error) = verify(&b.tb, Aarch64::layout()) {
        panic!("{what} flags={flags:#x}: {error}\n{:#?}", b.tb.ops);
    }
    assert!(b.tb.n_insns > 0, "{what}");
}

#[test]
fn every_row_verifies() {
    tcg_mem::sigsafe_fixup::install().expect("a signal handler");
    let mut random = Random(0x1234_5678_9abc_def1);
    let mut b = Builder::new(Aarch64::layout(), true);
    for row in &ROWS {
        for _ in 0..40 {
            let word = |row: &isa::Row, random: &mut Random| {
                let word = random.next() & !row.mask | row.value;
                ((word >> 32) as u32).to_le_bytes()
            };
            let mut code = word(row, &mut random).to_vec();
            let other = &ROWS[random.next() as usize % ROWS.len()];
            code.extend(word(other, &mut random));
            for flags in [0, TB_FP_SLOW, TB_ALONE] {
                let parallel = random.next() & 1 != 0;
                check(&mut b, &code, flags, parallel, row.name);
            }
        }
    }
}

#[test]
fn random_bytes_verify() {
    tcg_mem::sigsafe_fixup::install().expect("a signal handler");
    let mut random = Random(42);
    let mut b = Builder::new(Aarch64::layout(), true);
    for _ in 0..20_000 {
        let mut code = Vec::new();
        for _ in 0..8 {
            code.extend(random.next().to_be_bytes());
        }
        check(&mut b, &code, 0, true, "random bytes");
    }
}
