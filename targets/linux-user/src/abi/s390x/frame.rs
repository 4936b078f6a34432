//! Signal frames of s390x, as bytes.
//!
//! Linux arch/s390/kernel/signal.c: `setup_rt_frame`, `setup_frame`, `sys_rt_sigreturn`,
//! `sys_sigreturn`; layout in arch/s390/include/uapi/asm/{sigcontext,ucontext}.h.

use crate::abi::{AltStack, Delivery, Restored};
use crate::errno::Errno;
use frontend_s390x::state::fpc_bits;
use tcg_mem::{Fault, GuestAddr};

/// The registers that a frame saves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registers {
    /// PSW bits 0–63.
    pub psw_mask: u64,
    /// PSW instruction address.
    pub psw_addr: u64,
    /// General registers.
    pub gpr: [u64; 16],
    /// Access registers.
    pub ar: [u32; 16],
    /// Floating-point control register.
    pub fpc: u32,
    /// Floating-point registers.
    pub fpr: [u64; 16],
}

/// Offsets in the frame of a handler with `SA_SIGINFO`.
mod rt {
    pub(super) const SVC: usize = 160;
    pub(super) const INFO: usize = 168;
    pub(super) const UCONTEXT: usize = 296;
    pub(super) const STACK: usize = 312;
    pub(super) const REGS: usize = 336;
    pub(super) const MASK: usize = 680;
    pub(super) const SIZE: usize = 808;
}

/// Offsets in the frame of a handler without.
mod old {
    pub(super) const SIGCONTEXT: usize = 160;
    pub(super) const REGS_POINTER: usize = 168;
    pub(super) const REGS: usize = 176;
    pub(super) const SIGNO: usize = 520;
    pub(super) const SVC: usize = 1040;
    pub(super) const SIZE: usize = 1048;
}

/// Bytes of `_sigregs`.
const REGS_SIZE: usize = 344;

/// What entering a handler needs: the frame, and the registers at its first instruction.
#[derive(Debug)]
pub struct Entry {
    /// Address of the frame, the handler's r15.
    pub frame: u64,
    /// Contents of the frame.
    pub bytes: Vec<u8>,
    /// r2 to r6 as far as the kernel sets them.
    pub args: Vec<u64>,
    /// Return address, r14.
    pub r14: u64,
}

/// `SA_SIGINFO`.
const SA_SIGINFO: u64 = 4;
/// `SA_RESTORER`.
const SA_RESTORER: u64 = 0x0400_0000;

/// Builds the frame for `delivery` over the registers of the interrupted program.
pub fn build(delivery: &Delivery, registers: &Registers) -> Entry {
    if delivery.flags & SA_SIGINFO != 0 {
        build_rt(delivery, registers)
    } else {
        build_old(delivery, registers)
    }
}

fn place(delivery: &Delivery, registers: &Registers, size: usize) -> u64 {
    let top = delivery.stack_top.unwrap_or(registers.gpr[15]);
    top.wrapping_sub(size as u64) & !7
}

fn return_address(delivery: &Delivery, own: u64) -> u64 {
    if delivery.flags & SA_RESTORER != 0 { delivery.restorer } else { own }
}

fn build_rt(delivery: &Delivery, registers: &Registers) -> Entry {
    let frame = place(delivery, registers, rt::SIZE);
    let mut bytes = vec![0; rt::SIZE];
    put(&mut bytes, 0, &registers.gpr[15].to_be_bytes());
    put(&mut bytes, rt::SVC, &[0x0a, 173]);
    put(&mut bytes, rt::INFO, &delivery.info);
    put(&mut bytes, rt::STACK, &delivery.altstack.base.to_be_bytes());
    put(&mut bytes, rt::STACK + 8, &delivery.altstack.flags.to_be_bytes());
    put(&mut bytes, rt::STACK + 16, &delivery.altstack.size.to_be_bytes());
    put(&mut bytes, rt::REGS, &save(registers));
    put(&mut bytes, rt::MASK, &delivery.mask.to_be_bytes());
    let at = |offset: usize| frame.wrapping_add(offset as u64);
    let args = vec![delivery.signal as u64, at(rt::INFO), at(rt::UCONTEXT)];
    Entry { frame, bytes, args, r14: return_address(delivery, delivery.returns.rt_sigreturn) }
}

