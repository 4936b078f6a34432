//! `ioctl`: a table of requests and what they carry.
//!
//! Request numbers are asm-generic on both guests and the host.

use crate::errno::{Errno, SysResult};
use crate::layout::{Layout, Run, convert, kernel as k, size_of};
use crate::process::{Args, Ctx, write_bytes};

/// What a request's argument is.
#[derive(Clone, Copy, Debug)]
enum Carries {
    /// A number, or nothing.
    Value,
    /// A structure the kernel reads.
    In(Layout),
    /// A structure the kernel writes.
    Out(Layout),
    /// Both.
    InOut(Layout),
}
use Carries::{In, InOut, Out, Value};

/// `struct termio`.
const TERMIO: Layout = &[Run(2, 4), Run(1, 10)];
/// `struct ifreq` with an integer, an address or a hardware address: name, then 24 bytes.
const IFREQ_INT: Layout = &[Run(1, 16), Run(4, 1), Run(1, 20)];
const IFREQ_ADDR: Layout = &[Run(1, 16), Run(2, 1), Run(1, 22)];
const IFREQ_FLAGS: Layout = &[Run(1, 16), Run(2, 1), Run(1, 22)];
/// `struct file_clone_range`, `struct fstrim_range`.
const THREE_WORDS: Layout = &[Run(8, 3)];
const FOUR_WORDS: Layout = &[Run(8, 4)];
/// `struct fsxattr`.
const FSXATTR: Layout = &[Run(4, 5), Run(1, 8)];

/// Requests by number.
#[rustfmt::skip]
const REQUESTS: &[(u32, Carries)] = &[
    // Terminals.
    (0x5401, Out(k::TERMIOS)), (0x5402, In(k::TERMIOS)), (0x5403, In(k::TERMIOS)), (0x5404, In(k::TERMIOS)),
    (0x5405, Out(TERMIO)), (0x5406, In(TERMIO)), (0x5407, In(TERMIO)), (0x5408, In(TERMIO)),
    (0x5409, Value), (0x540a, Value), (0x540b, Value), (0x540c, Value), (0x540d, Value), (0x540e, Value),
    (0x540f, Out(k::U32)), (0x5410, In(k::U32)), (0x5411, Out(k::U32)), (0x5412, In(&[Run(1, 1)])),
    (0x5413, Out(k::WINSIZE)), (0x5414, In(k::WINSIZE)),
    (0x5415, Out(k::U32)), (0x5416, In(k::U32)), (0x5417, In(k::U32)), (0x5418, In(k::U32)),
    (0x5419, Out(k::U32)), (0x541a, In(k::U32)), (0x541b, Out(k::U32)), (0x541d, Value),
    (0x5420, In(k::U32)), (0x5421, In(k::U32)), (0x5422, Value), (0x5423, In(k::U32)), (0x5424, Out(k::U32)),
    (0x5425, Value), (0x5427, Value), (0x5428, Value), (0x5429, Out(k::U32)),
    (0x802c_542a, Out(k::TERMIOS2)), (0x402c_542b, In(k::TERMIOS2)),
    (0x402c_542c, In(k::TERMIOS2)), (0x402c_542d, In(k::TERMIOS2)),
    (0x8004_5430, Out(k::U32)), (0x4004_5431, In(k::U32)), (0x8004_5432, Out(k::U32)),
    (0x8004_5438, Out(k::U32)), (0x8004_5439, Out(k::U32)), (0x8004_5440, Out(k::U32)), (0x5441, Value),
    (0x5456, Out(k::TERMIOS)), (0x5457, In(k::TERMIOS)),
    // Any descriptor.
    (0x5450, Value), (0x5451, Value), (0x5452, In(k::U32)), (0x5460, Out(k::U64)),
    // Files.
    (0x4004_9409, Value), (0x4020_940d, In(FOUR_WORDS)), (0x8008_6601, Out(k::U32)), (0x4008_6602, In(k::U32)),
    (0x8008_7601, Out(k::U32)), (0x801c_581f, Out(FSXATTR)), (0x401c_5820, In(FSXATTR)),
    (0x0001, InOut(k::U32)), (0x0002, Out(k::U32)), (0xc018_5879, InOut(THREE_WORDS)),
    (0xc004_5877, InOut(k::U32)), (0xc004_5878, InOut(k::U32)),
    // Block devices.
    (0x125d, In(k::U32)), (0x125e, Out(k::U32)), (0x1260, Out(k::U64)), (0x1261, Value), (0x1268, Out(k::U32)),
    (0x1278, Out(k::U32)), (0x1279, Out(k::U32)), (0x127a, Out(k::U32)), (0x127b, Out(k::U32)),
    (0x8008_1272, Out(k::U64)),
    // Loop devices and random numbers.
    (0x4c00, Value), (0x4c01, Value), (0x4c82, Value), (0x8004_5200, Out(k::U32)),
    // Sockets and interfaces.
    (0x8901, In(k::U32)), (0x8902, In(k::U32)), (0x8903, Out(k::U32)), (0x8904, Out(k::U32)), (0x8905, Out(k::U32)),
    (0x8906, Out(k::TIMEVAL)), (0x8907, Out(k::TIMESPEC)),
    (0x8910, InOut(IFREQ_INT)), (0x8913, InOut(IFREQ_FLAGS)), (0x8914, In(IFREQ_FLAGS)),
    (0x8915, InOut(IFREQ_ADDR)), (0x8917, InOut(IFREQ_ADDR)), (0x8919, InOut(IFREQ_ADDR)), (0x891b, InOut(IFREQ_ADDR)),
    (0x891d, InOut(IFREQ_INT)), (0x8921, InOut(IFREQ_INT)), (0x8922, In(IFREQ_INT)), (0x8927, InOut(IFREQ_ADDR)),
    (0x8933, InOut(IFREQ_INT)), (0x8942, InOut(IFREQ_INT)),
    // Interfaces of programs (linux/if_tun.h).
    (0x4004_54ca, InOut(IFREQ_FLAGS)), (0x4004_54cb, Value), (0x4004_54cc, Value), (0x4004_54cd, Value),
    (0x4004_54ce, Value), (0x8004_54cf, Out(k::U32)), (0x4004_54d0, Value), (0x8004_54d2, Out(IFREQ_FLAGS)),
    (0x8004_54d3, Out(k::U32)), (0x4004_54d4, In(k::U32)), (0x8004_54d7, Out(k::U32)), (0x4004_54d8, In(k::U32)),
    // Pid descriptors and namespaces.
    (0xb701, Value), (0xb702, Value), (0xb703, Value), (0xb704, Out(k::U32)),
];

