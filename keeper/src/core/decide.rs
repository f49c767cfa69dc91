//! What to do next for one loan, by the program's own rules.

use std::collections::HashMap;

use anchor_lang::prelude::Pubkey;
use latchkey::rules::gates::{check_default, check_default_and_lock, check_lock, check_unlock, check_warn};
use latchkey::rules::invocation::{
    affordable_fee, check_claim, check_expire, check_settle, check_still_due, check_yield, is_newest,
};
use latchkey::rules::ledger::Wallet;
use latchkey::rules::loan_at::LoanAt;
use latchkey::state::{Action, Function, Invocation, LoanStatus};

use super::call::Call;
use super::chain_state::LoanView;
use super::operation::Operation;
use super::policy::{Policy, yield_margin};

/// Invocations whose function is to be called now, and for how long, seconds.
pub(super) fn calls(
    view: &LoanView<'_>,
    me: Pubkey,
    now: i64,
    calls: &HashMap<Pubkey, Call>,
) -> Vec<(Pubkey, u64)> {
    let at = view.at(now);
    view.invocations
        .iter()
        .filter(|(key, invocation)| {
            let ready = calls.get(key).is_none_or(|call| call.may_start(now));
            ready && is_mine(invocation, me, now) && !should_yield(view, invocation, &at)
        })
        .filter_map(|(key, invocation)| {
            let ends = invocation.claim?.lease_end - yield_margin(invocation);
            Some((*key, u64::try_from(ends - now).unwrap_or(0)))
        })
        .collect()
}

/// The next transaction for the loan, if one is due.
pub(super) fn next_operation(
    view: &LoanView<'_>,
    me: Pubkey,
    now: i64,
    policy: &Policy,
    calls: &HashMap<Pubkey, Call>,
) -> Option<Operation> {
    if !policy.serves(&view.keys.lender) {
        return None;
    }
    let at = view.at(now);
    settle(view, me, &at, calls)
        .or_else(|| collect(&at))
        .or_else(|| claim(view, me, &at, policy, calls))
        .or_else(|| request(view, me, &at, policy))
}

/// What to do about invocations that exist: bring receipts, give leases back, clear away what is over.
fn settle(
    view: &LoanView<'_>,
    me: Pubkey,
    at: &LoanAt<'_>,
    calls: &HashMap<Pubkey, Call>,
) -> Option<Operation> {
    view.invocations.iter().find_map(|(key, invocation)| {
        let (seq, rent_payer) = (invocation.seq, invocation.rent_payer);
        let call = calls.get(key);
        let claimed = check_settle(invocation, view.vehicle).is_ok_and(|claim| claim.keeper == me);
        if let Some(Call::Proven { receipt }) = call.filter(|_| claimed) {
            return Some(Operation::Confirm { seq, rent_payer, receipt: receipt.clone() });
        }
        let calling = call.is_some_and(Call::is_running);
        if check_expire(invocation, view.vehicle, at.now).is_ok() {
            return (!calling).then_some(Operation::Expire { seq, rent_payer });
        }
        let refused = matches!(call, Some(Call::Refused { .. }));
        let gives_up = refused || should_yield(view, invocation, at);
        (is_mine(invocation, me, at.now) && gives_up && !calling).then_some(Operation::Yield { seq })
    })
}

/// A collection that moves money, charges a late fee, or records a cure.
fn collect(at: &LoanAt<'_>) -> Option<Operation> {
    if !at.loan.status.is_open() {
        return None;
    }
    let position = at.position().ok()?;
    let pays = at.wallet > Wallet(0) && position.due().is_ok_and(|due| due > 0);
    let charges = position.ledger.fees > at.loan.ledger.fees;
    let cures = at.loan.status == LoanStatus::Defaulted && position.past_due == 0;
    (pays || charges || cures).then_some(Operation::Collect)
}

