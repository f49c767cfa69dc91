//! What the web page says of a sale, of a borrower's keys, and of a lender's settings: the program does what the page allows,
//! and refuses the rest by the same rule.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey::instructions::{CommandKey, SetFunctionArgs};
use latchkey::rules::recovery::{PROBATION_SECS, RECOVERY_SECS, REFUSAL_SECS};
use latchkey::rules::sale::{MAX_CLOCK_SKEW_SECS, MAX_HAND_OVER_AGE_SECS};
use latchkey::state::Action;
use latchkey_client::{Pubkey, pda};
use latchkey_rules_wasm::answer_on_change;
use latchkey_tests_svm::{Car, DAY, LoanFixture, Outcome, START, due, person};
use serde_json::{Value, json};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::page::{assert_same, base64};

/// The page's answer.
fn ask(question: &Value) -> Value {
    let said: Value = serde_json::from_str(&answer_on_change(&question.to_string())).unwrap();
    said["answer"].clone()
}

/// Asks the page about the sale on a receipt of `device_time`, and has the program sell a copy.
fn agree_on_sale(fixture: &LoanFixture, device_time: i64) -> Value {
    let mut fixture = fixture.clone();
    let (keys, buyer) = (fixture.keys, fixture.buyer());
    let [warn, lock, unlock] =
        Action::ALL.map(|action| base64(&mut fixture, pda::function(&buyer.lender, action)));
    let question = json!({
        "ask": "sale",
        "loan": base64(&mut fixture, keys.loan),
        "vehicle": base64(&mut fixture, keys.vehicle),
        "lender": base64(&mut fixture, keys.lender),
        "buyer": base64(&mut fixture, buyer.lender),
        "buyer_address": buyer.lender.to_string(),
        "warn": warn, "lock": lock, "unlock": unlock,
        "device_time": device_time,
        "now": fixture.chain.now(),
    });
    let said = ask(&question);
    assert_eq!(said["keyring"], STANDARD.encode(buyer.keyring.encode()));
    let receipt = fixture.car.handed_over(&buyer.keyring, device_time);
    let outcome = fixture.assign_on(&receipt);
    assert_same(&said["refused"], &outcome);
    if outcome.is_done() {
        let loan = fixture.loan();
        let keys: Vec<String> = loan.unlock_keys().map(|key| key.to_string()).collect();
        assert_eq!(said["unlock_keys"], json!(keys));
        assert_eq!(said["unlock_uri"], loan.unlock_uri);
    }
    said["refused"].clone()
}

fn sellable(mut fixture: LoanFixture) -> LoanFixture {
    fixture.found_buyer();
    fixture
}

#[test]
fn page_and_program_agree_on_a_sale() {
    let fresh = sellable(LoanFixture::new());
    let now = fresh.chain.now();
    assert!(agree_on_sale(&fresh, now).is_null());
    for (device_time, is_taken) in [
        (now - MAX_HAND_OVER_AGE_SECS, true),
        (now - MAX_HAND_OVER_AGE_SECS - 1, false),
        (now + MAX_CLOCK_SKEW_SECS, true),
        (now + MAX_CLOCK_SKEW_SECS + 1, false),
    ] {
        assert_eq!(agree_on_sale(&fresh, device_time).is_null(), is_taken);
    }
    let locked = sellable(LoanFixture::locked());
    assert_eq!(agree_on_sale(&locked, locked.chain.now())["name"], "VehicleLocked");
    let mut called = sellable(LoanFixture::defaulted());
    called.request(Action::Lock).holds();
    assert_eq!(agree_on_sale(&called, called.chain.now())["name"], "InvocationsOpen");
    let mut ended = sellable(LoanFixture::new());
    ended.settle(latchkey::instructions::SettlementReason::Settlement).holds();
    assert_eq!(agree_on_sale(&ended, ended.chain.now())["name"], "LoanPaidOff");
}

#[test]
fn page_and_program_agree_that_a_public_unlock_stays_public() {
    let mut fixture = LoanFixture::before_loan();
    fixture.publish_unlock("https://unlock.example/fn");
    fixture.terms.public_unlock = true;
    fixture.originate().holds();
    let mut fixture = sellable(fixture);
    assert_eq!(agree_on_sale(&fixture, START)["name"], "TermsPublicUnlock");
    fixture.publish_buyers_unlock("https://buyer.example/unlock");
    assert!(agree_on_sale(&fixture, START).is_null());
}

/// Asks the page about the borrower's key, and has the program take each step on a copy.
fn agree_on_keys(fixture: &LoanFixture, new: &Keypair) -> Value {
    let mut fixture = fixture.clone();
    let loan = fixture.keys.loan;
    let said = ask(&json!({
        "ask": "borrower_key",
        "loan": base64(&mut fixture, loan),
        "new_key": new.pubkey().to_string(),
        "now": fixture.chain.now(),
    }));
    let same = |refused: &Value, act: &dyn Fn(&mut LoanFixture) -> Outcome| {
        assert_same(refused, &act(&mut fixture.clone()));
    };
    same(&said["rotate"], &|loan| loan.rotate_borrower(new));
    same(&said["propose"], &|loan| loan.propose_recovery(new.pubkey()));
    same(&said["refuse"], &LoanFixture::refuse_recovery);
    if said["proposed"]["key"] == new.pubkey().to_string() {
        same(&said["complete"], &|loan| loan.complete_recovery(new));
    }
    said
}

