//! Ways of testing that several crates share.
//!
//! * [`files`]: file tests and pages that are made from code. `BLESS=1` in the environment rewrites what is not as it should be.
//! * [`translate`]: file tests of a guest's translation to IR.
//! * [`rows`]: every row of a guest's tables becomes well-formed blocks.

pub mod files;
pub mod rows;
pub mod translate;
