//! What instructions cost to run.

use latchkey::state::{Action, LoanStatus};
use latchkey_client::instructions::lock_now;
use latchkey_tests_svm::{Done, LoanFixture};
use solana_sdk::signer::Signer;

/// What the runtime grants an instruction unless the sender asks for more.
const GRANTED: u64 = 200_000;

#[track_caller]
fn fits(done: &Done) {
    assert!(done.compute_units < GRANTED, "{} compute units", done.compute_units);
}

#[test]
fn every_instruction_fits_what_is_granted_without_asking() {
    let mut fixture = LoanFixture::before_loan();
    let keeper = fixture.keeper.insecure_clone();
    fits(&fixture.originate().holds());
    fits(&fixture.fund(1_000_000).holds());
    fits(&fixture.at(LoanFixture::default_at()).collect().holds());
    fits(&fixture.declare_default().holds());
    fits(&fixture.serve_notice().holds());
    fits(&fixture.request(Action::Lock).holds());
    fits(&fixture.claim(&keeper, 1).holds());
    fits(&fixture.yield_claim(&keeper, 1).holds());
    fixture.claim(&keeper, 1).holds();
    let receipt = fixture.receipt(1);
    fits(&fixture.confirm(&receipt).holds());
    fixture.top_up(2_000);
    fits(&fixture.prepay(500).holds());
    fits(&fixture.request(Action::Unlock).holds());
    fixture.fulfil(2);
    fixture.top_up(20_000);
    fits(&fixture.pay_off().holds());
    assert_eq!(fixture.loan().status, LoanStatus::PaidOff);
    fits(&fixture.close().holds());
}

#[test]
fn a_lock_from_nothing_fits_what_its_four_instructions_are_granted() {
    let mut fixture = LoanFixture::new();
    fixture.at(LoanFixture::default_at());
    let all = lock_now(&fixture.keys, fixture.keeper.pubkey(), 1);
    let done = fixture.chain.send(&all, &[&fixture.keeper]).holds();
    assert!(done.compute_units < 2 * GRANTED, "{} compute units", done.compute_units);
}
