//! Making base and index registers point where an operand shall be.

use isa::row::{Access, Kind, MemLen, Place, Row};

use super::fields::{length, raw, register};
use crate::place::{anywhere, choose_address, is_inside, is_ours, random_index};
use crate::rng::Rng;

/// Storage that an instruction will access (or branch to).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Need {
    /// Base register.
    pub(crate) base: Option<usize>,
    /// Index register.
    pub(crate) index: Option<usize>,
    /// Displacement in bytes.
    pub(crate) disp: i64,
    /// Length in bytes.
    pub(crate) len: u64,
    /// The address is that of the last byte.
    pub(crate) down: bool,
    /// Required alignment in bytes.
    pub(crate) align: u64,
    /// Read or written.
    pub(crate) access: Access,
    /// Where it must be.
    pub(crate) goal: Goal,
}

/// Distance in bytes beyond which no two operands overlap whose length registers decide.
const DISJOINT: u64 = 700;

/// Where an address must point to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    /// Into the scratch area, or for a fault beside it.
    Scratch,
    /// Into the scratch area for sure: whether a fault is recognized is open.
    Inside,
    /// Exactly there.
    Exact(u64),
}

/// Collects what storage an instruction accesses; addresses that are only computed are left to
/// chance, branch addresses get `landing`.
pub(crate) fn needs(row: &Row, word: u64, landing: u64) -> Vec<Need> {
    let mut needs = Vec::new();
    let goal = if faults_are_open(row) { Goal::Inside } else { Goal::Scratch };
    for operand in row.operands {
        let (len, goal, access, down) = match operand.kind {
            Kind::Mem(len) => {
                let down = matches!(len, MemLen::FieldDown(_));
                (length(row, word, len), goal, operand.access, down)
            }
            Kind::Pointer(access) => (256, Goal::Scratch, access, false),
            Kind::PointerLen(access) | Kind::PointerLen24(access) => {
                (64, Goal::Scratch, access, false)
            }
            Kind::GrTarget | Kind::BranchAddress => (2, Goal::Exact(landing), Access::None, false),
            _ => continue,
        };
        let align = u64::from(operand.align.max(1));
        let (base, index, disp) = match operand.place {
            Place::Storage { base, index, disp } => {
                let some = |name| Some(raw(row, word, name) as usize).filter(|&n| n != 0);
                let disp = row.field(disp).map_or(0, |f| f.value(word));
                (some(base), index.and_then(some), disp)
            }
            _ => (register(row, word, operand), None, 0),
        };
        needs.push(Need { base, index, disp, len, down, align, access, goal });
    }
    needs
}

/// Rows for which it is open whether a fault is recognized: conditional accesses whose condition
/// is false, operands that are longer than what is needed of them, and operands as long as the
/// machine has something to store.
fn faults_are_open(row: &Row) -> bool {
    let conditional = row.name.starts_with("loc") || row.name.starts_with("stoc");
    let ragged = ["bic", "pack", "unpk", "mvo", "pka", "pku", "unpka", "unpku"];
    conditional || ragged.contains(&row.name) || row.marks.gen_skip.is_some()
}

/// Whether what an instruction does with operands that overlap is open.
pub(crate) fn overlap_is_open(row: &Row) -> bool {
    let by_name = ["mvcin", "pka", "pku", "unpka", "unpku"];
    let pointers = row
        .operands
        .iter()
        .any(|o| matches!(o.kind, Kind::Pointer(_) | Kind::PointerLen(_) | Kind::PointerLen24(_)));
    by_name.contains(&row.name) || pointers
}

/// Finds addresses for all needs of an instruction, at most one of which makes trouble: which
/// exception comes first is open.
pub(crate) fn solve_all(
    rng: &mut Rng,
    row: &Row,
    needs: Vec<Need>,
    regs: &mut [Option<u64>; 16],
) -> Option<Vec<(Need, u64)>> {
    let mut placed: Vec<(Need, u64)> = Vec::new();
    let mut trouble = false;
    for mut need in needs {
        if trouble && need.goal == Goal::Scratch {
            need.goal = Goal::Inside;
        }
        let others: Vec<u64> = placed.iter().map(|p| p.1).collect();
        let addr = need.solve(rng, regs, &others)?;
        let apart = |other: &u64| other.abs_diff(addr) >= DISJOINT;
        if overlap_is_open(row) && !others.iter().all(apart) {
            return None;
        }
        trouble |= need.goal == Goal::Scratch && !need.is_fine(addr);
        placed.push((need, addr));
    }
    Some(placed)
}

impl Need {
    /// Whether neither fault nor alignment stops an access there.
    fn is_fine(&self, addr: u64) -> bool {
        let writable = is_inside(addr, self.len);
        writable && addr % self.align == 0
    }

    /// Sets registers so that the address becomes a good one; gives the first byte's address.
    ///
    /// Registers that `regs` has already are fixed. `None` if no choice leads to memory of ours.
    pub(crate) fn solve(
        &self,
        rng: &mut Rng,
        regs: &mut [Option<u64>; 16],
        others: &[u64],
    ) -> Option<u64> {
        let want = match self.goal {
            Goal::Exact(addr) => addr,
            Goal::Scratch => choose_address(rng, self.len, self.align, others),
            Goal::Inside => anywhere(rng, self.len) & !(self.align - 1),
        };
        let back = if self.down { self.len - 1 } else { 0 };
        let sum = want.wrapping_add(back).wrapping_sub(self.disp as u64);
        let got = self.set_registers(rng, regs, sum)?;
        let first = got.wrapping_add(self.disp as u64).wrapping_sub(back);
        match self.goal {
            Goal::Exact(addr) => (first == addr).then_some(first),
            Goal::Scratch => is_ours(first, self.len).then_some(first),
            Goal::Inside => self.is_fine(first).then_some(first),
        }
    }

    /// Makes base plus index equal to `sum` if they are free; gives what they are.
    fn set_registers(&self, rng: &mut Rng, regs: &mut [Option<u64>; 16], sum: u64) -> Option<u64> {
        match (self.base, self.index) {
            (None, None) => Some(0),
            (Some(b), Some(x)) if b == x => {
                let value = *regs[b].get_or_insert(sum / 2);
                Some(value.wrapping_mul(2))
            }
            (Some(r), None) | (None, Some(r)) => Some(*regs[r].get_or_insert(sum)),
            (Some(b), Some(x)) => {
                if let Some(value) = regs[b] {
                    return Some(
                        regs[x].get_or_insert(sum.wrapping_sub(value)).wrapping_add(value),
                    );
                }
                let value = *regs[x].get_or_insert_with(|| random_index(rng));
                regs[b] = Some(sum.wrapping_sub(value));
                Some(sum)
            }
        }
    }
}
