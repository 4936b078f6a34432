//! Proven faults of reference hosts.
//!
//! A fault explains a mismatch only if its row, and all places that differ, are among those the
//! list names; the proofs are in `docs/src/qemu-faults.md`.
//! The same list says which rows the reference lacks, and what streams for it must leave out.

use regex::Regex;
use risu_trace::{Guest, Signal, s390x as layout};

use crate::compare::{Difference, End, Place};
use crate::findings::Case;
use crate::tables::find_row;

/// Name of the fault of a reference that did not get to the end of a step.
const REFERENCE_DIED: &str = "reference-died";

/// In the name of a reference: QEMU's release before the one that the list of aarch64 is of.
const QEMU_10: &str = "qemu-user 10";

/// The faults of one reference.
#[derive(Debug, Default)]
pub struct Faults {
    faults: Vec<Fault>,
    /// Rows that the reference does not have.
    lacks: Option<Regex>,
}

#[derive(Debug)]
struct Fault {
    /// Name, which is the heading of the proof.
    name: String,
    /// Rows, matched as a whole.
    rows: Regex,
    /// Places that it may change.
    places: Vec<Allowed>,
    /// What the reference must have done.
    when: Vec<When>,
    /// What long runs for this reference do about the rows.
    runs: Runs,
    /// The rows are no targets of execute-type instructions in streams for this reference.
    not_executed: bool,
    /// The reference does not have the rows at all.
    lacks: bool,
}

