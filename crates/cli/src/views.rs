//! Accounts as people and programs see them. In JSON, loan money is decimal strings of whole tokens, SOL is integers of
//! lamports, times are RFC 3339 in UTC, and what does not exist is null.

use latchkey_client::Pubkey;
use latchkey_client::errors::Refusal;
use latchkey_client::latchkey::state::{
    Function, Lender, Loan, LoanStatus, LockState, NoticeChannels, Vehicle,
};
use latchkey_client::quote::{Quote, quote};
use serde_json::{Map, Value, json};

use crate::chain::{LoanScene, Mint};
use crate::disclosure::terms_json;
use crate::lender_file::{args_of, floors_shown, function_shown, name};
use crate::printer::{View, rows};
use crate::units::{date, duration, money};

/// Channels of a notice by their names, the car's own left out: it proves its warnings itself.
pub const CHANNELS: [(&str, u8); 5] = [
    ("mail", NoticeChannels::MAIL),
    ("email", NoticeChannels::EMAIL),
    ("text", NoticeChannels::TEXT),
    ("phone", NoticeChannels::PHONE),
    ("app", NoticeChannels::APP),
];

/// A lender and what it offers.
pub fn lender(address: &Pubkey, lender: &Lender, functions: &[Function], mint: &Mint, now: i64) -> View {
    let paused = lender.is_paused(now).then(|| date::show(lender.paused_until));
    let floors = floors_shown(&lender.floors, mint.decimals);
    let offered: Map<String, Value> = functions
        .iter()
        .map(|function| {
            let json = json!({
                "fee_lamports": function.fee,
                "bond_lamports": function.bond,
                "lease": duration::show(function.lease_secs.into()),
                "ttl": duration::show(function.ttl_secs.into()),
                "command_key": function.command_key.to_string(),
                "uri": function.uri,
                "code_hash": hex::encode(function.code_hash),
                "revision": function.revision,
            });
            (name(function.action).to_owned(), json)
        })
        .collect();
    let json = json!({
        "lender": address.to_string(),
        "authority": lender.authority.to_string(),
        "pending_authority": lender.pending_authority.map(|key| key.to_string()),
        "servicer": lender.servicer.to_string(),
        "mint": lender.mint.to_string(),
        "decimals": mint.decimals,
        "treasury": lender.treasury.to_string(),
        "keepers": lender.keepers.iter().map(Pubkey::to_string).collect::<Vec<_>>(),
        "paused_until": paused,
        "vehicles": lender.vehicles,
        "loans_opened": lender.loans_opened,
        "loans_closed": lender.loans_closed,
        "policy": floors.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect::<Map<_, _>>(),
        "functions": offered,
    });
    let mut lines = vec![
        ("lender".to_owned(), address.to_string()),
        ("authority".to_owned(), lender.authority.to_string()),
    ];
    lines.extend(lender.pending_authority.map(|key| ("nominated".to_owned(), key.to_string())));
    lines.extend([
        ("servicer".to_owned(), lender.servicer.to_string()),
        ("mint".to_owned(), format!("{} ({} decimals)", lender.mint, mint.decimals)),
        ("treasury".to_owned(), lender.treasury.to_string()),
        (
            "keepers".to_owned(),
            match &lender.keepers[..] {
                [] => "anybody".to_owned(),
                named => named.iter().map(Pubkey::to_string).collect::<Vec<_>>().join(", "),
            },
        ),
        ("paused".to_owned(), paused.map_or_else(|| "no".to_owned(), |until| format!("until {until}"))),
        ("vehicles".to_owned(), lender.vehicles.to_string()),
        ("loans".to_owned(), format!("{} opened, {} closed", lender.loans_opened, lender.loans_closed)),
    ]);
    lines.extend(floors.map(|(key, value)| (format!("policy.{key}"), value)));
    for function in functions {
        let shown = function_shown(&args_of(function));
        let name = name(function.action);
        lines.extend(shown.into_iter().map(|(key, value)| (format!("functions.{name}.{key}"), value)));
    }
    View::new(json, rows(lines))
}

