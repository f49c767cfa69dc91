//! What must hold after every move: the chain equals the reference, and the contract's eight invariants hold.

use std::collections::BTreeSet;

use anchor_lang::AccountSerialize;
use latchkey::state::{Action, Escrow, Invocation, Lender, Loan, LoanStatus, Vehicle};
use latchkey_client::Pubkey;
use solana_sdk::account::ReadableAccount;

use crate::calls::Call;
use crate::moves::Move;
use crate::parties::{self, Who};
use crate::reference::{Contract, Model};
use crate::under_test::{ChainUnderTest, Snapshot, read, tokens};

/// The chain is what the reference says: every account of the program byte for byte, every balance to the lamport.
pub fn agree(under_test: &mut ChainUnderTest, model: &Model, chain: &Snapshot) {
    let mut known: BTreeSet<Pubkey> = BTreeSet::new();
    let mut same = |kind: &str, address: Pubkey, lamports: u64, expected: Option<Vec<u8>>| {
        let found = chain.get(&address);
        known.insert(address);
        let Some(mut expected) = expected else {
            assert_eq!(
                found.map_or(0, ReadableAccount::lamports),
                lamports,
                "lamports where {kind} may come"
            );
            return;
        };
        let found = found.unwrap_or_else(|| panic!("{kind} is missing"));
        // The bump belongs to the address; the reference does not derive it.
        expected[9] = found.data()[9];
        let prefix = &found.data()[..expected.len()];
        let at = prefix.iter().zip(&expected).position(|(found, expected)| found != expected);
        assert!(at.is_none(), "{kind} differs at byte {at:?}:\n{prefix:?}\n{expected:?}");
        assert_eq!(found.lamports(), lamports, "lamports of {kind}");
    };
    if let Some(lender) = &model.lender {
        same("the lender", parties::lender(), model.rents.lender, Some(bytes(lender)));
    }
    for (action, function) in &model.functions {
        let address = parties::function(*action);
        same("a function", address, model.rents.function, Some(bytes(function)));
    }
    if let Some(car) = &model.vehicle {
        same("the car", parties::vehicle(), model.rents.vehicle, Some(bytes(car)));
    }
    for (seq, open) in &model.invocations {
        let bond = open.account.claim.map_or(0, |claim| claim.bond);
        let lamports = model.rents.invocation + open.stray + open.account.fee + bond;
        let address = parties::invocation(*seq);
        same("an invocation", address, lamports, Some(bytes(&open.account)));
    }
    for (seq, lamports) in &model.prefunds {
        same("an invocation", parties::invocation(*seq), *lamports, None);
    }
    for who in Who::ALL {
        same(&format!("{who:?}"), who.key(), model.lamports[&who.key()], None);
    }
    for (token_account, amount) in &model.tokens {
        let address = model.token_accounts[token_account];
        known.insert(address);
        assert_eq!(tokens(chain, &address), Some(*amount), "tokens of {token_account:?}");
    }
    let keys = under_test.present_keys(model);
    if let Some(contract) = &model.contract {
        same_loan(contract, &read::<Loan>(chain, &keys.loan).expect("the loan is there"));
        let mut same = |kind: &str, address: Pubkey, lamports: u64, expected: Vec<u8>| {
            let found = chain.get(&address).unwrap_or_else(|| panic!("{kind} is missing"));
            let mut expected = expected;
            expected[9] = found.data()[9];
            assert!(found.data().starts_with(&expected), "{kind} differs");
            assert_eq!(found.lamports(), lamports, "lamports of {kind}");
            known.insert(address);
        };
        same("the loan", keys.loan, model.rents.loan, bytes(&contract.account()));
        let lamports = model.rents.escrow + contract.available;
        same("the escrow", keys.escrow, lamports, bytes(&contract.escrow));
        assert_eq!(tokens(chain, &keys.wallet), Some(contract.wallet), "tokens of the car wallet");
        known.insert(keys.wallet);
    }
    for (address, account) in &under_test.frozen {
        assert!(chain.get(address) == Some(account), "an account of others changed: {address}");
        known.insert(*address);
    }
    // There is no account of the program beside those.
    let owned = |account: &dyn Fn() -> Pubkey| account() == latchkey::ID;
    for (address, account) in chain {
        assert!(known.contains(address) || !owned(&|| *account.owner()), "an unexpected account: {address}");
    }
}

fn same_loan(contract: &Contract, found: &Loan) {
    assert_eq!(found.ledger, contract.ledger(), "the ledger");
    assert_eq!(found.status, contract.books.status, "the status");
    assert_eq!(found.terms, contract.books.terms, "the terms");
    assert_eq!(found.notice, contract.loan.notice, "the notice");
    assert_eq!(
        (found.hold_until, found.emergency_until, found.emergency_used, found.extensions_used),
        (
            contract.loan.hold_until,
            contract.loan.emergency_until,
            contract.loan.emergency_used,
            contract.loan.extensions_used
        ),
        "hold, emergency start, extensions"
    );
    assert_eq!(
        (found.warned_through, found.invocations_open, found.defaulted_at),
        (contract.loan.warned_through, contract.loan.invocations_open, contract.loan.defaulted_at),
        "warnings, invocations, default"
    );
}

