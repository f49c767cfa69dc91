//! The car and what is asked of it.

use latchkey::state::{
    Action, AskedLock, Claim, Invocation, LoanStatus, LockState, Notice, NoticeChannels, OpenInvocation,
    Vehicle,
};
use latchkey_client::Pubkey;

use super::{Model, Open, Refusal, Verdict, ask};
use crate::moves::Proof;
use crate::parties::{self, Who};

impl Model {
    pub(crate) fn car(&self) -> Result<&Vehicle, Refusal> {
        self.vehicle.as_ref().ok_or("no car")
    }

    pub(crate) fn register_vehicle(&mut self, by: Who, proof: Proof) -> Verdict {
        self.serviced(by)?;
        ask(self.vehicle.is_none(), "the car exists")?;
        ask(proof == Proof::Right, "no proof")?;
        self.spend(&Who::Payer.key(), self.rents.vehicle)?;
        self.serviced(by)?.vehicles += 1;
        self.vehicle = Some(Vehicle {
            version: 1,
            bump: 0,
            lender: parties::lender(),
            first_device_key: parties::device_key(0),
            device_key: parties::device_key(0),
            vin_commitment: parties::VIN,
            active_loan: None,
            lock: LockState::Unlocked,
            lock_asked: None,
            last_seq_asked: 0,
            last_seq_proven: 0,
            void_through: 0,
            open: None,
            loans: 0,
            retired: false,
            reserved: [0; 64],
        });
        Ok(())
    }

    pub(crate) fn rotate_device_key(
        &mut self,
        by: Who,
        borrower: Option<Who>,
        device: usize,
        proof: Proof,
    ) -> Verdict {
        self.serviced(by)?;
        let secured = self.car()?.active_loan.is_some();
        let owes = self.contract.as_ref().map(|contract| contract.loan.borrower);
        let car = self.vehicle.as_mut().ok_or("no car")?;
        ask(!car.retired, "the car is retired")?;
        ask(parties::device_key(device) != car.device_key, "the same key")?;
        ask(!secured || borrower.map(Who::key) == owes, "the borrower does not sign")?;
        ask(proof == Proof::Right, "no proof")?;
        car.device_key = parties::device_key(device);
        car.void_through = car.last_seq_asked;
        car.last_seq_asked += 1;
        car.open = None;
        self.device = device;
        Ok(())
    }

    pub(crate) fn retire_vehicle(&mut self, by: Who) -> Verdict {
        self.serviced(by)?;
        let car = self.vehicle.as_mut().ok_or("no car")?;
        ask(car.active_loan.is_none(), "the car secures a loan")?;
        ask(!car.retired, "the car is retired")?;
        car.retired = true;
        Ok(())
    }

    /// Whether a lock may be requested now.
    fn may_lock(&self) -> Verdict {
        self.may_disturb()?;
        let (contract, car) = (self.contract.as_ref().ok_or("no loan")?, self.car()?);
        let standing = self.standing().ok_or("no loan")?;
        ask(contract.books.status == LoanStatus::Defaulted, "not in default")?;
        let notice_secs = i64::from(contract.books.terms.notice_secs);
        if notice_secs > 0 {
            let oldest = standing.oldest_unpaid.ok_or("nothing past due")?;
            let notice = contract.loan.notice.filter(|notice| notice.served_at >= oldest);
            let served = notice.ok_or("no notice of this delinquency")?.served_at;
            ask(self.now >= served + notice_secs, "the notice is too fresh")?;
        }
        ask(self.now >= contract.loan.emergency_until, "an emergency start")?;
        match car.lock {
            LockState::Unlocked => Ok(()),
            LockState::Locked { until: 0, .. } => Err("locked for good"),
            LockState::Locked { since, until } => {
                let third = (until - since) / 3;
                ask(self.now >= until - third, "the lock stands")
            }
        }
    }

    /// What a warning and a lock both require.
    fn may_disturb(&self) -> Verdict {
        let contract = self.contract.as_ref().ok_or("no loan")?;
        let standing = self.standing().ok_or("no loan")?;
        let open = matches!(contract.books.status, LoanStatus::Active | LoanStatus::Defaulted);
        ask(open, "paid off or charged off")?;
        ask(standing.past_due > 0, "the loan is current")?;
        ask(!standing.is_cured_by(contract.wallet), "the wallet can cure it")?;
        ask(self.now >= contract.loan.hold_until, "on hold")?;
        let paused_until = self.lender.as_ref().map_or(0, |lender| lender.paused_until);
        ask(self.now >= paused_until, "paused")?;
        ask(self.car()?.open.is_none(), "something is open")
    }

