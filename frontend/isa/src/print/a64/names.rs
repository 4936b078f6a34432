//! Names of numbers: conditions, barriers, prefetches, processor-state fields.

/// Conditions: the name, and what else it is called.
const CONDITIONS: [(&str, &[&str]); 16] = [
    ("eq", &["none"]),
    ("ne", &["any"]),
    ("cs", &["hs", "nlast"]),
    ("cc", &["lo", "ul", "last"]),
    ("mi", &["first"]),
    ("pl", &["nfrst"]),
    ("vs", &[]),
    ("vc", &[]),
    ("hi", &["pmore"]),
    ("ls", &["plast"]),
    ("ge", &["tcont"]),
    ("lt", &["tstop"]),
    ("gt", &[]),
    ("le", &[]),
    ("al", &[]),
    ("nv", &[]),
];

pub(super) fn condition(number: u64) -> &'static str {
    CONDITIONS[number as usize & 15].0
}

/// What objdump says after an operand that is a condition.
pub(super) fn condition_comment(number: u64) -> String {
    let (name, others) = CONDITIONS[number as usize & 15];
    if others.is_empty() { String::new() } else { format!("\t// {name} = {}", others.join(", ")) }
}

/// What objdump says after a conditional branch.
pub(super) fn branch_comment(mnemonic: &str, number: u64) -> String {
    let others = CONDITIONS[number as usize & 15].1;
    let others: Vec<String> = others.iter().map(|o| format!("{mnemonic}.{o}")).collect();
    if others.is_empty() { String::new() } else { format!("  // {}", others.join(", ")) }
}

/// Option of DSB and DMB.
pub(super) fn barrier(crm: u64) -> Option<String> {
    let domain = ["osh", "nsh", "ish", ""][crm as usize >> 2 & 3];
    let types = match crm & 3 {
        0 => return None,
        1 => "ld",
        2 => "st",
        _ => "",
    };
    Some(match (domain, types) {
        ("", "") => "sy".to_string(),
        _ => format!("{domain}{types}"),
    })
}

/// Prefetch operation.
pub(super) fn prefetch(op: u64) -> Option<String> {
    let kind = ["pld", "pli", "pst"].get(op as usize >> 3)?;
    let level = op >> 1 & 3;
    if level == 3 {
        return None;
    }
    Some(format!("{kind}l{}{}", level + 1, if op & 1 == 0 { "keep" } else { "strm" }))
}

/// Field of the processor state that MSR (immediate) writes; those of one bit take 0 or 1 only.
pub(super) fn pstate(op1: u64, crm: u64, op2: u64) -> Option<&'static str> {
    let name = match (op1, op2) {
        (3, 6) => return Some("daifset"),
        (3, 7) => return Some("daifclr"),
        (0, 3) => "uao",
        (0, 4) => "pan",
        (0, 5) => "spsel",
        (1, 0) => "allint",
        (3, 1) => "ssbs",
        (3, 2) => "dit",
        (3, 4) => "tco",
        _ => return None,
    };
    (crm <= 1).then_some(name)
}
