//! What the web page says of a new loan and of new terms that both sign: the program does what the page allows, with the
//! instalment and at the cost that it names, and refuses the rest by the same rule.

use anchor_lang::AnchorSerialize as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey::instructions::AmendArgs;
use latchkey::rules::terms::MAX_TERM_SECS;
use latchkey::state::{Action, Calendar, PolicyFloors, Terms};
use latchkey_rules_wasm::answer_on_change;
use latchkey_tests_svm::{DAY, LoanFixture, START, WEEK, due, fee};
use serde_json::{Value, json};

use crate::page::{assert_same, base64};

const DECIMALS: u8 = 2;

/// The page's answer.
fn ask(question: &Value) -> Value {
    let said: Value = serde_json::from_str(&answer_on_change(&question.to_string())).unwrap();
    said["answer"].clone()
}

fn written(terms: &Terms) -> String {
    let mut bytes = Vec::new();
    terms.serialize(&mut bytes).unwrap();
    STANDARD.encode(bytes)
}

fn amount(text: &Value) -> u64 {
    text.as_str().unwrap().parse().unwrap()
}

/// Asks the page about a new loan on these terms, and has the program write it on a copy. Returns the rule that refuses.
fn agree_on_origination(fixture: &LoanFixture, terms: Terms, escrow: u64) -> Value {
    let mut fixture = fixture.clone();
    let (keys, uri) = (fixture.keys, fixture.function(Action::Unlock).uri);
    let said = ask(&json!({
        "ask": "origination",
        "terms": written(&terms),
        "lender": base64(&mut fixture, keys.lender),
        "vehicle": base64(&mut fixture, keys.vehicle),
        "fees": Action::ALL.map(|action| fee(action).to_string()),
        "unlock_uri": uri,
        "escrow": escrow.to_string(),
        "decimals": DECIMALS,
        "now": fixture.chain.now(),
    }));
    assert_eq!(amount(&said["least_escrow"]), fixture.fees());
    let instalment =
        if said["instalment"].is_null() { terms.instalment } else { amount(&said["instalment"]) };
    let terms = Terms { instalment: instalment.max(1), ..terms };
    let instruction = fixture.origination(terms, escrow);
    let outcome = fixture.sign_origination(instruction);
    assert_same(&said["refused"], &outcome);
    if outcome.is_done() {
        pay_as_shown(&mut fixture, &said["cost"]);
    }
    said["refused"]["name"].clone()
}

/// Pays each payment on its day, in the amount that the page showed: the loan is paid off by the last one, not before.
fn pay_as_shown(fixture: &mut LoanFixture, cost: &Value) {
    let payments = cost["payments"].as_array().unwrap();
    for (index, row) in payments.iter().enumerate() {
        assert!(fixture.loan().status.is_open(), "paid off before payment {index}");
        fixture.at(row["due"].as_i64().unwrap()).top_up(amount(&row["payment"]));
        fixture.collect().holds();
        assert_eq!(fixture.loan().ledger.principal, amount(&row["balance"]), "after payment {index}");
    }
    let loan = fixture.loan();
    assert!(!loan.status.is_open(), "the last payment pays the loan off");
    let charged = loan.ledger.interest_paid;
    assert_eq!(charged, amount(&cost["finance_charge"]));
}

#[test]
fn a_new_loan_is_written_as_shown_or_refused_by_the_same_rule() {
    let fixture = LoanFixture::before_loan();
    let (terms, least) = (fixture.terms, fixture.fees());
    let monthly = Calendar::months(1, 31, -18_000);
    let allowed = [
        terms,
        Terms { instalment: 0, ..terms },
        Terms { instalment: 0, apr_ppm: 187_500, ..terms },
        Terms { instalment: 0, apr_ppm: 730_000, count: 52, ..terms },
        Terms { instalment: 100, apr_ppm: 100_000, ..terms },
        Terms {
            instalment: 0,
            apr_ppm: 39_900,
            calendar: monthly,
            first_due: last_of_month(&monthly),
            ..terms
        },
    ];
    for terms in allowed {
        assert_eq!(agree_on_origination(&fixture, terms, least), Value::Null, "{terms:?}");
    }
    let refused = [
        (Terms { principal: 0, ..terms }, "TermsEmpty"),
        (Terms { count: 0, ..terms }, "TermsEmpty"),
        (Terms { first_due: START, ..terms }, "TermsFirstDue"),
        (Terms { first_due: START + MAX_TERM_SECS, instalment: 0, ..terms }, "TermsTooLong"),
        (Terms { calendar: Calendar::seconds(0), ..terms }, "TermsCalendar"),
        (Terms { calendar: monthly, ..terms }, "TermsFirstDueDay"),
        (Terms { warn_after_secs: 0, ..terms }, "TermsNoWait"),
        (Terms { lock_ttl_secs: 3_599, ..terms }, "TermsLockTtl"),
        (Terms { notice_secs: 1, ..terms }, "TermsNoticeUnclear"),
        (Terms { public_unlock: true, ..terms }, "TermsPublicUnlock"),
        (Terms { deferred: 1, ..terms }, "TermsDeferred"),
        (Terms { principal: u64::MAX, ..terms }, "Overflow"),
    ];
    for (terms, rule) in refused {
        assert_eq!(agree_on_origination(&fixture, terms, least), rule);
    }
    assert_eq!(agree_on_origination(&fixture, terms, least - 1), "EscrowTooSmall");
}

