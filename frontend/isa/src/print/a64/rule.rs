//! Operands that a rule of the syntax prints.

use super::operand::{self, general, letter, log2, register};
use super::{Text, names, sysreg};
use crate::bits::sext;
use crate::row::{Form, Kind, MemLen, Place};

mod immediate;
mod list;

/// The text of field `name` as the rule `how` says; nothing if it is left out.
pub(super) fn text(text: &Text, name: &str, how: &str, comment: &mut String) -> Option<String> {
    let raw = text.raw(name);
    Some(match how {
        "x" | "x16" | "lsl12" | "lsl16" | "lsl8" | "msl" | "mask" | "maskmov" | "wide"
        | "widenot" | "negate" | "plus1" | "width" | "float" | "fzero" | "zero" | "bytemask"
        | "sub64" | "shl" | "shr" | "bits" | "rot90" | "rot180" => {
            return immediate::text(text, name, how, comment);
        }
        "d" => format!("#{}", scaled(text, name)),
        "off" => return (raw != 0).then(|| format!("#{}", scaled(text, name))),
        "c" => format!("C{raw}"),
        "w" => register(raw, false, false),
        "wx5" => register(raw, text.raw("imm5") & 15 == 8, false),
        "wxq" => register(raw, text.raw("q") == 1, false),
        "bit" => register(raw, text.raw("bit") >= 32, false),
        "opt" => return (raw != 31).then(|| register(raw, true, false)),
        "next" => general(text, raw + 1, Kind::R),
        "wb" => format!("[{}]!", register(raw, true, false)),
        "wbreg" => format!("{}!", register(raw, true, false)),
        "top" => format!("v{raw}.d[1]"),
        "shift" => return shift(text, raw),
        "extend" => return extend(text, raw),
        "index" => return index(text, raw),
        "cond" => {
            *comment = names::condition_comment(raw);
            names::condition(raw).into()
        }
        "not" => {
            *comment = names::condition_comment(raw ^ 1);
            names::condition(raw ^ 1).into()
        }
        "barrier" => return barrier(text, raw),
        "nxs" => ["oshnxs", "nshnxs", "ishnxs", "synxs"][raw as usize & 3].into(),
        "hint" => format!("#{:#x}", text.raw("crm") << 3 | raw),
        "bti" => return [None, Some("c"), Some("j"), Some("jc")][raw as usize & 3].map(Into::into),
        "xopt" => return (raw != 0).then(|| format!("#{raw:#x}")),
        "movid" if text.raw("q") == 0 => format!("d{raw}"),
        "movid" => format!("v{raw}.2d"),
        "stshh" => ["keep", "strm"][raw as usize & 1].into(),
        "prfop" => names::prefetch(raw).unwrap_or_else(|| format!("#{raw:#04x}")),
        "pstate" => pstate(raw, text.raw("crm"), text.raw("op2")),
        "sysreg" => system_register(text),
        "elem" | "elem2" | "elem4" | "elem5" | "elem4b" | "elem2h" | "elempair" => {
            return element(text, raw, name, how);
        }
        "list" | "table" | "lane" | "post" => return list::text(text, name, how),
        _ => format!("{name}:{how}"),
    })
}

/// Conditions of aliases that are known by name.
pub(super) fn holds(text: &Text, name: &str) -> bool {
    match name {
        "nozero" => text.raw("imm16") != 0 || text.raw("hw") == 0,
        "nowide" => !immediate::wide(immediate::mask(text), text.raw("sf") == 1),
        "power" => text.raw("immh").is_power_of_two(),
        _ => false,
    }
}

/// The value of an offset in bytes, or of any other field.
fn scaled(text: &Text, name: &str) -> i64 {
    let unit = text.row.operands.iter().find_map(|o| match o.place {
        Place::Memory { offset: Some(offset), unit, .. } if offset == name => Some(unit),
        _ => None,
    });
    let unit = match unit {
        Some(MemLen::Bytes(n)) => i64::from(n),
        Some(MemLen::Shifted(n, field)) => i64::from(n) << text.raw(field),
        _ => 1,
    };
    text.value(name) * unit
}

