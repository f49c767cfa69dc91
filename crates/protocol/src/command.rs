use crate::bytes::{Reader, Writer, exactly};
use crate::{Action, DecodeError, Key, MAX_MESSAGE_LEN, MessageTooLong, TAG_LEN};

/// Length of a command with the longest message.
const MAX_LEN: usize = 147 + MAX_MESSAGE_LEN;

/// What a function asks of a car, signed by the function's command key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command<'a> {
    /// The program it is for.
    pub program: Key,
    /// The vehicle account's address.
    pub vehicle: Key,
    /// The invocation account's address.
    pub invocation: Key,
    /// Strictly rising for the vehicle.
    pub seq: u64,
    /// What to do.
    pub action: Action,
    /// When it was issued, Unix seconds.
    pub issued_at: i64,
    /// The car refuses it after this time, Unix seconds.
    pub not_after: i64,
    /// When a lock ends by itself, Unix seconds; 0 if only an unlock ends it, or if this is no lock.
    pub lock_until: i64,
    /// Shown to the driver.
    pub message: &'a str,
}

impl<'a> Command<'a> {
    /// The domain tag.
    pub const TAG: [u8; TAG_LEN] = *b"latchkey:command";
    /// Length without the message.
    pub const FIXED_LEN: usize = 147;
    /// Length with the longest message.
    pub const MAX_LEN: usize = MAX_LEN;

    /// Writes the command into `buffer` and returns the part written.
    pub fn encode_into<'b>(&self, buffer: &'b mut [u8; MAX_LEN]) -> Result<&'b [u8], MessageTooLong> {
        let message = self.message.as_bytes();
        let length = u8::try_from(message.len())
            .ok()
            .filter(|length| usize::from(*length) <= MAX_MESSAGE_LEN)
            .ok_or(MessageTooLong(message.len()))?;
        let written = Writer::new(buffer, &Self::TAG)
            .put(&self.program)
            .put(&self.vehicle)
            .put(&self.invocation)
            .put(&self.seq.to_le_bytes())
            .put(&[self.action as u8])
            .put(&self.issued_at.to_le_bytes())
            .put(&self.not_after.to_le_bytes())
            .put(&self.lock_until.to_le_bytes())
            .put(&[length])
            .put(message)
            .finish();
        Ok(&buffer[..written])
    }

    /// Reads a command that fills `bytes` exactly.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes, &Self::TAG, Self::FIXED_LEN)?;
        let (program, vehicle, invocation) = (reader.array(), reader.array(), reader.array());
        let seq = reader.u64();
        let action = Action::try_from(reader.byte())?;
        let (issued_at, not_after, lock_until) = (reader.i64(), reader.i64(), reader.i64());
        let length = usize::from(reader.byte());
        if length > MAX_MESSAGE_LEN {
            return Err(DecodeError::MessageTooLong(length));
        }
        exactly(bytes, Self::FIXED_LEN + length)?;
        let message = core::str::from_utf8(reader.rest()).map_err(|_| DecodeError::MessageNotUtf8)?;
        Ok(Self { program, vehicle, invocation, seq, action, issued_at, not_after, lock_until, message })
    }
}
