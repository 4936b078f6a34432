//! Signal frames of aarch64, as bytes.
//!
//! Linux arch/arm64/kernel/signal.c: `setup_sigframe`, `restore_sigframe`, `parse_user_sigframe`; layout in
//! arch/arm64/include/uapi/asm/{sigcontext,ucontext}.h.

use crate::abi::{AltStack, Delivery, Restored};
use crate::errno::Errno;
use crate::signal::sa;
use tcg_mem::{Fault, GuestAddr};

/// The registers that a frame saves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registers {
    /// X0–X30.
    pub x: [u64; 31],
    /// Stack pointer.
    pub sp: u64,
    /// Program counter.
    pub pc: u64,
    /// PSTATE, as SPSR_EL1 has it.
    pub pstate: u64,
    /// FPSR.
    pub fpsr: u32,
    /// FPCR.
    pub fpcr: u32,
    /// V0–V31, low doubleword first.
    pub v: [[u64; 2]; 32],
}

/// What the kernel remembers of a thread's last fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LastFault {
    /// The failing address.
    pub addr: u64,
    /// Exception syndrome (ESR_EL1); 0: no record of it.
    pub esr: u32,
}

/// Offsets in the frame: `siginfo_t`, then `struct ucontext`.
mod at {
    pub(super) const UCONTEXT: usize = 128;
    pub(super) const STACK: usize = 144;
    pub(super) const MASK: usize = 168;
    pub(super) const FAULT_ADDRESS: usize = 304;
    pub(super) const X: usize = 312;
    pub(super) const SP: usize = 560;
    pub(super) const PC: usize = 568;
    pub(super) const PSTATE: usize = 576;
    pub(super) const RECORDS: usize = 592;
    pub(super) const SIZE: usize = 4688;
}

/// A record of a frame: magic number and size in bytes.
type Record = (u32, usize);
const FPSIMD: Record = (0x4650_8001, 528);
const ESR: Record = (0x4553_5201, 16);
/// Where further records are, and how many bytes they have.
const EXTRA: Record = (0x4558_5401, 32);
/// Bytes of magic number and size, and of an end with its padding.
const HEAD: usize = 8;
const END: usize = 16;
/// Most bytes of a frame (Linux SIGFRAME_MAXSZ).
const MAX_SIZE: usize = 256 << 10;

/// The frame record above the frame: saved x29 and x30.
const FRAME_RECORD: usize = 16;
/// Room that a signal needs on a stack (`AT_MINSIGSTKSZ`): both, and what alignment may cost (Linux
/// arch/arm64/kernel/signal.c:minsigstksz_setup).
pub const MIN_STACK: usize = at::SIZE + FRAME_RECORD + 16;

/// PSTATE bits that must be zero at EL0 in AArch64 state: mode, and the masks of interrupts (Linux
/// arch/arm64/kernel/ptrace.c:valid_native_regs).
const PSTATE_NOT_USER: u64 = 0x3df;

/// What entering a handler needs: the frame, and the registers at its first instruction.
#[derive(Debug)]
pub struct Entry {
    /// Address of the frame, the handler's stack pointer.
    pub frame: u64,
    /// Contents of the frame and of the frame record behind it.
    pub bytes: Vec<u8>,
    /// x0, and x1 and x2 if the handler takes them.
    pub args: Vec<u64>,
    /// Address of the frame record, x29.
    pub record: u64,
    /// Return address, x30.
    pub link: u64,
}

/// Builds the frame for `delivery` over the registers of the interrupted program.
pub fn build(delivery: &Delivery, registers: &Registers, fault: LastFault) -> Entry {
    let top = delivery.stack_top.unwrap_or(registers.sp);
    let record = top.wrapping_sub(FRAME_RECORD as u64) & !15;
    let frame = record.wrapping_sub(at::SIZE as u64);
    let mut bytes = vec![0; at::SIZE + FRAME_RECORD];
    put(&mut bytes, 0, &delivery.info[..delivery.info.len().min(at::UCONTEXT)]);
    put(&mut bytes, at::STACK, &delivery.altstack.base.to_le_bytes());
    put(&mut bytes, at::STACK + 8, &delivery.altstack.flags.to_le_bytes());
    put(&mut bytes, at::STACK + 16, &delivery.altstack.size.to_le_bytes());
    put(&mut bytes, at::MASK, &delivery.mask.to_le_bytes());
    put(&mut bytes, at::FAULT_ADDRESS, &fault.addr.to_le_bytes());
    save(&mut bytes, registers);
    let end = at::RECORDS + FPSIMD.1;
    if fault.esr != 0 {
        head(&mut bytes, end, ESR);
        put(&mut bytes, end + 8, &u64::from(fault.esr).to_le_bytes());
    }
    put(&mut bytes, at::SIZE, &registers.x[29].to_le_bytes());
    put(&mut bytes, at::SIZE + 8, &registers.x[30].to_le_bytes());
    let mut args = vec![delivery.signal as u64];
    if delivery.flags & sa::SIGINFO != 0 {
        args.extend([frame, frame.wrapping_add(at::UCONTEXT as u64)]);
    }
    let given = delivery.flags & sa::RESTORER != 0;
    let link = if given { delivery.restorer } else { delivery.returns.rt_sigreturn };
    Entry { frame, bytes, args, record, link }
}

