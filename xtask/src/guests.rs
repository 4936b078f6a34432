//! `cargo xtask guests`: the programs that the program tests and benchmarks run.
//!
//! `target/guests/{s390x,aarch64,amd64}` hold the same packages of Debian 12 for each architecture,
//! and in `opt/programs` the programs of `tests/programs/guest`, compiled for it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result};

use crate::apt::Archive;
use crate::built::{self, GUESTS, NATIVE, Target, targets};

/// The release whose programs must run.
const RELEASE: &str = "bookworm";

/// Programs for every architecture; their libraries come along.
const PROGRAMS: [&str; 38] = [
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
    "default-jre-headless",
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
    "nodejs",
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

/// Files that installation scripts would have made.
const CONFIGURED: [(&str, &str); 3] = [
    ("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n"),
    ("etc/group", "root:x:0:\nnogroup:x:65534:\n"),
    // The number of gethostid, the same in both byte orders. Without, the C library asks the network.
    ("etc/hostid", "****"),
];

/// Folders at the top that are links into `usr`, as in an installed system.
const MERGED: [&str; 4] = ["bin", "lib", "lib64", "sbin"];

/// Folders of the host that a program started with `-L` must see rather than empty ones.
const HOST_FOLDERS: [&str; 6] = ["dev", "home", "proc", "run", "sys", "tmp"];

/// The compilers that make on this machine what the guest's own compilers make on the guest.
fn cross_compiler(guest: &Target) -> String {
    format!("g++-12-{}", guest.triplet)
}

/// Fetches the roots that are not there or not of these packages, and builds our own programs.
///
/// # Errors
///
/// If a package cannot be fetched or a program cannot be built.
pub(crate) fn run(root: &Path) -> Result<()> {
    let guests = root.join("target/guests");
    for target in targets() {
        ensure(&guests, &target)
            .and_then(|()| configure(&guests.join(target.name)))
            .with_context(|| format!("prepare the {} programs", target.name))?;
    }
    for guest in GUESTS {
        for folder in HOST_FOLDERS {
            let folder = guests.join(guest.name).join(folder);
            if folder.exists() {
                fs::remove_dir(&folder).with_context(|| format!("remove {}", folder.display()))?;
            }
        }
    }
    built::run(root)
}

fn ensure(guests: &Path, target: &Target) -> Result<()> {
    let mut packages = PROGRAMS.map(str::to_owned).to_vec();
    if target.name == NATIVE.name {
        packages.push("g++-12".to_owned());
        packages.extend(GUESTS.iter().map(cross_compiler));
    }
    let stamp = guests.join(format!("{}.packages", target.name));
    let wanted = packages.join("\n");
    if fs::read_to_string(&stamp).is_ok_and(|have| have == wanted) {
        return Ok(());
    }
    let root = guests.join(target.name);
    unpack(guests, target, &packages).context("unpack the packages")?;
    fs::write(&stamp, wanted)?;
    println!("{}: {}", target.name, root.display());
    Ok(())
}

/// Unpacks into a new folder, which takes the place of the old one when it is whole.
fn unpack(guests: &Path, target: &Target, packages: &[String]) -> Result<()> {
    let root = guests.join(format!("{}.new", target.name));
    if root.exists() {
        fs::remove_dir_all(&root).context("remove what was begun")?;
    }
    for name in MERGED {
        fs::create_dir_all(root.join("usr").join(name))?;
        symlink(Path::new("usr").join(name), root.join(name))?;
    }
    let database = guests.join(format!("{}.apt", target.name));
    let names: Vec<&str> = packages.iter().map(String::as_str).collect();
    Archive::open(&database, target.debian, RELEASE)?.unpack_closure(&names, &root)?;
    fs::remove_dir_all(&database).context("remove the package lists")?;
    let place = guests.join(target.name);
    if place.exists() {
        fs::remove_dir_all(&place).context("remove the old root")?;
    }
    fs::rename(&root, &place).context("put the new root in its place")
}

/// Does what the installation scripts of the packages would do, as far as programs need it.
fn configure(root: &Path) -> Result<()> {
    for (path, text) in CONFIGURED {
        let file = root.join(path);
        if !fs::read_to_string(&file).is_ok_and(|have| have == text) {
            fs::write(&file, text).with_context(|| format!("write {path}"))?;
        }
    }
    let awk = root.join("usr/bin/awk");
    if awk.is_symlink() {
        return Ok(());
    }
    symlink("mawk", awk).context("link awk")
}
