//! The decoder: a tree of small tables over opcode fields, flattened into one array.
//!
//! Each node selects at most 8 adjacent bits. A row that leaves some of them open is below several of its entries.
//! Rows that no bits can tell apart are tried in order of priority.

use super::camel;
use crate::Table;
use crate::model::{Constraint, Format, Row, Seg};
use std::fmt::Write as _;

const NONE: u16 = u16::MAX;

/// Bit of entries that are nodes; `frontend/isa/src/tree.rs` has the rest of their format.
const NODE: u32 = 1 << 31;
/// Bit of entries that are chains.
const CHAIN: u32 = 1 << 30;
/// Most bits that a node selects.
const MAX_BITS: u32 = 8;
/// What an open bit of a row costs in the choice of a node's bits, where a fixed one gains 1: more makes the tree smaller and
/// deeper.
const OPEN_COST: u32 = 2;

#[derive(Default)]
struct Tree {
    entries: Vec<u32>,
    /// Rows to be tried in order: mask, value, row; closed by a row of [`NONE`].
    chains: Vec<(u64, u64, u16)>,
    /// Where each chain starts.
    chain_starts: Vec<usize>,
}

pub(super) fn decode(table: &Table, out: &mut String) {
    let all: Vec<usize> = (0..table.rows.len()).collect();
    let mut tree = Tree::default();
    let root = tree.node(table, &all, 0);
    emit_tables(&tree, root, out);
    emit_construct(table, out);
}

impl Tree {
    /// Builds the subtree for these rows, whose bits `known` have been looked at; its entry.
    fn node(&mut self, table: &Table, rows: &[usize], known: u64) -> u32 {
        match rows {
            [] => return NONE.into(),
            [row] if table.rows[*row].mask & !known == 0 => return *row as u32,
            _ => {}
        }
        let Some((right, len)) = best_bits(table, rows, known) else {
            return CHAIN | self.chain(table, rows);
        };
        let ones = (1u64 << len) - 1;
        let base = self.entries.len();
        assert!(base < 1 << 21, "a node names the first of its entries in 21 bits");
        self.entries.resize(base + (1 << len), NONE.into());
        for value in 0..=ones {
            let may_match =
                |row: &Row| (row.value >> right ^ value) & row.mask >> right & ones == 0;
            let matching: Vec<usize> =
                rows.iter().copied().filter(|row| may_match(&table.rows[*row])).collect();
            let entry = self.node(table, &matching, known | ones << right);
            self.entries[base + value as usize] = entry;
        }
        NODE | right << 25 | (len - 1) << 21 | base as u32
    }

    fn chain(&mut self, table: &Table, rows: &[usize]) -> u32 {
        let mut rows = rows.to_vec();
        let above = |a: &Row, b: &Row| a.over.contains(&b.name);
        rows.sort_by(|a, b| {
            let (a, b) = (&table.rows[*a], &table.rows[*b]);
            above(b, a).cmp(&above(a, b)).then(b.mask.count_ones().cmp(&a.mask.count_ones()))
        });
        self.chain_starts.push(self.chains.len());
        for row in rows {
            let r = &table.rows[row];
            self.chains.push((r.mask, r.value, row as u16));
        }
        self.chains.push((0, 0, NONE));
        self.chain_starts.len() as u32 - 1
    }
}

/// The adjacent bits that are best looked at next, none of them `known`: shift to the right, number. `None` if all fixed bits
/// of the rows are known.
fn best_bits(table: &Table, rows: &[usize], known: u64) -> Option<(u32, u32)> {
    let mut best = None;
    for len in 1..=MAX_BITS {
        for right in 0..=64 - len {
            let bits = ((1u64 << len) - 1) << right;
            let fixed: u32 =
                rows.iter().map(|row| (table.rows[*row].mask & bits).count_ones()).sum();
            if known & bits != 0 || fixed == 0 {
                continue;
            }
            let open = len * rows.len() as u32 - fixed;
            let gain = i64::from(fixed) - i64::from(OPEN_COST * open);
            if best.is_none_or(|(most, _)| gain > most) {
                best = Some((gain, (right, len)));
            }
        }
    }
    best.map(|(_, bits)| bits)
}

fn emit_tables(tree: &Tree, root: u32, out: &mut String) {
    let _ = writeln!(out, "static ENTRIES: [u32; {}] = [", tree.entries.len());
    for chunk in tree.entries.chunks(16) {
        let _ = writeln!(
            out,
            "    {},",
            chunk.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")
        );
    }
    let _ = writeln!(out, "];\nstatic CHAINS: [(u64, u64, u16); {}] = [", tree.chains.len());
    for (mask, value, row) in &tree.chains {
        let _ = writeln!(out, "    ({mask:#x}, {value:#x}, {row}),");
    }
    let _ = writeln!(out, "];\nstatic CHAIN_STARTS: [usize; {}] = [", tree.chain_starts.len());
    for start in &tree.chain_starts {
        let _ = writeln!(out, "    {start},");
    }
    let _ = writeln!(out, "];\nstatic TREE: Tree = Tree {{");
    let _ = writeln!(out, "    root: {root:#x}, entries: &ENTRIES,");
    let _ = writeln!(out, "    chains: &CHAINS, chain_starts: &CHAIN_STARTS,\n}};\n");
}

/// Conditions under which a word of the row is undefined.
fn undefined_if(format: &Format, row: &Row) -> Vec<String> {
    let take = |f: usize| {
        let Seg { pos, len } = format.fields[f].segs[0];
        format!("take(word, {pos}, {len})")
    };
    let condition = |constraint: &Constraint| match constraint {
        Constraint::Reserved(mask, value) => Some(format!("word & {mask:#x} == {value:#x}")),
        Constraint::Distinct(a, b) => Some(format!("{} == {}", take(*a), take(*b))),
        Constraint::BitMask(n, imms) => {
            Some(format!("!bits::describes_mask({}, {})", take(*n), take(*imms)))
        }
        _ => None,
    };
    row.constraints.iter().filter_map(condition).collect()
}

fn emit_construct(table: &Table, out: &mut String) {
    let _ = writeln!(out, "/// The instruction that the left-aligned bits of `word` begin with.");
    let _ = writeln!(out, "#[inline]");
    let _ = writeln!(out, "pub fn decode_word(word: u64) -> Option<Insn> {{");
    by_row(table, out, |row, format| {
        format!("Insn::{}({format}::from_word(word))", camel(&row.name))
    });
    let _ = writeln!(out, "}}\n");
}

/// An expression that decodes `word` and is `Some` of what `value` says for its row and format, or returns `None`.
pub(super) fn by_row(table: &Table, out: &mut String, value: impl Fn(&Row, &str) -> String) {
    let _ = writeln!(out, "    Some(match TREE.find(word) {{");
    for (id, row) in table.rows.iter().enumerate() {
        let format = &table.formats[row.format];
        let undefined = undefined_if(format, row);
        if !undefined.is_empty() {
            let _ = writeln!(out, "        {id} if {} => return None,", undefined.join(" || "));
        }
        let _ = writeln!(out, "        {id} => {},", value(row, &camel(&format.name)));
    }
    let _ = writeln!(out, "        _ => return None,\n    }})");
}
