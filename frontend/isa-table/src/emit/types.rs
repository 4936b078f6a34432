//! Operand structs and the `Insn` enum.

use super::{camel, row_doc};
use crate::Table;
use crate::model::{Field, FieldType, Format, Seg};
use std::fmt::Write as _;

pub(super) fn structs(table: &Table, out: &mut String) {
    for format in &table.formats {
        structure(format, out);
    }
}

fn structure(format: &Format, out: &mut String) {
    let name = camel(&format.name);
    let at = &format.at;
    let _ = writeln!(out, "// {}:{}", at.file, at.line);
    let _ = writeln!(out, "/// Operands of format {}: `{}`.", format.name, format.syntax);
    let _ = writeln!(out, "#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]");
    let _ = writeln!(out, "pub struct {name} {{");
    for field in &format.fields {
        let _ = writeln!(out, "    /// {}.", describe(field));
        let _ = writeln!(out, "    pub {}: {},", field.name, field.rust_type());
    }
    let _ = writeln!(out, "}}\n\nimpl {name} {{");
    let word = if format.fields.is_empty() { "_" } else { "word" };
    let _ =
        writeln!(out, "    #[inline]\n    fn from_word({word}: u64) -> Self {{\n        Self {{");
    for field in &format.fields {
        let _ = writeln!(out, "            {}: {},", field.name, extract(field));
    }
    let _ = writeln!(out, "        }}\n    }}\n");
    let _ = writeln!(out, "    #[inline]\n    fn to_word(self) -> u64 {{");
    let parts: Vec<String> = format.fields.iter().flat_map(insert).collect();
    let sum = if parts.is_empty() { "0".into() } else { parts.join("\n            | ") };
    let _ = writeln!(out, "        {sum}");
    let _ = writeln!(out, "    }}\n}}\n");
}

fn describe(field: &Field) -> String {
    use FieldType as T;
    let bits = field.bits();
    match field.ty {
        T::Unsigned => format!("{bits} bits, unsigned"),
        T::Signed => format!("{bits} bits, signed"),
        T::Relative { unit: 1 } => format!("Offset from the instruction in bytes; {bits} bits"),
        T::Relative { unit } => {
            format!("Offset from the instruction in bytes, a multiple of {unit}; {bits} bits")
        }
        T::Displacement { signed: false } => format!("Displacement of {bits} bits, unsigned"),
        T::Displacement { signed: true } => format!("Displacement of {bits} bits, signed"),
    }
}

/// Expression that extracts a field from `word`.
fn extract(field: &Field) -> String {
    let bits = field.bits();
    let value = if field.signed() {
        format!("sext({}, {bits})", field_bits(field))
    } else {
        field_bits(field)
    };
    match field.ty {
        FieldType::Relative { unit: 1 } => value,
        FieldType::Relative { unit } => format!("{value} * {unit}"),
        _ if field.segs.len() > 1 && !field.signed() => {
            format!("({value}) as {}", field.rust_type())
        }
        _ => format!("{value} as {}", field.rust_type()),
    }
}

fn field_bits(field: &Field) -> String {
    let mut parts = Vec::new();
    let mut below = field.bits();
    for seg in &field.segs {
        below -= u32::from(seg.len);
        let part = format!("take(word, {}, {})", seg.pos, seg.len);
        parts.push(if below == 0 { part } else { format!("{part} << {below}") });
    }
    parts.join(" | ")
}

/// Expressions that put the parts of `self.field` into a word; excess bits are cut off.
fn insert(field: &Field) -> Vec<String> {
    let name = &field.name;
    let value = match field.ty {
        FieldType::Relative { unit: 1 } => format!("self.{name} as u64"),
        FieldType::Relative { unit } => format!("(self.{name} / {unit}) as u64"),
        FieldType::Unsigned => format!("u64::from(self.{name})"),
        _ => format!("i64::from(self.{name}) as u64"),
    };
    let mut below = field.bits();
    let part = |seg: &Seg| {
        below -= u32::from(seg.len);
        let value = if below == 0 { value.clone() } else { format!("({value}) >> {below}") };
        format!("put({value}, {}, {})", seg.pos, seg.len)
    };
    field.segs.iter().map(part).collect()
}

pub(super) fn insn(table: &Table, out: &mut String) {
    let _ = writeln!(out, "/// One decoded instruction: a variant per row of the tables.");
    let _ = writeln!(out, "#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]");
    let _ = writeln!(out, "pub enum Insn {{");
    for row in &table.rows {
        let format = &table.formats[row.format];
        let _ = writeln!(out, "    // {}:{}", row.at.file, row.at.line);
        let _ = writeln!(out, "    /// {}", row_doc(row));
        let _ = writeln!(out, "    {}({}),", camel(&row.name), camel(&format.name));
    }
    let _ = writeln!(out, "}}\n\nimpl Insn {{");
    let _ = writeln!(out, "    /// Index of the instruction's row in [`ROWS`].\n    #[inline]");
    let _ = writeln!(out, "    pub fn row_id(&self) -> u16 {{\n        match self {{");
    for (id, row) in table.rows.iter().enumerate() {
        let _ = writeln!(out, "            Self::{}(_) => {id},", camel(&row.name));
    }
    let _ = writeln!(out, "        }}\n    }}\n");
    let _ = writeln!(
        out,
        "    /// The instruction's bits, left-aligned; unassigned bits as they should be."
    );
    let _ = writeln!(out, "    pub fn to_word(&self) -> u64 {{\n        match self {{");
    for row in &table.rows {
        let name = camel(&row.name);
        let fixed = row.value | table.formats[row.format].should_be_one;
        let fixed = if fixed == 0 { String::new() } else { format!("{fixed:#x} | ") };
        let _ = writeln!(out, "            Self::{name}(f) => {fixed}f.to_word(),");
    }
    let _ = writeln!(out, "        }}\n    }}\n}}\n");
}
