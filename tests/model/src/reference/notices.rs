//! What the borrower was told, and whether it is enough.

use latchkey::errors::LatchkeyError as Rule;
use latchkey::state::Service;

use super::Contract;
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
        due && !self.counts(self.loan.notices.final_notice, standing, now, false)
    }

    /// Writes down that the borrower was told by `channels` at `now`, as `requested_at`.
    pub fn tell(
        &mut self,
        standing: &Standing,
        channels: u8,
        requested_at: i64,
        now: i64,
    ) -> Result<(), Rule> {
        let since = self.told_since(standing, now).ok_or(Rule::NotPastDue)?;
        if now < since || requested_at < since {
            return Err(Rule::NoticeBeforeDefault);
        }
        let service = Service { requested_at, served_at: now };
        let wait = i64::from(self.loan.terms.final_notice_secs);
        if let Some(complete) = self.complete_at(standing, now, false).filter(|_| wait > 0) {
            if self.counts(self.loan.notices.final_notice, standing, now, false) {
                return Err(Rule::NoticeInForce);
            }
            if requested_at < complete + wait {
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