/// The first last day of a month that lies ahead.
fn last_of_month(calendar: &Calendar) -> i64 {
    (1..62)
        .map(|days| START + days * DAY)
        .find(|day| latchkey::rules::schedule::falls_on_a_day(calendar, *day))
        .unwrap()
}

#[test]
fn the_lenders_floors_and_the_car_refuse_a_new_loan_by_the_same_rule() {
    let mut fixture = LoanFixture::before_loan();
    let (terms, least) = (fixture.terms, fixture.fees());
    let floors = fixture.lender_account().floors;
    let strict: [(PolicyFloors, &str); 6] = [
        (PolicyFloors { min_grace_weekly_secs: terms.grace_secs + 1, ..floors }, "TermsGrace"),
        (PolicyFloors { min_channels: 1, ..floors }, "TermsNotice"),
        (PolicyFloors { max_late_fee: terms.late_fee - 1, ..floors }, "TermsLateFee"),
        (PolicyFloors { min_late_after_secs: terms.late_after_secs + 1, ..floors }, "TermsLateAfter"),
        (PolicyFloors { min_warn_after_secs: terms.warn_after_secs + 1, ..floors }, "TermsWarnAfter"),
        (PolicyFloors { min_emergency_max: 1, ..floors }, "TermsEmergencyStart"),
    ];
    for (floors, rule) in strict {
        let mut fixture = fixture.clone();
        fixture.set_policy(floors).holds();
        assert_eq!(agree_on_origination(&fixture, terms, least), rule);
    }
    fixture.publish_unlock("https://unlock.example");
    let public = Terms { public_unlock: true, ..terms };
    assert_eq!(agree_on_origination(&fixture, public, least), Value::Null);
    fixture.originate().holds();
    fixture.turn_to_the_next_loan();
    assert_eq!(agree_on_origination(&fixture, terms, least), "VehicleHasLoan");
    let mut retired = LoanFixture::before_loan();
    retired.retire().holds();
    assert_eq!(agree_on_origination(&retired, terms, least), "VehicleRetired");
}

/// Asks the page about new terms, and has the program take them on a copy. Returns the rule that refuses.
fn agree_on_amendment(fixture: &LoanFixture, args: &AmendArgs) -> Value {
    let mut fixture = fixture.clone();
    let keys = fixture.keys;
    let said = ask(&json!({
        "ask": "amendment",
        "loan": base64(&mut fixture, keys.loan),
        "lender": base64(&mut fixture, keys.lender),
        "wallet": fixture.wallet().to_string(),
        "terms": written(&args.terms),
        "forgive_principal": args.forgive_principal.to_string(),
        "forgive_interest": args.forgive_interest.to_string(),
        "decimals": DECIMALS,
        "now": fixture.chain.now(),
    }));
    let named = &said["instalment"];
    let instalment = if named.is_null() { args.terms.instalment } else { amount(named) };
    let terms = Terms { instalment: instalment.max(1), ..args.terms };
    let outcome = fixture.amend_by_both(AmendArgs { terms, ..*args });
    assert_same(&said["refused"], &outcome);
    if outcome.is_done() {
        assert_eq!(fixture.loan().terms, terms);
        if !said["cost"].is_null() {
            let left = fixture.loan().ledger.principal;
            assert_eq!(amount(&said["cost"]["amount_financed"]), left);
        }
    }
    said["refused"]["name"].clone()
}

#[test]
fn new_terms_by_both_are_taken_as_shown_or_refused_by_the_same_rule() {
    let mut fixture = LoanFixture::on(|terms| terms.apr_ppm = 180_000);
    fixture.at(due(0) + 3 * DAY).top_up(617);
    let now = fixture.chain.now();
    let rest = |terms: &mut Terms| (terms.first_due, terms.count, terms.instalment) = (now + WEEK, 8, 0);
    let sane = fixture.amendment(rest);
    assert_eq!(agree_on_amendment(&fixture, &sane), Value::Null);
    let changed = |change: fn(&mut Terms)| {
        let mut args = sane;
        change(&mut args.terms);
        args
    };
    for allowed in [
        changed(|terms| (terms.grace_secs, terms.apr_ppm) = (86_400, 300_000)),
        changed(|terms| terms.instalment = 2_000),
        AmendArgs { forgive_principal: 1_000, forgive_interest: 5, ..sane },
    ] {
        assert_eq!(agree_on_amendment(&fixture, &allowed), Value::Null);
    }
    for (refused, rule) in [
        (changed(|terms| terms.principal += 1), "AmendedPrincipal"),
        (changed(|terms| terms.first_due = due(0)), "TermsFirstDue"),
        (changed(|terms| terms.count = 0), "TermsEmpty"),
        (changed(|terms| terms.lock_ttl_secs = 1), "TermsLockTtl"),
        (changed(|terms| terms.public_unlock = true), "TermsPublicUnlock"),
        (AmendArgs { forgive_principal: 10_001, ..sane }, "WaiverTooLarge"),
        (AmendArgs { forgive_interest: 1_000_000, ..sane }, "WaiverTooLarge"),
    ] {
        assert_eq!(agree_on_amendment(&fixture, &refused), rule);
    }
    fixture.at(due(0) + 120 * DAY).charge_off().holds();
    let late = fixture.amendment(|terms| terms.first_due = i64::MAX / 4);
    assert_eq!(agree_on_amendment(&fixture, &late), "ChargedOff");
}
