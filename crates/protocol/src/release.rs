use crate::bytes::{Reader, Writer, exactly};
use crate::{DecodeError, Key, TAG_LEN};

/// An order to a car whose loan has ended: obey unlocks alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// The program it is for.
    pub program: Key,
    /// The vehicle account's address.
    pub vehicle: Key,
    /// When it was issued, Unix seconds.
    pub issued_at: i64,
}

impl Release {
    /// The domain tag.
    pub const TAG: [u8; TAG_LEN] = *b"latchkey:release";
    /// Length in bytes.
    pub const LEN: usize = 89;

    /// The release's bytes.
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut buffer = [0; Self::LEN];
        Writer::new(&mut buffer, &Self::TAG)
            .put(&self.program)
            .put(&self.vehicle)
            .put(&self.issued_at.to_le_bytes());
        buffer
    }

    /// Reads a release that fills `bytes` exactly.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        exactly(bytes, Self::LEN)?;
        let mut reader = Reader::new(bytes, &Self::TAG, Self::LEN)?;
        Ok(Self { program: reader.array(), vehicle: reader.array(), issued_at: reader.i64() })
    }
}
