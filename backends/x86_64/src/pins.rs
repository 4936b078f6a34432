//! Which globals live in which host registers, and which registers are scratch.
//!
//! These tables are the whole register policy; change them and measure.

use tcg_ir::layout::GuestLayout;
use tcg_ir::{Global, Type};

/// Host register of either class: 0–15 are the general registers by encoding, 16–31 the vector registers.
pub(crate) type Reg = u8;

/// First vector register.
pub(crate) const XMM0: Reg = 16;

/// General registers for pinned globals, by rank: rbx, rdi, r8–r15.
pub(crate) const INT_PINS: [Reg; 10] = [3, 7, 8, 9, 10, 11, 12, 13, 14, 15];
/// General registers for values of a block: rax, rcx, rdx, rsi.
pub(crate) const INT_SCRATCH: u32 = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 6;
/// Number of vector registers for pinned float and vector globals, xmm0 upwards.
pub(crate) const N_FP_PINS: usize = 11;
/// Vector registers for values of a block: xmm11–xmm15. A fused multiply-add with its check needs five.
pub(crate) const FP_SCRATCH: u32 = 0xf800_0000;
/// All scratch registers.
pub(crate) const SCRATCH: u32 = INT_SCRATCH | FP_SCRATCH;

/// No pin.
pub(crate) const NO_PIN: Reg = 0xff;

/// One pinned global.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pin {
    pub(crate) reg: Reg,
    pub(crate) offset: u32,
    /// Width of the home: 4, 8 or 16.
    pub(crate) bytes: u32,
}

/// The assignment of a guest's globals to host registers.
#[derive(Clone, Debug)]
pub(crate) struct Pins {
    /// By global: its register or `NO_PIN`.
    pub(crate) of_global: Vec<Reg>,
    /// All pinned globals.
    pub(crate) all: Vec<Pin>,
    /// What the state register points past the start of the CPU state, so that most globals are in reach of 8-bit displacements.
    pub(crate) bias: i32,
}

impl Pins {
    pub(crate) fn new(layout: &GuestLayout) -> Pins {
        let mut pins = Pins::none(layout);
        pins.assign(layout, Type::is_int, &INT_PINS);
        let fp: Vec<Reg> = (XMM0..).take(N_FP_PINS).collect();
        pins.assign(layout, |ty| !ty.is_int(), &fp);
        pins.bias = pins.bias_of(layout);
        pins
    }

    /// Every global in the CPU state.
    pub(crate) fn none(layout: &GuestLayout) -> Pins {
        let of_global = vec![NO_PIN; layout.globals.len()];
        let pins = Pins { of_global, all: Vec::new(), bias: 0 };
        Pins { bias: pins.bias_of(layout), ..pins }
    }

    fn assign(&mut self, layout: &GuestLayout, class: fn(Type) -> bool, regs: &[Reg]) {
        let mut wanted: Vec<Global> = (0u16..)
            .map(Global)
            .take(layout.globals.len())
            .filter(|g| class(layout.global(*g).ty) && layout.global(*g).pin_rank != u8::MAX)
            .collect();
        wanted.sort_by_key(|g| layout.global(*g).pin_rank);
        for (g, reg) in wanted.into_iter().zip(regs) {
            self.of_global[g.index()] = *reg;
            let global = layout.global(g);
            self.all.push(Pin { reg: *reg, offset: global.offset, bytes: global.ty.bytes() });
        }
    }

    /// Points the state register so that the integer globals that are in memory begin at the lowest 8-bit displacement.
    fn bias_of(&self, layout: &GuestLayout) -> i32 {
        let globals = layout.globals.iter().zip(&self.of_global);
        let in_memory = globals.filter(|(g, pin)| g.ty.is_int() && **pin == NO_PIN);
        let first = in_memory.map(|(g, _)| g.offset).min();
        i32::try_from(first.unwrap_or(0)).map_or(128, |first| first.saturating_add(128))
    }
}
