// The shape of fields, for the compiler of the tables and for what it makes: `isa` includes this file.

/// A run of instruction bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seg {
    /// First bit, manual numbering.
    pub pos: u8,
    /// Number of bits.
    pub len: u8,
}

/// How a field's bits become a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// Unsigned.
    Unsigned,
    /// Two's complement.
    Signed,
    /// Two's complement count of units from the instruction on; the value is in bytes.
    Relative {
        /// Bytes in a unit: 2 on z/Architecture; 1, 4 or 4096 (ADRP) on A64.
        unit: u16,
    },
    /// A displacement: an `i32` whether it is signed (20 bits) or not (12 bits).
    Displacement {
        /// Two's complement (long displacement).
        signed: bool,
    },
}

impl FieldType {
    /// Whether values can be negative.
    pub fn signed(self) -> bool {
        !matches!(self, FieldType::Unsigned | FieldType::Displacement { signed: false })
    }
}
