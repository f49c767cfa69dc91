//! The builders against the committed IDL: what a stranger's client would build is what ours builds.

use std::collections::BTreeMap;

use latchkey_client::instructions::{self as build, LoanKeys};
use latchkey_client::latchkey::fixtures;
use latchkey_client::latchkey::instructions::{
    AmendArgs, CommandKey, InitLenderArgs, SetFunctionArgs, SettlementReason,
};
use latchkey_client::latchkey::state::Action;
use latchkey_client::protocol::sealed::Envelope;
use latchkey_client::protocol::{self, Enrolment, HandOverReceipt, Outcome, Receipt};
use latchkey_client::{Instruction, PROGRAM_ID, Pubkey};
use serde_json::Value;

fn idl() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../idl/latchkey.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("idl/latchkey.json is committed")).unwrap()
}

fn key(n: u8) -> Pubkey {
    Pubkey::new_from_array([n; 32])
}

fn built() -> BTreeMap<&'static str, Instruction> {
    let keys = LoanKeys {
        lender: key(1),
        vehicle: key(2),
        loan: key(3),
        escrow: key(4),
        wallet: key(5),
        mint: key(6),
        treasury: key(7),
        token_program: key(8),
    };
    let (floors, terms) = (fixtures::floors(), fixtures::terms());
    let device = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let program = PROGRAM_ID.to_bytes();
    let enrolment = Enrolment { program, lender: [1; 32], vin_commitment: [2; 32] };
    let receipt = Receipt {
        program,
        vehicle: [2; 32],
        invocation: [3; 32],
        seq: 1,
        action: protocol::Action::Lock,
        outcome: Outcome::Applied,
        device_time: 1,
        command_hash: [4; 32],
    };
    let lender = build::InitLender { payer: key(9), authority: key(10), mint: key(6), treasury: key(7) };
    let function = build::SetFunction { payer: key(9), authority: key(10), lender: key(1) };
    let originate =
        build::Originate { payer: key(9), lender_signer: key(10), borrower: key(11), seller: key(12) };
    let [_, register] =
        build::register_vehicle(key(9), key(10), &Envelope::seal(&device, &enrolment.encode())).unwrap();
    let secured = build::Secured { loan: key(3), borrower: key(11) };
    let enrolled = Envelope::seal(&device, &enrolment.encode());
    let [_, rotate] = build::rotate_device_key(key(2), key(10), Some(secured), &enrolled).unwrap();
    let [_, confirm] =
        build::confirm(&keys, key(9), key(10), &Envelope::seal(&device, &receipt.encode())).unwrap();
    let init_args = InitLenderArgs { servicer: key(1), floors, keepers: Vec::new() };
    let function_args = SetFunctionArgs {
        fee: 1,
        bond: 1,
        lease_secs: 1,
        ttl_secs: 1,
        required: 1,
        command_keys: vec![CommandKey { key: key(1), uri: String::new() }],
        code_hash: [0; 32],
    };
    let agreed = build::Agreed { revision: 1, deadline: 1 };
    let amendment = AmendArgs { revision: 1, deadline: 1, terms, forgive_principal: 0, forgive_interest: 0 };
    let close = build::CloseLoan {
        party: key(9),
        authority: key(10),
        borrower_tokens: key(11),
        lender_tokens: Some(key(12)),
        rent_payer: key(13),
    };
    let handed = HandOverReceipt {
        program,
        vehicle: [2; 32],
        lender: [1; 32],
        keyring_hash: [3; 32],
        nonce: [4; 32],
        device_time: 1,
    };
    let sale = build::Sale { authority: key(9), buyer: key(10), buyer_authority: key(11) };
    let [_, assign] =
        build::assign(&keys, &sale, agreed, &Envelope::seal(&device, &handed.encode())).unwrap();
    BTreeMap::from([
        ("init_lender", build::init_lender(&lender, init_args)),
        ("set_function", build::set_function(&function, Action::Lock, function_args)),
        ("register_vehicle", register),
        ("originate", build::originate(&keys, &originate, terms, 1)),
        ("fund_escrow", build::fund_escrow(key(9), &keys.loan, 1)),
        ("collect", build::collect(&keys)),
        ("prepay", build::prepay(&keys, key(9), 1, 1)),
        ("pay_off", build::pay_off(&keys, key(9), Some(key(10)))),
        ("declare_default", build::declare_default(&keys)),
        ("serve_notice", build::serve_notice(&keys, key(9), [0; 32], 1)),
        ("request", build::request(&keys, key(9), Some(key(10)), Action::Warn, 1)),
        ("claim", build::claim(&keys, key(9), 1)),
        ("confirm", confirm),
        ("yield_claim", build::yield_claim(&keys.vehicle, key(9), 1)),
        ("expire", build::expire(&keys, 1, key(9), Some(key(10)))),
        ("set_policy", build::set_policy(key(1), key(9), floors)),
        ("nominate_authority", build::nominate_authority(key(1), key(9), Some(key(2)))),
        ("accept_authority", build::accept_authority(key(1), key(9), key(7), key(6))),
        ("set_servicer", build::set_servicer(key(1), key(9), key(2))),
        ("set_keepers", build::set_keepers(key(1), key(9), Vec::new())),
        ("pause", build::pause(key(1), key(9), 1)),
        ("unpause", build::unpause(key(1), key(9))),
        ("rotate_device_key", rotate),
        ("retire_vehicle", build::retire_vehicle(key(1), key(2), key(9))),
        ("withdraw_escrow", build::withdraw_escrow(&keys, key(9), 1)),
        ("withdraw_surplus", build::withdraw_surplus(&keys, key(9), key(10), 1)),
        ("place_hold", build::place_hold(&keys, key(9), 1)),
        ("lift_hold", build::lift_hold(&keys, key(9), key(10), agreed)),
        ("extend", build::extend(&keys, key(9), key(10), agreed)),
        ("waive_fees", build::waive_fees(&keys, key(9), 1)),
        ("emergency_start", build::emergency_start(&keys, key(9))),
        ("charge_off", build::charge_off(&keys, key(9))),
        ("close_loan", build::close_loan(&keys, &close)),
        ("amend", build::amend(&keys, key(9), Some(key(10)), amendment)),
        ("place_stay", build::place_stay(&keys, key(9), 1, 2)),
        ("settle", build::settle(&keys, key(9), SettlementReason::Settlement)),
        ("assign", assign),
        ("rotate_borrower", build::rotate_borrower(key(3), key(9), key(10))),
        ("recover_borrower", build::complete_recovery(&keys, key(9), key(10))),
        ("refuse_recovery", build::refuse_recovery(key(3), key(9))),
        ("distrust_device", build::distrust_device(key(1), key(2), key(9))),
    ])
}

