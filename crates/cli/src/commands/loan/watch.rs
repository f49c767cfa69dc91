//! `latchkey loan watch`

use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use latchkey_cli::chain::LoanScene;
use latchkey_cli::printer::View;
use latchkey_cli::units::{date, duration, money};
use latchkey_cli::views::{car_in_words, quote_of, status};
use latchkey_client::Pubkey;
use latchkey_client::latchkey::state::LoanStatus;
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::context::Context;

const LOOK: Duration = Duration::from_millis(800);

/// A line whenever something changes, until what is waited for has happened.
#[derive(Args)]
pub struct Watch {
    /// The loan
    loan: Pubkey,
    /// Until it stands so [default: forever]
    #[arg(long)]
    until: Option<Until>,
    /// Until so many instalments are paid
    #[arg(long, value_name = "N", conflicts_with = "until")]
    until_paid: Option<u16>,
    /// Fail if it takes longer
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    timeout: Option<u32>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Until {
    /// Something is due that the car wallet cannot pay
    Due,
    /// It is in default
    Defaulted,
    /// The car has proven a lock
    Locked,
    /// The car is not locked, and was not asked to
    Unlocked,
    /// Nothing was asked of the car that is not settled
    Settled,
    /// Nothing is owed
    PaidOff,
}

impl Watch {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let deadline = self.timeout.map(|secs| Instant::now() + Duration::from_secs(secs.into()));
        let mut shown = None;
        loop {
            let scene = context.cluster.loan_scene(&self.loan).await?;
            let view = line(&scene)?;
            if shown.as_ref() != Some(&view) {
                let at = date::show(scene.now);
                let mut timed = view.clone();
                timed.json["as_of"] = json!(at);
                timed.text = format!("{at}  {}", view.text);
                context.printer.show(&timed)?;
                shown = Some(view);
            }
            if self.has_happened(&scene)? {
                return Ok(());
            }
            if deadline.is_some_and(|deadline| Instant::now() > deadline) {
                bail!("it has not happened within {}", duration::show(self.timeout.unwrap_or(0).into()));
            }
            sleep(LOOK).await;
        }
    }

    fn has_happened(&self, scene: &LoanScene) -> Result<bool> {
        let LoanScene { loan, vehicle, now, .. } = scene;
        if let Some(count) = self.until_paid {
            return Ok(paid(scene) >= u64::from(count) || loan.status == LoanStatus::PaidOff);
        }
        Ok(match self.until {
            None => false,
            Some(Until::Due) => quote_of(scene)?.past_due > scene.wallet,
            Some(Until::Defaulted) => loan.status == LoanStatus::Defaulted,
            Some(Until::Locked) => vehicle.lock.holds_at(*now),
            Some(Until::Unlocked) => !vehicle.lock.holds_at(*now) && !vehicle.may_be_locked_at(*now),
            Some(Until::Settled) => loan.invocations_open == 0,
            Some(Until::PaidOff) => loan.status == LoanStatus::PaidOff,
        })
    }
}

/// Instalments paid in full.
fn paid(scene: &LoanScene) -> u64 {
    scene.loan.ledger.paid_scheduled / scene.loan.terms.instalment.max(1)
}

/// What a watcher wants to know, without what changes every second.
fn line(scene: &LoanScene) -> Result<View> {
    let quote = quote_of(scene)?;
    let amount = |units| money::show(units, scene.mint.decimals);
    let due = amount(quote.past_due.saturating_add(quote.fees));
    let (paid, count) = (paid(scene), scene.loan.terms.count);
    let car = car_in_words(&scene.vehicle, scene.now);
    let status = status(scene.loan.status);
    let json = json!({
        "loan": scene.keys.loan.to_string(),
        "status": status,
        "instalments_paid": paid,
        "due": due,
        "wallet": amount(scene.wallet),
        "car": car,
    });
    let text = format!(
        "{status}, {paid} of {count} paid, {due} due, {} in the wallet; car: {car}",
        amount(scene.wallet)
    );
    Ok(View::new(json, text))
}
