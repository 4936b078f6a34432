//! Random TBs: what they hold, and the operands of their ops. The folder has the ops by kind.

mod control;
mod float;
mod int;
mod memory;
mod state;
mod vector;

use crate::random::{Random, RandomExt as _};
use crate::toy::toy_layout;
use rand::RngExt as _;
use tcg_ir::{Builder, Cond, Global, Label, Sign, Tb, Type, Val};

/// What TBs hold.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Number of ops, about; of an instruction or of a TB.
    pub n_ops: u32,
    /// Guest address of the memory window, and its length: a power of two from 64 on. A length of
    /// zero means no memory ops.
    pub window: (u64, u64),
    /// A guest address that faults, or zero: no faults.
    pub bad_address: u64,
    /// Floating-point ops.
    pub floats: bool,
    /// Vector ops.
    pub vectors: bool,
    /// Labels, side exits, traps.
    pub control: bool,
    /// Calls of the helper.
    pub calls: bool,
    /// The builder forwards what was put to later gets.
    pub forward: bool,
}

impl Config {
    /// Everything but memory.
    #[must_use]
    pub fn without_memory(n_ops: u32) -> Config {
        Config {
            n_ops,
            window: (0, 0),
            bad_address: 0,
            floats: true,
            vectors: true,
            control: true,
            calls: true,
            forward: false,
        }
    }
}

/// A random TB for the toy guest, at `pc`; later instructions use values of earlier ones.
#[must_use]
pub fn random_tb(random: &mut Random, config: &Config, pc: u64) -> Tb {
    let mut builder = Builder::new(toy_layout(), config.forward);
    builder.start(pc, 0);
    builder.insn_start(pc, INSN_BYTES);
    let mut maker = Maker::new(random, config, &mut builder, pc);
    for _ in 0..config.n_ops {
        maker.op();
        if maker.random.random_ratio(1, 32) {
            maker.pc += u64::from(INSN_BYTES);
            maker.b.insn_start(maker.pc, INSN_BYTES);
        }
    }
    maker.place_all_labels();
    maker.end();
    let end = maker.pc + u64::from(INSN_BYTES);
    builder.tb.n_insns = ((end - pc) / u64::from(INSN_BYTES)) as u32;
    builder.tb.end_pc = end;
    builder.tb
}

/// Appends one random instruction of the toy guest at `pc`, of [`INSN_BYTES`] bytes and of about
/// `config.n_ops` ops that use no values from before. It may end the block.
///
/// Equal `random` gives an equal instruction wherever it stands in a TB.
pub fn random_insn(b: &mut Builder, random: &mut Random, config: &Config, pc: u64) {
    b.insn_start(pc, INSN_BYTES);
    let mut maker = Maker::new(random, config, b, pc);
    for _ in 0..config.n_ops {
        maker.op();
    }
    maker.place_all_labels();
    if maker.random.random_ratio(1, 8) {
        maker.end();
    }
}

/// Length of the toy guest's instructions.
pub const INSN_BYTES: u8 = 4;

const INTS: [Type; 2] = [Type::I32, Type::I64];
const FLOATS: [Type; 2] = [Type::F32, Type::F64];
const SIGNS: [Sign; 2] = [Sign::Unsigned, Sign::Signed];
/// Trap codes of the toy guest begin with the first that is a guest's.
const TRAP: u32 = tcg_ir::ExitCode::FIRST_GUEST + 3;

struct Maker<'a> {
    random: &'a mut Random,
    config: &'a Config,
    b: &'a mut Builder,
    /// Values that may be used here.
    pool: Vec<Val>,
    /// Labels jumped to and not yet placed.
    open: Vec<Label>,
    pc: u64,
}

impl<'a> Maker<'a> {
    fn new(random: &'a mut Random, config: &'a Config, b: &'a mut Builder, pc: u64) -> Maker<'a> {
        Maker { random, config, b, pool: Vec::new(), open: Vec::new(), pc }
    }

    fn op(&mut self) {
        match self.random.random_range(0..38) {
            0..=9 => self.integer(),
            10..=11 => self.wide(),
            12..=13 => self.bit_field(),
            14..=15 => self.compare(),
            16..=20 => self.state(),
            21..=24 if self.config.window.1 != 0 => self.memory(),
            25..=27 if self.config.floats => self.float(),
            28 if self.config.vectors => self.vector(),
            29 if self.config.control => self.control(),
            30 if self.config.calls => self.call(),
            31..=33 if self.config.vectors => self.vector(),
            34..=35 if self.config.vectors => self.lanes(),
            36..=37 if self.config.vectors && self.config.floats => self.vector_float(),
            _ => self.integer(),
        }
    }

    fn int_type(&mut self) -> Type {
        self.random.pick(&INTS)
    }

    fn give(&mut self, v: Val) {
        self.pool.push(v);
    }

    /// A value of this type: a recent one, a constant, or a global's.
    fn take(&mut self, ty: Type) -> Val {
        if !self.random.random_ratio(1, 4) {
            let fitting: Vec<Val> = self
                .pool
                .iter()
                .rev()
                .copied()
                .filter(|v| self.b.tb.ty(*v) == ty)
                .take(6)
                .collect();
            if !fitting.is_empty() {
                return self.random.pick(&fitting);
            }
        }
        match ty {
            Type::I64 if self.random.random_ratio(1, 2) => {
                let g = self.global(ty);
                self.b.get(g)
            }
            Type::I32 | Type::I64 => {
                let bits = self.random.number();
                self.b.constant(ty, bits)
            }
            // No value is a half.
            Type::F16 | Type::F32 => {
                let bits = self.random.single();
                let bits = self.b.i32(bits);
                self.b.bitcast(Type::F32, bits)
            }
            Type::F64 if self.random.random_ratio(1, 2) => {
                let g = self.global(ty);
                self.b.get(g)
            }
            Type::F64 => {
                let bits = self.random.double();
                let bits = self.b.i64(bits);
                self.b.bitcast(Type::F64, bits)
            }
            Type::V128 if self.random.random_ratio(1, 4) => {
                let bits = self.random.number();
                self.b.v128(bits)
            }
            Type::V128 => {
                let g = self.global(ty);
                self.b.get(g)
            }
        }
    }

    fn global(&mut self, ty: Type) -> Global {
        let globals = toy_layout().globals;
        let fitting: Vec<u16> =
            (0..globals.len() as u16).filter(|g| globals[usize::from(*g)].ty == ty).collect();
        Global(self.random.pick(&fitting))
    }

    fn any_global(&mut self) -> Global {
        Global(self.random.random_range(0..toy_layout().globals.len() as u32) as u16)
    }

    fn cond(&mut self) -> Cond {
        self.random.pick(Cond::ALL)
    }
}
