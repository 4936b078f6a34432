//! How often each row of the tables was compared, and how that ended.

use std::collections::{BTreeMap, HashMap};

use risu_trace::Manifest;
use serde::{Deserialize, Serialize};

use crate::report::row_of;

/// What happened to one row in the streams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCount {
    /// Steps that were recorded and agreed.
    pub agreed: u64,
    /// Steps that did not agree.
    pub differed: u64,
    /// Steps that a known fault of the reference kept from being compared.
    pub faulty_reference: u64,
    /// Steps that the reference refused as an undefined instruction.
    pub no_reference: u64,
}

/// Counts by row.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// By name of the row.
    pub rows: BTreeMap<String, RowCount>,
}

impl Coverage {
    /// Adds counts by block of one stream.
    ///
    /// What went wrong counts for the row under test alone, or for `run`: which instruction of a
    /// run differs is not known. Agreement counts for every row of the block, once.
    pub fn add(&mut self, manifest: &Manifest, by_block: &[RowCount]) {
        let mut sums: HashMap<&str, (RowCount, usize)> = HashMap::new();
        for (number, (block, &count)) in manifest.blocks.iter().zip(by_block).enumerate() {
            let mut add = |row, count| {
                let (sum, last) = sums.entry(row).or_insert((RowCount::default(), usize::MAX));
                if std::mem::replace(last, number) != number {
                    sum.add(count);
                }
            };
            add(row_of(manifest, number as u32), count);
            let agreed = RowCount { agreed: count.agreed, ..RowCount::default() };
            block.words.iter().filter_map(|w| w.meaning.row()).for_each(|row| add(row, agreed));
        }
        for (row, (sum, _)) in sums {
            self.add_to(row, sum);
        }
    }

    fn add_to(&mut self, row: &str, count: RowCount) {
        match self.rows.get_mut(row) {
            Some(sum) => sum.add(count),
            None => drop(self.rows.insert(row.to_owned(), count)),
        }
    }

    /// Adds what another run counted.
    pub fn merge(&mut self, other: &Coverage) {
        for (name, count) in &other.rows {
            self.rows.entry(name.clone()).or_default().add(*count);
        }
    }
}

impl RowCount {
    /// Adds another count.
    pub fn add(&mut self, other: RowCount) {
        self.agreed += other.agreed;
        self.differed += other.differed;
        self.faulty_reference += other.faulty_reference;
        self.no_reference += other.no_reference;
    }
}
