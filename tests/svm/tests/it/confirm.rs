//! Settling on the car's receipt, and on nothing else.

use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, LockState};
use latchkey_client::instructions as build;
use latchkey_protocol::{Outcome, Receipt};
use latchkey_tests_svm::{BOND, Car, DAY, LEASE, LoanFixture, TTL, fee, swap};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

/// A lock that the keeper has claimed.
fn claimed() -> LoanFixture {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    let keeper = fixture.keeper.insecure_clone();
    fixture.claim(&keeper, 1).holds();
    fixture
}

#[test]
fn a_receipt_pays_fee_bond_and_rent_to_the_lamport_and_locks_the_car() {
    let mut fixture = LoanFixture::defaulted();
    let (keeper, payer) = (fixture.keeper.insecure_clone(), fixture.payer.pubkey());
    let before = [keeper.pubkey(), payer].map(|key| fixture.chain.lamports(&key));
    fixture.request(Action::Lock).holds();
    let rent = fixture.chain.rent_of(&fixture.invocation_key(1));
    let invocation = fixture.invocation_key(1);
    assert_eq!(fixture.chain.lamports(&payer), before[1] - rent);
    fixture.claim(&keeper, 1).holds();
    let receipt = fixture.receipt(1);
    let until = fixture.invocation(1).lock_until;
    let told = only_event!(fixture.confirm(&receipt).holds(), InvocationConfirmed);
    let after = [keeper.pubkey(), payer].map(|key| fixture.chain.lamports(&key));
    assert_eq!(after, [before[0] + fee(Action::Lock), before[1]]);
    assert!(!fixture.chain.exists(&invocation));

    let since = LoanFixture::default_at();
    let vehicle = fixture.vehicle();
    assert_eq!(vehicle.lock, LockState::locked(1, since, until));
    assert_eq!(
        (vehicle.open_request(), vehicle.last_seq_proven, fixture.loan().invocations_open),
        (None, 1, 0)
    );
    assert_eq!((fixture.escrow().paid, fixture.escrow().committed), (fee(Action::Lock), fee(Action::Lock)));
    assert_eq!(
        (told.invocation, told.loan, told.vehicle),
        (invocation, fixture.keys.loan, fixture.keys.vehicle)
    );
    assert_eq!((told.seq, told.action, told.keeper), (1, Action::Lock, keeper.pubkey()));
    assert_eq!((told.fee, told.bond), (fee(Action::Lock), BOND));
    assert_eq!((told.device_time, told.command_hash), (receipt.device_time, receipt.command_hash));
    assert_eq!((told.lock_before, told.lock_after), (LockState::UNLOCKED, vehicle.lock));
}

#[test]
fn keeper_and_payer_of_the_rent_may_be_one() {
    let mut fixture = LoanFixture::defaulted();
    let keeper = fixture.keeper.insecure_clone();
    let before = fixture.chain.lamports(&keeper.pubkey());
    let both = [
        build::request(&fixture.keys, keeper.pubkey(), None, Action::Lock, 1),
        build::claim(&fixture.keys, keeper.pubkey(), 1),
    ];
    fixture.chain.send(&both, &[&keeper]).holds();
    let receipt = fixture.receipt(1);
    fixture.confirm(&receipt).holds();
    assert_eq!(fixture.chain.lamports(&keeper.pubkey()), before + fee(Action::Lock));
}

#[test]
fn a_receipt_altered_in_any_field_settles_nothing() {
    let mut fixture = claimed();
    let true_one = fixture.receipt(1);
    let [_, confirm] = fixture.confirmation(&fixture.car.sign(&true_one.encode()));
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
        let [proof, _] = fixture.confirmation(&fixture.car.sign(&receipt.encode()));
        let outcome = fixture.chain.send(&[proof, confirm.clone()], &[]);
        outcome.breaks(LatchkeyError::ProofWrongMessage);
    }
    // Its tag and version are part of what is signed, too.
    for at in [0, 16] {
        let mut bytes = true_one.encode();
        bytes[at] ^= 1;
        let proof = build::proof(&fixture.car.sign(&bytes));
        fixture.chain.send(&[proof, confirm.clone()], &[]).breaks(LatchkeyError::ProofWrongMessage);
    }
    fixture.confirm(&true_one).holds();
}

#[test]
fn a_refusal_signed_by_the_car_pays_nothing() {
    for outcome in
        [Outcome::Armed, Outcome::RefusedExpired, Outcome::RefusedSuperseded, Outcome::RefusedUnsafe]
    {
        let mut fixture = claimed();
        let refusal = Receipt { outcome, ..fixture.receipt(1) };
        fixture.confirm(&refusal).breaks(LatchkeyError::ProofWrongMessage);
    }
}

