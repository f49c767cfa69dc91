use latchkey_client::latchkey::state::{LockState, Vehicle};
use serde_json::{Value, json};

use super::stored_time;

/// What the car has proven, and what it was asked to do.
pub(super) fn car_json(vehicle: &Vehicle, now: i64) -> Value {
    let (state, until) = match vehicle.lock {
        LockState::Locked { until, .. } if vehicle.lock.holds_at(now) => ("locked", stored_time(until)),
        _ => ("unlocked", None),
    };
    json!({
        "state": state,
        "until": until,
        "may_be_locked": vehicle.may_be_locked_at(now),
        "asked": vehicle.open.map(|open| open.action.name()),
    })
}

/// The same in a few words.
pub fn car_in_words(vehicle: &Vehicle, now: i64) -> String {
    let state = match vehicle.lock {
        LockState::Locked { until, .. } if vehicle.lock.holds_at(now) => match stored_time(until) {
            Some(until) => format!("locked until {until}"),
            None => "locked until it is unlocked".to_owned(),
        },
        _ if vehicle.may_be_locked_at(now) => "may be locked: a lock was asked for".to_owned(),
        _ => "starts".to_owned(),
    };
    match vehicle.open {
        Some(open) => format!("{state}; asked to {}", open.action),
        None => state,
    }
}
