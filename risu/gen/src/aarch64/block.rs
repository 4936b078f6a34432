//! Blocks of one instruction: plain ones and branches.

use isa::row::{FieldType, Kind, Place, Row, Writeback};
use rand::RngExt as _;
use risu_trace::{Block, BlockKind, Delta, Ignore, Meaning, Word};

use super::fields::{Insn, ZR, choose};
use super::pass::{FPCR_FIELDS, FPSR_FLAGS, Machine};
use super::run::Run;
use super::sequence;
use crate::generate::{Inputs, Planned};
use crate::place::{self, IMAGE, LANDING};
use crate::rng::Rng;

/// Bytes of an instruction.
pub(crate) const LEN: u32 = 4;

/// How the inputs of a block are made.
#[derive(Debug)]
pub(crate) enum Shape {
    /// For one instruction, or several of which the others need nothing.
    Insn(Insn),
    /// For a branch by a register, from `entry` to somewhere near.
    Branch { insn: Insn, entry: u32 },
    /// For many instructions.
    Run(Run),
    /// For an encoding without operands.
    Any,
}

impl Inputs for Shape {
    fn passes(&self, asked: u64) -> u64 {
        if matches!(self, Shape::Any) { 1 } else { asked.max(1) }
    }

    fn step(&self, rng: &mut Rng, _: u64) -> Option<Delta> {
        (0..200).find_map(|_| self.try_step(rng))
    }
}

impl Shape {
    fn try_step(&self, rng: &mut Rng) -> Option<Delta> {
        let mut machine = Machine::default();
        match self {
            Shape::Insn(insn) => {
                quirks(&mut machine, rng, insn);
                machine.prepare(rng, insn)?;
            }
            Shape::Branch { insn, entry } => {
                let misaligned =
                    if rng.random_ratio(1, 200) { 1 + rng.random_range(0..3) } else { 0 };
                let to = place::landing(rng, *entry, LEN, 4) + misaligned;
                let target = insn.row.operands.iter().find(|o| o.kind == Kind::Xtarget)?;
                if let Some((number, _)) = insn.general(target) {
                    machine.x[number] = Some(to);
                }
                machine.prepare(rng, insn)?;
            }
            Shape::Run(run) => run.prepare(&mut machine, rng),
            Shape::Any => machine.x = std::array::from_fn(|_| Some(rng.random())),
        }
        Some(machine.into_patch())
    }
}

/// What a few instructions want that their rows do not say.
fn quirks(machine: &mut Machine, rng: &mut Rng, insn: &Insn) {
    let rt = insn.raw("rt") as usize;
    match insn.row.name {
        // Half of the tests for zero shall find it.
        "cbz" | "cbnz" if rt != ZR && rng.random_ratio(1, 2) => {
            let rest = if rng.random_ratio(1, 2) { 0 } else { rng.random::<u64>() << 32 };
            machine.x[rt] = Some(if insn.raw("sf") != 0 { 0 } else { rest });
        }
        // A time that has passed.
        "wfet" | "wfit" if rt != ZR => machine.x[rt] = Some(0),
        // Fields that not every machine has stay zero.
        "msr_reg" if rt != ZR => {
            let fields = match (insn.raw("crm"), insn.raw("op2")) {
                (4, 0) => FPCR_FIELDS,
                (4, _) => FPSR_FLAGS,
                _ => 0xf000_0000,
            };
            machine.x[rt] = Some(rng.random::<u64>() & fields);
        }
        _ => {}
    }
}

/// Plans a block for one instruction of `row` at offset `at` of the image.
pub(crate) fn plan_row(rng: &mut Rng, row: &'static Row, at: u32) -> Option<Planned> {
    if sequence::is_keyed(row) {
        return sequence::plan_signed(rng, row, at);
    }
    if sequence::is_copy(row) {
        return sequence::plan_copy(rng, row, at);
    }
    let insn = choose(rng, row)?;
    let register = row.operands.iter().any(|o| o.kind == Kind::Xtarget);
    let relative = row.format.fields.iter().any(|f| f.ty == (FieldType::Relative { unit: 4 }));
    match row.marks.branch && (register || relative) {
        true => plan_branch(rng, &insn, register, at),
        false => plan_single(rng, &insn, at),
    }
}

fn plan_single(rng: &mut Rng, insn: &Insn, at: u32) -> Option<Planned> {
    let insn = aim_literal(rng, insn, at);
    if insn.bytes() == [0; LEN as usize] {
        return None;
    }
    let words = vec![Word { offset: at, len: LEN as u8, meaning: named(insn.row) }];
    let block = Block { entry: at, kind: BlockKind::Single, words, ignore: exclusions(&insn) };
    let inputs = Box::new(Shape::Insn(insn));
    Some(Planned { code: vec![(at, insn.bytes())], end: at + 2 * LEN, block, inputs })
}

/// Points a literal into the image, near the instruction.
fn aim_literal(rng: &mut Rng, insn: &Insn, at: u32) -> Insn {
    let literal = |o: &&isa::row::Operand| matches!(o.kind, Kind::RelativeMem(_));
    let Some(operand) = insn.row.operands.iter().find(literal) else { return *insn };
    let back = i64::from(at.min(0x400) / 4);
    insn.with(operand.name, rng.random_range(-back..=0x100) as u64).unwrap_or(*insn)
}

fn plan_branch(rng: &mut Rng, insn: &Insn, register: bool, at: u32) -> Option<Planned> {
    let entry = at + LANDING;
    let to = place::landing(rng, entry, LEN, 4);
    let distance = to.wrapping_sub(IMAGE + u64::from(entry)) as i64 / 4;
    let target = insn.row.format.fields.iter().find(|f| matches!(f.ty, FieldType::Relative { .. }));
    let insn = match target {
        Some(field) => insn.with(field.name, distance as u64)?,
        None => *insn,
    };
    let words = vec![Word { offset: entry, len: LEN as u8, meaning: named(insn.row) }];
    let block = Block { entry, kind: BlockKind::Branch, words, ignore: Vec::new() };
    let shape = if register { Shape::Branch { insn, entry } } else { Shape::Insn(insn) };
    let (code, end) = (vec![(entry, insn.bytes())], entry + LEN + LANDING);
    Some(Planned { code, end, block, inputs: Box::new(shape) })
}

pub(crate) fn named(row: &Row) -> Meaning {
    Meaning::Insn(row.name.to_owned())
}

/// What is open: the registers of a load of several that faults, unless its base is to be kept.
fn exclusions(insn: &Insn) -> Vec<Ignore> {
    let several = insn.row.operands.iter().any(|o| match (o.place, o.kind) {
        (Place::Memory { writeback, .. }, Kind::Mem(len)) => {
            insn.length(len) > 16 && writeback == Writeback::None
        }
        _ => false,
    });
    if several { vec![Ignore::StateOnSignal] } else { Vec::new() }
}
