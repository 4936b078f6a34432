//! The loader in this process: damaged programs are loaded or refused, whatever they say.

use std::ffi::CString;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bad_input_tests::{Damage, Guest, Kind, Victim, guest_root, peak_memory_bytes, program};
use linux_user::Config;
use linux_user::abi::{Abi, aarch64, s390x};
use linux_user::elf::LoadElfError;
use linux_user::loader::{LoadRequest, load};
use tcg_mem::{AddressSpace, GuestAddr};

/// Damaged files of each program.
const EACH: u64 = 3_000;
/// More than the largest program, and far from what the headers can ask for.
const MEMORY_BYTES: u64 = 512 << 20;

#[test]
fn damaged_programs_are_loaded_or_refused() {
    // Guarded accesses to guest memory need the signal handlers.
    linux_user::signal::Actions::default().inherit();
    let mut counts = Counts::default();
    shake_guest(&s390x::ABI, "lib/ld64.so.1", &mut counts);
    shake_guest(&aarch64::ABI, "lib/ld-linux-aarch64.so.1", &mut counts);
    println!("{counts:?}");
    assert!(counts.loaded > 2_000 && counts.refused > 2_000, "{counts:?}");
    let peak = peak_memory_bytes(false);
    assert!(peak < MEMORY_BYTES, "{peak} bytes of memory");
}

/// Three programs of a guest, and its dynamic linker.
fn shake_guest(abi: &'static Abi, linker: &str, counts: &mut Counts) {
    let guest = Guest::from_name(abi.machine).expect("a guest");
    let tiny = Victim { name: "tiny".to_owned(), bytes: program(guest, Kind::Bytes, 0) };
    shake(&Workshop::program(abi, &tiny, Path::new("/")), &tiny, counts);
    let root = guest_root(abi.machine).expect("guest programs");
    let read = |name: &str| Victim {
        name: format!("{} {name}", abi.machine),
        bytes: std::fs::read(root.join(name)).expect("a guest program"),
    };
    for victim in [read("usr/bin/busybox"), read("usr/bin/true")] {
        shake(&Workshop::program(abi, &victim, &root), &victim, counts);
    }
    let folder = temporary(abi.machine);
    let victim = read(linker);
    let at = folder.join(linker);
    let workshop = Workshop::interpreter(abi, &victim, (&folder, &at), &root.join("usr/bin/true"));
    shake(&workshop, &victim, counts);
    std::fs::remove_dir_all(&folder).expect("remove the folder");
}

#[derive(Debug, Default)]
struct Counts {
    loaded: u64,
    refused: u64,
}

fn temporary(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("momonga-bad-input-{}-{name}", std::process::id()))
}

fn shake(workshop: &Workshop, victim: &Victim, counts: &mut Counts) {
    for seed in 0..EACH {
        let damage = victim.damage(seed);
        workshop.write(victim, &damage);
        match workshop.load() {
            Ok(()) => counts.loaded += 1,
            Err(error) => {
                let line = error.to_string();
                assert!(!line.is_empty() && !line.contains('\n'), "{}: {line:?}", victim.name);
                counts.refused += 1;
            }
        }
        workshop.repair(victim, &damage);
    }
}

/// Where files are damaged and loaded.
struct Workshop {
    abi: &'static Abi,
    /// The file that is damaged.
    file: File,
    /// The program to load: this file, or one that names it as its interpreter.
    program: CString,
    config: Config,
}

impl Workshop {
    fn program(abi: &'static Abi, victim: &Victim, prefix: &Path) -> Workshop {
        let path = temporary("program");
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&path);
        let file = file.expect("a temporary file");
        std::fs::remove_file(&path).expect("remove the name");
        file.write_all_at(&victim.bytes, 0).expect("write the program");
        let program = c_string(format!("/proc/self/fd/{}", file.as_raw_fd()).as_bytes());
        Workshop { abi, file, program, config: config(prefix) }
    }

    fn interpreter(
        abi: &'static Abi,
        victim: &Victim,
        (folder, path): (&Path, &Path),
        program: &Path,
    ) -> Workshop {
        std::fs::create_dir_all(path.parent().unwrap_or(folder)).expect("a folder");
        std::fs::write(path, &victim.bytes).expect("write the interpreter");
        let file = File::options().read(true).write(true).open(path).expect("the interpreter");
        let program = c_string(program.as_os_str().as_bytes());
        Workshop { abi, file, program, config: config(folder) }
    }

    fn write(&self, victim: &Victim, damage: &Damage) {
        for (at, bytes) in &damage.edits {
            self.file.write_all_at(bytes, *at as u64).expect("damage the file");
        }
        let len = damage.cut.unwrap_or(victim.bytes.len());
        self.file.set_len(len as u64).expect("cut the file");
    }

    fn repair(&self, victim: &Victim, damage: &Damage) {
        if let Some(cut) = damage.cut {
            self.file.write_all_at(&victim.bytes[cut..], cut as u64).expect("mend the file");
        }
        for (at, bytes) in &damage.edits {
            let good = &victim.bytes[*at..*at + bytes.len()];
            self.file.write_all_at(good, *at as u64).expect("mend the file");
        }
    }

    /// Loads the program, and takes it out of memory again.
    fn load(&self) -> Result<(), LoadElfError> {
        let space = Arc::new(AddressSpace::new());
        let _attached = space.attach_thread();
        let request = LoadRequest {
            random: [0; 2],
            config: &self.config,
            host_path: &self.program,
            guest_path: c"/program",
            args: &[c"program".to_owned()],
            env: &[],
        };
        let result = load(self.abi, &space, &request);
        for mapping in space.mappings() {
            let range = mapping.range;
            space.munmap(GuestAddr(range.start), range.end - range.start).expect("unmap");
        }
        result.map(drop)
    }
}

fn c_string(bytes: &[u8]) -> CString {
    CString::new(bytes).expect("a path without zero byte")
}

fn config(prefix: &Path) -> Config {
    Config { prefix: Some(prefix.to_owned()), ..Config::default() }
}
