//! Sends straight to the validators that make the next blocks, by `solana-client`.
//!
//! Who they are and where they listen is asked of the nodes; a subscription tells the slots. It is given up and opened
//! again when the slots it tells stand still, which its library does not notice.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use solana_client::connection_cache::{ConnectionCache, Protocol};
use solana_client::nonblocking::tpu_client::{LeaderTpuService, TpuSenderError};
use solana_connection_cache::nonblocking::client_connection::ClientConnection as _;
use tokio::sync::watch;
use tokio::time::{interval, sleep, timeout};
use tracing::{debug, info, warn};

use crate::ingest::ChainTime;
use crate::nodes::{Nodes, rpc_client};

/// Leaders of so many coming slots are sent to: this one and the next.
const SLOTS: u64 = 8;
/// Connections to one validator.
const CONNECTIONS: usize = 1;
/// How long a leader may take to accept a transaction.
const SEND: Duration = Duration::from_millis(1_500);
/// How long opening may take.
const OPEN: Duration = Duration::from_secs(30);
/// The route is old if it is so many slots behind the chain's clock.
const BEHIND: u64 = 32;
/// Pauses before it is opened again.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The way to the coming leaders, as long as one is known.
#[derive(Clone)]
pub(super) struct Leaders {
    route: watch::Receiver<Option<Arc<Route>>>,
    connections: Arc<ConnectionCache>,
}

impl Leaders {
    /// Keeps looking for the way until it is dropped. Must be called within a Tokio runtime.
    pub fn start(nodes: Arc<Nodes>, websockets: Vec<String>, clock: watch::Receiver<ChainTime>) -> Self {
        let (found, route) = watch::channel(None);
        tokio::spawn(keep(nodes, websockets, clock, found));
        let connections = Arc::new(ConnectionCache::new_quic("latchkey-keeper", CONNECTIONS));
        Self { route, connections }
    }

    /// Hands a transaction to the coming leaders. Whether any took it.
    pub async fn send(&self, transaction: &[u8]) -> bool {
        let Some(route) = self.route.borrow().clone() else { return false };
        let mut sends: FuturesUnordered<_> =
            route.sockets().into_iter().map(|leader| self.hand(leader, transaction)).collect();
        let mut taken = false;
        while let Some(took) = sends.next().await {
            taken |= took;
        }
        taken
    }

    async fn hand(&self, leader: SocketAddr, transaction: &[u8]) -> bool {
        let connection = self.connections.get_nonblocking_connection(&leader);
        match timeout(SEND, connection.send_data(transaction)).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                debug!(%leader, error = &error as &dyn Error, "a leader did not take the transaction");
                false
            }
            Err(_) => {
                debug!(%leader, "a leader did not take the transaction in time");
                false
            }
        }
    }
}

/// Who the leaders are and where they listen.
struct Route {
    leaders: LeaderTpuService,
    /// Ends the tasks of `leaders`.
    ended: Arc<AtomicBool>,
}

impl Route {
    async fn open(nodes: &Arc<Nodes>, websocket: &str) -> Result<Self, TpuSenderError> {
        let client = Arc::new(rpc_client(Arc::clone(nodes)));
        let ended = Arc::new(AtomicBool::new(false));
        let leaders = LeaderTpuService::new(client, websocket, Protocol::QUIC, Arc::clone(&ended)).await?;
        Ok(Self { leaders, ended })
    }

    fn sockets(&self) -> Vec<SocketAddr> {
        self.leaders.unique_leader_tpu_sockets(SLOTS)
    }

    fn is_behind(&self, slot: u64) -> bool {
        self.leaders.estimated_current_slot().saturating_add(BEHIND) < slot
    }
}

impl Drop for Route {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

/// Opens the route, and again whenever it has become old.
async fn keep(
    nodes: Arc<Nodes>,
    websockets: Vec<String>,
    clock: watch::Receiver<ChainTime>,
    found: watch::Sender<Option<Arc<Route>>>,
) {
    let mut pause = FIRST_PAUSE;
    for websocket in websockets.iter().cycle() {
        match timeout(OPEN, Route::open(&nodes, websocket)).await {
            Ok(Ok(route)) => {
                info!(leaders = ?route.sockets(), "transactions go straight to the coming leaders");
                pause = FIRST_PAUSE;
                let route = Arc::new(route);
                found.send_replace(Some(Arc::clone(&route)));
                if !stays(&route, &clock, &found).await {
                    return;
                }
                found.send_replace(None);
                warn!("the slots of the coming leaders stand still: transactions go to the nodes");
            }
            Ok(Err(error)) => warn!(%error, "the coming leaders are not known: transactions go to the nodes"),
            Err(_) => warn!("no node told the coming leaders in time: transactions go to the nodes"),
        }
        tokio::select! {
            () = sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
            () = found.closed() => return,
        }
    }
}

/// Waits until the route is old; false when nobody wants it any more.
async fn stays(
    route: &Route,
    clock: &watch::Receiver<ChainTime>,
    found: &watch::Sender<Option<Arc<Route>>>,
) -> bool {
    let mut look = interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            _ = look.tick() => {}
            () = found.closed() => return false,
        }
        if route.is_behind(clock.borrow().slot) {
            return true;
        }
    }
}
