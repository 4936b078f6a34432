//! `risu demo`.

use std::io::{self, Write};
use std::time::Instant;

use anyhow::Result;
use risu_compare::{Coverage, Faults, Findings};
use risu_gen::{Limits, Options};
use risu_replay::EngineChoice;
use risu_trace::{Guest, StreamReader, StreamWriter, TraceReader};

use crate::args::DemoArgs;
use crate::demo_program;
use crate::gen_record;
use crate::results::Results;
use crate::ui::Verdict;

/// Generates, records on the interpreter, replays on the JIT; then runs a tiny program.
pub(crate) fn run(args: &DemoArgs) -> Result<Verdict> {
    let guest = gen_record::guest(&args.guest)?;
    if args.only_program {
        demo_program::run(guest)?;
        return Ok(Verdict::Agree);
    }
    let stream = generate(args, guest)?;
    say(args, &format!("generated {} steps from seed {}", args.count, args.seed))?;
    let start = Instant::now();
    let mut trace = Vec::new();
    let interp: EngineChoice = "interp".parse()?;
    let mut reader = StreamReader::new(stream.as_slice())?;
    risu_replay::record(&mut reader, &mut trace, interp, "interp")?;
    let seconds = start.elapsed().as_secs_f64();
    say(args, &format!("recorded on the interpreter in {seconds:.1} s"))?;
    let results = replay(&trace)?;
    results.print(args.json)?;
    let all = risu_compare::rows(guest).iter().filter(|row| row.translated());
    let agrees = |name: &str| results.coverage.rows.get(name).is_some_and(|n| n.agreed > 0);
    let (rows, all) = (all.clone().filter(|row| agrees(row.name)).count(), all.count());
    say(args, &format!("coverage: {rows} of {all} translated instructions agreed"))?;
    let verdict = results.verdict(false);
    let word = if verdict == Verdict::Agree { "AGREE" } else { "MISMATCH" };
    say(args, &format!("verdict: {word}"))?;
    say(
        args,
        &format!("a tiny {} Linux program prints: {}", guest.name(), demo_program::output(guest)?),
    )?;
    Ok(verdict)
}

/// Prints a line for people.
fn say(args: &DemoArgs, line: &str) -> io::Result<()> {
    if args.json { Ok(()) } else { writeln!(io::stdout(), "{line}") }
}

fn generate(args: &DemoArgs, guest: Guest) -> Result<Vec<u8>> {
    let stream = risu_gen::generate(&Options {
        guest,
        seed: args.seed,
        count: args.count,
        passes: 64,
        select: None,
        group: None,
        untranslated: false,
        limits: Limits::default(),
    })?;
    let mut writer = StreamWriter::new(Vec::new(), &stream.manifest)?;
    for step in stream.steps() {
        writer.push(&step)?;
    }
    Ok(writer.finish()?)
}

fn replay(trace: &[u8]) -> Result<Results> {
    let mut reader = TraceReader::new(trace)?;
    let (mut findings, mut coverage) = (Findings::default(), Coverage::default());
    let done = risu_replay::replay(
        &mut reader,
        "jit".parse()?,
        &Faults::default(),
        &mut findings,
        &mut coverage,
        &mut |_| {},
    )?;
    let mut results = Results {
        steps: done.n_steps,
        mismatches: done.n_mismatches,
        faults: done.n_faults,
        no_reference: done.n_no_reference,
        seconds: done.time.as_secs_f64(),
        references: vec![reader.host().name.clone()],
        coverage,
        ..Results::default()
    };
    results.set_findings(&findings);
    Ok(results)
}
