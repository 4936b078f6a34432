//! What the registers of a guest are, as an array of 64-bit words.
//!
//! The state at a checkpoint is such an array plus the program counter, so that the formats,
//! the comparison and the reports serve every guest.

/// A guest architecture, with its number in the file header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum Guest {
    /// z/Architecture, 64-bit addressing mode.
    S390x = 1,
    /// A64, little-endian data.
    Aarch64 = 2,
}

/// One 64-bit word of a guest's register file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegInfo {
    /// Which registers it is one of: the name by which lists of faults and findings sort.
    pub file: &'static str,
    /// Name of the register kind, as in the manual.
    pub prefix: &'static str,
    /// Number of the register, or `None` if there is only one.
    pub number: Option<u8>,
    /// Significant low-order bits.
    pub width_bits: u8,
}

impl Guest {
    /// All guests.
    pub const ALL: [Guest; 2] = [Guest::S390x, Guest::Aarch64];

    /// Finds a guest by its number in the file header.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Guest> {
        Guest::ALL.into_iter().find(|&guest| guest as u16 == number)
    }

    /// Finds a guest by its name on the command line.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Guest> {
        Guest::ALL.into_iter().find(|guest| guest.name() == name)
    }

    /// The name on the command line, which is also that of the processor in Rust.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Guest::S390x => "s390x",
            Guest::Aarch64 => "aarch64",
        }
    }

    /// How many words the register file has at least and at most.
    ///
    /// A file says how many it has; s390x files without vector registers stop after the PSW word.
    #[must_use]
    pub fn n_words(self) -> std::ops::RangeInclusive<usize> {
        match self {
            Guest::S390x => s390x::N_BASE..=s390x::N_VECTOR,
            Guest::Aarch64 => aarch64::N_WORDS..=aarch64::N_WORDS,
        }
    }

    /// Length of a checkpoint in bytes: the unit of the code, an undefined instruction if all of it
    /// is zero.
    #[must_use]
    pub fn checkpoint_len(self) -> usize {
        match self {
            Guest::S390x => 2,
            Guest::Aarch64 => 4,
        }
    }

    /// Describes word `index` of the register file.
    #[must_use]
    pub fn reg_info(self, index: usize) -> RegInfo {
        match self {
            Guest::S390x => s390x::reg_info(index),
            Guest::Aarch64 => aarch64::reg_info(index),
        }
    }
}

/// Where the registers of s390x are in the array of words.
pub mod s390x {
    use super::RegInfo;

    /// General registers 0–15.
    pub const GPR: usize = 0;
    /// Floating-point registers 0–15: the leftmost doublewords of vector registers 0–15.
    pub const FPR: usize = 16;
    /// Access registers 0–15, 32 bits each.
    pub const AR: usize = 32;
    /// Floating-point-control register, 32 bits, with its data-exception code.
    pub const FPC: usize = 48;
    /// Condition code in bits 0–1, program mask in bits 4–7 (bit 0 is the lowest).
    pub const PSW: usize = 49;
    /// Words of a file without vector registers.
    pub const N_BASE: usize = 50;
    /// Rightmost doublewords of vector registers 0–15.
    pub const VR_LOW: usize = 50;
    /// Vector registers 16–31, leftmost doubleword first.
    pub const VR_HIGH: usize = 66;
    /// Words of a file with vector registers.
    pub const N_VECTOR: usize = 98;

    /// Makes the PSW word of a condition code (0–3) and a program mask (0–15).
    #[must_use]
    pub fn psw_word(cc: u8, program_mask: u8) -> u64 {
        u64::from(cc & 3) | u64::from(program_mask & 15) << 4
    }

    /// Takes the PSW word apart into condition code and program mask.
    #[must_use]
    pub fn psw_parts(word: u64) -> (u8, u8) {
        ((word & 3) as u8, (word >> 4 & 15) as u8)
    }

    pub(super) fn reg_info(index: usize) -> RegInfo {
        let (file, prefix, first, width_bits) = match index {
            GPR..FPR => ("gpr", "r", GPR, 64),
            FPR..AR => ("fpr", "f", FPR, 64),
            AR..FPC => ("ar", "a", AR, 32),
            FPC => return RegInfo::single("fpc", 32),
            PSW => return RegInfo::single("psw", 8),
            VR_LOW..VR_HIGH => ("vr", "vlow", VR_LOW, 64),
            _ => ("vr", "vhalf", VR_HIGH, 64),
        };
        let number = u8::try_from(index - first).ok();
        RegInfo { file, prefix, number, width_bits }
    }
}

/// Where the registers of aarch64 are in the array of words.
pub mod aarch64 {
    use super::RegInfo;

    /// X0–X30.
    pub const X: usize = 0;
    /// The stack pointer.
    pub const SP: usize = 31;
    /// The condition flags: V in bit 0, C, Z, and N in bit 3.
    pub const NZCV: usize = 32;
    /// Floating-point control register.
    pub const FPCR: usize = 33;
    /// Floating-point status register.
    pub const FPSR: usize = 34;
    /// V0–V31, the low doubleword of each first.
    pub const V: usize = 35;
    /// Number of words.
    pub const N_WORDS: usize = 99;

    pub(super) fn reg_info(index: usize) -> RegInfo {
        let number = |n: usize| u8::try_from(n).ok();
        match index {
            X..SP => RegInfo { file: "x", prefix: "x", number: number(index - X), width_bits: 64 },
            SP => RegInfo::single("sp", 64),
            NZCV => RegInfo::single("nzcv", 4),
            FPCR => RegInfo::single("fpcr", 32),
            FPSR => RegInfo::single("fpsr", 32),
            _ => {
                let half = index - V;
                let prefix = if half % 2 == 0 { "vl" } else { "vh" };
                RegInfo { file: "v", prefix, number: number(half / 2), width_bits: 64 }
            }
        }
    }
}

impl RegInfo {
    /// A register that is alone of its kind.
    fn single(name: &'static str, width_bits: u8) -> RegInfo {
        RegInfo { file: name, prefix: name, number: None, width_bits }
    }
}

impl std::fmt::Display for RegInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.prefix)?;
        match self.number {
            Some(number) => write!(f, "{number}"),
            None => Ok(()),
        }
    }
}
