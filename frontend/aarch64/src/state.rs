//! The CPU state of an aarch64 vCPU and the globals by which IR ops name it.

use crate::helpers::mops;
use crate::trap::{RESTART_COPY, RUN_ALONE};
use frontend_common::clocks::HostClocks;
use frontend_common::random::Random;
use std::mem::offset_of;
use tcg_ir::{Env, ExitCode, Global, GlobalDesc, Type};

/// CPU state. Generated code reaches it by address; the layout is what the globals say.
#[repr(C)]
#[derive(Debug, Default)]
pub struct CpuState {
    /// The part that every guest shares. `env.pc` is the program counter at exits; `env.fp_flags` and `env.fp_round` are
    /// part of FPSR and FPCR.
    pub env: Env,
    /// X0–X30.
    pub x: [u64; 31],
    /// The stack pointer.
    pub sp: u64,
    /// Kind of the lazy condition flags: a `flags::Kind` as number.
    pub cc_op: u32,
    /// FPCR but for its rounding mode. Use [`CpuState::fpcr`].
    pub fpcr: u32,
    /// First operand of the lazy condition flags.
    pub cc_a: u64,
    /// Second operand of the lazy condition flags.
    pub cc_b: u64,
    /// V0–V31, low doubleword first.
    pub v: [[u64; 2]; 32],
    /// PSTATE.BTYPE: how the instruction at `env.pc` was branched to, where that has not been checked yet.
    pub btype: u32,
    /// Not zero: the next instruction is to be run in a block with [`TB_ALONE`].
    pub alone: u32,
    /// PSTATE.SSBS and PSTATE.DIT, where the registers SSBS and DIT have them.
    pub pstate: u32,
    /// TPIDR_EL0, the thread pointer.
    pub tpidr: u64,
    /// TPIDRRO_EL0.
    pub tpidrro: u64,
    /// Address of the exclusive monitor; [`NO_EXCLUSIVE`] if it is open.
    pub exclusive_addr: u64,
    /// What the exclusive load read, low doubleword first.
    pub exclusive_value: [u64; 2],
    /// Keys of pointer authentication: IA, IB, DA, DB, GA; low doubleword first.
    pub pauth_keys: [[u64; 2]; 5],
    /// Clocks of the host, for the vdso.
    pub clocks: HostClocks,
    /// Numbers for RNDR and RNDRRS, and for keys of pointer authentication.
    pub random: Random,
    /// Its bits are one where lanes saturated: FPSR.QC is one if any is. Low doubleword first.
    pub saturated: [u64; 2],
    /// Not zero where results of half precision were flushed to zero: FPSR.UFC is one if any was. Low doubleword first.
    pub flushed: [u64; 2],
}

/// [`CpuState::exclusive_addr`] of an open monitor: no address, because access sizes are at most 16.
pub const NO_EXCLUSIVE: u64 = u64::MAX;

/// PSTATE.SSBS, at its place in the register of that name.
pub(crate) const SSBS: u32 = 1 << 12;
/// PSTATE.DIT.
pub(crate) const DIT: u32 = 1 << 24;
/// The bits that [`CpuState::pstate`] holds.
pub const PSTATE_BITS: u32 = SSBS | DIT;

/// TB flag: floating point is done by helpers. FPCR.FZ is one, and FPSR.IXC is not yet: hosts that flush a result raise that, too.
pub const TB_FP_SLOW: u32 = 1;
/// TB flag: FPCR.FZ and FPSR.IXC are one.
pub const TB_FP_FLUSH: u32 = 1 << 8;
/// TB flag: FPCR.DN is one.
pub const TB_FP_DEFAULT_NAN: u32 = 1 << 9;
/// TB flag: half precision is done by helpers, but conversions to other formats are not. FPCR.FZ16 is one, and FPSR.IXC is not
/// yet: see [`TB_FP_SLOW`].
pub const TB_FP_HALF_SLOW: u32 = 1 << 10;
/// TB flag: FPCR.FZ16 and FPSR.IXC are one.
pub const TB_FP_HALF_FLUSH: u32 = 1 << 11;
/// TB flag: helpers convert between half precision and other formats: FPCR.AHP is one.
pub const TB_FP_HALF_ALTERNATIVE: u32 = 1 << 12;
/// TB flag: the block is one instruction, which is done in the long way: addresses lose their tags before each access, and
/// the stack pointer as base is checked. Elsewhere an access with a tag faults, and a stack pointer that is to become no
/// multiple of 16 leaves: the instruction is run again in a block with this flag.
pub const TB_ALONE: u32 = 2;

