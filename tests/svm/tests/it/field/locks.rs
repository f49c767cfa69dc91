//! Notices and locks.

use latchkey::errors::LatchkeyError;
use latchkey::instructions::{CommandKey, SetFunctionArgs, SettlementReason};
use latchkey::rules::invocation::check_still_due;
use latchkey::rules::ledger::Wallet;
use latchkey::rules::loan_at::LoanAt;
use latchkey::rules::recovery::{PROBATION_SECS, RECOVERY_SECS};
use latchkey::state::{Action, LockState, NoticeChannels, PolicyFloors, Terms};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{BOND, DAY, LoanFixture, START, TTL, due, fee, floors, person};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::{event, only_event};

const MAIL: u8 = NoticeChannels::MAIL;
const EMAIL: u8 = NoticeChannels::EMAIL;
const TEXT: u8 = NoticeChannels::TEXT;

/// 72 hours of notice by one channel.
fn with_notice(terms: &mut Terms) {
    (terms.notice_secs, terms.min_channels, terms.notice_max_age_secs) = (3 * 86_400, 1, 30 * 86_400);
}

#[test]
fn n1_the_receipt_of_an_old_warning_is_no_notice_of_the_next_instalment() {
    for is_collected in [true, false] {
        let mut fixture = LoanFixture::on(with_notice);
        let keeper = fixture.keeper.insecure_clone();
        fixture.fund(100_000_000).holds();
        fixture.at(due(0) + 1).request(Action::Warn).holds();
        fixture.claim(&keeper, 1).holds();
        fixture.top_up(1_000);
        if is_collected {
            fixture.collect().holds();
        }
        fixture.at(due(1) + 1);
        let receipt = fixture.receipt(1);
        fixture.confirm(&receipt).holds();
        fixture.at(due(1) + 4 * DAY).declare_default().holds();
        fixture.request(Action::Lock).breaks(LatchkeyError::NoticeNotServed);
    }
}

/// Such a rule as New Jersey's: default first, then at least 72 hours by two channels.
#[test]
fn n2_no_lock_before_both_channels_are_72_hours_old_and_after_default() {
    let mut fixture = LoanFixture::before_loan();
    let floors = PolicyFloors {
        min_notice_weekly_secs: 3 * 86_400,
        min_channels: 2,
        notice_after_default: true,
        ..floors()
    };
    fixture.set_policy(floors).holds();
    with_notice(&mut fixture.terms);
    fixture.originate().breaks(LatchkeyError::TermsNotice);
    fixture.terms.min_channels = 2;
    fixture.originate().breaks(LatchkeyError::TermsNotice);
    fixture.terms.notice_after_default = true;
    fixture.originate().holds();

    let default = LoanFixture::default_at();
    fixture.at(default - 1).serve_notice_by(MAIL | EMAIL).breaks(LatchkeyError::NoticeBeforeDefault);
    fixture.at(default).declare_default().holds();
    fixture.serve_notice_by(MAIL).holds();
    fixture.at(default + 3 * DAY).request(Action::Lock).breaks(LatchkeyError::NoticeNotServed);
    fixture.serve_notice_by(TEXT).holds();
    let both = default + 6 * DAY;
    fixture.at(both - 1).request(Action::Lock).breaks(LatchkeyError::NoticeNotMatured);
    fixture.at(both).request(Action::Lock).holds();
}

#[test]
fn n3_an_instalment_is_warned_of_twice_at_most_though_no_receipt_comes() {
    let mut fixture = LoanFixture::new();
    fixture.fund(100_000_000).holds();
    for attempt in 1..=2 {
        fixture.at(due(0) + attempt * TTL).request(Action::Warn).holds();
    }
    let expired = due(0) + 3 * TTL;
    fixture.at(expired).request(Action::Warn).breaks(LatchkeyError::AlreadyWarned);
    for seq in 1..=2 {
        fixture.expire(seq).holds();
    }
    fixture.request(Action::Warn).breaks(LatchkeyError::AlreadyWarned);
    // The next instalment has its own two.
    fixture.at(due(1)).request(Action::Warn).breaks(LatchkeyError::AlreadyWarned);
    fixture.at(due(1) + 1).request(Action::Warn).holds();
    fixture.at(due(1) + 1 + TTL).request(Action::Warn).holds();
    fixture.at(due(1) + 1 + 2 * TTL).request(Action::Warn).breaks(LatchkeyError::AlreadyWarned);
}

