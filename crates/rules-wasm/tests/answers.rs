//! The page's questions, asked natively. `app/tests/unit/agreement.test.ts` asks the compiled module the same.

use anchor_lang::AccountSerialize as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_client::latchkey::fixtures;
use latchkey_client::latchkey::state::{Terms, Vehicle};
use latchkey_rules_wasm::{answer, answer_on_change, answer_on_past};
use serde_json::{Value, json};

fn ask(question: &Value) -> Value {
    serde_json::from_str(&answer(&question.to_string())).unwrap()
}

fn ask_on_change(question: &Value) -> Value {
    serde_json::from_str(&answer_on_change(&question.to_string())).unwrap()
}

#[test]
fn a_question_that_is_none_is_refused_with_its_reason() {
    for wrong in [json!({}), json!({ "ask": "fortune" }), json!({ "ask": "loan", "loan": 7 })] {
        let said = ask(&wrong);
        assert_eq!(said["error"]["code"], 0, "{said}");
        assert!(said["error"]["text"].as_str().unwrap().starts_with("this is no question"), "{said}");
    }
}

#[test]
fn a_rule_that_refuses_is_named_with_the_way_out() {
    let said = ask(&json!({ "ask": "refusal", "code": 6607 }));
    assert_eq!(said["answer"]["name"], "UnlockNotDue");
    assert!(said["answer"]["text"].as_str().unwrap().contains("top up"));
    let unknown = ask(&json!({ "ask": "refusal", "code": 1 }));
    assert_eq!(unknown["answer"]["name"], "");
}

/// An account as the page passes it on.
fn account(account: &impl anchor_lang::AccountSerialize) -> String {
    let mut data = Vec::new();
    account.try_serialize(&mut data).unwrap();
    STANDARD.encode(data)
}

fn written(terms: &Terms) -> String {
    STANDARD.encode(borsh::to_vec(terms).unwrap())
}

fn originate(terms: &Terms, change: impl FnOnce(&mut Value)) -> Value {
    let mut question = json!({
        "ask": "origination",
        "terms": written(terms),
        "lender": account(&fixtures::lender()),
        "vehicle": account(&fixtures::vehicle()),
        "fees": ["1", "2", "3"],
        "unlock_uri": "",
        "escrow": null,
        "decimals": 2,
        "now": 0,
    });
    change(&mut question);
    ask_on_change(&question)["answer"].clone()
}

#[test]
fn a_new_loan_is_refused_by_the_rule_or_shown_with_its_cost() {
    let terms = Terms { first_due: 1_000, lock_ttl_secs: 86_400, ..fixtures::terms() };
    let plan = latchkey_client::schedule::schedule(&terms, 0).unwrap();
    let said = originate(&terms, |_| {});
    assert!(said["refused"].is_null(), "{said}");
    assert_eq!(said["cost"]["total_of_payments"], plan.total_of_payments.to_string());
    assert_eq!(said["cost"]["payments"].as_array().unwrap().len(), plan.payments.len());
    assert_eq!(
        (&said["instalment"], &said["least_escrow"]),
        (&json!(terms.instalment.to_string()), &json!("6"))
    );
    let level = originate(&Terms { instalment: 0, ..terms }, |_| {});
    let expected = latchkey_client::schedule::level_instalment(&terms, 0, 1).unwrap();
    assert_eq!(level["instalment"], expected.to_string());

    let refused = |terms: &Terms, change: fn(&mut Value)| originate(terms, change)["refused"]["name"].clone();
    assert_eq!(refused(&Terms { first_due: 0, ..terms }, |_| {}), "TermsFirstDue");
    assert_eq!(refused(&Terms { count: 0, instalment: 0, ..terms }, |_| {}), "TermsEmpty");
    assert_eq!(refused(&Terms { public_unlock: true, ..terms }, |_| {}), "TermsPublicUnlock");
    assert_eq!(refused(&terms, |question| question["escrow"] = json!("5")), "EscrowTooSmall");
    assert_eq!(
        refused(&terms, |question| {
            let vehicle = Vehicle { retired: true, ..fixtures::vehicle() };
            question["vehicle"] = json!(account(&vehicle));
        }),
        "VehicleRetired"
    );
    assert_eq!(
        refused(&terms, |question| {
            let mut lender = fixtures::lender();
            lender.floors.min_grace_weekly_secs = 86_400;
            lender.floors.min_grace_secs = 86_400;
            question["lender"] = json!(account(&lender));
        }),
        "TermsGrace"
    );
}

