//! `tests/filetests/fences/aarch64.txt`: how many fences and locked instructions stand for ordered accesses and barriers.
//!
//! Guest code goes through front end, optimizer and back end, as in a run. Each line is compiled twice: for several threads
//! it has what it says, for one it has none.

use backend_x86_64::X64Backend;
use frontend_aarch64::Aarch64;
use iced_x86::{Decoder, DecoderOptions, Instruction, Mnemonic, OpKind, Register};
use tcg_ir::{Backend, Builder, CodeWindow, Compiled, Guest, TranslateOptions};
use tcg_opt::{Optimizer, Passes};

const PC: u64 = 0x1000;
const CODE_AT: u64 = 0x2000_0000;

/// Fences and other locked instructions in the hot part of the code for a block.
fn count(words: &[u32], parallel: bool) -> (usize, usize) {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let options = TranslateOptions { parallel, ..TranslateOptions::default() };
    let mut builder = Builder::new(Aarch64::layout(), true);
    builder.start(PC, 0);
    Aarch64::translate(CodeWindow { base: PC, bytes: &bytes }, &options, &mut builder);
    assert_eq!(builder.tb.n_insns as usize, words.len(), "one block");
    let passes = Passes::COMPILED;
    Optimizer::default().run(&mut builder.tb, Aarch64::layout(), passes, parallel);
    let mut backend = X64Backend::new(Aarch64::layout(), parallel);
    backend.prologue(0x1000_0000, &mut Vec::new());
    let mut out = Compiled::default();
    backend.compile(&builder.tb, CODE_AT, &mut out).expect("room");
    let code: Vec<Instruction> =
        Decoder::with_ip(64, &out.code, CODE_AT, DecoderOptions::NONE).into_iter().collect();
    let fences = code.iter().filter(|insn| is_fence(insn)).count();
    let locked = code.iter().filter(|insn| is_locked(insn) && !is_fence(insn)).count();
    (fences, locked)
}

fn is_locked(insn: &Instruction) -> bool {
    let exchange = insn.mnemonic() == Mnemonic::Xchg
        && [insn.op0_kind(), insn.op1_kind()].contains(&OpKind::Memory);
    insn.has_lock_prefix() || exchange
}

fn is_fence(insn: &Instruction) -> bool {
    insn.mnemonic() == Mnemonic::Mfence
        || is_locked(insn) && insn.mnemonic() == Mnemonic::Or && insn.memory_base() == Register::RSP
}

/// Words, text, and the two numbers of a line.
fn parse(line: &str) -> Option<(Vec<u32>, &str, (usize, usize))> {
    let mut parts = line.split('|').map(str::trim);
    let words = parts.next()?.split(' ').map(|word| u32::from_str_radix(word, 16).ok());
    let (words, text) = (words.collect::<Option<_>>()?, parts.next()?);
    let (fences, locked) = parts.next()?.split_once(' ')?;
    Some((words, text, (fences.parse().ok()?, locked.parse().ok()?)))
}

#[test]
fn ordered_accesses_have_the_fences_they_need_and_no_more() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../filetests/fences/aarch64.txt");
    let file = std::fs::read_to_string(path).expect("the file");
    let mut wrong = Vec::new();
    let mut n = 0;
    let lines = file.lines().skip(1).filter(|line| !line.is_empty() && !line.starts_with('#'));
    for line in lines {
        let (words, text, expected) = parse(line).expect("words | text | fences locked");
        let (threads, alone) = (count(&words, true), count(&words, false));
        if threads != expected || alone != (0, 0) {
            wrong.push(format!("{text}: {threads:?}, alone {alone:?}, not {expected:?}"));
        }
        n += 1;
    }
    assert!(n > 150, "only {n} lines");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
