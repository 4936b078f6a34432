//! What a host did in one step.

use crate::delta::Delta;
use crate::error::Bad;
use crate::manifest::Header;
use crate::wire::{Cursor, Put};

/// A signal that ended a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signal {
    /// Signal number on Linux (equal on all guests here): 4 SIGILL, 5 SIGTRAP, 7 SIGBUS,
    /// 8 SIGFPE, 11 SIGSEGV.
    pub number: u8,
    /// `si_code`.
    pub code: i32,
    /// `si_addr`.
    pub addr: u64,
}

/// The end of one step.
///
/// Without a signal the step ended at a checkpoint word and `pc` is the address of that word;
/// with one, `pc` is the program counter that the signal handler saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Program counter.
    pub pc: u64,
    /// The signal, if the step did not reach a checkpoint.
    pub signal: Option<Signal>,
    /// What changed between the entry of the step and its end.
    pub delta: Delta,
}

impl Signal {
    /// Stands in the place of a signal number where the reference itself failed, so that nothing
    /// is known about the step; the code is how it failed.
    pub const HOST_FAILED: u8 = 255;
}

impl Outcome {
    /// Whether the reference failed instead of running the step.
    #[must_use]
    pub fn is_host_failure(&self) -> bool {
        self.signal.is_some_and(|signal| signal.number == Signal::HOST_FAILED)
    }

    /// Appends the bytes of this outcome, as they stand in a trace of this header.
    pub fn write(&self, header: &Header, out: &mut Vec<u8>) {
        self.encode(header.base, usize::from(header.n_words), out);
    }

    /// Takes the next outcome off `bytes`; `None` if they are not one.
    pub fn read(&mut self, header: &Header, bytes: &mut &[u8]) -> Option<()> {
        let mut from = Cursor::new(bytes);
        let memory_len = header.scratch().map_or(0, |area| area.len as usize);
        self.decode(&mut from, header.base, usize::from(header.n_words), memory_len).ok()?;
        let used = bytes.len() - from.len();
        *bytes = &bytes[used..];
        Some(())
    }

    /// `pc` is written relative to `base`, the image's address.
    pub(crate) fn encode(&self, base: u64, n_words: usize, out: &mut Vec<u8>) {
        match self.signal {
            None => out.put_u8(0),
            Some(signal) => {
                out.put_u8(signal.number);
                out.put_u32(signal.code as u32);
                out.put_u64(signal.addr);
            }
        }
        match u32::try_from(self.pc.wrapping_sub(base)) {
            Ok(near) if near < u32::MAX => out.put_var(near),
            _ => {
                out.put_var(u32::MAX);
                out.put_u64(self.pc);
            }
        }
        self.delta.encode(n_words, out);
    }

    pub(crate) fn decode(
        &mut self,
        from: &mut Cursor<'_>,
        base: u64,
        n_words: usize,
        memory_len: usize,
    ) -> Result<(), Bad> {
        let number = from.u8()?;
        self.signal = None;
        if number != 0 {
            let (code, addr) = (from.u32()? as i32, from.u64()?);
            self.signal = Some(Signal { number, code, addr });
        }
        self.pc = match from.var()? {
            u32::MAX => from.u64()?,
            near => base.wrapping_add(u64::from(near)),
        };
        self.delta.decode(from, n_words, memory_len)
    }
}
