//! Group `system`: exceptions, hints, barriers and system registers.
//!
//! Arm ARM DDI 0487, C4.1.94 and chapter D24.

use super::cc::Cc;
use super::conditional::{from_external, to_external};
use super::{Translator, W, rows};
use crate::features;
use crate::helpers::integer::id;
use crate::state::{CpuState, DIT, FLUSHED, FPSR_IDC, FPSR_QC, SATURATED, SSBS};
use crate::state::{TB_FP_FLUSH, TB_FP_HALF_FLUSH, TB_FP_HALF_SLOW, TB_FP_SLOW};
use crate::trap::Trap;
use isa::aarch64::system::Translate;
use std::mem::offset_of;
use tcg_ir::{Barriers, Cond, Env, ExitCode, Sign, Type, Val};

/// The flags of TBs whose mode depends on FPSR.
const BY_FPSR: u32 = TB_FP_SLOW | TB_FP_FLUSH | TB_FP_HALF_SLOW | TB_FP_HALF_FLUSH;

const TPIDR: u32 = offset_of!(CpuState, tpidr) as u32;
const TPIDRRO: u32 = offset_of!(CpuState, tpidrro) as u32;
const PSTATE: u32 = offset_of!(CpuState, pstate) as u32;

/// Number of a system register: op0, op1, CRn, CRm, op2.
const fn number(f: &isa::aarch64::SysReg) -> u16 {
    register(2 + f.o0 as u16, f.op1 as u16, f.crn as u16, f.crm as u16, f.op2 as u16)
}

const fn register(op0: u16, op1: u16, crn: u16, crm: u16, op2: u16) -> u16 {
    op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2
}

/// CTR_EL0.
const CTR: u16 = register(3, 3, 0, 0, 1);
/// DCZID_EL0.
const DCZID: u16 = register(3, 3, 0, 0, 7);
/// RNDR.
const RNDR: u16 = register(3, 3, 2, 4, 0);
/// RNDRRS.
const RNDRRS: u16 = register(3, 3, 2, 4, 1);
/// NZCV.
const NZCV: u16 = register(3, 3, 4, 2, 0);
/// DIT.
const DIT_REGISTER: u16 = register(3, 3, 4, 2, 5);
/// SSBS.
const SSBS_REGISTER: u16 = register(3, 3, 4, 2, 6);
/// FPCR.
const FPCR: u16 = register(3, 3, 4, 4, 0);
/// What IDC of FPSR is among the flags that the engine keeps.
const INPUT_DENORMAL: u32 = Env::FP_INPUT_DENORMAL;
/// FPSR.
const FPSR: u16 = register(3, 3, 4, 4, 1);
/// TPIDR_EL0.
const TPIDR_EL0: u16 = register(3, 3, 13, 0, 2);
/// TPIDRRO_EL0.
const TPIDRRO_EL0: u16 = register(3, 3, 13, 0, 3);
/// CNTFRQ_EL0.
const CNTFRQ: u16 = register(3, 3, 14, 0, 0);
/// CNTVCT_EL0.
const CNTVCT: u16 = register(3, 3, 14, 0, 2);
/// CNTVCTSS_EL0.
const CNTVCTSS: u16 = register(3, 3, 14, 0, 6);
/// Clocks of the host, the number of the clock for CRm: an IMPLEMENTATION DEFINED register (Arm ARM DDI 0487, D24.1
/// "S3_<op1>_<Cn>_<Cm>_<op2>"), which only the vdso may read.
const HOST_CLOCKS: u16 = register(3, 3, 15, 0, 0);
/// CRm in the number of a system register.
const CRM: u16 = 15 << 3;

/// CTR_EL0: lines of 64 bytes; no cleaning needed for what is written to be fetched (IDC), nor invalidation (DIC).
const CTR_VALUE: u64 = 0xb444_c004;
/// DCZID_EL0: DC ZVA sets 64 bytes.
const DCZID_VALUE: u64 = 4;