/// The newest invocation, if it is free and worth it.
fn claim(
    view: &LoanView<'_>,
    me: Pubkey,
    at: &LoanAt<'_>,
    policy: &Policy,
    calls: &HashMap<Pubkey, Call>,
) -> Option<Operation> {
    let (key, invocation) = view.invocations.last()?;
    let free = check_claim(invocation, view.lender, view.vehicle, me, at.now).is_ok();
    let rested = calls.get(key).and_then(Call::not_before).is_none_or(|not_before| at.now >= not_before);
    let wanted = policy.wants(invocation.action, invocation.fee, &invocation.command_key)
        && check_still_due(invocation, at, view.lender, view.vehicle).is_ok();
    (free && rested && wanted).then_some(Operation::Claim { seq: invocation.seq })
}

/// A new request, the most urgent first: nobody waits for an unlock. Each is claimed in the same transaction, so only
/// what this keeper can serve is asked for.
fn request(view: &LoanView<'_>, me: Pubkey, at: &LoanAt<'_>, policy: &Policy) -> Option<Operation> {
    let seq = view.vehicle.last_seq_asked.checked_add(1)?;
    let asks = |action, with_default| Operation::Request { action, seq, with_default };
    let serves = |action| {
        let wants = |function: &Function| policy.wants(action, function.fee, &function.command_key);
        view.function(action).is_some_and(wants) && view.lender.allows_keeper(&me)
    };
    if serves(Action::Unlock) && check_unlock(at, view.vehicle, false).is_ok() {
        return Some(asks(Action::Unlock, false));
    }
    let locks = || serves(Action::Lock) && is_funded(view, Action::Lock, policy);
    if check_lock(at, view.lender, view.vehicle).is_ok() && locks() {
        return Some(asks(Action::Lock, false));
    }
    if check_default_and_lock(at, view.lender, view.vehicle).is_ok() && locks() {
        return Some(asks(Action::Lock, true));
    }
    if check_default(at).is_ok() {
        return Some(Operation::Default);
    }
    let warnable = serves(Action::Warn)
        && check_warn(at, view.lender, view.vehicle).is_ok()
        && is_funded(view, Action::Warn, policy);
    warnable.then(|| asks(Action::Warn, false))
}

/// Whether the escrow pays for it as the program asks.
fn is_funded(view: &LoanView<'_>, action: Action, policy: &Policy) -> bool {
    let Some(function) = view.function(action) else { return false };
    let available = view.escrow_lamports.saturating_sub(policy.escrow_rent);
    affordable_fee(function, view.escrow, available).is_ok()
}

fn is_mine(invocation: &Invocation, me: Pubkey, now: i64) -> bool {
    check_yield(invocation, me, now).is_ok()
}

