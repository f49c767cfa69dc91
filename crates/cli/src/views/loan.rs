use latchkey_client::errors::Refusal;
use latchkey_client::latchkey::state::{Notices, Service};
use latchkey_client::quote::Quote;
use serde_json::{Value, json};

use super::car::{car_in_words, car_json};
use crate::chain::LoanAccounts;
use crate::printer::{View, rows};
use crate::terms::terms_json;
use crate::units::{channel, date, duration, money, status};

/// A loan: its status, what it owes, and its dates, at the cluster's time.
pub fn loan(accounts: &LoanAccounts) -> Result<View, Refusal> {
    let quote = accounts.quote()?;
    Ok(View::new(loan_json(accounts, &quote), loan_text(accounts, &quote)))
}

fn loan_json(accounts: &LoanAccounts, quote: &Quote) -> Value {
    let LoanAccounts { loan, keys, vehicle, mint, now, .. } = accounts;
    let amount = |units| money::show(units, mint.decimals);
    json!({
        "loan": keys.loan.to_string(),
        "status": status::show(loan.status),
        "lender": loan.lender.to_string(),
        "borrower": loan.borrower.to_string(),
        "vehicle": loan.vehicle.to_string(),
        "wallet_address": keys.wallet.to_string(),
        "mint": keys.mint.to_string(),
        "decimals": mint.decimals,
        "as_of": date::show(quote.at),
        "principal": amount(quote.principal),
        "interest": amount(quote.interest),
        "fees": amount(quote.fees),
        "payoff": amount(quote.payoff),
        "per_diem": amount(quote.per_diem),
        "past_due": amount(quote.past_due),
        "wallet": amount(accounts.wallet),
        "free": amount(quote.free),
        "unsent": amount(quote.unsent),
        "days_past_due": quote.days_past_due,
        "next_due": quote.next_due.map(date::show),
        "hold_until": ahead(loan.hold_until, *now),
        "stay_from": ahead(loan.stay_until, *now).map(|_| date::show(loan.stay_from)),
        "stay_until": ahead(loan.stay_until, *now),
        "emergency_until": ahead(loan.emergency_until(), *now),
        "emergency_left": emergency_left(accounts),
        "extensions_left": extensions_left(accounts),
        "notices": notices_json(&loan.notices),
        "recovery": loan.recovery_key().map(|key| {
            json!({ "proposed": key.to_string(), "from": date::show(loan.recovery_from) })
        }),
        "restricted_until": ahead(loan.recovered_until, *now),
        "revision": loan.revision,
        "unlock": {
            "fee_lamports": loan.unlock_fee,
            "ttl": duration::show(loan.unlock_ttl_secs.into()),
            "keys": loan.unlock_keys().map(|key| key.to_string()).collect::<Vec<_>>(),
            "uri": loan.unlock_uri,
        },
        "invocations_open": loan.invocations_open,
        "opened_at": date::show(loan.opened_at),
        "defaulted_at": (loan.defaulted_at != 0).then(|| date::show(loan.defaulted_at)),
        "escrow_lamports": accounts.escrow_lamports,
        "car": car_json(vehicle, *now),
        "paid": {
            "principal": amount(loan.ledger.principal_paid),
            "interest": amount(loan.ledger.interest_paid),
            "fees": amount(loan.ledger.fees_paid),
        },
        "terms": terms_json(&loan.terms, mint.decimals),
    })
}

/// When each channel was last served, and the final notice. Null if never.
fn notices_json(notices: &Notices) -> Value {
    let served = |service: &Service| (service.served_at > 0).then(|| date::show(service.served_at));
    let mut json = json!({ "final": served(&notices.final_notice) });
    for (service, bit) in notices.channels.iter().zip(0..) {
        for name in channel::show(1 << bit) {
            json[name] = json!(served(service));
        }
    }
    json
}

fn loan_text(accounts: &LoanAccounts, quote: &Quote) -> String {
    let LoanAccounts { loan, keys, vehicle, mint, now, wallet, .. } = accounts;
    let amount = |units| money::show(units, mint.decimals);
    let past_due = match quote.past_due {
        0 => "nothing".to_owned(),
        due => format!("{} ({} days past due)", amount(due), quote.days_past_due),
    };
    let mut lines = vec![
        ("loan", keys.loan.to_string()),
        ("status", status::show(loan.status).to_owned()),
        ("lender", loan.lender.to_string()),
        ("borrower", loan.borrower.to_string()),
        ("vehicle", loan.vehicle.to_string()),
        ("car", car_in_words(vehicle, *now)),
        ("as of", date::show(quote.at)),
        ("payoff", format!("{} (plus {} per day)", amount(quote.payoff), amount(quote.per_diem))),
        ("principal", amount(quote.principal)),
        ("interest", amount(quote.interest)),
        ("fees", amount(quote.fees)),
        ("past due", past_due),
        ("car wallet", format!("{} at {}", amount(*wallet), keys.wallet)),
        ("of it, not due", amount(quote.free)),
        ("of it, to be sent", amount(quote.unsent)),
    ];
    lines.extend(quote.next_due.map(|next| {
        let instalment = loan.terms.instalment.min(quote.payoff);
        ("next due", format!("{} on {}", amount(instalment), date::show(next)))
    }));
    lines.extend(ahead(loan.hold_until, *now).map(|until| ("on hold until", until)));
    lines.extend(
        ahead(loan.stay_until, *now)
            .map(|until| ("stayed", format!("from {} to {until}", date::show(loan.stay_from)))),
    );
    lines.extend(
        loan.recovery_key()
            .map(|key| ("proposed key", format!("{key}, from {} on", date::show(loan.recovery_from)))),
    );
    lines.extend(ahead(loan.emergency_until(), *now).map(|until| ("emergency start until", until)));
    lines.push(("emergency starts left", emergency_left(accounts).to_string()));
    lines.push(("extensions left", extensions_left(accounts).to_string()));
    lines.push(("escrow", format!("{} SOL", money::show_sol(accounts.escrow_lamports))));
    rows(lines)
}

/// A time, if it has not passed.
fn ahead(until: i64, now: i64) -> Option<String> {
    (now < until).then(|| date::show(until))
}

fn emergency_left(LoanAccounts { loan, .. }: &LoanAccounts) -> u8 {
    loan.terms.emergency_max.saturating_sub(loan.emergency_used)
}

fn extensions_left(LoanAccounts { loan, .. }: &LoanAccounts) -> u8 {
    loan.terms.max_extensions.saturating_sub(loan.extensions_used)
}
