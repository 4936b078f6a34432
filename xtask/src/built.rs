//! The programs of `tests/programs/guest`, `tests/programs/aarch64` and `tests/litmus`, compiled into
//! `target/guests/{s390x,aarch64,amd64}/opt/programs`.
//!
//! Of the first folder only the compiler differs; sources and options are the same. What is in the others is about A64.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::apt::Archive;
use crate::hosts;
use crate::shell::succeed;

/// Debian packages of the Go compiler, which needs no cross variant.
const GO_PACKAGES: [&str; 1] = ["golang-1.19-go"];

/// One architecture to compile for, by the names its compilers know it under.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    /// Folder below `target/guests`; for a guest the name that momonga gives it.
    pub(crate) name: &'static str,
    /// Debian's name of the architecture.
    pub(crate) debian: &'static str,
    /// Debian's name of the folder with its libraries.
    pub(crate) triplet: &'static str,
    /// Prefix of the GNU compilers.
    pub(crate) gnu: &'static str,
    go: &'static str,
    rust: &'static str,
}

/// The guests.
pub(crate) const GUESTS: [Target; 2] = [
    Target {
        name: "s390x",
        debian: "s390x",
        triplet: "s390x-linux-gnu",
        gnu: "s390x-linux-gnu-",
        go: "s390x",
        rust: "s390x-unknown-linux-gnu",
    },
    Target {
        name: "aarch64",
        debian: "arm64",
        triplet: "aarch64-linux-gnu",
        gnu: "aarch64-linux-gnu-",
        go: "arm64",
        rust: "aarch64-unknown-linux-gnu",
    },
];

/// The names of the guests, for options.
pub(crate) const NAMES: [&str; 2] = [GUESTS[0].name, GUESTS[1].name];

/// This machine.
pub(crate) const NATIVE: Target = Target {
    name: "amd64",
    debian: "amd64",
    triplet: "x86_64-linux-gnu",
    gnu: "",
    go: "amd64",
    rust: "x86_64-unknown-linux-gnu",
};

/// All of them.
pub(crate) fn targets() -> impl Iterator<Item = Target> {
    GUESTS.into_iter().chain([NATIVE])
}

/// Compiles what is missing or older than its source.
///
/// # Errors
///
/// If a compiler is missing or refuses a program.
pub(crate) fn run(root: &Path) -> Result<()> {
    let sources = root.join("tests/programs/guest");
    for target in targets() {
        let out = root.join("target/guests").join(target.name).join("opt/programs");
        fs::create_dir_all(&out).with_context(|| format!("create {}", out.display()))?;
        for entry in fs::read_dir(&sources).context("list tests/programs/guest")? {
            let source = entry?.path();
            compile(root, target, &source, &out)
                .with_context(|| format!("compile {} for {}", source.display(), target.name))?;
        }
    }
    of_aarch64(root)
}

/// Programs for aarch64 alone, and the options each is compiled with.
const OF_AARCH64: [(&str, &str, &[&str]); 9] = [
    ("tests/litmus/aarch64.c", "litmus", &["-static"]),
    ("tests/programs/aarch64/flush.c", "a64_flush", &["-static"]),
    ("tests/programs/aarch64/lse2.c", "a64_lse2", &["-static"]),
    ("tests/programs/aarch64/mops.c", "a64_mops", &["-static"]),
    ("tests/programs/aarch64/netlink.c", "a64_netlink", &["-static"]),
    ("tests/programs/aarch64/random.c", "a64_random", &["-static"]),
    ("tests/programs/aarch64/robust.c", "a64_robust", &["-static"]),
    ("tests/programs/aarch64/bti.c", "a64_bti", &["-static"]),
    (
        "tests/programs/aarch64/bti_static.c",
        "a64_bti_static",
        &["-static", "-nostdlib", "-mbranch-protection=standard"],
    ),
];

fn of_aarch64(root: &Path) -> Result<()> {
    let out = root.join("target/guests/aarch64/opt/programs");
    for (source, name, options) in OF_AARCH64 {
        let options = [&["-march=armv8.5-a"], options].concat();
        gnu(root, GUESTS[1], "gcc", &options, &root.join(source), &out.join(name))?;
    }
    Ok(())
}

fn compile(root: &Path, target: Target, source: &Path, out: &Path) -> Result<()> {
    let stem = source.file_stem().unwrap_or_default().to_string_lossy();
    let program = out.join(&*stem);
    match source.extension().and_then(|e| e.to_str()) {
        Some("c") => gnu(root, target, "gcc", &["-static"], source, &program),
        Some("cpp") => {
            gnu(root, target, "g++", &["-static"], source, &program)?;
            gnu(root, target, "g++", &[], source, &out.join(format!("{stem}_dynamic")))
        }
        Some("go") => go(root, target, source, &program),
        Some("rs") => rust(root, target, source, &program),
        _ => bail!("no compiler for this kind of file"),
    }
}

