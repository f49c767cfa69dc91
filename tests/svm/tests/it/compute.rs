//! What instructions cost to run.

use latchkey::state::{Action, LoanStatus};
use latchkey_client::instructions::lock_now;
use latchkey_tests_svm::{Done, Scene};
use solana_sdk::signer::Signer;

/// What the runtime grants an instruction unless the sender asks for more.
const GRANTED: u64 = 200_000;

#[track_caller]
fn fits(done: &Done) {
    assert!(done.compute_units < GRANTED, "{} compute units", done.compute_units);
}

#[test]
fn every_instruction_fits_what_is_granted_without_asking() {
    let mut scene = Scene::before_loan();
    let keeper = scene.keeper.insecure_clone();
    fits(&scene.originate().holds());
    fits(&scene.fund(1_000_000).holds());
    fits(&scene.at(Scene::default_at()).collect().holds());
    fits(&scene.declare_default().holds());
    fits(&scene.serve_notice().holds());
    fits(&scene.request(Action::Lock).holds());
    fits(&scene.claim(&keeper, 1).holds());
    fits(&scene.yield_claim(&keeper, 1).holds());
    scene.claim(&keeper, 1).holds();
    let receipt = scene.receipt(1);
    fits(&scene.confirm(&receipt).holds());
    scene.top_up(2_000);
    fits(&scene.prepay(500).holds());
    fits(&scene.request(Action::Unlock).holds());
    scene.fulfil(2);
    scene.top_up(20_000);
    fits(&scene.pay_off().holds());
    assert_eq!(scene.loan().status, LoanStatus::PaidOff);
    fits(&scene.close().holds());
}

#[test]
fn a_lock_from_nothing_fits_what_its_four_instructions_are_granted() {
    let mut scene = Scene::new();
    scene.at(Scene::default_at());
    let all = lock_now(&scene.keys, scene.keeper.pubkey(), 1);
    let done = scene.world.send(&all, &[&scene.keeper]).holds();
    assert!(done.compute_units < 2 * GRANTED, "{} compute units", done.compute_units);
}
