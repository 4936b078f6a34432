//! Netlink messages of the routing family: interfaces, addresses, routes, neighbours.
//!
//! Headers, and attributes by a table of those that hold words; what is not in the table stays
//! as it is, as texts and network addresses should. Linux include/uapi/linux/netlink.h,
//! rtnetlink.h, if_link.h, if_addr.h, neighbour.h.

use crate::layout::{Endian, Layout, Run, convert};

/// What an attribute holds.
#[derive(Clone, Copy, Debug)]
enum Holds {
    /// Words of one width, as many as fit.
    Words(Layout),
    /// Attributes.
    Nested(Attributes),
    /// Interface numbers with attributes: `struct rtnexthop`.
    NextHops,
}
use Holds::{Nested, NextHops, Words};

const HALVES: Layout = &[Run(2, u16::MAX)];
const WORDS: Layout = &[Run(4, u16::MAX)];
const LONGS: Layout = &[Run(8, u16::MAX)];

/// Attributes by their type.
type Attributes = &'static [(u16, Holds)];

/// One kind of message behind the message header.
struct Kind {
    header: Layout,
    attributes: Attributes,
}

const INET6: Attributes = &[
    (1, Words(WORDS)),
    (2, Words(WORDS)),
    (3, Words(LONGS)),
    (5, Words(WORDS)),
    (6, Words(LONGS)),
];
const AF_SPEC: Attributes = &[(2, Nested(&[(1, Words(WORDS))])), (10, Nested(INET6))];

#[rustfmt::skip]
const LINK: Attributes = &[
    (4, Words(WORDS)), (5, Words(WORDS)), (7, Words(WORDS)), (10, Words(WORDS)), (13, Words(WORDS)), (15, Words(WORDS)),
    (18, Nested(&[])), (19, Words(WORDS)), (21, Words(WORDS)), (23, Words(LONGS)), (26, Nested(AF_SPEC)),
    (27, Words(WORDS)), (28, Words(WORDS)), (29, Words(WORDS)), (30, Words(WORDS)), (31, Words(WORDS)), (32, Words(WORDS)),
    (35, Words(WORDS)), (37, Words(WORDS)), (40, Words(WORDS)), (41, Words(WORDS)), (43, Nested(&[])),
    (47, Words(WORDS)), (48, Words(WORDS)), (49, Words(WORDS)), (50, Words(WORDS)), (51, Words(WORDS)),
    (52, Nested(&[])), (58, Words(WORDS)), (59, Words(WORDS)), (60, Words(WORDS)), (61, Words(WORDS)),
    (63, Words(WORDS)), (64, Words(WORDS)),
];
const ADDR: Attributes =
    &[(6, Words(WORDS)), (8, Words(WORDS)), (9, Words(WORDS)), (10, Words(WORDS))];
#[rustfmt::skip]
const ROUTE: Attributes = &[
    (3, Words(WORDS)), (4, Words(WORDS)), (6, Words(WORDS)), (8, Nested(METRICS)), (9, NextHops),
    (11, Words(WORDS)), (12, Words(WORDS)), (15, Words(WORDS)), (16, Words(WORDS)), (23, Words(WORDS)), (30, Words(WORDS)),
];
/// All metrics but the name of the congestion control (16) are words.
#[rustfmt::skip]
const METRICS: Attributes = &[
    (1, Words(WORDS)), (2, Words(WORDS)), (3, Words(WORDS)), (4, Words(WORDS)), (5, Words(WORDS)), (6, Words(WORDS)),
    (7, Words(WORDS)), (8, Words(WORDS)), (9, Words(WORDS)), (10, Words(WORDS)), (11, Words(WORDS)), (12, Words(WORDS)),
    (13, Words(WORDS)), (14, Words(WORDS)), (15, Words(WORDS)), (17, Words(WORDS)),
];
#[rustfmt::skip]
const NEIGHBOUR: Attributes = &[
    (3, Words(WORDS)), (4, Words(WORDS)), (5, Words(HALVES)), (7, Words(WORDS)), (8, Words(WORDS)), (9, Words(WORDS)),
    (10, Words(WORDS)), (13, Words(WORDS)), (15, Words(WORDS)),
];

/// Kinds from `RTM_NEWLINK` (16) on; four messages make one kind.
const KINDS: &[Kind] = &[
    Kind { header: &[Run(1, 2), Run(2, 1), Run(4, 3)], attributes: LINK },
    Kind { header: &[Run(1, 4), Run(4, 1)], attributes: ADDR },
    Kind { header: &[Run(1, 8), Run(4, 1)], attributes: ROUTE },
    Kind { header: &[Run(1, 4), Run(4, 1), Run(2, 1), Run(1, 2)], attributes: NEIGHBOUR },
];
const FIRST_KIND: u16 = 16;
/// `NLMSG_ERROR`: an errno, then the message it is about; `NLMSG_DONE`: an errno.
const ERROR: u16 = 2;
const DONE: u16 = 3;

/// `struct nlmsghdr`.
const MESSAGE: Layout = &[Run(4, 1), Run(2, 2), Run(4, 2)];
const MESSAGE_BYTES: usize = 16;
/// `struct nlattr` and `struct rtattr`.
const ATTRIBUTE: Layout = &[Run(2, 2)];
const ATTRIBUTE_BYTES: usize = 4;
/// `struct rtnexthop`.
const NEXT_HOP: Layout = &[Run(2, 1), Run(1, 2), Run(4, 1)];
const NEXT_HOP_BYTES: usize = 8;
/// Bits of an attribute's type that are flags.
const TYPE_MASK: u16 = 0x3fff;
/// Deeper nesting than the tables have, so that damaged messages end.
const MAX_DEPTH: u32 = 4;

