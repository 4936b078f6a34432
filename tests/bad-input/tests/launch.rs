//! What is no program is refused in one line, with the status that a shell gives.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use bad_input_tests::{Emulator, End, Guest, guest_root};

/// A folder with things that are no programs, and a few that are.
struct Folder {
    path: PathBuf,
    emulator: Emulator,
    root: PathBuf,
}

impl Folder {
    fn new(guest: Guest, name: &str) -> Folder {
        let name = format!("momonga-launch-{}-{}-{name}", std::process::id(), guest.name());
        let path = std::env::temp_dir().join(name);
        // A process of the same number, which somebody ended, may have left one.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        let root = guest_root(guest.name()).expect("guest programs");
        Folder { path, emulator: Emulator::momonga().expect("momonga"), root }
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>, mode: u32) -> PathBuf {
        let path = self.path.join(name);
        fs::write(&path, bytes).expect("write a file");
        fs::set_permissions(&path, Permissions::from_mode(mode)).expect("set permissions");
        path
    }

    fn busybox(&self) -> Vec<u8> {
        fs::read(self.root.join("usr/bin/busybox")).expect("busybox for the guest")
    }

    /// Status and message of a program that is refused.
    fn refusal(&self, args: &[&OsStr]) -> (i32, String) {
        let report = self.emulator.run(args).expect("run momonga");
        assert!(report.is_refusal(), "{args:?}: {report:?}");
        let End::Exit(status) = report.end else { panic!("{args:?}: {report:?}") };
        let line = report.stderr.trim_end().replace(&*self.path.to_string_lossy(), "DIR");
        (status, line)
    }

    fn check(&self, program: impl AsRef<Path>, status: i32, message: &str) {
        let found = self.refusal(&[program.as_ref().as_os_str()]);
        assert_eq!(found, (status, format!("momonga: {message}")));
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left in the temporary folder does no harm.
        let _ = fs::remove_dir_all(&self.path);
    }
}

#[test]
fn what_is_not_there_is_127() {
    Guest::ALL.into_iter().for_each(check_missing);
}

fn check_missing(guest: Guest) {
    let folder = Folder::new(guest, "missing");
    let script = folder.file("script", "#!/no/such/interpreter\n", 0o755);
    folder.check(folder.path.join("nothing"), 127, "DIR/nothing: No such file or directory");
    folder.check(
        script,
        127,
        "DIR/script: interpreter /no/such/interpreter: No such file or directory",
    );
    let file = folder.file("file", "", 0o755);
    folder.check(file.join("below"), 127, "DIR/file/below: Not a directory");
    // A program for the guest, without the prefix its interpreter is in.
    let program = folder.root.join("usr/bin/true");
    let (status, line) = folder.refusal(&[program.as_os_str()]);
    assert_eq!(status, 127);
    let interpreter = match guest {
        Guest::S390x => "ld64.so.1",
        Guest::Aarch64 => "ld-linux-aarch64.so.1",
    };
    let end = format!("interpreter /lib/{interpreter}: No such file or directory; see -L");
    assert!(line.ends_with(&end), "{line}");
}

#[test]
fn what_cannot_be_executed_is_126() {
    Guest::ALL.into_iter().for_each(check_not_executable);
}

