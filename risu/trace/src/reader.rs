//! Reading streams and traces, piece by piece.

use std::io::Read;
use std::sync::Arc;

use crate::error::{Bad, ReadError};
use crate::frame::{Frame, FrameReader, kind};
use crate::manifest::{Block, Header, HostInfo, Manifest, Step};
use crate::outcome::Outcome;
use crate::wire::Cursor;

/// Which of the two a file is, with its number in the file header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum FileKind {
    /// Inputs only.
    Stream = 1,
    /// Inputs and outcomes.
    Trace = 2,
}

/// Reads a stream: the manifest at once, then step by step. A trace is read as its stream.
#[derive(Debug)]
pub struct StreamReader<R> {
    inner: Inner<R>,
}

/// Reads a trace: the manifest at once, then step by step with outcomes.
#[derive(Debug)]
pub struct TraceReader<R> {
    inner: Inner<R>,
    host: HostInfo,
}

#[derive(Debug)]
struct Inner<R> {
    frames: FrameReader<R>,
    file_kind: FileKind,
    manifest: Arc<Manifest>,
    host: HostInfo,
    steps: Items,
    outcomes: Items,
    /// Steps given out so far.
    n_done: u64,
    ended: bool,
}

/// A frame with a place in it.
#[derive(Debug, Default)]
struct Items {
    frame: Frame,
    at: usize,
    left: u32,
}

impl FileKind {
    fn from_number(number: u16) -> Option<FileKind> {
        match number {
            1 => Some(FileKind::Stream),
            2 => Some(FileKind::Trace),
            _ => None,
        }
    }

    /// The kind as a noun.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            FileKind::Stream => "stream",
            FileKind::Trace => "trace",
        }
    }
}

impl<R: Read> StreamReader<R> {
    /// Reads header, image and blocks.
    ///
    /// # Errors
    ///
    /// If the input cannot be read, is no stream or trace, or is damaged before its first step.
    pub fn new(from: R) -> Result<Self, ReadError> {
        Ok(StreamReader { inner: Inner::new(from)? })
    }

    /// Goes on as the reader of a trace, if the file is one and no step has been read.
    ///
    /// # Errors
    ///
    /// Gives itself back otherwise.
    pub fn into_trace(mut self) -> Result<TraceReader<R>, Box<Self>> {
        if self.inner.file_kind != FileKind::Trace || self.inner.n_done > 0 {
            return Err(Box::new(self));
        }
        let host = std::mem::take(&mut self.inner.host);
        Ok(TraceReader { inner: self.inner, host })
    }

    /// Header, image and blocks.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.inner.manifest
    }

    /// Reads the next step into `step`; `false` after the last.
    ///
    /// # Errors
    ///
    /// If the input is cut or damaged; all steps before are good.
    pub fn next(&mut self, step: &mut Step) -> Result<bool, ReadError> {
        self.inner.next(step, None)
    }
}

impl<R: Read> TraceReader<R> {
    /// Reads header, image and blocks.
    ///
    /// # Errors
    ///
    /// If the input cannot be read, is no trace, or is damaged before its first step.
    pub fn new(from: R) -> Result<Self, ReadError> {
        let mut inner = Inner::new(from)?;
        if inner.file_kind != FileKind::Trace {
            return Err(ReadError::WrongKind { found: "stream", wanted: "trace" });
        }
        let host = std::mem::take(&mut inner.host);
        Ok(TraceReader { inner, host })
    }

    /// Header, image and blocks.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.inner.manifest
    }

    /// The same for those that need it while they read on.
    #[must_use]
    pub fn share_manifest(&self) -> Arc<Manifest> {
        Arc::clone(&self.inner.manifest)
    }

    /// The host that recorded.
    #[must_use]
    pub fn host(&self) -> &HostInfo {
        &self.host
    }

    /// How many steps have been read.
    #[must_use]
    pub fn n_done(&self) -> u64 {
        self.inner.n_done
    }

    /// Reads the next step and its outcome; `false` after the last.
    ///
    /// # Errors
    ///
    /// If the input is cut or damaged; all steps before are good.
    pub fn next(&mut self, step: &mut Step, outcome: &mut Outcome) -> Result<bool, ReadError> {
        self.inner.next(step, Some(outcome))
    }
}

