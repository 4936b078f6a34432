//! What the module of every guest has, whatever its tables.

/// The same text for all guests.
const TEXT: &str = r#"/// What every translator has beside the traits of the groups.
pub trait Translator {
    /// Result of translating one instruction.
    type Out;

    /// A row marked `privileged` or `gated`: what a problem-state program gets.
    fn privileged(&mut self) -> Self::Out;

    /// A row marked `todo`: its facility is not advertised.
    fn undefined(&mut self) -> Self::Out;
}

/// The row of that name.
pub fn row(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|r| r.name == name)
}

impl Insn {
    /// The instruction's row.
    #[inline]
    pub fn row(&self) -> &'static Row {
        &ROWS[usize::from(self.row_id())]
    }

    /// Length in bytes.
    #[inline]
    pub fn len_bytes(&self) -> usize {
        self.row().len_bytes()
    }

    /// The instruction's bytes. Field values are cut to the fields' widths.
    pub fn encode(&self) -> Encoded {
        self.row().encode(self.to_word())
    }
}

/// Disassembly at address 0.
impl fmt::Display for Insn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_at(0).fmt(f)
    }
}
"#;

pub(super) fn api(out: &mut String) {
    out.push_str(TEXT);
}
