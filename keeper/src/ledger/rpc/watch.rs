//! Watching the chain. Subscribe first, then read everything, so that nothing falls between; and read everything again
//! on a timer, for a websocket can lose data without a word.

use std::collections::HashSet;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use futures::StreamExt as _;
use futures::stream::{BoxStream, SelectAll};
use latchkey_client::accounts::ProgramAccount;
use solana_pubsub_client::nonblocking::pubsub_client::PubsubClient;
use solana_rpc_client_api::config::RpcProgramAccountsConfig;
use solana_rpc_client_api::response::{Response, RpcKeyedAccount};
use solana_sdk::clock::Clock;
use solana_sdk::sysvar;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, sleep_until};
use tracing::{info, warn};

use super::read::{account_config, balance, everything, keyed};
use super::{LedgerError, RpcLedger};
use crate::core::{Event, Update};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// A loan seen for the first time is read whole soon, not at once: several may come together.
const SOON: Duration = Duration::from_millis(100);

/// Watches until nobody listens, through as many connections as it takes.
pub(super) async fn keep(ledger: &RpcLedger, events: &mpsc::Sender<Event>) {
    let mut pause = FIRST_PAUSE;
    while !events.is_closed() {
        let began = Instant::now();
        if let Err(lost) = session(ledger, events).await {
            if began.elapsed() > LONGEST_PAUSE {
                pause = FIRST_PAUSE;
            }
            let pause_now = pause.mul_f64(rand::random_range(0.5..=1.0));
            warn!(error = &lost as &dyn std::error::Error, pause = ?pause_now, "the node is out of reach");
            tokio::select! {
                () = sleep(pause_now) => {}
                () = events.closed() => return,
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// What a session hears.
enum Heard {
    Clock(Response<solana_account_decoder_client_types::UiAccount>),
    Account(Box<Response<RpcKeyedAccount>>),
    Wallet(Pubkey, Response<solana_account_decoder_client_types::UiAccount>),
}

/// One connection. Ends without an error when nobody listens any more.
async fn session(ledger: &RpcLedger, events: &mpsc::Sender<Event>) -> Result<(), LedgerError> {
    let config = &ledger.config;
    let client = PubsubClient::new(config.websocket_url.as_str()).await?;
    let accounts = RpcProgramAccountsConfig { account_config: account_config(), ..Default::default() };
    let (clock, _) = client.account_subscribe(&sysvar::clock::ID, Some(account_config())).await?;
    let (program, _) = client.program_subscribe(&latchkey::ID, Some(accounts)).await?;
    // The clock is the heartbeat too: the library pings and never looks for the answer.
    let mut heard: SelectAll<BoxStream<'_, Option<Heard>>> = SelectAll::new();
    heard.push(ending(clock.map(Heard::Clock).boxed()));
    heard.push(ending(program.map(|update| Heard::Account(Box::new(update))).boxed()));
    info!("watching the chain");

    // Loans that were seen, and wallets that are subscribed.
    let mut known = HashSet::new();
    let mut resync = interval(Duration::from_secs(config.resync_secs.max(1)));
    resync.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let stall = Duration::from_secs(config.stall_secs.max(1));
    let mut stalls_at = Instant::now() + stall;
    let mut soon: Option<Instant> = None;
    loop {
        let due = soon;
        let soon_due = async move {
            match due {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let event = tokio::select! {
            next = heard.next() => match next.flatten().ok_or(LedgerError::Ended)? {
                Heard::Clock(clock) => {
                    stalls_at = Instant::now() + stall;
                    Event::Clock(unix_time(&clock.value)?)
                }
                Heard::Account(update) => {
                    let (key, account) = keyed(&update.value)?;
                    let is_loan = matches!(ProgramAccount::decode(&account.data), Ok(ProgramAccount::Loan(_)));
                    if is_loan && soon.is_none() && known.insert(key) {
                        soon = Some(Instant::now() + SOON);
                    }
                    let accounts = vec![(key, Some(account))];
                    Event::Update(Update { slot: update.context.slot, accounts, wallets: Vec::new() })
                }
                Heard::Wallet(wallet, update) => {
                    let wallets = vec![(wallet, balance(&update.value)?)];
                    Event::Update(Update { slot: update.context.slot, accounts: Vec::new(), wallets })
                }
            },
            _ = resync.tick() => {
                soon = Some(Instant::now());
                continue;
            }
            () = soon_due => {
                soon = None;
                let (snapshot, balances) = everything(&ledger.rpc).await?;
                for (wallet, _) in &balances.wallets {
                    if known.insert(*wallet) {
                        let wallet = *wallet;
                        let (updates, _) = client.account_subscribe(&wallet, Some(account_config())).await?;
                        heard.push(ending(updates.map(move |update| Heard::Wallet(wallet, update)).boxed()));
                        // What moved between the reading and the subscription is read once more.
                        soon = Some(Instant::now());
                    }
                }
                if events.send(Event::Snapshot(snapshot)).await.is_err() {
                    return Ok(());
                }
                Event::Update(balances)
            }
            () = sleep_until(stalls_at) => return Err(LedgerError::Stalled(config.stall_secs)),
            () = events.closed() => return Ok(()),
        };
        if events.send(event).await.is_err() {
            return Ok(());
        }
    }
}

/// The library ends a stream without a word when the connection is lost: the end becomes an item.
fn ending(stream: BoxStream<'_, Heard>) -> BoxStream<'_, Option<Heard>> {
    stream.map(Some).chain(futures::stream::once(async { None })).boxed()
}

fn unix_time(clock: &solana_account_decoder_client_types::UiAccount) -> Result<i64, LedgerError> {
    let account: solana_sdk::account::Account =
        clock.to_account().ok_or(LedgerError::Nonsense("a clock that does not decode"))?;
    let clock: Clock =
        account.deserialize_data().map_err(|_| LedgerError::Nonsense("a clock that does not decode"))?;
    Ok(clock.unix_timestamp)
}
