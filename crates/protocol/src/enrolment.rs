use crate::bytes::{Reader, Writer, exactly};
use crate::{DecodeError, Hash, Key, TAG_LEN};

/// A device's proof that it holds its key and accepts a lender, signed by the device key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// The program it is for.
    pub program: Key,
    /// The lender account's address.
    pub lender: Key,
    /// Salted SHA-256 of the vehicle identification number.
    pub vin_commitment: Hash,
}

impl Enrolment {
    /// The domain tag.
    pub const TAG: [u8; TAG_LEN] = *b"latchkey:enrol\0\0";
    /// Length in bytes.
    pub const LEN: usize = 113;

    /// The enrolment's bytes.
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut buffer = [0; Self::LEN];
        Writer::new(&mut buffer, &Self::TAG).put(&self.program).put(&self.lender).put(&self.vin_commitment);
        buffer
    }

    /// Reads an enrolment that fills `bytes` exactly.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        exactly(bytes, Self::LEN)?;
        let mut reader = Reader::new(bytes, &Self::TAG, Self::LEN)?;
        Ok(Self { program: reader.array(), lender: reader.array(), vin_commitment: reader.array() })
    }
}
