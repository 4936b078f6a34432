//! A back end for the toy guest's ops: every value in a slot of the CPU state, nothing clever.

use std::mem::offset_of;
use tcg_ir::layout::{JumpEntry, N_SPILLS};
use tcg_ir::{
    Backend, Compiled, DirectExit, Endian, Env, ExitCode, GuestLayout, HostContext, Op, Tb, TooBig,
    Val,
};

#[derive(Clone, Debug, Default)]
pub struct ToyBackend {
    layout: Option<&'static GuestLayout>,
    exit: u64,
}

/// rax or rcx, by encoding number.
#[derive(Clone, Copy)]
enum Reg {
    Rax = 0,
    Rcx = 1,
}
use Reg::{Rax, Rcx};

struct Code<'a> {
    tb: &'a Tb,
    layout: &'static GuestLayout,
    at: u64,
    exit: u64,
    pc: u64,
    out: &'a mut Compiled,
}

const PC: u32 = offset_of!(Env, pc) as u32;
const EXIT_CODE: u32 = offset_of!(Env, exit_code) as u32;
const EXIT_ARG: u32 = offset_of!(Env, exit_arg) as u32;
const HOST_SP: u32 = offset_of!(Env, host_sp) as u32;

impl ToyBackend {
    pub fn new(layout: &'static GuestLayout) -> ToyBackend {
        ToyBackend { layout: Some(layout), exit: 0 }
    }
}

impl Backend for ToyBackend {
    fn prologue(&mut self, at: u64, out: &mut Vec<u8>) {
        // entry: push rbx; mov rbx, rdi; mov [rbx + host_sp], rsp; jmp rsi
        out.extend([0x53, 0x48, 0x89, 0xfb, 0x48, 0x89, 0xa3]);
        out.extend(HOST_SP.to_le_bytes());
        out.extend([0xff, 0xe6]);
        // exit: xor eax, eax; leave: mov rsp, [rbx + host_sp]; pop rbx; ret
        self.exit = at + out.len() as u64;
        out.extend([0x31, 0xc0, 0x48, 0x8b, 0xa3]);
        out.extend(HOST_SP.to_le_bytes());
        out.extend([0x5b, 0xc3]);
    }

    fn for_vcpu(&self) -> Box<dyn Backend> {
        Box::new(self.clone())
    }

    fn set_parallel(&mut self, _: bool) {}

    fn compile(&mut self, tb: &Tb, at: u64, out: &mut Compiled) -> Result<(), TooBig> {
        if tb.vals.len() > N_SPILLS {
            return Err(TooBig);
        }
        let layout = self.layout.expect("made by `new`");
        let mut code = Code { tb, layout, at, exit: self.exit, pc: tb.pc, out };
        for op in &tb.ops {
            code.op(op);
        }
        Ok(())
    }

    fn entry(&self, prologue_at: u64) -> u64 {
        prologue_at
    }

    fn fault_exit(&self, _: u64) -> u64 {
        self.exit
    }

    fn recover(
        &self,
        faults: &[u8],
        code_at: u64,
        host: &HostContext<'_>,
        _: &mut dyn FnMut(u32, u64, u32),
    ) -> Option<u64> {
        let offset = (host.pc - code_at) as u32;
        let row = faults.chunks_exact(12).find(|row| row[..4] == offset.to_le_bytes())?;
        Some(u64::from_le_bytes(row[4..].try_into().ok()?))
    }
}

