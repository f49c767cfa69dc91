//! The past of a loan, read from the logs of the program's own transactions: payments, calls, and what reached the lender.
//!
//! What is asked and answered here stands in `app/tests/history.json`, where the page's compiled rules are held against it.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey::instructions::SettlementReason;
use latchkey::state::{Action, Ledger, Overpayment};
use latchkey_client::Pubkey;
use latchkey_rules_wasm::answer_on_past;
use latchkey_tests_svm::{Car, DAY, Done, LEASE, LoanFixture, Outcome, TTL, due};
use serde_json::{Value, json};
use solana_sdk::account::ReadableAccount;
use solana_sdk::signer::Signer;

/// Set to 1 to write the recorded pairs again.
const WRITE: &str = "LATCHKEY_WRITE_AGREEMENT";

/// A loan's transactions as a node tells of them.
struct Tape {
    fixture: LoanFixture,
    transactions: Vec<Value>,
}

impl Tape {
    /// From before the loan is written.
    fn new(mut fixture: LoanFixture) -> Self {
        fixture.terms.apr_ppm = 187_500;
        Self { fixture, transactions: Vec::new() }
    }

    fn at(&mut self, now: i64) -> &mut Self {
        self.fixture.at(now);
        self
    }

    fn wallet(&self) -> u64 {
        let Self { fixture, .. } = self;
        if fixture.chain.exists(&fixture.keys.wallet) { fixture.wallet() } else { 0 }
    }

    /// Does something in one transaction, and keeps what a node says of it.
    fn does(&mut self, act: impl FnOnce(&mut LoanFixture) -> Outcome) -> &mut Self {
        let (before, time) = (self.wallet(), self.fixture.chain.now());
        let Done { logs, signature, .. } = act(&mut self.fixture).holds();
        // What a call costs changes with every build of the program, and tells nothing of the loan.
        let logs: Vec<_> = logs.into_iter().filter(|line| !line.contains(" consumed ")).collect();
        self.transactions.push(json!({
            "signature": signature,
            "time": time,
            "logs": logs,
            "wallet": { "before": before.to_string(), "after": self.wallet().to_string() },
        }));
        self
    }

    fn top_up(&mut self, amount: u64) -> &mut Self {
        self.does(|loan| {
            let LoanFixture { chain, money, borrower, savings, keys, .. } = loan;
            money.transfer(chain, savings, &keys.wallet, borrower, amount)
        })
    }

    fn question(&self, ask: &str) -> Value {
        json!({ "ask": ask, "transactions": self.transactions })
    }

    fn payments_of(&mut self, loan: Pubkey, transactions: &[Value]) -> Value {
        let keys = self.fixture.keys;
        let account = self.fixture.chain.svm().get_account(&keys.loan).unwrap();
        json!({
            "ask": "payments",
            "address": loan.to_string(),
            "mint": keys.mint.to_string(),
            "loan": STANDARD.encode(account.data()),
            "wallet": self.wallet().to_string(),
            "transactions": transactions,
        })
    }

    /// The lines with the loan's totals: nothing is missing in them.
    fn whole(&mut self) -> Value {
        let transactions = self.transactions.clone();
        let question = self.payments_of(self.fixture.keys.loan, &transactions);
        let said = ask(&question);
        let Ledger { principal_paid, interest_paid, fees_paid, .. } = self.fixture.loan().ledger;
        assert_eq!(
            said["paid"],
            json!({
                "fees": fees_paid.to_string(),
                "interest": interest_paid.to_string(),
                "principal": principal_paid.to_string(),
            })
        );
        assert_eq!(
            said["missing"],
            json!({ "fees": "0", "interest": "0", "principal": "0", "came_in": "0" })
        );
        let last = said["lines"].as_array().unwrap().last().unwrap();
        assert_eq!(last["owed"], self.fixture.loan().ledger.principal.to_string());
        json!({ "question": question, "answer": said })
    }
}

fn ask(question: &Value) -> Value {
    let said: Value = serde_json::from_str(&answer_on_past(&question.to_string())).unwrap();
    assert!(said["error"].is_null(), "{said}");
    said["answer"].clone()
}

/// The kinds of lines, in order.
fn kinds(said: &Value) -> Vec<&str> {
    said["lines"].as_array().unwrap().iter().map(|line| line["kind"].as_str().unwrap()).collect()
}

fn sum(values: &Value, name: &str) -> i128 {
    let values = values.as_array().unwrap().iter();
    values.filter_map(|value| value[name].as_str()).map(|text| text.parse::<i128>().unwrap()).sum()
}

