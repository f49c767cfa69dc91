//! Amortisation: what each payment pays, and what the loan costs, if every payment arrives on its due date.

use latchkey::rules::Ruled;
use latchkey::rules::ledger::Wallet;
use latchkey::rules::payments;
use latchkey::rules::schedule::due_at;
use latchkey::state::{Loan, LoanParties, PinnedUnlock, Terms};

/// One payment of a schedule. Amounts are base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// When it is due.
    pub due: i64,
    /// What is paid.
    pub amount: u64,
    /// Of it, interest.
    pub interest: u64,
    /// Of it, principal.
    pub principal: u64,
    /// Principal left afterwards.
    pub balance: u64,
}

/// A schedule and what it costs. Amounts are base units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The payments in order.
    pub payments: Vec<Payment>,
    /// All interest: the finance charge of Regulation Z (12 CFR 1026.4) where there are no other charges.
    pub finance_charge: u64,
    /// All payments: principal and finance charge.
    pub total_of_payments: u64,
}

/// The schedule of terms signed at `opened_at`, computed by the contract's own rules.
pub fn schedule(terms: &Terms, opened_at: i64) -> Ruled<Schedule> {
    let mut loan = loan_of(terms, opened_at);
    let mut payments = Vec::with_capacity(usize::from(terms.count));
    for k in 0..terms.count {
        let due = due_at(terms, k);
        let applied = payments::collect(&mut loan, Wallet(u64::MAX / 2), due)?.applied;
        payments.push(Payment {
            due,
            amount: applied.total(),
            interest: applied.interest,
            principal: applied.principal,
            balance: loan.ledger.principal,
        });
        if !loan.status.is_open() {
            break;
        }
    }
    Ok(Schedule {
        payments,
        finance_charge: loan.ledger.interest_paid,
        total_of_payments: loan.ledger.interest_paid + loan.ledger.principal_paid,
    })
}

/// The smallest instalment that is a multiple of `unit` base units and leaves the last payment no larger than itself. A
/// `unit` of a cent keeps every payment but the last in cents. `terms.instalment` is ignored.
pub fn level_instalment(terms: &Terms, opened_at: i64, unit: u64) -> Ruled<u64> {
    let fits = |units: u64| -> Ruled<bool> {
        let instalment = units.checked_mul(unit.max(1)).ok_or(latchkey::errors::LatchkeyError::Overflow)?;
        let paid = schedule(&Terms { instalment, ..*terms }, opened_at)?;
        Ok(paid.payments.last().is_some_and(|last| last.amount <= instalment))
    };
    // The last payment falls as the instalment rises, so the smallest that fits is found by bisection. All principal
    // with all its undiminished interest in one payment is enough.
    let (mut low, mut high) = (1, 1_u64);
    while !fits(high)? {
        low = high + 1;
        high = high.checked_mul(2).ok_or(latchkey::errors::LatchkeyError::Overflow)?;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if fits(middle)? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low.checked_mul(unit.max(1)).ok_or(latchkey::errors::LatchkeyError::Overflow)
}

/// A loan as it is the moment it is signed.
fn loan_of(terms: &Terms, opened_at: i64) -> Loan {
    Loan::new(0, LoanParties::default(), 0, *terms, PinnedUnlock::default(), opened_at)
}
