//! Mnemonics whose end depends on fields.

use super::{Text, names};

/// The mnemonic with the suffix that the syntax asks for.
pub(super) fn with_suffix(text: &Text, mnemonic: &str, suffix: &str) -> String {
    let order = |acquire: bool| {
        let a = if acquire && text.raw("a") == 1 { "a" } else { "" };
        let r = if text.raw("r") == 1 { "l" } else { "" };
        format!("{a}{r}")
    };
    match suffix {
        "2" if text.raw("q") == 1 => format!("{mnemonic}2"),
        "ar" => format!("{mnemonic}{}", order(true)),
        "r" => format!("{mnemonic}{}", order(false)),
        "arb" => before_size(mnemonic, &order(true)),
        "rb" => before_size(mnemonic, &order(false)),
        "cond" => format!("{mnemonic}.{}", names::condition(text.raw("cond"))),
        "copy" => format!("{mnemonic}{}", copy(text.raw("options"))),
        "fill" => format!("{mnemonic}{}", ["", "t", "n", "tn"][text.raw("options") as usize & 3]),
        _ => mnemonic.to_string(),
    }
}

/// `ldaddb` and `al` make `ldaddalb`.
fn before_size(mnemonic: &str, order: &str) -> String {
    let (stem, size) = mnemonic.split_at(mnemonic.len() - 1);
    format!("{stem}{order}{size}")
}

/// Options of a copy: unprivileged (`t`) and non-temporal (`n`) reads and writes.
fn copy(options: u64) -> String {
    let unprivileged = ["", "wt", "rt", "t"][options as usize & 3];
    let streaming = ["", "wn", "rn", "n"][options as usize >> 2 & 3];
    format!("{unprivileged}{streaming}")
}