/// A car.
pub fn vehicle(address: &Pubkey, vehicle: &Vehicle, now: i64) -> View {
    let json = json!({
        "vehicle": address.to_string(),
        "lender": vehicle.lender.to_string(),
        "device_key": vehicle.device_key.to_string(),
        "vin_commitment": hex::encode(vehicle.vin_commitment),
        "active_loan": vehicle.active_loan.map(|loan| loan.to_string()),
        "loans": vehicle.loans,
        "retired": vehicle.retired,
        "car": car(vehicle, now),
        "last_seq_asked": vehicle.last_seq_asked,
        "last_seq_proven": vehicle.last_seq_proven,
    });
    let text = rows([
        ("vehicle", address.to_string()),
        ("lender", vehicle.lender.to_string()),
        ("device key", vehicle.device_key.to_string()),
        ("VIN commitment", hex::encode(vehicle.vin_commitment)),
        ("open loan", vehicle.active_loan.map_or_else(|| "none".to_owned(), |loan| loan.to_string())),
        ("loans so far", vehicle.loans.to_string()),
        ("retired", if vehicle.retired { "yes" } else { "no" }.to_owned()),
        ("car", car_in_words(vehicle, now)),
    ]);
    View::new(json, text)
}

/// What the car has proven, and what it was asked.
fn car(vehicle: &Vehicle, now: i64) -> Value {
    let (state, until) = match vehicle.lock {
        LockState::Locked { until, .. } if vehicle.lock.holds_at(now) => ("locked", time(until)),
        _ => ("unlocked", None),
    };
    json!({
        "state": state,
        "until": until,
        "may_be_locked": vehicle.may_be_locked_at(now),
        "asked": vehicle.open.map(|open| name(open.action)),
    })
}

/// A car's lock in a few words.
pub fn car_in_words(vehicle: &Vehicle, now: i64) -> String {
    let state = match vehicle.lock {
        LockState::Locked { until: 0, .. } => "locked until it is unlocked".to_owned(),
        LockState::Locked { until, .. } if now < until => format!("locked until {}", date::show(until)),
        _ if vehicle.may_be_locked_at(now) => "may be locked: a lock was asked for".to_owned(),
        _ => "starts".to_owned(),
    };
    match vehicle.open {
        Some(open) => format!("{state}; asked to {}", name(open.action)),
        None => state,
    }
}

/// The name of a status.
pub const fn status(status: LoanStatus) -> &'static str {
    match status {
        LoanStatus::Active => "active",
        LoanStatus::Defaulted => "defaulted",
        LoanStatus::PaidOff => "paid-off",
        LoanStatus::ChargedOff => "charged-off",
    }
}

