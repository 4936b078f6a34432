//! Socket addresses, options and control messages between guest and host.

use crate::layout::{Endian, Layout, Run, convert, kernel as k};

/// Longest address (`struct sockaddr_storage`).
pub const MAX_ADDR: usize = 128;

/// Fields in the machine's byte order; ports and addresses are in the network's.
fn layout(family: u16) -> Layout {
    match i32::from(family) {
        // Port and flow are the network's, the scope is not.
        libc::AF_INET6 => &[Run(2, 1), Run(1, 22), Run(4, 1)],
        libc::AF_NETLINK => &[Run(2, 2), Run(4, 2)],
        libc::AF_PACKET => &[Run(2, 1), Run(1, 2), Run(4, 1), Run(2, 1)],
        libc::AF_VSOCK => &[Run(2, 2), Run(4, 2)],
        _ => &[Run(2, 1)],
    }
}

/// A guest's address as the host's.
pub fn to_host(endian: Endian, bytes: &mut [u8]) {
    let mut family = [0; 2];
    if bytes.len() < 2 {
        return;
    }
    family.copy_from_slice(&bytes[..2]);
    convert(endian, k::U16, &mut family);
    convert(endian, layout(u16::from_le_bytes(family)), bytes);
}

/// A host's address as the guest's.
pub fn to_guest(endian: Endian, bytes: &mut [u8]) {
    if bytes.len() >= 2 {
        let family = u16::from_le_bytes([bytes[0], bytes[1]]);
        convert(endian, layout(family), bytes);
    }
}

/// What the value of a socket option is; `None` for bytes that stay as they are.
pub fn option_layout(level: i32, name: i32, len: usize) -> Option<Layout> {
    const INTS: Layout = &[Run(4, 64)];
    match (level, name) {
        (libc::SOL_SOCKET, libc::SO_LINGER) => Some(k::LINGER),
        (libc::SOL_SOCKET, libc::SO_RCVTIMEO | libc::SO_SNDTIMEO | 66 | 67) => Some(k::TIMEVAL),
        (libc::SOL_SOCKET, libc::SO_PEERCRED) => Some(k::UCRED),
        (libc::SOL_SOCKET, libc::SO_BINDTODEVICE | libc::SO_PEERSEC) => None,
        // ip_mreq is two network addresses; ip_mreqn has an interface number behind them.
        (libc::IPPROTO_IP, 32..=36) if len >= 12 => Some(&[Run(1, 8), Run(4, 1)]),
        (libc::IPPROTO_IP, 32..=36) if len == 8 => None,
        (libc::IPPROTO_IPV6, libc::IPV6_ADD_MEMBERSHIP | libc::IPV6_DROP_MEMBERSHIP) => {
            Some(&[Run(1, 16), Run(4, 1)])
        }
        (libc::IPPROTO_TCP, libc::TCP_INFO) => Some(&[Run(1, 8), Run(4, 24), Run(8, 20)]),
        (libc::IPPROTO_TCP, libc::TCP_CONGESTION | libc::TCP_ULP) => None,
        _ if len >= 4 => Some(INTS),
        _ => None,
    }
}

/// What a control message carries.
fn control_layout(level: i32, kind: i32) -> Layout {
    match (level, kind) {
        (libc::SOL_SOCKET, libc::SCM_RIGHTS) => &[Run(4, 256)],
        (libc::SOL_SOCKET, libc::SCM_CREDENTIALS) => k::UCRED,
        (libc::SOL_SOCKET, libc::SO_TIMESTAMP | libc::SO_TIMESTAMPNS) => k::TIMEVAL,
        (libc::IPPROTO_IP, libc::IP_PKTINFO) => &[Run(4, 1), Run(1, 8)],
        (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => &[Run(1, 16), Run(4, 1)],
        (libc::IPPROTO_IP | libc::IPPROTO_IPV6, _) => &[Run(4, 1)],
        _ => &[],
    }
}

/// Head of a control message: length, level, type.
const CMSG: Layout = &[Run(8, 1), Run(4, 2)];
const CMSG_BYTES: usize = 16;

fn head(bytes: &[u8]) -> (usize, i32, i32) {
    let number =
        |at: usize| i32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    let len = bytes[..8].iter().rev().fold(0u64, |v, b| v << 8 | u64::from(*b));
    (usize::try_from(len).unwrap_or(usize::MAX), number(8), number(12))
}

/// Converts all control messages in place; `from_guest` tells the direction. Calls `each` with
/// level, type and data in host byte order.
pub fn control(
    endian: Endian,
    bytes: &mut [u8],
    from_guest: bool,
    mut each: impl FnMut(i32, i32, &[u8]),
) {
    let mut rest = bytes;
    while rest.len() >= CMSG_BYTES {
        if from_guest {
            convert(endian, CMSG, &mut rest[..CMSG_BYTES]);
        }
        let (len, level, kind) = head(rest);
        let end = len.clamp(CMSG_BYTES, rest.len());
        let data = &mut rest[CMSG_BYTES..end];
        if !from_guest {
            each(level, kind, data);
        }
        convert(endian, control_layout(level, kind), data);
        if from_guest {
            each(level, kind, data);
        } else {
            convert(endian, CMSG, &mut rest[..CMSG_BYTES]);
        }
        if len < CMSG_BYTES {
            return;
        }
        let next = end.next_multiple_of(8).min(rest.len());
        rest = &mut rest[next..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_in_network_order_is_swapped() {
        let mut inet = [0, 2, 0x1f, 0x90, 127, 0, 0, 1];
        to_host(Endian::Big, &mut inet);
        assert_eq!(inet, [2, 0, 0x1f, 0x90, 127, 0, 0, 1]);
        to_guest(Endian::Big, &mut inet);
        assert_eq!(inet[..2], [0, 2]);
        let mut six = [0u8; 28];
        six[1] = libc::AF_INET6 as u8;
        six[27] = 3;
        to_host(Endian::Big, &mut six);
        assert_eq!((six[0], six[24]), (libc::AF_INET6 as u8, 3));
    }

    #[test]
    fn passed_descriptors_are_swapped_both_ways() {
        let mut bytes = Vec::new();
        bytes.extend(20u64.to_be_bytes());
        bytes.extend(1u32.to_be_bytes());
        bytes.extend(1u32.to_be_bytes());
        bytes.extend(7u32.to_be_bytes());
        bytes.extend([0; 4]);
        let original = bytes.clone();
        let mut seen = Vec::new();
        control(Endian::Big, &mut bytes, true, |_, _, data| seen.extend_from_slice(data));
        assert_eq!(seen, 7u32.to_le_bytes());
        assert_eq!(bytes[0], 20);
        control(Endian::Big, &mut bytes, false, |_, _, _| {});
        assert_eq!(bytes, original);
    }

    #[test]
    fn bad_lengths_end_the_walk() {
        let mut bytes = vec![0u8; 40];
        control(Endian::Big, &mut bytes, true, |_, _, _| {});
        let mut bytes = vec![0xff; 40];
        control(Endian::Big, &mut bytes, true, |_, _, _| {});
    }
}
