//! Damaged programs through the whole of momonga.

use std::sync::atomic::{AtomicU64, Ordering};

use bad_input_tests::{
    Emulator, End, Guest, Kind, Victim, executable_file, guest_root, in_parallel,
    peak_memory_bytes, program,
};

/// Damaged files of each of three programs.
const EACH: u64 = 150;
/// What the undamaged programs need, with room.
const MEMORY_BYTES: u64 = 512 << 20;

#[test]
fn damaged_programs_run_or_are_refused() {
    Guest::ALL.into_iter().for_each(check);
    let peak = peak_memory_bytes(true);
    assert!(peak < MEMORY_BYTES, "{peak} bytes of memory");
}

fn check(guest: Guest) {
    let emulator = Emulator::momonga().expect("momonga");
    let root = guest_root(guest.name()).expect("guest programs");
    let read = |name: &str| Victim {
        name: name.to_owned(),
        bytes: std::fs::read(root.join(name)).expect("a guest program"),
    };
    let tiny = Victim { name: "tiny".to_owned(), bytes: program(guest, Kind::Bytes, 0) };
    let refused = AtomicU64::new(0);
    for victim in [tiny, read("usr/bin/busybox"), read("usr/bin/true")] {
        let run = |seed: u64| {
            let damage = victim.damage(seed);
            let file = executable_file(&format!("damaged-{seed}"), &victim.damaged(&damage))?;
            let options = ["-L".as_ref(), root.as_os_str(), "-0".as_ref(), "true".as_ref()];
            let report = emulator.run(options.into_iter().chain([file.path().as_os_str()]))?;
            refused.fetch_add(u64::from(report.is_refusal()), Ordering::Relaxed);
            anyhow::Ok(report)
        };
        let complaints = in_parallel(EACH, |seed| {
            let complaint = match run(seed) {
                // A damaged program may loop, but none of these does.
                Ok(report) if report.end == End::Signal(libc::SIGXCPU) => Some("no end".to_owned()),
                Ok(report) => report.complaint(),
                Err(error) => Some(format!("{error:#}")),
            };
            complaint
                .map(|text| format!("{} {} with seed {seed}: {text}", guest.name(), victim.name))
        });
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }
    let refused = refused.into_inner();
    assert!((EACH..2 * EACH).contains(&refused), "{refused} of {} refused", 3 * EACH);
}
