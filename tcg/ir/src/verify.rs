//! Checks that a TB is well formed.

use crate::layout::GuestLayout;
use crate::ops::{Effects, Gives, Op, Want};
use crate::tb::{Tb, Val};
use crate::types::Type;
use crate::vector::{Lane, Narrow};
use std::fmt;

/// What is wrong with a TB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    /// Index of the op.
    pub op: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "op {}: {}", self.op, self.message)
    }
}

impl std::error::Error for VerifyError {}

/// Checks types, single definition before use, label rules, and that exactly the last op ends the block.
///
/// # Errors
/// The first op that breaks a rule.
pub fn verify(tb: &Tb, layout: &GuestLayout) -> Result<(), VerifyError> {
    let mut checker = Checker {
        tb,
        layout,
        defined_at: vec![None; tb.vals.len()],
        region: 0,
        labels_set: vec![false; tb.n_labels as usize],
    };
    for (index, op) in tb.ops.iter().enumerate() {
        checker.op(index, op).map_err(|message| VerifyError { op: index, message })?;
    }
    let ended = tb.ops.last().is_some_and(|op| op.effects().any(Effects::ENDS));
    let message = "the block does not end".to_owned();
    if ended { Ok(()) } else { Err(VerifyError { op: tb.ops.len(), message }) }
}

struct Checker<'a> {
    tb: &'a Tb,
    layout: &'a GuestLayout,
    /// Region (stretch between labels) in which each value was defined.
    defined_at: Vec<Option<u32>>,
    region: u32,
    labels_set: Vec<bool>,
}

