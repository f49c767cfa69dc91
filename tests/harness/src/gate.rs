//! A gate in a network connection: lets bytes pass, holds them back in either direction, or cuts the line. With it a test
//! kills a keeper between two steps exactly, whatever the speed of the machine.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{broadcast, watch},
    task::JoinHandle,
    time::timeout,
};

/// What passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    /// Everything.
    Open,
    /// Nothing toward the server; its answers pass.
    HoldRequests,
    /// Nothing toward the client; its requests pass.
    HoldAnswers,
    /// Everything but transactions: a line on which one comes is dropped before it arrives.
    NoTransactions,
}

/// What a call that brings a transaction to a node has in it.
const TRANSACTION: &[u8] = b"\"sendTransaction\"";

/// A port of this machine that leads to another through a gate.
#[derive(Debug)]
pub struct Gate {
    port: u16,
    passage: watch::Sender<Passage>,
    cut: broadcast::Sender<()>,
    held: Arc<watch::Sender<u64>>,
    listener: JoinHandle<()>,
}

impl Gate {
    /// An open gate to a port of this machine, itself on a free port.
    pub async fn to(server: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let (passage, _) = watch::channel(Passage::Open);
        let (cut, _) = broadcast::channel(1);
        let held = Arc::new(watch::Sender::new(0));
        let task = {
            let (passage, cut, held) = (passage.clone(), cut.clone(), Arc::clone(&held));
            tokio::spawn(async move {
                while let Ok((client, _)) = listener.accept().await {
                    let line =
                        Line { passage: passage.subscribe(), cut: cut.subscribe(), held: Arc::clone(&held) };
                    tokio::spawn(line.run(client, server));
                }
            })
        };
        Ok(Self { port, passage, cut, held, listener: task })
    }

    /// Where clients connect.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Changes what passes, for lines that exist and lines to come. What was held passes if it may now.
    pub fn set(&self, passage: Passage) {
        self.held.send_replace(0);
        self.passage.send_replace(passage);
    }

    /// Drops every line, with whatever it holds. New lines are accepted.
    pub fn cut(&self) {
        let _ = self.cut.send(());
    }

    /// Waits until something is held back.
    pub async fn holds_something(&self, limit: Duration) -> Result<()> {
        let mut held = self.held.subscribe();
        timeout(limit, held.wait_for(|bytes| *bytes > 0)).await.context("nothing came to the gate")??;
        Ok(())
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.listener.abort();
        self.cut();
    }
}

/// One connection through the gate.
struct Line {
    passage: watch::Receiver<Passage>,
    cut: broadcast::Receiver<()>,
    held: Arc<watch::Sender<u64>>,
}

impl Line {
    async fn run(mut self, client: TcpStream, server: u16) {
        let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await else { return };
        let (_, _) = (client.set_nodelay(true), server.set_nodelay(true));
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let there = pass(from_client, to_server, self.passage.clone(), Passage::HoldRequests, &self.held);
        let back = pass(from_server, to_client, self.passage.clone(), Passage::HoldAnswers, &self.held);
        tokio::select! {
            // The cut comes first: what was held is not let through by a gate that opens right after it.
            biased;
            _ = self.cut.recv() => {}
            ((), ()) = async { tokio::join!(there, back) } => {}
        }
    }
}

/// Moves bytes one way, waiting before each write until that way is not the one held.
async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut passage: watch::Receiver<Passage>,
    holds: Passage,
    held: &watch::Sender<u64>,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if *passage.borrow() == holds {
            held.send_modify(|bytes| *bytes += count as u64);
        }
        let may_pass = passage.wait_for(|now| *now != holds).await.is_ok();
        let refuses = *passage.borrow() == Passage::NoTransactions;
        if refuses && buffer[..count].windows(TRANSACTION.len()).any(|bytes| bytes == TRANSACTION) {
            return;
        }
        if !may_pass || to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}

/// Two gates for a validator: its RPC, and its websocket.
#[derive(Debug)]
pub struct TwinGate {
    /// RPC.
    pub rpc: Gate,
    /// Websocket.
    pub websocket: Gate,
}

impl TwinGate {
    /// Open gates to a validator's RPC and websocket ports.
    pub async fn to(rpc: u16, websocket: u16) -> Result<Self> {
        Ok(Self { rpc: Gate::to(rpc).await?, websocket: Gate::to(websocket).await? })
    }

    /// Changes what passes either.
    pub fn set(&self, passage: Passage) {
        self.rpc.set(passage);
        self.websocket.set(passage);
    }

    /// Drops every line through either.
    pub fn cut(&self) {
        self.rpc.cut();
        self.websocket.cut();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that answers each byte with that byte plus one.
    async fn server() -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    while let Ok(byte) = stream.read_u8().await {
                        stream.write_u8(byte + 1).await.unwrap();
                    }
                });
            }
        });
        port
    }

    async fn answer(client: &mut TcpStream) -> Option<u8> {
        timeout(Duration::from_millis(200), client.read_u8()).await.ok()?.ok()
    }

    #[tokio::test]
    async fn what_is_held_passes_when_the_gate_opens() {
        let gate = Gate::to(server().await).await.unwrap();
        let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, gate.port())).await.unwrap();
        client.write_u8(1).await.unwrap();
        assert_eq!(answer(&mut client).await, Some(2));
        for passage in [Passage::HoldRequests, Passage::HoldAnswers] {
            gate.set(passage);
            client.write_u8(5).await.unwrap();
            gate.holds_something(Duration::from_secs(5)).await.unwrap();
            assert_eq!(answer(&mut client).await, None);
            gate.set(Passage::Open);
            assert_eq!(answer(&mut client).await, Some(6));
        }
    }

    #[tokio::test]
    async fn a_line_that_brings_a_transaction_is_dropped_where_none_may_pass() {
        let gate = Gate::to(server().await).await.unwrap();
        gate.set(Passage::NoTransactions);
        let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, gate.port())).await.unwrap();
        client.write_u8(1).await.unwrap();
        assert_eq!(client.read_u8().await.unwrap(), 2);
        client.write_all(br#"{"method":"sendTransaction"}"#).await.unwrap();
        assert!(client.read_u8().await.is_err());
    }

    #[tokio::test]
    async fn what_is_held_when_the_line_is_cut_never_arrives() {
        let gate = Gate::to(server().await).await.unwrap();
        let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, gate.port())).await.unwrap();
        gate.set(Passage::HoldRequests);
        client.write_u8(1).await.unwrap();
        gate.holds_something(Duration::from_secs(5)).await.unwrap();
        gate.cut();
        gate.set(Passage::Open);
        assert_eq!(client.read_u8().await.unwrap_err().kind(), std::io::ErrorKind::UnexpectedEof);
        let mut next = TcpStream::connect((Ipv4Addr::LOCALHOST, gate.port())).await.unwrap();
        next.write_u8(8).await.unwrap();
        assert_eq!(answer(&mut next).await, Some(9));
    }
}