/// What becomes of rows in long runs, where one wrong instruction spoils the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Runs {
    /// They stand there like others.
    In,
    /// They do not stand there.
    Out,
    /// The next instruction reads their condition code.
    ReadCc,
    /// They stand there with these masks of the FPC off.
    MasksOff(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Allowed {
    Signal,
    SignalCode,
    SignalAddress,
    Pc,
    Memory,
    /// Bits of the registers of a file.
    Registers(Guest, &'static str, u64),
}

/// A condition on the signals and inputs of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    /// The reference's signal; 0 for none.
    Expected(u8),
    /// The other's signal; 0 for none.
    Got(u8),
    /// The reference's `si_code`.
    ExpectedCode(i32),
    /// The reference's `si_addr`.
    ExpectedAddress(u64),
    /// The other's `si_code`.
    GotCode(i32),
    /// Some of these bits of a register word were on at the entry.
    Before(usize, u64),
    /// The odd register of the pair in the first field was zero at the entry: nothing to do.
    PairEmpty,
    /// The program counter ended at an odd address.
    OddPc,
    /// Some of these bits of the first register field were on.
    R1Field(u64),
    /// The reference stopped at this byte of the second operand, which a register points to.
    StoppedAt(u8),
    /// The second operand, of which registers give address and length, had these two bytes at the
    /// entry (value and mask).
    Source(u16, u16),
}

/// Why a list of faults cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of the list of faults: {what}")]
pub struct FaultsError {
    line: usize,
    what: String,
}

impl Faults {
    /// The faults that the reference with this name (a host's own description) has in streams of a
    /// guest; none if it is none that has a list.
    ///
    /// # Errors
    ///
    /// If a built-in list has a mistake, which a test excludes.
    pub fn of_host(guest: Guest, name: &str) -> Result<Faults, FaultsError> {
        if !name.to_lowercase().contains("qemu") {
            return Ok(Faults::default());
        }
        let list = match guest {
            Guest::S390x => include_str!("../faults/qemu-s390x.txt"),
            Guest::Aarch64 => include_str!("../faults/qemu-aarch64.txt"),
        };
        let mut faults = Faults::parse(guest, list)?;
        if guest == Guest::Aarch64 && name.contains(QEMU_10) {
            faults.append(Faults::parse(guest, include_str!("../faults/qemu10-aarch64.txt"))?);
        }
        Ok(faults)
    }

    fn append(&mut self, more: Faults) {
        self.faults.extend(more.faults);
        self.lacks = rows_of(&self.faults, |fault| fault.lacks);
    }

    /// Reads a list; the built-in one says what its lines are.
    ///
    /// # Errors
    ///
    /// If a line is none of these.
    pub fn parse(guest: Guest, text: &str) -> Result<Faults, FaultsError> {
        let mut faults = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or("").trim();
            if !line.is_empty() {
                let error = |what| FaultsError { line: number + 1, what };
                faults.push(Fault::parse(guest, line).map_err(error)?);
            }
        }
        let lacks = rows_of(&faults, |fault| fault.lacks);
        Ok(Faults { faults, lacks })
    }

    /// Whether nothing is known about the reference: then every row that it refuses counts as one
    /// that it does not have.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }

    /// Rows that the reference does not have.
    #[must_use]
    pub fn lacks(&self) -> Option<&Regex> {
        self.lacks.as_ref()
    }

    /// Rows that long runs must leave out.
    #[must_use]
    pub fn not_in_runs(&self) -> Option<Regex> {
        rows_of(&self.faults, |fault| fault.runs == Runs::Out)
    }

    /// Rows that no execute-type instruction may have as its target.
    #[must_use]
    pub fn not_executed(&self) -> Option<Regex> {
        rows_of(&self.faults, |fault| fault.not_executed)
    }

    /// Rows whose condition code must be read at once in long runs.
    #[must_use]
    pub fn read_cc(&self) -> Option<Regex> {
        rows_of(&self.faults, |fault| fault.runs == Runs::ReadCc)
    }

    /// Masks of the FPC that must be off in long runs.
    #[must_use]
    pub fn masks_off(&self) -> u64 {
        let bits = |fault: &Fault| match fault.runs {
            Runs::MasksOff(bits) => bits,
            Runs::In | Runs::Out | Runs::ReadCc => 0,
        };
        self.faults.iter().fold(0, |all, fault| all | bits(fault))
    }

    /// The names, in the order of the list.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.faults.iter().map(|fault| fault.name.as_str())
    }

    pub(crate) fn explain(
        &self,
        row: &str,
        case: &Case<'_>,
        expected: &End<'_>,
        got: &End<'_>,
        differences: &[Difference],
    ) -> Option<&str> {
        if expected.signal.is_some_and(|s| s.number == Signal::HOST_FAILED) {
            return Some(REFERENCE_DIED);
        }
        let explains = |fault: &&Fault| {
            fault.rows.is_match(row)
                && fault.when.iter().all(|when| when.holds(case, expected, got))
                && differences.iter().all(|d| fault.places.iter().any(|p| p.covers(d)))
        };
        self.faults.iter().find(explains).map(|fault| fault.name.as_str())
    }
}

/// One expression for the rows of the faults that are chosen.
fn rows_of(faults: &[Fault], chosen: impl Fn(&Fault) -> bool) -> Option<Regex> {
    let rows = faults.iter().filter(|f| chosen(f)).map(|f| f.rows.as_str());
    let all = rows.collect::<Vec<_>>().join("|");
    // Each of them was an expression of its own.
    if all.is_empty() { None } else { Regex::new(&all).ok() }
}

impl Fault {
    fn parse(guest: Guest, line: &str) -> Result<Fault, String> {
        let mut parts = line.split_whitespace();
        let name = parts.next().unwrap_or("").to_owned();
        let rows = Regex::new("^$").map_err(|e| e.to_string())?;
        let (places, when) = (Vec::new(), Vec::new());
        let (runs, not_executed, lacks) = (Runs::In, false, false);
        let mut fault = Fault { name, rows, places, when, runs, not_executed, lacks };
        for part in parts {
            match part.split_once('=') {
                Some(("rows", list)) => {
                    fault.rows = whole(list)?;
                }
                Some(("runs", what)) => fault.runs = Runs::parse(what)?,
                Some(("places", list)) => {
                    let place = |text| Allowed::parse(guest, text);
                    fault.places = list.split(',').map(place).collect::<Result<_, _>>()?;
                }
                Some(("when", list)) => {
                    let when = |text| When::parse(guest, text);
                    fault.when = list.split(',').map(when).collect::<Result<_, _>>()?;
                }
                None if part == "not-executed" => fault.not_executed = true,
                None if part == "lacks" => (fault.lacks, fault.runs) = (true, Runs::Out),
                _ => return Err(format!("unknown part {part}")),
            }
        }
        Ok(fault)
    }
}

