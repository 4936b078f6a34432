//! The random numbers that a machine gives its program: the host's, or those that follow from a seed.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// A vCPU's source of random numbers.
///
/// Each vCPU has its own, as a lock held by another thread would stay held in the child of a `fork`.
#[derive(Debug, Default)]
pub struct Random(Option<Box<ChaCha12Rng>>);

impl Random {
    /// The numbers that follow from `seed`; the host's without one.
    #[must_use]
    pub fn new(seed: Option<u64>) -> Random {
        Random(seed.map(|seed| Box::new(ChaCha12Rng::seed_from_u64(seed))))
    }

    /// A number, if the host has one.
    pub fn u64(&mut self) -> Option<u64> {
        match &mut self.0 {
            Some(seeded) => Some(seeded.next_u64()),
            None => getrandom::u64().ok(),
        }
    }

    /// A source for a further vCPU: with a seed, other numbers than this one's, but the same in each run.
    #[must_use]
    pub fn split(&mut self) -> Random {
        Random::new(self.0.as_mut().map(|seeded| seeded.next_u64()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three(random: &mut Random) -> [Option<u64>; 3] {
        [(); 3].map(|()| random.u64())
    }

    #[test]
    fn a_seed_decides_all_numbers() {
        let [mut a, mut b, mut other] = [7, 7, 8].map(|seed| Random::new(Some(seed)));
        assert_eq!(three(&mut a.split()), three(&mut b.split()));
        assert_eq!(three(&mut a), three(&mut b));
        assert_ne!(three(&mut a.split()), three(&mut a));
        assert_ne!(three(&mut other), three(&mut b));
    }

    #[test]
    fn the_host_s_numbers_differ() {
        assert_ne!(three(&mut Random::new(None)), three(&mut Random::new(None).split()));
    }
}
