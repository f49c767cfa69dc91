//! The web page's rules agree with the program to the unit, on accounts that the program wrote.
//!
//! What is asked and answered here stands in `app/tests/agreement.json`, where the page's compiled rules are held against it.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey::instructions::SettlementReason;
use latchkey::rules::schedule::{due_at, falls_on_a_day};
use latchkey::rules::servicing::{MAX_HOLD_SECS, MAX_SERVICER_HOLD_SECS};
use latchkey::state::{Action, Calendar, Overpayment, Terms};
use latchkey_client::Pubkey;
use latchkey_client::quote::quote as quote_of;
use latchkey_rules_wasm::answer;
use latchkey_tests_svm::{DAY, LoanFixture, Outcome, START, due};
use serde_json::{Value, json};
use solana_sdk::account::ReadableAccount;
use solana_sdk::instruction::InstructionError;
use solana_sdk::transaction::TransactionError;

/// Set to 1 to write the recorded pairs again.
const WRITE: &str = "LATCHKEY_WRITE_AGREEMENT";

/// An account as a node gives it.
pub fn base64(fixture: &mut LoanFixture, address: Pubkey) -> String {
    STANDARD.encode(fixture.chain.svm().get_account(&address).unwrap().data())
}

fn question(fixture: &mut LoanFixture) -> Value {
    let keys = fixture.keys;
    json!({
        "ask": "loan",
        "loan": base64(fixture, keys.loan),
        "vehicle": base64(fixture, keys.vehicle),
        "lender": base64(fixture, keys.lender),
        "wallet": fixture.wallet().to_string(),
        "now": fixture.chain.now(),
    })
}

/// Asks the page's rules, has the program look at the same second, and compares. Returns what was asked and answered.
fn agree(fixture: &mut LoanFixture) -> Value {
    let question = question(fixture);
    let said: Value = serde_json::from_str(&answer(&question.to_string())).unwrap();
    let quote = &said["answer"]["quote"];
    let mut looked = fixture.clone();
    looked.collect().holds();
    let ledger = looked.loan().ledger;
    let on_chain = [ledger.principal, ledger.interest, ledger.fees].map(|sum| sum.to_string());
    let on_page = ["principal", "interest", "fees"].map(|name| quote[name].as_str().unwrap().to_owned());
    assert_eq!(on_page, on_chain, "{question}");
    let due = quote_of(&looked.loan(), looked.wallet(), looked.chain.now()).unwrap();
    assert_eq!(quote["past_due"], due.past_due.to_string());
    assert_eq!(quote["payoff"], due.payoff.to_string());
    let servicing = agree_on_servicing(fixture, &question);
    json!({ "question": question, "answer": said, "servicing": servicing })
}

/// Asks the page's rules what the lender may do, and has the program do each on a copy: it allows or refuses by the same rule.
fn agree_on_servicing(fixture: &LoanFixture, question: &Value) -> Value {
    let mut question = question.clone();
    question["ask"] = json!("servicing");
    let said: Value = serde_json::from_str(&answer(&question.to_string())).unwrap();
    let now = fixture.chain.now();
    let fees = said_fees(fixture);
    let same = |refused: &Value, act: &dyn Fn(&mut LoanFixture) -> Outcome| {
        assert_same(refused, &act(&mut fixture.clone()));
    };
    let refused = &said["answer"]["refused"];
    let until = now + MAX_HOLD_SECS;
    let servicer_until = now + MAX_SERVICER_HOLD_SECS;
    let authority = fixture.authority.insecure_clone();
    same(&refused["hold"], &|loan| loan.place_hold_by(&authority, until));
    same(&refused["hold_by_servicer"], &|loan| loan.place_hold(servicer_until));
    same(&refused["lift_hold"], &LoanFixture::lift_hold);
    same(&refused["stay"], &|loan| loan.place_stay(now, until));
    same(&refused["extend"], &LoanFixture::extend);
    same(&refused["waive"], &|loan| loan.waive_fees(fees.max(1)));
    same(&refused["amend"], &|loan| loan.amend_alone(loan.amendment(|_| {})));
    same(&refused["settle"], &|loan| loan.settle(SettlementReason::Settlement));
    same(&refused["charge_off"], &LoanFixture::charge_off);
    same(&refused["default"], &LoanFixture::declare_default);
    same(&refused["warn"], &|loan| loan.request(Action::Warn));
    same(&refused["lock"], &|loan| loan.request(Action::Lock));
    same(&refused["unlock"], &|loan| loan.request_as(&authority, Action::Unlock));
    same(&refused["close"], &LoanFixture::close);
    for (bit, refused) in said["answer"]["notice"].as_array().unwrap().iter().enumerate() {
        same(refused, &|loan| loan.serve_notice_by(1 << bit));
    }
    said
}

