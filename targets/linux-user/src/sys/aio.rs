//! Asynchronous input and output (`io_setup` and its kin, as of libaio).
//!
//! The host's kernel reads a control block once, while it is submitted, and then names it by its address alone. So blocks in
//! another byte order are turned over in place for that time. Linux include/uapi/linux/aio_abi.h, fs/aio.c.

use super::poll::{get_mask, with_mask};
use crate::errno::{Errno, SysResult};
use crate::layout::{Endian, convert_array, kernel, size_of};
use crate::marshal;
use crate::process::{Args, Ctx, read_bytes, vectors, write_bytes};
use crate::table::Arg;

/// `io_setup`: the context is a word of the guest.
pub fn setup(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    marshal::pass(ctx, libc::SYS_io_setup, &[Arg::Int, Arg::InOut(kernel::U64)], a)
}

/// `IOCB_CMD_PREAD`, `IOCB_CMD_PREADV`, `IOCB_CMD_PWRITEV`.
const PREAD: u16 = 0;
const PREADV: u16 = 7;
const PWRITEV: u16 = 8;

/// A control block as far as it is read here.
struct Block {
    operation: u16,
    buffer: u64,
    count: u64,
}

impl Block {
    /// Of bytes in the host's order.
    fn of(bytes: &[u8]) -> Block {
        let word = |range: std::ops::Range<usize>| {
            bytes[range].iter().rev().fold(0u64, |v, b| v << 8 | u64::from(*b))
        };
        Block { operation: word(16..18) as u16, buffer: word(24..32), count: word(32..40) }
    }
}

const BLOCK: usize = size_of(kernel::IOCB);
/// Where in a block the address of the buffer or the vectors is.
const BUFFER: usize = 24;
/// Where the key is in a block of a big-endian guest.
const BIG_KEY: usize = 12;
/// Most vectors of a block.
const MAX_VECTORS: u64 = 1024;

/// `io_submit`: one block after the other; the result is how many there were before the first that is wrong.
pub fn submit(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let count = a[1] as i64;
    if count < 0 {
        return Err(Errno::EINVAL);
    }
    for done in 0..count as u64 {
        let submitted =
            ctx.get_u64_at(a[2], 8 * done).and_then(|block| submit_one(ctx, a[0], block));
        match submitted {
            Ok(1) => {}
            Ok(_) => return Ok(done),
            Err(_) if done > 0 => return Ok(done),
            Err(errno) => return Err(errno),
        }
    }
    if count == 0 {
        ctx.blocking(libc::SYS_io_submit, [a[0], 0, 0, 0, 0, 0])
    } else {
        Ok(count as u64)
    }
}

fn submit_one(ctx: &Ctx<'_>, context: u64, at: u64) -> SysResult {
    let mut bytes = ctx.get_layout(at, kernel::IOCB)?;
    let block = Block::of(&bytes);
    // The kernel copies the vectors as well while the block is submitted.
    let vectors = host_vectors(ctx, &block)?;
    if let Some(vectors) = &vectors {
        bytes[BUFFER..BUFFER + 8].copy_from_slice(&(vectors.as_ptr() as u64).to_le_bytes());
    }
    if block.operation == PREAD {
        ctx.open_for_host(block.buffer, block.count);
    }
    in_place(ctx, at, &bytes, |ctx| {
        let blocks = [at];
        ctx.blocking(libc::SYS_io_submit, [context, 1, blocks.as_ptr() as u64, 0, 0, 0])
    })
}

/// Makes a call while the guest's block at `at` reads as `block`. The key in it, which is the kernel's, becomes zero.
fn in_place(
    ctx: &Ctx<'_>,
    at: u64,
    block: &[u8],
    call: impl FnOnce(&Ctx<'_>) -> SysResult,
) -> SysResult {
    if ctx.endian() == Endian::Little {
        return call(ctx);
    }
    let mut guest = read_bytes(at, BLOCK)?;
    write_bytes(at, block)?;
    let result = call(ctx);
    guest[BIG_KEY..BIG_KEY + 4].fill(0);
    write_bytes(at, &guest)?;
    result
}

/// The vectors of a block in the host's byte order, where they are not anyway; room is made for what they read.
fn host_vectors(ctx: &Ctx<'_>, block: &Block) -> Result<Option<Vec<u8>>, Errno> {
    if !matches!(block.operation, PREADV | PWRITEV) || block.count > MAX_VECTORS {
        return Ok(None);
    }
    let mut array = read_bytes(block.buffer, block.count as usize * 16)?;
    convert_array(ctx.endian(), kernel::IOVEC, &mut array);
    if block.operation == PREADV {
        vectors(&array).for_each(|(addr, len)| ctx.open_for_host(addr, len));
    }
    Ok((ctx.endian() == Endian::Big).then_some(array))
}

/// `io_cancel`: the kernel looks at the block's key.
pub fn cancel(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let bytes = ctx.get_layout(a[1], kernel::IOCB)?;
    let mut event = [0u8; size_of(kernel::IO_EVENT)];
    let to = event.as_mut_ptr() as u64;
    let result = in_place(ctx, a[1], &bytes, |ctx| {
        ctx.blocking(libc::SYS_io_cancel, [a[0], a[1], to, 0, 0, 0])
    })?;
    ctx.put_layout(a[2], kernel::IO_EVENT, &event)?;
    Ok(result)
}

/// Most events that are fetched at once, unless more are asked for at least.
const MAX_EVENTS: u64 = 1 << 14;

fn limit(a: &Args) -> u64 {
    if a[2] as i64 > MAX_EVENTS as i64 { MAX_EVENTS.max(a[1]) } else { a[2] }
}

const EVENTS: Arg = Arg::OutArray(kernel::IO_EVENT, 2);

/// `io_getevents`.
pub fn getevents(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let kinds = [Arg::Hex, Arg::Int, Arg::Int, EVENTS, Arg::In(kernel::TIMESPEC)];
    marshal::pass(ctx, libc::SYS_io_getevents, &kinds, &[a[0], a[1], limit(a), a[3], a[4], 0])
}

/// `io_pgetevents`: with a signal mask, which is behind a pointer with its size.
pub fn pgetevents(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mask = match a[5] {
        0 => None,
        pair => get_mask(ctx, ctx.get_u64(pair)?, ctx.get_u64_at(pair, 8)?)?,
    };
    let kinds = [Arg::Hex, Arg::Int, Arg::Int, EVENTS, Arg::In(kernel::TIMESPEC)];
    with_mask(ctx, mask, |ctx, mask| {
        let pair = [mask, 8];
        let pair = if mask == 0 { 0 } else { pair.as_ptr() as u64 };
        // Number 333 of x86_64.
        marshal::pass(ctx, 333, &kinds, &[a[0], a[1], limit(a), a[3], a[4], pair])
    })
}
