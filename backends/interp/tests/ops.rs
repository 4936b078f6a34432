//! What each op means, by example: op text with constant operands, and the results.

use backend_interp::Interp;
use tcg_ir::{ExitCode, Interpreter, parse_tb, verify};
use tcg_irgen::{ToyState, toy_layout};

/// Runs the TB of these lines on `state`.
fn run(lines: &str, state: &mut ToyState) {
    let text = format!("tb 0x1000 {{\n{lines}\n}}\n");
    let tb = parse_tb(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    verify(&tb, toy_layout()).unwrap_or_else(|e| panic!("{e}\n{text}"));
    // SAFETY: `state` is live and ours alone; the TBs here touch no memory but what they are given.
    unsafe { Interp::new(toy_layout()).run(&tb, &raw mut state.env) };
}

/// Checks an op's results: each is named by its type, and read back through other state.
fn check(op: &str, results: &[(&str, u64)]) {
    let mut lines = String::new();
    let outs: Vec<String> =
        results.iter().enumerate().map(|(n, (ty, _))| format!("v{n}:{ty}")).collect();
    lines += &format!("{} = {op}\n", outs.join(", "));
    let extra = std::mem::offset_of!(ToyState, extra);
    for (n, (ty, _)) in results.iter().enumerate() {
        lines += &format!("st_state ty={ty} off={} v{n}\n", extra + 8 * n);
    }
    lines += "goto pc=0x1006";
    let mut state = ToyState::default();
    run(&lines, &mut state);
    for (n, (_, want)) in results.iter().enumerate() {
        assert_eq!(state.extra[n], *want, "result {n} of {op}: {:#x}", state.extra[n]);
    }
    assert_eq!((state.env.pc, state.env.exit_code), (0x1006, ExitCode::NONE));
}

const MAX: u64 = u64::MAX;
const MIN: u64 = 1 << 63;

#[test]
fn integers() {
    for (op, result) in [
        ("add ty=i64 #0xffffffffffffffff:i64, #0x2:i64", 1),
        ("sub ty=i64 #0x1:i64, #0x2:i64", MAX),
        ("mul ty=i64 #0x8000000000000001:i64, #0x2:i64", 2),
        ("and ty=i64 #0xff00:i64, #0x0ff0:i64", 0x0f00),
        ("or ty=i64 #0xff00:i64, #0x0ff0:i64", 0xfff0),
        ("xor ty=i64 #0xff00:i64, #0x0ff0:i64", 0xf0f0),
        ("andnot ty=i64 #0xff00:i64, #0x0ff0:i64", 0xf000),
        ("neg ty=i64 #0x1:i64", MAX),
        ("not ty=i64 #0x1:i64", MAX - 1),
        ("shl ty=i64 #0x3:i64, #0x41:i64", 6),
        ("shr_u ty=i64 #0x8000000000000000:i64, #0x3f:i64", 1),
        ("shr_s ty=i64 #0x8000000000000000:i64, #0x3f:i64", MAX),
        ("shr_s ty=i64 #0x8000000000000000:i64, #0x40:i64", MIN),
        ("rotl ty=i64 #0x8000000000000001:i64, #0x1:i64", 3),
        ("clz ty=i64 #0x0:i64", 64),
        ("clz ty=i64 #0x1:i64", 63),
        ("ctz ty=i64 #0x0:i64", 64),
        ("ctz ty=i64 #0x8:i64", 3),
        ("popcnt ty=i64 #0xf0f0:i64", 8),
        ("bswap ty=i64 #0x0102030405060708:i64", 0x0807_0605_0403_0201),
        ("extend sign=s #0x80000000:i32", 0xffff_ffff_8000_0000),
        ("extend sign=u #0x80000000:i32", 0x8000_0000),
        ("concat #0x1:i32, #0x2:i32", 0x2_0000_0001),
        ("extract ty=i64 pos=4 len=8 sign=u #0xff0:i64", 0xff),
        ("extract ty=i64 pos=4 len=8 sign=s #0xff0:i64", MAX),
        ("extract ty=i64 pos=0 len=64 sign=u #0xffffffffffffffff:i64", MAX),
        ("deposit ty=i64 pos=8 len=8 #0xffffffffffffffff:i64, #0xa00:i64", 0xffff_ffff_ffff_00ff),
        ("deposit ty=i64 pos=0 len=64 #0x1:i64, #0x2:i64", 2),
        ("select ty=i64 cty=i32 cond=lt_s #0xffffffff:i32, #0x0:i32, #0x1:i64, #0x2:i64", 1),
        ("select ty=i64 cty=i32 cond=lt_u #0xffffffff:i32, #0x0:i32, #0x1:i64, #0x2:i64", 2),
    ] {
        check(op, &[("i64", result)]);
    }
}

#[test]
fn integers_of_32_bits() {
    for (op, result) in [
        ("add ty=i32 #0xffffffff:i32, #0x2:i32", 1),
        ("sub ty=i32 #0x1:i32, #0x2:i32", 0xffff_ffff),
        ("neg ty=i32 #0x1:i32", 0xffff_ffff),
        ("shl ty=i32 #0x3:i32, #0x21:i32", 6),
        ("shr_s ty=i32 #0x80000000:i32, #0x1f:i32", 0xffff_ffff),
        ("shr_u ty=i32 #0x80000000:i32, #0x1f:i32", 1),
        ("rotl ty=i32 #0x80000001:i32, #0x21:i32", 3),
        ("clz ty=i32 #0x0:i32", 32),
        ("clz ty=i32 #0x1:i32", 31),
        ("ctz ty=i32 #0x0:i32", 32),
        ("popcnt ty=i32 #0xffffffff:i32", 32),
        ("bswap ty=i32 #0x01020304:i32", 0x0403_0201),
        ("trunc #0x123456789:i64", 0x2345_6789),
        ("hi32 #0x123456789:i64", 1),
        ("extract ty=i32 pos=31 len=1 sign=s #0x80000000:i32", 0xffff_ffff),
        ("deposit ty=i32 pos=24 len=8 #0x0:i32, #0x1ff:i32", 0xff00_0000),
    ] {
        check(op, &[("i32", result)]);
    }
}

#[test]
fn pairs() {
    let i64s = |first, second| [("i64", first), ("i64", second)];
    let i32s = |first, second| [("i32", first), ("i32", second)];
    check("mul_wide_u ty=i64 #0xffffffffffffffff:i64, #0xffffffffffffffff:i64", &i64s(1, MAX - 1));
    check("mul_wide_s ty=i64 #0xffffffffffffffff:i64, #0x2:i64", &i64s(MAX - 1, MAX));
    check("mul_wide_s ty=i32 #0xffffffff:i32, #0x2:i32", &i32s(0xffff_fffe, 0xffff_ffff));
    check("mul_wide_u ty=i32 #0xffffffff:i32, #0x2:i32", &i32s(0xffff_fffe, 1));
    check("divrem ty=i64 sign=s #0xfffffffffffffff9:i64, #0x2:i64", &i64s(MAX - 2, MAX));
    check("divrem ty=i64 sign=u #0xfffffffffffffff9:i64, #0x10:i64", &i64s(MAX >> 4, 9));
    check("divrem ty=i32 sign=s #0x7:i32, #0xfffffffe:i32", &i32s(0xffff_fffd, 1));
    check("divrem_wide_u ty=i64 #0x1:i64, #0x0:i64, #0x3:i64", &i64s(0x5555_5555_5555_5555, 1));
    check("divrem_wide_u ty=i32 #0x1:i32, #0x1:i32, #0x2:i32", &i32s(0x8000_0000, 1));
    check(
        "add_carry ty=i64 #0xffffffffffffffff:i64, #0x0:i64, #0x1:i32",
        &[("i64", 0), ("i32", 1)],
    );
    check("add_carry ty=i32 #0xffffffff:i32, #0xffffffff:i32, #0x1:i32", &i32s(0xffff_ffff, 1));
    check("sub_borrow ty=i64 #0x0:i64, #0x0:i64, #0x1:i32", &[("i64", MAX), ("i32", 1)]);
    check("sub_borrow ty=i32 #0x5:i32, #0x5:i32, #0x0:i32", &i32s(0, 0));
}

#[test]
fn conditions() {
    for (cond, a, b, holds) in [
        ("eq", 1, 1, true),
        ("ne", 1, 1, false),
        ("lt_s", MAX, 0, true),
        ("lt_u", MAX, 0, false),
        ("le_s", 0, 0, true),
        ("le_u", 1, 0, false),
        ("gt_s", 0, MIN, true),
        ("gt_u", 0, MIN, false),
        ("ge_s", MIN, 0, false),
        ("ge_u", MIN, 0, true),
        ("tst_eq", 6, 9, true),
        ("tst_ne", 6, 12, true),
        ("ov_add", MAX >> 1, 1, true),
        ("no_ov_add", MAX, 1, true),
        ("ov_sub", MIN, 1, true),
        ("no_ov_sub", 0, MIN, false),
    ] {
        check(
            &format!("setcond cty=i64 cond={cond} #{a:#x}:i64, #{b:#x}:i64"),
            &[("i32", u64::from(holds))],
        );
    }
    check("setcond cty=i32 cond=ov_add #0x7fffffff:i32, #0x1:i32", &[("i32", 1)]);
    check("setcond cty=i32 cond=lt_s #0x80000000:i32, #0x0:i32", &[("i32", 1)]);
}

/// Runs a floating-point op on doubles in `f0`, `f1`; gives bits and flags.
fn float(op: &str, ty: &str, f0: f64, f1: f64) -> (u64, u32) {
    let mut state = ToyState::default();
    state.globals.f[0] = f0.to_bits();
    state.globals.f[1] = f1.to_bits();
    let extra = std::mem::offset_of!(ToyState, extra);
    let lines = format!(
        "v0:f64 = get g=g8\nv1:f64 = get g=g9\nv2:{ty} = {op}\nst_state ty={ty} off={extra} v2\ngoto pc=0x1006"
    );
    run(&lines, &mut state);
    (state.extra[0], state.env.fp_flags)
}

#[test]
fn floats() {
    const INEXACT: u32 = 16;
    let f64s = |op: &str, a, b| float(op, "f64", a, b);
    assert_eq!(f64s("fadd ty=f64 v0, v1", 1.5, 2.0), (3.5f64.to_bits(), 0));
    assert_eq!(f64s("fsub ty=f64 v0, v1", 1.0, 1.0), (0, 0));
    assert_eq!(f64s("fmul ty=f64 v0, v1", 3.0, -2.0), ((-6.0f64).to_bits(), 0));
    assert_eq!(f64s("fdiv ty=f64 v0, v1", 1.0, 3.0), ((1.0f64 / 3.0).to_bits(), INEXACT));
    assert_eq!(f64s("fdiv ty=f64 v0, v1", 1.0, 0.0), (f64::INFINITY.to_bits(), 2));
    assert_eq!(f64s("fsqrt ty=f64 v0", 2.25, 0.0), (1.5f64.to_bits(), 0));
    assert_eq!(f64s("fmuladd ty=f64 sub=true v0, v1, v0", 2.0, 3.0), (4.0f64.to_bits(), 0));
    assert_eq!(f64s("fneg ty=f64 v0", 0.0, 0.0), (MIN, 0));
    assert_eq!(f64s("fabs ty=f64 v0", -1.0, 0.0), (1.0f64.to_bits(), 0));
    assert_eq!(f64s("fround ty=f64 round=up quiet=false v0", 1.25, 0.0), (2.0f64.to_bits(), 16));
    assert_eq!(f64s("fround ty=f64 round=down quiet=true v0", 1.25, 0.0), (1.0f64.to_bits(), 0));
    assert_eq!(f64s("fround ty=f64 round=away quiet=true v0", 2.5, 0.0), (3.0f64.to_bits(), 0));
    let i32s = |op: &str, a, b| float(op, "i32", a, b);
    assert_eq!(i32s("fcmp ty=f64 signaling=false v0, v1", 1.0, 2.0), (1, 0));
    assert_eq!(i32s("fcmp ty=f64 signaling=false v0, v1", 2.0, 1.0), (2, 0));
    assert_eq!(i32s("fcmp ty=f64 signaling=false v0, v1", 0.0, -0.0), (0, 0));
    assert_eq!(i32s("fcmp ty=f64 signaling=false v0, v1", f64::NAN, 1.0), (3, 0));
    assert_eq!(i32s("fcmp ty=f64 signaling=true v0, v1", f64::NAN, 1.0), (3, 1));
    assert_eq!(i32s("fsetmask ty=f64 mask=0101 v0, v1", 1.0, 2.0), (1, 0));
    assert_eq!(i32s("fsetmask ty=f64 mask=0101 v0, v1", 2.0, 1.0), (0, 0));
    let f32s = |op: &str, a, b| float(op, "f32", a, b);
    assert_eq!(f32s("fcvt from=f64 to=f32 v0", 0.1, 0.0), (u64::from(0.1f32.to_bits()), INEXACT));
    assert_eq!(f32s("fhi v0", 1.0, 0.0), (0x3ff0_0000, 0));
    check("ffromint ity=i64 sign=u ty=f64 #0xffffffffffffffff:i64", &[("f64", 0x43f0 << 48)]);
    check("ffromint ity=i32 sign=s ty=f64 #0xffffffff:i32", &[("f64", (-1.0f64).to_bits())]);
}

/// The class tells what a condition code needs: 0 zero, 1 negative, 2 positive, 3 invalid.
#[test]
fn float_to_integer() {
    let convert = |x: f64, round: &str| {
        let mut state = ToyState::default();
        state.globals.f[0] = x.to_bits();
        let extra = std::mem::offset_of!(ToyState, extra);
        let lines = format!(
            "v0:f64 = get g=g8\nv1:i32, v2:i32 = ftoint ty=f64 ity=i32 sign=s round={round} v0\nst_state ty=i32 off={extra} v1\nst_state ty=i32 off={} v2\ngoto pc=0x1006",
            extra + 8
        );
        run(&lines, &mut state);
        (state.extra[0] as u32 as i32, state.extra[1], state.env.fp_flags)
    };
    assert_eq!(convert(0.0, "even"), (0, 0, 0));
    assert_eq!(convert(-2.5, "even"), (-2, 1, 16));
    assert_eq!(convert(2.5, "away"), (3, 2, 16));
    assert_eq!(convert(0.25, "zero"), (0, 2, 16));
    assert_eq!(convert(2.25, "odd"), (3, 2, 16));
    assert_eq!(convert(f64::NAN, "even"), (0, 3, 1));
    assert_eq!(convert(1e10, "even"), (i32::MAX, 3, 1));
    assert_eq!(convert(-1e10, "even"), (i32::MIN, 3, 1));
}

#[test]
fn guest_state() {
    let mut state = ToyState::default();
    state.globals.r[0] = 0x1111_2222_3333_4444;
    state.globals.v[0] = 0xff00 << 64;
    run(
        "put_lo g=g0 #0x5:i32\nv0:i64 = get g=g0\nput g=g1 v0\nput_hi g=g1 #0x6:i32\n\
         v1:v128 = vdup lane=b #0x1f0:i32\nv2:v128 = get g=g14\nv3:v128 = vand v1, v2\nput g=g15 v3\n\
         fpflags_set #0x1f:i32\nv4:i32 = fpflags_get\nput g=g12 v4\nfpround_set #0x1:i32\n\
         v5:f64 = fdiv ty=f64 v6, v7\nput g=g8 v5\ngoto pc=0x1006"
            .replace("v6, v7", "#0x3ff0000000000000:f64, #0x4024000000000000:f64")
            .as_str(),
        &mut state,
    );
    assert_eq!(state.globals.r[..2], [0x1111_2222_0000_0005, 0x0000_0006_0000_0005]);
    assert_eq!(state.globals.v[1], 0xf000 << 64);
    assert_eq!(state.globals.w[0], 31);
    // Toward zero, as set: to nearest, 1/10 would end in …9a.
    assert_eq!((state.globals.f[0], state.env.fp_round), (0x3fb9_9999_9999_9999, 1));
}

#[test]
fn control() {
    let mut state = ToyState::default();
    run(
        "insn pc=0x1000 len=4\nbrcond cty=i32 cond=eq label=L0 #0x0:i32, #0x0:i32\n\
         put g=g0 #0x1:i64\nlabel label=L0\nput g=g1 #0x2:i64\n\
         goto_if cty=i32 cond=ne pc=0x3000 #0x0:i32, #0x0:i32\ninsn pc=0x1004 len=4\n\
         trap_if cty=i32 cond=eq code=20 #0x0:i32, #0x0:i32\ngoto pc=0x1008",
        &mut state,
    );
    assert_eq!(state.globals.r[..2], [0, 2]);
    assert_eq!((state.env.pc, state.env.exit_code), (0x1004, ExitCode(20)));
    run("exit code=1 pc=0x2000 #0x7:i64", &mut state);
    assert_eq!((state.env.pc, state.env.exit_code.0, state.env.exit_arg), (0x2000, 1, 7));
    run("goto_ind kind=ret #0x4000:i64", &mut state);
    assert_eq!((state.env.pc, state.env.exit_code), (0x4000, ExitCode::NONE));
    state.env.exit_request.store(1, std::sync::atomic::Ordering::Relaxed);
    run("poll pc=0x5000\ngoto pc=0x6000", &mut state);
    assert_eq!((state.env.pc, state.env.exit_code), (0x5000, ExitCode::INTERRUPT));
}

#[test]
fn memory() {
    tcg_mem::sigsafe_fixup::install().expect("the fault handler");
    #[repr(align(16))]
    struct Place([u8; 32]);
    let mut place = Place([0; 32]);
    for (n, byte) in place.0.iter_mut().enumerate() {
        *byte = 0x80 + n as u8;
    }
    let base = place.0.as_mut_ptr() as u64;
    let mut state = ToyState::default();
    state.globals.r[0] = base;
    run(
        "v0:i64 = get g=g0\nv1:i64 = ld ty=i64 mem=s16_be disp=2 v0, _\nput g=g1 v1\n\
         v2:i64 = ld ty=i64 mem=u32_le disp=0 v0, #0x4:i64\nput g=g2 v2\n\
         v3:i64 = cas ty=i64 mem=u64_be_sc disp=8 v0, #0x88898a8b8c8d8e8f:i64, #0x1:i64\nput g=g3 v3\n\
         v4:i64 = rmw op=add ty=i64 mem=u8_be_sc disp=0 v0, #0x81:i64\nput g=g4 v4\n\
         v5:i64, v6:i64 = ld128 mem=u128_be disp=16 v0\nput g=g5 v5\nput g=g6 v6\n\
         st ty=i64 mem=u16_be disp=4 v0, _, #0x1234:i64\ngoto pc=0x1006",
        &mut state,
    );
    let r = state.globals.r;
    assert_eq!(r[1], 0xffff_ffff_ffff_8283);
    assert_eq!(r[2], 0x8786_8584);
    assert_eq!(r[3], 0x8889_8a8b_8c8d_8e8f);
    assert_eq!(r[4], 0x80);
    assert_eq!((r[6], r[5]), (0x9091_9293_9495_9697, 0x9899_9a9b_9c9d_9e9f));
    assert_eq!(place.0[..6], [0x01, 0x81, 0x82, 0x83, 0x12, 0x34]);
    assert_eq!(place.0[8..16], [0, 0, 0, 0, 0, 0, 0, 1]);
    // A fault stops at its instruction, with what was written before it.
    run(
        "insn pc=0x1000 len=4\nput g=g1 #0x1:i64\ninsn pc=0x1004 len=4\n\
         v0:i64 = ld ty=i64 mem=u64_be disp=16 #0x20:i64, _\nput g=g1 v0\ngoto pc=0x1008",
        &mut state,
    );
    assert_eq!(state.globals.r[1], 1);
    let env = &state.env;
    assert_eq!((env.pc, env.exit_code, env.exit_arg), (0x1004, ExitCode::FAULT_READ, 0x30));
    run("st ty=i64 mem=u64_be disp=0 #0x20:i64, _, #0x20:i64\ngoto pc=0x1008", &mut state);
    assert_eq!(state.env.exit_code, ExitCode::FAULT_WRITE);
}
