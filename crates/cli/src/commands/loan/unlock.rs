//! `latchkey loan unlock`

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use ed25519_dalek::SigningKey;
use latchkey_cli::car_function::CarFunction;
use latchkey_cli::chain::{Cluster, LoanAccounts};
use latchkey_cli::function_at::{FunctionAt, Given};
use latchkey_cli::party::Party;
use latchkey_cli::printer::View;
use latchkey_cli::units::{date, duration, money};
use latchkey_client::latchkey::state::Action;
use latchkey_client::protocol::Receipt;
use latchkey_client::protocol::code::Code;
use latchkey_client::protocol::sealed::Envelope;
use latchkey_client::{Instruction, Pubkey, instructions, pda};
use serde_json::json;

use crate::commands::LoanArg;
use crate::commands::envelope::EnvelopeArg;
use crate::context::Context;
use crate::failure::Usage;

/// Have the car unlocked, without any keeper
///
/// Asks the contract for an unlock, if none is open. Where the loan names the https address of its unlock function, this
/// calls it there: for the borrower and the lender's keepers the function sends the unlock to the car, waits for the car's
/// receipt, and this brings the receipt to the chain. Anybody else gets the signed unlock, to be carried to the car. Who
/// brings the receipt is paid the fee of the unlock.
///
/// Where the loan names no address, the function runs at keepers: one of them does it, or, with --function, you do. That
/// runs the function here, with command keys that you hold, and your broker. With --receipt this brings a receipt that was
/// carried from the car.
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
    /// Only ask the contract: call no function
    #[arg(long, conflicts_with_all = ["receipt", "function"])]
    only_ask: bool,
    /// Where on this machine the loan's function runs, as http://127.0.0.1:PORT/: for tests
    #[arg(long, value_name = "URL", conflicts_with_all = ["receipt", "function", "only_ask"])]
    function_at: Option<String>,
    /// How long to wait for the car
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
        let uri = accounts.loan.unlock_uri.as_str();
        let calls = self.function.is_some() || !(uri.is_empty() || self.only_ask || context.sign_only);
        if !calls {
            return match request {
                Some(request) => context.run(ASKING, &[request], &parties, asked).await,
                None => context.show(&asked),
            };
        }
        let Party::Here(key) = &me else {
            return Err(Usage(
                "asking a function needs a key file: pass --keypair FILE, or --only-ask to call no function"
                    .to_owned(),
            )
            .into());
        };
        let signing = SigningKey::from_bytes(key.secret_bytes());
        let cluster = Cluster::new(context.cluster.rpc.url());
        let address = pda::invocation(&accounts.keys.vehicle, seq);
        let patience = Duration::from_secs(self.timeout.into());
        // Whatever can be wrong with the function is found before the contract is asked.
        let function = self.function.as_deref().map(|file| CarFunction::load(file, cluster)).transpose()?;
        let at = FunctionAt::new(uri, self.function_at.as_deref());
        if let Some(request) = request {
            context.send(ASKING, &[request], &parties).await?;
        }
        let bar = context.printer.wait("waiting for the car");
        let given = if let Some(function) = function {
            let called = function.call(address, &signing, patience).await;
            called.map(|proof| Given::Receipt(proof.envelope)).map_err(anyhow::Error::new)
        } else {
            let at = at?;
            let given = at.unlock(&context.cluster, &accounts, (address, seq), &signing, patience).await;
            given.map_err(anyhow::Error::new)
        };
        bar.finish_and_clear();
        match given? {
            Given::Receipt(receipt) => confirm(context, &accounts, &me, &receipt).await,
            Given::Unlock { signed, code } => context.show(&carry(&accounts, seq, &signed, code)),
        }
    }
}

/// A signed unlock that somebody must carry to the car.
fn carry(accounts: &LoanAccounts, seq: u64, unlock: &Envelope, code: Option<Code>) -> View {
    let envelope = hex::encode(unlock.to_bytes());
    let loan = accounts.keys.loan.to_string();
    let typed = code.map_or_else(String::new, |code| format!(" or type {code} there"));
    View::new(
        json!({ "loan": loan, "seq": seq, "unlock": envelope, "code": code.map(|code| code.to_string()) }),
        format!(
            "unlock {seq} is signed: {envelope}\ncarry it to the car{typed}, and bring the car's receipt with `latchkey loan unlock \
             {loan} --receipt FILE`"
        ),
    )
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
