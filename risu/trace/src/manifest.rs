//! What a stream consists of: header, image, blocks, steps.

use crate::delta::Delta;
use crate::error::Bad;
use crate::guest::Guest;
use crate::wire::{Cursor, Put};

/// Longest image, in bytes.
pub(crate) const MAX_IMAGE: u32 = 64 << 20;
/// Largest scratch area, in bytes.
pub(crate) const MAX_SCRATCH: u64 = 1 << 20;

/// First frame of every file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Whose code it is.
    pub guest: Guest,
    /// Words of the register file, see [`Guest::n_words`].
    pub n_words: u16,
    /// What the generator was started from.
    pub seed: u64,
    /// How many steps the generator was asked for.
    pub count: u64,
    /// Address of the image in guest memory.
    pub base: u64,
    /// Length of the image in bytes.
    pub image_len: u32,
    /// Memory that the code may touch; the first one is the scratch area that is compared.
    pub areas: Vec<Area>,
    /// The generator's name, version and options, for people.
    pub origin: String,
}

/// A range of guest memory beside the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// First address.
    pub addr: u64,
    /// Length in bytes.
    pub len: u64,
    /// What may be done with it.
    pub kind: AreaKind,
}

/// What may be done with an [`Area`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum AreaKind {
    /// Read and written.
    Scratch = 1,
    /// Only read; all zero.
    ReadOnly = 2,
    /// Mapped without access: every access faults.
    Guard = 3,
}

/// The host that recorded a trace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostInfo {
    /// Kernel, machine and emulator, as far as the recorder could tell.
    pub name: String,
    /// Feature words; on s390x what STORE FACILITY LIST EXTENDED stores.
    pub features: Vec<u64>,
}

/// A piece of code with one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Offset of the entry in the image, in bytes.
    pub entry: u32,
    /// What the generator meant by it.
    pub kind: BlockKind,
    /// The words, by ascending offset.
    pub words: Vec<Word>,
    /// What is not compared after a step of this block.
    pub ignore: Vec<Ignore>,
}

/// What the generator meant by a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum BlockKind {
    /// One instruction, then a checkpoint.
    Single = 1,
    /// A branch with a checkpoint at every place it may go.
    Branch = 2,
    /// An execute-type instruction and its target.
    Execute = 3,
    /// Many instructions before the checkpoint.
    Run = 4,
    /// An encoding that must raise an exception.
    Illegal = 5,
}

/// An instruction or other content of the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Offset in the image, in bytes.
    pub offset: u32,
    /// Length in bytes.
    pub len: u8,
    /// What it is.
    pub meaning: Meaning,
}

/// What a word of the image is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// An instruction under test, by the name of its row.
    Insn(String),
    /// The target of an execute-type instruction, by the name of its row.
    Target(String),
    /// A checkpoint: an undefined instruction at which the state is compared.
    Check,
    /// An encoding that is undefined or privileged.
    Illegal,
}

/// Something that the architecture leaves open after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignore {
    /// These bits of a register word.
    Word(u16, u64),
    /// A range of the scratch area: offset and length in bytes.
    Memory(u32, u32),
    /// `si_addr` of a signal.
    SignalAddress,
    /// Registers and memory if a signal ended the step.
    StateOnSignal,
}

/// Header, image and blocks: all of a stream but its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The first frame.
    pub header: Header,
    /// The code, in the guest's byte order.
    pub image: Vec<u8>,
    /// The blocks, by ascending entry.
    pub blocks: Vec<Block>,
}

/// One entry of a block with prepared registers and memory.
///
/// The change applies to the state after the previous step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// Index of the block.
    pub block: u32,
    /// What is set before the block is entered.
    pub patch: Delta,
}

impl Header {
    /// The scratch area that is compared.
    #[must_use]
    pub fn scratch(&self) -> Option<Area> {
        self.areas.first().copied().filter(|a| a.kind == AreaKind::Scratch)
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        out.put_u16(self.guest as u16);
        out.put_u16(self.n_words);
        out.put_u64(self.seed);
        out.put_u64(self.count);
        out.put_u64(self.base);
        out.put_u32(self.image_len);
        out.put_u16(self.areas.len() as u16);
        for area in &self.areas {
            out.put_u8(area.kind as u8);
            out.put_u64(area.addr);
            out.put_u64(area.len);
        }
        out.put_string(&self.origin);
    }

    pub(crate) fn decode(from: &mut Cursor<'_>) -> Result<Header, Bad> {
        let guest = Guest::from_number(from.u16()?).ok_or(Bad("unknown guest"))?;
        let n_words = from.u16()?;
        if !guest.n_words().contains(&usize::from(n_words)) {
            return Err(Bad("number of registers"));
        }
        let (seed, count, base) = (from.u64()?, from.u64()?, from.u64()?);
        let image_len = from.u32()?;
        if image_len > MAX_IMAGE || base.checked_add(u64::from(image_len)).is_none() {
            return Err(Bad("image too large"));
        }
        let areas = (0..from.u16()?).map(|_| Area::decode(from)).collect::<Result<Vec<_>, _>>()?;
        let origin = from.string()?;
        let header = Header { guest, n_words, seed, count, base, image_len, areas, origin };
        let scratch = header.scratch().ok_or(Bad("no scratch area"))?;
        if scratch.len > MAX_SCRATCH {
            return Err(Bad("scratch area too large"));
        }
        Ok(header)
    }
}

