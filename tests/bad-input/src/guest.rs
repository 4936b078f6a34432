//! What differs between the guests whose programs are made here.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use risu_trace::Guest;

/// What a guest's programs are made of.
pub(crate) trait Machine {
    /// `EM_S390` or `EM_AARCH64` (the ABIs' ELF supplements).
    fn elf_machine(self) -> u16;

    /// Whether numbers are stored least significant byte first.
    fn little_endian(self) -> bool;

    /// The low bytes of a number in the guest's order.
    fn number(self, number: u64, len: usize) -> Vec<u8>;

    /// Code that loads all floating-point and general registers from the data at `data`, which
    /// are not far behind the code at `code`, and makes a stack pointer point there.
    fn prologue(self, code: u64, data: u64) -> Vec<u8>;

    /// Whether a system call may be among these bytes, if they begin where an instruction may.
    fn has_system_call(self, bytes: &[u8]) -> bool;

    /// A defined instruction with random operands.
    fn instruction(self, rng: &mut ChaCha8Rng) -> Vec<u8>;
}

impl Machine for Guest {
    fn elf_machine(self) -> u16 {
        match self {
            Guest::S390x => 22,
            Guest::Aarch64 => 183,
        }
    }

    fn little_endian(self) -> bool {
        self == Guest::Aarch64
    }

    fn number(self, number: u64, len: usize) -> Vec<u8> {
        if self.little_endian() {
            number.to_le_bytes()[..len].to_vec()
        } else {
            number.to_be_bytes()[8 - len..].to_vec()
        }
    }

    fn prologue(self, code: u64, data: u64) -> Vec<u8> {
        match self {
            Guest::S390x => s390x_prologue(code, data),
            Guest::Aarch64 => aarch64_prologue(data),
        }
    }

    fn has_system_call(self, bytes: &[u8]) -> bool {
        bytes.chunks(self.checkpoint_len()).any(|bytes| match (self, bytes) {
            // SUPERVISOR CALL (PoP SA22-7832, chapter 7).
            (Guest::S390x, _) => bytes[0] == 0x0a,
            // SVC (Arm ARM DDI 0487, C6.2 "SVC").
            (Guest::Aarch64, &[a, _, c, d]) => a & 0x1f == 1 && c & 0xe0 == 0 && d == 0xd4,
            (Guest::Aarch64, _) => false,
        })
    }

    fn instruction(self, rng: &mut ChaCha8Rng) -> Vec<u8> {
        let rows = match self {
            Guest::S390x => isa::s390x::ROWS.as_slice(),
            Guest::Aarch64 => isa::aarch64::ROWS.as_slice(),
        };
        loop {
            let row = &rows[rng.random_range(0..rows.len())];
            let word = row.value | row.format.should_be_one | rng.random::<u64>() & !row.mask;
            // Keys of pointer authentication are others in each process.
            let keyed = matches!(row.facility.name, "pauth" | "pacga");
            if row.translated() && !keyed && row.valid(word) {
                return row.encode(word).as_slice().to_vec();
            }
        }
    }
}

fn s390x_prologue(code: u64, data: u64) -> Vec<u8> {
    // LARL 1,data
    let mut bytes = vec![0xc0, 0x10];
    bytes.extend((((data - code) / 2) as u32).to_be_bytes());
    // LD n,8n(1)
    for n in 0..16u8 {
        bytes.extend([0x68, n << 4, 0x10, 8 * n]);
    }
    // LMG 0,15,128(1)
    bytes.extend([0xeb, 0x0f, 0x10, 0x80, 0x00, 0x04]);
    bytes
}

fn aarch64_prologue(data: u64) -> Vec<u8> {
    // MOVZ X0,data,LSL #16
    let mut words = vec![0xd2a0_0000 | ((data >> 16) as u32 & 0xffff) << 5];
    // LDP Qn,Qn+1,[X0,#16n]
    words.extend((0..32).step_by(2).map(|n| 0xad40_0000 | n << 15 | (n + 1) << 10 | n));
    // ADD SP,X0,#8192
    words.push(0x9140_081f);
    // ADD X0,X0,#512; LDP Xn,Xn+1,[X0,#8(n-1)]; LDR X0,[X0,#240]
    words.push(0x9108_0000);
    words.extend((1..30).step_by(2).map(|n| 0xa940_0000 | (n - 1) << 15 | (n + 1) << 10 | n));
    words.push(0xf940_7800);
    words.into_iter().flat_map(u32::to_le_bytes).collect()
}
