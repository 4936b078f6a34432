//! Registers and memory for one entry of a block.

use isa::row::{Access, Kind, Operand, Row};
use rand::RngExt as _;
use risu_trace::{Delta, s390x};

use super::address::{Goal, Need, needs, solve_all};
use super::fields::register;
use super::quirks;
use crate::place::{SCRATCH, inside};
use crate::rng::Rng;
use crate::values::{EXTENDED, LONG, SHORT, Values, random_bytes};

/// What is prepared before a block is entered; `None` is left as it was.
#[derive(Debug, Default)]
pub(crate) struct Machine {
    pub(crate) regs: [Option<u64>; 16],
    pub(crate) fprs: [Option<u64>; 16],
    pub(crate) ars: [Option<u64>; 16],
    pub(crate) fpc: Option<u64>,
    pub(crate) psw: Option<u64>,
    pub(crate) memory: Vec<(u64, Vec<u8>)>,
    pub(crate) values: Values,
}

impl Machine {
    /// Prepares for an instruction; `None` if its registers cannot be made to point anywhere.
    ///
    /// Registers set before stay as they are.
    pub(crate) fn prepare(
        &mut self,
        rng: &mut Rng,
        row: &'static Row,
        word: u64,
        landing: u64,
    ) -> Option<()> {
        let needs = needs(row, word, landing);
        let placed = solve_all(rng, row, needs, &mut self.regs)?;
        for operand in row.operands {
            self.prepare_register(rng, row, word, operand);
        }
        let float = is_float(row);
        for (need, addr) in &placed {
            if !matches!(need.goal, Goal::Exact(_)) {
                self.fill(rng, *addr, need, float);
            }
        }
        self.prepare_modes(rng, row, float);
        let addresses: Vec<u64> = placed.iter().map(|p| p.1).collect();
        quirks::adjust(self, rng, row, word, &addresses, landing);
        Some(())
    }

    fn prepare_register(&mut self, rng: &mut Rng, row: &Row, word: u64, operand: &Operand) {
        let Some(number) = register(row, word, operand) else { return };
        let odd = number | 1;
        match operand.kind {
            Kind::Gr8 => self.part(rng, number, 8, 0),
            Kind::Gr16 => self.part(rng, number, 16, 0),
            Kind::Gr32 => self.part(rng, number, 32, 0),
            Kind::GrHigh => self.part(rng, number, 32, 32),
            Kind::Gr64 => self.part(rng, number, 64, 0),
            Kind::GrPair32 | Kind::GrPair64 => {
                let bits = if operand.kind == Kind::GrPair32 { 32 } else { 64 };
                self.part(rng, number, bits, 0);
                self.part(rng, odd, bits, 0);
            }
            Kind::PointerLen(_) => {
                let len = random_length(rng);
                self.regs[odd].get_or_insert(len);
            }
            Kind::PointerLen24(_) => {
                let len = rng.random::<u64>() << 24 | random_length(rng);
                self.regs[odd].get_or_insert(len);
            }
            Kind::Fp32 | Kind::Fp64 | Kind::Fp128 => self.float(rng, number, operand.kind),
            Kind::Access => {
                let value = self.values.int(rng, 32);
                self.ars[number].get_or_insert(value);
            }
            _ => {}
        }
    }

    /// Gives part of a general register a value, and the rest of it something else.
    fn part(&mut self, rng: &mut Rng, number: usize, bits: u32, shift: u32) {
        if self.regs[number].is_some() {
            return;
        }
        let value = self.values.int(rng, bits) << shift;
        let keep = if bits >= 64 { 0 } else { !(((1u64 << bits) - 1) << shift) };
        let rest = [0, u64::MAX, rng.random()][rng.random_range(0..3)];
        self.regs[number] = Some(value | rest & keep);
    }

    /// Gives a floating-point register (or pair) a value.
    fn float(&mut self, rng: &mut Rng, number: usize, kind: Kind) {
        let (high, low) = match kind {
            Kind::Fp32 => (
                (self.values.float(rng, SHORT) as u64) << 32 | rng.random::<u64>() & 0xffff_ffff,
                None,
            ),
            Kind::Fp64 => (self.values.float(rng, LONG) as u64, None),
            _ => {
                let value = self.values.float(rng, EXTENDED);
                ((value >> 64) as u64, Some(value as u64))
            }
        };
        self.fprs[number].get_or_insert(high);
        if let Some(low) = low {
            self.fprs[(number + 2) & 15].get_or_insert(low);
        }
    }

