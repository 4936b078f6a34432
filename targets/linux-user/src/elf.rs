//! Reading the headers of a guest program. Every field is checked; nothing here panics on any
//! file.

mod property;
mod segments;

pub use segments::Segment;

use crate::abi::{self, Abi};
use goblin::container::{Container, Ctx, Endian as ElfEndian};
use goblin::elf::Elf;
use goblin::elf::header::{ELFMAG, ET_DYN, ET_EXEC, Header, SELFMAG};
use goblin::elf::program_header::{PF_X, PT_GNU_STACK, PT_INTERP, PT_PHDR, ProgramHeader};
use property::wants_guards;
use segments::{alignment, segments};
use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use tcg_mem::{Endian, PAGE_SIZE};

/// Most program headers (the kernel: 64 KiB of them).
const MAX_HEADERS: usize = 65536 / 56;

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
    #[error("interpreter {path}: {error}{}", if error.is_missing() { "; see -L" } else { "" })]
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
    let whole = read_at(file, &mut bytes, 0, "ELF header");
    if matches!(whole, Err(LoadElfError::Truncated { .. })) && !is_elf(file) {
        return Err(LoadElfError::NotElf);
    }
    whole?;
    let names = || abi::GUESTS.map(|abi| abi.machine).join(" or ");
    abi::of_elf(&bytes).ok_or_else(|| not_for(&bytes, names()))
}

/// Whether a file begins as ELF files do.
fn is_elf(file: &File) -> bool {
    let mut magic = [0; SELFMAG];
    file.read_exact_at(&mut magic, 0).is_ok() && magic == *ELFMAG
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
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha8Rng;
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
        let mut random = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..10_000 {
            let mut bytes = whole.clone();
            for _ in 0..random.random_range(1..=6) {
                bytes[random.random_range(0..176)] = random.random();
            }
            if random.random_ratio(1, 4) {
                bytes.truncate(random.random_range(0..whole.len()));
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
