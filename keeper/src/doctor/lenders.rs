//! The lenders that the keeper serves: does each of them let it work, and can it?

use std::collections::BTreeMap;

use anchor_lang::prelude::Pubkey;
use latchkey::state::{Action, Function, Lender};

use super::Findings;
use super::chain::Chain;
use super::keys::Keys;
use crate::config::Config;
use crate::core::Policy;

/// Functions at https addresses that the keeper may call: each with a lender that offers it.
pub(super) type Offers = BTreeMap<String, Pubkey>;

/// Calls that the keeper's balance should pay for at once.
const CALLS: u64 = 10;

pub(super) async fn examine(config: &Config, keys: &Keys, chain: &Chain, findings: &mut Findings) -> Offers {
    let mut offers = Offers::new();
    let Ok(policy) = config.policy(keys.command.clone()) else { return offers };
    let parties = match crate::ingest::parties(&chain.nodes).await {
        Ok(parties) => parties,
        Err(error) => {
            let said = latchkey_link::redacted::RedactedError::new(&error);
            let remedy = "use a node that answers getProgramAccounts, or raise chain.max_body_bytes";
            findings.fault("lenders", "", said, remedy);
            return offers;
        }
    };
    for missing in config.work.lenders.iter().filter(|key| !parties.iter().any(|party| party.key == **key)) {
        let remedy =
            "correct work.lenders: it takes the address of the lender's account, not of its authority";
        findings.fault("lenders", missing, "there is no such lender on this cluster", remedy);
    }
    let served: Vec<_> = parties.iter().filter(|party| policy.serves(&party.key)).collect();
    if served.is_empty() && config.work.lenders.is_empty() {
        let remedy = "nothing, if lenders are to come; otherwise check the cluster";
        findings.warning("lenders", "", "there is no lender on this cluster", remedy);
    }
    let mut bond = 0;
    for party in served {
        lender(config, keys, &policy, (&party.key, &party.lender), &party.functions, findings);
        bond = party.functions.iter().map(|function| function.bond).max().unwrap_or(0).max(bond);
        let addresses = party.functions.iter().flat_map(Function::command_keys).map(|(_, uri)| uri);
        offers
            .extend(addresses.filter(|uri| policy.hosts.permits(uri)).map(|uri| (uri.to_owned(), party.key)));
    }
    let wanted = bond.saturating_mul(CALLS);
    if let Some(keeper) = keys.keeper.filter(|_| chain.balance < wanted) {
        let said = format!("{} lamports; the bonds of {CALLS} calls are {wanted}", chain.balance);
        findings.warning("balance", keeper, said, "send it SOL: without a bond it cannot claim a call");
    }
    offers
}

fn lender(
    config: &Config,
    keys: &Keys,
    policy: &Policy,
    (key, lender): (&Pubkey, &Lender),
    functions: &[Function],
    findings: &mut Findings,
) {
    if keys.keeper.is_some_and(|keeper| !lender.allows_keeper(&keeper)) {
        let remedy =
            "ask the lender to put the keeper's address on its list; it collects and unlocks meanwhile";
        findings.warning("lenders", key, "the keeper is not on its list: no warnings and no locks", remedy);
        return;
    }
    for action in Action::ALL {
        let Some(function) = functions.iter().find(|function| function.action == action) else { continue };
        if !policy.can_sign(function) {
            let remedy = "name its command key's file in command_keys, or its host in functions.hosts";
            let said = format!("too few keys of its {action} function are in reach");
            findings.warning("lenders", key, said, remedy);
        } else if action != Action::Unlock && function.fee < config.work.min_fee_lamports {
            let said =
                format!("its {action} function pays {} lamports, below work.min_fee_lamports", function.fee);
            findings.warning("lenders", key, said, "lower work.min_fee_lamports to take these calls");
        } else {
            findings.ok("lenders", key, format_args!("its {action} function is in reach"));
        }
    }
}
