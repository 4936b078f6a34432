//! The command line.

use crate::engine::{self, Kind};
use clap::Parser;
use clap::error::ErrorKind;
use linux_user::abi::{Abi, GUESTS};
use linux_user::limits::{self, Values};
use linux_user::{Config, Launch};
use std::ffi::{CStr, CString, OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

/// Run an s390x or aarch64 Linux program on this x86_64 machine.
///
/// The program's file says which of them it is for. Programs that it starts are run in the same way, without any set-up of
/// the host. Options of qemu's user mode are understood as far as they are listed here; its long options may have one dash.
#[derive(Debug, Parser)]
#[command(name = "momonga", version, max_term_width = 100)]
struct Options {
    /// Look absolute paths up under PREFIX first, then as they are
    #[arg(short = 'L', value_name = "PREFIX", env = "QEMU_LD_PREFIX")]
    prefix: Option<PathBuf>,

    /// Give the program ARGV0 as its name
    #[arg(short = '0', value_name = "ARGV0", env = "QEMU_ARGV0", allow_hyphen_values = true)]
    argv0: Option<OsString>,

    /// Set a variable in the program's environment (several: separated by commas)
    #[arg(short = 'E', value_name = "VAR=VALUE", env = "QEMU_SET_ENV")]
    set: Vec<OsString>,

    /// Remove a variable from the program's environment (several: separated by commas)
    #[arg(short = 'U', value_name = "VAR", env = "QEMU_UNSET_ENV")]
    unset: Vec<OsString>,

    /// Size of the stack in bytes, or with k, M or G behind the number
    #[arg(short = 's', value_name = "SIZE", env = "QEMU_STACK_SIZE", value_parser = parse_size)]
    stack: Option<u64>,

    /// Kernel release that uname tells
    #[arg(short = 'r', value_name = "RELEASE", env = "QEMU_UNAME")]
    release: Option<String>,

    #[arg(long, value_name = "MODEL", env = "QEMU_CPU", value_parser = parse_cpu, help = cpu_help())]
    cpu: Option<String>,

    /// Make the machine's random numbers follow from SEED: AT_RANDOM, keys of pointer authentication, RNDR. The system
    /// call getrandom is the host's
    #[arg(long, value_name = "SEED", env = "QEMU_RAND_SEED", value_parser = parse_seed)]
    seed: Option<u64>,

    /// Print system calls and signals on standard error
    #[arg(long, env = "QEMU_STRACE", value_parser = clap::builder::FalseyValueParser::new())]
    strace: bool,

    /// When the program exits, print what the engine did and how long translation took
    #[arg(long)]
    stats: bool,

    /// Translate one instruction at a time
    #[arg(long, env = "QEMU_ONE_INSN_PER_TB", value_parser = clap::builder::FalseyValueParser::new())]
    one_insn_per_tb: bool,

    /// Compile guest code, or interpret it (slow)
    #[arg(long, value_name = "ENGINE", env = "MOMONGA_ENGINE", value_enum, default_value_t = Kind::Jit)]
    engine: Kind,

    /// Descriptor of this program, given by itself after `chroot`
    #[arg(long, hide = true)]
    self_fd: Option<i32>,

    /// Limits of memory of the program that starts another, given by this program itself
    #[arg(long, hide = true, value_parser = parse_limits)]
    limits: Option<Values>,

    /// Run these optimizer passes only: fold, dce, puts, barriers, or none
    #[arg(long, value_name = "PASSES", env = "MOMONGA_PASSES", value_parser = parse_passes)]
    passes: Option<String>,

    /// The program to run
    #[arg(value_name = "PROGRAM", required = true)]
    program: OsString,

    /// Its arguments
    #[arg(value_name = "ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

/// What the command line asks for.
pub(crate) enum Parsed {
    /// To run a program.
    Run(Box<Launch>),
    /// To print help or version.
    Print(String),
}

/// Long options that qemu writes with one dash, and what they are here. The last one is how
/// releases before 8.0 called the one before it.
const ONE_DASH: &[(&str, &str)] = &[
    ("-cpu", "--cpu"),
    ("-strace", "--strace"),
    ("-version", "--version"),
    ("-help", "--help"),
    ("-seed", "--seed"),
    ("-one-insn-per-tb", "--one-insn-per-tb"),
    ("-singlestep", "--one-insn-per-tb"),
];
/// Options of qemu's user mode that are not here, and why.
const REFUSED: &[(&str, &str)] = &[
    ("-g", "there is no server for debuggers"),
    ("-B", "guest addresses are host addresses"),
    ("-R", "guest addresses are host addresses"),
    ("-p", "pages have 4096 bytes"),
    ("-t", "signals have the host's numbers"),
    ("-d", "nothing is logged but what --strace prints"),
    ("-dfilter", "nothing is logged but what --strace prints"),
    ("-D", "--strace prints on standard error"),
    ("-tb-size", "translated code has the room it needs"),
    ("-trace", "there are no trace points"),
    ("-plugin", "there are no plugins"),
    ("-perfmap", "translated code is not named to perf"),
    ("-jitdump", "translated code is not named to perf"),
];
/// Options whose value is the next argument.
const WITH_VALUE: &[&str] = &[
    "-L",
    "-0",
    "-E",
    "-U",
    "-s",
    "-r",
    "-cpu",
    "--cpu",
    "-seed",
    "--seed",
    "--engine",
    "--passes",
    "--self-fd",
    "--limits",
];

/// How the kernel started this program.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Start {
    /// For another program, with that one's path before its argument 0.
    pub(crate) preserved_argv0: bool,
    /// With that program open on a descriptor.
    pub(crate) program_fd: Option<i32>,
}

/// Reads a command line, the emulator's name first, and the environment.
pub(crate) fn parse_from(args: Vec<OsString>, start: Start) -> Result<Parsed, String> {
    let args = if start.preserved_argv0 { from_kernel(args) } else { separate(args)? };
    match Options::try_parse_from(args) {
        Ok(options) => launch(options, start).map(|launch| Parsed::Run(Box::new(launch))),
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
                Ok(Parsed::Print(error.to_string()))
            }
            _ => Err(first_line(&error.to_string())),
        },
    }
}

