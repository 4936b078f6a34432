//! Compiles the tables of each guest into Rust source in `OUT_DIR`.

use isa_table::{Source, compile, emit};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=tables");
    match write("shape.rs", isa_table::SHAPE)
        .and_then(|()| guest("s390x"))
        .and_then(|()| guest("aarch64"))
    {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn guest(name: &str) -> Result<(), String> {
    let sources = read(name).map_err(|e| format!("tables/{name}: {e}"))?;
    let table = compile(&sources).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(|e| format!("tables/{e}")).collect();
        lines.join("\n")
    })?;
    write(&format!("{name}.rs"), &emit::rust(&table))
}

/// Writes a file of the output folder.
fn write(name: &str, text: &str) -> Result<(), String> {
    let out = std::env::var("OUT_DIR").map_err(|e| e.to_string())?;
    let path = Path::new(&out).join(name);
    std::fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))
}

/// All `.isa` files of a guest in order of name, `formats.isa` first.
fn read(guest: &str) -> std::io::Result<Vec<Source>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(Path::new("tables").join(guest))?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<_, _>>()?;
    paths.retain(|p| p.extension().is_some_and(|e| e == "isa"));
    paths.sort_by_key(|p| (!p.ends_with("formats.isa"), p.clone()));
    let source = |path: PathBuf| {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Source { name: format!("{guest}/{file}"), text: std::fs::read_to_string(&path)? })
    };
    paths.into_iter().map(source).collect()
}
