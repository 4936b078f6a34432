//! Putting a program into memory: segments, interpreter, heap, stack.
//!
//! Linux fs/binfmt_elf.c: `load_elf_binary`, `create_elf_tables`.

use crate::abi::Abi;
use crate::elf::{ElfFile, LoadElfError, Segment};
use crate::limits::INFINITY;
use crate::path;
use crate::process::{Config, Image};
use crate::stack::{self, Contents};
use crate::vdso::{self, Returns};
use std::ffi::{CStr, CString, OsStr};
use std::fs::File;
use std::ops::Range;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;
use tcg_mem::{AddressSpace, GuestAddr, MapRequest, PAGE_SIZE, Prot};

/// Stack of a program unless asked for otherwise, bytes (the usual `ulimit -s`).
const STACK_BYTES: u64 = 8 << 20;

/// Least room between the top of the stack and the first mapping, bytes.
const STACK_ROOM: u64 = 128 << 20;
/// Bytes below the stack that nothing is placed in: 256 pages, as Linux has it.
const STACK_GAP: u64 = 256 * PAGE_SIZE;
/// The lowest address for mappings (`vm.mmap_min_addr`).
const LOWEST: u64 = 0x1_0000;

/// A program in memory.
#[derive(Debug)]
pub struct Loaded {
    /// Where it starts.
    pub entry: u64,
    /// With what stack pointer.
    pub sp: u64,
    /// Where the vdso is.
    pub vdso: u64,
    /// Where signal handlers return to.
    pub returns: Returns,
    /// What `/proc/self` shows.
    pub image: Image,
}

/// What to load.
#[derive(Debug)]
pub struct LoadRequest<'a> {
    /// Options.
    pub config: &'a Config,
    /// Random bits for the program (`AT_RANDOM`).
    pub random: [u64; 2],
    /// The program's file on the host.
    pub host_path: &'a CStr,
    /// Its path as the guest knows it (`AT_EXECFN`).
    pub guest_path: &'a CStr,
    /// Arguments.
    pub args: &'a [CString],
    /// Environment.
    pub env: &'a [CString],
}

/// Where a file has been mapped.
struct Placed {
    elf: ElfFile,
    /// What to add to the file's addresses.
    bias: u64,
}

/// Where mappings go, from the top down: below the stack, which faults when it overflows (Linux
/// mm/util.c:mmap_base).
pub fn window(abi: &Abi, config: &Config) -> Range<u64> {
    LOWEST..abi.stack_top - (stack_bytes(config) + STACK_GAP).max(STACK_ROOM)
}

/// Bytes of the program's stack, all of them from the start.
fn stack_bytes(config: &Config) -> u64 {
    let limit = config.limits.map(|[_, _, [stack, _]]| stack).filter(|limit| *limit != INFINITY);
    let bytes = config.stack_bytes.or(limit).unwrap_or(STACK_BYTES);
    bytes.clamp(16 * PAGE_SIZE, 1 << 36).next_multiple_of(PAGE_SIZE)
}

