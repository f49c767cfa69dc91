use crate::DecodeError;

/// What a command asks of a car.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Action {
    /// Tell the driver that a payment is past due.
    Warn = 1,
    /// Inhibit the next start.
    Lock = 2,
    /// Let the car start again.
    Unlock = 3,
}

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
            _ => Err(DecodeError::UnknownOutcome(byte)),
        }
    }
}
