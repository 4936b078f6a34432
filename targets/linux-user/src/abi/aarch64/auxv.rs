//! What a program is told about the machine: `AT_HWCAP`, `AT_HWCAP2`, `/proc/cpuinfo`.

use frontend_aarch64::features::{self, MIDR};
use std::fmt::Write;

/// The one machine to be: with everything that is translated.
pub const MAX: &str = "max";

/// The machine level of a name; letters of any case.
pub fn level(name: &str) -> Option<u32> {
    name.eq_ignore_ascii_case(MAX).then_some(0)
}

/// `AT_HWCAP` and `AT_HWCAP2`.
pub fn hwcap(_level: u32) -> [u64; 2] {
    features::hwcap()
}

/// `/proc/cpuinfo` (Linux arch/arm64/kernel/cpuinfo.c:c_show), with the parts of MIDR_EL1.
pub fn cpuinfo(_level: u32, cpus: usize) -> String {
    let names: Vec<&str> = features::capabilities().map(|c| c.name).collect();
    let mut out = String::new();
    for cpu in 0..cpus {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "processor\t: {cpu}");
        let _ = writeln!(out, "BogoMIPS\t: 125.00");
        let _ = writeln!(out, "Features\t: {}", names.join(" "));
        let _ = writeln!(out, "CPU implementer\t: {:#04x}", MIDR >> 24);
        let _ = writeln!(out, "CPU architecture: 8");
        let _ = writeln!(out, "CPU variant\t: {:#x}", MIDR >> 20 & 15);
        let _ = writeln!(out, "CPU part\t: {:#05x}", MIDR >> 4 & 0xfff);
        let _ = writeln!(out, "CPU revision\t: {}\n", MIDR & 15);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_told_in_both_ways() {
        let top = level("MAX").unwrap();
        assert_eq!(hwcap(top)[0] & 0x803, 0x803);
        let info = cpuinfo(top, 2);
        assert!(info.contains("Features\t: fp asimd "));
        assert!(info.contains("processor\t: 1\n"));
        assert_eq!(level("cortex-a0"), None);
    }
}
