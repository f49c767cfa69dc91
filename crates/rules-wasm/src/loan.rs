//! One loan with its car at one moment: what the borrower's page shows.

use latchkey_client::accounts::decode_as;
use latchkey_client::latchkey::rules::gates::{Asker, check_unlock};
use latchkey_client::latchkey::rules::ledger::Wallet;
use latchkey_client::latchkey::rules::loan_at::LoanAt;
use latchkey_client::latchkey::rules::servicing;
use latchkey_client::latchkey::state::{Action, Lender, Loan, LoanStatus, Vehicle};
use latchkey_client::outlook::{self, outlook};
use latchkey_client::quote::{self, quote};
use serde::{Deserialize, Serialize};

use crate::ask::{Refused, Unanswered, refusal};
use crate::text;

#[derive(Deserialize)]
pub struct Question {
    #[serde(deserialize_with = "text::read_bytes")]
    pub loan: Vec<u8>,
    #[serde(deserialize_with = "text::read_bytes")]
    pub vehicle: Vec<u8>,
    #[serde(deserialize_with = "text::read_bytes")]
    pub lender: Vec<u8>,
    #[serde(deserialize_with = "text::read_amount")]
    pub wallet: u64,
    pub now: i64,
}

/// Where a loan and its car stand.
#[derive(Serialize)]
pub struct View {
    standing: Standing,
    car: Car,
    #[serde(serialize_with = "Quote::serialize")]
    quote: quote::Quote,
    outlook: Outlook,
    /// What must come into the wallet so that the loan is not in default.
    #[serde(serialize_with = "text::amount")]
    cure: u64,
    unlock: Permission,
    emergency: Emergency,
}

/// The one word for where the loan stands, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    PaidOff,
    Settled,
    ChargedOff,
    Unlocking,
    EmergencyStart,
    Locked,
    Stayed,
    OnHold,
    Defaulted,
    Warned,
    PastDue,
    Current,
}

/// What the chain knows of the car.
#[derive(Serialize)]
struct Car {
    /// A proven lock stands.
    is_locked: bool,
    /// A lock was asked for and neither undone nor run out: the car may be locked, whether or not its receipt arrived.
    may_be_locked: bool,
    /// When the lock ends by itself.
    locked_until: Option<i64>,
    /// What was asked of it last, while that is open.
    open: Option<&'static str>,
    open_until: Option<i64>,
    is_distrusted: bool,
    /// The number of the next request.
    next_seq: String,
}

/// How an amount owed is written.
#[derive(Serialize)]
#[serde(remote = "quote::Quote")]
pub struct Quote {
    at: i64,
    #[serde(serialize_with = "text::amount")]
    principal: u64,
    #[serde(serialize_with = "text::amount")]
    interest: u64,
    #[serde(serialize_with = "text::amount")]
    fees: u64,
    #[serde(serialize_with = "text::amount")]
    payoff: u64,
    #[serde(serialize_with = "text::amount")]
    free: u64,
    #[serde(serialize_with = "text::amount")]
    unsent: u64,
    #[serde(serialize_with = "text::amount")]
    per_diem: u64,
    #[serde(serialize_with = "text::amount")]
    past_due: u64,
    days_past_due: i64,
    next_due: Option<i64>,
}

#[derive(Serialize)]
struct Outlook {
    shortfall: Option<Shortfall>,
    late_fee_at: Option<i64>,
    warn_from: Option<i64>,
    default_at: Option<i64>,
    earliest_lock: Option<i64>,
}

#[derive(Serialize)]
struct Shortfall {
    instalment: u16,
    due: i64,
    #[serde(serialize_with = "text::amount")]
    amount: u64,
}

impl From<outlook::Outlook> for Outlook {
    fn from(outlook: outlook::Outlook) -> Self {
        let outlook::Outlook { shortfall, late_fee_at, warn_from, default_at, earliest_lock } = outlook;
        let shortfall = shortfall.map(|outlook::Shortfall { instalment, due, amount }| Shortfall {
            instalment,
            due,
            amount,
        });
        Self { shortfall, late_fee_at, warn_from, default_at, earliest_lock }
    }
}

