use latchkey_client::latchkey::state::Vehicle;
use serde_json::{Value, json};

use crate::units::date;

/// What the car has proven, and what it was asked to do.
pub(super) fn car_json(vehicle: &Vehicle, now: i64) -> Value {
    let locked = vehicle.lock.holds_at(now);
    let until = vehicle.lock.ends_at().filter(|_| locked);
    json!({
        "state": if locked { "locked" } else { "unlocked" },
        "until": until.map(date::show),
        "trusted": !vehicle.distrusted,
        "may_be_locked": vehicle.may_be_locked_at(now),
        "asked": vehicle.open_request().map(|open| open.action.name()),
    })
}

/// The same in a few words.
pub fn car_in_words(vehicle: &Vehicle, now: i64) -> String {
    let state = if vehicle.lock.holds_at(now) {
        let until = vehicle.lock.ends_at().map(date::show);
        format!("locked until {}", until.unwrap_or_default())
    } else if vehicle.may_be_locked_at(now) {
        "may be locked: a lock was asked for".to_owned()
    } else {
        "starts".to_owned()
    };
    match vehicle.open_request() {
        Some(open) => format!("{state}; asked to {}", open.action),
        None => state,
    }
}
