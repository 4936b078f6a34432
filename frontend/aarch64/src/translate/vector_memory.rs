//! Loads and stores of vector registers: whole ones, pairs, structures, lanes.
//!
//! Arm ARM DDI 0487, C4.1.93.

use super::addr::{Index, le};
use super::{Translator, W};
use crate::helpers::simd::lanes::Width;
use crate::state::v;
use tcg_ir::builder::Addr;
use tcg_ir::{Lane, Type, Val};

/// A load or store of structures: `count` registers from `rt` on, at the address in `rn`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Structure {
    pub(super) rt: u8,
    pub(super) rn: u8,
    pub(super) count: u8,
    /// Register that the base is increased by afterwards (31: by what was moved), if it is.
    pub(super) post: Option<u8>,
}

/// Lanes of 1 << `size` bytes.
const fn lane(size: u8) -> Lane {
    match size & 3 {
        0 => Lane::B,
        1 => Lane::H,
        2 => Lane::S,
        _ => Lane::D,
    }
}

impl Translator<'_> {
    /// Vector register `r`, modulo 32.
    fn vector(&mut self, r: u8) -> Val {
        self.b.get(v(r))
    }

    /// 1 << `size` bytes of memory (up to 16) with zeros above.
    fn vector_load(&mut self, size: u8, addr: Addr) -> Val {
        let ty = match size {
            0 | 1 => Type::I32,
            2 => Type::F32,
            3 => Type::F64,
            _ => return self.b.ld(Type::V128, le(16), addr),
        };
        let scalar = self.b.ld(ty, le(1 << size), addr);
        self.b.vzext(scalar)
    }

    /// The low 1 << `size` bytes of vector register `r`, to be stored.
    fn vector_low(&mut self, size: u8, r: u8) -> Val {
        let vector = self.vector(r);
        match size {
            0 | 1 => self.b.vextract(lane(size), 0, vector),
            2 => self.b.vlow(Type::F32, vector),
            3 => self.b.vlow(Type::F64, vector),
            _ => vector,
        }
    }

    /// Stores the low 1 << `size` bytes of vector register `r`.
    fn vector_store(&mut self, size: u8, r: u8, addr: Addr) {
        let value = self.vector_low(size, r);
        self.b.st(le(1 << size), addr, value);
    }

    /// LDR (immediate, SIMD&FP) and LDUR.
    pub(super) fn vector_load_imm(&mut self, size: u8, index: Index, rt: u8, rn: u8, offset: i64) {
        let addr = self.addr_indexed(index, rn, offset);
        let value = self.vector_load(size, addr);
        self.write_back(index, rn, offset);
        self.b.put(v(rt), value);
    }

    /// STR (immediate, SIMD&FP) and STUR.
    pub(super) fn vector_store_imm(&mut self, size: u8, index: Index, rt: u8, rn: u8, offset: i64) {
        let addr = self.addr_indexed(index, rn, offset);
        self.vector_store(size, rt, addr);
        self.write_back(index, rn, offset);
    }

    /// LDR (register, SIMD&FP).
    pub(super) fn vector_load_register(&mut self, f: isa::aarch64::FpLoadReg) {
        let shift = if f.s != 0 { f.size } else { 0 };
        let addr = self.addr_register(f.rn, f.rm, f.option, shift);
        let value = self.vector_load(f.size, addr);
        self.b.put(v(f.rt), value);
    }

    /// STR (register, SIMD&FP).
    pub(super) fn vector_store_register(&mut self, f: isa::aarch64::FpLoadReg) {
        let shift = if f.s != 0 { f.size } else { 0 };
        // The value first: a shift right before the store becomes a part of it.
        let value = self.vector_low(f.size, f.rt);
        let addr = self.addr_register(f.rn, f.rm, f.option, shift);
        self.b.st(le(1 << f.size), addr, value);
    }

    /// LDR (literal, SIMD&FP).
    pub(super) fn vector_load_literal(&mut self, size: u8, rt: u8, offset: i64) {
        let addr = self.addr_literal(offset);
        let value = self.vector_load(size, addr);
        self.b.put(v(rt), value);
    }

    /// LDP (SIMD&FP) and LDNP: both loads come before anything changes.
    pub(super) fn vector_load_pair(&mut self, index: Index, f: isa::aarch64::FpPair) {
        let size = f.size + 2;
        let offset = i64::from(f.imm7) << size;
        let addr = self.addr_indexed(index, f.rn, offset);
        let first = self.vector_load(size, addr);
        let second = self.vector_load(size, addr.plus(1 << size));
        self.write_back(index, f.rn, offset);
        self.b.put(v(f.rt), first);
        self.b.put(v(f.rt2), second);
    }

    /// STP (SIMD&FP) and STNP.
    pub(super) fn vector_store_pair(&mut self, index: Index, f: isa::aarch64::FpPair) {
        let size = f.size + 2;
        let offset = i64::from(f.imm7) << size;
        let addr = self.addr_indexed(index, f.rn, offset);
        self.vector_store(size, f.rt, addr);
        self.vector_store(size, f.rt2, addr.plus(1 << size));
        self.write_back(index, f.rn, offset);
    }

    // --- structures ---------------------------------------------------------------------------

    fn structure_base(&mut self, s: Structure) -> Addr {
        self.addr_imm(s.rn, 0)
    }

    /// Increases the base by a register or by what was moved.
    fn structure_end(&mut self, s: Structure, bytes: u8) {
        let Some(rm) = s.post else { return };
        let base = self.r_sp(W::X, s.rn);
        let sum = if rm == 31 {
            self.b.add_imm(Type::I64, base, bytes.into())
        } else {
            let by = self.x(rm);
            self.b.add(Type::I64, base, by)
        };
        self.set_sp_checked(W::X, s.rn, sum);
    }

    fn put_vectors(&mut self, s: Structure, values: &[Val]) {
        for (r, value) in (s.rt..).zip(values) {
            self.b.put(v(r), *value);
        }
    }

    /// LD1 of several registers: one after the other.
    pub(super) fn load_consecutive(&mut self, s: Structure, q: u8) {
        let (base, size) = (self.structure_base(s), 3 + q);
        let values: Vec<Val> =
            (0..s.count).map(|i| self.vector_load(size, base.plus(i32::from(i) << size))).collect();
        self.structure_end(s, s.count << size);
        self.put_vectors(s, &values);
    }

    /// ST1 of several registers.
    pub(super) fn store_consecutive(&mut self, s: Structure, q: u8) {
        let (base, size) = (self.structure_base(s), 3 + q);
        for i in 0..s.count {
            self.vector_store(size, s.rt + i, base.plus(i32::from(i) << size));
        }
        self.structure_end(s, s.count << size);
    }

    fn element_type(size: u8) -> Type {
        if size == 3 { Type::I64 } else { Type::I32 }
    }

    /// Where element `e` of register `i` of a structure is.
    fn element(base: Addr, s: Structure, size: u8, e: u8, i: u8) -> Addr {
        base.plus((i32::from(e) * i32::from(s.count) + i32::from(i)) << size)
    }

    /// LD2, LD3, LD4: elements of the registers take turns.
    pub(super) fn load_interleaved(&mut self, s: Structure, q: u8, size: u8) {
        if q == 0 && s.count == 3 {
            return self.load_halves_of_three(s, size);
        }
        let base = self.structure_base(s);
        let memory: Vec<Val> = (0..s.count << q >> 1)
            .map(|i| self.vector_load(4, base.plus(i32::from(i) << 4)))
            .collect();
        self.structure_end(s, s.count << (3 + q));
        let values = self.deal(s.count, lane(size), &memory);
        for (r, value) in (s.rt..).zip(values) {
            self.set_v_cut(Width::of(q != 0), r & 31, value);
        }
    }

    /// LD3 of half registers, element by element.
    fn load_halves_of_three(&mut self, s: Structure, size: u8) {
        let (base, ty) = (self.structure_base(s), Self::element_type(size));
        let zero = self.b.v128(0);
        let mut values = [zero; 3];
        for e in 0..8 >> size {
            for (i, value) in (0..).zip(&mut values) {
                let element = self.b.ld(ty, le(1 << size), Self::element(base, s, size, e, i));
                *value = match e {
                    0 => self.b.vzext(element),
                    _ => self.b.vinsert(lane(size), e, *value, element),
                };
            }
        }
        self.structure_end(s, 24);
        self.put_vectors(s, &values);
    }

    /// ST2, ST3, ST4.
    pub(super) fn store_interleaved(&mut self, s: Structure, q: u8, size: u8) {
        if q == 0 && s.count == 3 {
            return self.store_halves_of_three(s, size);
        }
        let base = self.structure_base(s);
        let registers: Vec<Val> = (0..s.count).map(|i| self.vector(s.rt + i)).collect();
        let memory = self.collect(lane(size), &registers);
        for (i, value) in (0..s.count << q >> 1).zip(memory) {
            self.b.st(le(16), base.plus(i32::from(i) << 4), value);
        }
        self.structure_end(s, s.count << (3 + q));
    }

    /// ST3 of half registers, element by element.
    fn store_halves_of_three(&mut self, s: Structure, size: u8) {
        let base = self.structure_base(s);
        for e in 0..8 >> size {
            for i in 0..3 {
                self.store_element(s.rt + i, size, e, Self::element(base, s, size, e, i));
            }
        }
        self.structure_end(s, 24);
    }

    fn store_element(&mut self, r: u8, size: u8, index: u8, addr: Addr) {
        let vector = self.vector(r);
        let element = self.b.vextract(lane(size), index, vector);
        self.b.st(le(1 << size), addr, element);
    }

    /// LD1 to LD4 (single structure): one lane of each register.
    pub(super) fn load_lanes(&mut self, s: Structure, size: u8, index: u8) {
        let (base, ty) = (self.structure_base(s), Self::element_type(size));
        let elements: Vec<Val> = (0..s.count)
            .map(|i| self.b.ld(ty, le(1 << size), Self::element(base, s, size, 0, i)))
            .collect();
        self.structure_end(s, s.count << size);
        for (r, element) in (s.rt..).zip(elements) {
            let old = self.vector(r);
            let new = self.b.vinsert(lane(size), index, old, element);
            self.b.put(v(r), new);
        }
    }

    /// ST1 to ST4 (single structure).
    pub(super) fn store_lanes(&mut self, s: Structure, size: u8, index: u8) {
        let base = self.structure_base(s);
        for i in 0..s.count {
            self.store_element(s.rt + i, size, index, Self::element(base, s, size, 0, i));
        }
        self.structure_end(s, s.count << size);
    }

    /// LD1R to LD4R: every lane of each register.
    pub(super) fn load_replicated(&mut self, s: Structure, q: u8, size: u8) {
        let (base, ty) = (self.structure_base(s), Self::element_type(size));
        let elements: Vec<Val> = (0..s.count)
            .map(|i| self.b.ld(ty, le(1 << size), Self::element(base, s, size, 0, i)))
            .collect();
        self.structure_end(s, s.count << size);
        for (r, element) in (s.rt..).zip(elements) {
            let mut value = self.b.vdup(lane(size), element);
            if q == 0 {
                let low = self.b.vlow(Type::F64, value);
                value = self.b.vzext(low);
            }
            self.b.put(v(r), value);
        }
    }
}
