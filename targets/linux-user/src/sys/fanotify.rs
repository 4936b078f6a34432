//! `fanotify`: watching files. Its descriptor gives records, and takes answers.
//!
//! Linux include/uapi/linux/fanotify.h.

use super::file::at_path;
use crate::errno::SysResult;
use crate::layout::{Endian, Layout, Run, convert, convert_array, kernel};
use crate::process::{Args, Ctx};

/// `fanotify_init`: the second argument are flags of `open`.
pub fn init(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let flags = (ctx.process().abi.open_flags)(a[1]);
    let fd = ctx.blocking(libc::SYS_fanotify_init, [a[0], flags, 0, 0, 0, 0])?;
    ctx.process().fds.mark(fd);
    Ok(fd)
}

/// `fanotify_mark`.
pub fn mark(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let follow = a[1] & u64::from(libc::FAN_MARK_DONT_FOLLOW) == 0;
    let path = at_path(ctx, a[4], follow)?;
    let path = super::file::pointer(&path);
    ctx.blocking(libc::SYS_fanotify_mark, [a[0], a[1], a[2], a[3], path, 0])
}

/// `struct fanotify_event_metadata`: length of the record, version, length of this, mask, descriptor, process.
const EVENT: Layout = &[Run(4, 1), Run(1, 2), Run(2, 1), Run(8, 1), Run(4, 2)];
const EVENT_BYTES: usize = 24;
/// `struct fanotify_event_info_header`: kind, length of the information.
const INFO: Layout = &[Run(1, 2), Run(2, 1)];
const INFO_BYTES: usize = 4;
/// What follows in those that tell of a file: file system, length and kind of the handle, whose bytes are the file system's.
const FILE: Layout = &[Run(4, 4)];

/// What follows the header of an information (`FAN_EVENT_INFO_TYPE_*`).
fn info_layout(kind: u8) -> Layout {
    match kind {
        // A descriptor; an error and how often.
        4 | 5 => &[Run(4, 2)],
        // A part of a file; a mount.
        6 => &[Run(4, 1), Run(8, 2)],
        7 => &[Run(1, 4), Run(8, 1)],
        _ => FILE,
    }
}

/// Turns records that a read gave into the guest's byte order.
pub(crate) fn convert_events(endian: Endian, bytes: &mut [u8]) {
    let mut rest = bytes;
    while rest.len() >= EVENT_BYTES {
        let length = u32::from_le_bytes([rest[0], rest[1], rest[2], rest[3]]) as usize;
        let (event, later) = rest.split_at_mut(length.clamp(EVENT_BYTES, rest.len()));
        convert(endian, EVENT, event);
        convert_infos(endian, &mut event[EVENT_BYTES..]);
        rest = later;
    }
}

fn convert_infos(endian: Endian, bytes: &mut [u8]) {
    let mut rest = bytes;
    while rest.len() >= INFO_BYTES {
        let (kind, length) = (rest[0], usize::from(u16::from_le_bytes([rest[2], rest[3]])));
        let (info, later) = rest.split_at_mut(length.clamp(INFO_BYTES, rest.len()));
        convert(endian, INFO, info);
        convert(endian, info_layout(kind), &mut info[INFO_BYTES..]);
        rest = later;
    }
}

/// `struct fanotify_response`: descriptor and answer.
const RESPONSE_BYTES: usize = 8;

/// Turns an answer of the guest into the host's byte order, with the information that may stand behind it: a header, words.
pub(crate) fn convert_response(endian: Endian, bytes: &mut [u8]) {
    let (response, info) = bytes.split_at_mut(RESPONSE_BYTES.min(bytes.len()));
    convert_array(endian, kernel::U32, response);
    convert(endian, INFO, info);
    if let Some(words) = info.get_mut(INFO_BYTES..) {
        convert_array(endian, kernel::U32, words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_converted_with_what_they_tell() {
        // One event of 24 + 28 bytes: a file with a handle of 8 bytes.
        let mut bytes = Vec::new();
        bytes.extend(52u32.to_le_bytes());
        bytes.extend([3, 0, 24, 0]);
        bytes.extend(0x100u64.to_le_bytes());
        bytes.extend([7u32, 8].map(u32::to_le_bytes).concat());
        bytes.extend([1, 0, 28, 0]);
        bytes.extend([1u32, 2, 8, 4].map(u32::to_le_bytes).concat());
        bytes.extend(*b"abcdefgh");
        convert_events(Endian::Big, &mut bytes);
        assert_eq!((bytes[3], bytes[7], bytes[14], bytes[19], bytes[23]), (52, 24, 1, 7, 8));
        assert_eq!(bytes[24..28], [1, 0, 0, 28]);
        assert_eq!((bytes[31], bytes[35], bytes[39], bytes[43]), (1, 2, 8, 4));
        assert_eq!(bytes[44..], *b"abcdefgh");
    }

    #[test]
    fn cut_records_are_no_trap() {
        for len in 0..60 {
            convert_events(Endian::Big, &mut vec![0xff; len]);
            convert_response(Endian::Big, &mut vec![0xff; len]);
        }
    }
}
