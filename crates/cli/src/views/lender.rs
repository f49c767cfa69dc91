use std::collections::BTreeMap;

use latchkey_client::Pubkey;
use latchkey_client::latchkey::state::{Action, Function, Lender};
use serde_json::{Map, Value, json};

use crate::chain::Mint;
use crate::lender_file::{function_args, function_rows, keepers_in_words, policy_rows};
use crate::printer::{View, rows};
use crate::units::{date, duration, hash};

/// A lender, its policy and its functions.
pub fn lender(
    address: &Pubkey,
    lender: &Lender,
    functions: &BTreeMap<Action, Function>,
    mint: &Mint,
    now: i64,
) -> View {
    let paused = lender.is_paused(now).then(|| date::show(lender.paused_until));
    let policy = policy_rows(&lender.floors, mint.decimals);
    let json = json!({
        "lender": address.to_string(),
        "authority": lender.authority.to_string(),
        "pending_authority": lender.nominee().map(|key| key.to_string()),
        "servicer": lender.servicer.to_string(),
        "mint": lender.mint.to_string(),
        "decimals": mint.decimals,
        "treasury": lender.treasury.to_string(),
        "keepers": lender.keepers.iter().map(Pubkey::to_string).collect::<Vec<_>>(),
        "paused_until": paused,
        "vehicles": lender.vehicles,
        "loans_opened": lender.loans_opened,
        "loans_closed": lender.loans_closed,
        "policy": policy.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect::<Map<_, _>>(),
        "functions": functions
            .iter()
            .map(|(action, function)| (action.to_string(), function_json(function)))
            .collect::<Map<_, _>>(),
    });
    let mut lines = vec![
        ("lender".to_owned(), address.to_string()),
        ("authority".to_owned(), lender.authority.to_string()),
    ];
    lines.extend(lender.nominee().map(|key| ("nominated".to_owned(), key.to_string())));
    lines.extend([
        ("servicer".to_owned(), lender.servicer.to_string()),
        ("mint".to_owned(), format!("{} ({} decimals)", lender.mint, mint.decimals)),
        ("treasury".to_owned(), lender.treasury.to_string()),
        ("keepers".to_owned(), keepers_in_words(&lender.keepers)),
        ("paused".to_owned(), paused.map_or_else(|| "no".to_owned(), |until| format!("until {until}"))),
        ("vehicles".to_owned(), lender.vehicles.to_string()),
        ("loans".to_owned(), format!("{} opened, {} closed", lender.loans_opened, lender.loans_closed)),
    ]);
    lines.extend(policy.map(|(key, value)| (format!("policy.{key}"), value)));
    for (action, function) in functions {
        let settings = function_rows(&function_args(function));
        lines.extend(settings.map(|(key, value)| (format!("functions.{action}.{key}"), value)));
    }
    View::new(json, rows(lines))
}

fn function_json(function: &Function) -> Value {
    json!({
        "fee_lamports": function.fee,
        "bond_lamports": function.bond,
        "lease": duration::show(function.lease_secs.into()),
        "ttl": duration::show(function.ttl_secs.into()),
        "required": function.required,
        "command_keys": function
            .command_keys()
            .map(|(key, uri)| json!({ "key": key.to_string(), "uri": uri }))
            .collect::<Vec<_>>(),
        "code_hash": hash::show(function.code_hash),
        "revision": function.revision,
    })
}
