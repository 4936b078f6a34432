//! An s390x vCPU as Linux sees it.

use super::frame::{self, Registers};
use crate::abi::core::Core;
use crate::abi::{Delivery, Event, GuestCpu, Restored, Synchronous};
use crate::errno::Errno;
use crate::sys::guarded::Controls;
use frontend_s390x::facility;
use frontend_s390x::signal;
use frontend_s390x::state::GuardedStorage;
use frontend_s390x::trap::pic;
use frontend_s390x::{CpuState, HostClocks, S390x, Trap};
use std::io;
use std::sync::Arc;
use tcg_exec::{Config, Exit, ExitHandle};
use tcg_ir::ExitCode;
use tcg_mem::{Access, AddressSpace, Cause, Fault, GuestAddr, PAGE_SIZE};

/// A vCPU.
pub struct Cpu {
    core: Core<S390x>,
    /// Number in the SUPERVISOR CALL instruction that was last executed.
    svc: u64,
    /// Address of that instruction, or of the EXECUTE it was the target of.
    svc_at: u64,
}

/// Bit of the facility list: guarded storage.
const GUARDED_STORAGE: u16 = 133;

/// PSW bits that every problem-state program has: DAT on, interruptions enabled, problem state
/// (Linux arch/s390/include/asm/ptrace.h: PSW_USER_BITS).
const PSW_USER: u64 = 0x0705_0000_0000_0000;
/// PSW bits for 64-bit and 31-bit addressing.
const PSW_EA: u64 = 1 << 32;
const PSW_BA: u64 = 1 << 31;
/// Shifts of condition code and program mask in the PSW mask.
const CC_SHIFT: u32 = 44;
const PROGRAM_MASK_SHIFT: u32 = 40;

impl Cpu {
    /// The first vCPU of a new machine.
    ///
    /// # Errors
    /// No memory for it.
    pub fn boot(space: Arc<AddressSpace>, config: Config) -> io::Result<Box<dyn GuestCpu>> {
        Ok(Box::new(Cpu { core: Core::boot(space, config)?, svc: 0, svc_at: 0 }))
    }

    fn state(&self) -> &CpuState {
        self.core.vcpu.state()
    }

    fn state_mut(&mut self) -> &mut CpuState {
        self.core.vcpu.state_mut()
    }

    fn registers(&self) -> Registers {
        let state = self.state();
        Registers {
            psw_mask: psw_mask(state),
            psw_addr: state.env.pc,
            gpr: state.gpr,
            ar: state.ar,
            fpc: state.fpc(),
            fpr: std::array::from_fn(|i| state.vr[i][0]),
        }
    }

    fn set_registers(&mut self, registers: &Registers) {
        let state = self.state_mut();
        state.gpr = registers.gpr;
        state.ar = registers.ar;
        state.set_fpc(registers.fpc);
        for (vr, fpr) in state.vr.iter_mut().zip(registers.fpr) {
            vr[0] = fpr;
        }
        state.set_cc((registers.psw_mask >> CC_SHIFT & 3) as u8);
        state.program_mask = (registers.psw_mask >> PROGRAM_MASK_SHIFT & 15) as u32;
        // EA implies BA (Linux arch/s390/kernel/signal.c:restore_sigregs).
        state.amode = match registers.psw_mask {
            mask if mask & PSW_EA != 0 => 64,
            mask if mask & PSW_BA != 0 => 31,
            _ => 24,
        };
        state.env.pc = registers.psw_addr;
        state.execute = 0;
    }

    /// After a trap: moves the PSW past the instruction; the signal it is, if any.
    fn trap(&mut self, trap: Trap) -> Option<Synchronous> {
        let state = self.state_mut();
        let at = state.env.pc;
        let (signal, si_code) = signal::take(state, trap)?;
        Some(Synchronous { signal, code: si_code, addr: at, trap: u32::from(trap.code) })
    }
}

