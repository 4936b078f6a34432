//! File tests: guest code → IR, `tests/filetests/translate-s390x/*.tr`; see [`test_harness::translate`].

use frontend_s390x::S390x;
use isa::s390x::decode;
use test_harness::translate::{Line, check_folder};

fn read(digits: &str, pc: u64) -> Line {
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits");
    let code: Vec<u8> = (0..digits.len()).step_by(2).map(byte).collect();
    let insn = decode(&code).expect("an instruction");
    assert_eq!(insn.len_bytes(), code.len(), "{digits}: one instruction a line");
    Line { code, digits: format!("{digits:12}"), text: insn.fmt_at(pc).to_string() }
}

#[test]
fn files() {
    check_folder::<S390x>("translate-s390x", read);
}
