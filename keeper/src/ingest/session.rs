//! One node's websocket: keeps it connected, and passes on what it tells.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use latchkey_link::backoff::Backoff;
use latchkey_link::redacted::hosts_only;
use serde_json::{Value, json};
use solana_account_decoder_client_types::UiAccount;
use solana_client::rpc_response::Response;
use solana_sdk::sysvar;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tracing::{info, warn};

use super::accounts::{Listed, amount, slice, unix_time};
use super::clock::ChainTime;
use super::socket::{Said, Socket, SocketError};
use crate::core::RawAccount;
use crate::nodes::{Nodes, Transport};

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// How often the connection is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// Pings in the silence that a node is allowed.
const PINGS: u32 = 3;
/// How long a subscription may stay without an answer, seconds.
const ACKNOWLEDGE_SECS: u64 = 4;
/// How long a node may answer pings and tell nothing of the chain, in times of the silence it is allowed.
const MUTE: u64 = 3;

/// What a node told.
#[derive(Debug)]
pub(super) enum Told {
    /// All it is asked for is subscribed to: what it told before is to be read.
    Up,
    Down,
    Clock(ChainTime),
    Account {
        slot: u64,
        key: Pubkey,
        account: RawAccount,
    },
    /// The keeper's own lamports.
    Balance {
        slot: u64,
        lamports: u64,
    },
    Wallet {
        slot: u64,
        key: Pubkey,
        amount: u64,
    },
    /// A wallet is subscribed to: what came before is to be read.
    Watched(Pubkey),
}

/// What one session is to do.
pub(super) struct Session {
    pub node: usize,
    pub url: String,
    pub nodes: Arc<Nodes>,
    pub keeper: Pubkey,
    pub stall_secs: u64,
    pub told: mpsc::Sender<(usize, Told)>,
    /// The wallets to watch.
    pub wallets: watch::Receiver<Arc<BTreeSet<Pubkey>>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Topic {
    Clock,
    Slot,
    Program,
    Balance,
    Wallet(Pubkey),
}

impl Session {
    /// Keeps the node connected until nobody listens any more.
    pub async fn keep(mut self) {
        let node = hosts_only(&self.url);
        let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE).spread_by(&self.keeper.to_bytes());
        while !self.told.is_closed() {
            let began = Instant::now();
            let lost = match self.run().await {
                Ok(()) => return,
                Err(lost) => lost,
            };
            let _ = self.told.send((self.node, Told::Down)).await;
            let pause = backoff.pause_after(began.elapsed());
            warn!(node, error = &lost as &dyn Error, ?pause, "the websocket is given up; connecting again");
            sleep(pause).await;
        }
    }

    /// One connection. Ends without an error when nobody listens any more.
    async fn run(&mut self) -> Result<(), SocketError> {
        let mut line = Line::open(self.nodes.transport(), &self.url, &self.keeper).await?;
        let stall = Duration::from_secs(self.stall_secs.max(1));
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        self.wallets.mark_changed();
        let mut is_up = false;
        loop {
            tokio::select! {
                // What is seldom comes first, so that a busy socket keeps none of it waiting.
                biased;
                () = self.told.closed() => return Ok(()),
                _ = look.tick() => line.check(stall).await?,
                changed = self.wallets.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                    let wanted = Arc::clone(&self.wallets.borrow_and_update());
                    line.watch(&wanted).await?;
                }
                said = line.socket.next() => {
                    line.heard = Instant::now();
                    if let Some(told) = line.take(said?)?
                        && self.told.send((self.node, told)).await.is_err()
                    {
                        return Ok(());
                    }
                    if !is_up && line.has(&Topic::Program) {
                        is_up = true;
                        info!(node = hosts_only(&self.url), "watching the chain");
                        if self.told.send((self.node, Told::Up)).await.is_err() {
                            return Ok(());
                        }
                    }
                }
            }
        }
    }
}

/// A connection and its subscriptions.
struct Line {
    socket: Socket,
    /// When anything was received last, and when anything of the chain was.
    heard: Instant,
    fresh: Instant,
    pinged: Instant,
    /// By the request's number.
    asked: BTreeMap<u64, (Topic, Instant)>,
    /// By the subscription's number.
    topics: BTreeMap<u64, Topic>,
    wallets: BTreeSet<Pubkey>,
}

impl Line {
    async fn open(transport: &dyn Transport, url: &str, keeper: &Pubkey) -> Result<Self, SocketError> {
        let socket = Socket::connect(transport, url).await?;
        let now = Instant::now();
        let (asked, topics, wallets) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        let mut line = Self { socket, heard: now, fresh: now, pinged: now, asked, topics, wallets };
        let clock =
            json!([sysvar::clock::ID.to_string(), { "encoding": "base64", "commitment": "processed" }]);
        line.ask("accountSubscribe", &clock, Topic::Clock).await?;
        line.ask("slotSubscribe", &json!([]), Topic::Slot).await?;
        let confirmed = json!({ "encoding": "base64", "commitment": "confirmed" });
        line.ask("programSubscribe", &json!([latchkey::ID.to_string(), confirmed]), Topic::Program).await?;
        line.ask("accountSubscribe", &json!([keeper.to_string(), slice(0, 0)]), Topic::Balance).await?;
        Ok(line)
    }

