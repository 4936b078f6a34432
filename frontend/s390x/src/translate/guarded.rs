//! Guarded storage: loads of references that tell when what they refer to is in a guarded section.
//!
//! PoP SA22-7832, chapter 4, "Guarded-Storage Facility", and chapter 7. A program asks Linux to be enabled
//! (`s390_guarded_storage`); before that the loads detect nothing, and the controls cannot be reached.

use super::{Translator, W};
use crate::helpers::id;
use crate::state::{CpuState, GuardedStorage, TB_GUARDED};
use crate::trap::{Trap, pic};
use isa::s390x::RxyA;
use std::mem::offset_of;
use tcg_ir::builder::Addr;
use tcg_ir::{Cond, Type, Val};

const CONTROLS: usize = offset_of!(CpuState, guarded);
const DESIGNATION: u32 = (CONTROLS + offset_of!(GuardedStorage, designation)) as u32;
const MASK: u32 = (CONTROLS + offset_of!(GuardedStorage, mask)) as u32;
const PARAMETERS: u32 = (CONTROLS + offset_of!(GuardedStorage, parameters)) as u32;
const HANDLER: u32 = (CONTROLS + offset_of!(GuardedStorage, handler)) as u32;

impl Translator<'_> {
    fn guards(&self) -> bool {
        self.b.tb.flags & TB_GUARDED != 0
    }

    /// LOAD GUARDED.
    pub(super) fn load_guarded(&mut self, f: RxyA) {
        let at = self.ea(f.b2, f.x2, f.d2);
        let v = self.load(Type::I64, 8, Addr::base(at));
        self.guarded_result(f.r1, at, v, 0);
    }

    /// LOAD LOGICAL AND SHIFT GUARDED: a word, shifted left as the designation says; not at all while nothing is guarded.
    pub(super) fn load_shift_guarded(&mut self, f: RxyA) {
        let at = self.ea(f.b2, f.x2, f.d2);
        let mut v = self.load(Type::I64, 4, Addr::base(at));
        if self.guards() {
            let designation = self.b.ld_state(Type::I64, DESIGNATION);
            let shift = self.b.shr_u_imm(Type::I64, designation, 8);
            let shift = self.b.and_imm(Type::I64, shift, 7);
            v = self.b.shl(Type::I64, v, shift);
        }
        self.guarded_result(f.r1, at, v, 1);
    }

    /// Sets `r1`, unless the result refers to a guarded section: that is an event, and is done out of line.
    fn guarded_result(&mut self, r1: u8, at: Val, v: Val, cause: u64) {
        if !self.guards() {
            return self.set(W::Full, r1, v);
        }
        if !self.out_of_line() {
            let elsewhere = self.outside_guarded_sections(v);
            let zero = self.b.i64(0);
            self.out_of_line_if(Type::I64, Cond::Eq, elsewhere, zero);
            return self.set(W::Full, r1, v);
        }
        let old = self.r(W::Full, r1);
        let next = self.next_value();
        let cause = self.b.i64(cause);
        let event = self.b.call(id::GUARDED_EVENT, &[at, v, cause]);
        let handler = self.b.ld_state(Type::I64, HANDLER);
        let zero = self.b.i64(0);
        let v = self.b.select(Type::I64, Cond::Ne, (event, zero), old, v);
        let target = self.b.select(Type::I64, Cond::Ne, (event, zero), handler, next);
        self.set(W::Full, r1, v);
        self.lookup_at(target);
    }

    /// Zero if the address is in the guarded area, in a section whose mask bit is one.
    ///
    /// The area has the length of two to the power of the characteristic, and 64 sections.
    fn outside_guarded_sections(&mut self, v: Val) -> Val {
        let ty = Type::I64;
        let designation = self.b.ld_state(ty, DESIGNATION);
        let mask = self.b.ld_state(ty, MASK);
        let characteristic = self.b.and_imm(ty, designation, 63);
        let distance = self.b.xor(ty, v, designation);
        let distance = self.b.shr_u(ty, distance, characteristic);
        let section_shift = self.b.add_imm(ty, characteristic, -6);
        let section_shift = self.b.and_imm(ty, section_shift, 63);
        let section = self.b.shr_u(ty, v, section_shift);
        let section = self.b.and_imm(ty, section, 63);
        let selected = self.b.shl(ty, mask, section);
        let selected = self.b.shr_s_imm(ty, selected, 63);
        let not_selected = self.b.not(ty, selected);
        self.b.or(ty, distance, not_selected)
    }

    /// LOAD GUARDED STORAGE CONTROLS; the first doubleword is reserved.
    pub(super) fn load_guarded_controls(&mut self, f: RxyA) {
        if !self.guards() {
            return self.trap(Trap::new(pic::SPECIAL_OPERATION));
        }
        let at = self.ea(f.b2, f.x2, f.d2);
        self.align(at, 8);
        let [designation, mask, parameters] =
            [8, 16, 24].map(|offset| self.load(Type::I64, 8, Addr::base(at).plus(offset)));
        self.b.st_state(Type::I64, DESIGNATION, designation);
        self.b.st_state(Type::I64, MASK, mask);
        self.b.st_state(Type::I64, PARAMETERS, parameters);
    }

    /// STORE GUARDED STORAGE CONTROLS.
    pub(super) fn store_guarded_controls(&mut self, f: RxyA) {
        if !self.guards() {
            return self.trap(Trap::new(pic::SPECIAL_OPERATION));
        }
        let at = self.ea(f.b2, f.x2, f.d2);
        self.align(at, 8);
        self.probe_last(Addr::base(at), 32);
        let zero = self.b.i64(0);
        self.store(8, Addr::base(at), zero);
        for (offset, control) in [(8, DESIGNATION), (16, MASK), (24, PARAMETERS)] {
            let v = self.b.ld_state(Type::I64, control);
            self.store(8, Addr::base(at).plus(offset), v);
        }
    }
}
