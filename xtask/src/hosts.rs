//! `cargo xtask hosts`: static `risu` binaries for s390x and aarch64.
//!
//! The compiler is Debian 12's `rustc-web` 1.85 with its standard libraries for the two foreign
//! architectures, unpacked (not installed) below `target/hosts/toolchain`: the cross toolchain
//! then is one fixed version that Debian builds and supports for both hosts, and it keeps the
//! portable crates honest about Rust 1.85.
//! The linkers are Debian's cross compilers (`gcc-s390x-linux-gnu`, `gcc-aarch64-linux-gnu`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Release of `rustc-web` that the portable crates are built with.
const RUST_RELEASE: &str = "1.85";

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
    let debs = base.join("debs");
    fs::create_dir_all(&debs).with_context(|| format!("create {}", debs.display()))?;
    fs::create_dir_all(&toolchain).with_context(|| format!("create {}", toolchain.display()))?;
    download(&debs)?;
    for entry in fs::read_dir(&debs)? {
        let deb = entry?.path();
        if deb.extension().is_some_and(|e| e == "deb") {
            succeed(Command::new("dpkg").arg("-x").arg(&deb).arg(&toolchain))?;
        }
    }
    fs::write(&ready, RUST_RELEASE).context("mark the compiler as unpacked")?;
    Ok(toolchain)
}

/// Fetches the packages with the ordinary client of the package manager.
fn download(debs: &Path) -> Result<()> {
    let version = version_of("rustc-web", RUST_RELEASE)?;
    let std_dev = "libstd-rust-web-dev";
    let mut packages = vec![
        format!("rustc-web={version}"),
        format!("libstd-rust-web-{RUST_RELEASE}={version}"),
        format!("{std_dev}={version}"),
        "libllvm19".to_owned(),
    ];
    packages.extend(HOSTS.iter().map(|h| format!("{std_dev}:{}={version}", h.debian_arch)));
    succeed(Command::new("apt-get").arg("download").args(&packages).current_dir(debs)).context(
        "download rustc-web (needs `dpkg --add-architecture s390x`, \
         `dpkg --add-architecture arm64` and `apt-get update`, as root)",
    )
}

/// Finds the version of `package` that starts with `release` in the package lists.
fn version_of(package: &str, release: &str) -> Result<String> {
    let out = Command::new("apt-cache").args(["madison", package]).output();
    let out = out.context("run apt-cache (cargo xtask hosts needs Debian 12)")?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let versions = text.lines().filter_map(|line| line.split('|').nth(1)).map(str::trim);
    match versions.into_iter().find(|v| v.starts_with(&format!("{release}."))) {
        Some(version) => Ok(version.to_owned()),
        None => bail!("no {package} {release} in the package lists; add Debian 12 and update"),
    }
}

/// Compiles `risu/cli` for one host and copies the binary to its place.
fn build(root: &Path, base: &Path, toolchain: &Path, host: &Host) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let build_dir = base.join("build");
    let variable = host.target.to_uppercase().replace('-', "_");
    succeed(
        Command::new(cargo)
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

/// Runs a command to its end and turns a bad exit status into an error.
fn succeed(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("run {name}"))?;
    if !status.success() {
        bail!("{name} failed ({status})");
    }
    Ok(())
}
