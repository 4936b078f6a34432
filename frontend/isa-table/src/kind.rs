//! The closed lists of operand kinds and accesses.

/// What an operand is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// One of the kinds without a parameter, by its name in the table.
    Plain(PlainKind),
    /// Storage that the instruction accesses.
    Mem(MemLen),
    /// Storage at a PC-relative address, with its length in bytes.
    RelativeMem(u16),
    /// General register holding the address of storage that is accessed so.
    Pointer(Access),
    /// Even-odd pair holding address and length of storage that is accessed so.
    PointerLen(Access),
    /// The same with a length of 24 bits.
    PointerLen24(Access),
}

/// How many bytes a storage operand has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemLen {
    /// A constant.
    Bytes(u16),
    /// Length field (index into the format's fields) plus one.
    Field(usize),
    /// Length field plus one, at and before the address: processed from right to left.
    FieldDown(usize),
    /// Registers from one field to another, wrapping at 15, times a size in bytes.
    Registers(usize, usize, u8),
    /// One byte per one bit of a mask field.
    MaskBits(usize),
    /// Decided at run time by registers (other operands say which).
    Dynamic,
}

/// Read, written, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Not accessed as data: addresses, masks, immediates.
    None,
    /// Read.
    Read,
    /// Written.
    Write,
    /// Read and written.
    ReadWrite,
}

impl Access {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "r" => Self::Read,
            "w" => Self::Write,
            "rw" => Self::ReadWrite,
            _ => return None,
        })
    }

    /// Name of the variant in generated code.
    pub fn variant(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Read => "Read",
            Self::Write => "Write",
            Self::ReadWrite => "ReadWrite",
        }
    }
}

/// Where a kind may stand, and whether it needs an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// In a register field, with `:r`, `:w` or `:rw`.
    Register,
    /// In any field, without access.
    Value,
    /// In a relative field, without access.
    Target,
    /// At a storage operand, without access.
    Address,
}

macro_rules! plain_kinds {
    ($($variant:ident $name:literal $class:ident;)*) => {
        /// The kinds without a parameter; documented in `docs/src/tables.md`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum PlainKind { $(
            #[doc = concat!("`", $name, "`")]
            $variant,
        )* }

        impl PlainKind {
            pub(crate) fn parse(text: &str) -> Option<Self> {
                Some(match text { $($name => Self::$variant,)* _ => return None })
            }

            pub(crate) fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class,)* }
            }

            /// Name of the variant in generated code.
            pub fn variant(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant),)* }
            }
        }
    };
}

plain_kinds! {
    Gr8 "gr8" Register;
    Gr16 "gr16" Register;
    Gr32 "gr32" Register;
    Gr64 "gr64" Register;
    GrHigh "grh" Register;
    GrTarget "goto" Register;
    GrPair32 "pair32" Register;
    GrPair64 "pair64" Register;
    Fp32 "fp32" Register;
    Fp64 "fp64" Register;
    Fp128 "fp128" Register;
    Fp "fp" Register;
    Access "ar" Register;
    Control "cr" Register;
    Vector "vr" Register;
    Mask "mask" Value;
    Imm "imm" Value;
    Len "len" Value;
    Rounding "round" Value;
    Target "target" Target;
    Address "ea" Address;
    Shift "shift" Address;
    BranchAddress "jump" Address;
}

impl PlainKind {
    /// Whether the field must hold an even general register number.
    pub(crate) fn even(self) -> bool {
        matches!(self, Self::GrPair32 | Self::GrPair64)
    }

    /// Whether the field must hold the first number of a floating-point register pair.
    pub(crate) fn fp_pair(self) -> bool {
        self == Self::Fp128
    }
}
