use latchkey_client::latchkey::state::Terms;
use serde_json::{Value, json};

use super::calendar::calendar_json;
use super::choices::overpayment_name;
use crate::units::{date, duration, money, rate};

/// Terms as a JSON object, with the keys and units of a terms file. `decimals` are those of the mint.
pub fn terms_json(terms: &Terms, decimals: u8) -> Value {
    let secs = |secs: u32| duration::show(secs.into());
    let mut json = json!({
        "principal": money::show(terms.principal, decimals),
        "apr": rate::show(terms.apr_ppm),
        "instalment": money::show(terms.instalment, decimals),
        "count": terms.count,
        "first_due": date::show_at(terms.first_due, terms.calendar.utc_offset_secs),
        "grace": secs(terms.grace_secs),
        "late_fee": money::show(terms.late_fee, decimals),
        "late_after": secs(terms.late_after_secs),
        "warn_after": secs(terms.warn_after_secs),
        "notice": secs(terms.notice_secs),
        "notice_channels": terms.min_channels,
        "notice_after_default": terms.notice_after_default,
        "final_notice": secs(terms.final_notice_secs),
        "notice_max_age": secs(terms.notice_max_age_secs),
        "emergency": secs(terms.emergency_secs),
        "emergency_max": terms.emergency_max,
        "lock_ttl": secs(terms.lock_ttl_secs),
        "max_extensions": terms.max_extensions,
        "deferred": terms.deferred,
        "overpayment": overpayment_name(terms.overpayment),
        "public_unlock": terms.public_unlock,
    });
    for (key, value) in calendar_json(&terms.calendar) {
        json[key] = value;
    }
    json
}
