//! A borrower's key that is handed on or lost.

use latchkey::errors::LatchkeyError;
use latchkey::rules::recovery::{PROBATION_SECS, RECOVERY_SECS, REFUSAL_SECS};
use latchkey::state::Action;
use latchkey_client::Pubkey;
use latchkey_client::instructions as build;
use latchkey_tests_svm::{Car, LoanFixture, START, person};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

/// When a key proposed at the start takes over.
const TAKES_OVER: i64 = START + RECOVERY_SECS;

/// When it may do everything.
const SETTLED_IN: i64 = TAKES_OVER + PROBATION_SECS;

fn new_key() -> Keypair {
    person("new borrower")
}

/// A loan for which a new key is proposed, on terms that grant what a borrower can use.
fn proposed() -> LoanFixture {
    let mut fixture = LoanFixture::on(|terms| {
        (terms.emergency_secs, terms.emergency_max, terms.max_extensions) = (86_400, 2, 2);
        // Nothing falls due in the meantime.
        terms.first_due = SETTLED_IN + 100;
    });
    fixture.propose_recovery(new_key().pubkey()).holds();
    fixture
}

/// A loan whose new key has just taken over; the fixture's borrower has it.
fn recovered() -> LoanFixture {
    let mut fixture = proposed();
    fixture.at(TAKES_OVER).complete_recovery(&new_key()).holds();
    fixture.turn_to_borrower("new borrower");
    fixture
}

#[test]
fn a_borrower_moves_the_loan_to_another_key_at_once() {
    let mut fixture = LoanFixture::new();
    let old = fixture.borrower.pubkey();
    let told = only_event!(fixture.rotate_borrower(&new_key()).holds(), BorrowerRotated);
    assert_eq!((told.loan, told.before, told.after), (fixture.keys.loan, old, new_key().pubkey()));
    assert_eq!((fixture.loan().borrower, fixture.loan().revision), (new_key().pubkey(), 1));
    fixture.top_up(100);
    fixture.withdraw_surplus(1).breaks(LatchkeyError::NotBorrower);
    fixture.turn_to_borrower("new borrower");
    fixture.withdraw_surplus(100).holds();
}

#[test]
fn both_keys_sign_and_they_are_two() {
    let mut fixture = LoanFixture::new();
    let borrower = fixture.borrower.insecure_clone();
    fixture.rotate_borrower(&borrower).breaks(LatchkeyError::SameBorrowerKey);
    let [stranger, authority] = [&fixture.stranger, &fixture.authority].map(Keypair::insecure_clone);
    for thief in [&stranger, &authority] {
        let instruction = build::rotate_borrower(fixture.keys.loan, thief.pubkey(), new_key().pubkey());
        fixture.chain.send(&[instruction], &[thief, &new_key()]).breaks(LatchkeyError::NotBorrower);
    }
    let mut alone = build::rotate_borrower(fixture.keys.loan, borrower.pubkey(), new_key().pubkey());
    alone.accounts[1].is_signer = false;
    let unsigned = anchor_lang::error::ErrorCode::AccountNotSigner;
    fixture.chain.send(&[alone], &[&borrower]).breaks_constraint(unsigned);
}

#[test]
fn a_proposed_key_takes_over_after_14_days_to_the_second() {
    let mut fixture = LoanFixture::new();
    let key = new_key();
    let told = only_event!(fixture.propose_recovery(key.pubkey()).holds(), RecoveryProposed);
    assert_eq!((told.loan, told.new_key, told.from), (fixture.keys.loan, key.pubkey(), TAKES_OVER));
    assert_eq!(fixture.loan().borrower, fixture.borrower.pubkey());
    fixture.at(TAKES_OVER - 1).complete_recovery(&key).breaks(LatchkeyError::RecoveryTooEarly);
    fixture.at(TAKES_OVER).propose_recovery(key.pubkey()).breaks(LatchkeyError::NewKeyMustSign);
    let told = only_event!(fixture.complete_recovery(&key).holds(), BorrowerRecovered);
    assert_eq!((told.before, told.after), (fixture.borrower.pubkey(), key.pubkey()));
    assert_eq!(told.restricted_until, SETTLED_IN);
    let loan = fixture.loan();
    assert_eq!((loan.borrower, loan.recovery_key(), loan.revision), (key.pubkey(), None, 1));
}

