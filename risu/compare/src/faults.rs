//! Proven faults of reference hosts.
//!
//! A fault explains a mismatch only if its row, and all places that differ, are among those the
//! list names; the proofs are in `docs/src/qemu-faults.md`.

use regex::Regex;
use risu_trace::{Meaning, s390x as layout};

use crate::compare::{Difference, End, Place};
use crate::findings::Case;

/// The faults of one reference.
#[derive(Debug, Default)]
pub struct Faults {
    faults: Vec<Fault>,
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
    /// A row that must stand in the block, for runs.
    has: Option<Regex>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Allowed {
    Signal,
    SignalCode,
    SignalAddress,
    Pc,
    Gpr,
    Fpr,
    Ar,
    Memory,
    /// Bits of the FPC.
    Fpc(u64),
    /// Bits of the PSW word.
    Psw(u64),
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
    /// The other's `si_code`.
    GotCode(i32),
    /// Some of these bits of the FPC were on at the entry.
    FpcBefore(u64),
    /// Some of these bits of the PSW word were on at the entry.
    PswBefore(u64),
    /// The odd register of the pair in the first field was zero at the entry: nothing to do.
    PairEmpty,
    /// The program counter ended at an odd address.
    OddPc,
}

/// Why a list of faults cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of the list of faults: {what}")]
pub struct FaultsError {
    line: usize,
    what: String,
}

impl Faults {
    /// The faults of the reference with this name (a host's own description), none if it is none
    /// that has a list.
    ///
    /// # Errors
    ///
    /// If a built-in list has a mistake, which a test excludes.
    pub fn of_host(name: &str) -> Result<Faults, FaultsError> {
        if name.to_lowercase().contains("qemu") {
            return Faults::parse(include_str!("../faults/qemu-s390x.txt"));
        }
        Ok(Faults::default())
    }

    /// Reads a list: `name rows=REGEX places=LIST [when=LIST] [has=REGEX]` on each line, `#` for comments.
    ///
    /// # Errors
    ///
    /// If a line is none of these.
    pub fn parse(text: &str) -> Result<Faults, FaultsError> {
        let mut faults = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or("").trim();
            if !line.is_empty() {
                let error = |what| FaultsError { line: number + 1, what };
                faults.push(Fault::parse(line).map_err(error)?);
            }
        }
        Ok(Faults { faults })
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
        let explains = |fault: &&Fault| {
            fault.rows.is_match(row)
                && fault.has.as_ref().is_none_or(|has| holds_row(case, has))
                && fault.when.iter().all(|when| when.holds(case, expected, got))
                && differences.iter().all(|d| fault.places.iter().any(|p| p.covers(d)))
        };
        self.faults.iter().find(explains).map(|fault| fault.name.as_str())
    }
}

impl Fault {
    fn parse(line: &str) -> Result<Fault, String> {
        let mut parts = line.split_whitespace();
        let name = parts.next().unwrap_or("").to_owned();
        let rows = Regex::new("^$").map_err(|e| e.to_string())?;
        let (places, when) = (Vec::new(), Vec::new());
        let mut fault = Fault { name, rows, places, when, has: None };
        for part in parts {
            match part.split_once('=') {
                Some(("rows", list)) => {
                    fault.rows = whole(list)?;
                }
                Some(("has", list)) => fault.has = Some(whole(list)?),
                Some(("places", list)) => {
                    fault.places = list.split(',').map(Allowed::parse).collect::<Result<_, _>>()?;
                }
                Some(("when", list)) => {
                    fault.when = list.split(',').map(When::parse).collect::<Result<_, _>>()?;
                }
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

/// Whether an instruction of the block has a row that matches.
fn holds_row(case: &Case<'_>, has: &Regex) -> bool {
    let block = case.manifest.blocks.get(case.block as usize);
    block.is_some_and(|block| {
        block.words.iter().any(|word| match &word.meaning {
            Meaning::Insn(row) | Meaning::Target(row) => has.is_match(row),
            _ => false,
        })
    })
}

fn number(text: &str) -> Result<u64, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| format!("not a number: {text}"))
}

impl Allowed {
    fn parse(text: &str) -> Result<Allowed, String> {
        let (name, bits) = text.split_once(':').unwrap_or((text, "0xffffffff"));
        Ok(match name {
            "signal" => Allowed::Signal,
            "si_code" => Allowed::SignalCode,
            "si_addr" => Allowed::SignalAddress,
            "pc" => Allowed::Pc,
            "gpr" => Allowed::Gpr,
            "fpr" => Allowed::Fpr,
            "ar" => Allowed::Ar,
            "memory" => Allowed::Memory,
            "fpc" => Allowed::Fpc(number(bits)?),
            "psw" => Allowed::Psw(number(bits)?),
            _ => return Err(format!("unknown place {name}")),
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
            (_, Place::Word(index)) => match (self, usize::from(index)) {
                (Allowed::Gpr, layout::GPR..layout::FPR)
                | (Allowed::Fpr, layout::FPR..layout::AR)
                | (Allowed::Ar, layout::AR..layout::FPC) => true,
                (Allowed::Fpc(mask), layout::FPC) | (Allowed::Psw(mask), layout::PSW) => {
                    bits & !mask == 0
                }
                _ => false,
            },
            _ => false,
        }
    }
}

impl When {
    fn parse(text: &str) -> Result<When, String> {
        let (name, value) =
            text.split_once(':').ok_or(format!("condition without value {text}"))?;
        let value = number(value)?;
        Ok(match name {
            "expected" => When::Expected(value as u8),
            "got" => When::Got(value as u8),
            "expected_code" => When::ExpectedCode(value as i32),
            "got_code" => When::GotCode(value as i32),
            "fpc_before" => When::FpcBefore(value),
            "psw_before" => When::PswBefore(value),
            "pair_empty" => When::PairEmpty,
            "odd_pc" => When::OddPc,
            _ => return Err(format!("unknown condition {name}")),
        })
    }

    fn holds(self, case: &Case<'_>, expected: &End<'_>, got: &End<'_>) -> bool {
        let word = |index: usize| case.before.words.get(index).copied().unwrap_or(0);
        match self {
            When::Expected(n) => expected.signal.map_or(0, |s| s.number) == n,
            When::Got(n) => got.signal.map_or(0, |s| s.number) == n,
            When::ExpectedCode(n) => expected.signal.is_some_and(|s| s.code == n),
            When::GotCode(n) => got.signal.is_some_and(|s| s.code == n),
            When::FpcBefore(bits) => word(layout::FPC) & bits != 0,
            When::PswBefore(bits) => word(layout::PSW) & bits != 0,
            When::PairEmpty => first_register(case).is_some_and(|r| word(layout::GPR | r | 1) == 0),
            When::OddPc => got.pc & 1 != 0,
        }
    }
}

/// Register in the first register field of the instruction under test.
fn first_register(case: &Case<'_>) -> Option<usize> {
    let block = case.manifest.blocks.get(case.block as usize)?;
    let offset = block.words.first()?.offset as usize;
    let bytes = case.manifest.image.get(offset..)?.first_chunk::<8>()?;
    let word = u64::from_be_bytes(*bytes);
    let field = isa::s390x::find_row(word)?.field("r1")?;
    Some(field.raw(word) as usize & 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_list_can_be_read() {
        let faults = Faults::of_host("qemu").unwrap();
        assert!(faults.names().count() > 0);
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let error = Faults::parse("# fine\nx rows=a places=nowhere").unwrap_err();
        assert_eq!(error.to_string(), "line 2 of the list of faults: unknown place nowhere");
    }
}
