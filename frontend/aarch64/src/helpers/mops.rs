//! Copies and fills of storage (FEAT_MOPS), by option A of the architecture.
//!
//! The prologue puts the registers into the form that main and epilogue work on, and moves what it can: mostly all.
//! Going up, the address registers hold the ends and the count is negative; a copy going down keeps the starts and a
//! positive count. So main and epilogue can stop after any byte: at a fault, and to let the loop look for signals.
//!
//! Arm ARM DDI 0487, C6.2 "CPYP, CPYM, CPYE" and "SETP, SETM, SETE".

use super::{Done, Stop};
use crate::state::CpuState;
use tcg_mem::{Access, Fault, GuestAddr, PAGE_SIZE};

/// At most so many bytes are moved in one call.
const STEP: u64 = 0x1_0000;
/// The largest count of a copy that may go down.
const MAX_EITHER_WAY: u64 = 0x007f_ffff_ffff_ffff;
/// The largest count of a copy that goes up, and of a fill.
const MAX_UP: u64 = i64::MAX as u64;

/// Registers of a main part or epilogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operands {
    /// Of the destination's address.
    pub(crate) rd: u8,
    /// Of the source's address; `None` in a fill.
    pub(crate) rs: Option<u8>,
    /// Of the count.
    pub(crate) rn: u8,
    pub(crate) is_epilogue: bool,
}

impl Operands {
    pub(crate) const fn bits(self) -> u64 {
        let rs = match self.rs {
            Some(rs) => rs,
            None => 31,
        };
        self.rd as u64 | (rs as u64) << 8 | (self.rn as u64) << 16 | (self.is_epilogue as u64) << 24
    }

    pub(crate) const fn from_bits(bits: u64) -> Operands {
        let rs = (bits >> 8) as u8;
        Operands {
            rd: bits as u8,
            rs: if rs == 31 { None } else { Some(rs) },
            rn: (bits >> 16) as u8,
            is_epilogue: bits >> 24 & 1 != 0,
        }
    }
}

/// Starts a copy or fill again whose registers are in the form of option B, as a thread's are that comes from a processor
/// with the other option: puts them back in the prologue's form, and goes there.
///
/// Linux arch/arm64/include/asm/traps.h: `arm64_mops_reset_regs`; Arm ARM DDI 0487, rules CNTMJ and MWFQH.
pub(crate) fn restart(cpu: &mut CpuState, operands: Operands) {
    const N: u8 = 8;
    let Operands { rd, rs, rn, is_epilogue } = operands;
    let count = *register(cpu, rn.into());
    if let Some(rs) = rs.filter(|_| cpu.flags() & N != 0) {
        // Going down: the addresses are those of the ends.
        for r in [rd, rs] {
            let end = register(cpu, r.into());
            *end = end.wrapping_sub(count);
        }
    }
    cpu.env.pc = cpu.env.pc.wrapping_sub(if is_epilogue { 8 } else { 4 });
}

fn register(cpu: &mut CpuState, r: u64) -> &mut u64 {
    // 31 is not encoded.
    &mut cpu.x[(r as usize).min(30)]
}

/// An address without its tag.
fn untagged(addr: u64) -> GuestAddr {
    GuestAddr(((addr << 8).cast_signed() >> 8).cast_unsigned())
}

/// Prologue of a copy: registers of destination, source and count, and whether it may go down.
pub(super) fn copy_prologue(cpu: &mut CpuState, [rd, rs, rn, either_way]: [u64; 4]) -> Done {
    const ADDRESS: u64 = (1 << 56) - 1;
    let max = if either_way != 0 { MAX_EITHER_WAY } else { MAX_UP };
    let (to, from) = (*register(cpu, rd), *register(cpu, rs));
    let count = (*register(cpu, rn)).min(max);
    let (low_to, low_from) = (to & ADDRESS, from & ADDRESS);
    let down = either_way != 0 && low_from < low_to && low_from + count > low_to;
    if down {
        *register(cpu, rn) = count;
    } else {
        *register(cpu, rd) = to.wrapping_add(count);
        *register(cpu, rs) = from.wrapping_add(count);
        *register(cpu, rn) = count.wrapping_neg();
    }
    // A fault is met again by the main part.
    let _ = copy(cpu, [rd, rs, rn, 0]);
    Ok(0)
}

/// Main part and epilogue of a copy: moves some bytes; the result is the count that is left.
pub(super) fn copy(cpu: &mut CpuState, [rd, rs, rn, _]: [u64; 4]) -> Done {
    let (to, from, count) = (*register(cpu, rd), *register(cpu, rs), *register(cpu, rn));
    if count.cast_signed() > 0 { copy_down(cpu, to, from, rn) } else { copy_up(cpu, to, from, rn) }
}

fn copy_up(cpu: &mut CpuState, to: u64, from: u64, rn: u64) -> Done {
    let count = register(cpu, rn);
    let step = count.wrapping_neg().min(STEP);
    let (to, from) = (untagged(to.wrapping_add(*count)), untagged(from.wrapping_add(*count)));
    let result = tcg_mem::copy(to, from, step);
    *count = count.wrapping_add(moved(result, to, from, step));
    let left = *count;
    result?;
    Ok(left)
}

