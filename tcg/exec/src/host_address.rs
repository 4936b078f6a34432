//! The address behind a general protection fault, for which the host reports none.

use crate::sigsafe_fault::HostState;
use iced_x86::{Decoder, DecoderOptions, InstructionInfoFactory, OpAccess, Register, UsedMemory};
use tcg_mem::Access;

/// Longest x86 instruction, bytes.
const MAX_INSN: usize = 15;

/// The memory operand that the instruction at `host.pc` (whose bytes are `code`) could not access.
///
/// An operand that is not canonical is the culprit; else any.
pub(crate) fn faulting_operand(code: &[u8], host: &HostState) -> Option<(u64, Access)> {
    let code = &code[..code.len().min(MAX_INSN)];
    let mut decoder = Decoder::with_ip(64, code, host.pc, DecoderOptions::NONE);
    let instruction = decoder.decode();
    let mut factory = InstructionInfoFactory::new();
    let operands = factory.info(&instruction).used_memory();
    let operand = |used: &UsedMemory| {
        let addr = address(used, host)?;
        let size = used.memory_size().size().max(1) as u64;
        Some((first_bad(addr, size), access(used.access())))
    };
    let all: Vec<(u64, Access)> = operands.iter().filter_map(operand).collect();
    let culprit = all.iter().find(|(addr, _)| !is_canonical(*addr));
    culprit.or(all.first()).copied()
}

fn address(used: &UsedMemory, host: &HostState) -> Option<u64> {
    let value = |register: Register| match register {
        // The displacement of an address relative to RIP is already absolute.
        Register::None | Register::RIP => Some(0),
        _ => host.gpr.get(register.full_register().number()).copied(),
    };
    let base = value(used.base())?;
    let index = value(used.index())?.wrapping_mul(u64::from(used.scale()));
    Some(base.wrapping_add(index).wrapping_add(used.displacement()))
}

fn access(access: OpAccess) -> Access {
    match access {
        OpAccess::Write | OpAccess::CondWrite | OpAccess::ReadWrite | OpAccess::ReadCondWrite => {
            Access::Write
        }
        _ => Access::Read,
    }
}

/// Whether bits 63 to 47 are equal (Intel SDM volume 1, "Canonical Addressing").
pub(crate) fn is_canonical(addr: u64) -> bool {
    (addr as i64) << 16 >> 16 == addr as i64
}

/// The first byte of the access that is not canonical; `addr` if all are.
fn first_bad(addr: u64, size: u64) -> u64 {
    let border = 1 << 47;
    if is_canonical(addr) && addr < border && addr + size > border { border } else { addr }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(code: &[u8], expected: Option<(u64, Access)>) {
        let mut gpr = [0; 16];
        gpr[0] = 0x1234_0000_0000_0000;
        gpr[9] = 0x100;
        gpr[3] = (1 << 47) - 3;
        assert_eq!(faulting_operand(code, &HostState { pc: 0x4000, gpr }), expected);
    }

    #[test]
    fn operands_are_found() {
        // movbe rcx, [rax+r9*4+8]
        let load = [0x4a, 0x0f, 0x38, 0xf0, 0x4c, 0x88, 0x08];
        check(&load, Some((0x1234_0000_0000_0408, Access::Read)));
        // mov [rax-1], ecx
        check(&[0x89, 0x48, 0xff], Some((0x1233_ffff_ffff_ffff, Access::Write)));
        // mov rcx, [rbx]: crosses the border
        check(&[0x48, 0x8b, 0x0b], Some((1 << 47, Access::Read)));
        // lock cmpxchg [rax], ecx
        check(&[0xf0, 0x0f, 0xb1, 0x08], Some((0x1234_0000_0000_0000, Access::Write)));
        // nop
        check(&[0x90], None);
    }
}
