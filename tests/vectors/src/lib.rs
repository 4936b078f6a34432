//! Hand-made instruction vectors, and what runs them on an engine.
//!
//! A line of `s390x/*.vec` is `name: code | before => after ; citation`, with the code in hexadecimal and the citation
//! of the manual, then the code as assembler. Before and after are items `key=value`:
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
//! | `[M+x]` | bytes of storage, in hexadecimal | 0 | as before |
//! | `pc` | where control goes | – | behind the code; at a trap or fault the instruction |
//! | `trap`, `dxc` | program-interruption code, data-exception code | – | none |
//! | `fault` | address of an access exception (its page counts) | – | none |
//! | `svc` | number of a supervisor call, behind which it ends | – | none |
//!
//! After, `*` stands for any number, and `*16` for any 16 bytes.
//! A number is decimal, `0x…`, a long or short floating-point number (`d:1.5`, `s:-inf`, the short one in the left half),
//! or an address with an offset: `P` the code, `M` two pages of storage, `E` their end, behind which nothing is mapped.

mod check;
mod vector;
mod window;

pub use vector::Vector;
pub use window::Window;
