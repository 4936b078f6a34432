//! Streams of z/Architecture instructions.

mod address;
mod block;
mod execute;
mod fields;
mod illegal;
mod pass;
mod quirks;
mod run;

use isa::row::Row;
use rand::RngExt as _;
use rand::seq::SliceRandom as _;

use crate::generate::{Options, Planned, Planner, is_wanted};
use crate::limits::Limits;
use crate::place::{IMAGE, LANDING, SCRATCH, SCRATCH_LEN};
use crate::rng::Rng;
use run::RunRows;

/// Chooses what the next block is.
#[derive(Debug)]
struct Blocks {
    rows: std::iter::Cycle<std::vec::IntoIter<&'static Row>>,
    run_rows: RunRows,
    limits: Limits,
    /// Only some rows are asked for.
    selected: bool,
}

/// A planner for the rows that the options ask for; `None` if there are none.
pub(crate) fn planner(options: &Options, rng: &mut Rng) -> Option<Box<dyn Planner>> {
    let wanted = |row: &Row| is_wanted(options, row) && !matches!(row.name, "ex" | "exrl");
    let mut rows: Vec<&'static Row> = isa::s390x::ROWS.iter().filter(|r| wanted(r)).collect();
    if rows.is_empty() {
        return None;
    }
    let run_rows = RunRows::new(&options.limits, wanted);
    rows.shuffle(rng);
    let selected = options.select.is_some() || options.group.is_some();
    let limits = options.limits.clone();
    Some(Box::new(Blocks { rows: rows.into_iter().cycle(), run_rows, limits, selected }))
}

impl Planner for Blocks {
    fn plan(&mut self, rng: &mut Rng, at: u32) -> Option<Planned> {
        match rng.random_range(0..32) {
            0 => {
                let n = [8, 24, 80, 200][rng.random_range(0..4)];
                run::plan_run(rng, &self.run_rows, at, n)
            }
            1 if !self.selected => illegal::plan_illegal(rng, at),
            2 | 3 if !self.selected => execute::plan_execute(rng, &self.limits, at),
            _ => {
                let row = self
                    .rows
                    .next()
                    .filter(|row| self.limits.has(row) || rng.random_ratio(1, 8))?;
                Some(block::plan_row(rng, row, at))
            }
        }
    }
}
