//! Limits of memory, which are the program's own: as limits of the host they would bind the emulator.
//!
//! Address space, data and stack (`RLIMIT_AS`, `RLIMIT_DATA`, `RLIMIT_STACK`). The others are the host's.
//! What counts: Linux mm/mmap.c:may_expand_vm.

use crate::errno::Errno;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use tcg_mem::{AddressSpace, Mapping, Prot};

/// Soft and hard limit, in bytes.
pub type Limit = [u64; 2];

/// Those of address space, data and stack.
pub type Values = [Limit; 3];

/// `RLIM_INFINITY`.
pub const INFINITY: u64 = u64::MAX;

const RESOURCES: [u32; 3] = [libc::RLIMIT_AS, libc::RLIMIT_DATA, libc::RLIMIT_STACK];

/// What a stack counts for: it has its full size from the start, where a kernel gives it this and lets it grow.
const STACK_BYTES: u64 = 132 << 10;

/// The limits of a process. Of what `fork` copies nothing is locked, so they are atomic words.
#[derive(Debug)]
pub struct Limits([[AtomicU64; 2]; 3]);

impl Limits {
    /// Limits of these values.
    pub fn new(values: Values) -> Limits {
        Limits(values.map(|limit| limit.map(AtomicU64::new)))
    }

    /// All of them.
    pub fn values(&self) -> Values {
        // Relaxed: nothing else depends on them.
        std::array::from_fn(|i| [0, 1].map(|j: usize| self.0[i][j].load(Ordering::Relaxed)))
    }

    /// The limit of a resource, if it is one of these.
    pub fn get(&self, resource: u32) -> Option<Limit> {
        index(resource).map(|i| self.values()[i])
    }

    /// Sets one of these.
    ///
    /// # Errors
    /// EINVAL if the soft limit is above the hard one or the resource another, EPERM if the hard one would rise and the
    /// process may not do that.
    pub fn set(&self, resource: u32, [soft, hard]: Limit) -> Result<(), Errno> {
        let place = &self.0[index(resource).ok_or(Errno::EINVAL)?];
        if soft > hard {
            return Err(Errno::EINVAL);
        }
        if hard > place[1].load(Ordering::Relaxed) && !may_raise() {
            return Err(Errno::EPERM);
        }
        place[0].store(soft, Ordering::Relaxed);
        place[1].store(hard, Ordering::Relaxed);
        Ok(())
    }

    /// Whether memory may grow by that.
    pub fn allow(&self, space: &AddressSpace, growth: &Growth) -> bool {
        let [[all, _], data, _] = self.values();
        let data = most_data(data);
        if all == INFINITY && (data == INFINITY || !growth.is_data) {
            return true;
        }
        let used = Used::of(&space.mappings(), &growth.replaces);
        let fits = |used: u64, limit: u64| used.saturating_add(growth.bytes) <= limit;
        fits(used.all, all) && (!growth.is_data || fits(used.data, data))
    }

    /// Whether what is mapped in a range may become data. As the kernel has it, only if as much again could be mapped at all
    /// is it refused (Linux mm/mprotect.c:mprotect_fixup).
    pub fn allow_data(&self, space: &AddressSpace, range: &Range<u64>) -> bool {
        let [[all, _], data, _] = self.values();
        let data = most_data(data);
        if data == INFINITY {
            return true;
        }
        let mappings = space.mappings();
        let used = Used::of(&mappings, &(0..0));
        let more = |m: &Mapping| if is_data(m) || m.shared { 0 } else { overlap(&m.range, range) };
        let more: u64 = mappings.iter().map(more).sum();
        more == 0 || used.data.saturating_add(more) <= data || used.all.saturating_add(more) > all
    }
}

/// A soft limit of 0 means the hard one: some programs set it so (Linux mm/mmap.c, "Workaround for Valgrind").
fn most_data([soft, hard]: Limit) -> u64 {
    if soft == 0 { hard } else { soft }
}

fn index(resource: u32) -> Option<usize> {
    RESOURCES.iter().position(|one| *one == resource)
}

/// What a call is going to map.
#[derive(Clone, Debug, Default)]
pub struct Growth {
    /// Bytes.
    pub bytes: u64,
    /// It is private and may be written.
    pub is_data: bool,
    /// What is unmapped for it.
    pub replaces: Range<u64>,
}

