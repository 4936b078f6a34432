//! Instruction rows.

use super::{find, operand};
use crate::kind::{Kind, PlainKind};
use crate::lex::unquote;
use crate::model::{
    Access, At, Cite, Constraint, Extended, Field, FieldType, Format, Marks, Operand, Place, Row,
    Table,
};

pub(super) fn row(table: &mut Table, at: &At, tokens: &[&str]) -> Result<(), String> {
    let [name, format_name, opcode, facility, rest @ ..] = tokens else {
        return Err("expected: NAME FORMAT OPCODE FACILITY … MANUAL CHAPTER \"TITLE\"".into());
    };
    check_name(table, name)?;
    if table.groups.is_empty() {
        return Err("a row needs a group before it".into());
    }
    let (cite, words) = cite(table, rest)?;
    let format_index = find(&table.formats, |f| &f.name, "format", format_name)?;
    let format = &table.formats[format_index];
    let (mask, value) = opcode_bits(format, opcode, table.words)?;
    let facility = find(&table.facilities, |f| &f.name, "facility", facility)?;
    let mut row = Row {
        name: (*name).into(),
        mnemonic: match name.split_once('_') {
            Some((mnemonic, _)) if table.words => mnemonic.into(),
            _ => (*name).into(),
        },
        format: format_index,
        mask,
        value,
        facility,
        level: table.facilities[facility].level,
        operands: Vec::new(),
        cc_reads: false,
        cc_sets: None,
        marks: Marks::default(),
        constraints: Vec::new(),
        extended: Vec::new(),
        aliases: Vec::new(),
        optional: Vec::new(),
        over: Vec::new(),
        syntax: format.syntax.clone(),
        encodings: 0,
        cite,
        group: table.groups.len() - 1,
        at: at.clone(),
    };
    let lenient = words.iter().any(|w| matches!(*w, "todo" | "privileged" | "gated"));
    for word in words {
        token(table, &mut row, word, lenient)?;
    }
    for text in &format.operands {
        let (key, text) = text.split_once('=').unwrap_or((text, ""));
        let operand = operand::operand(format, key, text, lenient)?;
        let own = |o: &Operand| same_place(&o.place, &operand.place);
        if !row.operands.iter().any(own) {
            row.operands.push(operand);
        }
    }
    let m = &row.marks;
    if usize::from(m.todo) + usize::from(m.privileged) + usize::from(m.gated) > 1 {
        return Err("at most one of `todo`, `privileged` and `gated` may stand".into());
    }
    if opcode.contains('.') && !lenient {
        return Err("only rows to do may have `.` in the opcode: it is not kept".into());
    }
    fill_operands(table, &mut row, lenient)?;
    imply_constraints(&mut row);
    table.rows.push(row);
    Ok(())
}

fn check_name(table: &Table, name: &str) -> Result<(), String> {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !plain {
        return Err(format!("`{name}` is no row name (a-z, 0-9, _)"));
    }
    match table.rows.iter().find(|r| r.name == name) {
        Some(r) => Err(format!("row `{name}` stands already at {}:{}", r.at.file, r.at.line)),
        None => Ok(()),
    }
}

/// Splits off `MANUAL CHAPTER "TITLE"` from the end.
fn cite<'t, 's>(table: &Table, rest: &'t [&'s str]) -> Result<(Cite, &'t [&'s str]), String> {
    let missing = "the citation (MANUAL CHAPTER \"TITLE\") is missing at the end";
    let [words @ .., manual, chapter, title] = rest else { return Err(missing.into()) };
    let Some(title) = unquote(title) else { return Err(missing.into()) };
    if !table.manuals.iter().any(|(name, _)| name == manual) {
        return Err(format!("unknown manual `{manual}` in the citation"));
    }
    if title.is_empty() {
        return Err("the citation's title is empty".into());
    }
    let cite =
        Cite { manual: (*manual).into(), chapter: (*chapter).into(), title: title.to_string() };
    Ok((cite, words))
}

