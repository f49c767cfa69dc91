//! What every command works with: the cluster, the printer, and people's keys.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use latchkey_cli::chain::Cluster;
use latchkey_cli::config::{self, Config};
use latchkey_cli::keys::{Named, Party};
use latchkey_cli::printer::{Printer, View};
use latchkey_cli::send::{self, Landed, SendError};
use latchkey_cli::wire;
use latchkey_client::latchkey::state::{Lender, Loan};
use latchkey_client::{Instruction, Pubkey, pda};
use serde_json::{Value, json};
use solana_sdk::signer::Signer as _;
use solana_sdk::transaction::Transaction;

use crate::failure::Usage;

#[derive(Args)]
#[command(next_help_heading = "Global options")]
pub struct Globals {
    /// The cluster: localnet, devnet, testnet, mainnet, or an RPC address [default: localnet]
    #[arg(long, global = true, env = "LATCHKEY_URL", value_name = "URL")]
    url: Option<String>,
    /// Who signs: a keypair file, or an address whose owner signs later
    #[arg(long, global = true, env = "LATCHKEY_KEYPAIR", value_name = "FILE")]
    keypair: Option<Named>,
    /// Who pays fees and rent [default: who signs]
    #[arg(long, global = true, value_name = "FILE")]
    payer: Option<Named>,
    /// Settings: url, keypair, payer, lender [default: latchkey/config.toml among the user's settings]
    #[arg(long, global = true, env = "LATCHKEY_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print JSON: one object, or one a line
    #[arg(long, global = true)]
    pub json: bool,
    /// Do not ask before signing
    #[arg(long, short, global = true)]
    yes: bool,
    /// Print the transaction with the signatures made here, to be completed with `latchkey sign`
    #[arg(long, global = true)]
    sign_only: bool,
    /// What to pay for priority, micro-lamports a compute unit
    #[arg(long, global = true, default_value_t = 0, value_name = "N")]
    priority_fee: u64,
}

/// What every command works with.
pub struct Context {
    pub cluster: Cluster,
    pub printer: Printer,
    keypair: Option<Named>,
    payer: Option<Named>,
    lender: Option<Pubkey>,
    yes: bool,
    sign_only: bool,
    priority_fee: u64,
}

impl Context {
    pub fn new(globals: Globals) -> Result<Self> {
        let config = match &globals.config {
            Some(path) => Config::load(path)?,
            None => Config::load_default()?,
        };
        let url = globals.url.or(config.url).unwrap_or_else(|| "localnet".to_owned());
        Ok(Self {
            cluster: Cluster::new(config::rpc_url(&url)?),
            printer: Printer { json: globals.json },
            keypair: globals.keypair.or(config.keypair),
            payer: globals.payer.or(config.payer),
            lender: config.lender,
            yes: globals.yes,
            sign_only: globals.sign_only,
            priority_fee: globals.priority_fee,
        })
    }

    /// Who signs.
    pub fn me(&self) -> Result<Party> {
        let named = self.keypair.as_ref().ok_or_else(|| {
            Usage(
                "whose key signs? pass --keypair FILE, set LATCHKEY_KEYPAIR, or write keypair into the settings; \
                 `latchkey keygen` makes one"
                    .to_owned(),
            )
        })?;
        Ok(Party::load(named)?)
    }

    /// Somebody named on the command line, or who signs.
    pub fn party(&self, named: Option<&Named>) -> Result<Party> {
        match named {
            Some(named) => Ok(Party::load(named)?),
            None => self.me(),
        }
    }

    /// Who pays.
    pub fn payer(&self) -> Result<Party> {
        self.party(self.payer.as_ref())
    }

    /// The lender meant: as named, as set, or the one that who signs has created.
    pub fn lender(&self, named: Option<Pubkey>) -> Result<Pubkey> {
        match named.or(self.lender) {
            Some(address) => Ok(address),
            None => Ok(pda::lender(&self.me()?.address())),
        }
    }

    /// Who signs for a lender: as named, or who signs, if the lender knows them, or the servicer, later.
    pub fn for_lender(&self, lender: &Lender, named: Option<&Named>) -> Result<Party> {
        if let Some(named) = named {
            return Ok(Party::load(named)?);
        }
        let me = self.me()?;
        let knows = lender.is_servicing(&me.address());
        // With one signature only, the program itself says who should have signed.
        Ok(if knows || !self.sign_only { me } else { Party::Elsewhere(lender.servicer) })
    }

    /// Who signs for a lender beside the borrower, who may be the one that signs here.
    pub fn for_lender_beside_borrower(
        &self,
        lender: &Lender,
        loan: &Loan,
        named: Option<&Named>,
    ) -> Result<Party> {
        match (named, &self.keypair) {
            (None, Some(_)) if self.me()?.address() == loan.borrower => Ok(Party::Elsewhere(lender.servicer)),
            _ => self.for_lender(lender, named),
        }
    }

