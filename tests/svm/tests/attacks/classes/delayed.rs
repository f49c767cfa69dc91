//! Transactions signed in time with a durable nonce, and landed when the chain has changed.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError as E;
use latchkey::instructions::{AmendArgs, SettlementReason};
use latchkey::state::{Action, PolicyFloors};
use latchkey_client::Instruction;
use latchkey_client::instructions::{self as build, Agreed};
use latchkey_tests_svm::checkpoint::{Checkpoint, Checkpoints};
use latchkey_tests_svm::doors::signers;
use latchkey_tests_svm::{DAY, Expected, LEASE, LoanFixture, Outcome, START, TTL, due, floors, person};
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

/// The loan's revision as it is read when the parties sign, without a time limit.
fn open_ended(fixture: &LoanFixture) -> Agreed {
    Agreed { deadline: i64::MAX, ..fixture.agreed_now() }
}

fn lock(fixture: &LoanFixture) -> Vec<Instruction> {
    vec![build::request(&fixture.keys, fixture.payer.pubkey(), None, Action::Lock, 1)]
}

/// The proposed key takes over.
fn takeover(fixture: &LoanFixture) -> Vec<Instruction> {
    let new = person("new borrower").pubkey();
    vec![build::complete_recovery(&fixture.keys, fixture.authority.pubkey(), new)]
}

type Call = fn(&LoanFixture) -> Vec<Instruction>;
type Meanwhile = fn(&mut LoanFixture);

