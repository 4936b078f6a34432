//! What the CPU has, as programs see it: hardware capabilities and identification registers, from one table.
//!
//! A feature is there when all rows of its facility are translated. Linux lets programs read identification registers, but
//! shows them only the fields that say what programs may use.
//! Arm ARM DDI 0487, D24.2; Linux Documentation/arch/arm64/elf_hwcaps.rst and cpu-feature-registers.rst.

use isa::aarch64::FACILITIES;

/// Frequency of the system counter: a tick is a nanosecond, as in all since Armv8.6.
pub const COUNTER_HZ: u64 = 1_000_000_000;

/// MIDR_EL1: nobody's part, of an architecture that the other registers describe.
pub const MIDR: u64 = 0x000f_0510;

/// A hardware capability.
#[derive(Clone, Copy, Debug)]
pub struct Capability {
    /// Name in `/proc/cpuinfo`.
    pub name: &'static str,
    /// 0 for `AT_HWCAP`, 1 for `AT_HWCAP2`.
    pub word: usize,
    /// Bit of that word.
    pub bit: u32,
    /// Field of an identification register: CRm and op2, lowest bit, value.
    field: (u16, u32, u64),
    /// Its facilities in the tables: all must be complete.
    facilities: &'static [&'static str],
}

const fn capability(
    name: &'static str,
    (word, bit): (usize, u32),
    field: (u16, u32, u64),
    facilities: &'static [&'static str],
) -> Capability {
    Capability { name, word, bit, field, facilities }
}

/// CRm and op2 of ID_AA64PFR0_EL1 and others.
const PFR0: u16 = 4 << 3;
const DFR0: u16 = 5 << 3;
const PFR1: u16 = 4 << 3 | 1;
const ISAR0: u16 = 6 << 3;
const ISAR1: u16 = 6 << 3 | 1;
const ISAR2: u16 = 6 << 3 | 2;
const MMFR0: u16 = 7 << 3;
const MMFR2: u16 = 7 << 3 | 2;

/// What Linux shows of fields that say nothing to programs (arch/arm64/kernel/cpufeature.c: the safe values of hidden fields):
/// EL0 and EL1 are there for AArch64; Armv8 debug; granules that the kernel may have or not.
const HIDDEN: [(u16, u64); 3] = [(PFR0, 0x11), (DFR0, 0x6), (MMFR0, 0x0111_ff00_0000)];

/// What there may be, in the order of the words' bits.
const CAPABILITIES: &[Capability] = &[
    capability("fp", (0, 0), (PFR0, 16, 0), &[]),
    capability("asimd", (0, 1), (PFR0, 20, 0), &[]),
    capability("aes", (0, 3), (ISAR0, 4, 1), &["aes"]),
    capability("pmull", (0, 4), (ISAR0, 4, 2), &["aes"]),
    capability("sha1", (0, 5), (ISAR0, 8, 1), &["sha1"]),
    capability("sha2", (0, 6), (ISAR0, 12, 1), &["sha2"]),
    capability("crc32", (0, 7), (ISAR0, 16, 1), &["crc32"]),
    capability("atomics", (0, 8), (ISAR0, 20, 2), &["lse"]),
    capability("fphp", (0, 9), (PFR0, 16, 1), &["fp", "asimdhp"]),
    capability("asimdhp", (0, 10), (PFR0, 20, 1), &["fp", "asimdhp"]),
    capability("cpuid", (0, 11), (PFR0, 0, 1), &[]),
    capability("asimdrdm", (0, 12), (ISAR0, 28, 1), &["rdm"]),
    capability("jscvt", (0, 13), (ISAR1, 12, 1), &["jscvt"]),
    capability("fcma", (0, 14), (ISAR1, 16, 1), &["fcma"]),
    capability("lrcpc", (0, 15), (ISAR1, 20, 1), &["lrcpc"]),
    capability("dcpop", (0, 16), (ISAR1, 0, 1), &[]),
    capability("sha3", (0, 17), (ISAR0, 32, 1), &["sha3"]),
    capability("sm3", (0, 18), (ISAR0, 36, 1), &["sm3"]),
    capability("sm4", (0, 19), (ISAR0, 40, 1), &["sm4"]),
    capability("asimddp", (0, 20), (ISAR0, 44, 1), &["dotprod"]),
    capability("sha512", (0, 21), (ISAR0, 12, 2), &["sha512"]),
    capability("asimdfhm", (0, 23), (ISAR0, 48, 1), &["fhm"]),
    capability("dit", (0, 24), (PFR0, 48, 1), &[]),
    capability("uscat", (0, 25), (MMFR2, 32, 1), &[]),
    capability("ilrcpc", (0, 26), (ISAR1, 20, 2), &["lrcpc", "lrcpc2"]),
    capability("flagm", (0, 27), (ISAR0, 52, 1), &["flagm"]),
    capability("ssbs", (0, 28), (PFR1, 4, 2), &[]),
    capability("sb", (0, 29), (ISAR1, 36, 1), &["sb"]),
    capability("paca", (0, 30), (ISAR1, 8, 5), &["pauth"]),
    capability("pacg", (0, 31), (ISAR1, 28, 1), &["pacga"]),
    capability("dcpodp", (1, 0), (ISAR1, 0, 2), &[]),
    capability("flagm2", (1, 7), (ISAR0, 52, 2), &["flagm", "flagm2"]),
    capability("frint", (1, 8), (ISAR1, 32, 1), &["frintts"]),
    capability("i8mm", (1, 13), (ISAR1, 52, 1), &["i8mm"]),
    capability("bf16", (1, 14), (ISAR1, 44, 1), &["bf16"]),
    capability("dgh", (1, 15), (ISAR1, 48, 1), &["dgh"]),
    capability("rng", (1, 16), (ISAR0, 60, 1), &[]),
    capability("bti", (1, 17), (PFR1, 0, 1), &[]),
    capability("ecv", (1, 19), (MMFR0, 60, 1), &[]),
    capability("wfxt", (1, 31), (ISAR2, 0, 2), &["wfxt"]),
    capability("cssc", (1, 34), (ISAR2, 52, 1), &["cssc"]),
    capability("mops", (1, 43), (ISAR2, 16, 1), &["mops"]),
    capability("hbc", (1, 44), (ISAR2, 20, 1), &["hbc"]),
];

