use super::Model;
use crate::moves::Moment;

impl Model {
    /// When a moment is; `None` if the state has none.
    pub fn moment(&self, moment: Moment) -> Option<i64> {
        let contract = self.contract.as_ref();
        let loan = contract.map(|contract| &contract.loan);
        let terms = loan.map(|loan| &loan.terms);
        let newest = self.invocations.values().next_back().map(|open| &open.account);
        let next = || {
            let plan = contract?.books.plan;
            Some(plan.due(plan.fallen_due(self.now).min(plan.count - 1)))
        };
        // What is unpaid already, or else the next that falls due.
        let oldest = || {
            let (contract, standing) = (contract?, self.standing()?);
            contract.unpaid_since(&standing, self.now).or_else(next)
        };
        let after = |from: Option<i64>, secs: u32| Some(from? + i64::from(secs));
        match moment {
            Moment::In(secs) => Some(self.now + secs),
            Moment::Due => next(),
            Moment::Late => {
                let books = &contract?.books;
                Some(books.plan.late(books.decided.min(books.plan.count - 1)))
            }
            Moment::Grace => after(oldest(), terms?.grace_secs),
            Moment::Warning => after(oldest(), terms?.warn_after_secs),
            Moment::Notice => after(self.complete(), terms?.notice_secs),
            Moment::SecondNotice => after(self.complete(), terms?.final_notice_secs),
            Moment::FinalNotice => {
                after(Some(loan?.notices.final_notice.served_at), terms?.final_notice_secs)
            }
            Moment::OldNotice => after(self.complete(), terms?.notice_max_age_secs),
            Moment::Hold => Some(loan?.hold_until),
            Moment::StayFrom => Some(loan?.stay_from),
            Moment::StayUntil => Some(loan?.stay_until),
            Moment::EmergencyStart => match loan?.emergency_from {
                0 => None,
                from => after(Some(from), terms?.emergency_secs),
            },
            Moment::Recovery => Some(loan?.recovery_from),
            Moment::Recovered => Some(loan?.recovered_until),
            Moment::Barred => Some(loan?.recovery_barred_until),
            Moment::Pause => Some(self.lender().ok()?.paused_until),
            Moment::Lease => Some(newest?.claim_lease_end),
            Moment::Expiry => Some(newest?.expires_at),
            Moment::Renewal => {
                let lock = self.vehicle.as_ref()?.lock;
                lock.is_locked.then(|| lock.until - (lock.until - lock.since) / 3)
            }
            Moment::LockEnd => Some(self.vehicle.as_ref()?.asked.until),
            Moment::ChargeOff => Some(oldest()? + 120 * 86_400),
        }
    }

    /// When the notice was complete.
    fn complete(&self) -> Option<i64> {
        let (contract, standing) = (self.contract.as_ref()?, self.standing()?);
        contract.complete_at(&standing, self.now, false)
    }
}
