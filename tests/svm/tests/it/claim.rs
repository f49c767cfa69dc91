//! Leasing a function call: one keeper at a time, at its own risk.

use latchkey::errors::LatchkeyError;
use latchkey::instructions::{SetFunctionArgs, SettlementReason};
use latchkey::state::Action;
use latchkey_client::instructions as build;
use latchkey_tests_svm::{BOND, DAY, LEASE, LoanFixture, TTL, due, fee, swap};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

/// A lock that any keeper may claim, at this time.
fn asked() -> (LoanFixture, Keypair, Keypair, i64) {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    let [keeper, rival] = [&fixture.keeper, &fixture.rival].map(Keypair::insecure_clone);
    (fixture, keeper, rival, LoanFixture::default_at())
}

#[test]
fn a_claim_posts_the_bond_and_starts_the_lease() {
    let (mut fixture, keeper, _, now) = asked();
    let before = [keeper.pubkey(), fixture.invocation_key(1)].map(|key| fixture.chain.lamports(&key));
    let told = only_event!(fixture.claim(&keeper, 1).holds(), InvocationClaimed);
    let after = [keeper.pubkey(), fixture.invocation_key(1)].map(|key| fixture.chain.lamports(&key));
    assert_eq!(after, [before[0] - BOND, before[1] + BOND]);
    let claim = fixture.invocation(1).claim().unwrap();
    assert_eq!((claim.keeper, claim.lease_end, claim.bond), (keeper.pubkey(), now + LEASE, BOND));
    assert_eq!((told.invocation, told.keeper), (fixture.invocation_key(1), keeper.pubkey()));
    assert_eq!((told.lease_end, told.bond, told.lapsed, told.forfeited), (now + LEASE, BOND, None, 0));
}

#[test]
fn a_running_lease_excludes_others_to_the_second() {
    let (mut fixture, keeper, rival, now) = asked();
    fixture.claim(&keeper, 1).holds();
    fixture.claim(&rival, 1).breaks(LatchkeyError::Leased);
    fixture.claim(&keeper, 1).breaks(LatchkeyError::Leased);
    fixture.at(now + LEASE - 1).claim(&rival, 1).breaks(LatchkeyError::Leased);
    fixture.at(now + LEASE).claim(&rival, 1).holds();
}

#[test]
fn a_silent_claimer_loses_its_bond_to_the_escrow_and_does_not_come_back() {
    let (mut fixture, keeper, rival, now) = asked();
    fixture.claim(&keeper, 1).holds();
    fixture.at(now + LEASE).claim(&keeper, 1).breaks(LatchkeyError::LapsedClaimer);
    let (available, held) = (fixture.available(), fixture.chain.lamports(&fixture.invocation_key(1)));
    let told = only_event!(fixture.claim(&rival, 1).holds(), InvocationClaimed);
    assert_eq!((told.lapsed, told.forfeited, told.keeper), (Some(keeper.pubkey()), BOND, rival.pubkey()));
    assert_eq!((fixture.available(), fixture.escrow().forfeited), (available + BOND, BOND));
    assert_eq!(fixture.chain.lamports(&fixture.invocation_key(1)), held);
    assert_eq!(fixture.invocation(1).last_lapsed(), Some(keeper.pubkey()));
    fixture.yield_claim(&rival, 1).holds();
    fixture.claim(&keeper, 1).breaks(LatchkeyError::LapsedClaimer);
}

#[test]
fn an_invocation_is_claimed_before_it_expires_to_the_second() {
    let (mut fixture, keeper, _, now) = asked();
    fixture.at(now + TTL).claim(&keeper, 1).breaks(LatchkeyError::Expired);
    fixture.at(now + TTL + 1).claim(&keeper, 1).breaks(LatchkeyError::Expired);
    fixture.at(now + TTL - 1).claim(&keeper, 1).holds();
}

#[test]
fn an_allow_list_admits_its_keepers_and_no_others() {
    let (mut fixture, keeper, rival, _) = asked();
    fixture.set_keepers(vec![rival.pubkey()]).holds();
    fixture.claim(&keeper, 1).breaks(LatchkeyError::KeeperNotAllowed);
    fixture.claim(&rival, 1).holds();
}

#[test]
fn a_bond_of_nothing_is_nothing() {
    let mut fixture = LoanFixture::defaulted();
    let offer = SetFunctionArgs { bond: 0, ..fixture.offer(Action::Lock) };
    fixture.set_function(Action::Lock, offer).holds();
    fixture.request(Action::Lock).holds();
    let keeper = fixture.keeper.insecure_clone();
    let before = fixture.chain.lamports(&keeper.pubkey());
    fixture.claim(&keeper, 1).holds();
    assert_eq!(fixture.chain.lamports(&keeper.pubkey()), before);
    let receipt = fixture.receipt(1);
    fixture.confirm(&receipt).holds();
    assert_eq!(fixture.chain.lamports(&keeper.pubkey()), before + fee(Action::Lock));
}