#[test]
fn a_receipt_signed_by_another_car_settles_nothing() {
    let mut fixture = claimed();
    let receipt = fixture.receipt(1);
    let forged = Car::new("another car").sign(&receipt.encode());
    let instructions = fixture.confirmation(&forged);
    fixture.chain.send(&instructions, &[]).breaks(LatchkeyError::ProofWrongKey);
}

#[test]
fn a_receipt_with_a_bad_signature_fails_before_the_contract_runs() {
    let mut fixture = claimed();
    let mut signed = fixture.car.sign(&fixture.receipt(1).encode());
    signed.signature[0] ^= 1;
    let instructions = fixture.confirmation(&signed);
    fixture.chain.send(&instructions, &[]).fails_at(0);
}

#[test]
fn no_receipt_no_pay() {
    let mut fixture = claimed();
    let [_, confirm] = fixture.confirmation(&fixture.car.sign(&fixture.receipt(1).encode()));
    fixture.chain.send(&[confirm], &[]).breaks(LatchkeyError::ProofMissing);
}

#[test]
fn another_cars_receipt_settles_only_its_own_invocation() {
    let mut fixture = claimed();
    let theirs = fixture.receipt(1);
    let (first_car, first) = fixture.turn_to_another_car();
    fixture.at(fixture.terms.first_due + 2 * DAY).declare_default().holds();
    fixture.request(Action::Lock).holds();
    let keeper = fixture.keeper.insecure_clone();
    fixture.claim(&keeper, 1).holds();
    let [_, confirm] = fixture.confirmation(&fixture.car.sign(&fixture.receipt(1).encode()));
    let proof = build::proof(&first_car.sign(&theirs.encode()));
    fixture.chain.send(&[proof.clone(), confirm.clone()], &[]).breaks(LatchkeyError::ProofWrongKey);
    // Nor with the first car's account in the place of this one's.
    let mixed = swap(confirm, &fixture.keys.vehicle, &first.vehicle);
    fixture.chain.send(&[proof, mixed], &[]).breaks(LatchkeyError::WrongVehicle);
}

#[test]
fn an_older_receipt_does_not_settle_newer_work() {
    let mut fixture = claimed();
    let old = fixture.receipt(1);
    fixture.confirm(&old).holds();
    fixture.fund(1_000_000_000).holds();
    let renewal = LoanFixture::default_at() + 20 * DAY;
    fixture.at(renewal).request(Action::Lock).holds();
    let keeper = fixture.keeper.insecure_clone();
    fixture.claim(&keeper, 2).holds();
    let [_, confirm] = fixture.confirmation(&fixture.car.sign(&fixture.receipt(2).encode()));
    let stale = Receipt { device_time: renewal, ..old };
    let proof = build::proof(&fixture.car.sign(&stale.encode()));
    fixture.chain.send(&[proof, confirm], &[]).breaks(LatchkeyError::ProofWrongMessage);
}

#[test]
fn a_receipt_settles_once() {
    let mut fixture = claimed();
    let instructions = fixture.confirmation(&fixture.car.sign(&fixture.receipt(1).encode()));
    let twice = [instructions.clone(), instructions.clone()].concat();
    let gone = anchor_lang::error::ErrorCode::AccountNotInitialized;
    fixture.chain.send(&twice, &[]).breaks_constraint(gone);
    fixture.chain.send(&instructions, &[]).holds();
    fixture.chain.send(&instructions, &[]).breaks_constraint(gone);
}

#[test]
fn an_invocation_cannot_be_revived_in_the_transaction_that_closes_it() {
    let mut fixture = claimed();
    let [proof, confirm] = fixture.confirmation(&fixture.car.sign(&fixture.receipt(1).encode()));
    let (stranger, invocation) = (fixture.stranger.pubkey(), fixture.invocation_key(1));
    let rent = fixture.chain.rent_of(&invocation);
    let revive = solana_system_interface::instruction::transfer(&stranger, &invocation, rent);
    let gone = anchor_lang::error::ErrorCode::AccountOwnedByWrongProgram;
    let all = [proof.clone(), confirm.clone(), revive, proof, confirm];
    fixture.chain.send(&all, &[&fixture.stranger]).breaks_constraint(gone);
}

#[test]
fn unclaimed_work_pays_nobody() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock).holds();
    let receipt = fixture.receipt(1);
    fixture.confirm(&receipt).breaks(LatchkeyError::NotClaimed);
}

