//! Every row of a guest's tables, with random operands, becomes a well-formed block in every mode.

use isa::Row;
use rand::{RngExt as _, SeedableRng as _};
use tcg_ir::{Builder, CodeWindow, Guest, TranslateOptions, verify};
use tcg_irgen::Random;

/// Guest address of the code.
const PC: u64 = 0x10_0000;

/// Translates each row 40 times for each of the TB flags, followed by another.
///
/// # Panics
/// If a block is not well formed, or if translation panics.
pub fn check_every_row<G: Guest>(rows: &[Row], flags: &[u32]) {
    // Translation may read guest memory.
    tcg_mem::sigsafe_fixup::install().expect("a signal handler");
    let mut random = Random::seed_from_u64(1);
    let mut b = Builder::new(G::layout(), true);
    for row in rows {
        for _ in 0..40 {
            let mut code = random_row(row, &mut random);
            let other = &rows[random.random_range(0..rows.len())];
            code.extend(random_row(other, &mut random));
            for &flags in flags {
                check::<G>(&mut b, &code, flags, random.random_ratio(1, 2), row.name);
            }
        }
    }
}

/// Translates random bytes.
///
/// # Panics
/// If a block is not well formed, or if translation panics.
pub fn check_random_bytes<G: Guest>() {
    tcg_mem::sigsafe_fixup::install().expect("a signal handler");
    let mut random = Random::seed_from_u64(42);
    let mut b = Builder::new(G::layout(), true);
    for _ in 0..20_000 {
        let code: Vec<u8> = (0..8).flat_map(|_| random.random::<u64>().to_be_bytes()).collect();
        check::<G>(&mut b, &code, 0, true, "random bytes");
    }
}

/// An instruction of the row, all bits beside its opcode random.
fn random_row(row: &Row, random: &mut Random) -> Vec<u8> {
    row.encode(random.random::<u64>() & !row.mask | row.value).as_slice().to_vec()
}

fn check<G: Guest>(b: &mut Builder, code: &[u8], flags: u32, parallel: bool, what: &str) {
    let options = TranslateOptions { parallel, ..TranslateOptions::default() };
    b.start(PC, flags);
    G::translate(CodeWindow { base: PC, bytes: code }, &options, b);
    if let Err(error) = verify(&b.tb, G::layout()) {
        panic!("{what} flags={flags:#x}: {error}\n{:#?}", b.tb.ops);
    }
    assert!(b.tb.n_insns > 0, "{what}");
}
