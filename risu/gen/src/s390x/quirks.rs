//! What a few instructions want that their rows do not say.
//!
//! Without this the streams would be as valid, but these instructions would do little more than
//! end with an exception at once.

use isa::row::Row;
use rand::RngExt as _;

use super::fields::raw;
use super::pass::Machine;
use super::{SCRATCH, SCRATCH_LEN};
use crate::rng::Rng;
use crate::values::{Values, random_bytes};

/// Improves what was prepared for `row`; `addresses` are those of its storage operands in order.
pub(crate) fn adjust(
    machine: &mut Machine,
    rng: &mut Rng,
    row: &'static Row,
    word: u64,
    addresses: &[u64],
    landing: u64,
) {
    let first = addresses.first().copied().unwrap_or(SCRATCH);
    match row.name {
        "bic" => machine.store(first, &landing.to_be_bytes()),
        "bsm" | "bassm" => stay_in_64_bit_mode(machine, row, word),
        "cvb" | "cvby" => machine.store(first, &packed_decimal(rng, 8)),
        "cvbg" => machine.store(first, &packed_decimal(rng, 16)),
        "csst" => compare_and_swap_and_store(machine, rng),
        "troo" | "trot" => something_to_translate(machine, rng, row, word),
        "trto" | "trtt" => {
            short_characters(machine, rng, row, word);
            something_to_translate(machine, rng, row, word);
        }
        "trt" | "trtr" => sparse_table(machine, rng, addresses),
        "cu12" | "cu14" | "cu21" | "cu24" | "cu41" | "cu42" => {
            unicode(machine, rng, row.name, addresses.get(1).copied().unwrap_or(SCRATCH));
        }
        "srst" => {
            byte_in_register_0(machine, rng);
            search_forward(machine, rng, row, word);
        }
        "srstu" => search_forward(machine, rng, row, word),
        "clst" | "mvst" => {
            byte_in_register_0(machine, rng);
            terminated(machine, rng, addresses);
        }
        "mvclu" | "clclu" => even_lengths(machine, rng, row, word),
        "stfle" => machine.regs[0] = Some(rng.random::<u64>() << 8 | rng.random_range(0..2)),
        _ => {}
    }
}

/// Keeps bit 63 of the target on, which selects the 64-bit addressing mode.
fn stay_in_64_bit_mode(machine: &mut Machine, row: &Row, word: u64) {
    let target = raw(row, word, "r2") as usize;
    if let Some(value) = &mut machine.regs[target] {
        *value |= 1;
    }
}