impl Area {
    fn decode(from: &mut Cursor<'_>) -> Result<Area, Bad> {
        let kind = match from.u8()? {
            1 => AreaKind::Scratch,
            2 => AreaKind::ReadOnly,
            3 => AreaKind::Guard,
            _ => return Err(Bad("kind of area")),
        };
        let (addr, len) = (from.u64()?, from.u64()?);
        if addr.checked_add(len).is_none() {
            return Err(Bad("area wraps"));
        }
        Ok(Area { addr, len, kind })
    }
}

impl HostInfo {
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        out.put_string(&self.name);
        out.put_u16(self.features.len() as u16);
        for &word in &self.features {
            out.put_u64(word);
        }
    }

    pub(crate) fn decode(from: &mut Cursor<'_>) -> Result<HostInfo, Bad> {
        let name = from.string()?;
        let features = (0..from.u16()?).map(|_| from.u64()).collect::<Result<_, _>>()?;
        Ok(HostInfo { name, features })
    }
}

impl Block {
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        out.put_u32(self.entry);
        out.put_u8(self.kind as u8);
        out.put_u16(self.words.len() as u16);
        for word in &self.words {
            out.put_u32(word.offset);
            out.put_u8(word.len);
            word.meaning.encode(out);
        }
        out.put_u16(self.ignore.len() as u16);
        for ignore in &self.ignore {
            ignore.encode(out);
        }
    }

    pub(crate) fn decode(from: &mut Cursor<'_>, header: &Header) -> Result<Block, Bad> {
        let entry = from.u32()?;
        if entry >= header.image_len {
            return Err(Bad("block outside of the image"));
        }
        let kind = match from.u8()? {
            1 => BlockKind::Single,
            2 => BlockKind::Branch,
            3 => BlockKind::Execute,
            4 => BlockKind::Run,
            5 => BlockKind::Illegal,
            _ => return Err(Bad("kind of block")),
        };
        let words =
            (0..from.u16()?).map(|_| Word::decode(from, header)).collect::<Result<_, _>>()?;
        let ignore =
            (0..from.u16()?).map(|_| Ignore::decode(from, header)).collect::<Result<_, _>>()?;
        Ok(Block { entry, kind, words, ignore })
    }
}

impl Word {
    fn decode(from: &mut Cursor<'_>, header: &Header) -> Result<Word, Bad> {
        let (offset, len) = (from.u32()?, from.u8()?);
        if u64::from(offset) + u64::from(len) > u64::from(header.image_len) {
            return Err(Bad("word outside of the image"));
        }
        Ok(Word { offset, len, meaning: Meaning::decode(from)? })
    }
}

impl Meaning {
    /// Name of the table row, if it is an instruction.
    #[must_use]
    pub fn row(&self) -> Option<&str> {
        match self {
            Meaning::Insn(row) | Meaning::Target(row) => Some(row),
            Meaning::Check | Meaning::Illegal => None,
        }
    }

    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Meaning::Insn(row) => {
                out.put_u8(1);
                out.put_string(row);
            }
            Meaning::Target(row) => {
                out.put_u8(2);
                out.put_string(row);
            }
            Meaning::Check => out.put_u8(3),
            Meaning::Illegal => out.put_u8(4),
        }
    }

    fn decode(from: &mut Cursor<'_>) -> Result<Meaning, Bad> {
        Ok(match from.u8()? {
            1 => Meaning::Insn(from.string()?),
            2 => Meaning::Target(from.string()?),
            3 => Meaning::Check,
            4 => Meaning::Illegal,
            _ => return Err(Bad("meaning of a word")),
        })
    }
}

impl Ignore {
    fn encode(self, out: &mut Vec<u8>) {
        match self {
            Ignore::Word(index, mask) => {
                out.put_u8(1);
                out.put_u16(index);
                out.put_u64(mask);
            }
            Ignore::Memory(offset, len) => {
                out.put_u8(2);
                out.put_u32(offset);
                out.put_u32(len);
            }
            Ignore::SignalAddress => out.put_u8(3),
            Ignore::StateOnSignal => out.put_u8(4),
        }
    }

    fn decode(from: &mut Cursor<'_>, header: &Header) -> Result<Ignore, Bad> {
        Ok(match from.u8()? {
            1 => {
                let (index, mask) = (from.u16()?, from.u64()?);
                if index >= header.n_words {
                    return Err(Bad("register number"));
                }
                Ignore::Word(index, mask)
            }
            2 => {
                let (offset, len) = (from.u32()?, from.u32()?);
                let end = u64::from(offset) + u64::from(len);
                if end > header.scratch().map_or(0, |a| a.len) {
                    return Err(Bad("memory outside of the scratch area"));
                }
                Ignore::Memory(offset, len)
            }
            3 => Ignore::SignalAddress,
            4 => Ignore::StateOnSignal,
            _ => return Err(Bad("kind of exclusion")),
        })
    }
}

impl Step {
    pub(crate) fn encode(&self, n_words: usize, out: &mut Vec<u8>) {
        out.put_var(self.block);
        self.patch.encode(n_words, out);
    }

    pub(crate) fn decode(
        &mut self,
        from: &mut Cursor<'_>,
        n_blocks: usize,
        n_words: usize,
        memory_len: usize,
    ) -> Result<(), Bad> {
        self.block = from.var()?;
        if self.block as usize >= n_blocks {
            return Err(Bad("block number"));
        }
        self.patch.decode(from, n_words, memory_len)
    }
}
