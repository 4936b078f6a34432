//! Runs `tests/filetests/opt/*.tb`: a header `passes=…`, a TB, and the expected TB as comments.
//! With `BLESS` in the environment it writes what it finds as expected: read the difference.

use std::path::Path;
use tcg_ir::{GlobalDesc, GuestLayout, Type, parse_tb, verify};
use tcg_opt::{Optimizer, Passes};

static LAYOUT: GuestLayout = GuestLayout {
    name: "toy",
    globals: &[
        GlobalDesc { name: "r0", ty: Type::I64, offset: 0, pin_rank: 0 },
        GlobalDesc { name: "r1", ty: Type::I64, offset: 8, pin_rank: 1 },
        GlobalDesc { name: "f0", ty: Type::F64, offset: 16, pin_rank: 0 },
        GlobalDesc { name: "f1", ty: Type::F64, offset: 24, pin_rank: 1 },
    ],
    helpers: &[],
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

fn check(path: &Path) {
    let text = std::fs::read_to_string(path).expect("readable");
    let (head, rest) = text.split_once('\n').expect("a header line");
    let (passes, parallel) = header(head);
    let source: String =
        rest.lines().filter(|l| !l.starts_with(';')).map(|l| l.to_owned() + "\n").collect();
    let want: String = rest
        .lines()
        .filter_map(|l| l.strip_prefix("; ").or_else(|| l.strip_prefix(';')))
        .map(|l| l.to_owned() + "\n")
        .collect();
    let mut tb = parse_tb(&source).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    verify(&tb, &LAYOUT).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Optimizer::default().run(&mut tb, &LAYOUT, passes, parallel);
    verify(&tb, &LAYOUT).unwrap_or_else(|e| panic!("{}: after: {e}\n{tb}", path.display()));
    // Numbering of values is free: compare what parses from both.
    let got = tb.to_string();
    if std::env::var_os("BLESS").is_some() {
        let comment: String = got.lines().map(|line| format!("; {line}\n")).collect();
        return std::fs::write(path, format!("{head}\n{source}{comment}")).expect("writable");
    }
    let normal = |text: &str| parse_tb(text).map(|tb| tb.to_string()).unwrap_or_default();
    assert_eq!(normal(&got), normal(&want), "{}: got\n{got}", path.display());
}

#[test]
fn file_tests() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/filetests/opt");
    let mut n_files = 0;
    for entry in std::fs::read_dir(dir).expect("the folder of file tests") {
        check(&entry.expect("an entry").path());
        n_files += 1;
    }
    assert!(n_files >= 4, "only {n_files} file tests found");
}
