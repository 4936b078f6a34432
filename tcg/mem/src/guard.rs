//! The assembly routines that touch guest memory, and the table of their faulting instructions.
//!
//! Convention: when an instruction in `[start, end)` of a table row faults, the signal handler
//! resumes at the row's landing pad with r11 = address of the fault (0 when unknown) and r10 = one
//! of the `CAUSE_*` codes. A routine returns [`Outcome`]: rdx is 0 when all went well.
//! Invariant GUARD-PAD of `docs/src/unsafe.md`.

use core::arch::global_asm;

/// Nothing mapped.
pub(crate) const CAUSE_UNMAPPED: u64 = 1;
/// Protection.
pub(crate) const CAUSE_PROTECTED: u64 = 2;
/// SIGBUS.
pub(crate) const CAUSE_BUS: u64 = 3;
/// General protection: the address is not canonical, and the host does not say which it was.
pub(crate) const CAUSE_NON_CANONICAL: u64 = 4;
/// Added by the routines of two operands: the first operand (destination, or left side) failed.
pub(crate) const FIRST_OPERAND: u64 = 0x100;

/// What a guarded routine returns in rax and rdx.
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct Outcome {
    /// The value, or the faulting address, or the count of bytes left.
    pub(crate) value: u64,
    /// 0, or the cause code, plus `FIRST_OPERAND`.
    pub(crate) code: u64,
}

