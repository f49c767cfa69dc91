use crate::bytes::{Reader, Writer, exactly};
use crate::{Action, DecodeError, Hash, Key, Outcome, TAG_LEN};

/// What a car did with a command, signed by its device key. The contract settles on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The program it is for.
    pub program: Key,
    /// The vehicle account's address.
    pub vehicle: Key,
    /// The invocation account's address.
    pub invocation: Key,
    /// The command's sequence number.
    pub seq: u64,
    /// What was asked.
    pub action: Action,
    /// What became of it.
    pub outcome: Outcome,
    /// The car's clock, Unix seconds.
    pub device_time: i64,
    /// SHA-256 of the command's bytes.
    pub command_hash: Hash,
}

impl Receipt {
    /// The domain tag.
    pub const TAG: [u8; TAG_LEN] = *b"latchkey:receipt";
    /// Length in bytes.
    pub const LEN: usize = 163;

    /// The receipt's bytes.
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut buffer = [0; Self::LEN];
        Writer::new(&mut buffer, &Self::TAG)
            .put(&self.program)
            .put(&self.vehicle)
            .put(&self.invocation)
            .put(&self.seq.to_le_bytes())
            .put(&[self.action as u8])
            .put(&[self.outcome as u8])
            .put(&self.device_time.to_le_bytes())
            .put(&self.command_hash);
        buffer
    }

    /// Reads a receipt that fills `bytes` exactly.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        exactly(bytes, Self::LEN)?;
        let mut reader = Reader::new(bytes, &Self::TAG, Self::LEN)?;
        Ok(Self {
            program: reader.array(),
            vehicle: reader.array(),
            invocation: reader.array(),
            seq: reader.u64(),
            action: Action::try_from(reader.byte())?,
            outcome: Outcome::try_from(reader.byte())?,
            device_time: reader.i64(),
            command_hash: reader.array(),
        })
    }
}
