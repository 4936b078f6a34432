//! s390x.

use super::{Part, VectorGuest};
use crate::window::End;
use frontend_s390x::{CpuState, S390x, Trap, trap::pic};
use tcg_exec::Exit;
use tcg_ir::ExitCode;
use tcg_mem::PAGE_SIZE;

const FPC: &str = "fpc";

impl VectorGuest for S390x {
    const NAME: &'static str = "s390x";
    const MANUAL: &'static str = "PoP";
    const DETAIL: &'static str = "dxc";
    const FAULT_BYTES: u64 = PAGE_SIZE;
    const SHORT_SHIFT: u32 = 32;

    fn parts() -> Vec<Part<CpuState>> {
        let mut all = Vec::new();
        for i in 0..16 {
            all.extend(numbered(i));
        }
        all.push(Part::new(FPC, 0, |s: &CpuState| s.fpc().into(), |s, v| s.set_fpc(v as u32)));
        all.push(Part::new("cc", 0, |s: &CpuState| s.cc().into(), |s, v| s.set_cc(v as u8)));
        let enabled = |s: &CpuState| s.guarded.enabled.into();
        all.push(Part::new("gs", 0, enabled, |s, v| s.guarded.enabled = v as u32));
        let designation = |s: &CpuState| s.guarded.designation.into();
        all.push(Part::new("gsd", 0, designation, |s, v| s.guarded.designation = v as u64));
        let sections = |s: &CpuState| s.guarded.mask.into();
        all.push(Part::new("gssm", 0, sections, |s, v| s.guarded.mask = v as u64));
        let parameters = |s: &CpuState| s.guarded.parameters.into();
        all.push(Part::new("gsepla", 0, parameters, |s, v| s.guarded.parameters = v as u64));
        let mask = |s: &CpuState| s.program_mask.into();
        all.push(Part::new("mask", 0, mask, |s, v| s.program_mask = v as u32));
        let amode = |s: &CpuState| s.amode.into();
        all.push(Part::new("amode", 64, amode, |s, v| s.amode = v as u32));
        all
    }

    fn enter(state: &mut CpuState, pc: u64) {
        (state.execute, state.env.pc) = (0, pc);
    }

    fn ended(state: &mut CpuState, exit: Exit, inside: impl Fn(u64) -> bool) -> End {
        match exit {
            Exit::Fault(fault) => {
                state.settle_execute(ExitCode::FAULT_READ);
                End::Fault(fault.addr.0)
            }
            Exit::Trap(code, _) => {
                state.settle_execute(code);
                let Some(trap) = Trap::from_exit(code) else { return End::Strange(exit) };
                if trap.code == pic::OPERATION && !inside(state.env.pc) {
                    return End::Code;
                }
                if trap.code == pic::DATA {
                    state.set_dxc(trap.dxc);
                }
                End::Trap { class: trap.code.into(), detail: trap.dxc.into() }
            }
            Exit::Syscall(number) => {
                state.settle_execute(ExitCode::SYSCALL);
                End::Call(number)
            }
            Exit::Interrupt => End::Strange(exit),
        }
    }

    fn unsaid(key: &str, before: u128, detail: Option<u128>) -> u128 {
        match detail {
            Some(dxc) if key == FPC => before & !0xff00 | dxc << 8,
            _ => before,
        }
    }
}

/// The registers of a number.
fn numbered(i: usize) -> [Part<CpuState>; 3] {
    let n = i as u128;
    [
        Part::new(
            format!("r{i}"),
            0x1111_1111_1111_1111 * n,
            move |s: &CpuState| s.gpr[i].into(),
            move |s, v| s.gpr[i] = v as u64,
        ),
        Part::new(
            format!("f{i}"),
            0x0101_0101_0101_0101 * n,
            move |s: &CpuState| s.vr[i][0].into(),
            move |s, v| s.vr[i][0] = v as u64,
        ),
        Part::new(
            format!("a{i}"),
            0x0101_0101 * n,
            move |s: &CpuState| s.ar[i].into(),
            move |s, v| s.ar[i] = v as u32,
        ),
    ]
}
