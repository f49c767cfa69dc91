//! `latchkey loan unlock`

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use ed25519_dalek::SigningKey;
use latchkey_cli::car_function::CarFunction;
use latchkey_cli::chain::{Cluster, LoanAccounts};
use latchkey_cli::party::Party;
use latchkey_cli::printer::View;
use latchkey_cli::units::{date, duration, money};
use latchkey_client::latchkey::state::Action;
use latchkey_client::protocol::Receipt;
use latchkey_client::protocol::sealed::Envelope;
use latchkey_client::{Instruction, Pubkey, instructions, pda};
use serde_json::json;

use crate::commands::LoanArg;
use crate::commands::envelope::EnvelopeArg;
use crate::context::Context;
use crate::failure::Usage;

/// Have the car unlocked, without any keeper
///
/// Asks the contract for an unlock, if none is open, and says where the unlock function is. The function signs the unlock for
/// anybody while it is due; a keeper, or whoever runs the function, sends it to the car, or a phone carries it there. This
/// command does not call a function over https, and without --function it does not reach the car. Then it takes a second
/// step: with --receipt it brings the car's signed receipt to the chain. Who brings it is paid the fee of the unlock.
///
/// With --function it does all of it alone: it runs the function here, with command keys that you hold, sends the unlock
/// through your broker, waits for the car's receipt and brings it. A borrower without such keys needs one of the above.
///
/// An unlock is due when a lock was asked for and the loan is not in default, or on hold, stayed, or in an emergency start.
/// The borrower may ask for one even if the chain believes the car unlocked; such an unlock pays no fee. After a lock, the
/// lender's key may ask for one whatever is owed; that places a hold of a day.
#[derive(Args)]
pub struct Unlock {
    #[command(flatten)]
    loan: LoanArg,
    /// The car's signed receipt of the unlock: hex, a file of hex, or - for standard input
    #[arg(long, value_name = "HEX")]
    receipt: Option<EnvelopeArg>,
    /// Run the unlock function here: a file with its command keys and its broker, as in keeper.toml
    #[arg(long, value_name = "FILE", conflicts_with_all = ["receipt", "sign_only"])]
    function: Option<PathBuf>,
    /// How long to wait for the car, with --function
    #[arg(long, value_name = "TIME", value_parser = duration::parse, default_value = "2m")]
    timeout: u32,
}

impl Unlock {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let accounts = self.loan.read(context).await?;
        let me = context.me()?;
        if let Some(receipt) = &self.receipt {
            return confirm(context, &accounts, &me, &receipt.read("a car's receipt")?).await;
        }
        let (seq, expires_at, request) = request(context, &accounts, &me)?;
        let asked = asked(&accounts, seq, expires_at);
        let parties: Vec<&Party> = if is_party(&accounts, &me) { vec![&me] } else { Vec::new() };
        match (request, &self.function) {
            (Some(request), None) => context.run(ASKING, &[request], &parties, asked).await,
            (None, None) => context.show(&asked),
            (request, Some(function)) => {
                let Party::Here(key) = &me else {
                    return Err(
                        Usage("asking a function needs a key file: pass --keypair FILE".to_owned()).into()
                    );
                };
                let cluster = Cluster::new(context.cluster.rpc.url());
                let function = CarFunction::load(function, cluster)?;
                if let Some(request) = request {
                    context.send(ASKING, &[request], &parties).await?;
                }
                let bar = context.printer.wait("waiting for the car");
                let signing = SigningKey::from_bytes(key.secret_bytes());
                let patience = Duration::from_secs(self.timeout.into());
                let called =
                    function.call(pda::invocation(&accounts.keys.vehicle, seq), &signing, patience).await;
                bar.finish_and_clear();
                confirm(context, &accounts, &me, &called?.envelope).await
            }
        }
    }
}

const ASKING: &str = "asking for the unlock";

/// A party's signature can make an unlock due. Others only ask.
fn is_party(accounts: &LoanAccounts, me: &Party) -> bool {
    me.address() == accounts.loan.borrower || accounts.lender.is_servicing(&me.address())
}

/// The number of the unlock, when its time is over, and what asks for it unless it is open.
fn request(
    context: &Context,
    accounts: &LoanAccounts,
    me: &Party,
) -> Result<(u64, i64, Option<Instruction>)> {
    let LoanAccounts { keys, loan, vehicle, now, .. } = accounts;
    if vehicle.open.is_live(Action::Unlock, *now) {
        return Ok((vehicle.last_seq_asked, vehicle.open.expires_at, None));
    }
    let seq = vehicle.last_seq_asked.saturating_add(1);
    let party = is_party(accounts, me).then(|| me.address());
    let request = instructions::request(keys, context.payer()?.address(), party, Action::Unlock, seq);
    let expires_at = now.saturating_add(loan.unlock_ttl_secs.into());
    Ok((seq, expires_at, Some(request)))
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
async fn confirm(context: &Context, accounts: &LoanAccounts, me: &Party, signed: &Envelope) -> Result<()> {
    let receipt = Receipt::decode(&signed.payload)
        .map_err(|error| Usage(format!("this is not a car's receipt: {error}")))?;
    if receipt.action != Action::Unlock {
        return Err(Usage(format!("this receipt is of another action: {}", receipt.action)).into());
    }
    let address = Pubkey::new_from_array(receipt.invocation);
    let Some(invocation) = context.cluster.find_invocation(&address).await? else {
        bail!("there is no function call {address}: it is settled already, or was closed");
    };
    let confirm = instructions::confirm(&accounts.keys, me.address(), invocation.rent_payer, signed)
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
