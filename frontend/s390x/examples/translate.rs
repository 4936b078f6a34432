//! Translates a file of raw s390x code from end to end and says how long that took, or prints blocks.
//!
//! `translate FILE [--print N] [--max-insns N]`: the file is what `objcopy -O binary -j .text` makes.

use frontend_s390x::S390x;
use isa::s390x::decode;
use std::time::Instant;
use tcg_ir::{Builder, CodeWindow, Guest, TranslateOptions};

const BASE: u64 = 0x100_0000;

fn number_after(args: &[String], name: &str) -> Option<u32> {
    let at = args.iter().position(|arg| arg == name)?;
    args.get(at + 1)?.parse().ok()
}

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let Some(path) = args.get(1) else {
        println!("usage: translate FILE [--print N] [--max-insns N]");
        return Ok(());
    };
    let bytes = std::fs::read(path)?;
    let code = CodeWindow { base: BASE, bytes: &bytes };
    let max_insns = number_after(&args, "--max-insns").unwrap_or(64);
    let options = TranslateOptions { max_insns, ..TranslateOptions::default() };
    let mut builder = Builder::new(S390x::layout(), true);
    for _ in 0..number_after(&args, "--print").unwrap_or(0) {
        print_block(code, &options, &mut builder);
    }
    measure(code, &options, &mut builder);
    Ok(())
}

fn print_block(code: CodeWindow<'_>, options: &TranslateOptions, builder: &mut Builder) {
    let pc = builder.tb.end_pc.max(code.base);
    builder.start(pc, 0);
    S390x::translate(code, options, builder);
    let mut at = pc;
    while at < builder.tb.end_pc {
        let Ok(insn) = decode(code.from(at)) else { break };
        println!("; {at:x}: {}", insn.fmt_at(at));
        at += insn.len_bytes() as u64;
    }
    println!("{}", builder.tb);
}

fn measure(code: CodeWindow<'_>, options: &TranslateOptions, builder: &mut Builder) {
    for _ in 0..3 {
        let (mut pc, end) = (code.base, code.base + code.bytes.len() as u64);
        let (mut insns, mut blocks, mut ops) = (0u64, 0u64, 0usize);
        let start = Instant::now();
        while pc < end {
            builder.start(pc, 0);
            S390x::translate(code, options, builder);
            insns += u64::from(builder.tb.n_insns);
            blocks += 1;
            ops += builder.tb.ops.len();
            pc = builder.tb.end_pc.max(pc + 2);
        }
        let ns = start.elapsed().as_nanos() as f64;
        println!(
            "{insns} instructions, {blocks} blocks, {:.1} ops and {:.0} ns an instruction",
            ops as f64 / insns as f64,
            ns / insns as f64
        );
    }
}
