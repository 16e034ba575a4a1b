//! Status lists: many small states in one compressed list, so that a verifier who fetches it does not
//! say which credential it asks about. Bitstring Status List 1.0 and Token Status List, encoded and decoded.
//!
//! It neither fetches nor signs; lists of strangers are decompressed within bounds. Read [`StatusList`] first.

mod codec;

use std::fmt;

/// Bitstring Status List 1.0, 3.1: a shorter list would not hide anybody in a crowd.
pub const MINIMUM_BITSTRING_ENTRIES: usize = 131_072;

/// The most bytes a list may have uncompressed: 64 million entries of one bit. A few kilobytes of gzip
/// can ask for gigabytes.
pub const MAXIMUM_BYTES: usize = 8 * 1024 * 1024;

/// A list of states of 1, 2, 4 or 8 bits each. Equal lists have equal encodings.
#[derive(Clone, PartialEq, Eq)]
pub struct StatusList {
    bits: u8,
    /// Entries packed from the least significant bits on, as the Token Status List has them.
    bytes: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatusListError {
    #[error("an entry has 1, 2, 4 or 8 bits, not {0}")]
    Bits(u8),
    #[error("the list is longer than {MAXIMUM_BYTES} bytes")]
    TooLong,
    #[error("a bitstring has at least {MINIMUM_BITSTRING_ENTRIES} entries")]
    TooShort,
    #[error("index {0} is outside the list")]
    Index(usize),
    #[error("value {0} does not fit into an entry")]
    Value(u8),
    #[error("not the encoding of a status list")]
    Encoding,
}

impl StatusList {
    /// A list of `len` zeros, rounded up to whole bytes.
    pub fn new(bits: u8, len: usize) -> Result<Self, StatusListError> {
        let per_byte = entries_per_byte(bits)?;
        let size = len.div_ceil(per_byte);
        if size > MAXIMUM_BYTES {
            return Err(StatusListError::TooLong);
        }
        Ok(Self { bits, bytes: vec![0; size] })
    }

    fn from_bytes(bits: u8, bytes: Vec<u8>) -> Result<Self, StatusListError> {
        entries_per_byte(bits)?;
        Ok(Self { bits, bytes })
    }

    /// Bits of an entry.
    #[must_use]
    pub fn bits(&self) -> u8 {
        self.bits
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len() * (8 / usize::from(self.bits))
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    #[must_use]
    pub fn value(&self, index: usize) -> Option<u8> {
        let (byte, shift) = self.place(index);
        self.bytes.get(byte).map(|byte| (byte >> shift) & self.mask())
    }

    pub fn set(&mut self, index: usize, value: u8) -> Result<(), StatusListError> {
        let mask = self.mask();
        if value > mask {
            return Err(StatusListError::Value(value));
        }
        let (byte, shift) = self.place(index);
        let byte = self.bytes.get_mut(byte).ok_or(StatusListError::Index(index))?;
        *byte = (*byte & !(mask << shift)) | (value << shift);
        Ok(())
    }

    /// `encodedList` of a Bitstring Status List (1.0, 3.3): multibase base64url of gzip, the first entry
    /// in the most significant bits.
    #[must_use]
    pub fn encode_bitstring(&self) -> String {
        let leftmost: Vec<u8> = self.bytes.iter().map(|byte| self.mirror(*byte)).collect();
        format!("u{}", codec::base64url(&codec::gzip(&leftmost)))
    }

    /// Reads an `encodedList` (1.0, 3.4). `bits` is the entry's `statusSize`, which is 1 by default.
    pub fn decode_bitstring(encoded: &str, bits: u8) -> Result<Self, StatusListError> {
        let encoded = encoded.strip_prefix('u').ok_or(StatusListError::Encoding)?;
        let mut list = Self::from_bytes(bits, codec::gunzip(&codec::from_base64url(encoded)?)?)?;
        if list.len() < MINIMUM_BITSTRING_ENTRIES {
            return Err(StatusListError::TooShort);
        }
        let rightmost = list.bytes.iter().map(|byte| list.mirror(*byte)).collect();
        list.bytes = rightmost;
        Ok(list)
    }

    /// `lst` of a Token Status List (5.1): base64url of zlib, the first entry in the least significant bits.
    #[must_use]
    pub fn encode_token(&self) -> String {
        codec::base64url(&codec::deflate(&self.bytes))
    }

    /// Reads an `lst`; `bits` is the member beside it.
    pub fn decode_token(lst: &str, bits: u8) -> Result<Self, StatusListError> {
        Self::from_bytes(bits, codec::inflate(&codec::from_base64url(lst)?)?)
    }

    fn mask(&self) -> u8 {
        u8::MAX >> (8 - self.bits)
    }

    fn place(&self, index: usize) -> (usize, usize) {
        let per_byte = 8 / usize::from(self.bits);
        (index / per_byte, (index % per_byte) * usize::from(self.bits))
    }

    /// Turns round the order of the entries in a byte, not the bits of an entry.
    fn mirror(&self, byte: u8) -> u8 {
        match self.bits {
            1 => byte.reverse_bits(),
            2 => {
                let halves = byte.rotate_left(4);
                ((halves & 0x33) << 2) | ((halves & 0xcc) >> 2)
            }
            4 => byte.rotate_left(4),
            _ => byte,
        }
    }
}

impl fmt::Debug for StatusList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatusList({} entries of {} bits)", self.len(), self.bits)
    }
}

fn entries_per_byte(bits: u8) -> Result<usize, StatusListError> {
    match bits {
        1 | 2 | 4 | 8 => Ok(8 / usize::from(bits)),
        _ => Err(StatusListError::Bits(bits)),
    }
}

#[cfg(test)]
mod tests;
