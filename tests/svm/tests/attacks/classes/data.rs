//! The thief's own lender, car, loan or escrow in the place of one that belongs.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError as E;
use latchkey::state::Action;
use latchkey_client::{Pubkey, pda};

use crate::checkpoint::{Other, invocation_of, keys_of};
use crate::door::DOORS;
use crate::door::find;
use crate::suite::{Case, Expected};
use latchkey_tests_svm::LoanFixture;

/// What belongs to the thief and is put in an account's place.
fn foreign(fixture: &LoanFixture, account: &str) -> Pubkey {
    let keys = keys_of(fixture, Other::Foreign);
    match account {
        "lender" => keys.lender,
        "vehicle" => keys.vehicle,
        "loan" => keys.loan,
        "escrow" => keys.escrow,
        "treasury" => keys.treasury,
        "wallet" => keys.wallet,
        "invocation" => invocation_of(fixture, Other::Foreign),
        "function" | "lock" => pda::function(&keys.lender, Action::Lock),
        "warn" => pda::function(&keys.lender, Action::Warn),
        "unlock" => pda::function(&keys.lender, Action::Unlock),
        other => unreachable!("the thief has no {other}"),
    }
}

fn table() -> Vec<(&'static str, &'static str, Expected)> {
    let rule = |door, account, rule: E| (door, account, Expected::from(rule));
    let constraint = |door, account, code: ErrorCode| (door, account, Expected::from(code));
    vec![
        rule("set_policy", "lender", E::NotAuthority),
        rule("nominate_authority", "lender", E::NotAuthority),
        rule("accept_authority", "lender", E::NotNominee),
        rule("accept_authority", "treasury", E::InvalidTreasury),
        rule("set_servicer", "lender", E::NotAuthority),
        rule("set_keepers", "lender", E::NotAuthority),
        constraint("set_function", "lender", ErrorCode::ConstraintSeeds),
        rule("pause", "lender", E::NotServicing),
        rule("unpause", "lender", E::NotServicing),
        rule("register_vehicle", "lender", E::NotServicing),
        rule("rotate_device_key", "lender", E::NotServicing),
        rule("rotate_device_key", "vehicle", E::WrongLender),
        rule("rotate_device_key", "loan", E::WrongVehicle),
        rule("retire_vehicle", "lender", E::NotServicing),
        rule("retire_vehicle", "vehicle", E::WrongLender),
        rule("originate", "lender", E::WrongRecipient),
        constraint("originate", "vehicle", ErrorCode::ConstraintSeeds),
        rule("originate", "treasury", E::WrongRecipient),
        constraint("originate", "warn", ErrorCode::ConstraintSeeds),
        constraint("originate", "lock", ErrorCode::ConstraintSeeds),
        constraint("originate", "unlock", ErrorCode::ConstraintSeeds),
        rule("withdraw_escrow", "lender", E::NotAuthority),
        rule("withdraw_escrow", "loan", E::WrongLender),
        rule("withdraw_escrow", "escrow", E::WrongLoan),
        rule("collect", "lender", E::WrongRecipient),
        rule("collect", "loan", E::WrongLender),
        rule("collect", "treasury", E::WrongRecipient),
        rule("prepay", "lender", E::WrongRecipient),
        rule("prepay", "loan", E::WrongLender),
        rule("prepay", "treasury", E::WrongRecipient),
        rule("pay_off", "lender", E::WrongRecipient),
        rule("pay_off", "loan", E::WrongLender),
        rule("pay_off", "treasury", E::WrongRecipient),
        rule("withdraw_surplus", "lender", E::WrongLender),
        rule("withdraw_surplus", "loan", E::WrongLender),
        rule("declare_default", "lender", E::WrongLender),
        rule("declare_default", "loan", E::WrongLender),
        rule("serve_notice", "lender", E::NotServicing),
        rule("serve_notice", "loan", E::WrongLender),
        rule("place_hold", "lender", E::NotServicing),
        rule("place_hold", "loan", E::WrongLender),
        rule("lift_hold", "lender", E::NotServicing),
        rule("lift_hold", "loan", E::WrongLender),
        rule("extend", "lender", E::NotServicing),
        rule("extend", "loan", E::WrongLender),
        rule("waive_fees", "lender", E::NotServicing),
        rule("waive_fees", "loan", E::WrongLender),
        rule("emergency_start", "vehicle", E::WrongVehicle),
        rule("emergency_start", "loan", E::WrongVehicle),
        rule("charge_off", "lender", E::NotServicing),
        rule("charge_off", "loan", E::WrongLender),
        rule("claim", "lender", E::WrongLender),
        rule("claim", "vehicle", E::WrongVehicle),
        rule("claim", "escrow", E::WrongLoan),
        rule("claim", "invocation", E::WrongLoan),
        rule("confirm", "vehicle", E::WrongVehicle),
        rule("confirm", "loan", E::WrongLoan),
        rule("confirm", "escrow", E::WrongLoan),
        rule("confirm", "invocation", E::WrongVehicle),
        rule("yield_claim", "invocation", E::NotClaimer),
        rule("expire", "vehicle", E::WrongVehicle),
        rule("expire", "loan", E::WrongLoan),
        rule("expire", "escrow", E::WrongLoan),
        rule("expire", "invocation", E::WrongVehicle),
        rule("close_loan", "lender", E::WrongRecipient),
        rule("close_loan", "vehicle", E::WrongVehicle),
        rule("close_loan", "loan", E::WrongLender),
        rule("close_loan", "escrow", E::WrongLoan),
    ]
}

pub fn cases() -> Vec<Case> {
    let mut cases: Vec<_> = table()
        .into_iter()
        .map(|(door, account, expected)| {
            Case::new(format!("{door} with the thief's own {account}"), door, expected, move |checkpoints| {
                let attempt = find(door).attempt(checkpoints);
                let account_of_the_thief = foreign(&attempt.fixture, account);
                attempt.swap(account, account_of_the_thief).send()
            })
        })
        .collect();
    for door in DOORS.iter().filter(|door| door.name == "request") {
        for (account, expected) in [
            ("lender", Expected::from(ErrorCode::ConstraintSeeds)),
            ("function", ErrorCode::ConstraintSeeds.into()),
            ("loan", E::WrongLender.into()),
            ("escrow", E::WrongLoan.into()),
        ] {
            let name = format!("{} with the thief's own {account}", door.label());
            cases.push(Case::new(name, door.name, expected, move |checkpoints| {
                let attempt = door.attempt(checkpoints);
                let account_of_the_thief = foreign(&attempt.fixture, account);
                attempt.swap(account, account_of_the_thief).send()
            }));
        }
    }
    cases
}
