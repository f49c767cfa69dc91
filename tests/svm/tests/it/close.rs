//! Closing a loan: the remaining funds return to their owners.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, LoanStatus};
use latchkey_tests_svm::{DAY, LoanFixture, TTL, due, fee, swap};
use solana_sdk::signer::Signer;

use crate::only_event;

#[test]
fn a_closed_loan_returns_escrow_wallet_and_rent_to_the_lamport() {
    let mut fixture = LoanFixture::before_loan();
    let keys = fixture.keys;
    let payer_before = fixture.chain.lamports(&fixture.payer.pubkey());
    fixture.originate().holds();
    fixture.pay_all();
    fixture.top_up(77);
    let savings = fixture.chain.tokens(&fixture.savings);
    let told = only_event!(fixture.close().holds(), LoanClosed);
    assert_eq!((told.loan, told.escrow_returned, told.sent), (keys.loan, 10_000_000, 0));
    assert_eq!((told.wallet_returned, told.fees_paid), (77, 0));
    assert_eq!(fixture.chain.lamports(&fixture.authority.pubkey()), 10_000_000);
    assert_eq!(fixture.chain.tokens(&fixture.savings), savings + 77);
    // The payer deposited the escrow's first lamports, which are the lender's now; all rent came back but the stub's.
    let stub = fixture.chain.lamports(&keys.loan);
    assert_eq!(stub, fixture.chain.rent_of(&keys.loan));
    assert_eq!(fixture.chain.lamports(&fixture.payer.pubkey()), payer_before - 10_000_000 - stub);
    for address in [keys.escrow, keys.wallet] {
        assert!(!fixture.chain.exists(&address));
    }
    assert_eq!(fixture.vehicle().active_loan(), None);
    assert_eq!((fixture.lender_account().loans_opened, fixture.lender_account().loans_closed), (1, 1));
}

#[test]
fn a_lender_that_paid_the_rent_gets_both_rent_and_escrow() {
    let mut fixture = LoanFixture::new();
    fixture.pay_all();
    let (payer, authority) = (fixture.payer.pubkey(), fixture.authority.pubkey());
    fixture.edit_loan(|loan| loan.rent_payer = authority);
    let keys = fixture.keys;
    let held: u64 = [keys.loan, keys.escrow, keys.wallet].iter().map(|it| fixture.chain.lamports(it)).sum();
    let closing = swap(fixture.closing(&fixture.borrower.pubkey()), &payer, &authority);
    fixture.chain.send(&[closing], &[&fixture.borrower]).holds();
    assert_eq!(fixture.chain.lamports(&authority), held - fixture.chain.lamports(&keys.loan));
}

#[test]
fn a_closed_loan_tells_what_its_keepers_were_paid() {
    let mut fixture = LoanFixture::locked();
    fixture.pay_all();
    fixture.unlock();
    let told = only_event!(fixture.close().holds(), LoanClosed);
    assert_eq!(told.fees_paid, fee(Action::Lock) + fee(Action::Unlock));
    assert_eq!(told.escrow_returned, fee(Action::Warn));
}

#[test]
fn either_party_closes_a_paid_off_loan_and_nobody_else() {
    let mut fixture = LoanFixture::new();
    fixture.pay_all();
    let stranger = fixture.stranger.insecure_clone();
    let by_a_stranger = fixture.closing(&stranger.pubkey());
    fixture.chain.send(&[by_a_stranger], &[&stranger]).breaks(LatchkeyError::NotParty);
    for party in ["borrower", "authority", "servicer"] {
        let mut fixture = LoanFixture::new();
        fixture.pay_all();
        let party = latchkey_tests_svm::person(party);
        let closing = fixture.closing(&party.pubkey());
        fixture.chain.send(&[closing], &[&party]).holds();
    }
}

#[test]
fn a_loan_that_owes_anything_stays_open() {
    let mut fixture = LoanFixture::new();
    fixture.close().breaks(LatchkeyError::LoanNotPaidOff);
    fixture.at(due(0) + 120 * DAY).charge_off().holds();
    assert_eq!(fixture.loan().status, LoanStatus::ChargedOff);
    fixture.close().breaks(LatchkeyError::LoanNotPaidOff);
}