/// The program did what the page allowed, or refused by the same rule.
pub fn assert_same(refused: &Value, outcome: &Outcome) {
    match outcome.error() {
        None => assert!(refused.is_null(), "the page refuses with {refused}"),
        Some(TransactionError::InstructionError(_, InstructionError::Custom(code))) => {
            assert_eq!(refused["code"], *code, "{}", outcome.describe());
        }
        Some(other) => panic!("{other}"),
    }
}

fn said_fees(fixture: &LoanFixture) -> u64 {
    quote_of(&fixture.loan(), fixture.wallet(), fixture.chain.now()).unwrap().fees
}

/// Loans by the week, and one by the month on its last day.
fn loans() -> impl Iterator<Item = LoanFixture> {
    let changes: [fn(&mut Terms); 4] = [
        |_| {},
        |terms| terms.apr_ppm = 187_500,
        |terms| (terms.apr_ppm, terms.overpayment) = (730_000, Overpayment::PayAhead),
        |terms| {
            terms.apr_ppm = 39_900;
            terms.calendar = Calendar::months(1, 31, 0);
            // The first last day of a month that lies ahead.
            terms.first_due = (1..62)
                .map(|days| START + days * DAY)
                .find(|day| falls_on_a_day(&terms.calendar, *day))
                .unwrap();
        },
    ];
    changes.into_iter().map(LoanFixture::on)
}

#[test]
fn page_and_program_agree_to_the_unit_on_every_moment() {
    let mut pairs = Vec::new();
    for mut fixture in loans() {
        let terms = fixture.loan().terms;
        let mut moments: Vec<i64> = (0..4)
            .flat_map(|k| {
                let due = due_at(&terms, k);
                [due - 1, due, due + 1, due + i64::from(terms.grace_secs) + 7 * i64::from(k)]
            })
            .collect();
        moments.sort_unstable();
        for (index, now) in moments.into_iter().enumerate() {
            fixture.at(now);
            if index % 5 == 2 {
                fixture.top_up(617);
            }
            pairs.push(agree(&mut fixture));
        }
    }
    // Notices in every state: served, complete, followed by a final one, outlived by a hold and a stay.
    let mut told = LoanFixture::on(|terms| {
        (terms.min_channels, terms.notice_secs, terms.final_notice_secs) = (2, 10 * 86_400, 2 * 86_400);
        (terms.notice_max_age_secs, terms.max_extensions) = (60 * 86_400, 1);
    });
    told.at(due(0) + DAY);
    pairs.push(agree(&mut told));
    told.serve_notice_by(1).holds();
    pairs.push(agree(told.at(due(0) + 2 * DAY)));
    told.serve_notice_by(2).holds();
    pairs.push(agree(told.at(due(0) + 3 * DAY)));
    told.at(due(0) + 5 * DAY).serve_notice_by(4).holds();
    pairs.push(agree(told.at(due(0) + 6 * DAY)));
    let until = told.chain.now() + 2 * DAY;
    told.place_hold(until).holds();
    pairs.push(agree(told.at(until - 1)));
    told.place_stay(until, until + 5 * DAY).holds();
    pairs.push(agree(told.at(until)));
    told.settle(SettlementReason::Settlement).holds();
    pairs.push(agree(told.at(until + 1)));
    pairs.push(agree(LoanFixture::defaulted().at(due(0) + 3 * DAY)));
    pairs.push(agree(&mut LoanFixture::locked()));

    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../app/tests/agreement.json");
    let text = format!("{}\n", serde_json::to_string_pretty(&pairs).unwrap());
    if std::env::var(WRITE).is_ok_and(|value| value == "1") {
        fs::write(&recorded, &text).unwrap();
    }
    let committed = fs::read_to_string(&recorded).unwrap_or_default();
    assert!(committed == text, "{} is not what the rules say: run again with {WRITE}=1", recorded.display());
}
