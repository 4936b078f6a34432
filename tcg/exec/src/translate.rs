//! From guest bytes to a TB: fetching with page marks, front end, optimizer.

use crate::machine::Core;
use tcg_ir::builder::Addr;
use tcg_ir::ops::Effects;
use tcg_ir::{
    Builder, CodeWindow, Cond, Endian, ExitCode, Guest, MemOp, Op, Tb, TranslateOptions, Type,
};
use tcg_mem::{Access, CodeTicket, Fault, GuestAddr, PAGE_SIZE};
use tcg_opt::Optimizer;

/// Bytes fetched at once: more than a TB of the usual length has.
pub(crate) const WINDOW_BYTES: usize = 256;

/// A vCPU's translator; keeps its scratch memory between TBs.
#[derive(Debug)]
pub(crate) struct Translator {
    builder: Builder,
    optimizer: Optimizer,
    bytes: [u8; WINDOW_BYTES],
    tickets: Vec<CodeTicket>,
}

/// What a translation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be kept, until a store to its pages.
    Keep,
    /// To be run once: pages are not marked.
    RunOnce,
}

impl Translator {
    pub(crate) fn new<G: Guest>() -> Translator {
        Translator {
            builder: Builder::new(G::layout(), true),
            optimizer: Optimizer::default(),
            bytes: [0; WINDOW_BYTES],
            tickets: Vec::new(),
        }
    }

    /// The last translation.
    pub(crate) fn tb(&self) -> &Tb {
        &self.builder.tb
    }

    /// Proofs that the pages of the last translation have not changed since they were read; none
    /// for `Purpose::RunOnce`.
    pub(crate) fn tickets(&self) -> &[CodeTicket] {
        &self.tickets
    }

    /// Translates from `pc` on.
    ///
    /// # Errors
    /// A fetch fault.
    pub(crate) fn translate<G: Guest>(
        &mut self,
        core: &Core,
        (pc, flags): (u64, u32),
        purpose: Purpose,
        options: &TranslateOptions,
    ) -> Result<(), Fault> {
        self.tickets.clear();
        let mut n_bytes = self.fetch(core, GuestAddr(pc), 0, purpose)?;
        // After the page was marked: a change from here on is noticed.
        let guarded = options.checks_targets && core.space.is_guarded(GuestAddr(pc));
        let options = &TranslateOptions { guarded, ..*options };
        self.front_end::<G>((pc, flags), n_bytes, options);
        if self.builder.tb.n_insns == 0 {
            // The first instruction goes on in the next page.
            let next_page = GuestAddr(pc).wrapping_add(n_bytes as u64);
            n_bytes += self.fetch(core, next_page, n_bytes, purpose)?;
            self.front_end::<G>((pc, flags), n_bytes, options);
        }
        if self.builder.tb.n_insns == 0 {
            let addr = GuestAddr(pc).wrapping_add(n_bytes as u64);
            return Err(Fault { addr, access: Access::Execute, cause: tcg_mem::Cause::Unmapped });
        }
        if self.tickets.iter().any(|ticket| ticket.is_open) {
            self.make_checked::<G>((pc, flags), n_bytes, options);
        }
        debug_assert_eq!(tcg_ir::verify(&self.builder.tb, G::layout()), Ok(()));
        let passes = core.config.passes;
        self.optimizer.run(&mut self.builder.tb, G::layout(), passes, options.parallel);
        debug_assert_eq!(tcg_ir::verify(&self.builder.tb, G::layout()), Ok(()));
        Ok(())
    }

    fn front_end<G: Guest>(
        &mut self,
        (pc, flags): (u64, u32),
        n_bytes: usize,
        options: &TranslateOptions,
    ) {
        self.builder.start(pc, flags);
        let code = CodeWindow { base: pc, bytes: &self.bytes[..n_bytes] };
        G::translate(code, options, &mut self.builder);
    }

    /// Translates once more, so that the TB compares its guest code with memory before anything else, and ends with the
    /// first instruction that stores: that one could change those behind it.
    fn make_checked<G: Guest>(
        &mut self,
        (pc, flags): (u64, u32),
        n_bytes: usize,
        options: &TranslateOptions,
    ) {
        let (n_insns, end_pc) = up_to_store(&self.builder.tb);
        let options = TranslateOptions { max_insns: n_insns, ..*options };
        let code = CodeWindow { base: pc, bytes: &self.bytes[..n_bytes] };
        let len = (end_pc.wrapping_sub(pc) as usize).min(n_bytes);
        self.builder.start(pc, flags);
        compare_with_memory(&mut self.builder, pc, &self.bytes[..len]);
        G::translate(code, &options, &mut self.builder);
    }

    /// Reads from `addr` to the end of its page, or as much as there is room for behind `filled`.
    fn fetch(
        &mut self,
        core: &Core,
        addr: GuestAddr,
        filled: usize,
        purpose: Purpose,
    ) -> Result<usize, Fault> {
        match purpose {
            Purpose::Keep => self.tickets.push(core.space.begin_code(addr)?),
            Purpose::RunOnce => {
                if let Some(cause) = core.space.check(addr, Access::Execute) {
                    return Err(Fault { addr, access: Access::Execute, cause });
                }
            }
        }
        let room = &mut self.bytes[filled..];
        let n_bytes = room.len().min((PAGE_SIZE - addr.page_offset()) as usize);
        tcg_mem::copy_in(&mut room[..n_bytes], addr)
            .map_err(|fault| Fault { access: Access::Execute, ..fault })?;
        Ok(n_bytes)
    }
}

/// Whether a branch of this type may lead to `pc`.
///
/// # Errors
/// The guest's trap if not.
pub(crate) fn may_enter<G: Guest>(core: &Core, pc: u64, branch_type: u32) -> Result<(), ExitCode> {
    let mut bytes = [0; 4];
    // What cannot be read faults when it is fetched.
    let is_guarded = core.space.is_guarded(GuestAddr(pc));
    if !is_guarded || tcg_mem::copy_in(&mut bytes, GuestAddr(pc)).is_err() {
        return Ok(());
    }
    G::may_enter(branch_type, pc, bytes)
}

/// Number of instructions up to the first that stores, or of all, and where the last of them ends.
fn up_to_store(tb: &Tb) -> (u32, u64) {
    let (mut n_insns, mut end_pc) = (0, tb.pc);
    for op in &tb.ops {
        match *op {
            Op::InsnStart { pc, len } => {
                n_insns += 1;
                end_pc = pc.wrapping_add(len.into());
            }
            _ if op.effects().any(Effects::STORES) => break,
            _ => {}
        }
    }
    (n_insns.max(1), end_pc)
}

/// Leaves with [`ExitCode::STALE`] unless memory at `pc` holds `bytes`.
fn compare_with_memory(b: &mut Builder, pc: u64, bytes: &[u8]) {
    b.insn_start(pc, 0);
    let mut at = 0;
    while at < bytes.len() {
        let n = [8, 4, 2, 1].into_iter().find(|n| at + n <= bytes.len()).unwrap_or(1);
        let mut expected = [0; 8];
        expected[..n].copy_from_slice(&bytes[at..at + n]);
        let base = b.i64(pc.wrapping_add(at as u64));
        let found = b.ld(Type::I64, MemOp::new(n as u8, Endian::Little), Addr::base(base));
        let expected = b.i64(u64::from_le_bytes(expected));
        b.trap_if(Type::I64, Cond::Ne, found, expected, ExitCode::STALE.0);
        at += n;
    }
}
