//! A toy guest: eight-byte instructions, four registers, big-endian memory.
#![allow(unreachable_pub, dead_code, reason = "shared by several tests, each using a part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

mod backend;

use std::mem::offset_of;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tcg_exec::{Config, Engine, Machine, Vcpu};
use tcg_ir::builder::Addr;
use tcg_ir::{
    Builder, CodeWindow, Cond, Endian, Env, ExitCode, Global, GlobalDesc, Guest, GuestLayout,
    HelperDesc, HelperId, MemOp, TargetKind, TranslateOptions, Type,
};
use tcg_mem::{AddressSpace, GuestAddr, MapRequest, Prot};

/// Trap of an undefined instruction.
pub const ILLEGAL: ExitCode = ExitCode(ExitCode::FIRST_GUEST);

/// Top byte of an address that the guest settles.
pub const TAG: u64 = 0x5a;

#[repr(C)]
#[derive(Debug, Default)]
pub struct State {
    pub env: Env,
    pub r: [u64; 4],
}

/// An instruction: `[op, a, b, 0, imm]`.
#[derive(Clone, Copy)]
pub struct Insn(pub u64);

fn insn(op: u8, a: u8, b: u8, imm: i32) -> Insn {
    let [i0, i1, i2, i3] = imm.to_be_bytes();
    Insn(u64::from_be_bytes([op, a, b, 0, i0, i1, i2, i3]))
}

/// `r[a] += imm`
pub fn addi(a: u8, imm: i32) -> Insn {
    insn(1, a, 0, imm)
}

/// Jumps by `imm` instructions.
pub fn jmp(imm: i32) -> Insn {
    insn(2, 0, 0, imm)
}

/// Jumps by `imm` instructions if `r[a]` is not zero.
pub fn jnz(a: u8, imm: i32) -> Insn {
    insn(3, a, 0, imm)
}

/// `r[a] = [r[b] + imm]`
pub fn ld(a: u8, b: u8, imm: i32) -> Insn {
    insn(4, a, b, imm)
}

/// `[r[b] + imm] = r[a]`
pub fn st(a: u8, b: u8, imm: i32) -> Insn {
    insn(5, a, b, imm)
}

/// Jumps to `r[a]`.
pub fn jr(a: u8) -> Insn {
    insn(6, a, 0, 0)
}

/// System call `imm`.
pub fn sys(imm: i32) -> Insn {
    insn(7, 0, 0, imm)
}

/// `[r[b] + imm] = r[a]`, by a helper.
pub fn st_helper(a: u8, b: u8, imm: i32) -> Insn {
    insn(8, a, b, imm)
}

/// Undefined.
pub fn illegal() -> Insn {
    insn(0, 0, 0, 0)
}

unsafe extern "C" fn store_helper(env: *mut Env, addr: u64, value: u64, _: u64, _: u64) -> u64 {
    if let Err(fault) = tcg_mem::write_u64(GuestAddr(addr), value, tcg_mem::Endian::Big) {
        // SAFETY: the contract of helpers: the vCPU's own `Env`.
        let env = unsafe { &mut *env };
        env.helper_exit = ExitCode::FAULT_WRITE;
        env.exit_arg = fault.addr.0;
    }
    0
}

const fn reg(n: usize) -> GlobalDesc {
    GlobalDesc {
        name: ["r0", "r1", "r2", "r3"][n],
        ty: Type::I64,
        offset: (offset_of!(State, r) + 8 * n) as u32,
        // r3 is not pinned.
        pin_rank: if n == 3 { u8::MAX } else { n as u8 },
    }
}

static GLOBALS: [GlobalDesc; 4] = [reg(0), reg(1), reg(2), reg(3)];
static HELPERS: [HelperDesc; 1] =
    [HelperDesc { name: "store", entry: store_helper, reads_fp_flags: false }];
static LAYOUT: GuestLayout = GuestLayout {
    name: "toy",
    globals: &GLOBALS,
    helpers: &HELPERS,
    tables: &[],
    fp: &softfp::PLAIN,
    state_size: size_of::<State>() as u32,
};

#[derive(Debug)]
pub struct Toy;

impl Guest for Toy {
    type State = State;

    fn layout() -> &'static GuestLayout {
        &LAYOUT
    }

    fn new_state() -> Box<State> {
        Box::default()
    }

    fn env(state: &State) -> &Env {
        &state.env
    }

    fn env_mut(state: &mut State) -> &mut Env {
        &mut state.env
    }

    fn tb_flags(_: &State) -> u32 {
        0
    }

    /// Addresses with this top byte stand for those without it.
    fn settle_fault(state: &mut State, addr: u64) -> bool {
        for r in state.r.iter_mut().filter(|r| **r >> 56 == TAG) {
            *r &= (1 << 56) - 1;
        }
        addr >> 56 == TAG
    }

    fn translate(code: CodeWindow<'_>, options: &TranslateOptions, b: &mut Builder) {
        let mut pc = b.tb.pc;
        while b.tb.n_insns < options.max_insns {
            let Some(bytes) = code.from(pc).first_chunk::<8>() else { break };
            b.insn_start(pc, 8);
            one(b, pc, *bytes);
            pc += 8;
            b.tb.n_insns += 1;
            if b.is_ended() || pc == options.stop_at {
                break;
            }
        }
        if b.tb.n_insns != 0 && !b.is_ended() {
            b.goto(pc);
        }
        b.tb.end_pc = pc;
    }
}

