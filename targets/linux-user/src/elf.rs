//! Reading the headers of a guest program. Every field is checked; nothing here panics on any
//! file.

use crate::abi::{self, Abi};
use goblin::container::{Container, Ctx, Endian as ElfEndian};
use goblin::elf::Elf;
use goblin::elf::header::{ET_DYN, ET_EXEC, Header};
use goblin::elf::program_header::{
    PF_R, PF_W, PF_X, PT_GNU_STACK, PT_INTERP, PT_LOAD, PT_PHDR, ProgramHeader,
};
use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use tcg_mem::{Endian, PAGE_SIZE, Prot};

/// Highest address a segment may reach: what the host gives a process.
const ADDRESS_LIMIT: u64 = (1 << 47) - PAGE_SIZE;
/// Most program headers (the kernel: 64 KiB of them).
const MAX_HEADERS: usize = 65536 / 56;
/// Greatest alignment of a segment that is heeded.
const MAX_ALIGNMENT: u64 = 1 << 30;
/// Longest interpreter path.
const PATH_MAX: u64 = 4096;

/// Why a file is no program for us.
#[derive(Debug, thiserror::Error)]
pub enum LoadElfError {
    /// The host refuses.
    #[error("{}", crate::errno::Errno(.0.raw_os_error().unwrap_or(libc::EIO)).message())]
    Io(#[from] io::Error),
    /// Not an ELF file, or one of another class.
    #[error("not a 64-bit ELF file")]
    NotElf,
    /// For another machine.
    #[error("for another machine (ELF machine {found}, {order}-endian; wanted {wanted})")]
    Machine {
        /// `e_machine` of the file.
        found: u16,
        /// Its byte order, in words.
        order: &'static str,
        /// Names of guests.
        wanted: String,
    },
    /// Neither a program nor a shared object.
    #[error("not an executable (ELF type {0})")]
    Type(u16),
    /// It ends too early.
    #[error("truncated: {what} at offset {offset} lies past the end of the file")]
    Truncated {
        /// What is missing.
        what: &'static str,
        /// Where it should be, in bytes.
        offset: u64,
    },
    /// A header that makes no sense.
    #[error("impossible {0}")]
    Bad(&'static str),
    /// No memory where it must go.
    #[error("cannot map {addr:#x}: {}", crate::errno::Errno(.error.0).message())]
    Map {
        /// Guest address.
        addr: u64,
        /// The host's reason.
        error: tcg_mem::Errno,
    },
    /// The interpreter it names is not there.
    #[error("interpreter {path}: {error}")]
    Interpreter {
        /// As the program names it.
        path: String,
        /// What is wrong with it.
        error: Box<LoadElfError>,
    },
}

impl LoadElfError {
    /// Whether the file is not there.
    pub fn is_missing(&self) -> bool {
        matches!(self, LoadElfError::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

/// A segment to be mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Address as in the file.
    pub addr: u64,
    /// Bytes in memory.
    pub memory_len: u64,
    /// Where its contents are in the file.
    pub offset: u64,
    /// Bytes in the file.
    pub file_len: u64,
    /// Permissions.
    pub prot: Prot,
}

/// The headers of a program, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElfFile {
    /// Loaded anywhere, or where it says.
    pub is_relocatable: bool,
    /// Address of the first instruction, as in the file.
    pub entry: u64,
    /// Segments, ascending.
    pub segments: Vec<Segment>,
    /// What a place for them must be a multiple of, in bytes.
    pub alignment: u64,
    /// Dynamic linker.
    pub interpreter: Option<CString>,
    /// Address of the program headers, as in the file, if they are loaded.
    pub headers_addr: u64,
    /// Their number.
    pub n_headers: u64,
    /// A note asks for guarded pages for its code: `GNU_PROPERTY_AARCH64_FEATURE_1_BTI`.
    pub wants_guards: bool,
    /// The stack may hold code: `PT_GNU_STACK` says so (trampolines of nested functions).
    pub executable_stack: bool,
}

/// Bytes of an ELF64 header and of a program header.
const HEADER: usize = 64;
const PROGRAM_HEADER: usize = 56;

impl ElfFile {
    /// Reads the headers of `file`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(file: &File, abi: &Abi) -> Result<ElfFile, LoadElfError> {
        let len = file.metadata()?.len();
        let mut bytes = [0; HEADER];
        read_at(file, &mut bytes, 0, "ELF header")?;
        let header = check_header(&bytes, abi)?;
        let order = match abi.endian {
            Endian::Big => ElfEndian::Big,
            Endian::Little => ElfEndian::Little,
        };
        let headers = read_headers(file, &header, order)?;
        let interpreter = match headers.iter().find(|h| h.p_type == PT_INTERP) {
            Some(header) => Some(read_interpreter(file, header)?),
            None => None,
        };
        let mut elf = ElfFile {
            is_relocatable: header.e_type == ET_DYN,
            entry: header.e_entry,
            segments: segments(&headers, len)?,
            alignment: alignment(&headers),
            interpreter,
            wants_guards: abi.guards_code && wants_guards(file, &headers),
            headers_addr: 0,
            n_headers: headers.len() as u64,
            executable_stack: headers
                .iter()
                .any(|h| h.p_type == PT_GNU_STACK && h.p_flags & PF_X != 0),
        };
        elf.headers_addr = headers_addr(&elf, &header, &headers);
        Ok(elf)
    }

    /// Lowest and highest page of all segments, as in the file.
    pub fn extent(&self) -> (u64, u64) {
        let start = self.segments.iter().map(|s| s.addr & !(PAGE_SIZE - 1)).min().unwrap_or(0);
        let end = self.segments.iter().map(|s| s.addr + s.memory_len).max().unwrap_or(0);
        (start, end.next_multiple_of(PAGE_SIZE))
    }
}

fn read_at(file: &File, to: &mut [u8], at: u64, what: &'static str) -> Result<(), LoadElfError> {
    file.read_exact_at(to, at).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => LoadElfError::Truncated { what, offset: at },
        _ => LoadElfError::Io(error),
    })
}

