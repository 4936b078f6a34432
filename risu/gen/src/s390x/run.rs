//! Long blocks without checkpoints, which exercise what optimizes across instructions.

use isa::row::{FieldType, Kind, MemLen, Operand, Place, Row};
use isa::s390x::ROWS;
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use risu_trace::{Block, BlockKind, Word, s390x};

use super::address::overlap_is_open;
use super::block::{Shape, named};
use super::fields::{choose_word, general_registers, length, raw};
use super::pass::{Machine, is_float, random_fpc};
use super::{SCRATCH, SCRATCH_LEN};
use crate::generate::Planned;
use crate::limits::Limits;
use crate::rng::Rng;
use crate::values::{LONG, SHORT, random_bytes};

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

/// A row, and an instruction of it.
type Insn = (&'static Row, u64);

/// Inputs for a run.
#[derive(Debug)]
pub(crate) struct Run;

impl Run {
    pub(crate) fn prepare(&self, machine: &mut Machine, rng: &mut Rng, masks_off: u64) {
        for number in 0..16 {
            if !rng.random_ratio(1, 3) {
                machine.regs[number] = Some(machine.values.int(rng, 64));
            }
            if !rng.random_ratio(1, 3) {
                machine.fprs[number] = Some(match rng.random_range(0..2) {
                    0 => machine.values.float(rng, LONG) as u64,
                    _ => (machine.values.float(rng, SHORT) as u64) << 32,
                });
            }
        }
        machine.regs[COUNTER] = Some(1 + rng.random_range(0..12));
        machine.regs[BASE] = Some(BASE_ADDR);
        machine.regs[INDEX] = Some(rng.random_range(0..MAX_INDEX) & !15);
        machine.fpc = Some(if rng.random_ratio(1, 4) { random_fpc(rng) & !masks_off } else { 0 });
        // Without fixed-point overflow, which would end most runs at once.
        let mask = if rng.random_ratio(1, 6) { rng.random_range(0..8) } else { 0 };
        machine.psw = Some(s390x::psw_word(rng.random_range(0..4), mask));
        let bytes = random_bytes(rng, &mut Default::default(), 64);
        machine.store(SCRATCH + rng.random_range(0..SCRATCH_LEN - 64), &bytes);
    }
}

/// Rows that may stand in a run, without those that may trap.
#[derive(Debug)]
pub(crate) struct RunRows {
    quiet: Vec<&'static Row>,
    trapping: Vec<&'static Row>,
    limits: Limits,
}

impl RunRows {
    /// Sorts the rows that `wanted` lets through.
    pub(crate) fn new(limits: &Limits, wanted: impl Fn(&Row) -> bool) -> RunRows {
        let may_be = |row: &&Row| may_be_in_run(row) && limits.may_be_in_run(row) && wanted(row);
        let rows: Vec<&'static Row> = ROWS.iter().filter(may_be).collect();
        let integer_trap = |r: &&'static Row| r.marks.trap && !is_float(r);
        let (trapping, quiet) = rows.into_iter().partition(integer_trap);
        RunRows { quiet, trapping, limits: limits.clone() }
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
    let mut insns: Vec<Insn> = Vec::new();
    while insns.len() < n {
        let mut insn = pick(rng, rows)?;
        while rows.limits.must_be_read(insn.0) {
            // What follows, or not, tells how the condition code was read.
            let next = pick(rng, rows)?;
            insns.extend([insn, branch_over(1 + rng.random_range(0..14), next.0.len_bytes())?]);
            insn = next;
        }
        insns.push(insn);
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
    Some(Planned { code: vec![(at, code)], end, block, inputs: Box::new(Shape::Run(Run)) })
}

/// Chooses a row, and an instruction of it.
fn pick(rng: &mut Rng, rows: &RunRows) -> Option<Insn> {
    (0..100).find_map(|_| {
        let list = if rng.random_ratio(1, 24) { &rows.trapping } else { &rows.quiet };
        let list = if list.is_empty() { &rows.quiet } else { list };
        let row = *list.choose(rng)?;
        Some((row, choose(rng, row)?))
    })
}

/// Chooses an instruction that keeps its hands off the reserved registers.
fn choose(rng: &mut Rng, row: &'static Row) -> Option<u64> {
    (0..20).find_map(|_| {
        let word = choose_word(rng, row, true);
        let word = aim(rng, row, word)?;
        let (_, written) = general_registers(row, word);
        let meet = overlap_is_open(row) && operands_meet(row, word);
        (written & RESERVED == 0 && !meet).then_some(word)
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
            let number = if rng.random_ratio(1, 2) { 0 } else { INDEX as u64 };
            word = row.field(index)?.with_raw(word, number);
        }
        let bytes = length(row, word, len);
        let align = if rng.random_ratio(1, 2) { 8 } else { 1 }.max(u64::from(operand.align));
        let room = 0x1000 - MAX_INDEX - 2 * bytes;
        let displacement = (bytes + rng.random_range(0..room)).next_multiple_of(align);
        word = row.field(disp)?.with_raw(word, displacement.min(0xff0));
    }
    Some(word)
}

/// Whether two storage operands, which all have the same base here, share a byte.
fn operands_meet(row: &Row, word: u64) -> bool {
    let range = |operand: &Operand| {
        let (Kind::Mem(len), Place::Storage { disp, .. }) = (operand.kind, operand.place) else {
            return None;
        };
        let (at, n_bytes) = (raw(row, word, disp), length(row, word, len));
        let down = matches!(len, MemLen::FieldDown(_));
        let first = if down { at + 1 - n_bytes } else { at };
        Some((first, first + n_bytes))
    };
    let ranges: Vec<(u64, u64)> = row.operands.iter().filter_map(range).collect();
    matches!(ranges[..], [a, b] if a.0 < b.1 && b.0 < a.1)
}

/// Adds forward branches, and with luck a loop.
fn add_branches(rng: &mut Rng, insns: &mut Vec<Insn>) -> Option<()> {
    for _ in 0..insns.len() / 8 {
        let from = rng.random_range(0..insns.len());
        let skip = 1 + rng.random_range(0..4);
        let over = insns.iter().skip(from).take(skip);
        let bytes: usize = over.map(|(row, _)| row.len_bytes()).sum();
        if insns[from..(from + skip).min(insns.len())].iter().any(|(r, _)| r.marks.branch)
            || crosses(insns, from)
        {
            continue;
        }
        insns.insert(from, branch_over(rng.random_range(0..16), bytes)?);
    }
    if rng.random_ratio(1, 2) {
        add_loop(rng, insns)?;
    }
    Some(())
}

/// BRANCH RELATIVE ON CONDITION over the next so many bytes.
fn branch_over(mask: u64, bytes: usize) -> Option<Insn> {
    let row = isa::s390x::row("brc")?;
    let word = row.field("m1")?.with_raw(row.value, mask);
    Some((row, row.field("ri2")?.with_raw(word, (row.len_bytes() + bytes) as u64 / 2)))
}

/// Whether a branch before `from` would be made wrong by an insertion there.
fn crosses(insns: &[Insn], from: usize) -> bool {
    insns[from.saturating_sub(8)..from].iter().any(|(row, _)| row.marks.branch)
}

/// Closes the run with a branch on the counter, back to an instruction at least as far back that
/// the distance fits the field.
fn add_loop(rng: &mut Rng, insns: &mut Vec<Insn>) -> Option<()> {
    let row = isa::s390x::row(if rng.random_ratio(1, 2) { "brct" } else { "brctg" })?;
    let first = rng.random_range(0..insns.len());
    let bytes: usize = insns[first..].iter().map(|(row, _)| row.len_bytes()).sum();
    let word = row.field("r1")?.with_raw(row.value, COUNTER as u64);
    let field = row.field("ri2")?;
    debug_assert_eq!(field.ty, FieldType::Relative { unit: 2 }, "the field counts halfwords");
    insns.push((row, field.with_raw(word, (bytes as u64 / 2).wrapping_neg())));
    Some(())
}