/// Bits of FPCR that a program can set: AHP, DN, FZ, RMode, FZ16.
///
/// Arm ARM DDI 0487, C5.2.8. (FIZ, AH and NEP are those of FEAT_AFP; trap enables read as zero.)
pub const FPCR_VALID: u32 = 0x07c8_0000;
/// RMode of FPCR.
pub const FPCR_RMODE: u32 = 0x00c0_0000;
/// AHP of FPCR: half precision in conversions is the alternative one.
pub const FPCR_AHP: u32 = 1 << 26;
/// FZ16 of FPCR: subnormal numbers of half precision count as zeros.
pub const FPCR_FZ16: u32 = 1 << 19;
/// FZ of FPCR: subnormal numbers of single and double precision count as zeros.
pub const FPCR_FZ: u32 = 1 << 24;
/// DN of FPCR: NaN results are the default NaN.
pub const FPCR_DN: u32 = 1 << 25;
/// IXC of FPSR.
pub const FPSR_IXC: u32 = 1 << 4;
/// UFC of FPSR.
pub const FPSR_UFC: u32 = 1 << 3;
/// QC of FPSR.
pub const FPSR_QC: u32 = 1 << 27;
/// IDC of FPSR.
pub const FPSR_IDC: u32 = 1 << 7;

/// RMode 0 to 3 (nearest even, +∞, −∞, zero) as indices into `tcg_ir::Round::ALL`.
const ROUNDS: [u32; 4] = [0, 2, 3, 1];

impl CpuState {
    /// FPCR.
    #[must_use]
    pub fn fpcr(&self) -> u32 {
        let mode = ROUNDS.iter().position(|&round| round == self.env.fp_round).unwrap_or(0);
        self.fpcr & !FPCR_RMODE | (mode as u32) << 22
    }

    /// Sets FPCR; bits that are not implemented become zero.
    pub fn set_fpcr(&mut self, fpcr: u32) {
        self.fpcr = fpcr & FPCR_VALID & !FPCR_RMODE;
        self.env.fp_round = ROUNDS[((fpcr & FPCR_RMODE) >> 22) as usize];
        let flush = if fpcr & FPCR_FZ == 0 { 0 } else { Env::FP_FLUSH };
        let nan = if fpcr & FPCR_DN == 0 { 0 } else { Env::FP_DEFAULT_NAN };
        self.env.fp_mode = flush | nan;
    }

    /// FPSR. Bits 0 to 4 (IOC, DZC, OFC, UFC, IXC) are those of `Env::fp_flags`.
    #[must_use]
    pub fn fpsr(&self) -> u32 {
        let qc = if self.saturated == [0; 2] { 0 } else { FPSR_QC };
        let ufc = if self.flushed == [0; 2] { 0 } else { FPSR_UFC };
        let flags = self.env.fp_flags;
        let idc = if flags & Env::FP_INPUT_DENORMAL == 0 { 0 } else { FPSR_IDC };
        idc | qc | ufc | flags & 0x1f
    }

    /// Sets FPSR; bits that are not implemented become zero.
    pub fn set_fpsr(&mut self, fpsr: u32) {
        self.saturated = [u64::from(fpsr & FPSR_QC), 0];
        self.flushed = [0; 2];
        let idc = if fpsr & FPSR_IDC == 0 { 0 } else { Env::FP_INPUT_DENORMAL };
        self.env.fp_flags = fpsr & 0x1f | idc;
    }

    fn fp_tb_flags(&self) -> u32 {
        let nan = if self.fpcr & FPCR_DN == 0 { 0 } else { TB_FP_DEFAULT_NAN };
        let alternative = if self.fpcr & FPCR_AHP == 0 { 0 } else { TB_FP_HALF_ALTERNATIVE };
        let flush = |mode: u32, before: u32, after: u32| match self.env.fp_flags & FPSR_IXC {
            _ if self.fpcr & mode == 0 => 0,
            0 => before,
            _ => after,
        };
        nan | alternative
            | flush(FPCR_FZ, TB_FP_SLOW, TB_FP_FLUSH)
            | flush(FPCR_FZ16, TB_FP_HALF_SLOW, TB_FP_HALF_FLUSH)
    }

    /// The flags that TBs for this state must have been translated for.
    #[must_use]
    pub fn tb_flags(&self) -> u32 {
        let alone = if self.alone == 0 && self.sp.is_multiple_of(16) { 0 } else { TB_ALONE };
        self.fp_tb_flags() | alone
    }
}

