//! Registers and memory for one entry of a block.

use isa::row::{Form, Kind, Operand, Row};
use rand::RngExt as _;
use risu_trace::{Delta, aarch64 as layout};

use super::address::{Need, need};
use super::fields::Insn;
use crate::place::{SCRATCH, inside};
use crate::rng::Rng;
use crate::values::{BFLOAT, FloatFormat, HALF, LONG, SHORT, Values};

/// The stack pointer among the general registers.
pub(super) const SP: usize = 31;

/// What is prepared before a block is entered; `None` is left as it was.
#[derive(Debug, Default)]
pub(crate) struct Machine {
    /// X0–X30, then SP.
    pub(crate) x: [Option<u64>; 32],
    pub(crate) v: [Option<u128>; 32],
    pub(crate) nzcv: Option<u64>,
    pub(crate) fpcr: Option<u64>,
    pub(crate) fpsr: Option<u64>,
    pub(crate) memory: Vec<(u64, Vec<u8>)>,
    pub(crate) values: Values,
}

impl Machine {
    /// Prepares for an instruction; `None` if its registers cannot be made to point anywhere.
    pub(crate) fn prepare(&mut self, rng: &mut Rng, insn: &Insn) -> Option<()> {
        if let Some(need) = need(insn) {
            let addr = need.solve(rng, &mut self.x)?;
            self.fill(rng, insn, addr, &need);
        }
        for operand in insn.row.operands {
            self.prepare_register(rng, insn, operand);
        }
        self.align_stack_pointer(rng);
        self.prepare_modes(rng, insn.row);
        Some(())
    }

    fn prepare_register(&mut self, rng: &mut Rng, insn: &Insn, operand: &Operand) {
        if let Some((first, count)) = insn.general(operand) {
            let bits = insn.width(operand);
            for number in first..first + count {
                self.general(rng, number & 31, bits);
            }
        }
        let (Kind::Simd(shape), Some(first)) = (operand.kind, insn.register(operand)) else {
            return;
        };
        let log = shape.size.log2(insn.row.format, insn.word).unwrap_or(3);
        let count = if shape.form == Form::List { 4 } else { 1 };
        for number in first..first + count {
            if self.v[number & 31].is_none() {
                self.v[number & 31] = Some(self.vector(rng, insn.row, log));
            }
        }
    }

    /// Gives a general register a value of so many bits, and the rest of it something else.
    pub(crate) fn general(&mut self, rng: &mut Rng, number: usize, bits: u32) {
        if self.x[number].is_some() {
            return;
        }
        let value = match rng.random_range(0..8) {
            // Near the width: shift counts.
            0 => rng.random_range(-2 * i64::from(bits)..=2 * i64::from(bits)) as u64,
            _ => self.values.int(rng, bits),
        };
        let keep = if bits >= 64 { 0 } else { u64::MAX << bits };
        let rest = [0, u64::MAX, rng.random()][rng.random_range(0..3)];
        let value = value & !keep | rest & keep;
        let aligned = number == SP && !rng.random_ratio(1, 8);
        self.x[number] = Some(if aligned { value & !15 } else { value });
    }

    /// Sets the stack pointer, if no operand did: to a multiple of 16, but for a few times when it stays as the last block
    /// left it. Programs keep it aligned. Engines rely on that until they find that it is not, and then run instruction by
    /// instruction, which is to be tested, too, but not everywhere.
    pub(crate) fn align_stack_pointer(&mut self, rng: &mut Rng) {
        if self.x[SP].is_none() && !rng.random_ratio(1, 64) {
            self.x[SP] = Some(self.values.int(rng, 64) & !15);
        }
    }

    /// A vector of lanes of 2^`log` bytes.
    pub(crate) fn vector(&mut self, rng: &mut Rng, row: &Row, log: u8) -> u128 {
        let bits = 8u32 << log.min(3);
        let float = float_format(row, log).filter(|_| !rng.random_ratio(1, 6));
        let same = rng.random_ratio(1, 8);
        let (mut all, mut last) = (0u128, None);
        for at in (0..128).step_by(bits as usize) {
            let lane = match last.filter(|_| same) {
                Some(lane) => lane,
                None => self.lane(rng, float, bits),
            };
            last = Some(lane);
            all |= u128::from(lane) << at;
        }
        all
    }