    async fn ask(&mut self, method: &str, params: &Value, topic: Topic) -> Result<(), SocketError> {
        let id = self.socket.request(method, params).await?;
        self.asked.insert(id, (topic, Instant::now()));
        Ok(())
    }

    fn has(&self, topic: &Topic) -> bool {
        self.topics.values().any(|known| known == topic)
    }

    /// Subscribes to the wallets that are wanted, and no longer to those that are not.
    async fn watch(&mut self, wanted: &BTreeSet<Pubkey>) -> Result<(), SocketError> {
        let unwanted = |topic: &Topic| matches!(topic, Topic::Wallet(key) if !wanted.contains(key));
        let ended: Vec<u64> =
            self.topics.iter().filter(|(_, topic)| unwanted(topic)).map(|(number, _)| *number).collect();
        for number in ended {
            self.topics.remove(&number);
            self.socket.request("accountUnsubscribe", &json!([number])).await?;
        }
        self.wallets.retain(|key| wanted.contains(key));
        for key in wanted {
            if self.wallets.insert(*key) {
                let params = json!([key.to_string(), slice(64, 8)]);
                self.ask("accountSubscribe", &params, Topic::Wallet(*key)).await?;
            }
        }
        Ok(())
    }

    /// Gives a connection up that hangs.
    async fn check(&mut self, stall: Duration) -> Result<(), SocketError> {
        if self.heard.elapsed() > stall {
            return Err(SocketError::Silent(stall.as_secs()));
        }
        if self.fresh.elapsed() > stall.saturating_mul(u32::try_from(MUTE).unwrap_or(1)) {
            return Err(SocketError::Mute(stall.as_secs() * MUTE));
        }
        let limit = Duration::from_secs(ACKNOWLEDGE_SECS);
        if let Some((topic, _)) = self.asked.values().find(|(_, asked)| asked.elapsed() > limit) {
            return Err(SocketError::NotAcknowledged { what: topic.told(), secs: ACKNOWLEDGE_SECS });
        }
        if self.pinged.elapsed() > stall / PINGS {
            self.pinged = Instant::now();
            self.socket.ping().await?;
        }
        Ok(())
    }

    fn take(&mut self, said: Said) -> Result<Option<Told>, SocketError> {
        match said {
            Said::Alive => Ok(None),
            Said::Answer { id, result } => self.answered(id, result),
            Said::Notification { subscription, result } => {
                let Some(topic) = self.topics.get(&subscription) else { return Ok(None) };
                self.fresh = Instant::now();
                notified(topic, result)
            }
        }
    }

    fn answered(&mut self, id: u64, result: Result<u64, String>) -> Result<Option<Told>, SocketError> {
        let Some((topic, _)) = self.asked.remove(&id) else { return Ok(None) };
        match (result, &topic) {
            (Ok(number), Topic::Wallet(key)) => {
                let told = Told::Watched(*key);
                self.topics.insert(number, topic);
                Ok(Some(told))
            }
            (Ok(number), _) => {
                self.topics.insert(number, topic);
                Ok(None)
            }
            (Err(reason), Topic::Program) => Err(SocketError::Refused { what: topic.told(), reason }),
            // All else can be asked for by RPC.
            (Err(reason), _) => {
                warn!(
                    topic = topic.told(),
                    reason, "the node refuses a subscription; it is asked by RPC instead"
                );
                Ok(None)
            }
        }
    }
}

impl Topic {
    fn told(&self) -> String {
        match self {
            Self::Clock => "the clock".to_owned(),
            Self::Slot => "slots".to_owned(),
            Self::Program => "the program's accounts".to_owned(),
            Self::Balance => "the keeper's balance".to_owned(),
            Self::Wallet(key) => format!("the wallet {key}"),
        }
    }
}

/// What a notification tells, if anything.
fn notified(topic: &Topic, result: Value) -> Result<Option<Told>, SocketError> {
    let told = match topic {
        Topic::Slot => return Ok(None),
        Topic::Program => program_account(result),
        Topic::Clock | Topic::Balance | Topic::Wallet(_) => account(topic, result),
    };
    told.map(Some).ok_or(SocketError::Malformed)
}

fn program_account(result: Value) -> Option<Told> {
    let read: Response<Listed> = serde_json::from_value(result).ok()?;
    let Listed { pubkey: key, account } = read.value;
    Some(Told::Account { slot: read.context.slot, key, account })
}

fn account(topic: &Topic, result: Value) -> Option<Told> {
    let read: Response<UiAccount> = serde_json::from_value(result).ok()?;
    let slot = read.context.slot;
    Some(match topic {
        Topic::Clock => Told::Clock(ChainTime { slot, unix: unix_time(&read.value)? }),
        Topic::Wallet(key) => Told::Wallet { slot, key: *key, amount: amount(&read.value)? },
        _ => Told::Balance { slot, lamports: read.value.lamports },
    })
}
