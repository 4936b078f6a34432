//! `cargo xtask guests`: the programs that the program tests and benchmarks run.
//!
//! `target/guests/s390x` and `target/guests/amd64` hold the same packages of Debian 12 for both
//! architectures, and in `opt/programs` the programs of `tests/programs/guest`, compiled for each.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result};

use crate::apt::Archive;
use crate::built;

/// The release whose programs must run.
const RELEASE: &str = "bookworm";

/// Programs for both architectures; their libraries come along.
const PROGRAMS: [&str; 36] = [
    "base-files",
    "base-passwd",
    "bash",
    "bc",
    "busybox-static",
    "bzip2",
    "coreutils",
    "cpp-12",
    "dash",
    "dc",
    "diffutils",
    "file",
    "findutils",
    "gawk",
    "gcc-12",
    "grep",
    "gzip",
    "hostname",
    "jq",
    "libc-bin",
    "libc6-dev",
    "libpython3.11-testsuite",
    "lua5.4",
    "m4",
    "mawk",
    "ncurses-base",
    "openssl",
    "perl",
    "python3",
    "ripgrep",
    "sed",
    "sqlite3",
    "tar",
    "util-linux",
    "xz-utils",
    "zstd",
];

/// The compiler that makes on amd64 what the guest's own compiler makes on s390x.
const CROSS_COMPILER: &str = "gcc-12-s390x-linux-gnu";

/// Files that installation scripts would have made.
const CONFIGURED: [(&str, &str); 2] = [
    ("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n"),
    ("etc/group", "root:x:0:\nnogroup:x:65534:\n"),
];

/// Folders at the top that are links into `usr`, as in an installed system.
const MERGED: [&str; 4] = ["bin", "lib", "lib64", "sbin"];

/// Folders of the host that a program started with `-L` must see rather than empty ones.
const HOST_FOLDERS: [&str; 6] = ["dev", "home", "proc", "run", "sys", "tmp"];

/// Fetches both roots if they are not there or not of these packages, and builds our own programs.
///
/// # Errors
///
/// If a package cannot be fetched or a program cannot be built.
pub(crate) fn run(root: &Path) -> Result<()> {
    let guests = root.join("target/guests");
    for arch in ["s390x", "amd64"] {
        ensure(&guests, arch).with_context(|| format!("prepare the {arch} programs"))?;
    }
    for folder in HOST_FOLDERS {
        let folder = guests.join("s390x").join(folder);
        if folder.exists() {
            fs::remove_dir(&folder).with_context(|| format!("remove {}", folder.display()))?;
        }
    }
    built::run(root)
}

fn ensure(guests: &Path, arch: &'static str) -> Result<()> {
    let mut packages = PROGRAMS.to_vec();
    if arch == "amd64" {
        packages.push(CROSS_COMPILER);
    }
    let stamp = guests.join(format!("{arch}.packages"));
    let wanted = packages.join("\n");
    if fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    let root = guests.join(arch);
    if root.exists() {
        fs::remove_dir_all(&root).context("remove the old root")?;
    }
    for name in MERGED {
        fs::create_dir_all(root.join("usr").join(name))?;
        symlink(Path::new("usr").join(name), root.join(name))?;
    }
    let database = guests.join(format!("{arch}.apt"));
    Archive::open(&database, arch, RELEASE)?.unpack_closure(&packages, &root)?;
    configure(&root)?;
    fs::remove_dir_all(&database).context("remove the package lists")?;
    fs::write(&stamp, wanted)?;
    println!("{arch}: {}", root.display());
    Ok(())
}

/// Does what the installation scripts of the packages would do, as far as programs need it.
fn configure(root: &Path) -> Result<()> {
    for (path, text) in CONFIGURED {
        fs::write(root.join(path), text).with_context(|| format!("write {path}"))?;
    }
    symlink("mawk", root.join("usr/bin/awk")).context("link awk")
}
