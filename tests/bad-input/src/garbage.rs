//! Programs of random code.
//!
//! Registers hold small numbers, random ones, and for the most part addresses in a page of data, so
//! that not every access fails. The code cannot be written, and neither it nor the data hold the
//! operation code of SUPERVISOR CALL at an even address: the host's files are safe.

use crate::elf::{Segment, executable};
use crate::rng::Rng;

/// How many programs of random bytes the reference has run: seeds from 0 on.
pub const RECORDED: u64 = 1000;

/// Where the code is: one page.
const CODE_ADDR: u64 = 0x100_0000;
const PAGE: usize = 4096;
/// Where the data are, and how long.
const DATA_ADDR: u64 = 0x200_0000;
const DATA_LEN: usize = 16 * PAGE;
/// SUPERVISOR CALL (PoP SA22-7832, chapter 7).
const SVC: u8 = 0x0a;

/// What the code consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Random bytes. The same for a seed for ever.
    Bytes,
    /// Mostly instructions that the tables define, with random operands. Depends on the tables.
    Instructions,
}

/// An executable file with random code.
pub fn program(kind: Kind, seed: u64) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let data = data(&mut rng);
    let mut code = prologue();
    while code.len() < PAGE {
        let next = match kind {
            Kind::Bytes => rng.bytes(2),
            Kind::Instructions if rng.one_in(12) => rng.bytes(2),
            Kind::Instructions => instruction(&mut rng),
        };
        if !has_supervisor_call(&next) {
            code.extend(next);
        }
    }
    code.truncate(PAGE);
    let text = Segment { addr: CODE_ADDR, flags: 5, bytes: code };
    let data = Segment { addr: DATA_ADDR, flags: 6, bytes: data };
    executable(CODE_ADDR, &[text, data])
}

/// Loads all floating-point and general registers from the data.
fn prologue() -> Vec<u8> {
    let halfwords = ((DATA_ADDR - CODE_ADDR) / 2) as u32;
    // LARL 1,data
    let mut code = vec![0xc0, 0x10];
    code.extend(halfwords.to_be_bytes());
    // LD n,8n(1)
    for n in 0..16u8 {
        code.extend([0x68, n << 4, 0x10, 8 * n]);
    }
    // LMG 0,15,128(1)
    code.extend([0xeb, 0x0f, 0x10, 0x80, 0x00, 0x04]);
    assert!(!has_supervisor_call(&code), "the prologue makes no system call");
    code
}

fn data(rng: &mut Rng) -> Vec<u8> {
    let mut out = Vec::with_capacity(DATA_LEN);
    while out.len() < DATA_LEN {
        let word = match rng.below(8) {
            0 => rng.below(300) as u64,
            1 | 2 => rng.u64(),
            _ => DATA_ADDR + (rng.below(DATA_LEN - 4096) & !7) as u64,
        };
        let bytes = word.to_be_bytes();
        if !has_supervisor_call(&bytes) {
            out.extend(bytes);
        }
    }
    out
}

fn instruction(rng: &mut Rng) -> Vec<u8> {
    loop {
        let row = &isa::s390x::ROWS[rng.below(isa::s390x::ROWS.len())];
        let word = row.value | rng.u64() & !row.mask;
        if row.translated() && row.valid(word) {
            return row.encode(word).as_slice().to_vec();
        }
    }
}

fn has_supervisor_call(bytes: &[u8]) -> bool {
    bytes.iter().step_by(2).any(|byte| *byte == SVC)
}
