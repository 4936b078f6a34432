//! Which passes run, and what they did.

use std::fmt;

/// A set of passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passes(u8);

impl Passes {
    /// No pass.
    pub const NONE: Passes = Passes(0);
    /// Constant folding, algebra, address folding.
    pub const FOLD: Passes = Passes(1);
    /// Removal of ops whose results nobody uses.
    pub const DCE: Passes = Passes(2);
    /// Removal of writes to globals that nobody can see.
    pub const PUTS: Passes = Passes(4);
    /// Merging and dropping of barriers.
    pub const BARRIERS: Passes = Passes(8);
    /// Every pass.
    pub const ALL: Passes = Passes(15);
    /// What pays before a back end that compiles and finds dead ops and dead puts by itself while it
    /// looks for last uses: the others cost a tenth of the start-up time of Python and gain nothing.
    pub const COMPILED: Passes = Passes::FOLD.with(Passes::BARRIERS);

    /// The names by which options switch passes.
    pub const NAMES: [(&'static str, Passes); 4] = [
        ("fold", Passes::FOLD),
        ("dce", Passes::DCE),
        ("puts", Passes::PUTS),
        ("barriers", Passes::BARRIERS),
    ];

    /// The pass of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Passes> {
        Passes::NAMES.iter().find(|(known, _)| *known == name).map(|(_, pass)| *pass)
    }

    /// True if all of `other` is in the set.
    #[must_use]
    pub const fn contains(self, other: Passes) -> bool {
        self.0 & other.0 == other.0
    }

    /// The union of both sets.
    #[must_use]
    pub const fn with(self, other: Passes) -> Passes {
        Passes(self.0 | other.0)
    }

    /// The set without `other`.
    #[must_use]
    pub const fn without(self, other: Passes) -> Passes {
        Passes(self.0 & !other.0)
    }
}

impl Default for Passes {
    fn default() -> Self {
        Passes::ALL
    }
}

/// How often passes fired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Ops folded or rewritten.
    pub folds: u64,
    /// Dead ops removed.
    pub dead: u64,
    /// Invisible writes of globals removed.
    pub puts: u64,
    /// Barriers merged or dropped.
    pub barriers: u64,
}

impl fmt::Display for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counters { folds, dead, puts, barriers } = self;
        write!(f, "fold {folds}, dce {dead}, puts {puts}, barriers {barriers}")
    }
}