impl Translator<'_> {
    /// MRS.
    fn read_system(&mut self, f: isa::aarch64::SysReg) {
        let number = number(&f);
        let v = match number {
            CTR => self.b.i64(CTR_VALUE),
            DCZID => self.b.i64(DCZID_VALUE),
            RNDR | RNDRRS => self.random(),
            NZCV => {
                let flags = self.flags_value();
                let v = self.b.shl_imm(Type::I32, flags, 28);
                self.b.extend(Sign::Unsigned, v)
            }
            DIT_REGISTER => self.pstate_bit(DIT),
            SSBS_REGISTER => self.pstate_bit(SSBS),
            FPCR => self.b.call(id::GET_FPCR, &[]),
            FPSR => self.b.call(id::GET_FPSR, &[]),
            TPIDR_EL0 => self.b.ld_state(Type::I64, TPIDR),
            TPIDRRO_EL0 => self.b.ld_state(Type::I64, TPIDRRO),
            CNTFRQ => self.b.i64(features::COUNTER_HZ),
            CNTVCT | CNTVCTSS => self.b.call(id::COUNTER, &[]),
            _ if number & !CRM == HOST_CLOCKS => {
                let pc = self.b.i64(self.pc);
                let clock = self.b.i64(u64::from((number & CRM) >> 3));
                self.b.call(id::HOST_CLOCK, &[pc, clock])
            }
            _ => match features::id_register(number) {
                Some(value) => self.b.i64(value),
                None => return self.trap(Trap::Undefined),
            },
        };
        self.set(W::X, f.rt, v);
    }

    fn pstate_bit(&mut self, bit: u32) -> Val {
        let v = self.b.ld_state(Type::I32, PSTATE);
        let v = self.b.and_imm(Type::I32, v, bit.into());
        self.b.extend(Sign::Unsigned, v)
    }

    fn set_pstate_bit(&mut self, bit: u32, v: Val) {
        let old = self.b.ld_state(Type::I32, PSTATE);
        let old = self.b.and_imm(Type::I32, old, (!bit).into());
        let v = self.b.and_imm(Type::I32, v, bit.into());
        let new = self.b.or(Type::I32, old, v);
        self.b.st_state(Type::I32, PSTATE, new);
    }

    /// RNDR and RNDRRS: a number clears all flags; zero stands for none, and sets Z.
    fn random(&mut self) -> Val {
        let number = self.b.call(id::RANDOM, &[]);
        let zero = self.b.i64(0);
        let none = self.b.setcond(Type::I64, Cond::Eq, number, zero);
        let flags = self.b.shl_imm(Type::I32, none, 2);
        self.set_cc(Cc::Value(flags));
        number
    }

    /// MSR (register).
    fn write_system(&mut self, f: isa::aarch64::SysReg) {
        let v = self.x(f.rt);
        match number(&f) {
            NZCV => {
                let v = self.b.trunc(v);
                let flags = self.b.shr_u_imm(Type::I32, v, 28);
                self.set_cc(Cc::Value(flags));
            }
            FPCR => {
                // A comparison of floats that is kept depends on FZ.
                let flags = self.flags_value();
                self.set_cc(Cc::Value(flags));
                let round = self.b.call(id::SET_FPCR, &[v]);
                let round = self.b.trunc(round);
                self.b.fpround_set(round);
                self.look_up_next();
            }
            FPSR => {
                let v = self.b.trunc(v);
                let ieee = self.b.and_imm(Type::I32, v, 0x1f);
                let idc = self.b.shr_u_imm(Type::I32, v, FPSR_IDC.ilog2() - INPUT_DENORMAL.ilog2());
                let idc = self.b.and_imm(Type::I32, idc, INPUT_DENORMAL.into());
                let flags = self.b.or(Type::I32, ieee, idc);
                let saturated = self.b.and_imm(Type::I32, v, FPSR_QC.into());
                let saturated = self.b.vzext(saturated);
                self.b.fpflags_set(flags);
                self.b.put(SATURATED, saturated);
                let none = self.b.v128(0);
                self.b.put(FLUSHED, none);
                if self.b.tb.flags & BY_FPSR != 0 {
                    self.look_up_next();
                }
            }
            TPIDR_EL0 => self.b.st_state(Type::I64, TPIDR, v),
            number @ (DIT_REGISTER | SSBS_REGISTER) => {
                let v = self.b.trunc(v);
                self.set_pstate_bit(if number == DIT_REGISTER { DIT } else { SSBS }, v);
            }
            _ => self.trap(Trap::Undefined),
        }
    }

    /// MSR (immediate): SSBS and DIT; the others are not for EL0.
    fn write_pstate(&mut self, op1: u8, op2: u8, imm: u8) {
        let bit = match (op1, op2) {
            (3, 1) => SSBS,
            (3, 2) => DIT,
            _ => return self.trap(Trap::Undefined),
        };
        let v = self.b.i32(if imm & 1 != 0 { bit } else { 0 });
        self.set_pstate_bit(bit, v);
    }

    /// Ends the block: the loop looks for the next one, for a changed mode.
    fn look_up_next(&mut self) {
        self.b.exit(ExitCode::LOOKUP.0, self.next_pc(), None);
        self.ended = true;
    }

    /// SYS: cache maintenance that EL0 may do. What is written is what is fetched, so only DC ZVA does something.
    fn system_instruction(&mut self, f: isa::aarch64::Sys) {
        match (f.op1, f.crn, f.crm, f.op2) {
            (3, 7, 4, 1) => self.zero_block(f.rt),
            // IC IVAU.
            (3, 7, 5, 1) => {}
            // DC CVAC, CVAU, CVAP, CVADP, CIVAC.
            (3, 7, 10..=14, 1) => self.clean_line(f.rt),
            _ => self.trap(Trap::Undefined),
        }
    }

    /// DMB: between all accesses, after loads, or between stores.
    fn memory_barrier(&mut self, crm: u8) {
        self.b.mb(match crm & 3 {
            1 => Barriers::LOAD_LOAD.union(Barriers::LOAD_STORE),
            2 => Barriers::STORE_STORE,
            _ => Barriers::FULL,
        });
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        udf: Undefined = self.trap(Trap::Undefined);
        svc: Exception = self.supervisor_call(f.imm16);
        brk: Exception = self.breakpoint(f.imm16);
        hint: Hint = {};
        nop: Fixed = {};
        yield_hint: Fixed = {};
        wfe: Fixed = {};
        wfi: Fixed = {};
        sev: Fixed = {};
        sevl: Fixed = {};
        dgh: Fixed = {};
        esb: Fixed = {};
        psb_csync: Fixed = {};
        tsb_csync: Fixed = {};
        csdb: Fixed = {};
        // Hints of features that there are not are no-operations.
        gcsb: Fixed = {};
        chkfeat: Fixed = {};
        stshh: Stshh = {};
        clrbhb: Fixed = {};
        bti: LandingPad = {};
        clrex: Barrier = self.clear_exclusive();
        dsb: Barrier = self.b.mb(Barriers::FULL);
        dsb_nxs: BarrierNxs = self.b.mb(Barriers::FULL);
        dmb: Barrier = self.memory_barrier(f.crm);
        isb: Barrier = {};
        sb: CrmIgnored = {};
        wfet: WaitReg = {};
        wfit: WaitReg = {};
        msr_imm: PstateImm = self.write_pstate(f.op1, f.op2, f.crm);
        cfinv: CrmIgnored = self.invert_carry();
        xaflag: CrmIgnored = self.convert_flags(from_external);
        axflag: CrmIgnored = self.convert_flags(to_external);
        sys: Sys = self.system_instruction(f);
        msr_reg: SysReg = self.write_system(f);
        mrs: SysReg = self.read_system(f);
    }
}
