//! Defaults, requests, claims and receipts that land late.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError as E;
use latchkey::instructions::SettlementReason;
use latchkey::state::Action;
use latchkey_client::Instruction;
use latchkey_client::instructions as build;
use latchkey_tests_svm::checkpoint::Checkpoint;
use latchkey_tests_svm::{DAY, Expected, LEASE, LoanFixture, TTL, due};
use solana_sdk::signer::Signer;

use super::Row;

fn lock(fixture: &LoanFixture) -> Vec<Instruction> {
    vec![build::request(&fixture.keys, fixture.payer.pubkey(), None, Action::Lock, 1)]
}

pub fn table() -> Vec<Row> {
    vec![
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
            E::InvocationOpen.into(),
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
    ]
}
