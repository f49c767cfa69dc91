use super::{Balances, Calendar, Exact, Habits};

/// What was agreed about money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub principal: u64,
    pub apr_ppm: u32,
    pub instalment: u64,
    pub count: u16,
    pub first_due: i64,
    pub calendar: Calendar,
    /// Periods by which the schedule has moved.
    pub deferred: u16,
    pub late_fee: u64,
    pub late_after: i64,
    /// What is paid early pays the next instalments.
    pub pays_ahead: bool,
}

impl Plan {
    /// When instalment `k`, counted from 0, is due.
    pub fn due(&self, k: u16) -> i64 {
        self.calendar.after(self.first_due, u32::from(k) + u32::from(self.deferred))
    }

    /// When the last one is.
    pub fn last_due(&self) -> i64 {
        self.due(self.count - 1)
    }

    /// When the late fee of instalment `k` falls.
    pub fn late(&self, k: u16) -> i64 {
        self.due(k) + self.late_after
    }

    /// How many instalments are due at `now`.
    pub fn fallen_due(&self, now: i64) -> u16 {
        // Due dates rise, so a binary search finds the boundary.
        let (mut fallen, mut ahead) = (0, self.count);
        while fallen < ahead {
            let middle = fallen + (ahead - fallen) / 2;
            if self.due(middle) <= now {
                fallen = middle + 1;
            } else {
                ahead = middle;
            }
        }
        ahead
    }
}

/// How far the debt has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Everything counts.
    Running,
    /// No more late fees.
    ChargedOff,
    /// Nothing is owed.
    Ended,
}

/// A loan's money: what is owed, and what lies in its wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Books {
    pub plan: Plan,
    pub phase: Phase,
    pub habits: Habits,
    pub(super) balances: Balances,
    /// Interest that is no longer owed: paid or forgiven.
    pub(super) interest_gone: i128,
    /// The last look.
    pub looked_at: i64,
    /// Late fees owed.
    pub fees: i128,
    /// Paid toward the schedule.
    pub on_schedule: i128,
    /// Instalments whose late fee is decided, from the first.
    pub decided: u16,
    pub principal_paid: i128,
    pub interest_paid: i128,
    pub fees_paid: i128,
    /// What the wallet holds.
    pub wallet: i128,
    /// What of it is the lender's.
    pub unsent: i128,
    /// All that ever came in.
    pub inflows: i128,
    /// What the borrower took out again.
    pub withdrawn: i128,
    /// Nothing is late in here: from, until.
    pub stay: (i64, i64),
}

impl Books {
    /// The books of a loan just written.
    pub fn open(plan: Plan, now: i64) -> Self {
        Self {
            plan,
            phase: Phase::Running,
            habits: Habits::CONTRACT,
            balances: Balances::lent(i128::from(plan.principal), plan.apr_ppm, now),
            interest_gone: 0,
            looked_at: now,
            fees: 0,
            on_schedule: 0,
            decided: 0,
            principal_paid: 0,
            interest_paid: 0,
            fees_paid: 0,
            wallet: 0,
            unsent: 0,
            inflows: 0,
            withdrawn: 0,
            stay: (0, 0),
        }
    }

    /// Principal owed.
    pub fn principal(&self) -> i128 {
        self.balances.principal()
    }

    /// Interest owed at `then`, exact.
    pub fn interest_exact(&self, then: i64) -> Exact {
        Exact(self.balances.earned(then).0 - self.interest_gone * super::PARTS)
    }

    /// Interest owed at `then`, in whole units.
    pub fn interest(&self, then: i64) -> i128 {
        self.interest_exact(then).units()
    }

    /// Principal and interest.
    pub fn debt(&self, then: i64) -> i128 {
        self.principal() + self.interest(then)
    }

    /// Everything owed.
    pub fn payoff(&self, then: i64) -> i128 {
        self.debt(then) + self.fees
    }

    /// What is in the wallet and not the lender's.
    pub fn free(&self) -> i128 {
        self.wallet - self.unsent
    }

    /// What the schedule asks for at `then` and has not got.
    pub fn past_due(&self, then: i64) -> i128 {
        let (debt, fallen) = (self.debt(then), self.plan.fallen_due(then));
        if fallen >= self.plan.count {
            return debt;
        }
        (i128::from(fallen) * i128::from(self.plan.instalment) - self.on_schedule).clamp(0, debt)
    }

    /// Whether instalment `k` is unpaid at `then`.
    pub fn is_unpaid(&self, k: u16, then: i64) -> bool {
        let through = i128::from(self.plan.instalment) * (i128::from(k) + 1);
        self.debt(then) > 0 && (k + 1 == self.plan.count || self.on_schedule < through)
    }

    /// Money arrives.
    pub fn deposit(&mut self, amount: u64) {
        self.wallet += i128::from(amount);
        self.inflows += i128::from(amount);
    }

    /// Sends the lender what is the lender's.
    pub fn send(&mut self) -> i128 {
        let sent = std::mem::take(&mut self.unsent);
        self.wallet -= sent;
        sent
    }

    /// Wallet = inflows − applied − withdrawn + unsent.
    pub fn adds_up(&self) -> bool {
        let applied = self.principal_paid + self.interest_paid + self.fees_paid;
        self.wallet == self.inflows - applied - self.withdrawn + self.unsent
            && self.unsent >= 0
            && self.free() >= 0
    }
}
