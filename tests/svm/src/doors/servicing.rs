//! The instructions by which a loan is serviced.

use latchkey::errors::LatchkeyError as E;
use latchkey::instructions::SettlementReason;
use latchkey::state::NoticeChannels;
use latchkey_client::instructions as build;
use solana_sdk::signer::Signer;

use super::{Door, door, rule};
use crate::Expected;
use crate::checkpoint::Checkpoint;

/// The accounts of an instruction that authority or servicer signs.
const BY_SERVICER: &[(&str, Expected)] = &[("lender", rule(E::NotServicing)), ("loan", rule(E::WrongLender))];

/// The accounts of an instruction that the authority signs.
const BY_AUTHORITY: &[(&str, Expected)] =
    &[("lender", rule(E::NotAuthority)), ("loan", rule(E::WrongLender))];

/// Loan and wallet belong to each other.
const SIBLING: &[(&str, Expected)] = &[("wallet", rule(E::WrongLoan)), ("loan", rule(E::WrongLoan))];

pub const DOORS: &[Door] = &[
    door("declare_default", Checkpoint::GraceOver, |s| vec![build::declare_default(&s.keys)])
        .foreign(&[("lender", rule(E::WrongLender)), ("loan", rule(E::WrongLender))])
        .sibling(SIBLING),
    door("serve_notice", Checkpoint::Due, |s| {
        vec![build::serve_notice(&s.keys, s.servicer.pubkey(), [9; 32], NoticeChannels::MAIL)]
    })
    .signed_by(&[("lender_signer", E::NotServicing)])
    .foreign(BY_SERVICER)
    .sibling(SIBLING),
    door("place_hold", Checkpoint::Fresh, |s| {
        vec![build::place_hold(&s.keys, s.servicer.pubkey(), s.terms.first_due)]
    })
    .signed_by(&[("lender_signer", E::NotServicing)])
    .foreign(BY_SERVICER)
    .sibling(SIBLING),
    door("place_stay", Checkpoint::Fresh, |s| {
        vec![build::place_stay(&s.keys, s.authority.pubkey(), s.chain.now(), s.terms.first_due)]
    })
    .signed_by(&[("authority", E::NotAuthority)])
    .foreign(BY_AUTHORITY)
    .sibling(SIBLING),
    door("lift_hold", Checkpoint::Held, |s| {
        vec![build::lift_hold(&s.keys, s.servicer.pubkey(), s.borrower.pubkey(), s.agreed_now())]
    })
    .signed_by(&[("lender_signer", E::NotServicing), ("borrower", E::NotBorrower)])
    .foreign(BY_SERVICER)
    .sibling(SIBLING),
    door("extend", Checkpoint::Fresh, |s| {
        vec![build::extend(&s.keys, s.servicer.pubkey(), s.borrower.pubkey(), s.agreed_now())]
    })
    .signed_by(&[("lender_signer", E::NotServicing), ("borrower", E::NotBorrower)])
    .foreign(BY_SERVICER)
    .sibling(SIBLING),
    door("amend", Checkpoint::Fresh, |s| vec![s.amending(s.amendment(|terms| terms.grace_secs += 1), false)])
        .of("a loan by the lender alone")
        .without(&["borrower"])
        .signed_by(&[("authority", E::NotAuthority)])
        .foreign(BY_AUTHORITY)
        .sibling(SIBLING),
    door("amend", Checkpoint::Fresh, |s| vec![s.amending(s.amendment(|terms| terms.instalment += 1), true)])
        .of("a loan by both parties")
        .signed_by(&[("authority", E::NotAuthority), ("borrower", E::NotBorrower)])
        .foreign(&[("lender", rule(E::NotAuthority)), ("loan", rule(E::NotBorrower))])
        .sibling(SIBLING),
    door("waive_fees", Checkpoint::Late, |s| vec![build::waive_fees(&s.keys, s.servicer.pubkey(), 25)])
        .signed_by(&[("lender_signer", E::NotServicing)])
        .foreign(BY_SERVICER)
        .sibling(SIBLING),
    door("emergency_start", Checkpoint::Locked, |s| {
        vec![build::emergency_start(&s.keys, s.borrower.pubkey())]
    })
    .signed_by(&[("borrower", E::NotBorrower)])
    .foreign(&[("vehicle", rule(E::WrongVehicle)), ("loan", rule(E::WrongVehicle))])
    .sibling(&[("vehicle", rule(E::WrongVehicle)), ("loan", rule(E::WrongVehicle))]),
    door("charge_off", Checkpoint::Hopeless, |s| vec![build::charge_off(&s.keys, s.authority.pubkey())])
        .signed_by(&[("authority", E::NotAuthority)])
        .foreign(BY_AUTHORITY)
        .sibling(SIBLING),
    door("settle", Checkpoint::Fresh, |s| {
        vec![build::settle(&s.keys, s.authority.pubkey(), SettlementReason::Settlement)]
    })
    .signed_by(&[("authority", E::NotAuthority)])
    .foreign(BY_AUTHORITY)
    .sibling(SIBLING),
];
