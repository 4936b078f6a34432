//! File tests: guest code → IR, `tests/filetests/translate/*.tr`.
//!
//! A file is a header `test translate` with `flags=N`, `max-insns=N` or `atomics=no` if wanted, one line of code in
//! hexadecimal per instruction (what follows `;` on the line must be its disassembly), and the IR as comments.
//! With `BLESS=1` in the environment the expectations are rewritten.

use frontend_s390x::S390x;
use isa::s390x::decode;
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
            let hex = hex.trim();
            let bytes = (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16));
            test.code.extend(bytes.map(|byte| byte.expect("hexadecimal digits")));
        }
        test.input.push(line.to_owned());
    }
    test
}

/// The code with its disassembly brought up to date.
fn input(test: &Test) -> Vec<String> {
    let mut at = 0;
    let mut lines = Vec::new();
    for line in &test.input {
        if line.starts_with("test ") || !line.contains(';') {
            lines.push(line.clone());
            continue;
        }
        let insn = decode(&test.code[at..]).expect("an instruction");
        let hex: String = insn.encode().as_slice().iter().map(|b| format!("{b:02x}")).collect();
        let text = insn.fmt_at(PC + at as u64).to_string().replace('\t', " ");
        lines.push(format!("{hex:12} ; {text}"));
        at += insn.len_bytes();
    }
    lines
}

fn option(head: &str, name: &str) -> Option<u32> {
    let value = head.split_whitespace().find_map(|word| word.strip_prefix(name))?;
    Some(value.parse().expect("a number"))
}

fn translate(test: &Test) -> Vec<String> {
    let options = TranslateOptions {
        parallel: !test.head.contains("atomics=no"),
        max_insns: option(&test.head, "max-insns=").unwrap_or(64),
        ..TranslateOptions::default()
    };
    let mut b = Builder::new(S390x::layout(), true);
    b.start(PC, option(&test.head, "flags=").unwrap_or(0));
    S390x::translate(CodeWindow { base: PC, bytes: &test.code }, &options, &mut b);
    verify(&b.tb, S390x::layout()).expect("a well-formed block");
    b.tb.to_string().lines().map(str::to_owned).collect()
}

fn check(path: &Path) -> Result<(), String> {
    let text = std::fs::read_to_string(path).map_err(|e| e.to_string())?;
    let test = read(&text);
    let (input, ir) = (input(&test), translate(&test));
    if input == test.input && ir == test.expected {
        return Ok(());
    }
    let comments: Vec<String> = ir.iter().map(|line| format!("; {line}")).collect();
    let new = format!("{}\n{}\n", input.join("\n"), comments.join("\n"));
    if std::env::var_os("BLESS").is_some() {
        return std::fs::write(path, new).map_err(|e| e.to_string());
    }
    Err(format!("{} is not as expected; BLESS=1 rewrites it. Now:\n{new}", path.display()))
}

#[test]
fn files() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/filetests/translate");
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
