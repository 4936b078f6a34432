//! Operands of host instructions, and the families of operations that share an encoding.

/// Host register by encoding number; vector registers are numbered from 0 too where an instruction takes one.
pub(crate) type Enc = u8;

/// No register.
pub(crate) const NO_REG: u8 = 0xff;

pub(crate) const RAX: Enc = 0;
pub(crate) const RCX: Enc = 1;
pub(crate) const RDX: Enc = 2;
pub(crate) const RSP: Enc = 4;
pub(crate) const RBP: Enc = 5;
pub(crate) const RSI: Enc = 6;

/// As base: relative to the next instruction.
pub(super) const RIP: u8 = 16;

/// A host memory operand `[base + index * 2^scale + disp]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mem {
    pub(crate) base: Enc,
    pub(crate) index: Enc,
    pub(crate) scale: u8,
    pub(crate) disp: i32,
}

impl Mem {
    pub(crate) const fn base(base: Enc, disp: i32) -> Mem {
        Mem { base, index: NO_REG, scale: 0, disp }
    }

    /// Relative to the next instruction; the displacement is filled in later.
    pub(crate) const fn rip(disp: i32) -> Mem {
        Mem { base: RIP, index: NO_REG, scale: 0, disp }
    }

    pub(crate) const fn plus(self, disp: i32) -> Mem {
        Mem { disp: self.disp.wrapping_add(disp), ..self }
    }
}

/// A register or memory operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rm {
    R(Enc),
    M(Mem),
}

impl From<Enc> for Rm {
    fn from(reg: Enc) -> Rm {
        Rm::R(reg)
    }
}

impl From<Mem> for Rm {
    fn from(mem: Mem) -> Rm {
        Rm::M(mem)
    }
}

/// The eight classic ALU operations, by their opcode number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Alu {
    Add = 0,
    Or = 1,
    Adc = 2,
    Sbb = 3,
    And = 4,
    Sub = 5,
    Xor = 6,
    Cmp = 7,
}

/// Shift operations, by their opcode extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Shift {
    Shl = 4,
    Shr = 5,
    Sar = 7,
}

/// Host condition codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Cc {
    O = 0,
    No = 1,
    B = 2,
    Ae = 3,
    E = 4,
    Ne = 5,
    Be = 6,
    A = 7,
    S = 8,
    Ns = 9,
    P = 10,
    Np = 11,
    L = 12,
    Ge = 13,
    Le = 14,
    G = 15,
}

impl Cc {
    const ALL: [Cc; 16] = [
        Cc::O,
        Cc::No,
        Cc::B,
        Cc::Ae,
        Cc::E,
        Cc::Ne,
        Cc::Be,
        Cc::A,
        Cc::S,
        Cc::Ns,
        Cc::P,
        Cc::Np,
        Cc::L,
        Cc::Ge,
        Cc::Le,
        Cc::G,
    ];

    /// The opposite condition.
    pub(crate) const fn invert(self) -> Cc {
        Cc::ALL[self as usize ^ 1]
    }
}
