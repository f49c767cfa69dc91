use latchkey_client::latchkey::state::Terms;
use serde_json::{Value, json};

use super::choices::{overpayment_name, waterfall_name};
use crate::units::lock_ttl::{self, LockTtl};
use crate::units::{date, duration, money, period, rate};

/// Terms as a JSON object, with the keys and units of a terms file. `decimals` are those of the mint.
pub fn terms_json(terms: &Terms, decimals: u8) -> Value {
    let secs = |secs: u32| duration::show(secs.into());
    json!({
        "principal": money::show(terms.principal, decimals),
        "apr": rate::show(terms.apr_bps),
        "instalment": money::show(terms.instalment, decimals),
        "count": terms.count,
        "first_due": date::show(terms.first_due),
        "period": period::show(terms.period),
        "grace": secs(terms.grace_secs),
        "notice": secs(terms.notice_secs),
        "late_fee": money::show(terms.late_fee, decimals),
        "late_after": secs(terms.late_after_secs),
        "emergency": secs(terms.emergency_secs),
        "emergency_max": terms.emergency_max,
        "lock_ttl": lock_ttl::show(LockTtl::new(terms.lock_ttl_secs())),
        "max_extensions": terms.max_extensions,
        "deferred": terms.deferred,
        "waterfall": waterfall_name(terms.waterfall),
        "overpayment": overpayment_name(terms.overpayment),
    })
}
