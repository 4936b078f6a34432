//! Labels, side exits, traps, and how a block ends.

use super::{INSN_BYTES, Maker, TRAP};
use crate::random::RandomExt as _;
use crate::toy::extra_offset;
use rand::RngExt as _;
use tcg_ir::{FpMask, HelperId, TargetKind, Type};

impl Maker<'_> {
    pub(super) fn control(&mut self) {
        let (ty, cond) = (self.int_type(), self.cond());
        let (a, b) = (self.take(ty), self.take(ty));
        match self.random.random_range(0..9) {
            0..=2 => {
                let label = self.b.new_label();
                self.open.push(label);
                self.b.brcond(ty, cond, a, b, label);
            }
            3..=4 if !self.open.is_empty() => self.place_label(),
            5 if self.random.random_ratio(1, 2) => self.b.trap_if(ty, cond, a, b, TRAP),
            6 if self.config.floats => {
                let mask = FpMask(self.random.random_range(0..16));
                let (a, b) = (self.take(Type::F64), self.take(Type::F64));
                let pc = self.target();
                self.b.goto_if_fp(Type::F64, mask, a, b, pc);
            }
            7 => {
                let pc = self.pc;
                self.b.poll(pc);
            }
            8 if self.config.calls => {
                let (arg, pc) = (self.random.random_range(0..4), self.target());
                self.b.call_goto_if((ty, cond, a, b), (HelperId(0), arg), pc);
            }
            _ => {
                let pc = self.target();
                self.b.goto_if(ty, cond, a, b, pc);
            }
        }
    }

    /// A later instruction: control only goes forward, and so ends.
    pub(super) fn target(&mut self) -> u64 {
        self.pc + u64::from(INSN_BYTES) * (1 + self.random.random_range(0..16))
    }

    pub(super) fn place_all_labels(&mut self) {
        while !self.open.is_empty() {
            self.place_label();
        }
    }

    /// Places the label opened last; sometimes control does not fall through to it.
    fn place_label(&mut self) {
        let Some(label) = self.open.pop() else { return };
        match self.random.random_range(0..6) {
            0 => self.end(),
            1 if !self.open.is_empty() => {
                let further = self.random.pick(&self.open);
                self.b.br(further);
            }
            _ => {}
        }
        self.b.set_label(label);
        self.pool.clear();
    }

    /// Ends the block, in a way that shows the floating-point flags.
    pub(super) fn end(&mut self) {
        if self.config.floats {
            let flags = self.b.fpflags_get();
            self.b.st_state(Type::I32, extra_offset(3), flags);
        }
        match self.random.random_range(0..4) {
            0 => {
                // One of a few targets, chosen by a value.
                let (value, target) = (self.take(Type::I64), self.target());
                let few = self.b.and_imm(Type::I64, value, 3 * u64::from(INSN_BYTES));
                let target = self.b.add_imm(Type::I64, few, target as i64);
                let kinds = [TargetKind::Jump, TargetKind::Call, TargetKind::Return];
                let kind = self.random.pick(&kinds);
                if kind == TargetKind::Call {
                    let pc = self.target();
                    self.b.push_return(pc);
                }
                self.b.goto_ind(kind, target);
            }
            1 => {
                let arg = self.take(Type::I64);
                self.b.exit(TRAP + 1, self.pc, Some(arg));
            }
            _ => {
                let pc = self.target();
                self.b.goto(pc);
            }
        }
    }
}
