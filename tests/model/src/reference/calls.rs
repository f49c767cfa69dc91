//! What is asked of the car, and who takes it on.

use latchkey::errors::LatchkeyError as Rule;
use latchkey::state::{Action, AskedLock, Invocation, LoanStatus, OpenInvocation, Version};
use latchkey_client::Pubkey;

use super::{Contract, Fault, Model, Open, Step, ask};
use crate::arithmetic::Standing;
use crate::parties::{self, Who};

impl Model {
    /// What a warning and a lock both ask, whenever they are judged.
    fn may_disturb(&self, contract: &Contract, standing: &Standing) -> Step {
        let now = self.now;
        let enforced = matches!(contract.loan.status, LoanStatus::Active | LoanStatus::Defaulted);
        ask(enforced, Rule::NotEnforced);
        ask(contract.is_owing(), Rule::LoanPaidOff);
        ask(contract.loan.status != LoanStatus::ChargedOff, Rule::ChargedOff);
        ask(standing.past_due > 0, Rule::NotPastDue);
        let held = now < contract.loan.hold_until && !self.errs(Fault::LocksOnHold);
        let started = contract.in_emergency(now) && !self.errs(Fault::LocksInAnEmergency);
        ask(!held, Rule::OnHold);
        ask(!contract.is_stayed(now), Rule::OnStay);
        ask(!started, Rule::InEmergencyStart);
        ask(now >= self.lender()?.paused_until, Rule::LenderPaused);
        ask(!self.car()?.distrusted, Rule::DeviceDistrusted);
        Ok(())
    }

    /// What a lock asks besides: at its request, and again at its claim.
    fn may_lock(&self, contract: &Contract, standing: &Standing) -> Step {
        self.may_disturb(contract, standing)?;
        ask(contract.loan.status == LoanStatus::Defaulted, Rule::NotDefaulted);
        let now = self.now;
        let over = contract.default_from(standing, now).is_some_and(|from| now >= from);
        if standing.past_due > 0 && !contract.is_stayed(now) {
            ask(over, Rule::GraceNotOver);
        }
        let car = self.car()?;
        let stands = car.lock.is_locked && now < car.lock.until && car.last_unlock_asked < car.lock.seq;
        if let Err(rule) = contract.told(standing, now, stands) {
            ask(false, rule);
        }
        let third = (car.lock.until - car.lock.since) / 3;
        let renewable = now >= car.lock.until - third || self.errs(Fault::RenewsAtOnce);
        ask(!stands || renewable, Rule::LockStands);
        Ok(())
    }

    fn may_warn(&self, contract: &Contract, standing: &Standing) -> Step {
        self.may_disturb(contract, standing)?;
        let wait = i64::from(contract.loan.terms.warn_after_secs);
        let early = standing.oldest_due.is_some_and(|oldest| self.now < oldest + wait);
        ask(!early, Rule::TooEarlyToWarn);
        Ok(())
    }

    /// Whether the state of the loan makes an unlock due, whoever asks for it.
    pub fn is_owed_an_unlock(&self) -> bool {
        let Some(contract) = &self.contract else {
            return false;
        };
        let now = self.now;
        // One that was left for more moments than one call walks counts as cured.
        let in_default =
            contract.books.standing(now).is_some_and(|standing| contract.in_default(&standing, now));
        !in_default || now < contract.loan.hold_until || contract.in_emergency(now)
    }

    /// Whether a request of this action lives.
    fn lives(&self, action: Action) -> Step<bool> {
        let open = self.car()?.open;
        Ok(open.is_open && open.action == action && self.now < open.expires_at)
    }

