//! What differs between the guests.

mod aarch64;
mod s390x;

use crate::window::End;
use tcg_exec::Exit;
use tcg_ir::Guest;

/// A guest that vectors are made for.
pub trait VectorGuest: Guest + Sized {
    /// Its name, which is that of the folder of its vectors.
    const NAME: &'static str;
    /// How citations of its manual begin.
    const MANUAL: &'static str;
    /// The key of what a trap tells besides its class.
    const DETAIL: &'static str;
    /// To what bytes the address of an access exception is told.
    const FAULT_BYTES: u64;
    /// How far left a short floating-point number stands in the number that a vector gives.
    const SHORT_SHIFT: u32;

    /// All that a vector can say of registers.
    fn parts() -> Vec<Part<Self::State>>;

    /// Makes the state that is no part begin afresh, at this program counter.
    fn enter(state: &mut Self::State, pc: u64);

    /// Why a run stopped. `inside` tells whether a program counter is in the vector's code.
    fn ended(state: &mut Self::State, exit: Exit, inside: impl Fn(u64) -> bool) -> End;

    /// What a part is after a trap with this detail, if the vector does not say.
    fn unsaid(key: &str, before: u128, detail: Option<u128>) -> u128 {
        let _ = (key, detail);
        before
    }
}

type Get<S> = Box<dyn Fn(&S) -> u128>;
type Set<S> = Box<dyn Fn(&mut S, u128)>;

/// A part of the state: its key, its value unless a vector says another, how to read and to set it.
pub struct Part<S> {
    pub(crate) key: String,
    pub(crate) start: u128,
    pub(crate) get: Get<S>,
    pub(crate) set: Set<S>,
}

impl<S> Part<S> {
    fn new(
        key: impl Into<String>,
        start: u128,
        get: impl Fn(&S) -> u128 + 'static,
        set: impl Fn(&mut S, u128) + 'static,
    ) -> Part<S> {
        Part { key: key.into(), start, get: Box::new(get), set: Box::new(set) }
    }
}

impl<S> std::fmt::Debug for Part<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:#x}", self.key, self.start)
    }
}