/// Where a loan stands, at the chain's time.
pub fn loan(scene: &LoanScene) -> Result<View, Refusal> {
    let LoanScene { loan, keys, vehicle, mint, now, .. } = scene;
    let quote = quote_of(scene)?;
    let amount = |units| money::show(units, mint.decimals);
    let due = quote.past_due.saturating_add(quote.fees);
    let notice = loan.notice.map(|notice| {
        let channels: Vec<&str> = CHANNELS
            .iter()
            .chain(&[("car", NoticeChannels::CAR)])
            .filter(|(_, bit)| notice.channels & bit != 0)
            .map(|(name, _)| *name)
            .collect();
        json!({
            "served_at": date::show(notice.served_at),
            "evidence": hex::encode(notice.evidence),
            "channels": channels,
        })
    });
    let ahead = |until: i64| if *now < until { Some(date::show(until)) } else { None };
    let emergency_left = loan.terms.emergency_max.saturating_sub(loan.emergency_used);
    let extensions_left = loan.terms.max_extensions.saturating_sub(loan.extensions_used);
    let json = json!({
        "loan": keys.loan.to_string(),
        "status": status(loan.status),
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
        "due": amount(due),
        "cure": amount(quote.cure),
        "wallet": amount(scene.wallet),
        "days_past_due": quote.days_past_due,
        "next_due": quote.next_due.map(date::show),
        "hold_until": ahead(loan.hold_until),
        "emergency_until": ahead(loan.emergency_until),
        "emergency_left": emergency_left,
        "extensions_left": extensions_left,
        "notice": notice,
        "invocations_open": loan.invocations_open,
        "opened_at": date::show(loan.opened_at),
        "defaulted_at": time(loan.defaulted_at),
        "escrow_lamports": scene.escrow_lamports,
        "car": car(vehicle, *now),
        "paid": {
            "principal": amount(loan.ledger.principal_paid),
            "interest": amount(loan.ledger.interest_paid),
            "fees": amount(loan.ledger.fees_paid),
        },
        "terms": terms_json(&loan.terms, mint.decimals),
    });
    let mut lines = vec![
        ("loan", keys.loan.to_string()),
        ("status", status(loan.status).to_owned()),
        ("lender", loan.lender.to_string()),
        ("borrower", loan.borrower.to_string()),
        ("vehicle", loan.vehicle.to_string()),
        ("car", car_in_words(vehicle, *now)),
        ("as of", date::show(quote.at)),
        ("payoff", format!("{} ({} more each day)", amount(quote.payoff), amount(quote.per_diem))),
        ("principal", amount(quote.principal)),
        ("interest", amount(quote.interest)),
        ("fees", amount(quote.fees)),
    ];
    lines.push((
        "due now",
        match (due, quote.days_past_due) {
            (0, _) => "nothing".to_owned(),
            (_, days) if quote.past_due > scene.wallet => {
                format!("{} ({days} days past due)", amount(due))
            }
            _ => amount(due),
        },
    ));
    lines.push(("car wallet", format!("{} at {}", amount(scene.wallet), keys.wallet)));
    lines.extend(quote.next_due.map(|next| {
        ("next due", format!("{} on {}", amount(loan.terms.instalment.min(quote.payoff)), date::show(next)))
    }));
    lines.extend(ahead(loan.hold_until).map(|until| ("on hold until", until)));
    lines.extend(ahead(loan.emergency_until).map(|until| ("emergency start until", until)));
    lines.push(("emergency starts left", emergency_left.to_string()));
    lines.push(("extensions left", extensions_left.to_string()));
    lines.push(("escrow", format!("{} SOL", money::show_sol(scene.escrow_lamports))));
    Ok(View::new(json, rows(lines)))
}

/// What a loan owes, at the chain's time.
pub fn quote_of(scene: &LoanScene) -> Result<Quote, Refusal> {
    quote(&scene.loan, scene.wallet, scene.now).map_err(|rule| Refusal(rule.into()))
}

/// A loan in a list, its money as the chain last wrote it.
pub fn loan_line(address: &Pubkey, loan: &Loan, decimals: u8) -> View {
    let principal = money::show(loan.ledger.principal, decimals);
    let json = json!({
        "loan": address.to_string(),
        "status": status(loan.status),
        "lender": loan.lender.to_string(),
        "borrower": loan.borrower.to_string(),
        "vehicle": loan.vehicle.to_string(),
        "principal": principal,
        "opened_at": date::show(loan.opened_at),
    });
    let text = format!(
        "{address}  {:<11}  {principal:>16}  borrower {}  vehicle {}",
        status(loan.status),
        loan.borrower,
        loan.vehicle
    );
    View::new(json, text)
}

/// An escrow.
pub fn escrow(scene: &LoanScene) -> View {
    let escrow = &scene.escrow;
    let json = json!({
        "escrow": scene.keys.escrow.to_string(),
        "loan": scene.keys.loan.to_string(),
        "available_lamports": scene.escrow_lamports,
        "unlock_reserve_lamports": escrow.unlock_reserve,
        "deposited_lamports": escrow.deposited,
        "committed_lamports": escrow.committed,
        "paid_lamports": escrow.paid,
        "refunded_lamports": escrow.refunded,
        "forfeited_lamports": escrow.forfeited,
        "withdrawn_lamports": escrow.withdrawn,
    });
    let sol = |lamports| format!("{} SOL", money::show_sol(lamports));
    let text = rows([
        ("escrow", scene.keys.escrow.to_string()),
        ("available", sol(scene.escrow_lamports)),
        ("kept for the unlock", sol(escrow.unlock_reserve)),
        ("deposited", sol(escrow.deposited)),
        ("moved into calls", sol(escrow.committed)),
        ("paid to keepers", sol(escrow.paid)),
        ("back from calls", sol(escrow.refunded)),
        ("forfeited bonds", sol(escrow.forfeited)),
        ("withdrawn", sol(escrow.withdrawn)),
    ]);
    View::new(json, text)
}

fn time(time: i64) -> Option<String> {
    (time != 0).then(|| date::show(time))
}

