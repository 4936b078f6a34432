//! Instructions that belong together: exclusive accesses, the three steps of a copy or fill, and
//! pointers that are signed and then authenticated.
//!
//! What stands between the steps hangs on the machine or on the process's keys; what comes out at
//! the end does not.

use isa::aarch64::row as row_named;
use isa::row::{Kind, Row};
use rand::RngExt as _;
use risu_trace::{Block, BlockKind, Delta, Ignore, Word, aarch64 as layout};

use super::address::need;
use super::block::{LEN, Shape, named};
use super::fields::{Insn, ZR, choose};
use super::pass::Machine;
use crate::generate::{Inputs, Planned};
use crate::place::{self, IMAGE, LANDING, SCRATCH, SCRATCH_LEN};
use crate::rng::Rng;
use crate::values::random_bytes;

/// Whether a row loads and watches: LDXR and its like.
pub(super) fn is_exclusive_load(row: &Row) -> bool {
    row.group.name == "atomic" && (row.name.starts_with("ldx") || row.name.starts_with("ldax"))
}

/// Plans an exclusive load and the store that belongs to it; what the store stores, and its
/// status, are registers of their own.
pub(super) fn plan_exclusive(rng: &mut Rng, row: &'static Row, at: u32) -> Option<Planned> {
    let load = choose(rng, row)?;
    let tail = row.name.trim_start_matches("lda").trim_start_matches("ld");
    let name = format!("st{}{tail}", if rng.random_ratio(1, 2) { "l" } else { "" });
    let mut store = choose(rng, row_named(&name)?)?.with("rn", load.raw("rn"))?;
    if row.field("sf").is_some() {
        store = store.with("sf", load.raw("sf"))?;
    }
    // What the load writes must not move the store, and the store must be defined.
    let base = 1 << load.raw("rn");
    if (load.written().x | store.written().x) & base != 0 || !store.row.valid(store.word) {
        return None;
    }
    Some(planned(at, 0, &[load, store], Vec::new(), Box::new(Shape::Insn(load))))
}

/// Puts instructions into a block with so many free bytes around.
fn planned(
    at: u32,
    around: u32,
    insns: &[Insn],
    ignore: Vec<Ignore>,
    inputs: Box<dyn Inputs>,
) -> Planned {
    let entry = at + around;
    let code: Vec<u8> = insns.iter().flat_map(Insn::bytes).collect();
    let offset = |n: usize| entry + n as u32 * LEN;
    let word = |(n, insn): (usize, &Insn)| Word {
        offset: offset(n),
        len: LEN as u8,
        meaning: named(insn.row),
    };
    let words = insns.iter().enumerate().map(word).collect();
    let kind = if around > 0 { BlockKind::Branch } else { BlockKind::Single };
    let block = Block { entry, kind, words, ignore };
    Planned { code: vec![(entry, code)], end: offset(insns.len() + 1) + around, block, inputs }
}

/// Inputs for a copy or fill.
#[derive(Debug)]
struct Copy {
    first: Insn,
    /// The ranges must not overlap: it goes forward whatever they do.
    forward: bool,
}

/// Plans prologue, main part and epilogue of the copy or fill that `row` is a part of.
pub(super) fn plan_copy(rng: &mut Rng, row: &'static Row, at: u32) -> Option<Planned> {
    let stem = row.name.get(..row.name.len() - 1)?;
    let first = choose(rng, row_named(&format!("{stem}p"))?)?;
    let fields = first.word & !first.row.mask;
    let part = |letter| {
        let row = row_named(&format!("{stem}{letter}"))?;
        Some(Insn { row, word: row.value | fields })
    };
    let insns = [first, part("m")?, part("e")?];
    // Which of two ways an implementation goes is told by the flags.
    let ignore = vec![Ignore::Word(layout::NZCV as u16, 15)];
    let inputs = Copy { first, forward: stem.ends_with('f') };
    Some(planned(at, 0, &insns, ignore, Box::new(inputs)))
}

impl Inputs for Copy {
    fn passes(&self, asked: u64) -> u64 {
        asked.max(1)
    }

    fn step(&self, rng: &mut Rng, _: u64) -> Option<Delta> {
        let mut machine = Machine::default();
        let (half, fills) = (SCRATCH_LEN / 2, self.first.row.name.starts_with("set"));
        let len = [0, rng.random_range(0..17), rng.random_range(0..200), rng.random_range(0..half)]
            [rng.random_range(0..4)];
        let to = SCRATCH + rng.random_range(0..half - len);
        let [rd, rs, rn] = ["rd", "rs", "rn"].map(|name| self.first.raw(name) as usize);
        machine.x[rd] = Some(to);
        machine.x[rn] = Some(len);
        if fills && rs != ZR {
            machine.general(rng, rs, 8);
        } else if !fills {
            let apart = if self.forward { half } else { 0 };
            machine.x[rs] = Some(SCRATCH + apart + rng.random_range(0..half - len));
        }
        let bytes = random_bytes(rng, &mut Default::default(), 64);
        machine.store(SCRATCH + rng.random_range(0..SCRATCH_LEN - 64), &bytes);
        machine.nzcv = Some(rng.random_range(0..16));
        Some(machine.into_patch())
    }
}

