//! Constants that generated code reads from the prologue.

/// Constants in the prologue, 16 bytes each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Const {
    /// All but the sign bit.
    Abs64,
    Abs32,
    /// The sign bit.
    Sign64,
    Sign32,
    /// The smallest normal number.
    Min64,
    Min32,
    /// 2^63.
    Big64,
    Big32,
    /// Shuffles that reverse the bytes of the low element and clear the rest.
    Swap64,
    Swap32,
    /// Shuffles that reverse the bytes within each lane of 2, 4 and 8 bytes.
    Reverse2,
    Reverse4,
    Reverse8,
    /// Shuffles that gather the low halves of lanes of 2, 4 and 8 bytes and clear the rest.
    Halve2,
    Halve4,
    Halve8,
    /// Number of one bits of 0 to 15.
    Ones,
    /// Bytes whose sum with an index from 16 on has its top bit set.
    BeyondTable,
    /// The low halves of lanes of 4 bytes.
    LowWords,
    /// Indices into two vectors: bytes of even and odd index of both, those in turn, words of even and odd index.
    EvenBytes,
    OddBytes,
    EvenBytesInTurn,
    OddBytesInTurn,
    EvenWords,
    OddWords,
    /// For all lanes: all but the sign bit, and the smallest normal number.
    AbsLanes64,
    AbsLanes32,
    MinLanes64,
    MinLanes32,
    /// The same for halves, and infinity.
    AbsLanes16,
    MinLanes16,
    InfinityLanes16,
    /// The sign bit, and one half.
    SignLanes16,
    HalfLanes16,
    /// MXCSR by rounding mode.
    Rounding,
}

/// By number of [`Const`], but for the last.
pub(crate) const CONSTANTS: [u128; 34] = [
    (1 << 63) - 1,
    0x7fff_ffff,
    1 << 63,
    1 << 31,
    1 << 52,
    1 << 23,
    (1023 + 63) << 52,
    (127 + 63) << 23,
    0x8080_8080_8080_8080_0001_0203_0405_0607,
    0x8080_8080_8080_8080_8080_8080_0001_0203,
    0x0e0f_0c0d_0a0b_0809_0607_0405_0203_0001,
    0x0c0d_0e0f_0809_0a0b_0405_0607_0001_0203,
    0x0809_0a0b_0c0d_0e0f_0001_0203_0405_0607,
    0x8080_8080_8080_8080_0e0c_0a08_0604_0200,
    0x8080_8080_8080_8080_0d0c_0908_0504_0100,
    0x8080_8080_8080_8080_0b0a_0908_0302_0100,
    0x0403_0302_0302_0201_0302_0201_0201_0100,
    0x7070_7070_7070_7070_7070_7070_7070_7070,
    0x0000_ffff_0000_ffff_0000_ffff_0000_ffff,
    0x1e1c_1a18_1614_1210_0e0c_0a08_0604_0200,
    0x1f1d_1b19_1715_1311_0f0d_0b09_0705_0301,
    0x1e0e_1c0c_1a0a_1808_1606_1404_1202_1000,
    0x1f0f_1d0d_1b0b_1909_1707_1505_1303_1101,
    0x000e_000c_000a_0008_0006_0004_0002_0000,
    0x000f_000d_000b_0009_0007_0005_0003_0001,
    0x7fff_ffff_ffff_ffff_7fff_ffff_ffff_ffff,
    0x7fff_ffff_7fff_ffff_7fff_ffff_7fff_ffff,
    0x0010_0000_0000_0000_0010_0000_0000_0000,
    0x0080_0000_0080_0000_0080_0000_0080_0000,
    0x7fff_7fff_7fff_7fff_7fff_7fff_7fff_7fff,
    0x0400_0400_0400_0400_0400_0400_0400_0400,
    0x7c00_7c00_7c00_7c00_7c00_7c00_7c00_7c00,
    0x8000_8000_8000_8000_8000_8000_8000_8000,
    0x3800_3800_3800_3800_3800_3800_3800_3800,
];
