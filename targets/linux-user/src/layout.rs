//! Byte order and shape of the plain structures that cross the system-call boundary.
//!
//! Most kernel structures have the same fields at the same offsets on every 64-bit
//! Linux; only the byte order differs. Such a structure is described by the widths of
//! its fields, and conversion is one loop, the same in both directions.

pub use tcg_mem::Endian;

/// A run of equal fields: width in bytes (1, 2, 4 or 8) and how many follow one another.
///
/// Padding is written as width 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run(pub u8, pub u16);

/// A structure as its runs of fields, in order, without gaps.
pub type Layout = &'static [Run];

/// Size of a structure in bytes.
pub const fn size_of(layout: Layout) -> usize {
    let mut size = 0;
    let mut i = 0;
    while i < layout.len() {
        size += layout[i].0 as usize * layout[i].1 as usize;
        i += 1;
    }
    size
}

/// Converts one structure in place between host and guest byte order.
///
/// Bytes beyond `buf` are not touched, so a caller may convert a cut structure.
pub fn convert(endian: Endian, layout: Layout, buf: &mut [u8]) {
    if endian == Endian::Little {
        return;
    }
    let mut rest = buf;
    for &Run(width, count) in layout {
        let bytes = (width as usize * count as usize).min(rest.len());
        let (now, later) = rest.split_at_mut(bytes);
        if width > 1 {
            now.chunks_exact_mut(width as usize).for_each(<[u8]>::reverse);
        }
        rest = later;
    }
}

/// Converts an array of structures in place.
pub fn convert_array(endian: Endian, layout: Layout, buf: &mut [u8]) {
    if endian == Endian::Little {
        return;
    }
    for item in buf.chunks_exact_mut(size_of(layout).max(1)) {
        convert(endian, layout, item);
    }
}

