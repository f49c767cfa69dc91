//! The nodes' websockets: what they tell, and what goes wrong with it.

use std::collections::BTreeMap;

use latchkey_client::{PROGRAM_ID, Pubkey};
use serde_json::{Value, json};
use solana_sdk::sysvar;
use tokio::sync::mpsc;

use super::node;
use super::plan::Fault;
use super::world::World;

/// Slots between two notifications of slots: the Clock is told in each.
const TELL_SLOTS: u64 = 8;

enum Topic {
    Clock,
    Slot,
    Program,
    Account(Pubkey, Value),
}

/// A websocket as its node has it.
pub(super) struct Socket {
    node: usize,
    out: mpsc::UnboundedSender<String>,
    topics: BTreeMap<u64, Topic>,
    last: u64,
    /// The newest confirmed slot whose changes were told.
    told: u64,
    /// What is told later.
    held: Vec<String>,
}

impl World {
    /// A websocket is opened. `None` if the node takes none.
    pub fn open(&mut self, node: usize, out: mpsc::UnboundedSender<String>) -> Option<u64> {
        if self.strikes(Fault::SocketLost, Some(node)) {
            return None;
        }
        self.last_socket += 1;
        let told = self.view(node).confirmed(&self.chain);
        let socket = Socket { node, out, topics: BTreeMap::new(), last: 0, told, held: Vec::new() };
        self.sockets.insert(self.last_socket, socket);
        Some(self.last_socket)
    }

    /// The client has gone.
    pub fn hang_up(&mut self, number: u64) {
        self.sockets.remove(&number);
    }

    /// The client says something.
    pub fn hear(&mut self, number: u64, text: &str) {
        let Some(socket) = self.sockets.get_mut(&number) else { return };
        let request: Value = serde_json::from_str(text).unwrap_or_default();
        let params = &request["params"];
        let topic = match request["method"].as_str().unwrap_or_default() {
            "slotSubscribe" => Some(Topic::Slot),
            "programSubscribe" => Some(Topic::Program),
            "accountSubscribe" if params[0] == sysvar::clock::ID.to_string() => Some(Topic::Clock),
            "accountSubscribe" => {
                node::address(&params[0]).ok().map(|key| Topic::Account(key, params[1]["dataSlice"].clone()))
            }
            _ => None,
        };
        let result = if let Some(topic) = topic {
            socket.last += 1;
            socket.topics.insert(socket.last, topic);
            json!(socket.last)
        } else {
            params[0].as_u64().map(|number| socket.topics.remove(&number));
            json!(true)
        };
        let answer = json!({ "jsonrpc": "2.0", "id": request["id"], "result": result });
        let _ = socket.out.send(answer.to_string());
    }

    /// Whether a node's websockets say anything, pongs among it.
    pub fn answers_pings(&mut self, number: u64) -> bool {
        let Some(node) = self.sockets.get(&number).map(|socket| socket.node) else { return false };
        !self.strikes(Fault::SocketMute, Some(node))
    }

    /// Tells one socket what is new.
    pub(super) fn push(&mut self, number: u64) {
        let Some(node) = self.sockets.get(&number).map(|socket| socket.node) else { return };
        if self.strikes(Fault::SocketLost, Some(node)) {
            self.sockets.remove(&number);
            return;
        }
        if self.strikes(Fault::SocketMute, Some(node)) {
            return;
        }
        let view = self.view(node);
        let (slot, confirmed) = (view.processed(&self.chain), view.confirmed(&self.chain));
        let Some(mut socket) = self.sockets.remove(&number) else { return };
        let mut told = std::mem::take(&mut socket.held);
        let changed = self.chain.changed(socket.told, confirmed);
        let mut accounts = Vec::new();
        for (subscription, topic) in &socket.topics {
            let value = match topic {
                Topic::Clock => {
                    let clock = view.clock(&self.chain, slot);
                    ("account", slot, node::account_json(&clock, &Value::Null))
                }
                Topic::Slot if self.chain.slot().is_multiple_of(TELL_SLOTS) => {
                    let value = json!({ "slot": slot, "parent": slot - 1, "root": slot.saturating_sub(32) });
                    let params = json!({ "subscription": subscription, "result": value });
                    told.push(notification("slot", &params));
                    continue;
                }
                Topic::Slot => continue,
                Topic::Program => {
                    for (key, at) in &changed {
                        let account = self.chain.account(key, confirmed.saturating_sub(view.stale));
                        if let Some(account) = account.filter(|account| account.owner == PROGRAM_ID) {
                            let value =
                                json!({ "context": { "slot": at }, "value": node::keyed(key, &account) });
                            let params = json!({ "subscription": subscription, "result": value });
                            accounts.push(notification("program", &params));
                        }
                    }
                    continue;
                }
                Topic::Account(key, slice) => {
                    let Some(at) = changed.get(key) else { continue };
                    let Some(account) = self.chain.account(key, confirmed.saturating_sub(view.stale)) else {
                        continue;
                    };
                    ("account", *at, node::account_json(&account, slice))
                }
            };
            let (kind, slot, value) = value;
            let result = json!({ "context": { "slot": slot }, "value": value });
            told.push(notification(kind, &json!({ "subscription": subscription, "result": result })));
        }
        socket.told = socket.told.max(confirmed);
        self.told_wrong(node, true);
        for account in accounts {
            if self.strikes(Fault::UpdatesDropped, Some(node)) {
                continue;
            }
            if self.strikes(Fault::UpdatesReordered, Some(node)) {
                socket.held.push(account);
                continue;
            }
            if self.strikes(Fault::UpdatesDuplicated, Some(node)) {
                told.push(account.clone());
            }
            told.push(account);
        }
        // The last becomes the first.
        socket.held.reverse();
        for text in told {
            let _ = socket.out.send(text);
        }
        self.sockets.insert(number, socket);
    }
}

fn notification(kind: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "method": format!("{kind}Notification"), "params": params }).to_string()
}