/// Inputs for signing a pointer and using it.
#[derive(Debug)]
struct Signed {
    /// Register of the pointer, and the instruction that uses it.
    pointer: usize,
    user: Insn,
    entry: u32,
}

/// Plans the signing of a pointer, and what `row` makes of it; for rows that sign, what
/// authenticates.
pub(super) fn plan_signed(rng: &mut Rng, row: &'static Row, at: u32) -> Option<Planned> {
    let insn = choose(rng, row)?;
    let key = if insn.raw("m") != 0 { 'b' } else { 'a' };
    let (sign, user) = match row.name {
        "pacga" => return Some(plan_generic(insn, at)),
        "braa" | "blraa" => {
            let sign = named_insn(&format!("paci{key}"))?.with("rd", insn.raw("rn"))?;
            (sign.with("rn", insn.raw("rm"))?, insn)
        }
        "braaz" | "blraaz" => {
            (named_insn(&format!("paciz{key}"))?.with("rd", insn.raw("rn"))?, insn)
        }
        "retaa" => (named_insn(&format!("paci{key}sp"))?, insn),
        "ldraa" | "ldraa_pre" => {
            (named_insn(&format!("pacdz{key}"))?.with("rd", insn.raw("rn"))?, insn)
        }
        name => {
            let tail = name.get(3..)?;
            let fields = insn.word & !row.mask;
            let with = |head| {
                let insn = named_insn(&format!("{head}{tail}"))?;
                Some(Insn { word: insn.word | fields, ..insn })
            };
            (with("pac")?, with("aut")?)
        }
    };
    let pointer = sign.row.operands.iter().find(|o| o.access.writes())?;
    let pointer = sign.register(pointer)?;
    let modifies = |o: &isa::row::Operand| !o.access.writes() && sign.register(o) == Some(pointer);
    if pointer == ZR || sign.row.operands.iter().any(modifies) {
        return None;
    }
    let around = if row.marks.branch { LANDING } else { 0 };
    let inputs = Signed { pointer, user, entry: at + around };
    // What does not authenticate in place leaves the code in the register.
    let in_place = user.row.name.starts_with("aut");
    let left = Ignore::Word((layout::X + pointer) as u16, u64::MAX);
    let ignore = if in_place { Vec::new() } else { vec![left] };
    Some(planned(at, around, &[sign, user], ignore, Box::new(inputs)))
}

fn named_insn(name: &str) -> Option<Insn> {
    let row = row_named(name)?;
    Some(Insn { row, word: row.value })
}

/// PACGA alone: what it gives hangs on the key.
fn plan_generic(insn: Insn, at: u32) -> Planned {
    let ignore = vec![Ignore::Word((layout::X + insn.raw("rd") as usize) as u16, u64::MAX)];
    let ignore = if insn.raw("rd") as usize == ZR { Vec::new() } else { ignore };
    planned(at, 0, &[insn], ignore, Box::new(Shape::Insn(insn)))
}

impl Inputs for Signed {
    fn passes(&self, asked: u64) -> u64 {
        asked.max(1)
    }

    fn step(&self, rng: &mut Rng, _: u64) -> Option<Delta> {
        (0..200).find_map(|_| {
            let mut machine = Machine::default();
            for number in 0..32 {
                machine.general(rng, number, 64);
            }
            let pointer = if self.user.row.marks.branch {
                place::landing(rng, self.entry, 2 * LEN, 4)
            } else if let Some(need) = need(&self.user) {
                let mut x = machine.x;
                let addr = need.solve(rng, &mut x)?;
                machine.store(addr, &rng.random::<u64>().to_le_bytes());
                x[self.pointer]? & (u64::MAX >> 8)
            } else {
                IMAGE + rng.random_range(0..1 << 40)
            };
            machine.x[self.pointer] = Some(pointer);
            machine.nzcv = Some(rng.random_range(0..16));
            Some(machine.into_patch())
        })
    }
}

/// Whether a row has to do with signed pointers and the process's keys.
pub(super) fn is_keyed(row: &Row) -> bool {
    matches!(row.facility.name, "pauth" | "pacga") && !row.name.starts_with("xpac")
}

/// Whether a row is a step of a copy or fill.
pub(super) fn is_copy(row: &Row) -> bool {
    row.operands.iter().any(|o| matches!(o.kind, Kind::Mem(_))) && row.facility.name == "mops"
}
