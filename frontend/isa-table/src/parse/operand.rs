//! Operand tokens: `r1=gr32:rw`, `@2=mem[4]:r!4`, `+r0=gr8:r`.

use crate::kind::{Class, PlainKind};
use crate::model::{
    Access, Field, FieldType, Form, Format, Kind, MemLen, Operand, Place, Shape, SizeRule,
    Writeback,
};

/// `lenient` rows (to do, privileged) may leave out the access.
pub(super) fn operand(
    format: &Format,
    name: &str,
    text: &str,
    lenient: bool,
) -> Result<Operand, String> {
    let (text, align) = split_align(text)?;
    let (kind, access) = match text.rsplit_once(':') {
        Some((kind, access)) => {
            (kind, Access::parse(access).ok_or_else(|| format!("unknown access `{access}`"))?)
        }
        None => (text, Access::None),
    };
    let kind = parse_kind(format, kind)?;
    let place = place(format, name)?;
    check_class(format, &place, &kind, access, lenient)?;
    Ok(Operand { name: name.into(), place, kind, access, align })
}

fn split_align(text: &str) -> Result<(&str, u8), String> {
    let Some((text, align)) = text.split_once('!') else { return Ok((text, 1)) };
    match align.parse() {
        Ok(n @ (2 | 4 | 8 | 16)) => Ok((text, n)),
        _ => Err(format!("bad alignment `{align}`")),
    }
}

fn place(format: &Format, name: &str) -> Result<Place, String> {
    if let Some(number) = name.strip_prefix('@') {
        return storage(format, number);
    }
    if let Some(register) = name.strip_prefix("+r") {
        return match register.parse() {
            Ok(n @ 0..=31) => Ok(Place::Implied(n)),
            _ => Err(format!("bad register `{name}`")),
        };
    }
    field(format, name).map(Place::Field)
}

/// `rn`, `rn+imm9`, `rn+imm12*8`, `rn+rm`, `rn+imm9!` (before), `rn!+imm9` (after).
fn memory(format: &Format, text: &str) -> Result<Place, String> {
    let (text, before) = match text.strip_suffix('!') {
        Some(text) if text.contains('+') => (text, true),
        _ => (text, false),
    };
    let (base, rest) = match text.split_once('+') {
        Some((base, rest)) => (base, Some(rest)),
        None => (text, None),
    };
    let (base, after) = match base.strip_suffix('!') {
        Some(base) => (base, true),
        None => (base, false),
    };
    let (rest, unit) = match rest.and_then(|r| r.split_once('*')) {
        Some((rest, unit)) => (Some(rest), mem_len(format, unit)?),
        None => (rest, MemLen::Bytes(1)),
    };
    let (index, offset) = match rest {
        Some(name) if name.starts_with('r') => (Some(field(format, name)?), None),
        Some(name) => (None, Some(field(format, name)?)),
        None => (None, None),
    };
    let writeback = match (before, after) {
        (true, _) => Writeback::Before,
        (_, true) => Writeback::After,
        _ => Writeback::None,
    };
    Ok(Place::Memory { base: field(format, base)?, index, offset, unit, writeback })
}

fn storage(format: &Format, number: &str) -> Result<Place, String> {
    if number.starts_with('r') {
        return memory(format, number);
    }
    let base = field(format, &format!("b{number}"))?;
    let disp = field(format, &format!("d{number}"))?;
    let index = format.field(&format!("x{number}"));
    Ok(Place::Storage { base, index, disp })
}

pub(super) fn field(format: &Format, name: &str) -> Result<usize, String> {
    format.field(name).ok_or_else(|| format!("format {} has no field `{name}`", format.name))
}

fn parse_kind(format: &Format, text: &str) -> Result<Kind, String> {
    if let Some(plain) = PlainKind::parse(text) {
        return Ok(Kind::Plain(plain));
    }
    if let Some(len) = text.strip_prefix("mem[").and_then(|t| t.strip_suffix(']')) {
        return mem_len(format, len).map(Kind::Mem);
    }
    if let Some(len) = text.strip_prefix("relmem[").and_then(|t| t.strip_suffix(']')) {
        let len = len.parse().map_err(|_| format!("bad length `{len}`"))?;
        return Ok(Kind::RelativeMem(len));
    }
    if let Some(shape) = shape(format, text) {
        return shape.map(Kind::Simd);
    }
    let pointer = text.strip_suffix(']').and_then(|t| t.split_once('['));
    let access = pointer.and_then(|(_, access)| Access::parse(access));
    match (pointer.map(|(kind, _)| kind), access) {
        (Some("addr"), Some(access)) => Ok(Kind::Pointer(access)),
        (Some("addrlen"), Some(access)) => Ok(Kind::PointerLen(access)),
        (Some("addrlen24"), Some(access)) => Ok(Kind::PointerLen24(access)),
        _ => Err(format!("unknown kind `{text}`")),
    }
}

