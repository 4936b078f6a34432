//! Trampolines and thunks that every code cache starts with.
//!
//! Between entry and exit: rbp points into the CPU state (see `Pins::bias`), pinned registers hold their globals,
//! MXCSR is the guest's, and the host stack holds predicted returns above a sentinel (see the book's page on this back end).

#![allow(clippy::useless_conversion, reason = "`dynasm!` converts register numbers")]

use crate::constants::CONSTANTS;
use crate::nans::NanThunks;
use crate::pins::{Pins, Reg, XMM0};
use dynasmrt::x64::X64Relocation;
use dynasmrt::{DynasmApi, DynasmLabelApi, VecAssembler, dynasm};
use std::mem::offset_of;
use tcg_ir::layout::Env;
use tcg_ir::{GuestLayout, HelperDesc};

/// Where things are in the prologue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Offsets {
    pub(crate) entry: u32,
    /// Leaves with result 0; `Env::exit_code` and `Env::pc` are set.
    pub(crate) exit: u32,
    /// Leaves after a fault: pinned registers have been written home already.
    pub(crate) fault_exit: u32,
    /// Called by the stub of an unchained exit; its arguments follow the call.
    pub(crate) chain: u32,
    /// Indirect jump without a known target: rax holds the guest pc.
    pub(crate) indirect_miss: u32,
    /// Runs the slow floating-point op whose frame is on the stack; changes no register.
    pub(crate) fp_slow: u32,
    /// The same for what is a NaN in most cases.
    pub(crate) nans: NanThunks,
    /// The constants, see [`Const`].
    pub(crate) constants: u32,
    /// The tables of `lookup`.
    pub(crate) tables: u32,
    /// By helper: its thunk.
    pub(crate) helpers: Vec<u32>,
}

/// Bytes below the host stack pointer that predicted returns may use.
pub const RETURN_STACK_BYTES: i32 = 256 << 10;
/// The sentinel below which there is no predicted return: no instruction is at an odd address.
const SENTINEL: i32 = -1;
/// MXCSR with all exceptions masked and no flags.
const DEFAULT_CSR: i32 = 0x1f80;
/// MXCSR.FTZ, DAZ and DM (Intel SDM volume 1, 10.2.3).
const CSR_FLUSH: i32 = 1 << 15;
const CSR_DENORMALS_ARE_ZERO: i32 = 1 << 6;
const CSR_DENORMAL_MASKED: i32 = 1 << 8;
/// MXCSR rounding control for each entry of `Round::ALL` that the host has; the others run as to-nearest.
const CSR_OF_ROUND: [i32; 8] = [0x1f80, 0x7f80, 0x5f80, 0x3f80, 0x1f80, 0x1f80, 0x1f80, 0x1f80];

pub(crate) type Ops = VecAssembler<X64Relocation>;

macro_rules! env {
    ($pins:expr, $field:ident) => {
        offset_of!(Env, $field) as i32 - $pins.bias
    };
}
pub(crate) use env;

/// Assembles the prologue for the address `at`.
pub(crate) fn assemble(
    layout: &'static GuestLayout,
    pins: &Pins,
    at: u64,
    out: &mut Vec<u8>,
) -> Offsets {
    let mut ops = Ops::new(at as usize);
    let mut offsets = Offsets { constants: here(&mut ops), ..Offsets::default() };
    for bits in CONSTANTS {
        dynasm!(ops; .arch x64; .u64 bits as u64; .u64 (bits >> 64) as u64);
    }
    rounding_table(&mut ops);
    offsets.fp_slow = here(&mut ops);
    fp_slow(&mut ops, pins, layout.fp);
    offsets.nans = NanThunks::assemble(&mut ops, pins, layout.fp);
    offsets.entry = here(&mut ops);
    entry(&mut ops, pins);
    offsets.chain = here(&mut ops);
    chain(&mut ops, pins);
    offsets.indirect_miss = here(&mut ops);
    indirect_miss(&mut ops, pins);
    offsets.exit = here(&mut ops);
    dynasm!(ops; .arch x64; xor eax, eax);
    exit_tail(&mut ops, pins);
    offsets.fault_exit = here(&mut ops);
    fault_exit(&mut ops, pins);
    for helper in layout.helpers {
        let at = here(&mut ops);
        offsets.helpers.push(at);
        helper_thunk(&mut ops, pins, helper);
    }
    offsets.tables = here(&mut ops);
    for byte in layout.tables.iter().flatten() {
        dynasm!(ops; .arch x64; .u8 *byte);
    }
    match ops.finalize() {
        Ok(code) => out.extend_from_slice(&code),
        Err(error) => unreachable!("the prologue's labels are all in it: {error}"),
    }
    offsets
}

pub(crate) fn here(ops: &mut Ops) -> u32 {
    dynasm!(ops; .arch x64; .align 16);
    ops.offset().0 as u32
}

