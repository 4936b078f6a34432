//! The random numbers that a machine gives its program: the host's, or those that follow from a seed.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// A vCPU's source of random numbers.
///
/// Each vCPU has its own, as a lock held by another thread would stay held in the child of a `fork`.
#[derive(Debug)]
pub enum Random {
    /// The host's numbers, as long as it has any.
    Host(fn() -> Option<u64>),
    /// Those of a generator.
    Seeded(Box<ChaCha12Rng>),
}

/// The numbers that follow from 0: for a vCPU without a kernel, whose runs are to be the same.
impl Default for Random {
    fn default() -> Random {
        Random::seeded(0)
    }
}

impl Random {
    /// The numbers that follow from `seed`.
    #[must_use]
    pub fn seeded(seed: u64) -> Random {
        Random::Seeded(Box::new(ChaCha12Rng::seed_from_u64(seed)))
    }

    /// A number, if there is one.
    pub fn u64(&mut self) -> Option<u64> {
        match self {
            Random::Host(read) => read(),
            Random::Seeded(generator) => Some(generator.next_u64()),
        }
    }

    /// A source for a further vCPU: with a seed, other numbers than this one's, but the same in each run.
    #[must_use]
    pub fn split(&mut self) -> Random {
        match self {
            Random::Host(read) => Random::Host(*read),
            Random::Seeded(generator) => Random::seeded(generator.next_u64()),
        }
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
        let [mut a, mut b, mut other] = [7, 7, 8].map(Random::seeded);
        assert_eq!(three(&mut a.split()), three(&mut b.split()));
        assert_eq!(three(&mut a), three(&mut b));
        assert_ne!(three(&mut a.split()), three(&mut a));
        assert_ne!(three(&mut other), three(&mut b));
    }

    #[test]
    fn the_host_s_numbers_are_the_host_s() {
        let mut host = Random::Host(|| Some(5));
        assert_eq!(three(&mut host.split()), [Some(5); 3]);
        assert_eq!(Random::Host(|| None).u64(), None);
    }
}
