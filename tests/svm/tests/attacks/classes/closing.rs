//! Using a closed account: again, later, or revived by lamports in the same transaction.

use anchor_lang::error::ErrorCode;
use latchkey::instructions::SettlementReason;
use latchkey::state::Action;
use latchkey_client::instructions as build;
use latchkey_client::{Instruction, Pubkey};
use latchkey_tests_svm::checkpoint::{Checkpoint, Checkpoints};
use latchkey_tests_svm::doors::{find, send, signers};
use latchkey_tests_svm::{LoanFixture, Outcome, START};
use solana_sdk::signer::Signer;

use crate::suite::Case;

/// The account is gone: no lamports, no owner, no data.
const GONE: ErrorCode = ErrorCode::AccountNotInitialized;
/// The loan is gone: a stub of another type stands at its address.
const STUB: ErrorCode = ErrorCode::AccountDiscriminatorMismatch;
/// The account is back, but it is the system program's.
const NOT_OURS: ErrorCode = ErrorCode::AccountOwnedByWrongProgram;

/// Lamports that keep a closed account alive to the end of the transaction.
fn revive(fixture: &LoanFixture, address: Pubkey) -> Instruction {
    solana_system_interface::instruction::transfer(&fixture.stranger.pubkey(), &address, 10_000_000)
}

/// A closed loan, and the call that a door made before.
fn after_close(checkpoints: &mut Checkpoints, call: impl FnOnce(&LoanFixture) -> Instruction) -> Outcome {
    let mut fixture = checkpoints.at(Checkpoint::PaidOff);
    let call = call(&fixture);
    fixture.close().holds();
    send(&mut fixture, &[call])
}

/// The door's call, lamports for the account it closed, and the call again.
fn revived(checkpoints: &mut Checkpoints, door: &str, account: &str) -> Outcome {
    let mut attempt = find(door).attempt(checkpoints);
    let address = attempt.account(account);
    let revival = revive(&attempt.fixture, address);
    let all = [&attempt.instructions[..], &[revival], &attempt.instructions[..]].concat();
    send(&mut attempt.fixture, &all)
}

fn twice(checkpoints: &mut Checkpoints, door: &str) -> Outcome {
    let mut attempt = find(door).attempt(checkpoints);
    let all = [&attempt.instructions[..], &attempt.instructions[..]].concat();
    send(&mut attempt.fixture, &all)
}

fn again(checkpoints: &mut Checkpoints, door: &str) -> Outcome {
    let mut attempt = find(door).attempt(checkpoints);
    send(&mut attempt.fixture, &attempt.instructions.clone()).holds();
    assert!(signers(&attempt.instructions).len() <= 1);
    attempt.send()
}

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for name in ["confirm", "expire", "close_loan"] {
        cases
            .push(Case::new(format!("{name} twice in one transaction"), name, GONE, move |s| twice(s, name)));
        cases.push(Case::new(format!("{name} again later"), name, GONE, move |s| again(s, name)));
    }
    for (name, account) in [
        ("confirm", "invocation"),
        ("expire", "invocation"),
        ("close_loan", "loan"),
        ("close_loan", "escrow"),
    ] {
        // The loan's stub lives already; what is gone beside it is the escrow.
        let expected = if account == "loan" { GONE } else { NOT_OURS };
        let case = format!("{name} again after its {account} was revived");
        cases.push(Case::new(case, name, expected, move |checkpoints| revived(checkpoints, name, account)));
    }
    cases.push(Case::new("collect from a closed loan", "collect", STUB, |checkpoints| {
        after_close(checkpoints, |fixture| build::collect(&fixture.keys))
    }));
    cases.push(Case::new("pay off a closed loan", "pay_off", STUB, |checkpoints| {
        after_close(checkpoints, |fixture| build::pay_off(&fixture.keys, fixture.borrower.pubkey(), None))
    }));
    cases.push(Case::new("fund the escrow of a closed loan", "fund_escrow", GONE, |checkpoints| {
        after_close(checkpoints, |fixture| {
            build::fund_escrow(fixture.stranger.pubkey(), &fixture.keys.loan, 1)
        })
    }));
    cases.push(Case::new(
        "withdraw from the escrow of a closed loan",
        "withdraw_escrow",
        STUB,
        |checkpoints| {
            after_close(checkpoints, |fixture| {
                build::withdraw_escrow(&fixture.keys, fixture.authority.pubkey(), 1)
            })
        },
    ));
    cases.push(Case::new(
        "withdraw from the wallet of a closed loan",
        "withdraw_surplus",
        GONE,
        |checkpoints| {
            after_close(checkpoints, |fixture| {
                build::withdraw_surplus(&fixture.keys, fixture.borrower.pubkey(), fixture.savings, 1)
            })
        },
    ));
    cases.push(Case::new("request for a closed loan", "request", STUB, |checkpoints| {
        after_close(checkpoints, |fixture| {
            build::request(&fixture.keys, fixture.payer.pubkey(), None, Action::Warn, 1)
        })
    }));
    cases.push(Case::new("place a hold on a closed loan", "place_hold", STUB, |checkpoints| {
        after_close(checkpoints, |fixture| {
            build::place_hold(&fixture.keys, fixture.servicer.pubkey(), i64::MAX)
        })
    }));
    cases.push(Case::new("stay a closed loan", "place_stay", STUB, |checkpoints| {
        after_close(checkpoints, |fixture| {
            build::place_stay(&fixture.keys, fixture.authority.pubkey(), START, START + 1)
        })
    }));
    cases.push(Case::new("settle a closed loan", "settle", STUB, |checkpoints| {
        after_close(checkpoints, |fixture| {
            build::settle(&fixture.keys, fixture.authority.pubkey(), SettlementReason::Settlement)
        })
    }));
    cases.push(Case::new("amend a closed loan", "amend", STUB, |checkpoints| {
        after_close(checkpoints, |fixture| fixture.amending(fixture.amendment(|_| {}), true))
    }));
    cases.push(Case::new("take over a closed loan by a new key", "recover_borrower", STUB, |checkpoints| {
        after_close(checkpoints, |fixture| {
            build::propose_recovery(&fixture.keys, fixture.authority.pubkey(), fixture.stranger.pubkey())
        })
    }));
    cases.push(Case::new(
        "use a closed loan whose stub was given lamports",
        "collect",
        STUB,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::PaidOff);
            let closing = fixture.closing(&fixture.borrower.pubkey());
            let all = [closing, revive(&fixture, fixture.keys.loan), build::collect(&fixture.keys)];
            send(&mut fixture, &all)
        },
    ));
    cases.push(Case::new(
        "write a closed loan again under its old number",
        "originate",
        ErrorCode::ConstraintSeeds,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::PaidOff);
            fixture.close().holds();
            fixture.originate()
        },
    ));
    for name in ["claim", "yield_claim"] {
        cases.push(Case::new(format!("{name} what was confirmed"), name, GONE, move |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Locked);
            let call = match name {
                "claim" => build::claim(&fixture.keys, fixture.rival.pubkey(), 1),
                _ => build::yield_claim(&fixture.keys.vehicle, fixture.keeper.pubkey(), 1),
            };
            send(&mut fixture, &[call])
        }));
    }
    cases.push(Case::new("expire what was confirmed", "expire", GONE, |checkpoints| {
        let mut fixture = checkpoints.at(Checkpoint::Locked);
        let call = build::expire(&fixture.keys, 1, fixture.payer.pubkey(), None);
        send(&mut fixture, &[call])
    }));
    cases
}
