//! How a call ends.

use latchkey::errors::LatchkeyError as Rule;
use latchkey::state::{Action, AskedLock, Invocation, LockState, OpenInvocation};
use latchkey_client::Pubkey;

use super::{Fault, Model, Step, ask};
use crate::arithmetic::Phase;
use crate::moves::Proof;
use crate::parties::Who;

impl Model {
    /// Ends a claim that lapsed: its bond goes to the escrow; back to its keeper if no receipt can be believed any more.
    pub(super) fn forfeit(&mut self, seq: u64) -> Step {
        let unprovable = self.is_unprovable(seq)?;
        let open = self.invocations.get_mut(&seq).ok_or("no such invocation")?;
        let (keeper, bond) = (open.account.claim_keeper, open.account.claim_bond);
        if keeper == Pubkey::default() {
            return Ok(());
        }
        Self::unclaim(&mut open.account);
        open.account.last_lapsed = keeper;
        if unprovable {
            self.earn(&keeper, bond);
        } else {
            let contract = self.running()?;
            contract.available += bond;
            contract.escrow.forfeited += bond;
        }
        Ok(())
    }

    /// Whether the car's device key is not believed, or is not the one that was asked.
    fn is_unprovable(&self, seq: u64) -> Step<bool> {
        let car = self.car()?;
        Ok(car.distrusted || seq <= car.void_through)
    }

    fn unclaim(account: &mut Invocation) {
        account.claim_keeper = Pubkey::default();
        account.claim_lease_end = 0;
        account.claim_bond = 0;
    }

    /// Closes the invocation: its rent, and lamports sent there before, return to its payer.
    fn close_invocation(&mut self, seq: u64) -> Step<Invocation> {
        let open = self.invocations.remove(&seq).ok_or("no such invocation")?;
        self.earn(&open.account.rent_payer, self.rents.invocation + open.stray);
        self.running()?.loan.invocations_open -= 1;
        let car = self.car_mut()?;
        if car.last_seq_asked == seq {
            car.open = OpenInvocation::NONE;
        }
        Ok(open.account)
    }

    pub(crate) fn confirm(&mut self, which: usize, by: Who, proof: Proof) -> Step {
        let seq = self.which(which);
        let account = self.invocations.get(&seq).ok_or("no such invocation")?.account.clone();
        let unlocks = account.action == Action::Unlock;
        let keeper = if unlocks { by.key() } else { account.claim_keeper };
        ask(keeper != Pubkey::default(), Rule::NotClaimed);
        ask(unlocks || !self.car()?.distrusted, Rule::DeviceDistrusted);
        ask(seq > self.car()?.void_through, Rule::InvocationVoid);
        Self::proven(proof);
        let done = self.close_invocation(seq)?;
        self.settled.push(seq);
        self.earn(&keeper, done.fee + done.claim_bond);
        self.running()?.escrow.paid += done.fee;
        let car = self.car_mut()?;
        if seq > car.last_seq_proven {
            car.last_seq_proven = seq;
            match done.action {
                Action::Warn => {}
                Action::Lock => {
                    let (since, until) = (done.requested_at, done.lock_until);
                    car.lock = LockState { is_locked: true, seq, since, until };
                }
                Action::Unlock => {
                    car.lock = LockState::UNLOCKED;
                    // A newer lock may have been obeyed: only an older one is undone.
                    if car.asked.seq < seq {
                        car.asked = AskedLock::NONE;
                        let now = self.now;
                        let from = &mut self.running()?.loan.emergency_from;
                        *from = (*from).min(now);
                    }
                }
            }
        }
        if done.action == Action::Warn {
            self.warned(&done)?;
        }
        Ok(())
    }

    /// A warning that is proven is a notice, if one may be served now: of what was unpaid at the last look, because no
    /// wallet comes with the receipt.
    fn warned(&mut self, done: &Invocation) -> Step {
        let now = self.now;
        let contract = self.running()?;
        let notices = &mut contract.loan.notices;
        if notices.warned_instalment == done.instalment {
            let attempts =
                if done.is_final { &mut notices.final_attempts } else { &mut notices.warn_attempts };
            *attempts = 2;
        }
        let books = contract.blind().books;
        if let Some(standing) = books.judged(now) {
            let given_up = books.phase != Phase::Running && !contract.errs(Fault::TellsAfterAChargeOff);
            let stayed = contract.is_stayed(now) && !contract.errs(Fault::TellsInAStay);
            if standing.past_due > 0 && !given_up && !stayed {
                contract.tell_by_car(&standing, done, now);
            }
        }
        Ok(())
    }

    pub(crate) fn yield_claim(&mut self, by: Who, which: usize) -> Step {
        let seq = self.which(which);
        let unprovable = self.is_unprovable(seq)?;
        let account = &mut self.invocations.get_mut(&seq).ok_or("no such invocation")?.account;
        let (keeper, bond) = (account.claim_keeper, account.claim_bond);
        if keeper == Pubkey::default() {
            return Err(Rule::NotClaimed.into());
        }
        ask(keeper == by.key(), Rule::NotClaimer);
        ask(self.now < account.claim_lease_end || unprovable, Rule::LeaseLapsed);
        Self::unclaim(account);
        self.earn(&keeper, bond);
        Ok(())
    }

    pub(crate) fn expire(&mut self, which: usize) -> Step {
        let (seq, now) = (self.which(which), self.now);
        let account = self.invocations.get(&seq).ok_or("no such invocation")?.account.clone();
        let over = now >= account.expires_at || seq != self.car()?.last_seq_asked;
        let leased = account.claim_keeper != Pubkey::default() && now < account.claim_lease_end;
        ask(over && !leased, Rule::NotExpired);
        self.forfeit(seq)?;
        let undone = self.close_invocation(seq)?;
        let contract = self.running()?;
        contract.available += undone.fee;
        contract.escrow.refunded += undone.fee;
        Ok(())
    }
}