/// Mostly valid packed decimal digits with a sign.
fn packed_decimal(rng: &mut Rng, len: usize) -> Vec<u8> {
    let zeros = rng.random_range(0..2 * len as u64);
    let mut digits: Vec<u8> =
        (0..2 * len as u64).map(|n| if n < zeros { 0 } else { rng.random_range(0..10) }).collect();
    if let Some(sign) = digits.last_mut() {
        let from = if rng.random_ratio(1, 16) { 0 } else { 10 };
        *sign = rng.random_range(from..16);
    }
    if rng.random_ratio(1, 16) {
        digits[rng.random_range(0..2 * len - 1)] = rng.random_range(0..16);
    }
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// Function code 0–2 and store characteristic 0–4 in general register 0, parameters behind
/// general register 1.
fn compare_and_swap_and_store(machine: &mut Machine, rng: &mut Rng) {
    let n_codes = if rng.random_ratio(1, 16) { 4 } else { 3 };
    let n_stores = if rng.random_ratio(1, 16) { 6 } else { 5 };
    let (code, store) = (rng.random_range(0..n_codes), rng.random_range(0..n_stores));
    let upper = rng.random::<u64>() << 16 & !0xffff;
    machine.regs[0] = Some(upper & 0xffff_ffff_0000_0000 | store << 8 | code);
}

/// Tables for two-byte characters are longer than the scratch area: keep the characters low.
fn short_characters(machine: &mut Machine, rng: &mut Rng, row: &Row, word: u64) {
    let source = raw(row, word, "r2") as usize;
    if let Some(addr) = machine.regs[source] {
        let bytes: Vec<u8> = (0..64).flat_map(|_| [0, rng.random()]).collect();
        machine.store(addr, &bytes);
    }
    machine.regs[1] = Some(SCRATCH + (rng.random_range(0..0x1000) & !7));
}

/// The bits of general register 0 beside the byte that ends a string must be zero.
fn byte_in_register_0(machine: &mut Machine, rng: &mut Rng) {
    if let Some(value) = &mut machine.regs[0] {
        if !rng.random_ratio(1, 24) {
            *value &= !0xffff_ff00;
        }
    }
}

/// Lengths of two-byte characters must be even.
fn even_lengths(machine: &mut Machine, rng: &mut Rng, row: &Row, word: u64) {
    for name in ["r1", "r3"] {
        let odd = raw(row, word, name) as usize | 1;
        if let Some(value) = &mut machine.regs[odd] {
            if !rng.random_ratio(1, 24) {
                *value &= !1;
            }
        }
    }
}

/// A length that is not zero, and even for two-byte characters, most of the time; and a test
/// character of one byte, which two-byte results seldom are.
fn something_to_translate(machine: &mut Machine, rng: &mut Rng, row: &Row, word: u64) {
    let odd = raw(row, word, "r1") as usize | 1;
    if let Some(value) = &mut machine.regs[odd] {
        if *value == 0 && !rng.random_ratio(1, 24) {
            *value = 2 + 2 * rng.random_range(0..40);
        }
    }
    if let Some(value) = &mut machine.regs[0] {
        if !rng.random_ratio(1, 8) {
            *value &= !0xff00;
        }
    }
}

/// A function table with few bytes that are not zero, so that the scan gets somewhere.
fn sparse_table(machine: &mut Machine, rng: &mut Rng, addresses: &[u64]) {
    let Some(&table) = addresses.get(1) else { return };
    let one_in = [2, 64, 1000][rng.random_range(0..3)];
    let bytes: Vec<u8> = (0..256)
        .map(|_| if rng.random_ratio(1, one_in) { rng.random::<u8>() } else { 0 })
        .collect();
    machine.store(table, &bytes);
}

/// Text in the source encoding, with a wrong byte now and then.
fn unicode(machine: &mut Machine, rng: &mut Rng, name: &str, addr: u64) {
    let mut bytes = Vec::new();
    while bytes.len() < 64 {
        let character = random_character(rng);
        match &name[..3] {
            "cu1" => bytes.extend(character.to_string().bytes()),
            "cu2" => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    bytes.extend(unit.to_be_bytes());
                }
            }
            _ => bytes.extend((character as u32).to_be_bytes()),
        }
    }
    if rng.random_ratio(1, 3) {
        let at = rng.random_range(0..bytes.len());
        bytes[at] = Values::default().int(rng, 8) as u8;
    }
    machine.store(addr, &bytes);
}

fn random_character(rng: &mut Rng) -> char {
    let limits = [0x80u64, 0x800, 0xd800, 0x10000, 0x11_0000];
    let limit = limits[rng.random_range(0..5)];
    let code = if rng.random_ratio(1, 4) { limit - 1 } else { rng.random_range(0..limit) };
    char::from_u32(code as u32).unwrap_or('\u{e000}')
}

/// The end of the search is behind its start, most of the time.
fn search_forward(machine: &mut Machine, rng: &mut Rng, row: &Row, word: u64) {
    let (end, start) = (raw(row, word, "r1") as usize, raw(row, word, "r2") as usize);
    let Some(from) = machine.regs[start] else { return };
    if end == start {
        return;
    }
    let to = from + random_search(rng);
    machine.regs[end] = Some(to.min(SCRATCH + SCRATCH_LEN));
    if rng.random_ratio(1, 2) {
        let bytes = random_bytes(rng, &mut Values::default(), 64);
        machine.store(from, &bytes);
    }
}

fn random_search(rng: &mut Rng) -> u64 {
    let below = if rng.random_ratio(1, 4) { 1000 } else { 64 };
    rng.random_range(0..below)
}

/// Both strings end soon with the byte in general register 0, and begin alike.
fn terminated(machine: &mut Machine, rng: &mut Rng, addresses: &[u64]) {
    let end = machine.regs[0].unwrap_or(0) as u8;
    let text = random_bytes(rng, &mut Values::default(), 48);
    for &addr in addresses {
        let mut bytes = text[..rng.random_range(0..48)].to_vec();
        bytes.push(end);
        machine.store(addr, &bytes);
    }
}