    fn may_unlock(&self, by_lender: bool) -> Verdict {
        ask(self.car()?.lock_asked.is_some(), "nothing to unlock")?;
        let entitled = by_lender || self.is_owed_an_unlock();
        ask(entitled, "the loan is in default")?;
        let open = self.car()?.open;
        let waiting = open.is_some_and(|open| open.action == Action::Unlock && self.now < open.expires_at);
        ask(!waiting, "an unlock is open")
    }

    /// Whether the borrower has a right to an unlock, whatever the lender says.
    pub fn is_owed_an_unlock(&self) -> bool {
        let (Some(contract), Some(standing)) = (&self.contract, self.standing()) else {
            return false;
        };
        contract.books.status != LoanStatus::Defaulted
            || self.now < contract.loan.hold_until
            || self.now < contract.loan.emergency_until
            || standing.is_cured_by(contract.wallet)
    }

    pub(crate) fn request(&mut self, action: Action, by: Option<Who>) -> Verdict {
        ask(self.contract.is_some(), "no loan")?;
        if let Some(by) = by {
            self.serviced(by)?;
        }
        let function = self.functions.get(&action).cloned().ok_or("no such function")?;
        let instalments = self.standing().map_or(0, |standing| standing.instalments);
        match action {
            Action::Lock => self.may_lock()?,
            Action::Unlock => self.may_unlock(by.is_some())?,
            Action::Warn => {
                self.may_disturb()?;
                let warned = self.contract.as_ref().map_or(0, |contract| contract.loan.warned_through);
                ask(instalments > warned, "warned of it already")?;
            }
        }
        let seq = self.car()?.last_seq_asked + 1;
        // What lies there already pays for the account.
        let prefund = self.prefunds.remove(&seq).unwrap_or(0);
        self.spend(&Who::Payer.key(), self.rents.invocation.saturating_sub(prefund))?;
        let contract = self.contract.as_mut().ok_or("no loan")?;
        let fee = match action {
            Action::Unlock => function.fee.min(contract.available),
            Action::Warn | Action::Lock => {
                let needed = function.fee + contract.escrow.unlock_reserve;
                ask(contract.available >= needed, "the escrow is short")?;
                function.fee
            }
        };
        contract.available -= fee;
        contract.escrow.committed += fee;
        contract.loan.invocations_open += 1;
        if action == Action::Warn {
            contract.loan.warned_through = instalments;
        }
        let ttl = i64::from(contract.books.terms.lock_ttl_secs);
        let lock_until = if action == Action::Lock && ttl > 0 { self.now + ttl } else { 0 };
        let expires_at = self.now + i64::from(function.ttl_secs);
        let loan = self.vehicle.as_ref().and_then(|car| car.active_loan).ok_or("no loan")?;
        let car = self.vehicle.as_mut().ok_or("no car")?;
        car.last_seq_asked = seq;
        car.open = Some(OpenInvocation { action, expires_at });
        if action == Action::Lock {
            car.lock_asked = Some(AskedLock { seq, until: lock_until });
        }
        let account = Invocation {
            version: 1,
            bump: 0,
            lender: parties::lender(),
            loan,
            vehicle: parties::vehicle(),
            borrower: Who::Borrower.key(),
            seq,
            action,
            function_revision: function.revision,
            command_key: function.command_key,
            fee,
            bond: function.bond,
            lease_secs: function.lease_secs,
            requested_at: self.now,
            expires_at,
            lock_until,
            instalment: instalments,
            claim: None,
            last_lapsed: None,
            rent_payer: Who::Payer.key(),
            reserved: [0; 32],
        };
        let stray = prefund.saturating_sub(self.rents.invocation);
        self.invocations.insert(seq, Open { account, stray });
        Ok(())
    }

    /// A sequence number, counted back from the newest open call; one without a call if there is none.
    pub fn which(&self, which: usize) -> u64 {
        let existing: Vec<_> = self.invocations.keys().rev().copied().collect();
        match existing.len() {
            0 => self.vehicle.as_ref().map_or(1, |car| car.last_seq_asked.max(1)),
            open => existing[which % open],
        }
    }

    fn forfeit(&mut self, seq: u64) {
        let (Some(open), Some(contract)) = (self.invocations.get_mut(&seq), self.contract.as_mut()) else {
            return;
        };
        if let Some(lapsed) = open.account.claim.take() {
            open.account.last_lapsed = Some(lapsed.keeper);
            contract.available += lapsed.bond;
            contract.escrow.forfeited += lapsed.bond;
        }
    }

