//! The back end as the rest sees it.

use crate::context::{Scratch, Shared, compile};
use crate::faults;
use crate::pins::{Pins, XMM0};
use crate::prologue::{Offsets, assemble};
use crate::shortcuts::Shortcuts;
use tcg_ir::{Backend, Compiled, GuestLayout, HostContext, Tb, TooBig};

/// Code generator for x86_64 hosts of level v3 (see [`crate::check_host`]).
///
/// One instance serves one code cache: TBs reach the prologue by relative jumps, so `prologue` comes before `compile`.
#[derive(Clone, Debug)]
pub struct X64Backend {
    layout: &'static GuestLayout,
    pins: Pins,
    offsets: Offsets,
    prologue_at: u64,
    parallel: bool,
    shortcuts: Shortcuts,
    scratch: Scratch,
}

impl X64Backend {
    /// A back end for guests of this layout. `parallel`: other threads may see the accesses of the code,
    /// so atomics and barriers must be real.
    #[must_use]
    pub fn new(layout: &'static GuestLayout, parallel: bool) -> X64Backend {
        X64Backend::with(layout, parallel, Shortcuts::of_host())
    }

    /// The same with some shortcuts only; none that the host lacks, if the code is to run.
    #[must_use]
    pub fn with(layout: &'static GuestLayout, parallel: bool, shortcuts: Shortcuts) -> X64Backend {
        let pins = if shortcuts.pins { Pins::new(layout) } else { Pins::none(layout) };
        let (offsets, scratch) = (Offsets::default(), Scratch::new());
        X64Backend { layout, pins, offsets, prologue_at: 0, parallel, shortcuts, scratch }
    }
}

impl Backend for X64Backend {
    fn prologue(&mut self, at: u64, out: &mut Vec<u8>) {
        self.prologue_at = at;
        self.offsets = assemble(self.layout, &self.pins, at, out);
    }

    fn for_vcpu(&self) -> Box<dyn Backend> {
        Box::new(self.clone())
    }

    fn set_parallel(&mut self, parallel: bool) {
        self.parallel = parallel;
    }

    fn compile(&mut self, tb: &Tb, at: u64, out: &mut Compiled) -> Result<(), TooBig> {
        let X64Backend { layout, pins, offsets, prologue_at, parallel, shortcuts, scratch } = self;
        let (prologue_at, parallel, shortcuts) = (*prologue_at, *parallel, *shortcuts);
        let shared = Shared { layout, pins, offsets, prologue_at, at, parallel, shortcuts };
        if compile(scratch, shared, tb, out) { Ok(()) } else { Err(TooBig) }
    }

    fn entry(&self, prologue_at: u64) -> u64 {
        prologue_at + u64::from(self.offsets.entry)
    }

    fn fault_exit(&self, prologue_at: u64) -> u64 {
        prologue_at + u64::from(self.offsets.fault_exit)
    }

    fn recover(
        &self,
        table: &[u8],
        code_at: u64,
        host: &HostContext<'_>,
        write: &mut dyn FnMut(u32, u64, u32),
    ) -> Option<u64> {
        let at = host.pc.wrapping_sub(code_at);
        let found = faults::find(table, at, host, &mut |_, _, _| {})?;
        for pin in self.pins.all.iter().filter(|pin| found.at_home != Some(pin.offset)) {
            match pin.reg.checked_sub(XMM0) {
                None => write(pin.offset, *host.gpr.get(usize::from(pin.reg))?, pin.bytes),
                Some(x) => {
                    let value = *host.vec.get(usize::from(x))?;
                    faults::write_value(pin.offset, value, pin.bytes, write);
                }
            }
        }
        faults::find(table, at, host, write).map(|found| found.pc)
    }
}
