//! What is owed, what is due, and what a payment does.

use super::interest::accrue;
use super::schedule::{due_at, instalments_due};
use super::{Ruled, check};
use crate::errors::LatchkeyError;
use crate::state::{Ledger, Loan, LoanStatus, Overpayment, Terms, Waterfall};

/// What the car wallet holds, base units. A type of its own, so that it is not mistaken for an amount to pay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wallet(pub u64);

impl Ledger {
    /// Principal and interest owed: what the schedule is about.
    pub fn owed_on_schedule(&self) -> Ruled<u64> {
        self.principal.checked_add(self.interest).ok_or(LatchkeyError::Overflow)
    }

    /// All that is owed: principal, interest and fees.
    pub fn payoff(&self) -> Ruled<u64> {
        self.owed_on_schedule()?.checked_add(self.fees).ok_or(LatchkeyError::Overflow)
    }
}

/// Where a loan stands at a moment, interest and late fees brought up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The ledger at that moment.
    pub ledger: Ledger,
    /// Instalments due so far.
    pub instalments_due: u16,
    /// Principal and interest due and unpaid, base units.
    pub past_due: u64,
    /// When the oldest instalment was due that a collection now would leave unpaid, if it would leave one. What lies in
    /// the wallet counts, so that a grace or a notice never depends on whether somebody collected.
    pub oldest_unpaid_due: Option<i64>,
    /// What the wallet must hold for a collection to leave nothing past due, base units.
    pub cure: u64,
}

impl Position {
    /// The position of `loan` at `now`, its wallet holding `wallet`.
    pub fn at(loan: &Loan, wallet: Wallet, now: i64) -> Ruled<Self> {
        let terms = &loan.terms;
        let mut ledger = accrue(loan.ledger, terms.apr_bps, now)?;
        if loan.status != LoanStatus::ChargedOff {
            assess_late_fees(&mut ledger, terms, wallet, now)?;
        }
        let due = instalments_due(terms, now);
        let past_due = past_due(&ledger, terms, due)?;
        let collectable = match terms.waterfall {
            Waterfall::InterestPrincipalFees => wallet.0,
            Waterfall::FeesInterestPrincipal => wallet.0.saturating_sub(ledger.fees),
        };
        let oldest_unpaid_due =
            (collectable < past_due).then(|| due_at(terms, oldest_unpaid(&ledger, terms, collectable)));
        let cure = match (past_due, terms.waterfall) {
            (0, _) => 0,
            (_, Waterfall::InterestPrincipalFees) => past_due,
            (_, Waterfall::FeesInterestPrincipal) => {
                past_due.checked_add(ledger.fees).ok_or(LatchkeyError::Overflow)?
            }
        };
        Ok(Self { ledger, instalments_due: due, past_due, oldest_unpaid_due, cure })
    }

    /// All that a collection takes if the wallet holds it: past due and fees, base units.
    pub fn due(&self) -> Ruled<u64> {
        self.past_due.checked_add(self.ledger.fees).ok_or(LatchkeyError::Overflow)
    }

    /// Whether something is past due and a wallet of this balance cannot cure it.
    pub fn is_beyond(&self, wallet: Wallet) -> bool {
        self.past_due > 0 && wallet.0 < self.cure
    }

    /// Whole days since the oldest unpaid due date at `now`.
    pub fn days_past_due(&self, now: i64) -> i64 {
        self.oldest_unpaid_due.map_or(0, |due| (now - due) / super::calendar::DAY)
    }
}

/// What is scheduled so far less what was paid toward it: never more than is owed, never below 0. Once every
/// instalment is due, all that is owed is.
fn past_due(ledger: &Ledger, terms: &Terms, due: u16) -> Ruled<u64> {
    let owed = ledger.owed_on_schedule()?;
    if due >= terms.count {
        return Ok(owed);
    }
    let scheduled = u128::from(terms.instalment) * u128::from(due);
    let unpaid = scheduled.saturating_sub(u128::from(ledger.paid_scheduled));
    Ok(u64::try_from(unpaid).unwrap_or(u64::MAX).min(owed))
}

