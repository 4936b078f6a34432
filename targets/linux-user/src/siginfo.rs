//! `siginfo_t` between host and guest.
//!
//! Both have the fields of asm-generic/siginfo.h at the same offsets; which fields there are
//! depends on signal and code.

use crate::abi::Synchronous;
use crate::layout::{Endian, Layout, Run, convert};
use crate::sigsafe::NEVER_BLOCKED;
use crate::unsafe_view::{bytes_of, from_bytes};
use libc::siginfo_t;

/// Bytes of a `siginfo_t`.
pub const SIZE: usize = 128;

const HEAD: [Run; 2] = [Run(4, 3), Run(1, 4)];
const KILL: Layout = &[HEAD[0], HEAD[1], Run(4, 2), Run(8, 1)];
const CHILD: Layout = &[HEAD[0], HEAD[1], Run(4, 3), Run(1, 4), Run(8, 2)];
const FAULT: Layout = &[HEAD[0], HEAD[1], Run(8, 1), Run(2, 1)];
const POLL: Layout = &[HEAD[0], HEAD[1], Run(8, 1), Run(4, 1)];
const SYS: Layout = &[HEAD[0], HEAD[1], Run(8, 1), Run(4, 2)];

/// Which union member is in use (Linux kernel/signal.c:siginfo_layout).
fn layout(signal: i32, code: i32) -> Layout {
    if code <= 0 {
        // SI_SIGIO and SI_DETHREAD are never seen by programs; SI_TIMER has the shape of KILL.
        return KILL;
    }
    match signal {
        libc::SIGCHLD => CHILD,
        libc::SIGSEGV | libc::SIGBUS | libc::SIGILL | libc::SIGFPE | libc::SIGTRAP => FAULT,
        libc::SIGIO => POLL,
        libc::SIGSYS => SYS,
        _ => KILL,
    }
}

/// Added to the code of a signal that a program sends itself as if it were a fault (a crash handler that passes on what it
/// got): on the host, codes above 0 of SIGSEGV, SIGBUS and SIGFPE are faults of the emulator.
const SENT_FAULT: i32 = -0x4000_0000;
/// Codes of faults are below this (`SI_KERNEL` is the highest).
const MAX_CODE: i32 = 0x100;

/// The code on the host of a code of the guest.
fn host_code(signal: i32, code: i32) -> i32 {
    let is_ours = (1..=64).contains(&signal) && NEVER_BLOCKED >> (signal - 1) & 1 != 0;
    if is_ours && (1..MAX_CODE).contains(&code) { code + SENT_FAULT } else { code }
}

/// The reverse.
fn guest_code(code: i32) -> i32 {
    let sent = code.wrapping_sub(SENT_FAULT);
    if (1..MAX_CODE).contains(&sent) { sent } else { code }
}

/// As guest bytes.
pub fn to_guest(endian: Endian, info: &siginfo_t) -> Vec<u8> {
    let mut info = *info;
    info.si_code = guest_code(info.si_code);
    let mut bytes = bytes_of(&info).to_vec();
    convert(endian, layout(info.si_signo, info.si_code), &mut bytes);
    bytes
}

/// From guest bytes (`rt_sigqueueinfo`).
pub fn from_guest(endian: Endian, signal: i32, bytes: &[u8]) -> siginfo_t {
    let mut head = bytes.to_vec();
    convert(endian, &HEAD, &mut head);
    let code = head.get(8..12).map_or(0, |b| i32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let mut whole = bytes.to_vec();
    convert(endian, layout(signal, code), &mut whole);
    let mut info: siginfo_t = from_bytes(&whole);
    info.si_code = host_code(signal, code);
    info
}

/// The guest's `siginfo_t` of a fault.
pub fn of_fault(endian: Endian, fault: &Synchronous) -> Vec<u8> {
    let mut bytes = vec![0; SIZE];
    bytes[0..4].copy_from_slice(&fault.signal.to_le_bytes());
    bytes[8..12].copy_from_slice(&fault.code.to_le_bytes());
    bytes[16..24].copy_from_slice(&fault.addr.to_le_bytes());
    convert(endian, FAULT, &mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_big_endian_for_s390x() {
        let fault = Synchronous { signal: 11, code: 2, addr: 0x1234_5000, trap: 4 };
        let bytes = of_fault(Endian::Big, &fault);
        assert_eq!(&bytes[..12], &[0, 0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 2]);
        assert_eq!(&bytes[16..24], &[0, 0, 0, 0, 0x12, 0x34, 0x50, 0]);
    }

    #[test]
    fn faults_that_a_program_sends_are_not_the_emulators() {
        for endian in [Endian::Big, Endian::Little] {
            let fault = Synchronous { signal: 11, code: 2, addr: 0x1234_5000, trap: 4 };
            let guest = of_fault(endian, &fault);
            let host = from_guest(endian, 11, &guest);
            assert!(host.si_code < 0, "{}", host.si_code);
            assert_eq!(to_guest(endian, &host), guest);
        }
        // A trap is no fault of the emulator: it stays as it is.
        assert_eq!((host_code(libc::SIGTRAP, 1), host_code(libc::SIGSEGV, -1)), (1, -1));
        assert_eq!((host_code(0, 1), host_code(99, 1)), (1, 1));
    }

    #[test]
    fn queued_signals_keep_pid_and_value() {
        let mut guest = vec![0; SIZE];
        guest[3] = 34;
        guest[8..12].copy_from_slice(&(-1i32).to_be_bytes());
        guest[16..20].copy_from_slice(&77u32.to_be_bytes());
        guest[24..32].copy_from_slice(&0x1122_3344_5566_7788u64.to_be_bytes());
        let host = from_guest(Endian::Big, 34, &guest);
        assert_eq!((host.si_signo, host.si_code), (34, -1));
        assert_eq!(to_guest(Endian::Big, &host), guest);
        assert_eq!(&bytes_of(&host)[16..20], &77u32.to_le_bytes());
    }
}