fn check_not_executable(guest: Guest) {
    let folder = Folder::new(guest, "no-program");
    let pipe = folder.path.join("pipe");
    let made = std::process::Command::new("mkfifo").arg("--mode=755").arg(&pipe).status();
    assert!(made.expect("mkfifo").success());
    symlink("loop", folder.path.join("loop")).expect("a link");
    folder.check(&folder.path, 126, "DIR: Permission denied");
    folder.check(pipe, 126, "DIR/pipe: Permission denied");
    folder.check(folder.path.join("loop"), 126, "DIR/loop: Too many levels of symbolic links");
    folder.check(
        folder.file("plain", folder.busybox(), 0o644),
        126,
        "DIR/plain: Permission denied",
    );
    let no_elf = "not a 64-bit ELF file";
    let truncated = "truncated: ELF header at offset 0 lies past the end of the file";
    folder.check(folder.file("head", "\x7fELF", 0o755), 126, &format!("DIR/head: {truncated}"));
    folder.check(folder.file("empty", "", 0o755), 126, &format!("DIR/empty: {no_elf}"));
    folder.check(folder.file("text", "echo\n", 0o755), 126, &format!("DIR/text: {no_elf}"));
    let long = folder.file("long", "echo ".repeat(100), 0o755);
    folder.check(long, 126, &format!("DIR/long: {no_elf}"));
    folder.check(folder.file("bare", "#!\n", 0o755), 126, "DIR/bare: a script without interpreter");
    let native = fs::read("/proc/self/exe").expect("this program");
    folder.check(
        folder.file("native", native, 0o755),
        126,
        "DIR/native: for another machine (ELF machine 62, little-endian; wanted s390x or aarch64)",
    );
    let mut other = folder.busybox();
    let order = match guest {
        Guest::S390x => "big",
        Guest::Aarch64 => "little",
    };
    // The number in both orders.
    other[18..20].copy_from_slice(&[21, 21]);
    let other = folder.file("strange", other, 0o755);
    folder.check(
        other,
        126,
        &format!(
            "DIR/strange: for another machine (ELF machine {}, {order}-endian; wanted s390x or aarch64)",
            21 * 0x101
        ),
    );
    let long = Path::new("/").join("x".repeat(300));
    let message = format!("{}: File name too long", long.display());
    folder.check(long, 126, &message);
}

#[test]
fn what_may_not_be_read_is_126() {
    Guest::ALL.into_iter().for_each(check_unreadable);
}

fn check_unreadable(guest: Guest) {
    let folder = Folder::new(guest, "unreadable");
    fs::set_permissions(&folder.path, Permissions::from_mode(0o755)).expect("set permissions");
    let emulator = folder.emulator.for_nobody(&folder.path).expect("a copy of momonga");
    for (name, mode) in [("none", 0o000), ("execute-only", 0o111)] {
        let program = folder.file(name, folder.busybox(), mode);
        let report = emulator.run([&program]).expect("run momonga");
        assert_eq!(report.end, End::Exit(126), "{name}: {report:?}");
        let line = format!("momonga: {}: Permission denied\n", program.display());
        assert_eq!(report.stderr, line, "{name}");
    }
}

#[test]
fn scripts_and_set_user_id_programs_run() {
    Guest::ALL.into_iter().for_each(check_scripts);
}

fn check_scripts(guest: Guest) {
    let folder = Folder::new(guest, "scripts");
    let busybox = folder.file("busybox", folder.busybox(), 0o755);
    let script = format!("#!{} sh\nexit $(($1 + 1))\n", busybox.display());
    let script = folder.file("script", script, 0o755);
    let end = |args: &[&OsStr]| folder.emulator.run(args).map(|report| (report.end, report.stderr));
    let args = [script.as_os_str(), "41".as_ref()];
    assert_eq!(end(&args).expect("run momonga"), (End::Exit(42), String::new()));
    // The bits have no effect: momonga has no other rights than its user (docs, "Running Linux
    // programs").
    let special = folder.file("special", folder.busybox(), 0o6755);
    let test = "test $(id -u) = $0";
    let me = fs::metadata("/proc/self").map(|meta| std::os::unix::fs::MetadataExt::uid(&meta));
    let me = me.expect("own user").to_string();
    let args = ["-0", "sh"].map(OsStr::new).into_iter().chain([special.as_os_str()]);
    let args: Vec<&OsStr> = args.chain(["-c", test, &me].map(OsStr::new)).collect();
    assert_eq!(end(&args).expect("run momonga").0, End::Exit(0));
}
