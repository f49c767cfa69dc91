//! A keeper that decides and logs, and sends nothing: no transaction, and no call of a function.

use std::sync::Arc;

use anchor_lang::prelude::Pubkey;
use async_trait::async_trait;
use tokio::sync::mpsc;
use tracing::info;

use crate::core::{Event, FunctionCall, FunctionReply, Intent, Lane, ReleaseCall, Verdict};
use crate::functions::Functions;
use crate::ledger::{Landing, Ledger, LedgerError};

/// A ledger that is only read. What would be sent is logged, and counts as not sent: it is logged again after pauses that
/// grow, as long as it is due.
pub struct ReadOnly<L>(pub Arc<L>);

#[async_trait]
impl<L: Ledger> Ledger for ReadOnly<L> {
    async fn watch(&self, events: mpsc::Sender<Event>) {
        self.0.watch(events).await;
    }

    async fn land(&self, intent: Intent) -> Landing {
        let (vehicle, loan, due) = (intent.keys.vehicle, intent.keys.loan, intent.due);
        info!(step = intent.operation.name(), %vehicle, %loan, due, "would send a transaction");
        let reason = Some("a dry run sends nothing".to_owned());
        Landing { reason, ..Landing::new(Verdict::NotSent, None) }
    }

    fn cancel(&self, _vehicle: Pubkey, _lane: Lane) {}

    fn watch_wallets(&self, wallets: &[(Pubkey, bool)]) {
        self.0.watch_wallets(wallets);
    }

    fn recent_slot(&self) -> u64 {
        self.0.recent_slot()
    }

    async fn rent_exempt(&self, bytes: usize) -> Result<u64, LedgerError> {
        self.0.rent_exempt(bytes).await
    }
}

/// Functions that are not called.
pub struct Silent;

#[async_trait]
impl Functions for Silent {
    async fn call(&self, call: &FunctionCall) -> FunctionReply {
        info!(action = %call.action, invocation = %call.invocation, "would call the function");
        FunctionReply::Refused
    }

    async fn release(&self, call: &ReleaseCall) -> FunctionReply {
        info!(loan = %call.loan, "would have the car released");
        FunctionReply::Refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::fixture::{self, KEEPER, LoanFixture};

    /// A ledger on which nothing may be sent.
    struct Untouchable;

    #[async_trait]
    impl Ledger for Untouchable {
        async fn watch(&self, events: mpsc::Sender<Event>) {
            let mut fixture = LoanFixture::defaulted();
            fixture.request(latchkey::state::Action::Unlock, 1_060);
            let _ = events.send(Event::Snapshot(fixture.snapshot(1))).await;
            let _ = events.send(Event::Clock(1_061)).await;
            events.closed().await;
        }

        async fn land(&self, _: Intent) -> Landing {
            panic!("a dry run has sent a transaction")
        }

        fn cancel(&self, _: Pubkey, _: Lane) {}

        fn watch_wallets(&self, _: &[(Pubkey, bool)]) {}

        async fn rent_exempt(&self, _: usize) -> Result<u64, LedgerError> {
            Ok(0)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_dry_run_decides_and_sends_nothing() {
        let surface = crate::surface::Surface::default();
        let (metrics, asker) = (Arc::clone(&surface.metrics), surface.asker());
        let keeper = crate::keeper::Keeper {
            address: KEEPER,
            policy: fixture::policy(),
            ledger: Arc::new(ReadOnly(Arc::new(Untouchable))),
            functions: Arc::new(Silent),
            drain: std::time::Duration::from_secs(1),
        };
        let shutdown = crate::keeper::Shutdown::default();
        let running = tokio::spawn(keeper.run_with(shutdown.clone(), surface));
        tokio::time::sleep(std::time::Duration::from_secs(5)).await;
        let report = asker.report(10).await.unwrap();
        assert_eq!(report.health.loans_waiting, 1, "{report:?}");
        let told = metrics.encode();
        assert!(told.contains("outcome=\"not_sent\""), "{told}");
        assert!(told.contains("calls_total{action=\"unlock\",outcome=\"refused\"} 1"), "{told}");
        shutdown.at_once.cancel();
        running.await.unwrap().unwrap();
    }
}
