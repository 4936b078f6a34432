//! The book's table of vector ops and their host instructions is made from what the back end emits:
//! `BLESS=1 cargo test -p backend-x86-64` rewrites it.

use backend_x86_64::{Shortcuts, X64Backend};
use iced_x86::{Decoder, DecoderOptions, Instruction, Mnemonic, OpKind};
use std::fmt::Write;
use tcg_ir::{
    Backend, Compiled, CryptoOp, Lane, VecFpCmp, VecFpOp, VecOp, VecShift, parse_tb, verify,
};
use tcg_irgen::toy_layout;
use test_harness::files::check_file;

const INTRODUCTION: &str = "\
# Vector ops on x86-64

This page is made from what the x86_64 back end emits, by `BLESS=1 cargo test -p backend-x86-64`.

Operands are in registers, constants in memory.
Each row is for x86-64-v3; where AVX-512 (F, CD, BW, DQ, VL, and BITALG and VBMI for a few) and GFNI do with less, a second row says how.
`vmovddup` loads a constant that both halves share, `vmovdqu` one of 16 bytes.
Steps of cryptography use AES-NI, PCLMULQDQ and SHA-NI; on a host without one of them its steps are done by software.
Floating-point operations end with the check for what software has to do (`vandps`, `vcmpps`, `vpmovmskb`, `test`, `jne`).

";

/// The host instructions of one op, the last of whose outputs is `x`.
fn instructions(op: &str, shortcuts: Shortcuts) -> String {
    let text = format!(
        "tb 0x1000 {{\n a:v128 = get g=g16\n b:v128 = get g=g17\n c:v128 = vxor a, b\n {op}\n st_state ty=v128 off=1000 x\n goto pc=0x1004\n}}"
    );
    let tb = parse_tb(&text).expect(op);
    verify(&tb, toy_layout()).expect(op);
    let mut backend = X64Backend::with(toy_layout(), true, shortcuts);
    backend.prologue(0x1000_0000, &mut Vec::new());
    let mut out = Compiled::default();
    backend.compile(&tb, 0x2000_0000, &mut out).expect("room");
    let decoder = Decoder::with_ip(64, &out.code, 0x2000_0000, DecoderOptions::NONE);
    let own = |insn: &Instruction| {
        let stores = insn.op_count() > 0 && insn.op0_kind() == OpKind::Memory;
        insn.mnemonic() != Mnemonic::Nop && !stores
    };
    let hot = decoder.into_iter().take_while(|insn| insn.mnemonic() != Mnemonic::Jmp).filter(own);
    let mut names: Vec<String> =
        hot.map(|insn| format!("{:?}", insn.mnemonic()).to_lowercase()).collect();
    // The third operand, of those that have three, is made first.
    if op.contains(" c") {
        names.remove(0);
    }
    names.join(" ")
}

/// What x86-64-v3 does, with the cryptography that it lacks.
fn plain() -> Shortcuts {
    let without = |all: Shortcuts, name| all.without(name).expect("a shortcut");
    ["avx512", "gfni"].into_iter().fold(Shortcuts::ALL, without)
}

/// A row with the instructions of the given ops, and one with what AVX-512 changes.
fn row(out: &mut String, name: &str, ops: impl Iterator<Item = Option<String>>) {
    let ops: Vec<Option<String>> = ops.collect();
    let on = |shortcuts| ops.iter().map(move |op| Some(instructions(op.as_ref()?, shortcuts)));
    let none = || "–".to_owned();
    let cells = on(plain()).map(|cell| cell.unwrap_or_else(none));
    line(out, &format!("`{name}`"), cells);
    if !on(plain()).eq(on(Shortcuts::ALL)) {
        let both = on(plain()).zip(on(Shortcuts::ALL));
        let changed = both.map(|(v3, v4)| if v3 == v4 { None } else { v4 });
        line(out, "… AVX-512", changed.map(Option::unwrap_or_default));
    }
}

fn line(out: &mut String, name: &str, cells: impl Iterator<Item = String>) {
    write!(out, "| {name} |").expect("a string");
    for cell in cells {
        write!(out, " {cell} |").expect("a string");
    }
    out.push('\n');
}

fn heading(out: &mut String, title: &str, columns: &str) {
    let n = columns.matches('|').count() + 2;
    writeln!(out, "## {title}\n\n| | {columns} |\n|{}", " --- |".repeat(n)).expect("a string");
}

const LANES: &str = "8 bits | 16 bits | 32 bits | 64 bits";