    pub(crate) fn request(&mut self, action: Action, by: Option<Who>) -> Step {
        self.contract()?;
        let mut by_lender = false;
        let mut by_borrower = false;
        if let Some(by) = by {
            by_lender = self.is_servicing(by)?;
            by_borrower = by.key() == self.contract()?.loan.borrower;
            ask(by_lender || by_borrower, Rule::NotParty);
            if by_borrower {
                self.running()?.borrower_is_here();
            }
        }
        let seq = self.car()?.last_seq_asked + 1;
        // What lies there already pays for the account.
        let prefund = self.prefunds.remove(&seq).unwrap_or(0);
        self.spend(&Who::Payer.key(), self.rents.invocation.saturating_sub(prefund))?;
        let account = match action {
            Action::Unlock => self.unlock(by_lender, by_borrower, seq)?,
            Action::Lock | Action::Warn => self.disturb(action, seq)?,
        };
        let contract = self.running()?;
        contract.available = contract.available.saturating_sub(account.fee);
        contract.escrow.committed += account.fee;
        contract.loan.invocations_open += 1;
        let car = self.car_mut()?;
        car.last_seq_asked = seq;
        car.open = OpenInvocation { is_open: true, action, expires_at: account.expires_at };
        match action {
            // Whichever of the locks the car obeyed, it ends by then.
            Action::Lock => car.asked = AskedLock { seq, until: account.lock_until.max(car.asked.until) },
            Action::Unlock => car.last_unlock_asked = seq,
            Action::Warn => {}
        }
        let stray = prefund.saturating_sub(self.rents.invocation);
        self.invocations.insert(seq, Open { account, stray });
        Ok(())
    }

    fn invocation(&self, action: Action, seq: u64, fee: u64, ttl_secs: u32) -> Step<Invocation> {
        let none = Pubkey::default();
        let contract = self.contract()?;
        Ok(Invocation {
            version: Version::CURRENT,
            bump: 0,
            lender: contract.loan.lender,
            loan: self.car()?.active_loan,
            vehicle: parties::vehicle(),
            seq,
            action,
            function_revision: 0,
            required: 1,
            command_keys: [none; 3],
            fee,
            bond: 0,
            lease_secs: 0,
            requested_at: self.now,
            expires_at: self.now + i64::from(ttl_secs),
            lock_until: 0,
            instalment: 0,
            is_final: false,
            claim_keeper: none,
            claim_lease_end: 0,
            claim_bond: 0,
            last_lapsed: none,
            rent_payer: Who::Payer.key(),
        })
    }

    fn disturb(&mut self, action: Action, seq: u64) -> Step<Invocation> {
        let now = self.now;
        let function = self.functions.get(&(self.home, action)).cloned().ok_or("no such function")?;
        let contract = self.running()?;
        let unlooked = contract.clone();
        contract.look(now);
        let blind = contract.errs(Fault::LocksWhatTheWalletCures) && action == Action::Lock;
        if blind {
            *contract = unlooked.blind();
            contract.look(now);
        }
        let standing = contract.books.stands();
        if blind {
            contract.books.wallet = unlooked.books.wallet;
        }
        let contract = self.contract()?.clone();
        if action == Action::Lock {
            self.may_lock(&contract, &standing)?;
            ask(!self.lives(Action::Lock)? || self.errs(Fault::LocksTwice), Rule::InvocationOpen);
        } else {
            self.may_warn(&contract, &standing)?;
            let open = self.car()?.open;
            ask(!open.is_open || now >= open.expires_at, Rule::InvocationOpen);
        }
        let covered = contract.available >= function.fee + contract.reserve();
        ask(covered, Rule::EscrowShort);
        let mut account = self.invocation(action, seq, function.fee, function.ttl_secs)?;
        account.function_revision = function.revision;
        account.required = function.required;
        account.command_keys = function.command_keys;
        account.bond = function.bond;
        account.lease_secs = function.lease_secs;
        let terms = contract.loan.terms;
        if action == Action::Lock {
            account.lock_until = now + i64::from(terms.lock_ttl_secs);
            // A lock that is over is no more asked for.
            account.expires_at = account.expires_at.min(account.lock_until);
            return Ok(account);
        }
        let about = contract.books.plan.fallen_due(now - i64::from(terms.warn_after_secs));
        account.instalment = about;
        account.is_final = contract.warns_finally(&standing, now);
        let most = 2 + u8::from(self.errs(Fault::WarnsAgain));
        let notices = &mut self.running()?.loan.notices;
        if notices.warned_instalment != about {
            (notices.warned_instalment, notices.warn_attempts, notices.final_attempts) = (about, 0, 0);
        }
        let attempts =
            if account.is_final { &mut notices.final_attempts } else { &mut notices.warn_attempts };
        ask(*attempts < most, Rule::AlreadyWarned);
        *attempts = attempts.saturating_add(1);
        Ok(account)
    }

