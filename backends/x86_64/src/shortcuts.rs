//! What generated code does to be fast beyond a plain translation, each of which can be switched off.

/// A set of shortcuts. Without one of them code is slower and does the same: what is wrong only with it lies in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortcuts {
    /// Globals of low pin rank live in host registers; otherwise all live in the CPU state.
    pub pins: bool,
    /// Writes of globals wait until something can see them; otherwise they are done where they stand.
    pub deferral: bool,
    /// One host instruction for a pair of neighbouring ops.
    pub fusion: bool,
    /// Calls and returns are the host's; otherwise returns look their target up like other indirect jumps.
    pub returns: bool,
}

impl Shortcuts {
    /// All of them.
    pub const ALL: Shortcuts =
        Shortcuts { pins: true, deferral: true, fusion: true, returns: true };
    /// None.
    pub const NONE: Shortcuts =
        Shortcuts { pins: false, deferral: false, fusion: false, returns: false };
    /// The names by which options switch them.
    pub const NAMES: [&'static str; 4] = ["pins", "deferral", "fusion", "returns"];

    /// The set without the one of this name; `None` if there is no such name.
    #[must_use]
    pub fn without(mut self, name: &str) -> Option<Shortcuts> {
        let switch = match name {
            "pins" => &mut self.pins,
            "deferral" => &mut self.deferral,
            "fusion" => &mut self.fusion,
            "returns" => &mut self.returns,
            _ => return None,
        };
        *switch = false;
        Some(self)
    }
}

impl Default for Shortcuts {
    fn default() -> Shortcuts {
        Shortcuts::ALL
    }
}

#[cfg(test)]
mod tests {
    use super::Shortcuts;

    #[test]
    fn every_name_switches_one_off() {
        let off = |all: Shortcuts, name: &&str| all.without(name).expect("a name of the list");
        assert_eq!(Shortcuts::NAMES.iter().fold(Shortcuts::ALL, off), Shortcuts::NONE);
        assert_eq!(Shortcuts::ALL.without("all"), None);
    }
}