impl Checker<'_> {
    fn op(&mut self, index: usize, op: &Op) -> Result<(), String> {
        let mut result = Ok(());
        op.for_each_input_type(|v, want| {
            if result.is_ok() {
                result = self.input(v, want);
            }
        });
        result?;
        let mut outputs = Vec::new();
        op.for_each_output_type(|v, gives| outputs.push((v, gives)));
        for (v, gives) in outputs {
            self.output(v, gives)?;
        }
        self.control(index, op)
    }

    fn input(&self, v: Val, want: Want) -> Result<(), String> {
        let want_ty = match want {
            Want::Opt(_) | Want::AnyOpt if !v.is_some() => return Ok(()),
            Want::Is(ty) | Want::Opt(ty) => Some(ty),
            Want::OfGlobal(g) => Some(self.global_ty(g.index())?),
            Want::AnyOpt => None,
        };
        let info = self.tb.vals.get(v.index()).ok_or("a required input is absent")?;
        if want_ty.is_some_and(|ty| ty != info.ty) || (want_ty.is_none() && !info.ty.is_int()) {
            return Err(format!("v{} has type {}", v.0, info.ty.name()));
        }
        if info.constant.is_none() && self.defined_at[v.index()] != Some(self.region) {
            return Err(format!("v{} is not defined here", v.0));
        }
        Ok(())
    }

    fn output(&mut self, v: Val, gives: Gives) -> Result<(), String> {
        let ty = match gives {
            Gives::Is(ty) => ty,
            Gives::OfGlobal(g) => self.global_ty(g.index())?,
        };
        let info = self.tb.vals.get(v.index()).ok_or("an output is no value")?;
        if info.ty != ty {
            return Err(format!("v{} should have type {}", v.0, ty.name()));
        }
        if ty == Type::F16 {
            return Err(format!("v{} has the type of a lane", v.0));
        }
        let was = self.defined_at[v.index()].replace(self.region);
        if was.is_some() || info.constant.is_some() {
            return Err(format!("v{} is defined twice", v.0));
        }
        Ok(())
    }

    fn global_ty(&self, g: usize) -> Result<Type, String> {
        self.layout.globals.get(g).map(|g| g.ty).ok_or_else(|| format!("there is no global {g}"))
    }

    fn control(&mut self, index: usize, op: &Op) -> Result<(), String> {
        if op.effects().any(Effects::ENDS) && index + 1 != self.tb.ops.len() {
            let next_is_label = matches!(self.tb.ops[index + 1], Op::SetLabel { .. });
            if !next_is_label {
                return Err("the block goes on after its end".to_owned());
            }
        }
        match op {
            Op::SetLabel { label } => {
                let set = self.labels_set.get_mut(label.0 as usize).ok_or("unknown label")?;
                if std::mem::replace(set, true) {
                    return Err(format!("label L{} is placed twice", label.0));
                }
                self.region += 1;
            }
            Op::Br { label } | Op::BrCond { label, .. } => {
                match self.labels_set.get(label.0 as usize) {
                    None => return Err("unknown label".to_owned()),
                    Some(true) => return Err("a jump goes backward".to_owned()),
                    Some(false) => {}
                }
            }
            Op::Call { h, .. } | Op::CallGotoIf { h, .. }
                if usize::from(h.0) >= self.layout.helpers.len() =>
            {
                return Err(format!("there is no helper {}", h.0));
            }
            Op::Lookup { table, .. } if usize::from(*table) >= self.layout.tables.len() => {
                return Err(format!("there is no table {table}"));
            }
            Op::VExtract { lane, index, .. }
            | Op::VInsert { lane, index, .. }
            | Op::VMove { lane, index, .. }
            | Op::VDupLane { lane, index, .. }
                if u32::from(*index) >= lane.count() =>
            {
                return Err(format!("there is no lane {index}"));
            }
            Op::VBinary { op, lane, .. } if !op.has(*lane) => {
                return Err(format!("'{}' is not for lanes '{}'", op.name(), lane.name()));
            }
            Op::VAcross { op, lane, .. } if !op.has(*lane) || !op.is_associative() => {
                return Err(format!("'{}' is not across lanes '{}'", op.name(), lane.name()));
            }
            Op::VShift { lane, n, .. } if u32::from(*n) > lane.bits() => {
                return Err(format!("a shift by {n} bits is too far"));
            }
            Op::VReverse { lane, within, .. } if lane >= within => {
                return Err("a larger lane holds the smaller ones".to_owned());
            }
            Op::VFBinary { ty, .. }
            | Op::VFSqrt { ty, .. }
            | Op::VFMulAdd { ty, .. }
            | Op::VFCmp { ty, .. }
            | Op::VFRound { ty, .. }
                if !ty.is_float_lane() =>
            {
                return Err(format!("there are no float lanes '{}'", ty.name()));
            }
            Op::VFFromInt { ty, .. } | Op::VFToInt { ty, .. }
                if !matches!(ty, Type::F16 | Type::F32 | Type::F64) =>
            {
                return Err(format!("there are no integers for lanes '{}'", ty.name()));
            }
            Op::VFWiden { from, .. } if !matches!(from, Type::F16 | Type::F32) => {
                return Err(format!("lanes '{}' do not widen", from.name()));
            }
            Op::VFNarrow { from, to, .. } if !narrows(*from, *to) => {
                return Err(format!("lanes '{}' do not narrow to '{}'", from.name(), to.name()));
            }
            Op::VExt { n, .. } if *n >= 16 => {
                return Err(format!("there is no byte {n}"));
            }
            Op::VWiden { lane: Lane::D, .. }
            | Op::VNarrow { lane: Lane::B, .. }
            | Op::VNarrow { lane: Lane::D, how: Narrow::Signed | Narrow::Unsigned, .. } => {
                return Err("there are no such lanes".to_owned());
            }
            Op::VMove { lane, from, .. } if u32::from(*from) >= lane.count() => {
                return Err(format!("there is no lane {from}"));
            }
            Op::Probe { len, .. } if !(1..=4096).contains(len) => {
                return Err("a probe covers 1 to 4096 bytes".to_owned());
            }
            _ => {}
        }
        Ok(())
    }
}

/// Whether `vfnarrow` is there for these lanes.
fn narrows(from: Type, to: Type) -> bool {
    matches!((from, to), (Type::F64, Type::F32 | Type::F16) | (Type::F32, Type::F16))
}