#[test]
fn another_key_proposed_starts_the_time_again() {
    let mut fixture = proposed();
    let other = person("another new borrower");
    fixture.at(TAKES_OVER - 1).propose_recovery(other.pubkey()).holds();
    fixture.at(TAKES_OVER).complete_recovery(&other).breaks(LatchkeyError::RecoveryTooEarly);
    // The first one is forgotten: naming it again is a new proposal.
    fixture.complete_recovery(&new_key()).holds();
    assert_eq!(fixture.loan().borrower, fixture.borrower.pubkey());
}

#[test]
fn the_authority_proposes_a_key_that_is_one_and_nobody_else_proposes() {
    let mut fixture = LoanFixture::new();
    for who in [&fixture.servicer, &fixture.borrower, &fixture.stranger] {
        let instruction = build::propose_recovery(&fixture.keys, who.pubkey(), new_key().pubkey());
        fixture.chain.send(&[instruction], &[who]).breaks(LatchkeyError::NotAuthority);
    }
    for no_new_key in [fixture.borrower.pubkey(), Pubkey::default()] {
        fixture.propose_recovery(no_new_key).breaks(LatchkeyError::SameBorrowerKey);
    }
}

#[test]
fn a_refusal_ends_the_proposal_and_bars_others_for_90_days_to_the_second() {
    let mut fixture = proposed();
    let key = new_key().pubkey();
    let told = only_event!(fixture.refuse_recovery().holds(), RecoveryRefused);
    let again = START + REFUSAL_SECS;
    assert_eq!((told.loan, told.refused, told.barred_until), (fixture.keys.loan, key, again));
    fixture.at(TAKES_OVER).complete_recovery(&new_key()).breaks(LatchkeyError::RecoveryBarred);
    fixture.at(again - 1).propose_recovery(key).breaks(LatchkeyError::RecoveryBarred);
    fixture.at(again).propose_recovery(key).holds();
}

#[test]
fn there_is_something_to_refuse_and_the_borrower_refuses_it() {
    let mut fixture = LoanFixture::new();
    fixture.refuse_recovery().breaks(LatchkeyError::NoRecovery);
    fixture.propose_recovery(new_key().pubkey()).holds();
    for who in [&fixture.authority, &fixture.stranger, &new_key()] {
        let instruction = build::refuse_recovery(fixture.keys.loan, who.pubkey());
        fixture.chain.send(&[instruction], &[who]).breaks(LatchkeyError::NotBorrower);
    }
}

