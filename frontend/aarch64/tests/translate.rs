//! File tests: guest code → IR, `tests/filetests/translate-aarch64/*.tr`.
//!
//! A file is a header `test translate` with `flags=N`, `max-insns=N` or `parallel=0` if wanted, one line per instruction
//! word in hexadecimal (with its text after `;`), and the IR as comments.
//! With `BLESS=1` in the environment the expectations are rewritten.

use frontend_aarch64::Aarch64;
use std::path::Path;
use tcg_ir::{Builder, CodeWindow, Guest, TranslateOptions, verify};

const PC: u64 = 0x1000;

struct Test {
    head: String,
    code: Vec<u8>,
    /// The lines before the expectation.
    input: Vec<String>,
    expected: Vec<String>,
}

fn read(text: &str) -> Test {
    let mut test = Test { head: String::new(), code: vec![], input: vec![], expected: vec![] };
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix(';') {
            test.expected.push(rest.strip_prefix(' ').unwrap_or(rest).to_owned());
            continue;
        }
        if line.starts_with("test ") {
            line.clone_into(&mut test.head);
        } else if let Some((hex, _)) = line.split_once(';') {
            let word = u32::from_str_radix(hex.trim(), 16).expect("hexadecimal digits");
            test.code.extend(word.to_le_bytes());
        }
        test.input.push(line.to_owned());
    }
    test
}

fn option(head: &str, name: &str) -> Option<u32> {
    let value = head.split_whitespace().find_map(|word| word.strip_prefix(name))?;
    Some(value.parse().expect("a number"))
}

fn translate(test: &Test) -> Vec<String> {
    let options = TranslateOptions {
        max_insns: option(&test.head, "max-insns=").unwrap_or(64),
        parallel: option(&test.head, "parallel=") != Some(0),
        ..TranslateOptions::default()
    };
    let mut b = Builder::new(Aarch64::layout(), true);
    b.start(PC, option(&test.head, "flags=").unwrap_or(0));
    Aarch64::translate(CodeWindow { base: PC, bytes: &test.code }, &options, &mut b);
    verify(&b.tb, Aarch64::layout()).expect("a well-formed block");
    b.tb.to_string().lines().map(str::to_owned).collect()
}

fn check(path: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
    let test = read(&text);
    let ir = translate(&test);
    if ir == test.expected {
        return Ok(());
    }
    let comments: Vec<String> = ir.iter().map(|line| format!("; {line}")).collect();
    let new = format!("{}\n{}\n", test.input.join("\n"), comments.join("\n"));
    if std::env::var_os("BLESS").is_some() {
        return std::fs::write(path, new).map_err(|e| e.to_string());
    }
    Err(format!("{} is not as expected; BLESS=1 rewrites it. Now:\n{new}", path.display()))
}

#[test]
fn files() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/filetests/translate-aarch64");
    let mut failed = Vec::new();
    let mut count = 0;
    for file in std::fs::read_dir(folder).expect("the folder of file tests") {
        let path = file.expect("a file").path();
        failed.extend(check(&path).err());
        count += 1;
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(count > 10, "only {count} files");
}
