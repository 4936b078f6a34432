//! The rows as data.

use crate::Table;
use crate::model::{
    Alias, Cite, Constraint, FieldType, Format, Kind, Level, MemLen, Operand, Place, Row, Seg,
    Shape, SizeRule, When,
};
use std::fmt::Write as _;

pub(super) fn data(table: &Table, out: &mut String) {
    levels(table, out);
    facilities(table, out);
    formats(table, out);
    groups(table, out);
    rows(table, out);
}

fn levels(table: &Table, out: &mut String) {
    let _ = writeln!(out, "/// Architecture levels, oldest first.");
    let _ = writeln!(out, "pub static LEVELS: [Level; {}] = [", table.levels.len());
    for (rank, Level { name, machine }) in table.levels.iter().enumerate() {
        let _ =
            writeln!(out, "    Level {{ rank: {rank}, name: {name:?}, machine: {machine:#x} }},");
    }
    let _ = writeln!(out, "];\n");
}

fn facilities(table: &Table, out: &mut String) {
    let _ = writeln!(out, "/// Facilities that rows belong to.");
    let _ = writeln!(out, "pub static FACILITIES: [Facility; {}] = [", table.facilities.len());
    for (index, f) in table.facilities.iter().enumerate() {
        let complete = table.rows.iter().all(|row| row.facility != index || !row.marks.todo);
        let _ = writeln!(
            out,
            "    Facility {{ name: {:?}, bit: {:?}, hwcap: {:?}, level: LEVELS[{}], complete: {complete}, title: {:?} }},",
            f.name, f.bit, f.hwcap, f.level, f.title
        );
    }
    let _ = writeln!(out, "];\n");
}

fn formats(table: &Table, out: &mut String) {
    let _ = writeln!(out, "/// Instruction formats.");
    let _ = writeln!(out, "pub static FORMATS: [Format; {}] = [", table.formats.len());
    for format in &table.formats {
        let fields: String = format.fields.iter().map(field).collect();
        let _ = writeln!(
            out,
            "    Format {{ name: {:?}, len_bytes: {}, little_endian: {}, should_be_one: {:#x}, \
             fields: &[{fields}] }},",
            format.name,
            format.bits / 8,
            table.words,
            format.should_be_one
        );
    }
    let _ = writeln!(out, "];\n");
}

fn field(field: &crate::model::Field) -> String {
    let segs: String = field
        .segs
        .iter()
        .map(|Seg { pos, len }| format!("Seg {{ pos: {pos}, len: {len} }}, "))
        .collect();
    let ty = match field.ty {
        FieldType::Unsigned => "Unsigned".into(),
        FieldType::Signed => "Signed".into(),
        FieldType::Relative { unit } => format!("Relative {{ unit: {unit} }}"),
        FieldType::Displacement { signed } => format!("Displacement {{ signed: {signed} }}"),
    };
    format!("Field {{ name: {:?}, segs: &[{segs}], ty: FieldType::{ty} }}, ", field.name)
}

fn groups(table: &Table, out: &mut String) {
    let _ = writeln!(out, "/// Groups of rows: one translator trait each.");
    let _ = writeln!(out, "pub static GROUPS: [Group; {}] = [", table.groups.len());
    for group in &table.groups {
        let _ = writeln!(out, "    Group {{ name: {:?}, title: {:?} }},", group.name, group.title);
    }
    let _ = writeln!(out, "];\n");
}

fn rows(table: &Table, out: &mut String) {
    let _ = writeln!(out, "/// All rows; the index is [`Insn::row_id`].");
    let _ = writeln!(out, "pub static ROWS: [Row; {}] = [", table.rows.len());
    for (id, row) in table.rows.iter().enumerate() {
        let _ = writeln!(out, "    // {}:{}", row.at.file, row.at.line);
        one_row(table, id, row, out);
    }
    let _ = writeln!(out, "];\n");
}

