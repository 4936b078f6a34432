//! Debian packages unpacked into folders, without installing them and without root.
//!
//! Each folder gets a private package database for one architecture, whose list of installed
//! packages is empty: asking apt to install a few programs then names their whole closure of
//! dependencies, for an architecture that the machine itself need not know.
//! The mirror is the one this machine already uses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::shell::{PAUSES_S, capture, persistently, succeed};

/// Keyring of the Debian archive (package `debian-archive-keyring`).
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// The program `debootstrap`, a shell script, which knows the default mirror; for hosts that are
/// not Debian.
const DEBOOTSTRAP: &str = "/usr/sbin/debootstrap";

/// What of packages is not unpacked, as patterns of `tar`: a quarter of all that would otherwise be kept.
///
/// Documentation and translations, link-time optimization, sanitizers, a second linker, what only compiling Java or Rust
/// tests needs, and of the Go compiler its own archives and tests.
const LEFT_OUT: [&str; 17] = [
    "./usr/share/doc",
    "./usr/share/info",
    "./usr/share/lintian",
    "./usr/share/locale",
    "./usr/share/man",
    "*/lto1",
    "*-lto-dump-12",
    "*/lib*san.so*",
    "*/lib*san.a",
    "*/lib*san_preinit.o",
    "*-ld.gold",
    "*-dwp",
    "*/lib/ct.sym",
    "*-unknown-linux-gnu/lib/libtest-*",
    "./usr/lib/go-*/pkg/linux_amd64/cmd",
    "./usr/share/go-*/api",
    "./usr/share/go-*/test",
];

/// Options of all calls of apt: downloads are tried again, and a package manager that is at work is waited for, in seconds.
const PATIENT: [&str; 2] = ["Acquire::Retries=5", "DPkg::Lock::Timeout=300"];

/// A tool of apt, patient.
pub(crate) fn tool(name: &str) -> Command {
    let mut command = Command::new(name);
    command.args(PATIENT.iter().flat_map(|option| ["-o", option]));
    command
}

/// A private package database for one architecture and one release.
pub(crate) struct Archive {
    dir: PathBuf,
    arch: &'static str,
}

impl Archive {
    /// Opens the database in `dir`, for packages of `arch` (a Debian name) of `release` (a code
    /// name), and reads the package lists.
    ///
    /// # Errors
    ///
    /// If no Debian mirror is known or it does not answer.
    pub(crate) fn open(dir: &Path, arch: &'static str, release: &str) -> Result<Archive> {
        for sub in ["state/lists/partial", "cache/archives/partial"] {
            let sub = dir.join(sub);
            fs::create_dir_all(&sub).with_context(|| format!("create {}", sub.display()))?;
        }
        fs::write(dir.join("status"), "")?;
        fs::write(dir.join("debian.sources"), sources(release)?)?;
        let archive = Archive { dir: dir.to_owned(), arch };
        persistently("read package lists", &PAUSES_S, || archive.update())?;
        Ok(archive)
    }

    /// Downloads `packages` with all they depend on and unpacks them into `root`.
    ///
    /// Absolute symbolic links are made relative, so that they hold below `root`.
    ///
    /// # Errors
    ///
    /// If a package does not exist, cannot be fetched, or cannot be unpacked.
    pub(crate) fn unpack_closure(&self, packages: &[&str], root: &Path) -> Result<()> {
        let mut args = vec!["install", "--download-only", "--no-install-recommends"];
        args.extend(packages);
        self.download(&args)?;
        self.unpack_cached(root)?;
        relink(root, root)
    }

    /// Downloads one package alone and unpacks it into `root`.
    ///
    /// # Errors
    ///
    /// As [`Archive::unpack_closure`].
    pub(crate) fn unpack_one(&self, package: &str, root: &Path) -> Result<()> {
        self.download(&["download", package])?;
        self.unpack_cached(root)
    }

    fn unpack_cached(&self, root: &Path) -> Result<()> {
        fs::create_dir_all(root).with_context(|| format!("create {}", root.display()))?;
        for entry in fs::read_dir(self.cache())? {
            let deb = entry?.path();
            if deb.extension().is_some_and(|e| e == "deb") {
                extract(&deb, root).with_context(|| format!("unpack {}", deb.display()))?;
                fs::remove_file(&deb)?;
            }
        }
        Ok(())
    }

    /// Has apt download packages; if it cannot, the mirror may have others by now.
    fn download(&self, args: &[&str]) -> Result<()> {
        let reread = |_: &anyhow::Error| {
            if let Err(error) = self.update() {
                println!("read package lists: {error:#}");
            }
        };
        persistently("download packages", &PAUSES_S, || self.apt_get(args).inspect_err(reread))
    }

    /// Reads the package lists, all of them: as it is, apt is content with some.
    fn update(&self) -> Result<()> {
        self.apt_get(&["-o", "APT::Update::Error-Mode=any", "update"])
    }

    fn apt_get(&self, args: &[&str]) -> Result<()> {
        let mut command = self.apt("apt-get");
        command.args(["-q", "-y"]).args(args).current_dir(self.cache());
        capture(&mut command).map(drop)
    }

