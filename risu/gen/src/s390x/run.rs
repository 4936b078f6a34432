//! Long blocks without checkpoints, which exercise what optimizes across instructions.

use isa::row::{FieldType, Kind, MemLen, Place, Row};
use isa::s390x::ROWS;
use risu_trace::{Block, BlockKind, Word, s390x};

use super::block::{Planned, Shape, named};
use super::fields::{choose_word, general_registers, length};
use super::pass::{Machine, is_float, random_bytes, random_fpc};
use super::{SCRATCH, SCRATCH_LEN};
use crate::rng::Rng;
use crate::values::{LONG, SHORT};

/// Counts the rounds of a loop.
const COUNTER: usize = 11;
/// Points into the scratch area.
const BASE: usize = 12;
/// Holds a small index.
const INDEX: usize = 13;
/// Registers that no instruction of a run writes.
const RESERVED: u16 = 1 << COUNTER | 1 << BASE | 1 << INDEX;
/// What the base register holds.
const BASE_ADDR: u64 = SCRATCH + 0x800;
/// Largest index, in bytes.
const MAX_INDEX: u64 = 0x100;

/// Inputs for a run.
#[derive(Debug)]
pub(crate) struct Run;

impl Run {
    pub(crate) fn prepare(&self, machine: &mut Machine, rng: &mut Rng) {
        for number in 0..16 {
            if !rng.one_in(3) {
                machine.regs[number] = Some(machine.values.int(rng, 64));
            }
            if !rng.one_in(3) {
                machine.fprs[number] = Some(match rng.below(2) {
                    0 => machine.values.float(rng, LONG) as u64,
                    _ => (machine.values.float(rng, SHORT) as u64) << 32,
                });
            }
        }
        machine.regs[COUNTER] = Some(1 + rng.below(12));
        machine.regs[BASE] = Some(BASE_ADDR);
        machine.regs[INDEX] = Some(rng.below(MAX_INDEX) & !15);
        machine.fpc = Some(if rng.one_in(4) { random_fpc(rng) } else { 0 });
        // Without fixed-point overflow, which would end most runs at once.
        let mask = if rng.one_in(6) { rng.below(8) as u8 } else { 0 };
        machine.psw = Some(s390x::psw_word(rng.below(4) as u8, mask));
        let bytes = random_bytes(rng, &mut Default::default(), 64);
        machine.store(SCRATCH + rng.below(SCRATCH_LEN - 64), &bytes);
    }
}

/// Rows that may stand in a run, without those that may trap.
#[derive(Debug)]
pub(crate) struct RunRows {
    quiet: Vec<&'static Row>,
    trapping: Vec<&'static Row>,
}

impl RunRows {
    /// Sorts the rows that `wanted` lets through.
    pub(crate) fn new(wanted: impl Fn(&Row) -> bool) -> RunRows {
        let rows: Vec<&'static Row> =
            ROWS.iter().filter(|r| may_be_in_run(r) && wanted(r)).collect();
        let integer_trap = |r: &&'static Row| r.marks.trap && !is_float(r);
        let (trapping, quiet) = rows.into_iter().partition(integer_trap);
        RunRows { quiet, trapping }
    }
}

fn may_be_in_run(row: &Row) -> bool {
    let fits = row.operands.iter().all(|o| {
        !matches!(
            o.kind,
            Kind::Pointer(_)
                | Kind::PointerLen(_)
                | Kind::PointerLen24(_)
                | Kind::Mem(MemLen::Dynamic)
                | Kind::RelativeMem(_)
        )
    });
    row.translated() && row.marks.gen_skip.is_none() && !row.marks.branch && fits
}

