//! The GNU disassemblers that ours is compared with: those of Debian 12, binutils 2.40.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The texts of the instructions of an image at address 0, by address, as the objdump of `prefix` reads it with `options`.
/// `file` is a name for the image that no other test uses.
pub(crate) fn listing(
    prefix: &str,
    options: &[&str],
    image: &[u8],
    file: &str,
) -> BTreeMap<u64, String> {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(file);
    std::fs::write(&path, image).expect("the target's temporary directory is writable");
    let mut command = objdump(prefix);
    command.args(["-D", "-z", "-w", "-b", "binary"]).args(options).arg(&path);
    let output = command.output().expect("objdump runs (Debian: binutils-*-linux-gnu)");
    let text = String::from_utf8(output.stdout).expect("objdump prints UTF-8");
    text.lines().filter_map(parse_line).collect()
}

/// `  1f0:<tab>18 11  <tab>lr<tab>%r1,%r1`
fn parse_line(line: &str) -> Option<(u64, String)> {
    let (address, rest) = line.split_once(":\t")?;
    let (_, text) = rest.split_once('\t')?;
    Some((u64::from_str_radix(address.trim(), 16).ok()?, text.trim_end().to_string()))
}

/// What differs, by row: ours and theirs of some words.
#[derive(Default)]
pub(crate) struct Differences(BTreeMap<String, Vec<String>>);

impl Differences {
    pub(crate) fn note(&mut self, row: &str, word: u64, ours: &str, theirs: &str) {
        let line = format!("{word:08x}: {ours} | {theirs}");
        self.0.entry(row.to_owned()).or_default().push(line);
    }

    /// Fails with some words of each row if there are any.
    pub(crate) fn report(&self) {
        let some = |list: &Vec<String>| list[..list.len().min(4)].join("\n    ");
        let lines: Vec<String> = self
            .0
            .iter()
            .map(|(row, list)| format!("{row}: {}: {}", list.len(), some(list)))
            .collect();
        assert!(lines.is_empty(), "{} rows differ:\n{}", lines.len(), lines.join("\n"));
    }
}

/// objdump for a target, by the prefix of its tools: that of the root that `cargo xtask guests` unpacks, else the host's
/// own. Later versions print some extended mnemonics in other ways.
fn objdump(prefix: &str) -> Command {
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
