//! The page's questions, asked natively. `app/tests/unit/agreement.test.ts` asks the compiled module the same.

use anchor_lang::AccountSerialize as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use borsh::BorshSerialize as _;
use latchkey_client::latchkey::fixtures;
use latchkey_rules_wasm::{answer, answer_on_past};
use serde_json::{Value, json};

fn ask(question: &Value) -> Value {
    serde_json::from_str(&answer(&question.to_string())).unwrap()
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

#[test]
fn a_plan_is_the_schedule_of_its_terms() {
    let terms = fixtures::terms();
    let mut bytes = Vec::new();
    terms.serialize(&mut bytes).unwrap();
    let bytes = STANDARD.encode(bytes);
    let said = ask(&json!({ "ask": "plan", "terms": bytes, "opened_at": 0, "unit": "1" }));
    let plan = latchkey_client::schedule::schedule(&terms, 0).unwrap();
    assert_eq!(said["answer"]["total_of_payments"], plan.total_of_payments.to_string());
    assert_eq!(said["answer"]["payments"].as_array().unwrap().len(), plan.payments.len());
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