    /// Gives a storage operand a value, most of the time.
    fn fill(&mut self, rng: &mut Rng, addr: u64, need: &Need, float: bool) {
        if need.access == Access::Write && !rng.random_ratio(1, 4)
            || need.len > 64 && !rng.random_ratio(1, 4)
        {
            return;
        }
        let bytes = match (need.len, float) {
            (4, true) => (self.values.float(rng, SHORT) as u32).to_be_bytes().to_vec(),
            (8, true) => (self.values.float(rng, LONG) as u64).to_be_bytes().to_vec(),
            (16, true) => self.values.float(rng, EXTENDED).to_be_bytes().to_vec(),
            (1 | 2 | 4 | 8, false) => {
                let value = self.values.int(rng, need.len as u32 * 8);
                value.to_be_bytes()[8 - need.len as usize..].to_vec()
            }
            (len, _) => random_bytes(rng, &mut self.values, len as usize),
        };
        self.store(addr, &bytes);
    }

    /// Puts bytes into the scratch area; what lies outside is left out.
    pub(crate) fn store(&mut self, addr: u64, bytes: &[u8]) {
        if let Some((start, piece)) = inside(addr, bytes) {
            self.memory.push((start, piece.to_vec()));
        }
    }

    /// Condition code, program mask, floating-point control.
    fn prepare_modes(&mut self, rng: &mut Rng, row: &Row, float: bool) {
        let program_mask = if rng.random_ratio(1, 16) { rng.random_range(0..16) } else { 0 };
        self.psw = Some(s390x::psw_word(rng.random_range(0..4), program_mask));
        if float || row.name.contains("fpc") || row.name.contains("fas") {
            self.fpc = Some(random_fpc(rng));
        }
    }

    /// The prepared values as a change of state.
    pub(crate) fn into_patch(self) -> Delta {
        let mut patch = Delta::default();
        let files = [(s390x::GPR, self.regs), (s390x::FPR, self.fprs), (s390x::AR, self.ars)];
        for (first, file) in files {
            for (number, value) in file.into_iter().enumerate() {
                if let Some(value) = value {
                    patch.set_word(first + number, value);
                }
            }
        }
        for (index, value) in [(s390x::FPC, self.fpc), (s390x::PSW, self.psw)] {
            if let Some(value) = value {
                patch.set_word(index, value);
            }
        }
        for (addr, bytes) in &self.memory {
            patch.push_piece((addr - SCRATCH) as u32, bytes);
        }
        patch
    }
}

/// Whether a row works on floating-point numbers.
pub(crate) fn is_float(row: &Row) -> bool {
    row.operands.iter().any(|o| matches!(o.kind, Kind::Fp32 | Kind::Fp64 | Kind::Fp128))
}

/// A valid FPC: traps seldom, flags and rounding modes often.
pub(crate) fn random_fpc(rng: &mut Rng) -> u64 {
    let masks = if rng.random_ratio(1, 12) { rng.random_range(0..32) << 27 } else { 0 };
    let flags = if rng.random_ratio(1, 2) { rng.random_range(0..32) << 19 } else { 0 };
    let dxc = if rng.random_ratio(1, 8) { rng.random_range(0..256) << 8 } else { 0 };
    let decimal = if rng.random_ratio(1, 4) { rng.random_range(0..8) << 4 } else { 0 };
    let rounding = if rng.random_ratio(1, 2) { [0, 1, 2, 3, 7][rng.random_range(0..5)] } else { 0 };
    masks | flags | dxc | decimal | rounding
}

fn random_length(rng: &mut Rng) -> u64 {
    match rng.random_range(0..12) {
        0 => 0,
        1 => rng.random_range(0..4),
        2 => 200 + rng.random_range(0..400),
        3..6 => rng.random_range(0..64),
        _ => rng.random_range(0..64) & !3,
    }
}
