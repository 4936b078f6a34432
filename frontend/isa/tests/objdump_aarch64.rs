//! Agreement with the GNU disassembler on A64: random words, and random words of every row.
//!
//! `ISA_WORDS` in the environment says how many words of each kind, 50,000 if it is not set.

use isa::aarch64::{self, ROWS};
use isa::row::Row;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use random::random_word;

mod gnu;
mod random;

/// Words in one run of objdump.
const CHUNK: usize = 500_000;

fn words() -> usize {
    std::env::var("ISA_WORDS").map_or(50_000, |n| n.parse().expect("ISA_WORDS is a number"))
}

/// What objdump 2.40 prints for these words, which stand from address 0 on.
fn objdump(words: &[u32], file: &str) -> Vec<String> {
    let image: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
    let lines = gnu::listing("aarch64-linux-gnu-", &["-m", "aarch64"], &image, file);
    assert_eq!(lines.len(), words.len(), "a line for each word");
    lines.into_values().collect()
}

/// Our text, in the form of objdump for what is undefined.
fn ours(word: u32, pc: u64) -> String {
    match aarch64::decode(&word.to_le_bytes()) {
        Ok(insn) => insn.fmt_at(pc).to_string().trim_end().to_string(),
        Err(_) => format!(".inst\t0x{word:08x} ; undefined"),
    }
}

/// Why the texts may differ: each class is named in `docs/src/tables.md`.
fn excused(word: u64, row: Option<&Row>, ours: &str, theirs: &str) -> bool {
    let Some(row) = row else {
        let by_number = theirs.starts_with("m") && theirs.contains("s0_");
        let fmlal = theirs.starts_with("fml") && word >> 54 & 1 == 1;
        return by_number || fmlal || theirs.ends_with("; NYI");
    };
    let not_built = matches!(row.group.name, "later" | "sve");
    let newer = matches!(row.facility.name, "dgh" | "chk" | "pcdphint" | "gcs" | "clrbhb");
    let changed = aarch64::decode_word(word).is_some_and(|insn| insn.to_word() != word);
    let flags = theirs.starts_with("msr\ts0_0_c4_"); // CFINV and its kin
    let not_as_it_should_be = changed && (flags || theirs.ends_with("; undefined"));
    let numbered = |text: &str| text.contains("s3_") || text.contains("s2_");
    let named = match row.name {
        "mrs" | "msr_reg" => numbered(ours) && !numbered(theirs),
        "sys" | "sysl" => ours.starts_with("sys") && !theirs.starts_with("sys"),
        _ => false,
    };
    let unpredictable = row.mnemonic == "ldpsw" && !row.valid(word);
    not_built || newer || not_as_it_should_be || named || unpredictable
}

fn compare(words: &[u32], file: &str, wrong: &mut gnu::Differences) {
    for (chunk, list) in words.chunks(CHUNK).enumerate() {
        let theirs = objdump(list, &format!("{chunk}-{file}"));
        for (index, (word, theirs)) in list.iter().zip(theirs).enumerate() {
            let ours = ours(*word, 4 * index as u64);
            if ours == theirs {
                continue;
            }
            let row = aarch64::find_row(aarch64::to_left(*word));
            if excused(aarch64::to_left(*word), row, &ours, &theirs) {
                continue;
            }
            let name = row.map_or_else(
                || format!("undefined: {}", theirs.split('\t').next().unwrap_or("")),
                |row| row.name.to_string(),
            );
            wrong.note(&name, u64::from(*word), &ours, &theirs);
        }
    }
}

#[test]
fn random_words_read_as_in_objdump() {
    let mut random = ChaCha8Rng::seed_from_u64(64);
    let words: Vec<u32> = (0..words()).map(|_| random.random()).collect();
    let mut wrong = gnu::Differences::default();
    compare(&words, "random.bin", &mut wrong);
    wrong.report();
}

#[test]
fn every_row_reads_as_in_objdump() {
    let mut random = ChaCha8Rng::seed_from_u64(65);
    let rows: Vec<&Row> = ROWS.iter().filter(|r| !r.format.fields.is_empty()).collect();
    let words: Vec<u32> = (0..words())
        .map(|i| (random_word(rows[i % rows.len()], &mut random) >> 32) as u32)
        .collect();
    let mut wrong = gnu::Differences::default();
    compare(&words, "rows.bin", &mut wrong);
    wrong.report();
}
