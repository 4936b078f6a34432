//! Guarded access: values, faults and their exact addresses.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tcg_mem::{
    Access, AddressSpace, Cause, CodeHook, Endian, Fault, GuestAddr, MapRequest, PAGE_SIZE, Prot,
};

const RW: Prot = Prot::READ.union(Prot::WRITE);
const RWX: Prot = RW.union(Prot::EXEC);

/// An address space with a window of its own, so that tests in one process do not meet.
fn own_space() -> AddressSpace {
    static N_SPACES: AtomicU64 = AtomicU64::new(1);
    let start = N_SPACES.fetch_add(1, Ordering::Relaxed) << 32;
    AddressSpace::with_window(start..start + (1 << 31))
}

/// `n` pages with the given permission, and one unmapped page after them.
fn pages(space: &AddressSpace, n: u64, prot: Prot) -> GuestAddr {
    tcg_mem::sigsafe_fixup::install().expect("signal handlers");
    let len = (n + 1) * PAGE_SIZE;
    let addr = space.mmap(&MapRequest::anonymous(GuestAddr(0), len, prot)).expect("pages");
    space.munmap(addr.wrapping_add(n * PAGE_SIZE), PAGE_SIZE).expect("a hole");
    addr
}

/// One page, readable and writable, with nothing after it; returns its last byte's successor.
fn page_end(space: &AddressSpace) -> GuestAddr {
    pages(space, 1, RW).wrapping_add(PAGE_SIZE)
}

fn unmapped(addr: GuestAddr, access: Access) -> Fault {
    Fault { addr, access, cause: Cause::Unmapped }
}

#[test]
fn values_keep_their_byte_order() {
    let space = own_space();
    let at = pages(&space, 1, RW);
    tcg_mem::write_u64(at, 0x0102_0304_0506_0708, Endian::Big).unwrap();
    assert_eq!(tcg_mem::read_u8(at).unwrap(), 1);
    assert_eq!(tcg_mem::read_u16(at, Endian::Big).unwrap(), 0x0102);
    assert_eq!(tcg_mem::read_u32(at, Endian::Little).unwrap(), 0x0403_0201);
    assert_eq!(tcg_mem::read_u64(at, Endian::Little).unwrap(), 0x0807_0605_0403_0201);
    tcg_mem::write_u128(at.wrapping_add(3), 0x1122 << 112, Endian::Big).unwrap();
    assert_eq!(tcg_mem::read_u16(at.wrapping_add(3), Endian::Big).unwrap(), 0x1122);
    assert_eq!(tcg_mem::read_u128(at.wrapping_add(3), Endian::Little).unwrap(), 0x2211);
}

#[test]
fn a_fault_names_the_first_bad_byte() {
    let space = own_space();
    let end = page_end(&space);
    let before = GuestAddr(end.0 - 3);
    assert_eq!(tcg_mem::read_u64(before, Endian::Big), Err(unmapped(end, Access::Read)));
    assert_eq!(tcg_mem::read_u64(end, Endian::Big), Err(unmapped(end, Access::Read)));
    assert_eq!(tcg_mem::write_u64(before, 1, Endian::Big), Err(unmapped(end, Access::Write)));
    assert_eq!(tcg_mem::write_u128(before, 1, Endian::Big), Err(unmapped(end, Access::Write)));
    assert_eq!(tcg_mem::read_u128(before, Endian::Big), Err(unmapped(end, Access::Read)));
    // All or nothing.
    assert_eq!(tcg_mem::read_u8(before).unwrap(), 0);
}

#[test]
fn read_only_memory_is_protected() {
    let space = own_space();
    let at = pages(&space, 1, Prot::READ);
    let fault = Fault { addr: at, access: Access::Write, cause: Cause::Protected };
    assert_eq!(tcg_mem::write_u8(at, 1), Err(fault));
    assert_eq!(tcg_mem::cas_u32(at, 7, 8, Endian::Big), Err(fault));
    assert_eq!(tcg_mem::probe(at, 1, Access::Write), Err(fault));
    assert_eq!(tcg_mem::probe(at, PAGE_SIZE, Access::Read), Ok(()));
    let end = at.wrapping_add(PAGE_SIZE);
    assert_eq!(tcg_mem::probe(at, PAGE_SIZE + 1, Access::Read), Err(unmapped(end, Access::Read)));
}

