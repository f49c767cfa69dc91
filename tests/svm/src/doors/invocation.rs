//! The instructions of `invocation/`.

use latchkey::errors::LatchkeyError as E;
use latchkey::state::Action;
use latchkey_client::instructions as build;
use solana_sdk::signer::Signer;

use super::{Door, door, rule};
use crate::Expected;
use crate::checkpoint::Checkpoint;

const REQUEST_FOREIGN: &[(&str, Expected)] = &[
    ("lender", rule(E::WrongLender)),
    ("function", rule(E::WrongLender)),
    ("vehicle", rule(E::WrongVehicle)),
    ("loan", rule(E::WrongLender)),
    ("escrow", rule(E::WrongLoan)),
];
const REQUEST_SIBLING: &[(&str, Expected)] =
    &[("loan", rule(E::WrongVehicle)), ("wallet", rule(E::WrongLoan)), ("escrow", rule(E::WrongLoan))];

/// The accounts of an instruction that ends a call.
const ENDING: &[(&str, Expected)] = &[
    ("vehicle", rule(E::WrongVehicle)),
    ("loan", rule(E::WrongLoan)),
    ("escrow", rule(E::WrongLoan)),
    ("invocation", rule(E::WrongVehicle)),
];

pub const DOORS: &[Door] = &[
    door("request", Checkpoint::Due, |s| {
        vec![build::request(&s.keys, s.payer.pubkey(), None, Action::Warn, 1)]
    })
    .of("a warning")
    .without(&["party"])
    .creates(&["invocation"])
    .foreign(REQUEST_FOREIGN)
    .sibling(REQUEST_SIBLING),
    door("request", Checkpoint::Defaulted, |s| {
        vec![build::request(&s.keys, s.payer.pubkey(), None, Action::Lock, 1)]
    })
    .of("a lock")
    .without(&["party"])
    .creates(&["invocation"])
    .foreign(REQUEST_FOREIGN)
    .sibling(REQUEST_SIBLING),
    door("request", Checkpoint::Cured, |s| {
        vec![build::request(&s.keys, s.payer.pubkey(), None, Action::Unlock, 2)]
    })
    .of("an unlock")
    .without(&["party", "function"])
    .creates(&["invocation"])
    .foreign(REQUEST_FOREIGN)
    .sibling(REQUEST_SIBLING),
    door("request", Checkpoint::Locked, |s| {
        vec![build::request(&s.keys, s.payer.pubkey(), Some(s.servicer.pubkey()), Action::Unlock, 2)]
    })
    .of("an unlock by the lender")
    .without(&["function"])
    .creates(&["invocation"])
    .signed_by(&[("party", E::NotParty)])
    .foreign(REQUEST_FOREIGN)
    .sibling(REQUEST_SIBLING),
    door("request", Checkpoint::Fresh, |s| {
        vec![build::request(&s.keys, s.payer.pubkey(), Some(s.borrower.pubkey()), Action::Unlock, 1)]
    })
    .of("an unlock by the borrower")
    .without(&["function"])
    .creates(&["invocation"])
    .signed_by(&[("party", E::NotParty)])
    .foreign(REQUEST_FOREIGN)
    .sibling(REQUEST_SIBLING),
    door("claim", Checkpoint::Asked, |s| vec![build::claim(&s.keys, s.keeper.pubkey(), 1)])
        .foreign(&[
            ("lender", rule(E::WrongLender)),
            ("vehicle", rule(E::WrongVehicle)),
            ("loan", rule(E::WrongLoan)),
            ("escrow", rule(E::WrongLoan)),
            ("invocation", rule(E::WrongLender)),
        ])
        .sibling(&[
            ("vehicle", rule(E::WrongVehicle)),
            ("loan", rule(E::WrongLoan)),
            ("wallet", rule(E::WrongLoan)),
            ("escrow", rule(E::WrongLoan)),
            ("invocation", rule(E::WrongLoan)),
        ]),
    door("confirm", Checkpoint::Claimed, |s| s.confirmation(&s.car.sign(&s.receipt(1).encode())).into())
        .of("a lock")
        .foreign(ENDING)
        .sibling(ENDING),
    door("confirm", Checkpoint::Unlocking, |s| s.confirmation(&s.car.sign(&s.receipt(2).encode())).into())
        .of("an unlock")
        .foreign(&[
            ("vehicle", rule(E::WrongVehicle)),
            ("loan", rule(E::WrongLoan)),
            ("escrow", rule(E::WrongLoan)),
            // The foreign car has no call of this number: its first one is claimed, and a lock.
            ("invocation", rule(E::WrongVehicle)),
        ])
        .sibling(&[
            ("vehicle", rule(E::WrongVehicle)),
            ("loan", rule(E::WrongLoan)),
            ("escrow", rule(E::WrongLoan)),
        ]),
    door("yield_claim", Checkpoint::Claimed, |s| {
        vec![build::yield_claim(&s.keys.vehicle, s.keeper.pubkey(), 1)]
    })
    .signed_by(&[("keeper", E::NotClaimer)])
    .foreign(&[("vehicle", rule(E::WrongVehicle)), ("invocation", rule(E::WrongVehicle))])
    .sibling(&[("vehicle", rule(E::WrongVehicle)), ("invocation", rule(E::WrongVehicle))]),
    door("expire", Checkpoint::Over, |s| vec![build::expire(&s.keys, 1, s.payer.pubkey(), None)])
        .without(&["keeper"])
        .foreign(ENDING)
        .sibling(ENDING),
];