/// The oldest instalment not paid in full once `more` is paid toward the schedule, counted from 0.
fn oldest_unpaid(ledger: &Ledger, terms: &Terms, more: u64) -> u16 {
    let paid = ledger.paid_scheduled.saturating_add(more) / terms.instalment.max(1);
    u16::try_from(paid).unwrap_or(u16::MAX).min(terms.count.saturating_sub(1))
}

/// Charges each late instalment its fee, once. An instalment is late when it is unpaid `late_after_secs` after its
/// due date.
///
/// Two doubts go to the borrower. What the wallet holds counts as paid, because the chain cannot tell when a plain
/// transfer arrived. And what went to fees counts toward the schedule, so that an unpaid fee never makes a later
/// instalment late, the last one included (16 CFR 444.4).
fn assess_late_fees(ledger: &mut Ledger, terms: &Terms, wallet: Wallet, now: i64) -> Ruled<()> {
    let late = instalments_due(terms, now.saturating_sub(i64::from(terms.late_after_secs)));
    if late <= ledger.late_decided {
        return Ok(());
    }
    let diverted = match terms.waterfall {
        Waterfall::InterestPrincipalFees => 0,
        Waterfall::FeesInterestPrincipal => ledger.fees_paid,
    };
    let funds = u128::from(wallet.0) + u128::from(diverted);
    let covered = if funds >= u128::from(ledger.owed_on_schedule()?) {
        late
    } else {
        let paid = (u128::from(ledger.paid_scheduled) + funds) / u128::from(terms.instalment.max(1));
        let instalments = u16::try_from(paid).unwrap_or(u16::MAX);
        // The last instalment is all that is owed, and that is not covered.
        instalments.min(terms.count.saturating_sub(1))
    };
    let charged = late.saturating_sub(covered.max(ledger.late_decided));
    let fees = terms.late_fee.checked_mul(u64::from(charged)).ok_or(LatchkeyError::Overflow)?;
    ledger.fees = ledger.fees.checked_add(fees).ok_or(LatchkeyError::Overflow)?;
    ledger.late_decided = late;
    Ok(())
}

/// How a payment was divided, base units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// To interest.
    pub interest: u64,
    /// To principal.
    pub principal: u64,
    /// To fees.
    pub fees: u64,
}

impl Applied {
    /// The whole payment.
    pub fn total(&self) -> u64 {
        // Parts of one `u64` amount.
        self.interest + self.principal + self.fees
    }

    fn and(self, other: Self) -> Self {
        Self {
            interest: self.interest + other.interest,
            principal: self.principal + other.principal,
            fees: self.fees + other.fees,
        }
    }
}

/// What a payment did to a loan.
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
}

/// Accrues, charges late fees, and takes what is due from a wallet that holds `wallet`.
pub fn collect(loan: &mut Loan, wallet: Wallet, now: i64) -> Ruled<Payment> {
    let (late_fees, applied) = collect_due(loan, wallet, now)?;
    land(loan, now, late_fees, applied)
}

/// Takes what is due and `amount` beyond it from a wallet that holds `wallet`.
pub fn prepay(loan: &mut Loan, wallet: Wallet, amount: u64, now: i64) -> Ruled<Payment> {
    check(amount > 0, LatchkeyError::ZeroAmount)?;
    let (late_fees, due) = collect_due(loan, wallet, now)?;
    check(wallet.0 - due.total() >= amount, LatchkeyError::WalletTooSmall)?;
    check(amount <= loan.ledger.owed_on_schedule()?, LatchkeyError::PrepayExceedsPayoff)?;
    let beyond = apply_to_debt(&mut loan.ledger, amount)?;
    if loan.terms.overpayment == Overpayment::PayAhead {
        credit_schedule(&mut loan.ledger, amount)?;
    }
    land(loan, now, late_fees, due.and(beyond))
}