/// Distributes the opcode's digits over the format's `op` slots: mask and value.
fn opcode_bits(format: &Format, opcode: &str, words: bool) -> Result<(u64, u64), String> {
    let bits: u32 = format.op.iter().map(|s| u32::from(s.len)).sum();
    let (known, digits, count) = if words { binary(opcode) } else { hexadecimal(opcode) }
        .ok_or_else(|| format!("bad opcode `{opcode}`"))?;
    if count != bits {
        return Err(format!("opcode `{opcode}` does not fill the {bits} bits of {}", format.name));
    }
    let (mut known, mut digits) = (known << (64 - bits), digits << (64 - bits));
    let (mut mask, mut value) = (0, 0);
    for seg in &format.op {
        let ones = u64::MAX << (64 - u32::from(seg.len));
        mask |= (known & ones) >> seg.pos;
        value |= (digits & ones) >> seg.pos;
        known <<= seg.len;
        digits <<= seg.len;
    }
    Ok((mask, value))
}

/// Bits that are known, their values, and how many bits there are.
fn hexadecimal(opcode: &str) -> Option<(u64, u64, u32)> {
    let digits = u64::from_str_radix(opcode, 16).ok()?;
    Some((u64::MAX, digits, 4 * opcode.len() as u32))
}

/// The same of binary digits: `.` is any digit, `_` none.
fn binary(opcode: &str) -> Option<(u64, u64, u32)> {
    let (mut known, mut digits, mut count) = (0, 0, 0);
    for c in opcode.chars().filter(|c| *c != '_') {
        known = known << 1 | u64::from(c != '.');
        digits = digits << 1 | u64::from(if c == '.' { 0 } else { c.to_digit(2)? });
        count += 1;
    }
    (1..=32).contains(&count).then_some((known, digits, count))
}

fn token(table: &Table, row: &mut Row, word: &str, lenient: bool) -> Result<(), String> {
    let format = &table.formats[row.format];
    if flag(&mut row.marks, word) {
        return Ok(());
    }
    if let Some((head, args)) = word.strip_suffix(')').and_then(|w| w.split_once('(')) {
        row.constraints.push(constraint(format, head, args)?);
        return Ok(());
    }
    let (key, text) = word.split_once('=').ok_or_else(|| format!("unknown mark `{word}`"))?;
    match key {
        "asm" => row.syntax = quoted(text)?.into(),
        "encodings" => {
            row.encodings = text.parse().map_err(|_| format!("bad number `{text}`"))?;
        }
        "as" if quoted(text)? == row.mnemonic => {
            return Err(format!("the name says already as={text}"));
        }
        "as" => row.mnemonic = quoted(text)?.into(),
        "level" => row.level = find(&table.levels, |l| &l.name, "level", text)?,
        "cc" => cc(table, row, text)?,
        "gen" => {
            let reason = text.strip_prefix("skip:").ok_or("expected gen=skip:\"reason\"")?;
            row.marks.gen_skip = Some(quoted(reason)?.into());
        }
        "ext" => extended(table, row, text)?,
        "opt" => {
            for name in text.split(',') {
                row.optional.push(operand::field(format, name)?);
            }
        }
        "over" => row.over.push(text.into()),
        _ => add_operand(row, operand::operand(format, key, text, lenient)?)?,
    }
    Ok(())
}

fn quoted(text: &str) -> Result<&str, String> {
    unquote(text).ok_or_else(|| format!("expected a quoted text, not `{text}`"))
}

fn flag(marks: &mut Marks, word: &str) -> bool {
    let mark = match word {
        "privileged" => &mut marks.privileged,
        "gated" => &mut marks.gated,
        "todo" => &mut marks.todo,
        "branch" => &mut marks.branch,
        "trap" => &mut marks.trap,
        _ => return false,
    };
    *mark = true;
    true
}

