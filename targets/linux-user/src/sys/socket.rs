//! Sockets.

use crate::errno::{Errno, SysResult};
use crate::fdkind::Kind;
use crate::layout::{
    Endian, GuestStruct, Layout, Run, convert, convert_array, guest_struct, kernel, size_of,
};
use crate::netlink::Converter;
use crate::process::{Args, Ctx, read_bytes, vectors, write_bytes};
use crate::sockaddr::{self, MAX_ADDR};

/// `socket`. Where netlink messages must be converted, there is the routing family alone.
pub fn socket(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let is_netlink = ctx.endian() == Endian::Big && a[0] as i32 == libc::AF_NETLINK;
    if is_netlink && a[2] as i32 != libc::NETLINK_ROUTE {
        return Err(Errno::EPROTONOSUPPORT);
    }
    let fd = ctx.blocking(libc::SYS_socket, *a)?;
    if is_netlink {
        ctx.process().fds.mark(fd);
    }
    Ok(fd)
}

fn is_netlink(ctx: &Ctx<'_>, fd: u64) -> bool {
    ctx.endian() == Endian::Big && ctx.process().fds.kind(fd) == Kind::Netlink
}

/// Most bytes of netlink messages in one call.
const MAX_NETLINK: u64 = 1 << 20;

/// Netlink messages of the guest as the host's.
pub(crate) fn netlink_to_host(ctx: &Ctx<'_>, addr: u64, len: u64) -> Result<Vec<u8>, Errno> {
    if len > MAX_NETLINK {
        return Err(Errno::EMSGSIZE);
    }
    let mut bytes = read_bytes(addr, len as usize)?;
    Converter { endian: ctx.endian(), from_guest: true }.messages(&mut bytes);
    Ok(bytes)
}

fn get_addr(ctx: &Ctx<'_>, addr: u64, len: u64) -> Result<Vec<u8>, Errno> {
    let len = len as u32 as usize;
    if addr == 0 {
        return Ok(Vec::new());
    }
    if len > MAX_ADDR {
        return Err(Errno::EINVAL);
    }
    let mut bytes = read_bytes(addr, len)?;
    sockaddr::to_host(ctx.endian(), &mut bytes);
    Ok(bytes)
}

fn pointer(bytes: &[u8]) -> u64 {
    if bytes.is_empty() { 0 } else { bytes.as_ptr() as u64 }
}

/// `bind`.
pub fn bind(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    with_addr(ctx, libc::SYS_bind, a)
}

/// `connect`.
pub fn connect(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    with_addr(ctx, libc::SYS_connect, a)
}

fn with_addr(ctx: &mut Ctx<'_>, number: i64, a: &Args) -> SysResult {
    let bytes = get_addr(ctx, a[1], a[2])?;
    ctx.blocking(number, [a[0], pointer(&bytes), bytes.len() as u64, 0, 0, 0])
}

