//! What a loan owes, when, and what ends it.

use latchkey::rules::Ruled;
use latchkey::rules::interest::per_diem;
use latchkey::rules::ledger::{Position, Wallet};
use latchkey::rules::schedule::{due_at, instalments_due};
use latchkey::state::Loan;

/// Where a loan stands and what would pay it off. Amounts are base units.
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
    /// What a day later adds, rounded down.
    pub per_diem: u64,
    /// Principal and interest due and unpaid.
    pub past_due: u64,
    /// What the wallet must hold to cure a default.
    pub cure: u64,
    /// Whole days since the oldest unpaid due date.
    pub days_past_due: i64,
    /// The next due date, if one lies ahead.
    pub next_due: Option<i64>,
}

/// The quote of a loan at a time, its wallet holding `wallet` base units.
pub fn quote(loan: &Loan, wallet: u64, at: i64) -> Ruled<Quote> {
    let position = Position::at(loan, Wallet(wallet), at)?;
    let due = instalments_due(&loan.terms, at);
    Ok(Quote {
        at,
        principal: position.ledger.principal,
        interest: position.ledger.interest,
        fees: position.ledger.fees,
        payoff: position.ledger.payoff()?,
        per_diem: per_diem(position.ledger.principal, loan.terms.apr_bps),
        past_due: position.past_due,
        cure: position.cure,
        days_past_due: position.days_past_due(at),
        next_due: (due < loan.terms.count).then(|| due_at(&loan.terms, due)),
    })
}
