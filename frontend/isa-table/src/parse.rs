//! Text to [`Table`].

mod alias;
mod declare;
mod format;
mod operand;
mod row;

use crate::model::{At, Table};
use crate::{Error, Source, lex};

/// Parses all sources into one table; errors are collected, lines with errors left out.
pub(crate) fn parse(sources: &[Source], errors: &mut Vec<Error>) -> Table {
    let mut table = Table::default();
    for source in sources {
        for (at, tokens) in lines(source, errors) {
            if let Err(message) = line(&mut table, &at, &tokens) {
                errors.push(Error::new(&at, message));
            }
        }
    }
    for (at, tokens) in std::mem::take(&mut table.alias_lines) {
        if let Err(message) = alias::alias(&mut table, &tokens) {
            errors.push(Error::new(&at, message));
        }
    }
    table
}

/// The non-empty lines, split into tokens.
fn lines<'a>(source: &'a Source, errors: &mut Vec<Error>) -> Vec<(At, Vec<&'a str>)> {
    let mut out = Vec::new();
    for (number, text) in (1..).zip(source.text.lines()) {
        let at = At { file: source.name.clone(), line: number };
        match lex::tokens(text) {
            Ok(tokens) if tokens.is_empty() => {}
            Ok(tokens) => out.push((at, tokens)),
            Err(message) => errors.push(Error::new(&at, message)),
        }
    }
    out
}

fn line(table: &mut Table, at: &At, tokens: &[&str]) -> Result<(), String> {
    let rest = &tokens[1..];
    match tokens[0] {
        "guest" => declare::guest(table, rest),
        "manual" => declare::manual(table, rest),
        "level" => declare::level(table, rest),
        "facility" => declare::facility(table, at, rest),
        "cc" => declare::cc(table, rest),
        "suffixes" => declare::suffixes(table, rest),
        "format" => format::format(table, at, rest),
        "group" => declare::group(table, rest),
        "alias" => {
            let tokens = rest.iter().map(ToString::to_string).collect();
            table.alias_lines.push((at.clone(), tokens));
            Ok(())
        }
        _ => row::row(table, at, tokens),
    }
}

/// The index of a declared name, or the message that it is unknown.
fn find<T>(
    list: &[T],
    name_of: impl Fn(&T) -> &str,
    what: &str,
    name: &str,
) -> Result<usize, String> {
    list.iter().position(|x| name_of(x) == name).ok_or_else(|| format!("unknown {what} `{name}`"))
}
