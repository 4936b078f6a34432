//! EVEX: the encoding of AVX-512, here of 128 bits unless said otherwise, and of the lower sixteen vector registers.
//!
//! Intel SDM volume 2, 2.7 "Intel AVX-512 encoding"; the opcodes are of the instruction pages.

use super::Asm;
use super::encode::{Bytes, MAP_0F, MAP_0F3A, MAP_0F38, MAX_INSN, rex_bits};
use super::operand::{Enc, Rm};

/// An instruction without its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Evex {
    /// Prefix: 0 none, 1 66, 2 F3, 3 F2.
    pp: u8,
    map: u8,
    w: bool,
    opcode: u8,
    /// The memory operand is one element of 4 or 8 bytes (by `w`), which stands for all.
    broadcast: bool,
}

const fn evex(pp: u8, map: u8, w: bool, opcode: u8) -> Evex {
    Evex { pp, map, w, opcode, broadcast: false }
}

impl Evex {
    /// `vpternlogd`: any function of three bits, by the immediate; the destination is the first.
    pub(crate) const TERNARY_LOGIC: Evex = evex(1, MAP_0F3A, false, 0x25);
    /// `vpabsq`.
    pub(crate) const ABS_D: Evex = evex(1, MAP_0F38, true, 0x1f);
    /// `vpmaxsq`, `vpmaxuq`.
    pub(crate) const MAX_SIGNED_D: Evex = evex(1, MAP_0F38, true, 0x3d);
    pub(crate) const MAX_UNSIGNED_D: Evex = evex(1, MAP_0F38, true, 0x3f);
    /// `vpsraq` by a constant; the register field is [`Evex::SHIFT_SIGNED`].
    pub(crate) const SHIFT_D: Evex = evex(1, MAP_0F, true, 0x72);
    pub(crate) const SHIFT_SIGNED: Enc = 4;
    /// `vprold`, `vprolq` by a constant; the register field is [`Evex::ROTATE_LEFT`].
    pub(crate) const ROTATE_S: Evex = evex(1, MAP_0F, false, 0x72);
    pub(crate) const ROTATE_D: Evex = Evex::SHIFT_D;
    pub(crate) const ROTATE_LEFT: Enc = 1;
    /// `vpsllvw`, `vpsrlvw`, `vpsravw` and `vpsravq`: by the lanes of the second operand.
    pub(crate) const SHIFT_LEFT_H: Evex = evex(1, MAP_0F38, true, 0x12);
    pub(crate) const SHIFT_RIGHT_H: Evex = evex(1, MAP_0F38, true, 0x10);
    pub(crate) const SHIFT_SIGNED_H: Evex = evex(1, MAP_0F38, true, 0x11);
    pub(crate) const SHIFT_SIGNED_BY_D: Evex = evex(1, MAP_0F38, true, 0x46);
    /// `vpopcntb` (AVX512_BITALG).
    pub(crate) const COUNT_BYTES: Evex = evex(1, MAP_0F38, false, 0x54);
    /// `vpermi2b` (AVX512_VBMI): bytes of two vectors by index, which the destination holds.
    pub(crate) const PERMUTE_BYTES: Evex = evex(1, MAP_0F38, false, 0x75);
    /// `vpermi2w`.
    pub(crate) const PERMUTE_WORDS: Evex = evex(1, MAP_0F38, true, 0x75);
    /// `vpandq` and `vpternlogq` whose memory operand is one element.
    pub(crate) const AND_ELEMENT: Evex = evex(1, MAP_0F, true, 0xdb).broadcast();
    pub(crate) const TERNARY_LOGIC_ELEMENT: Evex = evex(1, MAP_0F3A, true, 0x25).broadcast();
    /// `vgf2p8affineqb` (GFNI): each byte times a matrix of bits, which is one element.
    pub(crate) const AFFINE_ELEMENT: Evex = evex(1, MAP_0F3A, true, 0xce).broadcast();
    /// Immediates of `vrange*`: the minimum or maximum with its own sign; +0 is above −0.
    pub(crate) const RANGE_MIN: u8 = 0b0100;
    pub(crate) const RANGE_MAX: u8 = 0b0101;