/// General registers, and the record of the others.
fn save(bytes: &mut [u8], registers: &Registers) {
    for (i, x) in registers.x.iter().enumerate() {
        put(bytes, at::X + 8 * i, &x.to_le_bytes());
    }
    put(bytes, at::SP, &registers.sp.to_le_bytes());
    put(bytes, at::PC, &registers.pc.to_le_bytes());
    put(bytes, at::PSTATE, &registers.pstate.to_le_bytes());
    head(bytes, at::RECORDS, FPSIMD);
    put(bytes, at::RECORDS + 8, &registers.fpsr.to_le_bytes());
    put(bytes, at::RECORDS + 12, &registers.fpcr.to_le_bytes());
    for (i, half) in registers.v.as_flattened().iter().enumerate() {
        put(bytes, at::RECORDS + 16 + 8 * i, &half.to_le_bytes());
    }
}

/// Reads back the frame at `sp`.
///
/// # Errors
/// EFAULT if it cannot be read; EINVAL if it is none.
pub fn parse(sp: u64) -> Result<(Registers, Restored), Errno> {
    if !sp.is_multiple_of(16) {
        return Err(Errno::EINVAL);
    }
    parse_from(sp, &|offset, bytes| {
        let from = GuestAddr(sp.wrapping_add(offset as u64));
        tcg_mem::copy_in(bytes, from).map_err(|Fault { .. }| Errno::EFAULT)
    })
}

/// Fills bytes from an offset in the frame.
type Read<'a> = &'a dyn Fn(usize, &mut [u8]) -> Result<(), Errno>;

fn parse_from(sp: u64, read: Read<'_>) -> Result<(Registers, Restored), Errno> {
    let mut bytes = vec![0; at::SIZE];
    read(0, &mut bytes)?;
    let mut records = Records {
        bytes,
        sp,
        read,
        place: at::RECORDS,
        end: at::SIZE,
        fpsimd: None,
        has_extra: false,
    };
    let fp = records.find_fpsimd()?;
    let bytes = &records.bytes;
    let pstate = get64(bytes, at::PSTATE);
    if pstate & PSTATE_NOT_USER != 0 {
        return Err(Errno::EINVAL);
    }
    let half = |i: usize| get64(bytes, fp + 16 + 8 * i);
    let registers = Registers {
        x: std::array::from_fn(|i| get64(bytes, at::X + 8 * i)),
        sp: get64(bytes, at::SP),
        pc: get64(bytes, at::PC),
        pstate,
        fpsr: get32(bytes, fp + 8),
        fpcr: get32(bytes, fp + 12),
        v: std::array::from_fn(|i| [half(2 * i), half(2 * i + 1)]),
    };
    let altstack = AltStack {
        base: get64(bytes, at::STACK),
        flags: get32(bytes, at::STACK + 8) as i32,
        size: get64(bytes, at::STACK + 16),
    };
    Ok((registers, Restored { mask: get64(bytes, at::MASK), altstack: Some(altstack) }))
}

/// A walk over the records of a frame.
struct Records<'a> {
    /// The frame from its beginning, with the extra records behind it if there are any.
    bytes: Vec<u8>,
    sp: u64,
    read: Read<'a>,
    /// Offset of the next record.
    place: usize,
    /// Offset of the end of the room for records; not before `place`.
    end: usize,
    /// Offset of the record of the floating-point registers.
    fpsimd: Option<usize>,
    has_extra: bool,
}

