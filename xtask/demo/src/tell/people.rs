use std::{
    io::{self, Write},
    time::Duration,
};

use indicatif::ProgressBar;
use latchkey_harness::story::{Milestone, Observer, Payment, Settlement};

use super::{
    Teller,
    words::{ahead, counted, date, percent, short, sol, thousands, time, units},
};
use crate::play::Served;

/// Where the column of what happened ends.
const LABEL: usize = 18;

/// For people: one line a milestone, and on a terminal what is being waited for.
#[derive(Debug)]
pub struct People<W> {
    out: W,
    /// On standard error, and only where that is a terminal.
    waiting: ProgressBar,
}

impl<W: Write> People<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        let waiting = ProgressBar::new_spinner();
        waiting.enable_steady_tick(Duration::from_millis(120));
        Self { out, waiting }
    }

    /// Prints a line above what is being waited for.
    pub fn line(&mut self, line: &str) -> io::Result<()> {
        self.waiting.suspend(|| {
            writeln!(self.out, "{line}")?;
            self.out.flush()
        })
    }

    /// Shows on a terminal what is being done.
    pub fn busy(&self, with: &str) {
        self.waiting.set_message(with.to_owned());
    }
}

impl<W> Drop for People<W> {
    fn drop(&mut self) {
        self.waiting.finish_and_clear();
    }
}

impl<W: Write + Send> Observer for People<W> {
    fn milestone(&mut self, at: i64, milestone: &Milestone) -> io::Result<()> {
        let (label, text) = told(milestone);
        self.line(&format!("{}  {label:LABEL$}{text}", time(at)))
    }

    fn waiting(&mut self, what: &str, now: i64, until: Option<i64>) -> io::Result<()> {
        let when = until.map(|until| format!(" on {}, {}", date(until), ahead(until - now)));
        self.busy(&format!("{} · waiting for {what}{}", time(now), when.unwrap_or_default()));
        Ok(())
    }
}

impl<W: Write + Send> Teller for People<W> {
    fn served(&mut self, Served { borrower, lender }: &Served) -> io::Result<()> {
        self.line(&format!(
            "\nOpen the page as the borrower:\n  {borrower}\nand as the lender:\n  {lender}\n"
        ))?;
        self.line(
            "Each link brings its party's key, which is worth nothing outside of this validator. An instalment falls due \
             every two minutes. Ctrl-C ends everything.",
        )?;
        self.busy("the page is served");
        Ok(())
    }

    fn observer(&mut self) -> &mut dyn Observer {
        self
    }
}

/// A milestone in a word and a sentence.
fn told(milestone: &Milestone) -> (&'static str, String) {
    match milestone {
        Milestone::Deployed { program, bytes, sha256, .. } => {
            let size = thousands(*bytes as u64);
            ("deployed", format!("program {program}, {size} bytes, SHA-256 {}", short(sha256)))
        }
        Milestone::Registered { vehicle, lender, .. } => {
            let [vehicle, lender] = [vehicle, lender].map(|key| short(&key.to_string()));
            ("registered", format!("car {vehicle} proved its key to lender {lender}"))
        }
        Milestone::Originated { principal, apr_ppm, instalment, count, first_due, .. } => {
            let (lent, rate, each) = (units(*principal), percent(*apr_ppm), units(*instalment));
            let first = time(*first_due);
            ("originated", format!("{lent} lent at {rate}, {count} instalments of {each}, first due {first}"))
        }
        Milestone::EscrowFunded { lamports, available_lamports, .. } => {
            let (given, available) = (sol(*lamports), sol(*available_lamports));
            ("escrow funded", format!("{given} for calls to the car, {available} available"))
        }
        Milestone::Collected { payments, principal } => ("collected", paid(payments, *principal)),
        Milestone::Lapsed { past_due, wallet, .. } => {
            ("lapsed", format!("{} is past due, the car's wallet holds {}", units(*past_due), units(*wallet)))
        }
        Milestone::Warned { message, settlement } => {
            let message = message.as_deref().unwrap_or("nothing");
            ("warned", format!("the car told its driver: {message} {}", proven(settlement)))
        }
        Milestone::Defaulted { past_due, .. } => {
            ("defaulted", format!("the grace period is over and {} is past due", units(*past_due)))
        }
        Milestone::Locked { starts, until, settlement } => {
            let car = if *starts { "the car STARTS although it is locked" } else { "the car does not start" };
            let end = date(*until);
            ("LOCKED", format!("{car}, and unlocks itself on {end} at the latest. {}", proven(settlement)))
        }
        Milestone::ToppedUp { amount, .. } => {
            ("topped up", format!("{} sent to the car's wallet", units(*amount)))
        }
        Milestone::Cured { paid, .. } => ("cured", format!("{} taken; nothing is past due", units(*paid))),
        Milestone::Unlocked { starts, settlement } => {
            let car =
                if *starts { "the car starts" } else { "the car does NOT START although it is unlocked" };
            ("UNLOCKED", format!("{car}. {}", proven(settlement)))
        }
        Milestone::BackOnSchedule { payments, principal } => ("back on schedule", paid(payments, *principal)),
        Milestone::PaidOff { payment: Payment { to_principal, to_interest, to_fees, .. } } => {
            let [principal, interest, fees] = [to_principal, to_interest, to_fees].map(|part| units(*part));
            ("paid off", format!("{principal} of principal, {interest} of interest, {fees} of fees"))
        }
        Milestone::Released => {
            ("released", "the car obeys unlocks alone: no command key may lock it any more".to_owned())
        }
        Milestone::Closed { escrow_returned_lamports, wallet_returned, .. } => {
            let (escrow, wallet) = (sol(*escrow_returned_lamports), units(*wallet_returned));
            ("closed", format!("{escrow} returned to the lender, {wallet} to the borrower"))
        }
        Milestone::Done { ok, books, keeper_earned_lamports, keeper_transaction_fees_lamports, wrong } => {
            let earned =
                u64::try_from(*keeper_earned_lamports).map_or_else(|_| "less than nothing".to_owned(), sol);
            let sums = format!(
                "{} into the escrow, {} out of it; the keeper earned {earned} with {} and spent {} on transactions",
                sol(books.escrow_in_lamports),
                sol(books.escrow_out_lamports),
                counted(usize::try_from(books.calls).unwrap_or(usize::MAX), "proven call"),
                sol(*keeper_transaction_fees_lamports),
            );
            if *ok { ("done ok", sums) } else { ("done NOT OK", format!("{sums}; {}", wrong.join("; "))) }
        }
    }
}

fn paid(payments: &[Payment], principal: u64) -> String {
    format!("{} on time, {} of principal left", counted(payments.len(), "instalment"), units(principal))
}

fn proven(settlement: &Settlement) -> String {
    let Settlement { signature, fee_lamports, .. } = settlement;
    format!("Receipt {} paid the keeper {}.", short(signature), sol(*fee_lamports))
}
