//! The tiny Linux program of `risu demo`: adds the numbers to 100, writes the sum in decimal.
//!
//! Made from the instruction tables, so that it needs no cross compiler.

mod aarch64;
mod s390x;

use std::ffi::CString;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use linux_user::{Config, Launch, procfs};
use risu_replay::EngineChoice;
use risu_trace::Guest;

/// What a guest's program consists of.
struct Program {
    /// `EM_*` (the ABIs' ELF supplements).
    elf_machine: u16,
    code: Vec<u8>,
    /// What stands at [`DATA`] in the file and, behind the same address, in memory.
    data: Vec<u8>,
}

/// Offset of the data in the file.
const DATA: i64 = 0x100;
/// Where the file is in memory.
const ADDR: u64 = 0x100_0000;
/// Bytes of an ELF64 header with one program header.
const CODE: i64 = 64 + 56;

/// Runs the program in another process of risu, and gives what it printed.
pub(crate) fn output(guest: Guest) -> Result<String> {
    let this = std::env::current_exe().context("cannot find myself")?;
    let output =
        Command::new(this).args(["demo", "--only-program", "--guest", guest.name()]).output();
    let output = output.context("cannot start the tiny program")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the tiny program ended with {}: {errors}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

/// Runs the program in this process, which ends with it.
pub(crate) fn run(guest: Guest) -> Result<()> {
    let program = match guest {
        Guest::S390x => s390x::program(),
        Guest::Aarch64 => aarch64::program(),
    };
    let file = procfs::open(&program.file(), 0).map_err(|errno| errno.message());
    let file = file.map_err(|reason| anyhow::anyhow!("cannot make a file in memory: {reason}"))?;
    let program = CString::new(format!("/proc/self/fd/{file}"))?;
    let jit: EngineChoice = "jit".parse()?;
    let machine = jit.config(guest)?;
    linux_user::run(Launch {
        config: Config::default(),
        args: vec![program.clone()],
        program,
        env: Vec::new(),
        program_fd: Some(file),
        cpu: None,
        machine: Box::new(|_| machine),
    })?;
    Ok(())
}

/// The text that a program writes, but for the digits, which are its last four characters.
fn text(guest: Guest) -> Vec<u8> {
    format!("hello from {}, 1 + 2 + ... + 100 = ????\n", guest.name()).into_bytes()
}

impl Program {
    fn is_little(&self) -> bool {
        const EM_AARCH64: u16 = 183;
        self.elf_machine == EM_AARCH64
    }

    /// The program as an ELF file of one segment (System V ABI, "Object Files").
    fn file(&self) -> Vec<u8> {
        let little = self.is_little();
        let mut out = b"\x7fELF\x02".to_vec();
        out.push(if little { 1 } else { 2 });
        out.push(1);
        out.resize(16, 0);
        let mut put = |numbers: &[u64], len: usize| {
            for number in numbers {
                match little {
                    true => out.extend(&number.to_le_bytes()[..len]),
                    false => out.extend(&number.to_be_bytes()[8 - len..]),
                }
            }
        };
        let len = DATA as u64 + self.data.len() as u64;
        put(&[2, self.elf_machine.into()], 2);
        put(&[1], 4);
        put(&[ADDR + CODE as u64, 64, 0], 8);
        put(&[0], 4);
        put(&[64, 56, 1, 64, 0, 0], 2);
        // PT_LOAD, readable, writable and executable.
        put(&[1, 7], 4);
        put(&[0, ADDR, ADDR, len, len, 4096], 8);
        out.extend(&self.code);
        out.resize(DATA as usize, 0);
        out.extend(&self.data);
        out
    }
}
