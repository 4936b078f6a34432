//! What a program is told about the machine: `AT_HWCAP`, `AT_PLATFORM`, `/proc/cpuinfo`.

use std::fmt::Write;

/// Facilities that the front end implements completely, as (HWCAP bit, name in cpuinfo).
///
/// Linux arch/s390/include/asm/elf.h. Not yet: MSA 3, DFP 6, TE 10, VXRS 11 and what follows.
const FACILITIES: &[(u32, &str)] = &[
    (0, "esan3"),
    (1, "zarch"),
    (2, "stfle"),
    (4, "ldisp"),
    (5, "eimm"),
    (8, "etf3eh"),
    (9, "highgprs"),
];

/// Machine levels by number: 10 is z10, 11 z196, 12 zEC12, 13 z13 and so on.
const PLATFORMS: &[(u32, &str)] =
    &[(10, "z10"), (11, "z196"), (12, "zEC12"), (13, "z13"), (14, "z14"), (15, "z15"), (16, "z16")];

/// Machine types as `/proc/cpuinfo` prints them, by level.
const MACHINE_TYPES: &[(u32, u32)] = &[
    (10, 0x2097),
    (11, 0x2817),
    (12, 0x2827),
    (13, 0x2964),
    (14, 0x3906),
    (15, 0x8561),
    (16, 0x3931),
];

fn at_level<T: Copy>(table: &[(u32, T)], level: u32, lowest: T) -> T {
    table.iter().rev().find(|(l, _)| *l <= level).map_or(lowest, |(_, value)| *value)
}

/// `AT_HWCAP` and `AT_PLATFORM` of a machine level.
pub fn hwcap(level: u32) -> (u64, &'static str) {
    let bits = FACILITIES.iter().fold(0, |bits, (bit, _)| bits | 1 << bit);
    (bits, at_level(PLATFORMS, level, "z10"))
}

/// `/proc/cpuinfo` (Linux arch/s390/kernel/processor.c:show_cpuinfo).
pub fn cpuinfo(level: u32, cpus: usize) -> String {
    let names: Vec<&str> = FACILITIES.iter().map(|(_, name)| *name).collect();
    let machine = at_level(MACHINE_TYPES, level, 0x2097);
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
        let (bits, platform) = hwcap(16);
        assert_eq!(bits, 0b11_0011_0111);
        assert_eq!(platform, "z16");
        assert_eq!(hwcap(u32::MAX).1, "z16");
        assert_eq!(hwcap(0).1, "z10");
        assert!(cpuinfo(13, 2).contains("processor 1: version = 00"));
        assert!(!cpuinfo(13, 2).contains(" vx"));
    }
}
