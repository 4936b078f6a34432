//! Runs `tests/filetests/isa/<guest>.dis`: hexadecimal bytes, a semicolon, and the text of the
//! instruction at address 0x1000 with one blank for the tab, or `error: …`.
//!
//! What decodes must also encode to the same bytes, unless its row is to do.
//! With `BLESS=1` in the environment the texts are rewritten.

use isa::{Row, aarch64, s390x};
use std::path::{Path, PathBuf};

const PC: u64 = 0x1000;

fn files() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/filetests/isa");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(dir)
        .expect("tests/filetests/isa is there")
        .map(|entry| entry.expect("tests/filetests/isa is readable").path())
        .filter(|p| p.extension().is_some_and(|e| e == "dis"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

fn bytes(hex: &str) -> Vec<u8> {
    assert!(hex.is_ascii() && hex.len() % 2 == 0, "{hex}");
    (0..hex.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&hex[i..i + 2], 16).expect("hexadecimal digits"))
        .collect()
}

/// The text of an instruction, its row and its bytes as they are encoded again.
type Read = (String, &'static Row, Vec<u8>);

fn text(guest: &str, code: &[u8]) -> String {
    let read: Result<Read, _> = match guest {
        "aarch64" => aarch64::decode(code)
            .map(|i| (i.fmt_at(PC).to_string(), i.row(), i.encode().as_slice().to_vec())),
        "s390x" => s390x::decode(code)
            .map(|i| (i.fmt_at(PC).to_string(), i.row(), i.encode().as_slice().to_vec())),
        _ => panic!("no guest {guest}"),
    };
    match read {
        Ok((text, row, again)) => {
            assert!(row.marks.todo || again == code, "{text}");
            text.replace('\t', " ")
        }
        Err(error) => format!("error: {error}"),
    }
}

/// The line as it should be; comments and blank lines stay.
fn expected(guest: &str, line: &str) -> String {
    match line.split_once(';') {
        Some((hex, _)) if !line.starts_with('#') => {
            let hex = hex.trim();
            format!("{hex:<12} ; {}", text(guest, &bytes(hex)))
        }
        _ => line.to_string(),
    }
}

#[test]
fn files_read_as_written() {
    for path in files() {
        let written = std::fs::read_to_string(&path).expect("the file is readable");
        let guest = path.file_stem().unwrap_or_default().to_string_lossy();
        let now: String = written.lines().map(|l| expected(&guest, l) + "\n").collect();
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &now).expect("the file is writable");
        } else {
            for (line, (a, b)) in (1..).zip(written.lines().zip(now.lines())) {
                assert_eq!(a, b, "{}:{line} (BLESS=1 rewrites)", path.display());
            }
        }
    }
}
