//! Rust source for a checked table.
//!
//! The source refers to the `isa` crate's `crate::row` types, and is included by one module per
//! guest.

mod api;
mod data;
mod decode;
mod traits;
mod types;

use crate::Table;
use crate::model::Row;

/// The generated module of one guest.
pub fn rust(table: &Table) -> String {
    let mut out = String::new();
    types::structs(table, &mut out);
    types::insn(table, &mut out);
    decode::decode(table, &mut out);
    data::data(table, &mut out);
    traits::traits(table, &mut out);
    api::api(&mut out);
    out
}

/// What a row is and where it is described, for the documentation of what is generated.
pub(crate) fn row_doc(row: &Row) -> String {
    let title = row.cite.title.replace('<', "\\<");
    format!("{title} (`{}`); {} chapter {}.", row.mnemonic, row.cite.manual, row.cite.chapter)
}

/// `locgr` → `Locgr`, `add_imm` → `AddImm`, `RXY-a` → `RxyA`, `AddSubImm` and `V3Fp` stay, `RISu` → `Risu`.
pub(crate) fn camel(name: &str) -> String {
    let mut out = String::new();
    for word in name.split(['_', '-']) {
        let mut chars = word.chars();
        if let Some(first) = chars.next() {
            out.extend(first.to_uppercase());
            let rest = chars.as_str();
            // An acronym may end in a small letter.
            if rest.trim_end_matches('u').contains(char::is_lowercase) {
                out.push_str(rest);
            } else {
                out.push_str(&rest.to_lowercase());
            }
        }
    }
    out
}
