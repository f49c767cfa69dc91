//! Which notices count, when they are complete, and when they have matured.
//!
//! A service counts if it was requested since the delinquency began (since default, where that is agreed) and is not too
//! old. A notice is complete with the service that brings the counting channels to `min_channels`. A final notice is a
//! further service, at least `final_notice_secs` after that.

use super::loan_at::LoanAt;
use super::{Ruled, check, later};
use crate::errors::LatchkeyError as E;
use crate::state::{Loan, LoanStatus, NoticeChannels, Notices, Service};

/// Refuses a lock whose notice is missing, incomplete or not matured. A lock that is renewed ignores the age of notices.
pub fn check_matured(at: &LoanAt, is_renewal: bool) -> Ruled<()> {
    let terms = &at.loan.terms;
    if terms.min_channels == 0 {
        return Ok(());
    }
    let counts = Counting::new(at, is_renewal)?;
    let completed = counts.completed(at.loan).ok_or(E::NoticeNotServed)?;
    check(at.now >= later(completed, terms.notice_secs)?, E::NoticeNotMatured)?;
    if terms.final_notice_secs > 0 {
        let last = at.loan.notices.final_notice;
        let in_time = last.requested_at >= later(completed, terms.final_notice_secs)?;
        check(in_time && counts.is_counting(last), E::FinalNoticeNotServed)?;
        check(at.now >= later(last.served_at, terms.final_notice_secs)?, E::NoticeNotMatured)?;
    }
    Ok(())
}

/// Whether a service now would be a final notice: the notice is complete for long enough, and no final one counts.
pub fn is_final_notice_next(at: &LoanAt) -> Ruled<bool> {
    let terms = &at.loan.terms;
    if terms.min_channels == 0 || terms.final_notice_secs == 0 {
        return Ok(false);
    }
    let counts = Counting::new(at, false)?;
    let Some(completed) = counts.completed(at.loan) else {
        return Ok(false);
    };
    Ok(at.now >= later(completed, terms.final_notice_secs)? && !counts.has_final(at.loan, completed)?)
}

/// What a notice that was served did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served {
    /// Whether it was a final notice.
    pub is_final: bool,
    /// The earliest lock that the notice, as served so far, allows: `None` while channels or the final notice are missing.
    pub matures_at: Option<i64>,
}

/// Records that the lender told the borrower by `channels`, at `at.now`, of what is past due.
///
/// A service replaces only one that no longer counts: a second notice must neither restart nor backdate the first.
pub fn serve(at: &LoanAt, channels: u8) -> Ruled<(Notices, Served)> {
    let told_by_people = NoticeChannels::ALL & !NoticeChannels::CAR;
    check(channels != 0 && channels & !told_by_people == 0, E::InvalidChannels)?;
    check_told_of(at)?;
    let counts = Counting::new(at, false)?;
    check(at.now >= counts.since, E::NoticeBeforeDefault)?;

    let terms = &at.loan.terms;
    let mut notices = at.loan.notices;
    let completed = counts.completed(at.loan);
    let is_final = completed.is_some() && terms.final_notice_secs > 0;
    if let (true, Some(completed)) = (is_final, completed) {
        check(at.now >= later(completed, terms.final_notice_secs)?, E::FinalNoticeTooEarly)?;
        check(!counts.has_final(at.loan, completed)?, E::NoticeInForce)?;
        notices.final_notice = Service::at(at.now);
    } else {
        let mut is_new = false;
        for (index, service) in notices.channels.iter_mut().enumerate() {
            if channels & (1 << index) != 0 && !counts.is_counting(*service) {
                *service = Service::at(at.now);
                is_new = true;
            }
        }
        check(is_new, E::NoticeInForce)?;
    }
    let served = Loan { notices, ..at.loan.clone() };
    let matures_at = matures_at(&LoanAt::new(&served, at.wallet, at.now))?;
    Ok((notices, Served { is_final, matures_at }))
}

