//! Settling on the car's receipt, and on nothing else.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, LockState};
use latchkey_client::instructions as build;
use latchkey_protocol::{Outcome, Receipt};
use latchkey_tests_svm::{BOND, Car, DAY, LEASE, Scene, TTL, fee, swap};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

/// A lock that the keeper has claimed.
fn claimed() -> Scene {
    let mut scene = Scene::defaulted();
    scene.request(Action::Lock).holds();
    let keeper = scene.keeper.insecure_clone();
    scene.claim(&keeper, 1).holds();
    scene
}

#[test]
fn a_receipt_pays_fee_bond_and_rent_to_the_lamport_and_locks_the_car() {
    let mut scene = Scene::defaulted();
    let (keeper, payer) = (scene.keeper.insecure_clone(), scene.payer.pubkey());
    let before = [keeper.pubkey(), payer].map(|key| scene.world.lamports(&key));
    scene.request(Action::Lock).holds();
    let rent = scene.world.rent_of(&scene.invocation_key(1));
    let invocation = scene.invocation_key(1);
    assert_eq!(scene.world.lamports(&payer), before[1] - rent);
    scene.claim(&keeper, 1).holds();
    let receipt = scene.receipt(1);
    let until = scene.invocation(1).lock_until;
    let told = only_event!(scene.confirm(&receipt).holds(), InvocationConfirmed);
    let after = [keeper.pubkey(), payer].map(|key| scene.world.lamports(&key));
    assert_eq!(after, [before[0] + fee(Action::Lock), before[1]]);
    assert!(!scene.world.exists(&invocation));

    let since = Scene::default_at();
    let vehicle = scene.vehicle();
    assert_eq!(vehicle.lock, LockState::Locked { since, until });
    assert_eq!((vehicle.open, vehicle.last_seq_proven, scene.loan().invocations_open), (None, 1, 0));
    assert_eq!((scene.escrow().paid, scene.escrow().committed), (fee(Action::Lock), fee(Action::Lock)));
    assert_eq!((told.invocation, told.loan, told.vehicle), (invocation, scene.keys.loan, scene.keys.vehicle));
    assert_eq!((told.seq, told.action, told.keeper), (1, Action::Lock, keeper.pubkey()));
    assert_eq!((told.fee, told.bond), (fee(Action::Lock), BOND));
    assert_eq!((told.device_time, told.command_hash), (receipt.device_time, receipt.command_hash));
    assert_eq!((told.lock_before, told.lock_after), (LockState::Unlocked, vehicle.lock));
}

#[test]
fn keeper_and_payer_of_the_rent_may_be_one() {
    let mut scene = Scene::defaulted();
    let keeper = scene.keeper.insecure_clone();
    let before = scene.world.lamports(&keeper.pubkey());
    let both = [
        build::request(&scene.keys, keeper.pubkey(), None, Action::Lock, 1),
        build::claim(&scene.keys, keeper.pubkey(), 1),
    ];
    scene.world.send(&both, &[&keeper]).holds();
    let receipt = scene.receipt(1);
    scene.confirm(&receipt).holds();
    assert_eq!(scene.world.lamports(&keeper.pubkey()), before + fee(Action::Lock));
}

#[test]
fn a_receipt_altered_in_any_field_settles_nothing() {
    let mut scene = claimed();
    let true_one = scene.receipt(1);
    let [_, confirm] = scene.confirmation(&scene.car.sign(&true_one.encode()));
    let altered = [
        Receipt { program: [1; 32], ..true_one },
        Receipt { vehicle: [1; 32], ..true_one },
        Receipt { invocation: [1; 32], ..true_one },
        Receipt { seq: 2, ..true_one },
        Receipt { action: latchkey_protocol::Action::Unlock, ..true_one },
        Receipt { outcome: Outcome::Armed, ..true_one },
        Receipt { outcome: Outcome::RefusedExpired, ..true_one },
        Receipt { outcome: Outcome::RefusedSuperseded, ..true_one },
        Receipt { outcome: Outcome::RefusedUnsafe, ..true_one },
        Receipt { device_time: true_one.device_time + 1, ..true_one },
        Receipt { command_hash: [1; 32], ..true_one },
    ];
    for receipt in altered {
        let [proof, _] = scene.confirmation(&scene.car.sign(&receipt.encode()));
        let outcome = scene.world.send(&[proof, confirm.clone()], &[]);
        outcome.breaks(LatchkeyError::ProofWrongMessage);
    }
    // Its tag and version are part of what is signed, too.
    for at in [0, 16] {
        let mut bytes = true_one.encode();
        bytes[at] ^= 1;
        let proof = build::proof(&scene.car.sign(&bytes));
        scene.world.send(&[proof, confirm.clone()], &[]).breaks(LatchkeyError::ProofWrongMessage);
    }
    scene.confirm(&true_one).holds();
}

