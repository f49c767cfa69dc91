use crate::bytes::{Reader, Writer, exactly};
use crate::{DecodeError, Key, TAG_LEN};

/// A keeper's request to a function, signed by the keeper's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invoke {
    /// The program it is for.
    pub program: Key,
    /// The invocation account's address.
    pub invocation: Key,
    /// The keeper, whose key signs this.
    pub keeper: Key,
    /// When it was asked, Unix seconds.
    pub issued_at: i64,
}

impl Invoke {
    /// The domain tag.
    pub const TAG: [u8; TAG_LEN] = *b"latchkey:invoke\0";
    /// Length in bytes.
    pub const LEN: usize = 121;

    /// The request's bytes.
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut buffer = [0; Self::LEN];
        Writer::new(&mut buffer, &Self::TAG)
            .put(&self.program)
            .put(&self.invocation)
            .put(&self.keeper)
            .put(&self.issued_at.to_le_bytes());
        buffer
    }

    /// Reads a request that fills `bytes` exactly.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        exactly(bytes, Self::LEN)?;
        let mut reader = Reader::new(bytes, &Self::TAG, Self::LEN)?;
        Ok(Self {
            program: reader.array(),
            invocation: reader.array(),
            keeper: reader.array(),
            issued_at: reader.i64(),
        })
    }
}
