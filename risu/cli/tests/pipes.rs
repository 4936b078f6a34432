//! What happens when nobody listens any more.

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