/// `cc=r`, `cc=w:KIND`, `cc=rw:KIND`.
fn cc(table: &Table, row: &mut Row, text: &str) -> Result<(), String> {
    let (access, kind) = match text.split_once(':') {
        Some((access, kind)) => (access, Some(kind)),
        None => (text, None),
    };
    let sets = kind.map(|k| find(&table.cc_kinds, |(name, _)| name, "cc kind", k)).transpose()?;
    (row.cc_reads, row.cc_sets) = match (access, sets) {
        ("r", None) => (true, None),
        ("w", Some(_)) => (false, sets),
        ("rw", Some(_)) => (true, sets),
        _ => return Err(format!("expected cc=r, cc=w:KIND or cc=rw:KIND, not `{text}`")),
    };
    Ok(())
}

/// `ext=m1:LIST:"j*"` or `ext=m3:0,m4:0:"cefbr"`.
fn extended(table: &Table, row: &mut Row, text: &str) -> Result<(), String> {
    let bad = || format!("expected ext=FIELD:VALUE:\"mnemonic\", not `{text}`");
    let format = &table.formats[row.format];
    let (when, mnemonic) = text.rsplit_once(':').ok_or_else(bad)?;
    let mnemonic = quoted(mnemonic)?;
    let mut pairs = Vec::new();
    for pair in when.split(',') {
        let (name, value) = pair.split_once(':').ok_or_else(bad)?;
        let field = operand::field(format, name)?;
        let ones = u64::MAX >> (64 - format.fields[field].bits());
        if let Some(list) = table.suffixes.iter().find(|s| s.name == value) {
            for (value, suffix) in &list.list {
                let mnemonic = mnemonic.replace('*', suffix);
                row.extended.push(Extended { when: vec![(field, *value, ones)], mnemonic });
            }
            return Ok(());
        }
        let (value, mask) = value_and_mask(value)?;
        pairs.push((field, value, mask.unwrap_or(ones)));
    }
    row.extended.push(Extended { when: pairs, mnemonic: mnemonic.into() });
    Ok(())
}

/// `8` or `8/8`.
fn value_and_mask(text: &str) -> Result<(u64, Option<u64>), String> {
    let (value, mask) = match text.split_once('/') {
        Some((value, mask)) => (value, Some(mask)),
        None => (text, None),
    };
    let number = |n: &str| n.parse().map_err(|_| format!("unknown suffixes or value `{n}`"));
    Ok((number(value)?, mask.map(number).transpose()?))
}

fn constraint(format: &Format, head: &str, args: &str) -> Result<Constraint, String> {
    let args: Vec<&str> = args.split(',').collect();
    let field = |name| operand::field(format, name);
    match (head, args.as_slice()) {
        ("even", [r]) => Ok(Constraint::Even(field(r)?)),
        ("odd", [r]) => Ok(Constraint::Odd(field(r)?)),
        ("fppair", [r]) => Ok(Constraint::FpPair(field(r)?)),
        ("ne", [a, b]) => Ok(Constraint::Differ(field(a)?, field(b)?)),
        ("wb", [base, r]) => Ok(Constraint::DifferBase(field(base)?, field(r)?)),
        ("distinct", [a, b]) => Ok(Constraint::Distinct(field(a)?, field(b)?)),
        ("bitmask", [n, imms]) => Ok(Constraint::BitMask(field(n)?, field(imms)?)),
        ("res", pairs) => reserved(format, pairs),
        ("nonzero", [f]) => Ok(Constraint::NotZero(field(f)?)),
        ("zero", [f]) => Ok(Constraint::Zero(field(f)?)),
        ("max", [f, n]) => {
            let n = n.parse().map_err(|_| format!("bad number `{n}`"))?;
            Ok(Constraint::AtMost(field(f)?, n))
        }
        _ => Err(format!("unknown constraint `{head}` with {} arguments", args.len())),
    }
}