#[test]
fn n4_a_stolen_servicers_key_gives_no_loan_away_for_longer_than_45_days() {
    let mut fixture = LoanFixture::defaulted();
    let now = LoanFixture::default_at();
    fixture.place_hold(now + 366 * DAY).breaks(LatchkeyError::InvalidHold);
    fixture.place_hold(now + 45 * DAY + 1).breaks(LatchkeyError::InvalidHold);
    fixture.place_hold(now + 45 * DAY).holds();
    // The authority takes the key away, and the promise ends by itself.
    fixture.set_servicer(person("new servicer").pubkey()).holds();
    fixture.place_hold(now + 45 * DAY + 1).breaks(LatchkeyError::NotServicing);
    fixture.at(now + 45 * DAY).collect().holds();
    fixture.request(Action::Lock).holds();
}

#[test]
fn n5_a_stranger_cannot_hold_an_unlock_up() {
    let mut fixture = LoanFixture::locked();
    fixture.pay_all();
    let [stranger, keeper] = [&fixture.stranger, &fixture.keeper].map(Keypair::insecure_clone);
    // The stranger asks for it itself, claims it and expires it, once a slot.
    let request = build::request(&fixture.keys, stranger.pubkey(), None, Action::Unlock, 2);
    fixture.chain.send(&[request], &[&stranger]).holds();
    let expiring = fixture.expiring(2);
    for _ in 0..50 {
        fixture.claim(&stranger, 2).breaks(LatchkeyError::NotClaimable);
        fixture.yield_claim(&stranger, 2).breaks(LatchkeyError::NotClaimed);
        let outcome = fixture.chain.send(std::slice::from_ref(&expiring), &[]);
        outcome.breaks(LatchkeyError::NotExpired);
    }
    // Whoever comes has it done and is paid in full.
    let receipt = fixture.receipt(2);
    let before = fixture.chain.lamports(&keeper.pubkey());
    fixture.confirm(&receipt).holds();
    assert_eq!(fixture.chain.lamports(&keeper.pubkey()), before + fee(Action::Unlock));
    assert_eq!(fixture.vehicle().lock, LockState::UNLOCKED);
}

#[test]
fn n6_an_open_warning_keeps_no_lock_away() {
    let mut fixture = LoanFixture::defaulted();
    fixture.fund(100_000_000).holds();
    let (borrower, keys) = (fixture.borrower.insecure_clone(), fixture.keys);
    let warning = build::request(&keys, borrower.pubkey(), None, Action::Warn, 1);
    fixture.chain.send(&[warning], &[&borrower]).holds();
    fixture.claim(&borrower, 1).holds();
    fixture.request(Action::Lock).holds();
    fixture.fulfil(2);
    assert!(fixture.vehicle().lock.is_locked);
}

#[test]
fn n7_an_unlock_is_as_it_was_signed_whatever_the_lender_sets_since() {
    let mut fixture = LoanFixture::locked();
    let signed = fixture.loan();
    let offer = SetFunctionArgs {
        fee: 1,
        bond: 10_000_000_000,
        ttl_secs: 30 * 86_400,
        command_keys: vec![CommandKey { key: person("another key").pubkey(), uri: String::new() }],
        ..fixture.offer(Action::Unlock)
    };
    fixture.set_function(Action::Unlock, offer).holds();
    fixture.top_up(1_000);
    let told = event!(fixture.request(Action::Unlock).holds(), InvocationRequested);
    assert_eq!((told.fee, told.expires_at), (fee(Action::Unlock), LoanFixture::default_at() + TTL));
    let invocation = fixture.invocation(2);
    assert_eq!((invocation.bond, invocation.function_revision, invocation.required), (0, 0, 1));
    let now = fixture.loan();
    assert_eq!((now.unlock_keys, now.unlock_fee), (signed.unlock_keys, signed.unlock_fee));
    assert_eq!((now.unlock_ttl_secs, &now.unlock_uri), (signed.unlock_ttl_secs, &signed.unlock_uri));
    let keeper = fixture.keeper.pubkey();
    let before = fixture.chain.lamports(&keeper);
    fixture.fulfil(2);
    assert_eq!(fixture.chain.lamports(&keeper), before + fee(Action::Unlock));
}