fn build_old(delivery: &Delivery, registers: &Registers) -> Entry {
    let frame = place(delivery, registers, old::SIZE);
    let at = |offset: usize| frame.wrapping_add(offset as u64);
    let mut bytes = vec![0; old::SIZE];
    put(&mut bytes, 0, &registers.gpr[15].to_be_bytes());
    put(&mut bytes, old::SIGCONTEXT, &delivery.mask.to_be_bytes());
    put(&mut bytes, old::REGS_POINTER, &at(old::REGS).to_be_bytes());
    put(&mut bytes, old::REGS, &save(registers));
    put(&mut bytes, old::SIGNO, &delivery.signal.to_be_bytes());
    put(&mut bytes, old::SVC, &[0x0a, 119]);
    let mut args = vec![delivery.signal as u64, at(old::SIGCONTEXT)];
    if let Some(cause) = delivery.cause {
        args.extend([u64::from(cause.trap & 127), cause.addr]);
    }
    Entry { frame, bytes, args, r14: return_address(delivery, delivery.returns.sigreturn) }
}

/// Reads back the frame at `sp`.
///
/// # Errors
/// EFAULT if it cannot be read; EINVAL if its FPC is none.
pub fn parse(sp: u64, is_rt: bool) -> Result<(Registers, Restored), Errno> {
    let mut bytes = vec![0; if is_rt { rt::SIZE } else { old::SIZE }];
    tcg_mem::copy_in(&mut bytes, GuestAddr(sp)).map_err(|Fault { .. }| Errno::EFAULT)?;
    parse_bytes(&bytes, is_rt)
}

fn parse_bytes(bytes: &[u8], is_rt: bool) -> Result<(Registers, Restored), Errno> {
    let (regs, mask) = if is_rt { (rt::REGS, rt::MASK) } else { (old::REGS, old::SIGCONTEXT) };
    let registers = load(&bytes[regs..regs + REGS_SIZE]);
    if !fpc_bits::is_valid(registers.fpc) {
        return Err(Errno::EINVAL);
    }
    let altstack = is_rt.then(|| AltStack {
        base: get64(bytes, rt::STACK),
        flags: get32(bytes, rt::STACK + 8) as i32,
        size: get64(bytes, rt::STACK + 16),
    });
    Ok((registers, Restored { mask: get64(bytes, mask), altstack }))
}

/// `_sigregs`: PSW, general, access, floating-point registers.
fn save(registers: &Registers) -> Vec<u8> {
    let mut out = Vec::with_capacity(REGS_SIZE);
    out.extend(registers.psw_mask.to_be_bytes());
    out.extend(registers.psw_addr.to_be_bytes());
    registers.gpr.iter().for_each(|r| out.extend(r.to_be_bytes()));
    registers.ar.iter().for_each(|r| out.extend(r.to_be_bytes()));
    out.extend(registers.fpc.to_be_bytes());
    out.extend([0; 4]);
    registers.fpr.iter().for_each(|r| out.extend(r.to_be_bytes()));
    out
}

fn load(bytes: &[u8]) -> Registers {
    Registers {
        psw_mask: get64(bytes, 0),
        psw_addr: get64(bytes, 8),
        gpr: std::array::from_fn(|i| get64(bytes, 16 + 8 * i)),
        ar: std::array::from_fn(|i| get32(bytes, 144 + 4 * i)),
        fpc: get32(bytes, 208),
        fpr: std::array::from_fn(|i| get64(bytes, 216 + 8 * i)),
    }
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    let len = value.len().min(bytes.len() - at);
    bytes[at..at + len].copy_from_slice(&value[..len]);
}

fn get64(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).map_or(0, |b| b.iter().fold(0, |v, b| v << 8 | u64::from(*b)))
}

