//! A loan's first and last instruction, and its sale.

use latchkey::errors::LatchkeyError as E;
use solana_sdk::signer::Signer;

use super::{Door, door, rule};
use crate::checkpoint::Checkpoint;

pub const DOORS: &[Door] = &[
    door("originate", Checkpoint::BeforeLoan, |s| vec![s.origination(s.terms, s.fees())])
        .creates(&["loan", "escrow", "wallet"])
        .signed_by(&[("lender_signer", E::NotServicing)])
        .foreign(&[
            ("lender", rule(E::WrongRecipient)),
            ("vehicle", rule(E::WrongLender)),
            ("treasury", rule(E::WrongRecipient)),
            ("warn", rule(E::WrongLender)),
            ("lock", rule(E::WrongLender)),
            ("unlock", rule(E::WrongLender)),
        ]),
    door("assign", Checkpoint::Sellable, |s| s.assignment().into())
        .signed_by(&[("authority", E::NotAuthority), ("buyer_authority", E::NotAuthority)])
        .foreign(&[
            ("lender", rule(E::NotAuthority)),
            ("buyer", rule(E::NotAuthority)),
            ("vehicle", rule(E::WrongLender)),
            ("loan", rule(E::WrongLender)),
            ("warn", rule(E::WrongLender)),
            ("lock", rule(E::WrongLender)),
            ("unlock", rule(E::WrongLender)),
        ])
        .sibling(&[("vehicle", rule(E::WrongVehicle)), ("loan", rule(E::WrongVehicle))]),
    door("close_loan", Checkpoint::PaidOff, |s| vec![s.closing(&s.borrower.pubkey())])
        .signed_by(&[("party", E::NotParty)])
        .foreign(&[
            ("lender", rule(E::WrongRecipient)),
            ("vehicle", rule(E::WrongVehicle)),
            ("loan", rule(E::WrongLoan)),
            ("escrow", rule(E::WrongLoan)),
        ])
        .sibling(&[
            ("wallet", rule(E::WrongLoan)),
            ("escrow", rule(E::WrongLoan)),
            ("vehicle", rule(E::WrongVehicle)),
            ("loan", rule(E::WrongLoan)),
        ]),
];