fn one_row(table: &Table, id: usize, row: &Row, out: &mut String) {
    let format = &table.formats[row.format];
    let name = |i: usize| format.fields[i].name.as_str();
    let operands: String = row.operands.iter().map(|o| operand(format, o)).collect();
    let constraints: String = row.constraints.iter().map(|c| constraint(format, c)).collect();
    let extended: String = row
        .extended
        .iter()
        .map(|e| {
            let when: String =
                e.when.iter().map(|(f, v, m)| format!("({:?}, {v}, {m}), ", name(*f))).collect();
            format!("Extended {{ when: &[{when}], mnemonic: {:?} }}, ", e.mnemonic)
        })
        .collect();
    let aliases: String = row.aliases.iter().map(|a| alias(format, a)).collect();
    let optional: String = row.optional.iter().map(|f| format!("{:?}, ", name(*f))).collect();
    let cc = row.cc_sets.map(|k| table.cc_kinds[k].0.as_str());
    let m = &row.marks;
    let Cite { manual, chapter, title } = &row.cite;
    let _ = writeln!(
        out,
        "    Row {{ id: {id}, name: {:?}, mnemonic: {:?}, format: &FORMATS[{}],\n        \
         mask: {:#x}, value: {:#x}, operands: &[{operands}], syntax: {:?},\n        \
         cc: Cc {{ reads: {}, sets: {cc:?} }}, facility: &FACILITIES[{}], level: LEVELS[{}],\n        \
         marks: Marks {{ privileged: {}, gated: {}, todo: {}, branch: {}, trap: {}, gen_skip: {:?} }},\n        \
         constraints: &[{constraints}], extended: &[{extended}], aliases: &[{aliases}], optional: &[{optional}],\n        \
         cite: Cite {{ manual: {manual:?}, chapter: {chapter:?}, title: {title:?} }},\n        \
         encodings: {}, group: &GROUPS[{}], file: {:?}, line: {} }},",
        row.name,
        row.mnemonic,
        row.format,
        row.mask,
        row.value,
        row.syntax,
        row.cc_reads,
        row.facility,
        row.level,
        m.privileged,
        m.gated,
        m.todo,
        m.branch,
        m.trap,
        m.gen_skip,
        row.encodings,
        row.group,
        row.at.file,
        row.at.line
    );
}

fn alias(format: &Format, alias: &Alias) -> String {
    let name = |i: &usize| format.fields[*i].name.as_str();
    let when: String = alias
        .when
        .iter()
        .map(|when| match when {
            When::Bits(mask, value) => format!("When::Bits({mask:#x}, {value:#x}), "),
            When::NotBits(mask, value) => format!("When::NotBits({mask:#x}, {value:#x}), "),
            When::Same(a, b) => format!("When::Same({:?}, {:?}), ", name(a), name(b)),
            When::Less(a, b) => format!("When::Less({:?}, {:?}), ", name(a), name(b)),
            When::Before(a, b) => format!("When::Before({:?}, {:?}), ", name(a), name(b)),
            When::Named(known) => format!("When::Named({known:?}), "),
        })
        .collect();
    let Alias { mnemonic, syntax, .. } = alias;
    format!("Alias {{ mnemonic: {mnemonic:?}, when: &[{when}], syntax: {syntax:?} }}, ")
}

fn operand(format: &Format, operand: &Operand) -> String {
    let name = |i: usize| format.fields[i].name.as_str();
    let place = match operand.place {
        Place::Memory { base, index, offset, ref unit, writeback } => format!(
            "Memory {{ base: {:?}, index: {:?}, offset: {:?}, unit: {}, \
             writeback: Writeback::{writeback:?} }}",
            name(base),
            index.map(name),
            offset.map(name),
            mem_len(format, unit)
        ),
        Place::Field(i) => format!("Field({:?})", name(i)),
        Place::Implied(register) => format!("Implied({register})"),
        Place::Storage { base, index, disp } => format!(
            "Storage {{ base: {:?}, index: {:?}, disp: {:?} }}",
            name(base),
            index.map(name),
            name(disp)
        ),
    };
    format!(
        "Operand {{ name: {:?}, place: Place::{place}, kind: {}, access: Access::{}, align: {} }}, ",
        operand.name,
        kind(format, &operand.kind),
        operand.access.variant(),
        operand.align
    )
}

