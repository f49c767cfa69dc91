//! Transactions signed in time with a durable nonce, and landed when the chain has changed.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError as E;
use latchkey::state::{Action, PolicyFloors};
use latchkey_client::Instruction;
use latchkey_client::instructions as build;
use latchkey_tests_svm::checkpoint::{Checkpoint, Checkpoints};
use latchkey_tests_svm::doors::signers;
use latchkey_tests_svm::{DAY, Expected, LEASE, LoanFixture, Outcome, TTL, due, floors, person};
use solana_sdk::signer::Signer;

use crate::suite::Case;

/// Signs at one moment, lets something happen, and lands.
fn delayed(
    checkpoints: &mut Checkpoints,
    checkpoint: Checkpoint,
    call: impl FnOnce(&LoanFixture) -> Vec<Instruction>,
    meanwhile: impl FnOnce(&mut LoanFixture),
) -> Outcome {
    let mut fixture = checkpoints.at(checkpoint);
    let instructions = call(&fixture);
    let keys = signers(&instructions);
    let signed = fixture.chain.sign_for_later(&instructions, &keys.iter().collect::<Vec<_>>());
    meanwhile(&mut fixture);
    fixture.chain.submit(signed)
}

fn lock(fixture: &LoanFixture) -> Vec<Instruction> {
    vec![build::request(&fixture.keys, fixture.payer.pubkey(), None, Action::Lock, 1)]
}

type Call = fn(&LoanFixture) -> Vec<Instruction>;
type Meanwhile = fn(&mut LoanFixture);

