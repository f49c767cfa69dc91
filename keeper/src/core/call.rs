//! The state of one function call as this keeper knows it, beyond what the chain records. [`Call::after`] is the one
//! place where it changes.

use latchkey_client::protocol::sealed::Envelope;

use super::FunctionReply;
use super::policy;
use super::retry_pauses::RetryPauses;

/// One function call. A failure is a call that returned no receipt; failures are counted for the pauses between attempts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Call {
    /// The function may be called, and a lease that was given back may be taken again, from `not_before` on.
    Ready { failures: u32, not_before: i64 },
    /// The function is being called.
    Running { failures: u32 },
    /// The function refused under the present lease, which is to be given back.
    Refused { failures: u32 },
    /// The car has signed a receipt, which is to be confirmed on chain.
    Proven { receipt: Box<Envelope> },
}

/// What changes the state of a call.
#[derive(Clone, Debug)]
pub(super) enum CallEvent {
    /// The function is called.
    Started,
    /// The function replied.
    Replied(FunctionReply),
    /// This keeper has taken the lease.
    LeaseTaken,
    /// The attempt is over: this keeper has given the lease back, or the function refused an unlock, which has none. The
    /// next attempt comes after a pause of at most `longest_pause` seconds and half of that.
    GivenUp { longest_pause: i64 },
}

impl Call {
    /// A call that was never tried, at time `now`.
    pub const fn new(now: i64) -> Self {
        Self::Ready { failures: 0, not_before: now }
    }

    /// The state after `event` at time `now`.
    pub fn after(self, event: CallEvent, now: i64, pauses: RetryPauses) -> Self {
        use CallEvent::{GivenUp, LeaseTaken, Replied, Started};
        match (self, event) {
            (Self::Ready { failures, .. }, Started) => Self::Running { failures },
            // A receipt proves the work whenever it arrives.
            (_, Replied(FunctionReply::Receipt(receipt))) => Self::Proven { receipt },
            (Self::Running { failures }, Replied(FunctionReply::Retry)) => {
                let failures = failures.saturating_add(1);
                let not_before = now + pauses.after(failures, policy::LONGEST_RETRY_PAUSE);
                Self::Ready { failures, not_before }
            }
            (Self::Running { failures }, Replied(FunctionReply::Outage)) => {
                Self::Ready { failures, not_before: now + policy::PAUSE_AFTER_OUTAGE }
            }
            (Self::Running { failures }, Replied(FunctionReply::Refused)) => {
                Self::Refused { failures: failures.saturating_add(1) }
            }
            (Self::Ready { failures, .. } | Self::Refused { failures }, LeaseTaken) => {
                Self::Ready { failures, not_before: now }
            }
            (Self::Ready { failures, .. } | Self::Refused { failures }, GivenUp { longest_pause }) => {
                Self::Ready { failures, not_before: now + pauses.after(failures, longest_pause) }
            }
            // A lease neither ends a call under way nor makes its receipt worth less.
            (same @ (Self::Running { .. } | Self::Proven { .. }), Started | LeaseTaken | GivenUp { .. })
            | (same @ Self::Refused { .. }, Started)
            // Replies to no call.
            | (
                same @ (Self::Ready { .. } | Self::Refused { .. } | Self::Proven { .. }),
                Replied(FunctionReply::Retry | FunctionReply::Outage | FunctionReply::Refused),
            ) => same,
        }
    }

    /// No pause is longer than until then.
    pub fn rest_until(&mut self, at: i64) {
        if let Self::Ready { not_before, .. } = self {
            *not_before = at.min(*not_before);
        }
    }

    /// Whether the function may be called at `now`.
    pub const fn may_start(&self, now: i64) -> bool {
        matches!(self, Self::Ready { not_before, .. } if now >= *not_before)
    }

    /// Whether the function is being called.
    pub const fn is_running(&self) -> bool {
        matches!(self, Self::Running { .. })
    }

    /// When a pause ends, if there is one.
    pub const fn not_before(&self) -> Option<i64> {
        match self {
            Self::Ready { not_before, .. } => Some(*not_before),
            Self::Running { .. } | Self::Refused { .. } | Self::Proven { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSES: RetryPauses = RetryPauses { jitter: 7 };

    fn receipt() -> Envelope {
        Envelope { signer: [0; 32], signature: [0; 64], payload: Vec::new() }
    }

    fn run(start: Call, events: &[CallEvent]) -> Call {
        events.iter().fold(start, |call, event| call.after(event.clone(), 100, PAUSES))
    }

    #[test]
    fn a_call_that_returns_nothing_is_tried_again_after_a_pause_that_grows() {
        let retry = [CallEvent::Started, CallEvent::Replied(FunctionReply::Retry)];
        let once = run(Call::new(100), &retry);
        let Call::Ready { failures: 1, not_before } = once else { panic!("{once:?}") };
        assert!(!once.may_start(not_before - 1) && once.may_start(not_before));
        let five = run(Call::new(100), &vec![retry; 5].concat());
        let Call::Ready { failures: 5, not_before: later } = five else { panic!("{five:?}") };
        assert!(later > not_before);
    }

    #[test]
    fn what_an_outage_of_the_nodes_cost_makes_no_pause_longer() {
        let outage = [CallEvent::Started, CallEvent::Replied(FunctionReply::Outage)];
        for failures in [0, 3] {
            let before = Call::Ready { failures, not_before: 100 };
            let not_before = 100 + policy::PAUSE_AFTER_OUTAGE;
            assert_eq!(run(before, &outage), Call::Ready { failures, not_before });
        }
    }

    #[test]
    fn a_new_lease_ends_a_pause_and_a_refusal_but_keeps_the_count() {
        let refused = run(Call::new(100), &[CallEvent::Started, CallEvent::Replied(FunctionReply::Refused)]);
        assert_eq!(refused, Call::Refused { failures: 1 });
        let taken = Call::Ready { failures: 1, not_before: 100 };
        assert_eq!(run(refused.clone(), &[CallEvent::LeaseTaken]), taken);
        let returned = run(refused, &[CallEvent::GivenUp { longest_pause: 60 }]);
        assert!(!returned.may_start(101), "{returned:?}");
        assert_eq!(run(returned, &[CallEvent::LeaseTaken]), taken);
    }

    #[test]
    fn a_receipt_is_kept_whatever_follows() {
        let proven = run(
            Call::new(100),
            &[CallEvent::Started, CallEvent::Replied(FunctionReply::Receipt(Box::new(receipt())))],
        );
        let whatever = [
            CallEvent::Started,
            CallEvent::Replied(FunctionReply::Retry),
            CallEvent::Replied(FunctionReply::Refused),
            CallEvent::GivenUp { longest_pause: 60 },
            CallEvent::LeaseTaken,
        ];
        assert_eq!(run(proven, &whatever), Call::Proven { receipt: Box::new(receipt()) });
    }

    #[test]
    fn a_call_under_way_is_not_started_again() {
        let running = run(Call::new(100), &[CallEvent::Started]);
        assert!(running.is_running() && !running.may_start(i64::MAX));
        let leased = [CallEvent::GivenUp { longest_pause: 60 }, CallEvent::LeaseTaken, CallEvent::Started];
        assert_eq!(run(running.clone(), &leased), running);
    }
}
