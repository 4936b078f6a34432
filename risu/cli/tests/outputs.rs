//! Where output goes that nobody reads, and what stays when there is none.

use std::fs;
use std::process::{Command, Stdio};

#[test]
fn a_message_that_nobody_reads_is_no_crash() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_risu"))
        .args(["dump", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("risu");
    // It waits for its input until both of the others are closed.
    drop(child.stdout.take());
    drop(child.stderr.take());
    drop(child.stdin.take());
    let status = child.wait().expect("its end");
    assert_eq!(status.code(), Some(2), "{status}");
}

#[test]
#[cfg(target_arch = "x86_64")]
fn a_refused_stream_costs_no_earlier_recording() {
    let name = |kind: &str| format!("{}/refused.{kind}", env!("CARGO_TARGET_TMPDIR"));
    let (stream, trace) = (name("stream"), name("trace"));
    let risu = |args: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_risu")).args(args).output().expect("risu").status.code()
    };
    assert_eq!(risu(&["gen", "--count", "10", "-o", &stream]), Some(0));
    fs::write(&trace, "recorded before").expect("a file");
    // Of another processor.
    assert_eq!(risu(&["record", &stream, "-o", &trace]), Some(2));
    assert_eq!(fs::read_to_string(&trace).expect("the file"), "recorded before");
}