#[cfg(test)]
mod tests {
    use anchor_lang::AnchorDeserialize;
    use latchkey_client::instructions::LoanKeys;
    use latchkey_client::latchkey::state::{Action, AskedLock, Escrow, Ledger, Notice, OpenInvocation};
    use latchkey_client::pda;

    use super::*;
    use crate::terms::TermsFile;

    const OPENED: i64 = 1_800_014_400; // 2027-01-15T12:00:00Z
    const DAY: i64 = 86_400;
    const LENDER: Pubkey = Pubkey::new_from_array([1; 32]);
    const VEHICLE: Pubkey = Pubkey::new_from_array([2; 32]);
    const BORROWER: Pubkey = Pubkey::new_from_array([3; 32]);
    const MINT: Mint =
        Mint { address: Pubkey::new_from_array([4; 32]), decimals: 6, token_program: anchor_spl::token::ID };

    /// An account of zeros, whatever fields it has.
    fn blank<T: AnchorDeserialize>() -> T {
        T::deserialize(&mut &[0; 1_024][..]).unwrap()
    }

    fn a_lender() -> Lender {
        let mut lender: Lender = blank();
        (lender.authority, lender.servicer, lender.mint) = (LENDER, LENDER, MINT.address);
        (lender.floors.min_grace_secs, lender.paused_until) = (864_000, OPENED + DAY);
        lender
    }

    fn a_vehicle() -> Vehicle {
        let mut vehicle: Vehicle = blank();
        (vehicle.lender, vehicle.device_key) = (LENDER, VEHICLE);
        (vehicle.active_loan, vehicle.loans) = (Some(pda::loan(&VEHICLE, 0)), 1);
        vehicle
    }

    /// $10,000 at 18%, three payments of $4,000 thirty days apart.
    fn scene(now: i64) -> LoanScene {
        let file = "principal = \"10000\"\napr = \"18%\"\ncount = 3\nfirst_due = \"+30d\"\nperiod = \"30d\"\n\
                    grace = \"10d\"\nnotice = \"3d\"\nlate_fee = \"25\"\nlate_after = \"5d\"\n\
                    emergency = \"24h\"\nemergency_max = 1\ninstalment = \"4000\"";
        let terms = TermsFile::parse(file).unwrap().terms(6, OPENED).unwrap();
        let lender = a_lender();
        let keys = LoanKeys::new(LENDER, &lender, VEHICLE, 0, MINT.token_program);
        let mut loan: Loan = blank();
        (loan.lender, loan.borrower, loan.vehicle) = (LENDER, BORROWER, VEHICLE);
        (loan.terms, loan.opened_at) = (terms, OPENED);
        loan.ledger = Ledger { principal: terms.principal, accrued_at: OPENED, ..Ledger::default() };
        let mut escrow: Escrow = blank();
        (escrow.unlock_reserve, escrow.deposited) = (2_000_000, 6_000_000);
        LoanScene {
            keys,
            loan,
            lender,
            vehicle: a_vehicle(),
            escrow,
            escrow_lamports: 6_000_000,
            wallet: 0,
            mint: MINT,
            now,
        }
    }

    /// The keys of a JSON object.
    fn keys(json: &Value) -> Vec<&str> {
        let mut keys: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        // Their order is the JSON library's business.
        keys.sort_unstable();
        keys
    }

    #[test]
    fn a_current_loan_owes_its_interest_and_nothing_is_due() {
        let view = loan(&scene(OPENED + DAY)).unwrap();
        let json = &view.json;
        assert_eq!((&json["status"], &json["due"]), (&json!("active"), &json!("0.00")));
        // A day of $10,000 at 18%.
        assert_eq!((&json["interest"], &json["per_diem"]), (&json!("4.931506"), &json!("4.931506")));
        assert_eq!(json["payoff"], "10004.931506");
        assert_eq!(json["next_due"], "2027-02-14T12:00:00Z");
        for nothing in ["hold_until", "emergency_until", "notice", "defaulted_at"] {
            assert!(json[nothing].is_null(), "{nothing}");
        }
        assert_eq!(
            json["car"],
            json!({ "state": "unlocked", "until": null, "may_be_locked": false, "asked": null })
        );
        assert!(view.text.contains("due now                nothing"), "{}", view.text);
    }

