//! Writing streams and traces.

use std::io::{self, Write};

use crate::frame::{FrameWriter, MAX_FRAME, kind};
use crate::manifest::{HostInfo, Manifest, Step};
use crate::outcome::Outcome;
use crate::reader::FileKind;
use crate::wire::Put;

/// A frame of steps is closed at this many steps …
const STEPS_PER_FRAME: u32 = 4096;
/// … or when its content has this many bytes.
const BYTES_PER_FRAME: usize = 256 << 10;

/// Writes a stream as it is generated.
#[derive(Debug)]
pub struct StreamWriter<W> {
    inner: Inner<W>,
}

/// Writes a trace as it is recorded; complete frames are never taken back.
///
/// When it is dropped without [`TraceWriter::finish`], what was pushed since the last frame is
/// written if that works, and the file counts as cut off.
#[derive(Debug)]
pub struct TraceWriter<W: Write> {
    /// `None` after `finish`.
    inner: Option<Inner<W>>,
}

/// One frame of steps in the making.
#[derive(Debug)]
struct Inner<W> {
    frames: FrameWriter<W>,
    n_words: usize,
    base: u64,
    steps: Vec<u8>,
    outcomes: Vec<u8>,
    pending: u32,
    total: u64,
}

impl<W: Write> StreamWriter<W> {
    /// Writes all but the steps.
    ///
    /// # Errors
    ///
    /// If `to` cannot be written.
    pub fn new(to: W, manifest: &Manifest) -> io::Result<Self> {
        Ok(StreamWriter { inner: Inner::new(to, FileKind::Stream, manifest, None)? })
    }

    /// Adds a step.
    ///
    /// # Errors
    ///
    /// If the stream cannot be written.
    pub fn push(&mut self, step: &Step) -> io::Result<()> {
        self.inner.push(step, None)
    }

    /// Writes the end frame.
    ///
    /// # Errors
    ///
    /// If the stream cannot be written.
    pub fn finish(self) -> io::Result<W> {
        self.inner.finish()
    }
}

impl<W: Write> TraceWriter<W> {
    /// Writes all but the steps.
    ///
    /// # Errors
    ///
    /// If `to` cannot be written.
    pub fn new(to: W, manifest: &Manifest, host: &HostInfo) -> io::Result<Self> {
        let inner = Inner::new(to, FileKind::Trace, manifest, Some(host))?;
        Ok(TraceWriter { inner: Some(inner) })
    }

    /// Adds a step and what came of it.
    ///
    /// # Errors
    ///
    /// If the trace cannot be written.
    pub fn push(&mut self, step: &Step, outcome: &Outcome) -> io::Result<()> {
        match &mut self.inner {
            Some(inner) => inner.push(step, Some(outcome)),
            None => Err(io::Error::other("the trace is finished")),
        }
    }

    /// Writes the end frame.
    ///
    /// # Errors
    ///
    /// If the trace cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        match self.inner.take() {
            Some(inner) => inner.finish(),
            None => Err(io::Error::other("the trace is finished")),
        }
    }
}

impl<W: Write> Drop for TraceWriter<W> {
    fn drop(&mut self) {
        if let Some(inner) = &mut self.inner {
            // An error was reported by the call that met it first; there is no one to tell here.
            let _ = inner.close_frame();
        }
    }
}

impl<W: Write> Inner<W> {
    fn new(
        to: W,
        file_kind: FileKind,
        manifest: &Manifest,
        host: Option<&HostInfo>,
    ) -> io::Result<Self> {
        let mut frames = FrameWriter::new(to, file_kind as u16)?;
        let mut content = Vec::new();
        manifest.header.encode(&mut content);
        frames.write(kind::HEADER, 1, &content)?;
        if let Some(host) = host {
            content.clear();
            host.encode(&mut content);
            frames.write(kind::HOST, 1, &content)?;
        }
        for chunk in manifest.image.chunks(MAX_FRAME) {
            frames.write(kind::IMAGE, 1, chunk)?;
        }
        for blocks in manifest.blocks.chunks(1024) {
            content.clear();
            for block in blocks {
                block.encode(&mut content);
            }
            frames.write(kind::BLOCKS, blocks.len() as u32, &content)?;
        }
        let n_words = usize::from(manifest.header.n_words);
        let base = manifest.header.base;
        let (steps, outcomes) = (Vec::new(), Vec::new());
        Ok(Inner { frames, n_words, base, steps, outcomes, pending: 0, total: 0 })
    }

    fn push(&mut self, step: &Step, outcome: Option<&Outcome>) -> io::Result<()> {
        step.encode(self.n_words, &mut self.steps);
        if let Some(outcome) = outcome {
            outcome.encode(self.base, self.n_words, &mut self.outcomes);
        }
        self.pending += 1;
        self.total += 1;
        let longest = self.steps.len().max(self.outcomes.len());
        if self.pending >= STEPS_PER_FRAME || longest >= BYTES_PER_FRAME {
            self.close_frame()?;
        }
        Ok(())
    }

    fn close_frame(&mut self) -> io::Result<()> {
        if self.pending == 0 {
            return Ok(());
        }
        self.frames.write(kind::STEPS, self.pending, &self.steps)?;
        if !self.outcomes.is_empty() {
            self.frames.write(kind::OUTCOMES, self.pending, &self.outcomes)?;
        }
        self.steps.clear();
        self.outcomes.clear();
        self.pending = 0;
        Ok(())
    }

    fn finish(mut self) -> io::Result<W> {
        self.close_frame()?;
        let mut content = Vec::new();
        content.put_u64(self.total);
        self.frames.write(kind::END, 1, &content)?;
        Ok(self.frames.into_inner())
    }
}
