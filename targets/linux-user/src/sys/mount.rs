//! `statmount` and `listmount`: structures that tell their own size.
//!
//! Linux include/uapi/linux/mount.h, fs/namespace.c.

use crate::errno::{Errno, SysResult};
use crate::layout::{convert, convert_array, kernel, size_of};
use crate::process::{Args, Ctx, read_bytes, write_bytes};
use tcg_mem::PAGE_SIZE;

// Numbers on every architecture; older C library headers lack the names.
const SYS_STATMOUNT: i64 = 457;
const SYS_LISTMOUNT: i64 = 458;

/// Bytes of the first version of `struct mnt_id_req`.
const REQUEST: u64 = 24;
/// Most bytes that are asked for at once: strings of a mount are shorter.
const MAX_ANSWER: u64 = 1 << 20;
/// Most mounts that are asked for at once (the kernel's own limit).
const MAX_MOUNTS: u64 = 1_000_000;

/// `struct mnt_id_req`: its size and another word, then 64-bit words.
fn request(ctx: &Ctx<'_>, addr: u64) -> Result<Vec<u8>, Errno> {
    match u64::from(ctx.get_u32(addr)?) {
        size if size < REQUEST => Err(Errno::EINVAL),
        size if size > PAGE_SIZE => Err(Errno::E2BIG),
        size => {
            let mut bytes = read_bytes(addr, size as usize)?;
            let (head, words) = bytes.split_at_mut(8);
            convert_array(ctx.endian(), kernel::U32, head);
            convert_array(ctx.endian(), kernel::U64, words);
            Ok(bytes)
        }
    }
}

/// `statmount`: a structure, and behind it strings, to whose beginnings its fields count.
pub fn statmount(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let request = request(ctx, a[0])?;
    let room = a[2].min(MAX_ANSWER) as usize;
    let mut answer = vec![0u8; room.max(size_of(kernel::STATMOUNT))];
    let to = answer.as_mut_ptr() as u64;
    let args = [request.as_ptr() as u64, to, room as u64, a[3], 0, 0];
    let result = ctx.blocking(SYS_STATMOUNT, args)?;
    // Its first field is how many bytes there are.
    let used = u32::from_le_bytes([answer[0], answer[1], answer[2], answer[3]]) as usize;
    convert(ctx.endian(), kernel::STATMOUNT, &mut answer);
    write_bytes(a[1], &answer[..used.min(room)])?;
    Ok(result)
}

/// `listmount`: numbers of mounts; the result is how many.
pub fn listmount(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let request = request(ctx, a[0])?;
    if a[2] > MAX_MOUNTS {
        return Err(Errno::EOVERFLOW);
    }
    let mut ids = vec![0u8; a[2] as usize * 8];
    let args = [request.as_ptr() as u64, ids.as_mut_ptr() as u64, a[2], a[3], 0, 0];
    let count = ctx.blocking(SYS_LISTMOUNT, args)?;
    convert_array(ctx.endian(), kernel::U64, &mut ids);
    write_bytes(a[1], &ids[..count as usize * 8])?;
    Ok(count)
}
