//! Runs `tests/vectors/s390x/*.vec` on the interpreter: as long blocks, as blocks of one instruction, and not optimized.
//!
//! A line is `name: code | before => after ; citation`:
//! the code in hexadecimal; registers `rN`, `cc`, memory `[M+x]=bytes` before; and what is different after.
//! `M` is the address of two pages, `E` the end of them, where nothing is mapped.
//! `trap=n` and `dxc=n` name a program interruption, `fault=x` an access fault, `pc=+n` where control goes (after the
//! code if not said; the instruction itself with a trap or fault).

use backend_interp::Interp;
use frontend_s390x::{CpuState, S390x, Trap};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tcg_ir::{Builder, CodeWindow, Env, ExitCode, Guest, TranslateOptions, verify};

const CODE: u64 = 0x40_0000;
const PAGES: usize = 8192;

/// Two pages that can be accessed and one that can't.
struct Memory {
    base: u64,
}

impl Memory {
    fn new() -> Memory {
        // SAFETY: asks for fresh anonymous memory.
        let at = unsafe {
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            let rw = libc::PROT_READ | libc::PROT_WRITE;
            libc::mmap(std::ptr::null_mut(), PAGES + 4096, rw, flags, -1, 0)
        };
        assert_ne!(at, libc::MAP_FAILED);
        // SAFETY: the last page of what was just mapped.
        unsafe { libc::mprotect(at.byte_add(PAGES), 4096, libc::PROT_NONE) };
        Memory { base: at as u64 }
    }

    fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: the two pages mapped above, which only this test uses.
        unsafe { std::slice::from_raw_parts_mut(self.base as *mut u8, PAGES) }
    }

    fn end(&self) -> u64 {
        self.base + PAGES as u64
    }
}

/// What the vector says of the state before or after.
#[derive(Default)]
struct Says {
    numbers: BTreeMap<String, String>,
    memory: Vec<(String, Vec<u8>)>,
}

impl Says {
    fn parse(text: &str) -> Says {
        let mut says = Says::default();
        for item in text.split_whitespace() {
            let (key, value) = item.split_once('=').unwrap_or_else(|| panic!("no `=` in {item}"));
            match key.strip_prefix('[').and_then(|key| key.strip_suffix(']')) {
                Some(at) => says.memory.push((at.to_owned(), hex(value))),
                None => drop(says.numbers.insert(key.to_owned(), value.to_owned())),
            }
        }
        says
    }

    fn number(&self, key: &str, memory: &Memory) -> Option<u64> {
        self.numbers.get(key).map(|value| number(value, memory))
    }
}

fn hex(text: &str) -> Vec<u8> {
    let byte = |i| u8::from_str_radix(&text[i..i + 2], 16).expect("hexadecimal bytes");
    (0..text.len()).step_by(2).map(byte).collect()
}

/// `0x…`, decimal, or `M`, `E`, `P` (the code) with an offset.
fn number(text: &str, memory: &Memory) -> u64 {
    let (base, offset) = match text.as_bytes()[0] {
        b'M' => (memory.base, &text[1..]),
        b'E' => (memory.end(), &text[1..]),
        b'P' => (CODE, &text[1..]),
        _ => (0, text),
    };
    let (negative, digits) = match offset.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, offset.trim_start_matches('+')),
    };
    let magnitude = match digits.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).expect("a hexadecimal number"),
        None if digits.is_empty() => 0,
        None => digits.parse().expect("a number"),
    };
    base.wrapping_add(if negative { magnitude.wrapping_neg() } else { magnitude })
}

struct Engine {
    builder: Builder,
    interp: Interp,
    options: TranslateOptions,
}

impl Engine {
    fn run(&mut self, state: &mut CpuState, code: &[u8]) -> ExitCode {
        let end = CODE + code.len() as u64;
        for _ in 0..1000 {
            if state.env.pc == end && state.execute == 0 {
                return ExitCode::NONE;
            }
            let window = CodeWindow { base: CODE, bytes: code };
            self.builder.start(state.env.pc, S390x::tb_flags(state));
            S390x::translate(window, &self.options, &mut self.builder);
            verify(&self.builder.tb, S390x::layout()).expect("a well-formed block");
            let env: *mut Env = &raw mut state.env;
            // SAFETY: `state` is alive, and nobody else uses it meanwhile.
            unsafe { self.interp.run(&self.builder.tb, env) };
            match state.env.exit_code {
                ExitCode::NONE | ExitCode::LOOKUP => {}
                ExitCode::LOOKUP_AT => state.env.pc = state.env.exit_arg,
                code => {
                    if !S390x::settle(state, code) {
                        state.settle_execute(code);
                        return code;
                    }
                }
            }
        }
        panic!("the code does not end");
    }
}

