use core::fmt;

/// Why bytes are not the message they were taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// Shorter or longer than the message is.
    WrongLength {
        /// What the layout asks for.
        expected: usize,
        /// What there was.
        found: usize,
    },
    /// The domain tag of another message, or of none.
    WrongTag,
    /// A version this crate does not know.
    UnknownVersion(u8),
    /// No action has this byte.
    UnknownAction(u8),
    /// No outcome has this byte.
    UnknownOutcome(u8),
    /// The message to the driver is longer than [`crate::MAX_MESSAGE_LEN`].
    MessageTooLong(usize),
    /// The message to the driver is not UTF-8.
    MessageNotUtf8,
    /// A key set has a key after one that is not set.
    KeyAfterZero,
    /// A key set names one key twice.
    EqualKeys,
    /// A key set asks for no signature, or for more than it has keys.
    RequiredOutOfRange {
        /// How many must sign.
        required: u8,
        /// How many keys are set.
        keys: usize,
    },
    /// A keyring asks for this many signatures on an unlock, which needs one.
    UnlockNeedsOne(u8),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongLength { expected, found } => write!(f, "{found} bytes where {expected} are expected"),
            Self::WrongTag => write!(f, "the domain tag is not this message's"),
            Self::UnknownVersion(version) => {
                write!(f, "version {version} is unknown: this side speaks {}", crate::VERSION)
            }
            Self::UnknownAction(byte) => write!(f, "no action has the byte {byte}"),
            Self::UnknownOutcome(byte) => write!(f, "no outcome has the byte {byte}"),
            Self::MessageTooLong(found) => {
                write!(f, "the driver's message has {found} bytes: at most {} fit", crate::MAX_MESSAGE_LEN)
            }
            Self::MessageNotUtf8 => write!(f, "the driver's message is not UTF-8"),
            Self::KeyAfterZero => {
                write!(f, "a key stands after a zero key: keys that are not set stand last")
            }
            Self::EqualKeys => write!(f, "a key set names one key twice"),
            Self::RequiredOutOfRange { required, keys } => {
                write!(
                    f,
                    "{required} signatures of {keys} keys: at least one must sign, and at most each key"
                )
            }
            Self::UnlockNeedsOne(required) => {
                write!(f, "{required} signatures for an unlock: an unlock needs one")
            }
        }
    }
}

impl core::error::Error for DecodeError {}

/// A message to the driver is longer than [`crate::MAX_MESSAGE_LEN`] bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageTooLong(pub usize);

impl fmt::Display for MessageTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        DecodeError::MessageTooLong(self.0).fmt(f)
    }
}

impl core::error::Error for MessageTooLong {}
