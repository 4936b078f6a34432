//! Damage to ELF files: flipped bits, extreme numbers in headers, headers moved, files cut.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::elf::{HEADER, PROGRAM_HEADER};

/// Offset and length of the fields of an ELF64 header behind its first bytes, and of a program
/// header (System V ABI, "Object Files").
const HEADER_FIELDS: [(usize, usize); 14] = [
    (4, 1),
    (5, 1),
    (16, 2),
    (18, 2),
    (20, 4),
    (24, 8),
    (32, 8),
    (40, 8),
    (48, 4),
    (52, 2),
    (54, 2),
    (56, 2),
    (58, 2),
    (60, 2),
];
const PROGRAM_FIELDS: [(usize, usize); 8] =
    [(0, 4), (4, 4), (8, 8), (16, 8), (24, 8), (32, 8), (40, 8), (48, 8)];
/// Kinds of program headers: none, load, dynamic, interpreter, note, headers, thread storage, stack.
const KINDS: [u64; 8] = [0, 1, 2, 3, 4, 6, 7, 0x6474_e551];

/// What a damaged file differs in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Damage {
    /// Bytes by their offset.
    pub edits: Vec<(usize, Vec<u8>)>,
    /// The length, if the file is cut.
    pub cut: Option<usize>,
}

/// A good program that will be damaged.
#[derive(Debug)]
pub struct Victim {
    /// For messages.
    pub name: String,
    /// Its bytes, at least an ELF header and the program headers that it names.
    pub bytes: Vec<u8>,
}

impl Victim {
    /// One to three damages.
    pub fn damage(&self, seed: u64) -> Damage {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut damage = Damage::default();
        for _ in 0..rng.random_range(1..=3) {
            self.one(&mut rng, &mut damage);
        }
        damage
    }

    /// The damaged file.
    pub fn damaged(&self, damage: &Damage) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        for (at, new) in &damage.edits {
            bytes[*at..*at + new.len()].copy_from_slice(new);
        }
        bytes.truncate(damage.cut.unwrap_or(bytes.len()));
        bytes
    }

    fn one(&self, rng: &mut ChaCha8Rng, damage: &mut Damage) {
        match rng.random_range(0..8) {
            0 => {
                let at = rng.random_range(0..self.bytes.len().min(1024));
                damage.edits.push((at, vec![self.bytes[at] ^ 1 << rng.random_range(0..8)]));
            }
            1 => {
                let at = rng.random_range(0..self.bytes.len());
                damage.edits.push((at, vec![self.bytes[at] ^ 1 << rng.random_range(0..8)]));
            }
            2 => {
                let (at, len) = HEADER_FIELDS[rng.random_range(0..HEADER_FIELDS.len())];
                damage.edits.push((at, self.extreme(rng, len)));
            }
            3 | 4 => {
                let (at, len) = PROGRAM_FIELDS[rng.random_range(0..PROGRAM_FIELDS.len())];
                damage.edits.push((self.program_header(rng) + at, self.extreme(rng, len)));
            }
            5 => {
                let kind = self.encoded(KINDS[rng.random_range(0..KINDS.len())], 4);
                damage.edits.push((self.program_header(rng), kind));
            }
            6 => {
                let (from, to) = (self.program_header(rng), self.program_header(rng));
                damage.edits.push((to, self.bytes[from..from + PROGRAM_HEADER].to_vec()));
            }
            _ => {
                let below = if rng.random_ratio(1, 2) { 1024 } else { usize::MAX };
                damage.cut = Some(rng.random_range(0..self.bytes.len().min(below)));
            }
        }
    }

    fn program_header(&self, rng: &mut ChaCha8Rng) -> usize {
        let count = [self.bytes[56], self.bytes[57]];
        let count =
            if self.is_little() { u16::from_le_bytes(count) } else { u16::from_be_bytes(count) };
        HEADER + PROGRAM_HEADER * rng.random_range(0..usize::from(count).max(1))
    }

    /// Whether the file says (`EI_DATA`) that its numbers are little-endian.
    fn is_little(&self) -> bool {
        self.bytes[5] == 1
    }

    /// A number as a field of `len` bytes.
    fn encoded(&self, number: u64, len: usize) -> Vec<u8> {
        match self.is_little() {
            true => number.to_le_bytes()[..len].to_vec(),
            false => number.to_be_bytes()[8 - len..].to_vec(),
        }
    }

    /// A number that sits at a border of something.
    fn extreme(&self, rng: &mut ChaCha8Rng, len: usize) -> Vec<u8> {
        let file = self.bytes.len() as u64;
        let number = match rng.random_range(0..6) {
            0 => 0,
            1 => u64::MAX >> rng.random_range(0..64),
            2 => 1 << rng.random_range(0..64),
            3 => file.wrapping_add(rng.random_range(0..5)).wrapping_sub(2),
            4 => (1 << 47) - rng.random_range(0..3) * 4096,
            _ => rng.random(),
        };
        self.encoded(number, len)
    }
}