impl<R: Read> Inner<R> {
    fn new(from: R) -> Result<Self, ReadError> {
        let (mut frames, number) = FrameReader::new(from)?;
        let file_kind = FileKind::from_number(number).ok_or(ReadError::NotRisu)?;
        let mut frame = Frame::default();
        let header = read_header(&mut frames, &mut frame)?;
        let mut host = HostInfo::default();
        let mut manifest = Manifest { header, image: Vec::new(), blocks: Vec::new() };
        loop {
            frames.read(&mut frame, 0)?;
            let mut from = Cursor::new(&frame.content);
            let done = match frame.kind {
                kind::HOST => HostInfo::decode(&mut from).map(|h| host = h),
                kind::IMAGE => add_image(&mut manifest, &frame.content),
                kind::BLOCKS => add_blocks(&mut manifest, &mut from, frame.n_items),
                _ => break,
            };
            done.map_err(|bad| damaged(&frame, 0, bad))?;
        }
        if manifest.image.len() != manifest.header.image_len as usize {
            return Err(damaged(&frame, 0, Bad("image is shorter than announced")));
        }
        let manifest = Arc::new(manifest);
        let steps = Items::default();
        let outcomes = Items::default();
        let mut inner =
            Inner { frames, file_kind, manifest, host, steps, outcomes, n_done: 0, ended: false };
        inner.take_frame(frame)?;
        Ok(inner)
    }

    fn next(&mut self, step: &mut Step, outcome: Option<&mut Outcome>) -> Result<bool, ReadError> {
        while self.steps.left == 0 {
            if self.ended {
                return Ok(false);
            }
            let mut frame = std::mem::take(&mut self.steps.frame);
            self.frames.read(&mut frame, self.n_done)?;
            self.take_frame(frame)?;
        }
        let header = &self.manifest.header;
        let n_words = usize::from(header.n_words);
        let memory_len = header.scratch().map_or(0, |a| a.len as usize);
        let n_blocks = self.manifest.blocks.len();
        let n_done = self.n_done;
        self.steps.next(n_done, |from| step.decode(from, n_blocks, n_words, memory_len))?;
        if let Some(outcome) = outcome {
            let base = header.base;
            let decode = |from: &mut Cursor<'_>| outcome.decode(from, base, n_words, memory_len);
            self.outcomes.next(n_done, decode)?;
        }
        self.n_done += 1;
        Ok(true)
    }

    /// Takes in a frame of steps (with its outcomes) or the end.
    fn take_frame(&mut self, frame: Frame) -> Result<(), ReadError> {
        match frame.kind {
            kind::STEPS => self.steps = Items::new(frame),
            kind::END => {
                let told = Cursor::new(&frame.content).u64();
                if told != Ok(self.n_done) {
                    return Err(damaged(&frame, self.n_done, Bad("number of steps")));
                }
                self.ended = true;
                return Ok(());
            }
            _ => return Err(damaged(&frame, self.n_done, Bad("unexpected frame"))),
        }
        if self.file_kind == FileKind::Trace {
            let mut outcomes = std::mem::take(&mut self.outcomes.frame);
            self.frames.read(&mut outcomes, self.n_done)?;
            if outcomes.kind != kind::OUTCOMES || outcomes.n_items != self.steps.frame.n_items {
                return Err(damaged(&outcomes, self.n_done, Bad("steps without outcomes")));
            }
            self.outcomes = Items::new(outcomes);
        }
        Ok(())
    }
}

impl Items {
    fn new(frame: Frame) -> Items {
        let left = frame.n_items;
        Items { frame, at: 0, left }
    }

    /// Decodes one item; a frame must be used up exactly by its items.
    fn next(
        &mut self,
        n_done: u64,
        decode: impl FnOnce(&mut Cursor<'_>) -> Result<(), Bad>,
    ) -> Result<(), ReadError> {
        let content = &self.frame.content[self.at..];
        let mut from = Cursor::new(content);
        let mut done = decode(&mut from);
        let used = content.len() - from.len();
        self.at += used;
        self.left = self.left.saturating_sub(1);
        if done.is_ok() && self.left == 0 && !from.is_empty() {
            done = Err(Bad("bytes after the last item"));
        }
        done.map_err(|bad| damaged(&self.frame, n_done, bad))
    }
}

fn damaged(frame: &Frame, n_good: u64, Bad(what): Bad) -> ReadError {
    ReadError::Damaged { offset: frame.offset, n_good, what }
}

fn read_header<R: Read>(
    frames: &mut FrameReader<R>,
    frame: &mut Frame,
) -> Result<Header, ReadError> {
    frames.read(frame, 0)?;
    if frame.kind != kind::HEADER {
        return Err(damaged(frame, 0, Bad("no header")));
    }
    Header::decode(&mut Cursor::new(&frame.content)).map_err(|bad| damaged(frame, 0, bad))
}

fn add_image(manifest: &mut Manifest, content: &[u8]) -> Result<(), Bad> {
    if manifest.image.len() + content.len() > manifest.header.image_len as usize {
        return Err(Bad("image is longer than announced"));
    }
    manifest.image.extend_from_slice(content);
    Ok(())
}

fn add_blocks(manifest: &mut Manifest, from: &mut Cursor<'_>, n: u32) -> Result<(), Bad> {
    for _ in 0..n {
        let block = Block::decode(from, &manifest.header)?;
        manifest.blocks.push(block);
    }
    Ok(())
}