/// Whether a service would tell of anything: the loan is past due, neither given up nor stayed. A hold or an emergency start
/// is no reason against it: both keep locks away, and what the borrower knows harms nobody.
fn check_told_of(at: &LoanAt) -> Ruled<()> {
    check(at.loan.status != LoanStatus::ChargedOff, E::ChargedOff)?;
    at.past_due()?;
    check(!at.loan.is_stayed(at.now), E::OnStay)
}

/// Records that the car proved, at `at.now`, a warning that was requested at `requested_at`. It changes nothing where it does
/// not count: another delinquency, or a notice that is in force. Inside a stay and after a charge-off nothing is recorded.
pub fn serve_by_car(at: &LoanAt, requested_at: i64, is_final: bool) -> Ruled<Notices> {
    check_told_of(at)?;
    let mut notices = at.loan.notices;
    let service = Service { requested_at, served_at: at.now };
    let counts = Counting::new(at, false)?;
    if !counts.is_counting(service) {
        return Ok(notices);
    }
    if !is_final {
        let awaits_final = at.loan.terms.final_notice_secs > 0 && counts.completed(at.loan).is_some();
        if !awaits_final && !counts.is_counting(notices.channels[CAR]) {
            notices.channels[CAR] = service;
        }
        return Ok(notices);
    }
    // What made the notice complete may have aged out, or been served again, since this final one was requested.
    if let Some(completed) = counts.completed(at.loan) {
        let in_time = requested_at >= later(completed, at.loan.terms.final_notice_secs)?;
        if in_time && !counts.has_final(at.loan, completed)? {
            notices.final_notice = service;
        }
    }
    Ok(notices)
}

/// The earliest lock that the notices of the present delinquency allow; `None` while some are missing.
pub fn matures_at(at: &LoanAt) -> Ruled<Option<i64>> {
    let terms = &at.loan.terms;
    if terms.min_channels == 0 {
        return Ok(Some(at.now));
    }
    let counts = Counting::new(at, false)?;
    let Some(completed) = counts.completed(at.loan) else {
        return Ok(None);
    };
    let matured = later(completed, terms.notice_secs)?;
    if terms.final_notice_secs == 0 {
        return Ok(Some(matured));
    }
    if !counts.has_final(at.loan, completed)? {
        return Ok(None);
    }
    let last = at.loan.notices.final_notice;
    Ok(Some(matured.max(later(last.served_at, terms.final_notice_secs)?)))
}

/// Where the car's own warnings stand among the channels.
const CAR: usize = NoticeChannels::CAR.trailing_zeros() as usize;

/// Which services count for the present delinquency.
struct Counting {
    since: i64,
    /// A service must have been made after this time, if age matters.
    aged_out: Option<i64>,
}

impl Counting {
    fn new(at: &LoanAt, is_renewal: bool) -> Ruled<Self> {
        let terms = &at.loan.terms;
        let since = if terms.notice_after_default { at.default_since()? } else { at.delinquent_since()? };
        let max_age = i64::from(terms.notice_max_age_secs);
        let aged_out = (!is_renewal).then(|| at.now.saturating_sub(max_age));
        Ok(Self { since, aged_out })
    }

    fn is_counting(&self, service: Service) -> bool {
        service.served_at != 0
            && service.requested_at >= self.since
            && self.aged_out.is_none_or(|aged_out| service.served_at > aged_out)
    }

    /// When the service was made that brought the counting channels to `min_channels`.
    fn completed(&self, loan: &Loan) -> Option<i64> {
        let mut served = loan
            .notices
            .channels
            .map(|service| if self.is_counting(service) { service.served_at } else { i64::MAX });
        served.sort_unstable();
        let last = usize::from(loan.terms.min_channels).checked_sub(1)?;
        served.get(last).copied().filter(|at| *at != i64::MAX)
    }

    fn has_final(&self, loan: &Loan, completed: i64) -> Ruled<bool> {
        let last = loan.notices.final_notice;
        let in_time = last.requested_at >= later(completed, loan.terms.final_notice_secs)?;
        Ok(in_time && self.is_counting(last))
    }
}

#[cfg(test)]
mod tests;