    /// Where downloaded packages are.
    fn cache(&self) -> PathBuf {
        self.dir.join("cache/archives")
    }

    fn apt(&self, name: &str) -> Command {
        let dir = self.dir.display();
        let mut command = tool(name);
        for option in [
            format!("Dir::Etc::sourcelist={dir}/debian.sources"),
            format!("Dir::Etc::sourceparts={dir}/none"),
            format!("Dir::State={dir}/state"),
            format!("Dir::State::status={dir}/status"),
            format!("Dir::Cache={dir}/cache"),
            format!("APT::Architecture={}", self.arch),
            format!("APT::Architectures={}", self.arch),
            "APT::Sandbox::User=root".to_owned(),
            "Acquire::Languages=none".to_owned(),
        ] {
            command.arg("-o").arg(option);
        }
        command
    }
}

/// Unpacks one package; links to folders that are already there stay.
fn extract(deb: &Path, root: &Path) -> Result<()> {
    let mut tar = Command::new("dpkg-deb");
    let mut tar = tar.arg("--fsys-tarfile").arg(deb).stdout(Stdio::piped()).spawn()?;
    let stream = tar.stdout.take().context("no output of dpkg-deb")?;
    let mut command = Command::new("tar");
    command.args(["--extract", "--keep-directory-symlink", "--wildcards"]);
    command.args(LEFT_OUT.map(|pattern| format!("--exclude={pattern}")));
    succeed(command.arg("--directory").arg(root).stdin(stream))?;
    ensure!(tar.wait()?.success(), "dpkg-deb failed");
    Ok(())
}

/// The sources file for one release, with its updates where the mirror is known to have them.
fn sources(release: &str) -> Result<String> {
    let known = configured_mirrors();
    let find = |name: &str| known.iter().find(|uri| uri.split('/').any(|part| part == name));
    let main = find("debian").or_else(|| known.last());
    let main = main.with_context(|| {
        format!("no Debian mirror in /etc/apt, and no {DEBOOTSTRAP} (apt-get install debootstrap)")
    })?;
    let mut text = source(main, release);
    if release != "sid" {
        text.push_str(&source(main, &format!("{release}-updates")));
        if let Some(security) = find("debian-security") {
            text.push_str(&source(security, &format!("{release}-security")));
        }
    }
    Ok(text)
}

fn source(uri: &str, suite: &str) -> String {
    format!("Types: deb\nURIs: {uri}\nSuites: {suite}\nComponents: main\nSigned-By: {KEYRING}\n\n")
}

/// The Debian mirrors in the sources of this machine, then the default of `debootstrap`.
fn configured_mirrors() -> Vec<String> {
    let parts = fs::read_dir("/etc/apt/sources.list.d").into_iter().flatten().flatten();
    let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
    files.extend(parts.map(|entry| entry.path()).filter(|path| {
        path.extension().is_some_and(|extension| extension == "list" || extension == "sources")
    }));
    files.push(PathBuf::from(DEBOOTSTRAP));
    files.sort_by_key(|path| path.as_path() == Path::new(DEBOOTSTRAP));
    let texts = files.iter().filter_map(|path| fs::read_to_string(path).ok());
    texts.flat_map(|text| mirrors_in(&text)).collect()
}

/// Every Debian address in a sources file or script, comments left out.
fn mirrors_in(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let words = lines.flat_map(str::split_whitespace);
    let debian = |word: &&str| {
        word.contains("://") && word.split('/').any(|part| part.starts_with("debian"))
    };
    let words = words.map(unquoted).filter(debian);
    words.map(|word| word.trim_end_matches('/').to_owned()).collect()
}

/// The value of a shell assignment `NAME="value"`, or the word as it is.
fn unquoted(word: &str) -> &str {
    word.split('"').nth(1).unwrap_or(word)
}

/// Makes absolute symbolic links below `dir` relative to their place below `root`.
fn relink(root: &Path, dir: &Path) -> Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("list {}", dir.display()))? {
        let entry = entry?;
        let path = entry.path();
        let kind = entry.file_type()?;
        if kind.is_dir() {
            relink(root, &path)?;
        } else if kind.is_symlink()
            && let Ok(inner) = fs::read_link(&path)?.strip_prefix("/")
        {
            let depth = path.strip_prefix(root)?.components().count().saturating_sub(1);
            let up: PathBuf = std::iter::repeat_n("..", depth).collect();
            fs::remove_file(&path)?;
            std::os::unix::fs::symlink(up.join(inner), &path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mirrors_are_found_in_both_notations() {
        let deb822 = "Types: deb\n# URIs: http://old.example/debian\nURIs: http://a.example/debian";
        let one_line = "deb [arch=amd64] https://b.example/debian-security bookworm-security main";
        assert_eq!(mirrors_in(deb822), ["http://a.example/debian"]);
        assert_eq!(mirrors_in(one_line), ["https://b.example/debian-security"]);
        let script = "DEF_MIRROR=\"http://d.example/debian\"";
        assert_eq!(mirrors_in(script), ["http://d.example/debian"]);
        assert!(mirrors_in("deb http://c.example/ubuntu noble main").is_empty());
    }
}
