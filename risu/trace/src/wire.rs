//! Little-endian fields: a bounds-checked cursor and its writing counterpart.

use crate::error::Bad;

/// Reads fields from a slice; never past its end.
#[derive(Debug)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Cursor { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Bytes that are left.
    pub(crate) fn len(&self) -> usize {
        self.rest.len()
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Result<&'a [u8], Bad> {
        let (head, tail) = self.rest.split_at_checked(len).ok_or(Bad("field past end"))?;
        self.rest = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Bad> {
        let (head, tail) = self.rest.split_first_chunk().ok_or(Bad("field past end"))?;
        self.rest = tail;
        Ok(*head)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Bad> {
        self.array().map(|[b]: [u8; 1]| b)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Bad> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Bad> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Bad> {
        self.array().map(u64::from_le_bytes)
    }

    /// A number of at most 32 bits in groups of seven, lowest first.
    #[inline]
    pub(crate) fn var(&mut self) -> Result<u32, Bad> {
        let mut value = 0u64;
        for shift in (0..35).step_by(7) {
            let byte = self.u8()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return u32::try_from(value).map_err(|_| Bad("number too large"));
            }
        }
        Err(Bad("number too long"))
    }

    /// A string of at most 65,535 bytes.
    pub(crate) fn string(&mut self) -> Result<String, Bad> {
        let len = self.u16()?;
        let bytes = self.bytes(usize::from(len))?;
        String::from_utf8(bytes.to_vec()).map_err(|_| Bad("text is not UTF-8"))
    }
}

/// Appends fields to a growing buffer.
pub(crate) trait Put {
    fn put_u8(&mut self, v: u8);
    fn put_u16(&mut self, v: u16);
    fn put_u32(&mut self, v: u32);
    fn put_u64(&mut self, v: u64);
    fn put_var(&mut self, v: u32);
    fn put_bytes(&mut self, v: &[u8]);
    /// Writes at most 65,535 bytes of `v`, cut at a character.
    fn put_string(&mut self, v: &str);
}

impl Put for Vec<u8> {
    fn put_u8(&mut self, v: u8) {
        self.push(v);
    }

    fn put_u16(&mut self, v: u16) {
        self.extend_from_slice(&v.to_le_bytes());
    }

    fn put_u32(&mut self, v: u32) {
        self.extend_from_slice(&v.to_le_bytes());
    }

    fn put_u64(&mut self, v: u64) {
        self.extend_from_slice(&v.to_le_bytes());
    }

    fn put_var(&mut self, mut v: u32) {
        while v >= 0x80 {
            self.push((v & 0x7f) as u8 | 0x80);
            v >>= 7;
        }
        self.push(v as u8);
    }

    fn put_bytes(&mut self, v: &[u8]) {
        self.extend_from_slice(v);
    }

    fn put_string(&mut self, v: &str) {
        let mut len = v.len().min(usize::from(u16::MAX));
        while !v.is_char_boundary(len) {
            len -= 1;
        }
        self.put_u16(len as u16);
        self.extend_from_slice(&v.as_bytes()[..len]);
    }
}
