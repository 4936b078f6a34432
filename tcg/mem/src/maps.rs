//! The list of guest mappings: an ordered map of disjoint ranges, without any host call.

use crate::addr::GuestAddr;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// What the guest may do with a mapping; the bits are those of Linux `PROT_*`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Prot(u8);

impl Prot {
    /// No access.
    pub const NONE: Prot = Prot(0);
    /// Reading.
    pub const READ: Prot = Prot(1);
    /// Writing.
    pub const WRITE: Prot = Prot(2);
    /// Fetching instructions.
    pub const EXEC: Prot = Prot(4);

    /// Of code: indirect branches may lead only to landing pads. The host has no such permission; who runs the code checks.
    pub const GUARDED: Prot = Prot(0x10);

    /// From `PROT_READ | PROT_WRITE | PROT_EXEC` of a system call; other bits are dropped.
    #[must_use]
    pub const fn from_bits(prot: i32) -> Prot {
        Prot((prot & 7) as u8)
    }

    /// As `PROT_*` bits.
    #[must_use]
    pub const fn bits(self) -> i32 {
        self.0 as i32
    }

    /// Whether everything in `other` is allowed.
    #[must_use]
    pub const fn allows(self, other: Prot) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both permissions.
    #[must_use]
    pub const fn union(self, other: Prot) -> Prot {
        Prot(self.0 | other.0)
    }

    /// What the host mapping gets: fetching is reading, and writing implies reading, as in the
    /// kernel's `protection_map` of most architectures.
    #[must_use]
    pub(crate) const fn host_bits(self) -> i32 {
        match (self.0 & 7, self.0 & 2) {
            (0, _) => libc::PROT_NONE,
            (_, 0) => libc::PROT_READ,
            _ => libc::PROT_READ | libc::PROT_WRITE,
        }
    }
}

/// One guest mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// First address and the one after the last; multiples of the page size.
    pub range: Range<u64>,
    /// What the guest asked for.
    pub prot: Prot,
    /// `MAP_SHARED`.
    pub shared: bool,
    /// Name of the file, or a label like `[heap]`; `None` for plain anonymous memory.
    pub name: Option<Arc<str>>,
    /// Offset in the file of the first byte; 0 when anonymous.
    pub offset: u64,
    /// Backed by a file.
    pub file: bool,
}

impl Mapping {
    /// The part of this mapping inside `range`, which overlaps it.
    fn clipped(&self, range: &Range<u64>) -> Mapping {
        let start = self.range.start.max(range.start);
        let end = self.range.end.min(range.end);
        let skipped = if self.file { start - self.range.start } else { 0 };
        Mapping { range: start..end, offset: self.offset + skipped, ..self.clone() }
    }

    fn continues(&self, before: &Mapping) -> bool {
        before.range.end == self.range.start
            && before.prot == self.prot
            && before.shared == self.shared
            && before.file == self.file
            && (!self.file
                || before.offset + (before.range.end - before.range.start) == self.offset)
            && before.name == self.name
    }
}

/// Disjoint mappings by start address; neighbours that continue each other are one.
#[derive(Debug, Default)]
pub(crate) struct Maps {
    by_start: BTreeMap<u64, Mapping>,
}

impl Maps {
    /// The mapping that holds `addr`.
    pub(crate) fn find(&self, addr: GuestAddr) -> Option<&Mapping> {
        let (_, mapping) = self.by_start.range(..=addr.0).next_back()?;
        mapping.range.contains(&addr.0).then_some(mapping)
    }

