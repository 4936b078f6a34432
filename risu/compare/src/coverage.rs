//! Which row of the tables rests on what.

use std::collections::BTreeMap;

use risu_trace::{BlockKind, Manifest, Meaning};
use serde::{Deserialize, Serialize};

/// What happened to one row in the streams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCount {
    /// Steps that were recorded and agreed.
    pub agreed: u64,
    /// Steps that did not agree.
    pub differed: u64,
    /// Steps in which a known fault of the reference stood against a comparison.
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
    pub fn add(&mut self, manifest: &Manifest, by_block: &[RowCount]) {
        for (block, count) in manifest.blocks.iter().zip(by_block) {
            let mut count = *count;
            if block.kind == BlockKind::Run {
                // Which of its instructions a run differs by, and which were reached, is not known.
                self.rows.entry("run".to_owned()).or_default().add(count);
                count = RowCount { agreed: count.agreed, ..RowCount::default() };
            }
            for word in &block.words {
                if let Meaning::Insn(name) | Meaning::Target(name) = &word.meaning {
                    self.rows.entry(name.clone()).or_default().add(count);
                }
            }
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
