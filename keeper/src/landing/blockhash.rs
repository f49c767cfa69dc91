//! The blockhash to sign with, refreshed in the background.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use solana_client::rpc_response::{Response, RpcBlockhash};
use solana_sdk::hash::Hash;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tracing::warn;

use crate::nodes::{Method, Nodes};

/// Pause between reads.
const REFRESH: Duration = Duration::from_secs(6);
/// The oldest that is signed with. A transaction lives for 150 blocks, which may be half a minute.
const OLDEST: Duration = Duration::from_secs(15);
/// Pauses after a failure.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A blockhash, and the slot at which it was read: it is known from there on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Blockhash {
    pub hash: Hash,
    pub slot: u64,
    read_at: Instant,
}

impl Blockhash {
    /// Whether a transaction that is signed with it has time enough to land.
    pub fn is_fresh(&self) -> bool {
        self.read_at.elapsed() < OLDEST
    }
}

/// Reads blockhashes until nobody wants them any more.
pub(super) async fn keep(nodes: Arc<Nodes>, newest: watch::Sender<Option<Blockhash>>) {
    let mut pause = FIRST_PAUSE;
    let mut failing = false;
    loop {
        let asked = nodes.ask::<Response<RpcBlockhash>>(
            Method::GetLatestBlockhash,
            json!([{ "commitment": "confirmed" }]),
        );
        let wait = match asked.await {
            Ok((read, _)) => {
                (pause, failing) = (FIRST_PAUSE, false);
                if let Ok(hash) = read.value.blockhash.parse() {
                    let read = Blockhash { hash, slot: read.context.slot, read_at: Instant::now() };
                    newest.send_replace(Some(read));
                }
                REFRESH
            }
            Err(error) => {
                // One line for each outage.
                if !std::mem::replace(&mut failing, true) {
                    warn!(error = &error as &dyn Error, "no blockhash: transactions wait");
                }
                pause = (pause * 2).min(LONGEST_PAUSE);
                pause
            }
        };
        tokio::select! {
            biased;
            () = sleep(wait) => {}
            () = newest.closed() => return,
        }
    }
}
