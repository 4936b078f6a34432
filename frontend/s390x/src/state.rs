//! The CPU state of an s390x vCPU and the globals by which IR ops name it.

use std::mem::offset_of;
use tcg_ir::{Env, Global, GlobalDesc, Type};

/// CPU state. Generated code reaches it by address; the layout is what the globals say.
#[repr(C)]
#[derive(Debug, Default)]
pub struct CpuState {
    /// The part that every guest shares. `env.pc` is the PSW instruction address at exits.
    pub env: Env,
    /// General registers 0–15.
    pub gpr: [u64; 16],
    /// Kind of the lazy condition code: a `CcOp` as number.
    pub cc_op: u32,
    /// Program mask (PSW bits 20–23) in bits 0–3: fixed-point overflow 8, decimal overflow 4, HFP underflow 2, significance 1.
    pub program_mask: u32,
    /// First operand of the lazy condition code.
    pub cc_a: u64,
    /// Second operand of the lazy condition code.
    pub cc_b: u64,
    /// First floating-point operand of the lazy condition code, as bits.
    pub cc_f: u64,
    /// Second floating-point operand of the lazy condition code, as bits.
    pub cc_g: u64,
    /// Floating-point control register, but for the flags and rounding mode that `env` holds. Use `fpc()` and `set_fpc()`.
    pub fpc: u32,
    /// Addressing mode: 24, 31 or 64.
    pub amode: u32,
    /// Access registers 0–15.
    pub ar: [u32; 16],
    /// Vector registers 0–31, each as two host-endian doublewords, element 0's doubleword first: floating-point register `i` is `vr[i][0]`.
    pub vr: [[u64; 2]; 32],
    /// Length in bytes (2, 4, 6) of the instruction of the last trap, as the program interruption would report it.
    pub ilc: u32,
    /// Length in bytes of the EXECUTE that the last trap happened under, or 0.
    pub execute_ilc: u32,
}

/// The global of general register `r`.
#[must_use]
pub const fn gpr(r: u8) -> Global {
    Global((r & 15) as u16)
}

/// The global of floating-point register `r`.
#[must_use]
pub const fn fpr(r: u8) -> Global {
    Global(16 + (r & 15) as u16)
}

/// Kind of the lazy condition code.
pub const CC_OP: Global = Global(32);
/// First operand of the lazy condition code.
pub const CC_A: Global = Global(33);
/// Second operand of the lazy condition code.
pub const CC_B: Global = Global(34);
/// First floating-point operand of the lazy condition code.
pub const CC_F: Global = Global(35);
/// Second floating-point operand of the lazy condition code.
pub const CC_G: Global = Global(36);

/// Names of the registers, in order.
const GPR_NAMES: [&str; 16] = [
    "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
    "r15",
];
const FPR_NAMES: [&str; 16] = [
    "f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9", "f10", "f11", "f12", "f13", "f14",
    "f15",
];

/// Registers in the order in which they deserve a host register: by static frequency in compiled code.
const GPR_RANKS: [u8; 16] = [6, 0, 1, 2, 3, 4, 14, 15, 12, 13, 11, 8, 9, 10, 7, 5];
/// Argument and result registers f0, f2, f4, f6 first, then the call-clobbered, then the saved ones.
const FPR_RANKS: [u8; 16] = [0, 4, 1, 5, 2, 6, 3, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// The globals of this guest.
pub const GLOBALS: [GlobalDesc; 37] = globals();

const fn globals() -> [GlobalDesc; 37] {
    let mut all = [hidden("", Type::I64, 0); 37];
    let mut r = 0;
    while r < 16 {
        all[r] = GlobalDesc {
            name: GPR_NAMES[r],
            ty: Type::I64,
            offset: (offset_of!(CpuState, gpr) + 8 * r) as u32,
            pin_rank: GPR_RANKS[r],
        };
        all[16 + r] = GlobalDesc {
            name: FPR_NAMES[r],
            ty: Type::F64,
            offset: (offset_of!(CpuState, vr) + 16 * r) as u32,
            pin_rank: FPR_RANKS[r],
        };
        r += 1;
    }
    all[32] = hidden("cc_op", Type::I32, offset_of!(CpuState, cc_op));
    all[33] = hidden("cc_a", Type::I64, offset_of!(CpuState, cc_a));
    all[34] = hidden("cc_b", Type::I64, offset_of!(CpuState, cc_b));
    all[35] = hidden("cc_f", Type::F64, offset_of!(CpuState, cc_f));
    all[36] = hidden("cc_g", Type::F64, offset_of!(CpuState, cc_g));
    all
}

const fn hidden(name: &'static str, ty: Type, offset: usize) -> GlobalDesc {
    GlobalDesc { name, ty, offset: offset as u32, pin_rank: u8::MAX }
}
