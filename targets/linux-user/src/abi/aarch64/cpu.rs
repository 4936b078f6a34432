//! An aarch64 vCPU as Linux sees it.

use super::frame::{self, LastFault, Registers};
use crate::abi::core::Core;
use crate::abi::{Delivery, Event, GuestCpu, Restored, Synchronous};
use crate::errno::Errno;
use frontend_aarch64::signal::{self, Signal};
use frontend_aarch64::state::{NO_EXCLUSIVE, PSTATE_BITS};
use frontend_aarch64::{Aarch64, CpuState, HostClocks, Random, Trap};
use std::io;
use std::sync::Arc;
use tcg_exec::{Config, Exit, ExitHandle};
use tcg_ir::TargetKind;
use tcg_mem::{Access, AddressSpace, Fault, GuestAddr};

/// A vCPU.
pub struct Cpu {
    core: Core<Aarch64>,
    /// What signal frames tell, also those of later signals.
    last_fault: LastFault,
}

/// Bytes of an instruction.
const INSN: u64 = 4;
/// `si_code` of an access to what is not mapped, or not for that access.
const SEGV_MAPERR: i32 = 1;
const SEGV_ACCERR: i32 = 2;
/// Shift of BTYPE in PSTATE.
const BTYPE_SHIFT: u32 = 10;

impl Cpu {
    /// The first vCPU of a new machine.
    ///
    /// # Errors
    /// No memory for it.
    pub fn boot(space: Arc<AddressSpace>, config: Config) -> io::Result<Box<dyn GuestCpu>> {
        Ok(Box::new(Cpu { core: Core::boot(space, config)?, last_fault: LastFault::default() }))
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
            x: state.x,
            sp: state.sp,
            pc: state.env.pc,
            pstate: u64::from(state.nzcv() | state.pstate | (state.btype & 3) << BTYPE_SHIFT),
            fpsr: state.fpsr(),
            fpcr: state.fpcr(),
            v: state.v,
        }
    }

    fn set_registers(&mut self, registers: &Registers) {
        let state = self.state_mut();
        state.x = registers.x;
        state.sp = registers.sp;
        state.env.pc = registers.pc;
        state.set_nzcv(registers.pstate as u32);
        state.pstate = registers.pstate as u32 & PSTATE_BITS;
        state.btype = (registers.pstate >> BTYPE_SHIFT) as u32 & 3;
        state.set_fpsr(registers.fpsr);
        state.set_fpcr(registers.fpcr);
        state.v = registers.v;
    }

    /// Random keys of pointer authentication in the places of the mask's bits: IA, IB, DA, DB, GA (Linux
    /// arch/arm64/kernel/pointer_auth.c:ptrauth_prctl_reset_keys).
    fn new_keys(&mut self, mask: u64) {
        let CpuState { pauth_keys, random, .. } = self.state_mut();
        for (_, key) in pauth_keys.iter_mut().enumerate().filter(|(i, _)| mask >> i & 1 != 0) {
            // What was there is a key as well, should there be no random numbers.
            key.iter_mut().for_each(|half| *half = random.u64().unwrap_or(*half));
        }
    }

    /// The signal of an exception other than a memory abort, and what the kernel remembers of it.
    fn trap(&mut self, trap: Trap) -> Synchronous {
        let signal = signal::of_trap(self.state(), trap);
        let esr = signal::syndrome_of_trap(trap);
        self.last_fault = match trap {
            // Linux arch/arm64/kernel/debug-monitors.c: nothing is noted.
            Trap::Breakpoint => self.last_fault,
            Trap::Alignment => LastFault { addr: signal.addr, esr },
            // Linux arch/arm64/kernel/traps.c:arm64_notify_die.
            _ => LastFault { addr: 0, esr },
        };
        synchronous(signal, esr)
    }

    /// The signal of a memory abort (Linux arch/arm64/mm/fault.c:do_page_fault).
    fn abort(&mut self, fault: &Fault) -> Synchronous {
        let signal = signal::of_fault(fault);
        let mut insn = [0; INSN as usize];
        // What cannot be read is no instruction that made an access.
        let _ = tcg_mem::copy_in(&mut insn, GuestAddr(self.pc()));
        let esr = signal::syndrome_of_fault(fault, u32::from_le_bytes(insn));
        self.last_fault = LastFault { addr: signal.addr, esr };
        synchronous(signal, esr)
    }
}

fn synchronous(signal: Signal, esr: u32) -> Synchronous {
    let Signal { number, code, addr } = signal;
    Synchronous { signal: number, code, addr, trap: esr }
}

