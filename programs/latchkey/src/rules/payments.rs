//! Looking at a loan, and paying more than what is due. All that is taken stays in the wallet as unsent, so that no
//! payment needs a treasury that works.

use super::ledger::{Applied, Position, Wallet, advance};
use super::loan_at::LoanAt;
use super::{Ruled, check};
use crate::errors::LatchkeyError as E;
use crate::state::{Loan, LoanStatus, Overpayment};

/// What a look or a payment did to a loan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// How it was divided.
    pub applied: Applied,
    /// Late fees charged before it, base units.
    pub late_fees: u64,
    /// Whether it brought a defaulted loan back.
    pub cured: bool,
    /// Whether it paid the loan off.
    pub paid_off: bool,
    /// What is still past due, base units.
    pub past_due: u64,
}

/// Stores a look at the loan: accrues, charges late fees, and takes what is due from a wallet that holds `wallet`.
/// Refuses a loan that was left for more moments than a call walks.
pub fn look(loan: &mut Loan, wallet: Wallet, now: i64) -> Ruled<Payment> {
    let position = Position::at(loan, wallet, now)?;
    store(loan, wallet, &position, now)
}

/// The same for what acts on a loan that owes something: before the look, and after it, because the wallet may hold all
/// that is owed.
pub fn look_at_open(loan: &mut Loan, wallet: Wallet, now: i64) -> Ruled<Payment> {
    check(loan.status.is_open(), E::LoanPaidOff)?;
    let looked = look(loan, wallet, now)?;
    check(loan.status.is_open(), E::LoanPaidOff)?;
    Ok(looked)
}

/// The look, as far as one call walks.
pub fn collect(loan: &mut Loan, wallet: Wallet, now: i64) -> Ruled<Payment> {
    let position = advance(loan, wallet, now)?;
    store(loan, wallet, &position, position.ledger.as_of)
}

/// Takes `amount` toward the debt and `fees` toward late fees, beyond what is due, from a wallet that holds `wallet`.
pub fn prepay(loan: &mut Loan, wallet: Wallet, amount: u64, fees: u64, now: i64) -> Ruled<Payment> {
    let beyond = amount.checked_add(fees).ok_or(E::Overflow)?;
    check(beyond > 0, E::ZeroAmount)?;
    let looked = look_at_open(loan, wallet, now)?;
    check(loan.ledger.free(wallet) >= beyond, E::WalletTooSmall)?;
    check(amount <= loan.ledger.owed_on_schedule()? && fees <= loan.ledger.fees, E::PrepayExceedsPayoff)?;
    let paid = loan.ledger.pay_debt(amount)?.and(loan.ledger.pay_fees(fees)?);
    if loan.terms.overpayment == Overpayment::PayAhead {
        loan.ledger.credit_schedule(amount)?;
    }
    follow(loan, wallet, now, looked, paid)
}

/// What a payoff did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payoff {
    /// All that was paid.
    pub payment: Payment,
    /// The part of it that the payer must bring, because the wallet may not give it, base units.
    pub brought: u64,
}

/// Pays all that is owed. What is due comes from the wallet, which holds `wallet`; so does the rest if the borrower
/// pays, as far as it goes. What is missing, the payer brings.
pub fn pay_off(loan: &mut Loan, wallet: Wallet, by_borrower: bool, now: i64) -> Ruled<Payoff> {
    check(loan.status.is_open(), E::LoanPaidOff)?;
    let looked = look(loan, wallet, now)?;
    let (debt, fees) = (loan.ledger.owed_on_schedule()?, loan.ledger.fees);
    let rest = loan.ledger.payoff()?;
    let given = if by_borrower { loan.ledger.free(wallet).min(rest) } else { 0 };
    let brought = rest - given;
    let paid = loan.ledger.pay_debt(debt)?.and(loan.ledger.pay_fees(fees)?);
    loan.ledger.credit_schedule(debt)?;
    let after = Wallet(wallet.0.checked_add(brought).ok_or(E::Overflow)?);
    let payment = follow(loan, after, now, looked, paid)?;
    Ok(Payoff { payment, brought })
}

/// Stores a position that was computed for `loan` and `wallet`, and lets the status follow.
fn store(loan: &mut Loan, wallet: Wallet, position: &Position, now: i64) -> Ruled<Payment> {
    loan.ledger = position.ledger;
    let looked = Payment {
        applied: position.taken,
        late_fees: position.late_fees,
        cured: false,
        paid_off: false,
        past_due: position.past_due,
    };
    follow(loan, wallet, now, looked, Applied::default())
}

fn follow(loan: &mut Loan, wallet: Wallet, now: i64, looked: Payment, paid: Applied) -> Ruled<Payment> {
    let followed = follow_status(loan, wallet, now)?;
    Ok(Payment {
        applied: looked.applied.and(paid),
        late_fees: looked.late_fees,
        cured: looked.cured || followed.cured,
        paid_off: looked.paid_off || followed.paid_off,
        past_due: if loan.status.is_open() { looked.past_due } else { 0 },
    })
}

/// How the status followed the money.
pub(super) struct Followed {
    cured: bool,
    paid_off: bool,
}

/// Moves the status to where the money now is: paid off when nothing is owed, and no longer in default when the oldest
/// unpaid instalment is within its grace again.
pub(super) fn follow_status(loan: &mut Loan, wallet: Wallet, now: i64) -> Ruled<Followed> {
    let before = loan.status;
    if before.is_open() && loan.ledger.payoff()? == 0 {
        loan.status = LoanStatus::PaidOff;
    } else if before == LoanStatus::Defaulted && !LoanAt::new(loan, wallet, now).is_in_default()? {
        loan.status = LoanStatus::Active;
    }
    let left_default = before == LoanStatus::Defaulted && loan.status != before;
    Ok(Followed { cured: left_default, paid_off: loan.status == LoanStatus::PaidOff && before.is_open() })
}

#[cfg(test)]
mod tests;
