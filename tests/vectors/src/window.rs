//! The guest memory that vectors run in, and a vCPU there.

use crate::check::{Outcome, check, start_state};
use crate::vector::{Bytes, Places, Vector};
use frontend_s390x::{S390x, Trap, trap::pic};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tcg_exec::{Config, Exit, Machine, Vcpu};
use tcg_ir::{ExitCode, Guest};
use tcg_mem::{AddressSpace, GuestAddr, MapRequest, PAGE_SIZE, Prot};

/// `MAP_FIXED_NOREPLACE`, Linux include/uapi/asm-generic/mman-common.h.
const MAP_FIXED_NOREPLACE: i32 = 0x10_0000;

/// No vector takes so long.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// From the code to the storage.
const DISTANCE: u64 = 0x1_0000;

/// One engine with its piece of guest memory: a page of code, two pages of storage, and one without access.
#[derive(Debug)]
pub struct Window {
    space: Arc<AddressSpace>,
    vcpu: Vcpu<S390x>,
    places: Places,
}

impl Window {
    /// An engine with memory from `at` on. Below 2²⁴, so that all addressing modes reach it.
    ///
    /// # Errors
    /// The host's; or `at` is taken.
    pub fn new(at: u64, config: Config) -> io::Result<Window> {
        tcg_exec::sigsafe_fault::install()?;
        let places =
            Places { code: at, storage: at + DISTANCE, end: at + DISTANCE + 2 * PAGE_SIZE };
        let space = Arc::new(AddressSpace::new());
        let all = Prot::READ.union(Prot::WRITE);
        map(&space, places.code, PAGE_SIZE, all.union(Prot::EXEC))?;
        map(&space, places.storage, 2 * PAGE_SIZE, all)?;
        map(&space, places.end, PAGE_SIZE, Prot::NONE)?;
        let machine = Machine::new(Arc::clone(&space), config)?;
        let vcpu = Vcpu::new(&machine, S390x::new_state())?;
        let watchdog = vcpu.exit_handle();
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(TIME_LIMIT);
                watchdog.request();
            }
        });
        Ok(Window { space, vcpu, places })
    }

    /// Runs a vector.
    ///
    /// # Errors
    /// What came out otherwise than the vector says, or what it says badly.
    pub fn run(&mut self, vector: &Vector) -> Result<(), String> {
        let places = self.places;
        self.space.release_code(GuestAddr(places.code), PAGE_SIZE);
        self.store(places.code, &[0; PAGE_SIZE as usize])?;
        self.store(places.code, &vector.code)?;
        self.store(places.storage, &[0; 2 * PAGE_SIZE as usize])?;
        start_state(self.vcpu.state_mut(), vector, &places)?;
        for (at, bytes) in &vector.before.storage {
            let Bytes::These(bytes) = bytes else { return Err(format!("any bytes at {at}")) };
            self.store(crate::vector::number(at, &places)?, bytes)?;
        }
        let before = self.storage()?;
        let end = self.go(vector.code.len());
        let after = self.storage()?;
        check(vector, &places, Outcome { state: self.vcpu.state(), end, before, after })
    }

    /// Runs to a fault, a trap, or the zeros behind the code.
    fn go(&mut self, code_len: usize) -> End {
        let inside = self.places.code..self.places.code + code_len as u64;
        let mut exit = self.vcpu.run();
        if exit == Exit::Interrupt {
            // The watchdog may bark at any time; twice means that the code does not end.
            exit = self.vcpu.run();
        }
        let state = self.vcpu.state_mut();
        match exit {
            Exit::Fault(fault) => {
                state.settle_execute(ExitCode::FAULT_READ);
                End::Fault(fault.addr.0)
            }
            Exit::Trap(code, _) => {
                state.settle_execute(code);
                match Trap::from_exit(code) {
                    Some(trap)
                        if trap.code == pic::OPERATION && !inside.contains(&state.env.pc) =>
                    {
                        End::Code
                    }
                    Some(trap) => {
                        if trap.code == pic::DATA {
                            state.set_dxc(trap.dxc);
                        }
                        End::Trap(trap)
                    }
                    None => End::Strange(exit),
                }
            }
            Exit::Syscall(number) => {
                state.settle_execute(ExitCode::SYSCALL);
                End::Call(number)
            }
            Exit::Interrupt => End::Strange(exit),
        }
    }

    fn store(&self, at: u64, bytes: &[u8]) -> Result<(), String> {
        let stored = tcg_mem::copy_out(GuestAddr(at), bytes);
        stored.map_err(|fault| format!("cannot store at {:#x}", fault.addr.0))
    }

    fn storage(&self) -> Result<Vec<u8>, String> {
        let mut bytes = vec![0; 2 * PAGE_SIZE as usize];
        let read = tcg_mem::copy_in(&mut bytes, GuestAddr(self.places.storage));
        read.map_err(|fault| format!("cannot read at {:#x}", fault.addr.0))?;
        Ok(bytes)
    }
}

/// Why a vector stopped.
#[derive(Debug)]
pub(crate) enum End {
    /// Control came to zeros, which are no instruction.
    Code,
    Trap(Trap),
    Fault(u64),
    /// SUPERVISOR CALL with this number.
    Call(u64),
    /// Nothing that a vector may do.
    Strange(Exit),
}

fn map(space: &AddressSpace, at: u64, len: u64, prot: Prot) -> io::Result<()> {
    let mut request = MapRequest::anonymous(GuestAddr(at), len, prot);
    request.flags |= MAP_FIXED_NOREPLACE;
    match space.mmap(&request) {
        Ok(got) if got.0 == at => Ok(()),
        Ok(_) => Err(io::Error::other(format!("{at:#x} is taken"))),
        Err(errno) => Err(io::Error::from_raw_os_error(errno.0)),
    }
}