impl Records<'_> {
    /// Where the record of the floating-point registers is.
    ///
    /// # Errors
    /// EINVAL if it is missing, or a record is not what the kernel makes; EFAULT.
    fn find_fpsimd(&mut self) -> Result<usize, Errno> {
        loop {
            let (magic, size) = self.next()?;
            match magic {
                0 if size == 0 => return self.fpsimd.ok_or(Errno::EINVAL),
                _ if (magic, size) == FPSIMD && self.fpsimd.is_none() => {
                    self.fpsimd = Some(self.place);
                }
                _ if magic == ESR.0 => {}
                _ if magic == EXTRA.0 && size >= EXTRA.1 && !self.has_extra => {
                    self.enter_extra(self.place + size)?;
                    continue;
                }
                _ => return Err(Errno::EINVAL),
            }
            self.place += size;
        }
    }

    /// Magic number and size of the next record, which is within the room.
    fn next(&self) -> Result<(u32, usize), Errno> {
        let room = self.end - self.place;
        let magic = get32(&self.bytes, self.place);
        let size = get32(&self.bytes, self.place + 4) as usize;
        let is_end = magic == 0;
        let fits =
            room >= HEAD && size <= room && (is_end || size >= HEAD && size.is_multiple_of(16));
        if fits { Ok((magic, size)) } else { Err(Errno::EINVAL) }
    }

    /// Goes on in the extra records. They must be where the kernel puts them: behind an end that follows their record,
    /// whose own end is at `end`.
    fn enter_extra(&mut self, end: usize) -> Result<(), Errno> {
        let start = end + END;
        let (addr, size) =
            (get64(&self.bytes, self.place + 8), get32(&self.bytes, self.place + 16));
        let is_ended = start <= self.end && get64(&self.bytes, end) == 0;
        let is_here = addr == self.sp.wrapping_add(start as u64) && addr.is_multiple_of(16);
        let size = size as usize;
        if !is_ended || !is_here || !size.is_multiple_of(16) || size > MAX_SIZE - start {
            return Err(Errno::EINVAL);
        }
        self.has_extra = true;
        (self.place, self.end) = (start, start + size);
        let have = self.bytes.len();
        self.bytes.resize(self.end.max(have), 0);
        (self.read)(have, &mut self.bytes[have..])
    }
}

fn head(bytes: &mut [u8], at: usize, (magic, size): Record) {
    put(bytes, at, &magic.to_le_bytes());
    put(bytes, at + 4, &(size as u32).to_le_bytes());
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

fn get64(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).map_or(0, |b| b.iter().rev().fold(0, |v, b| v << 8 | u64::from(*b)))
}

