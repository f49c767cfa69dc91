//! What a contract like this got wrong before, or could: mistakes that the sequences must find.

/// A mistake in the reference. The program has none of them, so a sequence in which one matters makes both disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Fees are taken before the schedule.
    FeesFirst,
    /// Fees are taken out of what is not yet due.
    FeesFromSurplus,
    /// Money counts from the look that finds it.
    MoneyCountsFromNow,
    /// A loan that the look just paid off is extended, amended and stayed.
    ChangesWhatIsPaidOff,
    /// A late date that is decided is a moment again once its date lies ahead.
    DecidedDatesCountAgain,
    /// A warning proven inside a stay is a notice.
    TellsInAStay,
    /// A warning proven after a charge-off is a notice.
    TellsAfterAChargeOff,
    /// A warning counts for whatever is past due when it is proven.
    OldWarningsCount,
    /// A third warning of an instalment may be asked for.
    WarnsAgain,
    /// A lock may be asked for, and claimed, while the wallet can cure the loan.
    LocksWhatTheWalletCures,
    /// A lock may be asked for, and claimed, on hold.
    LocksOnHold,
    /// A lock may be asked for, and claimed, in an emergency start.
    LocksInAnEmergency,
    /// A lock is renewed at any time.
    RenewsAtOnce,
    /// A lock takes the place of another one.
    LocksTwice,
    /// The grace is a second shorter.
    DefaultsEarly,
    /// Grace goes on through a stay.
    StaysTakeGrace,
    /// An unlock waits for the end of a pause.
    UnlocksWaitForThePause,
    /// An unlock is refused where the escrow cannot pay its whole fee.
    UnlocksNeedTheFee,
    /// A settlement takes more than is due.
    SettlesTooMuch,
    /// A proposed key takes over at once.
    RecoversAtOnce,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::FeesFirst,
        Self::FeesFromSurplus,
        Self::MoneyCountsFromNow,
        Self::ChangesWhatIsPaidOff,
        Self::DecidedDatesCountAgain,
        Self::TellsInAStay,
        Self::TellsAfterAChargeOff,
        Self::OldWarningsCount,
        Self::WarnsAgain,
        Self::LocksWhatTheWalletCures,
        Self::LocksOnHold,
        Self::LocksInAnEmergency,
        Self::RenewsAtOnce,
        Self::LocksTwice,
        Self::DefaultsEarly,
        Self::StaysTakeGrace,
        Self::UnlocksWaitForThePause,
        Self::UnlocksNeedTheFee,
        Self::SettlesTooMuch,
        Self::RecoversAtOnce,
    ];
}
