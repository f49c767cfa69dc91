//! One transaction on its way: the copies of it that were signed, and what is known of each.

use std::collections::{BTreeSet, HashMap, HashSet};

use anchor_lang::prelude::Pubkey;
use anchor_lang::solana_program::instruction::Instruction;
use solana_sdk::hash::Hash;
use solana_sdk::signature::Signature;
use tokio::sync::oneshot;
use tokio::time::Instant;
use tracing::Span;

use crate::core::{Intent, Operation, RawAccount, Update, Verdict};
use crate::ledger::Landing;

/// What is known of one signed copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nothing, or only that it is in a block that may still be dropped.
    Open,
    /// In a block that is not confirmed; whether it succeeded there.
    Processed { succeeded: bool },
    /// In a confirmed block.
    Landed { slot: u64, error: Option<String> },
    /// In no block, and it can get into none any more.
    Gone,
}

/// One signed copy. Its bytes never change: a copy with other bytes has another signature.
#[derive(Debug)]
pub(super) struct Attempt {
    pub signature: Signature,
    /// Its bytes, base64.
    pub wire: String,
    /// What the network takes for it if it lands, lamports.
    pub fee: u64,
    pub blockhash: Hash,
    /// The slot at which the blockhash was read.
    pub blockhash_slot: u64,
    pub signed_at: Instant,
    pub resend_at: Instant,
    /// Whether any node took it.
    pub accepted: bool,
    /// From this slot on its blockhash is no longer valid.
    pub expired_at: Option<u64>,
    /// Whether it was sent before its time.
    pub early: bool,
    pub fate: Fate,
}

impl Attempt {
    /// Whether its fate can still change.
    pub const fn is_open(&self) -> bool {
        matches!(self.fate, Fate::Open | Fate::Processed { .. })
    }

    /// Takes in that a node does not know it in the slot that its answer is of. Only an answer from after the blockhash's
    /// end is a verdict: a node that lags has not seen the blocks in which it may be.
    pub fn is_unknown_at(&mut self, slot: u64, with_history: bool) {
        if with_history && self.is_open() && self.expired_at.is_some_and(|expired| slot >= expired) {
            self.fate = Fate::Gone;
        }
    }
}

/// A transaction and its copies.
pub(super) struct Flight {
    pub intent: Intent,
    pub span: Span,
    pub instructions: Vec<Instruction>,
    /// The compute limit.
    pub units: u32,
    pub attempts: Vec<Attempt>,
    /// When it was taken on.
    pub began: Instant,
    /// Accounts of the program that it changes and whose new state was not told yet.
    awaited: BTreeSet<Pubkey>,
    /// Accounts that it changes, as they were told last.
    told: HashMap<Pubkey, (u64, RawAccount)>,
    /// How it ended, in which slot, and when that was known.
    pub ended: Option<(Verdict, u64, Instant)>,
    /// Why it was not sent, or did not succeed.
    pub reason: Option<String>,
    reply: Option<oneshot::Sender<Landing>>,
}

impl Flight {
    pub fn new(
        intent: Intent,
        span: Span,
        instructions: Vec<Instruction>,
        units: u32,
        reply: oneshot::Sender<Landing>,
    ) -> Self {
        let touched: HashSet<Pubkey> = intent.touches().into_iter().collect();
        let closed = closes(&intent);
        let metas = instructions.iter().flat_map(|instruction| &instruction.accounts);
        let awaited = metas
            .filter(|meta| meta.is_writable && touched.contains(&meta.pubkey) && Some(meta.pubkey) != closed)
            .map(|meta| meta.pubkey)
            .collect();
        Self {
            intent,
            span,
            instructions,
            units,
            attempts: Vec::new(),
            began: Instant::now(),
            awaited,
            told: HashMap::new(),
            ended: None,
            reason: None,
            reply: Some(reply),
        }
    }

    /// The accounts whose change tells that it may have landed.
    pub fn awaited(&self) -> impl Iterator<Item = &Pubkey> {
        self.awaited.iter()
    }

    /// An account changed. Returns whether this transaction changes it.
    pub fn tell(&mut self, slot: u64, key: Pubkey, account: &RawAccount) {
        if self.awaited.contains(&key) && self.told.get(&key).is_none_or(|(known, _)| *known <= slot) {
            self.told.insert(key, (slot, account.clone()));
        }
    }

    /// How it ended, if that is known: with a success, or once no copy can land any more. The second is the slot.
    pub fn outcome(&self) -> Option<(Verdict, u64)> {
        let landed = self.attempts.iter().filter_map(|attempt| match &attempt.fate {
            Fate::Landed { slot, error } => Some((*slot, error.is_none())),
            _ => None,
        });
        if let Some((slot, _)) = landed.clone().find(|(_, succeeded)| *succeeded) {
            return Some((Verdict::Succeeded, slot));
        }
        if self.attempts.is_empty() || self.attempts.iter().any(Attempt::is_open) {
            return None;
        }
        // What was sent early and came too early says nothing of the transaction.
        if self.attempts.iter().all(|attempt| attempt.early && attempt.fate != Fate::Gone) {
            return None;
        }
        if let Some((slot, _)) = landed.max() {
            return Some((Verdict::Failed, slot));
        }
        let sent = self.attempts.iter().any(|attempt| attempt.accepted);
        Some((if sent { Verdict::Expired } else { Verdict::Outage }, 0))
    }

