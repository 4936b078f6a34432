//! One trait per group, and the dispatch over all of them.

use super::{camel, row_doc};
use crate::Table;
use crate::model::Row;
use std::fmt::Write as _;

/// Whether the row has a method of its own.
fn has_method(row: &Row) -> bool {
    !(row.marks.todo || row.marks.privileged || row.marks.gated)
}

/// Index and name of the groups that have a trait.
fn trait_groups(table: &Table) -> impl Iterator<Item = (usize, &str)> {
    table
        .groups
        .iter()
        .enumerate()
        .filter(|(g, _)| table.rows.iter().any(|r| r.group == *g && has_method(r)))
        .map(|(g, group)| (g, group.name.as_str()))
}

pub(super) fn traits(table: &Table, out: &mut String) {
    for (g, name) in trait_groups(table) {
        let group = &table.groups[g];
        let _ = writeln!(out, "/// {}.\npub mod {name} {{", group.title);
        let _ = writeln!(out, "    use super::*;\n");
        let _ = writeln!(out, "    /// One method per row of group `{name}` that is not marked.");
        let _ = writeln!(out, "    pub trait Translate: Translator {{");
        for row in table.rows.iter().filter(|r| r.group == g && has_method(r)) {
            method(table, row, out);
        }
        let _ = writeln!(out, "    }}\n}}\n");
    }
    dispatch(table, out);
}

fn method(table: &Table, row: &Row, out: &mut String) {
    let _ = writeln!(out, "        // {}:{}", row.at.file, row.at.line);
    let _ = writeln!(out, "        /// {}", row_doc(row));
    let format = camel(&table.formats[row.format].name);
    let _ = writeln!(out, "        fn {}(&mut self, f: {format}) -> Self::Out;", row.name);
}

fn dispatch(table: &Table, out: &mut String) {
    let groups = trait_groups(table).map(|(_, name)| format!("{name}::Translate"));
    let bounds: Vec<String> = std::iter::once("Translator".into()).chain(groups).collect();
    let bounds = bounds.join(" + ");
    let _ = writeln!(out, "/// Calls the translator's method for the instruction's row.");
    let _ = writeln!(out, "pub fn dispatch<T>(insn: Insn, t: &mut T) -> T::Out");
    let _ = writeln!(out, "where\n    T: {bounds},\n{{");
    let _ = writeln!(out, "    match insn {{");
    for row in &table.rows {
        let name = camel(&row.name);
        let f = if has_method(row) { "f" } else { "_" };
        let _ = writeln!(out, "        Insn::{name}({f}) => {},", call(row, "f"));
    }
    let _ = writeln!(out, "    }}\n}}\n");
    let _ = writeln!(
        out,
        "/// `decode_word` and `dispatch` in one step; `None` for a word that matches no row."
    );
    let _ = writeln!(out, "pub fn dispatch_word<T>(word: u64, t: &mut T) -> Option<T::Out>");
    let _ = writeln!(out, "where\n    T: {bounds},\n{{");
    super::decode::by_row(table, out, |row, format| {
        call(row, &format!("{format}::from_word(word)"))
    });
    let _ = writeln!(out, "}}\n");
}

/// The call of the translator's method for a row, with its operands.
fn call(row: &Row, operands: &str) -> String {
    let m = &row.marks;
    if m.privileged || m.gated {
        "t.privileged()".to_owned()
    } else if m.todo {
        "t.undefined()".to_owned()
    } else {
        format!("t.{}({operands})", row.name)
    }
}
