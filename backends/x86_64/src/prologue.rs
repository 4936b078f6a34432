//! Trampolines and thunks that every code cache starts with.
//!
//! Between entry and exit: rbp points into the CPU state (see `Pins::bias`), pinned registers hold their globals,
//! MXCSR is the guest's, and the host stack holds predicted returns above a sentinel (see the book's page on this back end).

use crate::pins::{Pins, Reg, XMM0};
use dynasmrt::x64::X64Relocation;
use dynasmrt::{DynasmApi, DynasmLabelApi, VecAssembler, dynasm};
use std::mem::offset_of;
use tcg_ir::GuestLayout;
use tcg_ir::layout::Env;

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
    /// By helper: its thunk.
    pub(crate) helpers: Vec<u32>,
}

/// Bytes below the host stack pointer that predicted returns may use.
const RETURN_STACK_BYTES: i32 = 256 << 10;
/// The sentinel below which there is no predicted return: no instruction is at an odd address.
const SENTINEL: i32 = -1;
/// MXCSR with all exceptions masked and no flags.
const DEFAULT_CSR: i32 = 0x1f80;
/// MXCSR rounding control for each entry of `Round::ALL` that the host has; the others run as to-nearest.
const CSR_OF_ROUND: [i32; 8] = [0x1f80, 0x7f80, 0x5f80, 0x3f80, 0x1f80, 0x1f80, 0x1f80, 0x1f80];

type Ops = VecAssembler<X64Relocation>;

macro_rules! env {
    ($pins:expr, $field:ident) => {
        offset_of!(Env, $field) as i32 - $pins.bias
    };
}

/// Assembles the prologue for the address `at`.
pub(crate) fn assemble(
    layout: &'static GuestLayout,
    pins: &Pins,
    at: u64,
    out: &mut Vec<u8>,
) -> Offsets {
    let mut ops = Ops::new(at as usize);
    let mut offsets = Offsets::default();
    rounding_table(&mut ops);
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
        helper_thunk(&mut ops, pins, helper.entry as usize as i64);
    }
    match ops.finalize() {
        Ok(code) => out.extend_from_slice(&code),
        Err(error) => unreachable!("the prologue's labels are all in it: {error}"),
    }
    offsets
}

fn here(ops: &mut Ops) -> u32 {
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
        ; mov [rbp + env!(pins, return_index)], rax
        ; push SENTINEL
        ; push SENTINEL
        ; mov eax, [rbp + env!(pins, fp_round)]
        ; and eax, 7
        ; lea rcx, [->rounding]
        ; ldmxcsr [rcx + rax * 4]
    );
    load_pins(ops, pins);
    dynasm!(ops; .arch x64; jmp rsi);
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

/// Moves the sticky flags from MXCSR to `Env::fp_flags`, restores the host's state and returns rax.
fn leave(ops: &mut Ops, pins: &Pins) {
    dynasm!(ops
        ; .arch x64
        ; stmxcsr [rbp + env!(pins, host_fp_csr)]
        ; mov ecx, [rbp + env!(pins, host_fp_csr)]
        ; mov edx, ecx
        ; and ecx, 1
        ; shr edx, 1
        ; and edx, 0x1e
        ; or ecx, edx
        ; or [rbp + env!(pins, fp_flags)], ecx
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

fn load_pins(ops: &mut Ops, pins: &Pins) {
    for pin in &pins.all {
        let m = pin.offset as i32 - pins.bias;
        match pin.reg.checked_sub(XMM0) {
            None => dynasm!(ops; .arch x64; mov Rq(pin.reg), [rbp + m]),
            Some(x) => dynasm!(ops; .arch x64; vmovsd Rx(x), [rbp + m]),
        }
    }
}

fn store_pins(ops: &mut Ops, pins: &Pins) {
    for pin in &pins.all {
        let m = pin.offset as i32 - pins.bias;
        match pin.reg.checked_sub(XMM0) {
            None => dynasm!(ops; .arch x64; mov [rbp + m], Rq(pin.reg)),
            Some(x) => dynasm!(ops; .arch x64; vmovsd [rbp + m], Rx(x)),
        }
    }
}

/// Registers of helper arguments in TB code: all scratch, and the first three already where C wants them.
pub(crate) const HELPER_ARGS: [Reg; 4] = [6, 2, 1, 0];

/// Calls a helper: arguments in rsi, rdx, rcx, rax; result in rax. Everything but the pinned registers is lost.
///
/// `Env::pc` holds the guest pc of the instruction. If the helper wants to leave, this does not return.
fn helper_thunk(ops: &mut Ops, pins: &Pins, entry: i64) {
    store_pins(ops, pins);
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
