//! aarch64.

use super::{Part, VectorGuest};
use crate::window::End;
use frontend_aarch64::state::NO_EXCLUSIVE;
use frontend_aarch64::{Aarch64, CpuState, Trap};
use tcg_exec::Exit;

/// Bits 4 to 0 of every byte of a general register's number; and of a vector register's.
const X_START: u128 = 0x0101_0101_0101_0101;
const V_START: u128 = 0x0101_0101_0101_0101_0101_0101_0101_0101;

impl VectorGuest for Aarch64 {
    const NAME: &'static str = "aarch64";
    const MANUAL: &'static str = "Arm";
    const DETAIL: &'static str = "arg";
    const FAULT_BYTES: u64 = 1;
    const SHORT_SHIFT: u32 = 0;

    fn parts() -> Vec<Part<CpuState>> {
        let mut all = Vec::new();
        for i in 0..31 {
            let get = move |s: &CpuState| s.x[i].into();
            all.push(Part::new(format!("x{i}"), X_START * i as u128, get, move |s, v| {
                s.x[i] = v as u64;
            }));
        }
        for i in 0..32 {
            let get = move |s: &CpuState| u128::from(s.v[i][1]) << 64 | u128::from(s.v[i][0]);
            all.push(Part::new(format!("v{i}"), V_START * i as u128, get, move |s, v| {
                s.v[i] = [v as u64, (v >> 64) as u64];
            }));
        }
        all.push(Part::new("sp", 0, |s: &CpuState| s.sp.into(), |s, v| s.sp = v as u64));
        let flags = |s: &CpuState| s.flags().into();
        all.push(Part::new("nzcv", 0, flags, |s, v| s.set_flags(v as u8)));
        all.push(Part::new("fpcr", 0, |s: &CpuState| s.fpcr().into(), |s, v| s.set_fpcr(v as u32)));
        all.push(Part::new("fpsr", 0, |s: &CpuState| s.fpsr().into(), |s, v| s.set_fpsr(v as u32)));
        let thread = |s: &CpuState| s.tpidr.into();
        all.push(Part::new("tpidr", 0, thread, |s, v| s.tpidr = v as u64));
        let read_only = |s: &CpuState| s.tpidrro.into();
        all.push(Part::new("tpidrro", 0, read_only, |s, v| s.tpidrro = v as u64));
        all
    }

    fn enter(state: &mut CpuState, pc: u64) {
        (state.env.pc, state.btype, state.alone, state.pstate) = (pc, 0, 0, 0);
        state.exclusive_addr = NO_EXCLUSIVE;
        state.pauth_keys = [[0; 2]; 5];
    }

    fn ended(state: &mut CpuState, exit: Exit, inside: impl Fn(u64) -> bool) -> End {
        match exit {
            Exit::Fault(fault) => End::Fault(fault.addr.0),
            Exit::Trap(code, _) => match Trap::from_exit(code) {
                Some(Trap::Undefined) if !inside(state.env.pc) => End::Code,
                Some(trap) => End::Trap { class: class(trap), detail: detail(state, trap) },
                None => End::Strange(exit),
            },
            Exit::Syscall(number) => End::Call(number),
            Exit::Interrupt => End::Strange(exit),
        }
    }
}

/// The class that the syndrome register would tell (Arm ARM DDI 0487, D24.2 "ESR_EL1", EC).
fn class(trap: Trap) -> u64 {
    match trap {
        Trap::Undefined => 0,
        Trap::BranchTarget => 0x0d,
        Trap::PointerAuthentication => 0x1c,
        Trap::PcAlignment => 0x22,
        Trap::Alignment => 0x24,
        Trap::SpAlignment => 0x26,
        Trap::Breakpoint => 0x3c,
    }
}

/// The comment of BRK, or the address that is not aligned.
fn detail(state: &CpuState, trap: Trap) -> u64 {
    match trap {
        Trap::Breakpoint | Trap::Alignment => state.env.exit_arg,
        _ => 0,
    }
}