#[test]
fn n8_a_lock_of_a_second_is_refused() {
    let mut fixture = LoanFixture::before_loan();
    for lock_ttl_secs in [0, 1, 3_599] {
        fixture.terms.lock_ttl_secs = lock_ttl_secs;
        fixture.originate().breaks(LatchkeyError::TermsLockTtl);
    }
}

/// A locked car on terms that grant an emergency start of a day.
fn with_an_emergency_start() -> LoanFixture {
    let mut fixture = LoanFixture::on(|terms| (terms.emergency_secs, terms.emergency_max) = (86_400, 1));
    fixture.fund(100_000_000).holds();
    let mut fixture = fixture.fall_into_default();
    fixture.request(Action::Lock).holds();
    fixture.fulfil(1);
    fixture
}

#[test]
fn n9_an_emergency_start_runs_in_full_from_the_unlock() {
    let mut fixture = with_an_emergency_start();
    let asked = LoanFixture::default_at();
    fixture.emergency_start().holds();
    fixture.request(Action::Unlock).holds();
    let unlocked = asked + 3 * 3_600;
    fixture.at(unlocked).fulfil(2);
    let ends = unlocked + DAY;
    fixture.at(asked + DAY).request(Action::Lock).breaks(LatchkeyError::InEmergencyStart);
    fixture.at(ends - 1).request(Action::Lock).breaks(LatchkeyError::InEmergencyStart);
    fixture.at(ends).request(Action::Lock).holds();
}

#[test]
fn n10_a_warning_is_neither_claimed_nor_signed_for_once_the_payment_has_landed() {
    let mut fixture = LoanFixture::new();
    let keeper = fixture.keeper.insecure_clone();
    let warned = due(0) + 1;
    fixture.at(warned).request(Action::Warn).holds();
    let mut claimed = fixture.clone();
    claimed.claim(&keeper, 1).holds();
    for fixture in [&mut fixture, &mut claimed] {
        fixture.at(warned + 1).top_up(1_000);
    }
    // The car comes online.
    fixture.at(warned + 20).claim(&keeper, 1).breaks(LatchkeyError::NotPastDue);
    // Who claimed it before gets no signature: the function judges the call by the same rule.
    claimed.at(warned + 20);
    let (loan, vehicle, lender) = (claimed.loan(), claimed.vehicle(), claimed.lender_account());
    let at = LoanAt::new(&loan, Wallet(claimed.wallet()), claimed.chain.now());
    let still_due = check_still_due(&claimed.invocation(1), &at, &lender, &vehicle);
    assert!(matches!(still_due, Err(LatchkeyError::NotPastDue)), "{still_due:?}");
    let before = claimed.chain.lamports(&keeper.pubkey());
    claimed.yield_claim(&keeper, 1).holds();
    assert_eq!(claimed.chain.lamports(&keeper.pubkey()), before + BOND);
}

#[test]
fn n12_a_loan_whose_older_instalment_is_paid_is_not_in_default_while_the_newer_is_in_its_grace() {
    let mut fixture = LoanFixture::locked();
    fixture.fund(100_000_000).holds();
    let keeper = fixture.keeper.insecure_clone();
    fixture.at(due(1)).request(Action::Unlock).breaks(LatchkeyError::UnlockNotDue);
    fixture.top_up(1_000);
    // Before anybody collects, and after.
    fixture.clone().request(Action::Unlock).holds();
    fixture.request(Action::Lock).breaks(LatchkeyError::NotDefaulted);
    fixture.declare_default().breaks(LatchkeyError::NotActive);
    fixture.collect().holds();
    fixture.declare_default().breaks(LatchkeyError::GraceNotOver);
    fixture.request(Action::Lock).breaks(LatchkeyError::NotDefaulted);
    fixture.unlock();
    assert_eq!(fixture.vehicle().lock, LockState::UNLOCKED);
    fixture.at(due(1) + 2 * DAY).declare_default().holds();
    fixture.request(Action::Lock).holds();
    fixture.claim(&keeper, 3).holds();
}

#[test]
fn n13_a_lock_is_not_asked_for_again_while_the_first_is_unexpired() {
    let mut fixture = LoanFixture::defaulted();
    fixture.fund(100_000_000).holds();
    let (borrower, keeper) = (fixture.borrower.insecure_clone(), fixture.keeper.insecure_clone());
    fixture.request(Action::Lock).holds();
    fixture.claim(&keeper, 1).holds();
    let again = build::request(&fixture.keys, borrower.pubkey(), None, Action::Lock, 2);
    for now in [LoanFixture::default_at(), LoanFixture::default_at() + TTL - 1] {
        fixture.chain.set_time(now);
        let outcome = fixture.chain.send(std::slice::from_ref(&again), &[&borrower]);
        outcome.breaks(LatchkeyError::InvocationOpen);
    }
    let receipt = fixture.receipt(1);
    fixture.confirm(&receipt).holds();
}

