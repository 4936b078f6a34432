//! The rules of the language, one file each: `ok_*.isa` compiles, `err_*.isa` gives exactly the
//! errors of its `#! LINE: MESSAGE` lines.

use isa_table::{Source, compile, emit};
use std::path::{Path, PathBuf};

/// Declarations before every test's own text; the error lines count from that text's first line.
const PRELUDE: &str = r#"
guest test
level old new
manual Man "A Manual"
facility base - old "always"
cc cmp "equal, low, high"
suffixes cond 1=o 8=e
format RR op:8 r1:4 r2:4 "r1,r2"
format RX op:8 r1:4 x2:4 b2:4 d2:12 "r1,d2(x2,b2)"
format RXY op:8 m1:4 x2:4 b2:4 dl2:12 dh2:8 op:8 "m1,d2(x2,b2)"
format RI op:8 r1:4 op:4 ri2:16 "r1,ri2"
group first "First group"
rr RR 01 base r1=gr32:rw r2=gr32:r Man 1 "RR"
rx RX 41 base r1=gr32:rw @2=mem[4]:r Man 1 "RX"
rxy RXY c001 base @2=mem[1]:r Man 1 "RXY"
ri RI a01 base r1=gr32:r ri2=target Man 1 "RI"
"#;

fn files(prefix: &str) -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(dir)
        .expect("tests/tables is there")
        .map(|entry| entry.expect("tests/tables is readable").path())
        .filter(|p| p.file_name().is_some_and(|n| n.to_string_lossy().starts_with(prefix)))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "there are {prefix}*.isa");
    paths
}

fn read(path: &Path) -> (Vec<Source>, String) {
    let text = std::fs::read_to_string(path).expect("the test file is readable");
    let sources = vec![
        Source { name: "prelude".into(), text: PRELUDE.into() },
        Source { name: "t".into(), text: text.clone() },
    ];
    (sources, text)
}

#[test]
fn ok_files_compile() {
    for path in files("ok_") {
        let (sources, _) = read(&path);
        match compile(&sources) {
            Ok(table) => assert!(emit::rust(&table).contains("pub enum Insn")),
            Err(errors) => panic!("{}: {errors:?}", path.display()),
        }
    }
}

#[test]
fn err_files_give_their_errors() {
    for path in files("err_") {
        let (sources, text) = read(&path);
        let expected: Vec<String> =
            text.lines().filter_map(|l| l.strip_prefix("#! ")).map(|l| format!("t:{l}")).collect();
        let found: Vec<String> = match compile(&sources) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(found, expected, "{}", path.display());
    }
}

#[test]
fn a_table_without_rows_is_an_error() {
    let errors = compile(&[Source { name: "empty".into(), text: String::new() }]).err();
    let found: Vec<String> = errors.iter().flatten().map(ToString::to_string).collect();
    assert_eq!(found, ["empty:1: the table has no row"]);
}

/// Whatever the text, the compiler answers with a table or errors.
#[test]
fn damaged_tables_never_panic() {
    let whole: Vec<char> = PRELUDE.chars().collect();
    for cut in 0..whole.len() {
        let mut text: String = whole[..cut].iter().collect();
        text.extend(whole.iter().skip(cut + 1));
        let _ = compile(&[Source { name: "cut".into(), text }]);
        let text: String = whole[..cut].iter().collect();
        let _ = compile(&[Source { name: "short".into(), text }]);
    }
}
