use super::{Books, Phase, Refused};

/// Moments that one call walks through.
pub const MOST_MOMENTS: usize = 32;

/// What happens to a loan by time alone. Events of one second happen in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Event {
    /// Instalment `k` falls due.
    Due(u16),
    /// The late fee of instalment `k` is decided.
    Late(u16),
}

impl Books {
    /// What happened after the last look, up to `now`, in its order.
    pub fn events(&self, now: i64) -> Vec<(i64, Event)> {
        let since = self.looked_at;
        let due = (0..self.plan.fallen_due(now)).map(|k| (self.plan.due(k), Event::Due(k)));
        let due = due.filter(|(at, _)| *at > since);
        let first = if self.habits.decided_again { 0 } else { self.decided };
        let late = (first..self.plan.fallen_due(now)).map(|k| (self.plan.late(k), Event::Late(k)));
        let late = late
            .filter(|(at, Event::Late(k) | Event::Due(k))| *at <= now && (*k >= self.decided || *at > since));
        let mut events: Vec<_> = due.chain(late).collect();
        events.sort_unstable();
        events
    }

    /// Takes what is due at `then` and can be taken.
    fn take(&mut self, then: i64) {
        if self.phase == Phase::Ended {
            return;
        }
        if self.habits.fees_first {
            self.pay_fees(self.free().min(self.fees));
        }
        self.pay_debt(self.free().min(self.past_due(then)), then, true);
        if self.debt(then) == 0 || self.habits.fees_from_surplus && self.past_due(then) == 0 {
            self.pay_fees(self.free().min(self.fees));
        }
    }

    fn happens(&mut self, (at, event): (i64, Event)) {
        let at = at.max(self.looked_at);
        if !self.habits.money_counts_from_now {
            self.take(at);
        }
        if let Event::Late(k) = event
            && k >= self.decided
        {
            let (from, until) = self.stay;
            let stayed = from <= at && at < until;
            // The old way looked at the wallet, as if it had been paid in.
            let found = if self.habits.money_counts_from_now { self.free() } else { 0 };
            let through = i128::from(self.plan.instalment) * (i128::from(k) + 1);
            let unpaid = self.is_unpaid(k, at) && (found == 0 || self.on_schedule + found < through);
            if unpaid && self.phase == Phase::Running && !stayed {
                self.fees += i128::from(self.plan.late_fee);
            }
            self.decided = k + 1;
        }
        self.looked_at = at;
    }

    /// Brings the books to `now`, or through as many moments as one call may. Returns whether `now` is reached.
    pub fn advance(&mut self, now: i64) -> bool {
        let events = self.events(now);
        let reached = events.len() <= MOST_MOMENTS;
        let mut most = events.len().min(MOST_MOMENTS);
        // What happens in one second is never taken apart.
        while !reached && events[most - 1].0 == events[most].0 {
            most -= 1;
        }
        if !self.habits.money_counts_from_now {
            self.take(self.looked_at);
        }
        for event in events.into_iter().take(most) {
            self.happens(event);
        }
        if reached {
            self.looked_at = self.looked_at.max(now);
            self.take(self.looked_at);
        }
        reached
    }

    /// Brings the books to `now`; refuses if one call cannot.
    pub fn look(&mut self, now: i64) -> Result<(), Refused> {
        if self.advance(now) { Ok(()) } else { Err(Refused::TooManyMoments) }
    }
}