#[test]
fn a_refusal_signed_by_the_car_pays_nothing() {
    for outcome in
        [Outcome::Armed, Outcome::RefusedExpired, Outcome::RefusedSuperseded, Outcome::RefusedUnsafe]
    {
        let mut scene = claimed();
        let refusal = Receipt { outcome, ..scene.receipt(1) };
        scene.confirm(&refusal).breaks(LatchkeyError::ProofWrongMessage);
    }
}

#[test]
fn a_receipt_signed_by_another_car_settles_nothing() {
    let mut scene = claimed();
    let receipt = scene.receipt(1);
    let forged = Car::new("another car").sign(&receipt.encode());
    let instructions = scene.confirmation(&forged);
    scene.world.send(&instructions, &[]).breaks(LatchkeyError::ProofWrongKey);
}

#[test]
fn a_receipt_with_a_bad_signature_fails_before_the_contract_runs() {
    let mut scene = claimed();
    let mut signed = scene.car.sign(&scene.receipt(1).encode());
    signed.signature[0] ^= 1;
    let instructions = scene.confirmation(&signed);
    scene.world.send(&instructions, &[]).fails_at(0);
}

#[test]
fn no_receipt_no_pay() {
    let mut scene = claimed();
    let [_, confirm] = scene.confirmation(&scene.car.sign(&scene.receipt(1).encode()));
    scene.world.send(&[confirm], &[]).breaks(LatchkeyError::ProofMissing);
}

#[test]
fn another_cars_receipt_settles_only_its_own_invocation() {
    let mut scene = claimed();
    let theirs = scene.receipt(1);
    let (first_car, first) = scene.turn_to_another_car();
    scene.at(scene.terms.first_due + 2 * DAY).declare_default().holds();
    scene.request(Action::Lock).holds();
    let keeper = scene.keeper.insecure_clone();
    scene.claim(&keeper, 1).holds();
    let [_, confirm] = scene.confirmation(&scene.car.sign(&scene.receipt(1).encode()));
    let proof = build::proof(&first_car.sign(&theirs.encode()));
    scene.world.send(&[proof.clone(), confirm.clone()], &[]).breaks(LatchkeyError::ProofWrongKey);
    // Nor with the first car's account in the place of this one's.
    let mixed = swap(confirm, &scene.keys.vehicle, &first.vehicle);
    scene.world.send(&[proof, mixed], &[]).breaks(LatchkeyError::WrongVehicle);
}

#[test]
fn an_older_receipt_does_not_settle_newer_work() {
    let mut scene = claimed();
    let old = scene.receipt(1);
    scene.confirm(&old).holds();
    scene.fund(1_000_000_000).holds();
    let renewal = Scene::default_at() + 20 * DAY;
    scene.at(renewal).request(Action::Lock).holds();
    let keeper = scene.keeper.insecure_clone();
    scene.claim(&keeper, 2).holds();
    let [_, confirm] = scene.confirmation(&scene.car.sign(&scene.receipt(2).encode()));
    let stale = Receipt { device_time: renewal, ..old };
    let proof = build::proof(&scene.car.sign(&stale.encode()));
    scene.world.send(&[proof, confirm], &[]).breaks(LatchkeyError::ProofWrongMessage);
}

#[test]
fn a_receipt_settles_once() {
    let mut scene = claimed();
    let instructions = scene.confirmation(&scene.car.sign(&scene.receipt(1).encode()));
    let twice = [instructions.clone(), instructions.clone()].concat();
    let gone = anchor_lang::error::ErrorCode::AccountNotInitialized;
    scene.world.send(&twice, &[]).breaks_constraint(gone);
    scene.world.send(&instructions, &[]).holds();
    scene.world.send(&instructions, &[]).breaks_constraint(gone);
}

#[test]
fn an_invocation_cannot_be_revived_in_the_transaction_that_closes_it() {
    let mut scene = claimed();
    let [proof, confirm] = scene.confirmation(&scene.car.sign(&scene.receipt(1).encode()));
    let (stranger, invocation) = (scene.stranger.pubkey(), scene.invocation_key(1));
    let rent = scene.world.rent_of(&invocation);
    let revive = solana_system_interface::instruction::transfer(&stranger, &invocation, rent);
    let gone = anchor_lang::error::ErrorCode::AccountOwnedByWrongProgram;
    let all = [proof.clone(), confirm.clone(), revive, proof, confirm];
    scene.world.send(&all, &[&scene.stranger]).breaks_constraint(gone);
}

