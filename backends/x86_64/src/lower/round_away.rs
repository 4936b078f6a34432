//! Rounding of singles and doubles to the nearest integral number, ties away from zero, which the host lacks.
//!
//! A number is truncated, and one with its sign is added if the difference, which is exact, is one half or more.

use super::float::{by_type, packed, rounding_control, scalar};
use super::vector::{PAND, POR};
use crate::asm::{Cc, Enc, Rm};
use crate::constants::Const;
use crate::context::Cx;
use tcg_ir::{Lane, Round, Type};

/// What of a register is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The lowest float; what is above is that of the operand.
    Scalar,
    Lanes,
}

/// Predicate of `vcmpps`; there are no NaNs, unless one is invalid anyway.
const LESS_OR_EQUAL: u8 = 0x02;

/// The bits of one half, one, and infinity.
const fn bits(ty: Type) -> [u64; 3] {
    match ty {
        Type::F32 => [126 << 23, 127 << 23, 255 << 23],
        _ => [1022 << 52, 1023 << 52, 2047 << 52],
    }
}

impl Cx<'_> {
    /// `d` = `a` rounded; unless `quiet`, what was not integral raises inexact. Infinities become NaNs and are invalid.
    pub(crate) fn round_away(
        &mut self,
        (ty, part): (Type, Part),
        quiet: bool,
        d: Enc,
        a: Enc,
        [t, u]: [Enc; 2],
    ) {
        let lane = Lane::of_float(ty);
        let [half, one, _] = bits(ty);
        let (prefix, opcode, above) = match part {
            Part::Scalar => (scalar(ty), 0x0a, a),
            Part::Lanes => (packed(ty), 0x08, 0),
        };
        // vroundss, vroundps and those of doubles
        let opcode = opcode + u8::from(ty == Type::F64);
        self.asm.v3a(false, opcode, d, above, a, rounding_control(Round::Zero, quiet));
        // vsub
        self.asm.v(prefix, 0x5c, t, a, d);
        self.magnitudes(ty, t, t);
        self.splat(lane, u, half);
        // vcmp
        self.asm.vex(prefix, 1, false, 0xc2, t, u, Rm::R(t), Some(LESS_OR_EQUAL));
        self.splat(lane, u, one);
        self.p(PAND, t, t, u);
        self.splat(lane, u, 1 << (lane.bits() - 1));
        self.p(PAND, u, u, a);
        self.p(POR, t, t, u);
        // vadd
        self.asm.v(prefix, 0x58, d, d, t);
    }

    /// Jumps if `a` is infinite or a NaN.
    pub(crate) fn jump_unless_finite(
        &mut self,
        (ty, part): (Type, Part),
        a: Enc,
        [t, u]: [Enc; 2],
    ) -> usize {
        let [.., infinity] = bits(ty);
        self.magnitudes(ty, t, a);
        self.splat(Lane::of_float(ty), u, infinity - 1);
        match part {
            Part::Scalar => {
                // vucomis: below or unordered
                self.asm.v(packed(ty), 0x2e, u, 0, t);
                self.asm.jcc(Cc::B)
            }
            Part::Lanes => {
                match ty {
                    // vpcmpgtd, vpcmpgtq
                    Type::F32 => self.p(0x66, t, t, u),
                    _ => self.p38(0x37, t, t, u),
                }
                self.jump_if_any(t)
            }
        }
    }

    fn magnitudes(&mut self, ty: Type, d: Enc, a: Enc) {
        let m = self.constant();
        self.p(PAND, d, a, m);
        self.constant_used(by_type(ty, Const::AbsLanes64, Const::AbsLanes32));
    }
}
