//! Streams of A64 instructions.

mod address;
mod block;
mod fields;
mod illegal;
mod pass;
mod run;
mod sequence;

use isa::aarch64::ROWS;
use isa::row::Row;
use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use rand::seq::SliceRandom as _;

use crate::generate::{Options, Planned, Planner, is_wanted};
use crate::limits::Limits;
use crate::rng::Rng;
use run::RunRows;

/// Chooses what the next block is.
#[derive(Debug)]
struct Blocks {
    rows: std::iter::Cycle<std::vec::IntoIter<&'static Row>>,
    run_rows: RunRows,
    /// Exclusive loads.
    exclusive: Vec<&'static Row>,
    limits: Limits,
    /// Only some rows are asked for.
    selected: bool,
}

/// A planner for the rows that the options ask for; `None` if there are none.
pub(crate) fn planner(options: &Options, rng: &mut Rng) -> Option<Box<dyn Planner>> {
    let wanted = |row: &Row| is_wanted(options, row) && !differs_between_machines(row);
    let mut rows: Vec<&'static Row> = ROWS.iter().filter(|row| wanted(row)).collect();
    if rows.is_empty() {
        return None;
    }
    let run_rows = RunRows::new(&rows, &options.limits);
    let exclusive = rows.iter().copied().filter(|row| sequence::is_exclusive_load(row)).collect();
    rows.shuffle(rng);
    let selected = options.select.is_some() || options.group.is_some();
    let rows = rows.into_iter().cycle();
    Some(Box::new(Blocks { rows, run_rows, exclusive, limits: options.limits.clone(), selected }))
}

/// Rows that streams leave out: what they do hangs on the machine, or they leave the program.
fn differs_between_machines(row: &Row) -> bool {
    let tags = row.facility.name.starts_with("mte");
    let calls = matches!(row.name, "svc" | "hvc" | "smc" | "hlt");
    let system = matches!(row.name, "sys" | "sysl");
    tags || calls || system
}

impl Planner for Blocks {
    fn plan(&mut self, rng: &mut Rng, at: u32) -> Option<Planned> {
        match rng.random_range(0..32) {
            0 => {
                let n = [8, 24, 80, 200][rng.random_range(0..4)];
                run::plan_run(rng, &self.run_rows, at, n)
            }
            1 if !self.selected => illegal::plan_illegal(rng, at),
            2 if !self.exclusive.is_empty() => {
                let row = *self.exclusive.choose(rng)?;
                sequence::plan_exclusive(rng, row, at)
            }
            _ => {
                let row = self
                    .rows
                    .next()
                    .filter(|row| self.limits.has(row) || rng.random_ratio(1, 8))?;
                block::plan_row(rng, row, at)
            }
        }
    }
}