#[test]
fn unclaimed_work_pays_nobody() {
    let mut scene = Scene::defaulted();
    scene.request(Action::Lock).holds();
    let receipt = scene.receipt(1);
    scene.confirm(&receipt).breaks(LatchkeyError::NotClaimed);
}

#[test]
fn only_the_claimer_is_paid_and_the_rent_goes_to_who_paid_it() {
    let mut scene = claimed();
    let [proof, confirm] = scene.confirmation(&scene.car.sign(&scene.receipt(1).encode()));
    let [keeper, payer, stranger] = [&scene.keeper, &scene.payer, &scene.stranger].map(Signer::pubkey);
    let to_a_thief = swap(confirm.clone(), &keeper, &stranger);
    scene.world.send(&[proof.clone(), to_a_thief], &[]).breaks(LatchkeyError::NotClaimer);
    let rent_to_a_thief = swap(confirm, &payer, &stranger);
    scene.world.send(&[proof, rent_to_a_thief], &[]).breaks(LatchkeyError::WrongRecipient);
}

#[test]
fn work_is_settled_on_its_own_loan_and_escrow() {
    let mut scene = claimed();
    let signed = scene.car.sign(&scene.receipt(1).encode());
    let [proof, confirm] = scene.confirmation(&signed);
    let (_, first) = scene.turn_to_another_car();
    let other = scene.keys;
    let escrow = swap(confirm.clone(), &first.escrow, &other.escrow);
    scene.world.send(&[proof.clone(), escrow.clone()], &[]).breaks(LatchkeyError::WrongLoan);
    let with_its_loan = swap(escrow, &first.loan, &other.loan);
    scene.world.send(&[proof, with_its_loan], &[]).breaks(LatchkeyError::WrongLoan);
}

#[test]
fn a_receipt_that_comes_after_lease_and_expiry_is_still_paid_while_nobody_took_over() {
    let mut scene = claimed();
    let receipt = scene.receipt(1);
    let before = scene.world.lamports(&scene.keeper.pubkey());
    scene.at(Scene::default_at() + TTL + LEASE).confirm(&receipt).holds();
    assert_eq!(scene.world.lamports(&scene.keeper.pubkey()), before + fee(Action::Lock) + BOND);
}

#[test]
fn superseded_work_that_is_proven_is_paid_and_state_moves_only_forward() {
    let mut scene = claimed();
    let locked = scene.receipt(1);
    let authority = scene.authority.insecure_clone();
    scene.request_as(&authority, Action::Unlock).holds();
    let rival = scene.rival.insecure_clone();
    scene.claim(&rival, 2).holds();
    let unlocked = scene.receipt(2);
    scene.confirm(&unlocked).holds();
    assert_eq!((scene.vehicle().lock, scene.vehicle().last_seq_proven), (LockState::Unlocked, 2));

    let before = scene.world.lamports(&scene.keeper.pubkey());
    let told = only_event!(scene.confirm(&locked).holds(), InvocationConfirmed);
    assert_eq!((told.lock_before, told.lock_after), (LockState::Unlocked, LockState::Unlocked));
    assert_eq!((scene.vehicle().lock, scene.vehicle().last_seq_proven), (LockState::Unlocked, 2));
    assert_eq!(scene.vehicle().lock_asked, None);
    assert_eq!(scene.world.lamports(&scene.keeper.pubkey()), before + fee(Action::Lock) + BOND);
}

#[test]
fn receipts_in_order_move_the_state_with_them() {
    let mut scene = claimed();
    let locked = scene.receipt(1);
    let authority = scene.authority.insecure_clone();
    scene.request_as(&authority, Action::Unlock).holds();
    scene.confirm(&locked).holds();
    assert!(matches!(scene.vehicle().lock, LockState::Locked { .. }));
    assert_eq!(scene.vehicle().open.unwrap().action, Action::Unlock);
    scene.fulfil(2);
    assert_eq!((scene.vehicle().lock, scene.vehicle().open), (LockState::Unlocked, None));
}

#[test]
fn anybody_may_bring_the_receipt() {
    let mut scene = claimed();
    let instructions = scene.confirmation(&scene.car.sign(&scene.receipt(1).encode()));
    let signers: Vec<_> = instructions.iter().flat_map(|it| &it.accounts).filter(|it| it.is_signer).collect();
    assert!(signers.is_empty());
    let bystander: &Keypair = &scene.stranger;
    let ping = solana_system_interface::instruction::transfer(&bystander.pubkey(), &bystander.pubkey(), 1);
    let [proof, confirm] = instructions;
    scene.world.send(&[ping, proof, confirm], &[bystander]).holds();
}
