//! The instructions of `loan/`.

use anchor_lang::error::ErrorCode;
use latchkey::errors::LatchkeyError as E;
use latchkey::state::NoticeChannels;
use latchkey_client::instructions as build;
use solana_sdk::signer::Signer;

use super::{Door, constraint, door, rule};
use crate::Expected;
use crate::checkpoint::Checkpoint;

/// The accounts of a payment to the lender.
const PAYMENT: &[(&str, Expected)] = &[
    ("lender", rule(E::WrongRecipient)),
    ("loan", rule(E::WrongLender)),
    ("treasury", rule(E::WrongRecipient)),
];
/// The accounts of an instruction by which a lender services a loan.
const SERVICING: &[(&str, Expected)] = &[("lender", rule(E::NotServicing)), ("loan", rule(E::WrongLender))];

pub const DOORS: &[Door] = &[
    door("originate", Checkpoint::BeforeLoan, |s| vec![s.origination(s.terms, s.fees())])
        .creates(&["loan", "escrow", "wallet"])
        .signed_by(&[("lender_signer", E::NotServicing)])
        .foreign(&[
            ("lender", rule(E::WrongRecipient)),
            ("vehicle", constraint(ErrorCode::ConstraintSeeds)),
            ("treasury", rule(E::WrongRecipient)),
            ("warn", constraint(ErrorCode::ConstraintSeeds)),
            ("lock", constraint(ErrorCode::ConstraintSeeds)),
            ("unlock", constraint(ErrorCode::ConstraintSeeds)),
        ]),
    door("collect", Checkpoint::Funded, |s| vec![build::collect(&s.keys)])
        .foreign(PAYMENT)
        .sibling(&[("wallet", rule(E::WrongLoan)), ("loan", rule(E::WrongLoan))]),
    door("prepay", Checkpoint::Funded, |s| vec![build::prepay(&s.keys, s.borrower.pubkey(), 500)])
        .signed_by(&[("borrower", E::NotBorrower)])
        .foreign(PAYMENT)
        .sibling(&[("wallet", rule(E::WrongLoan)), ("loan", rule(E::WrongLoan))]),
    door("pay_off", Checkpoint::Funded, |s| vec![build::pay_off(&s.keys, s.borrower.pubkey())])
        .signed_by(&[("borrower", E::NotBorrower)])
        .foreign(PAYMENT)
        .sibling(&[("wallet", rule(E::WrongLoan)), ("loan", rule(E::WrongLoan))]),
    door("withdraw_surplus", Checkpoint::Funded, |s| {
        vec![build::withdraw_surplus(&s.keys, s.borrower.pubkey(), s.savings, 100)]
    })
    .signed_by(&[("borrower", E::NotBorrower)])
    .foreign(&[("lender", rule(E::WrongLender)), ("loan", rule(E::WrongLender))])
    .sibling(&[("wallet", rule(E::WrongLoan)), ("loan", rule(E::WrongLoan))]),
    door("declare_default", Checkpoint::GraceOver, |s| vec![build::declare_default(&s.keys)])
        .foreign(&[("lender", rule(E::WrongLender)), ("loan", rule(E::WrongLender))])
        .sibling(&[("wallet", rule(E::WrongLoan)), ("loan", rule(E::WrongLoan))]),
    door("serve_notice", Checkpoint::Due, |s| {
        vec![build::serve_notice(&s.keys, s.servicer.pubkey(), [9; 32], NoticeChannels::MAIL)]
    })
    .signed_by(&[("lender_signer", E::NotServicing)])
    .foreign(SERVICING),
    door("place_hold", Checkpoint::Fresh, |s| {
        vec![build::place_hold(&s.keys, s.servicer.pubkey(), s.terms.first_due)]
    })
    .signed_by(&[("lender_signer", E::NotServicing)])
    .foreign(SERVICING),
    door("lift_hold", Checkpoint::Held, |s| {
        vec![build::lift_hold(&s.keys, s.servicer.pubkey(), s.borrower.pubkey())]
    })
    .signed_by(&[("lender_signer", E::NotServicing), ("borrower", E::NotBorrower)])
    .foreign(SERVICING),
    door("extend", Checkpoint::Fresh, |s| {
        vec![build::extend(&s.keys, s.servicer.pubkey(), s.borrower.pubkey())]
    })
    .signed_by(&[("lender_signer", E::NotServicing), ("borrower", E::NotBorrower)])
    .foreign(SERVICING),
    door("waive_fees", Checkpoint::Late, |s| vec![build::waive_fees(&s.keys, s.servicer.pubkey(), 25)])
        .signed_by(&[("lender_signer", E::NotServicing)])
        .foreign(SERVICING),
    door("emergency_start", Checkpoint::Locked, |s| {
        vec![build::emergency_start(&s.keys, s.borrower.pubkey())]
    })
    .signed_by(&[("borrower", E::NotBorrower)])
    .foreign(&[("vehicle", rule(E::WrongVehicle)), ("loan", rule(E::WrongVehicle))])
    .sibling(&[("vehicle", rule(E::WrongVehicle)), ("loan", rule(E::WrongVehicle))]),
    door("charge_off", Checkpoint::Hopeless, |s| vec![build::charge_off(&s.keys, s.servicer.pubkey())])
        .signed_by(&[("lender_signer", E::NotServicing)])
        .foreign(SERVICING)
        .sibling(&[("wallet", rule(E::WrongLoan)), ("loan", rule(E::WrongLoan))]),
    door("close_loan", Checkpoint::PaidOff, |s| vec![s.closing(&s.borrower.pubkey())])
        .signed_by(&[("party", E::NotParty)])
        .foreign(&[
            ("lender", rule(E::WrongRecipient)),
            ("vehicle", rule(E::WrongVehicle)),
            ("loan", rule(E::WrongLender)),
            ("escrow", rule(E::WrongLoan)),
        ])
        .sibling(&[
            ("wallet", rule(E::WrongLoan)),
            ("escrow", rule(E::WrongLoan)),
            ("vehicle", rule(E::WrongVehicle)),
            ("loan", rule(E::WrongVehicle)),
        ]),
];
