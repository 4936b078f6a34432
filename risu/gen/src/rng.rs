//! The random source: ChaCha8, the same on every machine, with the choices of `rand`.
//!
//! What `rand` makes of the source's words does not depend on the machine either (it chooses an index of a list as a
//! `u32`), but may change with its minor version: `Cargo.lock` holds it.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What every random choice comes from.
pub(crate) type Rng = ChaCha8Rng;

/// The source for `seed` and a number that tells sources of one seed apart.
pub(crate) fn source(seed: u64, stream: u64) -> Rng {
    let mut rng = Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    rng
}
