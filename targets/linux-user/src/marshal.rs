//! Calls that are the host's own once their arguments are converted.

use crate::errno::{Errno, SysResult};
use crate::layout::{Endian, Layout, convert_array, size_of};
use crate::path;
use crate::process::{Args, Ctx, read_bytes, write_bytes};
use crate::table::Arg;
use std::ffi::CString;

/// Most bytes of an array argument: 1024 `iovec`s, 4096 `pollfd`s and the like.
const MAX_ARRAY: u64 = 1 << 20;

/// Buffers that stand in for guest structures during one call.
#[derive(Default)]
struct Frame {
    paths: Vec<CString>,
    buffers: Vec<Buffer>,
    /// Guest ranges the kernel writes to directly.
    direct: Vec<(u64, u64)>,
}

struct Buffer {
    guest: u64,
    layout: Layout,
    bytes: Vec<u8>,
    back: Back,
}

/// What goes back to the guest.
#[derive(PartialEq)]
enum Back {
    Nothing,
    Whole,
    /// As many elements as the result says.
    Counted,
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
    let mut result = ctx.blocking(number, host);
    if result == Err(Errno::EFAULT) && frame.release(ctx) {
        result = ctx.blocking(number, host);
    }
    // An interrupted sleep tells how much is left.
    if result.is_ok() || result == Err(Errno::EINTR) {
        frame.write_back(ctx.endian(), result.unwrap_or(0))?;
    }
    result
}

impl Frame {
    fn argument(&mut self, ctx: &Ctx<'_>, kind: Arg, value: u64, args: &Args) -> SysResult {
        let count = |n: u8| u64::from(args[n as usize] as u32);
        let (layout, count, fill, back) = match kind {
            Arg::Path | Arg::Link => return self.path(ctx, value, kind == Arg::Path),
            Arg::Buffer(n) => {
                self.direct.push((value, args[n as usize]));
                return Ok(value);
            }
            Arg::Open => return Ok((ctx.process().abi.open_flags)(value)),
            Arg::In(layout) => (layout, 1, true, Back::Nothing),
            Arg::Out(layout) => (layout, 1, false, Back::Whole),
            Arg::InOut(layout) => (layout, 1, true, Back::Whole),
            Arg::InArray(layout, n) => (layout, count(n), true, Back::Nothing),
            Arg::OutArray(layout, n) => (layout, count(n), false, Back::Counted),
            Arg::InOutArray(layout, n) => (layout, count(n), true, Back::Whole),
            _ => return Ok(value),
        };
        if value == 0 {
            return Ok(0);
        }
        self.buffer(ctx.endian(), value, (layout, count), fill, back)
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
        (layout, count): (Layout, u64),
        fill: bool,
        back: Back,
    ) -> SysResult {
        let len = size_of(layout) as u64 * count;
        if len > MAX_ARRAY {
            return Err(Errno::EINVAL);
        }
        let mut bytes = if fill { read_bytes(guest, len as usize)? } else { vec![0; len as usize] };
        convert_array(endian, layout, &mut bytes);
        let pointer = bytes.as_ptr() as u64;
        self.buffers.push(Buffer { guest, layout, bytes, back });
        Ok(pointer)
    }

    /// Opens translated code that stands in the kernel's way.
    fn release(&self, ctx: &Ctx<'_>) -> bool {
        let mut any = false;
        let space = &ctx.process().space;
        for &(addr, len) in &self.direct {
            any |= space.release_code(tcg_mem::GuestAddr(addr), len);
        }
        for buffer in self.buffers.iter().filter(|b| b.layout == crate::layout::kernel::IOVEC) {
            for pair in buffer.bytes.chunks_exact(16) {
                let word = |at: usize| {
                    pair[at..at + 8].iter().rev().fold(0, |v, b| v << 8 | u64::from(*b))
                };
                any |= space.release_code(tcg_mem::GuestAddr(word(0)), word(8));
            }
        }
        any
    }

    fn write_back(&mut self, endian: Endian, result: u64) -> Result<(), Errno> {
        for buffer in &mut self.buffers {
            let len = match buffer.back {
                Back::Nothing => continue,
                Back::Whole => buffer.bytes.len(),
                Back::Counted => (size_of(buffer.layout) * result as usize).min(buffer.bytes.len()),
            };
            convert_array(endian, buffer.layout, &mut buffer.bytes[..len]);
            write_bytes(buffer.guest, &buffer.bytes[..len])?;
        }
        Ok(())
    }
}
