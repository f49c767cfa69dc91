//! What must hold after every move: the contract's eight invariants, from what is on chain before and after.

use std::collections::BTreeSet;

use latchkey::state::{Action, Escrow, Invocation, Ledger, Lender, Loan, LoanStatus, Vehicle};
use latchkey_client::Pubkey;
use solana_sdk::account::ReadableAccount;

use crate::arithmetic::Books;
use crate::calls::Call;
use crate::moves::{Move, Proof};
use crate::parties::{self, Who};
use crate::reference::Model;
use crate::under_test::{ChainUnderTest, Snapshot, read, tokens};

/// One accepted move, as it looks from outside.
pub struct Transition<'a> {
    /// What was done.
    pub made: &'a Move,
    /// The reference before it.
    pub earlier: &'a Model,
    /// The reference after it.
    pub later: &'a Model,
    /// The chain before it.
    pub before: &'a Snapshot,
    /// The chain after it.
    pub after: &'a Snapshot,
}

impl Transition<'_> {
    /// The invariants that one move can break.
    pub fn check(&self, under_test: &mut ChainUnderTest) {
        let keys = under_test.present_keys(self.later);
        let calls = match self.made {
            Move::Do(call, _) => std::slice::from_ref(call),
            Move::Together(calls) => calls,
            _ => &[],
        };
        // In one transaction with others, only the reference knows the state at the moment of the request.
        if let [call] = calls {
            self.locks_are_deserved(call);
        }
        self.locks_last_as_long_as_they_may(calls);
        self.cured_cars_come_free(under_test);
        self.lamports_end_in_one_place(keys.escrow);
        self.money_adds_up(calls, keys.loan, keys.wallet);
        self.receipts_settle_once(calls);
        self.everybody_spends_their_own(calls, keys.escrow, keys.wallet);
        self.only_its_authority_changes_a_lender(calls);
    }

    /// 1. No lock can be requested or claimed for a loan that is current, on hold, stayed, in an emergency start, or
    ///    whose wallet could cure it, at that moment. Nor a warning. 3. None that is not in default.
    fn locks_are_deserved(&self, call: &Call) {
        let action = match call {
            Call::Request(action, _) => *action,
            Call::Claim(_, which) => {
                let seq = self.earlier.which(*which);
                self.earlier.invocations[&seq].account.action
            }
            _ => return,
        };
        if action == Action::Unlock {
            return;
        }
        let (now, contract) = (self.earlier.now, self.earlier.contract.as_ref().expect("there is a loan"));
        let loan = &contract.loan;
        // As a look would find it: what the wallet holds is taken.
        let standing = contract.books.standing_at(now);
        assert!(standing.past_due > 0, "1: {call:?} for a loan that is current, or whose wallet can cure it");
        assert_eq!(standing.free, 0, "1: {call:?} while there is money");
        assert!(now >= loan.hold_until, "1: {call:?} on hold");
        assert!(now < loan.stay_from || now >= loan.stay_until, "1: {call:?} while stayed");
        let started =
            loan.emergency_from > 0 && now < loan.emergency_from + i64::from(loan.terms.emergency_secs);
        assert!(!started, "1: {call:?} in an emergency start");
        assert!(!matches!(loan.status, LoanStatus::ChargedOff), "1: {call:?} after a charge-off");
        if action == Action::Lock {
            let oldest = standing.oldest_due.expect("something is past due");
            assert!(now >= oldest + i64::from(loan.terms.grace_secs), "3: {call:?} without default");
        }
    }

    /// 3. A lock ends by itself when its terms say; only a request of another lock can prolong it.
    fn locks_last_as_long_as_they_may(&self, calls: &[Call]) {
        let car = |chain: &Snapshot| read::<Vehicle>(chain, &parties::vehicle());
        let (Some(before), Some(after)) = (car(self.before), car(self.after)) else {
            return;
        };
        let now = self.later.now;
        let asks = calls.iter().any(|call| matches!(call, Call::Request(Action::Lock, _)));
        if after.asked != before.asked && after.asked.seq > 0 {
            assert!(asks, "3: a lock that nobody asked for");
            let contract = self.earlier.contract.as_ref().expect("there is a loan");
            let ttl = i64::from(contract.loan.terms.lock_ttl_secs);
            assert!(ttl <= 45 * 86_400, "3: a lock of more than 45 days");
            // Terms may have been amended in the same transaction.
            assert!(after.asked.until == now + ttl || calls.len() > 1, "3: the lock's own end");
        }
        if after.lock != before.lock && after.lock.is_locked {
            assert!(after.lock.until <= now + 45 * 86_400, "3: a lock that stands for more than 45 days");
        }
    }

    /// 3. Whoever holds every other key cannot keep a cured car locked: in every state that makes an unlock due, anyone
    ///    can have it done at once, in one transaction if none is open, whatever treasury, escrow, functions and
    ///    lender have become.
    fn cured_cars_come_free(&self, under_test: &mut ChainUnderTest) {
        let asked = self.later.vehicle.as_ref().is_some_and(|car| car.asked.seq > 0);
        if !asked || self.later.contract.is_none() || !self.later.is_owed_an_unlock() {
            return;
        }
        let open = self.later.vehicle.as_ref().is_some_and(|car| {
            car.open.is_open && car.open.action == Action::Unlock && self.later.now < car.open.expires_at
        });
        let mut then = self.later.clone();
        let mut transaction = Vec::new();
        if !open {
            let request = Call::Request(Action::Unlock, None);
            transaction.extend(under_test.build(&request, &then));
            then.apply(&request).unwrap_or_else(|rules| panic!("3: a cured car stays locked: {rules:?}"));
        }
        // The newest call is the unlock.
        let done = Call::Confirm(0, Who::Stranger, Proof::Right);
        transaction.extend(under_test.build(&done, &then));
        let outcome = under_test.would_hold(&transaction);
        assert!(outcome.is_ok(), "3: a cured car stays locked: {outcome:?}");
        let unlocked = then.apply(&done).is_ok() && then.vehicle.is_some_and(|car| car.asked.seq == 0);
        assert!(unlocked, "3: an unlock that undoes no lock");
    }

    /// 4. Each invocation's lamports end in exactly one place, each bond likewise, and all together are conserved.
    fn lamports_end_in_one_place(&self, escrow: Pubkey) {
        let sum = |chain: &Snapshot| chain.values().map(ReadableAccount::lamports).sum::<u64>();
        assert_eq!(sum(self.before), sum(self.after), "4: lamports came from nowhere or went there");
        let Some(contract) = &self.later.contract else {
            return;
        };
        let totals = read::<Escrow>(self.after, &escrow).expect("the escrow is there");
        let came = totals.deposited + totals.refunded + totals.forfeited + contract.gifts;
        let held = self.after[&escrow].lamports() - totals.rent;
        assert_eq!(held, came - totals.committed - totals.withdrawn, "4: the escrow's totals");
        let open: u64 = self
            .later
            .invocations
            .keys()
            .map(|seq| {
                let address = parties::invocation(*seq);
                read::<Invocation>(self.after, &address).expect("the invocation is there").fee
            })
            .sum();
        assert_eq!(totals.committed, totals.paid + totals.refunded + open, "4: fees end in one place");
    }

    /// 4. Wallet = inflows − applied − withdrawn + unsent. Principal rises only at origination.
    /// 5. Interest is monotone unless it is forgiven, and no late fee comes twice.
    fn money_adds_up(&self, calls: &[Call], loan: Pubkey, wallet: Pubkey) {
        let Some(after) = self.later.contract.as_ref().and_then(|_| read::<Loan>(self.after, &loan)) else {
            return;
        };
        let contract = self.later.contract.as_ref().expect("the reference has the loan");
        let ledger = after.ledger;
        let applied = ledger.principal_paid + ledger.interest_paid + ledger.fees_paid;
        let holds = tokens(self.after, &wallet).expect("the wallet is there");
        let inflows = u64::try_from(contract.books.inflows).expect("a sum");
        assert_eq!(holds, inflows - applied - ledger.withdrawn + ledger.unsent, "4: the wallet");
        assert!(holds >= ledger.unsent, "4: the lender's money is there");
        assert!(ledger.principal + ledger.principal_paid <= after.terms.principal, "4: the principal");
        let owes = ledger.principal + ledger.interest + ledger.fees > 0;
        assert_eq!(owes, after.status.is_open(), "4: a loan is open as long as something is owed");
        let Some(before) = self.earlier.contract.as_ref().and_then(|_| read::<Loan>(self.before, &loan))
        else {
            return;
        };
        assert!(ledger.principal <= before.ledger.principal, "4: the principal rose");
        let new_terms = calls.iter().any(|call| matches!(call, Call::Amend(..) | Call::Settle(..)));
        if !new_terms {
            let earned = |ledger: Ledger| (ledger.interest + ledger.interest_paid, ledger.as_of);
            assert!(earned(ledger) >= earned(before.ledger), "5: interest fell");
            assert!(ledger.late_decided >= before.ledger.late_decided, "5: a late fee may come twice");
        }
    }

    /// 6. A receipt settles once; sequence numbers are never used twice; the lock moves only forward in them.
    fn receipts_settle_once(&self, calls: &[Call]) {
        let settles = calls.iter().any(|call| matches!(call, Call::Confirm(..)));
        let distinct: BTreeSet<_> = self.later.settled.iter().collect();
        assert_eq!(distinct.len(), self.later.settled.len(), "6: a receipt settled twice");
        let car = |chain: &Snapshot| read::<Vehicle>(chain, &parties::vehicle());
        let (Some(before), Some(after)) = (car(self.before), car(self.after)) else {
            return;
        };
        assert!(after.last_seq_asked >= before.last_seq_asked, "6: a sequence number comes again");
        assert!(after.last_seq_proven >= before.last_seq_proven, "6: what is proven moved back");
        if after.lock != before.lock {
            assert!(settles, "6: a lock moved without a receipt");
            assert!(after.last_seq_proven > before.last_seq_proven, "6: a lock moved back");
        }
        let ours =
            |chain: &Snapshot| chain.values().filter(|account| account.owner() == &latchkey::ID).count();
        if let [Call::Confirm(..)] = calls {
            assert_eq!(ours(self.after) + 1, ours(self.before), "6: a settled invocation stays");
        }
    }

    /// 7. Only its lender spends an escrow, only its borrower draws surplus.
    fn everybody_spends_their_own(&self, calls: &[Call], escrow: Pubkey, wallet: Pubkey) {
        // One that accepts in the same transaction may own it by then.
        let accepts = calls.len() > 1 && calls.iter().any(|call| matches!(call, Call::Accept(_)));
        let may_own = |by: Who| {
            let lender = self.earlier.lender().ok();
            lender.is_none_or(|lender| {
                lender.authority == by.key() || accepts && lender.pending_authority == by.key()
            })
        };
        let held = |chain: &Snapshot| chain.get(&escrow).map_or(0, ReadableAccount::lamports);
        if held(self.after) < held(self.before) {
            let may = calls.iter().any(|call| match call {
                Call::WithdrawEscrow(by, _) => may_own(*by),
                Call::Request(..) | Call::Close(_) => true,
                _ => false,
            });
            assert!(may, "7: {calls:?} spends an escrow");
        }
        let borrower = self.earlier.contract.as_ref().map(|contract| contract.loan.borrower);
        let holds = |chain: &Snapshot| tokens(chain, &wallet).unwrap_or(0);
        if holds(self.after) < holds(self.before) {
            let may = calls.iter().any(|call| match call {
                Call::WithdrawSurplus(by, _) => Some(by.key()) == borrower || calls.len() > 1,
                Call::Collect(send) => *send,
                Call::Close(_) => true,
                _ => false,
            });
            assert!(may, "7: {calls:?} draws on a wallet");
        }
    }

    /// 7. Only its authority changes a lender.
    fn only_its_authority_changes_a_lender(&self, calls: &[Call]) {
        for (house, earlier) in &self.earlier.lenders {
            let of = |chain: &Snapshot| {
                let lender = read::<Lender>(chain, &parties::lender(*house)).expect("the lender is there");
                let hands = (lender.authority, lender.servicer, lender.treasury, lender.pending_authority);
                let floors = borsh::to_vec(&lender.floors).expect("a vector takes it all");
                (hands, lender.keepers, floors)
            };
            if of(self.before) == of(self.after) {
                continue;
            }
            let may = calls.len() > 1
                || calls.iter().any(|call| match call {
                    Call::SetPolicy(by, _)
                    | Call::Nominate(by, _)
                    | Call::SetServicer(by, _)
                    | Call::SetKeepers(by, _) => by.key() == earlier.authority,
                    Call::Accept(by) => by.key() == earlier.pending_authority,
                    _ => false,
                });
            assert!(may, "7: {calls:?} changes a lender");
        }
    }
}

