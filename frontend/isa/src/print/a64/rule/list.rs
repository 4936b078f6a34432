//! Lists of vector registers.

use super::{Form, Kind, MemLen, Text, letter, log2, operand, register};

/// A list of registers, or what an access after which the base changes adds to it.
pub(super) fn text(text: &Text, name: &str, how: &str) -> Option<String> {
    if how == "post" {
        return Some(match text.raw(name) {
            31 => format!("#{}", bytes(text)?),
            number => register(number, true, false),
        });
    }
    let Some(Kind::Simd(shape)) = operand::kind(text, if how == "table" { "rn" } else { "rt" })
    else {
        return None;
    };
    let log = log2(text, shape.size)?;
    let letter = letter(log);
    let suffix = if how == "lane" {
        letter.to_string()
    } else {
        format!(
            "{}{letter}",
            if how == "table" { 16 } else { operand::elements(text, Form::List, log) }
        )
    };
    let list = registers(text.raw(name), count(text, how)?, &suffix);
    Some(if how == "lane" { format!("{list}[{}]", text.raw("index")) } else { list })
}

/// Number of registers: the length of a table, or as many as the storage has room for.
fn count(text: &Text, how: &str) -> Option<u64> {
    if how == "table" {
        return Some(text.raw("len") + 1);
    }
    Some(match access(text)? {
        MemLen::Shifted(n, "q") => u64::from(n) / 8,
        MemLen::Shifted(n, _) => u64::from(n),
        MemLen::Bytes(n) => u64::from(n) >> element(text)?,
        _ => return None,
    })
}

/// Bytes of storage that the row accesses.
fn bytes(text: &Text) -> Option<u64> {
    Some(match access(text)? {
        MemLen::Shifted(n, field) => u64::from(n) << text.raw(field),
        MemLen::Bytes(n) => u64::from(n),
        _ => return None,
    })
}

fn access(text: &Text) -> Option<MemLen> {
    text.row.operands.iter().find_map(|o| match o.kind {
        Kind::Mem(len) => Some(len),
        _ => None,
    })
}

/// Logarithm of the bytes of an element.
fn element(text: &Text) -> Option<u8> {
    match operand::kind(text, "rt") {
        Some(Kind::Simd(shape)) => log2(text, shape.size),
        _ => None,
    }
}

/// `{v1.8b}`, `{v1.8b, v2.8b}`, `{v1.8b-v3.8b}`; a list that wraps is written out.
fn registers(first: u64, count: u64, suffix: &str) -> String {
    let last = (first + count - 1) % 32;
    if count > 2 && last > first {
        return format!("{{v{first}.{suffix}-v{last}.{suffix}}}");
    }
    let all: Vec<String> = (0..count).map(|i| format!("v{}.{suffix}", (first + i) % 32)).collect();
    format!("{{{}}}", all.join(", "))
}
