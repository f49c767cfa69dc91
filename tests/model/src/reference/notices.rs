//! What the borrower was told, and whether it is enough.

use latchkey::errors::LatchkeyError as Rule;
use latchkey::state::{Invocation, Service};

use super::{Contract, Fault};
use crate::arithmetic::Standing;

impl Contract {
    /// A service from before this does not count.
    fn told_since(&self, standing: &Standing, now: i64) -> Option<i64> {
        if self.loan.terms.notice_after_default {
            self.default_from(standing, now)
        } else {
            self.unpaid_since(standing, now)
        }
    }

    fn counts(&self, service: Service, standing: &Standing, now: i64, renewal: bool) -> bool {
        let fresh = renewal || now < service.served_at + i64::from(self.loan.terms.notice_max_age_secs);
        let since = self.told_since(standing, now);
        service.served_at > 0 && since.is_some_and(|since| service.requested_at >= since) && fresh
    }

    /// When the notice was complete, if it is.
    pub fn complete_at(&self, standing: &Standing, now: i64, renewal: bool) -> Option<i64> {
        let channels = self.loan.notices.channels;
        let counting = channels.iter().filter(|service| self.counts(**service, standing, now, renewal));
        let mut served: Vec<_> = counting.map(|service| service.served_at).collect();
        served.sort_unstable();
        let last = usize::from(self.loan.terms.min_channels).checked_sub(1)?;
        served.get(last).copied()
    }

    /// Whether the borrower was told, and has had the time that was agreed.
    pub fn told(&self, standing: &Standing, now: i64, renewal: bool) -> Result<(), Rule> {
        let terms = &self.loan.terms;
        if terms.min_channels == 0 {
            return Ok(());
        }
        let complete = self.complete_at(standing, now, renewal).ok_or(Rule::NoticeNotServed)?;
        if now < complete + i64::from(terms.notice_secs) {
            return Err(Rule::NoticeNotMatured);
        }
        let wait = i64::from(terms.final_notice_secs);
        if wait > 0 {
            let last = self.loan.notices.final_notice;
            let counts = self.counts(last, standing, now, renewal) && last.requested_at >= complete + wait;
            if !counts {
                return Err(Rule::FinalNoticeNotServed);
            }
            if now < last.served_at + wait {
                return Err(Rule::NoticeNotMatured);
            }
        }
        Ok(())
    }

    /// Whether a warning now would be the final notice.
    pub fn warns_finally(&self, standing: &Standing, now: i64) -> bool {
        let wait = i64::from(self.loan.terms.final_notice_secs);
        let complete = self.complete_at(standing, now, false);
        let due = complete.is_some_and(|complete| wait > 0 && now >= complete + wait);
        due && complete.is_some_and(|complete| !self.has_final(complete, standing, now))
    }

    /// Whether a final notice counts that came late enough after the notice was complete.
    fn has_final(&self, complete: i64, standing: &Standing, now: i64) -> bool {
        let last = self.loan.notices.final_notice;
        let wait = i64::from(self.loan.terms.final_notice_secs);
        last.requested_at >= complete + wait && self.counts(last, standing, now, false)
    }

    /// Writes down that the car told the driver at `now`. Whether that is the final notice was said to them as it was
    /// requested, and stays so.
    pub fn tell_by_car(&mut self, standing: &Standing, done: &Invocation, now: i64) {
        const CAR: usize = 5;
        let asked = if self.errs(Fault::OldWarningsCount) { now } else { done.requested_at };
        let service = Service { requested_at: asked, served_at: now };
        if !self.counts(service, standing, now, false) {
            return;
        }
        let wait = i64::from(self.loan.terms.final_notice_secs);
        let complete = self.complete_at(standing, now, false);
        if done.is_final {
            let next = complete.filter(|complete| done.requested_at >= complete + wait);
            if next.is_some_and(|complete| !self.has_final(complete, standing, now)) {
                self.loan.notices.final_notice = service;
            }
        } else if (complete.is_none() || wait == 0)
            && !self.counts(self.loan.notices.channels[CAR], standing, now, false)
        {
            self.loan.notices.channels[CAR] = service;
        }
    }

    /// Writes down that a servicer told the borrower by `channels` at `now`.
    pub fn tell(&mut self, standing: &Standing, channels: u8, now: i64) -> Result<(), Rule> {
        let since = self.told_since(standing, now).ok_or(Rule::NotPastDue)?;
        if now < since {
            return Err(Rule::NoticeBeforeDefault);
        }
        let service = Service { requested_at: now, served_at: now };
        let wait = i64::from(self.loan.terms.final_notice_secs);
        if let Some(complete) = self.complete_at(standing, now, false).filter(|_| wait > 0) {
            if self.has_final(complete, standing, now) {
                return Err(Rule::NoticeInForce);
            }
            if now < complete + wait {
                return Err(Rule::FinalNoticeTooEarly);
            }
            self.loan.notices.final_notice = service;
            return Ok(());
        }
        let fresh: Vec<_> = (0..6)
            .filter(|index| channels >> index & 1 == 1)
            .filter(|index| !self.counts(self.loan.notices.channels[*index], standing, now, false))
            .collect();
        if fresh.is_empty() {
            return Err(Rule::NoticeInForce);
        }
        for index in fresh {
            self.loan.notices.channels[index] = service;
        }
        Ok(())
    }
}