    fn lane(&mut self, rng: &mut Rng, float: Option<FloatFormat>, bits: u32) -> u64 {
        match float {
            Some(format) => self.values.float(rng, format) as u64,
            None if rng.random_ratio(1, 8) => {
                let count = rng.random_range(-2 * i64::from(bits)..=2 * i64::from(bits)) as u64;
                if bits < 64 { count & ((1 << bits) - 1) } else { count }
            }
            None => self.values.int(rng, bits),
        }
    }

    /// Gives a storage operand a value, most of the time.
    fn fill(&mut self, rng: &mut Rng, insn: &Insn, addr: u64, need: &Need) {
        if !need.access.reads() && !rng.random_ratio(1, 4) {
            return;
        }
        let mut bytes = Vec::new();
        while bytes.len() < need.len as usize {
            let log =
                [need.len.ilog2().min(3) as u8, rng.random_range(0..4)][rng.random_range(0..2)];
            bytes.extend(self.vector(rng, insn.row, log).to_le_bytes());
        }
        bytes.truncate(need.len as usize);
        self.store(addr, &bytes);
    }

    /// Puts bytes into the scratch area; what lies outside is left out.
    pub(crate) fn store(&mut self, addr: u64, bytes: &[u8]) {
        if let Some((start, piece)) = inside(addr, bytes) {
            self.memory.push((start, piece.to_vec()));
        }
    }

    /// Condition flags, floating-point control and status.
    fn prepare_modes(&mut self, rng: &mut Rng, row: &Row) {
        self.nzcv = Some(rng.random_range(0..16));
        if is_float(row) || rng.random_ratio(1, 16) {
            self.fpcr = Some(random_fpcr(rng));
        } else {
            // Engines may have code of their own for each mode.
            self.fpcr = Some(0);
        }
        if rng.random_ratio(1, 3) {
            self.fpsr = Some(rng.random::<u64>() & FPSR_FLAGS);
        } else if rng.random_ratio(1, 2) {
            self.fpsr = Some(0);
        }
    }

    /// The prepared values as a change of state.
    pub(crate) fn into_patch(self) -> Delta {
        let mut patch = Delta::default();
        let mut set = |index, value: Option<u64>| {
            if let Some(value) = value {
                patch.set_word(index, value);
            }
        };
        for (number, value) in self.x.into_iter().enumerate() {
            set(layout::X + number, value);
        }
        set(layout::NZCV, self.nzcv);
        set(layout::FPCR, self.fpcr);
        set(layout::FPSR, self.fpsr);
        for (number, value) in self.v.into_iter().enumerate() {
            set(layout::V + 2 * number, value.map(|v| v as u64));
            set(layout::V + 2 * number + 1, value.map(|v| (v >> 64) as u64));
        }
        for (addr, bytes) in &self.memory {
            patch.push_piece((addr - SCRATCH) as u32, bytes);
        }
        patch
    }
}

/// Whether a row works on floating-point numbers.
pub(crate) fn is_float(row: &Row) -> bool {
    let name = row.mnemonic;
    let simd = row.operands.iter().any(|o| matches!(o.kind, Kind::Simd(_)));
    simd && (name.starts_with('f') || name.starts_with("bf") || name.contains("cvt"))
}

/// The format of floating-point lanes of 2^`log` bytes.
fn float_format(row: &Row, log: u8) -> Option<FloatFormat> {
    match log {
        1 if is_float(row) && row.mnemonic.starts_with("bf") => Some(BFLOAT),
        1 if is_float(row) => Some(HALF),
        2 if is_float(row) => Some(SHORT),
        3 if is_float(row) => Some(LONG),
        _ => None,
    }
}

/// QC, IDC, IXC, UFC, OFC, DZC, IOC. Arm ARM DDI 0487, C5.2.10 "FPSR".
pub(crate) const FPSR_FLAGS: u64 = 0x0800_009f;
/// AHP, DN, FZ, RMode, FZ16: the fields of FPCR that are there without FEAT_AFP.
/// Arm ARM DDI 0487, C5.2.8 "FPCR".
pub(crate) const FPCR_FIELDS: u64 = 0x07c8_0000;

/// A value of FPCR, without trap enables.
pub(crate) fn random_fpcr(rng: &mut Rng) -> u64 {
    let rounding = if rng.random_ratio(1, 2) { rng.random_range(0..4) << 22 } else { 0 };
    let others = match rng.random_range(0..4) {
        0 => rng.random::<u64>() & rng.random::<u64>(),
        1 => 1 << [19, 24, 25, 26][rng.random_range(0..4)],
        _ => 0,
    };
    rounding | others & FPCR_FIELDS
}
