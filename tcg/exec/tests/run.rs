//! The loop with a toy guest: results, faults, self-modifying code, requests; on every engine.

mod toy;

use tcg_exec::{Exit, Machine, Vcpu};
use tcg_mem::{Access, Cause, Fault, GuestAddr, Prot};
use toy::*;

fn on_every_engine(test: impl Fn(&str, Machine<Toy>)) {
    for (name, engine) in engines() {
        let machine = machine(engine());
        let _attached = machine.space().attach_thread();
        test(name, machine);
    }
}

fn run_to_syscall(vcpu: &mut Vcpu<Toy>) -> u64 {
    match vcpu.run() {
        Exit::Syscall(number) => number,
        other => panic!("unexpected exit {other:?} at {:#x}", vcpu.env().pc),
    }
}

#[test]
fn a_loop_counts() {
    on_every_engine(|name, machine| {
        let at = pages(&machine, 1);
        load(at, &[addi(0, 1000), addi(1, 3), addi(0, -1), jnz(0, -2), sys(7)]);
        let mut vcpu = vcpu(&machine, at);
        assert_eq!(run_to_syscall(&mut vcpu), 7, "{name}");
        assert_eq!(vcpu.state().r[..2], [0, 3000], "{name}");
        assert_eq!(vcpu.env().pc, at.0 + 40);
    });
}

#[test]
fn indirect_jumps_find_their_targets() {
    on_every_engine(|name, machine| {
        let at = pages(&machine, 2);
        let function = at.wrapping_add(4096);
        // r2 = function, r3 = return address.
        load(at, &[addi(0, -1), jr(2), jnz(0, -2), sys(1)]);
        load(function, &[addi(1, 5), jr(3)]);
        let mut vcpu = vcpu(&machine, at);
        vcpu.state_mut().r = [100, 0, function.0, at.0 + 16];
        run_to_syscall(&mut vcpu);
        assert_eq!(vcpu.state().r[..2], [0, 500], "{name}");
    });
}

#[test]
fn faults_are_exact() {
    on_every_engine(|name, machine| {
        let at = pages(&machine, 3);
        let data = at.wrapping_add(2 * 4096);
        machine.space().mprotect(data, 4096, Prot::READ).unwrap();
        load(at, &[addi(0, 1), addi(1, 2), ld(3, 2, 0), addi(0, 1), st(1, 2, 8), addi(0, 1)]);
        let mut vcpu = vcpu(&machine, at);
        vcpu.state_mut().r[2] = data.0;
        let fault =
            Fault { addr: data.wrapping_add(8), access: Access::Write, cause: Cause::Protected };
        assert_eq!(vcpu.run(), Exit::Fault(fault), "{name}");
        assert_eq!(vcpu.env().pc, at.0 + 32, "{name}");
        assert_eq!(vcpu.state().r, [2, 2, data.0, 0], "{name}");

        // Across the end of the mapping.
        vcpu.env_mut().pc = at.0;
        vcpu.state_mut().r[2] = data.0 + 4096 - 3;
        let end = data.wrapping_add(4096);
        let fault = Fault { addr: end, access: Access::Read, cause: Cause::Unmapped };
        assert_eq!(vcpu.run(), Exit::Fault(fault), "{name}");
        assert_eq!(vcpu.env().pc, at.0 + 16, "{name}");

        // Not canonical: the host does not tell the address.
        for addr in [0x1234_5678_9abc_def0u64, 0x8000_0000_0000] {
            vcpu.env_mut().pc = at.0;
            vcpu.state_mut().r[2] = addr;
            let addr = GuestAddr(addr);
            let fault = Fault { addr, access: Access::Read, cause: Cause::Unmapped };
            assert_eq!(vcpu.run(), Exit::Fault(fault), "{name}");
        }
    });
}