/// What a borrower can sign.
type Signed = (&'static str, fn(&mut LoanFixture));

const SIGNED: [Signed; 8] = [
    ("prepay", |it| {
        it.top_up(10);
        it.prepay(10).holds();
    }),
    ("pay_off", LoanFixture::pay_all),
    ("withdraw_surplus", |it| {
        it.top_up(10);
        it.withdraw_surplus(10).holds();
    }),
    ("extend", |it| drop(it.extend().holds())),
    ("lift_hold", |it| {
        it.place_hold(it.chain.now() + 100).holds();
        it.lift_hold().holds();
    }),
    ("amend", |it| {
        let args = it.amendment(|terms| terms.instalment += 1);
        it.amend_by_both(args).holds();
    }),
    ("rotate_device_key", |it| drop(it.change_device("new device"))),
    ("request", |it| {
        let borrower = it.borrower.insecure_clone();
        it.request_as(&borrower, Action::Unlock).holds();
    }),
];

#[test]
fn any_signature_of_the_old_key_cancels_a_proposal() {
    for (name, sign) in SIGNED {
        let mut fixture = proposed();
        sign(&mut fixture);
        assert_eq!(fixture.loan().recovery_key(), None, "{name}");
        // The key can be proposed again at once, and waits its time again.
        fixture.at(TAKES_OVER).complete_recovery(&new_key()).holds();
        assert_eq!(fixture.loan().borrower, fixture.borrower.pubkey(), "{name}");
    }
    let mut fixture = proposed();
    fixture.rotate_borrower(&person("another key")).holds();
    assert_eq!(fixture.loan().recovery_key(), None);
}

#[test]
fn an_emergency_start_cancels_a_proposal_too() {
    let mut fixture =
        LoanFixture::on(|terms| (terms.emergency_secs, terms.emergency_max) = (60, 1)).fall_into_default();
    fixture.request(Action::Lock).holds();
    fixture.propose_recovery(new_key().pubkey()).holds();
    fixture.emergency_start().holds();
    assert_eq!(fixture.loan().recovery_key(), None);
}

#[test]
fn a_recovered_key_pays_unlocks_and_starts_in_emergency_at_once() {
    let mut fixture = recovered();
    let borrower = fixture.borrower.insecure_clone();
    fixture.chain.airdrop(&borrower.pubkey(), 1_000_000_000);
    fixture.top_up(1_000);
    fixture.prepay(500).holds();
    fixture.request_as(&borrower, Action::Unlock).holds();
    fixture.fulfil(1);
    fixture.pay_all();

    // A key that took over after the default: its grace ran out 11 days before.
    let mut locked = LoanFixture::on(|terms| (terms.emergency_secs, terms.emergency_max) = (60, 1));
    locked.propose_recovery(new_key().pubkey()).holds();
    locked.at(TAKES_OVER).complete_recovery(&new_key()).holds();
    locked.turn_to_borrower("new borrower");
    locked.declare_default().holds();
    locked.request(Action::Lock).holds();
    locked.fulfil(1);
    locked.emergency_start().holds();
    locked.unlock();
}

#[test]
fn a_recovered_key_may_not_do_the_rest_for_90_days_to_the_second() {
    let rest: [Signed; 5] = [
        ("withdraw_surplus", |it| it.withdraw_surplus(10).breaks(LatchkeyError::RecoveredKey)),
        ("extend", |it| it.extend().breaks(LatchkeyError::RecoveredKey)),
        ("lift_hold", |it| it.lift_hold().breaks(LatchkeyError::RecoveredKey)),
        ("amend", |it| {
            let args = it.amendment(|terms| terms.instalment += 1);
            it.amend_by_both(args).breaks(LatchkeyError::RecoveredKey);
        }),
        ("rotate_borrower", |it| {
            it.rotate_borrower(&person("another key")).breaks(LatchkeyError::RecoveredKey);
        }),
    ];
    let mut fixture = recovered();
    fixture.top_up(10);
    let authority = fixture.authority.insecure_clone();
    fixture.place_hold_by(&authority, SETTLED_IN + 10).holds();
    for now in [TAKES_OVER, SETTLED_IN - 1] {
        fixture.at(now);
        for (_, refused) in rest {
            refused(&mut fixture);
        }
        let device = fixture.car.successor("new device");
        fixture.rotate(&device).breaks(LatchkeyError::RecoveredKey);
    }
    fixture.at(SETTLED_IN).withdraw_surplus(10).holds();
    fixture.lift_hold().holds();
    fixture.extend().holds();
    fixture.rotate_borrower(&person("another key")).holds();
}

/// Else the lender could close a paid-off loan and send the rest to a key of its own.
#[test]
fn a_recovered_key_gets_no_surplus_by_a_close_either() {
    let mut fixture = recovered();
    fixture.pay_all();
    fixture.top_up(77);
    fixture.close().breaks(LatchkeyError::RecoveredKey);
    fixture.at(SETTLED_IN).close().holds();

    let mut empty = recovered();
    empty.pay_all();
    empty.close().holds();
}

#[test]
fn a_recovered_key_is_of_one_loan_alone() {
    let mut fixture = LoanFixture::new();
    fixture.propose_recovery(new_key().pubkey()).holds();
    fixture.at(TAKES_OVER).complete_recovery(&new_key()).holds();
    let first = fixture.loan().borrower;
    fixture.turn_to_another_car();
    assert_eq!(fixture.car.vehicle, Car::new("another car").vehicle);
    assert_ne!(fixture.loan().borrower, first);
}