/// Whether the borrower may do something now, and which rule refuses if not.
#[derive(Serialize)]
struct Permission {
    refused: Option<Refused>,
}

#[derive(Serialize)]
struct Emergency {
    refused: Option<Refused>,
    left: u8,
    /// When the running one ends at the latest.
    until: Option<i64>,
}

pub fn answer(question: &Question) -> Result<View, Unanswered> {
    let loan: Loan = decode_as("loan", &question.loan)?;
    let vehicle: Vehicle = decode_as("vehicle", &question.vehicle)?;
    let lender: Lender = decode_as("lender", &question.lender)?;
    let (wallet, now) = (question.wallet, question.now);
    let at = LoanAt::new(&loan, Wallet(wallet), now);
    Ok(View {
        standing: standing(&at, &vehicle)?,
        car: car(&vehicle, now),
        quote: quote(&loan, wallet, now)?,
        outlook: outlook(&loan, &lender, wallet, now)?.into(),
        cure: outlook::cure(&loan, wallet, now)?,
        unlock: Permission { refused: refusal(check_unlock(&at, &vehicle, Asker::Borrower)) },
        emergency: Emergency {
            refused: refusal(servicing::emergency_start(&mut loan.clone(), &vehicle, now)),
            left: loan.terms.emergency_max.saturating_sub(loan.emergency_used),
            until: loan.is_in_emergency_start(now).then(|| loan.emergency_until()),
        },
    })
}

/// The one word for a loan and its car.
pub fn standing(at: &LoanAt, vehicle: &Vehicle) -> Result<Standing, Unanswered> {
    let (loan, now) = (at.loan, at.now);
    let may_be_locked = vehicle.may_be_locked_at(now);
    Ok(match loan.status {
        LoanStatus::PaidOff if !may_be_locked => Standing::PaidOff,
        LoanStatus::Settled if !may_be_locked => Standing::Settled,
        _ if may_be_locked && vehicle.open.is_live(Action::Unlock, now) => Standing::Unlocking,
        _ if loan.is_in_emergency_start(now) => Standing::EmergencyStart,
        _ if may_be_locked => Standing::Locked,
        LoanStatus::ChargedOff => Standing::ChargedOff,
        _ if loan.is_stayed(now) => Standing::Stayed,
        _ if loan.is_on_hold(now) => Standing::OnHold,
        _ if at.oldest_unpaid_due()?.is_none() => Standing::Current,
        _ if at.is_in_default()? => Standing::Defaulted,
        _ if is_told(at)? => Standing::Warned,
        _ => Standing::PastDue,
    })
}

/// Whether the borrower was told, by the car or by people, of what is past due now.
fn is_told(at: &LoanAt) -> Result<bool, Unanswered> {
    let since = at.delinquent_since()?;
    let notices = &at.loan.notices;
    let told = |service: &latchkey_client::latchkey::state::Service| {
        service.served_at != 0 && service.requested_at >= since
    };
    Ok(notices.channels.iter().chain([&notices.final_notice]).any(told))
}

fn car(vehicle: &Vehicle, now: i64) -> Car {
    let open = vehicle.open_request().filter(|open| now < open.expires_at);
    let is_locked = vehicle.lock.holds_at(now);
    let may_be_locked = vehicle.may_be_locked_at(now);
    let asked_until = vehicle.lock_asked().map(|asked| asked.until);
    Car {
        is_locked,
        may_be_locked,
        locked_until: asked_until.or(vehicle.lock.ends_at()).filter(|until| now < *until),
        open: open.map(|open| match open.action {
            Action::Warn => "warn",
            Action::Lock => "lock",
            Action::Unlock => "unlock",
        }),
        open_until: open.map(|open| open.expires_at),
        is_distrusted: vehicle.distrusted,
        next_seq: vehicle.last_seq_asked.saturating_add(1).to_string(),
    }
}
