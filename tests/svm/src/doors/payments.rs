//! The instructions that move a loan's money.

use latchkey::errors::LatchkeyError as E;
use latchkey_client::instructions as build;
use solana_sdk::signer::Signer;

use super::{Door, door, rule};
use crate::Expected;
use crate::checkpoint::Checkpoint;

/// The accounts of a payment that anyone may bring about.
const BY_ANYONE: &[(&str, Expected)] = &[("lender", rule(E::WrongLender)), ("loan", rule(E::WrongLender))];

/// Loan and wallet belong to each other.
const SIBLING: &[(&str, Expected)] = &[("wallet", rule(E::WrongLoan)), ("loan", rule(E::WrongLoan))];

pub const DOORS: &[Door] = &[
    door("collect", Checkpoint::Funded, |s| vec![build::collect(&s.keys)])
        .foreign(&[
            ("lender", rule(E::WrongLender)),
            ("loan", rule(E::WrongLender)),
            ("treasury", rule(E::WrongRecipient)),
        ])
        .sibling(SIBLING),
    door("collect", Checkpoint::Funded, |s| vec![build::look(&s.keys)])
        .of("without the treasury")
        .without(&["treasury"])
        .foreign(BY_ANYONE)
        .sibling(SIBLING),
    door("prepay", Checkpoint::Funded, |s| vec![build::prepay(&s.keys, s.borrower.pubkey(), 500, 0)])
        .signed_by(&[("borrower", E::NotBorrower)])
        .foreign(&[("loan", rule(E::NotBorrower))])
        .sibling(SIBLING),
    door("pay_off", Checkpoint::Funded, |s| vec![build::pay_off(&s.keys, s.borrower.pubkey(), None)])
        .of("a loan from its wallet")
        .without(&["payer_tokens"])
        .foreign(BY_ANYONE)
        .sibling(SIBLING),
    door("pay_off", Checkpoint::Funded, |s| {
        let stranger = s.stranger.pubkey();
        vec![build::pay_off(&s.keys, stranger, Some(s.money.account(&stranger)))]
    })
    .of("another's loan")
    .foreign(BY_ANYONE)
    .sibling(SIBLING),
    door("withdraw_surplus", Checkpoint::Funded, |s| {
        vec![build::withdraw_surplus(&s.keys, s.borrower.pubkey(), s.savings, 100)]
    })
    .signed_by(&[("borrower", E::WrongRecipient)])
    .foreign(&[("loan", rule(E::WrongLoan))])
    .sibling(SIBLING),
];