/// Loads a program into an empty address space.
///
/// # Errors
/// What is wrong with the file or the host.
pub fn load(
    abi: &Abi,
    space: &Arc<AddressSpace>,
    request: &LoadRequest<'_>,
) -> Result<Loaded, LoadElfError> {
    let path = PathBuf::from(OsStr::from_bytes(request.host_path.to_bytes()));
    let exe = path.canonicalize().unwrap_or(path);
    let program = place(abi, space, request.host_path, Some(abi.pie_base))?;
    let interpreter = match &program.elf.interpreter {
        Some(name) => Some(place_interpreter(abi, space, request.config, name)?),
        None => None,
    };
    space.set_brk(GuestAddr(program.bias.wrapping_add(program.elf.extent().1)));
    let (vdso, returns) = map_vdso(abi, space)?;
    let stack_bytes = stack_bytes(request.config);
    let stack = map_stack(abi, space, stack_bytes, program.elf.executable_stack)?;
    let entry_of = |placed: &Placed| placed.bias.wrapping_add(placed.elf.entry);
    let auxv = stack::auxv(
        abi,
        request.config,
        &stack::Facts {
            headers: program.bias.wrapping_add(program.elf.headers_addr),
            n_headers: program.elf.n_headers,
            base: interpreter.as_ref().map_or(0, |placed| placed.bias),
            entry: entry_of(&program),
            vdso,
        },
    );
    let contents = Contents {
        args: request.args,
        env: request.env,
        path: request.guest_path,
        random: request.random,
    };
    let built = stack::build(abi, request.config, &contents, &auxv, stack.end)
        .filter(|built| built.sp > stack.start)
        .ok_or(LoadElfError::Bad("stack: too small for arguments and environment"))?;
    tcg_mem::copy_out(GuestAddr(built.sp), &built.bytes)
        .map_err(|_| LoadElfError::Bad("stack: cannot be written"))?;
    let cmdline = request.args.iter().flat_map(|a| a.as_bytes_with_nul()).copied().collect();
    Ok(Loaded {
        entry: entry_of(interpreter.as_ref().unwrap_or(&program)),
        sp: built.sp,
        vdso,
        returns,
        image: Image { exe, cmdline, auxv: built.auxv, start_stack: built.sp },
    })
}

fn place_interpreter(
    abi: &Abi,
    space: &Arc<AddressSpace>,
    config: &Config,
    name: &CStr,
) -> Result<Placed, LoadElfError> {
    let host = match &config.prefix {
        Some(prefix) => path::follow(prefix, name),
        None => name.to_owned(),
    };
    place(abi, space, &host, None).map_err(|error| LoadElfError::Interpreter {
        path: name.to_string_lossy().into_owned(),
        error: Box::new(error),
    })
}

/// Reads and maps a file. `base` is where a relocatable one should go; `None`: anywhere.
fn place(
    abi: &Abi,
    space: &Arc<AddressSpace>,
    path: &CStr,
    base: Option<u64>,
) -> Result<Placed, LoadElfError> {
    let file = crate::program::open(path)?;
    let elf = ElfFile::read(&file, abi)?;
    let (start, end) = elf.extent();
    let mut request = MapRequest::anonymous(GuestAddr(start), end - start, Prot::NONE);
    if elf.is_relocatable {
        // Linux fs/binfmt_elf.c:maximum_alignment.
        request.addr = GuestAddr(base.map_or(0, |base| base.next_multiple_of(elf.alignment)));
    } else {
        request.flags |= libc::MAP_FIXED_NOREPLACE;
    }
    let at = space.mmap(&request).map_err(|error| LoadElfError::Map { addr: start, error })?;
    let bias = at.0.wrapping_sub(start);
    let name: Arc<str> = Arc::from(path.to_string_lossy());
    // An interpreter guards the program and libraries itself (Linux arch/arm64/kernel/process.c:arch_elf_adjust_prot).
    let guards = elf.wants_guards && elf.interpreter.is_none();
    for segment in &elf.segments {
        let guarded = guards && segment.prot.allows(Prot::EXEC);
        let guard = if guarded { Prot::GUARDED } else { Prot::NONE };
        let segment = Segment { prot: segment.prot.union(guard), ..*segment };
        map_segment(space, &file, &name, &segment, bias)?;
    }
    Ok(Placed { elf, bias })
}

