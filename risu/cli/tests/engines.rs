//! Both engines do the same with random streams of every guest.

#![cfg(target_arch = "x86_64")]

use risu_compare::{Coverage, Faults, Findings};
use risu_gen::{Limits, Options, generate};
use risu_replay::EngineChoice;
use risu_trace::{Guest, StreamReader, StreamWriter, TraceReader};

fn stream(guest: Guest) -> Vec<u8> {
    let (seed, count, passes) = (3, 20_000, 4);
    let (select, group, limits) = (None, None, Limits::default());
    let untranslated = false;
    let options = Options { guest, seed, count, passes, select, group, untranslated, limits };
    let stream = generate(&options).expect("a stream");
    let mut writer = StreamWriter::new(Vec::new(), &stream.manifest).expect("in memory");
    stream.steps().for_each(|step| writer.push(&step).expect("in memory"));
    writer.finish().expect("in memory")
}

fn engine(name: &str) -> EngineChoice {
    name.parse().expect("in memory")
}

#[test]
fn the_jit_agrees_with_the_interpreter() {
    for guest in Guest::ALL {
        let stream = stream(guest);
        let mut trace = Vec::new();
        let mut reader = StreamReader::new(stream.as_slice()).unwrap();
        risu_replay::record(&mut reader, &mut trace, engine("interp"), "interp").unwrap();
        let mut trace = TraceReader::new(trace.as_slice()).unwrap();
        let (mut findings, mut coverage) = (Findings::default(), Coverage::default());
        let faults = Faults::default();
        let done = risu_replay::replay(
            &mut trace,
            engine("jit"),
            &faults,
            &mut findings,
            &mut coverage,
            &mut |_| {},
        );
        let done = done.unwrap();
        let first = findings.iter().next().map(|finding| finding.first.to_string());
        assert_eq!((done.n_mismatches, first), (0, None), "{}", guest.name());
        // A step whose inputs cannot be found is left out.
        assert!(done.n_steps > 19_900, "{}: only {} steps", guest.name(), done.n_steps);
        let agreed = coverage.rows.values().filter(|count| count.agreed > 0).count();
        assert!(agreed > 400, "{}: only {agreed} rows agreed", guest.name());
    }
}

/// The page has each option that the sweep switches.
#[test]
fn the_page_names_every_option() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/src/risu.md");
    let page = std::fs::read_to_string(page).expect("the page");
    for name in EngineChoice::sweep() {
        for option in name.split_once(':').map_or("", |(_, options)| options).split(',') {
            let is_named = option.is_empty() || page.contains(&format!("`{option}`"));
            assert!(is_named, "docs/src/risu.md does not name {option}");
        }
    }
}