    fn unlock(&mut self, by_lender: bool, by_borrower: bool, seq: u64) -> Step<Invocation> {
        let now = self.now;
        let asked = self.car()?.asked.seq > 0;
        ask(asked || by_borrower, Rule::NothingToUnlock);
        ask(by_lender || self.is_owed_an_unlock(), Rule::UnlockNotDue);
        ask(!self.lives(Action::Unlock)?, Rule::InvocationOpen);
        let paused = self.errs(Fault::UnlocksWaitForThePause) && now < self.lender()?.paused_until;
        ask(!paused, Rule::LenderPaused);
        let contract = self.contract()?;
        let short = self.errs(Fault::UnlocksNeedTheFee) && contract.available < contract.reserve();
        ask(!short, Rule::EscrowShort);
        let contract = self.running()?;
        if by_lender {
            contract.loan.hold_until = contract.loan.hold_until.max(now + 86_400);
            contract.loan.revision += 1;
        }
        let fee = if asked { contract.reserve().min(contract.available) } else { 0 };
        let ttl_secs = contract.loan.unlock_ttl_secs;
        self.invocation(Action::Unlock, seq, fee, ttl_secs)
    }

    /// A sequence number, counted back from the newest open call; one without a call if there is none.
    pub fn which(&self, which: usize) -> u64 {
        let existing: Vec<_> = self.invocations.keys().rev().copied().collect();
        match existing.len() {
            0 => self.vehicle.as_ref().map_or(1, |car| car.last_seq_asked.max(1)),
            open => existing[which % open],
        }
    }

    pub(crate) fn claim(&mut self, by: Who, which: usize) -> Step {
        let (seq, now) = (self.which(which), self.now);
        let invocation = self.invocations.get(&seq).ok_or("no such invocation")?.account.clone();
        if invocation.action == Action::Unlock {
            return Err(Rule::NotClaimable.into());
        }
        ask(seq == self.car()?.last_seq_asked, Rule::Superseded);
        ask(now < invocation.expires_at, Rule::Expired);
        let idle = invocation.claim_keeper == Pubkey::default();
        ask(idle || now >= invocation.claim_lease_end, Rule::Leased);
        let keepers = &self.lender()?.keepers;
        ask(keepers.is_empty() || keepers.contains(&by.key()), Rule::KeeperNotAllowed);
        let silent = if idle { invocation.last_lapsed } else { invocation.claim_keeper };
        ask(silent != by.key(), Rule::LapsedClaimer);
        let contract = self.contract()?.clone();
        let blind = contract.errs(Fault::LocksWhatTheWalletCures) && invocation.action == Action::Lock;
        let books = if blind { contract.blind().books } else { contract.books.clone() };
        let judged = books.judged(now);
        ask(judged.is_some(), Rule::TooManyMoments);
        let standing = judged.unwrap_or_else(|| books.standing_at(now));
        if invocation.action == Action::Lock {
            self.may_lock(&contract, &standing)?;
        } else {
            self.may_warn(&contract, &standing)?;
            // What was asked for is a warning of one instalment. Of that it must still be time to warn.
            let wait = i64::from(contract.loan.terms.warn_after_secs);
            ask(books.plan.fallen_due(now - wait) >= invocation.instalment, Rule::AlreadyWarned);
        }
        self.spend(&by.key(), invocation.bond)?;
        self.forfeit(seq)?;
        let open = self.invocations.get_mut(&seq).ok_or("no such invocation")?;
        open.account.claim_keeper = by.key();
        open.account.claim_lease_end = now + i64::from(invocation.lease_secs);
        open.account.claim_bond = invocation.bond;
        Ok(())
    }

    /// The keeper that holds the claim, if any.
    pub fn claimer(&self, seq: u64) -> Option<Pubkey> {
        let keeper = self.invocations.get(&seq)?.account.claim_keeper;
        Some(keeper).filter(|keeper| *keeper != Pubkey::default())
    }
}