fn psw_mask(state: &CpuState) -> u64 {
    let amode = match state.amode {
        64 => PSW_EA | PSW_BA,
        31 => PSW_BA,
        _ => 0,
    };
    let cc = u64::from(state.cc()) << CC_SHIFT;
    let program_mask = u64::from(state.program_mask & 15) << PROGRAM_MASK_SHIFT;
    PSW_USER | amode | cc | program_mask
}

/// SVC 0 has the number in the low 16 bits of r1 (Linux arch/s390/kernel/syscall.c:__do_syscall).
fn call_number(svc: u64, r1: u64) -> u64 {
    if svc & 0xff == 0 { r1 & 0xffff } else { svc & 0xff }
}

/// Linux arch/s390/mm/fault.c. The address is told without its low 12 bits.
fn access_signal(fault: &Fault) -> Synchronous {
    let addr = fault.addr.0 & !(PAGE_SIZE - 1);
    let (signal, code) = signal::of_cause(fault.cause);
    let trap = if fault.cause == Cause::Protected { 0x04 } else { 0x11 };
    Synchronous { signal, code, addr, trap }
}

impl GuestCpu for Cpu {
    fn run(&mut self) -> Event {
        loop {
            let exit = self.core.vcpu.run();
            let state = self.core.vcpu.state_mut();
            match exit {
                Exit::Syscall(number) => {
                    let executed = state.execute != 0;
                    self.svc_at =
                        if executed { state.execute_pc } else { state.env.pc.wrapping_sub(2) };
                    state.settle_execute(ExitCode::SYSCALL);
                    self.svc = number;
                    return Event::Call;
                }
                Exit::Interrupt => {
                    // Between an EXECUTE and its target: the pair begins anew.
                    state.settle_execute(ExitCode::INTERRUPT);
                    return Event::Interrupted;
                }
                // An odd instruction address comes before what is wrong with fetching from it
                // (PoP chapter 6, "Priority of Program-Interruption Conditions").
                Exit::Fault(fault) if fault.access == Access::Execute && state.env.pc & 1 != 0 => {
                    if let Some(signal) = self.trap(Trap::new(pic::SPECIFICATION)) {
                        return Event::Fault(signal);
                    }
                }
                Exit::Fault(fault) => {
                    state.settle_execute(ExitCode::FAULT_READ);
                    return Event::Fault(access_signal(&fault));
                }
                Exit::Trap(code, _) => {
                    state.settle_execute(code);
                    if let Some(signal) = Trap::from_exit(code).and_then(|trap| self.trap(trap)) {
                        return Event::Fault(signal);
                    }
                }
            }
        }
    }

    fn call(&self) -> (u64, [u64; 6]) {
        let gpr = &self.state().gpr;
        (call_number(self.svc, gpr[1]), [gpr[2], gpr[3], gpr[4], gpr[5], gpr[6], gpr[7]])
    }

    fn set_result(&mut self, result: i64) {
        self.state_mut().gpr[2] = result as u64;
    }

    fn rewind_call(&mut self) {
        self.state_mut().env.pc = self.svc_at;
    }

    fn pc(&self) -> u64 {
        self.state().env.pc
    }

    fn sp(&self) -> u64 {
        self.state().gpr[15]
    }

    fn set_sp(&mut self, sp: u64) {
        self.state_mut().gpr[15] = sp;
    }

    fn set_tls(&mut self, tls: u64) {
        let state = self.state_mut();
        state.ar[0] = (tls >> 32) as u32;
        state.ar[1] = tls as u32;
    }

    fn start(&mut self, entry: u64, sp: u64) {
        let mut registers = Registers {
            psw_mask: PSW_USER | PSW_EA | PSW_BA,
            psw_addr: entry,
            ..Registers::default()
        };
        registers.gpr[15] = sp;
        self.set_registers(&registers);
    }

    fn set_clocks(&mut self, clocks: HostClocks) {
        self.state_mut().clocks = clocks;
    }

