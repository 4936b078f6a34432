//! Runs `tests/filetests/isa/<guest>.dis`: hexadecimal bytes, a semicolon, and the text of the
//! instruction at address 0x1000 with one blank for the tab, or `error: …`.
//!
//! What decodes must also encode to the same bytes, unless its row is to do.

use isa::{Row, aarch64, s390x};
use test_harness::files::check_folder;

const PC: u64 = 0x1000;

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
    check_folder("isa", |path, text| {
        let guest = path.file_stem().unwrap_or_default().to_string_lossy();
        text.lines().map(|line| expected(&guest, line) + "\n").collect()
    });
}
