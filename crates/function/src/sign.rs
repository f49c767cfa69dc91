//! Who signs a command: this function with its keys, beside the functions that have signed the same bytes before it.

use anchor_lang::prelude::Pubkey;
use latchkey_protocol::cosigned::Cosigned;
use latchkey_protocol::{Key, Signature};
use tracing::info;

use crate::command;
use crate::messages::Messages;
use crate::outcome::Refusal;
use crate::signer::CommandSigner;
use crate::snapshot::Snapshot;
use crate::stats::Counters;

/// A signed command. It may go to the car if as many have signed as the contract asks for.
pub(crate) struct Ready {
    pub signed: Cosigned,
    pub not_after: i64,
}

/// How many signatures are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// As many as the contract asks for: nothing is signed if they cannot all be had.
    All,
    /// What this function can add.
    Some,
}

/// A command, and who may sign it.
pub(crate) struct Unsigned<'a> {
    snapshot: &'a Snapshot,
    command: Vec<u8>,
    not_after: i64,
}

/// Writes the command of a call.
pub(crate) fn write<'a>(snapshot: &'a Snapshot, messages: &Messages) -> Result<Unsigned<'a>, Refusal> {
    let not_after = command::not_after(snapshot).ok_or(Refusal::Unclaimed)?;
    let command = command::write(snapshot, messages).ok_or(Refusal::Unclaimed)?.map_err(Refusal::Message)?;
    Ok(Unsigned { snapshot, command, not_after })
}

impl Unsigned<'_> {
    /// Adds this function's signatures to those of others, as many as are still needed. Only keys that the contract names
    /// count, and only over these very bytes. The signatures stand in the contract's order of keys.
    pub async fn sign(
        self,
        signer: &dyn CommandSigner,
        gathered: Option<&Cosigned>,
        wanted: Wanted,
        counters: &Counters,
    ) -> Result<Ready, Refusal> {
        let Self { snapshot, command, not_after } = self;
        if gathered.is_some_and(|others| others.payload != command) {
            return Err(Refusal::OtherCommand);
        }
        let named: Vec<Pubkey> = snapshot.command_keys().collect();
        let by_others = |key: &Pubkey| {
            let mut theirs = gathered?.signatures.iter();
            theirs.find(|(by, _)| *by == key.to_bytes()).copied()
        };
        let required = usize::from(snapshot.invocation.required.max(1));
        let there = named.iter().filter_map(by_others).count();
        let mut missing = required.saturating_sub(there);
        let held = signer.keys();
        if missing > 0 && !named.iter().any(|key| held.contains(key)) {
            return Err(Refusal::UnknownCommandKeys(named.iter().map(Pubkey::to_string).collect()));
        }
        let own = named.iter().filter(|key| by_others(key).is_none() && held.contains(key)).count();
        if wanted == Wanted::All && own < missing {
            let required = snapshot.invocation.required;
            return Err(Refusal::NeedsSeveral { required, signed: there + own });
        }
        let mut signatures: Vec<(Key, Signature)> = Vec::with_capacity(required);
        for key in &named {
            if let Some(signature) = by_others(key) {
                signatures.push(signature);
            } else if missing > 0 && held.contains(key) {
                let sealed = signer.sign(key, &command).await.map_err(Refusal::NotSigned)?;
                counters.commands_signed.add();
                signatures.push((sealed.signer, sealed.signature));
                missing -= 1;
            }
        }
        let invocation = &snapshot.invocation;
        info!(
            vehicle = %invocation.vehicle, seq = invocation.seq, action = ?invocation.action, not_after,
            signatures = signatures.len(), required, "command signed"
        );
        Ok(Ready { signed: Cosigned { signatures, payload: command }, not_after })
    }
}
