//! `latchkey vehicle audit`

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use latchkey_cli::audit::{Evidence, Finding};
use latchkey_cli::printer::View;
use latchkey_client::Pubkey;
use latchkey_client::latchkey::state::Action;
use serde_json::json;

use crate::context::Context;

/// Hold what a car has kept against the chain: commands that were never asked for, receipts that were never settled, keys that
/// the contract does not name
///
/// `latchkey-device show --config device.toml --evidence` prints what the car keeps. Every signature in it is verified. The
/// keys are those that the lender's functions and the car's loan name now: after a change of keys older commands are told of
/// too. What was asked is read from the transactions that the node remembers: use one with the whole history. Fails if there
/// is anything to tell.
#[derive(Args)]
pub struct Audit {
    /// The vehicle account
    vehicle: Pubkey,
    /// The file with what the car keeps
    #[arg(long, value_name = "FILE")]
    evidence: PathBuf,
}

impl Audit {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let text = fs::read_to_string(&self.evidence)
            .with_context(|| format!("cannot read {}", self.evidence.display()))?;
        let evidence = Evidence::read(&text, &self.vehicle)?;
        let cluster = &context.cluster;
        let vehicle = cluster.vehicle(&self.vehicle).await?;
        let mut asked = HashMap::new();
        for invocation in evidence.invocations() {
            if let Some(call) = cluster.asked(&invocation).await? {
                asked.insert(invocation, call);
            }
        }
        let functions = cluster.functions(&vehicle.lender).await?;
        let keys = |function: &latchkey_client::latchkey::state::Function| {
            function.command_keys().map(|(key, _)| key).collect::<Vec<_>>()
        };
        let mut named: HashMap<Action, Vec<Pubkey>> =
            functions.iter().map(|(action, function)| (*action, keys(function))).collect();
        if let Some(loan) = vehicle.active_loan() {
            let pinned = cluster.loan(&loan).await?.unlock_keys;
            named.entry(Action::Unlock).or_default().extend(pinned);
        }
        let findings = evidence.findings((&self.vehicle, &vehicle), &asked, &named);
        let told: Vec<String> = findings.iter().map(Finding::to_string).collect();
        let json = json!({
            "vehicle": self.vehicle.to_string(),
            "commands": evidence.commands.len(),
            "receipts": evidence.receipts.len(),
            "findings": findings
                .iter()
                .map(|finding| json!({ "kind": finding.word(), "text": finding.to_string() }))
                .collect::<Vec<_>>(),
        });
        let sums = format!(
            "{} commands and {} receipts held against the chain",
            evidence.commands.len(),
            evidence.receipts.len()
        );
        let text = [vec![sums], told].concat().join("\n");
        context.show(&View::new(json, text))?;
        if !findings.is_empty() {
            bail!(
                "{} findings: the car did something that the contract does not account for",
                findings.len()
            );
        }
        Ok(())
    }
}
