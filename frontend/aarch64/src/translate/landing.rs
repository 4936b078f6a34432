//! Branch targets (FEAT_BTI): how an indirect branch says where it came from, and where it may come to on guarded pages.
//!
//! PSTATE.BTYPE is the type of a branch ([`TargetKind::branch_type`]). Generated code has a jump table for each, so that
//! a branch whose target was checked once costs what it costs without guarded pages; while there are none, all types are 0.
//! Arm ARM DDI 0487, D8.4.6 "PE behavior on taking Branch Target exceptions", and pseudocode functions
//! `BTypeCompatible_BTI` and `BTypeCompatible_PACIXSP`.

use super::Translator;
use crate::trap::Trap;
use tcg_ir::TargetKind;

/// Branches by way of these registers may come to what BTI c allows: tail calls, and calls by way of a linkage table.
const VENEERS: [u8; 2] = [16, 17];

impl Translator<'_> {
    /// The kind of an indirect branch that is not a return, by the register that holds its target.
    pub(super) fn branch_kind(&self, is_call: bool, rn: u8) -> TargetKind {
        match (self.options.checks_targets, is_call) {
            (false, true) => TargetKind::Call,
            (false, false) => TargetKind::Jump,
            (true, true) => TargetKind::Call2,
            (true, false) if VENEERS.contains(&rn) || !self.options.guarded => TargetKind::Jump1,
            (true, false) => TargetKind::Jump3,
        }
    }
}

/// Whether the instruction `word` at `pc`, on a guarded page, may be the target of a branch of this type: whether it is a
/// fitting landing pad, or raises an exception that comes first.
pub(crate) fn may_enter(branch_type: u32, pc: u64, word: u32) -> Result<(), Trap> {
    let by_call_or_veneer = branch_type != TargetKind::Jump3.branch_type();
    let by_jump = branch_type != TargetKind::Call2.branch_type();
    let fits = match word {
        // BTI c, j, jc.
        0xd503_245f => by_call_or_veneer,
        0xd503_249f => by_jump,
        0xd503_24df => true,
        // PACIASP, PACIBSP: as BTI c, since Linux sets SCTLR_EL1.BT0.
        0xd503_233f | 0xd503_237f => by_call_or_veneer,
        // BRK, HLT.
        _ if word & 0xffe0_001f == 0xd420_0000 || word & 0xffe0_001f == 0xd440_0000 => true,
        _ => pc & 3 != 0,
    };
    if fits { Ok(()) } else { Err(Trap::BranchTarget) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn landing_pads_fit_as_the_manual_says() {
        // By word: whether branches of type 1 (BR x16), 2 (BLR) and 3 (other BR) may come there.
        let rows = [
            (0xd503_241f, [false, false, false], "bti"),
            (0xd503_245f, [true, true, false], "bti c"),
            (0xd503_249f, [true, false, true], "bti j"),
            (0xd503_24df, [true, true, true], "bti jc"),
            (0xd503_233f, [true, true, false], "paciasp"),
            (0xd503_237f, [true, true, false], "pacibsp"),
            (0xd503_231f, [false, false, false], "paciaz"),
            (0xd503_201f, [false, false, false], "nop"),
            (0xd420_0020, [true, true, true], "brk #1"),
            (0xd440_0000, [true, true, true], "hlt #0"),
            (0xd400_0001, [false, false, false], "svc #0"),
        ];
        for (word, fits, text) in rows {
            for (branch_type, fits) in (1..).zip(fits) {
                assert_eq!(
                    may_enter(branch_type, 0x1000, word).is_ok(),
                    fits,
                    "{text} by {branch_type}"
                );
            }
        }
        assert!(may_enter(2, 0x1002, 0xd503_201f).is_ok(), "misalignment comes first");
    }
}