impl GuestCpu for Cpu {
    fn run(&mut self) -> Event {
        let exit = self.core.vcpu.run();
        // The return from an exception closes the exclusive monitor (Arm ARM DDI 0487, B2.12).
        self.state_mut().exclusive_addr = NO_EXCLUSIVE;
        match exit {
            Exit::Syscall(_) => Event::Call,
            Exit::Interrupt => Event::Interrupted,
            // Alignment comes before what is wrong with fetching from there.
            Exit::Fault(fault)
                if fault.access == Access::Execute && !self.pc().is_multiple_of(INSN) =>
            {
                Event::Fault(self.trap(Trap::PcAlignment))
            }
            Exit::Fault(fault) => Event::Fault(self.abort(&fault)),
            Exit::Trap(code, _) => {
                // There are no exits but the loop's and those of `Trap`.
                let trap = Trap::from_exit(code).unwrap_or(Trap::Undefined);
                Event::Fault(self.trap(trap))
            }
        }
    }

    fn call(&self) -> (u64, [u64; 6]) {
        let x = &self.state().x;
        // The number is an int (Linux arch/arm64/kernel/syscall.c:do_el0_svc).
        (x[8] & 0xffff_ffff, [x[0], x[1], x[2], x[3], x[4], x[5]])
    }

    fn set_result(&mut self, result: i64) {
        self.state_mut().x[0] = result as u64;
    }

    fn rewind_call(&mut self) {
        let pc = &mut self.state_mut().env.pc;
        *pc = pc.wrapping_sub(INSN);
    }

    fn pc(&self) -> u64 {
        self.state().env.pc
    }

    fn sp(&self) -> u64 {
        self.state().sp
    }

    fn set_sp(&mut self, sp: u64) {
        self.state_mut().sp = sp;
    }

    fn set_tls(&mut self, tls: u64) {
        self.state_mut().tpidr = tls;
    }

    fn set_random(&mut self, random: Random) {
        self.state_mut().random = random;
    }

    fn start(&mut self, entry: u64, sp: u64) {
        let state = self.state_mut();
        state.env.pc = entry;
        state.sp = sp;
        self.new_keys(u64::MAX);
    }

    fn reset_keys(&mut self, mask: u64) -> Result<(), Errno> {
        match mask {
            0 => self.new_keys(u64::MAX),
            _ if mask >> self.state().pauth_keys.len() != 0 => return Err(Errno::EINVAL),
            _ => self.new_keys(mask),
        }
        Ok(())
    }

    fn set_clocks(&mut self, clocks: HostClocks) {
        self.state_mut().clocks = clocks;
    }

    fn address_keys(&self) -> u64 {
        // IA, IB, DA, DB.
        0xf
    }

    fn push_frame(&mut self, delivery: &Delivery) -> Result<(), Fault> {
        let entry = frame::build(delivery, &self.registers(), self.last_fault);
        tcg_mem::copy_out(GuestAddr(entry.frame), &entry.bytes)?;
        let state = self.state_mut();
        state.x[..entry.args.len()].copy_from_slice(&entry.args);
        state.x[29] = entry.record;
        state.x[30] = entry.link;
        state.sp = entry.frame;
        state.env.pc = delivery.handler;
        // The handler must be a place for calls (Linux arch/arm64/kernel/signal.c:setup_return).
        state.btype = TargetKind::Call2.branch_type();
        Ok(())
    }

    fn pop_frame(&mut self, _rt: bool) -> Result<Restored, Errno> {
        let (registers, restored) = frame::parse(self.sp())?;
        self.set_registers(&registers);
        Ok(restored)
    }

    /// Linux arch/arm64/kernel/traps.c:arm64_notify_segfault: as of an access to the stack, which is told to be mapped
    /// if anything above it is.
    fn bad_frame(&self) -> Synchronous {
        let addr = self.sp();
        let code = if addr < super::ABI.stack_top { SEGV_ACCERR } else { SEGV_MAPERR };
        Synchronous { signal: libc::SIGSEGV, code, addr, trap: 0 }
    }

    fn for_thread(&mut self, parallel: bool) -> Result<Box<dyn GuestCpu>, Errno> {
        let core = self.core.another(parallel)?;
        let mut cpu = Cpu { core, last_fault: LastFault::default() };
        cpu.set_registers(&self.registers());
        let (from, to) = (self.state_mut(), cpu.state_mut());
        to.random = from.random.split();
        to.tpidr = from.tpidr;
        to.pauth_keys = from.pauth_keys;
        to.clocks = from.clocks;
        Ok(Box::new(cpu))
    }

    fn fork(&mut self, fork: &mut dyn FnMut() -> Result<i32, Errno>) -> Result<i32, Errno> {
        self.core.fork(fork, |_| {})
    }

    fn exit_handle(&self) -> ExitHandle {
        self.core.exit_handle()
    }

    fn dump(&self) -> String {
        let registers = self.registers();
        let Registers { pc, sp, pstate, .. } = registers;
        let mut out = format!("pc {pc:016x} sp {sp:016x} pstate {pstate:08x}\n");
        for (i, row) in registers.x.chunks(4).enumerate() {
            let words: Vec<String> = row.iter().map(|r| format!("{r:016x}")).collect();
            out += &format!("x{:<2} {}\n", 4 * i, words.join(" "));
        }
        out
    }

    fn stats(&self) -> String {
        self.core.stats()
    }
}
