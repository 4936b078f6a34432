//! `cargo xtask hosts`: static `risu` binaries for s390x and aarch64.
//!
//! The compiler is Debian 12's `rustc-web` 1.85 with its standard libraries for the two foreign
//! architectures, unpacked (not installed) below `target/hosts/toolchain`: the cross toolchain
//! then is one fixed version that Debian builds and supports for both hosts, and it keeps the
//! portable crates honest about Rust 1.85.
//! The linkers are Debian's cross compilers (`gcc-s390x-linux-gnu`, `gcc-aarch64-linux-gnu`).

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::apt::Archive;
use crate::shell::{cargo, succeed};

/// Release of `rustc-web` that the portable crates are built with.
const RUST_RELEASE: &str = "1.85";

/// Libraries of the compiler that other releases than Debian 12 may lack.
/// The C library stays the machine's own.
const LIBRARIES: [&str; 9] = [
    "libbsd0",
    "libedit2",
    "libicu72",
    "libllvm19",
    "libmd0",
    "libtinfo6",
    "libxml2",
    "libz3-4",
    "zlib1g",
];

/// One foreign host: Rust target, Debian architecture, linker, folder below `target/hosts`.
struct Host {
    target: &'static str,
    debian_arch: &'static str,
    linker: &'static str,
    folder: &'static str,
}

const HOSTS: [Host; 2] = [
    Host {
        target: "s390x-unknown-linux-gnu",
        debian_arch: "s390x",
        linker: "s390x-linux-gnu-gcc",
        folder: "s390x",
    },
    Host {
        target: "aarch64-unknown-linux-gnu",
        debian_arch: "arm64",
        linker: "aarch64-linux-gnu-gcc",
        folder: "aarch64",
    },
];

/// Builds `target/hosts/{s390x,aarch64}/risu`, fetching the compiler first if it is not there.
///
/// `root` is the workspace root; `only` restricts the build to one folder name.
///
/// # Errors
///
/// If a package or cross linker is missing, or the build fails.
pub(crate) fn run(root: &Path, only: Option<&str>) -> Result<()> {
    let base = root.join("target/hosts");
    let toolchain = ensure_toolchain(&base)?;
    for host in HOSTS.iter().filter(|h| only.is_none_or(|o| o == h.folder)) {
        build(root, &base, &toolchain, host)?;
    }
    Ok(())
}

/// Returns the root of the unpacked compiler, made ready if needed.
pub(crate) fn ensure_toolchain(base: &Path) -> Result<PathBuf> {
    let toolchain = base.join("toolchain");
    let ready = toolchain.join("ready");
    if ready.exists() {
        return Ok(toolchain);
    }
    let std_dev = format!("libstd-rust-web-dev={RUST_RELEASE}*");
    let compiler = [
        format!("rustc-web={RUST_RELEASE}*"),
        format!("libstd-rust-web-{RUST_RELEASE}={RUST_RELEASE}*"),
        std_dev.clone(),
    ];
    let compiler: Vec<&str> = compiler.iter().map(String::as_str).chain(LIBRARIES).collect();
    fetch(base, "amd64", &compiler, &toolchain)?;
    for host in &HOSTS {
        fetch(base, host.debian_arch, &[&std_dev], &toolchain)?;
    }
    fs::write(&ready, RUST_RELEASE).context("mark the compiler as unpacked")?;
    Ok(toolchain)
}

/// Unpacks packages of one architecture, without what they depend on, into `to`.
fn fetch(base: &Path, arch: &'static str, packages: &[&str], to: &Path) -> Result<()> {
    let database = base.join(format!("{arch}.apt"));
    let archive = Archive::open(&database, arch, "bookworm")?;
    for package in packages {
        archive.unpack_one(package, to).with_context(|| format!("fetch {package} for {arch}"))?;
    }
    fs::remove_dir_all(&database).context("remove the package lists")
}

/// Compiles `risu/cli` for one host and copies the binary to its place.
fn build(root: &Path, base: &Path, toolchain: &Path, host: &Host) -> Result<()> {
    let build_dir = base.join("build");
    let variable = host.target.to_uppercase().replace('-', "_");
    succeed(
        cargo()
            .args(["build", "--release", "--locked", "-p", "risu", "--target", host.target])
            .current_dir(root)
            .env("RUSTC", toolchain.join("usr/bin/rustc"))
            .env("LD_LIBRARY_PATH", toolchain.join("usr/lib/x86_64-linux-gnu"))
            .env("CARGO_TARGET_DIR", &build_dir)
            .env(format!("CARGO_TARGET_{variable}_LINKER"), host.linker)
            .env(format!("CARGO_TARGET_{variable}_RUSTFLAGS"), "-C target-feature=+crt-static")
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS"),
    )
    .with_context(|| format!("build risu for {}", host.folder))?;
    let to = base.join(host.folder);
    fs::create_dir_all(&to).with_context(|| format!("create {}", to.display()))?;
    let from = build_dir.join(host.target).join("release/risu");
    fs::copy(&from, to.join("risu")).with_context(|| format!("copy {}", from.display()))?;
    Ok(())
}
