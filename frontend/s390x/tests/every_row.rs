//! Every row of the tables, and random bytes, become well-formed blocks; see [`test_harness::rows`].

use frontend_s390x::S390x;
use frontend_s390x::state::{TB_24, TB_31, TB_EXECUTE, TB_FIXED_OVERFLOW, TB_FP_SLOW};
use isa::s390x::ROWS;
use test_harness::rows;

#[test]
fn every_row_verifies() {
    let mode = TB_FP_SLOW | TB_FIXED_OVERFLOW;
    let flags = [0, TB_31, TB_24, mode, TB_EXECUTE, TB_EXECUTE | mode | 0x1100];
    rows::check_every_row::<S390x>(&ROWS, &flags);
}

#[test]
fn random_bytes_verify() {
    rows::check_random_bytes::<S390x>();
}
