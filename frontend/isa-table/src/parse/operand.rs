//! Operand tokens: `r1=gr32:rw`, `@2=mem[4]:r!4`, `+r0=gr8:r`.

use crate::kind::{Class, PlainKind};
use crate::model::{Access, Format, Kind, MemLen, Operand, Place};

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
            Ok(n @ 0..=15) => Ok(Place::Implied(n)),
            _ => Err(format!("bad register `{name}`")),
        };
    }
    field(format, name).map(Place::Field)
}

fn storage(format: &Format, number: &str) -> Result<Place, String> {
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
    let pointer = text.strip_suffix(']').and_then(|t| t.split_once('['));
    let access = pointer.and_then(|(_, access)| Access::parse(access));
    match (pointer.map(|(kind, _)| kind), access) {
        (Some("addr"), Some(access)) => Ok(Kind::Pointer(access)),
        (Some("addrlen"), Some(access)) => Ok(Kind::PointerLen(access)),
        (Some("addrlen24"), Some(access)) => Ok(Kind::PointerLen24(access)),
        _ => Err(format!("unknown kind `{text}`")),
    }
}

/// `4`, `l1`, `m3`, `r1..r3*8`, `?`.
fn mem_len(format: &Format, text: &str) -> Result<MemLen, String> {
    if text == "?" {
        return Ok(MemLen::Dynamic);
    }
    if let Ok(bytes) = text.parse() {
        return Ok(MemLen::Bytes(bytes));
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
        Place::Storage { .. } => matches!(kind, Kind::Mem(_)) || class == Class::Address,
        Place::Implied(_) => class == Class::Register && in_register(kind),
        Place::Field(index) => fits_field(&format.fields[*index].name, kind, class),
    };
    if fits { Ok(()) } else { Err("this kind does not fit the place of the operand".into()) }
}

fn fits_field(name: &str, kind: &Kind, class: Class) -> bool {
    let plain = in_register(kind);
    match name.as_bytes() {
        [b'r', b'i', ..] => class == Class::Target || matches!(kind, Kind::RelativeMem(_)),
        [b'r' | b'v' | b'c', ..] => class == Class::Register && plain,
        [b'm' | b'i' | b'l', ..] => class == Class::Value && plain,
        _ => false,
    }
}

fn in_register(kind: &Kind) -> bool {
    !matches!(kind, Kind::Mem(_) | Kind::RelativeMem(_))
}