#[test]
fn addresses_that_are_not_canonical_are_named() {
    tcg_mem::sigsafe_fixup::install().unwrap();
    for addr in [0x8000_0000_0000u64, 0x0123_4567_89ab_cdef, 0x8000_0000_0000_0000] {
        let addr = GuestAddr(addr);
        assert_eq!(tcg_mem::read_u64(addr, Endian::Big), Err(unmapped(addr, Access::Read)));
        assert_eq!(tcg_mem::write_u8(addr, 0), Err(unmapped(addr, Access::Write)));
        assert_eq!(tcg_mem::fill(addr, 0, 1000), Err(unmapped(addr, Access::Write)));
        assert_eq!(tcg_mem::strnlen(addr, 9), Err(unmapped(addr, Access::Read)));
    }
    let top = GuestAddr(u64::MAX - 3);
    let fault = tcg_mem::read_u64(top, Endian::Big).unwrap_err();
    assert_eq!((fault.addr, fault.access), (top, Access::Read));
}

#[test]
fn a_file_cut_short_is_a_bus_error() {
    tcg_mem::sigsafe_fixup::install().unwrap();
    // SAFETY: memfd_create with a valid C string.
    let fd = unsafe { libc::memfd_create(c"short".as_ptr(), 0) };
    let space = own_space();
    let request = MapRequest {
        flags: libc::MAP_PRIVATE,
        fd,
        ..MapRequest::anonymous(GuestAddr(0), PAGE_SIZE, RW)
    };
    let at = space.mmap(&request).unwrap();
    let fault = Fault { addr: at, access: Access::Read, cause: Cause::Bus };
    assert_eq!(tcg_mem::read_u32(at, Endian::Big), Err(fault));
}

#[test]
fn copies_stop_at_the_exact_byte() {
    let space = own_space();
    let end = page_end(&space);
    let source = pages(&space, 2, RW);
    for i in 0..2 * PAGE_SIZE {
        tcg_mem::write_u8(source.wrapping_add(i), (i * 7 + 1) as u8).unwrap();
    }
    for (room, len) in [(0, 1), (1, 2), (7, 8), (13, 40), (100, 256), (700, 2000), (4096, 5000)] {
        let to = GuestAddr(end.0 - room);
        tcg_mem::fill(to, 0, room).unwrap();
        assert_eq!(tcg_mem::copy(to, source, len), Err(unmapped(end, Access::Write)));
        assert_eq!(tcg_mem::compare(to, source, room), Ok(None), "{room} bytes were to be copied");
        assert_eq!(tcg_mem::copy(source, to, len), Err(unmapped(end, Access::Read)));
        assert_eq!(tcg_mem::fill(to, 0xee, len), Err(unmapped(end, Access::Write)));
        assert_eq!(tcg_mem::find_byte(to, 0x11, len), Err(unmapped(end, Access::Read)));
        if room != 0 {
            assert_eq!(tcg_mem::read_u8(GuestAddr(end.0 - 1)), Ok(0xee));
        }
    }
}

#[test]
fn overlapping_copy_repeats_as_move_does() {
    let space = own_space();
    let at = pages(&space, 1, RW);
    for (distance, len) in [(1u64, 30u64), (3, 30), (7, 64), (8, 64), (9, 64), (1, 1000), (24, 900)]
    {
        let mut expected = [0u8; 2048];
        for (i, byte) in expected.iter_mut().enumerate() {
            *byte = i as u8 ^ 0x5a;
        }
        tcg_mem::copy_out(at, &expected).unwrap();
        for i in 0..len as usize {
            expected[i + distance as usize] = expected[i];
        }
        tcg_mem::copy(at.wrapping_add(distance), at, len).unwrap();
        let mut found = [0u8; 2048];
        tcg_mem::copy_in(&mut found, at).unwrap();
        assert_eq!(found, expected, "distance {distance}, length {len}");
    }
}