fn bytes(account: &impl AccountSerialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    account.try_serialize(&mut bytes).expect("a vector takes it all");
    bytes
}

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
    /// The invariants, from what is on chain before and after.
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
        self.lamports_end_in_one_place(keys.escrow);
        self.money_adds_up(keys.loan, keys.wallet);
        self.receipts_settle_once(calls);
        self.everybody_spends_their_own(calls, keys.escrow, keys.wallet);
        self.paid_up_cars_come_free(under_test, calls);
    }

    /// 1. No lock request exists for a loan that is current, on hold, in an emergency start, or whose wallet could
    ///    cure it, at the moment of the request. Nor a warning, emergency starts aside.
    fn locks_are_deserved(&self, call: &Call) {
        let Call::Request(action @ (Action::Lock | Action::Warn), _) = call else {
            return;
        };
        let standing = self.earlier.standing().expect("there is a loan");
        let contract = self.earlier.contract.as_ref().expect("there is a loan");
        assert!(standing.past_due > 0, "1: {action:?} of a loan that is current");
        assert!(!standing.is_cured_by(contract.wallet), "1: {action:?} of a loan whose wallet can cure it");
        assert!(self.earlier.now >= contract.loan.hold_until, "1: {action:?} on hold");
        if *action == Action::Lock {
            assert!(self.earlier.now >= contract.loan.emergency_until, "1: a lock in an emergency start");
            assert_eq!(contract.books.status, LoanStatus::Defaulted, "1: a lock without default");
        }
    }

    /// 2. Each invocation's lamports end in exactly one place, each bond likewise, and all together are conserved.
    fn lamports_end_in_one_place(&self, escrow: Pubkey) {
        let sum = |chain: &Snapshot| chain.values().map(ReadableAccount::lamports).sum::<u64>();
        assert_eq!(sum(self.before), sum(self.after), "2: lamports came from nowhere or went there");
        let Some(contract) = &self.later.contract else {
            return;
        };
        let totals = read::<Escrow>(self.after, &escrow).expect("the escrow is there");
        let came = totals.deposited + totals.refunded + totals.forfeited + contract.gifts;
        let held = self.after[&escrow].lamports() - self.later.rents.escrow;
        assert_eq!(held, came - totals.committed - totals.withdrawn, "2: the escrow's totals");
        let open: u64 = self
            .later
            .invocations
            .keys()
            .map(|seq| {
                let address = parties::invocation(*seq);
                read::<Invocation>(self.after, &address).expect("the invocation is there").fee
            })
            .sum();
        assert_eq!(totals.committed, totals.paid + totals.refunded + open, "2: fees end in one place");
    }

    /// 3. A wallet holds what came in less what was applied and withdrawn; principal rises only at origination.
    /// 4. Interest is monotone between payments, and exact.
    fn money_adds_up(&self, loan: Pubkey, wallet: Pubkey) {
        let Some(after) = read::<Loan>(self.after, &loan) else {
            return;
        };
        let contract = self.later.contract.as_ref().expect("the reference has the loan");
        let ledger = after.ledger;
        let applied = ledger.principal_paid + ledger.interest_paid + ledger.fees_paid;
        let holds = tokens(self.after, &wallet).expect("the wallet is there");
        assert_eq!(holds, contract.inflows - applied - ledger.withdrawn, "3: the wallet");
        assert_eq!(ledger.principal + ledger.principal_paid, after.terms.principal, "3: the principal");
        let owes = ledger.principal + ledger.interest + ledger.fees > 0;
        assert_eq!(owes, after.status != LoanStatus::PaidOff, "3: paid off means that nothing is owed");
        if let Some(before) = read::<Loan>(self.before, &loan) {
            let earned =
                |ledger: latchkey::state::Ledger| (ledger.interest + ledger.interest_paid, ledger.accrued_at);
            assert!(ledger.principal <= before.ledger.principal, "3: the principal rose");
            assert!(earned(ledger) >= earned(before.ledger), "4: interest fell");
            assert!(ledger.late_decided >= before.ledger.late_decided, "4: a late fee may come twice");
        }
    }

    /// 5. A receipt settles once; sequence numbers are never used twice; the lock moves only forward in them.
    fn receipts_settle_once(&self, calls: &[Call]) {
        let settles = calls.iter().any(|call| matches!(call, Call::Confirm(..)));
        let distinct: BTreeSet<_> = self.later.settled.iter().collect();
        assert_eq!(distinct.len(), self.later.settled.len(), "5: a receipt settled twice");
        let (Some(before), Some(after)) = (
            read::<Vehicle>(self.before, &parties::vehicle()),
            read::<Vehicle>(self.after, &parties::vehicle()),
        ) else {
            return;
        };
        assert!(after.last_seq_asked >= before.last_seq_asked, "5: a sequence number comes again");
        assert!(after.last_seq_proven >= before.last_seq_proven, "5: what is proven moved back");
        if after.lock != before.lock {
            assert!(settles, "5: a lock moved without a receipt");
            assert!(after.last_seq_proven > before.last_seq_proven, "5: a lock moved back");
        }
        let paid =
            |chain: &Snapshot| chain.values().filter(|account| account.owner() == &latchkey::ID).count();
        if let [Call::Confirm(..)] = calls {
            assert_eq!(paid(self.after) + 1, paid(self.before), "5: a settled invocation stays");
        }
    }

    /// 6. Only its lender spends an escrow, only its borrower draws surplus, only its authority changes a lender.
    fn everybody_spends_their_own(&self, calls: &[Call], escrow: Pubkey, wallet: Pubkey) {
        let earlier = self.earlier.lender.as_ref();
        // One that accepts in the same transaction may own it by then.
        let may_own = |by: Who| {
            let accepts = calls.len() > 1 && calls.iter().any(|call| matches!(call, Call::Accept(_)));
            earlier.is_none_or(|lender| {
                lender.authority == by.key() || accepts && lender.pending_authority == Some(by.key())
            })
        };
        let held = |chain: &Snapshot| chain.get(&escrow).map_or(0, ReadableAccount::lamports);
        if held(self.after) < held(self.before) {
            let may = calls.iter().any(|call| match call {
                Call::WithdrawEscrow(by, _) => may_own(*by),
                Call::Request(..) | Call::Close(_) => true,
                _ => false,
            });
            assert!(may, "6: {calls:?} spends an escrow");
        }
        let holds = |chain: &Snapshot| tokens(chain, &wallet).unwrap_or(0);
        if holds(self.after) < holds(self.before) {
            let may = calls.iter().any(|call| match call {
                Call::Prepay(by, _) | Call::PayOff(by) | Call::WithdrawSurplus(by, _) => *by == Who::Borrower,
                Call::Collect | Call::Close(_) => true,
                _ => false,
            });
            assert!(may, "6: {calls:?} draws on a wallet");
        }
        let of = |chain: &Snapshot| {
            let lender = read::<Lender>(chain, &parties::lender())?;
            let hands = (lender.authority, lender.servicer, lender.treasury, lender.pending_authority);
            Some((hands, lender.keepers, bytes_of(&lender.floors)))
        };
        if of(self.before).is_some() && of(self.before) != of(self.after) {
            let pending = earlier.and_then(|lender| lender.pending_authority);
            let may = calls.iter().any(|call| match call {
                Call::SetPolicy(by, _)
                | Call::Nominate(by, _)
                | Call::SetServicer(by, _)
                | Call::SetKeepers(by, _) => may_own(*by),
                Call::Accept(by) => Some(by.key()) == pending || calls.len() > 1,
                _ => false,
            });
            assert!(may, "6: {calls:?} changes a lender");
        }
    }

    /// 7. Neither pause nor an empty escrow nor dead keepers keep a paid-up car locked, and every lock that should end
    ///    by itself does.
    fn paid_up_cars_come_free(&self, under_test: &mut ChainUnderTest, calls: &[Call]) {
        let entitled = |model: &Model| {
            let live = model
                .vehicle
                .as_ref()
                .and_then(|car| car.open)
                .is_some_and(|open| open.action == Action::Unlock && model.now < open.expires_at);
            let asked = model.vehicle.as_ref().is_some_and(|car| car.lock_asked.is_some());
            asked && !live && model.is_owed_an_unlock()
        };
        if entitled(self.later) && !entitled(self.earlier) {
            let unlock = under_test.build(&Call::Request(Action::Unlock, None), self.later);
            let outcome = under_test.would_hold(&unlock);
            assert!(outcome.is_ok(), "7: a paid-up car stays locked: {outcome:?}");
        }
        if let ([Call::Request(Action::Lock, _)], Some(contract)) = (calls, &self.later.contract) {
            let ttl = i64::from(contract.books.terms.lock_ttl_secs);
            let car = read::<Vehicle>(self.after, &parties::vehicle()).expect("the car is there");
            let until = car.lock_asked.expect("it was just asked").until;
            assert_eq!(until, if ttl > 0 { self.later.now + ttl } else { 0 }, "7: the lock's own end");
        }
    }
}

fn bytes_of(floors: &latchkey::state::PolicyFloors) -> Vec<u8> {
    anchor_lang::prelude::borsh::to_vec(floors).expect("a vector takes it all")
}