#[test]
fn page_and_program_agree_on_the_borrowers_keys() {
    let (new, other) = (person("new borrower"), person("other borrower"));
    let mut fixture = LoanFixture::on(|terms| terms.first_due = START + 400 * DAY);
    let fresh = agree_on_keys(&fixture, &new);
    assert!(fresh["rotate"].is_null() && fresh["propose"].is_null() && fresh["proposed"].is_null());
    assert_eq!(fresh["complete"]["name"], "NoRecovery");
    let borrower = fixture.borrower.insecure_clone();
    assert_eq!(agree_on_keys(&fixture, &borrower)["rotate"]["name"], "SameBorrowerKey");

    fixture.propose_recovery(new.pubkey()).holds();
    let waiting = agree_on_keys(&fixture, &new);
    assert_eq!(waiting["complete"]["name"], "RecoveryTooEarly");
    assert_eq!(
        waiting["proposed"],
        json!({ "key": new.pubkey().to_string(), "from": START + RECOVERY_SECS })
    );
    assert!(agree_on_keys(&fixture, &other)["propose"].is_null());
    let mut refused = fixture.clone();
    refused.refuse_recovery().holds();
    assert_eq!(
        agree_on_keys(refused.at(START + REFUSAL_SECS - 1), &new)["propose"]["name"],
        "RecoveryBarred"
    );
    assert!(agree_on_keys(refused.at(START + REFUSAL_SECS), &new)["propose"].is_null());

    let takes_over = START + RECOVERY_SECS;
    assert!(!agree_on_keys(fixture.at(takes_over - 1), &new)["complete"].is_null());
    assert!(agree_on_keys(fixture.at(takes_over), &new)["complete"].is_null());
    fixture.complete_recovery(&new).holds();
    fixture.turn_to_borrower("new borrower");
    let settled_in = takes_over + PROBATION_SECS;
    let restricted = agree_on_keys(fixture.at(settled_in - 1), &other);
    assert_eq!(restricted["rotate"]["name"], "RecoveredKey");
    assert_eq!(restricted["restricted_until"], settled_in);
    assert!(agree_on_keys(fixture.at(settled_in), &other)["rotate"].is_null());
}

type Change = Box<dyn Fn(&mut SetFunctionArgs)>;

fn refused(change: &str, fields: &Value) -> Value {
    let mut question = fields.clone();
    question["ask"] = json!(change);
    ask(&question)["refused"].clone()
}

#[test]
fn page_and_program_agree_on_nominees_and_keepers() {
    let mut fixture = LoanFixture::new();
    let lender = fixture.lender;
    let lender = base64(&mut fixture, lender);
    for nominee in [fixture.authority.pubkey(), person("successor").pubkey()] {
        let said = refused("nominate", &json!({ "lender": lender, "nominee": nominee.to_string() }));
        assert_same(&said, &fixture.clone().nominate(Some(nominee)));
    }
    let keeper = |number: u8| Pubkey::new_from_array([number; 32]);
    let eight: Vec<Pubkey> = (1..9).map(keeper).collect();
    let nine: Vec<Pubkey> = (1..10).map(keeper).collect();
    let mut outcomes = Vec::new();
    for keepers in [Vec::new(), eight, nine, vec![keeper(1), keeper(2), keeper(1)]] {
        let texts: Vec<String> = keepers.iter().map(ToString::to_string).collect();
        let said = refused("keepers", &json!({ "keepers": texts }));
        assert_same(&said, &fixture.clone().set_keepers(keepers));
        outcomes.push(said.is_null());
    }
    assert_eq!(outcomes, [true, true, false, false]);
}

