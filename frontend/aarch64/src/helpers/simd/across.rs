//! Operations across the lanes of one vector, scalar pairs among them.

use super::{Family, Insn, Operands, Status, operations};
use crate::helpers::vector::id;
use tcg_ir::HelperId;

operations! {
    /// "Advanced SIMD across lanes", "scalar pairwise" (ADDP).
    Across {
        AddV,
        AddLV,
        MaxV,
        MinV,
    }
}

impl Family for Across {
    const HELPER: HelperId = id::SIMD_ACROSS;

    fn compute(insn: &Insn<Across>, operands: Operands, _: &mut Status) -> u128 {
        let lanes = (0..insn.count()).map(|i| insn.number(operands.n, i));
        match insn.op {
            Across::AddV => insn.lane.place(lanes.sum(), 0),
            Across::AddLV => insn.lane.wide().place(lanes.sum(), 0),
            Across::MaxV => insn.lane.place(lanes.max().unwrap_or(0), 0),
            Across::MinV => insn.lane.place(lanes.min().unwrap_or(0), 0),
        }
    }
}
