//! The program for aarch64.

use isa::aarch64::{
    AddSubImm, AddSubShift, CmpBranch, Dp2, Dp3, Exception, Insn, LoadImm9, MoveWide, PcRel,
};
use risu_trace::Guest;

use super::{CODE, DATA, Program, text};

/// `EM_AARCH64`.
const ELF_MACHINE: u16 = 183;

/// Numbers of system calls (Linux include/uapi/asm-generic/unistd.h).
const SYS_WRITE: u16 = 64;
const SYS_EXIT_GROUP: u16 = 94;

pub(super) fn program() -> Program {
    let data = text(Guest::Aarch64);
    let code = code(data.len()).iter().flat_map(|i| i.encode().as_slice().to_vec()).collect();
    Program { elf_machine: ELF_MACHINE, code, data }
}

/// The instructions; the text has so many bytes.
fn code(len: usize) -> Vec<Insn> {
    let set = |rd, imm16| Insn::Movz(MoveWide { sf: 1, hw: 0, imm16, rd });
    let add = |rd, rn, imm12| Insn::AddImm(AddSubImm { sf: 1, sh: 0, imm12, rn, rd });
    let down = |r| Insn::SubImm(AddSubImm { sf: 1, sh: 0, imm12: 1, rn: r, rd: r });
    let back = |rt, n: i64| Insn::Cbnz(CmpBranch { sf: 1, offset: -4 * n, rt });
    vec![
        // x1: the text. x2: 100 to 1. x4: the sum.
        Insn::Adr(PcRel { offset: DATA - CODE, rd: 1 }),
        set(2, 100),
        set(4, 0),
        Insn::AddShift(AddSubShift { sf: 1, shift: 0, rm: 2, imm6: 0, rn: 4, rd: 4 }),
        down(2),
        back(2, 2),
        // Four decimal digits, the last one first: x3 is its place, x4 what is left of the sum.
        add(3, 1, len as u16 - 2),
        set(5, 10),
        set(6, 4),
        Insn::Udiv(Dp2 { sf: 1, rm: 5, rn: 4, rd: 7 }),
        Insn::Msub(Dp3 { sf: 1, rm: 5, ra: 4, rn: 7, rd: 8 }),
        add(8, 8, b'0'.into()),
        Insn::StrbPost(LoadImm9 { imm9: -1, rn: 3, rt: 8 }),
        add(4, 7, 0),
        down(6),
        back(6, 6),
        // write(1, text, its length); exit_group(0)
        set(0, 1),
        set(2, len as u16),
        set(8, SYS_WRITE),
        Insn::Svc(Exception { imm16: 0 }),
        set(0, 0),
        set(8, SYS_EXIT_GROUP),
        Insn::Svc(Exception { imm16: 0 }),
    ]
}
