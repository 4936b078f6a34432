//! What an instruction on vectors and floating point reads and writes.

use super::operands;
use frontend_aarch64::CpuState;
use frontend_aarch64::state::{FPCR_RMODE, FPCR_VALID, FPSR_IDC, FPSR_IXC, FPSR_QC};
use isa::Row;
use rand::RngExt as _;
use std::fmt;
use tcg_irgen::{Random, RandomExt as _};

/// The exceptions of FPSR, and its QC.
const FPSR_VALID: u32 = FPSR_QC | FPSR_IDC | 0x1f;

/// The registers of a program but for the stack pointer.
#[derive(Clone, PartialEq, Default)]
pub(super) struct Registers {
    x: [u64; 31],
    v: [[u64; 2]; 32],
    nzcv: u32,
    fpcr: u32,
    fpsr: u32,
}

/// FPCR and FPSR.
#[derive(Clone, Copy)]
pub(super) struct Mode(u32, u32);

impl Mode {
    /// Often that of most programs, or nearly; often that of a program that flushes and has rounded.
    pub(super) fn any(random: &mut Random) -> Mode {
        let fpcr = random.random::<u64>() as u32 & FPCR_VALID;
        let fpcr = if random.random_ratio(1, 4) { fpcr & FPCR_RMODE } else { fpcr };
        let fpsr = random.random::<u64>() as u32 & FPSR_VALID;
        Mode(fpcr, fpsr & random.pick(&[0, FPSR_IXC, FPSR_VALID]) | random.pick(&[0, FPSR_IXC]))
    }
}

impl Registers {
    /// Makes new what an instruction of this row may read.
    pub(super) fn renew(&mut self, random: &mut Random, row: &Row, word: u64, mode: Mode) {
        let sums_products = row.name.starts_with("bfdot") || row.name.starts_with("bfmmla");
        let vector = |random: &mut Random| match sums_products && random.random_ratio(1, 2) {
            true => operands::summands(random),
            false => operands::vector(random),
        };
        let mut last = vector(random);
        for name in ["rd", "rn", "rm", "ra"] {
            let Some(field) = row.field(name) else { continue };
            let register = field.raw(word) as usize;
            for next in [0, 1, 2, 3, 16] {
                let new = random.random_range(0..4) != 0;
                last = if new { vector(random) } else { operands::related(random, last) };
                self.v[(register + next) % 32] = last;
                // What follows is read as part of a table only, or by an element's number.
                if name != "rn" && (next != 0 || field.bits() > 4) {
                    break;
                }
            }
            if let Some(x) = self.x.get_mut(register) {
                *x = operands::general(random);
            }
        }
        self.nzcv = (random.random::<u64>() as u32) & 0xf000_0000;
        Mode(self.fpcr, self.fpsr) = mode;
    }

    pub(super) fn store(&self, state: &mut CpuState) {
        (state.x, state.v) = (self.x, self.v);
        state.set_nzcv(self.nzcv);
        state.set_fpcr(self.fpcr);
        state.set_fpsr(self.fpsr);
    }

    pub(super) fn load(state: &CpuState) -> Registers {
        let (x, v) = (state.x, state.v);
        Registers { x, v, nzcv: state.nzcv(), fpcr: state.fpcr(), fpsr: state.fpsr() }
    }

    fn named(&self) -> impl Iterator<Item = (String, [u64; 2])> {
        let x = self.x.iter().enumerate().map(|(i, x)| (format!("x{i}"), [*x, 0]));
        let v = self.v.iter().enumerate().map(|(i, v)| (format!("v{i}"), *v));
        let others = [("nzcv", self.nzcv), ("fpcr", self.fpcr), ("fpsr", self.fpsr)];
        x.chain(v).chain(others.map(|(name, value)| (name.to_owned(), [value.into(), 0])))
    }

    /// What differs in `other`: name, and both values.
    pub(super) fn differences(&self, other: &Registers) -> String {
        let pairs = self.named().zip(other.named()).filter(|(a, b)| a.1 != b.1);
        pairs.map(|((name, a), (_, b))| format!(" {name}: {} or {}", Hex(a), Hex(b))).collect()
    }

    /// The registers that fields of the row name, and those of control.
    pub(super) fn read_by(&self, row: &Row, word: u64) -> String {
        let mut text = format!("fpcr {:#x} fpsr {:#x} nzcv {:#x}", self.fpcr, self.fpsr, self.nzcv);
        for name in ["rd", "rn", "rm", "ra"] {
            let Some(field) = row.field(name) else { continue };
            let register = field.raw(word) as usize;
            text += &format!(" v{register} {}", Hex(self.v[register]));
            if field.bits() == 4 {
                text += &format!(" v{} {}", register | 16, Hex(self.v[register | 16]));
            }
            if let Some(x) = self.x.get(register) {
                text += &format!(" x{register} {x:#x}");
            }
        }
        text
    }
}

struct Hex([u64; 2]);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [low, 0] => write!(f, "{low:#x}"),
            [low, high] => write!(f, "{high:#x}_{low:016x}"),
        }
    }
}
