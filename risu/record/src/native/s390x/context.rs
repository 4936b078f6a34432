//! The signal frame of s390x.

use risu_trace::{State, s390x as layout};

/// `struct ucontext` up to the signal mask, as Linux lays it out for a 64-bit program.
///
/// Linux `arch/s390/include/uapi/asm/ucontext.h`, `sigcontext.h`.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(crate) struct UserContext {
    flags: u64,
    link: u64,
    stack: [u64; 3],
    psw_mask: u64,
    psw_addr: u64,
    gprs: [u64; 16],
    access: [u32; 16],
    fpc: u32,
    pad: u32,
    fprs: [u64; 16],
}

const _: () = assert!(std::mem::offset_of!(UserContext, psw_mask) == 40);
const _: () = assert!(std::mem::offset_of!(UserContext, fprs) == 256);

/// Position of the condition code in the PSW mask (bits 18–19 of the PSW).
const CC_SHIFT: u32 = 44;
/// Position of the program mask (bits 20–23 of the PSW).
const PROGRAM_MASK_SHIFT: u32 = 40;

impl UserContext {
    /// The program counter.
    pub(crate) fn pc(&self) -> u64 {
        self.psw_addr
    }

    /// Continues at `pc`.
    pub(crate) fn set_pc(&mut self, pc: u64) {
        self.psw_addr = pc;
    }

    /// Copies the registers into the words of a state without vector registers.
    pub(crate) fn save(&self, words: &mut [u64]) {
        words[layout::GPR..layout::GPR + 16].copy_from_slice(&self.gprs);
        words[layout::FPR..layout::FPR + 16].copy_from_slice(&self.fprs);
        for (word, access) in words[layout::AR..].iter_mut().zip(&self.access) {
            *word = u64::from(*access);
        }
        words[layout::FPC] = u64::from(self.fpc);
        let cc = self.psw_mask >> CC_SHIFT & 3;
        let program_mask = self.psw_mask >> PROGRAM_MASK_SHIFT & 15;
        words[layout::PSW] = layout::psw_word(cc as u8, program_mask as u8);
    }

    /// Replaces the registers, leaving the other bits of the PSW mask as they are.
    pub(crate) fn load(&mut self, state: &State) {
        let words = &state.words;
        self.gprs.copy_from_slice(&words[layout::GPR..layout::GPR + 16]);
        self.fprs.copy_from_slice(&words[layout::FPR..layout::FPR + 16]);
        for (access, word) in self.access.iter_mut().zip(&words[layout::AR..]) {
            *access = *word as u32;
        }
        self.fpc = words[layout::FPC] as u32;
        let (cc, program_mask) = layout::psw_parts(words[layout::PSW]);
        let field = 3 << CC_SHIFT | 15 << PROGRAM_MASK_SHIFT;
        self.psw_mask = self.psw_mask & !field
            | u64::from(cc) << CC_SHIFT
            | u64::from(program_mask) << PROGRAM_MASK_SHIFT;
    }
}
