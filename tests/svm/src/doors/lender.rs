//! The instructions of `lender/`.

use crate::{floors, person};
use latchkey::errors::LatchkeyError as E;
use latchkey::state::Action;
use latchkey_client::instructions as build;
use solana_sdk::signer::Signer;

use super::{Door, door, rule};
use crate::checkpoint::Checkpoint;

pub const DOORS: &[Door] = &[
    door("init_lender", Checkpoint::Bare, |s| vec![build::init_lender(&s.lender_parties(), s.lender_args())])
        .creates(&["lender"]),
    door("set_policy", Checkpoint::Fresh, |s| {
        vec![build::set_policy(s.lender, s.authority.pubkey(), floors())]
    })
    .signed_by(&[("authority", E::NotAuthority)])
    .foreign(&[("lender", rule(E::NotAuthority))]),
    door("nominate_authority", Checkpoint::Fresh, |s| {
        vec![build::nominate_authority(s.lender, s.authority.pubkey(), Some(person("nominee").pubkey()))]
    })
    .signed_by(&[("authority", E::NotAuthority)])
    .foreign(&[("lender", rule(E::NotAuthority))]),
    door("accept_authority", Checkpoint::Nominated, |s| {
        let nominee = person("nominee").pubkey();
        vec![build::accept_authority(s.lender, nominee, s.money.account(&nominee), s.keys.mint)]
    })
    .signed_by(&[("nominee", E::NotNominee)])
    .foreign(&[("lender", rule(E::NotNominee)), ("treasury", rule(E::InvalidTreasury))]),
    door("set_servicer", Checkpoint::Fresh, |s| {
        vec![build::set_servicer(s.lender, s.authority.pubkey(), s.rival.pubkey())]
    })
    .signed_by(&[("authority", E::NotAuthority)])
    .foreign(&[("lender", rule(E::NotAuthority))]),
    door("set_keepers", Checkpoint::Fresh, |s| {
        vec![build::set_keepers(s.lender, s.authority.pubkey(), vec![s.keeper.pubkey()])]
    })
    .signed_by(&[("authority", E::NotAuthority)])
    .foreign(&[("lender", rule(E::NotAuthority))]),
    door("set_function", Checkpoint::Fresh, |s| {
        let who =
            build::SetFunction { payer: s.payer.pubkey(), authority: s.authority.pubkey(), lender: s.lender };
        vec![build::set_function(&who, Action::Lock, s.offer(Action::Lock))]
    })
    .creates(&["function"])
    .signed_by(&[("authority", E::NotAuthority)])
    .foreign(&[("lender", rule(E::NotAuthority))]),
    door("pause", Checkpoint::Fresh, |s| vec![build::pause(s.lender, s.servicer.pubkey(), 60)])
        .signed_by(&[("lender_signer", E::NotServicing)])
        .foreign(&[("lender", rule(E::NotServicing))]),
    door("unpause", Checkpoint::Fresh, |s| vec![build::unpause(s.lender, s.servicer.pubkey())])
        .signed_by(&[("lender_signer", E::NotServicing)])
        .foreign(&[("lender", rule(E::NotServicing))]),
];
