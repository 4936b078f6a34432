//! Operands as their kind says.

use super::Text;
use crate::row::{FieldType, Form, Kind, Place, Shape, SizeRule};

/// The operand that a field holds.
pub(super) fn text(text: &Text, name: &str) -> Option<String> {
    let field = text.field(name)?;
    if let FieldType::Relative { unit } = field.ty {
        let page = if unit == 4096 { !0xfff } else { !0 };
        return Some(format!(
            "{:#x}",
            (text.pc & page).wrapping_add_signed(field.value(text.word))
        ));
    }
    let number = field.raw(text.word);
    Some(match kind(text, name) {
        Some(Kind::Simd(shape)) => vector(text, number, shape)?,
        Some(Kind::Imm) => format!("#{}", field.value(text.word)),
        Some(kind) => general(text, number, kind),
        None => in_address(text, name, number),
    })
}

/// The kind of the operand in a field, if it is one of its own.
pub(super) fn kind(text: &Text, name: &str) -> Option<Kind> {
    let place = Place::Field(text.field(name)?.name);
    text.row.operands.iter().find(|o| o.place == place).map(|o| o.kind)
}

/// `x3`, `wzr`, `sp`.
pub(super) fn general(text: &Text, number: u64, kind: Kind) -> String {
    let sf = text.raw("sf") == 1;
    let (wide, sp) = match kind {
        Kind::W | Kind::Wpair => (false, false),
        Kind::Wsp => (false, true),
        Kind::Xsp => (true, true),
        Kind::R | Kind::Rpair => (sf, false),
        Kind::Rsp => (sf, true),
        Kind::Xw => (text.raw("w") == 0, false),
        Kind::Rext => (sf && text.raw("option") & 3 == 3, false),
        _ => (true, false),
    };
    register(number, wide, sp)
}

/// A general register by number; 31 is SP or the zero register.
pub(super) fn register(number: u64, wide: bool, sp: bool) -> String {
    match (number, wide, sp) {
        (31, true, true) => "sp".into(),
        (31, false, true) => "wsp".into(),
        (_, true, _) if number == 31 => "xzr".into(),
        (_, false, _) if number == 31 => "wzr".into(),
        (_, true, _) => format!("x{number}"),
        _ => format!("w{number}"),
    }
}

/// Base and index registers of an address.
fn in_address(text: &Text, name: &str, number: u64) -> String {
    let index = text
        .row
        .operands
        .iter()
        .any(|o| matches!(o.place, Place::Memory { index: Some(i), .. } if i == name));
    if !index {
        return register(number, true, true);
    }
    register(number, text.field("option").is_none() || text.raw("option") & 1 == 1, false)
}

/// Logarithm of the element's bytes.
pub(super) fn log2(text: &Text, size: SizeRule) -> Option<u8> {
    size.log2(text.row.format, text.word)
}

/// Letter of an element's size.
pub(super) fn letter(log: u8) -> char {
    ['b', 'h', 's', 'd', 'q'][usize::from(log.min(4))]
}

/// `d3`, `v3.16b`, `v3.s`.
fn vector(text: &Text, number: u64, shape: Shape) -> Option<String> {
    let log = log2(text, shape.size)?;
    let letter = letter(log);
    Some(match shape.form {
        Form::Scalar => format!("{letter}{number}"),
        Form::Element => format!("v{number}.{letter}"),
        _ => format!("v{number}.{}{letter}", elements(text, shape.form, log)),
    })
}

/// Number of elements in a vector of this form.
pub(super) fn elements(text: &Text, form: Form, log: u8) -> u32 {
    let q = text.raw("q") == 1;
    let bytes = match form {
        Form::Half => 8,
        Form::Two => return 2,
        Form::HalfQ if q => 8,
        Form::HalfQ => 4,
        Form::Q | Form::List if !q => 8,
        _ => 16,
    };
    bytes >> log
}
