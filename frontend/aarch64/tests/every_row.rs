//! Every row of the tables, and random bytes, become well-formed blocks; see [`test_harness::rows`].

use frontend_aarch64::Aarch64;
use frontend_aarch64::state::{TB_ALONE, TB_FP_DEFAULT_NAN, TB_FP_FLUSH, TB_FP_SLOW};
use frontend_aarch64::state::{TB_FP_HALF_ALTERNATIVE, TB_FP_HALF_FLUSH, TB_FP_HALF_SLOW};
use isa::aarch64::ROWS;
use test_harness::rows;

#[test]
fn every_row_verifies() {
    rows::check_every_row::<Aarch64>(
        &ROWS,
        &[
            0,
            TB_FP_SLOW,
            TB_FP_FLUSH | TB_FP_DEFAULT_NAN,
            TB_FP_HALF_SLOW | TB_FP_HALF_ALTERNATIVE,
            TB_FP_HALF_FLUSH,
            TB_ALONE,
        ],
    );
}

#[test]
fn random_bytes_verify() {
    rows::check_random_bytes::<Aarch64>();
}
