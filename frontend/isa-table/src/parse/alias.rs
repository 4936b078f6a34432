//! `alias MNEMONIC ROW CONDITION … ["SYNTAX"]`.

use super::{operand, row};
use crate::lex::unquote;
use crate::model::{Alias, Constraint, Format, Table, When};

/// Adds the alias to its row; without a syntax of its own it has the row's.
pub(super) fn alias(table: &mut Table, tokens: &[String]) -> Result<(), String> {
    let [mnemonic, name, rest @ ..] = tokens else {
        return Err("expected: alias MNEMONIC ROW CONDITION … [\"SYNTAX\"]".into());
    };
    let index = super::find(&table.rows, |r| &r.name, "row", name)?;
    let of_row = &table.rows[index];
    let (conditions, syntax) = match rest.split_last().map(|(l, c)| (unquote(l), c)) {
        Some((Some(syntax), conditions)) => (conditions, syntax.to_string()),
        _ => (rest, of_row.syntax.clone()),
    };
    let format = &table.formats[of_row.format];
    let when = conditions.iter().map(|c| condition(format, c)).collect::<Result<_, _>>()?;
    table.rows[index].aliases.push(Alias { mnemonic: mnemonic.clone(), when, syntax });
    Ok(())
}

/// `rd=31`, `imms=31/31`, `!imm6=0`, `rn=rm`, `imms<immr`, `imms+1=immr`, `?name`.
fn condition(format: &Format, text: &str) -> Result<When, String> {
    let field = |name| operand::field(format, name);
    if let Some(name) = text.strip_prefix('?') {
        return Ok(When::Named(name.into()));
    }
    if let Some((a, b)) = text.split_once('<') {
        return Ok(When::Less(field(a)?, field(b)?));
    }
    if let Some((a, b)) = text.split_once("+1=") {
        return Ok(When::Before(field(a)?, field(b)?));
    }
    if let Some((a, b)) = text.split_once('=') {
        if format.field(b).is_some() {
            return Ok(When::Same(field(a)?, field(b)?));
        }
    }
    let (pair, negated) = match text.strip_prefix('!') {
        Some(pair) => (pair, true),
        None => (text, false),
    };
    match row::reserved(format, &[pair])? {
        Constraint::Reserved(mask, value) if negated => Ok(When::NotBits(mask, value)),
        Constraint::Reserved(mask, value) => Ok(When::Bits(mask, value)),
        _ => Err(format!("bad condition `{text}`")),
    }
}
