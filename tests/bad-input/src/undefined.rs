//! Words of A64, each by itself: which of them are instructions?

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use risu_trace::{
    Area, AreaKind, Block, BlockKind, Delta, Guest, Header, Ignore, Manifest, Meaning, Outcome,
    Step, StreamWriter, Word, aarch64 as layout,
};

/// Words that the reference has run.
pub const WORDS: usize = 1 << 18;

/// Where the words are, each with room for the checkpoint behind it, and where nothing is.
const BASE: u64 = 0x20_0000_0000;
const APART: u32 = 16;
const NOWHERE: u64 = 0x30_0000_0000;
/// Where the recorder's memory for operands is.
const SCRATCH: u64 = 0x28_0000_0000;

/// SIGILL.
const SIGILL: u8 = 4;

/// The words of a stream: any, and such with few or with many ones, since many encodings have long
/// fields of zeros or ones. The same for ever.
///
/// Those that call the kernel or take the thread pointer from the recorder are UDF instead; so are
/// branches with an immediate, of which every encoding is one, because they might make a loop.
#[must_use]
pub fn words() -> Vec<u32> {
    let mut rng = ChaCha8Rng::seed_from_u64(64);
    let word = |_| {
        let (a, b) = (rng.random::<u64>() as u32, rng.random::<u64>() as u32);
        let word = match rng.random_range(0..4u64) {
            0 => a & b,
            1 => a | b,
            _ => a,
        };
        let svc = word & 0xffe0_001f == 0xd400_0001;
        let tpidr = word & 0xffff_ffe0 == 0xd51b_d040;
        let branch = matches!(word >> 26 & 0x1f, 0b00101 | 0b01101) || word >> 24 == 0x54;
        if svc || tpidr || branch { 0 } else { word }
    };
    (0..WORDS).map(word).collect()
}

/// A stream with a step for each word: its registers point nowhere, so that no access succeeds.
///
/// # Errors
///
/// None: it is written to memory.
pub fn stream(words: &[u32]) -> std::io::Result<Vec<u8>> {
    let mut image = Vec::with_capacity(words.len() * APART as usize);
    let mut blocks = Vec::with_capacity(words.len());
    for word in words {
        let entry = image.len() as u32;
        image.extend(word.to_le_bytes());
        image.resize(image.len() + APART as usize - 4, 0);
        let words = vec![Word { offset: entry, len: 4, meaning: Meaning::Illegal }];
        let ignore = vec![Ignore::SignalAddress];
        blocks.push(Block { entry, kind: BlockKind::Illegal, words, ignore });
    }
    let header = Header {
        guest: Guest::Aarch64,
        n_words: layout::N_WORDS as u16,
        seed: 0,
        count: words.len() as u64,
        base: BASE,
        image_len: image.len() as u32,
        areas: vec![Area { addr: SCRATCH, len: 0x1000, kind: AreaKind::Scratch }],
        origin: "random words".to_owned(),
    };
    let mut patch = Delta::default();
    for register in layout::X..=layout::SP {
        patch.set_word(register, NOWHERE);
    }
    patch.set_word(layout::NZCV, 0);
    let mut writer = StreamWriter::new(Vec::new(), &Manifest { header, image, blocks })?;
    for block in 0..words.len() as u32 {
        writer.push(&Step { block, patch: patch.clone() })?;
    }
    writer.finish()
}

/// Whether the word of a block raised SIGILL itself.
#[must_use]
pub fn is_undefined(block: u32, outcome: &Outcome) -> bool {
    let at = BASE + u64::from(block * APART);
    outcome.pc == at && outcome.signal.is_some_and(|signal| signal.number == SIGILL)
}
