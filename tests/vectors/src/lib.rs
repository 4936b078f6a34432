//! Hand-made instruction vectors, and what runs them on an engine.
//!
//! A line of `GUEST/*.vec` is `name: code | before => after ; citation`, with the code in hexadecimal, as it stands in
//! storage, and the citation of the manual (`PoP`, `Arm`), then the code as assembler.
//! Before and after are items `key=value`. Those of every guest:
//!
//! | key | what | before, unless said | after, unless said |
//! | --- | --- | --- | --- |
//! | `[M+x]` | bytes of storage, in hexadecimal | 0 | as before |
//! | `pc` | where control goes | – | behind the code; at a trap or fault the instruction |
//! | `trap` | code or class of a program interruption or exception | – | none |
//! | `fault` | address of an access exception (on s390x its page counts) | – | none |
//! | `svc` | number in a system call, behind which it ends | – | none |
//!
//! Those of s390x:
//!
//! | key | what | before, unless said | after, unless said |
//! | --- | --- | --- | --- |
//! | `rN` | general register | N times `0x1111111111111111` | as before |
//! | `fN` | floating-point register | N times `0x0101010101010101` | as before |
//! | `aN` | access register | N times `0x01010101` | as before |
//! | `fpc` | floating-point control | 0 | as before, with `dxc` |
//! | `cc`, `mask` | condition code, program mask (8 fixed-point overflow) | 0 | as before |
//! | `amode` | addressing mode: 24, 31, 64 | 64 | as before |
//! | `gs`, `gsd`, `gssm`, `gsepla` | guarded storage: enabled, and its controls | 0 | as before |
//! | `dxc` | data-exception code (`trap` is the program-interruption code) | – | any |
//!
//! Those of aarch64:
//!
//! | key | what | before, unless said | after, unless said |
//! | --- | --- | --- | --- |
//! | `xN`, `vN` | general and vector register | N in each byte | as before |
//! | `sp`, `nzcv`, `fpcr`, `fpsr` | stack pointer, flags (N is 8), floating-point control and status | 0 | as before |
//! | `tpidr`, `tpidrro` | thread pointers | 0 | as before |
//! | `arg` | comment of BRK, address that is not aligned (`trap` is ESR's exception class) | – | any |
//!
//! After, `*` stands for any number, and `*16` for any 16 bytes.
//! A number is decimal, `0x…`, a long or short floating-point number (`d:1.5`, `s:-inf`; on s390x the short one in the
//! left half), or an address with an offset: `P` the code, `M` two pages of storage, `E` their end, behind which nothing
//! is mapped.

mod check;
mod guest;
mod vector;
mod window;

pub use guest::{Part, VectorGuest};
pub use vector::Vector;
pub use window::{End, Runner, Window};
