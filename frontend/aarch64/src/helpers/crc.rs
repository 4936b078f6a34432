//! CRC32 and CRC32C.

use super::Done;
use crate::state::CpuState;

/// The polynomials, reflected: ISO 3309 and Castagnoli.
const ISO: [u32; 256] = table(0xedb8_8320);
const CASTAGNOLI: [u32; 256] = table(0x82f6_3b78);

const fn table(polynomial: u32) -> [u32; 256] {
    let mut all = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut sum, mut bit) = (byte as u32, 0);
        while bit < 8 {
            sum = sum >> 1 ^ if sum & 1 != 0 { polynomial } else { 0 };
            bit += 1;
        }
        all[byte] = sum;
        byte += 1;
    }
    all
}

fn update(table: &[u32; 256], [sum, data, bytes, _]: [u64; 4]) -> Done {
    let data = data.to_le_bytes();
    let bytes = data.iter().take(bytes as usize);
    let add = |sum: u32, byte: &u8| sum >> 8 ^ table[usize::from(sum as u8 ^ byte)];
    Ok(bytes.fold(sum as u32, add).into())
}

/// The checksum `args[0]` with the low `args[2]` bytes of `args[1]` added, without complements at start and end.
///
/// Arm ARM DDI 0487, C6.2 "CRC32B".
pub(super) fn crc32(_: &mut CpuState, args: [u64; 4]) -> Done {
    update(&ISO, args)
}

/// The same by Castagnoli's polynomial.
pub(super) fn crc32c(_: &mut CpuState, args: [u64; 4]) -> Done {
    update(&CASTAGNOLI, args)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of both: of the digits 1 to 9, with complements.
    #[test]
    fn checks() {
        for (table, check) in [(&ISO, 0xcbf4_3926), (&CASTAGNOLI, 0xe306_9283_u64)] {
            let first = u64::from_le_bytes(*b"12345678");
            let sum = update(table, [0xffff_ffff, first, 8, 0]).expect("no fault");
            let sum = update(table, [sum, 0xff39, 1, 0]).expect("no fault");
            assert_eq!(sum ^ 0xffff_ffff, check);
        }
    }
}