    pub(crate) fn claim(&mut self, by: Who, which: usize) -> Verdict {
        let (seq, now) = (self.which(which), self.now);
        let invocation = self.invocations.get(&seq).ok_or("no such invocation")?.account.clone();
        ask(seq == self.car()?.last_seq_asked, "superseded")?;
        ask(now < invocation.expires_at, "expired")?;
        ask(invocation.claim.is_none_or(|claim| now >= claim.lease_end), "leased")?;
        let own = invocation.action == Action::Unlock && by == Who::Borrower;
        let keepers = self.lender.as_ref().map(|lender| lender.keepers.clone()).unwrap_or_default();
        ask(own || keepers.is_empty() || keepers.contains(&by.key()), "not on the list")?;
        let silent = invocation.claim.map(|claim| claim.keeper).or(invocation.last_lapsed);
        ask(own || silent != Some(by.key()), "was silent before")?;
        let bond = if own { 0 } else { invocation.bond };
        self.spend(&by.key(), bond)?;
        self.forfeit(seq);
        let lease_end = now + i64::from(invocation.lease_secs);
        let open = self.invocations.get_mut(&seq).ok_or("no such invocation")?;
        open.account.claim = Some(Claim { keeper: by.key(), lease_end, bond });
        Ok(())
    }

    /// Closes the invocation: its rent, and lamports sent there before, return to its payer.
    fn close_invocation(&mut self, seq: u64) -> Result<Invocation, Refusal> {
        let open = self.invocations.remove(&seq).ok_or("no such invocation")?;
        self.earn(&open.account.rent_payer, self.rents.invocation + open.stray);
        if let Some(contract) = &mut self.contract {
            contract.loan.invocations_open -= 1;
        }
        let newest = self.car()?.last_seq_asked == seq;
        if let Some(car) = self.vehicle.as_mut().filter(|_| newest) {
            car.open = None;
        }
        Ok(open.account)
    }

    pub(crate) fn confirm(&mut self, which: usize, proof: Proof) -> Verdict {
        let seq = self.which(which);
        let claim = self.invocations.get(&seq).ok_or("no such invocation")?.account.claim;
        let claim = claim.ok_or("not claimed")?;
        ask(seq > self.car()?.void_through, "asked of another device")?;
        ask(proof == Proof::Right, "no proof")?;
        let done = self.close_invocation(seq)?;
        self.settled.push(seq);
        self.earn(&claim.keeper, done.fee + claim.bond);
        let car = self.vehicle.as_mut().ok_or("no car")?;
        if seq > car.last_seq_proven {
            car.last_seq_proven = seq;
            match done.action {
                Action::Warn => {}
                Action::Lock => {
                    car.lock = LockState::Locked { since: done.requested_at, until: done.lock_until };
                }
                Action::Unlock => {
                    car.lock = LockState::Unlocked;
                    // A newer lock may have been obeyed: only this or an older one is undone.
                    car.lock_asked = car.lock_asked.filter(|lock| lock.seq > seq);
                }
            }
        }
        let now = self.now;
        let contract = self.contract.as_mut().ok_or("no loan")?;
        contract.escrow.paid += done.fee;
        if done.action == Action::Warn {
            let told = contract.unpaid_notice(now);
            if told == Some(false) {
                let evidence = parties::command_hash(seq);
                contract.loan.notice =
                    Some(Notice { served_at: now, evidence, channels: NoticeChannels::CAR });
            }
        }
        Ok(())
    }

    pub(crate) fn yield_claim(&mut self, by: Who, which: usize) -> Verdict {
        let seq = self.which(which);
        let open = self.invocations.get_mut(&seq).ok_or("no such invocation")?;
        let claim = open.account.claim.ok_or("not claimed")?;
        ask(claim.keeper == by.key(), "another's claim")?;
        ask(self.now < claim.lease_end, "lapsed")?;
        open.account.claim = None;
        self.earn(&claim.keeper, claim.bond);
        Ok(())
    }

    pub(crate) fn expire(&mut self, which: usize) -> Verdict {
        let (seq, now) = (self.which(which), self.now);
        let invocation = self.invocations.get(&seq).ok_or("no such invocation")?.account.clone();
        let over = now >= invocation.expires_at || seq != self.car()?.last_seq_asked;
        ask(over, "neither expired nor superseded")?;
        ask(invocation.claim.is_none_or(|claim| now >= claim.lease_end), "leased")?;
        self.forfeit(seq);
        let undone = self.close_invocation(seq)?;
        let contract = self.contract.as_mut().ok_or("no loan")?;
        contract.available += undone.fee;
        contract.escrow.refunded += undone.fee;
        let loan = &mut contract.loan;
        if undone.action == Action::Warn && loan.warned_through == undone.instalment {
            loan.warned_through -= 1;
        }
        Ok(())
    }

    /// The keeper that holds the claim, if any.
    pub fn claimer(&self, seq: u64) -> Option<Pubkey> {
        self.invocations.get(&seq)?.account.claim.map(|claim| claim.keeper)
    }
}
