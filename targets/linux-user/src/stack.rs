//! The first contents of the stack: arguments, environment, auxiliary vector.

use crate::abi::Abi;
use crate::process::Config;
use std::ffi::{CStr, CString};
use tcg_mem::{Endian, PAGE_SIZE};

/// Entry types of the auxiliary vector (Linux include/uapi/linux/auxvec.h).
pub mod at {
    #![expect(missing_docs, reason = "the kernel's names")]
    pub const NULL: u64 = 0;
    pub const PHDR: u64 = 3;
    pub const PHENT: u64 = 4;
    pub const PHNUM: u64 = 5;
    pub const PAGESZ: u64 = 6;
    pub const BASE: u64 = 7;
    pub const FLAGS: u64 = 8;
    pub const ENTRY: u64 = 9;
    pub const UID: u64 = 11;
    pub const EUID: u64 = 12;
    pub const GID: u64 = 13;
    pub const EGID: u64 = 14;
    pub const PLATFORM: u64 = 15;
    pub const HWCAP: u64 = 16;
    pub const CLKTCK: u64 = 17;
    pub const SECURE: u64 = 23;
    pub const RANDOM: u64 = 25;
    pub const HWCAP2: u64 = 26;
    pub const EXECFN: u64 = 31;
    pub const SYSINFO_EHDR: u64 = 33;
    pub const MINSIGSTKSZ: u64 = 51;
}

/// What the vector tells of the loaded program.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Address of the program headers.
    pub headers: u64,
    /// Their number.
    pub n_headers: u64,
    /// Where the interpreter is, 0 for none.
    pub base: u64,
    /// The program's own entry.
    pub entry: u64,
    /// Where the vdso is.
    pub vdso: u64,
}

/// What goes on the stack beside the vector.
#[derive(Clone, Copy, Debug)]
pub struct Contents<'a> {
    /// Arguments.
    pub args: &'a [CString],
    /// Environment.
    pub env: &'a [CString],
    /// The program's path.
    pub path: &'a CStr,
    /// Random bits, the low byte first (`AT_RANDOM`).
    pub random: [u64; 2],
}

/// The built stack.
#[derive(Debug)]
pub struct Stack {
    /// Its lowest address, the first stack pointer.
    pub sp: u64,
    /// Contents from there on.
    pub bytes: Vec<u8>,
    /// The auxiliary vector by itself.
    pub auxv: Vec<u8>,
}

/// The part of the vector that needs no addresses on the stack.
pub fn auxv(abi: &Abi, config: &Config, facts: &Facts) -> Vec<(u64, u64)> {
    let id = |number: i64| crate::host::call(number, [0; 6]).unwrap_or(0);
    let (uid, euid) = (id(libc::SYS_getuid), id(libc::SYS_geteuid));
    let (gid, egid) = (id(libc::SYS_getgid), id(libc::SYS_getegid));
    let mut vector = vec![(at::SYSINFO_EHDR, facts.vdso)];
    vector.extend((abi.auxv)(config.cpu_level));
    vector.extend([
        (at::PAGESZ, PAGE_SIZE),
        (at::CLKTCK, 100),
        (at::PHDR, facts.headers),
        (at::PHENT, 56),
        (at::PHNUM, facts.n_headers),
        (at::BASE, facts.base),
        (at::FLAGS, 0),
        (at::ENTRY, facts.entry),
        (at::UID, uid),
        (at::EUID, euid),
        (at::GID, gid),
        (at::EGID, egid),
        (at::SECURE, u64::from(uid != euid || gid != egid)),
    ]);
    vector
}

