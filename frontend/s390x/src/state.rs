//! The CPU state of an s390x vCPU and the globals by which IR ops name it.

use crate::trap;
use frontend_common::clocks::HostClocks;
use std::mem::offset_of;
use tcg_ir::{Env, ExitCode, Global, GlobalDesc, Type};

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
    /// While the target of an execute-type instruction runs as a TB of its own: `EXECUTING` and the byte for its bits 8–15; else 0.
    pub execute: u32,
    /// Address of that execute-type instruction.
    pub execute_pc: u64,
    /// Address of the instruction after it.
    pub execute_next: u64,
    /// Guarded storage.
    pub guarded: GuardedStorage,
    /// Clocks of the host, for the vdso.
    pub clocks: HostClocks,
}

/// Guarded-storage controls.
///
/// PoP SA22-7832, chapter 4, "Guarded-Storage Facility".
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GuardedStorage {
    /// The guarded-storage-enablement control of control register 2: 1 if it is on.
    pub enabled: u32,
    /// Guarded-storage-designation register: origin, load shift (bits 53–55), characteristic (bits 58–63).
    pub designation: u64,
    /// Guarded-storage-section-mask register: a bit for each of the 64 sections, the first leftmost.
    pub mask: u64,
    /// Address of the event parameter list.
    pub parameters: u64,
    /// Where the event that was just recognized leads.
    pub handler: u64,
}

/// TB flag: 31-bit addressing.
pub const TB_31: u32 = 1;
/// TB flag: 24-bit addressing.
pub const TB_24: u32 = 2;
/// TB flag: an IEEE trap is enabled, or the rounding mode is one that `Round::Dynamic` ops do not do.
pub const TB_FP_SLOW: u32 = 4;
/// TB flag: the fixed-point-overflow mask of the PSW is one.
pub const TB_FIXED_OVERFLOW: u32 = 8;
/// TB flag: the one instruction is the target of an execute-type one; its or-byte is in bits 8–15.
pub const TB_EXECUTE: u32 = 16;

/// TB flag: guarded storage is enabled.
pub const TB_GUARDED: u32 = 64;

/// Bit of [`CpuState::execute`], and TB flag: the instruction is not the target of another but done out of line.
pub const OUT_OF_LINE: u32 = 0x200;
/// TB flag for [`OUT_OF_LINE`].
pub const TB_OUT_OF_LINE: u32 = 32;

/// Bit of [`CpuState::execute`]: an execute-type instruction is under way.
pub const EXECUTING: u32 = 0x100;

/// Bit of the program mask: fixed-point overflow.
pub const MASK_FIXED_OVERFLOW: u32 = 8;

/// FPC bits: IEEE masks, flags, data-exception code, DFP and BFP rounding modes.
///
/// PoP SA22-7832, chapter 9, "Floating-Point-Control (FPC) Register".
pub mod fpc_bits {
    /// IEEE masks: invalid, division by zero, overflow, underflow, inexact.
    pub const MASKS: u32 = 0xf800_0000;
    /// IEEE flags in the same order.
    pub const FLAGS: u32 = 0x00f8_0000;
    /// Mask and flag of the quantum exception (DFP).
    pub const QUANTUM: u32 = 0x0404_0000;
    /// Data-exception code.
    pub const DXC: u32 = 0x0000_ff00;
    /// DFP rounding mode.
    pub const DFP_ROUND: u32 = 0x0000_0070;
    /// BFP rounding mode.
    pub const BFP_ROUND: u32 = 0x0000_0007;
    /// All bits that can be set.
    pub const VALID: u32 = MASKS | FLAGS | QUANTUM | DXC | DFP_ROUND | BFP_ROUND;

    /// Whether SET FPC accepts the value: no unassigned bit, no unassigned rounding mode.
    ///
    /// PoP SA22-7832, chapter 9, "SET FPC".
    #[must_use]
    pub const fn is_valid(fpc: u32) -> bool {
        fpc & !VALID == 0 && !matches!(fpc & BFP_ROUND, 4..=6)
    }
}

/// BFP rounding modes 0 to 7 as indices into `tcg_ir::Round::ALL`; 4 to 6 are not assigned.
pub const ROUNDS: [u32; 8] = [0, 1, 2, 3, 0, 0, 0, 5];

impl CpuState {
    /// The floating-point control register.
    #[must_use]
    pub fn fpc(&self) -> u32 {
        let mut fpc = self.fpc & !(fpc_bits::FLAGS | fpc_bits::BFP_ROUND);
        fpc |= flags_to_fpc(self.env.fp_flags);
        let mode = ROUNDS.iter().position(|round| *round == self.env.fp_round).unwrap_or(0);
        fpc | mode as u32
    }

    /// Sets the floating-point control register, with its flags and rounding mode; bits that are not assigned become zero.
    pub fn set_fpc(&mut self, fpc: u32) {
        self.fpc = fpc & fpc_bits::VALID;
        self.env.fp_flags = fpc_to_flags(fpc);
        self.env.fp_round = ROUNDS[(fpc & fpc_bits::BFP_ROUND) as usize];
    }

    /// Sets the data-exception code in the FPC.
    pub fn set_dxc(&mut self, dxc: u8) {
        self.fpc = self.fpc & !fpc_bits::DXC | u32::from(dxc) << 8;
    }

    /// The flags that TBs for this state must have been translated for.
    #[must_use]
    pub fn tb_flags(&self) -> u32 {
        let mut flags = match self.amode {
            31 => TB_31,
            24 => TB_24,
            _ => 0,
        };
        if self.fpc & fpc_bits::MASKS != 0 || self.env.fp_round > 3 {
            flags |= TB_FP_SLOW;
        }
        if self.program_mask & MASK_FIXED_OVERFLOW != 0 {
            flags |= TB_FIXED_OVERFLOW;
        }
        if self.guarded.enabled != 0 {
            flags |= TB_GUARDED;
        }
        if self.execute & EXECUTING != 0 {
            flags |= TB_EXECUTE | (self.execute & 0xff) << 8;
            if self.execute & OUT_OF_LINE != 0 {
                flags |= TB_OUT_OF_LINE;
            }
        }
        flags
    }

    /// Settles an exit that asks for the current instruction to be done out of line: it becomes a TB of its own, as if
    /// under an execute-type instruction. False for other exits.
    pub fn settle(&mut self, code: ExitCode) -> bool {
        let Some(len) = trap::out_of_line_len(code) else { return false };
        self.execute = EXECUTING | OUT_OF_LINE;
        self.execute_pc = self.env.pc;
        self.execute_next = self.env.pc.wrapping_add(len);
        true
    }

    /// To be called at every exit with a fault, a trap or a system call before `env.pc` is looked at:
    /// if it came from the target of an execute-type instruction, makes `env.pc` what the PSW would say.
    pub fn settle_execute(&mut self, code: ExitCode) {
        if self.execute & EXECUTING == 0 {
            return;
        }
        self.execute = 0;
        self.env.pc = if code == ExitCode::SYSCALL { self.execute_next } else { self.execute_pc };
    }
}

/// FPC flag bits from the bits of `fpflags_get`: both have them in the same order, from opposite ends.
#[must_use]
pub fn flags_to_fpc(flags: u32) -> u32 {
    (flags & 31).reverse_bits() >> 8
}

/// The bits of `fpflags_get` from FPC flag bits.
#[must_use]
pub fn fpc_to_flags(fpc: u32) -> u32 {
    (fpc & fpc_bits::FLAGS).reverse_bits() >> 8 & 31
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
