//! The comparison proper.

use risu_trace::{Block, Ignore, Signal};

/// How a step ended: what the guest program could see.
#[derive(Debug, Clone, Copy)]
pub struct End<'a> {
    /// Program counter: at the checkpoint word, or what the signal handler sees.
    pub pc: u64,
    /// The signal, if the step did not reach a checkpoint.
    pub signal: Option<Signal>,
    /// Registers.
    pub words: &'a [u64],
    /// The scratch area.
    pub memory: &'a [u8],
}

/// Where two ends differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// One ended with a signal and the other without, or the numbers differ.
    Signal,
    /// `si_code`.
    SignalCode,
    /// `si_addr`.
    SignalAddress,
    /// Program counter.
    Pc,
    /// A register word.
    Word(u16),
    /// A byte of the scratch area, by offset.
    Memory(u32),
}

/// One difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub place: Place,
    /// What the reference has.
    pub expected: u64,
    /// What the other one has.
    pub got: u64,
}

/// Bytes of the failing address that Linux on s390x does not tell: it gives the page.
const PAGE_OFFSET: u64 = 0xfff;
const SIGBUS: u8 = 7;
const SIGSEGV: u8 = 11;

/// Finds all differences, but for what the block excludes.
#[must_use]
pub fn compare(block: &Block, expected: &End<'_>, got: &End<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    compare_signals(block, expected.signal, got.signal, &mut found);
    push(&mut found, Place::Pc, expected.pc, got.pc);
    let both_signals = expected.signal.is_some() && got.signal.is_some();
    if both_signals && block.ignore.contains(&Ignore::StateOnSignal) {
        return found;
    }
    for (index, (&a, &b)) in expected.words.iter().zip(got.words).enumerate() {
        let mask = ignored_bits(block, index as u16);
        push(&mut found, Place::Word(index as u16), a & !mask, b & !mask);
    }
    if expected.memory != got.memory {
        compare_memory(block, expected.memory, got.memory, &mut found);
    }
    found
}

fn push(found: &mut Vec<Difference>, place: Place, expected: u64, got: u64) {
    if expected != got {
        found.push(Difference { place, expected, got });
    }
}

fn compare_signals(
    block: &Block,
    expected: Option<Signal>,
    got: Option<Signal>,
    found: &mut Vec<Difference>,
) {
    let number = |signal: Option<Signal>| signal.map_or(0, |s| u64::from(s.number));
    push(found, Place::Signal, number(expected), number(got));
    let (Some(a), Some(b)) = (expected, got) else { return };
    if a.number != b.number {
        return;
    }
    push(found, Place::SignalCode, a.code as u64, b.code as u64);
    let unknown = if matches!(a.number, SIGSEGV | SIGBUS) { PAGE_OFFSET } else { 0 };
    if !block.ignore.contains(&Ignore::SignalAddress) {
        push(found, Place::SignalAddress, a.addr & !unknown, b.addr & !unknown);
    }
}

fn ignored_bits(block: &Block, word: u16) -> u64 {
    let of_word = |ignore: &Ignore| match ignore {
        Ignore::Word(index, mask) if *index == word => *mask,
        _ => 0,
    };
    block.ignore.iter().map(of_word).fold(0, |all, mask| all | mask)
}

fn compare_memory(block: &Block, expected: &[u8], got: &[u8], found: &mut Vec<Difference>) {
    const CHUNK: usize = 64;
    let chunks = expected.chunks(CHUNK).zip(got.chunks(CHUNK)).enumerate();
    for (number, (expected, got)) in chunks.filter(|(_, (expected, got))| expected != got) {
        compare_bytes(block, number * CHUNK, expected, got, found);
    }
}

/// Compares bytes that begin at offset `start`.
fn compare_bytes(
    block: &Block,
    start: usize,
    expected: &[u8],
    got: &[u8],
    found: &mut Vec<Difference>,
) {
    for (at, (&a, &b)) in expected.iter().zip(got).enumerate() {
        let offset = (start + at) as u32;
        let ignored = block.ignore.iter().any(|ignore| match ignore {
            Ignore::Memory(from, len) => offset.wrapping_sub(*from) < *len,
            _ => false,
        });
        if !ignored {
            push(found, Place::Memory(offset), u64::from(a), u64::from(b));
        }
    }
}
