//! Signing, sending and reporting a transaction.

use anyhow::{Context as _, Result};
use latchkey_cli::party::Party;
use latchkey_cli::printer::View;
use latchkey_cli::send::{self, Landed, SendError};
use latchkey_cli::transaction::wire;
use latchkey_client::{Instruction, Pubkey};
use serde_json::{Value, json};
use solana_sdk::signer::Signer as _;
use solana_sdk::transaction::Transaction;

use super::Context;
use crate::failure::Usage;

impl Context {
    /// Sends a transaction and prints the result. `what` names the transaction in messages, such as `the payment`.
    pub async fn run(
        &self,
        what: &str,
        instructions: &[Instruction],
        parties: &[&Party],
        result: View,
    ) -> Result<()> {
        match self.send(what, instructions, parties).await? {
            Some(landed) => self.show_landed(landed, result),
            None => Ok(()),
        }
    }

    /// Signs with the keys that are here, and sends. Returns None if --sign-only printed the transaction instead.
    pub async fn send(
        &self,
        what: &str,
        instructions: &[Instruction],
        parties: &[&Party],
    ) -> Result<Option<Landed>> {
        let payer = self.payer()?;
        let bar = self.printer.wait(format!("{what}: simulating"));
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
                "{what} also needs the signature of {}: pass the key files (--lender-keypair, --borrower-keypair, \
                 --payer), or pass --sign-only and have the others run `latchkey sign`",
                names.join(" and ")
            ))
            .into());
        }
        self.land(what, &transaction, last_valid).await.map(Some)
    }

    /// Prints a transaction for others to sign.
    pub fn hand_on(&self, transaction: &Transaction) -> Result<()> {
        let missing: Vec<String> = wire::missing(transaction).iter().map(Pubkey::to_string).collect();
        let text = wire::pack(transaction)?;
        self.show(&View::new(json!({ "transaction": text, "missing": missing }), text.clone()))?;
        let status = match &missing[..] {
            [] => "all signatures are there".to_owned(),
            missing => format!("still to sign: {}", missing.join(", ")),
        };
        self.printer.note(&format!("{status}; `latchkey sign` sends it, within one minute from now"));
        Ok(())
    }

    /// Sends a signed transaction until it lands, or can no longer land.
    pub async fn land(&self, what: &str, transaction: &Transaction, last_valid: u64) -> Result<Landed> {
        let signature = transaction.signatures[0];
        let bar = self.printer.wait(format!("{what}: sent {signature}, waiting for confirmation"));
        let landed = send::land(&self.cluster, transaction, last_valid).await;
        bar.finish_and_clear();
        match landed {
            Err(SendError::Unknown(_)) => Ok(landed?),
            known => known.with_context(|| failed(what)),
        }
    }

    /// Prints the result of a transaction that landed, with its signature.
    pub fn show_landed(&self, landed: Landed, result: View) -> Result<()> {
        let View { mut json, text } = result;
        if let Value::Object(object) = &mut json {
            object.insert("signature".to_owned(), json!(landed.signature.to_string()));
            object.insert("slot".to_owned(), json!(landed.slot));
        }
        let text = format!("{text}\nsignature {}", landed.signature);
        self.show(&View::new(json, text))
    }
}

fn failed(what: &str) -> String {
    format!("{what} failed, and changed nothing")
}
