//! A loan's money, line by line: what came into the car wallet, what was taken of it for what, and what was owed then.

use anchor_lang::prelude::Pubkey;
use latchkey::events::PaymentKind;
use latchkey::state::Ledger;

use super::{At, Held, Transaction};
use crate::events::Event;

/// Which loan, and what its accounts say of the sums.
pub struct Loan<'a> {
    /// Its address.
    pub address: Pubkey,
    /// What it is paid in.
    pub mint: Pubkey,
    /// Its totals.
    pub ledger: &'a Ledger,
    /// What the car wallet holds, base units.
    pub wallet: u64,
}

/// What a payment went to, base units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parts {
    /// To late fees.
    pub fees: u64,
    /// To interest.
    pub interest: u64,
    /// To principal.
    pub principal: u64,
}

impl Parts {
    fn total(self) -> i128 {
        i128::from(self.fees) + i128::from(self.interest) + i128::from(self.principal)
    }
}

/// What happened to the money. Amounts are base units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// The loan was written over this principal.
    Opened(u64),
    /// A transfer into the car wallet. It becomes a payment when it is taken.
    CameIn(u64),
    /// What was due, or more, was taken in the car wallet.
    Paid(PaymentKind, Parts),
    /// Late fees were charged.
    LateFees(u64),
    /// Late fees were waived.
    Waived(u64),
    /// The lender forgave a part of the debt.
    Forgiven(Parts),
    /// The borrower took back what was not due.
    TakenBack(u64),
    /// The loan was closed, and this went back to the borrower.
    Closed(u64),
}

/// One thing that happened, and what was owed after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where it stands.
    pub at: At,
    /// What it is.
    pub entry: Entry,
    /// Principal owed after it, base units; none where the transactions that would tell are missing.
    pub principal: Option<u64>,
}

/// What the loan's own totals hold beyond the lines, base units. All are 0 if no transaction is missing; one below 0 means that
/// the transactions are not this loan's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Missing {
    /// Paid to late fees.
    pub fees: i128,
    /// Paid to interest.
    pub interest: i128,
    /// Paid to principal.
    pub principal: i128,
    /// Came into the car wallet.
    pub came_in: i128,
}

/// A loan's money as far as the transactions tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// In the order of the transactions.
    pub lines: Vec<Line>,
    /// What all payments in it went to.
    pub paid: Parts,
    /// What the loan's totals hold beyond it.
    pub missing: Missing,
}

/// The money of `loan` in `transactions`, which go from the oldest to the newest and name the car wallet.
pub fn payments(loan: &Loan, transactions: &[Transaction]) -> Past {
    let mut walk = Walk::default();
    for transaction in transactions {
        walk.read(loan, transaction);
    }
    let Walk { lines, paid, came_in, .. } = walk;
    let Ledger { principal_paid, interest_paid, fees_paid, withdrawn, unsent, .. } = *loan.ledger;
    let taken = Parts { fees: fees_paid, interest: interest_paid, principal: principal_paid }.total();
    let beyond = |total: u64, lines: u64| i128::from(total) - i128::from(lines);
    let all_came_in = i128::from(loan.wallet) + taken + i128::from(withdrawn) - i128::from(unsent);
    let missing = Missing {
        fees: beyond(fees_paid, paid.fees),
        interest: beyond(interest_paid, paid.interest),
        principal: beyond(principal_paid, paid.principal),
        came_in: all_came_in - i128::from(came_in),
    };
    Past { lines, paid, missing }
}

#[derive(Default)]
struct Walk {
    lines: Vec<Line>,
    paid: Parts,
    came_in: u64,
    /// Principal owed, once it is known.
    principal: Option<u64>,
}

impl Walk {
    fn read(&mut self, loan: &Loan, transaction: &Transaction) {
        let of_loan = |address: &Pubkey| *address == loan.address;
        let came_in = transaction.wallet.map_or(0, |held| came_in(loan, held, &transaction.events));
        if came_in > 0 {
            self.came_in = self.came_in.saturating_add(came_in);
            self.line(transaction, Entry::CameIn(came_in));
        }
        for event in &transaction.events {
            match event {
                Event::LoanOriginated(event) if of_loan(&event.loan) => {
                    self.principal = Some(event.terms.principal);
                    self.line(transaction, Entry::Opened(event.terms.principal));
                }
                Event::PaymentApplied(event) if of_loan(&event.loan) => {
                    self.principal = Some(event.principal_before);
                    self.amount(transaction, event.late_fees, Entry::LateFees);
                    // What is forgiven in the same transaction has an event of its own.
                    self.principal = Some(event.principal_before.saturating_sub(event.principal));
                    let parts =
                        Parts { fees: event.fees, interest: event.interest, principal: event.principal };
                    if parts.total() > 0 {
                        self.paid.fees = self.paid.fees.saturating_add(parts.fees);
                        self.paid.interest = self.paid.interest.saturating_add(parts.interest);
                        self.paid.principal = self.paid.principal.saturating_add(parts.principal);
                        self.line(transaction, Entry::Paid(event.kind, parts));
                    }
                }
                Event::FeesWaived(event) if of_loan(&event.loan) => {
                    self.amount(transaction, event.amount, Entry::Waived);
                }
                Event::LoanAmended(event) if of_loan(&event.loan) => {
                    let (principal, interest) = (event.forgiven_principal, event.forgiven_interest);
                    self.forgiven(transaction, Parts { fees: 0, interest, principal });
                }
                Event::LoanSettled(event) if of_loan(&event.loan) => {
                    let (principal, interest) = (event.forgiven_principal, event.forgiven_interest);
                    self.forgiven(transaction, Parts { fees: event.forgiven_fees, interest, principal });
                }
                Event::SurplusWithdrawn(event) if of_loan(&event.loan) && event.mint == loan.mint => {
                    self.amount(transaction, event.amount, Entry::TakenBack);
                }
                Event::LoanClosed(event) if of_loan(&event.loan) => {
                    self.line(transaction, Entry::Closed(event.wallet_returned));
                }
                _ => {}
            }
        }
    }

    fn forgiven(&mut self, transaction: &Transaction, parts: Parts) {
        self.principal = self.principal.map(|owed| owed.saturating_sub(parts.principal));
        if parts.total() > 0 {
            self.line(transaction, Entry::Forgiven(parts));
        }
    }

    fn amount(&mut self, transaction: &Transaction, amount: u64, entry: fn(u64) -> Entry) {
        if amount > 0 {
            self.line(transaction, entry(amount));
        }
    }

    fn line(&mut self, transaction: &Transaction, entry: Entry) {
        self.lines.push(Line { at: transaction.at(), entry, principal: self.principal });
    }
}

/// What came into the car wallet in one transaction: by how much it rose, and what left it beside.
fn came_in(loan: &Loan, held: Held, events: &[Event]) -> u64 {
    let left: u128 = events.iter().map(|event| u128::from(left_by(loan, event))).sum();
    let came_in = (u128::from(held.after) + left).saturating_sub(u128::from(held.before));
    u64::try_from(came_in).unwrap_or(u64::MAX)
}

/// What an event says has left the car wallet.
fn left_by(loan: &Loan, event: &Event) -> u64 {
    match event {
        Event::PaymentSent(event) if event.loan == loan.address => event.amount,
        Event::SurplusWithdrawn(event) if event.loan == loan.address && event.mint == loan.mint => {
            event.amount
        }
        Event::LoanClosed(event) if event.loan == loan.address => {
            event.wallet_returned.saturating_add(event.sent)
        }
        _ => 0,
    }
}