    #[test]
    fn a_loan_past_due_tells_how_much_since_when_and_why_the_car_stands() {
        let mut scene = scene(OPENED + 40 * DAY);
        scene.loan.status = LoanStatus::Defaulted;
        scene.loan.hold_until = scene.now + DAY;
        scene.loan.notice = Some(Notice { served_at: OPENED + 31 * DAY, evidence: [5; 32], channels: 3 });
        scene.vehicle.lock = LockState::Locked { since: scene.now - DAY, until: scene.now + DAY };
        scene.vehicle.lock_asked = Some(AskedLock { seq: 1, until: scene.now + DAY });
        scene.vehicle.open = Some(OpenInvocation { action: Action::Unlock, expires_at: scene.now + 600 });
        let view = loan(&scene).unwrap();
        let json = &view.json;
        assert_eq!((&json["past_due"], &json["fees"]), (&json!("4000.00"), &json!("25.00")));
        assert_eq!((&json["due"], &json["cure"]), (&json!("4025.00"), &json!("4000.00")));
        assert_eq!(json["days_past_due"], 10);
        assert_eq!(json["notice"]["channels"], json!(["mail", "email"]));
        assert_eq!(json["hold_until"], "2027-02-25T12:00:00Z");
        assert_eq!((&json["car"]["state"], &json["car"]["asked"]), (&json!("locked"), &json!("unlock")));
        assert!(view.text.contains("4025.00 (10 days past due)"), "{}", view.text);
        assert!(view.text.contains("locked until 2027-02-25T12:00:00Z; asked to unlock"), "{}", view.text);
    }

    #[test]
    fn programs_can_rely_on_the_keys() {
        let scene = scene(OPENED);
        assert_eq!(
            keys(&loan(&scene).unwrap().json),
            [
                "as_of",
                "borrower",
                "car",
                "emergency_left",
                "emergency_until",
                "cure",
                "days_past_due",
                "decimals",
                "defaulted_at",
                "due",
                "escrow_lamports",
                "extensions_left",
                "fees",
                "hold_until",
                "interest",
                "invocations_open",
                "lender",
                "loan",
                "mint",
                "next_due",
                "notice",
                "opened_at",
                "paid",
                "past_due",
                "payoff",
                "per_diem",
                "principal",
                "status",
                "terms",
                "vehicle",
                "wallet",
                "wallet_address",
            ]
        );
        assert_eq!(
            keys(&loan_line(&scene.keys.loan, &scene.loan, 6).json),
            ["borrower", "lender", "loan", "opened_at", "principal", "status", "vehicle"]
        );
        assert_eq!(
            keys(&vehicle(&VEHICLE, &scene.vehicle, OPENED).json),
            [
                "active_loan",
                "car",
                "device_key",
                "last_seq_asked",
                "last_seq_proven",
                "lender",
                "loans",
                "retired",
                "vehicle",
                "vin_commitment",
            ]
        );
        assert_eq!(
            keys(&escrow(&scene).json),
            [
                "available_lamports",
                "committed_lamports",
                "deposited_lamports",
                "escrow",
                "forfeited_lamports",
                "loan",
                "paid_lamports",
                "refunded_lamports",
                "unlock_reserve_lamports",
                "withdrawn_lamports",
            ]
        );
    }

    #[test]
    fn a_lender_is_told_in_the_units_of_its_file() {
        let view = lender(&LENDER, &a_lender(), &[], &MINT, OPENED);
        assert_eq!(
            keys(&view.json),
            [
                "authority",
                "decimals",
                "functions",
                "keepers",
                "lender",
                "loans_closed",
                "loans_opened",
                "mint",
                "paused_until",
                "pending_authority",
                "policy",
                "servicer",
                "treasury",
                "vehicles",
            ]
        );
        assert_eq!(view.json["policy"]["min_grace"], "10d");
        assert_eq!(view.json["policy"]["max_lock_ttl"], "until-unlocked");
        assert_eq!(view.json["paused_until"], "2027-01-16T12:00:00Z");
        let later = lender(&LENDER, &a_lender(), &[], &MINT, OPENED + DAY);
        assert!(later.json["paused_until"].is_null(), "a pause ends by itself");
    }
}