global_asm!(
    r#"
    .pushsection .text.tcg_mem, "ax", @progbits
    .p2align 4
    .globl tcg_mem_text_start
    .hidden tcg_mem_text_start
tcg_mem_text_start:

    .pushsection .rodata.tcg_mem_fixup, "a", @progbits
    .p2align 2
    .globl tcg_mem_fixup_start
    .hidden tcg_mem_fixup_start
tcg_mem_fixup_start:
    .popsection

    // One row of the table: the instruction that follows, up to label 9, resumes at \pad.
    .macro GUARD pad, insn:vararg
77:
    \insn
78:
    .pushsection .rodata.tcg_mem_fixup, "a", @progbits
    .long 77b - ., 78b - ., \pad - .
    .popsection
    .endm

    .macro ENTRY name
    .p2align 4
    .globl \name
    .hidden \name
    .type \name, @function
\name:
    .endm

    // Loads: rdi = address.
    ENTRY tcg_mem_ld1
    xor edx, edx
    GUARD tcg_mem_pad, movzx eax, byte ptr [rdi]
    ret
    ENTRY tcg_mem_ld2
    xor edx, edx
    GUARD tcg_mem_pad, movzx eax, word ptr [rdi]
    ret
    ENTRY tcg_mem_ld4
    xor edx, edx
    GUARD tcg_mem_pad, mov eax, dword ptr [rdi]
    ret
    ENTRY tcg_mem_ld8
    xor edx, edx
    GUARD tcg_mem_pad, mov rax, qword ptr [rdi]
    ret
    // rsi = where to put the 16 bytes. Only of the aligned form do all makers promise one access.
    ENTRY tcg_mem_ld16
    xor edx, edx
    test edi, 15
    jnz 2f
    GUARD tcg_mem_pad, movdqa xmm0, xmmword ptr [rdi]
    movdqu xmmword ptr [rsi], xmm0
    ret
2:  GUARD tcg_mem_pad, movdqu xmm0, xmmword ptr [rdi]
    movdqu xmmword ptr [rsi], xmm0
    ret

    // Stores: rdi = address, rsi = value.
    ENTRY tcg_mem_st1
    xor edx, edx
    GUARD tcg_mem_pad, mov byte ptr [rdi], sil
    ret
    ENTRY tcg_mem_st2
    xor edx, edx
    GUARD tcg_mem_pad, mov word ptr [rdi], si
    ret
    ENTRY tcg_mem_st4
    xor edx, edx
    GUARD tcg_mem_pad, mov dword ptr [rdi], esi
    ret
    ENTRY tcg_mem_st8
    xor edx, edx
    GUARD tcg_mem_pad, mov qword ptr [rdi], rsi
    ret
    // rsi = where the 16 bytes are.
    ENTRY tcg_mem_st16
    xor edx, edx
    movdqu xmm0, xmmword ptr [rsi]
    test edi, 15
    jnz 2f
    GUARD tcg_mem_pad, movdqa xmmword ptr [rdi], xmm0
    ret
2:  GUARD tcg_mem_pad, movdqu xmmword ptr [rdi], xmm0
    ret

    // Compare and swap: rdi = address, rsi = expected, rdx = new; returns what was there.
    ENTRY tcg_mem_cas1
    mov eax, esi
    mov ecx, edx
    xor edx, edx
    GUARD tcg_mem_pad, lock cmpxchg byte ptr [rdi], cl
    ret
    ENTRY tcg_mem_cas2
    mov eax, esi
    mov ecx, edx
    xor edx, edx
    GUARD tcg_mem_pad, lock cmpxchg word ptr [rdi], cx
    ret
    ENTRY tcg_mem_cas4
    mov eax, esi
    mov ecx, edx
    xor edx, edx
    GUARD tcg_mem_pad, lock cmpxchg dword ptr [rdi], ecx
    ret
    ENTRY tcg_mem_cas8
    mov rax, rsi
    mov rcx, rdx
    xor edx, edx
    GUARD tcg_mem_pad, lock cmpxchg qword ptr [rdi], rcx
    ret
    // rsi = expected in, previous out (16 bytes); rdx = where the new 16 bytes are.
    ENTRY tcg_mem_cas16
    push rbx
    mov rbx, qword ptr [rdx]
    mov rcx, qword ptr [rdx + 8]
    mov rax, qword ptr [rsi]
    mov rdx, qword ptr [rsi + 8]
    GUARD tcg_mem_pad_rbx, lock cmpxchg16b xmmword ptr [rdi]
    mov qword ptr [rsi], rax
    mov qword ptr [rsi + 8], rdx
    pop rbx
    xor edx, edx
    ret

    // Writability test that changes nothing: rdi = address.
    ENTRY tcg_mem_touch
    xor edx, edx
    GUARD tcg_mem_pad, lock or byte ptr [rdi], dl
    ret

tcg_mem_pad_rbx:
    pop rbx
tcg_mem_pad:
    mov rax, r11
    mov edx, r10d
    ret

    // Copy as if byte by byte, left to right: rdi = to, rsi = from, rdx = length.
    // Returns the bytes left. A fault in the wide paths goes on in the byte loop, which finds the
    // exact byte.
    ENTRY tcg_mem_copy
    mov rcx, rdx
    cmp rcx, 512
    ja 4f
    mov r8, rdi
    sub r8, rsi
    cmp r8, 16
    jb 6f
5:  cmp rcx, 16
    jb 1f
    GUARD 2f, movdqu xmm0, xmmword ptr [rsi]
    GUARD 2f, movdqu xmmword ptr [rdi], xmm0
    add rsi, 16
    add rdi, 16
    sub rcx, 16
    jmp 5b
6:  cmp r8, 8
    jb 2f
1:  cmp rcx, 8
    jb 2f
    GUARD 2f, mov rax, qword ptr [rsi]
    GUARD 2f, mov qword ptr [rdi], rax
    add rsi, 8
    add rdi, 8
    sub rcx, 8
    jmp 1b
2:  test rcx, rcx
    jz 3f
    GUARD tcg_mem_pad_second, mov al, byte ptr [rsi]
    GUARD tcg_mem_pad_first, mov byte ptr [rdi], al
    inc rsi
    inc rdi
    dec rcx
    jmp 2b
3:  xor eax, eax
    xor edx, edx
    ret
4:  GUARD 2b, rep movsb
    jmp 3b

    // Fill: rdi = to, sil = byte, rdx = length. Returns the bytes left.
    ENTRY tcg_mem_fill
    mov rcx, rdx
    movzx eax, sil
    cmp rcx, 512
    ja 4f
    mov r8, 0x0101010101010101
    imul r8, rax
    movq xmm0, r8
    punpcklqdq xmm0, xmm0
5:  cmp rcx, 16
    jb 1f
    GUARD 2f, movdqu xmmword ptr [rdi], xmm0
    add rdi, 16
    sub rcx, 16
    jmp 5b
1:  cmp rcx, 8
    jb 2f
    GUARD 2f, mov qword ptr [rdi], r8
    add rdi, 8
    sub rcx, 8
    jmp 1b
2:  test rcx, rcx
    jz 3f
    GUARD tcg_mem_pad_first, mov byte ptr [rdi], al
    inc rdi
    dec rcx
    jmp 2b
3:  xor eax, eax
    xor edx, edx
    ret
4:  GUARD 2b, rep stosb
    jmp 3b

    // Compare: rdi, rsi = the two sides, rdx = length. Returns the bytes left at the first
    // difference, 0 when equal.
    ENTRY tcg_mem_compare
    mov rcx, rdx
    cmp rcx, 64
    jb 1f
4:  GUARD 5f, vmovdqu ymm0, ymmword ptr [rdi]
    GUARD 5f, vpxor ymm0, ymm0, ymmword ptr [rsi]
    GUARD 5f, vmovdqu ymm1, ymmword ptr [rdi + 32]
    GUARD 5f, vpxor ymm1, ymm1, ymmword ptr [rsi + 32]
    vpor ymm0, ymm0, ymm1
    vptest ymm0, ymm0
    jnz 5f
    add rdi, 64
    add rsi, 64
    sub rcx, 64
    cmp rcx, 64
    jae 4b
5:  vzeroupper
1:  cmp rcx, 8
    jb 2f
    GUARD 2f, mov rax, qword ptr [rdi]
    GUARD 2f, cmp rax, qword ptr [rsi]
    jne 2f
    add rdi, 8
    add rsi, 8
    sub rcx, 8
    jmp 1b
2:  test rcx, rcx
    jz 3f
    GUARD tcg_mem_pad_first, mov al, byte ptr [rdi]
    GUARD tcg_mem_pad_second, cmp al, byte ptr [rsi]
    jne 3f
    inc rdi
    inc rsi
    dec rcx
    jmp 2b
3:  mov rax, rcx
    xor edx, edx
    ret

    // Search: rdi = start, sil = byte, rdx = length. Returns the bytes left at the first match, 0
    // when there is none.
    ENTRY tcg_mem_find
    mov rcx, rdx
2:  test rcx, rcx
    jz 3f
    GUARD tcg_mem_pad_second, cmp sil, byte ptr [rdi]
    je 3f
    inc rdi
    dec rcx
    jmp 2b
3:  mov rax, rcx
    xor edx, edx
    ret

tcg_mem_pad_first:
    mov rax, rcx
    mov edx, r10d
    or edx, 0x100
    ret
tcg_mem_pad_second:
    mov rax, rcx
    mov edx, r10d
    ret

    .globl tcg_mem_text_end
    .hidden tcg_mem_text_end
tcg_mem_text_end:
    .pushsection .rodata.tcg_mem_fixup, "a", @progbits
    .globl tcg_mem_fixup_end
    .hidden tcg_mem_fixup_end
tcg_mem_fixup_end:
    .popsection
    .popsection
"#
);