/// A loan with everything that moves its money, up to the last unit.
fn paid_off() -> Tape {
    let mut fixture = LoanFixture::before_loan();
    fixture.terms.overpayment = Overpayment::ReducePrincipal;
    let mut tape = Tape::new(fixture);
    tape.does(LoanFixture::originate);
    tape.at(due(0) - 1).top_up(617);
    tape.at(due(0)).does(LoanFixture::collect);
    // Nothing is taken at this look, but a fee is charged.
    tape.at(due(0) + DAY).does(LoanFixture::look);
    tape.top_up(2_000);
    // Taken now, sent later.
    tape.does(LoanFixture::look);
    tape.at(due(0) + 2 * DAY).does(|loan| loan.prepay_and_fees(300, 10));
    tape.does(|loan| loan.withdraw_surplus(100));
    tape.does(|loan| loan.waive_fees(5));
    tape.at(due(1)).does(LoanFixture::collect);
    tape
}

#[test]
fn every_payment_is_a_line_and_the_lines_are_the_loans_totals() {
    let mut recorded = Vec::new();
    let mut tape = paid_off();
    let whole = tape.whole();
    assert_eq!(
        kinds(&whole["answer"]),
        [
            "opened",
            "came_in",
            "collected",
            "late_fees",
            "came_in",
            "collected",
            "prepaid",
            "taken_back",
            "waived",
            "collected"
        ]
    );
    recorded.push(whole);

    // A part of the debt is forgiven, and somebody else pays the rest out of a pocket of their own.
    tape.at(due(1) + DAY).does(|loan| {
        let mut args = loan.amendment(|terms| terms.apr_ppm = 100_000);
        args.forgive_principal = 1_500;
        loan.amend_alone(args)
    });
    recorded.push(tape.whole());
    tape.at(due(2) - DAY).does(|loan| {
        let (payer, savings) = (loan.borrower.insecure_clone(), loan.savings);
        loan.pay_off_by(&payer, Some(savings))
    });
    let whole = tape.whole();
    let kinds = kinds(&whole["answer"]);
    assert_eq!(kinds[kinds.len() - 3..], ["forgiven", "came_in", "paid_off"], "brought and taken at once");
    recorded.push(whole);
    tape.does(LoanFixture::collect);
    recorded.push(tape.whole());

    // Another loan ends for less than is owed: what is due by then is taken first.
    let mut settled = Tape::new(LoanFixture::before_loan());
    settled.does(LoanFixture::originate).at(due(0)).top_up(1_100);
    settled.does(|loan| loan.settle(SettlementReason::Settlement));
    let whole = settled.whole();
    assert_eq!(self::kinds(&whole["answer"]), ["opened", "came_in", "collected", "forgiven"]);
    recorded.push(whole);

    record("payments", &recorded);
}

#[test]
fn what_a_cut_history_lacks_is_named_to_the_unit() {
    let mut tape = paid_off();
    let (loan, transactions) = (tape.fixture.keys.loan, tape.transactions.clone());
    let all = ask(&tape.payments_of(loan, &transactions));
    let mut recorded = Vec::new();
    for from in 0..=transactions.len() {
        let question = tape.payments_of(loan, &transactions[from..]);
        let said = ask(&question);
        for part in ["fees", "interest", "principal"] {
            let lacks: i128 = said["missing"][part].as_str().unwrap().parse().unwrap();
            let total: i128 = all["paid"][part].as_str().unwrap().parse().unwrap();
            assert_eq!(lacks + sum(&said["lines"], part), total, "{part} from {from}");
        }
        let came_in = said["lines"].as_array().unwrap().iter().filter(|line| line["kind"] == "came_in");
        let came_in: i128 =
            came_in.map(|line| line["amount"].as_str().unwrap().parse::<i128>().unwrap()).sum();
        let lacks: i128 = said["missing"]["came_in"].as_str().unwrap().parse().unwrap();
        assert_eq!(came_in + lacks, 2_617, "from {from}");
        if from == 5 || from == transactions.len() {
            recorded.push(json!({ "question": question, "answer": said }));
        }
    }
    record("cut", &recorded);
}

#[test]
fn another_loans_payments_are_not_this_ones() {
    let mut tape = paid_off();
    let (other, transactions) = (tape.fixture.keys.vehicle, tape.transactions.clone());
    let said = ask(&tape.payments_of(other, &transactions));
    assert!(kinds(&said).iter().all(|kind| *kind == "came_in"), "{said}");
    assert_eq!(sum(&said["lines"], "principal"), 0);
}

#[test]
fn what_reached_the_treasury_is_what_left_the_wallets() {
    let mut tape = paid_off();
    let treasury = tape.fixture.keys.treasury;
    let before = paid_in(&tape.fixture);
    let mut question = tape.question("sent");
    question["treasury"] = json!(treasury.to_string());
    let said = ask(&question);
    assert_eq!(sum(&said, "amount"), before);
    // The second payment was taken before it was sent.
    let rows = said.as_array().unwrap();
    assert_eq!(rows.len(), 2, "{said}");
    let taken = sum(&Value::Array(rows.iter().map(|row| row["taken"].clone()).collect()), "principal");
    assert!(taken < before, "{said}");
    record("sent", &[json!({ "question": question, "answer": said })]);

    question["treasury"] = json!(tape.fixture.savings.to_string());
    assert_eq!(ask(&question), json!([]), "of another treasury");
    tape.transactions.clear();
    question["transactions"] = json!([]);
    assert_eq!(ask(&question), json!([]));
}