/// `SIOCGIFCONF`, the only request here with a pointer inside.
const SIOCGIFCONF: u32 = 0x8912;
/// Bytes of `struct ifreq`.
const IFREQ: usize = 40;

/// `ioctl`. An unknown request is ENOTTY, as of a device that does not know it.
pub fn ioctl(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let request = a[1] as u32;
    if request == SIOCGIFCONF {
        return interfaces(ctx, a);
    }
    let Some((_, carries)) = REQUESTS.iter().find(|(number, _)| *number == request) else {
        return Err(Errno::ENOTTY);
    };
    let (layout, reads, writes) = match *carries {
        Value => return ctx.blocking(libc::SYS_ioctl, *a),
        In(layout) => (layout, true, false),
        Out(layout) => (layout, false, true),
        InOut(layout) => (layout, true, true),
    };
    let mut bytes = if reads { ctx.get_layout(a[2], layout)? } else { vec![0; size_of(layout)] };
    let args = [a[0], a[1], bytes.as_mut_ptr() as u64, 0, 0, 0];
    let result = ctx.blocking(libc::SYS_ioctl, args)?;
    if writes {
        ctx.put_layout(a[2], layout, &bytes)?;
    }
    Ok(result)
}

fn interfaces(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let len = (ctx.get_u32(a[2])? as usize).min(1 << 16);
    let to = ctx.get_u64_at(a[2], 8)?;
    let mut list = vec![0u8; len];
    let mut conf = [0u8; 16];
    conf[..4].copy_from_slice(&(len as u32).to_le_bytes());
    let pointer = if to == 0 { 0 } else { list.as_mut_ptr() as u64 };
    conf[8..].copy_from_slice(&pointer.to_le_bytes());
    ctx.blocking(libc::SYS_ioctl, [a[0], a[1], conf.as_mut_ptr() as u64, 0, 0, 0])?;
    let used = u32::from_le_bytes([conf[0], conf[1], conf[2], conf[3]]);
    if to != 0 {
        let endian = ctx.endian();
        list.chunks_exact_mut(IFREQ).for_each(|item| convert(endian, IFREQ_ADDR, item));
        write_bytes(to, &list[..(used as usize).min(len)])?;
    }
    ctx.put_u32(a[2], used)?;
    Ok(0)
}