/// Loads, stores and stores of helpers.
#[test]
fn the_guest_settles_tagged_addresses() {
    on_every_engine(|name, machine| {
        let (at, data) = (pages(&machine, 1), pages(&machine, 1));
        load(at, &[st(0, 2, 8), ld(1, 3, 8), addi(1, 1), sys(0)]);
        load(at.wrapping_add(64), &[st_helper(0, 2, 16), ld(1, 2, 16), sys(0)]);
        let mut vcpu = vcpu(&machine, at);
        for (start, sum) in [(at.0, 78), (at.0 + 64, 77)] {
            let tagged = data.0 | TAG << 56;
            vcpu.env_mut().pc = start;
            vcpu.state_mut().r = [77, 0, tagged, tagged];
            assert_eq!(run_to_syscall(&mut vcpu), 0, "{name}");
            assert_eq!(vcpu.state().r, [77, sum, data.0, data.0], "{name}");
        }
    });
}

#[test]
fn fetch_faults_and_traps() {
    on_every_engine(|name, machine| {
        let at = pages(&machine, 2);
        let edge = at.wrapping_add(4096 - 12);
        load(edge, &[addi(0, 1)]);
        machine.space().mprotect(at.wrapping_add(4096), 4096, Prot::READ).unwrap();
        let mut vcpu = vcpu(&machine, edge);
        let addr = at.wrapping_add(4096);
        let fault = Fault { addr, access: Access::Execute, cause: Cause::Protected };
        assert_eq!(vcpu.run(), Exit::Fault(fault), "{name}");
        assert_eq!((vcpu.env().pc, vcpu.state().r[0]), (edge.0 + 8, 1), "{name}");
        machine.space().munmap(addr, 4096).unwrap();
        let fault = Fault { cause: Cause::Unmapped, ..fault };
        assert_eq!(vcpu.run(), Exit::Fault(fault), "{name}");
        load(at, &[addi(0, 1), illegal()]);
        vcpu.env_mut().pc = at.0;
        assert_eq!(vcpu.run(), Exit::Trap(ILLEGAL, 0), "{name}");
        assert_eq!(vcpu.env().pc, at.0 + 8);
    });
}

#[test]
fn an_instruction_may_cross_pages() {
    on_every_engine(|name, machine| {
        let at = pages(&machine, 2);
        let edge = at.wrapping_add(4096 - 12);
        load(edge, &[addi(0, 1), addi(0, 2), sys(0)]);
        let mut vcpu = vcpu(&machine, edge);
        run_to_syscall(&mut vcpu);
        assert_eq!(vcpu.state().r[0], 3, "{name}");
        // A store to the second page changes it.
        load(edge.wrapping_add(8), &[addi(0, 7)]);
        vcpu.env_mut().pc = edge.0;
        run_to_syscall(&mut vcpu);
        assert_eq!(vcpu.state().r[0], 11, "{name}");
    });
}

/// Stores an instruction over the one that follows, at once and a hundred times.
fn self_modifying(store: fn(u8, u8, i32) -> Insn) {
    on_every_engine(|name, machine| {
        let at = pages(&machine, 1);
        // r3 is the instruction `addi r1, 1`, then 2, 3 …, which the store puts over `illegal`.
        load(at, &[store(3, 2, 16), addi(3, 1), illegal(), addi(0, -1), jnz(0, -4), sys(0)]);
        let mut vcpu = vcpu(&machine, at);
        vcpu.state_mut().r = [100, 0, at.0, addi(1, 1).0];
        run_to_syscall(&mut vcpu);
        assert_eq!(vcpu.state().r[1], 5050, "{name}: sum of 1 to 100");
        assert!(machine.stats().snapshot().code_writes >= 99, "{name}");
    });
}

#[test]
fn a_store_changes_the_next_instruction() {
    self_modifying(st);
}

#[test]
fn a_helpers_store_changes_the_next_instruction() {
    self_modifying(st_helper);
}

#[test]
fn code_written_on_another_page_is_run() {
    on_every_engine(|name, machine| {
        let at = pages(&machine, 2);
        let other = at.wrapping_add(4096);
        load(at, &[st(3, 2, 0), addi(3, 1), jr(2), addi(0, -1), jnz(0, -4), sys(0)]);
        let back = (at.0 as i64 + 24 - (other.0 as i64 + 8)) / 8;
        load(other, &[illegal(), jmp(back as i32)]);
        let mut vcpu = vcpu(&machine, at);
        vcpu.state_mut().r = [100, 0, other.0, addi(1, 1).0];
        run_to_syscall(&mut vcpu);
        assert_eq!(vcpu.state().r[1], 5050, "{name}");
    });
}