/// `s[d]`, `v[size]`, `v128[size+1]`, `v[high(immh)]`; `None` if the text is no shape at all.
fn shape(format: &Format, text: &str) -> Option<Result<Shape, String>> {
    let (form, size) = text.strip_suffix(']')?.split_once('[')?;
    let form = match form {
        "s" => Form::Scalar,
        "v" => Form::Q,
        "v/2" => Form::HalfQ,
        "v2" => Form::Two,
        "v64" => Form::Half,
        "v128" => Form::Full,
        "e" => Form::Element,
        "list" => Form::List,
        _ => return None,
    };
    Some(size_rule(format, size).map(|size| Shape { form, size }))
}

fn size_rule(format: &Format, text: &str) -> Result<SizeRule, String> {
    if let Some(log) = ["b", "h", "s", "d", "q"].iter().position(|s| *s == text) {
        return Ok(SizeRule::Fixed(log as u8));
    }
    let (text, plus) = match text.split_once('+') {
        Some((text, plus)) => (text, plus.parse().map_err(|_| format!("bad size `{plus}`"))?),
        None => (text, 0),
    };
    let argument = |head| text.strip_prefix(head).and_then(|t: &str| t.strip_suffix(')'));
    if let Some(name) = argument("high(") {
        return Ok(SizeRule::Highest(field(format, name)?, plus));
    }
    if let Some(name) = argument("ftype(") {
        return Ok(SizeRule::Ftype(field(format, name)?));
    }
    if let Some(name) = argument("low(") {
        return Ok(SizeRule::Lowest(field(format, name)?));
    }
    let index = field(format, text)?;
    Ok(if text == "ftype" { SizeRule::Ftype(index) } else { SizeRule::Field(index, plus) })
}

/// `4`, `4<<sf`, `l1`, `m3`, `r1..r3*8`, `?`.
fn mem_len(format: &Format, text: &str) -> Result<MemLen, String> {
    if text == "?" {
        return Ok(MemLen::Dynamic);
    }
    if let Ok(bytes) = text.parse() {
        return Ok(MemLen::Bytes(bytes));
    }
    if let Some((bytes, name)) = text.split_once("<<") {
        let bytes = bytes.parse().map_err(|_| format!("bad length `{text}`"))?;
        return Ok(MemLen::Shifted(bytes, field(format, name)?));
    }
    if let Some(field_name) = text.strip_prefix('-') {
        return field(format, field_name).map(MemLen::FieldDown);
    }
    if let Some((from, rest)) = text.split_once("..") {
        let (to, size) = rest.split_once('*').ok_or_else(|| format!("bad length `{text}`"))?;
        let size = size.parse().map_err(|_| format!("bad length `{text}`"))?;
        return Ok(MemLen::Registers(field(format, from)?, field(format, to)?, size));
    }
    let index = field(format, text)?;
    match text.as_bytes()[0] {
        b'l' => Ok(MemLen::Field(index)),
        b'm' => Ok(MemLen::MaskBits(index)),
        _ => Err(format!("`{text}` is neither a length nor a mask field")),
    }
}

fn check_class(
    format: &Format,
    place: &Place,
    kind: &Kind,
    access: Access,
    lenient: bool,
) -> Result<(), String> {
    let class = match kind {
        Kind::Plain(plain) => plain.class(),
        _ => Class::Register,
    };
    if class == Class::Register && access == Access::None && !lenient {
        return Err("an access (:r, :w or :rw) is missing".into());
    }
    if class != Class::Register && access != Access::None {
        return Err("this kind takes no access".into());
    }
    let fits = match place {
        Place::Storage { .. } | Place::Memory { .. } => {
            matches!(kind, Kind::Mem(_)) || class == Class::Address
        }
        Place::Implied(_) => class == Class::Register && in_register(kind),
        Place::Field(index) => fits_field(&format.fields[*index], kind, class),
    };
    if fits { Ok(()) } else { Err("this kind does not fit the place of the operand".into()) }
}

fn fits_field(field: &Field, kind: &Kind, class: Class) -> bool {
    let plain = in_register(kind);
    if matches!(field.ty, FieldType::Relative { .. }) {
        return class == Class::Target || matches!(kind, Kind::RelativeMem(_));
    }
    match field.name.as_bytes() {
        [b'r' | b'v' | b'c', ..] => class == Class::Register && plain,
        [b'm' | b'i' | b'l', ..] => class == Class::Value && plain,
        _ => false,
    }
}

fn in_register(kind: &Kind) -> bool {
    !matches!(kind, Kind::Mem(_) | Kind::RelativeMem(_))
}