/// Calls that give an address with its length: `to` and `len_at` are guest addresses.
fn take_addr(
    ctx: &mut Ctx<'_>,
    (to, len_at): (u64, u64),
    call: impl FnOnce(&mut Ctx<'_>, u64, u64) -> SysResult,
) -> SysResult {
    if to == 0 {
        return call(ctx, 0, 0);
    }
    let room = ctx.get_u32(len_at)?;
    if (room as i32) < 0 {
        return Err(Errno::EINVAL);
    }
    let mut bytes = [0u8; MAX_ADDR];
    let mut len = room.min(MAX_ADDR as u32);
    let result = call(ctx, bytes.as_mut_ptr() as u64, &raw mut len as u64)?;
    sockaddr::to_guest(ctx.endian(), &mut bytes);
    let used = (len.min(room) as usize).min(MAX_ADDR);
    write_bytes(to, &bytes[..used])?;
    ctx.put_u32(len_at, len)?;
    Ok(result)
}

/// `accept`.
pub fn accept(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    accept4(ctx, &[a[0], a[1], a[2], 0, 0, 0])
}

/// `accept4`.
pub fn accept4(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    take_addr(ctx, (a[1], a[2]), |ctx, to, len| {
        ctx.blocking(libc::SYS_accept4, [a[0], to, len, a[3], 0, 0])
    })
}

/// `getsockname`.
pub fn getsockname(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    take_addr(ctx, (a[1], a[2]), |ctx, to, len| {
        ctx.blocking(libc::SYS_getsockname, [a[0], to, len, 0, 0, 0])
    })
}

/// `getpeername`.
pub fn getpeername(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    take_addr(ctx, (a[1], a[2]), |ctx, to, len| {
        ctx.blocking(libc::SYS_getpeername, [a[0], to, len, 0, 0, 0])
    })
}

/// `sendto`.
pub fn sendto(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let bytes = get_addr(ctx, a[4], a[5])?;
    if is_netlink(ctx, a[0]) {
        let data = netlink_to_host(ctx, a[1], a[2])?;
        let (to, to_len) = (pointer(&bytes), bytes.len() as u64);
        return ctx.blocking(libc::SYS_sendto, [a[0], pointer(&data), a[2], a[3], to, to_len]);
    }
    ctx.blocking(libc::SYS_sendto, [a[0], a[1], a[2], a[3], pointer(&bytes), bytes.len() as u64])
}

/// `recvfrom`.
pub fn recvfrom(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    ctx.open_for_host(a[1], a[2]);
    let len_at = a[5];
    let done = take_addr(ctx, (a[4], len_at), |ctx, to, len| {
        ctx.blocking(libc::SYS_recvfrom, [a[0], a[1], a[2], a[3], to, len])
    })?;
    if is_netlink(ctx, a[0]) {
        let mut bytes = read_bytes(a[1], done.min(a[2]).min(MAX_NETLINK) as usize)?;
        Converter { endian: ctx.endian(), from_guest: false }.messages(&mut bytes);
        write_bytes(a[1], &bytes)?;
    }
    Ok(done)
}

guest_struct! {
    /// `struct msghdr`.
    MsgHdr = 56 {
        name: u64, name_len: u32, pad0: u32, iov: u64, iov_len: u64,
        control: u64, control_len: u64, flags: i32, pad1: u32,
    }
}

/// Most buffers of a message.
const MAX_IOV: u64 = 1024;
/// Most bytes of control messages.
const MAX_CONTROL: usize = 1 << 16;

/// A message with its parts as the host wants them.
struct Message {
    guest: MsgHdr,
    name: Vec<u8>,
    iov: Vec<u8>,
    control: Vec<u8>,
    /// Netlink messages to be sent.
    data: Vec<u8>,
    host: [u64; 7],
}

impl Message {
    fn read(ctx: &Ctx<'_>, addr: u64) -> Result<Message, Errno> {
        let guest: MsgHdr = ctx.get(addr)?;
        if guest.iov_len > MAX_IOV {
            return Err(Errno::EMSGSIZE);
        }
        let mut iov = read_bytes(guest.iov, guest.iov_len as usize * 16)?;
        convert_array(ctx.endian(), kernel::IOVEC, &mut iov);
        let name_len = (guest.name_len as usize).min(MAX_ADDR);
        let name = vec![0; if guest.name == 0 { 0 } else { name_len }];
        let control_len = (guest.control_len as usize).min(MAX_CONTROL);
        let control = vec![0; if guest.control == 0 { 0 } else { control_len }];
        Ok(Message { guest, name, iov, control, data: Vec::new(), host: [0; 7] })
    }

    fn host(&mut self) -> u64 {
        self.host = [
            pointer(&self.name),
            self.name.len() as u64,
            pointer(&self.iov),
            self.guest.iov_len,
            pointer(&self.control),
            self.control.len() as u64,
            0,
        ];
        self.host.as_mut_ptr() as u64
    }

    /// Fills in what is sent.
    fn load(&mut self, ctx: &Ctx<'_>) -> Result<(), Errno> {
        if self.guest.name != 0 {
            self.name = get_addr(ctx, self.guest.name, u64::from(self.guest.name_len))?;
        }
        if !self.control.is_empty() {
            self.control = read_bytes(self.guest.control, self.control.len())?;
            sockaddr::control(ctx.endian(), &mut self.control, true, |_, _, _| {});
        }
        Ok(())
    }

    /// Addresses and lengths of the buffers.
    fn buffers(&self) -> impl Iterator<Item = (u64, u64)> {
        vectors(&self.iov)
    }

    /// Puts netlink messages to be sent into one buffer of the host's.
    fn gather(&mut self, ctx: &Ctx<'_>) -> Result<(), Errno> {
        let mut data = Vec::new();
        for (addr, len) in self.buffers() {
            if len > MAX_NETLINK - data.len() as u64 {
                return Err(Errno::EMSGSIZE);
            }
            data.extend(read_bytes(addr, len as usize)?);
        }
        Converter { endian: ctx.endian(), from_guest: true }.messages(&mut data);
        let (addr, len) = (data.as_ptr() as u64, data.len() as u64);
        self.iov = [addr.to_le_bytes(), len.to_le_bytes()].concat();
        self.guest.iov_len = 1;
        self.data = data;
        Ok(())
    }

    /// Converts netlink messages where they have arrived.
    fn convert_received(&self, ctx: &Ctx<'_>, done: u64) -> Result<(), Errno> {
        let mut left = done.min(MAX_NETLINK);
        let mut parts = Vec::new();
        let mut data = Vec::new();
        for (addr, len) in self.buffers() {
            let here = len.min(left);
            data.extend(read_bytes(addr, here as usize)?);
            parts.push((addr, here as usize));
            left -= here;
        }
        Converter { endian: ctx.endian(), from_guest: false }.messages(&mut data);
        let mut rest = data.as_slice();
        for (addr, len) in parts {
            let (now, later) = rest.split_at(len);
            write_bytes(addr, now)?;
            rest = later;
        }
        Ok(())
    }

    /// Gives back what has arrived.
    fn store(&mut self, ctx: &Ctx<'_>, addr: u64) -> Result<(), Errno> {
        let endian = ctx.endian();
        let mut guest = self.guest;
        guest.name_len = self.host[1] as u32;
        guest.flags = self.host[6] as i32;
        sockaddr::to_guest(endian, &mut self.name);
        let used = (self.host[1] as u32 as usize).min(self.name.len());
        write_bytes(guest.name, &self.name[..used])?;
        let used = (self.host[5] as usize).min(self.control.len());
        sockaddr::control(endian, &mut self.control[..used], false, |level, kind, data| {
            if (level, kind) == (libc::SOL_SOCKET, libc::SCM_RIGHTS) {
                data.chunks_exact(4).for_each(|fd| {
                    let fd = u32::from_le_bytes([fd[0], fd[1], fd[2], fd[3]]);
                    ctx.process().fds.mark(u64::from(fd));
                });
            }
        });
        write_bytes(guest.control, &self.control[..used])?;
        guest.control_len = used as u64;
        ctx.put(addr, &guest)
    }
}

/// `sendmsg`.
pub fn sendmsg(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mut message = Message::read(ctx, a[1])?;
    message.load(ctx)?;
    if is_netlink(ctx, a[0]) {
        message.gather(ctx)?;
    }
    let host = message.host();
    ctx.blocking(libc::SYS_sendmsg, [a[0], host, a[2], 0, 0, 0])
}

/// `recvmsg`.
pub fn recvmsg(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let mut message = Message::read(ctx, a[1])?;
    ctx.open_vectors(&message.iov);
    let host = message.host();
    let result = ctx.blocking(libc::SYS_recvmsg, [a[0], host, a[2], 0, 0, 0])?;
    message.store(ctx, a[1])?;
    if is_netlink(ctx, a[0]) {
        message.convert_received(ctx, result)?;
    }
    Ok(result)
}

/// Bytes of `struct mmsghdr`: a message and the count of bytes.
const MMSGHDR: u64 = 64;

fn many(
    ctx: &mut Ctx<'_>,
    a: &Args,
    mut one: impl FnMut(&mut Ctx<'_>, &Args) -> SysResult,
) -> SysResult {
    let count = u64::from(a[2] as u32).min(MAX_IOV);
    let mut flags = a[3];
    for i in 0..count {
        let at = a[1].wrapping_add(i * MMSGHDR);
        match one(ctx, &[a[0], at, flags & !(libc::MSG_WAITFORONE as u64), 0, 0, 0]) {
            Ok(bytes) => ctx.put_u32(at.wrapping_add(56), bytes as u32)?,
            Err(errno) if i == 0 => return Err(errno),
            Err(_) => return Ok(i),
        }
        if flags & libc::MSG_WAITFORONE as u64 != 0 {
            flags |= libc::MSG_DONTWAIT as u64;
        }
    }
    Ok(count)
}

/// `sendmmsg`.
pub fn sendmmsg(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    many(ctx, a, sendmsg)
}

/// `recvmmsg`; its timeout is only looked at between messages, as in the kernel, and here
/// not at all.
pub fn recvmmsg(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    many(ctx, a, recvmsg)
}

/// `struct sock_fprog`: number of instructions, their address (linux/filter.h).
const FILTER: Layout = &[Run(2, 1), Run(1, 6), Run(8, 1)];
/// `struct sock_filter`: operation, two jumps, operand.
const FILTER_INSN: Layout = &[Run(2, 1), Run(1, 2), Run(4, 1)];

/// `SO_ATTACH_FILTER`: a classic BPF program, which reads packets in the network's byte order.
///
/// Messages of netlink are in the machine's order, where a program of another order would look at the wrong bytes.
fn attach_filter(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    if is_netlink(ctx, a[0]) {
        return Err(Errno::ENOPROTOOPT);
    }
    let mut program = ctx.get_layout(a[3], FILTER)?;
    let count = usize::from(u16::from_le_bytes([program[0], program[1]]));
    let addr = program[8..].iter().rev().fold(0, |v, b| v << 8 | u64::from(*b));
    let mut insns = read_bytes(addr, count * size_of(FILTER_INSN))?;
    convert_array(ctx.endian(), FILTER_INSN, &mut insns);
    program[8..].copy_from_slice(&(insns.as_ptr() as u64).to_le_bytes());
    ctx.blocking(libc::SYS_setsockopt, [a[0], a[1], a[2], pointer(&program), a[4], 0])
}

/// `setsockopt`.
pub fn setsockopt(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let (level, name, len) = (a[1] as i32, a[2] as i32, a[4] as u32 as usize);
    if len > MAX_CONTROL {
        return Err(Errno::EINVAL);
    }
    let is_filter = matches!(name, libc::SO_ATTACH_FILTER | libc::SO_ATTACH_REUSEPORT_CBPF);
    if level == libc::SOL_SOCKET && is_filter && len == size_of(FILTER) {
        return attach_filter(ctx, a);
    }
    let mut bytes = if a[3] == 0 { Vec::new() } else { read_bytes(a[3], len)? };
    if let Some(layout) = sockaddr::option_layout(level, name, len) {
        convert(ctx.endian(), layout, &mut bytes);
    }
    ctx.blocking(libc::SYS_setsockopt, [a[0], a[1], a[2], pointer(&bytes), len as u64, 0])
}

/// `getsockopt`.
pub fn getsockopt(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    let room = ctx.get_u32(a[4])?;
    if (room as i32) < 0 {
        return Err(Errno::EINVAL);
    }
    let room = (room as usize).min(MAX_CONTROL);
    let mut bytes = vec![0u8; room.max(1)];
    let mut len = room as u32;
    let args = [a[0], a[1], a[2], bytes.as_mut_ptr() as u64, &raw mut len as u64, 0];
    let result = ctx.blocking(libc::SYS_getsockopt, args)?;
    let used = (len as usize).min(room);
    if let Some(layout) = sockaddr::option_layout(a[1] as i32, a[2] as i32, used) {
        convert(ctx.endian(), layout, &mut bytes[..used]);
    }
    write_bytes(a[3], &bytes[..used])?;
    ctx.put_u32(a[4], len)?;
    Ok(result)
}

/// `socketcall`: a call number and a pointer to the arguments (Linux net/socket.c).
pub fn socketcall(ctx: &mut Ctx<'_>, a: &Args) -> SysResult {
    const NAMES: [&str; 20] = [
        "socket",
        "bind",
        "connect",
        "listen",
        "accept",
        "getsockname",
        "getpeername",
        "socketpair",
        "send",
        "recv",
        "sendto",
        "recvfrom",
        "shutdown",
        "setsockopt",
        "getsockopt",
        "sendmsg",
        "recvmsg",
        "accept4",
        "recvmmsg",
        "sendmmsg",
    ];
    let name = (a[0] as usize).checked_sub(1).and_then(|i| NAMES.get(i)).ok_or(Errno::EINVAL)?;
    let (name, count) = match *name {
        "send" => ("sendto", 4),
        "recv" => ("recvfrom", 4),
        name => (name, crate::table::find(name).map_or(0, |row| row.args.len())),
    };
    let mut args = [0; 6];
    for (i, arg) in args.iter_mut().take(count).enumerate() {
        *arg = ctx.get_u64_at(a[1], 8 * i as u64)?;
    }
    crate::dispatch::by_name(ctx, name, &args)
}

const _: () = assert!(MsgHdr::SIZE as u64 + 8 == MMSGHDR);
