//! What a thread is attached to, and whether its stores to code pages are reported.

use crate::addr::GuestAddr;
use crate::space::{AddressSpace, WriteFault};
use std::cell::{Cell, RefCell};
use std::sync::Arc;

thread_local! {
    static CURRENT: RefCell<Option<Arc<AddressSpace>>> = const { RefCell::new(None) };
}

impl AddressSpace {
    /// Makes this the address space whose code pages guarded stores of this thread release.
    pub fn attach_thread(self: &Arc<Self>) -> ThreadAttachment {
        let before = CURRENT.with(|current| current.borrow_mut().replace(Arc::clone(self)));
        ThreadAttachment { before, _not_send: std::marker::PhantomData }
    }
}

/// Keeps a thread attached to an address space; see [`AddressSpace::attach_thread`].
#[must_use]
#[derive(Debug)]
pub struct ThreadAttachment {
    before: Option<Arc<AddressSpace>>,
    _not_send: std::marker::PhantomData<*const ()>,
}

impl Drop for ThreadAttachment {
    fn drop(&mut self) {
        let before = self.before.take();
        // At thread exit the slot may be gone, and then nothing needs to be put back.
        let _ = CURRENT.try_with(|current| *current.borrow_mut() = before);
    }
}

thread_local! {
    static REPORTS: Cell<bool> = const { Cell::new(false) };
}

/// While it lives, guarded stores of this thread to code pages fail like any other fault.
///
/// For the time in which guest code runs: the execution loop then deals with the fault at the
/// exact instruction, so that code that changes itself is seen to.
#[must_use]
#[derive(Debug)]
pub struct ReportCodeWrites {
    before: bool,
    _not_send: std::marker::PhantomData<*const ()>,
}

impl ReportCodeWrites {
    /// Begins to report.
    pub fn begin() -> ReportCodeWrites {
        let before = REPORTS.with(|reports| reports.replace(true));
        ReportCodeWrites { before, _not_send: std::marker::PhantomData }
    }

    /// Ends on this thread what nobody is there to end any more: a child that shared the thread's memory (`vfork`) began it
    /// and was killed.
    pub fn abandon() {
        REPORTS.with(|reports| reports.set(false));
    }
}

impl Drop for ReportCodeWrites {
    fn drop(&mut self) {
        REPORTS.with(|reports| reports.set(self.before));
    }
}

/// Tries [`AddressSpace::resolve_write`] of the address space this thread is attached to, for a
/// store that failed by protection; `true` means: repeat it.
pub(crate) fn resolve_write_here(addr: GuestAddr) -> bool {
    if REPORTS.with(Cell::get) {
        return false;
    }
    let space = CURRENT.with(|current| current.borrow().clone());
    space.is_some_and(|space| space.resolve_write(addr) != WriteFault::Denied)
}
