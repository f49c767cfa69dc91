//! Writing and reading fixed layouts front to back.

use crate::{DecodeError, TAG_LEN, VERSION};

/// Writes fields one after the other into a buffer that is long enough by construction.
pub(crate) struct Writer<'a> {
    buffer: &'a mut [u8],
    at: usize,
}

impl<'a> Writer<'a> {
    /// Starts a message with its tag and version.
    pub fn new(buffer: &'a mut [u8], tag: &[u8; TAG_LEN]) -> Self {
        Self::untagged(buffer).put(tag).put(&[VERSION])
    }

    /// Starts a part of a message, which has neither tag nor version.
    pub fn untagged(buffer: &'a mut [u8]) -> Self {
        Self { buffer, at: 0 }
    }

    pub fn put(mut self, field: &[u8]) -> Self {
        let end = self.at + field.len();
        self.buffer[self.at..end].copy_from_slice(field);
        self.at = end;
        self
    }

    /// How many bytes were written.
    pub fn finish(self) -> usize {
        self.at
    }
}

/// Reads fields one after the other.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Checks tag and version of a message of at least `fixed` bytes.
    pub fn new(message: &'a [u8], tag: &[u8; TAG_LEN], fixed: usize) -> Result<Self, DecodeError> {
        if message.len() < fixed {
            return Err(DecodeError::WrongLength { expected: fixed, found: message.len() });
        }
        let mut reader = Self::untagged(message);
        if reader.array::<TAG_LEN>() != *tag {
            return Err(DecodeError::WrongTag);
        }
        match reader.byte() {
            VERSION => Ok(reader),
            other => Err(DecodeError::UnknownVersion(other)),
        }
    }

    /// Starts a part of a message, which has neither tag nor version.
    pub fn untagged(part: &'a [u8]) -> Self {
        Self { rest: part }
    }

    /// The next field. The caller has made sure of the length.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let (field, rest) = self.rest.split_at(N);
        self.rest = rest;
        let mut array = [0; N];
        array.copy_from_slice(field);
        array
    }

    pub fn byte(&mut self) -> u8 {
        let [byte] = self.array::<1>();
        byte
    }

    pub fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    pub fn i64(&mut self) -> i64 {
        i64::from_le_bytes(self.array())
    }

    pub fn rest(self) -> &'a [u8] {
        self.rest
    }
}

/// Checks that a message has exactly the length of its layout.
pub(crate) fn exactly(message: &[u8], expected: usize) -> Result<(), DecodeError> {
    if message.len() == expected {
        Ok(())
    } else {
        Err(DecodeError::WrongLength { expected, found: message.len() })
    }
}
