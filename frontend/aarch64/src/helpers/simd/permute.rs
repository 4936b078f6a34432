//! Lanes rearranged: "Advanced SIMD permute", "extract", "copy", "table lookup".

use super::lanes::{Lane, Width};
use super::{Family, Insn, Operands, Status, operations};
use crate::helpers::vector::id;
use tcg_ir::HelperId;

operations! {
    /// Permutations of two vectors.
    Permute {
        Zip1,
        Zip2,
        Uzp1,
        Uzp2,
        Trn1,
        Trn2,
        /// Bytes from byte `imm` of `m:n`.
        Ext,
    }
}

impl Family for Permute {
    const HELPER: HelperId = id::SIMD_PERMUTE;

    fn compute(insn: &Insn<Permute>, operands: Operands, _: &mut Status) -> u128 {
        let Operands { n, m, .. } = operands;
        let (lane, count) = (insn.lane, insn.count());
        let pick = |odd: u32, i: u32| match insn.op {
            Permute::Zip1 | Permute::Zip2 => {
                let from = if i & 1 == 0 { n } else { m };
                lane.unsigned(from, odd * count / 2 + i / 2)
            }
            Permute::Uzp1 | Permute::Uzp2 => {
                let at = 2 * i + odd;
                if at < count { lane.unsigned(n, at) } else { lane.unsigned(m, at - count) }
            }
            _ => lane.unsigned(if i & 1 == 0 { n } else { m }, i & !1 | odd),
        };
        match insn.op {
            Permute::Zip1 | Permute::Uzp1 | Permute::Trn1 => lane.vector(count, |i| pick(0, i)),
            Permute::Zip2 | Permute::Uzp2 | Permute::Trn2 => lane.vector(count, |i| pick(1, i)),
            Permute::Ext => extract(insn.width, n, m, insn.imm.into()),
        }
    }
}

fn extract(width: Width, n: u128, m: u128, byte: u32) -> u128 {
    let count = width.count(Lane::B);
    Lane::B.vector(count, |i| {
        let at = i + byte;
        if at < count { Lane::B.unsigned(n, at) } else { Lane::B.unsigned(m, at - count) }
    })
}

operations! {
    /// Table lookups, which need no helper: what an index beyond the table gives.
    Table {
        /// Zero.
        Tbl,
        /// The destination's byte.
        Tbx,
    }
}

/// The 64 bits of a modified immediate; `op` tells MVNI and BIC, which this does not invert, and FMOV of doublewords.
///
/// Arm ARM DDI 0487, J1 "shared/functions/common/AdvSIMDExpandImm".
pub(crate) const fn expand(op: bool, cmode: u8, imm8: u8) -> u64 {
    let byte = imm8 as u64;
    match cmode >> 1 {
        shift @ 0..4 => 0x1_0000_0001 * (byte << (8 * shift)),
        shift @ 4..6 => 0x1_0001_0001_0001 * (byte << (8 * (shift - 4))),
        6 if cmode & 1 == 0 => 0x1_0000_0001 * (byte << 8 | 0xff),
        6 => 0x1_0000_0001 * (byte << 16 | 0xffff),
        _ => match (cmode & 1 != 0, op) {
            (false, false) => 0x0101_0101_0101_0101 * byte,
            (false, true) => bits_to_bytes(imm8),
            (true, false) => 0x1_0000_0001 * float(imm8, 8, 23),
            (true, true) => float(imm8, 11, 52),
        },
    }
}

/// Bytes of all ones where a bit is one.
const fn bits_to_bytes(bits: u8) -> u64 {
    let mut bytes = [0; 8];
    let mut i = 0;
    while i < 8 {
        bytes[i] = if bits >> i & 1 != 0 { 0xff } else { 0 };
        i += 1;
    }
    u64::from_le_bytes(bytes)
}

/// An 8-bit immediate as a floating-point number with so many bits of exponent and fraction.
///
/// Arm ARM DDI 0487, J1 "shared/functions/float/vfpexpandimm".
pub(crate) const fn float(imm8: u8, exponent: u32, fraction: u32) -> u64 {
    let byte = imm8 as u64;
    let (sign, b) = (byte >> 7, byte >> 6 & 1);
    let copies = if b != 0 { (1 << (exponent - 3)) - 1 } else { 0 };
    let biased = (b ^ 1) << (exponent - 1) | copies << 2 | byte >> 4 & 3;
    sign << (exponent + fraction) | biased << fraction | (byte & 15) << (fraction - 4)
}
