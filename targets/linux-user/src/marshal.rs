//! Calls that are the host's own once their arguments are converted.

use crate::errno::{Errno, SysResult};
use crate::layout::kernel::{IOVEC, U64};
use crate::layout::{Endian, Layout, convert_array, size_of};
use crate::path;
use crate::process::{Args, Ctx, read_bytes, write_bytes};
use crate::sys::file;
use crate::table::Arg;
use std::ffi::CString;

/// Most bytes of an array argument: 1024 `iovec`s, 4096 `pollfd`s and the like.
const MAX_ARRAY: u64 = 1 << 20;

/// Buffers that stand in for guest structures during one call.
#[derive(Default)]
struct Frame {
    paths: Vec<CString>,
    buffers: Vec<Buffer>,
}

struct Buffer {
    guest: u64,
    layout: Layout,
    bytes: Vec<u8>,
    /// The same before the call: what the kernel has not touched is not written to the guest.
    before: Vec<u8>,
    back: Back,
}

/// What goes back to the guest.
#[derive(PartialEq)]
enum Back {
    Nothing,
    Whole,
    /// As many elements as the result says, whatever was there.
    Counted,
}

/// Most nodes that the kernel takes a set of: the bits of a page (Linux mm/mempolicy.c:get_nodes).
const MAX_NODES: u64 = 8 * tcg_mem::PAGE_SIZE;

/// Bytes of a set of `count` nodes less one; none if the kernel is going to refuse the count.
fn node_bytes(count: u64) -> u64 {
    match count.wrapping_sub(1) {
        bits @ 0..=MAX_NODES => bits.div_ceil(64) * 8,
        _ => 0,
    }
}

/// Passes a call on to the host.
///
/// # Errors
/// The host's, and EFAULT where an argument cannot be read or written.
pub fn pass(ctx: &mut Ctx<'_>, number: i64, kinds: &[Arg], args: &Args) -> SysResult {
    let mut frame = Frame::default();
    let mut host = *args;
    for (i, kind) in kinds.iter().enumerate() {
        host[i] = frame.argument(ctx, *kind, args[i], args)?;
    }
    let result = ctx.blocking(number, host);
    // Errors, too: an interrupted sleep tells how much is left.
    if result != Err(Errno::NOT_BEGUN) {
        frame.write_back(ctx.endian(), result.unwrap_or(0))?;
    }
    result
}

impl Frame {
    fn argument(&mut self, ctx: &Ctx<'_>, kind: Arg, value: u64, args: &Args) -> SysResult {
        let count = |n: u8| u64::from(args[n as usize] as u32);
        let sized = |n: u8| args[n as usize];
        let whole = |layout: Layout, count: u64| (layout, size_of(layout) as u64 * count);
        let ((layout, len), fill, back) = match kind {
            Arg::Path | Arg::Link => return self.path(ctx, value, kind == Arg::Path),
            Arg::At(n) => return self.path(ctx, value, file::follows(args[n as usize])),
            Arg::Buffer(n) => {
                ctx.open_for_host(value, args[n as usize]);
                return Ok(value);
            }
            Arg::Open => return Ok((ctx.process().abi.open_flags)(value)),
            // The kernel refuses more than a page without a look at it.
            Arg::InSized(_, n) | Arg::OutSized(_, n) if sized(n) > tcg_mem::PAGE_SIZE => {
                return Ok(value);
            }
            Arg::In(layout) => (whole(layout, 1), true, Back::Nothing),
            Arg::Out(layout) => (whole(layout, 1), false, Back::Whole),
            Arg::InOut(layout) => (whole(layout, 1), true, Back::Whole),
            Arg::InArray(layout, n) => (whole(layout, count(n)), true, Back::Nothing),
            Arg::Scatter(n) => (whole(IOVEC, count(n)), true, Back::Nothing),
            Arg::OutArray(layout, n) => (whole(layout, count(n)), false, Back::Counted),
            Arg::InOutArray(layout, n) => (whole(layout, count(n)), true, Back::Whole),
            Arg::InSized(layout, n) => ((layout, sized(n)), true, Back::Nothing),
            Arg::OutSized(layout, n) => ((layout, sized(n)), false, Back::Whole),
            Arg::InNodes(n) => ((U64, node_bytes(args[n as usize])), true, Back::Nothing),
            Arg::OutNodes(n) => ((U64, node_bytes(args[n as usize])), false, Back::Whole),
            _ => return Ok(value),
        };
        if value == 0 {
            return Ok(0);
        }
        let pointer = self.buffer(ctx.endian(), value, (layout, len), fill, back)?;
        if let (Arg::Scatter(_), Some(vectors)) = (kind, self.buffers.last()) {
            ctx.open_vectors(&vectors.bytes);
        }
        Ok(pointer)
    }

    fn path(&mut self, ctx: &Ctx<'_>, addr: u64, follow: bool) -> SysResult {
        if addr == 0 {
            return Ok(0);
        }
        let path = ctx.get_path(addr)?;
        let path =
            if follow { ctx.resolve(&path) } else { path::resolve_link(ctx.process(), &path) };
        let pointer = path.as_ptr() as u64;
        self.paths.push(path);
        Ok(pointer)
    }

    fn buffer(
        &mut self,
        endian: Endian,
        guest: u64,
        (layout, len): (Layout, u64),
        fill: bool,
        back: Back,
    ) -> SysResult {
        if len > MAX_ARRAY {
            return Err(Errno::EINVAL);
        }
        let mut bytes = match back {
            Back::Counted => vec![0; len as usize],
            // What cannot be read may be left alone by the kernel as well.
            Back::Whole if !fill => {
                read_bytes(guest, len as usize).unwrap_or(vec![0; len as usize])
            }
            _ => read_bytes(guest, len as usize)?,
        };
        convert_array(endian, layout, &mut bytes);
        let pointer = bytes.as_ptr() as u64;
        let before = if back == Back::Whole { bytes.clone() } else { Vec::new() };
        self.buffers.push(Buffer { guest, layout, bytes, before, back });
        Ok(pointer)
    }

    fn write_back(&mut self, endian: Endian, result: u64) -> Result<(), Errno> {
        for buffer in &mut self.buffers {
            let len = match buffer.back {
                Back::Nothing => continue,
                Back::Whole if buffer.bytes == buffer.before => continue,
                Back::Whole => buffer.bytes.len(),
                Back::Counted => (size_of(buffer.layout) * result as usize).min(buffer.bytes.len()),
            };
            convert_array(endian, buffer.layout, &mut buffer.bytes[..len]);
            write_bytes(buffer.guest, &buffer.bytes[..len])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_nodes_has_one_bit_less_than_its_count() {
        for (count, bytes) in [(1, 0), (2, 8), (65, 8), (66, 16), (MAX_NODES + 1, MAX_NODES / 8)] {
            assert_eq!(node_bytes(count), bytes, "{count}");
        }
        // The kernel refuses these.
        assert_eq!((node_bytes(0), node_bytes(MAX_NODES + 2)), (0, 0));
    }
}