/// Takes all that is owed from a wallet that holds `wallet`. Works while late.
pub fn pay_off(loan: &mut Loan, wallet: Wallet, now: i64) -> Ruled<Payment> {
    check(loan.status.is_open(), LatchkeyError::LoanPaidOff)?;
    let position = Position::at(loan, wallet, now)?;
    check(wallet.0 >= position.ledger.payoff()?, LatchkeyError::WalletTooSmall)?;
    let late_fees = position.ledger.fees - loan.ledger.fees;
    loan.ledger = position.ledger;
    let owed = loan.ledger.owed_on_schedule()?;
    let fees = loan.ledger.fees;
    let applied = apply_to_debt(&mut loan.ledger, owed)?.and(apply_to_fees(&mut loan.ledger, fees)?);
    credit_schedule(&mut loan.ledger, owed)?;
    land(loan, now, late_fees, applied)
}

fn collect_due(loan: &mut Loan, wallet: Wallet, now: i64) -> Ruled<(u64, Applied)> {
    check(loan.status.is_open(), LatchkeyError::LoanPaidOff)?;
    let position = Position::at(loan, wallet, now)?;
    let late_fees = position.ledger.fees - loan.ledger.fees;
    loan.ledger = position.ledger;
    let taken = wallet.0.min(position.due()?);
    let fees = match loan.terms.waterfall {
        Waterfall::InterestPrincipalFees => taken.saturating_sub(position.past_due),
        Waterfall::FeesInterestPrincipal => taken.min(position.ledger.fees),
    };
    let to_fees = apply_to_fees(&mut loan.ledger, fees)?;
    let to_debt = apply_to_debt(&mut loan.ledger, taken - fees)?;
    credit_schedule(&mut loan.ledger, taken - fees)?;
    Ok((late_fees, to_fees.and(to_debt)))
}

/// Interest first, then principal. `amount` is at most both together.
fn apply_to_debt(ledger: &mut Ledger, amount: u64) -> Ruled<Applied> {
    let interest = amount.min(ledger.interest);
    let principal = amount - interest;
    ledger.interest -= interest;
    ledger.principal = ledger.principal.checked_sub(principal).ok_or(LatchkeyError::Overflow)?;
    ledger.interest_paid = ledger.interest_paid.checked_add(interest).ok_or(LatchkeyError::Overflow)?;
    ledger.principal_paid = ledger.principal_paid.checked_add(principal).ok_or(LatchkeyError::Overflow)?;
    Ok(Applied { interest, principal, fees: 0 })
}

fn apply_to_fees(ledger: &mut Ledger, fees: u64) -> Ruled<Applied> {
    ledger.fees = ledger.fees.checked_sub(fees).ok_or(LatchkeyError::Overflow)?;
    ledger.fees_paid = ledger.fees_paid.checked_add(fees).ok_or(LatchkeyError::Overflow)?;
    Ok(Applied { fees, ..Applied::default() })
}

fn credit_schedule(ledger: &mut Ledger, amount: u64) -> Ruled<()> {
    ledger.paid_scheduled = ledger.paid_scheduled.checked_add(amount).ok_or(LatchkeyError::Overflow)?;
    Ok(())
}