/// `lsl #3` of a shifted register; nothing for LSL by 0.
fn shift(text: &Text, amount: u64) -> Option<String> {
    let kind = text.raw("shift");
    let name = ["lsl", "lsr", "asr", "ror"][kind as usize & 3];
    (kind != 0 || amount != 0).then(|| format!("{name} #{amount}"))
}

const EXTENDS: [&str; 8] = ["uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw", "sxtx"];

/// `uxtw #2` of an extended register; LSL where SP is involved and nothing is extended.
fn extend(text: &Text, amount: u64) -> Option<String> {
    let option = text.raw("option");
    let stack = ["rd", "rn"].iter().any(|name| {
        let kind = operand::kind(text, name);
        text.raw(name) == 31 && matches!(kind, Some(Kind::Rsp))
    });
    let natural = 2 + text.raw("sf");
    if stack && option == natural {
        return (amount != 0).then(|| format!("lsl #{amount}"));
    }
    let name = EXTENDS[option as usize & 7];
    Some(if amount == 0 { name.into() } else { format!("{name} #{amount}") })
}

/// Extension and shift of an index register.
fn index(text: &Text, shifted: u64) -> Option<String> {
    let amount = text.row.operands.iter().find_map(|o| match o.place {
        Place::Memory { index: Some(_), unit: MemLen::Bytes(n), .. } => Some(u64::from(n.ilog2())),
        Place::Memory { index: Some(_), unit: MemLen::Shifted(n, field), .. } => {
            Some(u64::from(n.ilog2()) + text.raw(field))
        }
        _ => None,
    })?;
    let option = text.raw("option");
    match (option, shifted) {
        (3, 0) => None,
        (3, _) => Some(format!("lsl #{amount}")),
        (_, 0) => Some(EXTENDS[option as usize & 7].into()),
        _ => Some(format!("{} #{amount}", EXTENDS[option as usize & 7])),
    }
}

fn barrier(text: &Text, crm: u64) -> Option<String> {
    if matches!(text.row.name, "isb" | "clrex") {
        return (crm != 15).then(|| format!("#{crm:#x}"));
    }
    Some(names::barrier(crm).unwrap_or_else(|| format!("#{crm:#04x}")))
}

/// The operands of MSR (immediate).
fn pstate(op1: u64, crm: u64, op2: u64) -> String {
    match names::pstate(op1, crm, op2) {
        Some(name) => format!("{name}, #{crm:#x}"),
        None => format!("s0_{op1}_c4_c{crm}_{op2}, xzr"),
    }
}

/// `fpcr`, or `s3_3_c4_c2_3` for a register without a name here.
fn system_register(text: &Text) -> String {
    let [op1, crn, crm, op2] = ["op1", "crn", "crm", "op2"].map(|name| text.raw(name));
    let o0 = text.raw("o0");
    match sysreg::name([op1, crn, crm, op2]) {
        Some(name) if o0 == 1 => name.into(),
        _ => format!("s{}_{op1}_c{crn}_c{crm}_{op2}", 2 + o0),
    }
}

/// One element of a vector register.
fn element(text: &Text, raw: u64, name: &str, how: &str) -> Option<String> {
    let Some(Kind::Simd(shape)) = operand::kind(text, name) else { return None };
    let log = log2(text, shape.size)?;
    let (l, m, h) = (text.raw("l"), text.raw("m"), text.raw("h"));
    Some(match how {
        "elem5" => format!("v{raw}.{}[{}]", letter(log), text.raw("imm5") >> (log + 1)),
        "elem4" => format!("v{raw}.{}[{}]", letter(log), text.raw("imm4") >> log),
        "elem2" => format!("v{raw}.s[{}]", text.raw("imm2")),
        "elem4b" => format!("v{}.4b[{}]", m << 4 | raw, h << 1 | l),
        "elem2h" => format!("v{}.2h[{}]", m << 4 | raw, h << 1 | l),
        "elempair" if log == 1 => format!("v{}.h[{}]", m << 4 | raw, h << 1 | l),
        "elempair" => format!("v{}.s[{h}]", m << 4 | raw),
        _ => match log {
            1 => format!("v{raw}.h[{}]", h << 2 | l << 1 | m),
            2 => format!("v{}.s[{}]", m << 4 | raw, h << 1 | l),
            _ => format!("v{}.d[{h}]", m << 4 | raw),
        },
    })
}
