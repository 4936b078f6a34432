//! Programs of random code.
//!
//! Registers hold small numbers, random ones, and for the most part addresses in a page of data, so
//! that not every access fails. The code cannot be written, and neither it nor the data hold a system call
//! where an instruction may begin: the host's files are safe.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use risu_trace::Guest;

use crate::elf::{Segment, executable};
use crate::guest::Machine;

/// How many programs of random bytes the reference has run: seeds from 0 on.
pub const RECORDED: u64 = 1000;

/// Where the code is: one page.
const CODE_ADDR: u64 = 0x100_0000;
const PAGE: usize = 4096;
/// Where the data are, and how long.
const DATA_ADDR: u64 = 0x200_0000;
const DATA_LEN: usize = 16 * PAGE;

/// What the code consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Random bytes. The same for a seed for ever: `examples/record.rs` has told what they do.
    Bytes,
    /// Mostly instructions that the tables define, with random operands. Depends on the tables.
    Instructions,
}

/// An executable file with random code.
pub fn program(guest: Guest, kind: Kind, seed: u64) -> Vec<u8> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let data = data(guest, &mut rng);
    let mut code = guest.prologue(CODE_ADDR, DATA_ADDR);
    assert!(!guest.has_system_call(&code), "the prologue makes no system call");
    while code.len() < PAGE {
        let next = match kind {
            Kind::Bytes => bytes(guest.checkpoint_len(), &mut rng),
            Kind::Instructions if rng.random_ratio(1, 12) => {
                bytes(guest.checkpoint_len(), &mut rng)
            }
            Kind::Instructions => guest.instruction(&mut rng),
        };
        if !guest.has_system_call(&next) {
            code.extend(next);
        }
    }
    code.truncate(PAGE);
    let text = Segment { addr: CODE_ADDR, flags: 5, bytes: code };
    let data = Segment { addr: DATA_ADDR, flags: 6, bytes: data };
    executable(guest, CODE_ADDR, &[text, data])
}

/// Random bytes, each the low one of a word: so they were when the reference ran them.
fn bytes(len: usize, rng: &mut ChaCha8Rng) -> Vec<u8> {
    (0..len).map(|_| rng.random::<u64>() as u8).collect()
}

fn data(guest: Guest, rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut out = Vec::with_capacity(DATA_LEN);
    while out.len() < DATA_LEN {
        let word = match rng.random_range(0..8u64) {
            0 => rng.random_range(0..300),
            1 | 2 => rng.random(),
            _ => DATA_ADDR + (rng.random_range(0..DATA_LEN as u64 - 4096) & !7),
        };
        let bytes = guest.number(word, 8);
        if !guest.has_system_call(&bytes) {
            out.extend(bytes);
        }
    }
    out
}