/// Bytes that count.
#[derive(Debug, Default, PartialEq, Eq)]
struct Used {
    all: u64,
    data: u64,
}

impl Used {
    fn of(mappings: &[Mapping], without: &Range<u64>) -> Used {
        let mut used = Used::default();
        for mapping in mappings {
            let bytes = mapping.range.end - mapping.range.start - overlap(&mapping.range, without);
            used.all += if is_stack(mapping) { bytes.min(STACK_BYTES) } else { bytes };
            used.data += if is_data(mapping) { bytes } else { 0 };
        }
        used
    }
}

fn is_stack(mapping: &Mapping) -> bool {
    mapping.name.as_deref() == Some("[stack]")
}

fn is_data(mapping: &Mapping) -> bool {
    mapping.prot.allows(Prot::WRITE) && !mapping.shared && !is_stack(mapping)
}

fn overlap(a: &Range<u64>, b: &Range<u64>) -> u64 {
    a.end.min(b.end).saturating_sub(a.start.max(b.start))
}

/// Those that the emulator was started with.
pub fn of_host() -> Values {
    RESOURCES.map(|resource| {
        let mut limit = [INFINITY; 2];
        let args = crate::host::args([u64::from(resource), limit.as_mut_ptr() as u64]);
        // Cannot fail with valid arguments.
        let _ = crate::host::call(libc::SYS_getrlimit, args);
        limit
    })
}

/// Version 3 of the capability interface, and the bit of `CAP_SYS_RESOURCE`.
const CAPABILITY_V3: u64 = 0x2008_0522;
const SYS_RESOURCE: u32 = 24;

/// Whether this process may raise hard limits.
fn may_raise() -> bool {
    let (header, mut sets) = ([CAPABILITY_V3], [0u32; 6]);
    let args = crate::host::args([header.as_ptr() as u64, sets.as_mut_ptr() as u64]);
    crate::host::call(libc::SYS_capget, args).is_ok() && sets[0] >> SYS_RESOURCE & 1 != 0
}

/// Limits as an option of the emulator: six numbers.
pub fn to_text(values: &Values) -> String {
    values.concat().iter().map(u64::to_string).collect::<Vec<_>>().join(",")
}

/// The reverse; `None` if the text is something else.
pub fn of_text(text: &str) -> Option<Values> {
    let numbers: Vec<u64> = text.split(',').map(|n| n.parse().ok()).collect::<Option<_>>()?;
    match *numbers {
        [a, b, c, d, e, f] => Some([[a, b], [c, d], [e, f]]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(range: Range<u64>, prot: Prot, shared: bool, name: Option<&str>) -> Mapping {
        Mapping { range, prot, shared, name: name.map(Into::into), offset: 0, file: false }
    }

    #[test]
    fn what_counts_is_what_the_kernel_counts() {
        let write = Prot::READ.union(Prot::WRITE);
        let all = [
            mapping(0..0x3000, write, false, None),
            mapping(0x3000..0x5000, write, true, None),
            mapping(0x5000..0x9000, Prot::READ, false, None),
            mapping(0x10_0000..0x90_0000, write, false, Some("[stack]")),
        ];
        let used = Used::of(&all, &(0..0));
        assert_eq!(used, Used { all: 0x9000 + STACK_BYTES, data: 0x3000 });
        let used = Used::of(&all, &(0x1000..0x4000));
        assert_eq!(used, Used { all: 0x6000 + STACK_BYTES, data: 0x1000 });
    }

    #[test]
    fn limits_are_checked_and_kept() {
        let limits = Limits::new([[INFINITY; 2], [10, 20], [1, 2]]);
        assert_eq!(limits.set(libc::RLIMIT_DATA, [30, 20]), Err(Errno::EINVAL));
        assert_eq!(limits.set(libc::RLIMIT_DATA, [15, 16]), Ok(()));
        assert_eq!(limits.get(libc::RLIMIT_DATA), Some([15, 16]));
        assert_eq!(limits.get(libc::RLIMIT_CORE), None);
    }

    #[test]
    fn limits_go_from_one_emulator_to_the_next_as_text() {
        let values = [[1, INFINITY], [2, 3], [4, 5]];
        assert_eq!(of_text(&to_text(&values)), Some(values));
        assert_eq!(of_text("1,2,3"), None);
        assert_eq!(of_text("1,2,3,4,5,x"), None);
    }
}
