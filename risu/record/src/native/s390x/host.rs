//! What this machine is.

use std::arch::asm;
use std::fs;

use risu_trace::HostInfo;

/// Doublewords of the facility list that are stored.
const N_WORDS: usize = 4;

/// What QEMU's user mode says in `/proc/cpuinfo` about the speed of the machine.
const QEMU_BOGOMIPS: &str = "bogomips per cpu: 13370.00";

/// Kernel, machine and facility list.
pub(crate) fn host_info() -> HostInfo {
    let version = fs::read_to_string("/proc/version").unwrap_or_default();
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let processor = cpuinfo.lines().find(|l| l.starts_with("processor 0")).unwrap_or("").trim();
    let emulator = if cpuinfo.contains(QEMU_BOGOMIPS) { "qemu-user on " } else { "" };
    let name = format!("{emulator}{} {processor}", version.trim());
    HostInfo { name: name.trim().to_owned(), features: facility_list() }
}

/// What STORE FACILITY LIST EXTENDED stores.
fn facility_list() -> Vec<u64> {
    let mut words = [0u64; N_WORDS];
    // SAFETY: the instruction stores at most `N_WORDS` doublewords, as register 0 says; it has
    // been there since z9, older than what this program can run on.
    unsafe {
        asm!(
            "stfle 0({list})",
            list = in(reg_addr) words.as_mut_ptr(),
            inout("r0") N_WORDS as u64 - 1 => _,
        );
    }
    words.to_vec()
}