/// `res(size=3,q=0)`, `res(imm3=6/6)`: these values together are undefined.
pub(super) fn reserved(format: &Format, pairs: &[&str]) -> Result<Constraint, String> {
    let (mut mask, mut value) = (0, 0);
    for pair in pairs {
        let (name, text) =
            pair.split_once('=').ok_or_else(|| format!("expected FIELD=VALUE, not `{pair}`"))?;
        let field = &format.fields[operand::field(format, name)?];
        let ones = u64::MAX >> (64 - field.bits());
        let (wanted, under) = value_and_mask(text)?;
        let under = under.unwrap_or(ones);
        if wanted & !under != 0 || under & !ones != 0 {
            return Err(format!("`{pair}` does not fit the field"));
        }
        mask |= in_place(field, under);
        value |= in_place(field, wanted);
    }
    Ok(Constraint::Reserved(mask, value))
}

/// The field's bits in a left-aligned word.
fn in_place(field: &Field, value: u64) -> u64 {
    let mut below = field.bits();
    let mut word = 0;
    for seg in &field.segs {
        below -= u32::from(seg.len);
        word |= (value >> below) << (64 - u32::from(seg.len)) >> seg.pos;
    }
    word
}

fn add_operand(row: &mut Row, operand: Operand) -> Result<(), String> {
    if row.operands.iter().any(|o| o.place == operand.place) {
        return Err(format!("operand `{}` stands twice", operand.name));
    }
    row.operands.push(operand);
    Ok(())
}

/// Masks, immediates and lengths need not be written; everything else does, but in rows to do.
fn fill_operands(table: &Table, row: &mut Row, lenient: bool) -> Result<(), String> {
    let format = &table.formats[row.format];
    for (index, field) in format.fields.iter().enumerate() {
        if row.operands.iter().any(|o| covers(&o.place, index)) {
            continue;
        }
        let kind = match field.name.as_bytes() {
            [b'r', b'i', ..] => None,
            name if table.words => match name {
                [b'r', _] | [b'r', _, b'2'] => None,
                _ if matches!(field.ty, FieldType::Relative { .. }) => None,
                _ => Some(PlainKind::Imm),
            },
            [b'm', ..] => Some(PlainKind::Mask),
            [b'i', ..] => Some(PlainKind::Imm),
            [b'l', ..] => Some(PlainKind::Len),
            _ => None,
        };
        match kind {
            Some(kind) => row.operands.push(Operand {
                name: field.name.clone(),
                place: Place::Field(index),
                kind: Kind::Plain(kind),
                access: Access::None,
                align: 1,
            }),
            None if lenient => {}
            None => return Err(format!("field `{}` has no operand", field.name)),
        }
    }
    Ok(())
}

fn covers(place: &Place, field: usize) -> bool {
    match place {
        Place::Field(index) => *index == field,
        Place::Storage { base, index, disp } => {
            *base == field || *index == Some(field) || *disp == field
        }
        Place::Memory { base, index, offset, .. } => {
            *base == field || *index == Some(field) || *offset == Some(field)
        }
        Place::Implied(_) => false,
    }
}

/// Whether an operand of a row stands for one of its format.
fn same_place(a: &Place, b: &Place) -> bool {
    match (a, b) {
        (Place::Memory { .. }, Place::Memory { .. }) => true,
        _ => a == b,
    }
}

fn imply_constraints(row: &mut Row) {
    for operand in &row.operands {
        let Place::Field(index) = operand.place else { continue };
        let implied = match &operand.kind {
            Kind::Plain(kind) if kind.even() => Constraint::Even(index),
            Kind::Plain(kind) if kind.fp_pair() => Constraint::FpPair(index),
            Kind::Plain(PlainKind::Rounding) => Constraint::Rounding(index),
            Kind::PointerLen(_) | Kind::PointerLen24(_) => Constraint::Even(index),
            _ => continue,
        };
        row.constraints.push(implied);
    }
}