fn start_state(before: &Says, memory: &mut Memory) -> Box<CpuState> {
    let mut state = S390x::new_state();
    state.env.pc = CODE;
    for r in 0..16 {
        state.gpr[r] =
            before.number(&format!("r{r}"), memory).unwrap_or(0x1111_1111_1111_1111 * r as u64);
    }
    state.set_cc(before.number("cc", memory).unwrap_or(0) as u8);
    state.program_mask = before.number("mask", memory).unwrap_or(0) as u32;
    memory.bytes().fill(0);
    for (at, bytes) in &before.memory {
        let at = (number(at, memory) - memory.base) as usize;
        memory.bytes()[at..at + bytes.len()].copy_from_slice(bytes);
    }
    state
}

fn check(line: &str, engine: &mut Engine, memory: &mut Memory) {
    let (name, rest) = line.split_once(": ").expect("a name");
    let (test, _citation) = rest.split_once(" ; ").expect("a citation");
    let (code, test) = test.split_once('|').expect("the code");
    let (before, after) = test.split_once("=>").expect("an arrow");
    let (code, before, after) =
        (hex(&code.replace(' ', "")), Says::parse(before), Says::parse(after));

    let mut state = start_state(&before, memory);
    let mut want = state.gpr;
    let want_cc = after.number("cc", memory).unwrap_or(u64::from(state.cc()));
    let mut want_memory = memory.bytes().to_vec();
    let exit = engine.run(&mut state, &code);

    for (r, want) in want.iter_mut().enumerate() {
        *want = after.number(&format!("r{r}"), memory).unwrap_or(*want);
        assert_eq!(state.gpr[r], *want, "{name}: r{r} is {:#x}, not {want:#x}", state.gpr[r]);
    }
    assert_eq!(u64::from(state.cc()), want_cc, "{name}: cc");
    for (at, bytes) in &after.memory {
        let at = (number(at, memory) - memory.base) as usize;
        want_memory[at..at + bytes.len()].copy_from_slice(bytes);
    }
    if let Some(at) = memory.bytes().iter().zip(&want_memory).position(|(is, want)| is != want) {
        let (is, want) = (&memory.bytes()[at..], &want_memory[at..]);
        panic!("{name}: memory at M+{at:#x} is {:x?}, not {:x?}", &is[..8], &want[..8]);
    }
    check_exit(name, exit, &state, &after, memory, code.len());
}

fn check_exit(
    name: &str,
    exit: ExitCode,
    state: &CpuState,
    after: &Says,
    memory: &Memory,
    len: usize,
) {
    let trap = Trap::from_exit(exit).map(|trap| u64::from(trap.code));
    assert_eq!(trap, after.number("trap", memory), "{name}: trap ({exit:?})");
    if let Some(dxc) = after.number("dxc", memory) {
        assert_eq!(Trap::from_exit(exit).map(|trap| u64::from(trap.dxc)), Some(dxc), "{name}: dxc");
    }
    let faulted = matches!(exit, ExitCode::FAULT_READ | ExitCode::FAULT_WRITE);
    let fault = faulted.then_some(state.env.exit_arg);
    assert_eq!(fault, after.number("fault", memory), "{name}: fault");
    let stopped = if trap.is_some() || faulted { 0 } else { len as u64 };
    let pc = after
        .number("pc", memory)
        .map_or(CODE + stopped, |pc| if pc < CODE { CODE + pc } else { pc });
    assert_eq!(state.env.pc, pc, "{name}: pc");
}

fn run_all(forward: bool, options: TranslateOptions) {
    tcg_mem::sigsafe_fixup::install().expect("a signal handler");
    let mut memory = Memory::new();
    let mut engine = Engine {
        builder: Builder::new(S390x::layout(), forward),
        interp: Interp::new(S390x::layout()),
        options,
    };
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/s390x");
    let (mut count, mut failed) = (0, Vec::new());
    for file in std::fs::read_dir(folder).expect("the folder of vectors") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("a readable file");
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let run = AssertUnwindSafe(|| check(line, &mut engine, &mut memory));
            if catch_unwind(run).is_err() {
                failed.push(line.to_owned());
            }
            count += 1;
        }
    }
    assert!(failed.is_empty(), "{} of {count}:\n{}", failed.len(), failed.join("\n"));
    assert!(count > 50, "only {count} vectors");
}

#[test]
fn long_blocks() {
    run_all(true, TranslateOptions::default());
}

#[test]
fn without_atomics() {
    run_all(true, TranslateOptions { parallel: false, ..TranslateOptions::default() });
}

#[test]
fn one_instruction_a_block() {
    run_all(true, TranslateOptions { max_insns: 1, ..TranslateOptions::default() });
}

#[test]
fn without_forwarding() {
    run_all(false, TranslateOptions::default());
}