#[test]
fn the_idl_names_this_program() {
    assert_eq!(idl()["address"], PROGRAM_ID.to_string());
}

#[test]
fn every_instruction_of_the_idl_has_a_builder_with_its_discriminator_and_accounts() {
    let idl = idl();
    let mut built = built();
    for instruction in idl["instructions"].as_array().unwrap() {
        let name = instruction["name"].as_str().unwrap();
        let ours = built.remove(name).unwrap_or_else(|| panic!("no builder for {name}"));
        let discriminator: Vec<u8> = serde_json::from_value(instruction["discriminator"].clone()).unwrap();
        assert_eq!(ours.data[..8], discriminator[..], "{name}");
        let flag = |account: &Value, flag: &str| account[flag].as_bool().unwrap_or(false);
        let expected: Vec<_> = instruction["accounts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|account| (flag(account, "signer"), flag(account, "writable")))
            .collect();
        let found: Vec<_> = ours.accounts.iter().map(|meta| (meta.is_signer, meta.is_writable)).collect();
        assert_eq!(found, expected, "accounts of {name}");
    }
    assert!(built.is_empty(), "not in the IDL: {:?}", built.keys());
}

#[test]
fn every_error_of_the_idl_is_named_by_the_client() {
    for error in idl()["errors"].as_array().unwrap() {
        let code = u32::try_from(error["code"].as_u64().unwrap()).unwrap();
        let rule = latchkey_client::errors::Refusal(code).rule().expect("known");
        assert_eq!(rule.to_string(), error["msg"].as_str().unwrap());
    }
}
