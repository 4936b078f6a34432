//! The state of one compilation and the forward pass over the ops.

use crate::alloc::{RegFile, ValState};
use crate::asm::Asm;
use crate::cold::{Cold, Literal};
use crate::faults::FaultWriter;
use crate::liveness::{DEAD, HOT, Liveness};
use crate::pins::Pins;
use crate::prologue::Offsets;
use crate::puts::{Put, Snap};
use crate::shortcuts::Shortcuts;
use std::mem::take;
use tcg_ir::{Compiled, DirectExit, GuestLayout, Tb, Val};

/// Buffers that live from one compilation to the next.
#[derive(Clone, Debug)]
pub(crate) struct Scratch {
    asm: Asm,
    vals: Vec<ValState>,
    in_homes: Vec<u32>,
    live: Liveness,
    puts: Vec<Put>,
    snaps: Vec<Snap>,
    cold: Vec<Cold>,
    literals: Vec<Literal>,
    label_jumps: Vec<(u32, usize)>,
}

impl Scratch {
    pub(crate) fn new() -> Scratch {
        Scratch {
            asm: Asm::default(),
            vals: Vec::new(),
            in_homes: Vec::new(),
            live: Liveness::default(),
            puts: Vec::new(),
            snaps: Vec::new(),
            cold: Vec::new(),
            literals: Vec::new(),
            label_jumps: Vec::new(),
        }
    }
}

/// What compilations of one back end share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared<'a> {
    pub(crate) layout: &'static GuestLayout,
    pub(crate) pins: &'a Pins,
    pub(crate) offsets: &'a Offsets,
    /// Address of the prologue.
    pub(crate) prologue_at: u64,
    /// Address of the TB.
    pub(crate) at: u64,
    /// Other threads may see our accesses.
    pub(crate) parallel: bool,
    /// What the code may do to be fast.
    pub(crate) shortcuts: Shortcuts,
}

/// One compilation.
pub(crate) struct Cx<'a> {
    pub(crate) tb: &'a Tb,
    pub(crate) layout: &'static GuestLayout,
    pub(crate) pins: &'a Pins,
    pub(crate) shared: Shared<'a>,
    pub(crate) asm: Asm,
    pub(crate) vals: Vec<ValState>,
    pub(crate) regs: RegFile,
    live: Liveness,
    pub(crate) puts: Vec<Put>,
    pub(crate) snaps: Vec<Snap>,
    pub(crate) cold: Vec<Cold>,
    /// Constants in memory.
    pub(crate) literals: Vec<Literal>,
    /// Jumps to labels: label and where the displacement is.
    pub(crate) label_jumps: Vec<(u32, usize)>,
    pub(crate) exits: &'a mut Vec<DirectExit>,
    faults: &'a mut Vec<u8>,
    fault_writer: FaultWriter,
    /// Time of the current op: its index plus 1.
    pub(crate) now: u32,
    /// Values with a last use before this time are dead.
    pub(crate) live_from: u32,
    /// The earliest time at which a deferred put expires.
    pub(crate) next_expiry: u32,
    /// How long the current put matters.
    pub(crate) fate: u32,
    /// Guest pc of the current instruction.
    pub(crate) pc: u64,
    /// Where the call that ends the block returns to.
    pub(crate) return_to: Option<u64>,
    /// A constant that was stored to the home at this byte offset, and is still there.
    pub(crate) stored: Option<(u64, i32)>,
    /// A value and the place in the code up to which the flags tell whether it is zero or negative.
    pub(crate) flags_of: (Val, usize),
    /// A value that is the host's carry flag while [`Asm::has_marked_flags`].
    pub(crate) carry_of: Val,
    /// An index that is another value shifted left by so many bits, and is not computed: the host's addressing does it.
    pub(crate) scaled: Option<(Val, Val, u8)>,
    /// Loading a constant must not change the flags.
    pub(crate) keep_flags: bool,
    /// No room: the compilation is void.
    pub(crate) failed: bool,
}

/// Room for the code of any single op.
const MAX_OP_BYTES: usize = 1024;
/// Deferred merges that may occupy scratch registers between ops.
const MAX_MERGES: usize = 2;