/// An error in one line.
fn first_line(text: &str) -> String {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    match lines.next() {
        Some(second) if first.ends_with(':') || second.starts_with('[') => {
            format!("{first} {second}; see --help")
        }
        _ => format!("{first}; see --help"),
    }
}

/// The command line that the kernel made (Linux Documentation/admin-guide/binfmt-misc.rst, flag
/// P): path, argument 0 and the rest are the program's, and none is an option.
fn from_kernel(args: Vec<OsString>) -> Vec<OsString> {
    let mut rest = args.into_iter();
    let (this, program, argv0) = (rest.next(), rest.next(), rest.next());
    let mut out: Vec<OsString> = this.into_iter().collect();
    if let Some(argv0) = argv0 {
        out.extend(["-0".into(), argv0]);
    }
    out.push("--".into());
    out.extend(program.into_iter().chain(rest));
    out
}

/// Gives qemu's options their two dashes, and puts `--` before the program, so that everything
/// behind it is the program's.
fn separate(args: Vec<OsString>) -> Result<Vec<OsString>, String> {
    let mut out: Vec<OsString> = Vec::with_capacity(args.len() + 1);
    let mut rest = args.into_iter();
    out.extend(rest.next());
    while let Some(arg) = rest.next() {
        let text = arg.to_str().unwrap_or_default();
        if !text.starts_with('-') || text == "-" {
            out.extend(["--".into(), arg]);
            break;
        }
        if text == "--" {
            out.push(arg);
            break;
        }
        if let Some((name, why)) = REFUSED.iter().find(|(name, _)| *name == text) {
            return Err(format!("option {name} of qemu is not supported: {why}; see --help"));
        }
        let takes_value = WITH_VALUE.contains(&text);
        let renamed = ONE_DASH.iter().find(|(theirs, _)| *theirs == text);
        out.push(renamed.map_or(arg.clone(), |(_, ours)| ours.into()));
        if takes_value {
            out.extend(rest.next());
        }
    }
    out.extend(rest);
    Ok(out)
}

fn parse_size(text: &str) -> Result<u64, String> {
    const EXPECTED: &str =
        "expected a number of bytes from 1 to 2^64-1, or with k, M or G behind it";
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let shift = match unit {
        "" => 0,
        "k" | "K" => 10,
        "m" | "M" => 20,
        "g" | "G" => 30,
        _ => return Err(EXPECTED.to_owned()),
    };
    let number = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(1 << shift));
    number.filter(|bytes| *bytes > 0).ok_or_else(|| EXPECTED.to_owned())
}