#[test]
fn compare_and_search_find_offsets() {
    let space = own_space();
    let at = pages(&space, 1, RW);
    let other = at.wrapping_add(1024);
    tcg_mem::fill(at, b'x', 100).unwrap();
    tcg_mem::fill(other, b'x', 100).unwrap();
    assert_eq!(tcg_mem::compare(at, other, 100), Ok(None));
    for i in [0, 1, 7, 8, 9, 63, 99] {
        tcg_mem::write_u8(other.wrapping_add(i), b'y').unwrap();
        assert_eq!(tcg_mem::compare(at, other, 100), Ok(Some(i)));
        assert_eq!(tcg_mem::find_byte(other, b'y', 100), Ok(Some(i)));
        tcg_mem::write_u8(other.wrapping_add(i), b'x').unwrap();
    }
    assert_eq!(tcg_mem::strnlen(at, 4096), Ok(Some(100)));
    assert_eq!(tcg_mem::strnlen(at, 100), Ok(None));
}

#[test]
fn atomics_return_the_old_value() {
    let space = own_space();
    let at = pages(&space, 1, RW);
    tcg_mem::write_u32(at, 5, Endian::Big).unwrap();
    assert_eq!(tcg_mem::cas_u32(at, 4, 9, Endian::Big), Ok(5));
    assert_eq!(tcg_mem::cas_u32(at, 5, 9, Endian::Big), Ok(5));
    assert_eq!(tcg_mem::fetch_update_u32(at, Endian::Big, |v| v + 1), Ok(9));
    assert_eq!(tcg_mem::read_u32(at, Endian::Big), Ok(10));
    assert_eq!(tcg_mem::fetch_update_u8(at, Endian::Big, |_| 0xff), Ok(0));
    let big = 0x0011_2233_4455_6677_8899_aabb_ccdd_eeff;
    tcg_mem::write_u128(at, big, Endian::Big).unwrap();
    assert_eq!(tcg_mem::cas_u128(at, 0, 1, Endian::Big), Ok(big));
    assert_eq!(tcg_mem::cas_u128(at, big, 1, Endian::Big), Ok(big));
    assert_eq!(tcg_mem::read_u128(at, Endian::Big), Ok(1));
    let odd = at.wrapping_add(8);
    let fault = Fault { addr: odd, access: Access::Write, cause: Cause::Bus };
    assert_eq!(tcg_mem::cas_u128(odd, 0, 1, Endian::Big), Err(fault));
}

struct Recorder(std::sync::Mutex<Vec<std::ops::Range<u64>>>);

impl CodeHook for Recorder {
    fn invalidate(&self, range: std::ops::Range<u64>) {
        self.0.lock().expect("no poison").push(range);
    }
    fn memory_is_shared(&self) {
        self.0.lock().expect("no poison").push(0..0);
    }
    fn code_is_guarded(&self) {
        self.0.lock().expect("no poison").push(1..1);
    }
}

fn with_recorder() -> (Arc<AddressSpace>, Arc<Recorder>) {
    let space = Arc::new(own_space());
    let recorder = Arc::new(Recorder(std::sync::Mutex::default()));
    let hook: std::sync::Weak<Recorder> = Arc::downgrade(&recorder);
    space.set_hook(hook);
    (space, recorder)
}

impl Recorder {
    fn take(&self) -> Vec<std::ops::Range<u64>> {
        std::mem::take(&mut self.0.lock().expect("no poison"))
    }
}

#[test]
fn a_store_to_a_code_page_invalidates_first() {
    let (space, recorder) = with_recorder();
    let _attached = space.attach_thread();
    let at = pages(&space, 2, RWX);
    let ticket = space.begin_code(at.wrapping_add(8)).unwrap();
    assert!(space.is_current(ticket));
    tcg_mem::write_u32(at.wrapping_add(100), 7, Endian::Big).unwrap();
    assert!(!space.is_current(ticket));
    assert_eq!(recorder.take(), [at.0..at.0 + PAGE_SIZE]);
    tcg_mem::write_u32(at, 7, Endian::Big).unwrap();
    assert_eq!(recorder.take(), []);
    // A copy over two code pages.
    space.begin_code(at).unwrap();
    space.begin_code(at.wrapping_add(PAGE_SIZE)).unwrap();
    tcg_mem::fill(at, 3, 2 * PAGE_SIZE).unwrap();
    assert_eq!(recorder.take().len(), 2);
    assert_eq!(tcg_mem::read_u8(at.wrapping_add(2 * PAGE_SIZE - 1)), Ok(3));
}