fn get32(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |b| b.iter().rev().fold(0, |v, b| v << 8 | u32::from(*b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vdso::Returns;

    fn registers() -> Registers {
        Registers {
            x: std::array::from_fn(|i| i as u64 * 3),
            sp: 0x3ff_f000_0008,
            pc: 0x10_1234,
            pstate: 0x6000_0000,
            fpsr: 1 << 27,
            fpcr: 1 << 24,
            v: std::array::from_fn(|i| [i as u64, (i as u64) << 56]),
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
            returns: Returns { rt_sigreturn: 0x3_0000, sigreturn: 0 },
            cause: None,
        }
    }

    const FAULT: LastFault = LastFault { addr: 0x5008, esr: 0x9200_0047 };

    #[test]
    fn the_frame_has_the_kernels_layout() {
        let entry = build(&delivery(sa::SIGINFO), &registers(), FAULT);
        assert_eq!(entry.record, 0x3ff_efff_fff0);
        assert_eq!(entry.frame, entry.record - 4688);
        assert_eq!(entry.args, [11, entry.frame, entry.frame + 128]);
        assert_eq!(entry.link, 0x3_0000);
        let word = |at: usize| get64(&entry.bytes, at);
        assert_eq!((entry.bytes[0], word(144), word(160), word(168)), (0xee, 0x7000, 8192, 0x55));
        assert_eq!((word(304), word(312 + 8 * 30), word(560)), (0x5008, 90, 0x3ff_f000_0008));
        assert_eq!((word(568), word(576)), (0x10_1234, 0x6000_0000));
        assert_eq!((word(592), word(600)), (528 << 32 | 0x4650_8001, 1 << 56 | 1 << 27));
        assert_eq!((word(608), word(616), word(1112)), (0, 0, 31 << 56));
        assert_eq!((word(1120), word(1128)), (16 << 32 | 0x4553_5201, 0x9200_0047));
        assert_eq!((word(1136), word(4688), word(4696)), (0, 87, 90));
    }

    #[test]
    fn a_simple_handler_gets_one_argument() {
        let entry = build(&delivery(sa::RESTORER), &registers(), LastFault::default());
        assert_eq!((entry.args, entry.link), (vec![11], 0x9000));
        assert_eq!(get64(&entry.bytes, 1120), 0, "no record of a fault");
    }

    /// Parses what is at `sp`, and zeros behind it.
    fn parse_bytes(sp: u64, bytes: &[u8]) -> Result<(Registers, Restored), Errno> {
        parse_from(sp, &|offset, out| {
            let from = bytes.get(offset..).unwrap_or(&[]);
            let len = from.len().min(out.len());
            out[..len].copy_from_slice(&from[..len]);
            Ok(())
        })
    }

    #[test]
    fn frames_restore_what_they_saved() {
        for fault in [FAULT, LastFault::default()] {
            let entry = build(&delivery(0), &registers(), fault);
            let (back, restored) = parse_bytes(entry.frame, &entry.bytes).unwrap();
            assert_eq!(back, registers());
            assert_eq!(restored.mask, 0x55);
            assert_eq!(restored.altstack.map(|stack| stack.base), Some(0x7000));
        }
    }

    fn is_refused(change: &dyn Fn(&mut Vec<u8>)) -> bool {
        let mut bytes = build(&delivery(0), &registers(), FAULT).bytes;
        change(&mut bytes);
        parse_bytes(0x7000, &bytes) == Err(Errno::EINVAL)
    }

    #[test]
    fn bad_frames_are_refused() {
        assert!(!is_refused(&|_| {}));
        assert!(is_refused(&|b| b[at::PSTATE] = 5), "EL1");
        assert!(is_refused(&|b| b[at::PSTATE] = 0x80), "interrupts masked");
        assert!(is_refused(&|b| b[at::RECORDS] = 0), "no floating-point registers");
        assert!(is_refused(&|b| b[at::RECORDS + 4] = 0), "a record of another size");
        assert!(is_refused(&|b| b[1120] = 2), "a record of no known kind");
        assert!(is_refused(&|b| b[1124] = 8), "a record of no multiple of 16");
        assert!(is_refused(&|b| put(b, 1124, &4096u32.to_le_bytes())), "a record beyond the room");
        assert!(is_refused(&|b| b[1140] = 16), "an end with a size");
        assert!(is_refused(&|b| b.copy_within(592..1120, 1120)), "registers twice");
        assert!(
            is_refused(&|b| (1120..4688).step_by(16).for_each(|at| head(b, at, ESR))),
            "no end"
        );
    }

    /// Moves the floating-point registers into extra records, as for vectors of more than 128 bits.
    fn with_extra(bytes: &mut [u8], addr: u64, size: u32) {
        let fp = bytes[592..1120].to_vec();
        bytes[592..4688].fill(0);
        head(bytes, 592, EXTRA);
        put(bytes, 600, &addr.to_le_bytes());
        put(bytes, 608, &size.to_le_bytes());
        put(bytes, 640, &fp);
    }

    #[test]
    fn extra_records_are_read() {
        assert!(!is_refused(&|b| with_extra(b, 0x7000 + 640, 544)));
        assert!(!is_refused(&|b| with_extra(b, 0x7000 + 640, 8192)), "behind the frame too");
        assert!(is_refused(&|b| with_extra(b, 0x7000 + 656, 544)), "elsewhere");
        assert!(is_refused(&|b| with_extra(b, 0x7000 + 640, 528)), "no room for an end");
        assert!(is_refused(&|b| with_extra(b, 0x7000 + 640, 540)), "no multiple of 16");
        assert!(is_refused(&|b| with_extra(b, 0x7000 + 640, 256 << 10)), "too many");
        let nested = |b: &mut Vec<u8>| {
            with_extra(b, 0x7000 + 640, 4032);
            b.copy_within(592..640, 1168);
        };
        assert!(is_refused(&nested), "twice");
    }

    #[test]
    fn the_alternate_stack_is_used_from_its_top() {
        let on_alt = Delivery { stack_top: Some(0x9000), ..delivery(0) };
        assert_eq!(build(&on_alt, &registers(), FAULT).frame, 0x9000 - 4704);
    }
}
