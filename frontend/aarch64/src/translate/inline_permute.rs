//! Permutations and table lookups as IR ops.

use super::Translator;
use crate::helpers::simd::Insn;
use crate::helpers::simd::lanes::Width;
use crate::helpers::simd::permute::{Permute, Table};
use tcg_ir::{Lane, Val, VecOp};

impl Translator<'_> {
    /// The new vector, of which the caller keeps what the instruction writes.
    pub(super) fn inline_permute(&mut self, insn: &Insn<Permute>) -> Option<Val> {
        self.may_inline()?;
        let lane = insn.lane.ir()?;
        let (n, m) = (self.v(insn.rn), self.v(insn.rm));
        if insn.width == Width::Full {
            return Some(match insn.op {
                Permute::Zip1 => self.b.vbinary(VecOp::ZipLow, lane, n, m),
                Permute::Zip2 => self.b.vbinary(VecOp::ZipHigh, lane, n, m),
                Permute::Uzp1 => self.b.vbinary(VecOp::UnzipEven, lane, n, m),
                Permute::Uzp2 => self.b.vbinary(VecOp::UnzipOdd, lane, n, m),
                Permute::Trn1 => self.b.vbinary(VecOp::TransposeEven, lane, n, m),
                Permute::Trn2 => self.b.vbinary(VecOp::TransposeOdd, lane, n, m),
                Permute::Ext => self.b.vext(insn.imm, n, m),
            });
        }
        Some(match insn.op {
            Permute::Zip1 => self.b.vbinary(VecOp::ZipLow, lane, n, m),
            // Its high half.
            Permute::Zip2 => {
                let both = self.b.vbinary(VecOp::ZipLow, lane, n, m);
                self.b.vdup_lane(Lane::D, 1, both)
            }
            Permute::Trn1 => self.b.vbinary(VecOp::TransposeEven, lane, n, m),
            Permute::Trn2 => self.b.vbinary(VecOp::TransposeOdd, lane, n, m),
            op => {
                let both = self.low_halves(n, m);
                match op {
                    Permute::Uzp1 => self.b.vbinary(VecOp::UnzipEven, lane, both, both),
                    Permute::Uzp2 => self.b.vbinary(VecOp::UnzipOdd, lane, both, both),
                    _ => self.b.vext(insn.imm, both, both),
                }
            }
        })
    }

    /// TBL and TBX with `imm` registers from `rn`.
    pub(super) fn inline_table(&mut self, insn: &Insn<Table>) -> Val {
        let indices = self.v(insn.rm);
        let first = self.v(insn.rn);
        let mut result = self.b.vtable(first, indices);
        for i in 1..insn.imm {
            // Indices into earlier registers wrap around, beyond every table.
            let before = self.splat(0x1010_1010_1010_1010 * u64::from(i));
            let index = self.b.vbinary(VecOp::Sub, Lane::B, indices, before);
            let register = self.v((insn.rn + i) & 31);
            let found = self.b.vtable(register, index);
            result = self.b.vor(result, found);
        }
        if insn.op == Table::Tbl {
            return result;
        }
        let limit = self.splat(0x1010_1010_1010_1010 * u64::from(insn.imm));
        let inside = self.b.vbinary(VecOp::GtU, Lane::B, limit, indices);
        let old = self.v(insn.rd);
        self.b.vselect(inside, result, old)
    }
}
