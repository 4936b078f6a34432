//! Runs `tests/filetests/opt/*.tb`: a header `passes=…`, a TB, and the expected TB as comments.

use std::path::Path;
use tcg_ir::{GlobalDesc, GuestLayout, Type, parse_tb, verify};
use tcg_opt::{Optimizer, Passes};
use test_harness::files::check_folder;

static LAYOUT: GuestLayout = GuestLayout {
    name: "toy",
    globals: &[
        GlobalDesc { name: "r0", ty: Type::I64, offset: 0, pin_rank: 0 },
        GlobalDesc { name: "r1", ty: Type::I64, offset: 8, pin_rank: 1 },
        GlobalDesc { name: "f0", ty: Type::F64, offset: 16, pin_rank: 0 },
        GlobalDesc { name: "f1", ty: Type::F64, offset: 24, pin_rank: 1 },
    ],
    helpers: &[],
    tables: &[],
    fp: &softfp::PLAIN,
    state_size: 32,
};

/// The header's options: passes by name, and whether the guest runs in parallel.
fn header(line: &str) -> (Passes, bool) {
    let mut passes = Passes::NONE;
    let mut parallel = true;
    for word in line.split_whitespace() {
        match word.split_once('=') {
            Some(("passes", names)) => {
                for name in names.split(',') {
                    passes = passes.with(Passes::by_name(name).expect("a pass"));
                }
            }
            Some(("parallel", value)) => parallel = value == "true",
            _ => {}
        }
    }
    (passes, parallel)
}

/// A file with its passes run.
fn should_be(path: &Path, text: &str) -> String {
    let (head, rest) = text.split_once('\n').expect("a header line");
    let (passes, parallel) = header(head);
    let lines = rest.lines().filter(|line| !line.starts_with(';'));
    let source: String = lines.map(|line| format!("{line}\n")).collect();
    let mut tb = parse_tb(&source).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    verify(&tb, &LAYOUT).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Optimizer::default().run(&mut tb, &LAYOUT, passes, parallel);
    verify(&tb, &LAYOUT).unwrap_or_else(|e| panic!("{}: after: {e}\n{tb}", path.display()));
    let found: String = tb.to_string().lines().map(|line| format!("; {line}\n")).collect();
    format!("{head}\n{source}{found}")
}

#[test]
fn file_tests() {
    check_folder("opt", should_be);
}
