//! Choosing the fields of an instruction.

use isa::row::{Constraint, Field, Kind, MemLen, Operand, Place, Row};
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;

use crate::rng::Rng;
use crate::values;

/// Chooses all fields at random; `legal` says whether the row's constraints are kept.
pub(crate) fn choose_word(rng: &mut Rng, row: &'static Row, legal: bool) -> u64 {
    let mut word = row.value;
    let mut registers = Vec::new();
    for field in row.format.fields {
        let raw = choose_field(rng, row, field, &mut registers);
        word = field.with_raw(word, raw);
    }
    word = word & !row.mask | row.value;
    if legal { make_legal(rng, row, word) } else { word }
}

/// Whether the first letter of the field's name says register.
fn is_register(field: &Field) -> bool {
    field.name.starts_with(['r', 'b', 'x']) && !field.name.starts_with("ri")
}

fn choose_field(rng: &mut Rng, row: &Row, field: &Field, registers: &mut Vec<u64>) -> u64 {
    if !is_register(field) {
        return values::field(rng, field.bits());
    }
    let may_be_none = field.name.starts_with(['b', 'x']);
    let memory = row.operands.iter().any(|o| matches!(o.kind, Kind::Mem(_)));
    let none_in = if field.name.starts_with('x') { 2 } else { 40 };
    if may_be_none && memory && rng.random_ratio(1, none_in) {
        return 0;
    }
    let earlier = if rng.random_ratio(1, 4) { registers.choose(rng).copied() } else { None };
    let mut number = earlier.unwrap_or_else(|| rng.random_range(0..16));
    if may_be_none && memory && number == 0 {
        number = 1 + rng.random_range(0..15);
    }
    registers.push(number);
    number
}

/// Changes fields until the row's constraints hold.
fn make_legal(rng: &mut Rng, row: &'static Row, mut word: u64) -> u64 {
    for _ in 0..8 {
        for constraint in row.constraints {
            if !constraint.holds(row.format, word) {
                word = repair(rng, row, word, constraint);
            }
        }
        if row.valid(word) {
            break;
        }
    }
    word
}

/// Makes a legal value of a field from a random or the present one.
type Repair<'a> = &'a dyn Fn(&mut Rng, u64) -> u64;

fn repair(rng: &mut Rng, row: &'static Row, word: u64, constraint: &Constraint) -> u64 {
    let (name, ask): (&str, Repair<'_>) = match constraint {
        Constraint::Even(f) => (f, &|_, v| v & !1),
        Constraint::Odd(f) => (f, &|_, v| v | 1),
        Constraint::FpPair(f) => (f, &|_, v| v & !2),
        Constraint::Zero(f) => (f, &|_, _| 0),
        Constraint::AtMost(f, n) => (f, &move |rng, _| rng.random_range(0..=u64::from(*n))),
        Constraint::Rounding(f) => (f, &|rng, _| [0, 1, 3, 4, 5, 6, 7][rng.random_range(0..7)]),
        Constraint::NotZero(f) | Constraint::Differ(f, _) => (f, &|rng, _| rng.random::<u64>()),
        Constraint::DifferBase(..)
        | Constraint::Distinct(..)
        | Constraint::Reserved(..)
        | Constraint::BitMask(..) => {
            return word; // no table of this guest has them
        }
    };
    match row.field(name) {
        Some(field) => field.with_raw(word, ask(rng, field.raw(word))),
        None => word,
    }
}

/// Value of a field by name, 0 if there is none.
pub(crate) fn raw(row: &Row, word: u64, name: &str) -> u64 {
    row.field(name).map_or(0, |f| f.raw(word))
}

/// The register that holds an operand, if it is in one.
pub(crate) fn register(row: &Row, word: u64, operand: &Operand) -> Option<usize> {
    match operand.place {
        Place::Field(name) => Some(raw(row, word, name) as usize & 15),
        Place::Implied(number) => Some(usize::from(number) & 15),
        Place::Storage { .. } | Place::Memory { .. } => None,
    }
}

/// Length in bytes of a storage operand; lengths that data decide are taken as 16.
pub(crate) fn length(row: &Row, word: u64, len: MemLen) -> u64 {
    match len {
        MemLen::Bytes(n) => u64::from(n),
        MemLen::Shifted(n, f) => u64::from(n) << raw(row, word, f),
        MemLen::Field(f) | MemLen::FieldDown(f) => raw(row, word, f) + 1,
        MemLen::Registers { from, to, size } => {
            let span = raw(row, word, to).wrapping_sub(raw(row, word, from)) & 15;
            (span + 1) * u64::from(size)
        }
        MemLen::MaskBits(f) => u64::from(raw(row, word, f).count_ones()).max(1),
        MemLen::Dynamic => 16,
    }
}

/// Whether two operands share a general register, or one is also a base: what an instruction that
/// updates its registers as it goes then does depends on how far it goes at a time.
pub(crate) fn overlaps(row: &Row, word: u64) -> bool {
    let mut seen = 0u16;
    for operand in row.operands {
        let mask = match (operand.place, register(row, word, operand)) {
            (Place::Storage { base, .. }, _) => match raw(row, word, base) {
                0 => 0,
                number => 1 << number,
            },
            (_, Some(number)) => operand_registers(operand.kind, number),
            _ => 0,
        };
        if seen & mask != 0 {
            return true;
        }
        seen |= mask;
    }
    false
}

/// The general registers of an operand that stands in register `number`.
fn operand_registers(kind: Kind, number: usize) -> u16 {
    match kind {
        Kind::GrPair32 | Kind::GrPair64 | Kind::PointerLen(_) | Kind::PointerLen24(_) => {
            1 << number | 1 << (number | 1)
        }
        Kind::Gr8
        | Kind::Gr16
        | Kind::Gr32
        | Kind::Gr64
        | Kind::GrHigh
        | Kind::GrTarget
        | Kind::Pointer(_) => 1 << number,
        _ => 0,
    }
}

/// General registers that the instruction names or implies, and those that it writes.
pub(crate) fn general_registers(row: &Row, word: u64) -> (u16, u16) {
    let (mut used, mut written) = (0u16, 0u16);
    for operand in row.operands {
        if let Place::Storage { base, index, .. } = operand.place {
            used |= 1 << raw(row, word, base);
            used |= index.map_or(0, |x| 1 << raw(row, word, x));
        }
        let Some(number) = register(row, word, operand) else { continue };
        let mask = operand_registers(operand.kind, number);
        used |= mask;
        if operand.access.writes() {
            written |= mask;
        }
    }
    let range = register_range(row, word);
    (used | range, if writes_range(row) { written | range } else { written })
}

/// Registers between the first and the last of LOAD MULTIPLE and its like.
fn register_range(row: &Row, word: u64) -> u16 {
    let mut mask = 0;
    for operand in row.operands {
        let Kind::Mem(MemLen::Registers { from, to, .. }) = operand.kind else { continue };
        let (mut at, last) = (raw(row, word, from), raw(row, word, to));
        mask |= 1 << last;
        while at != last {
            mask |= 1 << at;
            at = (at + 1) & 15;
        }
    }
    mask
}

fn writes_range(row: &Row) -> bool {
    row.operands
        .iter()
        .any(|o| matches!(o.kind, Kind::Mem(MemLen::Registers { .. })) && o.access.reads())
}