/// What the treasury got of the loan.
fn paid_in(fixture: &LoanFixture) -> i128 {
    let ledger = fixture.loan().ledger;
    i128::from(ledger.principal_paid + ledger.interest_paid + ledger.fees_paid - ledger.unsent)
}

#[test]
fn every_call_is_told_from_its_request_to_its_end() {
    let mut tape = Tape::new(LoanFixture::before_loan());
    let (keeper, rival) = (tape.fixture.keeper.insecure_clone(), tape.fixture.rival.insecure_clone());
    tape.does(LoanFixture::originate).at(LoanFixture::default_at()).does(LoanFixture::declare_default);
    tape.does(|loan| loan.request(Action::Lock));
    tape.does(|loan| loan.claim(&keeper, 1)).does(|loan| loan.yield_claim(&keeper, 1));
    tape.does(|loan| loan.claim(&rival, 1));
    let receipts = vec![tape.confirms(1)];
    tape.top_up(20_000).does(LoanFixture::collect).does(|loan| loan.request(Action::Unlock));
    let now = tape.fixture.chain.now();
    tape.at(now + TTL.max(LEASE) + 1).does(|loan| loan.expire(2));
    // The car gets a new device, and the lender a second car.
    let (first, device, second) =
        (tape.fixture.car.clone(), tape.fixture.car.successor("new"), Car::new("second"));
    tape.does(|loan| loan.rotate(&device)).does(|loan| loan.register(&second));
    let said = ask(&tape.question("calls"));
    let key = |car: &Car| json!({ "vehicle": car.vehicle.to_string(), "key": car.device_key().to_string() });
    assert_eq!(said["device_keys"], json!([key(&first), key(&device), key(&second)]));
    let calls = said["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 2, "{said}");
    let [lock, unlock] = [&calls[0], &calls[1]];
    assert_eq!((lock["of"]["action"].as_str(), lock["of"]["seq"].as_str()), (Some("lock"), Some("1")));
    assert_eq!(lock["of"]["vehicle"], tape.fixture.keys.vehicle.to_string());
    assert_eq!(lock["claims"].as_array().unwrap().len(), 2);
    assert!(lock["claims"][0]["yielded"].is_object() && lock["claims"][1]["yielded"].is_null());
    assert_eq!(lock["end"]["kind"], "settled");
    assert_eq!(lock["end"]["keeper"], rival.pubkey().to_string());
    assert_eq!(
        (unlock["end"]["kind"].as_str(), unlock["of"]["action"].as_str()),
        (Some("expired"), Some("unlock"))
    );
    assert_eq!(unlock["end"]["refunded"], unlock["of"]["fee"]);

    // A node that has forgotten the request still tells of the end.
    let mut cut = tape.question("calls");
    let late = cut["transactions"].as_array().unwrap().iter().skip(6).cloned().collect();
    cut["transactions"] = Value::Array(late);
    let told = ask(&cut);
    assert!(told["calls"][0]["requested"].is_null() && told["calls"][0]["of"]["seq"] == "1", "{told}");

    let recorded = json!({ "question": tape.question("calls"), "answer": said, "receipts": receipts });
    record("calls", &[recorded, json!({ "question": cut, "answer": told })]);
}

impl Tape {
    /// Settles a call, and keeps the whole transaction, in which the receipt stands.
    fn confirms(&mut self, seq: u64) -> Value {
        let receipt = self.fixture.receipt(seq);
        let signed = self.fixture.car.sign(&receipt.encode());
        let instructions = self.fixture.confirmation(&signed);
        let transaction = self.fixture.chain.sign(&instructions, &[]);
        let bytes = bincode::serialize(&transaction).unwrap();
        self.does(|loan| loan.chain.submit(transaction));
        json!({
            "transaction": STANDARD.encode(bytes),
            "device_key": self.fixture.car.device_key().to_string(),
            "signature": self.transactions.last().unwrap()["signature"],
        })
    }
}

/// Holds what was asked and answered against the recorded file, or writes it there.
fn record(name: &str, pairs: &[Value]) {
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../app/tests/history/{name}.json"));
    let text = format!("{}\n", serde_json::to_string_pretty(pairs).unwrap());
    if std::env::var(WRITE).is_ok_and(|value| value == "1") {
        fs::create_dir_all(recorded.parent().unwrap()).unwrap();
        fs::write(&recorded, &text).unwrap();
    }
    let committed = fs::read_to_string(&recorded).unwrap_or_default();
    assert!(committed == text, "{} is not what the rules say: run again with {WRITE}=1", recorded.display());
}