#[test]
fn an_amendment_by_both_tells_what_changes_and_what_the_rest_costs() {
    let terms = Terms { first_due: 1_000, lock_ttl_secs: 86_400, ..fixtures::terms() };
    let loan = fixtures::loan(terms);
    let amend = |terms: &Terms, forgiven: u64| {
        ask_on_change(&json!({
            "ask": "amendment",
            "loan": account(&loan),
            "lender": account(&fixtures::lender()),
            "wallet": "0",
            "terms": written(terms),
            "forgive_principal": forgiven.to_string(),
            "forgive_interest": "0",
            "decimals": 2,
            "now": loan.opened_at + 1,
        }))["answer"]
            .clone()
    };
    let later = Terms { first_due: 5_000, late_fee: terms.late_fee + 1, ..terms };
    let said = amend(&later, 1_000);
    assert!(said["refused"].is_null(), "{said}");
    assert_eq!(
        said["changes"],
        json!([{ "term": "first_due", "effect": "depends" }, { "term": "late_fee", "effect": "worse" }])
    );
    assert_eq!(said["cost"]["amount_financed"], (terms.principal - 1_000).to_string());
    // The level instalment is that of what is left.
    let level = amend(&Terms { instalment: 0, ..later }, terms.principal / 2);
    assert_eq!(level["instalment"], (terms.principal / 2).div_ceil(u64::from(terms.count)).to_string());
    let refused = amend(&Terms { principal: terms.principal + 1, ..later }, 0);
    assert_eq!(refused["refused"]["name"], "AmendedPrincipal");
    assert_eq!(amend(&later, terms.principal + 1)["refused"]["name"], "WaiverTooLarge");
    assert_eq!(amend(&Terms { first_due: 0, ..later }, 0)["refused"]["name"], "TermsFirstDue");
}

#[test]
fn an_escrow_lasts_for_the_locks_and_warnings_that_it_pays() {
    let loan = fixtures::loan(fixtures::terms());
    let escrow = latchkey_client::latchkey::state::Escrow::new(255, loan.lender, 1_000);
    let bytes = |account: &dyn Fn(&mut Vec<u8>)| {
        let mut data = Vec::new();
        account(&mut data);
        STANDARD.encode(data)
    };
    let (warn, lock) = (2_000, 3_000);
    let of = |lamports: u64, warn: u64| {
        ask(&json!({
            "ask": "escrow",
            "escrow": bytes(&|data| escrow.try_serialize(data).unwrap()),
            "loan": bytes(&|data| loan.try_serialize(data).unwrap()),
            "lamports": lamports.to_string(),
            "rent": "900",
            "warn_fee": warn.to_string(),
            "lock_fee": lock.to_string(),
        }))["answer"]
            .clone()
    };
    let unlock = loan.unlock_fee;
    // Above the rent as it was paid: two locks with their unlocks.
    let two = of(1_000 + 2 * (lock + unlock), warn);
    assert_eq!(two["available"], (2 * (lock + unlock)).to_string());
    assert_eq!(two["locks"], "2");
    assert_eq!(two["warnings"], ((2 * lock + unlock) / warn).to_string());
    assert_eq!(of(999 + 2 * (lock + unlock), warn)["locks"], "1");
    assert_eq!(of(1_000 + unlock, warn)["withdrawable"], "0");
    assert_eq!(of(500, 0)["available"], "0");
    assert!(of(500, 0)["warnings"].is_null());
}

/// The pairs were recorded from accounts that the program wrote: `tests/svm/tests/it/page.rs`.
#[test]
fn the_recorded_answers_are_those_of_the_rules() {
    let recorded: Vec<Value> =
        serde_json::from_str(include_str!("../../../app/tests/agreement.json")).unwrap();
    assert!(recorded.len() > 20);
    for pair in recorded {
        assert_eq!(ask(&pair["question"]), pair["answer"]);
        let mut question = pair["question"].clone();
        question["ask"] = json!("servicing");
        assert_eq!(ask(&question), pair["servicing"]);
    }
}

/// Logs of the program's own transactions, recorded by `tests/svm/tests/it/history.rs`.
#[test]
fn the_recorded_past_is_what_the_events_tell() {
    let recorded = [
        include_str!("../../../app/tests/history/payments.json"),
        include_str!("../../../app/tests/history/cut.json"),
        include_str!("../../../app/tests/history/calls.json"),
        include_str!("../../../app/tests/history/sent.json"),
    ];
    for pairs in recorded {
        let pairs: Vec<Value> = serde_json::from_str(pairs).unwrap();
        assert!(!pairs.is_empty());
        for pair in pairs {
            let said: Value = serde_json::from_str(&answer_on_past(&pair["question"].to_string())).unwrap();
            assert_eq!(said["answer"], pair["answer"]);
        }
    }
}

/// What the terminal said was recorded by `crates/cli/tests/it/page.rs`.
#[test]
fn a_loan_costs_what_the_terminal_says_to_the_cent() {
    let recorded: Vec<Value> = serde_json::from_str(include_str!("../../../app/tests/cost.json")).unwrap();
    assert!(recorded.len() > 5);
    // Without their points, both write whole cents.
    let cents = |text: &Value| text.as_str().unwrap().replace(['.', '%'], "").parse::<u64>().unwrap();
    for pair in recorded {
        let said = ask_on_change(&pair["question"])["answer"].clone();
        let (cost, told) = (&said["cost"], &pair["terminal"]);
        assert!(said["refused"].is_null(), "{said}");
        for figure in ["finance_charge", "amount_financed", "total_of_payments"] {
            assert_eq!(cents(&cost[figure]), cents(&told[figure]), "{figure}");
        }
        if !cost["apr_hundredths"].is_null() {
            assert_eq!(cents(&cost["apr_hundredths"]), cents(&told["annual_percentage_rate"]));
        }
        let (on_page, on_terminal) =
            (cost["payments"].as_array().unwrap(), told["payments"].as_array().unwrap());
        assert_eq!(on_page.len(), on_terminal.len());
        for (row, shown) in on_page.iter().zip(on_terminal) {
            for column in ["payment", "interest", "principal", "balance"] {
                assert_eq!(cents(&row[column]), cents(&shown[column]), "{column}");
            }
        }
    }
}