#[test]
fn n14_an_emergency_start_ends_though_the_receipt_of_its_unlock_is_withheld() {
    let mut fixture = with_an_emergency_start();
    let asked = LoanFixture::default_at();
    fixture.emergency_start().holds();
    fixture.request(Action::Unlock).holds();
    // The car is unlocked by phone, and nobody brings the receipt.
    let ends = asked + TTL + DAY;
    fixture.at(ends - 1).request(Action::Lock).breaks(LatchkeyError::InEmergencyStart);
    fixture.at(ends).request(Action::Lock).holds();
}

#[test]
fn n15_a_servicers_key_neither_settles_nor_gives_up_nor_replaces_a_borrower() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) + 120 * DAY);
    let (keys, servicer) = (fixture.keys, fixture.servicer.insecure_clone());
    for instruction in [
        build::settle(&keys, servicer.pubkey(), SettlementReason::Settlement),
        build::charge_off(&keys, servicer.pubkey()),
        build::propose_recovery(&keys, servicer.pubkey(), person("new borrower").pubkey()),
    ] {
        fixture.chain.send(&[instruction], &[&servicer]).breaks(LatchkeyError::NotAuthority);
    }
}

#[test]
fn n16_a_recovered_key_draws_no_surplus_and_signs_no_amendment_for_90_days() {
    let mut fixture = LoanFixture::on(|terms| terms.first_due = START + 200 * DAY);
    let key = person("new borrower");
    fixture.propose_recovery(key.pubkey()).holds();
    fixture.at(START + RECOVERY_SECS).complete_recovery(&key).holds();
    fixture.turn_to_borrower("new borrower");
    fixture.top_up(100);
    let free = START + RECOVERY_SECS + PROBATION_SECS;
    for now in [START + RECOVERY_SECS, free - 1] {
        fixture.at(now).withdraw_surplus(1).breaks(LatchkeyError::RecoveredKey);
        let args = fixture.amendment(|terms| terms.instalment += 1);
        fixture.amend_by_both(args).breaks(LatchkeyError::RecoveredKey);
    }
    fixture.at(free).withdraw_surplus(1).holds();
    let args = fixture.amendment(|terms| terms.instalment += 1);
    fixture.amend_by_both(args).holds();
}

#[test]
fn n17_a_lock_can_be_asked_for_after_an_unlock_whose_receipt_is_withheld() {
    let mut fixture = LoanFixture::locked();
    fixture.fund(100_000_000).holds();
    fixture.top_up(1_000);
    fixture.collect().holds();
    fixture.request(Action::Unlock).holds();
    // Unlocked by phone. The chain believes in the lock, which stands for weeks.
    fixture.at(due(1) + 2 * DAY).declare_default().holds();
    assert!(fixture.vehicle().lock.holds_at(due(1) + 2 * DAY));
    fixture.request(Action::Lock).holds();
    fixture.fulfil(3);
    // The receipt that comes at last is older than the lock.
    let receipt = fixture.receipt(2);
    fixture.confirm(&receipt).holds();
    assert!(fixture.vehicle().lock.is_locked);
}

#[test]
fn n18_first_and_final_notice_take_their_times_one_after_the_other() {
    let mut fixture = LoanFixture::on(|terms| {
        with_notice(terms);
        terms.final_notice_secs = 2 * 86_400;
    })
    .fall_into_default();
    let served = LoanFixture::default_at();
    fixture.serve_notice_by(MAIL).holds();
    fixture.serve_notice_by(EMAIL).breaks(LatchkeyError::FinalNoticeTooEarly);
    fixture.at(served + 3 * DAY).request(Action::Lock).breaks(LatchkeyError::FinalNoticeNotServed);
    let told = only_event!(fixture.at(served + 2 * DAY).serve_notice_by(EMAIL).holds(), NoticeServed);
    assert!(told.is_final);
    let locks = served + 4 * DAY;
    fixture.at(locks - 1).request(Action::Lock).breaks(LatchkeyError::NoticeNotMatured);
    fixture.at(locks).request(Action::Lock).holds();
}
