//! What happens next to a loan if nobody pays, and on which second: the moments that the contract itself has.
//!
//! Each moment is the earliest that the contract allows. A notice that is still missing is taken as served the second it
//! counts, so `earliest_lock` is never later than the lock itself.

use latchkey::rules::ledger::{Position, Wallet};
use latchkey::rules::loan_at::LoanAt;
use latchkey::rules::schedule::{due_at, instalments_due};
use latchkey::rules::{Ruled, notices, payments};
use latchkey::state::{Lender, Loan, LoanStatus};

/// What is unpaid first if nobody pays: now, or at a due date ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// The instalment, counted from 1.
    pub instalment: u16,
    /// When it is due.
    pub due: i64,
    /// What the wallet lacks then, base units. Of one that is past due: what it lacks now.
    pub amount: u64,
}

/// The moments ahead of a loan, if nobody pays. A moment that has passed, or that never comes, is `None`, except the
/// default's, which stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// What is unpaid first; `None` if the wallet pays all that ever falls due.
    pub shortfall: Option<Shortfall>,
    /// When that instalment's late fee is charged.
    pub late_fee_at: Option<i64>,
    /// From when the car may warn.
    pub warn_from: Option<i64>,
    /// When the default begins, or began.
    pub default_at: Option<i64>,
    /// From when a lock is possible.
    pub earliest_lock: Option<i64>,
}

/// The moments ahead of `loan` at `now`, its wallet holding `wallet`. Fails for a loan that was left for more moments than
/// one call walks: collect first.
pub fn outlook(loan: &Loan, lender: &Lender, wallet: u64, now: i64) -> Ruled<Outlook> {
    let none = Outlook {
        shortfall: None,
        late_fee_at: None,
        warn_from: None,
        default_at: None,
        earliest_lock: None,
    };
    let mut ahead = loan.clone();
    let Some(shortfall) = first_shortfall(&mut ahead, Wallet(wallet), now)? else { return Ok(none) };
    let due = shortfall.due;
    let after = |secs: u32| due.saturating_add(i64::from(secs));
    let at_least_now = |moment: i64| Some(moment).filter(|moment| *moment > now);
    let is_charged = loan.status != LoanStatus::ChargedOff;
    let late_fee_at = at_least_now(after(loan.terms.late_after_secs))
        .filter(|moment| is_charged && loan.terms.late_fee > 0 && !loan.is_stayed(*moment));
    if !loan.status.is_enforced() {
        return Ok(Outlook { shortfall: Some(shortfall), late_fee_at, ..none });
    }
    let quiet_until = quiet_until(loan, lender);
    let warn_at = skip_stay(loan, after(loan.terms.warn_after_secs).max(quiet_until));
    let default_at = default_at(&ahead, Wallet(wallet), due)?;
    let earliest_lock = earliest_lock(&ahead, Wallet(wallet), due, default_at, now)?.max(quiet_until);
    let earliest_lock = if loan.is_stayed(earliest_lock) {
        // Grace and notice begin again at the stay's end.
        let since = loan.stay_until;
        let defaulted = since.saturating_add(i64::from(loan.terms.grace_secs));
        let told = if loan.terms.notice_after_default { defaulted } else { since };
        defaulted.max(noticed_from(&loan.terms, told)).max(quiet_until)
    } else {
        earliest_lock
    };
    Ok(Outlook {
        shortfall: Some(shortfall),
        late_fee_at,
        warn_from: at_least_now(warn_at),
        default_at: Some(default_at),
        earliest_lock: Some(earliest_lock.max(now)),
    })
}

/// What must come into the wallet at `now` so that the loan is not in default: 0 if it is not. Never more than all that is
/// past due.
pub fn cure(loan: &Loan, wallet: u64, now: i64) -> Ruled<u64> {
    let cures = |more: u64| -> Ruled<bool> {
        Ok(!LoanAt::new(loan, Wallet(wallet.saturating_add(more)), now).is_in_default()?)
    };
    if cures(0)? {
        return Ok(0);
    }
    // More never hurts, so the least is found by bisection.
    let (mut low, mut high) = (0, Position::at(loan, Wallet(wallet), now)?.past_due);
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if cures(middle)? { high = middle } else { low = middle }
    }
    Ok(high)
}

/// Walks `loan` from due date to due date, until one that its wallet cannot pay.
fn first_shortfall(loan: &mut Loan, wallet: Wallet, now: i64) -> Ruled<Option<Shortfall>> {
    if !loan.status.is_open() {
        return Ok(None);
    }
    let shortfall = |loan: &Loan, at: i64, amount: u64| -> Ruled<Option<Shortfall>> {
        let due = LoanAt::new(loan, wallet, at).past_due()?;
        Ok(Some(Shortfall { instalment: instalments_due(&loan.terms, due), due, amount }))
    };
    let looked = payments::look(loan, wallet, now)?;
    if looked.past_due > 0 {
        return shortfall(loan, now, looked.past_due);
    }
    for k in instalments_due(&loan.terms, now)..loan.terms.count {
        let due = due_at(&loan.terms, k);
        let paid = payments::look(loan, wallet, due)?;
        if paid.past_due > 0 {
            return shortfall(loan, due, paid.past_due);
        }
        if !loan.status.is_open() {
            break;
        }
    }
    Ok(None)
}

/// The first second at which the contract calls the loan in default: grace after the due date, or after a stay.
fn default_at(loan: &Loan, wallet: Wallet, due: i64) -> Ruled<i64> {
    let grace = i64::from(loan.terms.grace_secs);
    let by_due = due.saturating_add(grace);
    if LoanAt::new(loan, wallet, by_due).is_in_default()? {
        return Ok(by_due);
    }
    Ok(loan.stay_until.max(due).saturating_add(grace))
}

/// From when the notices allow a lock, if each that is missing is served as soon as it counts.
fn earliest_lock(loan: &Loan, wallet: Wallet, due: i64, default_at: i64, now: i64) -> Ruled<i64> {
    let terms = &loan.terms;
    if terms.min_channels == 0 {
        return Ok(default_at);
    }
    if LoanAt::new(loan, wallet, now).past_due().is_ok()
        && let Some(matures) = notices::matures_at(&LoanAt::new(loan, wallet, now))?
    {
        return Ok(default_at.max(matures));
    }
    let since = if terms.notice_after_default { default_at } else { due };
    let told = skip_stay(loan, since.max(now));
    Ok(default_at.max(noticed_from(terms, told)))
}

/// When a notice that is complete at `told` allows a lock, its final one served as soon as it may be.
fn noticed_from(terms: &latchkey::state::Terms, told: i64) -> i64 {
    if terms.min_channels == 0 {
        return told;
    }
    let waits = i64::from(terms.notice_secs).max(2 * i64::from(terms.final_notice_secs));
    told.saturating_add(waits)
}

/// Until when hold, emergency start and pause keep warnings and locks away.
fn quiet_until(loan: &Loan, lender: &Lender) -> i64 {
    loan.hold_until.max(loan.emergency_until()).max(lender.paused_until)
}

fn skip_stay(loan: &Loan, moment: i64) -> i64 {
    if loan.is_stayed(moment) { loan.stay_until } else { moment }
}
