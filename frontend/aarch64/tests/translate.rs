//! File tests: guest code → IR, `tests/filetests/translate-aarch64/*.tr`; see [`test_harness::translate`].

use frontend_aarch64::Aarch64;
use isa::aarch64::{decode_word, to_left};
use test_harness::translate::{Line, check_folder};

fn read(digits: &str, pc: u64) -> Line {
    let word = u32::from_str_radix(digits, 16).expect("hexadecimal digits");
    let insn = decode_word(to_left(word)).expect("an instruction");
    let code = word.to_le_bytes().to_vec();
    // Without the comment that the disassembler adds.
    let text = insn.fmt_at(pc).to_string();
    let text = text.split("//").next().unwrap_or_default().trim_end().to_owned();
    Line { code, digits: format!("{word:08x}"), text }
}

#[test]
fn files() {
    check_folder::<Aarch64>("translate-aarch64", read);
}
