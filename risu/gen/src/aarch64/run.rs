//! Long blocks without checkpoints, which exercise what optimizes across instructions.

use isa::row::{FieldType, Kind, MemLen, Place, Row, Writeback};
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use risu_trace::{Block, BlockKind, Word};

use super::address::{alignment, is_exclusive_store};
use super::block::{LEN, Shape, named};
use super::fields::{Insn, ZR, choose};
use super::pass::{Machine, SP, random_fpcr};
use super::sequence::{is_copy, is_exclusive_load, is_keyed};
use crate::generate::Planned;
use crate::limits::Limits;
use crate::place::{SCRATCH, SCRATCH_LEN};
use crate::rng::Rng;
use crate::values::random_bytes;

/// Base of the accesses that change their base; set anew before each.
const MOVING: usize = 25;
/// Counts the rounds of a loop.
const COUNTER: usize = 26;
/// Holds a small index.
const INDEX: usize = 27;
/// Points into the scratch area.
const BASE: usize = 28;
/// Registers that no instruction of a run writes.
const RESERVED: u32 = 1 << MOVING | 1 << COUNTER | 1 << INDEX | 1 << BASE;
/// What the base register holds.
const BASE_ADDR: u64 = SCRATCH + 0x800;
/// Largest index, in bytes.
const MAX_INDEX: u64 = 0x100;
/// Farthest that an access is from the base, in bytes.
const REACH: i64 = 0x600;

/// Inputs for a run.
#[derive(Debug)]
pub(crate) struct Run {
    /// An instruction of it, for the sort of values.
    sample: Option<&'static Row>,
}

impl Run {
    pub(crate) fn prepare(&self, machine: &mut Machine, rng: &mut Rng) {
        for number in 0..32 {
            if number < SP && !rng.random_ratio(1, 3) {
                machine.general(rng, number, 64);
            }
            if let Some(row) = self.sample.filter(|_| !rng.random_ratio(1, 3)) {
                let log = rng.random_range(0..4);
                machine.v[number] = Some(machine.vector(rng, row, log));
            }
        }
        machine.align_stack_pointer(rng);
        machine.x[COUNTER] = Some(1 + rng.random_range(0..12));
        machine.x[BASE] = Some(BASE_ADDR);
        machine.x[MOVING] = Some(BASE_ADDR);
        machine.x[INDEX] = Some(rng.random_range(0..MAX_INDEX) & !15);
        machine.nzcv = Some(rng.random_range(0..16));
        machine.fpcr = Some(if rng.random_ratio(1, 4) { random_fpcr(rng) } else { 0 });
        machine.fpsr = Some(0);
        let bytes = random_bytes(rng, &mut Default::default(), 64);
        machine.store(SCRATCH + rng.random_range(0..SCRATCH_LEN - 64), &bytes);
    }
}

/// Rows that may stand in a run.
#[derive(Debug)]
pub(crate) struct RunRows {
    rows: Vec<&'static Row>,
    vector: Option<&'static Row>,
}