/// The capabilities that there are.
pub fn capabilities() -> impl Iterator<Item = &'static Capability> {
    CAPABILITIES.iter().filter(|c| c.facilities.iter().all(|name| is_complete(name)))
}

fn is_complete(facility: &str) -> bool {
    FACILITIES.iter().all(|f| f.name != facility || f.complete)
}

/// `AT_HWCAP` and `AT_HWCAP2`.
#[must_use]
pub fn hwcap() -> [u64; 2] {
    capabilities().fold([0; 2], |mut words, c| {
        words[c.word] |= 1 << c.bit;
        words
    })
}

/// The value of an identification register, by its number (op0, op1, CRn, CRm, op2); `None` if there is no such register for
/// programs.
#[must_use]
pub(crate) fn id_register(number: u16) -> Option<u64> {
    const MPIDR_MULTIPROCESSOR: u64 = 1 << 31;
    // Registers (3, 0, 0, 0..=7, 0..=7) can be read; what is not listed is zero.
    if number >> 6 != 0b11_0000_0000 {
        return None;
    }
    match number & 0x3f {
        0 => Some(MIDR),
        5 => Some(MPIDR_MULTIPROCESSOR),
        // REVIDR_EL1, and the identification of what there is.
        6 => Some(0),
        1..=15 => None,
        register => Some(fields(register)),
    }
}

/// The fields of a register; where several capabilities share one, the greatest value says them all.
fn fields(register: u16) -> u64 {
    let hidden =
        HIDDEN.iter().filter(|(number, _)| *number == register).map(|(_, value)| value).sum();
    let mine = capabilities().map(|c| c.field).filter(|(number, ..)| *number == register);
    mine.fold(hidden, |all, (_, shift, value)| {
        let before = all >> shift & 15;
        all & !(15 << shift) | before.max(value) << shift
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_agree_with_capabilities() {
        let words = hwcap();
        assert_eq!(words[0] >> 7 & 3, 3, "crc32, atomics");
        assert_eq!(words[0] >> 22 & 1, 0, "no SVE");
        let isar0 = id_register(0b11_0000_0000 << 6 | ISAR0).expect("readable");
        assert_eq!(isar0 >> 16 & 0xff, 0x21, "crc32 and atomics");
        assert_eq!(id_register(0b11_0000_0000 << 6 | PFR0).expect("readable") & 0xff, 0x11);
        let mmfr0 = id_register(0b11_0000_0000 << 6 | MMFR0).expect("readable");
        assert_eq!(mmfr0, 0x1000_0111_ff00_0000, "FEAT_ECV and what is hidden");
        assert_eq!(id_register(0), None);
    }

    #[test]
    fn no_bit_is_named_twice() {
        let mut seen = [0u64; 2];
        for c in CAPABILITIES {
            assert_eq!(seen[c.word] >> c.bit, 0, "{} is in order", c.name);
            seen[c.word] |= 1 << c.bit;
        }
    }
}