fn one(b: &mut Builder, pc: u64, bytes: [u8; 8]) {
    let [op, ra, rb, _, i0, i1, i2, i3] = bytes;
    let imm = i32::from_be_bytes([i0, i1, i2, i3]);
    let (ga, gb) = (Global(u16::from(ra & 3)), Global(u16::from(rb & 3)));
    let target = pc.wrapping_add_signed(i64::from(imm) * 8);
    let mem = MemOp::new(8, Endian::Big);
    match op {
        1 => {
            let old = b.get(ga);
            let new = b.add_imm(Type::I64, old, i64::from(imm));
            b.put(ga, new);
        }
        2 => {
            b.poll(pc);
            b.goto(target);
        }
        3 => {
            b.poll(pc);
            let (value, zero) = (b.get(ga), b.i64(0));
            b.goto_if(Type::I64, Cond::Ne, value, zero, target);
            b.goto(pc + 8);
        }
        4 => {
            let base = b.get(gb);
            let value = b.ld(Type::I64, mem, Addr { disp: imm, ..Addr::base(base) });
            b.put(ga, value);
        }
        5 => {
            let (base, value) = (b.get(gb), b.get(ga));
            b.st(mem, Addr { disp: imm, ..Addr::base(base) }, value);
        }
        6 => {
            b.poll(pc);
            let target = b.get(ga);
            b.goto_ind(TargetKind::Jump, target);
        }
        7 => {
            let arg = b.i64(imm as u64);
            b.exit(ExitCode::SYSCALL.0, pc + 8, Some(arg));
        }
        8 => {
            let (base, value) = (b.get(gb), b.get(ga));
            let addr = b.add_imm(Type::I64, base, i64::from(imm));
            b.call(HelperId(0), &[addr, value]);
        }
        _ => b.exit(ILLEGAL.0, pc, None),
    }
}

/// An address space with a window of its own, so that tests in one process do not meet.
pub fn own_space() -> Arc<AddressSpace> {
    static N_SPACES: AtomicU64 = AtomicU64::new(1);
    let start = N_SPACES.fetch_add(1, Ordering::Relaxed) << 32;
    Arc::new(AddressSpace::with_window(start..start + (1 << 31)))
}

/// An engine's name, and how to make one.
pub type NamedEngine = (&'static str, fn() -> Engine);

/// The engines under test.
pub fn engines() -> Vec<NamedEngine> {
    fn interp() -> Engine {
        Engine::Interp(Box::new(|layout| Box::new(backend_interp::Interp::new(layout))))
    }
    fn jit() -> Engine {
        Engine::Jit(Box::new(|| Box::new(backend::ToyBackend::new(&LAYOUT))))
    }
    fn x86_64() -> Engine {
        Engine::Jit(Box::new(|| Box::new(backend_x86_64::X64Backend::new(&LAYOUT, false))))
    }
    vec![("interp", interp), ("toy jit", jit), ("x86_64", x86_64)]
}

/// A machine with its own memory, and handlers in place.
pub fn machine(engine: Engine) -> Machine<Toy> {
    tcg_exec::sigsafe_fault::install().unwrap();
    let config = Config { cache_bytes: 4 << 20, ..Config::new(engine) };
    Machine::new(own_space(), config).unwrap()
}

/// Maps `n` pages for everything.
pub fn pages(machine: &Machine<Toy>, n: u64) -> GuestAddr {
    let prot = Prot::READ.union(Prot::WRITE).union(Prot::EXEC);
    let request = MapRequest::anonymous(GuestAddr(0), n * 4096, prot);
    machine.space().mmap(&request).unwrap()
}

/// Writes a program.
pub fn load(at: GuestAddr, program: &[Insn]) {
    for (i, insn) in program.iter().enumerate() {
        let at = at.wrapping_add(8 * i as u64);
        tcg_mem::write_u64(at, insn.0, tcg_mem::Endian::Big).unwrap();
    }
}

/// A vCPU about to run at `pc`.
pub fn vcpu(machine: &Machine<Toy>, pc: GuestAddr) -> Vcpu<Toy> {
    let mut vcpu = Vcpu::new(machine, Toy::new_state()).unwrap();
    vcpu.env_mut().pc = pc.0;
    vcpu
}
