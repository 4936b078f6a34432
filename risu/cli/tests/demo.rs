//! `risu demo` agrees, and its tiny guest program can add.
#![cfg(target_arch = "x86_64")]

use std::process::Command;

#[test]
fn demo_agrees_and_runs_a_program() {
    for guest in ["s390x", "aarch64"] {
        check(guest);
    }
}

fn check(guest: &str) {
    let demo = ["demo", "--count", "2000", "--guest", guest];
    let output = Command::new(env!("CARGO_BIN_EXE_risu")).args(demo).output().expect("run risu");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    assert!(text.contains("verdict: AGREE\n"), "{text}");
    let program = format!("prints: hello from {guest}, 1 + 2 + ... + 100 = 5050\n");
    assert!(text.ends_with(&program), "{text}");
}