/// Declares a native structure with one guest layout per byte order.
///
/// Fields are laid out in the order given, without gaps: padding is a field.
macro_rules! guest_struct {
    ($(#[$meta:meta])* $name:ident = $size:literal { $($(#[$fmeta:meta])* $field:ident : $ty:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name { $($(#[$fmeta])* #[doc = concat!("The kernel's `", stringify!($field), "`.")] pub $field: $ty),* }

        impl $crate::layout::GuestStruct for $name {
            const SIZE: usize = 0 $(+ ::core::mem::size_of::<$ty>())*;

            fn decode(endian: $crate::layout::Endian, bytes: &[u8]) -> Self {
                let mut at = 0;
                $(let $field = <$ty as $crate::layout::Scalar>::take(endian, bytes, &mut at);)*
                Self { $($field),* }
            }

            fn encode(&self, endian: $crate::layout::Endian, bytes: &mut [u8]) {
                let mut at = 0;
                $($crate::layout::Scalar::store(self.$field, endian, bytes, &mut at);)*
            }
        }

        const _: () = assert!(<$name as $crate::layout::GuestStruct>::SIZE == $size);
    };
}
pub(crate) use guest_struct;

/// A structure of scalars with the layout the guest's kernel gives it.
pub trait GuestStruct: Sized + Default {
    /// Size in guest memory, in bytes.
    const SIZE: usize;
    /// Reads the structure from guest bytes; missing bytes read as zero.
    fn decode(endian: Endian, bytes: &[u8]) -> Self;
    /// Writes the structure as guest bytes; what does not fit is dropped.
    fn encode(&self, endian: Endian, bytes: &mut [u8]);
}

/// An integer field of a [`GuestStruct`].
pub trait Scalar: Copy {
    /// Takes the field at `at` and advances past it.
    fn take(endian: Endian, bytes: &[u8], at: &mut usize) -> Self;
    /// Stores the field at `at` and advances past it.
    fn store(self, endian: Endian, bytes: &mut [u8], at: &mut usize);
}

macro_rules! scalars {
    ($($ty:ty),*) => { $(
        impl Scalar for $ty {
            fn take(endian: Endian, bytes: &[u8], at: &mut usize) -> Self {
                const N: usize = size_of_ty::<$ty>();
                let mut raw = [0u8; N];
                if let Some(src) = bytes.get(*at..*at + N) {
                    raw.copy_from_slice(src);
                }
                *at += N;
                match endian {
                    Endian::Big => <$ty>::from_be_bytes(raw),
                    Endian::Little => <$ty>::from_le_bytes(raw),
                }
            }

            fn store(self, endian: Endian, bytes: &mut [u8], at: &mut usize) {
                const N: usize = size_of_ty::<$ty>();
                let raw = match endian {
                    Endian::Big => self.to_be_bytes(),
                    Endian::Little => self.to_le_bytes(),
                };
                if let Some(dst) = bytes.get_mut(*at..*at + N) {
                    dst.copy_from_slice(&raw);
                }
                *at += N;
            }
        }
    )* };
}
scalars!(u8, i8, u16, i16, u32, i32, u64, i64);

const fn size_of_ty<T>() -> usize {
    core::mem::size_of::<T>()
}

/// Layouts that every 64-bit Linux shares, by the kernel's name.
pub mod kernel {
    use super::{Layout, Run, size_of};

    macro_rules! layouts {
        ($($name:ident = $size:literal [$($w:literal x $n:literal),*];)*) => {
            $(
                #[doc = concat!("Kernel layout of `", stringify!($name), "`.")]
                pub const $name: Layout = &[$(Run($w, $n)),*];
                const _: () = assert!(size_of($name) == $size);
            )*
        };
    }

    layouts! {
        U16 = 2 [2 x 1];
        U32 = 4 [4 x 1];
        U64 = 8 [8 x 1];
        INT_PAIR = 8 [4 x 2];
        TIMESPEC = 16 [8 x 2];
        TIMEVAL = 16 [8 x 2];
        TIMEVAL_PAIR = 32 [8 x 4];
        TIMESPEC_PAIR = 32 [8 x 4];
        TIMEZONE = 8 [4 x 2];
        ITIMERVAL = 32 [8 x 4];
        ITIMERSPEC = 32 [8 x 4];
        UTIMBUF = 16 [8 x 2];
        RUSAGE = 144 [8 x 18];
        RLIMIT = 16 [8 x 2];
        TMS = 32 [8 x 4];
        IOVEC = 16 [8 x 2];
        POLLFD = 8 [4 x 1, 2 x 2];
        SYSINFO = 112 [8 x 10, 2 x 2, 1 x 4, 8 x 2, 4 x 1, 1 x 4];
        FLOCK = 32 [2 x 2, 1 x 4, 8 x 2, 4 x 1, 1 x 4];
        TIMEX = 208 [4 x 1, 1 x 4, 8 x 4, 4 x 1, 1 x 4, 8 x 8, 4 x 1, 1 x 4, 8 x 5, 4 x 1, 1 x 44];
        STATX = 256 [4 x 2, 8 x 1, 4 x 3, 2 x 2, 8 x 4, 8 x 1, 4 x 2, 8 x 1, 4 x 2, 8 x 1, 4 x 2,
                     8 x 1, 4 x 2, 4 x 4, 8 x 1, 4 x 2, 8 x 1, 4 x 6, 8 x 8];
        OPEN_HOW = 24 [8 x 3];
        TERMIOS = 36 [4 x 4, 1 x 20];
        TERMIOS2 = 44 [4 x 4, 1 x 20, 4 x 2];
        WINSIZE = 8 [2 x 4];
        CAP_HEADER = 8 [4 x 2];
        CAP_DATA = 24 [4 x 6];
        MQ_ATTR = 64 [8 x 8];
        SIGEVENT = 64 [8 x 1, 4 x 3, 1 x 44];
        SCHED_ATTR = 48 [4 x 2, 8 x 1, 4 x 2, 8 x 3];
        F_OWNER_EX = 8 [4 x 2];
        LINGER = 8 [4 x 2];
        UCRED = 12 [4 x 3];
        SIGNALFD_SIGINFO = 128 [4 x 12, 8 x 4, 2 x 2, 4 x 1, 8 x 1, 4 x 1, 1 x 28];
        FILE_HANDLE = 8 [4 x 2];
        FILE_ATTR = 24 [8 x 1, 4 x 4];
        XATTR_ARGS = 16 [8 x 1, 4 x 2];
        USTAT = 32 [4 x 1, 1 x 4, 8 x 1, 1 x 16];
        CACHESTAT_RANGE = 16 [8 x 2];
        CACHESTAT = 40 [8 x 5];
        IOCB = 64 [8 x 2, 2 x 2, 4 x 1, 8 x 4, 4 x 2];
        IO_EVENT = 32 [8 x 4];
        LSM_CTX = 32 [8 x 4];
        STATMOUNT = 512 [4 x 2, 8 x 1, 4 x 2, 8 x 1, 4 x 2, 8 x 2, 4 x 2, 8 x 5, 4 x 2, 8 x 1,
                         4 x 6, 8 x 1, 4 x 4, 8 x 43];
        KEY_DH = 12 [4 x 3];
        KEY_DERIVATION = 56 [8 x 2, 4 x 9, 1 x 4];
        KEY_QUERY = 56 [4 x 2, 2 x 4, 4 x 10];
        KEY_OPERATION = 40 [4 x 10];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversion_is_its_own_inverse() {
        let original: Vec<u8> = (0..32).collect();
        let mut bytes = original.clone();
        convert(Endian::Big, kernel::FLOCK, &mut bytes);
        assert_eq!(&bytes[..10], &[1, 0, 3, 2, 4, 5, 6, 7, 15, 14]);
        convert(Endian::Big, kernel::FLOCK, &mut bytes);
        assert_eq!(bytes, original);
    }

    #[test]
    fn little_endian_guests_need_no_conversion() {
        let mut bytes = [1, 2, 3, 4];
        convert(Endian::Little, kernel::U32, &mut bytes);
        assert_eq!(bytes, [1, 2, 3, 4]);
    }

    #[test]
    fn arrays_convert_item_by_item() {
        let mut bytes = [0, 0, 0, 1, 0, 4, 0, 0, 0, 0, 0, 2, 0, 1, 0, 0];
        convert_array(Endian::Big, kernel::POLLFD, &mut bytes);
        assert_eq!(bytes, [1, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0]);
    }

    #[test]
    fn cut_structures_convert_up_to_their_end() {
        let mut bytes = [0, 0, 0, 0, 0, 0, 0, 7];
        convert(Endian::Big, kernel::TIMESPEC, &mut bytes);
        assert_eq!(bytes, [7, 0, 0, 0, 0, 0, 0, 0]);
    }
}
