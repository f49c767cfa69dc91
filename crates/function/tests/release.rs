//! What tells a car that its loan has ended: signed for anybody once the chain shows it, and sent.

mod common;

use std::sync::Arc;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use common::*;
use ed25519_dalek::SigningKey;
use latchkey::state::{Action, LoanStatus};
use latchkey_function::{
    Class, CommandKeys, Courier, Function, FunctionConfig, Outcome, Parcel, Refusal, Seen, Waiting,
};
use latchkey_protocol::cosigned::Cosigned;
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{HandOverReceipt, Release};

const LIMIT: Duration = Duration::from_secs(20);
/// When the contract looked at the loan last: it ended then.
const ENDED: i64 = 1_065;

fn ended() -> CallFixture {
    let mut call = CallFixture::new(Action::Unlock);
    call.loan.status = LoanStatus::PaidOff;
    call.loan.ledger.as_of = ENDED;
    call
}

fn function(keys: &[SigningKey], call: &CallFixture, courier: &Arc<TestCourier>) -> Function {
    let keys = CommandKeys::new(keys.iter().cloned());
    let courier = Arc::clone(courier) as Arc<dyn Courier>;
    Function::new(FunctionConfig::default(), keys, Arc::new(Chain::of(call)), courier)
}

/// A car's word on the keyring that it obeys.
fn receipt_with(by: &SigningKey, vehicle: Pubkey, keyring_hash: [u8; 32]) -> Vec<u8> {
    let receipt = HandOverReceipt {
        program: latchkey::ID.to_bytes(),
        vehicle: vehicle.to_bytes(),
        lender: [1; 32],
        keyring_hash,
        nonce: [2; 32],
        device_time: ENDED,
    };
    Envelope::seal(by, &receipt.encode()).to_bytes()
}

fn silent() -> Arc<TestCourier> {
    TestCourier::to(|_| Vec::new())
}

fn refused(outcome: Outcome) -> Refusal {
    match outcome {
        Outcome::Refused(refusal) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_release_is_issued_when_the_loan_ended_and_always_the_same() {
    for status in [LoanStatus::PaidOff, LoanStatus::Settled] {
        let mut call = ended();
        call.loan.status = status;
        let courier = silent();
        let mut signed = Vec::new();
        for now in [NOW, NOW + 100_000] {
            call.now = now;
            let function = function(&[command_key()], &call, &courier);
            match function.release(call.invocation.loan, Seen::default(), LIMIT).await {
                Outcome::SignedRelease(release) => signed.push(release),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(signed[0], signed[1]);
        let release = Release::decode(&signed[0].payload).unwrap();
        let vehicle = call.invocation.vehicle.to_bytes();
        assert_eq!(release, Release { program: latchkey::ID.to_bytes(), vehicle, issued_at: ENDED });
        let signers: Vec<_> = signed[0].signers().copied().collect();
        assert_eq!(signers, [command_key().verifying_key().to_bytes()]);
        assert!(courier.parcels().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn no_car_is_released_before_its_loan_has_ended() {
    for status in [LoanStatus::Active, LoanStatus::Defaulted, LoanStatus::ChargedOff] {
        let mut call = ended();
        call.loan.status = status;
        let courier = silent();
        let function = function(&[command_key()], &call, &courier);
        let loan = call.invocation.loan;
        for refusal in [
            refused(function.release(loan, Seen::default(), LIMIT).await),
            refused(function.deliver_release(loan, Seen::default(), LIMIT).await),
        ] {
            assert!(matches!(refusal, Refusal::NotEnded), "{refusal:?}");
            assert_eq!(refusal.class(), Class::Permanent);
        }
        assert!(courier.parcels().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_car_that_secures_another_loan_is_not_released_by_an_old_one() {
    let mut call = ended();
    call.vehicle.active_loan = Pubkey::new_unique();
    let function = function(&[command_key()], &call, &silent());
    let refusal = refused(function.release(call.invocation.loan, Seen::default(), LIMIT).await);
    assert!(matches!(refusal, Refusal::Foreign { what: "vehicle", .. }), "{refusal:?}");
}

#[tokio::test(start_paused = true)]
async fn every_pinned_key_that_is_held_signs_and_no_other() {
    let mut call = ended();
    call.loan.unlock_keys = [20, 21, 22, 23, 24, 25].map(|seed| public(&key(seed)));
    let function_of = |keys: &[SigningKey]| function(keys, &call, &silent());
    let loan = call.invocation.loan;
    let stranger = function_of(&[key(9)]).release(loan, Seen::default(), LIMIT).await;
    assert!(matches!(refused(stranger), Refusal::UnknownCommandKeys(_)));
    let held = [key(25), key(9), key(20), key(23), key(24)];
    let Outcome::SignedRelease(signed) = function_of(&held).release(loan, Seen::default(), LIMIT).await
    else {
        panic!("signed")
    };
    let signers: Vec<_> = signed.signers().copied().collect();
    assert_eq!(signers, [20, 23, 24].map(|seed| key(seed).verifying_key().to_bytes()));
    assert_eq!(Cosigned::open(&signed.to_bytes()).unwrap(), signed);
}

#[tokio::test(start_paused = true)]
async fn the_cars_own_word_that_it_obeys_no_lock_is_the_proof() {
    let call = ended();
    let (vehicle, car) = (call.invocation.vehicle, call.car.clone());
    let says = |receipts: Vec<Vec<u8>>| TestCourier::to(move |_: &Parcel| receipts.clone());
    let good = receipt_with(&car, vehicle, [0; 32]);
    let wrong = vec![
        receipt_with(&key(9), vehicle, [0; 32]),
        receipt_with(&car, Pubkey::new_unique(), [0; 32]),
        receipt_with(&car, vehicle, [7; 32]),
        b"nonsense".to_vec(),
    ];
    let courier = says([wrong.clone(), vec![good.clone()]].concat());
    let function_of = |courier: &Arc<TestCourier>| function(&[command_key()], &call, courier);
    let outcome = function_of(&courier).deliver_release(call.invocation.loan, Seen::default(), LIMIT).await;
    let Outcome::Released(receipt) = outcome else { panic!("{outcome:?}") };
    assert_eq!(receipt.to_bytes(), good);
    assert_eq!(courier.parcels().len(), 1);
    for courier in [says(wrong), silent()] {
        let outcome =
            function_of(&courier).deliver_release(call.invocation.loan, Seen::default(), LIMIT).await;
        assert!(matches!(outcome, Outcome::Waiting(Waiting { armed: false })), "{outcome:?}");
    }
    let closed = TestCourier::closed();
    let refusal =
        refused(function_of(&closed).deliver_release(call.invocation.loan, Seen::default(), LIMIT).await);
    assert!(matches!(refusal, Refusal::NotSent), "{refusal:?}");
}