/// Moves the status to where the money now is.
fn land(loan: &mut Loan, now: i64, late_fees: u64, applied: Applied) -> Ruled<Payment> {
    let was_defaulted = loan.status == LoanStatus::Defaulted;
    let due = instalments_due(&loan.terms, now);
    let current = past_due(&loan.ledger, &loan.terms, due)? == 0;
    let paid_off = loan.ledger.payoff()? == 0;
    if paid_off {
        loan.status = LoanStatus::PaidOff;
    } else if current && was_defaulted {
        loan.status = LoanStatus::Active;
    }
    if current {
        loan.notice = None;
    }
    Ok(Payment { applied, late_fees, cured: was_defaulted && current, paid_off })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{loan, terms};

    /// Ten instalments of 1,000 from time 1,000, every 100 s; late after 20 s at a fee of 25; no interest.
    fn current() -> Loan {
        loan(terms())
    }

    #[test]
    fn nothing_is_due_one_second_before_the_first_due_date() {
        let position = Position::at(&current(), Wallet(0), 999).unwrap();
        assert_eq!((position.past_due, position.oldest_unpaid_due), (0, None));
    }

    #[test]
    fn an_instalment_is_due_at_its_due_date_to_the_second() {
        for now in [1_000, 1_001] {
            let position = Position::at(&current(), Wallet(0), now).unwrap();
            assert_eq!((position.past_due, position.oldest_unpaid_due), (1_000, Some(1_000)));
        }
    }

    #[test]
    fn the_oldest_unpaid_instalment_is_the_same_before_and_after_a_collection() {
        for waterfall in [Waterfall::InterestPrincipalFees, Waterfall::FeesInterestPrincipal] {
            for wallet in [0, 24, 25, 999, 1_000, 1_024, 1_025, 1_999, 2_000, 2_049, 2_050] {
                let mut loan = current();
                loan.terms.waterfall = waterfall;
                let before = Position::at(&loan, Wallet(wallet), 1_130).unwrap();
                let taken = collect(&mut loan, Wallet(wallet), 1_130).unwrap().applied.total();
                let after = Position::at(&loan, Wallet(wallet - taken), 1_130).unwrap();
                assert_eq!(before.oldest_unpaid_due, after.oldest_unpaid_due, "{waterfall:?} {wallet}");
            }
        }
    }

    #[test]
    fn at_the_last_due_date_all_that_is_owed_is_due() {
        let mut loan = current();
        loan.terms.apr_bps = 1_000;
        let position = Position::at(&loan, Wallet(0), 1_900).unwrap();
        assert_eq!(position.past_due, position.ledger.owed_on_schedule().unwrap());
        let position = Position::at(&loan, Wallet(0), 1_899).unwrap();
        assert_eq!(position.past_due, 9_000);
    }

    #[test]
    fn past_due_is_never_more_than_is_owed() {
        let mut loan = current();
        loan.ledger.principal = 300;
        assert_eq!(Position::at(&loan, Wallet(0), 1_100).unwrap().past_due, 300);
    }

    #[test]
    fn a_collection_takes_what_is_due_and_leaves_the_rest() {
        let mut loan = current();
        let payment = collect(&mut loan, Wallet(5_000), 1_000).unwrap();
        assert_eq!(payment.applied, Applied { principal: 1_000, ..Applied::default() });
        assert_eq!(collect(&mut loan, Wallet(4_000), 1_000).unwrap().applied.total(), 0);
    }

    #[test]
    fn a_late_fee_falls_at_its_second_and_once() {
        for (now, fees) in [(1_019, 0), (1_020, 25), (1_021, 25), (1_119, 25), (1_120, 50)] {
            assert_eq!(Position::at(&current(), Wallet(0), now).unwrap().ledger.fees, fees, "at {now}");
        }
        let mut loan = current();
        for now in 1_000..1_050 {
            collect(&mut loan, Wallet(0), now).unwrap();
        }
        assert_eq!(loan.ledger.fees, 25);
    }

    #[test]
    fn an_instalment_the_wallet_could_pay_is_not_late_however_late_it_is_collected() {
        let mut loan = current();
        let payment = collect(&mut loan, Wallet(1_000), 1_090).unwrap();
        assert_eq!((payment.late_fees, payment.applied.total()), (0, 1_000));
    }

    #[test]
    fn an_unpaid_fee_never_makes_the_next_instalment_late() {
        for waterfall in [Waterfall::InterestPrincipalFees, Waterfall::FeesInterestPrincipal] {
            let mut loan = current();
            loan.terms.waterfall = waterfall;
            collect(&mut loan, Wallet(0), 1_020).unwrap();
            assert_eq!(loan.ledger.fees, 25);
            // From here on every instalment is paid in full and in time, and the fee never.
            let mut wallet = 1_000;
            for k in 0..9 {
                collect(&mut loan, Wallet(wallet), 1_030 + k * 100).unwrap();
                collect(&mut loan, Wallet(0), 1_030 + k * 100 + 69).unwrap();
                wallet = 1_000;
            }
            let charged = loan.ledger.fees + loan.ledger.fees_paid;
            // The first was late, and the second was paid with the fee's leftover counted: never a second fee.
            assert_eq!(charged, 25, "{waterfall:?}");
        }
    }

    #[test]
    fn interest_then_principal_then_fees_by_default() {
        let mut loan = current();
        loan.ledger.interest = 100;
        loan.ledger.fees = 25;
        loan.ledger.late_decided = 10;
        let payment = collect(&mut loan, Wallet(1_010), 1_000).unwrap();
        assert_eq!(payment.applied, Applied { interest: 100, principal: 900, fees: 10 });
    }

    #[test]
    fn fees_then_interest_then_principal_where_the_contract_says_so() {
        let mut loan = current();
        loan.terms.waterfall = Waterfall::FeesInterestPrincipal;
        loan.ledger.interest = 100;
        loan.ledger.fees = 25;
        loan.ledger.late_decided = 10;
        let payment = collect(&mut loan, Wallet(1_010), 1_000).unwrap();
        assert_eq!(payment.applied, Applied { interest: 100, principal: 885, fees: 25 });
    }

    #[test]
    fn a_prepayment_lowers_the_principal_and_the_next_instalment_stays_due() {
        let mut loan = current();
        let payment = prepay(&mut loan, Wallet(3_000), 2_000, 1_000).unwrap();
        assert_eq!(payment.applied.principal, 3_000);
        assert_eq!(Position::at(&loan, Wallet(0), 1_100).unwrap().past_due, 1_000);
    }

    #[test]
    fn a_prepayment_pays_ahead_where_the_contract_says_so() {
        let mut loan = current();
        loan.terms.overpayment = Overpayment::PayAhead;
        prepay(&mut loan, Wallet(3_000), 2_000, 1_000).unwrap();
        assert_eq!(Position::at(&loan, Wallet(0), 1_200).unwrap().past_due, 0);
        assert_eq!(Position::at(&loan, Wallet(0), 1_300).unwrap().past_due, 1_000);
    }

    #[test]
    fn a_prepayment_needs_an_amount_the_wallet_holds_and_the_loan_owes() {
        let refusal =
            |wallet, amount| prepay(&mut current(), Wallet(wallet), amount, 1_000).unwrap_err() as u32;
        assert_eq!(refusal(5_000, 0), LatchkeyError::ZeroAmount as u32);
        assert_eq!(refusal(1_999, 1_000), LatchkeyError::WalletTooSmall as u32);
        assert_eq!(refusal(20_000, 9_001), LatchkeyError::PrepayExceedsPayoff as u32);
        assert!(prepay(&mut current(), Wallet(10_000), 9_000, 1_000).unwrap().paid_off);
    }

    #[test]
    fn a_payoff_takes_principal_interest_and_fees_and_works_while_late() {
        let mut loan = current();
        loan.terms.apr_bps = 1_000;
        loan.status = LoanStatus::Defaulted;
        let owed = Position::at(&loan, Wallet(0), 1_060).unwrap().ledger.payoff().unwrap();
        assert_eq!(owed, 10_025);
        collect(&mut loan, Wallet(0), 1_060).unwrap();
        assert!(pay_off(&mut loan, Wallet(owed - 1), 1_060).is_err());
        let payment = pay_off(&mut loan, Wallet(owed), 1_060).unwrap();
        assert_eq!((payment.applied.total(), loan.status), (owed, LoanStatus::PaidOff));
        assert!(pay_off(&mut loan, Wallet(owed), 1_060).is_err());
    }

    #[test]
    fn a_cure_returns_the_loan_and_clears_its_notice() {
        let mut loan = current();
        loan.status = LoanStatus::Defaulted;
        loan.notice = Some(crate::state::Notice { served_at: 1_000, evidence: [0; 32], channels: 1 });
        assert!(!collect(&mut loan, Wallet(999), 1_060).unwrap().cured);
        assert!(loan.notice.is_some());
        assert!(collect(&mut loan, Wallet(1), 1_060).unwrap().cured);
        assert_eq!((loan.status, loan.notice), (LoanStatus::Active, None));
    }

    #[test]
    fn a_charged_off_loan_has_no_late_fees() {
        let mut loan = current();
        loan.status = LoanStatus::ChargedOff;
        assert_eq!(Position::at(&loan, Wallet(0), 1_500).unwrap().ledger.fees, 0);
    }
}