#[test]
fn a_car_is_unlocked_before_its_loan_is_closed() {
    let mut fixture = LoanFixture::locked();
    let until = LoanFixture::default_at() + 30 * 86_400;
    fixture.pay_all();
    fixture.at(until - 1).close().breaks(LatchkeyError::VehicleLocked);
    fixture.at(until).close().holds();
}

#[test]
fn a_lock_that_may_have_been_obeyed_keeps_the_loan_open_until_an_unlock_is_proven() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    fixture.at(LoanFixture::default_at() + TTL).expire(1).holds();
    fixture.pay_all();
    fixture.close().breaks(LatchkeyError::VehicleLocked);
    fixture.unlock();
    fixture.close().holds();
}

#[test]
fn every_invocation_is_settled_or_expired_before_the_loan_is_closed() {
    let mut fixture = LoanFixture::new();
    fixture.at(due(0) + 1).request(Action::Warn).holds();
    let keeper = fixture.keeper.insecure_clone();
    let mut unclaimed = fixture.clone();
    fixture.claim(&keeper, 1).holds();
    for fixture in [&mut fixture, &mut unclaimed] {
        fixture.pay_all();
        fixture.close().breaks(LatchkeyError::InvocationsOpen);
    }
    let receipt = fixture.receipt(1);
    fixture.confirm(&receipt).holds();
    fixture.close().holds();
    unclaimed.at(due(0) + 1 + TTL).expire(1).holds();
    unclaimed.close().holds();
}

#[test]
fn what_is_left_goes_to_who_it_belongs_to() {
    let mut fixture = LoanFixture::new();
    fixture.pay_all();
    let stranger = fixture.stranger.pubkey();
    let honest = fixture.closing(&fixture.borrower.pubkey());
    let (authority, payer, savings) = (fixture.authority.pubkey(), fixture.payer.pubkey(), fixture.savings);
    let seller = fixture.seller;
    for (from, to) in [(authority, stranger), (payer, stranger), (savings, seller)] {
        let stolen = swap(honest.clone(), &from, &to);
        fixture.chain.send(&[stolen], &[&fixture.borrower]).breaks(LatchkeyError::WrongRecipient);
    }
    fixture.chain.send(&[honest], &[&fixture.borrower]).holds();
}

#[test]
fn a_loan_is_closed_with_its_own_accounts() {
    let mut fixture = LoanFixture::new();
    fixture.pay_all();
    let (_, first) = fixture.turn_to_another_car();
    let other = std::mem::replace(&mut fixture.keys, first);
    let honest = fixture.closing(&fixture.borrower.pubkey());
    let refused = |fixture: &mut LoanFixture, from, to, rule| {
        let instruction = swap(honest.clone(), from, to);
        fixture.chain.send(&[instruction], &[&fixture.borrower]).breaks(rule);
    };
    refused(&mut fixture, &first.escrow, &other.escrow, LatchkeyError::WrongLoan);
    refused(&mut fixture, &first.vehicle, &other.vehicle, LatchkeyError::WrongVehicle);
    let wrong_wallet = swap(honest.clone(), &first.wallet, &other.wallet);
    let signers = [&fixture.borrower];
    fixture.chain.send(&[wrong_wallet], &signers).breaks(LatchkeyError::WrongLoan);
    let another = fixture.stranger.pubkey();
    fixture.edit_loan(|loan| loan.lender = another);
    fixture.chain.send(&[honest], &[&fixture.borrower]).breaks(LatchkeyError::WrongLender);
}

#[test]
fn the_next_loan_on_the_car_has_the_next_index() {
    let mut fixture = LoanFixture::new();
    fixture.pay_all();
    fixture.close().holds();
    fixture.originate().breaks_constraint(ErrorCode::ConstraintSeeds);
    fixture.turn_to_the_next_loan();
    fixture.originate().holds();
    assert_eq!((fixture.loan().index, fixture.vehicle().loans), (1, 2));
}

#[test]
fn sequence_numbers_go_on_from_loan_to_loan() {
    let mut fixture = LoanFixture::locked();
    fixture.pay_all();
    fixture.unlock();
    fixture.close().holds();
    fixture.turn_to_the_next_loan();
    let now = fixture.chain.now();
    fixture.terms.first_due = now + 1;
    fixture.originate().holds();
    fixture.at(now + 2).request(Action::Warn).holds();
    assert_eq!(fixture.vehicle().last_seq_asked, 3);
    fixture.fulfil(3);
}