/// Plans a run of `n` instructions at offset `at`: straight code with short forward branches,
/// and sometimes a loop around its second half.
pub(crate) fn plan_run(rng: &mut Rng, rows: &RunRows, at: u32, n: usize) -> Option<Planned> {
    let mut insns: Vec<(&'static Row, u64)> = Vec::new();
    while insns.len() < n {
        let list = if rng.one_in(24) { &rows.trapping } else { &rows.quiet };
        let list = if list.is_empty() { &rows.quiet } else { list };
        let row = *rng.pick(list)?;
        if let Some(word) = choose(rng, row) {
            insns.push((row, word));
        }
    }
    add_branches(rng, &mut insns)?;
    let mut code = Vec::new();
    let mut words = Vec::new();
    for (row, word) in &insns {
        let offset = at + code.len() as u32;
        let encoded = row.encode(*word);
        code.extend_from_slice(encoded.as_slice());
        words.push(Word { offset, len: encoded.len, meaning: named(row) });
    }
    let end = at + code.len() as u32 + 16;
    let block = Block { entry: at, kind: BlockKind::Run, words, ignore: Vec::new() };
    Some(Planned { code: vec![(at, code)], end, block, shape: Shape::Run(Run) })
}

/// Chooses an instruction that keeps its hands off the reserved registers.
fn choose(rng: &mut Rng, row: &'static Row) -> Option<u64> {
    (0..20).find_map(|_| {
        let word = choose_word(rng, row, true);
        let word = aim(rng, row, word)?;
        let (_, written) = general_registers(row, word);
        (written & RESERVED == 0).then_some(word)
    })
}

/// Points storage operands into the scratch area.
fn aim(rng: &mut Rng, row: &'static Row, mut word: u64) -> Option<u64> {
    for operand in row.operands {
        let (Kind::Mem(len), Place::Storage { base, index, disp }) = (operand.kind, operand.place)
        else {
            continue;
        };
        word = row.field(base)?.with_raw(word, BASE as u64);
        if let Some(index) = index {
            let number = if rng.one_in(2) { 0 } else { INDEX as u64 };
            word = row.field(index)?.with_raw(word, number);
        }
        let bytes = length(row, word, len);
        let align = if rng.one_in(2) { 8 } else { 1 }.max(u64::from(operand.align));
        let room = 0x1000 - MAX_INDEX - 2 * bytes;
        let displacement = (bytes + rng.below(room)).next_multiple_of(align);
        word = row.field(disp)?.with_raw(word, displacement.min(0xff0));
    }
    Some(word)
}

/// Adds forward branches, and with luck a loop.
fn add_branches(rng: &mut Rng, insns: &mut Vec<(&'static Row, u64)>) -> Option<()> {
    let branch = isa::s390x::row("brc")?;
    for _ in 0..insns.len() / 8 {
        let from = rng.below(insns.len() as u64) as usize;
        let skip = 1 + rng.below(4) as usize;
        let over = insns.iter().skip(from).take(skip);
        let bytes: usize = 4 + over.map(|(row, _)| row.len_bytes()).sum::<usize>();
        if insns[from..(from + skip).min(insns.len())].iter().any(|(r, _)| r.marks.branch)
            || crosses(insns, from)
        {
            continue;
        }
        let word = branch.field("m1")?.with_raw(branch.value, rng.below(16));
        let word = branch.field("ri2")?.with_raw(word, bytes as u64 / 2);
        insns.insert(from, (branch, word));
    }
    if rng.one_in(2) {
        add_loop(rng, insns)?;
    }
    Some(())
}

/// Whether a branch before `from` would be made wrong by an insertion there.
fn crosses(insns: &[(&'static Row, u64)], from: usize) -> bool {
    insns[from.saturating_sub(8)..from].iter().any(|(row, _)| row.marks.branch)
}

/// Closes the run with a branch on the counter, back to an instruction at least as far back that
/// the distance fits the field.
fn add_loop(rng: &mut Rng, insns: &mut Vec<(&'static Row, u64)>) -> Option<()> {
    let row = isa::s390x::row(if rng.one_in(2) { "brct" } else { "brctg" })?;
    let first = rng.below(insns.len() as u64) as usize;
    let bytes: usize = insns[first..].iter().map(|(row, _)| row.len_bytes()).sum();
    let word = row.field("r1")?.with_raw(row.value, COUNTER as u64);
    let field = row.field("ri2")?;
    debug_assert_eq!(field.ty, FieldType::Relative, "the field counts halfwords");
    insns.push((row, field.with_raw(word, (bytes as u64 / 2).wrapping_neg())));
    Some(())
}
