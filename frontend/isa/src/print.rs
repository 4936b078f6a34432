//! Disassembly text, driven by the row.

pub mod a64;

use crate::row::{Extended, Field, FieldType, Kind, Place, Row};
use std::fmt::{self, Write as _};

/// The text of one instruction; see [`crate::s390x::Insn::fmt_at`].
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// The row.
    pub row: &'static Row,
    /// The instruction, left-aligned.
    pub word: u64,
    /// Address of the instruction, for relative operands.
    pub pc: u64,
    /// Whether extended mnemonics (`je` for `brc 8,`) are used.
    pub extended: bool,
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let extended = if self.extended { self.find_extended() } else { None };
        f.write_str(extended.map_or(self.row.mnemonic, |e| e.mnemonic))?;
        let mut separator = '\t';
        let omitted = self.omitted(extended);
        for operand in split_operands(self.row.syntax) {
            let Some(field) = self.field(head(operand)) else { continue };
            let hidden = hidden_bits(extended, field);
            if hidden.count_ones() == field.bits() || omitted.contains(&field.name) {
                continue;
            }
            f.write_char(separator)?;
            separator = ',';
            let shown = field.with_raw(self.word, field.raw(self.word) & !hidden);
            Self { word: shown, ..*self }.operand(f, operand, field)?;
        }
        Ok(())
    }
}

impl Text {
    fn field(&self, name: &str) -> Option<&'static Field> {
        self.row.format.field(name)
    }

    fn raw(&self, name: &str) -> u64 {
        self.field(name).map_or(0, |f| f.raw(self.word))
    }

    fn find_extended(&self) -> Option<&'static Extended> {
        self.row.extended.iter().find(|e| e.when.iter().all(|(n, v, m)| self.raw(n) & m == *v))
    }

    /// The optional fields of which nothing is left to print, as of all optional ones after them.
    fn omitted(&self, extended: Option<&Extended>) -> &'static [&'static str] {
        let shown = |name: &str| {
            self.field(name).map_or(0, |f| f.raw(self.word) & !hidden_bits(extended, f))
        };
        let optional = self.row.optional;
        let used = optional.iter().rposition(|name| shown(name) != 0).map_or(0, |i| i + 1);
        &optional[used..]
    }

    /// One operand: a field alone, or `d(x,b)` and its relatives.
    fn operand(&self, f: &mut fmt::Formatter<'_>, text: &str, field: &Field) -> fmt::Result {
        let Some((_, inner)) = text.split_once('(') else { return self.value(f, field) };
        write!(f, "{}", field.value(self.word))?;
        let inner: Vec<&str> = inner.trim_end_matches(')').split(',').collect();
        let registers = |name: &str| !name.starts_with('l') && !name.starts_with('r');
        let first_zero = inner.len() == 2 && registers(inner[0]) && self.raw(inner[0]) == 0;
        let inner = if first_zero { &inner[1..] } else { &inner[..] };
        if matches!(inner, [base] if self.raw(base) == 0) {
            return Ok(());
        }
        for (i, name) in inner.iter().enumerate() {
            f.write_char(if i == 0 { '(' } else { ',' })?;
            if let Some(field) = self.field(name) {
                self.value(f, field)?;
            }
        }
        f.write_char(')')
    }

    fn value(&self, f: &mut fmt::Formatter<'_>, field: &Field) -> fmt::Result {
        let value = field.value(self.word);
        if matches!(field.ty, FieldType::Relative { .. }) {
            return write!(f, "{:#x}", self.pc.wrapping_add_signed(value));
        }
        match register_letter(self.row, field) {
            Some(letter) => write!(f, "%{letter}{value}"),
            None if field.name.starts_with('l') => write!(f, "{}", value + 1),
            None => write!(f, "{value}"),
        }
    }
}

/// The bits of a field that the extended mnemonic stands for.
fn hidden_bits(extended: Option<&Extended>, field: &Field) -> u64 {
    let when = extended.map_or(&[][..], |e| e.when);
    when.iter().filter(|(name, ..)| *name == field.name).map(|(.., mask)| mask).sum()
}

/// Splits `r1,d2(x2,b2)` at the commas outside parentheses.
fn split_operands(syntax: &'static str) -> impl Iterator<Item = &'static str> {
    let mut depth = 0;
    syntax
        .split(move |c| {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            c == ',' && depth == 0
        })
        .filter(|s| !s.is_empty())
}

/// The field that names an operand: `d2` of `d2(x2,b2)`.
fn head(operand: &str) -> &str {
    operand.split_once('(').map_or(operand, |(head, _)| head)
}

/// Letter after the percent sign, if the field is a register.
fn register_letter(row: &Row, field: &Field) -> Option<char> {
    let kind = row.operands.iter().find(|o| o.place == Place::Field(field.name)).map(|o| o.kind);
    match kind {
        Some(Kind::Fp | Kind::Fp32 | Kind::Fp64 | Kind::Fp128) => Some('f'),
        Some(Kind::Access) => Some('a'),
        Some(Kind::Control) => Some('c'),
        _ => match field.name.as_bytes() {
            [b'v', ..] => Some('v'),
            [b'r' | b'x' | b'b', ..] => Some('r'),
            _ => None,
        },
    }
}