unsafe extern "sysv64" {
    pub(crate) fn tcg_mem_ld1(addr: u64) -> Outcome;
    pub(crate) fn tcg_mem_ld2(addr: u64) -> Outcome;
    pub(crate) fn tcg_mem_ld4(addr: u64) -> Outcome;
    pub(crate) fn tcg_mem_ld8(addr: u64) -> Outcome;
    pub(crate) fn tcg_mem_ld16(addr: u64, out: *mut u128) -> Outcome;
    pub(crate) fn tcg_mem_st1(addr: u64, value: u64) -> Outcome;
    pub(crate) fn tcg_mem_st2(addr: u64, value: u64) -> Outcome;
    pub(crate) fn tcg_mem_st4(addr: u64, value: u64) -> Outcome;
    pub(crate) fn tcg_mem_st8(addr: u64, value: u64) -> Outcome;
    pub(crate) fn tcg_mem_st16(addr: u64, value: *const u128) -> Outcome;
    pub(crate) fn tcg_mem_cas1(addr: u64, expected: u64, new: u64) -> Outcome;
    pub(crate) fn tcg_mem_cas2(addr: u64, expected: u64, new: u64) -> Outcome;
    pub(crate) fn tcg_mem_cas4(addr: u64, expected: u64, new: u64) -> Outcome;
    pub(crate) fn tcg_mem_cas8(addr: u64, expected: u64, new: u64) -> Outcome;
    pub(crate) fn tcg_mem_cas16(addr: u64, expected: *mut u128, new: *const u128) -> Outcome;
    pub(crate) fn tcg_mem_touch(addr: u64) -> Outcome;
    pub(crate) fn tcg_mem_copy(to: u64, from: u64, len: u64) -> Outcome;
    pub(crate) fn tcg_mem_fill(to: u64, byte: u64, len: u64) -> Outcome;
    pub(crate) fn tcg_mem_compare(left: u64, right: u64, len: u64) -> Outcome;
    pub(crate) fn tcg_mem_find(start: u64, byte: u64, len: u64) -> Outcome;

    static tcg_mem_text_start: u8;
    static tcg_mem_text_end: u8;
    static tcg_mem_fixup_start: [i32; 3];
    static tcg_mem_fixup_end: [i32; 3];
}

/// The landing pad for a fault at `rip`, or `None` when `rip` is no guarded instruction.
///
/// Async-signal-safe: reads constants only.
pub(crate) fn landing_pad(rip: u64) -> Option<u64> {
    let text = (&raw const tcg_mem_text_start as u64)..(&raw const tcg_mem_text_end as u64);
    if !text.contains(&rip) {
        return None;
    }
    rows().find(|row| (row.start..row.end).contains(&rip)).map(|row| row.pad)
}

struct Row {
    start: u64,
    end: u64,
    pad: u64,
}

fn rows() -> impl Iterator<Item = Row> {
    let first = &raw const tcg_mem_fixup_start;
    let bytes = (&raw const tcg_mem_fixup_end as usize) - first as usize;
    // SAFETY: the assembler lays the table out as whole rows of three i32 between the two labels.
    let table = unsafe { core::slice::from_raw_parts(first, bytes / size_of::<[i32; 3]>()) };
    table.iter().map(|row| {
        // Each field is the distance from itself to what it names.
        let field = |i: usize| (&raw const row[i] as u64).wrapping_add_signed(i64::from(row[i]));
        Row { start: field(0), end: field(1), pad: field(2) }
    })
}
