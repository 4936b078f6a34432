//! Group `pair`: loads and stores of register pairs.
//!
//! Arm ARM DDI 0487, C4.1.93 "Load/store register pair".

use super::addr::{Index, le};
use super::memory::Access;
use super::{Translator, W, rows};
use isa::aarch64::pair::Translate;
use tcg_ir::builder::Addr;
use tcg_ir::{Lane, MemOp, Sign, Type, Val};

/// Registers and address of a pair instruction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) rt: u8,
    pub(super) rt2: u8,
    pub(super) rn: u8,
    /// In bytes.
    pub(super) offset: i64,
    pub(super) index: Index,
}

impl Translator<'_> {
    /// LDP, LDNP and LDPSW: both loads come before anything changes.
    pub(super) fn load_pair(&mut self, access: Access, p: Pair) {
        let addr = self.addr_indexed(p.index, p.rn, p.offset);
        let (first, second) = if self.options.parallel && access.sign == Sign::Unsigned {
            self.load_both(access.bytes, addr)
        } else {
            let mem = MemOp { sign: access.sign, ..le(access.bytes) };
            let first = self.b.ld(Type::I64, mem, addr);
            (first, self.b.ld(Type::I64, mem, addr.plus(access.bytes.into())))
        };
        self.write_back(p.index, p.rn, p.offset);
        self.set(W::X, p.rt, first);
        self.set(W::X, p.rt2, second);
    }

    /// STP and STNP.
    pub(super) fn store_pair(&mut self, w: W, p: Pair) {
        let addr = self.addr_indexed(p.index, p.rn, p.offset);
        let (first, second) = (self.r(w, p.rt), self.r(w, p.rt2));
        if self.options.parallel {
            self.store_both(w, addr, first, second);
        } else {
            self.b.st(le(w.bytes()), addr, first);
            self.b.st(le(w.bytes()), addr.plus(w.bytes().into()), second);
        }
        self.write_back(p.index, p.rn, p.offset);
    }

    /// A pair of `bytes` bytes each by one access (FEAT_LSE2): atomic if it lies in an aligned block of 16 bytes.
    ///
    /// Arm ARM DDI 0487, B2.2.1 "Requirements for single-copy atomicity". LDPSW and pairs of vector registers are two
    /// accesses there as well.
    fn load_both(&mut self, bytes: u8, addr: Addr) -> (Val, Val) {
        if bytes == 8 {
            let both = self.b.ld(Type::V128, le(16), addr);
            return (self.b.vextract(Lane::D, 0, both), self.b.vextract(Lane::D, 1, both));
        }
        let both = self.b.ld(Type::I64, le(8), addr);
        let first = self.b.extract(Type::I64, Sign::Unsigned, both, 0, 32);
        (first, self.b.shr_u_imm(Type::I64, both, 32))
    }

    /// The store that fits [`Translator::load_both`].
    fn store_both(&mut self, w: W, addr: Addr, first: Val, second: Val) {
        let zero = |v: Val| self.b.tb.constant(v) == Some(0);
        let (bytes, both) = match w {
            W::X if zero(first) && zero(second) => (16, self.b.v128(0)),
            W::X => (16, self.b.vpair(first, second)),
            W::W => (8, self.b.concat(first, second)),
        };
        self.b.st(le(bytes), addr, both);
    }
}

/// LDP of words or doublewords.
const fn whole(sf: u8) -> Access {
    Access::size(2 + sf)
}

const fn pair_sf(f: isa::aarch64::PairSf, index: Index) -> Pair {
    Pair { rt: f.rt, rt2: f.rt2, rn: f.rn, offset: f.imm7 as i64 * (4 << f.sf), index }
}

const fn pair_of_words(f: isa::aarch64::Pair, index: Index) -> Pair {
    Pair { rt: f.rt, rt2: f.rt2, rn: f.rn, offset: f.imm7 as i64 * 4, index }
}

const SIGNED_WORD: Access = Access::signed(2, W::X);

impl Translate for Translator<'_> {
    rows! { self, f;
        ldp_off: PairSf = self.load_pair(whole(f.sf), pair_sf(f, Index::Offset));
        ldp_post: PairSf = self.load_pair(whole(f.sf), pair_sf(f, Index::Post));
        ldp_pre: PairSf = self.load_pair(whole(f.sf), pair_sf(f, Index::Pre));
        ldnp: PairSf = self.load_pair(whole(f.sf), pair_sf(f, Index::Offset));
        stp_off: PairSf = self.store_pair(W::sf(f.sf), pair_sf(f, Index::Offset));
        stp_post: PairSf = self.store_pair(W::sf(f.sf), pair_sf(f, Index::Post));
        stp_pre: PairSf = self.store_pair(W::sf(f.sf), pair_sf(f, Index::Pre));
        stnp: PairSf = self.store_pair(W::sf(f.sf), pair_sf(f, Index::Offset));
        ldpsw_off: Pair = self.load_pair(SIGNED_WORD, pair_of_words(f, Index::Offset));
        ldpsw_post: Pair = self.load_pair(SIGNED_WORD, pair_of_words(f, Index::Post));
        ldpsw_pre: Pair = self.load_pair(SIGNED_WORD, pair_of_words(f, Index::Pre));
    }
}