#[test]
fn page_and_program_agree_on_a_function() {
    let fixture = LoanFixture::new();
    let key =
        |number: u8, uri: &str| CommandKey { key: Pubkey::new_from_array([number; 32]), uri: uri.to_owned() };
    let long = format!("https://{}", "a".repeat(121));
    let changes: Vec<(&str, Change)> = vec![
        ("", Box::new(|_| {})),
        ("", Box::new(|offer| (offer.lease_secs, offer.ttl_secs) = (30, 3_600))),
        ("InvalidFunctionTimes", Box::new(|offer| offer.lease_secs = 29)),
        ("InvalidFunctionTimes", Box::new(|offer| offer.lease_secs = 901)),
        ("InvalidFunctionTimes", Box::new(|offer| offer.ttl_secs = 30 * 86_400 + 1)),
        ("InvalidFunctionFee", Box::new(|offer| offer.fee = 0)),
        ("InvalidFunctionFee", Box::new(|offer| offer.fee = 10_000_000_001)),
        ("InvalidFunctionFee", Box::new(|offer| offer.bond = 10_000_000_001)),
        ("", Box::new(|offer| (offer.fee, offer.bond) = (10_000_000_000, 0))),
        ("InvalidCommandKeys", Box::new(|offer| offer.required = 0)),
        ("InvalidCommandKeys", Box::new(|offer| offer.required = 2)),
        ("InvalidCommandKeys", Box::new(|offer| offer.command_keys.clear())),
        ("InvalidCommandKeys", Box::new(move |offer| offer.command_keys = vec![key(1, ""), key(1, "")])),
        ("InvalidCommandKeys", Box::new(move |offer| offer.command_keys = vec![key(0, "")])),
        (
            "",
            Box::new(move |offer| {
                offer.command_keys = vec![key(1, "https://a.example"), key(2, ""), key(3, "")];
            }),
        ),
        ("UriNotHttps", Box::new(move |offer| offer.command_keys = vec![key(1, "http://a.example")])),
        ("UriTooLong", Box::new(move |offer| offer.command_keys = vec![key(1, &long)])),
    ];
    for (name, change) in changes {
        let mut offer = fixture.offer(Action::Lock);
        change(&mut offer);
        assert_eq!(agree_on_offer(&fixture, Action::Lock, &offer), name);
    }
    // One key unlocks, and an unlock is asked for an hour at least.
    let two = vec![key(1, ""), key(2, "")];
    for (action, name) in [(Action::Lock, ""), (Action::Unlock, "InvalidCommandKeys")] {
        let offer = SetFunctionArgs { required: 2, command_keys: two.clone(), ..fixture.offer(action) };
        assert_eq!(agree_on_offer(&fixture, action, &offer), name);
    }
    for (action, name) in [(Action::Warn, ""), (Action::Unlock, "InvalidFunctionTimes")] {
        let offer = SetFunctionArgs { lease_secs: 60, ttl_secs: 3_599, ..fixture.offer(action) };
        assert_eq!(agree_on_offer(&fixture, action, &offer), name);
    }
}

/// The rule that page and program name, or nothing.
fn agree_on_offer(fixture: &LoanFixture, action: Action, offer: &SetFunctionArgs) -> String {
    let keys: Vec<Value> = offer
        .command_keys
        .iter()
        .map(|CommandKey { key, uri }| json!({ "key": key.to_string(), "uri": uri }))
        .collect();
    let said = refused(
        "function",
        &json!({
            "action": Action::ALL.iter().position(|one| *one == action),
            "fee": offer.fee.to_string(),
            "bond": offer.bond.to_string(),
            "lease_secs": offer.lease_secs,
            "ttl_secs": offer.ttl_secs,
            "required": offer.required,
            "command_keys": keys,
        }),
    );
    assert_same(&said, &fixture.clone().set_function(action, offer.clone()));
    said["name"].as_str().unwrap_or_default().to_owned()
}

/// Asks the page about a car, and has the program do each on a copy; `device` is the one that would be built in.
fn agree_on_car(fixture: &LoanFixture, device: &Car) -> Value {
    let mut fixture = fixture.clone();
    let (active, vehicle) = (fixture.vehicle().active_loan(), fixture.keys.vehicle);
    let loan = active.map(|loan| base64(&mut fixture, loan));
    let said = ask(&json!({
        "ask": "vehicle",
        "vehicle": base64(&mut fixture, vehicle),
        "loan": loan,
        "device_key": device.device_key().to_string(),
        "now": fixture.chain.now(),
    }));
    let same = |refused: &Value, act: &dyn Fn(&mut LoanFixture) -> Outcome| {
        assert_same(refused, &act(&mut fixture.clone()));
    };
    same(&said["retire"], &LoanFixture::retire);
    same(&said["distrust"], &LoanFixture::distrust);
    same(&said["rotate"], &|loan| loan.rotate(device));
    said
}

#[test]
fn page_and_program_agree_on_a_car() {
    let mut idle = LoanFixture::before_loan();
    let device = idle.car.successor("new device");
    let said = agree_on_car(&idle, &device);
    assert!(["retire", "distrust", "rotate"].iter().all(|act| said[act].is_null()));
    assert_eq!(agree_on_car(&idle, &idle.car)["rotate"]["name"], "SameDeviceKey");
    idle.retire().holds();
    let said = agree_on_car(&idle, &device);
    assert_eq!(
        (&said["retire"]["name"], &said["rotate"]["name"]),
        (&json!("VehicleRetired"), &json!("VehicleRetired"))
    );

    let mut lent = LoanFixture::on(|terms| terms.first_due = due(0) + 400 * DAY);
    assert_eq!(agree_on_car(&lent, &device)["retire"]["name"], "VehicleHasLoan");
    lent.distrust().holds();
    assert_eq!(agree_on_car(&lent, &device)["distrust"]["name"], "AlreadyDistrusted");
    let new = person("new borrower");
    lent.propose_recovery(new.pubkey()).holds();
    lent.at(START + RECOVERY_SECS).complete_recovery(&new).holds();
    lent.turn_to_borrower("new borrower");
    assert_eq!(agree_on_car(&lent, &device)["rotate"]["name"], "RecoveredKey");
}