    /// `vpermt2b`, `vpermt2w` for `vpermi2b`, `vpermi2w`: the destination holds the first table, not the indices.
    pub(crate) const fn over_table(self) -> Evex {
        Evex { opcode: self.opcode | 8, ..self }
    }

    /// With a memory operand of one element.
    const fn broadcast(self) -> Evex {
        Evex { broadcast: true, ..self }
    }

    /// Bytes of the memory operand, by which short displacements count.
    const fn unit(self) -> i32 {
        match (self.broadcast, self.w) {
            (false, _) => 16,
            (true, false) => 4,
            (true, true) => 8,
        }
    }

    /// `vptestm*` by lanes of 2 to the power of `lane` bytes: a mask register, of lanes with common bits.
    pub(crate) const fn test(lane: u8) -> Evex {
        evex(1, MAP_0F38, lane & 1 != 0, 0x26 + (lane >> 1))
    }

    /// `vpmovm2*`: lanes of ones or zeros from a mask register.
    pub(crate) const fn from_mask(lane: u8) -> Evex {
        evex(2, MAP_0F38, lane & 1 != 0, 0x28 + (lane >> 1 << 4))
    }

    /// `vpbroadcast*` from a general register.
    pub(crate) const fn broadcast_general(lane: u8) -> Evex {
        evex(1, MAP_0F38, lane == 3, [0x7a, 0x7b, 0x7c, 0x7c][(lane & 3) as usize])
    }

    /// `vrangeps`, `vrangepd`; `vrangess` and `vrangesd` if `scalar`.
    pub(crate) const fn range(double: bool, scalar: bool) -> Evex {
        evex(1, MAP_0F3A, double, 0x50 + scalar as u8)
    }

    /// `vcvtudq2ps`, `vcvtqq2pd` or `vcvtuqq2pd`. For signed integers of 32 bits there is `vcvtdq2ps`.
    pub(crate) const fn from_integers(double: bool, signed: bool) -> Evex {
        match (double, signed) {
            (true, true) => evex(2, MAP_0F, true, 0xe6),
            (true, false) => evex(2, MAP_0F, true, 0x7a),
            (false, _) => evex(3, MAP_0F, false, 0x7a),
        }
    }

    /// `vcvt*ps2udq`, `vcvt*pd2qq` or `vcvt*pd2uqq`; without `truncate` by the mode of MXCSR.
    /// For signed integers of 32 bits there is `vcvtps2dq`.
    pub(crate) const fn to_integers(double: bool, signed: bool, truncate: bool) -> Evex {
        let pp = if double { 1 } else { 0 };
        let opcode = if signed { 0x7b } else { 0x79 } - truncate as u8;
        evex(pp, MAP_0F, double, opcode)
    }

    /// `vcvtusi2sd` or `vcvtusi2ss` from 32 or 64 bits.
    pub(crate) const fn unsigned_to_float(double: bool, w: bool) -> Evex {
        evex(if double { 3 } else { 2 }, MAP_0F, w, 0x7b)
    }

    /// `vcvttsd2usi` or `vcvttss2usi` to 32 or 64 bits; without `truncate` by the mode of MXCSR.
    pub(crate) const fn float_to_unsigned(double: bool, w: bool, truncate: bool) -> Evex {
        evex(if double { 3 } else { 2 }, MAP_0F, w, if truncate { 0x78 } else { 0x79 })
    }
}

