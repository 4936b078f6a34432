//! What a program is told about the machine: `AT_HWCAP`, `AT_PLATFORM`, `/proc/cpuinfo`.

use frontend_s390x::facility::{self, LEVELS, Level};
use std::fmt::Write;

/// What `AT_HWCAP` can say: bit, name in cpuinfo, facilities that it stands for.
///
/// Linux arch/s390/include/asm/elf.h, arch/s390/kernel/processor.c:setup_hwcaps. The facilities
/// come from the front end, which lists one only if all its instructions work. Vector facilities
/// need larger signal frames first.
const CAPABILITIES: &[(u32, &str, &[u16])] = &[
    (0, "esan3", &[]),
    (1, "zarch", &[2]),
    (2, "stfle", &[7]),
    (3, "msa", &[17]),
    (4, "ldisp", &[18]),
    (5, "eimm", &[21]),
    (6, "dfp", &[42, 44]),
    (8, "etf3eh", &[22, 30]),
    (9, "highgprs", &[]),
    (14, "gs", &[133]),
];

/// The levels that a program can be shown: older ones lack what Debian's programs need, newer ones are not translated.
const OFFERED: std::ops::RangeInclusive<&str> = "z10"..="z16";

/// The machine levels that can be asked for, oldest first.
fn levels() -> &'static [Level] {
    let at = |name: &str| LEVELS.iter().position(|level| level.name == name);
    let (first, last) = (at(OFFERED.start()), at(OFFERED.end()));
    first.zip(last).map_or(&LEVELS[..], |(first, last)| &LEVELS[first..=last])
}

/// The machine level of a name, `z13` or `max` for instance; letters of any case.
pub fn level(name: &str) -> Option<u32> {
    let found = if matches!(name, "max" | "qemu" | "any") {
        levels().last()
    } else {
        levels().iter().find(|level| level.name.eq_ignore_ascii_case(name))
    };
    found.map(|level| level.rank.into())
}

/// Names of all machine levels.
pub fn level_names() -> impl Iterator<Item = &'static str> {
    levels().iter().map(|level| level.name).chain(["max"])
}

/// The vector facility, and the level that brought it.
const VECTORS: (u16, &str) = (129, "z13");

/// The level that a program is told by name and machine type. Whoever goes by these takes vectors
/// for granted from z13 on, so without them it is an older one.
fn at_level(rank: u32) -> &'static Level {
    let has_vectors = facility::has(&facility::list(rank), VECTORS.0);
    let first = levels().iter().position(|level| level.name == VECTORS.1);
    let tellable = match first {
        Some(first) if !has_vectors => &levels()[..first],
        _ => levels(),
    };
    let newest = tellable.iter().rev().find(|level| u32::from(level.rank) <= rank);
    newest.unwrap_or(&levels()[0])
}

fn capabilities(level: u32) -> impl Iterator<Item = (u32, &'static str)> {
    let list = facility::list(level);
    CAPABILITIES
        .iter()
        .filter(move |(_, _, needs)| needs.iter().all(|bit| facility::has(&list, *bit)))
        .map(|(bit, name, _)| (*bit, *name))
}

/// `AT_HWCAP` of a machine level.
pub fn hwcap(level: u32) -> u64 {
    capabilities(level).fold(0, |bits, (bit, _)| bits | 1 << bit)
}

/// `AT_PLATFORM` of a machine level.
pub fn platform(level: u32) -> &'static str {
    at_level(level).name
}

/// `/proc/cpuinfo` (Linux arch/s390/kernel/processor.c:show_cpuinfo).
pub fn cpuinfo(level: u32, cpus: usize) -> String {
    let names: Vec<&str> = capabilities(level).map(|(_, name)| name).collect();
    let machine = at_level(level).machine;
    let mut out = String::from("vendor_id       : IBM/S390\n");
    // Writing to a string cannot fail.
    let _ = writeln!(out, "# processors    : {cpus}");
    let _ = writeln!(out, "bogomips per cpu: 3033.00");
    let _ = writeln!(out, "max thread id   : 0");
    let _ = writeln!(out, "features\t: {} ", names.join(" "));
    for cpu in 0..cpus {
        let _ = writeln!(
            out,
            "processor {cpu}: version = 00,  identification = 000000,  machine = {machine:04X}"
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_facility_is_claimed_that_is_not_there() {
        let top = level("max").unwrap();
        let bits = hwcap(top);
        // ESAN3, ZARCH, HIGH_GPRS always; vectors and transactions not yet.
        assert_eq!(bits & 0b10_0000_0011, 0b10_0000_0011);
        assert_eq!(bits >> 10, 1 << 4, "of those above, guarded storage alone");
        // What goes by the platform expects vectors of a z13.
        assert_eq!(platform(top), "zEC12");
        assert_eq!(platform(level("z196").unwrap()), "z196");
        assert_eq!(platform(0), "z10");
        let info = cpuinfo(level("z13").unwrap(), 2);
        assert!(info.contains("processor 1: version = 00"));
        assert!(!info.contains(" vx"));
        assert!(info.contains("machine = 2827"));
    }

    #[test]
    fn levels_have_names() {
        assert_eq!(level("zec12"), level("zEC12"));
        assert_eq!(level("z11"), None);
        assert_eq!(level_names().last(), Some("max"));
    }
}
