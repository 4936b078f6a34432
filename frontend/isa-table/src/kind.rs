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
    /// A64 vector register, seen in a shape.
    Simd(Shape),
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
    /// A constant, shifted left by the value of a field.
    Shifted(u16, usize),
    /// Decided at run time by registers (other operands say which).
    Dynamic,
}

/// How an A64 instruction sees a vector register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Which part.
    pub form: Form,
    /// Size of an element.
    pub size: SizeRule,
}

/// Which part of a vector register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `s[…]`: one element at the right, zeros above when written.
    Scalar,
    /// `v[…]`: 64 bits, or 128 if field `q` is one.
    Q,
    /// `v/2[…]`: 32 bits, or 64 if field `q` is one.
    HalfQ,
    /// `v2[…]`: two elements.
    Two,
    /// `v64[…]`: 64 bits.
    Half,
    /// `v128[…]`: 128 bits.
    Full,
    /// `e[…]`: one element, by an index elsewhere in the instruction.
    Element,
    /// `list[…]`: registers from this one on, wrapping; number and shape depend on the row.
    List,
}

/// Where the size of an element stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeRule {
    /// Logarithm of the number of bytes, from 0 to 4: `b`, `h`, `s`, `d`, `q`.
    Fixed(u8),
    /// The field's value plus a number is that logarithm: `size`, `size+1`.
    Field(usize, u8),
    /// A two-bit field: 0 single, 1 double, 3 half: `ftype`, `ftype(opc)`.
    Ftype(usize),
    /// The position of the highest one of the field, plus a number: `high(immh)`, `high(immh)+1`.
    Highest(usize, u8),
    /// The position of the lowest one of the field: `low(imm5)`.
    Lowest(usize),
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
    W "w" Register;
    X "x" Register;
    R "r" Register;
    Wsp "wsp" Register;
    Xsp "xsp" Register;
    Rsp "rsp" Register;
    Xw "xw" Register;
    Rext "rext" Register;
    Wpair "wpair" Register;
    Xpair "xpair" Register;
    Rpair "rpair" Register;
    Xtarget "xgoto" Register;
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
