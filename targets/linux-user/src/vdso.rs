//! The vdso: a small shared object in memory whose functions the C library calls in the place of system calls.
//!
//! It is built when a program is loaded: an ELF header, the code that [`Vdso`] has, the tables of the dynamic linker.
//! There are no unwind tables for the returns from signal handlers: unwinders know these by their instructions, as on
//! arm64, whose kernel discards them (Linux arch/arm64/kernel/vdso/vdso.lds.S).

use crate::abi::Abi;
use tcg_mem::Endian;

/// What a guest's vdso has.
#[derive(Debug)]
pub struct Vdso {
    /// Its name as a shared object.
    pub name: &'static str,
    /// The version of its symbols.
    pub version: &'static str,
    /// The functions by name, with their instructions.
    pub functions: &'static [(&'static str, &'static [u8])],
    /// An instruction that does nothing, put before each function: unwinders look up the address before a return
    /// address.
    pub filler: &'static [u8],
    /// Bytes of an entry of the hash table (`DT_HASH`).
    pub hash_entry: usize,
}

/// Where signal handlers return to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Returns {
    /// Address of the call of `rt_sigreturn`.
    pub rt_sigreturn: u64,
    /// Address of the call of `sigreturn`; 0 if the guest has none.
    pub sigreturn: u64,
}

/// A vdso as bytes.
#[derive(Debug)]
pub struct Image {
    /// The object; its addresses are offsets from its beginning.
    pub bytes: Vec<u8>,
    /// Where the functions are, in the order of [`Vdso::functions`].
    pub offsets: Vec<u64>,
}

/// Where a function begins: on a multiple of this.
const ALIGN: usize = 16;
/// The file header and two program headers.
const HEADERS: usize = 64 + 2 * 56;

/// Types of program headers, tags of the dynamic section (System V ABI, chapter 5; the rest is GNU's).
mod elf {
    pub(super) const PT_LOAD: u32 = 1;
    pub(super) const PT_DYNAMIC: u32 = 2;
    pub(super) const R: u32 = 4;
    pub(super) const R_X: u32 = 5;
    pub(super) const DT_NULL: u64 = 0;
    pub(super) const DT_HASH: u64 = 4;
    pub(super) const DT_STRTAB: u64 = 5;
    pub(super) const DT_SYMTAB: u64 = 6;
    pub(super) const DT_STRSZ: u64 = 10;
    pub(super) const DT_SYMENT: u64 = 11;
    pub(super) const DT_SONAME: u64 = 14;
    pub(super) const DT_GNU_HASH: u64 = 0x6fff_fef5;
    pub(super) const DT_VERSYM: u64 = 0x6fff_fff0;
    pub(super) const DT_VERDEF: u64 = 0x6fff_fffc;
    pub(super) const DT_VERDEFNUM: u64 = 0x6fff_fffd;
}

/// Bytes in the guest's order.
struct Out {
    endian: Endian,
    bytes: Vec<u8>,
}

impl Out {
    fn put(&mut self, value: u64, width: usize) {
        let bytes = value.to_le_bytes();
        match self.endian {
            Endian::Little => self.bytes.extend(&bytes[..width]),
            Endian::Big => self.bytes.extend(bytes[..width].iter().rev()),
        }
    }

    fn halves(&mut self, values: &[u16]) {
        values.iter().for_each(|&value| self.put(value.into(), 2));
    }

    fn words(&mut self, values: &[u32]) {
        values.iter().for_each(|&value| self.put(value.into(), 4));
    }

    fn longs(&mut self, values: &[u64]) {
        values.iter().for_each(|&value| self.put(value, 8));
    }

    /// The next place of that alignment.
    fn place(&mut self, align: usize) -> u64 {
        self.bytes.resize(self.bytes.len().next_multiple_of(align), 0);
        self.bytes.len() as u64
    }
}

/// Names, one behind the other.
#[derive(Default)]
struct Names(Vec<u8>);

impl Names {
    fn add(&mut self, name: &str) -> u32 {
        let at = self.0.len() as u32;
        self.0.extend(name.bytes().chain([0]));
        at
    }
}

/// The hash of names of the System V ABI.
fn sysv_hash(name: &str) -> u32 {
    name.bytes().fold(0u32, |hash, byte| {
        let hash = (hash << 4).wrapping_add(byte.into());
        let high = hash & 0xf000_0000;
        (hash ^ high >> 24) & !high
    })
}

/// The hash of names of `DT_GNU_HASH`.
fn gnu_hash(name: &str) -> u32 {
    name.bytes().fold(5381u32, |hash, byte| hash.wrapping_mul(33).wrapping_add(byte.into()))
}

