//! Ending a loan: everybody gets back what is theirs.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, LoanStatus};
use latchkey_client::instructions::LoanKeys;
use latchkey_tests_svm::{DAY, Scene, TTL, due, fee, swap};
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn a_closed_loan_returns_escrow_wallet_and_rent_to_the_lamport() {
    let mut scene = Scene::before_loan();
    let keys = scene.keys;
    let payer_before = scene.world.lamports(&scene.payer.pubkey());
    scene.originate().holds();
    scene.pay_all();
    scene.top_up(77);
    let savings = scene.world.tokens(&scene.savings);
    let told = only_event!(scene.close().holds(), LoanClosed);
    assert_eq!((told.loan, told.escrow_returned), (keys.loan, 10_000_000));
    assert_eq!((told.wallet_returned, told.fees_paid), (77, 0));
    assert_eq!(scene.world.lamports(&scene.authority.pubkey()), 10_000_000);
    assert_eq!(scene.world.tokens(&scene.savings), savings + 77);
    // The payer deposited the escrow's first lamports, which are the lender's now; all rent came back.
    assert_eq!(scene.world.lamports(&scene.payer.pubkey()), payer_before - 10_000_000);
    for address in [keys.loan, keys.escrow, keys.wallet] {
        assert!(!scene.world.exists(&address));
    }
    assert_eq!(scene.vehicle().active_loan, None);
    assert_eq!((scene.lender_account().loans_opened, scene.lender_account().loans_closed), (1, 1));
}

#[test]
fn a_lender_that_paid_the_rent_gets_both_rent_and_escrow() {
    let mut scene = Scene::new();
    scene.pay_all();
    let (payer, authority) = (scene.payer.pubkey(), scene.authority.pubkey());
    scene.edit_loan(|loan| loan.rent_payer = authority);
    let keys = scene.keys;
    let held: u64 = [keys.loan, keys.escrow, keys.wallet].iter().map(|it| scene.world.lamports(it)).sum();
    let closing = swap(scene.closing(&scene.borrower.pubkey()), &payer, &authority);
    scene.world.send(&[closing], &[&scene.borrower]).holds();
    assert_eq!(scene.world.lamports(&authority), held);
}

#[test]
fn a_closed_loan_tells_what_its_keepers_were_paid() {
    let mut scene = Scene::locked();
    scene.pay_all();
    scene.request(Action::Unlock).holds();
    scene.fulfil(2);
    let told = only_event!(scene.close().holds(), LoanClosed);
    assert_eq!(told.fees_paid, fee(Action::Lock) + fee(Action::Unlock));
    assert_eq!(told.escrow_returned, fee(Action::Warn));
}

#[test]
fn either_party_closes_a_paid_off_loan_and_nobody_else() {
    let mut scene = Scene::new();
    scene.pay_all();
    let stranger = scene.stranger.insecure_clone();
    let by_a_stranger = scene.closing(&stranger.pubkey());
    scene.world.send(&[by_a_stranger], &[&stranger]).breaks(LatchkeyError::NotParty);
    for party in ["borrower", "authority", "servicer"] {
        let mut scene = Scene::new();
        scene.pay_all();
        let party = latchkey_tests_svm::person(party);
        let closing = scene.closing(&party.pubkey());
        scene.world.send(&[closing], &[&party]).holds();
    }
}

#[test]
fn a_loan_that_owes_anything_stays_open() {
    let mut scene = Scene::new();
    scene.close().breaks(LatchkeyError::LoanNotPaidOff);
    scene.at(due(0) + 120 * DAY).charge_off().holds();
    assert_eq!(scene.loan().status, LoanStatus::ChargedOff);
    scene.close().breaks(LatchkeyError::LoanNotPaidOff);
}

#[test]
fn a_car_is_unlocked_before_its_loan_is_closed() {
    let mut scene = Scene::locked();
    let until = Scene::default_at() + 30 * 86_400;
    scene.pay_all();
    scene.at(until - 1).close().breaks(LatchkeyError::VehicleLocked);
    scene.at(until).close().holds();
}