    /// All mappings, ascending.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Mapping> {
        self.by_start.values()
    }

    /// The parts of mappings inside `range`, ascending.
    pub(crate) fn inside(&self, range: &Range<u64>) -> Vec<Mapping> {
        self.overlapping(range).map(|mapping| mapping.clipped(range)).collect()
    }

    fn overlapping(&self, range: &Range<u64>) -> impl Iterator<Item = &Mapping> {
        let first = self
            .by_start
            .range(..=range.start)
            .next_back()
            .filter(|(_, mapping)| mapping.range.end > range.start)
            .map_or(range.start, |(&start, _)| start);
        self.by_start.range(first..range.end.max(first)).map(|(_, mapping)| mapping)
    }

    /// The parts of `range` that no mapping covers, ascending.
    pub(crate) fn gaps(&self, range: &Range<u64>) -> Vec<Range<u64>> {
        let mut gaps = Vec::new();
        let mut next = range.start;
        for mapping in self.overlapping(range) {
            if mapping.range.start > next {
                gaps.push(next..mapping.range.start);
            }
            next = mapping.range.end;
        }
        if next < range.end {
            gaps.push(next..range.end);
        }
        gaps
    }

    /// Whether mappings cover all of `range`.
    pub(crate) fn covers(&self, range: &Range<u64>) -> bool {
        self.gaps(range).is_empty()
    }

    /// Forgets `range`; returns the parts of mappings that were there.
    pub(crate) fn remove(&mut self, range: &Range<u64>) -> Vec<Mapping> {
        let hit: Vec<Mapping> = self.overlapping(range).cloned().collect();
        for mapping in &hit {
            self.by_start.remove(&mapping.range.start);
            for rest in [mapping.range.start..range.start, range.end..mapping.range.end] {
                if rest.start < rest.end {
                    self.by_start.insert(rest.start, mapping.clipped(&rest));
                }
            }
        }
        hit.iter().map(|mapping| mapping.clipped(range)).collect()
    }

    /// Puts `mapping` in place of whatever was in its range.
    pub(crate) fn insert(&mut self, mut mapping: Mapping) {
        self.remove(&mapping.range);
        if let Some((&start, before)) = self.by_start.range(..mapping.range.start).next_back()
            && mapping.continues(before)
        {
            mapping = Mapping { range: start..mapping.range.end, ..before.clone() };
            self.by_start.remove(&start);
        }
        if let Some(after) = self.by_start.get(&mapping.range.end)
            && after.continues(&mapping)
        {
            let end = after.range.end;
            self.by_start.remove(&mapping.range.end);
            mapping.range.end = end;
        }
        self.by_start.insert(mapping.range.start, mapping);
    }

    /// Gives every mapping inside `range` the permission `prot`.
    pub(crate) fn protect(&mut self, range: &Range<u64>, prot: Prot) {
        for part in self.remove(range) {
            self.insert(Mapping { prot, ..part });
        }
    }

    /// The highest gap of `len` bytes inside `within` that starts at a multiple of `align`.
    pub(crate) fn highest_gap(&self, within: &Range<u64>, len: u64, align: u64) -> Option<u64> {
        let mut end = within.end;
        for mapping in self.by_start.range(..within.end).rev().map(|(_, mapping)| mapping) {
            if let Some(start) = fits(mapping.range.end.max(within.start)..end, len, align) {
                return Some(start);
            }
            end = end.min(mapping.range.start);
            if end <= within.start {
                return None;
            }
        }
        fits(within.start..end, len, align)
    }
}

fn fits(gap: Range<u64>, len: u64, align: u64) -> Option<u64> {
    let start = gap.end.checked_sub(len)? & !(align - 1);
    (start >= gap.start).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(range: Range<u64>, prot: Prot) -> Mapping {
        Mapping { range, prot, shared: false, name: None, offset: 0, file: false }
    }

    fn file(range: Range<u64>, offset: u64) -> Mapping {
        Mapping { file: true, offset, ..mapping(range, Prot::READ) }
    }

    fn ranges(maps: &Maps) -> Vec<Range<u64>> {
        maps.iter().map(|mapping| mapping.range.clone()).collect()
    }

    #[test]
    fn neighbours_merge_only_when_alike() {
        let mut maps = Maps::default();
        maps.insert(mapping(0x1000..0x2000, Prot::READ));
        maps.insert(mapping(0x3000..0x4000, Prot::READ));
        maps.insert(mapping(0x2000..0x3000, Prot::READ));
        assert_eq!(ranges(&maps), [0x1000..0x4000]);
        maps.insert(mapping(0x4000..0x5000, Prot::WRITE));
        assert_eq!(ranges(&maps), [0x1000..0x4000, 0x4000..0x5000]);
    }

    #[test]
    fn file_offsets_follow_a_split() {
        let mut maps = Maps::default();
        maps.insert(file(0x1000..0x5000, 0x7000));
        maps.protect(&(0x2000..0x3000), Prot::WRITE);
        let offsets: Vec<u64> = maps.iter().map(|mapping| mapping.offset).collect();
        assert_eq!(offsets, [0x7000, 0x8000, 0x9000]);
        maps.protect(&(0x2000..0x3000), Prot::READ);
        assert_eq!(ranges(&maps), [0x1000..0x5000]);
        assert_eq!(maps.find(GuestAddr(0x1000)).unwrap().offset, 0x7000);
    }

    #[test]
    fn remove_leaves_both_ends() {
        let mut maps = Maps::default();
        maps.insert(mapping(0x1000..0x9000, Prot::READ));
        let gone = maps.remove(&(0x3000..0x4000));
        assert_eq!(gone, [mapping(0x3000..0x4000, Prot::READ)]);
        assert_eq!(ranges(&maps), [0x1000..0x3000, 0x4000..0x9000]);
        assert!(maps.find(GuestAddr(0x3fff)).is_none());
        assert!(maps.find(GuestAddr(0x4000)).is_some());
        assert_eq!(maps.gaps(&(0..0xa000)), [0..0x1000, 0x3000..0x4000, 0x9000..0xa000]);
    }

    #[test]
    fn the_highest_gap_is_found() {
        let mut maps = Maps::default();
        let within = 0x1_0000..0x10_0000;
        assert_eq!(maps.highest_gap(&within, 0x1000, 0x1000), Some(0xf_f000));
        maps.insert(mapping(0xf_0000..0x10_0000, Prot::READ));
        maps.insert(mapping(0xd_0000..0xe_f000, Prot::READ));
        assert_eq!(maps.highest_gap(&within, 0x1000, 0x1000), Some(0xe_f000));
        assert_eq!(maps.highest_gap(&within, 0x2000, 0x1000), Some(0xc_e000));
        assert_eq!(maps.highest_gap(&within, 0x1000, 0x10_000), Some(0xc_0000));
        assert_eq!(maps.highest_gap(&within, 0x100_0000, 0x1000), None);
    }
}
