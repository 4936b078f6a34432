//! What security modules there are, and the attributes they give a process.
//!
//! Linux include/uapi/linux/lsm.h, security/lsm_syscalls.c.

use crate::errno::{Errno, SysResult};
use crate::layout::{Endian, convert, convert_array, kernel, size_of};
use crate::process::{Args, Ctx, read_bytes, write_bytes};

// Numbers on every architecture; older C library headers lack the names.
const SYS_GET_SELF_ATTR: i64 = 459;
const SYS_SET_SELF_ATTR: i64 = 460;
const SYS_LIST_MODULES: i64 = 461;

/// Most bytes of attributes or modules at once: more than the kernel has.
const MAX_BYTES: u32 = 1 << 16;
/// Bytes of `struct lsm_ctx` before the context itself: module, flags, length of the record, length of the context.
const HEAD: usize = size_of(kernel::LSM_CTX);

/// Calls the host with `bytes` for the guest's buffer and the place of their count, which the guest gets back. What the
/// kernel put there, and the call's result.
fn with_size(
    ctx: &Ctx<'_>,
    size_addr: u64,
    mut bytes: Vec<u8>,
    call: impl FnOnce(u64, u64) -> SysResult,
) -> Result<(Vec<u8>, u64), Errno> {
    let mut size = bytes.len() as u32;
    let to = if bytes.is_empty() { 0 } else { bytes.as_mut_ptr() as u64 };
    let result = call(to, &raw mut size as u64);
    // With some errors, too, E2BIG for one.
    if size as usize != bytes.len() {
        ctx.put_u32(size_addr, size)?;
    }
    let result = result?;
    bytes.truncate(size as usize);
    Ok((bytes, result))
}

/// As many zero bytes as the guest has room, none if it only asks for the size.
fn room(ctx: &Ctx<'_>, addr: u64, size_addr: u64) -> Result<Vec<u8>, Errno> {
    let size = ctx.get_u32(size_addr)?.min(MAX_BYTES);
    Ok(if addr == 0 { Vec::new() } else { vec![0; size as usize] })
}

/// `lsm_list_modules`: their numbers; the result is how many.
pub fn list_modules(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let room = room(ctx, a[0], a[1])?;
    let (mut ids, count) = with_size(ctx, a[1], room, |to, size| {
        ctx.blocking(SYS_LIST_MODULES, [to, size, a[2], 0, 0, 0])
    })?;
    convert_array(ctx.endian(), kernel::U64, &mut ids);
    write_bytes(a[0], &ids)?;
    Ok(count)
}

/// `lsm_get_self_attr`: a list of `struct lsm_ctx`. The kernel may read the first of them: which module is meant.
pub fn get_self_attr(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mut room = room(ctx, a[1], a[2])?;
    if let Some(head) = room.get_mut(..HEAD) {
        head.copy_from_slice(&ctx.get_layout(a[1], kernel::LSM_CTX)?);
    }
    let (mut list, count) = with_size(ctx, a[2], room, |to, size| {
        ctx.blocking(SYS_GET_SELF_ATTR, [a[0], to, size, a[3], 0, 0])
    })?;
    convert_contexts(ctx.endian(), &mut list);
    write_bytes(a[1], &list)?;
    Ok(count)
}

/// A list from the host in the guest's byte order: records say their length.
fn convert_contexts(endian: Endian, list: &mut [u8]) {
    let mut rest = list;
    while let Some(length) = rest.get(16..24) {
        let length = length.iter().rev().fold(0u64, |v, b| v << 8 | u64::from(*b)) as usize;
        convert(endian, kernel::LSM_CTX, rest);
        let next = length.clamp(HEAD.min(rest.len()), rest.len());
        rest = &mut rest[next..];
    }
}

/// `lsm_set_self_attr`: one `struct lsm_ctx`.
pub fn set_self_attr(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let size = u64::from(a[2] as u32);
    if size < HEAD as u64 {
        return Err(Errno::EINVAL);
    }
    if size > tcg_mem::PAGE_SIZE {
        return Err(Errno::E2BIG);
    }
    let mut context = read_bytes(a[1], size as usize)?;
    convert(ctx.endian(), kernel::LSM_CTX, &mut context);
    ctx.blocking(SYS_SET_SELF_ATTR, [a[0], context.as_ptr() as u64, size, a[3], 0, 0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_of_a_list_are_converted_one_by_one() {
        let mut list = Vec::new();
        for (module, text) in [(101u64, *b"abcdefgh"), (102, *b"ijklmnop")] {
            for word in [module, 0, 40, 8] {
                list.extend(word.to_le_bytes());
            }
            list.extend(text);
        }
        convert_contexts(Endian::Big, &mut list);
        assert_eq!((list[7], list[40 + 7]), (101, 102));
        assert_eq!((&list[32..40], &list[72..]), (&b"abcdefgh"[..], &b"ijklmnop"[..]));
        // A record without an end is no reason to go on for ever.
        let mut bad = vec![0; 48];
        convert_contexts(Endian::Big, &mut bad);
        assert_eq!(bad, [0; 48]);
    }
}