/// Maps a segment: pages of the file, then zeros.
fn map_segment(
    space: &AddressSpace,
    file: &File,
    name: &Arc<str>,
    segment: &Segment,
    bias: u64,
) -> Result<(), LoadElfError> {
    let addr = bias.wrapping_add(segment.addr);
    let failed = |addr: u64| move |error| LoadElfError::Map { addr, error };
    let skip = addr % PAGE_SIZE;
    let file_end = addr + segment.file_len;
    let page_end =
        if segment.file_len == 0 { addr - skip } else { file_end.next_multiple_of(PAGE_SIZE) };
    if segment.file_len > 0 {
        let request = MapRequest {
            addr: GuestAddr(addr - skip),
            len: segment.file_len + skip,
            prot: segment.prot,
            flags: libc::MAP_PRIVATE | libc::MAP_FIXED,
            fd: file.as_raw_fd(),
            offset: segment.offset - skip,
            name: Some(Arc::clone(name)),
        };
        space.mmap(&request).map_err(failed(addr))?;
    }
    let memory_end = (addr + segment.memory_len).next_multiple_of(PAGE_SIZE);
    if memory_end > page_end {
        let len = memory_end - page_end;
        let mut request = MapRequest::anonymous(GuestAddr(page_end), len, segment.prot);
        request.flags |= libc::MAP_FIXED;
        space.mmap(&request).map_err(failed(page_end))?;
    }
    if segment.memory_len > segment.file_len && segment.file_len > 0 && file_end < page_end {
        clear_tail(space, segment, file_end, page_end);
    }
    Ok(())
}

/// Zeroes the rest of the last page of the file. What cannot be written stays as it is: the
/// kernel fails only for writable segments, and those can be.
fn clear_tail(space: &AddressSpace, segment: &Segment, from: u64, to: u64) {
    let page = GuestAddr(to - PAGE_SIZE);
    let writable = segment.prot.allows(Prot::WRITE);
    if !writable {
        let prot = Prot::READ.union(Prot::WRITE);
        let _ = space.mprotect(page, PAGE_SIZE, prot);
    }
    let _ = tcg_mem::fill(GuestAddr(from), 0, to - from);
    if !writable {
        let _ = space.mprotect(page, PAGE_SIZE, segment.prot);
    }
}

fn map_vdso(abi: &Abi, space: &AddressSpace) -> Result<(u64, Returns), LoadElfError> {
    let image = vdso::build(abi);
    let len = (image.bytes.len() as u64).next_multiple_of(PAGE_SIZE);
    let prot = Prot::READ.union(Prot::WRITE);
    let mut request = MapRequest::anonymous(GuestAddr(0), len, prot);
    request.name = Some(Arc::from("[vdso]"));
    let at = space.mmap(&request).map_err(|error| LoadElfError::Map { addr: 0, error })?;
    tcg_mem::copy_out(at, &image.bytes).map_err(|_| LoadElfError::Bad("vdso"))?;
    space
        .mprotect(at, len, Prot::READ.union(Prot::EXEC))
        .map_err(|error| LoadElfError::Map { addr: at.0, error })?;
    Ok((at.0, image.returns(abi.vdso, at.0)))
}

fn map_stack(
    abi: &Abi,
    space: &AddressSpace,
    bytes: u64,
    executable: bool,
) -> Result<Range<u64>, LoadElfError> {
    let code = if executable { Prot::EXEC } else { Prot::NONE };
    let prot = Prot::READ.union(Prot::WRITE).union(code);
    let mut request = MapRequest::anonymous(GuestAddr(abi.stack_top - bytes), bytes, prot);
    request.flags |= libc::MAP_NORESERVE;
    request.name = Some(Arc::from("[stack]"));
    let at = space
        .mmap(&request)
        .map_err(|error| LoadElfError::Map { addr: abi.stack_top - bytes, error })?;
    Ok(at.0..at.0 + bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::s390x::ABI;

    #[test]
    fn nothing_is_placed_right_below_the_stack() {
        for stack_bytes in [None, Some(1), Some(200 << 20), Some(1 << 30), Some(u64::MAX)] {
            let config = Config { stack_bytes, ..Config::default() };
            let bottom = ABI.stack_top - super::stack_bytes(&config);
            let window = window(&ABI, &config);
            assert!(window.end + STACK_GAP <= bottom, "{stack_bytes:?}");
            assert!(window.contains(&ABI.pie_base), "{stack_bytes:?}");
        }
    }
}