/// Lays the stack out below `top`; `None` if it does not fit into the address space.
///
/// Linux fs/binfmt_elf.c:create_elf_tables: from the stack pointer up argument count, argument
/// and environment pointers, auxiliary vector; then the texts.
pub fn build(
    abi: &Abi,
    config: &Config,
    contents: &Contents<'_>,
    facts: &[(u64, u64)],
    top: u64,
) -> Option<Stack> {
    let mut texts = Texts { end: top.checked_sub(8)?, top, bytes: Vec::new() };
    let path = texts.push(contents.path.to_bytes_with_nul())?;
    let platform = texts.push(&[(abi.platform)(config.cpu_level).as_bytes(), b"\0"].concat())?;
    let random = texts.push(contents.random.map(u64::to_le_bytes).as_flattened())?;
    let env = texts.push_all(contents.env)?;
    let args = texts.push_all(contents.args)?;
    let mut vector = facts.to_vec();
    vector.extend([
        (at::RANDOM, random),
        (at::EXECFN, path),
        (at::PLATFORM, platform),
        (at::NULL, 0),
    ]);
    let auxv: Vec<u64> = vector.iter().flat_map(|(kind, value)| [*kind, *value]).collect();
    let mut words = vec![args.len() as u64];
    words.extend(args.iter().chain([&0]).chain(&env).chain([&0]).chain(&auxv));
    let sp = texts.end.checked_sub(8 * words.len() as u64)? & !(abi.entry_sp_align - 1);
    let mut bytes = to_bytes(abi.endian, &words);
    bytes.resize(usize::try_from(texts.end - sp).ok()?, 0);
    bytes.extend(texts.bytes.iter().rev());
    bytes.resize(usize::try_from(top - sp).ok()?, 0);
    Some(Stack { sp, bytes, auxv: to_bytes(abi.endian, &auxv) })
}

fn to_bytes(endian: Endian, words: &[u64]) -> Vec<u8> {
    let encode = |word: &u64| match endian {
        Endian::Big => word.to_be_bytes(),
        Endian::Little => word.to_le_bytes(),
    };
    words.iter().flat_map(encode).collect()
}

/// Texts growing downwards, kept in reverse.
struct Texts {
    end: u64,
    top: u64,
    bytes: Vec<u8>,
}

impl Texts {
    fn push(&mut self, text: &[u8]) -> Option<u64> {
        if self.bytes.is_empty() {
            self.bytes.resize((self.top - self.end) as usize, 0);
        }
        self.bytes.extend(text.iter().rev());
        self.end = self.end.checked_sub(text.len() as u64)?;
        Some(self.end)
    }

    fn push_all(&mut self, texts: &[CString]) -> Option<Vec<u64>> {
        let mut addrs = Vec::with_capacity(texts.len());
        for text in texts.iter().rev() {
            addrs.push(self.push(text.to_bytes_with_nul())?);
        }
        addrs.reverse();
        Some(addrs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::s390x::ABI;

    #[test]
    fn the_stack_is_as_the_kernel_lays_it_out() {
        let args = [c"prog".to_owned(), c"-x".to_owned()];
        let env = [c"A=1".to_owned()];
        let contents = Contents { args: &args, env: &env, path: c"/bin/prog", random: [7, 8] };
        let facts = [(at::PAGESZ, 4096)];
        let top = 0x3ff_ffff_f000;
        let stack = build(&ABI, &Config::default(), &contents, &facts, top).unwrap();
        let word = |i: usize| u64::from_be_bytes(stack.bytes[8 * i..8 * i + 8].try_into().unwrap());
        let text = |addr: u64| {
            let from = (addr - stack.sp) as usize;
            CStr::from_bytes_until_nul(&stack.bytes[from..]).unwrap()
        };
        assert_eq!(stack.sp % 16, 0);
        assert_eq!(stack.sp + stack.bytes.len() as u64, top);
        assert_eq!(word(0), 2);
        assert_eq!(text(word(1)), c"prog");
        assert_eq!(text(word(2)), c"-x");
        assert_eq!(word(3), 0);
        assert_eq!(text(word(4)), c"A=1");
        assert_eq!(word(5), 0);
        assert_eq!((word(6), word(7)), (at::PAGESZ, 4096));
        let find = |kind: u64| (6..20).step_by(2).find(|i| word(*i) == kind).map(|i| word(i + 1));
        assert_eq!(text(find(at::EXECFN).unwrap()), c"/bin/prog");
        assert_eq!(text(find(at::PLATFORM).unwrap()), c"z10");
        let random = (find(at::RANDOM).unwrap() - stack.sp) as usize;
        assert_eq!(stack.bytes[random..][..16], [7, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(&stack.auxv[..8], &at::PAGESZ.to_be_bytes());
    }

    #[test]
    fn too_many_arguments_for_the_address_space_are_refused() {
        let args = vec![c"0123456789".to_owned(); 100];
        let contents = Contents { args: &args, env: &[], path: c"x", random: [0; 2] };
        assert!(build(&ABI, &Config::default(), &contents, &[], 600).is_none());
    }
}
