//! The instructions of `escrow/`.

use latchkey::errors::LatchkeyError as E;
use latchkey_client::instructions as build;
use solana_sdk::signer::Signer;

use super::{Door, door, rule};
use crate::Expected;
use crate::checkpoint::Checkpoint;

pub const DOORS: &[Door] = &[
    door("fund_escrow", Checkpoint::Fresh, |s| vec![build::fund_escrow(s.payer.pubkey(), &s.keys.loan, 1)])
        // Anyone may fund any escrow.
        .foreign(&[("escrow", Expected::Harmless)]),
    door("withdraw_escrow", Checkpoint::Fresh, |s| {
        vec![build::withdraw_escrow(&s.keys, s.authority.pubkey(), 1_000_000)]
    })
    .signed_by(&[("authority", E::NotAuthority)])
    .foreign(&[
        ("lender", rule(E::NotAuthority)),
        ("loan", rule(E::WrongLender)),
        ("escrow", rule(E::WrongLoan)),
    ])
    .sibling(&[("escrow", rule(E::WrongLoan)), ("loan", rule(E::WrongLoan))]),
];
