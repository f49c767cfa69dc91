use crate::bytes::{Reader, Writer, exactly};
use crate::{DecodeError, Key};

/// A key that is not set.
const NO_KEY: Key = [0; 32];

/// The command keys that a car obeys for one action. Keys that are not set are zero and stand last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySet {
    /// How many of the keys must sign a command: 1 to 3, and no more than are set.
    pub required: u8,
    /// The keys, each a different one.
    pub keys: [Key; 3],
}

impl KeySet {
    /// The keys that are set.
    pub fn set_keys(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter().filter(|key| **key != NO_KEY)
    }

    fn put<'a>(&self, writer: Writer<'a>) -> Writer<'a> {
        let [first, second, third] = &self.keys;
        writer.put(&[self.required]).put(first).put(second).put(third)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let set = Self { required: reader.byte(), keys: [reader.array(), reader.array(), reader.array()] };
        let count = set.keys.iter().take_while(|key| **key != NO_KEY).count();
        let (keys, rest) = set.keys.split_at(count);
        if rest.iter().any(|key| *key != NO_KEY) {
            return Err(DecodeError::KeyAfterZero);
        }
        if keys.iter().enumerate().any(|(index, key)| keys[..index].contains(key)) {
            return Err(DecodeError::EqualKeys);
        }
        if set.required == 0 || usize::from(set.required) > count {
            return Err(DecodeError::RequiredOutOfRange { required: set.required, keys: count });
        }
        Ok(set)
    }
}

/// Whose commands a car obeys: the lender it serves and its command keys, one set an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keyring {
    /// The lender account's address.
    pub lender: Key,
    /// Who may warn.
    pub warn: KeySet,
    /// Who may lock.
    pub lock: KeySet,
    /// Who may unlock; one signature is enough.
    pub unlock: KeySet,
}

impl Keyring {
    /// Length in bytes.
    pub const LEN: usize = 32 + 3 * (1 + 96);

    /// The keyring's bytes: it is a part of a message, without tag and version.
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut buffer = [0; Self::LEN];
        let writer = Writer::untagged(&mut buffer).put(&self.lender);
        self.unlock.put(self.lock.put(self.warn.put(writer)));
        buffer
    }

    /// Reads a keyring that fills `bytes` exactly.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        exactly(bytes, Self::LEN)?;
        let mut reader = Reader::untagged(bytes);
        let lender = reader.array();
        let (warn, lock) = (KeySet::read(&mut reader)?, KeySet::read(&mut reader)?);
        let unlock = KeySet::read(&mut reader)?;
        if unlock.required != 1 {
            return Err(DecodeError::UnlockNeedsOne(unlock.required));
        }
        Ok(Self { lender, warn, lock, unlock })
    }
}
