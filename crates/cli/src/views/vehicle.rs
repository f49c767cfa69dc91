use latchkey_client::Pubkey;
use latchkey_client::latchkey::state::Vehicle;
use serde_json::json;

use super::car::{car_in_words, car_json};
use crate::printer::{View, rows};
use crate::units::hash;

/// A vehicle, what its device has proven and what it was asked to do.
pub fn vehicle(address: &Pubkey, vehicle: &Vehicle, now: i64) -> View {
    let json = json!({
        "vehicle": address.to_string(),
        "lender": vehicle.lender.to_string(),
        "device_key": vehicle.device_key.to_string(),
        "vin_commitment": hash::show(vehicle.vin_commitment),
        "active_loan": vehicle.active_loan().map(|loan| loan.to_string()),
        "loans": vehicle.loans,
        "retired": vehicle.retired,
        "distrusted": vehicle.distrusted,
        "car": car_json(vehicle, now),
        "last_seq_asked": vehicle.last_seq_asked,
        "last_seq_proven": vehicle.last_seq_proven,
    });
    let text = rows([
        ("vehicle", address.to_string()),
        ("lender", vehicle.lender.to_string()),
        ("device key", vehicle.device_key.to_string()),
        ("VIN commitment", hash::show(vehicle.vin_commitment)),
        ("open loan", vehicle.active_loan().map_or_else(|| "none".to_owned(), |loan| loan.to_string())),
        ("loans so far", vehicle.loans.to_string()),
        ("retired", if vehicle.retired { "yes" } else { "no" }.to_owned()),
        ("device key believed", if vehicle.distrusted { "no" } else { "yes" }.to_owned()),
        ("car", car_in_words(vehicle, now)),
    ]);
    View::new(json, text)
}