/// As on a stack with trampolines: data next to code changes all the time, the code itself seldom.
#[test]
fn stores_next_to_code_are_noticed_only_at_first() {
    on_every_engine(|name, machine| {
        let at = pages(&machine, 2);
        let other = at.wrapping_add(4096);
        load(at, &[st(0, 2, 64), jr(2), addi(0, -1), jnz(0, -3), sys(0)]);
        let back = (at.0 as i64 + 16 - (other.0 as i64 + 8)) / 8;
        load(other, &[addi(1, 1), jmp(back as i32)]);
        let mut vcpu = vcpu(&machine, at);
        vcpu.state_mut().r = [1000, 0, other.0, 0];
        run_to_syscall(&mut vcpu);
        assert_eq!(vcpu.state().r[1], 1000, "{name}");
        let stats = machine.stats().snapshot();
        assert!((1..10).contains(&stats.code_writes), "{name}: {stats}");
        // Unmapped code is gone, though its page was open.
        machine.space().munmap(other, 4096).unwrap();
        vcpu.env_mut().pc = other.0;
        assert!(matches!(vcpu.run(), Exit::Fault(_)), "{name}");
    });
}

#[test]
fn the_emulator_may_write_code() {
    on_every_engine(|name, machine| {
        let at = pages(&machine, 1);
        let mut vcpu = vcpu(&machine, at);
        for i in 1..=20 {
            load(at, &[addi(0, i), jmp(1), sys(i)]);
            vcpu.env_mut().pc = at.0;
            assert_eq!(run_to_syscall(&mut vcpu), i as u64, "{name}");
        }
        assert_eq!(vcpu.state().r[0], 210, "{name}");
    });
}

#[test]
fn unmapped_and_replaced_code_is_gone() {
    on_every_engine(|name, machine| {
        let at = pages(&machine, 1);
        load(at, &[addi(0, 1), sys(0)]);
        let mut vcpu = vcpu(&machine, at);
        run_to_syscall(&mut vcpu);
        machine.space().munmap(at, 4096).unwrap();
        vcpu.env_mut().pc = at.0;
        let fault = Fault { addr: at, access: Access::Execute, cause: Cause::Unmapped };
        assert_eq!(vcpu.run(), Exit::Fault(fault), "{name}");
        let again = pages(&machine, 1);
        assert_eq!(again, at);
        load(at, &[addi(0, 10), sys(0)]);
        run_to_syscall(&mut vcpu);
        assert_eq!(vcpu.state().r[0], 11, "{name}");
    });
}

#[test]
fn a_request_ends_an_endless_loop() {
    on_every_engine(|name, machine| {
        let at = pages(&machine, 2);
        let data = at.wrapping_add(4096);
        load(at, &[addi(0, 1), st(0, 2, 0), jmp(-2)]);
        let mut vcpu = vcpu(&machine, at);
        vcpu.state_mut().r[2] = data.0;
        let handle = vcpu.exit_handle();
        let count = move || tcg_mem::read_u64(data, tcg_mem::Endian::Big).unwrap();
        for _ in 0..5 {
            let before = count();
            let handle = handle.clone();
            let asker = std::thread::spawn(move || {
                while count() < before + 1000 {
                    std::thread::yield_now();
                }
                handle.request();
            });
            assert_eq!(vcpu.run(), Exit::Interrupt, "{name}");
            asker.join().unwrap();
        }
        drop(vcpu);
        handle.request();
    });
}

#[test]
fn one_instruction_blocks_agree() {
    for (name, engine) in engines() {
        let mut config = tcg_exec::Config::new(engine());
        config.translate.max_insns = 1;
        let machine = Machine::<Toy>::new(own_space(), config).unwrap();
        let at = pages(&machine, 1);
        load(at, &[addi(0, 1000), addi(1, 3), addi(0, -1), jnz(0, -2), sys(7)]);
        let mut vcpu = vcpu(&machine, at);
        run_to_syscall(&mut vcpu);
        assert_eq!(vcpu.state().r[..2], [0, 3000], "{name}");
        let stats = machine.stats().snapshot();
        assert_eq!(stats.blocks, stats.insns, "{name}");
    }
}
