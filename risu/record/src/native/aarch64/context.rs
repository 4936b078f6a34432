//! The signal frame of aarch64.

use risu_trace::{State, aarch64 as layout};

/// `struct ucontext`, as Linux lays it out.
///
/// Linux `arch/arm64/include/uapi/asm/ucontext.h`, `sigcontext.h`.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub(crate) struct UserContext {
    flags: u64,
    link: u64,
    stack: [u64; 3],
    signal_mask: [u64; 17],
    fault_address: u64,
    x: [u64; 31],
    sp: u64,
    pc: u64,
    pstate: u64,
    pad: u64,
    /// Records, each of which begins with a magic number and its length in bytes.
    records: [u32; 1024],
}

const _: () = assert!(std::mem::offset_of!(UserContext, fault_address) == 176);
const _: () = assert!(std::mem::offset_of!(UserContext, records) == 464);

/// Position of the condition flags in PSTATE.
const NZCV_SHIFT: u32 = 28;
/// PSTATE.BTYPE: how the interrupted instruction was branched to.
const BTYPE: u64 = 3 << 10;

/// Magic number of `struct fpsimd_context`: FPSR, FPCR, then the vector registers.
const FPSIMD_MAGIC: u32 = 0x4650_8001;
/// Magic number of `struct sve_context`; a record of zeros ends the list.
const SVE_MAGIC: u32 = 0x5356_4501;
/// Length of `struct fpsimd_context` in words of 32 bits: two words of head, two registers, 32 vectors.
const FPSIMD_LEN: usize = 4 + 4 * 32;

impl UserContext {
    /// The program counter.
    pub(crate) fn pc(&self) -> u64 {
        self.pc
    }

    /// Continues at `pc`, as if no indirect branch had led there.
    pub(crate) fn set_pc(&mut self, pc: u64) {
        self.pc = pc;
        self.pstate &= !BTYPE;
    }

    /// Index of the record with the floating-point registers, which is in every frame.
    fn fpsimd(&self) -> Option<usize> {
        self.record(FPSIMD_MAGIC).filter(|at| at + FPSIMD_LEN <= self.records.len())
    }

    /// Index of the record with a magic number.
    fn record(&self, magic: u32) -> Option<usize> {
        let mut at = 0;
        loop {
            match *self.records.get(at..at + 2)? {
                [found, _] if found == magic => return Some(at),
                [0, _] | [_, ..8] => return None,
                [_, len] => at += len as usize / 4,
                _ => return None,
            }
        }
    }

    /// Copies the registers into the words of a state.
    pub(crate) fn save(&self, words: &mut [u64]) {
        words[layout::X..layout::X + 31].copy_from_slice(&self.x);
        words[layout::SP] = self.sp;
        words[layout::NZCV] = self.pstate >> NZCV_SHIFT & 15;
        let Some(at) = self.fpsimd() else { return };
        words[layout::FPSR] = u64::from(self.records[at + 2]);
        words[layout::FPCR] = u64::from(self.records[at + 3]);
        let halves = self.records[at + 4..at + FPSIMD_LEN].chunks_exact(2);
        for (word, half) in words[layout::V..].iter_mut().zip(halves) {
            *word = u64::from(half[1]) << 32 | u64::from(half[0]);
        }
    }

    /// Replaces the registers, leaving the other bits of PSTATE as they are.
    pub(crate) fn load(&mut self, state: &State) {
        let words = &state.words;
        self.x.copy_from_slice(&words[layout::X..layout::X + 31]);
        self.sp = words[layout::SP];
        let flags = (words[layout::NZCV] & 15) << NZCV_SHIFT;
        self.pstate = self.pstate & !(15 << NZCV_SHIFT) | flags;
        // QEMU restores the vectors from this record, if it is there, and not from the other.
        if let Some(sve) = self.record(SVE_MAGIC) {
            self.records[sve..sve + 2].fill(0);
        }
        let Some(at) = self.fpsimd() else { return };
        self.records[at + 2] = words[layout::FPSR] as u32;
        self.records[at + 3] = words[layout::FPCR] as u32;
        let halves = self.records[at + 4..at + FPSIMD_LEN].chunks_exact_mut(2);
        for (word, half) in words[layout::V..].iter().zip(halves) {
            half.copy_from_slice(&[*word as u32, (*word >> 32) as u32]);
        }
    }
}
