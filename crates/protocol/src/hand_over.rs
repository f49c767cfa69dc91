use crate::bytes::{Reader, Writer, exactly};
use crate::{DecodeError, Hash, Key, Keyring, TAG_LEN};

/// A root key's order to a car: from now on, this keyring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandOver {
    /// The program it is for.
    pub program: Key,
    /// The vehicle account's address.
    pub vehicle: Key,
    /// The car's own, so that an old order is refused.
    pub nonce: [u8; 32],
    /// When it was issued, Unix seconds.
    pub issued_at: i64,
    /// Commands with this number or a lower one are old from now on.
    pub seq: u64,
    /// The borrower whose loan is open; all zero if no loan is open.
    pub borrower: Key,
    /// The last second in which the car may be locked, Unix seconds.
    pub locks_until: i64,
    /// The whole new keyring.
    pub keyring: Keyring,
    /// The X25519 key of the function whose codes the car takes; all zero: it takes none.
    pub code_key: Key,
}

impl HandOver {
    /// The domain tag.
    pub const TAG: [u8; TAG_LEN] = *b"latchkey:keyring";
    /// Length in bytes.
    pub const LEN: usize = 169 + Keyring::LEN + 32;

    /// The hand-over's bytes.
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut buffer = [0; Self::LEN];
        Writer::new(&mut buffer, &Self::TAG)
            .put(&self.program)
            .put(&self.vehicle)
            .put(&self.nonce)
            .put(&self.issued_at.to_le_bytes())
            .put(&self.seq.to_le_bytes())
            .put(&self.borrower)
            .put(&self.locks_until.to_le_bytes())
            .put(&self.keyring.encode())
            .put(&self.code_key);
        buffer
    }

    /// Reads a hand-over that fills `bytes` exactly.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        exactly(bytes, Self::LEN)?;
        let mut reader = Reader::new(bytes, &Self::TAG, Self::LEN)?;
        Ok(Self {
            program: reader.array(),
            vehicle: reader.array(),
            nonce: reader.array(),
            issued_at: reader.i64(),
            seq: reader.u64(),
            borrower: reader.array(),
            locks_until: reader.i64(),
            keyring: Keyring::decode(&reader.array::<{ Keyring::LEN }>())?,
            code_key: reader.array(),
        })
    }
}

/// The car's proof of the keyring that it obeys, signed by the device key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandOverReceipt {
    /// The program it is for.
    pub program: Key,
    /// The vehicle account's address.
    pub vehicle: Key,
    /// The lender of the keyring; all zero if the car was given none.
    pub lender: Key,
    /// SHA-256 of [`Keyring::encode`]; all zero if the car obeys no such keyring.
    pub keyring_hash: Hash,
    /// What the next hand-over must carry.
    pub nonce: [u8; 32],
    /// The car's clock, Unix seconds.
    pub device_time: i64,
}

impl HandOverReceipt {
    /// The domain tag.
    pub const TAG: [u8; TAG_LEN] = *b"latchkey:handed\0";
    /// Length in bytes.
    pub const LEN: usize = 185;

    /// The hand-over receipt's bytes.
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut buffer = [0; Self::LEN];
        Writer::new(&mut buffer, &Self::TAG)
            .put(&self.program)
            .put(&self.vehicle)
            .put(&self.lender)
            .put(&self.keyring_hash)
            .put(&self.nonce)
            .put(&self.device_time.to_le_bytes());
        buffer
    }

    /// Reads a hand-over receipt that fills `bytes` exactly.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        exactly(bytes, Self::LEN)?;
        let mut reader = Reader::new(bytes, &Self::TAG, Self::LEN)?;
        Ok(Self {
            program: reader.array(),
            vehicle: reader.array(),
            lender: reader.array(),
            keyring_hash: reader.array(),
            nonce: reader.array(),
            device_time: reader.i64(),
        })
    }
}
