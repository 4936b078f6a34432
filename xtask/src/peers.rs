//! `cargo xtask peers`: the emulators that momonga is measured against.
//!
//! Debian builds them static, so each runs from the folder it is unpacked into.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::apt::Archive;
use crate::built::GUESTS;

/// One release of qemu-user: folder below `target/peers`, Debian release that carries it.
pub(crate) struct Peer {
    /// Name in tables and folder name.
    pub(crate) name: &'static str,
    release: &'static str,
}

/// The peers, oldest first.
pub(crate) const PEERS: [Peer; 2] =
    [Peer { name: "qemu10", release: "trixie" }, Peer { name: "qemu11", release: "sid" }];

/// Where a peer's emulator of a guest, by its name, stands.
pub(crate) fn emulator(root: &Path, peer: &Peer, guest: &str) -> PathBuf {
    let program = format!("usr/bin/qemu-{guest}");
    root.join("target/peers").join(peer.name).join(program)
}

/// Fetches the peers that are not there yet.
///
/// # Errors
///
/// If the package cannot be fetched or unpacked.
pub(crate) fn run(root: &Path) -> Result<()> {
    for peer in &PEERS {
        if GUESTS.iter().all(|guest| emulator(root, peer, guest.name).exists()) {
            continue;
        }
        let folder = root.join("target/peers").join(peer.name);
        fetch(peer, &folder).with_context(|| format!("fetch {}", peer.name))?;
        println!("{}: {}", peer.name, folder.display());
    }
    Ok(())
}

fn fetch(peer: &Peer, folder: &Path) -> Result<()> {
    let database = folder.with_extension("apt");
    let archive = Archive::open(&database, "amd64", peer.release)?;
    archive.unpack_one("qemu-user", folder)?;
    fs::remove_dir_all(&database).context("remove the package lists")
}
