//! `latchkey loan`

mod charge_off;
mod close;
mod emergency_start;
mod extend;
mod hold;
mod list;
mod notice;
mod originate;
mod pay;
mod payoff;
mod quote;
mod show;
mod top_up;
mod waive;
mod watch;
mod withdraw;

use anchor_spl::token_2022::spl_token_2022::instruction::transfer_checked;
use anyhow::Result;
use clap::Subcommand;
use latchkey_cli::chain::LoanScene;
use latchkey_client::errors::Refusal;
use latchkey_client::latchkey::rules::ledger::{Position, Wallet};
use latchkey_client::{Instruction, Pubkey};

use crate::context::Context;

#[derive(Subcommand)]
pub enum Loan {
    /// Show what terms would cost: schedule, finance charge, total of payments
    Quote(quote::Quote),
    /// Write a loan: lender and borrower sign its terms, the seller is paid
    Originate(originate::Originate),
    /// Show where a loan stands
    Show(show::Show),
    /// Tell how a loan goes on, until something happens
    Watch(watch::Watch),
    /// List a lender's or a borrower's loans
    List(list::List),
    /// Put tokens into the car wallet; anybody may
    TopUp(top_up::TopUp),
    /// Pay what is due from the car wallet, and more if the borrower says so
    Pay(pay::Pay),
    /// Pay off all that is owed from the car wallet
    Payoff(payoff::Payoff),
    /// Take tokens that are not due back from the car wallet
    Withdraw(withdraw::Withdraw),
    /// Record that the borrower was told of what is past due
    Notice(notice::Notice),
    /// Promise not to lock or warn before a date
    Hold(hold::Hold),
    /// End a hold before its date; both parties sign
    LiftHold(hold::LiftHold),
    /// Move every due date by one period; both parties sign
    Extend(extend::Extend),
    /// Forgive late fees
    Waive(waive::Waive),
    /// Let the car start for a while, whatever is owed; the borrower signs
    EmergencyStart(emergency_start::EmergencyStart),
    /// Give a loan up, 120 days past due or later
    ChargeOff(charge_off::ChargeOff),
    /// End a paid-off loan: what is left goes back to whose it is
    Close(close::Close),
}

impl Loan {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        match self {
            Self::Quote(command) => command.execute(context).await,
            Self::Originate(command) => command.execute(context).await,
            Self::Show(command) => command.execute(context).await,
            Self::Watch(command) => command.execute(context).await,
            Self::List(command) => command.execute(context).await,
            Self::TopUp(command) => command.execute(context).await,
            Self::Pay(command) => command.execute(context).await,
            Self::Payoff(command) => command.execute(context).await,
            Self::Withdraw(command) => command.execute(context).await,
            Self::Notice(command) => command.execute(context).await,
            Self::Hold(command) => command.execute(context).await,
            Self::LiftHold(command) => command.execute(context).await,
            Self::Extend(command) => command.execute(context).await,
            Self::Waive(command) => command.execute(context).await,
            Self::EmergencyStart(command) => command.execute(context).await,
            Self::ChargeOff(command) => command.execute(context).await,
            Self::Close(command) => command.execute(context).await,
        }
    }
}

/// Interest goes on until a transaction lands: what pays a loan off now covers it so many seconds longer.
const PAYOFF_MARGIN_SECS: i64 = 300;

/// A plain transfer of somebody's tokens into the car wallet.
fn transfer_to_wallet(scene: &LoanScene, from: &Pubkey, owner: &Pubkey, amount: u64) -> Result<Instruction> {
    let LoanScene { keys, mint, .. } = scene;
    let transfer = transfer_checked(
        &mint.token_program,
        from,
        &mint.address,
        &keys.wallet,
        owner,
        &[],
        amount,
        mint.decimals,
    );
    Ok(transfer?)
}

/// What the car wallet lacks for a payoff within the next minutes, base units.
fn short_of_payoff(scene: &LoanScene) -> Result<u64> {
    let at = scene.now.saturating_add(PAYOFF_MARGIN_SECS);
    let ruled =
        Position::at(&scene.loan, Wallet(scene.wallet), at).and_then(|position| position.ledger.payoff());
    let payoff = ruled.map_err(|rule| Refusal(rule.into()))?;
    Ok(payoff.saturating_sub(scene.wallet))
}