/// An expression that matches names as a whole.
fn whole(text: &str) -> Result<Regex, String> {
    Regex::new(&format!("^(?:{text})$")).map_err(|error| error.to_string())
}

fn number(text: &str) -> Result<u64, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| format!("not a number: {text}"))
}

impl Runs {
    fn parse(text: &str) -> Result<Runs, String> {
        match text.split_once(':') {
            None if text == "out" => Ok(Runs::Out),
            None if text == "read-cc" => Ok(Runs::ReadCc),
            Some(("masks-off", bits)) => Ok(Runs::MasksOff(number(bits)?)),
            _ => Err(format!("unknown rule for runs {text}")),
        }
    }
}

impl Allowed {
    fn parse(guest: Guest, text: &str) -> Result<Allowed, String> {
        let (name, bits) = text.split_once(':').unwrap_or((text, "0xffffffffffffffff"));
        Ok(match name {
            "signal" => Allowed::Signal,
            "si_code" => Allowed::SignalCode,
            "si_addr" => Allowed::SignalAddress,
            "pc" => Allowed::Pc,
            "memory" => Allowed::Memory,
            _ => {
                let mut files = registers(guest).map(|index| guest.reg_info(index).file);
                let file = files.find(|file| *file == name);
                let file = file.ok_or_else(|| format!("unknown place {name}"))?;
                Allowed::Registers(guest, file, number(bits)?)
            }
        })
    }

    fn covers(self, difference: &Difference) -> bool {
        let bits = difference.expected ^ difference.got;
        match (self, difference.place) {
            (Allowed::Signal, Place::Signal)
            | (Allowed::SignalCode, Place::SignalCode)
            | (Allowed::SignalAddress, Place::SignalAddress)
            | (Allowed::Pc, Place::Pc)
            | (Allowed::Memory, Place::Memory(_)) => true,
            (Allowed::Registers(guest, file, mask), Place::Word(index)) => {
                guest.reg_info(usize::from(index)).file == file && bits & !mask == 0
            }
            _ => false,
        }
    }
}

/// Indices of all register words.
fn registers(guest: Guest) -> std::ops::Range<usize> {
    0..*guest.n_words().end()
}

impl When {
    fn parse(guest: Guest, text: &str) -> Result<When, String> {
        let (name, value) =
            text.split_once(':').ok_or(format!("condition without value {text}"))?;
        if name == "source" {
            let (bytes, mask) = value.split_once('/').unwrap_or((value, "0xffff"));
            return Ok(When::Source(number(bytes)? as u16, number(mask)? as u16));
        }
        let value = number(value)?;
        Ok(match name {
            "expected" => When::Expected(value as u8),
            "got" => When::Got(value as u8),
            "expected_code" => When::ExpectedCode(value as i32),
            "expected_addr" => When::ExpectedAddress(value),
            "got_code" => When::GotCode(value as i32),
            "pair_empty" => When::PairEmpty,
            "odd_pc" => When::OddPc,
            "r1_field" => When::R1Field(value),
            "stopped_at" => When::StoppedAt(value as u8),
            _ => {
                let unknown = || format!("unknown condition {name}");
                let register = name.strip_suffix("_before").ok_or_else(unknown)?;
                let named = |index: &usize| guest.reg_info(*index).to_string() == register;
                When::Before(registers(guest).find(named).ok_or_else(unknown)?, value)
            }
        })
    }