/// How many of `step` bytes were moved before the fault.
fn moved(result: Result<(), Fault>, to: GuestAddr, from: GuestAddr, step: u64) -> u64 {
    let Err(fault) = result else { return step };
    let start = if fault.access == Access::Write { to } else { from };
    fault.addr.0.wrapping_sub(start.0).min(step)
}

fn copy_down(cpu: &mut CpuState, to: u64, from: u64, rn: u64) -> Done {
    let mut buffer = [0; PAGE_SIZE as usize];
    let count = register(cpu, rn);
    let end = |start: u64| untagged(start.wrapping_add(*count));
    // Within one page on both sides, so that all or nothing is moved.
    let in_page = |end: GuestAddr| (end.page_offset() + PAGE_SIZE - 1) % PAGE_SIZE + 1;
    let step = in_page(end(to)).min(in_page(end(from))).min(*count);
    let bytes = &mut buffer[..step as usize];
    tcg_mem::copy_in(bytes, end(from).wrapping_add(step.wrapping_neg()))?;
    tcg_mem::copy_out(end(to).wrapping_add(step.wrapping_neg()), bytes)?;
    *count -= step;
    Ok(*count)
}

/// Prologue of a fill: registers of destination and count, value.
pub(super) fn fill_prologue(cpu: &mut CpuState, [rd, rn, value, _]: [u64; 4]) -> Done {
    let count = (*register(cpu, rn)).min(MAX_UP);
    let to = register(cpu, rd);
    *to = to.wrapping_add(count);
    *register(cpu, rn) = count.wrapping_neg();
    // As in a copy.
    let _ = fill(cpu, [rd, rn, value, 0]);
    Ok(0)
}

/// Main part and epilogue of a fill with the low byte of a value; the result is the count that is left.
pub(super) fn fill(cpu: &mut CpuState, [rd, rn, value, _]: [u64; 4]) -> Done {
    let to = *register(cpu, rd);
    let count = register(cpu, rn);
    let step = count.wrapping_neg().min(STEP);
    let to = untagged(to.wrapping_add(*count));
    let result = tcg_mem::fill(to, value as u8, step);
    *count = count.wrapping_add(moved(result, to, to, step));
    let left = *count;
    result.map_err(Stop::from)?;
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(to: usize, from: usize, count: u64, either_way: u64, bytes: &mut [u8]) -> CpuState {
        tcg_mem::sigsafe_fixup::install().expect("a signal handler");
        let mut cpu = CpuState::default();
        let start = bytes.as_mut_ptr() as u64;
        (cpu.x[0], cpu.x[1], cpu.x[2]) = (start + to as u64, start + from as u64, count);
        copy_prologue(&mut cpu, [0, 1, 2, either_way]).expect("no fault");
        while copy(&mut cpu, [0, 1, 2, 0]).expect("no fault") != 0 {}
        cpu
    }

    #[test]
    fn overlapping_copies_go_the_right_way() {
        let original: Vec<u8> = (0..20_000u32).map(|i| ((i * 7) >> 3) as u8).collect();
        for (to, from) in [(100, 0), (0, 100), (5000, 1), (1, 5000)] {
            let (mut bytes, mut expected) = (original.clone(), original.clone());
            let cpu = run(to, from, 15_000, 1, &mut bytes);
            expected.copy_within(from..from + 15_000, to);
            assert!(bytes == expected, "{to} {from}");
            assert_eq!(cpu.x[2], 0);
        }
    }

    #[test]
    fn what_option_b_left_is_started_again() {
        let mut cpu = CpuState::default();
        (cpu.x[0], cpu.x[1], cpu.x[2]) = (0x5010, 0x6010, 0x10);
        cpu.env.pc = 0x1008;
        let copy = Operands { rd: 0, rs: Some(1), rn: 2, is_epilogue: true };
        assert_eq!(Operands::from_bits(copy.bits()), copy);
        // C alone: a copy that goes up has its registers in the form of the prologue.
        cpu.set_nzcv(2 << 28);
        restart(&mut cpu, copy);
        assert_eq!((cpu.x[0], cpu.x[1], cpu.env.pc), (0x5010, 0x6010, 0x1000));
        cpu.set_nzcv(10 << 28);
        let main = Operands { is_epilogue: false, ..copy };
        restart(&mut cpu, main);
        assert_eq!((cpu.x[0], cpu.x[1], cpu.env.pc), (0x5000, 0x6000, 0xffc));
        let fill = Operands { rs: None, ..main };
        assert_eq!(Operands::from_bits(fill.bits()), fill);
        restart(&mut cpu, fill);
        assert_eq!((cpu.x[0], cpu.env.pc), (0x5000, 0xff8));
    }

    #[test]
    fn fills() {
        tcg_mem::sigsafe_fixup::install().expect("a signal handler");
        let mut bytes = vec![1u8; 100_000];
        let mut cpu = CpuState::default();
        (cpu.x[3], cpu.x[4]) = (bytes.as_mut_ptr() as u64 + 1, 99_998);
        let end = cpu.x[3] + cpu.x[4];
        fill_prologue(&mut cpu, [3, 4, 0x1ff, 0]).expect("no fault");
        while fill(&mut cpu, [3, 4, 0x1ff, 0]).expect("no fault") != 0 {}
        assert_eq!((cpu.x[3], cpu.x[4]), (end, 0));
        assert_eq!((bytes[0], bytes[1], bytes[99_998], bytes[99_999]), (1, 0xff, 0xff, 1));
    }
}
