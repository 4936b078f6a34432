//! Damage to ELF files: flipped bits, extreme numbers in headers, headers moved, files cut.

use crate::elf::{HEADER, PROGRAM_HEADER};
use crate::rng::Rng;

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
    /// One to three damages by a seed.
    pub fn damage(&self, rng: &mut Rng) -> Damage {
        let mut damage = Damage::default();
        for _ in 0..1 + rng.below(3) {
            self.one(rng, &mut damage);
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

    fn one(&self, rng: &mut Rng, damage: &mut Damage) {
        match rng.below(8) {
            0 => {
                let at = rng.below(self.bytes.len().min(1024));
                damage.edits.push((at, vec![self.bytes[at] ^ 1 << rng.below(8)]));
            }
            1 => {
                let at = rng.below(self.bytes.len());
                damage.edits.push((at, vec![self.bytes[at] ^ 1 << rng.below(8)]));
            }
            2 => {
                let (at, len) = rng.pick(&HEADER_FIELDS);
                damage.edits.push((at, self.extreme(rng, len)));
            }
            3 | 4 => {
                let (at, len) = rng.pick(&PROGRAM_FIELDS);
                damage.edits.push((self.program_header(rng) + at, self.extreme(rng, len)));
            }
            5 => {
                let kind = self.encoded(rng.pick(&KINDS), 4);
                damage.edits.push((self.program_header(rng), kind));
            }
            6 => {
                let (from, to) = (self.program_header(rng), self.program_header(rng));
                damage.edits.push((to, self.bytes[from..from + PROGRAM_HEADER].to_vec()));
            }
            _ => {
                let below = if rng.one_in(2) { 1024 } else { usize::MAX };
                damage.cut = Some(rng.below(self.bytes.len().min(below)));
            }
        }
    }

    fn program_header(&self, rng: &mut Rng) -> usize {
        let count = [self.bytes[56], self.bytes[57]];
        let count =
            if self.is_little() { u16::from_le_bytes(count) } else { u16::from_be_bytes(count) };
        HEADER + PROGRAM_HEADER * rng.below(usize::from(count).max(1))
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
    fn extreme(&self, rng: &mut Rng, len: usize) -> Vec<u8> {
        let file = self.bytes.len() as u64;
        let number = match rng.below(6) {
            0 => 0,
            1 => u64::MAX >> rng.below(64),
            2 => 1 << rng.below(64),
            3 => file.wrapping_add(rng.below(5) as u64).wrapping_sub(2),
            4 => (1 << 47) - (rng.below(3) as u64) * 4096,
            _ => rng.u64(),
        };
        self.encoded(number, len)
    }
}
