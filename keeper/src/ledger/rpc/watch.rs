//! Watches the chain. It subscribes first and then reads everything, so that no change is missed, and reads everything
//! again on a timer, because a websocket can lose data silently.

use std::collections::HashSet;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use futures::StreamExt as _;
use futures::stream::{BoxStream, SelectAll};
use latchkey_client::accounts::ProgramAccount;
use latchkey_link::backoff::Backoff;
use solana_account_decoder_client_types::UiAccount;
use solana_pubsub_client::nonblocking::pubsub_client::PubsubClient;
use solana_rpc_client_api::config::RpcProgramAccountsConfig;
use solana_rpc_client_api::response::{Response, RpcKeyedAccount};
use solana_sdk::account::Account;
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
/// How long after a new loan everything is read again: several may appear together.
const NEW_LOAN_DELAY: Duration = Duration::from_millis(100);

/// Watches until the receiver is dropped, and reconnects as often as necessary.
pub(super) async fn keep(ledger: &RpcLedger, events: &mpsc::Sender<Event>) {
    let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
    while !events.is_closed() {
        let began = Instant::now();
        if let Err(lost) = session(ledger, events).await {
            let pause = backoff.pause_after(began.elapsed());
            warn!(error = &lost as &dyn std::error::Error, ?pause, "the node is out of reach");
            tokio::select! {
                () = sleep(pause) => {}
                () = events.closed() => return,
            }
        }
    }
}

/// What a subscription delivers.
enum Notification {
    Clock(Response<UiAccount>),
    Account(Box<Response<RpcKeyedAccount>>),
    Wallet(Pubkey, Response<UiAccount>),
}

/// One connection. Ends without an error when the receiver is dropped.
pub(super) async fn session(ledger: &RpcLedger, events: &mpsc::Sender<Event>) -> Result<(), LedgerError> {
    let config = &ledger.config;
    let client = PubsubClient::new(config.websocket_url.as_str()).await?;
    let accounts = RpcProgramAccountsConfig { account_config: account_config(), ..Default::default() };
    let (clock, _) = client.account_subscribe(&sysvar::clock::ID, Some(account_config())).await?;
    let (program, _) = client.program_subscribe(&latchkey::ID, Some(accounts)).await?;
    // The clock is also the heartbeat: the library sends pings but does not check that they are answered.
    let mut notifications: SelectAll<BoxStream<'_, Option<Notification>>> = SelectAll::new();
    notifications.push(ending(clock.map(Notification::Clock).boxed()));
    notifications.push(ending(program.map(|update| Notification::Account(Box::new(update))).boxed()));
    info!("watching the chain");

    // Loans that have been seen, and wallets that are subscribed to.
    let mut known = HashSet::new();
    let mut resync = interval(Duration::from_secs(config.resync_secs.max(1)));
    resync.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let stall = Duration::from_secs(config.stall_secs.max(1));
    let mut stalls_at = Instant::now() + stall;
    // When everything is to be read again.
    let mut read_at: Option<Instant> = None;
    loop {
        let due = read_at;
        let reading_due = async move {
            match due {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let event = tokio::select! {
            next = notifications.next() => match next.flatten().ok_or(LedgerError::Ended)? {
                Notification::Clock(clock) => {
                    stalls_at = Instant::now() + stall;
                    Event::Clock(unix_time(&clock.value)?)
                }
                Notification::Account(update) => {
                    let (key, account) = keyed(&update.value)?;
                    let is_loan = matches!(ProgramAccount::decode(&account.data), Ok(ProgramAccount::Loan(_)));
                    if is_loan && read_at.is_none() && known.insert(key) {
                        read_at = Some(Instant::now() + NEW_LOAN_DELAY);
                    }
                    let accounts = vec![(key, Some(account))];
                    Event::Update(Update { slot: update.context.slot, accounts, wallets: Vec::new() })
                }
                Notification::Wallet(wallet, update) => {
                    let wallets = vec![(wallet, balance(&update.value)?)];
                    Event::Update(Update { slot: update.context.slot, accounts: Vec::new(), wallets })
                }
            },
            _ = resync.tick() => {
                read_at = Some(Instant::now());
                continue;
            }
            () = reading_due => {
                read_at = None;
                let (snapshot, balances) = everything(&ledger.rpc).await?;
                for (wallet, _) in &balances.wallets {
                    if known.insert(*wallet) {
                        let wallet = *wallet;
                        let (updates, _) = client.account_subscribe(&wallet, Some(account_config())).await?;
                        let updates = updates.map(move |update| Notification::Wallet(wallet, update));
                        notifications.push(ending(updates.boxed()));
                        // A transfer between the reading and the subscription would be missed: read once more.
                        read_at = Some(Instant::now());
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

/// The library ends a stream silently when the connection is lost: this makes the end an item.
fn ending(stream: BoxStream<'_, Notification>) -> BoxStream<'_, Option<Notification>> {
    stream.map(Some).chain(futures::stream::once(async { None })).boxed()
}

fn unix_time(clock: &UiAccount) -> Result<i64, LedgerError> {
    let account: Account =
        clock.to_account().ok_or(LedgerError::Malformed("a clock that does not decode"))?;
    let clock: Clock =
        account.deserialize_data().map_err(|_| LedgerError::Malformed("a clock that does not decode"))?;
    Ok(clock.unix_timestamp)
}
