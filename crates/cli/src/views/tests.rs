use std::collections::BTreeMap;

use latchkey_client::instructions::LoanKeys;
use latchkey_client::latchkey::fixtures;
use latchkey_client::latchkey::state::{
    Action, AskedLock, Escrow, Ledger, Lender, LoanStatus, LockState, OpenInvocation, Service, Vehicle,
};
use latchkey_client::{Pubkey, pda};
use serde_json::{Value, json};

use super::*;
use crate::chain::{LoanAccounts, Mint};
use crate::terms::TermsFile;

const OPENED: i64 = 1_800_014_400; // 2027-01-15T12:00:00Z
const DAY: i64 = 86_400;
const LENDER: Pubkey = Pubkey::new_from_array([1; 32]);
const VEHICLE: Pubkey = Pubkey::new_from_array([2; 32]);
const BORROWER: Pubkey = Pubkey::new_from_array([3; 32]);
const MINT: Mint =
    Mint { address: Pubkey::new_from_array([4; 32]), decimals: 6, token_program: anchor_spl::token::ID };

fn a_lender() -> Lender {
    let mut lender = fixtures::lender();
    (lender.authority, lender.servicer, lender.mint) = (LENDER, LENDER, MINT.address);
    (lender.floors.min_grace_secs, lender.paused_until) = (864_000, OPENED + DAY);
    lender
}

fn a_vehicle() -> Vehicle {
    let mut vehicle = fixtures::vehicle();
    (vehicle.lender, vehicle.device_key) = (LENDER, VEHICLE);
    (vehicle.active_loan, vehicle.loans) = (pda::loan(&VEHICLE, 0), 1);
    vehicle
}

/// $10,000 at 18%, three payments of $4,000 thirty days apart.
fn accounts(now: i64) -> LoanAccounts {
    let file = "principal = \"10000\"\napr = \"18%\"\ncount = 3\nfirst_due = \"+30d\"\nperiod = \"30d\"\n\
                grace = \"10d\"\nnotice = \"3d\"\nlate_fee = \"25\"\nlate_after = \"5d\"\n\
                emergency = \"24h\"\nemergency_max = 1\ninstalment = \"4000\"";
    let terms = TermsFile::parse(file).unwrap().terms(6, OPENED).unwrap();
    let lender = a_lender();
    let keys = LoanKeys::new(LENDER, &lender, VEHICLE, 0, MINT.token_program);
    let mut loan = fixtures::loan(terms);
    (loan.lender, loan.borrower, loan.vehicle) = (LENDER, BORROWER, VEHICLE);
    loan.opened_at = OPENED;
    loan.ledger = Ledger { principal: terms.principal, as_of: OPENED, ..Ledger::default() };
    let escrow = Escrow { deposited: 6_000_000, ..fixtures::escrow() };
    LoanAccounts {
        keys,
        loan,
        lender,
        vehicle: a_vehicle(),
        escrow,
        escrow_lamports: 6_000_000,
        wallet: 0,
        mint: MINT,
        now,
    }
}

/// The keys of a JSON object.
fn keys(json: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
    // Their order is the JSON library's business.
    keys.sort_unstable();
    keys
}

#[test]
fn a_current_loan_owes_its_interest_and_nothing_is_due() {
    let view = loan(&accounts(OPENED + DAY)).unwrap();
    let json = &view.json;
    assert_eq!((&json["status"], &json["past_due"]), (&json!("active"), &json!("0.00")));
    // A day of $10,000 at 18%.
    assert_eq!((&json["interest"], &json["per_diem"]), (&json!("4.931506"), &json!("4.931507")));
    assert_eq!(json["payoff"], "10004.931506");
    assert_eq!(json["next_due"], "2027-02-14T12:00:00Z");
    for nothing in ["hold_until", "emergency_until", "stay_until", "recovery", "defaulted_at"] {
        assert!(json[nothing].is_null(), "{nothing}");
    }
    assert_eq!(
        json["car"],
        json!({ "state": "unlocked", "until": null, "may_be_locked": false, "asked": null, "trusted": true })
    );
    assert!(view.text.contains("past due               nothing"), "{}", view.text);
}