/// The guest that a program is for.
///
/// # Errors
/// It is none, or for none of our guests.
pub fn identify(file: &File) -> Result<&'static Abi, LoadElfError> {
    let mut bytes = [0; HEADER];
    read_at(file, &mut bytes, 0, "ELF header")?;
    let names = || abi::GUESTS.map(|abi| abi.machine).join(" or ");
    abi::of_elf(&bytes).ok_or_else(|| not_for(&bytes, names()))
}

/// Why a file with this header is not for the wanted guests.
fn not_for(bytes: &[u8; HEADER], wanted: String) -> LoadElfError {
    let machine = [bytes[18], bytes[19]];
    let (order, found) = match bytes[5] {
        1 => ("little", u16::from_le_bytes(machine)),
        2 => ("big", u16::from_be_bytes(machine)),
        _ => return LoadElfError::NotElf,
    };
    match bytes.starts_with(b"\x7fELF\x02") {
        true => LoadElfError::Machine { found, order, wanted },
        false => LoadElfError::NotElf,
    }
}

fn check_header(bytes: &[u8; HEADER], abi: &Abi) -> Result<Header, LoadElfError> {
    if !abi.is_for(bytes) {
        return Err(not_for(bytes, abi.machine.to_owned()));
    }
    let header = Elf::parse_header(bytes).map_err(|_| LoadElfError::Bad("ELF header"))?;
    if !matches!(header.e_type, ET_EXEC | ET_DYN) {
        return Err(LoadElfError::Type(header.e_type));
    }
    if usize::from(header.e_phentsize) != PROGRAM_HEADER {
        return Err(LoadElfError::Bad("size of a program header"));
    }
    Ok(header)
}

