//! Payments and calls in the transactions that a node tells of.

use latchkey_client::Pubkey;
use latchkey_client::accounts::decode_as;
use latchkey_client::events::from_logs;
use latchkey_client::history::{self as client, At, End, Entry, Held, Line, Past};
use latchkey_client::latchkey::events::PaymentKind;
use latchkey_client::latchkey::state::Loan;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ask::{Unanswered, said};
use crate::text;

/// What the page can ask of the past.
#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Question {
    Payments(OfLoan),
    Calls(Asked),
    Sent(ToTreasury),
}

/// Answers a question on the past in JSON, as [`crate::answer`] does one on the present.
pub fn answer(question: &str) -> String {
    said(try_answer(question))
}

fn try_answer(question: &str) -> Result<Value, Unanswered> {
    Ok(match serde_json::from_str(question)? {
        Question::Payments(question) => serde_json::to_value(payments_of(&question)?)?,
        Question::Calls(question) => serde_json::to_value(calls_in(&question))?,
        Question::Sent(question) => serde_json::to_value(sent_to(&question))?,
    })
}

/// A transaction that succeeded.
#[derive(Deserialize)]
struct Transaction {
    signature: String,
    time: Option<i64>,
    logs: Vec<String>,
    /// What the car wallet held around it, where the transaction names it.
    wallet: Option<AroundIt>,
}

#[derive(Clone, Copy, Deserialize)]
struct AroundIt {
    #[serde(deserialize_with = "text::read_amount")]
    before: u64,
    #[serde(deserialize_with = "text::read_amount")]
    after: u64,
}

fn read(transactions: &[Transaction]) -> Vec<client::Transaction> {
    let read = |transaction: &Transaction| client::Transaction {
        signature: transaction.signature.clone(),
        time: transaction.time,
        events: from_logs(transaction.logs.iter().map(String::as_str)),
        wallet: transaction.wallet.map(|AroundIt { before, after }| Held { before, after }),
    };
    transactions.iter().map(read).collect()
}

/// Where something stands; every line, call and payment begins with it.
#[derive(Serialize)]
struct Place {
    signature: String,
    time: Option<i64>,
}

impl From<At> for Place {
    fn from(At { signature, time }: At) -> Self {
        Self { signature, time }
    }
}

#[derive(Serialize)]
struct Parts {
    #[serde(serialize_with = "text::amount")]
    fees: u64,
    #[serde(serialize_with = "text::amount")]
    interest: u64,
    #[serde(serialize_with = "text::amount")]
    principal: u64,
}

impl From<client::Parts> for Parts {
    fn from(client::Parts { fees, interest, principal }: client::Parts) -> Self {
        Self { fees, interest, principal }
    }
}

/// The money of one loan, from transactions that name its car wallet, the oldest first.
#[derive(Deserialize)]
struct OfLoan {
    #[serde(deserialize_with = "text::read_key")]
    address: Pubkey,
    #[serde(deserialize_with = "text::read_key")]
    mint: Pubkey,
    #[serde(deserialize_with = "text::read_bytes")]
    loan: Vec<u8>,
    #[serde(deserialize_with = "text::read_amount")]
    wallet: u64,
    transactions: Vec<Transaction>,
}

#[derive(Serialize)]
struct Payments {
    lines: Vec<Row>,
    paid: Parts,
    missing: Missing,
}