fn integer(out: &mut String) {
    heading(out, "`vbinary`", LANES);
    for op in VecOp::ALL {
        let cell = |lane: &Lane| {
            let text = format!("x:v128 = vbinary op={} lane={} a, b", op.name(), lane.name());
            op.has(*lane).then_some(text)
        };
        row(out, op.name(), Lane::ALL.iter().map(cell));
    }
    out.push('\n');
    heading(out, "On one vector", LANES);
    for op in VecOp::ALL.iter().filter(|op| op.is_associative()) {
        let cell = |lane: &Lane| {
            let text = format!("x:v128 = vacross op={} lane={} a", op.name(), lane.name());
            op.has(*lane).then_some(text)
        };
        row(out, &format!("vacross {}", op.name()), Lane::ALL.iter().map(cell));
    }
    for op in VecShift::ALL {
        let cell = |lane: &Lane| {
            let text = format!("x:v128 = vshift op={} lane={} n=3 a", op.name(), lane.name());
            Some(text)
        };
        row(out, &format!("vshift {}", op.name()), Lane::ALL.iter().map(cell));
    }
    let named = [
        ("vabs", "x:v128 = vabs lane=LANE a", "bhsd"),
        ("vwiden signed", "x:v128 = vwiden lane=LANE sign=s high=false a", "bhs"),
        ("vwiden unsigned, high", "x:v128 = vwiden lane=LANE sign=u high=true a", "bhs"),
        ("vnarrow wrap", "x:v128 = vnarrow lane=LANE how=wrap a", "hsd"),
        ("vnarrow s_to_s", "x:v128 = vnarrow lane=LANE how=s_to_s a", "hs"),
        ("vnarrow s_to_u", "x:v128 = vnarrow lane=LANE how=s_to_u a", "hs"),
        ("vreverse within d", "x:v128 = vreverse lane=LANE within=d a", "bhs"),
        ("vdup_lane 1", "x:v128 = vdup_lane lane=LANE index=1 a", "bhsd"),
        ("vmove 1 from 0", "x:v128 = vmove lane=LANE index=1 from=0 a, b", "bhsd"),
    ];
    for (name, text, lanes) in named {
        let cell = |lane: &Lane| {
            let text = text.replace("LANE", lane.name());
            lanes.contains(lane.name()).then_some(text)
        };
        row(out, name, Lane::ALL.iter().map(cell));
    }
    out.push('\n');
}

fn others(out: &mut String) {
    heading(out, "Bits and bytes", "all lanes");
    let named = [
        ("vand", "x:v128 = vand a, b"),
        ("vandnot", "x:v128 = vandnot a, b"),
        ("vxor of vandnot", "t:v128 = vandnot a, b\n x:v128 = vxor t, a"),
        ("vselect", "x:v128 = vselect c, a, b"),
        ("vpopcnt8", "x:v128 = vpopcnt8 a"),
        ("vext", "x:v128 = vext n=3 a, b"),
        ("vtable", "x:v128 = vtable a, b"),
    ];
    for (name, text) in named {
        row(out, name, [Some(text.to_owned())].into_iter());
    }
    out.push('\n');
}

fn crypto(out: &mut String) {
    heading(out, "Cryptography", "all 128 bits");
    for op in CryptoOp::ALL {
        let text = format!("x:v128 = vcrypto op={} a, b, c", op.name());
        row(out, &format!("vcrypto {}", op.name()), [Some(text)].into_iter());
    }
    out.push('\n');
}

fn floats(out: &mut String) {
    heading(out, "Floating point", "f16 | f32 | f64");
    let mut both = |name: String, text: String| {
        let cell = |ty: &&str| Some(text.replace("TYPE", ty));
        row(out, &name, ["f16", "f32", "f64"].iter().map(cell));
    };
    for op in VecFpOp::ALL.iter().map(|op| op.name()) {
        both(format!("vfbinary {op}"), format!("x:v128 = vfbinary op={op} ty=TYPE a, b"));
    }
    both("vfsqrt".to_owned(), "x:v128 = vfsqrt ty=TYPE a".to_owned());
    both("vfmuladd".to_owned(), "x:v128 = vfmuladd ty=TYPE neg=false a, b, c".to_owned());
    for op in VecFpCmp::ALL.iter().map(|op| op.name()) {
        both(format!("vfcmp {op}"), format!("x:v128 = vfcmp op={op} ty=TYPE a, b"));
    }
    for round in ["up", "away"] {
        let text = format!("x:v128 = vfround ty=TYPE round={round} quiet=true a");
        both(format!("vfround {round}"), text);
    }
    for (name, sign) in [("signed", "s"), ("unsigned", "u")] {
        let text = format!("x:v128 = vffromint ty=TYPE sign={sign} a");
        both(format!("vffromint {name}"), text);
        let text = format!("x:v128 = vftoint ty=TYPE sign={sign} round=zero a");
        both(format!("vftoint {name}, zero"), text);
    }
    let widen = |ty: &str| Some(format!("x:v128 = vfwiden from={ty} high=false a"));
    row(out, "vfwiden", [widen("f16"), widen("f32"), None].into_iter());
    let narrow = |from: &str, to: &str| Some(format!("x:v128 = vfnarrow from={from} to={to} a"));
    let to_half = [None, narrow("f32", "f16"), narrow("f64", "f16")];
    row(out, "vfnarrow to f16", to_half.into_iter());
    row(out, "vfnarrow to f32", [None, None, narrow("f64", "f32")].into_iter());
}

#[test]
fn the_table_in_the_book_is_up_to_date() {
    let mut page = INTRODUCTION.to_owned();
    integer(&mut page);
    others(&mut page);
    crypto(&mut page);
    floats(&mut page);
    check_file("docs/src/vector-ops.md", &page);
}
