//! What a lender may do to a loan now: what the loan page of a lender shows beside the borrower's view.

use latchkey_client::accounts::decode_as;
use latchkey_client::latchkey::rules::Ruled;
use latchkey_client::latchkey::rules::servicing::{MAX_HOLD_SECS, MAX_SERVICER_HOLD_SECS};
use latchkey_client::latchkey::state::{Lender, Loan, Vehicle};
use latchkey_client::servicing::Serviced;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::ask::{Refused, Unanswered, refusal};
use crate::loan::Question;

/// What a lender may do, and where the notices stand.
#[derive(Serialize)]
pub struct View {
    /// The rule that refuses each action, or nothing where it is allowed.
    refused: Map<String, Value>,
    /// The same for a notice by each channel that people serve.
    notice: Vec<Option<Refused>>,
    notices: Notices,
    /// The last moment up to which a hold or a stay may go, by who places it.
    longest: Longest,
}

#[derive(Serialize)]
struct Notices {
    since: Option<i64>,
    channels: Vec<bool>,
    is_complete: bool,
    final_counts: bool,
    is_final_next: bool,
    matures_at: Option<i64>,
}

#[derive(Serialize)]
struct Longest {
    authority: i64,
    servicer: i64,
}

pub fn answer(question: &Question) -> Result<View, Unanswered> {
    let loan: Loan = decode_as("loan", &question.loan)?;
    let vehicle: Vehicle = decode_as("vehicle", &question.vehicle)?;
    let lender: Lender = decode_as("lender", &question.lender)?;
    let now = question.now;
    let serviced = Serviced { loan: &loan, lender: &lender, vehicle: &vehicle, wallet: question.wallet, now };
    let may = serviced.permissions();
    let notices = serviced.notices()?;
    let named: [(&str, Ruled<()>); 15] = [
        ("hold", may.hold),
        ("hold_by_servicer", may.hold_by_servicer),
        ("lift_hold", may.lift_hold),
        ("stay", may.stay),
        ("extend", may.extend),
        ("waive", may.waive),
        ("amend", may.amend),
        ("settle", may.settle),
        ("charge_off", may.charge_off),
        ("sale", may.sale),
        ("default", may.default),
        ("warn", may.warn),
        ("lock", may.lock),
        ("unlock", may.unlock),
        ("close", may.close),
    ];
    let mut refused = Map::new();
    for (name, ruled) in named {
        refused.insert(name.to_owned(), serde_json::to_value(refusal(ruled))?);
    }
    Ok(View {
        refused,
        notice: may.notice.into_iter().map(refusal).collect(),
        notices: Notices {
            since: notices.since,
            channels: notices.channels,
            is_complete: notices.is_complete,
            final_counts: notices.final_counts,
            is_final_next: notices.is_final_next,
            matures_at: notices.matures_at,
        },
        longest: Longest {
            authority: now.saturating_add(MAX_HOLD_SECS),
            servicer: now.saturating_add(MAX_SERVICER_HOLD_SECS),
        },
    })
}
