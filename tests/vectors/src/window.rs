//! The guest memory that vectors run in, and vCPUs there.

use crate::check::{Outcome, check, start_state};
use crate::guest::VectorGuest;
use crate::vector::{Bytes, Places, Vector};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tcg_exec::{Config, Exit, Machine, Vcpu};
use tcg_mem::{AddressSpace, GuestAddr, MapRequest, PAGE_SIZE, Prot};

/// `MAP_FIXED_NOREPLACE`, Linux include/uapi/asm-generic/mman-common.h.
const MAP_FIXED_NOREPLACE: i32 = 0x10_0000;

/// No vector takes so long.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// From the code to the storage.
const DISTANCE: u64 = 0x1_0000;

/// A piece of guest memory: a page of code, two pages of storage, and one without access.
#[derive(Debug)]
pub struct Window {
    space: AddressSpace,
    places: Places,
}

impl Window {
    /// Memory from `at` on. Below 2²⁴, so that all addressing modes of every guest reach it.
    ///
    /// # Errors
    /// The host's; or `at` is taken.
    pub fn new(at: u64) -> io::Result<Window> {
        tcg_exec::sigsafe_fault::install()?;
        let places = Places {
            code: at,
            storage: at + DISTANCE,
            end: at + DISTANCE + 2 * PAGE_SIZE,
            short_shift: 0,
        };
        let space = AddressSpace::new();
        let all = Prot::READ.union(Prot::WRITE);
        map(&space, places.code, PAGE_SIZE, all.union(Prot::EXEC))?;
        map(&space, places.storage, 2 * PAGE_SIZE, all)?;
        map(&space, places.end, PAGE_SIZE, Prot::NONE)?;
        Ok(Window { space, places })
    }

    /// An engine that runs in this memory, as the only one at a time.
    ///
    /// # Errors
    /// The host's.
    pub fn engine<G: VectorGuest>(&mut self, config: Config) -> io::Result<Runner<'_, G>> {
        // Each machine has a space of its own, that knows of the same mappings.
        let space = Arc::new(AddressSpace::new());
        self.space.mappings().into_iter().for_each(|mapping| space.adopt(mapping));
        let machine = Machine::new(Arc::clone(&space), config)?;
        let vcpu = Vcpu::new(&machine, G::new_state())?;
        let watchdog = vcpu.exit_handle();
        let alive = Arc::new(());
        let owner = Arc::downgrade(&alive);
        std::thread::spawn(move || {
            while owner.upgrade().is_some() {
                std::thread::sleep(TIME_LIMIT);
                watchdog.request();
            }
        });
        let places = Places { short_shift: G::SHORT_SHIFT, ..self.places };
        Ok(Runner { _window: self, space, vcpu, places, _alive: alive })
    }
}

/// An engine in a window.
#[derive(Debug)]
pub struct Runner<'a, G: VectorGuest> {
    _window: &'a mut Window,
    space: Arc<AddressSpace>,
    vcpu: Vcpu<G>,
    places: Places,
    /// The watchdog goes when this does.
    _alive: Arc<()>,
}

impl<G: VectorGuest> Drop for Runner<'_, G> {
    fn drop(&mut self) {
        // The next engine has another space, and knows nothing of pages that this one protects.
        self.space.release_code(GuestAddr(self.places.code), PAGE_SIZE);
    }
}

impl<G: VectorGuest> Runner<'_, G> {
    /// Runs a vector.
    ///
    /// # Errors
    /// What came out otherwise than the vector says, or what it says badly.
    pub fn run(&mut self, vector: &Vector) -> Result<(), String> {
        let places = self.places;
        self.space.release_code(GuestAddr(places.code), PAGE_SIZE);
        store(places.code, &[0; PAGE_SIZE as usize])?;
        store(places.code, &vector.code)?;
        store(places.storage, &[0; 2 * PAGE_SIZE as usize])?;
        start_state::<G>(self.vcpu.state_mut(), vector, &places)?;
        for (at, bytes) in &vector.before.storage {
            let Bytes::These(bytes) = bytes else { return Err(format!("any bytes at {at}")) };
            store(places.number(at)? as u64, bytes)?;
        }
        let before = self.storage()?;
        let end = self.go(vector.code.len());
        let (after, state) = (self.storage()?, self.vcpu.state());
        check::<G>(vector, &places, Outcome { state, pc: G::env(state).pc, end, before, after })
    }

    /// Runs to a fault, a trap, or the zeros behind the code.
    fn go(&mut self, code_len: usize) -> End {
        let inside = self.places.code..self.places.code + code_len as u64;
        let mut exit = self.vcpu.run();
        if exit == Exit::Interrupt {
            // The watchdog may bark at any time; twice means that the code does not end.
            exit = self.vcpu.run();
        }
        G::ended(self.vcpu.state_mut(), exit, |pc| inside.contains(&pc))
    }

    fn storage(&self) -> Result<Vec<u8>, String> {
        let mut bytes = vec![0; 2 * PAGE_SIZE as usize];
        let read = tcg_mem::copy_in(&mut bytes, GuestAddr(self.places.storage));
        read.map_err(|fault| format!("cannot read at {:#x}", fault.addr.0))?;
        Ok(bytes)
    }
}

fn store(at: u64, bytes: &[u8]) -> Result<(), String> {
    let stored = tcg_mem::copy_out(GuestAddr(at), bytes);
    stored.map_err(|fault| format!("cannot store at {:#x}", fault.addr.0))
}

/// Why a vector stopped.
#[derive(Debug, Clone, Copy)]
pub enum End {
    /// Control came to zeros, which are no instruction.
    Code,
    /// A program interruption or exception.
    Trap {
        /// Its code or class.
        class: u64,
        /// What it tells besides.
        detail: u64,
    },
    /// An access to this address was refused.
    Fault(u64),
    /// A system call: the number in the instruction.
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
