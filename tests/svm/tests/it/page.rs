//! The web page's rules agree with the program to the unit, on accounts that the program wrote.
//!
//! What is asked and answered here stands in `app/tests/agreement.json`, where the page's compiled rules are held against it.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey::rules::schedule::{due_at, falls_on_a_day};
use latchkey::state::{Calendar, Overpayment, Terms};
use latchkey_client::Pubkey;
use latchkey_client::quote::quote as quote_of;
use latchkey_rules_wasm::answer;
use latchkey_tests_svm::{DAY, LoanFixture, START, due};
use serde_json::{Value, json};
use solana_sdk::account::ReadableAccount;

/// Set to 1 to write the recorded pairs again.
const WRITE: &str = "LATCHKEY_WRITE_AGREEMENT";

fn base64(fixture: &mut LoanFixture, address: Pubkey) -> String {
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
    json!({ "question": question, "answer": said })
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
