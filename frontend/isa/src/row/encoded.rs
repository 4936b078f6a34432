//! Encoded instructions, and why bytes are none.

/// An encoded instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Encoded {
    /// The bytes; those from `len` on are zero.
    pub bytes: [u8; 8],
    /// Length: 2, 4 or 6.
    pub len: u8,
}

impl Encoded {
    /// The first `len` bytes (at most 8) of a left-aligned word, in the order of the manual's bits.
    pub fn new(word: u64, len: u8) -> Self {
        let len = len.min(8);
        let keep = if len == 0 { 0 } else { u64::MAX << (64 - 8 * u32::from(len)) };
        Self { bytes: (word & keep).to_be_bytes(), len }
    }

    /// The instruction's bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

impl AsRef<[u8]> for Encoded {
    fn as_ref(&self) -> &[u8] {
        self.as_slice()
    }
}

/// Why bytes are no instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeError {
    /// There are fewer bytes than the instruction has.
    Truncated {
        /// Length of the instruction in bytes; 2 where there was no byte at all.
        need: u8,
    },
    /// No row matches.
    Undefined {
        /// Length in bytes.
        len: u8,
    },
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Truncated { need } => write!(f, "instruction of {need} bytes is cut short"),
            Self::Undefined { len } => write!(f, "undefined instruction of {len} bytes"),
        }
    }
}

impl std::error::Error for DecodeError {}
