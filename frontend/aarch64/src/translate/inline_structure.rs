//! Structures of two to four lanes between memory and registers, as permutations of whole vectors.

use super::Translator;
use tcg_ir::{Lane, Val, VecOp};

/// An index that no table has.
const NONE: u8 = 0xff;

impl Translator<'_> {
    /// Deals the lanes of structures, as vectors from memory, out to registers; of half registers the upper halves mean nothing.
    pub(super) fn deal(&mut self, count: u8, lane: Lane, memory: &[Val]) -> Vec<Val> {
        match (count, memory) {
            (2, &[a]) => self.unzipped(lane, a, a).to_vec(),
            (2, &[a, b]) => self.unzipped(lane, a, b).to_vec(),
            (4, &[a, b]) => {
                let [even, odd] = self.unzipped(lane, a, b);
                self.dealt_twice(lane, [even, even], [odd, odd])
            }
            (4, &[a, b, c, d]) => {
                let ([e0, o0], [e1, o1]) = (self.unzipped(lane, a, b), self.unzipped(lane, c, d));
                self.dealt_twice(lane, [e0, e1], [o0, o1])
            }
            _ => {
                (0..3).map(|r| self.every_third(lane, memory, |at| (3 * at + r) as usize)).collect()
            }
        }
    }

    fn dealt_twice(&mut self, lane: Lane, even: [Val; 2], odd: [Val; 2]) -> Vec<Val> {
        let [zero, two] = self.unzipped(lane, even[0], even[1]);
        let [one, three] = self.unzipped(lane, odd[0], odd[1]);
        vec![zero, one, two, three]
    }

    fn unzipped(&mut self, lane: Lane, a: Val, b: Val) -> [Val; 2] {
        [VecOp::UnzipEven, VecOp::UnzipOdd].map(|op| self.b.vbinary(op, lane, a, b))
    }

    fn zipped(&mut self, lane: Lane, a: Val, b: Val) -> [Val; 2] {
        [VecOp::ZipLow, VecOp::ZipHigh].map(|op| self.b.vbinary(op, lane, a, b))
    }

    /// Collects the lanes of registers to structures, as vectors for memory; of half registers the first half of them count.
    pub(super) fn collect(&mut self, lane: Lane, registers: &[Val]) -> Vec<Val> {
        match *registers {
            [a, b] => self.zipped(lane, a, b).to_vec(),
            [a, b, c, d] => {
                let ([a0, a1], [b0, b1]) = (self.zipped(lane, a, c), self.zipped(lane, b, d));
                [self.zipped(lane, a0, b0), self.zipped(lane, a1, b1)].concat()
            }
            _ => {
                let lanes = lane.count();
                (0..3)
                    .map(|part| {
                        let from = move |at: u32| {
                            let at = part * lanes + at;
                            (at % 3 * lanes + at / 3) as usize
                        };
                        self.every_third(lane, registers, from)
                    })
                    .collect()
            }
        }
    }

    /// The vector whose lane `at` is lane `from(at)` of three vectors in a row.
    fn every_third(&mut self, lane: Lane, vectors: &[Val], from: impl Fn(u32) -> usize) -> Val {
        let bytes = lane.bytes() as usize;
        let mut result = self.b.v128(0);
        for (number, &vector) in vectors.iter().enumerate() {
            let index: [u8; 16] = std::array::from_fn(|k| {
                let byte = from((k / bytes) as u32) * bytes + k % bytes;
                if byte / 16 == number { (byte % 16) as u8 } else { NONE }
            });
            let found = self.lookup(vector, u128::from_le_bytes(index));
            result = if number == 0 { found } else { self.b.vor(result, found) };
        }
        result
    }

    fn lookup(&mut self, table: Val, index: u128) -> Val {
        let (low, high) = (self.b.i64(index as u64), self.b.i64((index >> 64) as u64));
        let index = self.b.vpair(low, high);
        self.b.vtable(table, index)
    }
}
