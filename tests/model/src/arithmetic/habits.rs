//! What the arithmetic did before, for the tests to find out that it was wrong.

/// How the books are kept. The contract knows one way; the others are mistakes that must be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a mistake of its own")]
pub struct Habits {
    /// Fees are taken as soon as money is left beyond what is past due, not once the schedule is paid.
    pub fees_from_surplus: bool,
    /// Fees are taken before anything else.
    pub fees_first: bool,
    /// Money counts from the look that finds it: a look judges what fell due before it, and takes at its own second.
    pub money_counts_from_now: bool,
    /// The late date of a fee that is decided is a moment again, if it comes again.
    pub decided_again: bool,
}

impl Habits {
    /// As the contract says.
    pub const CONTRACT: Self = Self {
        fees_from_surplus: false,
        fees_first: false,
        money_counts_from_now: false,
        decided_again: false,
    };
    /// Fees out of whatever is not past due.
    pub const FEES_FROM_SURPLUS: Self = Self { fees_from_surplus: true, ..Self::CONTRACT };
    /// Fees before the schedule.
    pub const FEES_FIRST: Self = Self { fees_first: true, ..Self::CONTRACT };
    /// Moments that come twice.
    pub const DECIDED_AGAIN: Self = Self { decided_again: true, ..Self::CONTRACT };
    /// No moments.
    pub const MONEY_FROM_NOW: Self = Self { money_counts_from_now: true, ..Self::CONTRACT };
}