/// The models of each guest.
fn models() -> String {
    let of = |abi: &Abi| format!("{} for {}", (abi.cpu_names)().join(", "), abi.machine);
    GUESTS.map(of).join("; ")
}

fn cpu_help() -> String {
    format!("CPU model: {}. A model of the other guest has no effect", models())
}

fn parse_cpu(text: &str) -> Result<String, String> {
    match GUESTS.iter().any(|abi| (abi.cpu_level)(text).is_some()) {
        true => Ok(text.to_owned()),
        false => Err(format!("known are {}", models())),
    }
}

/// A number as C writes it: hexadecimal behind `0x`, octal behind `0`.
fn parse_seed(text: &str) -> Result<u64, String> {
    let (digits, radix) = match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if text.starts_with('0') => (text, 8),
        None => (text, 10),
    };
    // `from_str_radix` takes a sign.
    let number = digits.starts_with(|c: char| c.is_ascii_hexdigit()).then_some(digits);
    number
        .and_then(|digits| u64::from_str_radix(digits, radix).ok())
        .ok_or_else(|| "not a number of 64 bits".to_owned())
}

fn parse_passes(text: &str) -> Result<String, String> {
    let known = || tcg_opt::Passes::NAMES.map(|(name, _)| name).join(", ");
    engine::passes(text).map(|_| text.to_owned()).ok_or_else(|| format!("known are {}", known()))
}

fn parse_limits(text: &str) -> Result<Values, String> {
    limits::of_text(text).ok_or_else(|| "not six numbers".to_owned())
}

fn launch(options: Options, start: Start) -> Result<Launch, String> {
    let carried = carried(&options);
    let passes = options.passes.as_deref().and_then(engine::passes);
    let (kind, stats, one_insn) = (options.engine, options.stats, options.one_insn_per_tb);
    let machine = move |abi: &'static Abi| {
        let mut machine = engine::machine(kind, (abi.layout)(), passes);
        if one_insn {
            machine.translate.max_insns = 1;
        }
        machine.timed = stats;
        machine
    };
    let zeroth = options.argv0.unwrap_or_else(|| options.program.clone());
    let args: Vec<CString> =
        std::iter::once(zeroth).chain(options.args).map(c_string).collect::<Result<_, _>>()?;
    Ok(Launch {
        config: Config {
            prefix: options.prefix,
            strace: options.strace,
            stats: options.stats,
            carried,
            self_fd: options.self_fd,
            stack_bytes: options.stack,
            limits: options.limits,
            uname_release: options.release,
            seed: options.seed,
            ..Config::default()
        },
        program: c_string(options.program)?,
        args,
        env: environment(&options.set, &options.unset)?,
        program_fd: start.program_fd,
        cpu: options.cpu,
        machine: Box::new(machine),
    })
}

/// The options that hold for programs started by the program, too.
fn carried(options: &Options) -> Vec<CString> {
    let mut out: Vec<OsString> = Vec::new();
    let mut add = |name: &str, value: Option<OsString>| {
        if let Some(value) = value {
            out.extend([name.into(), value]);
        }
    };
    add("-L", options.prefix.clone().map(PathBuf::into_os_string));
    add("-s", options.stack.map(|n| n.to_string().into()));
    add("-r", options.release.clone().map(OsString::from));
    add("--seed", options.seed.map(|seed| seed.to_string().into()));
    add("--cpu", options.cpu.clone().map(OsString::from));
    add("--engine", (options.engine != Kind::Jit).then(|| options.engine.name().into()));
    add("--passes", options.passes.clone().map(OsString::from));
    if options.strace {
        out.push("--strace".into());
    }
    if options.stats {
        out.push("--stats".into());
    }
    if options.one_insn_per_tb {
        out.push("--one-insn-per-tb".into());
    }
    out.into_iter().filter_map(|text| CString::new(text.into_vec()).ok()).collect()
}

fn c_string(text: OsString) -> Result<CString, String> {
    CString::new(text.into_vec()).map_err(|_| "an argument holds a zero byte".to_owned())
}

/// The program's environment: ours, byte for byte, with the changes asked for.
fn environment(set: &[OsString], unset: &[OsString]) -> Result<Vec<CString>, String> {
    let mut all = linux_user::unsafe_view::environment();
    for name in unset.iter().flat_map(commas) {
        all.retain(|variable| !names(variable, name.as_bytes()));
    }
    for pair in set.iter().flat_map(commas) {
        let bytes = pair.as_bytes();
        let Some(at) = bytes.iter().position(|b| *b == b'=') else {
            return Err(format!("-E {}: not of the form VAR=VALUE", pair.to_string_lossy()));
        };
        all.retain(|variable| !names(variable, &bytes[..at]));
        all.push(c_string(pair)?);
    }
    Ok(all)
}