/// Compiles `tb`; false if it is too big.
pub(crate) fn compile(
    scratch: &mut Scratch,
    shared: Shared<'_>,
    tb: &Tb,
    out: &mut Compiled,
) -> bool {
    out.reset();
    let Scratch { asm, vals, in_homes, live, puts, snaps, cold, literals, label_jumps } = scratch;
    let Compiled { code, exits, faults } = out;
    let mut cx = Cx {
        tb,
        layout: shared.layout,
        pins: shared.pins,
        shared,
        asm: take(asm),
        vals: take(vals),
        regs: RegFile::new(take(in_homes)),
        live: take(live),
        puts: take(puts),
        snaps: take(snaps),
        cold: take(cold),
        literals: take(literals),
        label_jumps: take(label_jumps),
        exits,
        faults,
        fault_writer: FaultWriter::default(),
        now: 0,
        live_from: 0,
        next_expiry: HOT,
        fate: HOT,
        pc: tb.pc,
        return_to: None,
        stored: None,
        flags_of: (Val::NONE, 0),
        carry_of: Val::NONE,
        scaled: None,
        keep_flags: false,
        failed: false,
    };
    cx.run();
    let ok = !cx.failed;
    code.extend_from_slice(cx.asm.code());
    (*asm, *vals, *in_homes, *live) = (cx.asm, cx.vals, cx.regs.in_homes, cx.live);
    (*puts, *snaps, *cold) = (cx.puts, cx.snaps, cx.cold);
    (*literals, *label_jumps) = (cx.literals, cx.label_jumps);
    ok
}

impl Cx<'_> {
    fn run(&mut self) {
        self.asm.clear();
        self.puts.clear();
        self.snaps.clear();
        self.cold.clear();
        self.literals.clear();
        self.label_jumps.clear();
        self.live.run(self.tb, self.pins, &mut self.vals);
        let (tb, shortcuts) = (self.tb, self.shared.shortcuts);
        let mut index = 0;
        while let Some(op) = tb.ops.get(index) {
            let fate = self.live.fate[index];
            index += 1;
            if fate == DEAD {
                continue;
            }
            self.fate = fate;
            self.now = index as u32;
            self.live_from = self.now;
            self.regs.locked = 0;
            self.asm.reserve(MAX_OP_BYTES);
            match tb.ops.get(index) {
                Some(next) if shortcuts.fusion && self.lower_pair(op, next) => index += 1,
                _ => self.lower(op),
            }
            if !shortcuts.deferral && !self.puts.is_empty() {
                self.regs.locked = 0;
                self.flush_all();
            }
            if self.failed {
                return;
            }
        }
        self.emit_cold();
        self.emit_literals();
    }

    /// Keeps the number of scratch registers that wait to be merged small.
    pub(crate) fn limit_merges(&mut self) {
        let merges = |cx: &Self, p: &Put| {
            cx.pins.of_global[usize::from(p.g)] != crate::pins::NO_PIN
                && cx.tb.constant(p.v).is_none()
        };
        let n = self.puts.iter().filter(|p| merges(self, p)).count();
        if n > MAX_MERGES {
            self.expire_puts();
            if let Some(i) = self.puts.iter().position(|p| merges(self, p)) {
                self.flush_put(i);
            }
        }
    }

    /// Executes deferred merges, for ops that need many scratch registers.
    pub(crate) fn flush_merges(&mut self) {
        self.expire_puts();
        while let Some(i) = self
            .puts
            .iter()
            .position(|p| self.pins.of_global[usize::from(p.g)] != crate::pins::NO_PIN)
        {
            self.flush_put(i);
        }
    }

    /// Records that the next host instruction may fault.
    pub(crate) fn may_fault(&mut self) {
        let (start, _) = self.snapshot();
        self.record_fault(start as usize);
    }

    /// Records that the next host instruction may fault with the puts in `snaps` from `start` on, and drops these.
    pub(crate) fn record_fault(&mut self, start: usize) {
        let at = self.asm.pos() as u32;
        self.fault_writer.record(self.faults, at, self.pc, &self.snaps[start..]);
        self.snaps.truncate(start);
    }

    /// All values die: a label.
    pub(crate) fn forget_values(&mut self) {
        self.regs.reset();
    }

    /// Types of two-way width: true for 64 bits.
    pub(crate) fn w(&self, v: Val) -> bool {
        self.tb.ty(v).bits() == 64
    }
}