/// 2. A borrower whose wallet held each instalment on its due date is never late, defaulted, warned or locked and owes
///    no more than the schedule, whatever others do or leave undone.
pub fn faithful(model: &Model) {
    let Some(contract) = &model.contract else {
        return;
    };
    let (loan, books, now) = (&contract.loan, &contract.books, model.now);
    assert_eq!((books.fees, books.fees_paid), (0, 0), "2: a late fee");
    assert!(!matches!(loan.status, LoanStatus::Defaulted | LoanStatus::ChargedOff), "2: {:?}", loan.status);
    assert_eq!(loan.defaulted_at, 0, "2: a default");
    assert!(
        loan.notices.channels.iter().all(|service| service.served_at == 0) || told_in_time(model),
        "2: told"
    );
    assert_eq!(loan.notices.warned_instalment, 0, "2: warned");
    let car = model.vehicle.as_ref().expect("there is a car");
    assert!(car.asked.seq == 0 && !car.lock.is_locked, "2: locked");
    let disturbs = |action| matches!(action, Action::Lock | Action::Warn);
    let disturbed = model.invocations.values().any(|open| disturbs(open.account.action));
    assert!(!disturbed, "2: a call to warn or lock");
    // What it has cost, and what the schedule says by the last look and no later.
    let scheduled = Books::scheduled_cost(contract.signed, loan.opened_at, books.looked_at);
    assert!(books.cost() <= scheduled, "2: {} is more than {scheduled}, {now}", books.cost());
}

/// In the very second in which it falls due, an instalment that has not arrived is past due, and a servicer may write
/// so. It has no consequence.
fn told_in_time(model: &Model) -> bool {
    let Some(contract) = &model.contract else {
        return true;
    };
    let dates = (0..contract.books.plan.count).map(|k| contract.books.plan.due(k));
    let dates: Vec<_> = dates.collect();
    contract
        .loan
        .notices
        .channels
        .iter()
        .all(|service| service.served_at == 0 || dates.contains(&service.served_at))
}