#[test]
fn unmapping_and_protecting_code_invalidates() {
    let (space, recorder) = with_recorder();
    let at = pages(&space, 4, RWX);
    let page = |i: u64| at.wrapping_add(i * PAGE_SIZE);
    for i in 0..4 {
        space.begin_code(page(i)).unwrap();
    }
    space.munmap(page(3), PAGE_SIZE).unwrap();
    assert_eq!(recorder.take(), [page(3).0..page(3).0 + PAGE_SIZE]);
    space.mprotect(page(2), PAGE_SIZE, RW).unwrap();
    assert_eq!(recorder.take(), [page(2).0..page(2).0 + PAGE_SIZE]);
    let fault = space.begin_code(page(2)).unwrap_err();
    assert_eq!(fault.cause, Cause::Protected);
    // Taking the write permission away leaves code as it was.
    space.mprotect(page(1), PAGE_SIZE, Prot::READ.union(Prot::EXEC)).unwrap();
    assert_eq!(recorder.take(), []);
    // What the guest may not store to, the kernel may not either.
    assert!(!space.release_code(page(1), 1));
    assert!(space.release_code(page(0), u64::MAX));
    assert_eq!(recorder.take(), [page(0).0..page(0).0 + PAGE_SIZE]);
    assert!(!space.release_code(page(0), 1));
}

/// Drops nothing, but takes its time: other threads change the mapping meanwhile.
#[derive(Debug)]
struct Slow;

impl CodeHook for Slow {
    fn invalidate(&self, _: std::ops::Range<u64>) {
        std::thread::yield_now();
    }
    fn memory_is_shared(&self) {}
    fn code_is_guarded(&self) {}
}

/// One thread stores, one translates, and one makes the page read-only again and again: when that
/// has been done, nothing changes any more.
#[test]
fn a_page_made_read_only_stays_so_while_code_is_dropped() {
    let space = Arc::new(own_space());
    let hook = Arc::new(Slow);
    let weak: std::sync::Weak<Slow> = Arc::downgrade(&hook);
    space.set_hook(weak);
    let at = pages(&space, 1, RWX);
    let done = AtomicU64::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _attached = space.attach_thread();
            for value in 0.. {
                let _ = tcg_mem::write_u64(at, value, Endian::Big);
                if done.load(Ordering::Relaxed) != 0 {
                    break;
                }
            }
        });
        scope.spawn(|| {
            while done.load(Ordering::Relaxed) == 0 {
                space.begin_code(at).unwrap();
            }
        });
        for _ in 0..2000 {
            space.mprotect(at, PAGE_SIZE, Prot::READ.union(Prot::EXEC)).unwrap();
            let before = tcg_mem::read_u64(at, Endian::Big);
            std::thread::yield_now();
            let after = tcg_mem::read_u64(at, Endian::Big);
            space.mprotect(at, PAGE_SIZE, RWX).unwrap();
            if before != after {
                done.store(1, Ordering::Relaxed);
            }
            assert_eq!(before, after, "a store to a read-only page");
        }
        done.store(1, Ordering::Relaxed);
    });
}

#[test]
fn the_emulator_cannot_be_replaced() {
    let space = own_space();
    let mine = vec![0x55u8; 3 * PAGE_SIZE as usize];
    let page = GuestAddr(mine.as_ptr() as u64 + PAGE_SIZE).page();
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
    let request = MapRequest { flags, ..MapRequest::anonymous(page, PAGE_SIZE, RW) };
    assert_eq!(space.mmap(&request).unwrap_err().0, libc::ENOMEM);
    let flags = flags & !libc::MAP_FIXED | libc::MAP_FIXED_NOREPLACE;
    assert_eq!(space.mmap(&MapRequest { flags, ..request }).unwrap_err().0, libc::EEXIST);
    assert_eq!(space.munmap(page, PAGE_SIZE), Ok(()));
    assert_eq!(space.mprotect(page, PAGE_SIZE, Prot::NONE).unwrap_err().0, libc::ENOMEM);
    assert!(mine.iter().all(|&byte| byte == 0x55));
}