#[test]
fn a_loan_past_due_shows_how_much_since_when_and_why_the_car_stands() {
    let mut accounts = accounts(OPENED + 40 * DAY);
    accounts.loan.status = LoanStatus::Defaulted;
    accounts.loan.hold_until = accounts.now + DAY;
    accounts.loan.notices.channels[1] = Service::at(OPENED + 31 * DAY);
    accounts.vehicle.lock = LockState::locked(1, accounts.now - DAY, accounts.now + DAY);
    accounts.vehicle.asked = AskedLock { seq: 1, until: accounts.now + DAY };
    accounts.vehicle.open = OpenInvocation::new(Action::Unlock, accounts.now + 600);
    let view = loan(&accounts).unwrap();
    let json = &view.json;
    assert_eq!((&json["past_due"], &json["fees"]), (&json!("4000.00"), &json!("25.00")));
    assert_eq!(json["days_past_due"], 10);
    assert_eq!(json["notices"]["email"], "2027-02-15T12:00:00Z");
    assert!(json["notices"]["mail"].is_null() && json["notices"]["final"].is_null());
    assert_eq!(json["hold_until"], "2027-02-25T12:00:00Z");
    assert_eq!((&json["car"]["state"], &json["car"]["asked"]), (&json!("locked"), &json!("unlock")));
    assert!(view.text.contains("4000.00 (10 days past due)"), "{}", view.text);
    assert!(view.text.contains("locked until 2027-02-25T12:00:00Z; asked to unlock"), "{}", view.text);
}

#[test]
fn programs_can_rely_on_the_keys() {
    let accounts = accounts(OPENED);
    assert_eq!(
        keys(&loan(&accounts).unwrap().json),
        [
            "as_of",
            "borrower",
            "car",
            "days_past_due",
            "decimals",
            "defaulted_at",
            "emergency_left",
            "emergency_until",
            "escrow_lamports",
            "extensions_left",
            "fees",
            "free",
            "hold_until",
            "interest",
            "invocations_open",
            "lender",
            "loan",
            "mint",
            "next_due",
            "notices",
            "opened_at",
            "paid",
            "past_due",
            "payoff",
            "per_diem",
            "principal",
            "recovery",
            "restricted_until",
            "revision",
            "status",
            "stay_from",
            "stay_until",
            "terms",
            "unlock",
            "unsent",
            "vehicle",
            "wallet",
            "wallet_address",
        ]
    );
    assert_eq!(
        keys(&loan_line(&accounts.keys.loan, &accounts.loan, 6).json),
        ["borrower", "lender", "loan", "opened_at", "principal", "status", "vehicle"]
    );
    assert_eq!(
        keys(&vehicle(&VEHICLE, &accounts.vehicle, OPENED).json),
        [
            "active_loan",
            "car",
            "device_key",
            "distrusted",
            "last_seq_asked",
            "last_seq_proven",
            "lender",
            "loans",
            "retired",
            "vehicle",
            "vin_commitment",
        ]
    );
    assert_eq!(
        keys(&escrow(&accounts).json),
        [
            "available_lamports",
            "committed_lamports",
            "deposited_lamports",
            "escrow",
            "forfeited_lamports",
            "loan",
            "paid_lamports",
            "refunded_lamports",
            "unlock_reserve_lamports",
            "withdrawn_lamports",
        ]
    );
}

#[test]
fn a_lender_is_shown_in_the_units_of_its_file() {
    let view = lender(&LENDER, &a_lender(), &BTreeMap::new(), &MINT, OPENED);
    assert_eq!(
        keys(&view.json),
        [
            "authority",
            "decimals",
            "functions",
            "keepers",
            "lender",
            "loans_closed",
            "loans_opened",
            "mint",
            "paused_until",
            "pending_authority",
            "policy",
            "servicer",
            "treasury",
            "vehicles",
        ]
    );
    assert_eq!(view.json["policy"]["min_grace"], "10d");
    assert_eq!(view.json["policy"]["max_lock_ttl"], "0s");
    assert_eq!(view.json["paused_until"], "2027-01-16T12:00:00Z");
    let later = lender(&LENDER, &a_lender(), &BTreeMap::new(), &MINT, OPENED + DAY);
    assert!(later.json["paused_until"].is_null(), "a pause ends by itself");
}
