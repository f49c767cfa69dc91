//! Deadlines of what the parties sign: a loan and its end, promises, stays, agreements, sales and new keys.

use latchkey::errors::LatchkeyError as E;
use latchkey::instructions::AmendArgs;
use latchkey::rules::sale::{MAX_CLOCK_SKEW_SECS, MAX_HAND_OVER_AGE_SECS};
use latchkey::rules::servicing::{MAX_HOLD_SECS, MAX_SERVICER_HOLD_SECS};
use latchkey_client::instructions::{self as build, Agreed};
use latchkey_tests_svm::checkpoint::{Checkpoint, Checkpoints};
use latchkey_tests_svm::doors::send;
use latchkey_tests_svm::{DAY, LoanFixture, Outcome, START, due, person};
use solana_sdk::signer::Signer;

use super::{Deadline, ends_after, from, until};

pub const DEADLINES: &[Deadline] = &[
    Deadline {
        name: "charge-off before 120 days",
        instruction: "charge_off",
        expected: from(E::TooEarlyToChargeOff),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Defaulted), due(0) + 120 * DAY),
        attempt: LoanFixture::charge_off,
    },
    Deadline {
        name: "close of a loan whose car may be locked",
        instruction: "close_loan",
        expected: from(E::VehicleLocked),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Locked);
            fixture.pay_all();
            (fixture, LoanFixture::default_at() + 30 * DAY)
        },
        attempt: LoanFixture::close,
    },
    Deadline {
        name: "lift of a hold that has ended",
        instruction: "lift_hold",
        expected: until(E::NotOnHold),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Held), due(4)),
        attempt: LoanFixture::lift_hold,
    },
    Deadline {
        name: "a hold that begins in the past",
        instruction: "place_hold",
        expected: until(E::InvalidHold),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Fresh), START + 600),
        attempt: |fixture| fixture.place_hold(START + 600),
    },
    Deadline {
        name: "a servicer's hold of more than 45 days",
        instruction: "place_hold",
        expected: from(E::InvalidHold),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Fresh), START + 600),
        attempt: |fixture| fixture.place_hold(START + 600 + MAX_SERVICER_HOLD_SECS),
    },
    Deadline {
        name: "an authority's hold of more than a year",
        instruction: "place_hold",
        expected: from(E::InvalidHold),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Fresh), START + 600),
        attempt: |fixture| {
            let authority = fixture.authority.insecure_clone();
            fixture.place_hold_by(&authority, START + 600 + MAX_HOLD_SECS)
        },
    },
    Deadline {
        name: "a stay that begins in the past",
        instruction: "place_stay",
        expected: ends_after(E::InvalidStay),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Fresh), START + 600),
        attempt: |fixture| fixture.place_stay(START + 600, START + 900),
    },
    Deadline {
        name: "a stay that ends more than a year ahead",
        instruction: "place_stay",
        expected: from(E::InvalidStay),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Fresh), START + 600),
        attempt: |fixture| fixture.place_stay(START + 700, START + 600 + MAX_HOLD_SECS),
    },
    Deadline {
        name: "an extension after its deadline",
        instruction: "extend",
        expected: ends_after(E::DeadlinePassed),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Fresh), START + 600),
        attempt: |fixture| {
            let agreed = Agreed { deadline: START + 600, ..fixture.agreed_now() };
            let (servicer, borrower) = (fixture.servicer.pubkey(), fixture.borrower.pubkey());
            let call = build::extend(&fixture.keys, servicer, borrower, agreed);
            send(fixture, &[call])
        },
    },
    Deadline {
        name: "the end of a hold after its deadline",
        instruction: "lift_hold",
        expected: ends_after(E::DeadlinePassed),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Held), START + 600),
        attempt: |fixture| {
            let agreed = Agreed { deadline: START + 600, ..fixture.agreed_now() };
            let (servicer, borrower) = (fixture.servicer.pubkey(), fixture.borrower.pubkey());
            let call = build::lift_hold(&fixture.keys, servicer, borrower, agreed);
            send(fixture, &[call])
        },
    },
    Deadline {
        name: "an amendment after its deadline",
        instruction: "amend",
        expected: ends_after(E::DeadlinePassed),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Fresh), START + 600),
        attempt: |fixture| {
            let args = fixture.amendment(|terms| terms.instalment += 1);
            fixture.amend_by_both(AmendArgs { deadline: START + 600, ..args })
        },
    },
    Deadline {
        name: "a sale on a hand-over of more than 7 days ago",
        instruction: "assign",
        expected: ends_after(E::HandOverTooOld),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Sellable), START + MAX_HAND_OVER_AGE_SECS),
        attempt: |fixture| handed_over_at(fixture, START),
    },
    Deadline {
        name: "a sale on a hand-over more than a minute ahead",
        instruction: "assign",
        expected: from(E::HandOverTooOld),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Sellable), START + 600),
        attempt: |fixture| handed_over_at(fixture, START + 600 + MAX_CLOCK_SKEW_SECS),
    },
    Deadline {
        name: "a new key that takes over within 14 days",
        instruction: "recover_borrower",
        expected: from(E::RecoveryTooEarly),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Proposed), START + 14 * DAY),
        attempt: |fixture| fixture.complete_recovery(&person("new borrower")),
    },
    Deadline {
        name: "another key proposed within 90 days of a refusal",
        instruction: "recover_borrower",
        expected: from(E::RecoveryBarred),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Proposed);
            fixture.refuse_recovery().holds();
            (fixture, START + 90 * DAY)
        },
        attempt: |fixture| fixture.propose_recovery(person("new borrower").pubkey()),
    },
    Deadline {
        name: "a key that took over moves the loan on within 90 days",
        instruction: "rotate_borrower",
        expected: from(E::RecoveredKey),
        begin: |checkpoints| (taken_over(checkpoints), START + 104 * DAY),
        attempt: |fixture| fixture.rotate_borrower(&person("nominee")),
    },
    Deadline {
        name: "a key that took over empties the wallet within 90 days",
        instruction: "withdraw_surplus",
        expected: from(E::RecoveredKey),
        begin: |checkpoints| {
            let mut fixture = taken_over(checkpoints);
            fixture.top_up(20_000);
            (fixture, START + 104 * DAY)
        },
        attempt: |fixture| fixture.withdraw_surplus(1),
    },
    Deadline {
        name: "a loan whose first payment is due already",
        instruction: "originate",
        expected: until(E::TermsFirstDue),
        begin: |checkpoints| {
            let fixture = checkpoints.at(Checkpoint::BeforeLoan);
            let due = fixture.terms.first_due;
            (fixture, due)
        },
        attempt: LoanFixture::originate,
    },
    Deadline {
        name: "withdrawal of what has fallen due",
        instruction: "withdraw_surplus",
        expected: until(E::NotSurplus),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Fresh);
            fixture.top_up(1_000);
            (fixture, due(0))
        },
        attempt: |fixture| fixture.withdraw_surplus(1),
    },
];

/// The loan as it is for a borrower whose key just took over from a lost one.
fn taken_over(checkpoints: &mut Checkpoints) -> LoanFixture {
    let mut fixture = checkpoints.at(Checkpoint::Recoverable);
    fixture.complete_recovery(&person("new borrower")).holds();
    fixture.turn_to_borrower("new borrower");
    fixture
}

/// A sale on the car's word that it took the buyer's keys at this time.
fn handed_over_at(fixture: &mut LoanFixture, device_time: i64) -> Outcome {
    let receipt = fixture.car.handed_over(&fixture.buyer().keyring, device_time);
    fixture.assign_on(&receipt)
}
