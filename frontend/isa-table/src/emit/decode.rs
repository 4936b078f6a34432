//! The decoder: a tree of small tables over opcode fields, flattened into one array.
//!
//! Each node selects at most 8 adjacent bits that are fixed in all rows below it.
//! Rows that no such field can tell apart are tried in order of priority.

use super::camel;
use crate::Table;
use crate::model::{Constraint, Format, Row, Seg};
use std::fmt::Write as _;

const NONE: u16 = u16::MAX;

#[derive(Default)]
struct Tree {
    /// Shift to the right, bits selected, index of the first entry.
    nodes: Vec<(u32, u64, usize)>,
    /// Row, `rows + node`, or [`NONE`].
    entries: Vec<u16>,
    /// Rows to be tried in order: mask, value, row; closed by a row of [`NONE`].
    chains: Vec<(u64, u64, u16)>,
    /// Where each chain starts.
    chain_starts: Vec<usize>,
}

pub(super) fn decode(table: &Table, out: &mut String) {
    let all: Vec<usize> = (0..table.rows.len()).collect();
    let mut tree = Tree::default();
    let root = tree.node(table, &all, 0);
    assert_eq!(root, table.rows.len() as u16 + CHAIN_SPACE, "the root is the first node");
    emit_tables(table, &tree, out);
    emit_construct(table, out);
}

/// Entry numbers from the row count on: first this many chains, then nodes.
const CHAIN_SPACE: u16 = 4096;

impl Tree {
    /// Builds the subtree for these rows, whose bits `known` are told apart already.
    fn node(&mut self, table: &Table, rows: &[usize], known: u64) -> u16 {
        let first = table.rows.len() as u16;
        match rows {
            [] => return NONE,
            [row] if table.rows[*row].mask & !known == 0 => return *row as u16,
            _ => {}
        }
        let common = rows.iter().fold(!known, |mask, row| mask & table.rows[*row].mask);
        let Some((pos, len)) = first_run(common) else {
            return first + self.chain(table, rows);
        };
        let right = 64 - pos - len;
        let ones = (1u64 << len) - 1;
        let index = self.nodes.len();
        let base = self.entries.len();
        self.nodes.push((right, ones, base));
        self.entries.resize(base + (1 << len), NONE);
        for value in 0..=ones {
            let matching: Vec<usize> = rows
                .iter()
                .copied()
                .filter(|row| table.rows[*row].value >> right & ones == value)
                .collect();
            let entry = self.node(table, &matching, known | ones << right);
            self.entries[base + value as usize] = entry;
        }
        first + CHAIN_SPACE + index as u16
    }

    fn chain(&mut self, table: &Table, rows: &[usize]) -> u16 {
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
        (self.chain_starts.len() - 1) as u16
    }
}

/// The first run of at most 8 ones in a mask: position from the left, length.
fn first_run(mask: u64) -> Option<(u32, u32)> {
    if mask == 0 {
        return None;
    }
    let pos = mask.leading_zeros();
    let len = (mask << pos).leading_ones().min(8);
    Some((pos, len))
}

fn emit_tables(table: &Table, tree: &Tree, out: &mut String) {
    let _ = writeln!(out, "static NODES: [Node; {}] = [", tree.nodes.len());
    for (right, ones, base) in &tree.nodes {
        let _ = writeln!(out, "    Node {{ right: {right}, ones: {ones:#x}, base: {base} }},");
    }
    let _ = writeln!(out, "];\nstatic ENTRIES: [u16; {}] = [", tree.entries.len());
    for chunk in tree.entries.chunks(16) {
        let _ = writeln!(
            out,
            "    {},",
            chunk.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
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
    let first = table.rows.len();
    let _ = writeln!(out, "];\nstatic TREE: Tree = Tree {{");
    let _ =
        writeln!(out, "    first_chain: {first}, first_node: {},", first + CHAIN_SPACE as usize);
    let _ = writeln!(out, "    nodes: &NODES, entries: &ENTRIES,");
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
    let _ = writeln!(out, "    Some(match TREE.find(word) {{");
    for (id, row) in table.rows.iter().enumerate() {
        let format = camel(&table.formats[row.format].name);
        let name = camel(&row.name);
        let undefined = undefined_if(&table.formats[row.format], row);
        if !undefined.is_empty() {
            let _ = writeln!(out, "        {id} if {} => return None,", undefined.join(" || "));
        }
        let _ = writeln!(out, "        {id} => Insn::{name}({format}::from_word(word)),");
    }
    let _ = writeln!(out, "        _ => return None,\n    }})\n}}\n");
}
