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
    /// AES by AES-NI; this and the two below by software without it.
    pub aes: bool,
    /// Carry-less products by PCLMULQDQ.
    pub pclmulqdq: bool,
    /// SHA-1 and SHA-256 by SHA-NI.
    pub sha: bool,
    /// What AVX-512 does in fewer instructions: its parts F, CD, BW, DQ and VL (x86-64-v4). The two below need it.
    pub avx512: bool,
    /// Bits counted by AVX512_BITALG.
    pub bitalg: bool,
    /// Bytes of two vectors permuted by AVX512_VBMI.
    pub vbmi: bool,
    /// Bits within bytes moved by GFNI.
    pub gfni: bool,
}

impl Shortcuts {
    /// All of them.
    pub const ALL: Shortcuts = Shortcuts::all(true);
    /// None.
    pub const NONE: Shortcuts = Shortcuts::all(false);
    /// The names by which options switch them.
    pub const NAMES: [&'static str; 11] = [
        "pins",
        "deferral",
        "fusion",
        "returns",
        "aes",
        "pclmulqdq",
        "sha",
        "avx512",
        "bitalg",
        "vbmi",
        "gfni",
    ];

    const fn all(on: bool) -> Shortcuts {
        Shortcuts {
            pins: on,
            deferral: on,
            fusion: on,
            returns: on,
            aes: on,
            pclmulqdq: on,
            sha: on,
            avx512: on,
            bitalg: on,
            vbmi: on,
            gfni: on,
        }
    }

    /// All that this host can do: what x86-64-v3 lacks is optional.
    #[must_use]
    pub fn of_host() -> Shortcuts {
        let avx512 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512cd")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl");
        Shortcuts {
            aes: is_x86_feature_detected!("aes"),
            pclmulqdq: is_x86_feature_detected!("pclmulqdq"),
            sha: is_x86_feature_detected!("sha"),
            avx512,
            bitalg: avx512 && is_x86_feature_detected!("avx512bitalg"),
            vbmi: avx512 && is_x86_feature_detected!("avx512vbmi"),
            gfni: is_x86_feature_detected!("gfni"),
            ..Shortcuts::ALL
        }
    }

    /// The set without the one of this name, and those that need it; `None` if there is no such name.
    #[must_use]
    pub fn without(mut self, name: &str) -> Option<Shortcuts> {
        let switch = match name {
            "pins" => &mut self.pins,
            "deferral" => &mut self.deferral,
            "fusion" => &mut self.fusion,
            "returns" => &mut self.returns,
            "aes" => &mut self.aes,
            "pclmulqdq" => &mut self.pclmulqdq,
            "sha" => &mut self.sha,
            "avx512" => {
                (self.bitalg, self.vbmi) = (false, false);
                &mut self.avx512
            }
            "bitalg" => &mut self.bitalg,
            "vbmi" => &mut self.vbmi,
            "gfni" => &mut self.gfni,
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
