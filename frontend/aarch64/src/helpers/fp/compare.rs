//! FCMP, FCMPE, FCCMP, FCCMPE: comparisons that set the condition flags.

use super::{environment, report, with_format};
use crate::flags::{C, N, V, Z};
use crate::helpers::Done;
use crate::helpers::simd::{Insn, operations, v};
use crate::state::CpuState;
use softfp::{Format, Ordering};

operations! {
    /// Which NaNs are invalid.
    FpCompare {
        /// Signaling ones.
        Quiet,
        /// All.
        Signaling,
    }
}

/// The helper of comparisons: with a register, or with zero if `imm` is one.
pub(crate) fn compare(cpu: &mut CpuState, [packed, ..]: [u64; 4]) -> Done {
    let insn = Insn::<FpCompare>::unpack(packed);
    let flags = relation(cpu, insn);
    cpu.set_flags(flags);
    Ok(0)
}

/// The helper of conditional comparisons: arguments are the packed instruction and whether the condition holds; if not, the
/// flags become `rd`.
pub(crate) fn conditional_compare(cpu: &mut CpuState, [packed, holds, ..]: [u64; 4]) -> Done {
    let insn = Insn::<FpCompare>::unpack(packed);
    let flags = if holds != 0 { relation(cpu, insn) } else { insn.rd };
    cpu.set_flags(flags);
    Ok(0)
}

/// The condition flags of a comparison.
fn relation(cpu: &mut CpuState, insn: Insn<FpCompare>) -> u8 {
    let a = v(cpu, insn.rn);
    let b = if insn.imm != 0 { 0 } else { v(cpu, insn.rm) };
    let mut env = environment(cpu);
    let relation = with_format!(insn.lane, F => {
        let (a, b) = (F::from_raw(a), F::from_raw(b));
        match insn.op {
            FpCompare::Quiet => softfp::compare_quiet::<F>(&mut env, a, b),
            FpCompare::Signaling => softfp::compare_signaling::<F>(&mut env, a, b),
        }
    });
    report(cpu, env.flags);
    match relation {
        Ordering::Less => N,
        Ordering::Equal => Z | C,
        Ordering::Greater => C,
        Ordering::Unordered => C | V,
    }
}
