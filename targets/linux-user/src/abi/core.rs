//! What the vCPUs of all guests have in common: a machine, a thread of it, forks.

use crate::errno::Errno;
use crate::unsafe_fork::Gate;
use std::io;
use std::sync::Arc;
use tcg_exec::{Config, ExitHandle, Machine, Vcpu};
use tcg_ir::Guest;
use tcg_mem::AddressSpace;

/// A vCPU with its machine.
pub struct Core<G: Guest> {
    machine: Machine<G>,
    /// The vCPU.
    pub vcpu: Vcpu<G>,
}

impl<G: Guest> Core<G> {
    /// The first vCPU of a new machine.
    ///
    /// # Errors
    /// No memory for it.
    pub fn boot(space: Arc<AddressSpace>, config: Config) -> io::Result<Core<G>> {
        Core::of(Machine::new(space, config)?)
    }

    fn of(machine: Machine<G>) -> io::Result<Core<G>> {
        let vcpu = Vcpu::new(&machine, G::new_state())?;
        Ok(Core { machine, vcpu })
    }

    /// A further vCPU of the same machine, with registers as at the start. `parallel`: both are going to run at once.
    ///
    /// # Errors
    /// No memory for it.
    pub fn another(&self, parallel: bool) -> Result<Core<G>, Errno> {
        if parallel {
            self.machine.set_parallel();
        }
        Ok(Core::of(self.machine.clone())?)
    }

    /// Runs `fork` while no emulator lock is held; sets the vCPU up in the child, where `in_child` runs last.
    ///
    /// # Errors
    /// That of `fork`, or ENOMEM.
    pub fn fork(
        &mut self,
        fork: &mut dyn FnMut() -> Result<i32, Errno>,
        in_child: impl FnOnce(&mut G::State),
    ) -> Result<i32, Errno> {
        let gate = Gate::new().ok_or(Errno::ENOMEM)?;
        // The parent's code memory must not change before the child has copied it.
        let pid = self.machine.with_quiet_locks(|| {
            let pid = fork()?;
            if pid > 0 {
                gate.wait(pid);
            }
            Ok::<_, Errno>(pid)
        })?;
        if pid == 0 {
            if self.vcpu.after_fork_in_child().is_err() {
                // No memory for code: nothing can run here.
                crate::signal::die(libc::SIGKILL);
            }
            in_child(self.vcpu.state_mut());
            gate.open();
        }
        Ok(pid)
    }

    /// What makes the vCPU leave guest code soon.
    pub fn exit_handle(&self) -> ExitHandle {
        self.vcpu.exit_handle()
    }

    /// What the engine has done for all threads, in one line.
    pub fn stats(&self) -> String {
        self.machine.stats().snapshot().to_string()
    }
}