impl Asm {
    /// An instruction; `vvvv` is its second register operand, if it has three operands.
    pub(crate) fn evex(
        &mut self,
        what: Evex,
        reg: Enc,
        vvvv: Enc,
        rm: impl Into<Rm>,
        imm: Option<u8>,
    ) {
        let rm = rm.into();
        let mut i = Bytes { b: [0; MAX_INSN], n: 0 };
        let rex = rex_bits(reg, rm);
        i.put(0x62);
        // R, X, B and the fifth bit of the register, all inverted; the map.
        i.put((!rex & 7) << 5 | 1 << 4 | what.map);
        i.put(u8::from(what.w) << 7 | (!vvvv & 15) << 3 | 1 << 2 | what.pp);
        // No zeroing, 128 bits, the fifth bit of vvvv inverted, no mask.
        i.put(u8::from(what.broadcast) << 4 | 1 << 3);
        i.put(what.opcode);
        i.modrm_in_units(reg, rm, what.unit());
        if let Some(imm) = imm {
            i.put(imm);
        }
        self.commit(&i);
    }
}

#[cfg(test)]
mod tests {
    use super::Evex;
    use crate::asm::{Asm, Mem, RSP, Rm};
    use iced_x86::{Decoder, DecoderOptions, Formatter, IntelFormatter};

    /// The instruction as a foreign disassembler reads it.
    fn text(what: Evex, reg: u8, vvvv: u8, rm: impl Into<Rm>, imm: Option<u8>) -> String {
        let mut asm = Asm::default();
        asm.evex(what, reg, vvvv, rm, imm);
        let insn = Decoder::with_ip(64, asm.code(), 0, DecoderOptions::NONE).decode();
        assert_eq!(insn.len(), asm.code().len());
        let mut text = String::new();
        IntelFormatter::new().format(&insn, &mut text);
        text
    }

    #[test]
    fn registers() {
        let three = |what| text(what, 9, 2, 12, None);
        assert_eq!(three(Evex::MAX_SIGNED_D), "vpmaxsq xmm9,xmm2,xmm12");
        assert_eq!(three(Evex::MAX_UNSIGNED_D), "vpmaxuq xmm9,xmm2,xmm12");
        assert_eq!(three(Evex::PERMUTE_BYTES), "vpermi2b xmm9,xmm2,xmm12");
        assert_eq!(three(Evex::PERMUTE_BYTES.over_table()), "vpermt2b xmm9,xmm2,xmm12");
        assert_eq!(three(Evex::PERMUTE_WORDS), "vpermi2w xmm9,xmm2,xmm12");
        assert_eq!(three(Evex::PERMUTE_WORDS.over_table()), "vpermt2w xmm9,xmm2,xmm12");
        let logic = text(Evex::TERNARY_LOGIC, 1, 14, 8, Some(0xca));
        assert_eq!(logic, "vpternlogd xmm1,xmm14,xmm8,0CAh");
        let shift = text(Evex::SHIFT_D, Evex::SHIFT_SIGNED, 3, 11, Some(7));
        assert_eq!(shift, "vpsraq xmm3,xmm11,7");
        let rotate = |what| text(what, Evex::ROTATE_LEFT, 3, 11, Some(7));
        assert_eq!(rotate(Evex::ROTATE_S), "vprold xmm3,xmm11,7");
        assert_eq!(rotate(Evex::ROTATE_D), "vprolq xmm3,xmm11,7");
        assert_eq!(three(Evex::SHIFT_LEFT_H), "vpsllvw xmm9,xmm2,xmm12");
        assert_eq!(three(Evex::SHIFT_RIGHT_H), "vpsrlvw xmm9,xmm2,xmm12");
        assert_eq!(three(Evex::SHIFT_SIGNED_H), "vpsravw xmm9,xmm2,xmm12");
        assert_eq!(three(Evex::SHIFT_SIGNED_BY_D), "vpsravq xmm9,xmm2,xmm12");
        let two = |what| text(what, 9, 0, 12, None);
        assert_eq!(two(Evex::ABS_D), "vpabsq xmm9,xmm12");
        assert_eq!(two(Evex::COUNT_BYTES), "vpopcntb xmm9,xmm12");
    }