fn get32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |b| b.iter().fold(0, |v, b| v << 8 | u32::from(*b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::Synchronous;
    use crate::vdso::Returns;

    fn registers() -> Registers {
        Registers {
            psw_mask: 0x0705_2001_8000_0000,
            psw_addr: 0x100_1234,
            gpr: std::array::from_fn(|i| if i == 15 { 0x3ff_f000_0004 } else { i as u64 * 3 }),
            ar: std::array::from_fn(|i| i as u32),
            // With mask and flag of the quantum exception, which SET FPC accepts.
            fpc: 0x040c_0003,
            fpr: std::array::from_fn(|i| (i as u64) << 56),
        }
    }

    fn delivery(flags: u64) -> Delivery {
        Delivery {
            signal: 11,
            handler: 0x4000,
            flags,
            restorer: 0x9000,
            info: vec![0xee; 128],
            mask: 0x55,
            stack_top: None,
            altstack: AltStack { base: 0x7000, flags: 2, size: 8192 },
            returns: Returns { rt_sigreturn: 0x3_0000, sigreturn: 0x3_0008 },
            cause: Some(Synchronous { signal: 11, code: 1, addr: 0x5000, trap: 0x10 }),
        }
    }

    #[test]
    fn rt_frame_has_the_kernels_layout() {
        let entry = build(&delivery(SA_SIGINFO), &registers());
        assert_eq!(entry.frame, (0x3ff_f000_0004 - 808) & !7);
        assert_eq!(entry.args, [11, entry.frame + 168, entry.frame + 296]);
        assert_eq!(entry.r14, 0x3_0000);
        assert_eq!(entry.bytes[168], 0xee);
        assert_eq!(get64(&entry.bytes, 312), 0x7000);
        assert_eq!(get64(&entry.bytes, 344), 0x100_1234);
        assert_eq!(get64(&entry.bytes, 352 + 8 * 15), 0x3ff_f000_0004);
        assert_eq!(get32(&entry.bytes, 480 + 4), 1);
        assert_eq!(get64(&entry.bytes, 552 + 8 * 15), 15 << 56);
        assert_eq!(get64(&entry.bytes, 680), 0x55);
    }

    #[test]
    fn old_frame_tells_the_interruption() {
        let entry = build(&delivery(SA_RESTORER), &registers());
        assert_eq!(entry.bytes.len(), 1048);
        assert_eq!(entry.args, [11, entry.frame + 160, 0x10, 0x5000]);
        assert_eq!(entry.r14, 0x9000);
        assert_eq!(get64(&entry.bytes, 168), entry.frame + 176);
        assert_eq!(get32(&entry.bytes, 520), 11);
        assert_eq!(&entry.bytes[1040..1042], &[0x0a, 119]);
    }

    #[test]
    fn frames_restore_what_they_saved() {
        for flags in [0, SA_SIGINFO] {
            let entry = build(&delivery(flags), &registers());
            let (back, restored) = parse_bytes(&entry.bytes, flags != 0).unwrap();
            assert_eq!(back, registers());
            assert_eq!(restored.mask, 0x55);
            assert_eq!(restored.altstack.is_some(), flags != 0);
        }
    }

    #[test]
    fn a_bad_fpc_is_refused() {
        let bad = Registers { fpc: 4, ..registers() };
        let entry = build(&delivery(0), &bad);
        assert_eq!(parse_bytes(&entry.bytes, false), Err(Errno::EINVAL));
    }

    #[test]
    fn the_alternate_stack_is_used_from_its_top() {
        let on_alt = Delivery { stack_top: Some(0x9000), ..delivery(SA_SIGINFO) };
        assert_eq!(build(&on_alt, &registers()).frame, 0x9000 - 808);
    }

    #[test]
    fn what_a_frame_saves_comes_back() {
        for (flags, is_rt) in [(SA_SIGINFO, true), (0, false)] {
            let entry = build(&delivery(flags), &registers());
            let (back, restored) = parse_bytes(&entry.bytes, is_rt).unwrap();
            assert_eq!(back, registers());
            assert_eq!(restored.mask, 0x55);
        }
        let bad = Registers { fpc: 0x0100_0000, ..registers() };
        let entry = build(&delivery(SA_SIGINFO), &bad);
        assert!(parse_bytes(&entry.bytes, true).is_err());
    }
}