#[test]
fn a_claim_names_the_invocations_own_accounts() {
    let (mut fixture, keeper, ..) = asked();
    let (_, first) = fixture.turn_to_another_car();
    let other = fixture.keys;
    let honest = build::claim(&first, keeper.pubkey(), 1);
    let wrong_escrow = swap(honest.clone(), &first.escrow, &other.escrow);
    fixture.chain.send(&[wrong_escrow], &[&keeper]).breaks(LatchkeyError::WrongLoan);
    // Its last sequence number is another, so it would let a superseded invocation pass.
    let wrong_vehicle = swap(honest.clone(), &first.vehicle, &other.vehicle);
    fixture.chain.send(&[wrong_vehicle], &[&keeper]).breaks(LatchkeyError::WrongVehicle);

    let stranger = fixture.stranger.pubkey();
    let invocation = latchkey_client::pda::invocation(&first.vehicle, 1);
    fixture.chain.edit::<latchkey::state::Invocation>(&invocation, |it| it.lender = stranger);
    fixture.chain.send(&[honest], &[&keeper]).breaks(LatchkeyError::WrongLender);
}

#[test]
fn an_unlock_is_not_claimed() {
    let mut fixture = LoanFixture::locked();
    fixture.top_up(1_000);
    fixture.request(Action::Unlock).holds();
    let [keeper, borrower] = [&fixture.keeper, &fixture.borrower].map(Keypair::insecure_clone);
    fixture.claim(&keeper, 2).breaks(LatchkeyError::NotClaimable);
    fixture.claim(&borrower, 2).breaks(LatchkeyError::NotClaimable);
}

/// What may happen to a loan between the request of a call and its claim, and the rule that then stops the claim.
type Since = (fn(&mut LoanFixture), LatchkeyError);

fn pay(fixture: &mut LoanFixture) {
    fixture.top_up(1_000);
}

const SINCE: [Since; 5] = [
    (pay, LatchkeyError::NotPastDue),
    (|it| drop(it.place_hold(it.chain.now() + DAY).holds()), LatchkeyError::OnHold),
    (|it| drop(it.pause(60).holds()), LatchkeyError::LenderPaused),
    (|it| drop(it.distrust().holds()), LatchkeyError::DeviceDistrusted),
    (|it| drop(it.settle(SettlementReason::Surrender).holds()), LatchkeyError::LoanPaidOff),
];

#[test]
fn a_warning_is_judged_once_more_when_it_is_claimed() {
    for (happens, rule) in SINCE {
        let mut fixture = LoanFixture::new();
        let keeper = fixture.keeper.insecure_clone();
        fixture.at(due(0) + 1).request(Action::Warn).holds();
        happens(&mut fixture);
        fixture.claim(&keeper, 1).breaks(rule);
    }
    let mut stayed = LoanFixture::new();
    let keeper = stayed.keeper.insecure_clone();
    stayed.at(due(0) + 1).request(Action::Warn).holds();
    stayed.place_stay(due(0) + 1, due(1)).holds();
    stayed.claim(&keeper, 1).breaks(LatchkeyError::OnStay);
}

#[test]
fn a_lock_is_judged_once_more_when_it_is_claimed() {
    for (happens, rule) in SINCE {
        let (mut fixture, keeper, ..) = asked();
        happens(&mut fixture);
        // A loan that is settled is not in default any more.
        let is_settled = matches!(rule, LatchkeyError::LoanPaidOff);
        fixture.claim(&keeper, 1).breaks(if is_settled { LatchkeyError::NotDefaulted } else { rule });
    }
    let (mut stayed, keeper, _, now) = asked();
    stayed.place_stay(now, now + DAY).holds();
    stayed.claim(&keeper, 1).breaks(LatchkeyError::NotDefaulted);

    let mut fixture = LoanFixture::on(|terms| (terms.emergency_secs, terms.emergency_max) = (60, 1));
    fixture = fixture.fall_into_default();
    fixture.request(Action::Lock).holds();
    fixture.emergency_start().holds();
    fixture.claim(&keeper, 1).breaks(LatchkeyError::InEmergencyStart);
}

#[test]
fn money_that_arrives_between_two_claims_stops_the_second() {
    let (mut fixture, keeper, rival, now) = asked();
    fixture.claim(&keeper, 1).holds();
    fixture.top_up(1_000);
    fixture.at(now + LEASE).claim(&rival, 1).breaks(LatchkeyError::NotPastDue);
}

/// Its command is signed only while the loan is in default; the claim itself is not undone.
#[test]
fn a_lease_that_stands_is_given_back_without_loss_when_the_loan_is_cured() {
    let (mut fixture, keeper, ..) = asked();
    let before = fixture.chain.lamports(&keeper.pubkey());
    fixture.claim(&keeper, 1).holds();
    fixture.top_up(1_000);
    fixture.collect().holds();
    fixture.yield_claim(&keeper, 1).holds();
    assert_eq!(fixture.chain.lamports(&keeper.pubkey()), before);
}

/// A cure that somebody looked at favours the borrower: the default has to be declared again.
#[test]
fn a_lock_is_claimed_only_while_the_default_is_stored() {
    let mut fixture = LoanFixture::on(|terms| terms.grace_secs = 60);
    let keeper = fixture.keeper.insecure_clone();
    let default = due(0) + 60;
    fixture.at(default).declare_default().holds();
    fixture.request(Action::Lock).holds();
    // A stay ends the default, and grace starts again at its end.
    fixture.place_stay(default, default + 60).holds();
    fixture.at(default + 119).claim(&keeper, 1).breaks(LatchkeyError::NotDefaulted);
    fixture.at(default + 120).claim(&keeper, 1).breaks(LatchkeyError::NotDefaulted);
    fixture.declare_default().holds();
    fixture.claim(&keeper, 1).holds();
}
