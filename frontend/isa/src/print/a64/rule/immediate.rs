//! Immediate values.

use super::{Text, sext};

/// The text of an immediate; nothing if it is left out.
pub(super) fn text(text: &Text, name: &str, how: &str, comment: &mut String) -> Option<String> {
    let raw = text.raw(name);
    let wide = text.raw("sf") == 1;
    let size = if wide { 64 } else { 32 };
    Some(match how {
        "x" => format!("#{raw:#x}"),
        "x16" => format!("#{:#x}", raw * 16),
        "lsl12" => return (raw != 0).then(|| "lsl #12".into()),
        "lsl16" => return (raw != 0).then(|| format!("lsl #{}", raw * 16)),
        "lsl8" => return (raw != 0).then(|| format!("lsl #{}", raw * 8)),
        "msl" => format!("msl #{}", 8 << raw),
        "mask" => format!("#{:#x}", mask(text)),
        "maskmov" => moved(mask(text), size, comment),
        "wide" => moved(raw << (16 * text.raw("hw")), size, comment),
        "widenot" => {
            moved(!(raw << (16 * text.raw("hw"))) & u64::MAX >> (64 - size), size, comment)
        }
        "negate" => format!("#{}", (size as u64 - raw) % size as u64),
        "plus1" => format!("#{}", raw + 1),
        "width" => format!("#{}", raw + 1 - text.raw("immr")),
        "float" => float(raw),
        "fzero" => "#0.0".into(),
        "zero" => "#0".into(),
        "bytemask" => format!("#{:#x}", byte_mask(raw)),
        "sub64" => format!("#{}", 64 - raw),
        "shl" => format!("#{}", (text.raw("immh") << 3 | raw) - (8 << text.raw("immh").ilog2())),
        "shr" => format!("#{}", (16 << text.raw("immh").ilog2()) - (text.raw("immh") << 3 | raw)),
        "bits" => format!("#{}", 8 << raw),
        "rot90" => format!("#{}", raw * 90),
        "rot180" => format!("#{}", 90 + raw * 180),
        _ => return None,
    })
}

/// `#0x5` of a MOV, with its value as a signed decimal number in a comment.
fn moved(value: u64, size: u32, comment: &mut String) -> String {
    *comment = format!("\t// #{}", sext(value, size));
    format!("#{:<22}", format!("{value:#x}"))
}

/// The mask of a bitmask immediate (Arm ARM DDI 0487, `DecodeBitMasks`).
pub(super) fn mask(text: &Text) -> u64 {
    let (n, immr, imms) = (text.raw("n"), text.raw("immr"), text.raw("imms"));
    let Some(len) = (n << 6 | !imms & 0x3f).checked_ilog2() else { return 0 };
    let size = 1u32 << len;
    let ones = imms & u64::from(size - 1);
    let rotate = immr as u32 & (size - 1);
    let all = u64::MAX >> (64 - size);
    let run = u64::MAX >> (63 - ones);
    let element = if rotate == 0 { run } else { (run >> rotate | run << (size - rotate)) & all };
    let mut mask = element;
    let mut filled = size;
    while filled < 64 {
        mask |= mask << filled;
        filled *= 2;
    }
    if text.raw("sf") == 1 { mask } else { mask & 0xffff_ffff }
}

/// Whether MOVZ or MOVN makes the value.
pub(super) fn wide(value: u64, wide: bool) -> bool {
    let bits = if wide { 64 } else { 32 };
    let all = u64::MAX >> (64 - bits);
    let one = |value: u64| (0..bits).step_by(16).any(|at| value & !(0xffff << at) == 0);
    one(value) || one(!value & all)
}

/// The value of an 8-bit floating-point immediate (Arm ARM DDI 0487, `VFPExpandImm`), as the
/// C library prints it with `%.18e`: it is exact in far fewer digits.
fn float(imm8: u64) -> String {
    let mantissa = 16 + (imm8 & 15);
    let exponent = ((imm8 >> 4 & 7) as i32 ^ 4) - 3;
    let value = mantissa as f64 / 16.0 * f64::from(exponent).exp2();
    let sign = if imm8 & 0x80 == 0 { "" } else { "-" };
    let text = format!("{value:.18e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let (mark, power) = match power.strip_prefix('-') {
        Some(power) => ('-', power),
        None => ('+', power),
    };
    format!("#{sign}{digits}e{mark}{power:0>2}")
}

/// A byte of ones for each one of `imm8`.
fn byte_mask(imm8: u64) -> u64 {
    (0..8).filter(|i| imm8 >> i & 1 == 1).map(|i| 0xff << (8 * i)).sum()
}