impl RunRows {
    /// Chooses among rows.
    pub(crate) fn new(rows: &[&'static Row], limits: &Limits) -> RunRows {
        let may_be = |row: &&'static Row| may_be_in_run(row) && limits.may_be_in_run(row);
        let rows: Vec<&'static Row> = rows.iter().copied().filter(may_be).collect();
        let float = |row: &&&'static Row| super::pass::is_float(row);
        let vector = rows.iter().find(float).or(rows.first()).copied();
        RunRows { rows, vector }
    }
}

fn may_be_in_run(row: &Row) -> bool {
    let fits = row.operands.iter().all(|o| match (o.place, o.kind) {
        (_, Kind::RelativeMem(_) | Kind::Target) => false,
        (Place::Memory { .. }, Kind::Mem(MemLen::Dynamic)) => false,
        (Place::Memory { index, writeback, .. }, _) => {
            index.is_none() || writeback == Writeback::None
        }
        (Place::Implied(_), _) => false,
        _ => true,
    });
    let exclusive = is_exclusive_load(row) || is_exclusive_store(row);
    let apart = is_keyed(row) || is_copy(row) || matches!(row.name, "wfet" | "wfit" | "msr_imm");
    row.marks.gen_skip.is_none()
        && !apart
        && !row.marks.branch
        && !row.marks.trap
        && fits
        && !exclusive
}

/// Plans a run of `n` instructions at offset `at`: straight code with short forward branches,
/// and sometimes a loop around its second half.
pub(crate) fn plan_run(rng: &mut Rng, rows: &RunRows, at: u32, n: usize) -> Option<Planned> {
    let mut insns: Vec<Insn> = Vec::new();
    while insns.len() < n {
        insns.extend(pick(rng, rows)?);
    }
    add_branches(rng, &mut insns);
    if rng.random_ratio(1, 2) {
        add_loop(rng, &mut insns);
    }
    let mut code = Vec::new();
    let mut words = Vec::new();
    for insn in &insns {
        let offset = at + code.len() as u32;
        code.extend(insn.bytes());
        words.push(Word { offset, len: LEN as u8, meaning: named(insn.row) });
    }
    let end = at + code.len() as u32 + 4 * LEN;
    let block = Block { entry: at, kind: BlockKind::Run, words, ignore: Vec::new() };
    let inputs = Box::new(Shape::Run(Run { sample: rows.vector }));
    Some(Planned { code: vec![(at, code)], end, block, inputs })
}

/// Chooses a row and an instruction of it that keeps its hands off the reserved registers, after
/// one that sets its base if it changes that.
fn pick(rng: &mut Rng, rows: &RunRows) -> Option<Vec<Insn>> {
    (0..200).find_map(|_| {
        let row = *rows.rows.choose(rng)?;
        let insn = choose(rng, row)?;
        let insn = aim(rng, &insn)?;
        let memory = row.operands.iter().find_map(|o| match o.place {
            Place::Memory { writeback, .. } => Some(writeback),
            _ => None,
        });
        let moves = memory.is_some_and(|writeback| writeback != Writeback::None);
        let written = insn.written().x & !(u32::from(moves) << MOVING);
        if written & RESERVED != 0 || !row.valid(insn.word) {
            return None;
        }
        let set = if moves { Some(set_moving(rng)?) } else { None };
        Some(set.into_iter().chain([insn]).collect())
    })
}

/// ADD of a small number to the base, which gives the base that moves.
fn set_moving(rng: &mut Rng) -> Option<Insn> {
    let row = isa::aarch64::row("add_imm")?;
    let add = Insn { row, word: row.value }.with("sf", 1)?.with("rd", MOVING as u64)?;
    add.with("rn", BASE as u64)?.with("imm12", rng.random_range(0..0x200) & !15)
}

/// Points a storage operand into the scratch area; `None` if it cannot be near the base.
fn aim(rng: &mut Rng, insn: &Insn) -> Option<Insn> {
    let memory = insn.row.operands.iter().find(|o| matches!(o.place, Place::Memory { .. }));
    let Some(operand) = memory else { return Some(*insn) };
    let Place::Memory { base, index, offset, unit, writeback } = operand.place else {
        return None;
    };
    let register = if writeback == Writeback::None { BASE } else { MOVING };
    let mut insn = insn.with(base, register as u64)?;
    if let Some(index) = index {
        insn = insn.with(index, if rng.random_ratio(1, 2) { ZR } else { INDEX } as u64)?;
    }
    if let Some(name) = offset {
        let unit = insn.length(unit) as i64;
        let field = insn.row.field(name)?;
        let low = if field.signed() { -REACH / unit } else { 0 };
        let limit = 1i64 << (field.bits() - u32::from(field.signed()));
        let value = rng.random_range(low.max(-limit)..=(REACH / unit).min(limit - 1));
        let bytes = if let Kind::Mem(len) = operand.kind { insn.length(len) } else { 1 };
        let value = if unit == 1 { value & -(alignment(insn.row, bytes) as i64) } else { value };
        insn = insn.with(name, value as u64)?;
    }
    let data = insn.row.operands.iter().filter(|o| !matches!(o.place, Place::Memory { .. }));
    let meets = |n: usize| RESERVED & 1 << n != 0;
    let uses = |o: &isa::row::Operand| insn.general(o).is_some_and(|(n, _)| meets(n));
    (writeback == Writeback::None || !data.into_iter().any(uses)).then_some(insn)
}

/// Adds forward branches over a few instructions.
fn add_branches(rng: &mut Rng, insns: &mut Vec<Insn>) {
    for _ in 0..insns.len() / 8 {
        let from = rng.random_range(0..insns.len());
        let skip = 1 + rng.random_range(0..4).min(insns.len() - from - 1);
        let near = &insns[from.saturating_sub(8)..(from + skip).min(insns.len())];
        if near.iter().any(|insn| insn.row.marks.branch) {
            continue;
        }
        // A base that is set belongs to what follows.
        if near.iter().any(|insn| insn.written().x & 1 << MOVING != 0) {
            continue;
        }
        if let Some(branch) = forward(rng, skip as u64 + 1) {
            insns.insert(from, branch);
        }
    }
}

/// A conditional branch over `distance` − 1 instructions.
fn forward(rng: &mut Rng, distance: u64) -> Option<Insn> {
    let names = ["b_cond", "b_cond", "cbz", "cbnz", "tbz", "tbnz"];
    let row = isa::aarch64::row(names.choose(rng)?)?;
    let branch = choose(rng, row)?;
    branch.with("offset", distance)
}

/// Closes the run with a count and a branch back.
fn add_loop(rng: &mut Rng, insns: &mut Vec<Insn>) -> Option<()> {
    let first = rng.random_range(0..insns.len());
    let count = isa::aarch64::row("sub_imm")?;
    let count = Insn { row: count, word: count.value }.with("sf", 1)?.with("imm12", 1)?;
    let count = count.with("rd", COUNTER as u64)?.with("rn", COUNTER as u64)?;
    let back = isa::aarch64::row("cbnz")?;
    debug_assert_eq!(back.field("offset")?.ty, FieldType::Relative { unit: 4 });
    let back = Insn { row: back, word: back.value }.with("sf", 1)?.with("rt", COUNTER as u64)?;
    insns.push(count);
    let distance = (insns.len() - first) as u64;
    insns.push(back.with("offset", distance.wrapping_neg())?);
    Some(())
}
