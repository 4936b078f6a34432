//! Walks the decision tree that the table compiler makes.

pub(crate) struct Node {
    pub(crate) right: u32,
    pub(crate) ones: u64,
    pub(crate) base: usize,
}

pub(crate) struct Tree {
    /// Entries below are rows.
    pub(crate) first_chain: u16,
    /// Entries from here on are nodes, those below chains.
    pub(crate) first_node: u16,
    pub(crate) nodes: &'static [Node],
    pub(crate) entries: &'static [u16],
    /// Mask, value, row.
    pub(crate) chains: &'static [(u64, u64, u16)],
    pub(crate) chain_starts: &'static [usize],
}

impl Tree {
    /// The row that matches, or `u16::MAX`.
    #[inline]
    pub(crate) fn find(&self, word: u64) -> u16 {
        let mut node = &self.nodes[0];
        loop {
            let entry = self.entries[node.base + (word >> node.right & node.ones) as usize];
            if entry < self.first_chain || entry == u16::MAX {
                return entry;
            }
            if entry < self.first_node {
                return self.try_chain(word, entry);
            }
            node = &self.nodes[usize::from(entry - self.first_node)];
        }
    }

    #[cold]
    fn try_chain(&self, word: u64, entry: u16) -> u16 {
        let start = self.chain_starts[usize::from(entry - self.first_chain)];
        let hit = self.chains[start..].iter().find(|(mask, value, _)| word & mask == *value);
        hit.map_or(u16::MAX, |(_, _, row)| *row)
    }
}
