//! Walks the decision tree that the table compiler makes.

/// The tree in one array. An entry is
///
/// - a row, or `u16::MAX` for none;
/// - with [`CHAIN`], the number of a chain: rows to be tried in order;
/// - with [`NODE`], a place to look at next: the first of its entries in bits 0 to 20, the number of bits that select one of
///   them less one in bits 21 to 24, and where they are, as a shift to the right, in bits 25 to 30.
pub(crate) struct Tree {
    pub(crate) root: u32,
    pub(crate) entries: &'static [u32],
    /// Mask, value, row.
    pub(crate) chains: &'static [(u64, u64, u16)],
    pub(crate) chain_starts: &'static [usize],
}

/// Bit of entries that are nodes.
const NODE: u32 = 1 << 31;
/// Bit of entries that are chains.
const CHAIN: u32 = 1 << 30;

impl Tree {
    /// The row that matches, or `u16::MAX`.
    #[inline]
    pub(crate) fn find(&self, word: u64) -> u16 {
        let mut entry = self.root;
        while entry & NODE != 0 {
            let ones = (2 << (entry >> 21 & 15)) - 1;
            let at = (entry & 0x1f_ffff) + ((word >> (entry >> 25 & 63)) as u32 & ones);
            entry = self.entries[at as usize];
        }
        if entry & CHAIN == 0 { entry as u16 } else { self.try_chain(word, entry & !CHAIN) }
    }

    #[cold]
    fn try_chain(&self, word: u64, chain: u32) -> u16 {
        let start = self.chain_starts[chain as usize];
        let hit = self.chains[start..].iter().find(|(mask, value, _)| word & mask == *value);
        hit.map_or(u16::MAX, |(_, _, row)| *row)
    }
}
