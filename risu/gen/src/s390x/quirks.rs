//! What a few instructions want that their rows do not say.
//!
//! Without this the streams would be as valid, but these instructions would do little more than
//! end with an exception at once.

use isa::row::Row;

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
        "stfle" => machine.regs[0] = Some(rng.u64() << 8 | rng.below(2)),
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
    let zeros = rng.below(2 * len as u64);
    let mut digits: Vec<u8> =
        (0..2 * len as u64).map(|n| if n < zeros { 0 } else { rng.below(10) as u8 }).collect();
    if let Some(sign) = digits.last_mut() {
        *sign = if rng.one_in(16) { rng.below(16) } else { 10 + rng.below(6) } as u8;
    }
    if rng.one_in(16) {
        digits[rng.below(2 * len as u64 - 1) as usize] = rng.below(16) as u8;
    }
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// Function code 0–2 and store characteristic 0–4 in general register 0, parameters behind
/// general register 1.
fn compare_and_swap_and_store(machine: &mut Machine, rng: &mut Rng) {
    let code = if rng.one_in(16) { rng.below(4) } else { rng.below(3) };
    let store = if rng.one_in(16) { rng.below(6) } else { rng.below(5) };
    let upper = rng.u64() << 16 & !0xffff;
    machine.regs[0] = Some(upper & 0xffff_ffff_0000_0000 | store << 8 | code);
}

/// Tables for two-byte characters are longer than the scratch area: keep the characters low.
fn short_characters(machine: &mut Machine, rng: &mut Rng, row: &Row, word: u64) {
    let source = raw(row, word, "r2") as usize;
    if let Some(addr) = machine.regs[source] {
        let bytes: Vec<u8> = (0..64).flat_map(|_| [0, rng.below(256) as u8]).collect();
        machine.store(addr, &bytes);
    }
    machine.regs[1] = Some(SCRATCH + (rng.below(0x1000) & !7));
}

/// The bits of general register 0 beside the byte that ends a string must be zero.
fn byte_in_register_0(machine: &mut Machine, rng: &mut Rng) {
    if let Some(value) = &mut machine.regs[0] {
        if !rng.one_in(24) {
            *value &= !0xffff_ff00;
        }
    }
}

/// Lengths of two-byte characters must be even.
fn even_lengths(machine: &mut Machine, rng: &mut Rng, row: &Row, word: u64) {
    for name in ["r1", "r3"] {
        let odd = raw(row, word, name) as usize | 1;
        if let Some(value) = &mut machine.regs[odd] {
            if !rng.one_in(24) {
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
        if *value == 0 && !rng.one_in(24) {
            *value = 2 + 2 * rng.below(40);
        }
    }
    if let Some(value) = &mut machine.regs[0] {
        if !rng.one_in(8) {
            *value &= !0xff00;
        }
    }
}

/// A function table with few bytes that are not zero, so that the scan gets somewhere.
fn sparse_table(machine: &mut Machine, rng: &mut Rng, addresses: &[u64]) {
    let Some(&table) = addresses.get(1) else { return };
    let one_in = [2, 64, 1000][rng.below(3) as usize];
    let bytes: Vec<u8> =
        (0..256).map(|_| if rng.one_in(one_in) { rng.u64() as u8 } else { 0 }).collect();
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
    if rng.one_in(3) {
        let at = rng.below(bytes.len() as u64) as usize;
        bytes[at] = Values::default().int(rng, 8) as u8;
    }
    machine.store(addr, &bytes);
}

fn random_character(rng: &mut Rng) -> char {
    let limits = [0x80u64, 0x800, 0xd800, 0x10000, 0x11_0000];
    let limit = limits[rng.below(5) as usize];
    let code = if rng.one_in(4) { limit - 1 } else { rng.below(limit) };
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
    if rng.one_in(2) {
        let bytes = random_bytes(rng, &mut Values::default(), 64);
        machine.store(from, &bytes);
    }
}

fn random_search(rng: &mut Rng) -> u64 {
    if rng.one_in(4) { rng.below(1000) } else { rng.below(64) }
}

/// Both strings end soon with the byte in general register 0, and begin alike.
fn terminated(machine: &mut Machine, rng: &mut Rng, addresses: &[u64]) {
    let end = machine.regs[0].unwrap_or(0) as u8;
    let text = random_bytes(rng, &mut Values::default(), 48);
    for &addr in addresses {
        let mut bytes = text[..rng.below(48) as usize].to_vec();
        bytes.push(end);
        machine.store(addr, &bytes);
    }
}
