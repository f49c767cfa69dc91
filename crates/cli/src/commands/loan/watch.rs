//! `latchkey loan watch`

use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use latchkey_cli::chain::LoanAccounts;
use latchkey_cli::printer::View;
use latchkey_cli::units::{date, duration, money, status};
use latchkey_cli::views::car_in_words;
use latchkey_client::latchkey::state::LoanStatus;
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::commands::LoanArg;
use crate::context::Context;

const POLL: Duration = Duration::from_millis(800);

/// Print a line whenever a loan changes, until a condition holds
///
/// Without --until and --until-paid, it runs until you stop it.
#[derive(Args)]
pub struct Watch {
    #[command(flatten)]
    loan: LoanArg,
    /// Stop when the loan reaches this state
    #[arg(long)]
    until: Option<Until>,
    /// Stop when this many instalments are paid
    #[arg(long, value_name = "N", conflicts_with = "until")]
    until_paid: Option<u16>,
    /// Fail after this time
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    timeout: Option<u32>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Until {
    /// More is past due than the car wallet holds
    Due,
    /// The loan is in default
    Defaulted,
    /// The car has proven a lock
    Locked,
    /// The car is not locked, and no lock is pending
    Unlocked,
    /// No function call is open
    Idle,
    /// Nothing is owed any more
    Over,
}

impl Watch {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let started = Instant::now();
        let mut shown = None;
        loop {
            let accounts = self.loan.read(context).await?;
            let view = line(&accounts)?;
            if shown.as_ref() != Some(&view) {
                let at = date::show(accounts.now);
                let mut timed = view.clone();
                timed.json["as_of"] = json!(at);
                timed.text = format!("{at}  {}", view.text);
                context.show(&timed)?;
                shown = Some(view);
            }
            if self.has_happened(&accounts)? {
                return Ok(());
            }
            if let Some(secs) = self.timeout
                && started.elapsed() > Duration::from_secs(secs.into())
            {
                bail!("it has not happened within {}", duration::show(secs.into()));
            }
            sleep(POLL).await;
        }
    }

    fn has_happened(&self, accounts: &LoanAccounts) -> Result<bool> {
        let LoanAccounts { loan, vehicle, now, .. } = accounts;
        if let Some(count) = self.until_paid {
            return Ok(instalments_paid(accounts) >= count.into() || !loan.status.is_open());
        }
        Ok(match self.until {
            None => false,
            Some(Until::Due) => accounts.quote()?.past_due > 0,
            Some(Until::Defaulted) => loan.status == LoanStatus::Defaulted,
            Some(Until::Locked) => vehicle.lock.holds_at(*now),
            Some(Until::Unlocked) => !vehicle.lock.holds_at(*now) && !vehicle.may_be_locked_at(*now),
            Some(Until::Idle) => loan.invocations_open == 0,
            Some(Until::Over) => !loan.status.is_open(),
        })
    }
}

/// Instalments paid in full.
fn instalments_paid(accounts: &LoanAccounts) -> u64 {
    accounts.loan.ledger.paid_scheduled / accounts.loan.terms.instalment.max(1)
}

/// What is watched. Interest is left out, because it changes every second.
fn line(accounts: &LoanAccounts) -> Result<View> {
    let quote = accounts.quote()?;
    let amount = |units| money::show(units, accounts.mint.decimals);
    let past_due = amount(quote.past_due);
    let fees = amount(quote.fees);
    let wallet = amount(accounts.wallet);
    let (paid, count) = (instalments_paid(accounts), accounts.loan.terms.count);
    let car = car_in_words(&accounts.vehicle, accounts.now);
    let status = status::show(accounts.loan.status);
    let json = json!({
        "loan": accounts.keys.loan.to_string(),
        "status": status,
        "instalments_paid": paid,
        "past_due": past_due,
        "fees": fees,
        "wallet": wallet,
        "car": car,
    });
    let text = format!(
        "{status}, {paid} of {count} paid, {past_due} past due, {fees} fees, {wallet} in the wallet; car: {car}"
    );
    Ok(View::new(json, text))
}