fn rounding_table(ops: &mut Ops) {
    dynasm!(ops; .arch x64; ->rounding:);
    for csr in CSR_OF_ROUND {
        dynasm!(ops; .arch x64; .i32 csr);
    }
    dynasm!(ops; .arch x64; ->default_csr: ; .i32 DEFAULT_CSR);
}

/// `extern "C" fn(state: *mut Env, code: u64) -> u64`.
fn entry(ops: &mut Ops, pins: &Pins) {
    dynasm!(ops
        ; .arch x64
        ; push rbx
        ; push rbp
        ; push r12
        ; push r13
        ; push r14
        ; push r15
        ; sub rsp, 8
        ; lea rbp, [rdi + pins.bias]
        ; mov [rbp + env!(pins, host_sp)], rsp
        ; lea rax, [rsp - RETURN_STACK_BYTES]
        ; mov [rbp + env!(pins, return_limit)], rax
        ; push SENTINEL
        ; push SENTINEL
        ; mov eax, [rbp + env!(pins, fp_round)]
        ; and eax, 7
        ; lea rcx, [->rounding]
        ; mov eax, [rcx + rax * 4]
        ; test BYTE [rbp + env!(pins, fp_mode)], Env::FP_FLUSH as i8
        ; je >loaded
    );
    flush(ops, pins);
    dynasm!(ops
        ; .arch x64
        ; loaded:
        ; mov [rbp + env!(pins, host_fp_csr)], eax
        ; ldmxcsr [rbp + env!(pins, host_fp_csr)]
    );
    load_pins(ops, pins);
    dynasm!(ops; .arch x64; jmp rsi);
}

/// Makes eax, the MXCSR to be, flush results, and operands if it is known that there was a subnormal one; else that will raise
/// a signal, whose handler notes it (see `sigsafe_fault` of `tcg-exec`).
fn flush(ops: &mut Ops, pins: &Pins) {
    dynasm!(ops
        ; .arch x64
        ; or eax, CSR_FLUSH
        ; test BYTE [rbp + env!(pins, fp_flags)], Env::FP_INPUT_DENORMAL as i8
        ; jne >known
        ; and eax, !CSR_DENORMAL_MASKED
        ; jmp >done
        ; known:
        ; or eax, CSR_DENORMALS_ARE_ZERO
        ; done:
    );
}

/// At the return address: the guest pc (8 bytes) and the distance from there to the patch field (4 bytes).
fn chain(ops: &mut Ops, pins: &Pins) {
    dynasm!(ops
        ; .arch x64
        ; pop rcx
        ; mov rax, [rcx]
        ; mov [rbp + env!(pins, pc)], rax
        ; movsxd rax, DWORD [rcx + 8]
        ; add rax, rcx
    );
    exit_tail(ops, pins);
}

fn indirect_miss(ops: &mut Ops, pins: &Pins) {
    dynasm!(ops
        ; .arch x64
        ; mov [rbp + env!(pins, pc)], rax
        ; mov DWORD [rbp + env!(pins, exit_code)], 0
        ; xor eax, eax
    );
    exit_tail(ops, pins);
}

/// Stores the pinned registers and returns rax.
fn exit_tail(ops: &mut Ops, pins: &Pins) {
    store_pins(ops, pins);
    leave(ops, pins);
}

fn fault_exit(ops: &mut Ops, pins: &Pins) {
    dynasm!(ops; .arch x64; xor eax, eax);
    leave(ops, pins);
}

/// A frame of a slow op is above the return address. Saves what C functions may change.
fn fp_slow(ops: &mut Ops, pins: &Pins, rules: &'static softfp::Rules) {
    let run = crate::slow::run as *const () as i64;
    let rules = std::ptr::from_ref(rules) as i64;
    dynasm!(ops
        ; .arch x64
        ; ->fp_slow:
        ; push rax
        ; push rcx
        ; push rdx
        ; push rsi
        ; push rdi
        ; push r8
        ; push r9
        ; push r10
        ; push r11
        ; sub rsp, 256
    );
    for x in 0..16u8 {
        dynasm!(ops; .arch x64; vmovups [rsp + 16 * i32::from(x)], Rx(x));
    }
    dynasm!(ops
        ; .arch x64
        ; lea rdi, [rbp - pins.bias]
        ; lea rsi, [rsp + 256 + 9 * 8 + 8]
        ; mov rdx, QWORD rules
        ; mov rax, QWORD run
        ; call rax
    );
    for x in 0..16u8 {
        dynasm!(ops; .arch x64; vmovups Rx(x), [rsp + 16 * i32::from(x)]);
    }
    dynasm!(ops
        ; .arch x64
        ; add rsp, 256
        ; pop r11
        ; pop r10
        ; pop r9
        ; pop r8
        ; pop rdi
        ; pop rsi
        ; pop rdx
        ; pop rcx
        ; pop rax
        ; ret
    );
}