#[test]
fn a_lock_that_may_have_been_obeyed_keeps_the_loan_open_until_an_unlock_is_proven() {
    let mut scene = Scene::defaulted();
    scene.request(Action::Lock).holds();
    scene.at(Scene::default_at() + TTL).expire(1).holds();
    scene.pay_all();
    scene.close().breaks(LatchkeyError::VehicleLocked);
    scene.request(Action::Unlock).holds();
    scene.fulfil(2);
    scene.close().holds();
}

#[test]
fn every_invocation_is_settled_before_the_loan_is_closed() {
    let mut scene = Scene::new();
    scene.at(latchkey_tests_svm::due(0)).request(Action::Warn).holds();
    scene.pay_all();
    scene.close().breaks(LatchkeyError::InvocationsOpen);
    scene.fulfil(1);
    scene.close().holds();
}

#[test]
fn what_is_left_goes_to_who_it_belongs_to() {
    let mut scene = Scene::new();
    scene.pay_all();
    let stranger = scene.stranger.pubkey();
    let honest = scene.closing(&scene.borrower.pubkey());
    let (authority, payer, savings) = (scene.authority.pubkey(), scene.payer.pubkey(), scene.savings);
    let seller = scene.seller;
    for (from, to) in [(authority, stranger), (payer, stranger), (savings, seller)] {
        let stolen = swap(honest.clone(), &from, &to);
        scene.world.send(&[stolen], &[&scene.borrower]).breaks(LatchkeyError::WrongRecipient);
    }
    scene.world.send(&[honest], &[&scene.borrower]).holds();
}

#[test]
fn a_loan_is_closed_with_its_own_accounts() {
    let mut scene = Scene::new();
    scene.pay_all();
    let (_, first) = scene.turn_to_another_car();
    let other = std::mem::replace(&mut scene.keys, first);
    let honest = scene.closing(&scene.borrower.pubkey());
    let refused = |scene: &mut Scene, from, to, rule| {
        let instruction = swap(honest.clone(), from, to);
        scene.world.send(&[instruction], &[&scene.borrower]).breaks(rule);
    };
    refused(&mut scene, &first.escrow, &other.escrow, LatchkeyError::WrongLoan);
    refused(&mut scene, &first.vehicle, &other.vehicle, LatchkeyError::WrongVehicle);
    let wrong_wallet = swap(honest.clone(), &first.wallet, &other.wallet);
    let signers = [&scene.borrower];
    scene.world.send(&[wrong_wallet], &signers).breaks_constraint(ErrorCode::ConstraintTokenOwner);
    let another = scene.stranger.pubkey();
    scene.edit_loan(|loan| loan.lender = another);
    scene.world.send(&[honest], &[&scene.borrower]).breaks(LatchkeyError::WrongLender);
}

#[test]
fn the_next_loan_on_the_car_has_the_next_index() {
    let mut scene = Scene::new();
    scene.pay_all();
    scene.close().holds();
    scene.originate().breaks_constraint(ErrorCode::ConstraintSeeds);
    let lender = scene.lender_account();
    scene.keys = LoanKeys::new(scene.lender, &lender, scene.keys.vehicle, 1, scene.keys.token_program);
    scene.originate().holds();
    assert_eq!((scene.loan().index, scene.vehicle().loans), (1, 2));
}

#[test]
fn sequence_numbers_go_on_from_loan_to_loan() {
    let mut scene = Scene::locked();
    scene.pay_all();
    scene.request(Action::Unlock).holds();
    scene.fulfil(2);
    scene.close().holds();
    let lender = scene.lender_account();
    scene.keys = LoanKeys::new(scene.lender, &lender, scene.keys.vehicle, 1, scene.keys.token_program);
    let now = scene.world.now();
    scene.terms.first_due = now + 1;
    scene.originate().holds();
    scene.at(now + 1).request(Action::Warn).holds();
    assert_eq!(scene.vehicle().last_seq_asked, 3);
    scene.fulfil(3);
}