fn read_headers(
    file: &File,
    header: &Header,
    order: ElfEndian,
) -> Result<Vec<ProgramHeader>, LoadElfError> {
    let count = usize::from(header.e_phnum);
    if count == 0 || count > MAX_HEADERS {
        return Err(LoadElfError::Bad("number of program headers"));
    }
    let mut bytes = vec![0; count * PROGRAM_HEADER];
    read_at(file, &mut bytes, header.e_phoff, "program header table")?;
    ProgramHeader::parse(&bytes, 0, count, Ctx::new(Container::Big, order))
        .map_err(|_| LoadElfError::Bad("program headers"))
}

fn read_interpreter(file: &File, header: &ProgramHeader) -> Result<CString, LoadElfError> {
    if header.p_filesz < 2 || header.p_filesz > PATH_MAX {
        return Err(LoadElfError::Bad("length of the interpreter's path"));
    }
    let mut bytes = vec![0; header.p_filesz as usize];
    read_at(file, &mut bytes, header.p_offset, "interpreter's path")?;
    CString::from_vec_with_nul(bytes).map_err(|_| LoadElfError::Bad("interpreter's path"))
}

/// `PT_GNU_PROPERTY`: a note of properties.
const PT_GNU_PROPERTY: u32 = 0x6474_e553;
/// At most so many bytes of properties (Linux fs/binfmt_elf.c:parse_elf_properties).
const MAX_PROPERTIES: u64 = 1024;

/// Whether the note of properties asks for guarded pages. What is wrong with it counts as none.
fn wants_guards(file: &File, headers: &[ProgramHeader]) -> bool {
    let Some(header) = headers.iter().find(|h| h.p_type == PT_GNU_PROPERTY) else { return false };
    let mut note = vec![0; header.p_filesz.min(MAX_PROPERTIES) as usize];
    read_at(file, &mut note, header.p_offset, "properties").is_ok()
        && property(&note, AARCH64_FEATURES).is_some_and(|bits| bits & FEATURE_BTI != 0)
}

/// `GNU_PROPERTY_AARCH64_FEATURE_1_AND` and its bit for branch targets.
const AARCH64_FEATURES: u32 = 0xc000_0000;
const FEATURE_BTI: u32 = 1;

/// The value of a property of four bytes in a little-endian note `NT_GNU_PROPERTY_TYPE_0`.
fn property(note: &[u8], wanted: u32) -> Option<u32> {
    const NAME_END: usize = 16;
    let word = |at: usize| note.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
    let is_note = word(0)? == 4 && word(8)? == 5 && note.get(12..NAME_END)? == b"GNU\0";
    let end = NAME_END + word(4)? as usize;
    let mut at = NAME_END;
    while is_note && at + 8 <= end {
        let (kind, len) = (word(at)?, word(at + 4)? as usize);
        if kind == wanted && len == 4 {
            return word(at + 8);
        }
        at += 8 + len.next_multiple_of(8);
    }
    None
}

fn segments(headers: &[ProgramHeader], len: u64) -> Result<Vec<Segment>, LoadElfError> {
    let mut out: Vec<Segment> = Vec::new();
    for header in headers.iter().filter(|h| h.p_type == PT_LOAD) {
        let segment = check_segment(header, len)?;
        if segment.memory_len == 0 {
            continue;
        }
        let follows = out.last().is_none_or(|last| last.addr + last.memory_len <= segment.addr);
        if !follows {
            return Err(LoadElfError::Bad("order of segments"));
        }
        out.push(segment);
    }
    if out.is_empty() {
        return Err(LoadElfError::Bad("program without segments"));
    }
    Ok(out)
}

/// The greatest alignment of a segment; what is no power of two has no effect (Linux fs/binfmt_elf.c:maximum_alignment).
fn alignment(headers: &[ProgramHeader]) -> u64 {
    let loaded = headers.iter().filter(|h| h.p_type == PT_LOAD).map(|h| h.p_align);
    let valid = loaded.filter(|align| align.is_power_of_two() && *align <= MAX_ALIGNMENT);
    valid.max().unwrap_or(0).max(PAGE_SIZE)
}

