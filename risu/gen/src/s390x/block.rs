//! Blocks of one instruction: plain ones and branches.

use isa::row::{FieldType, Kind, Row};
use rand::RngExt as _;
use risu_trace::{Block, BlockKind, Delta, Ignore, Meaning, Word, s390x};

use super::execute::Execute;
use super::fields::{choose_word, general_registers, overlaps, raw};
use super::pass::Machine;
use super::run::Run;
use super::{IMAGE, LANDING, SCRATCH, SCRATCH_LEN};
use crate::generate::{Inputs, Planned};
use crate::place;
use crate::rng::Rng;

/// How the inputs of a block are made.
#[derive(Debug)]
pub(crate) enum Shape {
    /// For one instruction; a branch goes from `entry` to somewhere near.
    Insn { row: &'static Row, word: u64, entry: u32, fixed_landing: Option<u64> },
    /// For an execute-type instruction and its target.
    Execute(Execute),
    /// For many instructions.
    Run(Run),
    /// For an encoding without operands.
    Any,
}

impl Inputs for Shape {
    fn passes(&self, asked: u64) -> u64 {
        if matches!(self, Shape::Any) { 1 } else { asked.max(1) }
    }

    fn step(&self, rng: &mut Rng, masks_off: u64) -> Option<Delta> {
        (0..200).find_map(|_| self.try_step(rng, masks_off))
    }
}

impl Shape {
    fn try_step(&self, rng: &mut Rng, masks_off: u64) -> Option<Delta> {
        let mut machine = Machine::default();
        match self {
            Shape::Insn { row, word, entry, fixed_landing } => {
                let landing = match fixed_landing {
                    Some(addr) => *addr,
                    None => landing(rng, *entry, row.len_bytes() as u32),
                };
                machine.prepare(rng, row, *word, landing)?;
            }
            Shape::Execute(execute) => execute.prepare(&mut machine, rng)?,
            Shape::Run(run) => run.prepare(&mut machine, rng, masks_off),
            Shape::Any => machine.regs = std::array::from_fn(|_| Some(rng.random())),
        }
        Some(machine.into_patch())
    }
}

/// Plans a block for one instruction of `row` at offset `at` of the image.
pub(crate) fn plan_row(rng: &mut Rng, row: &'static Row, at: u32) -> Planned {
    let legal = !rng.random_ratio(1, 48);
    let mut word = choose_word(rng, row, legal);
    while is_interruptible(row) && overlaps(row, word) {
        word = choose_word(rng, row, legal);
    }
    if row.marks.branch { plan_branch(rng, row, word, at) } else { plan_single(rng, row, word, at) }
}

fn plan_single(rng: &mut Rng, row: &'static Row, word: u64, at: u32) -> Planned {
    let word = aim_relative(row, word, |_, field_align| {
        let addr = SCRATCH + rng.random_range(0..SCRATCH_LEN - 8);
        let align = if rng.random_ratio(1, 16) { 2 } else { field_align.max(2) };
        Some((addr & !(align - 1)).wrapping_sub(IMAGE + u64::from(at)))
    });
    let mut code = row.encode(word).as_slice().to_vec();
    let mut words = vec![Word { offset: at, len: code.len() as u8, meaning: named(row) }];
    if may_stop_early(row) {
        let offset = at + code.len() as u32;
        // BRANCH RELATIVE ON CONDITION back while the CPU stopped on its own account (cc 3).
        let halfwords = (code.len() as i16 / 2).wrapping_neg();
        code.extend([0xa7, 0x14]);
        code.extend(halfwords.to_be_bytes());
        words.push(Word { offset, len: 4, meaning: Meaning::Insn("brc".into()) });
    }
    let end = at + code.len() as u32 + 2;
    let ignore = exclusions(row, word);
    let block = Block { entry: at, kind: BlockKind::Single, words, ignore };
    let shape = Shape::Insn { row, word, entry: at, fixed_landing: Some(0) };
    Planned { code: vec![(at, code)], end, block, inputs: Box::new(shape) }
}

fn plan_branch(rng: &mut Rng, row: &'static Row, word: u64, at: u32) -> Planned {
    let entry = at + LANDING;
    let len = row.len_bytes() as u32;
    let to = landing(rng, entry, len);
    let mut relative = false;
    let word = aim_relative(row, word, |_, _| {
        relative = true;
        Some(to.wrapping_sub(IMAGE + u64::from(entry)) & !1)
    });
    let code = row.encode(word).as_slice().to_vec();
    let words = vec![Word { offset: entry, len: len as u8, meaning: named(row) }];
    let block = Block { entry, kind: BlockKind::Branch, words, ignore: Vec::new() };
    let fixed_landing = relative.then_some(to);
    let shape = Shape::Insn { row, word, entry, fixed_landing };
    Planned {
        code: vec![(entry, code)],
        end: entry + len + LANDING,
        block,
        inputs: Box::new(shape),
    }
}

/// Replaces relative fields that are accessed or branched to by what `aim` gives, in bytes.
fn aim_relative(
    row: &'static Row,
    mut word: u64,
    mut aim: impl FnMut(&str, u64) -> Option<u64>,
) -> u64 {
    for field in row.format.fields.iter().filter(|f| matches!(f.ty, FieldType::Relative { .. })) {
        let operand = row.operands.iter().find(|o| o.name == field.name);
        let wanted = match operand.map(|o| (o.kind, o.align)) {
            Some((Kind::RelativeMem(_), align)) => aim(field.name, u64::from(align)),
            Some((Kind::Target, _)) if row.marks.branch => aim(field.name, 2),
            _ => None,
        };
        if let Some(distance) = wanted {
            word = field.with_raw(word, distance >> 1);
        }
    }
    word
}

/// Where a branch may go; seldom an odd address.
fn landing(rng: &mut Rng, entry: u32, len: u32) -> u64 {
    place::landing(rng, entry, len, 2) + u64::from(rng.random_ratio(1, 400))
}

pub(crate) fn named(row: &Row) -> Meaning {
    Meaning::Insn(row.name.to_owned())
}

/// Whether the instruction may end with condition code 3 before it is done, at a place that
/// depends on the machine.
fn may_stop_early(row: &Row) -> bool {
    let scans =
        row.operands.iter().any(|o| matches!(o.kind, Kind::Pointer(_) | Kind::PointerLen(_)));
    let kinds = ["move", "compare", "search", "convert", "translate"];
    scans && row.cc.sets.is_some_and(|kind| kinds.contains(&kind))
}

/// What is open: how far an interruptible instruction is when an access exception stops it; the
/// address that MOVE STRING and SEARCH STRING leave as it was at their last start, as they may
/// stop and start again anywhere; and everything that a row sets whose values depend on machine or
/// time.
fn exclusions(row: &Row, word: u64) -> Vec<Ignore> {
    if row.marks.gen_skip.is_none() {
        let mut open = Vec::new();
        if is_interruptible(row) {
            open.extend([Ignore::StateOnSignal, Ignore::SignalAddress]);
        }
        if ["mvst", "srst", "srstu"].contains(&row.name) {
            let start = (s390x::GPR as u64 + raw(row, word, "r2")) as u16;
            open.push(Ignore::Word(start, u64::MAX));
        }
        return open;
    }
    let (_, written) = general_registers(row, word);
    let registers = (0..16u16).filter(|r| written & 1 << r != 0);
    let mut open: Vec<Ignore> =
        registers.map(|r| Ignore::Word(s390x::GPR as u16 + r, u64::MAX)).collect();
    if row.operands.iter().any(|o| matches!(o.kind, Kind::Mem(_)) && o.access.writes()) {
        open.push(Ignore::Memory(0, SCRATCH_LEN as u32));
    }
    if row.cc.sets.is_some() {
        open.push(Ignore::Word(s390x::PSW as u16, s390x::psw_word(3, 0)));
    }
    open
}

/// Whether the instruction updates addresses and lengths in registers as it goes.
fn is_interruptible(row: &Row) -> bool {
    row.operands
        .iter()
        .any(|o| matches!(o.kind, Kind::Pointer(_) | Kind::PointerLen(_) | Kind::PointerLen24(_)))
}
