//! Storage-to-storage and string operations: PoP SA22-7832, chapter 7.
//!
//! Moves, clears and short compares of a length known at translation are loads and stores here; the rest is out of line.

use super::cc::Cc;
use super::{Amode, Translator, rows};
use crate::helpers::id;
use isa::s390x::Insn;
use isa::s390x::string::Translate;
use tcg_ir::builder::Addr;
use tcg_ir::{Cond, Endian, HelperId, MemOp, Sign, Type, Val};

/// The operands of an SS instruction with one length.
#[derive(Clone, Copy, Debug)]
struct Operands {
    b1: u8,
    d1: i32,
    b2: u8,
    d2: i32,
    len: u32,
}

impl From<isa::s390x::SsA> for Operands {
    fn from(f: isa::s390x::SsA) -> Operands {
        Operands { b1: f.b1, d1: f.d1, b2: f.b2, d2: f.d2, len: u32::from(f.l1) + 1 }
    }
}

/// Byte-for-byte copy: either order will do as long as loads and stores agree.
const fn raw(bytes: u32) -> MemOp {
    MemOp::new(bytes as u8, Endian::Little)
}

/// Type of the value that a piece of `bytes` bytes is moved in.
const fn piece_type(bytes: u32) -> Type {
    match bytes {
        16 => Type::V128,
        8 => Type::I64,
        _ => Type::I32,
    }
}

/// Cuts a length into pieces of 16, 8, 4, 2 and 1 bytes: (offset, bytes), left to right.
fn pieces(len: u32) -> impl Iterator<Item = (u32, u32)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let bytes = [16, 8, 4, 2, 1].into_iter().find(|bytes| at + bytes <= len)?;
        at += bytes;
        Some((at - bytes, bytes))
    })
}

