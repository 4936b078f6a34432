//! The tiny s390x program of `risu demo`: adds the numbers to 100, writes the sum in decimal.
//!
//! Made from the instruction tables, so that it needs no cross compiler.

use std::ffi::CString;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use isa::s390x::{I, Insn, RiA, RiB, RilB, Rre, RxA, Si, SsA, SsB};
use linux_user::{Config, Launch, procfs};
use risu_replay::EngineChoice;
use risu_trace::Guest;

/// What the program writes, but for the digits.
const TEXT: &[u8] = b"hello from s390x, 1 + 2 + ... + 100 = ????\n";
/// Where the data begin in the file and, behind the same address, in memory.
const DATA: i64 = 0x100;
/// Offsets in the data: packed decimal number, mask for four digits, text.
const PACKED: i32 = 0;
const MASK: i32 = 8;
const MESSAGE: i32 = 16;
/// Where the file is in memory.
const ADDR: u64 = 0x100_0000;
/// Bytes of an ELF64 header with one program header.
const CODE: i64 = 64 + 56;

/// Numbers of system calls (Linux arch/s390/kernel/syscalls/syscall.tbl).
const SYS_WRITE: u8 = 4;
const SYS_EXIT_GROUP: u8 = 248;

/// Runs the program in another process of risu, and gives what it printed.
pub(crate) fn output() -> Result<String> {
    let this = std::env::current_exe().context("cannot find myself")?;
    let output = Command::new(this).args(["demo", "--only-program"]).output();
    let output = output.context("cannot start the tiny program")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the tiny program ended with {}: {errors}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

/// Runs the program in this process, which ends with it.
pub(crate) fn run() -> Result<()> {
    let file = procfs::open(&program(), 0).map_err(|errno| errno.message());
    let file = file.map_err(|reason| anyhow::anyhow!("cannot make a file in memory: {reason}"))?;
    let program = CString::new(format!("/proc/self/fd/{file}"))?;
    let jit: EngineChoice = "jit".parse()?;
    let machine = jit.config(Guest::S390x)?;
    linux_user::run(Launch {
        config: Config::default(),
        args: vec![program.clone()],
        program,
        env: Vec::new(),
        program_fd: Some(file),
        cpu: None,
        machine: Box::new(|_| machine),
    })?;
    Ok(())
}

/// The instructions.
fn code() -> Vec<Insn> {
    let digits = MESSAGE + TEXT.len() as i32 - 5;
    vec![
        // r5: data. r1: 100 to 1. r4: the sum.
        Insn::Larl(RilB { r1: 5, ri2: DATA - CODE }),
        Insn::Lghi(RiA { r1: 1, i2: 100 }),
        Insn::Lghi(RiA { r1: 4, i2: 0 }),
        Insn::Agr(Rre { r1: 4, r2: 1 }),
        Insn::Brctg(RiB { r1: 1, ri2: -4 }),
        // Four decimal digits; from EBCDIC, or a sign, to ASCII.
        Insn::Cvd(RxA { r1: 4, x2: 0, b2: 5, d2: PACKED }),
        Insn::Unpk(SsB { l1: 3, l2: 2, b1: 5, d1: digits, b2: 5, d2: PACKED + 5 }),
        Insn::Oi(Si { i2: 0xf0, b1: 5, d1: digits + 3 }),
        Insn::Nc(SsA { l1: 3, b1: 5, d1: digits, b2: 5, d2: MASK }),
        // write(1, text, its length); exit_group(0)
        Insn::Lghi(RiA { r1: 2, i2: 1 }),
        Insn::La(RxA { r1: 3, x2: 0, b2: 5, d2: MESSAGE }),
        Insn::Lghi(RiA { r1: 4, i2: TEXT.len() as i16 }),
        Insn::Svc(I { i1: SYS_WRITE }),
        Insn::Lghi(RiA { r1: 2, i2: 0 }),
        Insn::Svc(I { i1: SYS_EXIT_GROUP }),
    ]
}

/// The program as an ELF file of one segment (System V ABI, "Object Files"; `EM_S390` is 22).
fn program() -> Vec<u8> {
    let mut out = b"\x7fELF\x02\x02\x01".to_vec();
    let code: Vec<u8> = code().iter().flat_map(|insn| insn.encode().as_slice().to_vec()).collect();
    let len = DATA as u64 + MESSAGE as u64 + TEXT.len() as u64;
    out.resize(16, 0);
    out.extend([0, 2, 0, 22, 0, 0, 0, 1]);
    out.extend([ADDR + CODE as u64, 64, 0].into_iter().flat_map(u64::to_be_bytes));
    out.extend(0u32.to_be_bytes());
    out.extend([64u16, 56, 1, 64, 0, 0].into_iter().flat_map(u16::to_be_bytes));
    // PT_LOAD, readable, writable and executable.
    out.extend([1u32, 7].into_iter().flat_map(u32::to_be_bytes));
    out.extend([0, ADDR, ADDR, len, len, 4096].into_iter().flat_map(u64::to_be_bytes));
    out.extend(code);
    out.resize((DATA + i64::from(MASK)) as usize, 0);
    out.extend([0x3f; 4]);
    out.resize((DATA + i64::from(MESSAGE)) as usize, 0);
    out.extend(TEXT);
    out
}
