//! What is measured: the kernels of `tests/bench/<class>/*.c` and real Debian programs.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::built::{self, NATIVE, Target};

/// A class of our own kernels, a folder of `tests/bench`, and how they are compiled.
const KERNEL_CLASSES: [(&str, &str); 9] = [
    ("integer", "-O2"),
    ("calls", "-O2"),
    ("indirect", "-O2"),
    ("float", "-O2"),
    ("simd", "-O3"),
    ("strings", "-O2"),
    ("threads", "-O2"),
    ("syscalls", "-O2"),
    ("startup", "-O2"),
];

/// What a class must reach.
#[derive(Clone, Copy)]
pub(super) enum Bar {
    /// At most this many times the native time, in the geometric mean.
    Native(f64),
    /// At most this part of the time of the best peer.
    Peer(f64),
}

/// A bar: name, classes it joins, what they must reach.
pub(super) type Limit = (&'static str, &'static [&'static str], Bar);

/// The bars of s390x. Its compilers use no vectors unless told to.
const S390X_BARS: [Limit; 9] = [
    ("integer", &["integer"], Bar::Native(2.5)),
    ("calls and indirect branches", &["calls", "indirect"], Bar::Native(4.0)),
    ("scalar floating point", &["float"], Bar::Native(4.0)),
    ("vectors", &["simd"], Bar::Peer(1.0)),
    ("strings", &["strings"], Bar::Peer(1.0)),
    ("threads", &["threads"], Bar::Peer(1.0)),
    ("system calls", &["syscalls"], Bar::Peer(1.0)),
    ("start-up", &["startup"], Bar::Peer(0.5)),
    ("real programs", &["real"], Bar::Native(5.0)),
];

/// The bars of aarch64.
const AARCH64_BARS: [Limit; 9] = [
    ("integer", &["integer"], Bar::Native(2.2)),
    ("calls and indirect branches", &["calls", "indirect"], Bar::Native(3.5)),
    ("scalar floating point", &["float"], Bar::Native(3.0)),
    ("vectors", &["simd"], Bar::Native(4.0)),
    ("strings", &["strings"], Bar::Peer(1.0)),
    ("threads", &["threads"], Bar::Peer(1.0)),
    ("system calls", &["syscalls"], Bar::Peer(1.0)),
    ("start-up", &["startup"], Bar::Peer(0.5)),
    ("real programs", &["real"], Bar::Native(4.0)),
];

/// The bars of a guest.
pub(super) fn bars(guest: Target) -> &'static [Limit] {
    if guest.name == "aarch64" { &AARCH64_BARS } else { &S390X_BARS }
}

/// One thing to measure.
pub(super) struct Case {
    /// Class; the bars are set by class.
    pub(super) class: &'static str,
    /// Name within the class.
    pub(super) name: String,
    /// Program below the root of an architecture; the native one may stand elsewhere.
    pub(super) program: Program,
    /// Arguments.
    pub(super) args: Vec<String>,
    /// File for standard input.
    pub(super) stdin: Option<PathBuf>,
    /// How often it is started for one sample.
    pub(super) repeat: u32,
}

/// Where a program stands below `target/guests/<architecture>`.
pub(super) enum Program {
    /// At the same place for every architecture, static.
    Static(String),
    /// At the same place, dynamically linked.
    Dynamic(&'static str),
    /// Dynamically linked, at one place natively and at another for the guest.
    Different {
        /// Below the root of this machine's programs.
        native: String,
        /// Below the root of the guest's.
        guest: String,
    },
}

/// Lists all cases, after building the kernels and writing the inputs.
///
/// # Errors
///
/// If a kernel does not compile or an input cannot be written.
pub(super) fn all(root: &Path, guest: Target) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for class in KERNEL_CLASSES {
        kernels(root, class, guest, &mut cases)?;
    }
    startup(&mut cases);
    real(root, guest, &mut cases)?;
    Ok(cases)
}

fn kernels(
    root: &Path,
    (class, level): (&'static str, &str),
    guest: Target,
    cases: &mut Vec<Case>,
) -> Result<()> {
    let folder = root.join("tests/bench").join(class);
    let mut sources: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("list {}", folder.display()))? {
        sources.push(entry?.path());
    }
    sources.sort();
    for source in sources {
        let stem = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for target in [guest, NATIVE] {
            let out = root.join("target/guests").join(target.name).join("opt/bench").join(class);
            fs::create_dir_all(&out)?;
            built::gnu(root, target, "gcc", &["-static", level], &source, &out.join(&stem))?;
        }
        let program = Program::Static(format!("opt/bench/{class}/{stem}"));
        let repeat = if class == "startup" { 20 } else { 1 };
        cases.push(Case { class, name: stem, program, args: vec![], stdin: None, repeat });
    }
    Ok(())
}

fn startup(cases: &mut Vec<Case>) {
    let mut add = |name: &str, program, args: &[&str], repeat| {
        let args = args.iter().map(|&arg| arg.to_owned()).collect();
        cases.push(Case {
            class: "startup",
            name: name.to_owned(),
            program,
            args,
            stdin: None,
            repeat,
        });
    };
    add("true", Program::Dynamic("usr/bin/true"), &[], 20);
    add("busybox-true", Program::Static("usr/bin/busybox".to_owned()), &["true"], 20);
    add("bash-true", Program::Dynamic("usr/bin/bash"), &["-c", "true"], 10);
    add("python-pass", Program::Dynamic("usr/bin/python3.11"), &["-c", "pass"], 5);
}

/// The files that real programs work on, the same for every architecture.
struct Inputs {
    /// 300,000 words.
    text: PathBuf,
    /// The same eight times, for programs that are too quick.
    long_text: PathBuf,
    /// 120,000 lines that start with a number.
    numbers: PathBuf,
    /// A C source.
    unit: PathBuf,
}

impl Inputs {
    fn write(root: &Path) -> Result<Inputs> {
        let data = root.join("target/bench");
        fs::create_dir_all(&data).with_context(|| format!("create {}", data.display()))?;
        let inputs = Inputs {
            text: data.join("text.txt"),
            long_text: data.join("long-text.txt"),
            numbers: data.join("numbers.txt"),
            unit: data.join("unit.c"),
        };
        let text = words(300_000);
        let mut long_text = File::create(&inputs.long_text)?;
        (0..8).try_for_each(|_| long_text.write_all(text.as_bytes()))?;
        fs::write(&inputs.text, text)?;
        fs::write(&inputs.numbers, lines(120_000))?;
        let template = fs::read_to_string(root.join("tests/bench/real/unit.c.in"))?;
        let units: String = (0..25).map(|n| template.replace('@', &n.to_string())).collect();
        fs::write(&inputs.unit, units)?;
        Ok(inputs)
    }
}

/// A case of the class `real`.
fn real_case(name: &str, program: Program, args: &[&str], stdin: Option<&Path>) -> Case {
    let args = args.iter().map(|&arg| arg.to_owned()).collect();
    Case {
        class: "real",
        name: name.to_owned(),
        program,
        args,
        stdin: stdin.map(Path::to_owned),
        repeat: 1,
    }
}

/// A path as an argument.
fn as_arg(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

fn real(root: &Path, guest: Target, cases: &mut Vec<Case>) -> Result<()> {
    let inputs = Inputs::write(root)?;
    packers_and_languages(root, &inputs, cases);
    compilers(guest, &inputs, cases);
    text_tools(root, &inputs, cases);
    digests(&inputs, cases);
    Ok(())
}

fn packers_and_languages(root: &Path, inputs: &Inputs, cases: &mut Vec<Case>) {
    let script = |name: &str| root.join("tests/bench/real").join(name);
    let text = as_arg(&inputs.text);
    let mut add = |name, program, args: &[&str], stdin: Option<&Path>| {
        cases.push(real_case(name, Program::Dynamic(program), args, stdin));
    };
    add("xz", "usr/bin/xz", &["-3", "-T1", "-c", text], None);
    add("zstd", "usr/bin/zstd", &["-9", "-q", "-T1", "-c", text], None);
    add("gzip", "usr/bin/gzip", &["-6", "-n", "-c", text], None);
    add("bzip2", "usr/bin/bzip2", &["-c", text], None);
    add("sqlite3", "usr/bin/sqlite3", &["-batch"], Some(&script("queries.sql")));
    add("lua", "usr/bin/lua5.4", &[as_arg(&script("program.lua"))], None);
    add("python3", "usr/bin/python3.11", &[as_arg(&script("program.py"))], None);
    add("perl", "usr/bin/perl", &[as_arg(&script("program.pl"))], None);
    add("bash", "usr/bin/bash", &[as_arg(&script("program.sh"))], None);
    add("bc", "usr/bin/bc", &["-l"], Some(&script("program.bc")));
    let filter = r#"split("\n") | map(split(" ")[0] | tonumber? // 0) | add"#;
    add("jq", "usr/bin/jq", &["-R", "-s", filter, as_arg(&inputs.numbers)], None);
}

fn compilers(guest: Target, inputs: &Inputs, cases: &mut Vec<Case>) {
    for (name, options) in [
        ("cc1-E", ["-E", "-P"]),
        ("cc1-O0", ["-fno-ident", "-O0"]),
        ("cc1-O2", ["-fno-ident", "-O2"]),
    ] {
        let program = Program::Different {
            native: format!("usr/lib/gcc-cross/{}/12/cc1", guest.triplet),
            guest: format!("usr/lib/gcc/{}/12/cc1", guest.triplet),
        };
        let args = [&["-quiet", "-o", "-"], &options[..], &[as_arg(&inputs.unit)]].concat();
        cases.push(real_case(name, program, &args, None));
    }
}

fn text_tools(root: &Path, inputs: &Inputs, cases: &mut Vec<Case>) {
    let (text, numbers) = (as_arg(&inputs.text), as_arg(&inputs.numbers));
    let long_text = as_arg(&inputs.long_text);
    let awk = root.join("tests/bench/real/program.awk");
    let mut add = |name, program, args: &[&str], stdin: Option<&Path>| {
        cases.push(real_case(name, Program::Dynamic(program), args, stdin));
    };
    add("gawk", "usr/bin/gawk", &["-f", as_arg(&awk), text], None);
    add("mawk", "usr/bin/mawk", &["-f", as_arg(&awk), text], None);
    add("sort", "usr/bin/sort", &["--parallel=1", numbers], None);
    add("sort-n", "usr/bin/sort", &["--parallel=1", "-n", "-u", numbers], None);
    add("grep", "usr/bin/grep", &["-c", "-E", "(oak|elm).*(fir|yew) a", text], None);
    add("sed", "usr/bin/sed", &["-E", r"s/(oak|elm) ([a-z]+)/\2 \1/g", text], None);
    add("tr", "usr/bin/tr", &["a-z", "A-Z"], Some(&inputs.long_text));
    add("wc", "usr/bin/wc", &[], Some(&inputs.long_text));
    add("cut", "usr/bin/cut", &["-d", " ", "-f", "2,5", long_text], None);
    add("nl", "usr/bin/nl", &["-b", "a", long_text], None);
    add("fmt", "usr/bin/fmt", &[text], None);
    add("od", "usr/bin/od", &["-A", "x", "-t", "x1z", numbers], None);
    add("tac", "usr/bin/tac", &[long_text], None);
    let program = root.join("target/guests").join(NATIVE.name).join("usr/bin/python3.11");
    add("readelf", "usr/bin/readelf", &["-aW", as_arg(&program)], None);
    add("iconv", "usr/bin/iconv", &["-f", "UTF-8", "-t", "UTF-16LE", long_text], None);
}

fn digests(inputs: &Inputs, cases: &mut Vec<Case>) {
    let mut add = |name, program, args: &[&str], stdin: &Path| {
        cases.push(real_case(name, Program::Dynamic(program), args, Some(stdin)));
    };
    let key = "000102030405060708090a0b0c0d0e0f";
    add("sha256sum", "usr/bin/sha256sum", &[], &inputs.text);
    add("md5sum", "usr/bin/md5sum", &[], &inputs.long_text);
    add("openssl-sha512", "usr/bin/openssl", &["dgst", "-sha512"], &inputs.long_text);
    let encrypt = ["enc", "-aes-128-ctr", "-K", key, "-iv", key];
    add("openssl-aes", "usr/bin/openssl", &encrypt, &inputs.long_text);
}

/// Reproducible text of `count` words, seven a line.
fn words(count: u32) -> String {
    const WORDS: &str = "alder ash beech birch cedar elm fir hazel larch lime maple oak pine \
        poplar rowan spruce willow yew the and of to in it that was";
    let list: Vec<&str> = WORDS.split(' ').collect();
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut text = String::new();
    for n in 1..=count {
        match list.get(random.random_range(0..list.len() + 4)) {
            Some(word) => text.push_str(word),
            None => drop(write!(text, "{:x}", random.random_range(0..1 << 20))),
        }
        text.push(if n % 7 == 0 { '\n' } else { ' ' });
    }
    text
}

/// Reproducible lines that start with a number.
fn lines(count: u32) -> String {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut text = String::new();
    for _ in 0..count {
        let number = random.random_range(-8_000_000..8_000_000);
        let _ = writeln!(text, "{number} {:x}", random.random::<u16>());
    }
    text
}