fn check_segment(header: &ProgramHeader, len: u64) -> Result<Segment, LoadElfError> {
    if header.p_filesz > header.p_memsz {
        return Err(LoadElfError::Bad("segment: more bytes in the file than in memory"));
    }
    let end = header.p_vaddr.checked_add(header.p_memsz).filter(|end| *end <= ADDRESS_LIMIT);
    if end.is_none() {
        return Err(LoadElfError::Bad("segment: past the end of the address space"));
    }
    if header.p_vaddr % PAGE_SIZE != header.p_offset % PAGE_SIZE {
        return Err(LoadElfError::Bad("segment: address and offset differ within a page"));
    }
    let file_end = header.p_offset.checked_add(header.p_filesz).filter(|end| *end <= len);
    // What has no bytes in the file may be beyond its end.
    if file_end.is_none() && header.p_filesz > 0 {
        return Err(LoadElfError::Truncated { what: "segment", offset: header.p_offset });
    }
    let flag = |bit: u32, prot: Prot| if header.p_flags & bit != 0 { prot } else { Prot::NONE };
    let prot = flag(PF_R, Prot::READ).union(flag(PF_W, Prot::WRITE)).union(flag(PF_X, Prot::EXEC));
    Ok(Segment {
        addr: header.p_vaddr,
        memory_len: header.p_memsz,
        offset: header.p_offset,
        file_len: header.p_filesz,
        prot,
    })
}

