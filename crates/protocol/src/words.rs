use core::fmt;
use core::str::FromStr;

use crate::DecodeError;

/// What a function call asks of a car.
///
/// One byte in messages and in the seeds of addresses: 1, 2 or 3. Borsh, in accounts and instruction data, stores the
/// position instead: 0, 1 or 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(
    feature = "anchor",
    derive(anchor_lang::AnchorSerialize, anchor_lang::AnchorDeserialize, anchor_lang::InitSpace)
)]
#[cfg_attr(feature = "anchor", borsh(use_discriminant = false))]
#[repr(u8)]
pub enum Action {
    /// Tell the driver that a payment is past due.
    Warn = 1,
    /// Inhibit the next start.
    Lock = 2,
    /// Let the car start again.
    Unlock = 3,
}

impl Action {
    /// Every action, in the order of their bytes.
    pub const ALL: [Self; 3] = [Self::Warn, Self::Lock, Self::Unlock];

    /// The name in files, arguments and logs: `warn`, `lock` or `unlock`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Warn => "warn",
            Self::Lock => "lock",
            Self::Unlock => "unlock",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Action {
    type Err = UnknownAction;

    fn from_str(name: &str) -> Result<Self, UnknownAction> {
        Self::ALL.into_iter().find(|action| action.name() == name).ok_or(UnknownAction)
    }
}

/// A name that is not the name of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownAction;

impl fmt::Display for UnknownAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown action: write warn, lock or unlock")
    }
}

impl core::error::Error for UnknownAction {}

impl TryFrom<u8> for Action {
    type Error = DecodeError;

    fn try_from(byte: u8) -> Result<Self, DecodeError> {
        match byte {
            1 => Ok(Self::Warn),
            2 => Ok(Self::Lock),
            3 => Ok(Self::Unlock),
            _ => Err(DecodeError::UnknownAction(byte)),
        }
    }
}

/// What a car says it did. Only [`Outcome::Applied`] settles an invocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Outcome {
    /// Done.
    Applied = 1,
    /// Will be done when the car is parked.
    Armed = 2,
    /// Not done: the command came too late.
    RefusedExpired = 3,
    /// Not done: the car has obeyed a newer command.
    RefusedSuperseded = 4,
    /// Not done: it would not be safe.
    RefusedUnsafe = 5,
    /// Not done: the car has no time that it can trust.
    RefusedNoTime = 6,
    /// Not done: the car needs service, and until then it obeys unlocks alone.
    RefusedService = 7,
    /// Not done: the lock has no end, or one too far ahead.
    RefusedTooLong = 8,
}

impl TryFrom<u8> for Outcome {
    type Error = DecodeError;

    fn try_from(byte: u8) -> Result<Self, DecodeError> {
        match byte {
            1 => Ok(Self::Applied),
            2 => Ok(Self::Armed),
            3 => Ok(Self::RefusedExpired),
            4 => Ok(Self::RefusedSuperseded),
            5 => Ok(Self::RefusedUnsafe),
            6 => Ok(Self::RefusedNoTime),
            7 => Ok(Self::RefusedService),
            8 => Ok(Self::RefusedTooLong),
            _ => Err(DecodeError::UnknownOutcome(byte)),
        }
    }
}