    /// The accounts that it changed, if every one was told as of `slot` or later; for a success only. A wallet is told by no
    /// subscription that counts.
    pub fn changed(&self, slot: u64) -> Option<Update> {
        if matches!(self.intent.operation, Operation::Collect) {
            return None;
        }
        let accounts: Option<Vec<_>> = self
            .awaited
            .iter()
            .map(|key| {
                let (at, account) = self.told.get(key)?;
                (*at >= slot).then(|| (*key, Some(account.clone())))
            })
            .collect();
        let closed = closes(&self.intent).map(|key| (key, None));
        Some(Update { slot, accounts: accounts?.into_iter().chain(closed).collect(), wallets: Vec::new() })
    }

    /// What the network took for it, lamports.
    fn fees(&self) -> u64 {
        let landed = self.attempts.iter().filter(|copy| matches!(copy.fate, Fate::Landed { .. }));
        landed.map(|copy| copy.fee).sum()
    }

    /// Reports the end, once.
    pub fn reply(&mut self, verdict: Verdict, touched: Option<Update>) {
        let fees = self.fees();
        if let Some(reply) = self.reply.take() {
            let _ = reply.send(Landing { verdict, touched, fees, reason: self.reason.take() });
        }
    }
}

/// The account that a transaction closes if it succeeds. No subscription tells of it.
pub(super) fn closes(intent: &Intent) -> Option<Pubkey> {
    match intent.operation {
        Operation::Confirm { .. } | Operation::Expire { .. } => {
            intent.operation.invocation(&intent.keys.vehicle)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use latchkey_client::instructions::LoanKeys;

    use super::*;

    fn flight() -> (Flight, oneshot::Receiver<Landing>) {
        let [lender, vehicle, loan, escrow, wallet, mint, treasury, token_program, keeper] =
            std::array::from_fn(|_| Pubkey::new_unique());
        let keys = LoanKeys { lender, vehicle, loan, escrow, wallet, mint, treasury, token_program };
        let operation = Operation::DeclareDefaultAndLock { seq: 1 };
        let intent = Intent { keys, keeper, operation, due: None };
        let (reply, landing) = oneshot::channel();
        let instructions = intent.instructions().unwrap();
        (Flight::new(intent, Span::none(), instructions, 1, reply), landing)
    }

    fn attempt(fate: Fate) -> Attempt {
        let now = Instant::now() + Duration::ZERO;
        Attempt {
            signature: Signature::default(),
            wire: String::new(),
            fee: 5_000,
            blockhash: Hash::default(),
            blockhash_slot: 100,
            signed_at: now,
            resend_at: now,
            accepted: true,
            expired_at: None,
            early: false,
            fate,
        }
    }

    fn failed(slot: u64) -> Fate {
        Fate::Landed { slot, error: Some(String::new()) }
    }

    #[test]
    fn only_an_answer_from_after_the_blockhashs_end_says_that_it_did_not_land() {
        let mut attempt = attempt(Fate::Open);
        attempt.is_unknown_at(1_000, true);
        assert_eq!(attempt.fate, Fate::Open, "nobody said that the blockhash has ended");
        attempt.expired_at = Some(250);
        attempt.is_unknown_at(249, true);
        attempt.is_unknown_at(250, false);
        assert_eq!(attempt.fate, Fate::Open, "a node that lags, or does not look far enough back");
        attempt.is_unknown_at(250, true);
        assert_eq!(attempt.fate, Fate::Gone);
    }

    #[test]
    fn one_copy_that_succeeded_decides_and_a_failure_only_when_no_copy_is_open() {
        let (mut flight, _landing) = flight();
        assert_eq!(flight.outcome(), None);
        flight.attempts = vec![attempt(failed(7)), attempt(Fate::Open)];
        assert_eq!(flight.outcome(), None);
        flight.attempts[1].fate = Fate::Gone;
        assert_eq!(flight.outcome(), Some((Verdict::Failed, 7)));
        flight.attempts[1].fate = Fate::Landed { slot: 9, error: None };
        assert_eq!(flight.outcome(), Some((Verdict::Succeeded, 9)));
        flight.attempts = vec![attempt(Fate::Gone)];
        assert_eq!(flight.outcome(), Some((Verdict::Expired, 0)));
        flight.attempts[0].accepted = false;
        assert_eq!(flight.outcome(), Some((Verdict::Outage, 0)));
    }

    #[test]
    fn an_early_copy_that_came_too_early_is_no_failure() {
        let (mut flight, _landing) = flight();
        flight.attempts = vec![Attempt { early: true, ..attempt(failed(7)) }];
        assert_eq!(flight.outcome(), None);
        flight.attempts.push(attempt(failed(8)));
        assert_eq!(flight.outcome(), Some((Verdict::Failed, 8)));
    }

    #[test]
    fn what_was_told_of_every_changed_account_since_need_not_be_read() {
        let (mut flight, _landing) = flight();
        let keys: Vec<Pubkey> = flight.awaited().copied().collect();
        assert_eq!(keys.len(), 4, "loan, vehicle, escrow and invocation");
        let account = RawAccount { data: vec![1], lamports: 1 };
        for (index, key) in keys.iter().enumerate() {
            assert!(flight.changed(20).is_none(), "{index} of 4 told");
            flight.tell(if index == 0 { 19 } else { 20 }, *key, &account);
        }
        assert!(flight.changed(20).is_none(), "one was told as of an older slot");
        flight.tell(21, keys[0], &account);
        assert_eq!(flight.changed(20).unwrap().accounts.len(), 4);
    }
}