impl Translator<'_> {
    /// The two operand addresses of an SS instruction, as values.
    fn ss_addresses(&mut self, o: Operands) -> (Val, Val) {
        (self.ea(o.b1, 0, o.d1), self.ea(o.b2, 0, o.d2))
    }

    /// Calls the helper of an SS instruction with one length.
    fn ss_call(&mut self, helper: HelperId, o: Operands) -> Val {
        let (first, second) = self.ss_addresses(o);
        let len = self.b.i64(u64::from(o.len));
        self.b.call(helper, &[first, second, len])
    }

    /// The same for a helper whose result is the condition code.
    fn ss_call_cc(&mut self, helper: HelperId, o: Operands) {
        let cc = self.ss_call(helper, o);
        self.set_cc_result(cc);
    }

    /// Makes a helper's result the condition code.
    pub(crate) fn set_cc_result(&mut self, result: Val) {
        let cc = self.b.trunc(result);
        self.set_cc(Cc::Value(cc));
    }

    /// The helper for an SS instruction of one length when the length is a run-time value (under EXECUTE).
    ///
    /// `len_code` is the length field, an `i64` of which the low 8 bits count.
    pub(crate) fn ss_of_run_time_length(
        &mut self,
        helper: HelperId,
        sets_cc: bool,
        f: isa::s390x::SsA,
        len_code: Val,
    ) {
        let (first, second) = self.ss_addresses(f.into());
        let len = self.b.and_imm(Type::I64, len_code, 0xff);
        let len = self.b.add_imm(Type::I64, len, 1);
        let result = self.b.call(helper, &[first, second, len]);
        if sets_cc {
            self.set_cc_result(result);
        }
    }

    /// The helper that does an SS instruction of one length, and whether it sets the condition code.
    pub(crate) fn ss_helper(insn: &Insn) -> Option<(HelperId, bool)> {
        Some(match insn {
            Insn::Mvc(_) => (id::MVC, false),
            Insn::Mvn(_) => (id::MVN, false),
            Insn::Mvz(_) => (id::MVZ, false),
            Insn::Nc(_) => (id::NC, true),
            Insn::Oc(_) => (id::OC, true),
            Insn::Xc(_) => (id::XC, true),
            Insn::Clc(_) => (id::CLC, true),
            Insn::Tr(_) => (id::TR, false),
            Insn::Trt(_) => (id::TRT, true),
            _ => return None,
        })
    }

    /// MOVE by pieces, unless the operands overlap destructively.
    fn mvc_inline(&mut self, o: Operands) {
        // Pieces are 16 bytes at most: repetition at a distance of 16 or more comes out right.
        let reach = o.len.min(16);
        if !self.apart(o, reach) {
            self.ss_call(id::MVC, o);
            return;
        }
        self.probe_pages(o.b1, o.d1, o.len, true);
        if o.len > 16 {
            self.probe_pages(o.b2, o.d2, o.len, false);
        }
        self.copy_pieces(o);
    }

    /// Makes sure, before several accesses, that all bytes can be accessed where they lie in two pages.
    fn probe_pages(&mut self, b: u8, d: i32, len: u32, write: bool) {
        if len > 16 || !len.is_power_of_two() {
            let addr = self.addr_b(b, d);
            let base = if addr.base.is_some() { addr.base } else { self.b.i64(0) };
            self.b.probe(write, len, base, addr.disp);
        }
    }

    /// Whether the first operand starts before the second, or `reach` bytes or more behind it, or at the same place.
    /// What only the addresses tell is tested at run time; false if the instruction is to be done out of line.
    fn apart(&mut self, o: Operands, reach: u32) -> bool {
        if self.out_of_line() {
            return false;
        }
        if let Some(distance) = self.static_distance(o) {
            return distance == 0 || distance >= u64::from(reach);
        }
        if reach > 1 {
            let (to, from) = self.ss_addresses(o);
            let distance = self.b.sub(Type::I64, to, from);
            let before = self.b.add_imm(Type::I64, distance, -1);
            let bound = self.b.i64(u64::from(reach - 1));
            self.out_of_line_if(Type::I64, Cond::LtU, before, bound);
        }
        true
    }

    /// Distance from the second to the first operand, if both have the same base.
    fn static_distance(&self, o: Operands) -> Option<u64> {
        let same_base = o.b1 == o.b2 && self.amode == Amode::A64;
        same_base.then(|| i64::from(o.d1 - o.d2).cast_unsigned())
    }

    /// Up to 16 bytes are all loaded before the first is stored, so that a fault leaves the first operand as it was.
    fn copy_pieces(&mut self, o: Operands) {
        let to = self.addr_b(o.b1, o.d1);
        let from = self.addr_b(o.b2, o.d2);
        if o.len > 16 {
            for (at, bytes) in pieces(o.len) {
                let v = self.b.ld(piece_type(bytes), raw(bytes), from.plus(at as i32));
                self.b.st(raw(bytes), to.plus(at as i32), v);
            }
            return;
        }
        let mut loaded = [(0, 0, Val::NONE); 5];
        let mut n = 0;
        for (slot, (at, bytes)) in loaded.iter_mut().zip(pieces(o.len)) {
            *slot = (at, bytes, self.b.ld(piece_type(bytes), raw(bytes), from.plus(at as i32)));
            n += 1;
        }
        for &(at, bytes, v) in &loaded[..n] {
            self.b.st(raw(bytes), to.plus(at as i32), v);
        }
    }

    /// EXCLUSIVE OR of an operand with itself: clears it.
    fn clear(&mut self, o: Operands) {
        self.probe_pages(o.b1, o.d1, o.len, true);
        let to = self.addr_b(o.b1, o.d1);
        for (at, bytes) in pieces(o.len) {
            let zero = self.b.constant(piece_type(bytes), 0);
            self.b.st(raw(bytes), to.plus(at as i32), zero);
        }
        self.set_cc(Cc::Const(0));
    }

    /// AND, OR, EXCLUSIVE OR of 1, 2, 4 or 8 bytes.
    fn logical(&mut self, o: Operands, op: fn(&mut tcg_ir::Builder, Type, Val, Val) -> Val) {
        let (to, from) = (self.addr_b(o.b1, o.d1), self.addr_b(o.b2, o.d2));
        let ty = piece_type(o.len);
        let a = self.b.ld(ty, raw(o.len), to);
        let b = self.b.ld(ty, raw(o.len), from);
        let result = op(self.b, ty, a, b);
        self.b.st(raw(o.len), to, result);
        self.set_cc(Cc::Zero(ty, result));
    }

    fn logical_or_call(
        &mut self,
        helper: HelperId,
        o: Operands,
        op: fn(&mut tcg_ir::Builder, Type, Val, Val) -> Val,
    ) {
        // Operands that overlap in part have to be combined byte by byte.
        if matches!(o.len, 1 | 2 | 4 | 8) && self.apart(o, o.len) {
            self.logical(o, op);
        } else {
            self.ss_call_cc(helper, o);
        }
    }

    /// COMPARE LOGICAL of up to 8 bytes as big-endian numbers.
    fn clc_inline(&mut self, o: Operands) {
        let (first, second) = (self.addr_b(o.b1, o.d1), self.addr_b(o.b2, o.d2));
        let ty = if o.len <= 4 { Type::I32 } else { Type::I64 };
        let a = self.number(ty, first, o.len);
        let b = self.number(ty, second, o.len);
        self.set_cc(Cc::Cmp(ty, Sign::Unsigned, a, b));
    }

    /// The big-endian number in `len` bytes, from at most two loads: `len` is 1 to 6 or 8.
    fn number(&mut self, ty: Type, addr: Addr, len: u32) -> Val {
        let mut halves = pieces(len);
        let (_, bytes) = halves.next().unwrap_or((0, 1));
        let high = self.load(ty, bytes as u8, addr);
        let Some((at, bytes)) = halves.next() else { return high };
        let low = self.load(ty, bytes as u8, addr.plus(at as i32));
        let high = self.b.shl_imm(ty, high, bytes * 8);
        self.b.or(ty, high, low)
    }

    // --- register operands -------------------------------------------------------------------

    /// Calls a helper with two register numbers and a third argument; the result is the condition code.
    fn registers_call(
        &mut self,
        helper: HelperId,
        r1: u8,
        r2: u8,
        third: Option<Val>,
        fourth: Option<Val>,
    ) {
        let mut args = [self.b.i64(r1.into()), self.b.i64(r2.into()), Val::NONE, Val::NONE];
        let mut n = 2;
        for arg in [third, fourth].into_iter().flatten() {
            args[n] = arg;
            n += 1;
        }
        let cc = self.b.call(helper, &args[..n]);
        self.set_cc_result(cc);
    }

    /// A long move or compare: even pairs, and a padding byte or character from the second operand address.
    fn long_extended(&mut self, helper: HelperId, r1: u8, r3: u8, (b2, d2): (u8, i32)) {
        if self.odd(&[r1, r3]) {
            return;
        }
        let pad = self.ea(b2, 0, d2);
        self.registers_call(helper, r1, r3, Some(pad), None);
    }

    fn translate_wide(&mut self, f: isa::s390x::RrfC, flags: u64) {
        if self.odd(&[f.r1]) {
            return;
        }
        let no_test = u64::from(f.m3 & 1) << 2;
        let flags = self.b.i64(flags | no_test);
        self.registers_call(id::TRANSLATE_WIDE, f.r1, f.r2, Some(flags), None);
    }

    fn convert_unicode(&mut self, r1: u8, r2: u8, m3: u8, forms: u64) {
        if self.odd(&[r1, r2]) {
            return;
        }
        let forms = self.b.i64(forms);
        let check = self.b.i64(u64::from(m3 & 1));
        self.registers_call(id::CONVERT_UNICODE, r1, r2, Some(forms), Some(check));
    }

    /// Calls the helper of an SS instruction with two lengths.
    fn two_lengths(&mut self, helper: HelperId, f: isa::s390x::SsB) {
        let to = self.ea(f.b1, 0, f.d1);
        let from = self.ea(f.b2, 0, f.d2);
        let len1 = self.b.i64(u64::from(f.l1) + 1);
        let len2 = self.b.i64(u64::from(f.l2) + 1);
        self.b.call(helper, &[to, from, len1, len2]);
    }

    /// PACK ASCII and UNICODE: a second operand of one length, `width` bytes a character, 32 characters at most.
    fn pack_characters(&mut self, helper: HelperId, f: isa::s390x::SsF, width: u32) {
        let len = u32::from(f.l2) + 1;
        if len > 32 * width || !len.is_multiple_of(width) {
            self.specification();
            return;
        }
        self.ss_call(helper, Operands { b1: f.b1, d1: f.d1, b2: f.b2, d2: f.d2, len });
    }

    /// UNPACK ASCII and UNICODE: a first operand of one length.
    fn unpack_characters(&mut self, helper: HelperId, f: isa::s390x::SsA, width: u32) {
        let o = Operands::from(f);
        if o.len > 32 * width || !o.len.is_multiple_of(width) {
            self.specification();
            return;
        }
        self.ss_call_cc(helper, o);
    }
}

