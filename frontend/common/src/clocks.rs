//! Clocks of the host that one page of guest code may read, for a kernel's vdso.

/// Who may read them, and how. To any other code the instruction is one that a program may not execute.
#[derive(Clone, Copy, Debug)]
pub struct HostClocks {
    /// Address of the page whose code may read them; [`u64::MAX`]: none.
    pub page: u64,
    /// Nanoseconds since the beginning of the clock of that number, 0 to 15, if there is such a clock.
    pub read: fn(u32) -> Option<u64>,
}

impl Default for HostClocks {
    fn default() -> HostClocks {
        HostClocks { page: u64::MAX, read: |_| None }
    }
}

/// Bits of an address within a page.
const OFFSET: u64 = 0xfff;

impl HostClocks {
    /// The clock as the instruction at `pc` sees it.
    #[must_use]
    pub fn read_from(&self, pc: u64, clock: u64) -> Option<u64> {
        let may = pc & !OFFSET == self.page;
        if may { (self.read)(clock as u32) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_page_may_read() {
        let clocks =
            HostClocks { page: 0x7000, read: |clock| (clock < 2).then_some(41 + u64::from(clock)) };
        assert_eq!(clocks.read_from(0x7ffc, 1), Some(42));
        assert_eq!(clocks.read_from(0x7000, 2), None);
        assert_eq!(clocks.read_from(0x8000, 1), None);
        assert_eq!(HostClocks::default().read_from(u64::MAX, 0), None);
    }
}