impl Code<'_> {
    fn emit(&mut self, bytes: &[u8]) {
        self.out.code.extend_from_slice(bytes);
    }

    fn emit_u32(&mut self, bytes: &[u8], value: u32) {
        self.emit(bytes);
        self.emit(&value.to_le_bytes());
    }

    fn load_constant(&mut self, reg: Reg, value: u64) {
        self.emit(&[0x48, 0xb8 + reg as u8]);
        self.emit(&value.to_le_bytes());
    }

    fn load(&mut self, reg: Reg, offset: u32) {
        self.emit_u32(&[0x48, 0x8b, 0x83 + 8 * reg as u8], offset);
    }

    fn store(&mut self, reg: Reg, offset: u32) {
        self.emit_u32(&[0x48, 0x89, 0x83 + 8 * reg as u8], offset);
    }

    fn store_u32(&mut self, offset: u32, value: u32) {
        self.emit_u32(&[0xc7, 0x83], offset);
        self.emit(&value.to_le_bytes());
    }

    fn val(&mut self, reg: Reg, v: Val) {
        match self.tb.constant(v) {
            Some(bits) => self.load_constant(reg, bits),
            None => self.load(reg, slot(v)),
        }
    }

    fn address(&mut self, base: Val, disp: i32) {
        self.val(Rax, base);
        self.emit_u32(&[0x48, 0x05], disp as u32);
    }

    fn may_fault(&mut self) {
        let here = self.out.code.len() as u32;
        self.out.faults.extend(here.to_le_bytes());
        self.out.faults.extend(self.pc.to_le_bytes());
    }

    /// Jumps to an absolute address; uses rcx.
    fn jump(&mut self, to: u64) {
        self.load_constant(Rcx, to);
        self.emit(&[0xff, 0xe1]);
    }

    fn set_pc(&mut self, pc: u64) {
        self.load_constant(Rax, pc);
        self.store(Rax, PC);
    }

    fn leave(&mut self, code: ExitCode, pc: u64) {
        self.set_pc(pc);
        self.store_u32(EXIT_CODE, code.0);
        let exit = self.exit;
        self.jump(exit);
    }

    /// A forward conditional jump over what `skipped` emits.
    fn unless(&mut self, jcc: u8, skipped: impl FnOnce(&mut Self)) {
        self.emit_u32(&[0x0f, jcc], 0);
        let from = self.out.code.len();
        skipped(self);
        let distance = (self.out.code.len() - from) as u32;
        self.out.code[from - 4..from].copy_from_slice(&distance.to_le_bytes());
    }

    fn goto(&mut self, pc: u64) {
        while !(self.out.code.len() + 1).is_multiple_of(4) {
            self.emit(&[0x90]);
        }
        self.emit_u32(&[0xe9], 0);
        let stub_at = self.out.code.len() as u32;
        let patch_at = stub_at - 4;
        self.out.exits.push(DirectExit { pc, patch_at, stub_at });
        self.set_pc(pc);
        let patch_address = self.at + u64::from(patch_at);
        self.load_constant(Rax, patch_address);
        let leave = self.exit + 2;
        self.jump(leave);
    }

    fn op(&mut self, op: &Op) {
        match *op {
            Op::InsnStart { pc, .. } => self.pc = pc,
            Op::Get { g, d } => {
                let home = self.layout.global(g).offset;
                self.load(Rax, home);
                self.store(Rax, slot(d));
            }
            Op::Put { g, v } => {
                let home = self.layout.global(g).offset;
                self.val(Rax, v);
                self.store(Rax, home);
            }
            Op::Add { d, a, b, .. } => {
                self.val(Rax, a);
                self.val(Rcx, b);
                self.emit(&[0x48, 0x01, 0xc8]);
                self.store(Rax, slot(d));
            }
            Op::Ld { d, mem, base, disp, .. } => {
                assert_eq!(mem.bytes, 8, "the toy guest has 8-byte instructions and data");
                self.address(base, disp);
                self.may_fault();
                self.emit(&[0x48, 0x8b, 0x00]);
                if mem.endian == Endian::Big {
                    self.emit(&[0x48, 0x0f, 0xc8]);
                }
                self.store(Rax, slot(d));
            }
            Op::St { base, disp, v, .. } => {
                self.address(base, disp);
                self.val(Rcx, v);
                self.emit(&[0x48, 0x0f, 0xc9]);
                self.may_fault();
                self.emit(&[0x48, 0x89, 0x08]);
            }
            Op::Poll { pc } => {
                self.load(Rax, offset_of!(Env, exit_request) as u32);
                self.emit(&[0x85, 0xc0]);
                self.unless(0x84, |code| code.leave(ExitCode::INTERRUPT, pc));
            }
            Op::Goto { pc } => self.goto(pc),
            Op::GotoIf { a, b, pc, .. } => {
                self.val(Rax, a);
                self.val(Rcx, b);
                self.emit(&[0x48, 0x39, 0xc8]);
                self.unless(0x84, |code| code.goto(pc));
            }
            Op::TrapIf { a, b, code, .. } => {
                let pc = self.pc;
                self.val(Rax, a);
                self.val(Rcx, b);
                self.emit(&[0x48, 0x39, 0xc8]);
                self.unless(0x84, |c| c.leave(ExitCode(code), pc));
            }
            Op::GotoInd { target, .. } => self.goto_ind(target),
            Op::Exit { code, pc, arg } => {
                if arg.is_some() {
                    self.val(Rax, arg);
                    self.store(Rax, EXIT_ARG);
                } else {
                    self.load_constant(Rax, 0);
                    self.store(Rax, EXIT_ARG);
                }
                self.leave(ExitCode(code), pc);
            }
            Op::Call { h, a0, a1, .. } => {
                self.call(self.layout.helpers[h.0 as usize].entry, a0, a1)
            }
            _ => panic!("the toy guest makes no {}", op.name()),
        }
    }

    fn goto_ind(&mut self, target: Val) {
        self.val(Rax, target);
        self.store(Rax, PC);
        // imul ecx, eax, factor; shr ecx, n; shl ecx, 4; add rcx, [rbx + jump_table]
        self.emit_u32(&[0x69, 0xc8], JumpEntry::FACTOR);
        self.emit(&[0xc1, 0xe9, JumpEntry::BELOW as u8, 0xc1, 0xe1, 0x04]);
        self.emit_u32(&[0x48, 0x03, 0x8b], offset_of!(Env, jump_table) as u32);
        // cmp [rcx], rax; jne miss; jmp [rcx + 8]
        self.emit(&[0x48, 0x39, 0x01]);
        self.unless(0x85, |code| code.emit(&[0xff, 0x61, 0x08]));
        self.store_u32(EXIT_CODE, 0);
        let exit = self.exit;
        self.jump(exit);
    }

    fn call(
        &mut self,
        entry: unsafe extern "C" fn(*mut Env, u64, u64, u64, u64) -> u64,
        a0: Val,
        a1: Val,
    ) {
        let pc = self.pc;
        self.set_pc(pc);
        self.val(Rax, a0);
        self.val(Rcx, a1);
        // mov rdi, rbx; mov rsi, rax; mov rdx, rcx
        self.emit(&[0x48, 0x89, 0xdf, 0x48, 0x89, 0xc6, 0x48, 0x89, 0xca]);
        self.load_constant(Rax, entry as usize as u64);
        self.emit(&[0xff, 0xd0]);
        // mov eax, [rbx + helper_exit]; test eax, eax
        let helper_exit = offset_of!(Env, helper_exit) as u32;
        self.emit_u32(&[0x8b, 0x83], helper_exit);
        self.emit(&[0x85, 0xc0]);
        self.unless(0x84, |code| {
            code.emit_u32(&[0x89, 0x83], EXIT_CODE);
            code.store_u32(helper_exit, 0);
            let exit = code.exit;
            code.jump(exit);
        });
    }
}

fn slot(v: Val) -> u32 {
    offset_of!(Env, spills) as u32 + 8 * v.0
}
