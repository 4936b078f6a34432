//! Lines into tokens.

/// Splits one line at blanks; a `"…"` may hold blanks and belongs to the token it stands in.
/// `#` starts a comment outside quotes.
pub(crate) fn tokens(line: &str) -> Result<Vec<&str>, String> {
    let mut out = Vec::new();
    let mut start = None;
    let mut quoted = false;
    for (i, c) in line.char_indices() {
        match c {
            '"' => {
                quoted = !quoted;
                start.get_or_insert(i);
            }
            '#' if !quoted => {
                push(&mut out, line, &mut start, i);
                return Ok(out);
            }
            c if c.is_whitespace() && !quoted => push(&mut out, line, &mut start, i),
            _ => {
                start.get_or_insert(i);
            }
        }
    }
    if quoted {
        return Err("unclosed quote".into());
    }
    push(&mut out, line, &mut start, line.len());
    Ok(out)
}

fn push<'a>(out: &mut Vec<&'a str>, line: &'a str, start: &mut Option<usize>, end: usize) {
    if let Some(from) = start.take() {
        out.push(&line[from..end]);
    }
}

/// The text of a token that is one quoted string.
pub(crate) fn unquote(token: &str) -> Option<&str> {
    token.strip_prefix('"')?.strip_suffix('"').filter(|t| !t.contains('"'))
}
