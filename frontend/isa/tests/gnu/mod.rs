//! The GNU disassemblers that ours is compared with: those of Debian 12, binutils 2.40.

use std::path::Path;
use std::process::Command;

/// objdump for a target, by the prefix of its tools: that of the root that `cargo xtask guests` unpacks, else the host's
/// own. Later versions print some extended mnemonics in other ways.
pub(crate) fn objdump(prefix: &str) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/guests/amd64");
    let program = root.join(format!("usr/bin/{prefix}objdump"));
    if !program.exists() {
        return Command::new(format!("{prefix}objdump"));
    }
    // With the loader and the libraries of that root, so that it runs whatever the host's are.
    let mut command = Command::new(root.join("lib64/ld-linux-x86-64.so.2"));
    command.arg("--library-path").arg(root.join("usr/lib/x86_64-linux-gnu")).arg(program);
    command
}
