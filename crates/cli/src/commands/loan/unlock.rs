//! `latchkey loan unlock`

use anyhow::{Context as _, Result, bail};
use clap::Args;
use latchkey_cli::chain::LoanAccounts;
use latchkey_cli::party::Party;
use latchkey_cli::printer::View;
use latchkey_cli::units::{date, money};
use latchkey_client::latchkey::state::Action;
use latchkey_client::protocol::Receipt;
use latchkey_client::{Pubkey, instructions, pda};
use serde_json::json;

use crate::commands::LoanArg;
use crate::commands::envelope::EnvelopeArg;
use crate::context::Context;
use crate::failure::Usage;

/// Have the car unlocked, without any keeper
///
/// It takes two steps. Without --receipt it asks the contract for an unlock, if none is open, and says where the unlock
/// function is. The function signs the unlock for anybody while it is due; a keeper, or whoever runs the function, sends it
/// to the car, or a phone carries it there. This command does not call the function and does not reach the car. With
/// --receipt it brings the car's signed receipt to the chain; who brings it is paid the fee of the unlock.
///
/// An unlock is due when a lock was asked for and the loan is not in default, or on hold, stayed, or in an emergency start.
/// The borrower may ask for one even if the chain believes the car unlocked; such an unlock pays no fee.
#[derive(Args)]
pub struct Unlock {
    #[command(flatten)]
    loan: LoanArg,
    /// The car's signed receipt of the unlock: hex, a file of hex, or - for standard input
    #[arg(long, value_name = "HEX")]
    receipt: Option<EnvelopeArg>,
}

impl Unlock {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let me = context.me()?;
        match &self.receipt {
            None => request(context, &accounts, &me).await,
            Some(receipt) => confirm(context, &accounts, &me, receipt).await,
        }
    }
}

/// Asks for an unlock, unless one is open.
async fn request(context: &Context, accounts: &LoanAccounts, me: &Party) -> Result<()> {
    let LoanAccounts { keys, loan, vehicle, now, .. } = accounts;
    if vehicle.open.is_live(Action::Unlock, *now) {
        let open = asked(accounts, vehicle.last_seq_asked, vehicle.open.expires_at);
        return context.show(&open);
    }
    let seq = vehicle.last_seq_asked.saturating_add(1);
    // A party's signature can make an unlock due. Others only ask.
    let is_party = me.address() == loan.borrower || accounts.lender.is_servicing(&me.address());
    let party = is_party.then(|| me.address());
    let request = instructions::request(keys, context.payer()?.address(), party, Action::Unlock, seq);
    let expires_at = now.saturating_add(loan.unlock_ttl_secs.into());
    let parties: &[&Party] = if is_party { &[me] } else { &[] };
    context.run("asking for the unlock", &[request], parties, asked(accounts, seq, expires_at)).await
}

/// What was asked for, and what to do next.
fn asked(accounts: &LoanAccounts, seq: u64, expires_at: i64) -> View {
    let invocation = pda::invocation(&accounts.keys.vehicle, seq).to_string();
    let uri = accounts.loan.unlock_uri.as_str();
    let until = date::show(expires_at);
    let next = match uri {
        "" => "it runs at a keeper, which sends it to the car".to_owned(),
        uri => format!("it runs at {uri}, and signs the unlock for anybody"),
    };
    View::new(
        json!({
            "loan": accounts.keys.loan.to_string(),
            "invocation": invocation,
            "seq": seq,
            "expires_at": until,
            "unlock_uri": (!uri.is_empty()).then_some(uri),
        }),
        format!(
            "unlock {seq} is asked for until {until}: {invocation}\nthe unlock function: {next}\nbring the car's receipt \
             with `latchkey loan unlock {} --receipt FILE`",
            accounts.keys.loan
        ),
    )
}

/// Brings the car's receipt of an unlock.
async fn confirm(
    context: &Context,
    accounts: &LoanAccounts,
    me: &Party,
    receipt: &EnvelopeArg,
) -> Result<()> {
    let signed = receipt.read("a car's receipt")?;
    let receipt = Receipt::decode(&signed.payload)
        .map_err(|error| Usage(format!("this is not a car's receipt: {error}")))?;
    if receipt.action != Action::Unlock {
        return Err(Usage(format!("this receipt is of another action: {}", receipt.action)).into());
    }
    let address = Pubkey::new_from_array(receipt.invocation);
    let Some(invocation) = context.cluster.find_invocation(&address).await? else {
        bail!("there is no function call {address}: it is settled already, or was closed");
    };
    let confirm = instructions::confirm(&accounts.keys, me.address(), invocation.rent_payer, &signed)
        .context("the receipt")?;
    let fee = money::show_sol(invocation.fee);
    let view = View::new(
        json!({
            "loan": accounts.keys.loan.to_string(),
            "invocation": address.to_string(),
            "seq": invocation.seq,
            "device_time": date::show(receipt.device_time),
            "fee_lamports": invocation.fee,
        }),
        format!("the car proved unlock {}; {fee} SOL paid to {}", invocation.seq, me.address()),
    );
    context.run("the receipt", &confirm, &[me], view).await
}
