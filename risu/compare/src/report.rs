//! A mismatch in words.

use std::fmt;

use risu_trace::{BlockKind, Delta, Guest, Manifest, Meaning, Signal, State};
use serde::{Deserialize, Serialize};

use crate::compare::{Difference, Place};
use crate::tables::{code_text, disassemble};

/// Longest list of instructions that is printed, in lines.
const MAX_LINES: usize = 40;
/// Most bytes of memory that are printed.
const MAX_BYTES: usize = 24;

/// Stands for the row of long blocks.
const RUN: &str = "run";

/// Everything about one mismatch.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// Number of the step in its stream.
    pub step: u64,
    /// Seed of the stream.
    pub seed: u64,
    /// Who generated the stream, and the command that makes it again.
    pub origin: String,
    /// Name of the row under test, `run` for long blocks, `illegal` for encodings without row.
    pub row: String,
    /// Address and disassembly of the code.
    pub code: Vec<String>,
    /// Registers before the step; not told if a known fault of the reference explains it.
    pub inputs: Vec<RegisterChange>,
    /// Bytes that were prepared in the scratch area, by offset, in hexadecimal; likewise.
    pub memory_inputs: Vec<(u32, String)>,
    /// What differs.
    pub differences: Vec<DifferenceText>,
    /// How the reference ended.
    pub expected_end: String,
    /// How the other one ended.
    pub got_end: String,
}

/// A register and a value.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RegisterChange {
    /// Name of the register.
    pub register: String,
    /// Its value, in hexadecimal.
    pub value: String,
}

/// A difference, printed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DifferenceText {
    /// Where.
    pub place: String,
    /// What the reference has.
    pub expected: String,
    /// What the other one has.
    pub got: String,
    /// The bits that differ.
    pub bits: String,
}

/// What a report is made from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mismatch<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) step: u64,
    pub(crate) block: u32,
    pub(crate) patch: &'a Delta,
    /// State at the entry of the block.
    pub(crate) before: &'a State,
    pub(crate) expected: (u64, Option<Signal>),
    pub(crate) got: (u64, Option<Signal>),
    pub(crate) differences: &'a [Difference],
    /// Whether somebody will look for the reason.
    pub(crate) in_full: bool,
}

impl Report {
    pub(crate) fn new(mismatch: &Mismatch<'_>) -> Report {
        let manifest = mismatch.manifest;
        let guest = manifest.header.guest;
        let told = |n| if mismatch.in_full { n } else { 0 };
        let inputs = mismatch.before.words.iter().enumerate().take(told(usize::MAX));
        let memory = mismatch.patch.iter_pieces().take(told(usize::MAX));
        Report {
            step: mismatch.step,
            seed: manifest.header.seed,
            origin: manifest.header.origin.clone(),
            row: row_of(manifest, mismatch.block).to_owned(),
            code: code_lines(manifest, mismatch.block),
            inputs: inputs.map(|(index, &value)| register(guest, index, value)).collect(),
            memory_inputs: memory.map(|(offset, bytes)| (offset, hex(bytes))).collect(),
            differences: mismatch.differences.iter().map(|d| difference(guest, d)).collect(),
            expected_end: end_text(mismatch.expected.0, mismatch.expected.1),
            got_end: end_text(mismatch.got.0, mismatch.got.1),
        }
    }
}

/// Name of the row that a block tests.
pub(crate) fn row_of(manifest: &Manifest, block: u32) -> &str {
    let Some(block) = manifest.blocks.get(block as usize) else { return "?" };
    match (block.kind, block.words.as_slice()) {
        (BlockKind::Run, _) => RUN,
        (BlockKind::Execute, [_, target, ..]) => meaning_name(&target.meaning),
        (_, [first, ..]) => meaning_name(&first.meaning),
        (_, []) => "?",
    }
}

fn meaning_name(meaning: &Meaning) -> &str {
    match meaning {
        Meaning::Insn(row) | Meaning::Target(row) => row,
        Meaning::Check => "check",
        Meaning::Illegal => "illegal",
    }
}

