//! Declarations other than formats.

use super::find;
use crate::lex::unquote;
use crate::model::{At, Facility, Group, Level, Suffixes, Table};

pub(super) fn guest(table: &mut Table, args: &[&str]) -> Result<(), String> {
    let (name, words) = match args {
        [name] => (name, false),
        [name, "words"] => (name, true),
        _ => return Err("expected: guest NAME, or guest NAME words".into()),
    };
    table.guest = (*name).into();
    table.words = words;
    Ok(())
}

pub(super) fn manual(table: &mut Table, args: &[&str]) -> Result<(), String> {
    let (name, title) = name_and_title("manual", args)?;
    table.manuals.push((name, title));
    Ok(())
}

pub(super) fn level(table: &mut Table, args: &[&str]) -> Result<(), String> {
    for arg in args {
        let (name, machine) = arg.split_once('=').unwrap_or((arg, "0"));
        let machine = u16::from_str_radix(machine, 16)
            .map_err(|_| format!("bad machine type `{machine}`"))?;
        table.levels.push(Level { name: name.into(), machine });
    }
    Ok(())
}

pub(super) fn facility(table: &mut Table, at: &At, args: &[&str]) -> Result<(), String> {
    let [name, bit, level, title] = args else {
        return Err("expected: facility NAME BIT LEVEL \"TITLE\"".into());
    };
    if table.facilities.iter().any(|f| f.name == *name) {
        return Err(format!("facility `{name}` declared twice"));
    }
    let (bit, hwcap) = match (*bit, bit.strip_prefix("hwcap:")) {
        ("-", _) => (None, None),
        (_, Some(hwcap)) => (None, Some(hwcap.to_string())),
        (number, _) => {
            let bit = number.parse().map_err(|_| format!("bad facility bit `{number}`"))?;
            (Some(bit), None)
        }
    };
    let level = find(&table.levels, |l| &l.name, "level", level)?;
    let title = unquote(title).ok_or("the title must be quoted")?.into();
    let at = at.clone();
    table.facilities.push(Facility { name: (*name).into(), bit, hwcap, level, title, at });
    Ok(())
}

pub(super) fn cc(table: &mut Table, args: &[&str]) -> Result<(), String> {
    let (name, title) = name_and_title("cc", args)?;
    if table.cc_kinds.iter().any(|(n, _)| *n == name) {
        return Err(format!("cc kind `{name}` declared twice"));
    }
    table.cc_kinds.push((name, title));
    Ok(())
}

pub(super) fn suffixes(table: &mut Table, args: &[&str]) -> Result<(), String> {
    let [name, items @ ..] = args else {
        return Err("expected: suffixes NAME VALUE=SUFFIX …".into());
    };
    if table.suffixes.iter().any(|s| s.name == *name) {
        return Err(format!("suffixes `{name}` declared twice"));
    }
    let mut list = Vec::new();
    for item in items {
        let (value, text) =
            item.split_once('=').ok_or_else(|| format!("expected VALUE=SUFFIX, not `{item}`"))?;
        let value = value.parse().map_err(|_| format!("bad value `{value}`"))?;
        list.push((value, text.to_string()));
    }
    table.suffixes.push(Suffixes { name: (*name).into(), list });
    Ok(())
}

pub(super) fn group(table: &mut Table, args: &[&str]) -> Result<(), String> {
    let (name, title) = name_and_title("group", args)?;
    if table.groups.iter().any(|g| g.name == name) {
        return Err(format!("group `{name}` declared twice"));
    }
    table.groups.push(Group { name, title });
    Ok(())
}

fn name_and_title(what: &str, args: &[&str]) -> Result<(String, String), String> {
    let [name, title] = args else { return Err(format!("expected: {what} NAME \"TITLE\"")) };
    let title = unquote(title).ok_or("the title must be quoted")?;
    Ok(((*name).into(), title.into()))
}
