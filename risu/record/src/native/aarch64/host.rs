//! What this machine is.

use std::arch::asm;
use std::fs;

use risu_trace::HostInfo;

/// HWCAP_CPUID: identification registers can be read (Linux `asm/hwcap.h`).
const HWCAP_CPUID: u64 = 1 << 11;
/// What QEMU's `max` processor has as MIDR: no implementer, part `Q`.
const QEMU_MIDR: u64 = 0x000f_0510;

/// HWCAP2_CSSC (Linux `asm/hwcap.h`): QEMU has it from 11 on.
const HWCAP2_CSSC: u64 = 1 << 34;

/// Kernel, machine, and as feature words AT_HWCAP, AT_HWCAP2 and MIDR_EL1.
pub(crate) fn host_info() -> HostInfo {
    let version = fs::read_to_string("/proc/version").unwrap_or_default();
    // SAFETY: reads the auxiliary vector.
    let [hwcap, hwcap2] = [libc::AT_HWCAP, libc::AT_HWCAP2].map(|n| unsafe { libc::getauxval(n) });
    let midr = if hwcap & HWCAP_CPUID == 0 { 0 } else { read_midr() };
    let emulator = match midr {
        QEMU_MIDR if hwcap2 & HWCAP2_CSSC == 0 => "qemu-user 10 on ",
        QEMU_MIDR => "qemu-user on ",
        _ => "",
    };
    let name = format!("{emulator}{} midr {midr:#010x}", version.trim());
    HostInfo { name, features: vec![hwcap, hwcap2, midr] }
}

fn read_midr() -> u64 {
    let midr: u64;
    // SAFETY: reads a register, which Linux lets a program do where it says HWCAP_CPUID.
    unsafe { asm!("mrs {0}, midr_el1", out(reg) midr, options(nomem, nostack)) };
    midr
}