    fn push_frame(&mut self, delivery: &Delivery) -> Result<(), Fault> {
        let entry = frame::build(delivery, &self.registers());
        tcg_mem::copy_out(GuestAddr(entry.frame), &entry.bytes)?;
        let state = self.state_mut();
        for (i, arg) in entry.args.iter().enumerate() {
            state.gpr[2 + i] = *arg;
        }
        state.gpr[14] = entry.r14;
        state.gpr[15] = entry.frame;
        state.amode = 64;
        state.env.pc = delivery.handler;
        state.execute = 0;
        Ok(())
    }

    fn pop_frame(&mut self, rt: bool) -> Result<Restored, Errno> {
        let (registers, restored) = frame::parse(self.sp(), rt)?;
        self.set_registers(&registers);
        Ok(restored)
    }

    fn for_thread(&mut self, parallel: bool) -> Result<Box<dyn GuestCpu>, Errno> {
        let mut cpu = Cpu { core: self.core.another(parallel)?, svc: 0, svc_at: 0 };
        cpu.set_registers(&self.registers());
        cpu.state_mut().clocks = self.state().clocks;
        Ok(Box::new(cpu))
    }

    fn stats(&self) -> String {
        self.core.stats()
    }

    fn fork(&mut self, fork: &mut dyn FnMut() -> Result<i32, Errno>) -> Result<i32, Errno> {
        self.core.fork(fork, |state| state.guarded = GuardedStorage::default())
    }

    fn has_guarded_storage(&self, level: u32) -> bool {
        facility::has(&facility::list(level), GUARDED_STORAGE)
    }

    fn guards_storage(&self) -> bool {
        self.state().guarded.enabled != 0
    }

    fn guard_storage(&mut self, controls: Option<Controls>) {
        let [designation, mask, parameters] = controls.unwrap_or_default();
        let enabled = u32::from(controls.is_some());
        let guarded =
            GuardedStorage { enabled, designation, mask, parameters, ..GuardedStorage::default() };
        self.state_mut().guarded = guarded;
    }

    fn exit_handle(&self) -> ExitHandle {
        self.core.exit_handle()
    }

    fn dump(&self) -> String {
        let registers = self.registers();
        let mut out = format!("psw {:016x} {:016x}\n", registers.psw_mask, registers.psw_addr);
        for (i, row) in registers.gpr.chunks(4).enumerate() {
            let words: Vec<String> = row.iter().map(|r| format!("{r:016x}")).collect();
            out += &format!("r{:<2} {}\n", 4 * i, words.join(" "));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interruptions_become_the_kernels_signals() {
        let check = |code: u16, dxc: u8, expected: Option<(i32, i32)>| {
            assert_eq!(signal::signal_of_trap(Trap { code, dxc }), expected, "{code:#x} {dxc:#x}");
        };
        check(0x01, 0, Some((libc::SIGILL, 1)));
        check(0x02, 0, Some((libc::SIGILL, 5)));
        check(0x06, 0, Some((libc::SIGILL, 2)));
        check(0x07, 0, Some((libc::SIGILL, 2)));
        check(0x07, 0x40, Some((libc::SIGFPE, 3)));
        check(0x07, 0xff, Some((libc::SIGFPE, 0)));
        check(0x09, 0, Some((libc::SIGFPE, 1)));
        check(0x40, 0, None);
    }

    #[test]
    fn calls_above_255_are_numbered_by_a_half_word() {
        assert_eq!(call_number(4, 0x1234), 4);
        assert_eq!(call_number(0, 349), 349);
        // LHI leaves the left half of the register as it was.
        assert_eq!(call_number(0, 0xdead_beef_0000_015d), 349);
        assert_eq!(call_number(0, 0xffff_ffff_ffff_0001), 1);
    }

    #[test]
    fn fault_addresses_lose_their_offset() {
        let fault = Fault {
            addr: GuestAddr(0x1234),
            access: tcg_mem::Access::Write,
            cause: Cause::Protected,
        };
        let signal = access_signal(&fault);
        assert_eq!((signal.signal, signal.code, signal.addr), (libc::SIGSEGV, 2, 0x1000));
    }
}
