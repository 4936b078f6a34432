//! Constant folding and algebra, one forward pass over the ops.
//!
//! Values are single-assignment, so a rule either replaces an op's output by another value or rewrites the op in place.

mod algebra;
mod condition;
mod eval;
mod memory;
mod vector;

use tcg_ir::ops::Effects;
use tcg_ir::{Op, Tb, Type, Val};

/// What a rule made of an op.
pub(crate) enum Outcome {
    /// Nothing.
    Keep,
    /// The op now reads so.
    Rewrite(Op),
    /// Its only output is this value.
    Same(Val),
    /// Its only output is this constant.
    Const(u64),
    /// It does nothing.
    Drop,
}

/// Scratch of the pass.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    /// What each value is replaced by.
    subst: Vec<Val>,
    /// Some value has been replaced.
    replaced: bool,
    /// Index of the op that defines each value, in the new list.
    def: Vec<u32>,
}

const NO_DEF: u32 = u32::MAX;

impl Fold {
    /// Folds; returns how many ops changed or went.
    pub(crate) fn run(&mut self, tb: &mut Tb) -> u64 {
        self.subst.clear();
        self.subst.extend((0..tb.vals.len()).map(|v| Val(v as u32)));
        self.replaced = false;
        self.def.clear();
        self.def.resize(tb.vals.len(), NO_DEF);
        let (mut changed, mut out) = (0, 0);
        // After an op that ends the block nothing runs until the next label.
        let mut reachable = true;
        for index in 0..tb.ops.len() {
            if reachable && !self.replaced {
                let kind = kind(tb, &tb.ops[index]);
                if kind != Kind::Other {
                    if out != index {
                        tb.ops[out] = tb.ops[index];
                    }
                    match kind {
                        Kind::Defines(d) => self.def[d.index()] = out as u32,
                        Kind::Ends => reachable = false,
                        Kind::Plain | Kind::Other => {}
                    }
                    out += 1;
                    continue;
                }
            }
            if let Op::SetLabel { label } = tb.ops[index] {
                reachable = true;
                // A jump to what follows is nothing.
                if out > 0 && tb.ops[out - 1] == (Op::Br { label }) {
                    out -= 1;
                    changed += 1;
                }
            }
            if !reachable {
                changed += 1;
                continue;
            }
            let outcome = self.visit(tb, index);
            changed += u64::from(!matches!(outcome, Outcome::Keep));
            if self.apply(tb, index, out, outcome) {
                let op = &tb.ops[out];
                op.for_each_output(|v| self.def[v.index()] = out as u32);
                reachable = !op.effects().any(Effects::ENDS);
                out += 1;
            }
        }
        tb.ops.truncate(out);
        changed
    }

    /// What becomes of the op at `index`, whose inputs are replaced in place.
    fn visit(&mut self, tb: &mut Tb, index: usize) -> Outcome {
        if self.replaced {
            tb.ops[index].for_each_input_mut(|v| {
                if v.is_some() {
                    *v = self.subst[v.index()];
                }
            });
        }
        let op = tb.ops[index];
        match eval::eval(tb, &op) {
            Outcome::Keep => algebra::simplify(self, tb, &op),
            outcome => outcome,
        }
    }

    /// Moves the op at `index` to `out` as the outcome says; false if it goes.
    fn apply(&mut self, tb: &mut Tb, index: usize, out: usize, outcome: Outcome) -> bool {
        match outcome {
            Outcome::Keep if index == out => return true,
            Outcome::Keep => {
                tb.ops[out] = tb.ops[index];
                return true;
            }
            Outcome::Rewrite(op) => {
                tb.ops[out] = op;
                return true;
            }
            Outcome::Same(v) => self.replace(&tb.ops[index], v),
            Outcome::Const(bits) => {
                let op = tb.ops[index];
                let ty = only_output_type(tb, &op);
                let v = self.new_const(tb, ty, bits);
                self.replace(&op, v);
            }
            Outcome::Drop => {}
        }
        false
    }

    fn replace(&mut self, op: &Op, by: Val) {
        self.replaced = true;
        op.for_each_output(|v| self.subst[v.index()] = by);
    }

    /// A new constant, known to the scratch tables.
    fn new_const(&mut self, tb: &mut Tb, ty: Type, bits: u64) -> Val {
        let v = tb.new_val(ty, Some(bits & ty.mask()));
        self.subst.push(v);
        self.def.push(NO_DEF);
        v
    }

    /// The op that defines a value, if it is in the new list.
    fn def_of<'a>(&self, tb: &'a Tb, v: Val) -> Option<&'a Op> {
        let at = *self.def.get(v.index())?;
        tb.ops.get(at as usize).filter(|_| at != NO_DEF)
    }
}

/// What to do with an op whose inputs have not been replaced.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// To keep: no rule rewrites it or looks through it.
    Plain,
    /// To keep, and rules may look through this output.
    Defines(Val),
    /// To keep, and it ends the block.
    Ends,
    /// To be looked at.
    Other,
}

/// Tells the commonest ops that no rule rewrites from others.
fn kind(tb: &Tb, op: &Op) -> Kind {
    match *op {
        Op::InsnStart { .. }
        | Op::Get { .. }
        | Op::Put { .. }
        | Op::PutLo { .. }
        | Op::PutHi { .. }
        | Op::LdState { .. }
        | Op::StState { .. }
        | Op::Probe { .. }
        | Op::Poll { .. }
        | Op::PushReturn { .. }
        | Op::Call { .. } => Kind::Plain,
        Op::Goto { .. } | Op::GotoInd { .. } | Op::Exit { .. } => Kind::Ends,
        Op::St { base, index, .. } if !memory::may_be_simpler(tb, base, index) => Kind::Plain,
        Op::Ld { d, base, index, .. } if !memory::may_be_simpler(tb, base, index) => {
            Kind::Defines(d)
        }
        _ => Kind::Other,
    }
}

fn only_output_type(tb: &Tb, op: &Op) -> Type {
    let mut ty = Type::I64;
    op.for_each_output(|v| ty = tb.ty(v));
    ty
}
