use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use anyhow::{Context, Result};
use async_trait::async_trait;
use latchkey_client::{Instruction, Pubkey};
use latchkey_device::clock::VirtualClock;
use solana_sdk::{
    account::Account,
    signature::{Keypair, Signature},
    signer::Signer,
    transaction::Transaction,
};
use tokio::time::{sleep, timeout};

use super::{
    chain::{Chain, Landed},
    refusal,
};
use crate::ledger::{Record, Svm};

/// The longest the clock moves at once, seconds: a keeper on this ledger sees every day.
const STRIDE: i64 = 86_400;
/// A ledger without a change for this long is taken to be idle.
const STILL: Duration = Duration::from_millis(10);
const LOOK: Duration = Duration::from_millis(10);
/// Looks in a second of the ledger's time: while a story waits, time passes as it does outside, or a keeper's pauses
/// would never end. It must not pass faster, or a lease would end before a slow machine's car could answer.
const LOOKS: u32 = 100;

/// The ledger in this process. Its clock stands unless a story waits, and the car's clock moves with it.
pub struct SvmChain {
    svm: Svm,
    car: VirtualClock,
    looks: AtomicU32,
}

impl SvmChain {
    /// The ledger, with the clock that shows its time in the car.
    pub fn new(svm: Svm, car: VirtualClock) -> Self {
        car.set(svm.now());
        Self { svm, car, looks: AtomicU32::new(0) }
    }

    fn set_time(&self, unix: i64) {
        // The car's clock first: no command is then issued in the car's future.
        self.car.set(unix);
        self.svm.set_time(unix);
    }

    /// Returns when nothing has happened for a while.
    async fn still(&self) {
        let mut changes = self.svm.changes();
        changes.mark_unchanged();
        while timeout(STILL, changes.changed()).await.is_ok() {}
    }
}

#[async_trait]
impl Chain for SvmChain {
    async fn now(&self) -> Result<i64> {
        Ok(self.svm.now())
    }

    async fn account(&self, address: &Pubkey) -> Result<Option<Account>> {
        Ok(self.svm.account(address))
    }

    async fn airdrop(&self, to: &Pubkey, lamports: u64) -> Result<()> {
        self.svm.airdrop(to, lamports).map_err(|refused| refusal(&refused.error, &refused.logs))
    }

    async fn send(&self, instructions: &[Instruction], signers: &[&Keypair]) -> Result<Signature> {
        let payer = signers.first().context("a transaction needs a signer")?.pubkey();
        let mut transaction = Transaction::new_with_payer(instructions, Some(&payer));
        self.svm
            .send_signed(|blockhash| {
                transaction.try_sign(&signers.to_vec(), blockhash).map(|()| transaction)
            })?
            .map_err(|refused| refusal(&refused.error, &refused.logs))
    }

    async fn history(&self, address: &Pubkey, after: Option<Signature>) -> Result<Vec<Landed>> {
        Ok(self.svm.history(address, after).into_iter().map(Landed::from).collect())
    }

    async fn reach(&self, time: i64) -> Result<()> {
        loop {
            self.still().await;
            let now = self.svm.now();
            if now >= time {
                return Ok(());
            }
            self.set_time(time.min(now + STRIDE));
        }
    }

    async fn linger(&self) {
        sleep(LOOK).await;
        if self.looks.fetch_add(1, Ordering::Relaxed) % LOOKS == LOOKS - 1 {
            self.set_time(self.svm.now() + 1);
        }
    }
}

impl From<Record> for Landed {
    fn from(record: Record) -> Self {
        let Record { signature, payer, fee, error, instructions, logs, .. } = record;
        Self { signature, payer, fee, failed: error.is_some(), instructions, logs }
    }
}