#[derive(Serialize)]
struct Row {
    #[serde(flatten)]
    at: Place,
    #[serde(flatten)]
    entry: Shown,
    /// Principal owed after it.
    #[serde(serialize_with = "text::maybe")]
    owed: Option<u64>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Shown {
    Opened(Amount),
    CameIn(Amount),
    Collected(Parts),
    Prepaid(Parts),
    PaidOff(Parts),
    LateFees(Amount),
    Waived(Amount),
    Forgiven(Parts),
    TakenBack(Amount),
    Closed(Amount),
}

#[derive(Serialize)]
struct Amount {
    #[serde(serialize_with = "text::amount")]
    amount: u64,
}

/// What the loan's totals hold beyond the lines: decimal text, with a sign.
#[derive(Serialize)]
struct Missing {
    fees: String,
    interest: String,
    principal: String,
    came_in: String,
}

impl From<Line> for Row {
    fn from(Line { at, entry, principal }: Line) -> Self {
        let of = |amount| Amount { amount };
        let entry = match entry {
            Entry::Opened(amount) => Shown::Opened(of(amount)),
            Entry::CameIn(amount) => Shown::CameIn(of(amount)),
            Entry::Paid(PaymentKind::Collected, parts) => Shown::Collected(parts.into()),
            Entry::Paid(PaymentKind::Prepaid, parts) => Shown::Prepaid(parts.into()),
            Entry::Paid(PaymentKind::PaidOff, parts) => Shown::PaidOff(parts.into()),
            Entry::LateFees(amount) => Shown::LateFees(of(amount)),
            Entry::Waived(amount) => Shown::Waived(of(amount)),
            Entry::Forgiven(parts) => Shown::Forgiven(parts.into()),
            Entry::TakenBack(amount) => Shown::TakenBack(of(amount)),
            Entry::Closed(amount) => Shown::Closed(of(amount)),
        };
        Self { at: at.into(), entry, owed: principal }
    }
}

fn payments_of(question: &OfLoan) -> Result<Payments, Unanswered> {
    let loan: Loan = decode_as("loan", &question.loan)?;
    let of = client::Loan {
        address: question.address,
        mint: question.mint,
        ledger: &loan.ledger,
        wallet: question.wallet,
    };
    let Past { lines, paid, missing } = client::payments(&of, &read(&question.transactions));
    Ok(Payments {
        lines: lines.into_iter().map(Row::from).collect(),
        paid: paid.into(),
        missing: Missing {
            fees: missing.fees.to_string(),
            interest: missing.interest.to_string(),
            principal: missing.principal.to_string(),
            came_in: missing.came_in.to_string(),
        },
    })
}

/// The calls in transactions, the oldest first.
#[derive(Deserialize)]
struct Asked {
    transactions: Vec<Transaction>,
}

#[derive(Serialize)]
struct Calls {
    calls: Vec<Call>,
    device_keys: Vec<DeviceKey>,
}

#[derive(Serialize)]
struct DeviceKey {
    vehicle: String,
    key: String,
}

#[derive(Serialize)]
struct Call {
    invocation: String,
    of: Option<About>,
    requested: Option<Place>,
    expires_at: Option<i64>,
    claims: Vec<Claim>,
    end: Option<Ended>,
}

#[derive(Serialize)]
struct About {
    loan: String,
    vehicle: Option<String>,
    seq: String,
    action: &'static str,
    #[serde(serialize_with = "text::amount")]
    fee: u64,
}

#[derive(Serialize)]
struct Claim {
    #[serde(flatten)]
    at: Place,
    keeper: String,
    #[serde(serialize_with = "text::amount")]
    bond: u64,
    lease_end: i64,
    yielded: Option<Place>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Ended {
    Settled {
        #[serde(flatten)]
        at: Place,
        keeper: String,
        #[serde(serialize_with = "text::amount")]
        fee: u64,
        device_time: i64,
        command_hash: String,
    },
    Expired {
        #[serde(flatten)]
        at: Place,
        #[serde(serialize_with = "text::amount")]
        refunded: u64,
        #[serde(serialize_with = "text::amount")]
        forfeited: u64,
    },
}

impl From<End> for Ended {
    fn from(end: End) -> Self {
        match end {
            End::Settled { at, keeper, fee, device_time, command_hash } => Self::Settled {
                at: at.into(),
                keeper: keeper.to_string(),
                fee,
                device_time,
                command_hash: text::hex(&command_hash),
            },
            End::Expired { at, refunded, forfeited } => Self::Expired { at: at.into(), refunded, forfeited },
        }
    }
}

impl From<client::Call> for Call {
    fn from(call: client::Call) -> Self {
        let claim = |claim: client::Claim| Claim {
            at: claim.at.into(),
            keeper: claim.keeper.to_string(),
            bond: claim.bond,
            lease_end: claim.lease_end,
            yielded: claim.yielded.map(Place::from),
        };
        let about = |of: client::Asked| About {
            loan: of.loan.to_string(),
            vehicle: of.vehicle.map(|vehicle| vehicle.to_string()),
            seq: of.seq.to_string(),
            action: of.action.name(),
            fee: of.fee,
        };
        Self {
            invocation: call.invocation.to_string(),
            of: call.of.map(about),
            requested: call.requested.map(Place::from),
            expires_at: call.expires_at,
            claims: call.claims.into_iter().map(claim).collect(),
            end: call.end.map(Ended::from),
        }
    }
}

fn calls_in(question: &Asked) -> Calls {
    let transactions = read(&question.transactions);
    let key =
        |client::DeviceKey { vehicle, key }| DeviceKey { vehicle: vehicle.to_string(), key: key.to_string() };
    Calls {
        calls: client::calls(&transactions).into_iter().map(Call::from).collect(),
        device_keys: client::device_keys(&transactions).into_iter().map(key).collect(),
    }
}

/// What reached a treasury, in transactions that name it.
#[derive(Deserialize)]
struct ToTreasury {
    #[serde(deserialize_with = "text::read_key")]
    treasury: Pubkey,
    transactions: Vec<Transaction>,
}

#[derive(Serialize)]
struct Sent {
    #[serde(flatten)]
    at: Place,
    loan: String,
    #[serde(serialize_with = "text::amount")]
    amount: u64,
    taken: Parts,
}

fn sent_to(question: &ToTreasury) -> Vec<Sent> {
    let shown = |sent: client::Sent| Sent {
        at: sent.at.into(),
        loan: sent.loan.to_string(),
        amount: sent.amount,
        taken: sent.taken.into(),
    };
    client::sent(&question.treasury, &read(&question.transactions)).into_iter().map(shown).collect()
}
