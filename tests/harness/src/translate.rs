//! File tests: guest code → IR.
//!
//! A file is a header `test translate` with `flags=N`, `max-insns=N` or `parallel=0` if wanted, one instruction a line in
//! hexadecimal (with its disassembly after `;`), and the IR as comments.

use crate::files;
use tcg_ir::{Builder, CodeWindow, Guest, TranslateOptions, verify};

/// Guest address of the code.
const PC: u64 = 0x1000;

/// An instruction as a line of a file says it.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its bytes.
    pub code: Vec<u8>,
    /// How the line should read, without the disassembly.
    pub digits: String,
    /// The disassembly.
    pub text: String,
}

/// Checks the files of a folder below `tests/filetests`. `read` makes of the digits of a line, and of the address, the
/// instruction.
///
/// # Panics
/// If one is not as it should be.
pub fn check_folder<G: Guest>(folder: &str, read: fn(&str, u64) -> Line) {
    files::check_folder(folder, |path, text| {
        let head = text.lines().next().unwrap_or_default();
        assert!(head.starts_with("test translate"), "{}", path.display());
        let (code, mut out) = code_of(text, read);
        for line in ir_of::<G>(head, &code).lines() {
            out += &format!("; {line}\n");
        }
        out
    });
}

/// The code of a file, and how what stands before the IR should read.
fn code_of(text: &str, read: fn(&str, u64) -> Line) -> (Vec<u8>, String) {
    let (mut code, mut out) = (Vec::new(), String::new());
    for line in text.lines().filter(|line| !line.starts_with(';')) {
        match line.split_once(';') {
            Some((digits, _)) => {
                let line = read(digits.trim(), PC + code.len() as u64);
                code.extend(line.code);
                out += &format!("{} ; {}\n", line.digits, line.text.replace('\t', " "));
            }
            None => out += &format!("{line}\n"),
        }
    }
    (code, out)
}

fn ir_of<G: Guest>(head: &str, code: &[u8]) -> String {
    let options = TranslateOptions {
        parallel: option(head, "parallel=") != Some(0),
        max_insns: option(head, "max-insns=").unwrap_or(64),
        ..TranslateOptions::default()
    };
    let mut b = Builder::new(G::layout(), true);
    b.start(PC, option(head, "flags=").unwrap_or(0));
    G::translate(CodeWindow { base: PC, bytes: code }, &options, &mut b);
    verify(&b.tb, G::layout()).expect("a well-formed block");
    b.tb.to_string()
}

fn option(head: &str, name: &str) -> Option<u32> {
    let value = head.split_whitespace().find_map(|word| word.strip_prefix(name))?;
    Some(value.parse().expect("a number"))
}
