//! Group `atomic`: exclusive, ordered and atomic accesses.

use super::atomic::Update;
use super::memory::Access;
use super::{Translator, W, rows};
use isa::aarch64::atomic::Translate;
use tcg_ir::Order;

const PLAIN: Order = Order::Plain;
const ACQUIRE: Order = Order::Acquire;
const ACQUIRE_PC: Order = Order::AcquirePc;

/// Signed loads extend to 64 bits, or to 32 if the field `w` is one.
const fn signed(size: u8, w: u8) -> Access {
    Access::signed(size, if w == 0 { W::X } else { W::W })
}

impl Translate for Translator<'_> {
    rows! { self, f;
        stxrb: StoreEx = self.store_exclusive(1, f.rs, f.rt, f.rn);
        ldxrb: LoadOrd = self.load_exclusive(1, PLAIN, f.rt, f.rn);
        stxrh: StoreEx = self.store_exclusive(2, f.rs, f.rt, f.rn);
        ldxrh: LoadOrd = self.load_exclusive(2, PLAIN, f.rt, f.rn);
        stxr: StoreExSf = self.store_exclusive(4 << f.sf, f.rs, f.rt, f.rn);
        ldxr: LoadOrdSf = self.load_exclusive(4 << f.sf, PLAIN, f.rt, f.rn);
        stxp: StoreExPair = self.store_exclusive_pair(W::sf(f.sf), f.rs, f.rt, f.rt2, f.rn);
        ldxp: LoadExPair = self.load_exclusive_pair(W::sf(f.sf), PLAIN, f.rt, f.rt2, f.rn);
        stlxrb: StoreEx = self.store_exclusive(1, f.rs, f.rt, f.rn);
        ldaxrb: LoadOrd = self.load_exclusive(1, ACQUIRE, f.rt, f.rn);
        stlxrh: StoreEx = self.store_exclusive(2, f.rs, f.rt, f.rn);
        ldaxrh: LoadOrd = self.load_exclusive(2, ACQUIRE, f.rt, f.rn);
        stlxr: StoreExSf = self.store_exclusive(4 << f.sf, f.rs, f.rt, f.rn);
        ldaxr: LoadOrdSf = self.load_exclusive(4 << f.sf, ACQUIRE, f.rt, f.rn);
        stlxp: StoreExPair = self.store_exclusive_pair(W::sf(f.sf), f.rs, f.rt, f.rt2, f.rn);
        ldaxp: LoadExPair = self.load_exclusive_pair(W::sf(f.sf), ACQUIRE, f.rt, f.rt2, f.rn);
        ldarb: LoadOrd = self.load_ordered(1, ACQUIRE, f.rt, f.rn);
        ldarh: LoadOrd = self.load_ordered(2, ACQUIRE, f.rt, f.rn);
        ldar: LoadOrdSf = self.load_ordered(4 << f.sf, ACQUIRE, f.rt, f.rn);
        ldlarb: LoadOrd = self.load_ordered(1, ACQUIRE, f.rt, f.rn);
        ldlarh: LoadOrd = self.load_ordered(2, ACQUIRE, f.rt, f.rn);
        ldlar: LoadOrdSf = self.load_ordered(4 << f.sf, ACQUIRE, f.rt, f.rn);
        stlrb: LoadOrd = self.store_ordered(1, f.rt, f.rn);
        stlrh: LoadOrd = self.store_ordered(2, f.rt, f.rn);
        stlr: LoadOrdSf = self.store_ordered(4 << f.sf, f.rt, f.rn);
        stllrb: LoadOrd = self.store_ordered(1, f.rt, f.rn);
        stllrh: LoadOrd = self.store_ordered(2, f.rt, f.rn);
        stllr: LoadOrdSf = self.store_ordered(4 << f.sf, f.rt, f.rn);
        ldaprb: LoadRcpc = self.load_ordered(1, ACQUIRE_PC, f.rt, f.rn);
        ldaprh: LoadRcpc = self.load_ordered(2, ACQUIRE_PC, f.rt, f.rn);
        ldapr: LoadRcpcSf = self.load_ordered(4 << f.sf, ACQUIRE_PC, f.rt, f.rn);
        ldapurb: LoadImm9 = self.load_ordered_unscaled(Access::size(0), f.rt, f.rn, f.imm9.into());
        ldapursb: LoadImm9W = self.load_ordered_unscaled(signed(0, f.w), f.rt, f.rn, f.imm9.into());
        stlurb: LoadImm9 = self.store_ordered_unscaled(1, f.rt, f.rn, f.imm9.into());
        ldapurh: LoadImm9 = self.load_ordered_unscaled(Access::size(1), f.rt, f.rn, f.imm9.into());
        ldapursh: LoadImm9W = self.load_ordered_unscaled(signed(1, f.w), f.rt, f.rn, f.imm9.into());
        stlurh: LoadImm9 = self.store_ordered_unscaled(2, f.rt, f.rn, f.imm9.into());
        ldapur: LoadImm9Sf = self.load_ordered_unscaled(Access::size(2 + f.sf), f.rt, f.rn, f.imm9.into());
        ldapursw: LoadImm9 = self.load_ordered_unscaled(Access::signed(2, W::X), f.rt, f.rn, f.imm9.into());
        stlur: LoadImm9Sf = self.store_ordered_unscaled(4 << f.sf, f.rt, f.rn, f.imm9.into());
        casb: Cas = self.compare_and_swap(1, f.rs, f.rt, f.rn);
        cash: Cas = self.compare_and_swap(2, f.rs, f.rt, f.rn);
        cas: CasSf = self.compare_and_swap(4 << f.sf, f.rs, f.rt, f.rn);
        casp: CasPair = self.compare_and_swap_pair(W::sf(f.sf), f.rs, f.rt, f.rn);
        ldaddb: Rmw = self.update(Update::Add, 1, f.rs, f.rt, f.rn);
        ldaddh: Rmw = self.update(Update::Add, 2, f.rs, f.rt, f.rn);
        ldadd: RmwSf = self.update(Update::Add, 4 << f.sf, f.rs, f.rt, f.rn);
        ldclrb: Rmw = self.update(Update::Clear, 1, f.rs, f.rt, f.rn);
        ldclrh: Rmw = self.update(Update::Clear, 2, f.rs, f.rt, f.rn);
        ldclr: RmwSf = self.update(Update::Clear, 4 << f.sf, f.rs, f.rt, f.rn);
        ldeorb: Rmw = self.update(Update::Xor, 1, f.rs, f.rt, f.rn);
        ldeorh: Rmw = self.update(Update::Xor, 2, f.rs, f.rt, f.rn);
        ldeor: RmwSf = self.update(Update::Xor, 4 << f.sf, f.rs, f.rt, f.rn);
        ldsetb: Rmw = self.update(Update::Set, 1, f.rs, f.rt, f.rn);
        ldseth: Rmw = self.update(Update::Set, 2, f.rs, f.rt, f.rn);
        ldset: RmwSf = self.update(Update::Set, 4 << f.sf, f.rs, f.rt, f.rn);
        ldsmaxb: Rmw = self.update(Update::MaxSigned, 1, f.rs, f.rt, f.rn);
        ldsmaxh: Rmw = self.update(Update::MaxSigned, 2, f.rs, f.rt, f.rn);
        ldsmax: RmwSf = self.update(Update::MaxSigned, 4 << f.sf, f.rs, f.rt, f.rn);
        ldsminb: Rmw = self.update(Update::MinSigned, 1, f.rs, f.rt, f.rn);
        ldsminh: Rmw = self.update(Update::MinSigned, 2, f.rs, f.rt, f.rn);
        ldsmin: RmwSf = self.update(Update::MinSigned, 4 << f.sf, f.rs, f.rt, f.rn);
        ldumaxb: Rmw = self.update(Update::MaxUnsigned, 1, f.rs, f.rt, f.rn);
        ldumaxh: Rmw = self.update(Update::MaxUnsigned, 2, f.rs, f.rt, f.rn);
        ldumax: RmwSf = self.update(Update::MaxUnsigned, 4 << f.sf, f.rs, f.rt, f.rn);
        lduminb: Rmw = self.update(Update::MinUnsigned, 1, f.rs, f.rt, f.rn);
        lduminh: Rmw = self.update(Update::MinUnsigned, 2, f.rs, f.rt, f.rn);
        ldumin: RmwSf = self.update(Update::MinUnsigned, 4 << f.sf, f.rs, f.rt, f.rn);
        swpb: Rmw = self.update(Update::Swap, 1, f.rs, f.rt, f.rn);
        swph: Rmw = self.update(Update::Swap, 2, f.rs, f.rt, f.rn);
        swp: RmwSf = self.update(Update::Swap, 4 << f.sf, f.rs, f.rt, f.rn);
    }
}
