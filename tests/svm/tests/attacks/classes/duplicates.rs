//! One account in two places.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError as E;
use latchkey_client::instructions as build;
use latchkey_tests_svm::Expected;
use latchkey_tests_svm::checkpoint::Checkpoint;
use latchkey_tests_svm::doors::{find, find_use, send};
use solana_sdk::signer::Signer;

use crate::suite::Case;

pub fn cases() -> Vec<Case> {
    let twice: Expected = ErrorCode::ConstraintDuplicateMutableAccount.into();
    let doubled: Vec<(&'static str, &'static str, &'static str, Expected)> = vec![
        ("originate", "seller", "treasury", E::InvalidSeller.into()),
        ("originate", "treasury", "seller", E::WrongRecipient.into()),
        ("collect", "treasury", "wallet", E::WrongRecipient.into()),
        ("collect", "wallet", "treasury", E::WrongLoan.into()),
        ("prepay", "wallet", "loan", E::WrongLoan.into()),
        ("prepay", "loan", "wallet", ErrorCode::AccountOwnedByWrongProgram.into()),
        ("pay_off", "wallet", "loan", E::WrongLoan.into()),
        ("pay_off", "loan", "wallet", ErrorCode::AccountOwnedByWrongProgram.into()),
        ("withdraw_surplus", "borrower_tokens", "wallet", twice),
        ("withdraw_surplus", "wallet", "borrower_tokens", twice),
        ("close_loan", "borrower_tokens", "wallet", twice),
        ("close_loan", "wallet", "borrower_tokens", twice),
        ("close_loan", "rent_payer", "authority", E::WrongRecipient.into()),
        ("close_loan", "authority", "rent_payer", E::WrongRecipient.into()),
        ("close_loan", "rent_payer", "escrow", ErrorCode::ConstraintClose.into()),
        ("close_loan", "authority", "escrow", E::WrongRecipient.into()),
        ("claim", "escrow", "invocation", ErrorCode::AccountDiscriminatorMismatch.into()),
        ("confirm", "escrow", "loan", ErrorCode::AccountDiscriminatorMismatch.into()),
        ("confirm", "invocation", "escrow", ErrorCode::AccountDiscriminatorMismatch.into()),
        ("confirm", "keeper", "escrow", E::NotClaimer.into()),
        ("confirm", "keeper", "invocation", E::NotClaimer.into()),
        ("confirm", "rent_payer", "keeper", E::WrongRecipient.into()),
        ("confirm", "rent_payer", "invocation", E::WrongRecipient.into()),
        ("expire", "rent_payer", "escrow", E::WrongRecipient.into()),
        ("expire", "rent_payer", "invocation", E::WrongRecipient.into()),
        ("expire", "escrow", "invocation", ErrorCode::AccountDiscriminatorMismatch.into()),
        ("request", "escrow", "loan", ErrorCode::AccountDiscriminatorMismatch.into()),
        ("lift_hold", "borrower", "lender_signer", E::NotBorrower.into()),
        ("lift_hold", "lender_signer", "borrower", E::NotServicing.into()),
        ("extend", "borrower", "lender_signer", E::NotBorrower.into()),
        ("extend", "lender_signer", "borrower", E::NotServicing.into()),
        ("rotate_device_key", "borrower", "lender_signer", E::NotBorrower.into()),
    ];
    let mut cases: Vec<_> = doubled
        .into_iter()
        .map(|(name, account, as_well, expected)| {
            Case::new(
                format!("{name} with its {as_well} as its {account} too"),
                name,
                expected,
                move |checkpoints| {
                    let mut attempt = find(name).attempt(checkpoints);
                    let doubled = attempt.account(as_well);
                    attempt.swap(account, doubled).send()
                },
            )
        })
        .collect();
    // The stranger does not own the wallet, so it cannot pay the loan off with the borrower's money.
    cases.push(Case::new(
        "pay_off by a stranger with the car wallet as its tokens",
        "pay_off",
        Expected::Token(4),
        |checkpoints| {
            let mut attempt = find_use("another's loan").attempt(checkpoints);
            let wallet = attempt.account("wallet");
            attempt.swap("payer_tokens", wallet).send()
        },
    ));
    cases.push(Case::new(
        "originate with the car wallet as the seller's account",
        "originate",
        E::InvalidSeller,
        |checkpoints| {
            let mut attempt = find("originate").attempt(checkpoints);
            let (loan, wallet) = (attempt.account("loan"), attempt.account("wallet"));
            attempt.fixture.money.clone().open(&mut attempt.fixture.chain, &loan, 0);
            attempt.swap("seller", wallet).send()
        },
    ));
    cases.push(Case::new(
        "collect twice at once takes an instalment once",
        "collect",
        Expected::Harmless,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Due);
            fixture.top_up(2_000);
            let twice = [build::collect(&fixture.keys), build::collect(&fixture.keys)];
            let outcome = send(&mut fixture, &twice);
            assert_eq!((fixture.wallet(), fixture.loan().ledger.paid_scheduled), (1_000, 1_000));
            outcome
        },
    ));
    cases.push(Case::new("claim twice at once", "claim", E::Leased, |checkpoints| {
        let mut fixture = checkpoints.at(Checkpoint::Asked);
        let claim = build::claim(&fixture.keys, fixture.keeper.pubkey(), 1);
        send(&mut fixture, &[claim.clone(), claim])
    }));
    cases.push(Case::new("yield twice at once for two bonds", "yield_claim", E::NotClaimed, |checkpoints| {
        let mut fixture = checkpoints.at(Checkpoint::Claimed);
        let give_back = build::yield_claim(&fixture.keys.vehicle, fixture.keeper.pubkey(), 1);
        send(&mut fixture, &[give_back.clone(), give_back])
    }));
    cases
}