pub fn cases() -> Vec<Case> {
    let table: Vec<(&'static str, &'static str, Expected, Checkpoint, Call, Meanwhile)> = vec![
        ("a lock that lands in time", "request", Expected::Harmless, Checkpoint::Defaulted, lock, |_| {}),
        (
            "a lock after the wallet was topped up",
            "request",
            E::WalletCanPay.into(),
            Checkpoint::Defaulted,
            lock,
            |s| {
                s.top_up(1_000);
            },
        ),
        ("a lock after the cure", "request", E::NotDefaulted.into(), Checkpoint::Defaulted, lock, |s| {
            s.top_up(1_000);
            s.collect().holds();
        }),
        ("a lock after a promise", "request", E::OnHold.into(), Checkpoint::Defaulted, lock, |s| {
            s.place_hold(due(9)).holds();
        }),
        ("a lock after a pause", "request", E::LenderPaused.into(), Checkpoint::Defaulted, lock, |s| {
            s.pause(60).holds();
        }),
        ("a lock after an extension", "request", E::NotDefaulted.into(), Checkpoint::Defaulted, lock, |s| {
            s.extend().holds();
        }),
        (
            "a lock after the payoff",
            "request",
            E::NotDefaulted.into(),
            Checkpoint::Defaulted,
            lock,
            LoanFixture::pay_all,
        ),
        (
            "a lock after the charge-off",
            "request",
            E::NotDefaulted.into(),
            Checkpoint::Defaulted,
            lock,
            |s| {
                s.at(due(0) + 120 * DAY).charge_off().holds();
            },
        ),
        (
            "a lock after the loan was closed",
            "request",
            ErrorCode::AccountNotInitialized.into(),
            Checkpoint::Defaulted,
            lock,
            |s| {
                s.pay_all();
                s.close().holds();
            },
        ),
        (
            "a lock after another was asked for",
            "request",
            ErrorCode::ConstraintSeeds.into(),
            Checkpoint::Defaulted,
            lock,
            |s| drop(s.request(Action::Lock).holds()),
        ),
        (
            "a lock after the device was changed",
            "request",
            ErrorCode::ConstraintSeeds.into(),
            Checkpoint::Defaulted,
            lock,
            |s| drop(s.change_device("new device")),
        ),
        (
            "the whole road to a lock after a top-up",
            "declare_default",
            E::NotPastDue.into(),
            Checkpoint::GraceOver,
            |s| build::lock_now(&s.keys, s.keeper.pubkey(), 1).into(),
            |s| s.top_up(1_000),
        ),
        (
            "a default after a top-up",
            "declare_default",
            E::WalletCanPay.into(),
            Checkpoint::GraceOver,
            |s| vec![build::declare_default(&s.keys)],
            |s| s.top_up(1_000),
        ),
        (
            "a default after an extension",
            "declare_default",
            E::NotPastDue.into(),
            Checkpoint::GraceOver,
            |s| vec![build::declare_default(&s.keys)],
            |s| drop(s.extend().holds()),
        ),
        (
            "a warning after a top-up",
            "request",
            E::WalletCanPay.into(),
            Checkpoint::Due,
            |s| vec![build::request(&s.keys, s.payer.pubkey(), None, Action::Warn, 1)],
            |s| s.top_up(1_000),
        ),
        (
            "an unlock by a servicer that was dismissed",
            "request",
            E::NotServicing.into(),
            Checkpoint::Locked,
            |s| vec![build::request(&s.keys, s.payer.pubkey(), Some(s.servicer.pubkey()), Action::Unlock, 2)],
            |s| drop(s.set_servicer(s.rival.pubkey()).holds()),
        ),
        (
            "a claim after a newer request",
            "claim",
            E::Superseded.into(),
            Checkpoint::Asked,
            |s| vec![build::claim(&s.keys, s.keeper.pubkey(), 1)],
            |s| {
                let authority = s.authority.insecure_clone();
                s.request_as(&authority, Action::Unlock).holds();
            },
        ),
        (
            "a claim after the expiry",
            "claim",
            E::Expired.into(),
            Checkpoint::Asked,
            |s| vec![build::claim(&s.keys, s.keeper.pubkey(), 1)],
            |s| {
                s.at(LoanFixture::default_at() + TTL);
            },
        ),
        (
            "a claim after the keeper was taken off the list",
            "claim",
            E::KeeperNotAllowed.into(),
            Checkpoint::Asked,
            |s| vec![build::claim(&s.keys, s.keeper.pubkey(), 1)],
            |s| drop(s.set_keepers(vec![s.rival.pubkey()]).holds()),
        ),
        (
            "a lease given back after it lapsed",
            "yield_claim",
            E::LeaseLapsed.into(),
            Checkpoint::Claimed,
            |s| vec![build::yield_claim(&s.keys.vehicle, s.keeper.pubkey(), 1)],
            |s| {
                s.at(LoanFixture::default_at() + LEASE);
            },
        ),
        (
            "a receipt after the device was changed",
            "confirm",
            E::InvocationVoid.into(),
            Checkpoint::Claimed,
            |s| s.confirmation(&s.car.sign(&s.receipt(1).encode())).into(),
            |s| drop(s.change_device("new device")),
        ),
        (
            "a receipt after a rival took the lapsed lease over",
            "confirm",
            E::NotClaimer.into(),
            Checkpoint::Claimed,
            |s| s.confirmation(&s.car.sign(&s.receipt(1).encode())).into(),
            |s| {
                let rival = s.rival.insecure_clone();
                s.at(LoanFixture::default_at() + LEASE).claim(&rival, 1).holds();
            },
        ),
        (
            "an expiry of what was confirmed",
            "expire",
            ErrorCode::AccountNotInitialized.into(),
            Checkpoint::Claimed,
            |s| vec![build::expire(&s.keys, 1, s.payer.pubkey())],
            |s| {
                let receipt = s.receipt(1);
                s.confirm(&receipt).holds();
            },
        ),
        (
            "a promise whose date has passed",
            "place_hold",
            E::InvalidHold.into(),
            Checkpoint::Fresh,
            |s| vec![build::place_hold(&s.keys, s.servicer.pubkey(), due(0))],
            |s| {
                s.at(due(0));
            },
        ),
        (
            "the end of a promise that was kept",
            "lift_hold",
            E::NotOnHold.into(),
            Checkpoint::Held,
            |s| vec![build::lift_hold(&s.keys, s.servicer.pubkey(), s.borrower.pubkey())],
            |s| {
                s.at(due(9));
            },
        ),
        (
            "an extension after the last one was used",
            "extend",
            E::NoExtensionLeft.into(),
            Checkpoint::Fresh,
            |s| vec![build::extend(&s.keys, s.servicer.pubkey(), s.borrower.pubkey())],
            |s| {
                s.extend().holds();
                s.extend().holds();
            },
        ),
        (
            "a waiver of fees that were paid",
            "waive_fees",
            E::WaiverTooLarge.into(),
            Checkpoint::Late,
            |s| vec![build::waive_fees(&s.keys, s.servicer.pubkey(), 25)],
            |s| {
                s.top_up(1_025);
                s.collect().holds();
            },
        ),
        (
            "a withdrawal of what has fallen due",
            "withdraw_surplus",
            E::NotSurplus.into(),
            Checkpoint::Funded,
            |s| vec![build::withdraw_surplus(&s.keys, s.borrower.pubkey(), s.savings, 20_000)],
            |s| {
                s.at(due(0));
            },
        ),
        (
            "an emergency start of a car that was unlocked",
            "emergency_start",
            E::NothingToUnlock.into(),
            Checkpoint::Cured,
            |s| vec![build::emergency_start(&s.keys, s.borrower.pubkey())],
            |s| {
                s.request(Action::Unlock).holds();
                s.fulfil(2);
            },
        ),
        (
            "a charge-off after the wallet was filled",
            "charge_off",
            E::TooEarlyToChargeOff.into(),
            Checkpoint::Hopeless,
            |s| vec![build::charge_off(&s.keys, s.servicer.pubkey())],
            |s| s.top_up(10_000),
        ),
        (
            "terms whose first payment is due already",
            "originate",
            E::TermsFirstDue.into(),
            Checkpoint::BeforeLoan,
            |s| vec![s.origination(s.terms, s.fees())],
            |s| {
                s.at(due(0));
            },
        ),
        (
            "terms below floors that were raised",
            "originate",
            E::TermsGrace.into(),
            Checkpoint::BeforeLoan,
            |s| vec![s.origination(s.terms, s.fees())],
            |s| drop(s.set_policy(PolicyFloors { min_grace_secs: u32::MAX, ..floors() }).holds()),
        ),
        (
            "a loan on a car that was retired",
            "originate",
            E::VehicleRetired.into(),
            Checkpoint::BeforeLoan,
            |s| vec![s.origination(s.terms, s.fees())],
            |s| drop(s.retire().holds()),
        ),
        (
            "an acceptance after the nomination was taken back",
            "accept_authority",
            E::NotNominee.into(),
            Checkpoint::Nominated,
            |s| {
                let nominee = person("nominee").pubkey();
                vec![build::accept_authority(s.lender, nominee, s.money.account(&nominee))]
            },
            |s| drop(s.nominate(None).holds()),
        ),
        (
            "a policy by an authority that gave the lender away",
            "set_policy",
            E::NotAuthority.into(),
            Checkpoint::Nominated,
            |s| vec![build::set_policy(s.lender, s.authority.pubkey(), floors())],
            |s| {
                let nominee = person("nominee");
                let treasury = s.money.account(&nominee.pubkey());
                s.accept(&nominee, treasury).holds();
            },
        ),
        (
            "a pause by a servicer that was dismissed",
            "pause",
            E::NotServicing.into(),
            Checkpoint::Fresh,
            |s| vec![build::pause(s.lender, s.servicer.pubkey(), 60)],
            |s| drop(s.set_servicer(s.rival.pubkey()).holds()),
        ),
        (
            "a key that was put in already",
            "rotate_device_key",
            E::SameDeviceKey.into(),
            Checkpoint::Fresh,
            |s| {
                let device = s.car.successor("new device");
                let enrolment = device.sign(&device.enrolment(&s.lender).encode());
                build::rotate_device_key(s.keys.vehicle, s.servicer.pubkey(), s.secured(), &enrolment)
                    .expect("it is an enrolment")
                    .into()
            },
            |s| drop(s.change_device("new device")),
        ),
    ];
    let mut cases: Vec<_> = table
        .into_iter()
        .map(|(name, instruction, expected, checkpoint, call, meanwhile)| {
            Case::new(name, instruction, expected, move |checkpoints| {
                delayed(checkpoints, checkpoint, call, meanwhile)
            })
        })
        .collect();
    cases.push(Case::new(
        "a lock during an emergency start",
        "request",
        E::InEmergencyStart,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Locked);
            fixture.emergency_start().holds();
            fixture.request(Action::Unlock).holds();
            fixture.fulfil(2);
            let ends = LoanFixture::default_at() + DAY;
            let lock = build::request(&fixture.keys, fixture.payer.pubkey(), None, Action::Lock, 3);
            let payer = fixture.payer.insecure_clone();
            let signed = fixture.chain.sign_for_later(&[lock], &[&payer]);
            fixture.at(ends - 1);
            fixture.chain.submit(signed)
        },
    ));
    cases
}
