//! Checks over the whole table.

use crate::Error;
use crate::model::{At, Constraint, Row, Table};

/// `first` is the name of the first file, for what has no place of its own.
pub(crate) fn check(table: &Table, first: &str, errors: &mut Vec<Error>) {
    overlaps(table, errors);
    priorities(table, errors);
    mnemonics(table, errors);
    unused(table, errors);
    if table.rows.is_empty() {
        let at = At { file: first.into(), line: 1 };
        errors.push(Error::new(&at, "the table has no row"));
    }
}

/// Whether some instruction word belongs to both rows.
pub(crate) fn overlap(a: &Row, b: &Row) -> bool {
    (a.value ^ b.value) & a.mask & b.mask == 0 && !leaves(a, b) && !leaves(b, a)
}

/// Whether row `a` reserves all words that it has in common with `b`, whose mask is longer, so that
/// the decoder tries it first.
fn leaves(a: &Row, b: &Row) -> bool {
    let (mask, value) = (a.mask | b.mask, a.value | b.value);
    let covers = |c: &Constraint| match *c {
        Constraint::Reserved(m, v) => m & !mask == 0 && value & m == v,
        _ => false,
    };
    b.mask.count_ones() > a.mask.count_ones() && a.constraints.iter().any(covers)
}

/// Two rows that overlap need a stated priority, exactly one.
fn overlaps(table: &Table, errors: &mut Vec<Error>) {
    for (i, a) in table.rows.iter().enumerate() {
        for b in table.rows[..i].iter().filter(|b| overlap(a, b)) {
            let stated =
                usize::from(a.over.contains(&b.name)) + usize::from(b.over.contains(&a.name));
            let place = format!("`{}` ({}:{})", b.name, b.at.file, b.at.line);
            match stated {
                1 => {}
                0 => errors.push(Error::new(
                    &a.at,
                    format!("`{}` overlaps {place}; state over=ROW in one of them", a.name),
                )),
                _ => errors.push(Error::new(
                    &a.at,
                    format!("`{}` and {place} each stand over the other", a.name),
                )),
            }
        }
    }
}

fn priorities(table: &Table, errors: &mut Vec<Error>) {
    for row in &table.rows {
        for name in &row.over {
            let other = table.rows.iter().find(|r| r.name == *name);
            let message = match other {
                None => format!("over={name}: no such row"),
                Some(other) if !overlap(row, other) => {
                    format!("over={name}: the rows do not overlap")
                }
                Some(_) => continue,
            };
            errors.push(Error::new(&row.at, message));
        }
    }
}

/// A mnemonic names one row of a guest whose rows are named by mnemonic.
fn mnemonics(table: &Table, errors: &mut Vec<Error>) {
    for row in &table.rows {
        for extended in &row.extended {
            if table.rows.iter().any(|r| r.name == extended.mnemonic) {
                errors.push(Error::new(
                    &row.at,
                    format!("extended mnemonic `{}` is the name of a row", extended.mnemonic),
                ));
            }
        }
    }
}

/// Declarations that no row uses.
fn unused(table: &Table, errors: &mut Vec<Error>) {
    for (index, format) in table.formats.iter().enumerate() {
        if !table.rows.iter().any(|r| r.format == index) {
            errors.push(Error::new(&format.at, format!("no row has format `{}`", format.name)));
        }
    }
    for (index, facility) in table.facilities.iter().enumerate() {
        if !table.rows.iter().any(|r| r.facility == index) {
            let message = format!("no row has facility `{}`", facility.name);
            errors.push(Error::new(&facility.at, message));
        }
    }
}