    /// Who signs for a loan's borrower: as named, or who signs, if they are the borrower, or the borrower, later.
    pub fn for_borrower(&self, loan: &Loan, named: Option<&Named>) -> Result<Party> {
        if let Some(named) = named {
            return Ok(Party::load(named)?);
        }
        match self.me() {
            Ok(me) if me.address() == loan.borrower => Ok(me),
            _ => Ok(Party::Elsewhere(loan.borrower)),
        }
    }

    /// Asks before something is signed, unless told not to.
    pub fn confirm(&self, question: &str) -> Result<()> {
        if self.yes {
            return Ok(());
        }
        if self.printer.json {
            return Err(
                Usage("--json asks nobody: pass --yes too, once you know what is signed".to_owned()).into()
            );
        }
        if self.printer.confirm(question)? {
            return Ok(());
        }
        bail!("nothing was signed: answer y, or pass --yes");
    }

    /// Whether signatures are only collected.
    pub fn signs_only(&self) -> bool {
        self.sign_only
    }

    /// Signs with the keys that are here and brings the transaction to its fate. Returns nothing if it was printed to be
    /// completed elsewhere.
    pub async fn send(
        &self,
        what: &str,
        instructions: &[Instruction],
        parties: &[&Party],
    ) -> Result<Option<Landed>> {
        let payer = self.payer()?;
        let bar = self.printer.wait(format!("{what}: asking the cluster"));
        let drafted = send::draft(&self.cluster, instructions, &payer.address(), self.priority_fee).await;
        bar.finish_and_clear();
        let send::Draft { mut transaction, last_valid } = drafted.with_context(|| failed(what))?;
        for party in parties.iter().copied().chain([&payer]) {
            if let Party::Here(key) = party
                && wire::missing(&transaction).contains(&key.pubkey())
            {
                wire::add_signature(&mut transaction, key)?;
            }
        }
        if self.sign_only {
            self.hand_on(&transaction)?;
            return Ok(None);
        }
        let missing = wire::missing(&transaction);
        if !missing.is_empty() {
            let names: Vec<String> = missing.iter().map(Pubkey::to_string).collect();
            return Err(Usage(format!(
                "{what} also needs the signature of {}: name their key files (--lender-keypair, --borrower-keypair, \
                 --payer), or pass --sign-only and have them run `latchkey sign`",
                names.join(" and ")
            ))
            .into());
        }
        self.land(what, &transaction, last_valid).await.map(Some)
    }

    /// Prints a transaction for others to complete.
    pub fn hand_on(&self, transaction: &Transaction) -> Result<()> {
        let missing: Vec<String> = wire::missing(transaction).iter().map(Pubkey::to_string).collect();
        let packed = wire::pack(transaction)?;
        self.printer
            .show(&View::new(json!({ "transaction": packed, "missing": missing }), packed.clone()))?;
        let who = match missing.len() {
            0 => "every signature is there".to_owned(),
            _ => format!("still to sign: {}", missing.join(", ")),
        };
        self.printer.note(&format!("{who}; `latchkey sign` sends it, within a minute of now"));
        Ok(())
    }

    /// Brings a signed transaction to its fate.
    pub async fn land(&self, what: &str, transaction: &Transaction, last_valid: u64) -> Result<Landed> {
        let signature = transaction.signatures[0];
        let bar = self.printer.wait(format!("{what}: sent {signature}, waiting until it is confirmed"));
        let landed = send::land(&self.cluster, transaction, last_valid).await;
        bar.finish_and_clear();
        match landed {
            Err(SendError::Unknown(_)) => Ok(landed?),
            known => known.with_context(|| failed(what)),
        }
    }

    /// Sends, and shows what was done.
    pub async fn run(
        &self,
        what: &str,
        instructions: &[Instruction],
        parties: &[&Party],
        done: View,
    ) -> Result<()> {
        match self.send(what, instructions, parties).await? {
            Some(landed) => self.done(landed, done),
            None => Ok(()),
        }
    }

    /// Shows what was done, with its signature.
    pub fn done(&self, landed: Landed, done: View) -> Result<()> {
        let View { mut json, text } = done;
        if let Value::Object(object) = &mut json {
            object.insert("signature".to_owned(), json!(landed.signature.to_string()));
            object.insert("slot".to_owned(), json!(landed.slot));
        }
        let text = format!("{text}\nsignature {}", landed.signature);
        Ok(self.printer.show(&View::new(json, text))?)
    }
}

fn failed(what: &str) -> String {
    format!("{what} failed, and changed nothing")
}
