//! What may happen: every instruction, by anyone, at any time, with any amount.

use crate::calls::Call;

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Move {
    /// Time passes to a moment, and this many seconds more or less. It never runs back.
    Wait(Moment, i64),
    /// A plain transfer from the borrower into the car wallet.
    TopUp(Sum),
    /// A plain transfer of lamports into the escrow.
    Gift(u64),
    /// Lamports sent to the address of the next invocation.
    Prefund(u64),
    /// Something happens to the token account that is the lender's treasury.
    Treasury(Fate),
    /// An instruction.
    Do(Call, Tampering),
    /// Several instructions in one transaction: all of them, or none.
    Together(Vec<Call>),
}

/// A moment that a rule looks at.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    /// This many seconds from now.
    In(i64),
    /// The next due date.
    Due,
    /// The next late fee.
    Late,
    /// The end of the grace.
    Grace,
    /// The car may warn.
    Warning,
    /// The complete notice matures.
    Notice,
    /// The final notice may be served.
    SecondNotice,
    /// The final notice matures.
    FinalNotice,
    /// The notice is too old.
    OldNotice,
    /// The hold ends.
    Hold,
    /// The stay begins.
    StayFrom,
    /// The stay ends.
    StayUntil,
    /// The proposed key may take over.
    Recovery,
    /// The new key may do everything.
    Recovered,
    /// Another key may be proposed.
    Barred,
    /// The emergency start ends.
    EmergencyStart,
    /// The pause ends.
    Pause,
    /// The lease of the newest invocation ends.
    Lease,
    /// The newest invocation expires.
    Expiry,
    /// The lock's last third begins.
    Renewal,
    /// The lock ends by itself.
    LockEnd,
    /// The loan may be charged off.
    ChargeOff,
}

/// An amount of loan money that a rule looks at.
#[derive(Clone, Copy, Debug)]
pub enum Sum {
    /// This many base units.
    Units(u64),
    /// This many hundredths of an instalment.
    Share(u64),
    /// What is past due and not in the wallet.
    Cure(i64),
    /// All that is owed and not in the wallet.
    Payoff(i64),
    /// Principal and interest.
    Debt(i64),
    /// All that is in the wallet and not due.
    Surplus(i64),
    /// The late fees charged.
    Fees(i64),
}

/// What is wrong with a transaction besides who sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tampering {
    /// Nothing.
    None,
    /// One of the signatures is missing.
    Unsigned(usize),
    /// One of the accounts is another lender's, loan's, car's or person's.
    Swapped(usize),
}

/// The proof that stands before an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// As it should be.
    Right,
    /// The proof is missing.
    Missing,
    /// Another device signed it.
    OtherKey,
    /// Another message is signed.
    OtherMessage,
    /// The car says that it did not obey.
    Refusal,
}

/// The terms that are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draft {
    /// Those of the sequence.
    Sound,
    /// No principal.
    Empty,
    /// First due at once.
    DueNow,
    /// Extended before it begins.
    Deferred,
    /// An escrow a lamport short.
    PoorEscrow,
    /// The seller is the lender.
    ToTreasury,
    /// In default on the due date.
    NoGrace,
    /// The car warns on the due date.
    NoWait,
    /// A lock of less than an hour.
    ShortLock,
    /// A lock of more than 45 days.
    LongLock,
    /// A notice that is forgotten before it matures.
    UnclearNotice,
    /// First due on a day that the calendar does not name.
    DayOff,
    /// More than 100 % a year.
    Usury,
}

/// A function as it is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Sound, for this fee.
    Sound(u64),
    /// For nothing.
    Free,
    /// A lease of more than 15 minutes.
    LongLease,
    /// A time to live shorter than the lease; of an unlock, than an hour.
    ShortLife,
    /// At an address without TLS.
    Http,
    /// With no key.
    NoKey,
    /// With one key in two places.
    KeyTwice,
    /// More keys must sign than there are.
    TooManyMustSign,
}

/// An amount of lamports in the escrow that a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscrowSum {
    /// This many lamports.
    Units(u64),
    /// All but the reserve, and this many more.
    AllBut(u64),
}

/// What happens to a treasury.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The mint's issuer freezes it.
    Frozen,
    /// The issuer thaws it.
    Thawed,
    /// Its owner empties and closes it.
    Closed,
    /// Anyone opens it again.
    Opened,
}
