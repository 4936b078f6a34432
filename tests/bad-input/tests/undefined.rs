//! Words that are no instruction raise SIGILL, and others do not, exactly where the reference
//! does; or the difference is explained.

use bad_input_tests::undefined;
use risu_trace::{Outcome, Step, StreamReader, TraceReader};

/// What qemu-aarch64 11.1.3 has no instruction for (`examples/undefined.rs`).
const REFERENCE: &str = include_str!("../undefined-aarch64.reference");
/// Where it differs, and why.
const DIFFERENCES: &str = include_str!("../undefined-aarch64.differences");

/// Words that an explained difference covers.
struct Difference {
    mask: u32,
    value: u32,
    /// The reference has them, and momonga does not.
    reference_has: bool,
}

fn differences() -> Vec<Difference> {
    let lines = DIFFERENCES.lines().filter(|line| !line.starts_with('#'));
    let parse = |line: &str| {
        let mut words = line.split_whitespace();
        let mut number = || u32::from_str_radix(words.next()?.strip_prefix("0x")?, 16).ok();
        let (mask, value) = (number()?, number()?);
        let reference_has = match words.next()? {
            "reference" => true,
            "momonga" => false,
            _ => return None,
        };
        words.next()?;
        Some(Difference { mask, value, reference_has })
    };
    lines.map(|line| parse(line).unwrap_or_else(|| panic!("cannot read {line}"))).collect()
}

/// What the reference has no instruction for.
fn reference() -> Vec<bool> {
    let digits = REFERENCE.lines().flat_map(|line| line.chars());
    let four = |digit: char| {
        let digit = digit.to_digit(16).expect("a digit");
        [8, 4, 2, 1].map(|bit| digit & bit != 0)
    };
    digits.flat_map(four).collect()
}

/// What momonga has no instruction for.
fn here(words: &[u32]) -> Vec<bool> {
    let stream = undefined::stream(words).expect("a stream");
    let mut reader = StreamReader::new(stream.as_slice()).expect("a stream");
    let mut trace = Vec::new();
    let engine = "jit".parse().expect("an engine");
    risu_replay::record(&mut reader, &mut trace, engine, "jit").expect("a trace");
    let mut trace = TraceReader::new(trace.as_slice()).expect("a trace");
    let (mut step, mut outcome) = (Step::default(), Outcome::default());
    let mut found = Vec::new();
    while trace.next(&mut step, &mut outcome).expect("a step") {
        found.push(undefined::is_undefined(step.block, &outcome));
    }
    found
}

#[test]
fn words_are_undefined_exactly_where_the_reference_says() {
    let (words, differences) = (undefined::words(), differences());
    let (reference, here) = (reference(), here(&words));
    assert_eq!((reference.len(), here.len()), (words.len(), words.len()));
    let n_undefined = here.iter().filter(|undefined| **undefined).count();
    assert!(n_undefined > words.len() / 8 && n_undefined < words.len() * 7 / 8, "{n_undefined}");
    let mut used = vec![false; differences.len()];
    let mut wrong = String::new();
    for (number, word) in words.iter().enumerate().filter(|(n, _)| reference[*n] != here[*n]) {
        let reference_has = !reference[number];
        let explains =
            |d: &Difference| word & d.mask == d.value && d.reference_has == reference_has;
        match differences.iter().position(explains) {
            Some(index) => used[index] = true,
            None => {
                let who = if reference_has { "the reference" } else { "momonga" };
                wrong.push_str(&format!("{word:#010x}: only {who} has it\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    let unused: Vec<usize> = (0..used.len()).filter(|index| !used[*index]).collect();
    assert!(unused.is_empty(), "explanations {unused:?} explain nothing");
}