pub fn cases() -> Vec<Case> {
    let table: Vec<(&'static str, &'static str, Expected, Checkpoint, Call, Meanwhile)> = vec![
        ("a lock that lands in time", "request", Expected::Harmless, Checkpoint::Defaulted, lock, |_| {}),
        (
            "a lock after the wallet was topped up",
            "request",
            E::NotDefaulted.into(),
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
            s.place_hold(due(4)).holds();
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
            ErrorCode::AccountDiscriminatorMismatch.into(),
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
            E::NotPastDue.into(),
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
            E::NotPastDue.into(),
            Checkpoint::Due,
            |s| vec![build::request(&s.keys, s.payer.pubkey(), None, Action::Warn, 1)],
            |s| s.top_up(1_000),
        ),
        (
            "an unlock by a servicer that was dismissed",
            "request",
            E::NotParty.into(),
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
            |s| vec![s.expiring(1)],
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
            |s| vec![build::lift_hold(&s.keys, s.servicer.pubkey(), s.borrower.pubkey(), open_ended(s))],
            |s| {
                s.at(due(9));
            },
        ),
        (
            "an extension after the last one was used",
            "extend",
            E::NoExtensionLeft.into(),
            Checkpoint::Fresh,
            |s| {
                let later = Agreed { revision: s.loan().revision + 2, deadline: i64::MAX };
                vec![build::extend(&s.keys, s.servicer.pubkey(), s.borrower.pubkey(), later)]
            },
            |s| {
                s.extend().holds();
                s.extend().holds();
            },
        ),
        (
            "an extension of a loan that was extended since",
            "extend",
            E::RevisionChanged.into(),
            Checkpoint::Fresh,
            |s| vec![build::extend(&s.keys, s.servicer.pubkey(), s.borrower.pubkey(), open_ended(s))],
            |s| drop(s.extend().holds()),
        ),
        (
            "an extension after its deadline",
            "extend",
            E::DeadlinePassed.into(),
            Checkpoint::Fresh,
            |s| vec![build::extend(&s.keys, s.servicer.pubkey(), s.borrower.pubkey(), s.agreed_now())],
            |s| {
                s.at(START + 1);
            },
        ),
        (
            "the end of a promise that was prolonged since",
            "lift_hold",
            E::RevisionChanged.into(),
            Checkpoint::Held,
            |s| vec![build::lift_hold(&s.keys, s.servicer.pubkey(), s.borrower.pubkey(), open_ended(s))],
            |s| drop(s.place_hold(due(4) + 1).holds()),
        ),
        (
            "an amendment of a loan that was stayed since",
            "amend",
            E::RevisionChanged.into(),
            Checkpoint::Fresh,
            |s| {
                vec![
                    s.amending(
                        AmendArgs { deadline: i64::MAX, ..s.amendment(|it| it.instalment += 1) },
                        true,
                    ),
                ]
            },
            |s| drop(s.place_stay(START, due(0)).holds()),
        ),
        (
            "an amendment by a borrower who moved to another key",
            "amend",
            E::NotBorrower.into(),
            Checkpoint::Fresh,
            |s| {
                vec![
                    s.amending(
                        AmendArgs { deadline: i64::MAX, ..s.amendment(|it| it.instalment += 1) },
                        true,
                    ),
                ]
            },
            |s| drop(s.rotate_borrower(&person("new borrower")).holds()),
        ),
        (
            "a sale of a loan that changed since",
            "assign",
            E::RevisionChanged.into(),
            Checkpoint::Sellable,
            |s| s.assignment().into(),
            |s| drop(s.place_hold(START + DAY).holds()),
        ),
        (
            "a sale after its deadline",
            "assign",
            E::DeadlinePassed.into(),
            Checkpoint::Sellable,
            |s| s.assignment().into(),
            |s| {
                s.at(START + 1);
            },
        ),
        (
            "a sale on the keys of a device that was changed",
            "assign",
            E::ProofWrongKey.into(),
            Checkpoint::Sellable,
            |s| s.assignment().into(),
            |s| drop(s.change_device("new device")),
        ),
        (
            "a new key that takes over after the old one refused",
            "recover_borrower",
            E::RecoveryBarred.into(),
            Checkpoint::Recoverable,
            takeover,
            |s| drop(s.refuse_recovery().holds()),
        ),
        (
            "a refusal after the new key took over",
            "refuse_recovery",
            E::NotBorrower.into(),
            Checkpoint::Recoverable,
            |s| vec![build::refuse_recovery(s.keys.loan, s.borrower.pubkey())],
            |s| drop(s.complete_recovery(&person("new borrower")).holds()),
        ),
        (
            "a stay that begins in what is past by now",
            "place_stay",
            E::InvalidStay.into(),
            Checkpoint::Fresh,
            |s| vec![build::place_stay(&s.keys, s.authority.pubkey(), START, due(0))],
            |s| {
                s.at(START + 1);
            },
        ),
        (
            "a claim after the wallet was topped up",
            "claim",
            E::NotPastDue.into(),
            Checkpoint::Asked,
            |s| vec![build::claim(&s.keys, s.keeper.pubkey(), 1)],
            |s| s.top_up(1_000),
        ),
        (
            "a claim after a promise",
            "claim",
            E::OnHold.into(),
            Checkpoint::Asked,
            |s| vec![build::claim(&s.keys, s.keeper.pubkey(), 1)],
            |s| drop(s.place_hold(due(4)).holds()),
        ),
        (
            "a claim after a pause",
            "claim",
            E::LenderPaused.into(),
            Checkpoint::Asked,
            |s| vec![build::claim(&s.keys, s.keeper.pubkey(), 1)],
            |s| drop(s.pause(60).holds()),
        ),
        (
            "a claim after a settlement",
            "claim",
            E::NotDefaulted.into(),
            Checkpoint::Asked,
            |s| vec![build::claim(&s.keys, s.keeper.pubkey(), 1)],
            |s| drop(s.settle(SettlementReason::Settlement).holds()),
        ),
        (
            "a receipt of a lock after the device was distrusted",
            "confirm",
            E::DeviceDistrusted.into(),
            Checkpoint::Claimed,
            |s| s.confirmation(&s.car.sign(&s.receipt(1).encode())).into(),
            |s| drop(s.distrust().holds()),
        ),
        (
            "a waiver of fees that were paid",
            "waive_fees",
            E::WaiverTooLarge.into(),
            Checkpoint::Late,
            |s| vec![build::waive_fees(&s.keys, s.servicer.pubkey(), 25)],
            |s| {
                s.top_up(1_026);
                s.prepay_and_fees(1, 25).holds();
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
            |s| vec![build::charge_off(&s.keys, s.authority.pubkey())],
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
            |s| drop(s.set_policy(PolicyFloors { min_grace_weekly_secs: u32::MAX, ..floors() }).holds()),
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
                vec![build::accept_authority(s.lender, nominee, s.money.account(&nominee), s.keys.mint)]
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
