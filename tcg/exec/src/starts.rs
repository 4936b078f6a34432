//! Where TBs start: a filter that tells a new TB where to end.
//!
//! A TB goes on past conditional branches, so without this, code that is jumped to is translated
//! again as the rest of each TB before it. One bit stands for a halfword address, folded; what it
//! says is checked against the table.

/// Bits in the filter: 128 KiB, of which only what is near code is touched.
const N_BITS: u64 = 1 << 20;

/// The starts of the TBs that one vCPU has made.
#[derive(Debug)]
pub(crate) struct Starts {
    words: Vec<u64>,
}

impl Starts {
    pub(crate) fn new() -> Starts {
        Starts { words: vec![0; (N_BITS / 64) as usize] }
    }

    /// Notes a start.
    pub(crate) fn insert(&mut self, pc: u64) {
        let bit = (pc >> 1) % N_BITS;
        self.words[(bit / 64) as usize] |= 1 << (bit % 64);
    }

    /// Addresses behind `pc` and up to `len` bytes from it that may be starts, ascending.
    pub(crate) fn after(&self, pc: u64, len: u64) -> impl Iterator<Item = u64> {
        let (first, end) = ((pc >> 1) + 1, (pc >> 1) + 1 + len / 2);
        (first / 64..end.div_ceil(64))
            .flat_map(move |word| {
                let bits = self.words[(word % (N_BITS / 64)) as usize];
                ones(bits).map(move |bit| word * 64 + bit).filter(move |n| (first..end).contains(n))
            })
            .map(|halfword| halfword << 1)
    }
}

/// Positions of the one bits, ascending.
fn ones(mut bits: u64) -> impl Iterator<Item = u64> {
    std::iter::from_fn(move || {
        let bit = u64::from(bits.trailing_zeros());
        bits &= bits.wrapping_sub(1);
        (bit < 64).then_some(bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_behind_an_address_are_found_in_order() {
        let mut starts = Starts::new();
        for pc in [0x1000, 0x1002, 0x107e, 0x1080, 0x1200, 0x1202] {
            starts.insert(pc);
        }
        let after = |pc, len| starts.after(pc, len).collect::<Vec<u64>>();
        assert_eq!(after(0x1000, 0x200), [0x1002, 0x107e, 0x1080, 0x1200]);
        assert_eq!(after(0x1080, 0x100), []);
        assert_eq!(after(0xffe, 2), [0x1000]);
        assert_eq!(after(0x1_0000_0000, 0x100), [], "nothing near, whatever is folded there");
        assert_eq!(after((N_BITS << 1) + 0xffe, 2), [(N_BITS << 1) + 0x1000], "folded");
    }
}
