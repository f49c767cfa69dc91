//! What the parties sign, landing late: promises, agreements, sales, new keys and the lender's own affairs.

use latchkey::errors::LatchkeyError as E;
use latchkey::instructions::AmendArgs;
use latchkey::state::PolicyFloors;
use latchkey_client::Instruction;
use latchkey_client::instructions::{self as build, Agreed};
use latchkey_tests_svm::checkpoint::Checkpoint;
use latchkey_tests_svm::{DAY, LoanFixture, START, due, floors, person};
use solana_sdk::signer::Signer;

use super::Row;

/// The loan's revision as it is read when the parties sign, without a time limit.
fn open_ended(fixture: &LoanFixture) -> Agreed {
    Agreed { deadline: i64::MAX, ..fixture.agreed_now() }
}

/// The proposed key takes over.
fn takeover(fixture: &LoanFixture) -> Vec<Instruction> {
    let new = person("new borrower").pubkey();
    vec![build::complete_recovery(&fixture.keys, fixture.authority.pubkey(), new)]
}

pub fn table() -> Vec<Row> {
    vec![
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
    ]
}
