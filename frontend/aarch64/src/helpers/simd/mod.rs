//! Advanced SIMD and floating point out of line: what an instruction computes, from the values of its operands.
//!
//! Each family of instructions has a file: an enumeration of its operations and a function that computes one of them.
//! What they share is [`Insn`], the operation with its fields, packed into the argument of the family's helper, and
//! [`execute`], which reads the operands, calls the function and writes the result.
//! Arm ARM DDI 0487, C7.2 "Alphabetical list of A64 Advanced SIMD and floating-point instructions".

pub(crate) mod across;
pub(crate) mod crypto;
pub(crate) mod diff;
pub(crate) mod dot;
pub(crate) mod lanes;
pub(crate) mod misc;
pub(crate) mod permute;
pub(crate) mod same;
pub(crate) mod shift;
#[cfg(test)]
mod tests;

use super::{Done, fp};
use crate::state::CpuState;
use lanes::{Lane, Width};
use tcg_ir::HelperId;

/// The operations of a family: an enumeration that can be packed.
pub(crate) trait Operation: Copy + 'static {
    /// All, by number.
    const ALL: &'static [Self];

    /// The position in [`Operation::ALL`].
    fn number(self) -> u8;

    /// The operation of a number that [`Operation::number`] gave.
    fn of(number: u8) -> Self {
        Self::ALL[usize::from(number) % Self::ALL.len()]
    }
}

/// Declares the operations of a family.
macro_rules! operations {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $op:ident,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum $name { $($(#[$doc])* $op,)* }

        impl $crate::helpers::simd::Operation for $name {
            const ALL: &'static [$name] = &[$($name::$op,)*];

            fn number(self) -> u8 {
                self as u8
            }
        }
    };
}
pub(crate) use operations;

/// A family whose instructions compute V\[rd\] from V\[rn\], V\[rm\], V\[ra\] and V\[rd\].
pub(crate) trait Family: Operation {
    /// The helper that does instructions of this family: [`execute`] for it.
    const HELPER: HelperId;

    /// The new value of the destination; what `insn` does not write is zero. Saturation is told to `status`.
    fn compute(insn: &Insn<Self>, operands: Operands, status: &mut Status) -> u128;
}

/// An instruction: the operation and its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Insn<O> {
    pub(crate) op: O,
    /// Size of the lanes; of the narrow ones, if an instruction widens or narrows.
    pub(crate) lane: Lane,
    pub(crate) width: Width,
    /// The lanes are unsigned numbers.
    pub(crate) unsigned: bool,
    /// The second operand is this lane of its register, in all lanes.
    pub(crate) element: Option<(Lane, u8)>,
    /// Shift amount, rotation, index: what the operation says.
    pub(crate) imm: u8,
    pub(crate) rd: u8,
    pub(crate) rn: u8,
    pub(crate) rm: u8,
    pub(crate) ra: u8,
}

impl<O: Operation> Insn<O> {
    /// An instruction on signed lanes without further fields.
    pub(crate) const fn new(op: O, lane: Lane, width: Width) -> Insn<O> {
        let (rd, rn, rm, ra) = (0, 0, 0, 0);
        Insn { op, lane, width, unsigned: false, element: None, imm: 0, rd, rn, rm, ra }
    }

    /// Number of lanes.
    pub(crate) const fn count(&self) -> u32 {
        self.width.count(self.lane)
    }

    /// Lane `i` of `x` as a number, signed or not as the instruction says.
    pub(crate) const fn number(&self, x: u128, i: u32) -> i128 {
        self.lane.number(x, i, self.unsigned)
    }

    /// The packed form.
    pub(crate) fn pack(self) -> u64 {
        let (indexed, element, index) = match self.element {
            Some((lane, index)) => (1, lane as u64, u64::from(index)),
            None => (0, 0, 0),
        };
        u64::from(self.op.number())
            | (self.lane as u64) << 8
            | (self.width as u64) << 11
            | u64::from(self.unsigned) << 13
            | indexed << 14
            | element << 15
            | index << 18
            | u64::from(self.imm) << 22
            | u64::from(self.rd) << 32
            | u64::from(self.rn) << 37
            | u64::from(self.rm) << 42
            | u64::from(self.ra) << 47
    }

    /// The instruction of a packed form.
    pub(crate) fn unpack(packed: u64) -> Insn<O> {
        let field = |at: u32, width: u32| (packed >> at & ((1 << width) - 1)) as u8;
        Insn {
            op: O::of(field(0, 8)),
            lane: Lane::of(field(8, 3)),
            width: match field(11, 2) {
                0 => Width::Scalar,
                1 => Width::Half,
                _ => Width::Full,
            },
            unsigned: field(13, 1) != 0,
            element: (field(14, 1) != 0).then(|| (Lane::of(field(15, 3)), field(18, 4))),
            imm: field(22, 8),
            rd: field(32, 5),
            rn: field(37, 5),
            rm: field(42, 5),
            ra: field(47, 5),
        }
    }
}

/// The values of the source registers, and of the destination before.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Operands {
    pub(crate) n: u128,
    pub(crate) m: u128,
    pub(crate) a: u128,
    pub(crate) d: u128,
}

/// The modes of an instruction, and what it reports.
#[derive(Debug)]
pub(crate) struct Status {
    /// A result was saturated: FPSR.QC.
    pub(crate) saturated: bool,
    /// Rounding, modes and flags of floating point.
    pub(crate) fp: softfp::Env,
    /// Conversions take half precision as the alternative format: FPCR.AHP.
    pub(crate) alternative_half: bool,
}

impl Status {
    /// The modes that FPCR says.
    pub(crate) fn new(cpu: &CpuState) -> Status {
        Status {
            saturated: false,
            fp: fp::environment(cpu),
            alternative_half: fp::alternative_half(cpu),
        }
    }
}

/// A vector register.
pub(crate) fn v(cpu: &CpuState, r: u8) -> u128 {
    let [low, high] = cpu.v[usize::from(r & 31)];
    u128::from(high) << 64 | u128::from(low)
}

/// Sets a vector register.
pub(crate) fn set_v(cpu: &mut CpuState, r: u8, value: u128) {
    cpu.v[usize::from(r & 31)] = [value as u64, (value >> 64) as u64];
}

/// The helper of a family: the argument is the packed instruction.
pub(crate) fn execute<O: Family>(cpu: &mut CpuState, [packed, ..]: [u64; 4]) -> Done {
    let insn = Insn::<O>::unpack(packed);
    let m = v(cpu, insn.rm);
    let m = match insn.element {
        Some((lane, index)) => lane.splat(m, index.into()),
        None => m,
    };
    let operands = Operands { n: v(cpu, insn.rn), m, a: v(cpu, insn.ra), d: v(cpu, insn.rd) };
    let mut status = Status::new(cpu);
    let result = O::compute(&insn, operands, &mut status);
    set_v(cpu, insn.rd, result);
    if status.saturated {
        cpu.saturated[0] = u64::MAX;
    }
    fp::report(cpu, status.fp.flags);
    Ok(0)
}