impl Translate for Translator<'_> {
    rows! { self, f;
        mvc: SsA = self.mvc_inline(f.into());
        mvcin: SsA = drop_value(self.ss_call(id::MVCIN, f.into()));
        mvn: SsA = drop_value(self.ss_call(id::MVN, f.into()));
        mvz: SsA = drop_value(self.ss_call(id::MVZ, f.into()));
        mvo: SsB = self.two_lengths(id::MVO, f);
        mvcrl: Sse = {
            let to = self.ea(f.b1, 0, f.d1);
            let from = self.ea(f.b2, 0, f.d2);
            self.b.call(id::MVCRL, &[to, from]);
        };
        nc: SsA = self.logical_or_call(id::NC, f.into(), tcg_ir::Builder::and);
        oc: SsA = self.logical_or_call(id::OC, f.into(), tcg_ir::Builder::or);
        xc: SsA = if f.b1 == f.b2 && f.d1 == f.d2 {
            self.clear(f.into());
        } else {
            self.logical_or_call(id::XC, f.into(), tcg_ir::Builder::xor);
        };
        clc: SsA = if f.l1 <= 7 && f.l1 != 6 {
            self.clc_inline(f.into());
        } else {
            self.ss_call_cc(id::CLC, f.into());
        };
        tr: SsA = drop_value(self.ss_call(id::TR, f.into()));
        trt: SsA = self.ss_call_cc(id::TRT, f.into());
        trtr: SsA = self.ss_call_cc(id::TRTR, f.into());
        pack: SsB = self.two_lengths(id::PACK, f);
        unpk: SsB = self.two_lengths(id::UNPK, f);
        pka: SsF = self.pack_characters(id::PKA, f, 1);
        pku: SsF = self.pack_characters(id::PKU, f, 2);
        unpka: SsA = self.unpack_characters(id::UNPKA, f, 1);
        unpku: SsA = self.unpack_characters(id::UNPKU, f, 2);
        mvcl: Rr = if !self.odd(&[f.r1, f.r2]) {
            self.registers_call(id::MVCL, f.r1, f.r2, None, None);
        };
        clcl: Rr = if !self.odd(&[f.r1, f.r2]) {
            self.registers_call(id::CLCL, f.r1, f.r2, None, None);
        };
        mvcle: RsA = self.long_extended(id::MVCLE, f.r1, f.r3, (f.b2, f.d2));
        mvclu: RsyA = self.long_extended(id::MVCLU, f.r1, f.r3, (f.b2, f.d2));
        clcle: RsA = self.long_extended(id::CLCLE, f.r1, f.r3, (f.b2, f.d2));
        clclu: RsyA = self.long_extended(id::CLCLU, f.r1, f.r3, (f.b2, f.d2));
        clst: Rre = self.registers_call(id::CLST, f.r1, f.r2, None, None);
        mvst: Rre = self.registers_call(id::MVST, f.r1, f.r2, None, None);
        srst: Rre = self.registers_call(id::SRST, f.r1, f.r2, None, None);
        srstu: Rre = self.registers_call(id::SRSTU, f.r1, f.r2, None, None);
        cksm: Rre = if !self.odd(&[f.r2]) {
            self.registers_call(id::CKSM, f.r1, f.r2, None, None);
        };
        tre: Rre = if !self.odd(&[f.r1]) {
            self.registers_call(id::TRE, f.r1, f.r2, None, None);
        };
        troo: RrfC = self.translate_wide(f, 0);
        trot: RrfC = self.translate_wide(f, 2);
        trto: RrfC = self.translate_wide(f, 1);
        trtt: RrfC = self.translate_wide(f, 3);
        cu12: RrfC = self.convert_unicode(f.r1, f.r2, f.m3, 0x12);
        cu14: RrfC = self.convert_unicode(f.r1, f.r2, f.m3, 0x13);
        cu21: RrfC = self.convert_unicode(f.r1, f.r2, f.m3, 0x21);
        cu24: RrfC = self.convert_unicode(f.r1, f.r2, f.m3, 0x23);
        cu41: Rre = self.convert_unicode(f.r1, f.r2, 0, 0x31);
        cu42: Rre = self.convert_unicode(f.r1, f.r2, 0, 0x32);
    }
}

/// For helpers without a result.
fn drop_value(_: Val) {}
