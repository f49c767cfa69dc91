use super::Books;

/// Where a loan stands after a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// When it was.
    pub at: i64,
    /// Instalments due.
    pub instalments: u16,
    /// Due and not to be had.
    pub past_due: i128,
    /// Late fees owed.
    pub fees: i128,
    /// Principal and interest.
    pub debt: i128,
    /// In the wallet, not due and not the lender's.
    pub free: i128,
    /// The oldest unpaid instalment that is due.
    pub oldest: Option<u16>,
    /// Its date.
    pub oldest_due: Option<i64>,
}

impl Standing {
    /// All that is owed.
    pub fn payoff(&self) -> i128 {
        self.debt + self.fees
    }
}

impl Books {
    /// Where the loan stands at `now`; `None` if one call cannot say.
    pub fn standing(&self, now: i64) -> Option<Standing> {
        let mut then = self.clone();
        then.advance(now).then(|| then.stands())
    }

    /// Where the loan will stand at `then`, if nobody does anything until then.
    pub fn standing_at(&self, then: i64) -> Standing {
        let mut books = self.clone();
        while !books.advance(then) {}
        books.stands()
    }

    /// What the loan has cost by the last look beyond what was lent.
    pub fn cost(&self) -> i128 {
        let paid = self.principal_paid + self.interest_paid + self.fees_paid;
        self.payoff(self.looked_at) + paid - i128::from(self.plan.principal)
    }

    /// What the loan may cost by `now` if each instalment is paid on its date.
    pub fn scheduled_cost(plan: super::Plan, opened: i64, now: i64) -> i128 {
        let mut books = Self::open(plan, opened);
        for due in (0..plan.fallen_due(now)).map(|k| plan.due(k)) {
            books.deposit(u64::try_from(books.standing_at(due).past_due).expect("terms are moderate"));
            while !books.advance(due) {}
        }
        while !books.advance(now) {}
        books.cost()
    }

    /// Where the loan stood at the last look.
    pub fn stands(&self) -> Standing {
        let at = self.looked_at;
        let (past_due, instalments) = (self.past_due(at), self.plan.fallen_due(at));
        let oldest = (past_due > 0).then(|| (0..instalments).find(|k| self.is_unpaid(*k, at))).flatten();
        Standing {
            at,
            instalments,
            past_due,
            fees: self.fees,
            debt: self.debt(at),
            free: self.free(),
            oldest,
            oldest_due: oldest.map(|k| self.plan.due(k)),
        }
    }
}

impl Books {
    /// What a gate sees, which stores nothing: as far as one call can walk; before the last due date, while the
    /// schedule asks for no more than was owed at the last look, any distance. `None` beyond.
    pub fn judged(&self, now: i64) -> Option<Standing> {
        let fallen = self.plan.fallen_due(now);
        let asked = i128::from(fallen) * i128::from(self.plan.instalment) - self.on_schedule;
        let plain = fallen < self.plan.count && asked <= self.debt(self.looked_at);
        let mut then = self.clone();
        if !then.advance(now) && !plain {
            return None;
        }
        while !then.advance(now) {}
        Some(then.stands())
    }
}
