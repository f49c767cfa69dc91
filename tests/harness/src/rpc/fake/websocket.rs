//! A fake node's websocket.

use std::collections::HashMap;
use std::future::pending;
use std::sync::Arc;

use futures::{SinkExt as _, StreamExt as _};
use latchkey_client::Pubkey;
use serde_json::{Value, json};
use solana_sdk::sysvar;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

use super::Shared;
use super::rpc::{account_json, clock_json};

#[derive(Clone, Debug)]
enum Topic {
    Clock,
    Slot,
    Program(Pubkey),
    Account(Pubkey, Value),
}

/// Serves one connection until either side closes it.
pub(super) async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    if let Ok(mut count) = shared.connections.lock() {
        *count += 1;
    }
    let mut closes = shared.closes.subscribe();
    let work = async {
        if shared.faults().no_upgrade {
            // The connection stays open.
            return pending().await;
        }
        if let Ok(socket) = accept_async(stream).await {
            let _ = Connection {
                socket,
                shared: Arc::clone(&shared),
                topics: HashMap::new(),
                last: 0,
                pushed: 0,
                turn: false,
            }
            .run()
            .await;
        }
    };
    tokio::select! {
        () = work => {}
        _ = closes.recv() => {}
    }
}

struct Connection {
    socket: WebSocketStream<TcpStream>,
    shared: Arc<Shared>,
    topics: HashMap<u64, Topic>,
    last: u64,
    /// The newest slot that was pushed.
    pushed: u64,
    turn: bool,
}

impl Connection {
    async fn run(&mut self) -> Option<()> {
        let mut changes = self.shared.chain.changes();
        self.pushed = self.shared.chain.lock().slot;
        loop {
            // Not even a ping is read then.
            let frozen = self.shared.faults().frozen;
            tokio::select! {
                message = self.socket.next(), if !frozen => match message?.ok()? {
                    Message::Text(text) => self.request(&serde_json::from_str(&text).ok()?).await?,
                    Message::Close(_) => return None,
                    _ => {}
                },
                moved = changes.changed() => {
                    moved.ok()?;
                    if !frozen {
                        self.push().await?;
                    }
                }
            }
        }
    }

    async fn request(&mut self, request: &Value) -> Option<()> {
        let faults = self.shared.faults().clone();
        let params = &request["params"];
        let key = || params[0].as_str().and_then(|key| key.parse::<Pubkey>().ok());
        let topic = match request["method"].as_str()? {
            "slotSubscribe" => Topic::Slot,
            "programSubscribe" => Topic::Program(key()?),
            "accountSubscribe" if key()? == sysvar::clock::ID => Topic::Clock,
            "accountSubscribe" => Topic::Account(key()?, params[1]["dataSlice"].clone()),
            "accountUnsubscribe" => {
                self.topics.remove(&params[0][0].as_u64().or(params[0].as_u64())?);
                return self.say(&json!({ "jsonrpc": "2.0", "id": request["id"], "result": true })).await;
            }
            _ => return Some(()),
        };
        let is_wallet = matches!(topic, Topic::Account(..));
        if faults.no_acknowledgement || faults.no_wallet_acknowledgement && is_wallet {
            return Some(());
        }
        self.last += 1;
        self.topics.insert(self.last, topic);
        let acknowledgement = json!({ "jsonrpc": "2.0", "id": request["id"], "result": self.last });
        self.say(&acknowledgement).await
    }

    /// Pushes what changed since the last time.
    async fn push(&mut self) -> Option<()> {
        let faults = self.shared.faults().clone();
        let lies = !faults.no_clock && self.topics.values().any(|topic| matches!(topic, Topic::Clock));
        if lies {
            self.shared.faults().clock_off_once = 0;
        }
        self.turn = !self.turn;
        let older = u64::from(faults.reorders && self.turn);
        let notifications = {
            let state = self.shared.chain.lock();
            let slot = state.slot.saturating_sub(faults.lag).saturating_sub(2 * older);
            let told = |value: Value| json!({ "context": { "slot": slot }, "value": value });
            let mut notifications = Vec::new();
            for (number, topic) in &self.topics {
                match topic {
                    Topic::Clock if faults.no_clock => {}
                    Topic::Clock => {
                        let off = faults.clock_off + faults.clock_off_once;
                        notifications.push((*number, "account", told(clock_json(&state, off))));
                    }
                    Topic::Slot => {
                        let value =
                            json!({ "slot": slot, "parent": slot - 1, "root": slot.saturating_sub(32) });
                        notifications.push((*number, "slot", value));
                    }
                    Topic::Program(program) => {
                        let accounts = state.accounts.iter().filter(|(_, account)| account.owner == *program);
                        for (key, account) in accounts
                            .filter(|(_, account)| account.slot >= self.pushed && account.slot < state.slot)
                        {
                            let value = json!({ "pubkey": key.to_string(), "account": account_json(account, &Value::Null) });
                            let value = json!({ "context": { "slot": account.slot }, "value": value });
                            notifications.push((*number, "program", value));
                        }
                    }
                    Topic::Account(key, slice) => {
                        let account = state.accounts.get(key);
                        let account = account
                            .filter(|account| account.slot >= self.pushed && account.slot < state.slot);
                        if let Some(account) = account {
                            notifications.push((*number, "account", told(account_json(account, slice))));
                        }
                    }
                }
            }
            self.pushed = state.slot;
            notifications
        };
        for (subscription, kind, result) in notifications {
            let params = json!({ "subscription": subscription, "result": result });
            self.say(&json!({ "jsonrpc": "2.0", "method": format!("{kind}Notification"), "params": params }))
                .await?;
        }
        Some(())
    }

    async fn say(&mut self, message: &Value) -> Option<()> {
        self.socket.send(Message::text(message.to_string())).await.ok()
    }
}
