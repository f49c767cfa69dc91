//! What a loan owes, when, and what ends it.

use latchkey::rules::Ruled;
use latchkey::rules::interest::per_diem;
use latchkey::rules::ledger::{Position, Wallet};
use latchkey::rules::schedule::{due_at, instalments_due};
use latchkey::state::Loan;

/// Where a loan stands and what would pay it off, once everything that is due is taken from its wallet. Amounts are base
/// units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// When it is valid.
    pub at: i64,
    /// Principal owed.
    pub principal: u64,
    /// Interest to date.
    pub interest: u64,
    /// Fees owed.
    pub fees: u64,
    /// Principal, interest and fees: what pays it off now.
    pub payoff: u64,
    /// What the wallet holds beyond what is due. The borrower may use it for the payoff.
    pub free: u64,
    /// What the wallet holds for the lender.
    pub unsent: u64,
    /// At most this is added by a day more, base units.
    pub per_diem: u64,
    /// Principal and interest that are due and that the wallet cannot pay: what cures the loan.
    pub past_due: u64,
    /// Whole days since the oldest unpaid due date.
    pub days_past_due: i64,
    /// The next due date, if one lies ahead.
    pub next_due: Option<i64>,
}

/// The quote of a loan at a time, its wallet holding `wallet` base units. Fails for a loan that was left for more moments
/// than one call walks: collect first.
pub fn quote(loan: &Loan, wallet: u64, at: i64) -> Ruled<Quote> {
    let position = Position::at(loan, Wallet(wallet), at)?;
    let ledger = position.ledger;
    let due = instalments_due(&loan.terms, at);
    Ok(Quote {
        at,
        principal: ledger.principal,
        interest: ledger.interest,
        fees: ledger.fees,
        payoff: ledger.payoff()?,
        free: ledger.free(Wallet(wallet)),
        unsent: ledger.unsent,
        per_diem: per_diem(ledger.principal, loan.terms.apr_ppm),
        past_due: position.past_due,
        days_past_due: position.days_past_due(at),
        next_due: (due < loan.terms.count).then(|| due_at(&loan.terms, due)),
    })
}