impl CpuState {
    /// Settles an exit that asks for the instruction to be run alone (see [`TB_ALONE`]) or for a copy to be started again.
    pub(crate) fn settle(&mut self, code: ExitCode) -> bool {
        match code {
            RUN_ALONE => self.alone = 1,
            RESTART_COPY => mops::restart(self, mops::Operands::from_bits(self.env.exit_arg)),
            _ => return false,
        }
        true
    }

    /// Settles an access that was refused for the tag in its address: true if there is an address without it.
    ///
    /// Arm ARM DDI 0487, D8.8 "Address tagging".
    pub(crate) fn settle_fault(&mut self, addr: u64) -> bool {
        let untagged = (addr << 8).cast_signed() >> 8;
        let tagged = untagged.cast_unsigned() != addr;
        // Bits 55 to 47 must be equal for the host.
        let accessible = untagged << 16 >> 16 == untagged;
        if tagged && accessible {
            self.alone = 1;
        }
        tagged && accessible
    }
}

impl CpuState {
    /// Settles a branch to an address with a tag, which the program counter does not take: true if there was one. Bit 55 is
    /// zero in what a program may execute.
    ///
    /// Arm ARM DDI 0487, shared pseudocode `AArch64.BranchAddr`.
    pub(crate) fn settle_fetch(&mut self) -> bool {
        let pc = self.env.pc;
        let tagged = pc >> 56 != 0 && pc & 1 << 55 == 0;
        if tagged {
            self.env.pc = pc & (u64::MAX >> 8);
        }
        tagged
    }
}

/// The global of X0–X30 (not of XZR).
#[must_use]
pub const fn x(r: u8) -> Global {
    Global(r as u16)
}

/// The global of the stack pointer.
pub const SP: Global = Global(31);

/// The global of V0–V31.
#[must_use]
pub const fn v(r: u8) -> Global {
    Global(32 + (r & 31) as u16)
}

/// Kind of the lazy condition flags.
pub const CC_OP: Global = Global(64);
/// First operand of the lazy condition flags.
pub const CC_A: Global = Global(65);
/// Second operand of the lazy condition flags.
pub const CC_B: Global = Global(66);
/// The lanes that saturated: [`CpuState::saturated`].
pub const SATURATED: Global = Global(67);

/// The lanes that were flushed: [`CpuState::flushed`].
pub const FLUSHED: Global = Global(68);

/// Number of globals.
const N_GLOBALS: usize = 69;

const X_NAMES: [&str; 32] = [
    "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
    "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27",
    "x28", "x29", "x30", "sp",
];
const V_NAMES: [&str; 32] = [
    "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14",
    "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27",
    "v28", "v29", "v30", "v31",
];

/// Registers in the order in which they deserve a host register: by how often the hot code of Python, Perl, Lua, SQLite and GCC
/// names them.
const X_RANKS: [u8; 32] = [
    0, 1, 2, 3, 5, 19, 10, 11, 20, 12, 13, 14, 15, 16, 17, 18, 21, 22, 30, 6, 7, 9, 23, 24, 25, 26,
    27, 28, 29, 8, 31, 4,
];

/// The globals of this guest.
pub const GLOBALS: [GlobalDesc; N_GLOBALS] = globals();

const fn globals() -> [GlobalDesc; N_GLOBALS] {
    let mut all = [hidden("", Type::I64, 0); N_GLOBALS];
    let mut r = 0;
    while r < 32 {
        all[r] = GlobalDesc {
            name: X_NAMES[r],
            ty: Type::I64,
            offset: (offset_of!(CpuState, x) + 8 * r) as u32,
            pin_rank: X_RANKS[r],
        };
        all[32 + r] = GlobalDesc {
            name: V_NAMES[r],
            ty: Type::V128,
            offset: (offset_of!(CpuState, v) + 16 * r) as u32,
            pin_rank: r as u8,
        };
        r += 1;
    }
    all[64] = hidden("cc_op", Type::I32, offset_of!(CpuState, cc_op));
    all[65] = hidden("cc_a", Type::I64, offset_of!(CpuState, cc_a));
    all[66] = hidden("cc_b", Type::I64, offset_of!(CpuState, cc_b));
    all[67] = hidden("saturated", Type::V128, offset_of!(CpuState, saturated));
    all[68] = hidden("flushed", Type::V128, offset_of!(CpuState, flushed));
    all
}

const fn hidden(name: &'static str, ty: Type, offset: usize) -> GlobalDesc {
    GlobalDesc { name, ty, offset: offset as u32, pin_rank: u8::MAX }
}

const _: () = assert!(offset_of!(CpuState, sp) == offset_of!(CpuState, x) + 31 * 8);