#[test]
fn placement_is_low_and_fixed_replaces_the_guests_own() {
    let space = own_space();
    let at = pages(&space, 3, RW);
    assert!(at.0 < 1 << 42);
    tcg_mem::fill(at, 1, 3 * PAGE_SIZE).unwrap();
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
    let middle = at.wrapping_add(PAGE_SIZE);
    let request = MapRequest { flags, ..MapRequest::anonymous(middle, 3 * PAGE_SIZE, RW) };
    assert_eq!(space.mmap(&request), Ok(middle));
    assert_eq!(tcg_mem::read_u8(at), Ok(1));
    assert_eq!(tcg_mem::read_u8(middle), Ok(0));
    assert_eq!(tcg_mem::read_u8(at.wrapping_add(3 * PAGE_SIZE)), Ok(0));
    let flags = flags & !libc::MAP_FIXED | libc::MAP_FIXED_NOREPLACE;
    let request = MapRequest { flags, ..request };
    assert_eq!(space.mmap(&request).unwrap_err().0, libc::EEXIST);
}

#[test]
fn remapping_moves_contents() {
    let space = own_space();
    let at = pages(&space, 2, RW);
    tcg_mem::write_u8(at.wrapping_add(PAGE_SIZE), 9).unwrap();
    let blocker = at.wrapping_add(2 * PAGE_SIZE);
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
    space.mmap(&MapRequest { flags, ..MapRequest::anonymous(blocker, PAGE_SIZE, RW) }).unwrap();
    let (two, four) = (2 * PAGE_SIZE, 4 * PAGE_SIZE);
    let in_place = space.mremap(at, two, four, 0, GuestAddr(0));
    assert_eq!(in_place.unwrap_err().0, libc::ENOMEM);
    let new = space.mremap(at, two, four, libc::MREMAP_MAYMOVE, GuestAddr(0)).unwrap();
    assert_ne!(new, at);
    assert_eq!(tcg_mem::read_u8(new.wrapping_add(PAGE_SIZE)), Ok(9));
    assert_eq!(space.find(at), None);
    assert_eq!(space.find(new).unwrap().range.end, new.0 + four);
    assert_eq!(space.mremap(new, four, PAGE_SIZE, 0, GuestAddr(0)), Ok(new));
    assert_eq!(space.find(new).unwrap().range.end, new.0 + PAGE_SIZE);
}

#[test]
fn the_break_grows_and_shrinks() {
    let space = own_space();
    let start = pages(&space, 1, RW).wrapping_add(0x1000_0000);
    space.set_brk(start);
    assert_eq!(space.brk(GuestAddr(0)), start);
    let end = start.wrapping_add(10_000);
    assert_eq!(space.brk(end), end);
    tcg_mem::fill(start, 1, 10_000).unwrap();
    assert_eq!(space.find(start).unwrap().name.as_deref(), Some("[heap]"));
    assert_eq!(space.brk(start.wrapping_add(1)), start.wrapping_add(1));
    assert!(tcg_mem::read_u8(end).is_err());
    assert_eq!(space.brk(GuestAddr(u64::MAX)), start.wrapping_add(1));
    space.brk(start);
}

#[test]
fn a_writable_shared_mapping_is_noticed_once() {
    let (space, recorder) = with_recorder();
    let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
    let map = |prot| {
        let anonymous = MapRequest::anonymous(GuestAddr(0), PAGE_SIZE, prot);
        space.mmap(&MapRequest { flags, ..anonymous }).unwrap()
    };
    let read_only = map(Prot::READ);
    assert_eq!(recorder.take(), []);
    space.mprotect(read_only, PAGE_SIZE, RW).unwrap();
    assert_eq!(recorder.take(), [0..0]);
    map(RW);
    assert_eq!(recorder.take(), []);
}
