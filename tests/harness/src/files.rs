//! Files that hold what a test expects.
//!
//! A test says how the whole file should read. With `BLESS=1` in the environment a file that does not is rewritten.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// The path of a file of the repository.
#[must_use]
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Checks each file of the folder `tests/filetests/<name>`: `should_be` makes of its path and text how it should read.
///
/// # Panics
/// If one reads otherwise, or if there are none.
pub fn check_folder(name: &str, should_be: impl Fn(&Path, &str) -> String) {
    let folder = repository("tests/filetests").join(name);
    let entries = fs::read_dir(&folder).expect("the folder of file tests");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "no file in {}", folder.display());
    let mut wrong = String::new();
    for path in &paths {
        let is = fs::read_to_string(path).expect("a text");
        wrong += &compare(path, &is, &should_be(path, &is));
    }
    assert!(wrong.is_empty(), "{wrong}BLESS=1 accepts what is found: read the difference");
}

/// Checks that a file of the repository, which may be missing, reads as it should.
///
/// # Panics
/// If it does not.
pub fn check_file(path: &str, should_be: &str) {
    let path = repository(path);
    let is = fs::read_to_string(&path).unwrap_or_default();
    let wrong = compare(&path, &is, should_be);
    assert!(wrong.is_empty(), "{wrong}BLESS=1 rewrites it");
}

/// What is wrong with a file: nothing if it is rewritten.
fn compare(path: &Path, is: &str, should_be: &str) -> String {
    let mut wrong = String::new();
    if is == should_be {
        return wrong;
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, should_be).expect("a file that can be written");
        return wrong;
    }
    let differ = is.lines().zip(should_be.lines()).position(|(a, b)| a != b);
    let line = differ.unwrap_or(is.lines().count().min(should_be.lines().count())) + 1;
    writeln!(wrong, "{}:{line}: should read from here on:", path.display()).expect("a string");
    for text in should_be.lines().skip(line - 1).take(40) {
        writeln!(wrong, "{text}").expect("a string");
    }
    wrong
}