/// The direction of a conversion.
#[derive(Clone, Copy, Debug)]
pub struct Converter {
    /// The guest's byte order.
    pub endian: Endian,
    /// From the guest to the host, or back.
    pub from_guest: bool,
}

impl Converter {
    /// Converts all messages in a buffer, in place.
    pub fn messages(self, bytes: &mut [u8]) {
        let mut rest = bytes;
        while rest.len() >= MESSAGE_BYTES {
            let (len, kind) = self.head(rest, MESSAGE, |head| (u32_at(head, 0), u16_at(head, 4)));
            let end = (len as usize).clamp(MESSAGE_BYTES, rest.len());
            self.payload(kind, &mut rest[MESSAGE_BYTES..end]);
            let next = end.next_multiple_of(4).min(rest.len());
            rest = &mut rest[next..];
        }
    }

    fn payload(self, kind: u16, bytes: &mut [u8]) {
        match kind {
            ERROR => {
                convert(self.endian, &[Run(4, 1)], bytes);
                // The message that failed, whole or its header alone.
                if let Some(about) = bytes.get_mut(4..) {
                    self.messages(about);
                }
            }
            DONE => convert(self.endian, &[Run(4, 1)], bytes),
            _ => {
                let at = usize::from(kind.wrapping_sub(FIRST_KIND) / 4);
                let Some(kind) = KINDS.get(at) else { return };
                let header = crate::layout::size_of(kind.header);
                convert(self.endian, kind.header, bytes);
                if let Some(attributes) = bytes.get_mut(header..) {
                    self.attributes(kind.attributes, attributes, 0);
                }
            }
        }
    }

    fn attributes(self, known: Attributes, bytes: &mut [u8], depth: u32) {
        let mut rest = bytes;
        while rest.len() >= ATTRIBUTE_BYTES && depth < MAX_DEPTH {
            let (len, kind) = self.head(rest, ATTRIBUTE, |head| (u16_at(head, 0), u16_at(head, 2)));
            let end = usize::from(len).clamp(ATTRIBUTE_BYTES, rest.len());
            let value = &mut rest[ATTRIBUTE_BYTES..end];
            match known.iter().find(|(known, _)| *known == kind & TYPE_MASK) {
                Some((_, Words(layout))) => convert(self.endian, layout, value),
                Some((_, Nested(inner))) => self.attributes(inner, value, depth + 1),
                Some((_, NextHops)) => self.next_hops(value, depth + 1),
                None => {}
            }
            let next = end.next_multiple_of(4).min(rest.len());
            rest = &mut rest[next..];
        }
    }

    fn next_hops(self, bytes: &mut [u8], depth: u32) {
        let mut rest = bytes;
        while rest.len() >= NEXT_HOP_BYTES {
            let len = self.head(rest, NEXT_HOP, |head| u16_at(head, 0));
            let end = usize::from(len).clamp(NEXT_HOP_BYTES, rest.len());
            self.attributes(ROUTE, &mut rest[NEXT_HOP_BYTES..end], depth);
            let next = end.next_multiple_of(4).min(rest.len());
            rest = &mut rest[next..];
        }
    }

    /// Converts a header, and reads it while it is the host's.
    fn head<R>(self, bytes: &mut [u8], layout: Layout, read: impl FnOnce(&[u8]) -> R) -> R {
        if self.from_guest {
            convert(self.endian, layout, bytes);
            return read(bytes);
        }
        let found = read(bytes);
        convert(self.endian, layout, bytes);
        found
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

#[cfg(test)]
mod tests {
    use super::*;

    const TO_GUEST: Converter = Converter { endian: Endian::Big, from_guest: false };
    const TO_HOST: Converter = Converter { endian: Endian::Big, from_guest: true };

    /// `RTM_NEWLINK` with a name and an MTU, in this byte order.
    fn link(order: Endian) -> Vec<u8> {
        let half = |n: u16| match order {
            Endian::Big => n.to_be_bytes(),
            Endian::Little => n.to_le_bytes(),
        };
        let word = |n: u32| match order {
            Endian::Big => n.to_be_bytes(),
            Endian::Little => n.to_le_bytes(),
        };
        let mut out = Vec::new();
        out.extend(word(48));
        [16, 2].map(half).iter().for_each(|bytes| out.extend(bytes));
        [7, 99].map(word).iter().for_each(|bytes| out.extend(bytes));
        out.extend([0, 0]);
        out.extend(half(772));
        [1, 73, 0].map(word).iter().for_each(|bytes| out.extend(bytes));
        [7, 3].map(half).iter().for_each(|bytes| out.extend(bytes));
        out.extend(b"lo\0\0");
        [8, 4].map(half).iter().for_each(|bytes| out.extend(bytes));
        out.extend(word(65536));
        out
    }

    #[test]
    fn messages_are_converted_both_ways() {
        let (mut guest, mut host) = (link(Endian::Big), link(Endian::Little));
        TO_HOST.messages(&mut guest);
        assert_eq!(guest, link(Endian::Little));
        TO_GUEST.messages(&mut host);
        assert_eq!(host, link(Endian::Big));
    }

    #[test]
    fn no_damage_makes_the_walk_panic_or_stay() {
        let good = link(Endian::Little);
        for at in 0..good.len() {
            for value in [0, 1, 3, 0x7f, 0xff] {
                let mut bytes = good.clone();
                bytes[at] = value;
                TO_GUEST.messages(&mut bytes.clone());
                TO_HOST.messages(&mut bytes);
                TO_GUEST.messages(&mut good[..at].to_vec());
            }
        }
    }
}
