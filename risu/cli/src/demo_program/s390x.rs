//! The program for s390x.

use isa::s390x::{I, Insn, RiA, RiB, RilB, Rre, RxA, Si, SsA, SsB};
use risu_trace::Guest;

use super::{CODE, DATA, Program, text};

/// Offsets in the data: packed decimal number, mask for four digits, text.
const PACKED: i32 = 0;
const MASK: i32 = 8;
const MESSAGE: i32 = 16;

/// `EM_S390`.
const ELF_MACHINE: u16 = 22;

/// Numbers of system calls (Linux arch/s390/kernel/syscalls/syscall.tbl).
const SYS_WRITE: u8 = 4;
const SYS_EXIT_GROUP: u8 = 248;

pub(super) fn program() -> Program {
    let text = text(Guest::S390x);
    let code =
        code(text.len() as i32).iter().flat_map(|i| i.encode().as_slice().to_vec()).collect();
    let mut data = vec![0; MASK as usize];
    data.extend([0x3f; 4]);
    data.resize(MESSAGE as usize, 0);
    data.extend(text);
    Program { elf_machine: ELF_MACHINE, code, data }
}

/// The instructions; the text has so many bytes.
fn code(len: i32) -> Vec<Insn> {
    let digits = MESSAGE + len - 5;
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
        Insn::Lghi(RiA { r1: 4, i2: len as i16 }),
        Insn::Svc(I { i1: SYS_WRITE }),
        Insn::Lghi(RiA { r1: 2, i2: 0 }),
        Insn::Svc(I { i1: SYS_EXIT_GROUP }),
    ]
}
