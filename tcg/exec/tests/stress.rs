//! Several threads against the code cache: publishing, linking, invalidating, flushing.

mod toy;

use std::sync::atomic::{AtomicBool, Ordering};
use tcg_exec::{Config, Engine, Exit, Machine, Vcpu};
use tcg_mem::{Endian, GuestAddr};
use toy::*;

fn run_to_syscall(vcpu: &mut Vcpu<Toy>) {
    loop {
        match vcpu.run() {
            Exit::Syscall(_) => return,
            Exit::Interrupt => {}
            other => panic!("unexpected exit {other:?} at {:#x}", vcpu.env().pc),
        }
    }
}

fn parallel_machine(engine: Engine, cache_bytes: usize) -> Machine<Toy> {
    tcg_exec::sigsafe_fault::install().expect("signal handlers");
    let config = Config { cache_bytes, ..Config::new(engine) };
    let machine = Machine::new(own_space(), config).expect("memory for a machine");
    machine.set_parallel();
    machine
}

/// A jump from instruction address `from` to `to`.
fn jump_between(from: GuestAddr, to: GuestAddr) -> Insn {
    jmp(((to.0 as i64 - from.0 as i64) / 8) as i32)
}

/// One guest thread writes an instruction and then says so; another waits for that and runs it.
#[test]
fn a_store_is_seen_before_what_follows_it() {
    const N_ROUNDS: u64 = 100;
    for (name, engine) in engines() {
        let machine = parallel_machine(engine(), 4 << 20);
        let at = pages(&machine, 4);
        let page = |n: u64| at.wrapping_add(n * 4096);
        let (writer, reader, function, data) = (page(0), page(1), page(2), page(3));
        tcg_mem::write_u64(data.wrapping_add(16), 1, Endian::Big).unwrap();
        let write =
            [st(3, 1, 0), addi(3, 1), ld(0, 2, 16), st(0, 2, 0), ld(0, 2, 0), jnz(0, -1), jmp(-6)];
        load(writer, &write);
        let read = [
            ld(0, 2, 0),
            jnz(0, 2),
            jmp(-2),
            jump_between(reader.wrapping_add(24), function),
            ld(0, 2, 24),
            st(0, 2, 0),
            addi(3, -1),
            jnz(3, -7),
            sys(0),
        ];
        load(reader, &read);
        let back = jump_between(function.wrapping_add(8), reader.wrapping_add(32));
        load(function, &[illegal(), back]);
        let mut writer = vcpu(&machine, writer);
        writer.state_mut().r = [0, function.0, data.0, addi(1, 1).0];
        let stop = writer.exit_handle();
        let mut reader = vcpu(&machine, reader);
        reader.state_mut().r = [0, 0, data.0, N_ROUNDS];
        std::thread::scope(|scope| {
            scope.spawn(move || assert_eq!(writer.run(), Exit::Interrupt, "{name}"));
            run_to_syscall(&mut reader);
            stop.request();
        });
        assert_eq!(reader.state().r[1], N_ROUNDS * (N_ROUNDS + 1) / 2, "{name}");
    }
}

/// Threads run functions while the emulator rewrites them.
#[test]
fn functions_change_under_their_callers() {
    const N_CALLS: u64 = 100_000;
    for (name, engine) in engines() {
        let machine = parallel_machine(engine(), 8 << 20);
        let at = pages(&machine, 2);
        let function = at.wrapping_add(4096);
        load(at, &[addi(0, -1), jr(2), jnz(0, -2), sys(0)]);
        // r3 is unpinned: the return address.
        load(function, &[addi(1, 1), jr(3)]);
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let callers: Vec<_> = (0..2)
                .map(|_| {
                    let mut vcpu = vcpu(&machine, at);
                    vcpu.state_mut().r = [N_CALLS, 0, function.0, at.0 + 16];
                    scope.spawn(move || {
                        run_to_syscall(&mut vcpu);
                        vcpu.state().r[1]
                    })
                })
                .collect();
            let (machine, done) = (&machine, &done);
            let writer = scope.spawn(move || {
                let _attached = machine.space().attach_thread();
                let mut n = 0;
                while !done.load(Ordering::Relaxed) {
                    n += 1;
                    load(function, &[addi(1, if n % 2 == 0 { 1 } else { 0x10000 })]);
                    std::thread::yield_now();
                }
            });
            for caller in callers {
                let sum = caller.join().unwrap();
                let n_calls = (sum & 0xffff) + (sum >> 16);
                // Counts modulo 2^16 of each kind: the sum is right modulo 2^16 − 1.
                assert_eq!(n_calls % 0xffff, N_CALLS % 0xffff, "{name}");
            }
            done.store(true, Ordering::Relaxed);
            writer.join().unwrap();
        });
    }
}

/// More code than the cache holds, on several threads.
#[test]
fn a_small_cache_is_flushed_and_goes_on() {
    const N_BLOCKS: u64 = 8000;
    for (name, engine) in engines() {
        let machine = parallel_machine(engine(), 1 << 20);
        let at = pages(&machine, N_BLOCKS * 24 / 4096 + 1);
        let mut program = vec![];
        for _ in 0..N_BLOCKS {
            program.extend([addi(0, 1), addi(1, 2), jmp(1)]);
        }
        program.push(sys(0));
        load(at, &program);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                let mut vcpu = vcpu(&machine, at);
                scope.spawn(move || {
                    for _ in 0..4 {
                        vcpu.env_mut().pc = at.0;
                        run_to_syscall(&mut vcpu);
                    }
                    assert_eq!(vcpu.state().r[..2], [4 * N_BLOCKS, 8 * N_BLOCKS], "{name}");
                });
            }
        });
        let stats = machine.stats().snapshot();
        assert!(name == "interp" || stats.flushes >= 2, "{name}: {stats}");
    }
}

/// Guest code is mapped, run and unmapped, four times more than the cache holds.
#[test]
fn unmapping_frees_the_code_memory() {
    for (name, engine) in engines() {
        let machine = parallel_machine(engine(), 1 << 20);
        let before = machine.stats().snapshot().flushes;
        let mut vcpu = vcpu(&machine, GuestAddr(0));
        for i in 0..300 {
            let at = pages(&machine, 4);
            let mut program = vec![];
            for _ in 0..40 {
                program.extend([addi(0, 1), jmp(1)]);
            }
            program.push(sys(i));
            load(at, &program);
            vcpu.env_mut().pc = at.0;
            run_to_syscall(&mut vcpu);
            machine.space().munmap(at, 4 * 4096).unwrap();
        }
        assert_eq!(vcpu.state().r[0], 300 * 40, "{name}");
        let stats = machine.stats().snapshot();
        assert_eq!(stats.flushes, before, "{name}: dropped code is reused without a flush");
    }
}