#[test]
fn only_the_claimer_is_paid_and_the_rent_goes_to_who_paid_it() {
    let mut fixture = claimed();
    let [proof, confirm] = fixture.confirmation(&fixture.car.sign(&fixture.receipt(1).encode()));
    let [keeper, payer, stranger] = [&fixture.keeper, &fixture.payer, &fixture.stranger].map(Signer::pubkey);
    let to_a_thief = swap(confirm.clone(), &keeper, &stranger);
    fixture.chain.send(&[proof.clone(), to_a_thief], &[]).breaks(LatchkeyError::NotClaimer);
    let rent_to_a_thief = swap(confirm, &payer, &stranger);
    fixture.chain.send(&[proof, rent_to_a_thief], &[]).breaks(LatchkeyError::WrongRecipient);
}

#[test]
fn work_is_settled_on_its_own_loan_and_escrow() {
    let mut fixture = claimed();
    let signed = fixture.car.sign(&fixture.receipt(1).encode());
    let [proof, confirm] = fixture.confirmation(&signed);
    let (_, first) = fixture.turn_to_another_car();
    let other = fixture.keys;
    let escrow = swap(confirm.clone(), &first.escrow, &other.escrow);
    fixture.chain.send(&[proof.clone(), escrow.clone()], &[]).breaks(LatchkeyError::WrongLoan);
    let with_its_loan = swap(escrow, &first.loan, &other.loan);
    fixture.chain.send(&[proof, with_its_loan], &[]).breaks(LatchkeyError::WrongLoan);
}

#[test]
fn a_receipt_that_comes_after_lease_and_expiry_is_still_paid_while_nobody_took_over() {
    let mut fixture = claimed();
    let receipt = fixture.receipt(1);
    let before = fixture.chain.lamports(&fixture.keeper.pubkey());
    fixture.at(LoanFixture::default_at() + TTL + LEASE).confirm(&receipt).holds();
    assert_eq!(fixture.chain.lamports(&fixture.keeper.pubkey()), before + fee(Action::Lock) + BOND);
}

#[test]
fn superseded_work_that_is_proven_is_paid_and_state_moves_only_forward() {
    let mut fixture = claimed();
    let locked = fixture.receipt(1);
    let authority = fixture.authority.insecure_clone();
    fixture.request_as(&authority, Action::Unlock).holds();
    let unlocked = fixture.receipt(2);
    fixture.confirm(&unlocked).holds();
    assert_eq!((fixture.vehicle().lock, fixture.vehicle().last_seq_proven), (LockState::UNLOCKED, 2));

    let before = fixture.chain.lamports(&fixture.keeper.pubkey());
    let told = only_event!(fixture.confirm(&locked).holds(), InvocationConfirmed);
    assert_eq!((told.lock_before, told.lock_after), (LockState::UNLOCKED, LockState::UNLOCKED));
    assert_eq!((fixture.vehicle().lock, fixture.vehicle().last_seq_proven), (LockState::UNLOCKED, 2));
    assert_eq!(fixture.vehicle().lock_asked(), None);
    assert_eq!(fixture.chain.lamports(&fixture.keeper.pubkey()), before + fee(Action::Lock) + BOND);
}

#[test]
fn receipts_in_order_move_the_state_with_them() {
    let mut fixture = claimed();
    let locked = fixture.receipt(1);
    let authority = fixture.authority.insecure_clone();
    fixture.request_as(&authority, Action::Unlock).holds();
    fixture.confirm(&locked).holds();
    assert!(fixture.vehicle().lock.is_locked);
    assert_eq!(fixture.vehicle().open.action, Action::Unlock);
    fixture.fulfil(2);
    assert_eq!((fixture.vehicle().lock, fixture.vehicle().open_request()), (LockState::UNLOCKED, None));
}

#[test]
fn anybody_may_bring_the_receipt() {
    let mut fixture = claimed();
    let instructions = fixture.confirmation(&fixture.car.sign(&fixture.receipt(1).encode()));
    let signers: Vec<_> = instructions.iter().flat_map(|it| &it.accounts).filter(|it| it.is_signer).collect();
    assert!(signers.is_empty());
    let bystander: &Keypair = &fixture.stranger;
    let ping = solana_system_interface::instruction::transfer(&bystander.pubkey(), &bystander.pubkey(), 1);
    let [proof, confirm] = instructions;
    fixture.chain.send(&[ping, proof, confirm], &[bystander]).holds();
}