    fn holds(self, case: &Case<'_>, expected: &End<'_>, got: &End<'_>) -> bool {
        let word = |index: usize| case.before.words.get(index).copied().unwrap_or(0);
        match self {
            When::Expected(n) => expected.signal.map_or(0, |s| s.number) == n,
            When::Got(n) => got.signal.map_or(0, |s| s.number) == n,
            When::ExpectedCode(n) => expected.signal.is_some_and(|s| s.code == n),
            When::ExpectedAddress(a) => expected.signal.is_some_and(|s| s.addr == a),
            When::GotCode(n) => got.signal.is_some_and(|s| s.code == n),
            When::Before(index, bits) => word(index) & bits != 0,
            When::PairEmpty => {
                register(case, "r1").is_some_and(|r| word(layout::GPR + (r | 1)) == 0)
            }
            When::OddPc => got.pc & 1 != 0,
            When::R1Field(bits) => register(case, "r1").is_some_and(|r| r as u64 & bits != 0),
            When::StoppedAt(byte) => source(case, expected.words, expected.memory)
                .is_some_and(|source| source.first() == Some(&byte)),
            When::Source(bytes, mask) => source(case, &case.before.words, &case.before.memory)
                .is_some_and(|source| {
                    source
                        .windows(2)
                        .any(|two| u16::from_be_bytes([two[0], two[1]]) & mask == bytes)
                }),
        }
    }
}

/// Register in a field of the instruction under test.
fn register(case: &Case<'_>, field: &str) -> Option<usize> {
    let block = case.manifest.blocks.get(case.block as usize)?;
    let offset = block.words.first()?.offset as usize;
    let code = case.manifest.image.get(offset..)?;
    let (row, word) = find_row(case.manifest.header.guest, code)?;
    Some(row.field(field)?.raw(word) as usize)
}

/// The bytes from where the second operand's register points to, as long as the next register
/// says: of the scratch area, and one of the zeros behind it.
fn source(case: &Case<'_>, words: &[u64], memory: &[u8]) -> Option<Vec<u8>> {
    let number = layout::GPR + register(case, "r2")?;
    let (addr, len) = (*words.get(number)?, *words.get(number | 1)?);
    let start = usize::try_from(addr.checked_sub(case.manifest.header.scratch()?.addr)?).ok()?;
    let mut bytes = memory.get(start..)?.to_vec();
    bytes.push(0);
    bytes.truncate(usize::try_from(len).unwrap_or(usize::MAX));
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_lists_can_be_read_and_are_proven() {
        let proofs = include_str!("../../../docs/src/qemu-faults.md");
        for guest in Guest::ALL {
            let faults = Faults::of_host(guest, QEMU_10).unwrap();
            for name in faults.names() {
                let told = [format!("| {name} |"), format!("`{name}`")];
                assert!(told.iter().any(|text| proofs.contains(text)), "{name} has no proof");
            }
        }
    }

    #[test]
    fn the_list_says_what_streams_leave_out() {
        let text = "a rows=spm runs=out\nb rows=lgg|lmd lacks\nc rows=cebr runs=read-cc";
        let faults = Faults::parse(Guest::S390x, text).unwrap();
        let matches = |rows: Option<Regex>, row| rows.is_some_and(|rows| rows.is_match(row));
        let lacks = faults.lacks().unwrap();
        assert!(lacks.is_match("lmd") && !lacks.is_match("lm"));
        assert!(matches(faults.not_in_runs(), "spm") && matches(faults.not_in_runs(), "lgg"));
        assert!(matches(faults.read_cc(), "cebr") && !matches(faults.read_cc(), "spm"));
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let error = Faults::parse(Guest::S390x, "# fine\nx rows=a places=nowhere").unwrap_err();
        assert_eq!(error.to_string(), "line 2 of the list of faults: unknown place nowhere");
    }
}
