//! A vCPU's way of running guest code by an interpreter.

use crate::machine::Core;
use crate::translate::{Purpose, Translator};
use std::collections::HashMap;
use std::sync::Arc;
use tcg_ir::{Env, ExitCode, Guest, Interpreter, Tb, TranslateOptions};
use tcg_mem::Fault;

/// TBs kept at most; more would be a leak in a long run.
const MAX_KEPT: usize = 1 << 16;

/// The interpreting engine of one vCPU.
///
/// It keeps translations of its own and forgets all of them when any guest code changes.
pub(crate) struct Interp {
    core: Arc<Core>,
    interpreter: Box<dyn Interpreter>,
    env: *mut Env,
    kept: HashMap<(u64, u32), Tb>,
}

impl Interp {
    /// # Safety
    /// `env` is the head of a CPU state of the machine's guest that outlives the engine.
    pub(crate) unsafe fn new(
        core: &Arc<Core>,
        interpreter: Box<dyn Interpreter>,
        env: *mut Env,
    ) -> Interp {
        Interp { core: Arc::clone(core), interpreter, env, kept: HashMap::new() }
    }

    /// At a safe point of a new epoch: forgets translations, which may be stale.
    pub(crate) fn forget(&mut self) {
        self.kept.clear();
    }

    /// Forgets the translation for `key`.
    pub(crate) fn discard(&mut self, key: (u64, u32)) {
        self.kept.remove(&key);
    }

    /// Runs the TB for `key`.
    ///
    /// # Errors
    /// A fetch fault.
    pub(crate) fn run<G: Guest>(
        &mut self,
        translator: &mut Translator,
        key: (u64, u32),
    ) -> Result<(), Fault> {
        if let Some(tb) = self.kept.get(&key) {
            run_tb(&mut *self.interpreter, tb, self.env);
            return Ok(());
        }
        let epoch = self.core.epochs.now();
        let options = self.core.translate_options();
        translator.translate::<G>(&self.core, key, Purpose::Keep, &options)?;
        let tb = translator.tb();
        self.core.stats.count_block(tb.n_insns, 0);
        if let Some(log) = &self.core.config.log {
            log(tb, &[], 0);
        }
        run_tb(&mut *self.interpreter, tb, self.env);
        // What was translated while code changed is not kept; it was read before the change.
        if self.core.epochs.now() == epoch {
            if self.kept.len() >= MAX_KEPT {
                self.kept.clear();
            }
            self.kept.insert(key, tb.clone());
        }
        Ok(())
    }

    /// Runs one instruction that may store to its own page.
    ///
    /// # Errors
    /// A fetch fault.
    pub(crate) fn run_once<G: Guest>(
        &mut self,
        translator: &mut Translator,
        key: (u64, u32),
    ) -> Result<(), Fault> {
        let options = TranslateOptions { max_insns: 1, ..self.core.translate_options() };
        translator.translate::<G>(&self.core, key, Purpose::RunOnce, &options)?;
        self.core.stats.count_single_step();
        run_tb(&mut *self.interpreter, translator.tb(), self.env);
        Ok(())
    }
}

fn run_tb(interpreter: &mut dyn Interpreter, tb: &Tb, env: *mut Env) {
    // SAFETY: STATE-OWNED: valid by `Interp::new`, and only this thread uses it.
    unsafe { (*env).exit_code = ExitCode::NONE };
    // SAFETY: as above.
    unsafe { interpreter.run(tb, env) };
}