fn kind(format: &Format, kind: &Kind) -> String {
    let name = |i: usize| format.fields[i].name.as_str();
    match kind {
        Kind::Plain(plain) => format!("Kind::{}", plain.variant()),
        Kind::RelativeMem(len) => format!("Kind::RelativeMem({len})"),
        Kind::Pointer(access) => format!("Kind::Pointer(Access::{})", access.variant()),
        Kind::PointerLen(access) => format!("Kind::PointerLen(Access::{})", access.variant()),
        Kind::PointerLen24(access) => format!("Kind::PointerLen24(Access::{})", access.variant()),
        Kind::Mem(len) => format!("Kind::Mem({})", mem_len(format, len)),
        Kind::Simd(Shape { form, size }) => {
            let size = match size {
                SizeRule::Fixed(log) => format!("Fixed({log})"),
                SizeRule::Field(f, plus) => format!("Field({:?}, {plus})", name(*f)),
                SizeRule::Ftype(f) => format!("Ftype({:?})", name(*f)),
                SizeRule::Highest(f, plus) => format!("Highest({:?}, {plus})", name(*f)),
                SizeRule::Lowest(f) => format!("Lowest({:?})", name(*f)),
            };
            format!("Kind::Simd(Shape {{ form: Form::{form:?}, size: SizeRule::{size} }})")
        }
    }
}

fn mem_len(format: &Format, len: &MemLen) -> String {
    let name = |i: usize| format.fields[i].name.as_str();
    let text = match len {
        MemLen::FieldDown(f) => format!("FieldDown({:?})", name(*f)),
        MemLen::Bytes(n) => format!("Bytes({n})"),
        MemLen::Shifted(n, f) => format!("Shifted({n}, {:?})", name(*f)),
        MemLen::Field(f) => format!("Field({:?})", name(*f)),
        MemLen::MaskBits(f) => format!("MaskBits({:?})", name(*f)),
        MemLen::Registers(a, b, size) => {
            format!("Registers {{ from: {:?}, to: {:?}, size: {size} }}", name(*a), name(*b))
        }
        MemLen::Dynamic => "Dynamic".into(),
    };
    format!("MemLen::{text}")
}

fn constraint(format: &Format, constraint: &Constraint) -> String {
    let name = |i: &usize| format.fields[*i].name.as_str();
    match constraint {
        Constraint::Even(f) => format!("Constraint::Even({:?}), ", name(f)),
        Constraint::Odd(f) => format!("Constraint::Odd({:?}), ", name(f)),
        Constraint::FpPair(f) => format!("Constraint::FpPair({:?}), ", name(f)),
        Constraint::Differ(a, b) => format!("Constraint::Differ({:?}, {:?}), ", name(a), name(b)),
        Constraint::NotZero(f) => format!("Constraint::NotZero({:?}), ", name(f)),
        Constraint::Zero(f) => format!("Constraint::Zero({:?}), ", name(f)),
        Constraint::AtMost(f, n) => format!("Constraint::AtMost({:?}, {n}), ", name(f)),
        Constraint::DifferBase(a, b) => {
            format!("Constraint::DifferBase({:?}, {:?}), ", name(a), name(b))
        }
        Constraint::Distinct(a, b) => {
            format!("Constraint::Distinct({:?}, {:?}), ", name(a), name(b))
        }
        Constraint::Reserved(mask, value) => {
            format!("Constraint::Reserved({mask:#x}, {value:#x}), ")
        }
        Constraint::BitMask(n, imms) => {
            format!("Constraint::BitMask({:?}, {:?}), ", name(n), name(imms))
        }
        Constraint::Rounding(f) => format!("Constraint::Rounding({:?}), ", name(f)),
    }
}
