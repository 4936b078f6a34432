//! The toy guest: its CPU state, globals and helper.

use crate::random::{Random, RandomExt as _};
use rand::RngExt as _;
use std::mem::{offset_of, size_of};
use tcg_ir::{Env, GlobalDesc, GuestLayout, HelperDesc, Type};

/// CPU state of the toy guest.
#[repr(C)]
#[derive(Debug, Default)]
pub struct ToyState {
    /// The shared head.
    pub env: Env,
    /// The globals.
    pub globals: Globals,
    /// State that is no global.
    pub extra: [u64; 4],
}

/// The registers of the toy guest.
#[repr(C, align(16))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Globals {
    /// `v128` globals.
    pub v: [u128; 2],
    /// `i64` globals.
    pub r: [u64; 8],
    /// `f64` globals, as bits.
    pub f: [u64; 4],
    /// `i32` globals.
    pub w: [u32; 2],
    /// More `v128` globals.
    pub x: [u128; 2],
}

impl ToyState {
    /// A state with random registers.
    #[must_use]
    pub fn random(random: &mut Random) -> Box<ToyState> {
        let mut state = Box::<ToyState>::default();
        let globals = &mut state.globals;
        globals.r.fill_with(|| random.number());
        globals.f.fill_with(|| random.double());
        globals.w.fill_with(|| random.number() as u32);
        for v in globals.v.iter_mut().chain(&mut globals.x) {
            *v = random.random();
        }
        state.extra.fill_with(|| random.number());
        state
    }

    /// A copy for another engine to run on.
    #[must_use]
    pub fn copy(&self) -> Box<ToyState> {
        let mut copy = Box::<ToyState>::default();
        copy.globals = self.globals;
        copy.extra = self.extra;
        copy.env.fp_flags = self.env.fp_flags;
        copy.env.fp_round = self.env.fp_round;
        copy
    }
}

const fn offset(member: usize, index: usize, bytes: usize) -> u32 {
    (offset_of!(ToyState, globals) + member + index * bytes) as u32
}

const fn int(name: &'static str, index: usize, pin_rank: u8) -> GlobalDesc {
    GlobalDesc { name, ty: Type::I64, offset: offset(offset_of!(Globals, r), index, 8), pin_rank }
}

const fn float(name: &'static str, index: usize, pin_rank: u8) -> GlobalDesc {
    GlobalDesc { name, ty: Type::F64, offset: offset(offset_of!(Globals, f), index, 8), pin_rank }
}

const fn word(name: &'static str, index: usize, pin_rank: u8) -> GlobalDesc {
    GlobalDesc { name, ty: Type::I32, offset: offset(offset_of!(Globals, w), index, 4), pin_rank }
}

const fn vector(name: &'static str, member: usize, index: usize, pin_rank: u8) -> GlobalDesc {
    let offset = offset(member, index, 16);
    GlobalDesc { name, ty: Type::V128, offset, pin_rank }
}

/// The choices that differ most from the host's.
static RULES: softfp::Rules = softfp::Rules {
    nan: softfp::NanRule::AddendFirst,
    out_of_range_is_inexact: false,
    nan_to_signed_is_min: false,
    ..softfp::PLAIN
};

/// Two tables without a pattern.
static TABLES: [[u8; 256]; 2] = [mixed(77, 13), mixed(101, 200)];

const fn mixed(factor: usize, start: usize) -> [u8; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = (i * factor + start + i * i / 7) as u8;
        i += 1;
    }
    table
}

static LAYOUT: GuestLayout = GuestLayout {
    name: "toy",
    globals: &[
        int("r0", 0, 0),
        int("r1", 1, 1),
        int("r2", 2, 2),
        int("r3", 3, 3),
        int("r4", 4, 4),
        int("r5", 5, u8::MAX),
        int("r6", 6, u8::MAX),
        int("r7", 7, u8::MAX),
        float("f0", 0, 0),
        float("f1", 1, 1),
        float("f2", 2, u8::MAX),
        float("f3", 3, u8::MAX),
        word("w0", 0, 5),
        word("w1", 1, u8::MAX),
        vector("v0", offset_of!(Globals, v), 0, u8::MAX),
        vector("v1", offset_of!(Globals, v), 1, u8::MAX),
        vector("x0", offset_of!(Globals, x), 0, 2),
        vector("x1", offset_of!(Globals, x), 1, 3),
    ],
    helpers: &[HelperDesc { name: "mix", entry: mix, reads_fp_flags: false }],
    tables: &TABLES,
    fp: &RULES,
    state_size: size_of::<ToyState>() as u32,
};

/// Layout of [`ToyState`].
#[must_use]
pub fn toy_layout() -> &'static GuestLayout {
    &LAYOUT
}

/// Byte offset of an `extra` word.
pub(crate) fn extra_offset(index: u32) -> u32 {
    offset_of!(ToyState, extra) as u32 + 8 * index
}

/// Mixes its arguments with a global and a word of other state, and writes both.
///
/// # Safety
/// `env` is the head of a live [`ToyState`] that nobody else uses.
unsafe extern "C" fn mix(env: *mut Env, a0: u64, a1: u64, a2: u64, a3: u64) -> u64 {
    // SAFETY: our caller's promise.
    let state = unsafe { &mut *env.cast::<ToyState>() };
    let sum = a0.wrapping_add(a1.rotate_left(7)) ^ a2.wrapping_mul(3) ^ a3.rotate_right(9);
    state.globals.r[3] = state.globals.r[3].wrapping_add(sum);
    state.extra[1] ^= state.globals.r[1];
    sum ^ state.globals.r[5]
}
