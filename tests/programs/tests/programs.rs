//! One named test for each case of the program lists and each guest, and one for their completeness.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use libtest_mimic::{Arguments, Failed, Trial};
use program_tests::machine::{Guest, Job, Machines};
use program_tests::{case, list};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match trials() {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(error) => {
            eprintln!("program-tests: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn lists() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/lists"))
}

fn trials() -> Result<Vec<Trial>> {
    let machines = Arc::new(Machines::find());
    let mut trials = Vec::new();
    let cases = Guest::ALL.map(|guest| list::read_cases(lists(), guest));
    for case in cases.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten() {
        let machines = Arc::clone(&machines);
        trials.push(Trial::test(case.name.clone(), move || {
            report(found(&machines).and_then(|machines| case::check(&case, machines)))
        }));
    }
    trials.push(Trial::test("busybox_applets_all_named", move || {
        report(found(&machines).and_then(applets_named))
    }));
    Ok(trials)
}

fn found(machines: &Result<Machines>) -> Result<&Machines> {
    machines.as_ref().map_err(|error| anyhow::anyhow!("{error:#}"))
}

fn report(result: Result<()>) -> Result<(), Failed> {
    result.map_err(|error| Failed::from(format!("{error:#}")))
}

/// Every applet that busybox names has a case or a reason for having none.
fn applets_named(machines: &Machines) -> Result<()> {
    let list = list::read(&lists().join("busybox.toml"))?;
    let words = ["busybox".to_owned(), "--list".to_owned()];
    let outcome = case::in_fresh(&case::folder_for("applets"), |folder| {
        machines.native(&Job { words: &words, folder, stdin: None, timeout_s: 30 })
    });
    let text = String::from_utf8(outcome.context("list the applets")?.stdout)?;
    let missing: Vec<&str> = text
        .lines()
        .filter(|name| !list.cases.contains_key(*name) && !list.excluded.contains_key(*name))
        .collect();
    ensure!(missing.is_empty(), "neither cases nor reasons for: {}", missing.join(" "));
    Ok(())
}
