//! Choosing the fields of an instruction, and what they say.

use isa::row::{Field, Kind, MemLen, Operand, Place, Row};
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;

use crate::rng::Rng;
use crate::values;

/// Number that stands for the zero register or SP.
pub(crate) const ZR: usize = 31;

/// An instruction: its row and its left-aligned word.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Insn {
    pub(crate) row: &'static Row,
    pub(crate) word: u64,
}

/// Chooses the fields of a row at random, so that what the instruction does is defined; `None` if
/// that is too hard.
pub(crate) fn choose(rng: &mut Rng, row: &'static Row) -> Option<Insn> {
    (0..400).find_map(|_| {
        let mut registers = Vec::new();
        let mut word = row.value;
        for field in row.format.fields {
            word = field.with_raw(word, choose_field(rng, field, &mut registers));
        }
        let word = word & !row.mask | row.value | row.format.should_be_one;
        let insn = Insn { row, word: system_register(rng, row, word) };
        (insn.is_defined() && row.valid(insn.word) && is_row(row, insn.word)).then_some(insn)
    })
}

/// Whether the word decodes as this row: another may stand before it, or the word be reserved.
fn is_row(row: &Row, word: u64) -> bool {
    isa::aarch64::find_row(word).is_some_and(|found| found.id == row.id)
}

/// Whether the first letter of the field's name says register.
fn is_register(field: &Field) -> bool {
    field.bits() == 5 && field.name.starts_with('r')
}

fn choose_field(rng: &mut Rng, field: &Field, registers: &mut Vec<u64>) -> u64 {
    if is_register(field) {
        let earlier = if rng.random_ratio(1, 4) { registers.choose(rng).copied() } else { None };
        let fresh = if rng.random_ratio(1, 12) { ZR as u64 } else { rng.random_range(0..32) };
        let number = earlier.unwrap_or(fresh);
        registers.push(number);
        return number;
    }
    values::field(rng, field.bits())
}

/// Makes MRS and MSR name one of the registers that are the same on every machine, and MSR
/// (immediate) a bit that a program may set.
///
/// Arm ARM DDI 0487, C5.2: NZCV, FPCR, FPSR; SSBS, DIT.
fn system_register(rng: &mut Rng, row: &Row, word: u64) -> u64 {
    let set = |word, (name, raw): (&str, u64)| row.field(name).map(|f| f.with_raw(word, raw));
    if row.name == "msr_imm" {
        let fields =
            [("op1", 3), ("crm", rng.random_range(0..2)), ("op2", 1 + rng.random_range(0..2))];
        return fields.into_iter().try_fold(word, set).unwrap_or(word);
    }
    if !matches!(row.name, "mrs" | "msr_reg") {
        return word;
    }
    let (crm, op2) = [(2, 0), (4, 0), (4, 1)][rng.random_range(0..3)];
    let fields = [("o0", 1), ("op1", 3), ("crn", 4), ("crm", crm), ("op2", op2)];
    fields.into_iter().try_fold(word, set).unwrap_or(word)
}

/// Registers as masks: bit n is Xn, bit 31 SP; and the same for V.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Registers {
    pub(crate) x: u32,
    pub(crate) v: u32,
}

impl Insn {
    /// Value of a field by name, 0 if there is none.
    pub(crate) fn raw(&self, name: &str) -> u64 {
        self.row.field(name).map_or(0, |f| f.raw(self.word))
    }

    /// The same instruction with another value of a field.
    pub(crate) fn with(&self, name: &str, raw: u64) -> Option<Insn> {
        Some(Insn { word: self.row.field(name)?.with_raw(self.word, raw), ..*self })
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.row.encode(self.word).as_slice().to_vec()
    }

    /// Number of the register that holds an operand, if it is in one.
    pub(crate) fn register(&self, operand: &Operand) -> Option<usize> {
        match operand.place {
            Place::Field(name) if is_in_register(operand.kind) => Some(self.raw(name) as usize),
            Place::Implied(number) => Some(usize::from(number)),
            _ => None,
        }
    }

    /// General registers of an operand: number of the first, and how many; SP is 31, the zero
    /// register none.
    pub(crate) fn general(&self, operand: &Operand) -> Option<(usize, usize)> {
        let number = self.register(operand)?;
        match operand.kind {
            Kind::W | Kind::X | Kind::R | Kind::Xw | Kind::Rext | Kind::Xtarget => {
                (number != ZR).then_some((number, 1))
            }
            Kind::Wsp | Kind::Xsp | Kind::Rsp => Some((number, 1)),
            Kind::Wpair | Kind::Xpair | Kind::Rpair => Some((number, 2)),
            _ => None,
        }
    }

    /// Significant bits of an operand in a general register.
    pub(crate) fn width(&self, operand: &Operand) -> u32 {
        let wide = match operand.kind {
            Kind::W | Kind::Wsp | Kind::Wpair => false,
            Kind::R | Kind::Rsp | Kind::Rpair => self.raw("sf") != 0,
            Kind::Xw => self.raw("w") == 0,
            Kind::Rext => self.raw("option") & 3 == 3,
            _ => true,
        };
        if wide { 64 } else { 32 }
    }

    /// Length in bytes of a storage operand; what the row does not say is taken as 64.
    pub(crate) fn length(&self, len: MemLen) -> u64 {
        match len {
            MemLen::Bytes(n) => u64::from(n),
            MemLen::Shifted(n, field) => u64::from(n) << self.raw(field),
            _ => 64,
        }
    }

    /// Registers that it changes, with base registers; those of lists up to four.
    pub(crate) fn written(&self) -> Registers {
        let mut all = Registers::default();
        for operand in self.row.operands {
            if let Place::Memory { base, writeback, .. } = operand.place {
                let changed = writeback != isa::row::Writeback::None;
                all.x |= u32::from(changed) << self.raw(base);
            }
            if !operand.access.writes() {
                continue;
            }
            if let Some((number, count)) = self.general(operand) {
                (number..number + count).for_each(|n| all.x |= 1 << (n & 31));
            }
            if let (Kind::Simd(_), Some(number)) = (operand.kind, self.register(operand)) {
                (number..number + 4).for_each(|n| all.v |= 1 << (n & 31));
            }
        }
        all
    }

    /// Whether registers meet in a way that the manual leaves open beyond the row's constraints.
    fn is_defined(&self) -> bool {
        let with_index = |operand: &Operand| match operand.place {
            Place::Memory { base, index: Some(index), .. } => self.raw(base) == self.raw(index),
            _ => false,
        };
        !self.row.operands.iter().any(with_index)
    }
}

fn is_in_register(kind: Kind) -> bool {
    !matches!(kind, Kind::Imm | Kind::Mask | Kind::Target | Kind::RelativeMem(_) | Kind::Mem(_))
}
