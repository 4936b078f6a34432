//! Group `system`: access registers, clocks, hints and the supervisor.
//!
//! PoP SA22-7832, chapter 7.

use super::cc::Cc;
use super::load::ar_offset;
use super::{Translator, W, rows};
use crate::helpers::id;
use crate::state::{CpuState, MASK_FIXED_OVERFLOW, gpr};
use frontend_common::{Test, Tests};
use isa::s390x::system::Translate;
use std::mem::offset_of;
use tcg_ir::builder::Addr;
use tcg_ir::{Barriers, Cond, ExitCode, Sign, Type, Val};

const PROGRAM_MASK: u32 = offset_of!(CpuState, program_mask) as u32;

impl Translator<'_> {
    fn access(&mut self, r: u8) -> Val {
        self.b.ld_state(Type::I32, ar_offset(r))
    }

    fn set_access(&mut self, r: u8, v: Val) {
        self.b.st_state(Type::I32, ar_offset(r), v);
    }

    fn load_access_multiple(&mut self, r1: u8, r3: u8, (b2, d2): (u8, i32)) {
        let at = self.ea(b2, 0, d2);
        self.align(at, 4);
        let count = usize::from(r3.wrapping_sub(r1) & 15) + 1;
        let mut values = [Val::NONE; 16];
        for (i, v) in values[..count].iter_mut().enumerate() {
            *v = self.load(Type::I32, 4, Addr::base(at).plus(i as i32 * 4));
        }
        for (i, v) in values[..count].iter().enumerate() {
            self.set_access(r1 + i as u8, *v);
        }
    }

    fn store_access_multiple(&mut self, r1: u8, r3: u8, (b2, d2): (u8, i32)) {
        let at = self.ea(b2, 0, d2);
        self.align(at, 4);
        let count = i32::from(r3.wrapping_sub(r1) & 15) + 1;
        self.probe_last(Addr::base(at), count * 4);
        for i in 0..count {
            let v = self.access(r1 + i as u8);
            self.store(4, Addr::base(at).plus(i * 4), v);
        }
    }

    /// INSERT PROGRAM MASK: condition code and program mask to bits 34–39, zeros to 32 and 33.
    fn insert_program_mask(&mut self, r1: u8) {
        let bits = self.cc_and_mask();
        let lo = self.r(W::Lo, r1);
        let v = self.b.deposit(Type::I32, lo, bits, 24, 8);
        self.set(W::Lo, r1, v);
    }

    /// SET PROGRAM MASK: bits 34–39 to condition code and program mask.
    ///
    /// A change of the fixed-point-overflow mask asks for other code.
    fn set_program_mask(&mut self, r1: u8) {
        let v = self.r(W::Lo, r1);
        let cc = self.b.extract(Type::I32, Sign::Unsigned, v, 28, 2);
        let mask = self.b.extract(Type::I32, Sign::Unsigned, v, 24, 4);
        let old = self.b.ld_state(Type::I32, PROGRAM_MASK);
        self.b.st_state(Type::I32, PROGRAM_MASK, mask);
        self.set_cc(Cc::Value(cc));
        let change = self.b.xor(Type::I32, old, mask);
        let bit = self.b.i32(MASK_FIXED_OVERFLOW);
        let same = Tests::One(Test::Int(Type::I32, Cond::TstEq, change, bit));
        self.skip_if(same);
        let next = self.next_value();
        self.lookup_at(next);
    }

    /// EXTRACT CACHE ATTRIBUTE. The topology summary says: no caches described; other attributes are those of one
    /// level with lines of 256 bytes, as machines since z10 have.
    fn extract_cache_attribute(&mut self, f: isa::s390x::RsyA) {
        let at = self.ea(f.b2, 0, f.d2);
        let attribute = self.b.i64(0xf0);
        let line = self.b.i64(0x10);
        let selected = self.b.and(Type::I64, at, attribute);
        let (bytes, ones) = (self.b.i64(256), self.b.i64(u64::MAX));
        let zero = self.b.i64(0);
        let v = self.b.select(Type::I64, Cond::Eq, (selected, line), bytes, ones);
        let v = self.b.select(Type::I64, Cond::Eq, (selected, zero), zero, v);
        self.b.put(gpr(f.r1), v);
    }

    /// EXTRACT CPU TIME: the first operand less the CPU timer, the second operand, and a doubleword at the third.
    ///
    /// The CPU timer is that of a CPU which has run since the start of the clock.
    fn extract_cpu_time(&mut self, f: isa::s390x::SsfX) {
        let (a, b) = (self.addr_b(f.b1, f.d1), self.addr_b(f.b2, f.d2));
        let first = self.load(Type::I64, 8, a);
        let second = self.load(Type::I64, 8, b);
        let at = self.addr_in(f.r3);
        let third = self.load(Type::I64, 8, Addr::base(at));
        let tod = self.b.call(id::TOD, &[]);
        // The timer counts down from zero.
        let timer = self.b.neg(Type::I64, tod);
        let difference = self.b.sub(Type::I64, first, timer);
        self.b.put(gpr(0), difference);
        self.b.put(gpr(1), second);
        self.b.put(gpr(f.r3), third);
    }

    /// MONITOR CALL: Linux keeps the monitor masks zero, so that no class is enabled.
    fn monitor_call(&mut self, class: u8) {
        if class > 15 {
            self.specification();
        }
    }

    /// STORE CLOCK: a value that nobody got before, with everything else before or after it.
    fn store_clock(&mut self, b2: u8, d2: i32) {
        self.b.mb(Barriers::FULL);
        let at = self.ea(b2, 0, d2);
        let tod = self.b.call(id::UNIQUE_TOD, &[]);
        self.store(8, Addr::base(at), tod);
        self.b.mb(Barriers::FULL);
        self.set_cc(Cc::Const(0));
    }

    /// STORE CLOCK FAST: values need not be unique, and nothing is serialized.
    fn store_clock_fast(&mut self, b2: u8, d2: i32) {
        let at = self.ea(b2, 0, d2);
        let tod = self.b.call(id::TOD, &[]);
        self.store(8, Addr::base(at), tod);
        self.set_cc(Cc::Const(0));
    }

    /// STORE CLOCK EXTENDED: epoch index, clock with eight more bits, programmable field zero.
    fn store_clock_extended(&mut self, b2: u8, d2: i32) {
        self.b.mb(Barriers::FULL);
        let at = self.ea(b2, 0, d2);
        let tod = self.b.call(id::UNIQUE_TOD, &[]);
        let high = self.b.shr_u_imm(Type::I64, tod, 8);
        let low = self.b.shl_imm(Type::I64, tod, 56);
        // The manual asks for a one in bits 72 to 111, below what the clock resolves.
        let one = self.b.i64(1 << 16);
        let low = self.b.or(Type::I64, low, one);
        self.probe_last(Addr::base(at), 16);
        self.store(8, Addr::base(at), high);
        self.store(8, Addr::base(at).plus(8), low);
        self.b.mb(Barriers::FULL);
        self.set_cc(Cc::Const(0));
    }

    /// DIAGNOSE as the vdso reads the host's clocks: R1, and the number of the clock as second-operand address without base
    /// register. Of other code, and for other numbers, it is a privileged operation.
    pub(super) fn host_clock(&self) -> Option<(u8, u8)> {
        match *self.code.from(self.pc) {
            [0x83, registers, 0, clock @ 0..16, ..]
                if registers & 15 == 0 && self.execute.is_none() =>
            {
                Some((registers >> 4, clock))
            }
            _ => None,
        }
    }

    /// Puts a clock of the host in nanoseconds into a register, in the vdso.
    pub(super) fn read_clock(&mut self, r1: u8, clock: u8) {
        let (pc, clock) = (self.b.i64(self.pc), self.b.i64(clock.into()));
        let time = self.b.call(id::HOST_CLOCK, &[pc, clock]);
        self.b.put(gpr(r1), time);
    }

    fn store_facility_list(&mut self, b2: u8, d2: i32) {
        let at = self.ea(b2, 0, d2);
        self.align(at, 8);
        let level = self.b.i32(self.options.cpu_level);
        let cc = self.b.call(id::STFLE, &[at, level]);
        self.set_cc_result(cc);
    }

    /// SUPERVISOR CALL: leaves with the number; the PSW designates the next instruction.
    fn supervisor_call(&mut self, number: u8) {
        let number = self.b.i64(number.into());
        let pc = if self.one_off() { self.pc } else { self.next_pc() };
        self.b.exit(ExitCode::SYSCALL.0, pc, Some(number));
        self.ended = true;
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        cpya: Rre = { let v = self.access(f.r2); self.set_access(f.r1, v) };
        ear: Rre = { let v = self.access(f.r2); self.set(W::Lo, f.r1, v) };
        sar: Rre = { let v = self.r(W::Lo, f.r2); self.set_access(f.r1, v) };
        lam: RsA = self.load_access_multiple(f.r1, f.r3, (f.b2, f.d2));
        lamy: RsyA = self.load_access_multiple(f.r1, f.r3, (f.b2, f.d2));
        stam: RsA = self.store_access_multiple(f.r1, f.r3, (f.b2, f.d2));
        stamy: RsyA = self.store_access_multiple(f.r1, f.r3, (f.b2, f.d2));
        ipm: RreR1 = self.insert_program_mask(f.r1);
        spm: RrR1 = self.set_program_mask(f.r1);
        ecag: RsyA = self.extract_cache_attribute(f);
        ectg: SsfX = self.extract_cpu_time(f);
        mc: Si = self.monitor_call(f.i2);
        niai: Ie = {};
        ppa: RrfC = {};
        pfd: RxyB = {};
        pfdrl: RilC = {};
        stck: S = self.store_clock(f.b2, f.d2);
        stckf: S = self.store_clock_fast(f.b2, f.d2);
        stcke: S = self.store_clock_extended(f.b2, f.d2);
        stfle: S = self.store_facility_list(f.b2, f.d2);
        svc: I = self.supervisor_call(f.i1);
        lgsc: RxyA = self.load_guarded_controls(f);
        stgsc: RxyA = self.store_guarded_controls(f);
    }
}
