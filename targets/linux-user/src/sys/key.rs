//! `keyctl`: keys of the kernel. What they hold are bytes, but for key rings, which hold numbers of keys.
//!
//! Linux include/uapi/linux/keyctl.h, security/keys/keyctl.c.

use crate::errno::SysResult;
use crate::layout::{convert_array, kernel as k};
use crate::marshal;
use crate::process::{Args, Ctx, write_bytes};
use crate::table::Arg::{self, Buffer, In, InArray, Int, Out, Ptr, Str};

/// Operations whose arguments are not all numbers and strings.
const DESCRIBE: u64 = 6;
const READ: u64 = 11;
const GET_SECURITY: u64 = 17;
const INSTANTIATE_IOV: u64 = 20;
const DH_COMPUTE: u64 = 23;
const PKEY_QUERY: u64 = 24;
const PKEY_ENCRYPT: u64 = 25;
const PKEY_VERIFY: u64 = 28;
const CAPABILITIES: u64 = 31;

/// `keyctl`.
pub fn keyctl(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let operation = u64::from(a[0] as u32);
    if operation == READ && is_ring(a[1]) {
        return read_ring(ctx, a);
    }
    marshal::pass(ctx, libc::SYS_keyctl, arguments(operation), a)
}

fn arguments(operation: u64) -> &'static [Arg] {
    match operation {
        DESCRIBE | READ | GET_SECURITY => &[Int, Int, Buffer(3), Int],
        INSTANTIATE_IOV => &[Int, Int, InArray(k::IOVEC, 3), Int, Int],
        DH_COMPUTE => &[Int, In(k::KEY_DH), Buffer(3), Int, In(k::KEY_DERIVATION)],
        PKEY_QUERY => &[Int, Int, Int, Str, Out(k::KEY_QUERY)],
        PKEY_ENCRYPT..=PKEY_VERIFY => &[Int, In(k::KEY_OPERATION), Str, Ptr, Ptr],
        CAPABILITIES => &[Int, Buffer(2), Int],
        _ => &[],
    }
}

/// Whether a key is a ring of keys: its description begins with its type.
fn is_ring(key: u64) -> bool {
    const RING: &[u8] = b"keyring;";
    let mut text = [0u8; 512];
    let to = text.as_mut_ptr() as u64;
    let args = crate::host::args([DESCRIBE, key, to, text.len() as u64]);
    crate::host::call(libc::SYS_keyctl, args).is_ok() && text.starts_with(RING)
}

/// Most bytes of a ring that are read: the numbers of all keys that the kernel lets a user have, many times over.
const MAX_RING: u64 = 1 << 20;

/// Reads the numbers of a ring's keys. The result is how many bytes they take; without room for all, none is given.
fn read_ring(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mut keys = vec![0u8; a[3].min(MAX_RING) as usize];
    let to = if a[2] == 0 { 0 } else { keys.as_mut_ptr() as u64 };
    let needed = ctx.blocking(libc::SYS_keyctl, [READ, a[1], to, keys.len() as u64, 0, 0])?;
    if a[2] != 0 && needed <= keys.len() as u64 {
        let keys = &mut keys[..needed as usize];
        convert_array(ctx.endian(), k::U32, keys);
        write_bytes(a[2], keys)?;
    }
    Ok(needed)
}
