//! What goes wrong, and when. Work is counted from 0: each transaction and each call that the keeper's core asks for.

/// What goes wrong in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The keeper dies before this piece of work, and stays dead for this many seconds.
    CrashBefore(usize, i64),
    /// The keeper dies after this piece of work was done and before it hears of the result.
    CrashAfter(usize, i64),
    /// This command, counted in those sent to the car, never arrives.
    LoseCommand(usize),
    /// The car obeys this command, and its receipt never arrives.
    LoseReceipt(usize),
    /// The car obeys this command and loses power before it answers.
    CutPower(usize),
    /// The car receives every command twice, and the keeper every event of the chain twice.
    Twice,
    /// The car's clock is months ahead: it treats every command as expired.
    ClockAhead,
    /// Two keepers hold the same command key and decide on the same events at the same moment.
    Race,
    /// After each event of the chain, the keeper receives the oldest snapshot again.
    Stale,
}