/// Moves the sticky flags from MXCSR to `Env::fp_flags`, restores the host's state and returns rax.
fn leave(ops: &mut Ops, pins: &Pins) {
    dynasm!(ops
        ; .arch x64
    );
    gather_flags(ops, pins);
    dynasm!(ops
        ; .arch x64
        ; ldmxcsr [->default_csr]
        ; mov rsp, [rbp + env!(pins, host_sp)]
        ; add rsp, 8
        ; pop r15
        ; pop r14
        ; pop r13
        ; pop r12
        ; pop rbp
        ; pop rbx
        ; ret
    );
}

/// Adds the sticky flags of MXCSR to `Env::fp_flags`. Changes ecx and r8; leaves MXCSR in `Env::host_fp_csr`.
fn gather_flags(ops: &mut Ops, pins: &Pins) {
    dynasm!(ops
        ; .arch x64
        ; stmxcsr [rbp + env!(pins, host_fp_csr)]
        ; mov ecx, [rbp + env!(pins, host_fp_csr)]
        ; mov r8d, ecx
        ; and ecx, 1
        ; shr r8d, 1
        ; and r8d, 0x1e
        ; or ecx, r8d
        ; or [rbp + env!(pins, fp_flags)], ecx
    );
}

fn load_pins(ops: &mut Ops, pins: &Pins) {
    for pin in &pins.all {
        let m = pin.offset as i32 - pins.bias;
        match (pin.reg.checked_sub(XMM0), pin.bytes) {
            (None, 4) => dynasm!(ops; .arch x64; mov Rd(pin.reg), [rbp + m]),
            (None, _) => dynasm!(ops; .arch x64; mov Rq(pin.reg), [rbp + m]),
            (Some(x), 4) => dynasm!(ops; .arch x64; vmovss Rx(x), [rbp + m]),
            (Some(x), 8) => dynasm!(ops; .arch x64; vmovsd Rx(x), [rbp + m]),
            (Some(x), _) => dynasm!(ops; .arch x64; vmovups Rx(x), [rbp + m]),
        }
    }
}

fn store_pins(ops: &mut Ops, pins: &Pins) {
    for pin in &pins.all {
        let m = pin.offset as i32 - pins.bias;
        match (pin.reg.checked_sub(XMM0), pin.bytes) {
            (None, 4) => dynasm!(ops; .arch x64; mov [rbp + m], Rd(pin.reg)),
            (None, _) => dynasm!(ops; .arch x64; mov [rbp + m], Rq(pin.reg)),
            (Some(x), 4) => dynasm!(ops; .arch x64; vmovss [rbp + m], Rx(x)),
            (Some(x), 8) => dynasm!(ops; .arch x64; vmovsd [rbp + m], Rx(x)),
            (Some(x), _) => dynasm!(ops; .arch x64; vmovups [rbp + m], Rx(x)),
        }
    }
}

/// Registers of helper arguments in TB code: all scratch, and the first three already where C wants them.
pub(crate) const HELPER_ARGS: [Reg; 4] = [6, 2, 1, 0];

/// Calls a helper: arguments in rsi, rdx, rcx, rax; result in rax. Everything but the pinned registers is lost.
///
/// `Env::pc` holds the guest pc of the instruction. If the helper wants to leave, this does not return.
fn helper_thunk(ops: &mut Ops, pins: &Pins, helper: &HelperDesc) {
    store_pins(ops, pins);
    if helper.reads_fp_flags {
        move_flags(ops, pins);
    }
    let entry = helper.entry as usize as i64;
    dynasm!(ops
        ; .arch x64
        ; mov r8, rax
        ; lea rdi, [rbp - pins.bias]
        ; mov rax, QWORD entry
        ; sub rsp, 8
        ; call rax
        ; add rsp, 8
    );
    load_pins(ops, pins);
    dynasm!(ops
        ; .arch x64
        ; mov ecx, [rbp + env!(pins, helper_exit)]
        ; test ecx, ecx
        ; jne >leave
        ; ret
        ; leave:
        ; mov [rbp + env!(pins, exit_code)], ecx
        ; mov DWORD [rbp + env!(pins, helper_exit)], 0
        ; xor eax, eax
    );
    leave(ops, pins);
}

/// Moves the sticky flags of MXCSR to `Env::fp_flags`. Changes r8 and r9.
fn move_flags(ops: &mut Ops, pins: &Pins) {
    dynasm!(ops
        ; .arch x64
        ; stmxcsr [rbp + env!(pins, host_fp_csr)]
        ; test BYTE [rbp + env!(pins, host_fp_csr)], 0x3f
        ; je >no_flags
        ; mov r9, rcx
    );
    gather_flags(ops, pins);
    dynasm!(ops
        ; .arch x64
        ; and DWORD [rbp + env!(pins, host_fp_csr)], !0x3f
        ; ldmxcsr [rbp + env!(pins, host_fp_csr)]
        ; mov rcx, r9
        ; no_flags:
    );
}
