//! Blocks with EXECUTE and EXECUTE RELATIVE LONG.

use isa::row::{FieldType, Kind, Row};
use isa::s390x::ROWS;
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use risu_trace::{Block, BlockKind, Meaning, Word};

use super::IMAGE;
use super::block::{Shape, named};
use super::fields::{choose_word, general_registers};
use super::pass::Machine;
use crate::generate::Planned;
use crate::limits::Limits;
use crate::rng::Rng;

/// Distance from the execute-type instruction to its target in bytes.
const TARGET: u32 = 32;

/// An execute-type instruction and its target.
#[derive(Debug)]
pub(crate) struct Execute {
    /// Target row and the instruction that is executed, after the modification.
    row: &'static Row,
    word: u64,
    /// Register 1 of the execute-type instruction, and what its rightmost byte must be.
    modifier: usize,
    modifier_byte: u8,
    /// Base register of EXECUTE.
    base: Option<usize>,
    target: u64,
}

impl Execute {
    pub(crate) fn prepare(&self, machine: &mut Machine, rng: &mut Rng) -> Option<()> {
        if let Some(base) = self.base {
            machine.regs[base] = Some(self.target);
        }
        if self.modifier != 0 {
            machine.regs[self.modifier] =
                Some(rng.random::<u64>() << 8 | u64::from(self.modifier_byte));
        }
        machine.prepare(rng, self.row, self.word, 0)
    }
}

/// Whether a row may be the target in these streams.
fn may_be_target(row: &Row) -> bool {
    let simple = row
        .operands
        .iter()
        .all(|o| !matches!(o.kind, Kind::Pointer(_) | Kind::PointerLen(_) | Kind::PointerLen24(_)));
    let relative = row.format.fields.iter().any(|f| matches!(f.ty, FieldType::Relative { .. }));
    row.translated() && row.marks.gen_skip.is_none() && !row.marks.branch && simple && !relative
}

/// Plans a block with an execute-type instruction at offset `at`.
pub(crate) fn plan_execute(rng: &mut Rng, limits: &Limits, at: u32) -> Option<Planned> {
    let may_be = |row: &&Row| may_be_target(row) && limits.may_be_executed(row);
    let by_length: Vec<&'static Row> = ROWS.iter().filter(may_be).collect();
    let with_length = |r: &&&'static Row| r.field("l1").is_some();
    let storage: Vec<&'static Row> = by_length.iter().filter(with_length).copied().collect();
    let list = if rng.random_ratio(1, 2) { &storage } else { &by_length };
    let row = *list.choose(rng)?;
    let word = choose_word(rng, row, true);
    let free = free_registers(row, word);
    let modifier = if rng.random_ratio(1, 6) { 0 } else { *free.choose(rng)? };
    let (template, modifier_byte) = split(rng, word, modifier != 0);
    let bases: Vec<usize> = free.into_iter().filter(|&r| r != modifier && r != 0).collect();
    let target = at + TARGET;
    let long = rng.random_ratio(1, 2);
    let base = if long { None } else { Some(*bases.choose(rng)?) };
    let name = if long { "exrl" } else { "ex" };
    let code = encode(name, modifier, base)?;
    let encoded = row.encode(template);
    let end = target + u32::from(encoded.len) + 2;
    let executed = Meaning::Target(row.name.to_owned());
    let words = vec![
        Word { offset: at, len: code.len() as u8, meaning: named(isa::s390x::row(name)?) },
        Word { offset: target, len: encoded.len, meaning: executed },
    ];
    let target_addr = IMAGE + u64::from(target);
    let execute = Execute { row, word, modifier, modifier_byte, base, target: target_addr };
    Some(Planned {
        code: vec![(at, code), (target, encoded.as_slice().to_vec())],
        end,
        block: Block { entry: at, kind: BlockKind::Execute, words, ignore: Vec::new() },
        inputs: Box::new(Shape::Execute(execute)),
    })
}

/// General registers that the target instruction does not use.
fn free_registers(row: &Row, word: u64) -> Vec<usize> {
    let (used, _) = general_registers(row, word);
    (0..16).filter(|r| used & 1 << r == 0).collect()
}

/// Splits bits 8–15 of `word` between the target and the modifier, which are ORed.
fn split(rng: &mut Rng, word: u64, modified: bool) -> (u64, u8) {
    if !modified {
        return (word, 0);
    }
    let whole = (word >> 48) as u8;
    let in_target = if rng.random_ratio(1, 2) { 0 } else { whole & rng.random::<u8>() };
    let in_modifier = whole & (!in_target | rng.random::<u8>());
    (word & !(0xff << 48) | u64::from(in_target) << 48, in_modifier)
}

fn encode(name: &str, modifier: usize, base: Option<usize>) -> Option<Vec<u8>> {
    let row = isa::s390x::row(name)?;
    let mut word = row.field("r1")?.with_raw(row.value, modifier as u64);
    match base {
        Some(base) => word = row.field("b2")?.with_raw(word, base as u64),
        None => word = row.field("ri2")?.with_raw(word, u64::from(TARGET / 2)),
    }
    Some(row.encode(word).as_slice().to_vec())
}
