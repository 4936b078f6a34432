//! What every stream must hold, whatever its seed.

use std::collections::BTreeSet;

use regex::Regex;
use risu_gen::{Limits, Options, Stream, generate};
use risu_trace::{BlockKind, Guest};

fn stream(seed: u64, count: u64, limits: Limits) -> Stream {
    let (select, group) = (None, None);
    generate(&Options {
        guest: Guest::S390x,
        seed,
        count,
        passes: 4,
        select,
        group,
        untranslated: false,
        limits,
    })
    .expect("a stream")
}

fn a64(seed: u64, count: u64) -> Stream {
    let (select, group, limits) = (None, None, Limits::default());
    let guest = Guest::Aarch64;
    generate(&Options { guest, seed, count, passes: 4, select, group, untranslated: true, limits })
        .expect("a stream")
}

fn rows_of(stream: &Stream, kind: BlockKind) -> BTreeSet<&str> {
    let blocks = stream.manifest.blocks.iter().filter(|block| block.kind == kind);
    blocks.flat_map(|block| &block.words).filter_map(|word| word.meaning.row()).collect()
}

#[test]
fn a_seed_gives_the_same_stream_again() {
    let (one, two) = (stream(5, 800, Limits::default()), stream(5, 800, Limits::default()));
    assert_eq!(one.manifest, two.manifest);
    assert!(one.steps().eq(two.steps()));
    assert_eq!(one.steps().count(), 800);
    assert_ne!(one.manifest.image, stream(6, 800, Limits::default()).manifest.image);
}

#[test]
fn every_translated_row_comes_up() {
    let stream = stream(1, 8000, Limits::default());
    let all = |kind| rows_of(&stream, kind);
    let kinds = [BlockKind::Single, BlockKind::Branch, BlockKind::Execute, BlockKind::Run];
    let seen: BTreeSet<&str> = kinds.into_iter().flat_map(all).collect();
    let missing = isa::s390x::ROWS.iter().filter(|row| row.translated());
    let missing: Vec<&str> = missing.map(|row| row.name).filter(|r| !seen.contains(r)).collect();
    assert_eq!(missing, ["svc"], "rows in no stream, beside the one that calls the system");
}

#[test]
fn every_a64_row_comes_up_but_for_those_that_differ_between_machines() {
    let stream = a64(1, 16_000);
    assert!(stream.steps().eq(a64(1, 16_000).steps()));
    let kinds = [BlockKind::Single, BlockKind::Branch, BlockKind::Run];
    let seen: BTreeSet<&str> = kinds.into_iter().flat_map(|kind| rows_of(&stream, kind)).collect();
    let left_out = |row: &isa::Row| {
        let keyed = ["pauth", "pacga", "mte", "mte2"].contains(&row.facility.name);
        let system = row.group.name == "system" && !seen.contains(row.name);
        keyed && !row.name.starts_with("xpac") || system
    };
    let rows = isa::aarch64::ROWS.iter().filter(|row| row.translated() || row.marks.todo);
    let missing = rows.filter(|row| !seen.contains(row.name) && !left_out(row));
    let missing: Vec<&str> = missing.map(|row| row.name).collect();
    assert_eq!(missing, Vec::<&str>::new());
    assert!(!rows_of(&stream, BlockKind::Run).contains("svc") && !seen.contains("svc"));
}

/// What is not predictable is not made, and nothing that is in a word is taken for a checkpoint.
#[test]
fn a64_blocks_hold_whole_instructions() {
    let stream = a64(2, 8000);
    for word in stream.manifest.blocks.iter().flat_map(|block| &block.words) {
        let at = word.offset as usize;
        let code = &stream.manifest.image[at..at + usize::from(word.len)];
        assert_ne!(code, [0; 4]);
        let row = isa::aarch64::decode(code).map(|insn| insn.row().name).ok();
        match word.meaning.row() {
            Some(name) => assert_eq!(row, Some(name)),
            None => assert!(row.is_none_or(|name| !isa::aarch64::row(name).unwrap().translated())),
        }
    }
}

#[test]
fn what_a_reference_cannot_be_asked_stays_out() {
    let regex = |rows| Some(Regex::new(rows).unwrap());
    let limits = Limits {
        lacks: regex("lmd"),
        not_in_runs: regex("tr|agr"),
        not_executed: regex("xc"),
        ..Limits::default()
    };
    let stream = stream(2, 8000, limits);
    let runs = rows_of(&stream, BlockKind::Run);
    assert!(runs.contains("xc") && ["lmd", "tr", "agr"].iter().all(|row| !runs.contains(row)));
    let executed = rows_of(&stream, BlockKind::Execute);
    assert!(executed.contains("tr") && ["lmd", "xc"].iter().all(|row| !executed.contains(row)));
}

#[test]
fn a_condition_code_that_must_be_read_is_read() {
    let read_cc = Some(Regex::new("c[edx]br").unwrap());
    let stream = stream(3, 8000, Limits { read_cc, ..Limits::default() });
    let runs = stream.manifest.blocks.iter().filter(|block| block.kind == BlockKind::Run);
    let mut n_compares = 0;
    for block in runs {
        let rows: Vec<&str> = block.words.iter().filter_map(|word| word.meaning.row()).collect();
        for two in rows.windows(2).filter(|two| ["cebr", "cdbr", "cxbr"].contains(&two[0])) {
            n_compares += 1;
            assert_eq!(two[1], "brc");
        }
    }
    assert!(n_compares > 10, "only {n_compares} comparisons");
}
