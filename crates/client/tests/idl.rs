//! The builders against the committed IDL: what a stranger's client would build is what ours builds.

use std::collections::BTreeMap;

use latchkey_client::instructions::{self as build, LoanKeys};
use latchkey_client::latchkey::instructions::{InitLenderArgs, SetFunctionArgs};
use latchkey_client::latchkey::state::{Action, Overpayment, Period, PolicyFloors, Terms, Waterfall};
use latchkey_client::protocol::sealed::Envelope;
use latchkey_client::protocol::{self, Enrolment, Outcome, Receipt};
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
    let floors = PolicyFloors {
        min_grace_secs: 0,
        min_notice_secs: 0,
        max_apr_bps: 0,
        max_late_fee: 0,
        min_late_after_secs: 0,
        min_emergency_secs: 0,
        min_emergency_max: 0,
        max_lock_ttl_secs: 0,
    };
    let terms = Terms {
        principal: 1,
        apr_bps: 1,
        instalment: 1,
        count: 1,
        first_due: 1,
        period: Period::Months(1),
        grace_secs: 1,
        notice_secs: 1,
        late_fee: 1,
        late_after_secs: 1,
        emergency_secs: 1,
        emergency_max: 1,
        lock_ttl_secs: 1,
        max_extensions: 1,
        deferred: 0,
        waterfall: Waterfall::InterestPrincipalFees,
        overpayment: Overpayment::PayAhead,
    };
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
        command_key: key(1),
        uri: String::new(),
        code_hash: [0; 32],
    };
    BTreeMap::from([
        ("init_lender", build::init_lender(&lender, init_args)),
        ("set_function", build::set_function(&function, Action::Lock, function_args)),
        ("register_vehicle", register),
        ("originate", build::originate(&keys, &originate, terms, 1)),
        ("fund_escrow", build::fund_escrow(key(9), &keys.loan, 1)),
        ("collect", build::collect(&keys)),
        ("prepay", build::prepay(&keys, key(9), 1)),
        ("pay_off", build::pay_off(&keys, key(9))),
        ("declare_default", build::declare_default(&keys)),
        ("serve_notice", build::serve_notice(&keys, key(9), [0; 32], 1)),
        ("request", build::request(&keys, key(9), Some(key(10)), Action::Warn, 1)),
        ("claim", build::claim(&keys, key(9), 1)),
        ("confirm", confirm),
        ("yield_claim", build::yield_claim(&keys.vehicle, key(9), 1)),
        ("expire", build::expire(&keys, 1, key(9))),
        ("set_policy", build::set_policy(key(1), key(9), floors)),
        ("nominate_authority", build::nominate_authority(key(1), key(9), Some(key(2)))),
        ("accept_authority", build::accept_authority(key(1), key(9), key(7))),
        ("set_servicer", build::set_servicer(key(1), key(9), key(2))),
        ("set_keepers", build::set_keepers(key(1), key(9), Vec::new())),
        ("pause", build::pause(key(1), key(9), 1)),
        ("unpause", build::unpause(key(1), key(9))),
        ("rotate_device_key", rotate),
        ("retire_vehicle", build::retire_vehicle(key(1), key(2), key(9))),
        ("withdraw_escrow", build::withdraw_escrow(&keys, key(9), 1)),
        ("withdraw_surplus", build::withdraw_surplus(&keys, key(9), key(10), 1)),
        ("place_hold", build::place_hold(&keys, key(9), 1)),
        ("lift_hold", build::lift_hold(&keys, key(9), key(10))),
        ("extend", build::extend(&keys, key(9), key(10))),
        ("waive_fees", build::waive_fees(&keys, key(9), 1)),
        ("emergency_start", build::emergency_start(&keys, key(9))),
        ("charge_off", build::charge_off(&keys, key(9))),
        ("close_loan", build::close_loan(&keys, key(9), key(10), key(11), key(12))),
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