fn code_lines(manifest: &Manifest, block: u32) -> Vec<String> {
    let Some(block) = manifest.blocks.get(block as usize) else { return Vec::new() };
    let line = |word: &risu_trace::Word| {
        let addr = manifest.header.base + u64::from(word.offset);
        let end = word.offset as usize + usize::from(word.len);
        let bytes = manifest.image.get(word.offset as usize..end).unwrap_or_default();
        format!(
            "{addr:#x}  {:12}  {}",
            code_text(manifest.header.guest, bytes),
            disassemble(manifest, word.offset)
        )
    };
    block.words.iter().map(line).collect()
}

fn register(guest: Guest, index: usize, value: u64) -> RegisterChange {
    let info = guest.reg_info(index);
    let digits = usize::from(info.width_bits).div_ceil(4);
    RegisterChange { register: info.to_string(), value: format!("{value:0digits$x}") }
}

fn difference(guest: Guest, difference: &Difference) -> DifferenceText {
    let (place, digits) = match difference.place {
        Place::Word(index) => {
            let info = guest.reg_info(usize::from(index));
            (info.to_string(), usize::from(info.width_bits).div_ceil(4))
        }
        Place::Memory(offset) => (format!("scratch+{offset:#x}"), 2),
        Place::Signal => ("signal".to_owned(), 1),
        Place::SignalCode => ("si_code".to_owned(), 1),
        Place::SignalAddress => ("si_addr".to_owned(), 16),
        Place::Pc => ("pc".to_owned(), 16),
    };
    DifferenceText {
        place,
        expected: format!("{:0digits$x}", difference.expected),
        got: format!("{:0digits$x}", difference.got),
        bits: format!("{:0digits$x}", difference.expected ^ difference.got),
    }
}

/// How a step ended, for people.
#[must_use]
pub fn end_text(pc: u64, signal: Option<Signal>) -> String {
    match signal {
        None => format!("checkpoint at {pc:#x}"),
        Some(Signal { number: Signal::HOST_FAILED, code, .. }) => {
            format!("the host failed (wait status {code:#x}) in the block at {pc:#x}")
        }
        Some(Signal { number, code, addr }) => {
            let name = match number {
                0 => "no end",
                4 => "SIGILL",
                5 => "SIGTRAP",
                7 => "SIGBUS",
                8 => "SIGFPE",
                11 => "SIGSEGV",
                _ => "signal",
            };
            format!("{name} ({number}) si_code {code} si_addr {addr:#x}, pc {pc:#x}")
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Report {
    /// How to see it again.
    fn fmt_commands(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = self.step;
        writeln!(f, "  stream:    {}", self.origin)?;
        writeln!(f, "  look:      risu dump TRACE --from {step} --steps 1")?;
        if self.row == RUN {
            writeln!(f, "  shorten:   risu minimize TRACE --step {step} -o STREAM")?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: seed {} step {}", self.row, self.seed, self.step)?;
        for line in self.code.iter().take(MAX_LINES) {
            writeln!(f, "  {line}")?;
        }
        if self.code.len() > MAX_LINES {
            writeln!(f, "  … {} more", self.code.len() - MAX_LINES)?;
        }
        writeln!(f, "  before:")?;
        for four in self.inputs.chunks(4) {
            let line = four.iter().map(|r| format!("{:>4} {:16}", r.register, r.value));
            writeln!(f, "   {}", line.collect::<Vec<_>>().join(" ").trim_end())?;
        }
        for (offset, bytes) in &self.memory_inputs {
            let shown: String = bytes.chars().take(96).collect();
            let more = if shown.len() < bytes.len() { "…" } else { "" };
            writeln!(f, "    scratch+{offset:#x}: {shown}{more}")?;
        }
        writeln!(f, "  reference: {}", self.expected_end)?;
        writeln!(f, "  here:      {}", self.got_end)?;
        writeln!(f, "  {:>14} {:>16} {:>16} {:>16}", "", "reference", "here", "bits")?;
        for d in self.differences.iter().take(MAX_BYTES) {
            writeln!(f, "  {:>14} {:>16} {:>16} {:>16}", d.place, d.expected, d.got, d.bits)?;
        }
        if self.differences.len() > MAX_BYTES {
            writeln!(f, "  … {} more", self.differences.len() - MAX_BYTES)?;
        }
        self.fmt_commands(f)
    }
}