/// Where the program headers are in memory: as `PT_PHDR` says, else in the segment that holds
/// their place in the file (Linux fs/binfmt_elf.c).
fn headers_addr(elf: &ElfFile, header: &Header, headers: &[ProgramHeader]) -> u64 {
    if let Some(phdr) = headers.iter().find(|h| h.p_type == PT_PHDR) {
        return phdr.p_vaddr;
    }
    let place = header.e_phoff;
    let holds = |s: &&Segment| s.offset <= place && place - s.offset < s.file_len;
    elf.segments.iter().find(holds).map_or(0, |s| s.addr.wrapping_add(place - s.offset))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::s390x::ABI;
    use std::io::Write;

    /// An ELF file for s390x with one segment and, if wanted, an interpreter.
    pub(crate) fn sample(interpreter: Option<&[u8]>) -> Vec<u8> {
        let mut out = b"\x7fELF\x02\x02\x01\0\0\0\0\0\0\0\0\0".to_vec();
        let count: u16 = if interpreter.is_some() { 2 } else { 1 };
        out.extend([0, 2, 0, 22, 0, 0, 0, 1]);
        for word in [0x1000100u64, 64, 0] {
            out.extend(word.to_be_bytes());
        }
        out.extend([0, 0, 0, 0, 0, 64, 0, 56]);
        out.extend(count.to_be_bytes());
        out.extend([0, 64, 0, 0, 0, 0]);
        let header = |kind: u32, words: [u64; 6]| {
            let mut h = kind.to_be_bytes().to_vec();
            h.extend(5u32.to_be_bytes());
            words.iter().for_each(|w| h.extend(w.to_be_bytes()));
            h
        };
        out.extend(header(1, [0, 0x1000000, 0x1000000, 0x200, 0x1800, 0x1000]));
        if let Some(text) = interpreter {
            let len = text.len() as u64;
            out.extend(header(3, [0x180, 0, 0, len, len, 1]));
            out.resize(0x180, 0);
            out.extend(text);
        }
        out.resize(0x200, 0);
        out
    }

    fn read(bytes: &[u8]) -> Result<ElfFile, LoadElfError> {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let n = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("momonga-elf-{}-{n}", std::process::id()));
        File::create(&path).unwrap().write_all(bytes).unwrap();
        let file = File::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        ElfFile::read(&file, &ABI)
    }

    #[test]
    fn a_good_file_is_read_whole() {
        let elf = read(&sample(Some(b"/lib/ld64.so.1\0"))).unwrap();
        assert_eq!(elf.entry, 0x1000100);
        assert_eq!(elf.interpreter.as_deref(), Some(c"/lib/ld64.so.1"));
        assert_eq!(elf.extent(), (0x1000000, 0x1002000));
        assert_eq!(elf.headers_addr, 0x1000040);
        assert!(!elf.is_relocatable);
    }

    #[test]
    fn what_takes_nothing_from_the_file_may_be_beyond_it() {
        let mut bytes = sample(None);
        bytes[0x40 + 8..0x40 + 16].copy_from_slice(&0x10_0000u64.to_be_bytes());
        assert!(read(&bytes).is_err());
        bytes[0x40 + 32..0x40 + 40].fill(0);
        assert_eq!(read(&bytes).unwrap().segments[0].file_len, 0);
    }

    #[test]
    fn properties_are_found_in_their_note() {
        let note = |name: &[u8; 4], words: &[u32]| {
            let len = 4 * words.len() as u32;
            let mut out: Vec<u8> = [4, len, 5].into_iter().flat_map(u32::to_le_bytes).collect();
            out.extend(name);
            out.extend(words.iter().flat_map(|word| word.to_le_bytes()));
            out
        };
        let two = note(b"GNU\0", &[0xc000_0001, 4, 7, 0, AARCH64_FEATURES, 4, 3, 0]);
        assert_eq!(property(&two, AARCH64_FEATURES), Some(3));
        assert_eq!(property(&two, 0xc000_0001), Some(7));
        assert_eq!(property(&two, 0xc000_0002), None);
        assert_eq!(property(&note(b"LLVM", &[AARCH64_FEATURES, 4, 3, 0]), AARCH64_FEATURES), None);
        for len in 0..two.len() {
            assert_ne!(property(&two[..len], AARCH64_FEATURES), Some(1), "{len}");
        }
        let long = note(b"GNU\0", &[1, u32::MAX, 0, 0]);
        assert_eq!(property(&long, AARCH64_FEATURES), None);
    }

    #[test]
    fn every_truncation_is_an_error() {
        let whole = sample(Some(b"/lib/ld64.so.1\0"));
        for len in 0..whole.len() {
            assert!(read(&whole[..len]).is_err(), "{len}");
        }
    }

    #[test]
    fn flipped_bits_never_panic() {
        let whole = sample(Some(b"/lib/ld64.so.1\0"));
        for at in 0..176 {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[at] ^= 1 << bit;
                let _ = read(&bytes);
            }
        }
    }

    #[test]
    fn ten_thousand_damaged_files_never_panic() {
        let whole = sample(Some(b"/lib/ld64.so.1\0"));
        let path = std::env::temp_dir().join(format!("momonga-damaged-{}", std::process::id()));
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&path);
        let file = file.unwrap();
        std::fs::remove_file(&path).unwrap();
        // A multiplicative generator (Knuth, TAOCP volume 2, 3.3.4); any constant seed will do.
        let mut state = 1u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as usize % below
        };
        for _ in 0..10_000 {
            let mut bytes = whole.clone();
            for _ in 0..1 + random(6) {
                bytes[random(176)] = random(256) as u8;
            }
            if random(4) == 0 {
                bytes.truncate(random(whole.len()));
            }
            file.set_len(0).unwrap();
            file.write_all_at(&bytes, 0).unwrap();
            let _ = ElfFile::read(&file, &ABI);
        }
    }

    #[test]
    fn errors_say_what_is_wrong() {
        let message = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut bytes = sample(None);
            change(&mut bytes);
            read(&bytes).unwrap_err().to_string()
        };
        assert_eq!(message(&|b| b[0] = 0), "not a 64-bit ELF file");
        assert!(message(&|b| b[19] = 62).starts_with("for another machine"));
        assert_eq!(message(&|b| b[17] = 1), "not an executable (ELF type 1)");
        assert_eq!(
            message(&|b| b[0x40 + 16] = 0xff),
            "impossible segment: past the end of the address space"
        );
        assert_eq!(
            message(&|b| b[0x40 + 33] = 1),
            "impossible segment: more bytes in the file than in memory"
        );
    }
}