/// Builds the object for a guest.
pub fn build(abi: &Abi) -> Image {
    let vdso = abi.vdso;
    let mut out = Out { endian: abi.endian, bytes: vec![0; HEADERS] };
    let offsets = code(vdso, &mut out);
    let dynamic = tables(vdso, &mut out, &offsets);
    let end = out.bytes.len();
    let mut head = Out { endian: abi.endian, bytes: Vec::new() };
    headers(abi.elf_machine, &mut head, dynamic, end as u64);
    out.bytes[..HEADERS].copy_from_slice(&head.bytes);
    Image { bytes: out.bytes, offsets }
}

impl Image {
    /// Where signal handlers return to if the object is at `base`.
    pub fn returns(&self, vdso: &Vdso, base: u64) -> Returns {
        let find = |name: &str| {
            let at = vdso.functions.iter().position(|function| function.0 == name)?;
            Some(base.wrapping_add(*self.offsets.get(at)?))
        };
        Returns {
            rt_sigreturn: find("__kernel_rt_sigreturn").unwrap_or(0),
            sigreturn: find("__kernel_sigreturn").unwrap_or(0),
        }
    }
}

fn code(vdso: &Vdso, out: &mut Out) -> Vec<u64> {
    let mut offsets = Vec::new();
    for (_, code) in vdso.functions {
        out.bytes.extend(vdso.filler);
        while !out.bytes.len().is_multiple_of(ALIGN) {
            out.bytes.extend(vdso.filler);
        }
        offsets.push(out.bytes.len() as u64);
        out.bytes.extend(*code);
    }
    offsets
}

/// Appends what the dynamic linker reads; the result is where its directory is and how long.
fn tables(vdso: &Vdso, out: &mut Out, offsets: &[u64]) -> (u64, u64) {
    let mut names = Names(vec![0]);
    let (name, version) = (names.add(vdso.name), names.add(vdso.version));
    let symbols = out.place(8);
    out.longs(&[0; 3]);
    for ((name, code), offset) in vdso.functions.iter().zip(offsets) {
        out.words(&[names.add(name)]);
        // A global function, defined here.
        out.bytes.extend([0x12, 0]);
        out.halves(&[1]);
        out.longs(&[*offset, code.len() as u64]);
    }
    let hash = hash_table(vdso, out);
    let gnu_hash = gnu_hash_table(vdso, out);
    let versions = out.place(8);
    out.halves(&[0]);
    vdso.functions.iter().for_each(|_| out.halves(&[2]));
    let definitions = out.place(8);
    // Version 1 is the object itself.
    for (flags, index, name_at, text, next) in
        [(1, 1, name, vdso.name, 28), (0, 2, version, vdso.version, 0)]
    {
        out.halves(&[1, flags, index, 1]);
        out.words(&[sysv_hash(text), 20, next, name_at, 0]);
    }
    let strings = out.place(8);
    out.bytes.extend(&names.0);
    let directory = [
        (elf::DT_SONAME, name.into()),
        (elf::DT_HASH, hash),
        (elf::DT_GNU_HASH, gnu_hash),
        (elf::DT_STRTAB, strings),
        (elf::DT_SYMTAB, symbols),
        (elf::DT_STRSZ, names.0.len() as u64),
        (elf::DT_SYMENT, 24),
        (elf::DT_VERSYM, versions),
        (elf::DT_VERDEF, definitions),
        (elf::DT_VERDEFNUM, 2),
        (elf::DT_NULL, 0),
    ];
    let at = out.place(8);
    directory.iter().for_each(|(tag, value)| out.longs(&[*tag, *value]));
    (at, out.bytes.len() as u64 - at)
}

/// One bucket, so a chain of all symbols.
fn hash_table(vdso: &Vdso, out: &mut Out) -> u64 {
    let at = out.place(8);
    let n = vdso.functions.len() as u64;
    let next = (1..=n).map(|symbol| if symbol == n { 0 } else { symbol + 1 });
    let entries = [1, n + 1, 1, 0].into_iter().chain(next);
    entries.for_each(|entry| out.put(entry, vdso.hash_entry));
    at
}

/// One bucket as well, and a filter that lets all names pass.
fn gnu_hash_table(vdso: &Vdso, out: &mut Out) -> u64 {
    let at = out.place(8);
    out.words(&[1, 1, 1, 0]);
    out.longs(&[u64::MAX]);
    out.words(&[1]);
    for (i, (name, _)) in vdso.functions.iter().enumerate() {
        let is_last = u32::from(i + 1 == vdso.functions.len());
        out.words(&[gnu_hash(name) & !1 | is_last]);
    }
    at
}

