//! Runs `tests/filetests/compile/*.tb`: a header `test compile [parallel] [no-SHORTCUT]`, a TB of the toy guest of `tcg-irgen`,
//! and the expected host code as comments, closed by the budget line.
//!
//! Shown is the hot part: up to the first jump back, cold code follows after `cold:`. Jumps name the guest pc they lead to,
//! `exit` (to the trampoline) or a place in the code.

use backend_x86_64::{Shortcuts, X64Backend};
use iced_x86::{Decoder, DecoderOptions, Formatter, Instruction, IntelFormatter, OpKind};
use std::fmt::Write;
use std::path::Path;
use tcg_ir::{Backend, Compiled, parse_tb, verify};
use tcg_irgen::toy_layout;
use test_harness::files::check_folder;

/// Where the prologue and the TB are said to be.
const PROLOGUE_AT: u64 = 0x1000_0000;
const CODE_AT: u64 = 0x2000_0000;

/// The host code of a TB as text, with its budget line; the words of the header say how.
fn compile(header: &str, text: &str) -> String {
    let parallel = header.contains("parallel");
    let off = header.split_whitespace().filter_map(|word| word.strip_prefix("no-"));
    let without = |all: Shortcuts, name| all.without(name).expect("a shortcut");
    let shortcuts = off.fold(Shortcuts::ALL, without);
    let tb = parse_tb(text).expect("a TB");
    verify(&tb, toy_layout()).expect("well formed");
    let mut backend = X64Backend::with(toy_layout(), parallel, shortcuts);
    backend.prologue(PROLOGUE_AT, &mut Vec::new());
    let mut out = Compiled::default();
    backend.compile(&tb, CODE_AT, &mut out).expect("room");
    show(&out)
}

fn show(out: &Compiled) -> String {
    // Stubs of unchained exits are alike: a call and its arguments.
    let end = out.exits.iter().map(|exit| exit.stub_at as usize).min().unwrap_or(out.code.len());
    let mut decoder = Decoder::with_ip(64, &out.code[..end], CODE_AT, DecoderOptions::NONE);
    let (mut text, mut formatter) = (String::new(), IntelFormatter::new());
    formatter.options_mut().set_branch_leading_zeros(false);
    let mut n = 0;
    while decoder.can_decode() {
        let insn = decoder.decode();
        n += 1;
        text += "; ";
        line(out, &insn, &mut formatter, &mut text);
        text += "\n";
    }
    writeln!(text, "; {n} insns, {end} bytes, {} fault bytes", out.faults.len()).expect("a string");
    text
}

fn line(out: &Compiled, insn: &Instruction, formatter: &mut IntelFormatter, text: &mut String) {
    let offset = insn.ip() - CODE_AT;
    write!(text, "{offset:3x} ").expect("a string");
    if insn.op_count() == 0 || insn.op0_kind() != OpKind::NearBranch64 {
        return formatter.format(insn, text);
    }
    let mnemonic = format!("{:?}", insn.mnemonic()).to_lowercase();
    let patch_at = (insn.next_ip() - CODE_AT - 4) as u32;
    let exit = out.exits.iter().find(|exit| exit.patch_at == patch_at);
    let target = insn.near_branch_target();
    let end = CODE_AT + out.code.len() as u64;
    match exit {
        Some(exit) => write!(text, "{mnemonic} tb {:#x}", exit.pc),
        None if (CODE_AT..end).contains(&target) => {
            write!(text, "{mnemonic} {:x}", target - CODE_AT)
        }
        None => write!(text, "{mnemonic} prologue"),
    }
    .expect("a string");
}

/// A file with its TB compiled.
fn should_be(path: &Path, text: &str) -> String {
    let (header, rest) = text.split_once('\n').expect("a header");
    assert!(header.starts_with("test compile"), "{}", path.display());
    let lines = rest.lines().filter(|line| !line.starts_with(';'));
    let tb: String = lines.map(|line| format!("{line}\n")).collect();
    format!("{header}\n{tb}{}", compile(header, &tb))
}

#[test]
fn files() {
    check_folder("compile", should_be);
}
