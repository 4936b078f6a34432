//! Disassembly text of A64, driven by the rows: which alias, which operands in which order.
//!
//! The syntax of a row is a list of items between commas: a field, or a field and the rule that
//! prints it (`imm12:x`), an address in brackets, or a literal after `'`. A suffix of the mnemonic may stand before
//! them in braces. What an item prints follows from the row's operand for that field
//! (`operand`) or from the rule (`rule`).

mod names;
mod operand;
mod rule;
mod suffix;
mod sysreg;

use crate::row::{Alias, Field, Row, When};
use std::fmt;

/// The text of one instruction; see [`crate::aarch64::Insn::fmt_at`].
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// The row.
    pub row: &'static Row,
    /// The instruction, left-aligned.
    pub word: u64,
    /// Address of the instruction, for relative operands.
    pub pc: u64,
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alias = self.row.aliases.iter().find(|a| self.applies(a));
        let mnemonic = alias.map_or(self.row.mnemonic, |a| a.mnemonic);
        let syntax = alias.map_or(self.row.syntax, |a| a.syntax);
        let (suffix, items) = match syntax.strip_prefix('{').and_then(|s| s.split_once('}')) {
            Some((suffix, items)) => (suffix, items),
            None => ("", syntax),
        };
        f.write_str(&suffix::with_suffix(self, mnemonic, suffix))?;
        let mut comment = String::new();
        let texts: Vec<String> =
            split(items).filter_map(|item| self.item(item, &mut comment)).collect();
        if !texts.is_empty() {
            write!(f, "\t{}", texts.join(", "))?;
        }
        if suffix == "cond" {
            comment = names::branch_comment(mnemonic, self.raw("cond"));
        }
        f.write_str(&comment)
    }
}

impl Text {
    fn field(&self, name: &str) -> Option<&'static Field> {
        self.row.format.field(name)
    }

    fn raw(&self, name: &str) -> u64 {
        self.field(name).map_or(0, |f| f.raw(self.word))
    }

    fn value(&self, name: &str) -> i64 {
        self.field(name).map_or(0, |f| f.value(self.word))
    }

    fn applies(&self, alias: &Alias) -> bool {
        alias.when.iter().all(|when| match *when {
            When::Bits(mask, value) => self.word & mask == value,
            When::NotBits(mask, value) => self.word & mask != value,
            When::Same(a, b) => self.raw(a) == self.raw(b),
            When::Less(a, b) => self.raw(a) < self.raw(b),
            When::Before(a, b) => self.raw(a) + 1 == self.raw(b),
            When::Named(name) => rule::holds(self, name),
        })
    }

    /// The text of an item of a syntax; nothing if it is left out.
    fn item(&self, item: &str, comment: &mut String) -> Option<String> {
        if let Some((inner, after)) = item.strip_prefix('[').and_then(|i| i.rsplit_once(']')) {
            let parts: Vec<String> =
                inner.split(',').filter_map(|part| self.item(part, comment)).collect();
            return Some(format!("[{}]{after}", parts.join(", ")));
        }
        if let Some(literal) = item.strip_prefix('\'') {
            return Some(literal.to_string());
        }
        let (name, how) = item.split_once(':').unwrap_or((item, ""));
        if how.is_empty() {
            operand::text(self, name)
        } else {
            rule::text(self, name, how, comment)
        }
    }
}

/// The items of a syntax, at the commas outside brackets.
fn split(syntax: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    syntax
        .split(move |c| {
            match c {
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => {}
            }
            c == ',' && depth == 0
        })
        .filter(|s| !s.is_empty())
}