/// Compiles one C or C++ file, unless the program is up to date.
///
/// # Errors
///
/// If the compiler is missing or refuses the program.
pub(crate) fn gnu(
    root: &Path,
    target: Target,
    tool: &str,
    options: &[&str],
    source: &Path,
    to: &Path,
) -> Result<()> {
    if is_fresh(source, to) {
        return Ok(());
    }
    let mut command = Command::new(compiler(root, target, tool)?);
    command.args(["-O2", "-pthread", "-Wall"]).args(options);
    succeed(command.arg("-o").arg(to).arg(source).arg("-lm"))
}

/// A script that runs a GNU compiler of Debian's in the amd64 root, with the workspace where it is.
///
/// So all hosts compile with the same compilers and libraries. Those of Ubuntu, for one, make s390x
/// programs that need the vector facility.
fn compiler(root: &Path, target: Target, tool: &str) -> Result<PathBuf> {
    let guests = root.join("target/guests").canonicalize().context("no target/guests")?;
    let script = guests.join(format!("{}{tool}", target.gnu));
    let hosts = root.join("target/hosts");
    let hosts = hosts.canonicalize().unwrap_or(hosts);
    let enter = root.join("tests/programs/enter.sh");
    let (root, enter) = (root.display(), enter.display());
    let (guests, hosts) = (guests.display(), hosts.display());
    let text = format!(
        "#!/bin/sh\n\
         exec {enter} {guests}/amd64 \"$PWD\" '/dev /proc /sys /tmp {root} {guests} {hosts}' \\\n    \
         {gnu}{tool}-12 \"$@\"\n",
        gnu = target.gnu,
    );
    if !fs::read_to_string(&script).is_ok_and(|have| have == text) {
        fs::write(&script, text).with_context(|| format!("write {}", script.display()))?;
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755))?;
    }
    Ok(script)
}

fn go(root: &Path, target: Target, source: &Path, to: &Path) -> Result<()> {
    if is_fresh(source, to) {
        return Ok(());
    }
    let tools = root.join("target/guests/go");
    let goroot = tools.join("usr/lib/go-1.19");
    if !goroot.join("bin/go").exists() {
        fetch_go(&tools)?;
    }
    succeed(
        Command::new(goroot.join("bin/go"))
            .args(["build", "-trimpath", "-o"])
            .arg(to)
            .arg(source)
            .env("GOROOT", &goroot)
            .env("GOARCH", target.go)
            .env("GOOS", "linux")
            .env("CGO_ENABLED", "0")
            .env("GOFLAGS", "-mod=mod")
            .env("GO111MODULE", "off")
            .env("GOPROXY", "off")
            .env("GOCACHE", tools.join("cache"))
            .env("GOPATH", tools.join("path")),
    )
}

/// Unpacks the Go compiler into a new folder, which gets its name when it is whole.
fn fetch_go(tools: &Path) -> Result<()> {
    let (fresh, database) = (tools.with_extension("new"), tools.with_extension("apt"));
    if fresh.exists() {
        fs::remove_dir_all(&fresh).context("remove what was begun")?;
    }
    Archive::open(&database, "amd64", "bookworm")?.unpack_closure(&GO_PACKAGES, &fresh)?;
    fs::remove_dir_all(&database).context("remove the package lists")?;
    if tools.exists() {
        fs::remove_dir_all(tools).context("remove what is left of an older one")?;
    }
    fs::rename(&fresh, tools).context("put the Go compiler in its place")
}

fn rust(root: &Path, target: Target, source: &Path, to: &Path) -> Result<()> {
    if is_fresh(source, to) {
        return Ok(());
    }
    let toolchain = hosts::ensure_toolchain(&root.join("target/hosts"))?;
    let linker = compiler(root, target, "gcc")?;
    succeed(
        Command::new(toolchain.join("usr/bin/rustc"))
            .env("LD_LIBRARY_PATH", toolchain.join("usr/lib/x86_64-linux-gnu"))
            .args(["--edition=2021", "-O", "-Cstrip=debuginfo", "-Ctarget-feature=+crt-static"])
            .args(["--target", target.rust, "-C", &format!("linker={}", linker.display()), "-o"])
            .arg(to)
            .arg(source),
    )
}

/// Whether `product` is there and not older than `source`.
pub(crate) fn is_fresh(source: &Path, product: &Path) -> bool {
    let changed = |path: &Path| -> Option<SystemTime> { path.metadata().ok()?.modified().ok() };
    matches!((changed(source), changed(product)), (Some(old), Some(new)) if old <= new)
}