    #[test]
    fn sizes_of_lanes() {
        for (lane, c) in (0..).zip("bwdq".chars()) {
            assert_eq!(text(Evex::test(lane), 1, 2, 3, None), format!("vptestm{c} k1,xmm2,xmm3"));
            assert_eq!(text(Evex::from_mask(lane), 9, 0, 1, None), format!("vpmovm2{c} xmm9,k1"));
            let general = if lane == 3 { "r9" } else { "r9d" };
            let broadcast = text(Evex::broadcast_general(lane), 1, 0, 9, None);
            assert_eq!(broadcast, format!("vpbroadcast{c} xmm1,{general}"));
        }
    }

    #[test]
    fn floats() {
        for (double, scalar) in [(false, false), (false, true), (true, false), (true, true)] {
            let letters =
                format!("{}{}", if scalar { 's' } else { 'p' }, if double { 'd' } else { 's' });
            let range = text(Evex::range(double, scalar), 1, 2, 3, Some(Evex::RANGE_MAX));
            assert_eq!(range, format!("vrange{letters} xmm1,xmm2,xmm3,5"));
        }
        let two = |what| text(what, 9, 0, 12, None);
        assert_eq!(two(Evex::from_integers(false, false)), "vcvtudq2ps xmm9,xmm12");
        assert_eq!(two(Evex::from_integers(true, false)), "vcvtuqq2pd xmm9,xmm12");
        assert_eq!(two(Evex::from_integers(true, true)), "vcvtqq2pd xmm9,xmm12");
        for (truncate, t) in [(false, ""), (true, "t")] {
            let to = |double, signed| two(Evex::to_integers(double, signed, truncate));
            assert_eq!(to(false, false), format!("vcvt{t}ps2udq xmm9,xmm12"));
            assert_eq!(to(true, false), format!("vcvt{t}pd2uqq xmm9,xmm12"));
            assert_eq!(to(true, true), format!("vcvt{t}pd2qq xmm9,xmm12"));
        }
        for (double, w) in [(false, false), (false, true), (true, false), (true, true)] {
            let (float, general) =
                (if double { "sd" } else { "ss" }, if w { "r10" } else { "r10d" });
            let from = text(Evex::unsigned_to_float(double, w), 1, 2, 10, None);
            assert_eq!(from, format!("vcvtusi2{float} xmm1,xmm2,{general}"));
            for (truncate, t) in [(false, ""), (true, "t")] {
                let to = text(Evex::float_to_unsigned(double, w, truncate), 10, 0, 3, None);
                assert_eq!(to, format!("vcvt{t}{float}2usi {general},xmm3"));
            }
        }
    }

    #[test]
    fn memory() {
        let of_all = |m: Mem| text(Evex::ABS_D, 1, 0, m, None);
        assert_eq!(of_all(Mem::base(5, 0)), "vpabsq xmm1,[rbp]");
        assert_eq!(of_all(Mem::base(13, 32)), "vpabsq xmm1,[r13+20h]");
        assert_eq!(of_all(Mem::base(RSP, -2048)), "vpabsq xmm1,[rsp-800h]");
        assert_eq!(of_all(Mem::base(5, 2048)), "vpabsq xmm1,[rbp+800h]");
        assert_eq!(of_all(Mem::base(5, 8)), "vpabsq xmm1,[rbp+8]");
        let indexed = Mem { base: 8, index: 9, scale: 1, disp: 16 };
        assert_eq!(of_all(indexed), "vpabsq xmm1,[r8+r9*2+10h]");
        let of_one = |what, imm| text(what, 1, 2, Mem::base(5, 8), imm);
        assert_eq!(of_one(Evex::AND_ELEMENT, None), "vpandq xmm1,xmm2,[rbp+8]{1to2}");
        let logic = of_one(Evex::TERNARY_LOGIC_ELEMENT, Some(1));
        assert_eq!(logic, "vpternlogq xmm1,xmm2,[rbp+8]{1to2},1");
        let affine = of_one(Evex::AFFINE_ELEMENT, Some(0));
        assert_eq!(affine, "vgf2p8affineqb xmm1,xmm2,[rbp+8]{1to2},0");
    }
}
