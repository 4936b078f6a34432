//! The text of a vector.

use std::collections::BTreeMap;

/// In the place of a value after: whatever it is.
const ANY: &str = "*";

/// One vector.
#[derive(Debug)]
pub struct Vector {
    /// Its name, unique in its file.
    pub name: String,
    pub(crate) code: Vec<u8>,
    pub(crate) before: Says,
    pub(crate) after: Says,
}

/// What one side says: registers and the like by name, storage by address.
#[derive(Debug, Default)]
pub(crate) struct Says {
    values: BTreeMap<String, String>,
    pub(crate) storage: Vec<(String, Bytes)>,
}

/// Bytes of storage.
#[derive(Debug)]
pub(crate) enum Bytes {
    These(Vec<u8>),
    /// So many, whatever they are.
    Any(usize),
}

/// What `P`, `M` and `E` are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    pub(crate) code: u64,
    pub(crate) storage: u64,
    pub(crate) end: u64,
    /// How far left a short floating-point number stands.
    pub(crate) short_shift: u32,
}

impl Vector {
    /// A line, which cites `manual`; `None` for a comment.
    ///
    /// # Errors
    /// What the line lacks.
    pub fn parse(line: &str, manual: &str) -> Result<Option<Vector>, String> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        let split = |text: &'_ str, at: &str| {
            let parts = text.split_once(at).map(|(a, b)| (a.to_owned(), b.to_owned()));
            parts.ok_or_else(|| format!("no `{at}` in {line}"))
        };
        let (name, rest) = split(line, ": ")?;
        let (test, _citation) = split(&rest, &format!(" ; {manual} "))?;
        let (code, test) = split(&test, "|")?;
        let (before, after) = split(&test, "=>")?;
        let code = hex(code.trim())?;
        Ok(Some(Vector { name, code, before: Says::parse(&before)?, after: Says::parse(&after)? }))
    }
}

impl Says {
    fn parse(text: &str) -> Result<Says, String> {
        let mut says = Says::default();
        for item in text.split_whitespace() {
            let (key, value) = item.split_once('=').ok_or_else(|| format!("no `=` in {item}"))?;
            match key.strip_prefix('[').and_then(|key| key.strip_suffix(']')) {
                Some(at) => says.storage.push((at.to_owned(), bytes(value)?)),
                None if says.values.insert(key.to_owned(), value.to_owned()).is_some() => {
                    return Err(format!("{key} twice"));
                }
                None => {}
            }
        }
        Ok(says)
    }

    /// Whether anything will do for `key`.
    pub(crate) fn is_any(&self, key: &str) -> bool {
        self.values.get(key).is_some_and(|value| value == ANY)
    }

    /// The number said for `key`, if any.
    pub(crate) fn get(&self, key: &str, places: &Places) -> Result<Option<u128>, String> {
        let value = self.values.get(key).filter(|value| *value != ANY);
        value.map(|value| places.number(value)).transpose()
    }

    /// Complains of a key that is not among `known`.
    pub(crate) fn only(&self, known: &[String]) -> Result<(), String> {
        match self.values.keys().find(|key| !known.contains(key)) {
            Some(key) => Err(format!("unknown key {key}")),
            None => Ok(()),
        }
    }
}

fn bytes(text: &str) -> Result<Bytes, String> {
    match text.strip_prefix(ANY) {
        Some(count) => count.parse().map(Bytes::Any).map_err(|_| format!("no count in {text}")),
        None => hex(text).map(Bytes::These),
    }
}

fn hex(text: &str) -> Result<Vec<u8>, String> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| Some(c.to_digit(16)? as u8)).collect();
    match digits {
        Some(digits) if digits.len() % 2 == 0 => {
            Ok(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
        }
        _ => Err(format!("{text} is not bytes in hexadecimal")),
    }
}

impl Places {
    /// The value of a number, see the crate's page.
    pub(crate) fn number(&self, text: &str) -> Result<u128, String> {
        self.parse_number(text).ok_or_else(|| format!("{text} is no number"))
    }

    fn parse_number(&self, text: &str) -> Option<u128> {
        if let Some(long) = text.strip_prefix("d:") {
            return Some(long.parse::<f64>().ok()?.to_bits().into());
        }
        if let Some(short) = text.strip_prefix("s:") {
            return Some(u128::from(short.parse::<f32>().ok()?.to_bits()) << self.short_shift);
        }
        let (base, offset) = match text.split_at_checked(1)? {
            ("P", offset) => (self.code, offset),
            ("M", offset) => (self.storage, offset),
            ("E", offset) => (self.end, offset),
            ("-", _) => (0, text),
            _ => return magnitude(text),
        };
        let (negative, digits) = match offset.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, offset.strip_prefix('+').unwrap_or(offset)),
        };
        let offset = if digits.is_empty() { 0 } else { magnitude(digits)? as u64 };
        let number = if negative { base.wrapping_sub(offset) } else { base.wrapping_add(offset) };
        Some(number.into())
    }
}

/// A number without sign, decimal or hexadecimal.
fn magnitude(digits: &str) -> Option<u128> {
    match digits.strip_prefix("0x") {
        Some(digits) => u128::from_str_radix(digits, 16).ok(),
        None => digits.parse().ok(),
    }
}