/// Whether an environment string is of that name.
fn names(variable: &CStr, name: &[u8]) -> bool {
    let rest = variable.to_bytes().strip_prefix(name);
    rest.is_some_and(|rest| rest.starts_with(b"="))
}

fn commas(list: &OsString) -> Vec<OsString> {
    list.as_bytes()
        .split(|b| *b == b',')
        .filter(|part| !part.is_empty())
        .map(|part| OsStr::from_bytes(part).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn separated(args: &[&str]) -> Vec<String> {
        let args = args.iter().map(OsString::from).collect();
        separate(args).unwrap().into_iter().map(|a| a.into_string().unwrap()).collect()
    }

    fn parse(args: &[&str]) -> Result<Parsed, String> {
        parse_from(args.iter().map(OsString::from).collect(), Start::default())
    }

    #[test]
    fn what_follows_the_program_is_its_own() {
        assert_eq!(
            separated(&["momonga", "-strace", "-L", "/x", "prog", "-strace", "--help"]),
            ["momonga", "--strace", "-L", "/x", "--", "prog", "-strace", "--help"]
        );
        assert_eq!(
            separated(&["momonga", "-0", "-x", "--", "--odd"]),
            ["momonga", "-0", "-x", "--", "--odd"]
        );
    }

    #[test]
    fn options_are_read() {
        let args = [
            "momonga", "-cpu", "z13", "-s", "2M", "-0", "-sh", "-E", "A=1,B=2", "/bin/sh", "-c",
            "x",
        ];
        let Ok(Parsed::Run(launch)) = parse(&args) else {
            panic!("a valid command line");
        };
        assert_eq!(launch.args, [c"-sh", c"-c", c"x"].map(CString::from));
        assert_eq!(launch.config.stack_bytes, Some(2 << 20));
        assert!(launch.env.contains(&c"A=1".to_owned()) && launch.env.contains(&c"B=2".to_owned()));
        assert_eq!(launch.config.carried[..2], [c"-s", c"2097152"].map(CString::from));
    }

    #[test]
    fn errors_are_one_line() {
        for args in
            [&["momonga"][..], &["momonga", "--nope", "x"], &["momonga", "--cpu", "z1", "x"]]
        {
            let Err(message) = parse(args) else {
                panic!("{args:?} is wrong");
            };
            assert!(!message.contains('\n') && message.ends_with("see --help"), "{message}");
        }
        for (option, known) in [("--engine", "jit, interp"), ("--passes", "fold, dce")] {
            let Err(message) = parse(&["momonga", option, "nope", "x"]) else { panic!("{option}") };
            assert!(message.contains(known), "{message}");
        }
    }

    #[test]
    fn options_of_the_peer_are_known() {
        assert_eq!(
            separated(&["m", "-singlestep", "-cpu", "z13", "p"])[1..3],
            ["--one-insn-per-tb", "--cpu"]
        );
        for (name, _) in REFUSED {
            let Err(message) = parse(&["momonga", name, "1", "prog"]) else { panic!("{name}") };
            assert!(message.starts_with(&format!("option {name} of")), "{message}");
        }
        let Err(message) = parse(&["momonga", "-cpu", "help"]) else { panic!("no such CPU") };
        assert!(
            message.contains("known are z10, z196") && message.contains("max for aarch64"),
            "{message}"
        );
    }

    #[test]
    fn the_kernels_command_line_has_no_options() {
        let args = ["/usr/bin/qemu-s390x-static", "/bin/ls", "-strace", "--help"];
        let start = Start { preserved_argv0: true, program_fd: None };
        let parsed = parse_from(args.map(OsString::from).to_vec(), start);
        let Ok(Parsed::Run(launch)) = parsed else { panic!("a valid command line") };
        assert_eq!(launch.program, c"/bin/ls".to_owned());
        assert_eq!(launch.args, [c"-strace", c"--help"].map(CString::from));
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(parse_size("8k"), Ok(8192));
        assert!(parse_size("8x").is_err());
        assert!(parse_size("99999999999G").is_err());
    }
}
