//! Lanes rearranged: "Advanced SIMD permute", "extract", "copy", "table lookup".

use super::lanes::{Lane, Width};
use super::{Family, Insn, Operands, Status, operations, set_v, v};
use crate::helpers::Done;
use crate::helpers::vector::id;
use crate::state::CpuState;
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
        /// The second operand, which is one element in all lanes (DUP).
        Dup,
        /// The destination with its lane `imm` replaced by that of the second operand (INS).
        Ins,
    }
}

impl Family for Permute {
    const HELPER: HelperId = id::SIMD_PERMUTE;

    fn compute(insn: &Insn<Permute>, operands: Operands, _: &mut Status) -> u128 {
        let Operands { n, m, d, .. } = operands;
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
            Permute::Dup => insn.width.cut(m, lane),
            Permute::Ins => {
                let at = u32::from(insn.imm);
                d & !lane.place(-1, at) | lane.place(lane.unsigned(m, at), at)
            }
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
    /// Table lookups: what an index beyond the table gives.
    Table {
        /// Zero.
        Tbl,
        /// The destination's byte.
        Tbx,
    }
}

/// The helper of table lookups: V\[rd\] from the table of `imm` registers from V\[rn\] by the indices in V\[rm\].
pub(crate) fn table(cpu: &mut CpuState, [packed, ..]: [u64; 4]) -> Done {
    let insn = Insn::<Table>::unpack(packed);
    let table: [u128; 4] = std::array::from_fn(|i| v(cpu, insn.rn + i as u8));
    let (indices, old) = (v(cpu, insn.rm), v(cpu, insn.rd));
    let result = Lane::B.vector(insn.width.count(Lane::B), |i| {
        let index = Lane::B.raw(indices, i) as u32;
        if index < 16 * u32::from(insn.imm) {
            Lane::B.unsigned(table[(index as usize / 16) % 4], index % 16)
        } else if insn.op == Table::Tbx {
            Lane::B.unsigned(old, i)
        } else {
            0
        }
    });
    set_v(cpu, insn.rd, result);
    Ok(0)
}

operations! {
    /// Moves between a vector register and a general one.
    Move {
        /// All lanes from the general register (DUP, FMOV).
        Dup,
        /// Lane `imm` from the general register (INS, FMOV).
        Ins,
        /// The general register's value from lane `imm` (UMOV, SMOV, FMOV).
        Get,
    }
}

/// The helper of moves: arguments are the packed instruction and the general register; the result is that of `Get`, of 64 bits.
pub(crate) fn move_general(cpu: &mut CpuState, [packed, general, ..]: [u64; 4]) -> Done {
    let insn = Insn::<Move>::unpack(packed);
    let (lane, at) = (insn.lane, u32::from(insn.imm));
    match insn.op {
        Move::Dup => {
            let value = insn.width.cut(lane.splat(general.into(), 0), lane);
            set_v(cpu, insn.rd, value);
        }
        Move::Ins => {
            let old = v(cpu, insn.rd) & !lane.place(-1, at);
            set_v(cpu, insn.rd, old | lane.place(general.into(), at));
        }
        Move::Get => return Ok(insn.number(v(cpu, insn.rn), at) as u64),
    }
    Ok(0)
}

operations! {
    /// What an immediate does to a vector register.
    Immediate {
        /// Replaces it.
        Mov,
        Orr,
        Bic,
    }
}

/// The helper of modified immediates: arguments are the packed instruction and 64 bits that stand in both halves.
pub(crate) fn immediate(cpu: &mut CpuState, [packed, bits, ..]: [u64; 4]) -> Done {
    let insn = Insn::<Immediate>::unpack(packed);
    let value = Lane::D.splat(bits.into(), 0);
    let old = v(cpu, insn.rd);
    let result = match insn.op {
        Immediate::Mov => value,
        Immediate::Orr => old | value,
        Immediate::Bic => old & !value,
    };
    set_v(cpu, insn.rd, insn.width.cut(result, insn.lane));
    Ok(0)
}

/// The 64 bits of a modified immediate; `op` tells MVNI and BIC, which this does not invert, and FMOV of doublewords.
///
/// Arm ARM DDI 0487, J1 "shared/functions/common/AdvSIMDExpandImm".
pub(crate) fn expand(op: bool, cmode: u8, imm8: u8) -> u64 {
    let byte = u64::from(imm8);
    match cmode >> 1 {
        shift @ 0..4 => 0x1_0000_0001 * (byte << (8 * shift)),
        shift @ 4..6 => 0x1_0001_0001_0001 * (byte << (8 * (shift - 4))),
        6 if cmode & 1 == 0 => 0x1_0000_0001 * (byte << 8 | 0xff),
        6 => 0x1_0000_0001 * (byte << 16 | 0xffff),
        _ => match (cmode & 1 != 0, op) {
            (false, false) => 0x0101_0101_0101_0101 * byte,
            (false, true) => {
                (0..8).filter(|i| byte >> i & 1 != 0).fold(0, |all, i| all | 0xff << (8 * i))
            }
            (true, false) => 0x1_0000_0001 * float(imm8, 8, 23),
            (true, true) => float(imm8, 11, 52),
        },
    }
}

/// An 8-bit immediate as a floating-point number with so many bits of exponent and fraction.
///
/// Arm ARM DDI 0487, J1 "shared/functions/float/vfpexpandimm".
pub(crate) fn float(imm8: u8, exponent: u32, fraction: u32) -> u64 {
    let byte = u64::from(imm8);
    let (sign, b) = (byte >> 7, byte >> 6 & 1);
    let copies = if b != 0 { (1 << (exponent - 3)) - 1 } else { 0 };
    let biased = (b ^ 1) << (exponent - 1) | copies << 2 | byte >> 4 & 3;
    sign << (exponent + fraction) | biased << fraction | (byte & 15) << (fraction - 4)
}