/// Whether a lease is to be given back: the request is superseded or no longer right, or the lease is nearly over.
fn should_yield(view: &LoanView<'_>, invocation: &Invocation, at: &LoanAt<'_>) -> bool {
    let ending = invocation.claim.is_some_and(|claim| at.now >= claim.lease_end - yield_margin(invocation));
    let due = || check_still_due(invocation, at, view.lender, view.vehicle).is_ok();
    ending || !is_newest(invocation, view.vehicle) || !due()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::fixture::{LoanFixture, ME, policy};

    const OTHER: Pubkey = Pubkey::new_from_array([9; 32]);

    fn operation(fixture: &LoanFixture, now: i64) -> Option<Operation> {
        next_operation(&fixture.view(), ME, now, &policy(), &HashMap::new())
    }

    fn locked(fixture: &mut LoanFixture) {
        fixture.vehicle.lock = latchkey::state::LockState::Locked { since: 1_050, until: 1_350 };
        fixture.vehicle.lock_asked = Some(latchkey::state::AskedLock { seq: 1, until: 1_350 });
        fixture.vehicle.last_seq_asked = 1;
    }

    fn defaulted() -> LoanFixture {
        let mut fixture = LoanFixture::new();
        fixture.loan.status = LoanStatus::Defaulted;
        fixture.loan.warned_through = 10;
        fixture
    }

    #[test]
    fn a_current_loan_leaves_nothing_to_do() {
        assert_eq!(operation(&LoanFixture::new(), 999), None);
        let rich = LoanFixture { wallet: 5_000, ..LoanFixture::new() };
        assert_eq!(operation(&rich, 999), None);
    }

    #[test]
    fn what_the_wallet_holds_is_collected_when_it_is_due_to_the_second() {
        let fixture = LoanFixture { wallet: 1_000, ..LoanFixture::new() };
        assert_eq!(
            [999, 1_000, 1_001].map(|now| operation(&fixture, now)),
            [None, Some(Operation::Collect), Some(Operation::Collect)]
        );
    }

    #[test]
    fn a_missed_instalment_is_warned_of_once() {
        let mut fixture = LoanFixture::new();
        assert_eq!(
            operation(&fixture, 1_000),
            Some(Operation::Request { action: Action::Warn, seq: 1, with_default: false })
        );
        fixture.loan.warned_through = 1;
        assert_eq!(operation(&fixture, 1_000), None);
    }

    #[test]
    fn default_and_lock_come_in_one_transaction_at_the_end_of_the_grace() {
        let mut fixture = LoanFixture::new();
        fixture.loan.warned_through = 10;
        // The late fee has been charged.
        fixture.loan.ledger.late_decided = 1;
        fixture.loan.ledger.fees = 25;
        let both = Some(Operation::Request { action: Action::Lock, seq: 1, with_default: true });
        assert_eq!([1_049, 1_050, 1_051].map(|now| operation(&fixture, now)), [None, both.clone(), both]);
        // A notice that is still to mature keeps the lock, not the default.
        fixture.loan.terms.notice_secs = 1_000;
        assert_eq!(operation(&fixture, 1_050), Some(Operation::Default));
    }

    #[test]
    fn no_lock_is_asked_for_that_the_escrow_cannot_pay_with_its_unlock() {
        let mut fixture = LoanFixture { escrow_lamports: 1_999, ..defaulted() };
        fixture.loan.ledger.late_decided = 1;
        assert_eq!(operation(&fixture, 1_060), None);
        fixture.escrow_lamports = 2_000;
        let lock = Some(Operation::Request { action: Action::Lock, seq: 1, with_default: false });
        assert_eq!(operation(&fixture, 1_060), lock);
    }

    #[test]
    fn what_another_function_commands_is_left_to_others() {
        let mut fixture = defaulted();
        fixture.loan.ledger.late_decided = 1;
        for function in &mut fixture.functions {
            function.command_key = OTHER;
        }
        assert_eq!(operation(&fixture, 1_060), None);
        let mut fixture = defaulted();
        fixture.loan.ledger.late_decided = 1;
        fixture.request(Action::Lock, 1_060);
        assert_eq!(operation(&fixture, 1_061), Some(Operation::Claim { seq: 1 }));
        fixture.invocations[0].1.command_key = OTHER;
        assert_eq!(operation(&fixture, 1_061), None);
    }

    #[test]
    fn a_keeper_outside_the_allow_list_only_collects() {
        let mut fixture = LoanFixture::new();
        fixture.lender.keepers = vec![OTHER];
        assert_eq!(operation(&fixture, 1_000), None);
        fixture.wallet = 10;
        assert_eq!(operation(&fixture, 1_000), Some(Operation::Collect));
        fixture.wallet = 0;
        fixture.request(Action::Warn, 1_000);
        assert_eq!(operation(&fixture, 1_001), None);
    }

    #[test]
    fn a_cheap_lock_is_left_alone_and_a_cheap_unlock_is_not() {
        let dear = Policy { min_fee: 1_001, ..policy() };
        let mut fixture = defaulted();
        fixture.loan.ledger.late_decided = 1;
        assert_eq!(next_operation(&fixture.view(), ME, 1_060, &dear, &HashMap::new()), None);
        locked(&mut fixture);
        fixture.loan.status = LoanStatus::Active;
        fixture.loan.ledger.paid_scheduled = 1_000;
        assert_eq!(
            next_operation(&fixture.view(), ME, 1_060, &dear, &HashMap::new()),
            Some(Operation::Request { action: Action::Unlock, seq: 2, with_default: false })
        );
    }

    #[test]
    fn a_cure_is_recorded_and_the_unlock_follows() {
        let mut fixture = LoanFixture { wallet: 1_000, ..defaulted() };
        fixture.loan.ledger.late_decided = 1;
        locked(&mut fixture);
        assert_eq!(operation(&fixture, 1_060), Some(Operation::Collect));
        fixture.wallet = 0;
        fixture.loan.ledger.paid_scheduled = 1_000;
        fixture.loan.status = LoanStatus::Active;
        assert_eq!(
            operation(&fixture, 1_060),
            Some(Operation::Request { action: Action::Unlock, seq: 2, with_default: false })
        );
    }

    #[test]
    fn a_lease_is_given_back_before_it_lapses_and_when_the_loan_is_cured() {
        let mut fixture = defaulted();
        fixture.loan.ledger.late_decided = 1;
        fixture.request(Action::Lock, 1_060);
        fixture.claim(ME, 1_060);
        // A lease of 60 s ends at 1,120; a sixth of it is 10 s.
        assert_eq!(
            [1_109, 1_110].map(|now| operation(&fixture, now)),
            [None, Some(Operation::Yield { seq: 1 })]
        );
        assert_eq!(calls(&fixture.view(), ME, 1_060, &HashMap::new()), [(fixture.invocations[0].0, 50)]);
        fixture.wallet = 1_000;
        assert_eq!(calls(&fixture.view(), ME, 1_060, &HashMap::new()), []);
        assert_eq!(operation(&fixture, 1_060), Some(Operation::Yield { seq: 1 }));
    }

    #[test]
    fn a_receipt_is_brought_first_of_all_even_for_a_superseded_request() {
        let mut fixture = LoanFixture { wallet: 1_000, ..defaulted() };
        fixture.request(Action::Lock, 1_060);
        fixture.claim(ME, 1_060);
        let (key, _) = fixture.invocations[0];
        fixture.request(Action::Unlock, 1_061);
        let receipt = Box::new(latchkey_client::protocol::sealed::Envelope {
            signer: [0; 32],
            signature: [0; 64],
            payload: Vec::new(),
        });
        let calls = HashMap::from([(key, Call::Proven { receipt: receipt.clone() })]);
        assert_eq!(
            next_operation(&fixture.view(), ME, 1_062, &policy(), &calls),
            Some(Operation::Confirm { seq: 1, rent_payer: ME, receipt })
        );
    }

    #[test]
    fn what_lapsed_in_my_hands_is_not_claimed_again_and_what_is_over_is_cleared_away() {
        let mut fixture = defaulted();
        // No late fee falls meanwhile.
        fixture.loan.ledger.late_decided = 10;
        fixture.request(Action::Lock, 1_060);
        fixture.claim(ME, 1_060);
        assert_eq!(
            [1_119, 1_120].map(|now| operation(&fixture, now)),
            [Some(Operation::Yield { seq: 1 }), None]
        );
        fixture.claim(OTHER, 1_060);
        assert_eq!(
            [1_119, 1_120].map(|now| operation(&fixture, now)),
            [None, Some(Operation::Claim { seq: 1 })]
        );
        let expire = Some(Operation::Expire { seq: 1, rent_payer: ME });
        assert_eq!(
            [1_659, 1_660].map(|now| operation(&fixture, now)),
            [Some(Operation::Claim { seq: 1 }), expire]
        );
    }

    #[test]
    fn other_lenders_are_passed_over() {
        let only = Policy { lenders: vec![OTHER], ..policy() };
        let fixture = LoanFixture { wallet: 1_000, ..LoanFixture::new() };
        assert_eq!(next_operation(&fixture.view(), ME, 1_000, &only, &HashMap::new()), None);
    }
}
