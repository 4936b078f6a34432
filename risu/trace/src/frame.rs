//! The container: a file header, then checksummed and compressed frames.

use std::io::{self, ErrorKind, Read, Write};

use zstd::bulk::Decompressor;

use crate::error::ReadError;
use crate::wire::{Cursor, Put};

/// First bytes of every file; the two line ends catch transfers as text.
const MAGIC: [u8; 8] = *b"\x89RISU\r\n\x1a";
/// Version of the format that is written and read.
pub(crate) const VERSION: u16 = 1;
/// Longest content of a frame in bytes, before compression.
pub(crate) const MAX_FRAME: usize = 4 << 20;
/// Bytes of a frame's header.
const FRAME_HEADER: usize = 20;

/// Frame kinds, four characters each.
pub(crate) mod kind {
    pub(crate) const HEADER: [u8; 4] = *b"HEAD";
    pub(crate) const HOST: [u8; 4] = *b"HOST";
    pub(crate) const IMAGE: [u8; 4] = *b"IMAG";
    pub(crate) const BLOCKS: [u8; 4] = *b"BLKS";
    pub(crate) const STEPS: [u8; 4] = *b"STEP";
    pub(crate) const OUTCOMES: [u8; 4] = *b"OUTC";
    pub(crate) const END: [u8; 4] = *b"END ";
}

/// A frame whose checksum was right.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    pub(crate) kind: [u8; 4],
    /// How many items (blocks, steps, outcomes) the content holds.
    pub(crate) n_items: u32,
    pub(crate) content: Vec<u8>,
    /// Where the frame starts in the file, in bytes.
    pub(crate) offset: u64,
}

/// Writes the container.
#[derive(Debug)]
pub(crate) struct FrameWriter<W> {
    to: W,
    scratch: Vec<u8>,
}

impl<W: Write> FrameWriter<W> {
    /// Writes the file header; `file_kind` tells streams from traces.
    pub(crate) fn new(mut to: W, file_kind: u16) -> io::Result<Self> {
        to.write_all(&MAGIC)?;
        to.write_all(&VERSION.to_le_bytes())?;
        to.write_all(&file_kind.to_le_bytes())?;
        Ok(FrameWriter { to, scratch: Vec::new() })
    }

    /// Writes one frame and hands it to the operating system.
    pub(crate) fn write(&mut self, kind: [u8; 4], n_items: u32, content: &[u8]) -> io::Result<()> {
        debug_assert!(content.len() <= MAX_FRAME, "writers split before the limit");
        let packed = zstd::bulk::compress(content, 1)?;
        let stored = if packed.len() < content.len() { &packed[..] } else { content };
        let out = &mut self.scratch;
        out.clear();
        out.put_bytes(&kind);
        out.put_u32(n_items);
        out.put_u32(content.len() as u32);
        out.put_u32(stored.len() as u32);
        let crc = checksum(out, stored);
        out.put_u32(crc);
        out.put_bytes(stored);
        self.to.write_all(out)?;
        self.to.flush()
    }

    pub(crate) fn into_inner(self) -> W {
        self.to
    }
}

/// CRC-32 (as in gzip) of the first 16 bytes of the frame header and the stored content.
fn checksum(header: &[u8], stored: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(header);
    crc.update(stored);
    crc.finalize()
}

/// Reads the container.
pub(crate) struct FrameReader<R> {
    from: R,
    offset: u64,
    stored: Vec<u8>,
    /// Made for the first compressed frame.
    zstd: Option<Decompressor<'static>>,
}

impl<R> std::fmt::Debug for FrameReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FrameReader").field("offset", &self.offset).finish_non_exhaustive()
    }
}

impl<R: Read> FrameReader<R> {
    /// Reads the file header and gives the file kind.
    pub(crate) fn new(mut from: R) -> Result<(Self, u16), ReadError> {
        let mut bytes = [0; 12];
        if read_up_to(&mut from, &mut bytes)? < bytes.len() || bytes[..8] != MAGIC {
            return Err(ReadError::NotRisu);
        }
        let version = u16::from_le_bytes([bytes[8], bytes[9]]);
        if version != VERSION {
            return Err(ReadError::Version(version, VERSION));
        }
        let file_kind = u16::from_le_bytes([bytes[10], bytes[11]]);
        let offset = bytes.len() as u64;
        Ok((FrameReader { from, offset, stored: Vec::new(), zstd: None }, file_kind))
    }

    /// Reads the next frame into `frame`; `n_good` goes into errors.
    pub(crate) fn read(&mut self, frame: &mut Frame, n_good: u64) -> Result<(), ReadError> {
        let offset = self.offset;
        let damaged = |what| ReadError::Damaged { offset, n_good, what };
        let mut header = [0; FRAME_HEADER];
        if read_up_to(&mut self.from, &mut header)? < FRAME_HEADER {
            return Err(ReadError::Cut { offset, n_good });
        }
        let fields = FrameHeader::parse(&header).ok_or(damaged("frame header"))?;
        self.stored.resize(fields.stored_len, 0);
        if read_up_to(&mut self.from, &mut self.stored)? < fields.stored_len {
            return Err(ReadError::Cut { offset, n_good });
        }
        if checksum(&header[..16], &self.stored) != fields.crc {
            return Err(damaged("checksum"));
        }
        self.unpack(fields.raw_len, &mut frame.content).ok_or(damaged("compression"))?;
        (frame.kind, frame.n_items, frame.offset) = (fields.kind, fields.n_items, offset);
        self.offset += (FRAME_HEADER + fields.stored_len) as u64;
        Ok(())
    }

    /// Undoes the compression; content that did not shrink is stored as it is.
    fn unpack(&mut self, raw_len: usize, content: &mut Vec<u8>) -> Option<()> {
        content.clear();
        if self.stored.len() == raw_len {
            content.extend_from_slice(&self.stored);
            return Some(());
        }
        content.resize(raw_len, 0);
        let zstd = match &mut self.zstd {
            Some(zstd) => zstd,
            none => none.insert(Decompressor::new().ok()?),
        };
        let len = zstd.decompress_to_buffer(&self.stored, content).ok()?;
        (len == raw_len).then_some(())
    }
}

struct FrameHeader {
    kind: [u8; 4],
    n_items: u32,
    raw_len: usize,
    stored_len: usize,
    crc: u32,
}

impl FrameHeader {
    fn parse(bytes: &[u8; FRAME_HEADER]) -> Option<FrameHeader> {
        let mut from = Cursor::new(bytes);
        let kind = from.bytes(4).ok()?.try_into().ok()?;
        let n_items = from.u32().ok()?;
        let (raw_len, stored_len) = (from.u32().ok()? as usize, from.u32().ok()? as usize);
        let crc = from.u32().ok()?;
        (raw_len <= MAX_FRAME && stored_len <= raw_len).then_some(FrameHeader {
            kind,
            n_items,
            raw_len,
            stored_len,
            crc,
        })
    }
}

/// Fills `buffer` as far as the input goes.
fn read_up_to(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut len = 0;
    while len < buffer.len() {
        match from.read(&mut buffer[len..]) {
            Ok(0) => break,
            Ok(n) => len += n,
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(len)
}
