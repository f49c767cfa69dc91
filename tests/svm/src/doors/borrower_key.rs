//! The instructions that give a borrower another key.

use latchkey::errors::LatchkeyError as E;
use latchkey_client::instructions as build;
use solana_sdk::signer::Signer;

use super::{Door, door, rule};
use crate::checkpoint::Checkpoint;
use crate::{Expected, person};

/// The accounts of an instruction about a lost key.
const RECOVERY: &[(&str, Expected)] = &[("lender", rule(E::NotAuthority)), ("loan", rule(E::WrongLender))];

pub const DOORS: &[Door] = &[
    door("rotate_borrower", Checkpoint::Fresh, |s| {
        let new = person("new borrower").pubkey();
        vec![build::rotate_borrower(s.keys.loan, s.borrower.pubkey(), new)]
    })
    .signed_by(&[("borrower", E::NotBorrower)])
    .foreign(&[("loan", rule(E::NotBorrower))]),
    door("recover_borrower", Checkpoint::Fresh, |s| {
        vec![build::propose_recovery(&s.keys, s.authority.pubkey(), person("new borrower").pubkey())]
    })
    .of("by a proposal")
    .without(&["new_borrower"])
    .signed_by(&[("authority", E::NotAuthority)])
    .foreign(RECOVERY),
    door("recover_borrower", Checkpoint::Recoverable, |s| {
        vec![build::complete_recovery(&s.keys, s.authority.pubkey(), person("new borrower").pubkey())]
    })
    .of("by the proposed key")
    .signed_by(&[("authority", E::NotAuthority), ("new_borrower", E::NewKeyMustSign)])
    .foreign(RECOVERY),
    door("refuse_recovery", Checkpoint::Proposed, |s| {
        vec![build::refuse_recovery(s.keys.loan, s.borrower.pubkey())]
    })
    .signed_by(&[("borrower", E::NotBorrower)])
    .foreign(&[("loan", rule(E::NotBorrower))])
    .sibling(&[("loan", rule(E::NoRecovery))]),
];
