use latchkey::state::LockState;

use super::Model;
use crate::arithmetic::{due, fallen_due};
use crate::moves::Moment;

impl Model {
    /// When a moment is; `None` if the state has none.
    pub fn moment(&self, moment: Moment) -> Option<i64> {
        let contract = self.contract.as_ref();
        let terms = contract.map(|contract| &contract.books.terms);
        let newest = self.invocations.values().next_back().map(|open| &open.account);
        // What is unpaid already, or else the next that falls due.
        let oldest = || {
            let standing = self.standing()?;
            let terms = terms?;
            let next = fallen_due(terms, self.now).min(terms.count - 1);
            Some(standing.oldest_unpaid.unwrap_or_else(|| due(terms, next)))
        };
        match moment {
            Moment::In(secs) => Some(self.now + secs),
            Moment::Due => {
                let terms = terms?;
                Some(due(terms, fallen_due(terms, self.now).min(terms.count - 1)))
            }
            Moment::Late => {
                let (contract, terms) = (contract?, terms?);
                let next = contract.books.decided.min(terms.count - 1);
                Some(due(terms, next) + i64::from(terms.late_after_secs))
            }
            Moment::Grace => Some(oldest()? + i64::from(terms?.grace_secs)),
            Moment::Notice => {
                let notice = contract?.loan.notice?;
                Some(notice.served_at + i64::from(terms?.notice_secs))
            }
            Moment::Hold => Some(contract?.loan.hold_until),
            Moment::EmergencyStart => Some(contract?.loan.emergency_until),
            Moment::Pause => Some(self.lender.as_ref()?.paused_until),
            Moment::Lease => Some(newest?.claim?.lease_end),
            Moment::Expiry => Some(newest?.expires_at),
            Moment::Renewal => match self.vehicle.as_ref()?.lock {
                LockState::Unlocked => None,
                LockState::Locked { since, until } => Some(until - (until - since) / 3),
            },
            Moment::LockEnd => Some(self.vehicle.as_ref()?.lock_asked?.until),
            Moment::ChargeOff => Some(oldest()? + 120 * 86_400),
        }
    }
}
