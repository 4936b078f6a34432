//! Files and pipes by name.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use anyhow::{Context, Result};

fn is_pipe(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Opens a file for reading; `-` is standard input.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read>> {
    if is_pipe(path) {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    Ok(Box::new(BufReader::with_capacity(1 << 16, file)))
}

/// Creates a file; `-` is standard output.
pub(crate) fn create(path: &Path) -> Result<Box<dyn Write>> {
    if is_pipe(path) {
        return Ok(Box::new(io::stdout().lock()));
    }
    let file = File::create(path).with_context(|| format!("cannot create {}", path.display()))?;
    Ok(Box::new(BufWriter::with_capacity(1 << 16, file)))
}

/// A file that is created when something is written to it: what is there stays if nothing is.
pub(crate) struct Late<'a> {
    path: &'a Path,
    file: Option<Box<dyn Write>>,
}

impl<'a> Late<'a> {
    /// The file at `path`; `-` is standard output.
    pub(crate) fn new(path: &'a Path) -> Late<'a> {
        Late { path, file: None }
    }
}

impl Write for Late<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let file = match self.file.take() {
            Some(file) => file,
            None => create(self.path).map_err(|error| io::Error::other(format!("{error:#}")))?,
        };
        self.file.insert(file).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), |file| file.flush())
    }
}
