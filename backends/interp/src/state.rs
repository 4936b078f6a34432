//! Access to the CPU state by byte offset, as generated code has it.

use tcg_ir::{Env, GuestLayout, HelperDesc, Type};

/// The CPU state of one vCPU while a TB runs.
#[derive(Debug)]
pub(crate) struct State {
    env: *mut Env,
    size: usize,
}

impl State {
    /// # Safety
    /// `env` is the head of a live CPU state of the guest with this layout, and nobody else uses it meanwhile.
    pub(crate) unsafe fn new(env: *mut Env, layout: &GuestLayout) -> State {
        State { env, size: layout.state_size as usize }
    }

    /// The shared head.
    pub(crate) fn env(&mut self) -> &mut Env {
        // SAFETY: `new`'s caller promised a live state that nobody else uses; the borrow is of `self`.
        unsafe { &mut *self.env }
    }

    /// Reads a value of type `ty` at byte offset `off`, host byte order.
    pub(crate) fn load(&self, ty: Type, off: u32) -> u128 {
        let mut bytes = [0; 16];
        let len = ty.bytes() as usize;
        let at = self.place(off, len);
        // SAFETY: `place` checked that `len` bytes from `at` lie in the state.
        unsafe { std::ptr::copy_nonoverlapping(at, bytes.as_mut_ptr(), len) };
        u128::from_le_bytes(bytes)
    }

    /// Writes a value of type `ty` at byte offset `off`, host byte order.
    pub(crate) fn store(&mut self, ty: Type, off: u32, value: u128) {
        let len = ty.bytes() as usize;
        let at = self.place(off, len);
        // SAFETY: `place` checked that `len` bytes from `at` lie in the state.
        unsafe { std::ptr::copy_nonoverlapping(value.to_le_bytes().as_ptr(), at, len) };
    }

    /// Calls a helper on this state.
    pub(crate) fn call(&mut self, helper: &HelperDesc, args: [u64; 4]) -> u64 {
        let [a0, a1, a2, a3] = args;
        // SAFETY: a helper's contract is a live state of its own guest, which `new`'s caller promised.
        unsafe { (helper.entry)(self.env, a0, a1, a2, a3) }
    }

    fn place(&self, off: u32, len: usize) -> *mut u8 {
        let off = off as usize;
        assert!(off + len <= self.size, "offset {off} lies outside the CPU state");
        // SAFETY: the offset lies within the state's allocation, by the assertion and `new`'s contract.
        unsafe { self.env.cast::<u8>().add(off) }
    }
}