fn headers(machine: u16, out: &mut Out, dynamic: (u64, u64), end: u64) {
    let order = if out.endian == Endian::Big { 2 } else { 1 };
    out.bytes.extend([0x7f, b'E', b'L', b'F', 2, order, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    // A shared object; no entry, no sections.
    out.halves(&[3, machine]);
    out.words(&[1]);
    out.longs(&[0, 64, 0]);
    out.words(&[0]);
    out.halves(&[64, 56, 2, 64, 0, 0]);
    let page = tcg_mem::PAGE_SIZE;
    let (at, len) = dynamic;
    for (kind, flags, at, len, align) in
        [(elf::PT_LOAD, elf::R_X, 0, end, page), (elf::PT_DYNAMIC, elf::R, at, len, 8)]
    {
        out.words(&[kind, flags]);
        out.longs(&[at, at, at, len, len, align]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::GUESTS;
    use goblin::elf::Elf;

    #[test]
    fn the_dynamic_linker_finds_every_function() {
        for abi in GUESTS {
            let image = build(abi);
            assert!(image.bytes.len() as u64 <= tcg_mem::PAGE_SIZE, "{}", abi.machine);
            let elf = Elf::parse(&image.bytes).unwrap();
            assert_eq!(elf.soname, Some(abi.vdso.name));
            assert_eq!(elf.header.e_machine, abi.elf_machine);
            let found: Vec<_> = elf.dynsyms.iter().skip(1).collect();
            assert_eq!(found.len(), abi.vdso.functions.len(), "{}", abi.machine);
            for ((symbol, (name, code)), offset) in
                found.iter().zip(abi.vdso.functions).zip(&image.offsets)
            {
                assert_eq!(elf.dynstrtab.get_at(symbol.st_name), Some(*name));
                assert!(symbol.is_function() && symbol.st_value == *offset);
                let at = *offset as usize;
                assert_eq!(&image.bytes[at..at + code.len()], *code, "{name}");
                assert_eq!(&image.bytes[at - abi.vdso.filler.len()..at], abi.vdso.filler);
            }
        }
    }

    #[test]
    fn symbols_have_the_kernels_version() {
        for abi in GUESTS {
            let image = build(abi);
            let elf = Elf::parse(&image.bytes).unwrap();
            let tag = |tag| {
                let entries = &elf.dynamic.as_ref().unwrap().dyns;
                entries.iter().find(|entry| entry.d_tag == tag).unwrap().d_val as usize
            };
            let half = |at: usize| {
                let bytes = [image.bytes[at], image.bytes[at + 1]];
                if abi.endian == Endian::Big {
                    u16::from_be_bytes(bytes)
                } else {
                    u16::from_le_bytes(bytes)
                }
            };
            let word = |at: usize| match abi.endian {
                Endian::Big => u32::from(half(at)) << 16 | u32::from(half(at + 2)),
                Endian::Little => u32::from(half(at + 2)) << 16 | u32::from(half(at)),
            };
            let versions = tag(elf::DT_VERSYM);
            for symbol in 1..=abi.vdso.functions.len() {
                assert_eq!(half(versions + 2 * symbol), 2);
            }
            // Definition 2 is behind the 28 bytes of the first one.
            let definition = tag(elf::DT_VERDEF) + 28;
            assert_eq!((half(definition), half(definition + 4)), (1, 2));
            assert_eq!(word(definition + 8), sysv_hash(abi.vdso.version));
            let name = word(definition + 20) as usize;
            assert_eq!(elf.dynstrtab.get_at(name), Some(abi.vdso.version));
        }
    }

    #[test]
    fn hashes_are_those_of_the_linkers() {
        assert_eq!((gnu_hash(""), gnu_hash("printf")), (0x1505, 0x156b_2bb8));
        assert_eq!(sysv_hash("LINUX_2.6.39"), 0x75f_cb89);
        assert_eq!(sysv_hash("LINUX_2.6.29"), 0x75f_cbb9);
    }

    #[test]
    fn handlers_return_into_it() {
        for abi in GUESTS {
            let image = build(abi);
            let returns = image.returns(abi.vdso, 0x10_0000);
            assert!(returns.rt_sigreturn > 0x10_0000 && returns.rt_sigreturn < 0x10_1000);
            assert_eq!(returns.sigreturn != 0, abi.machine == "s390x");
        }
    }
}
