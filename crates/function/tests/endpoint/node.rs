//! The chain behind RPC nodes that lag, fail and drip.

use std::sync::atomic::{AtomicUsize, Ordering};

use latchkey_function::rpc::{RpcChain, RpcChainConfig};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use super::*;

/// How a node behaves.
#[derive(Clone, Copy)]
enum Node {
    /// Answers as of this slot, and says so when a later one is asked for.
    At(u64),
    /// Answers as of this slot whatever is asked for.
    Lying(u64),
    /// Answers with HTML and status 503.
    Broken,
    /// Accepts and never answers.
    Silent,
}

/// A node over a chain in memory; counts what it was asked.
async fn node(chain: Chain, node: Node) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::Relaxed);
            let chain = chain.clone();
            tokio::spawn(async move { serve_one(stream, &chain, node).await });
        }
    });
    (url, asked)
}

/// One request a connection.
async fn serve_one(stream: TcpStream, chain: &Chain, node: Node) {
    let mut stream = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    let request: Value = serde_json::from_slice(&body).unwrap();
    let wanted = request["params"][1]["minContextSlot"].as_u64().unwrap_or(0);
    let (status, body) = match node {
        Node::Silent => return std::future::pending().await,
        Node::Broken => ("503 Service Unavailable", "<html>".to_owned()),
        Node::At(slot) if slot < wanted => {
            let error = json!({ "code": -32_016, "message": "Minimum context slot has not been reached" });
            ("200 OK", json!({ "jsonrpc": "2.0", "id": 1, "error": error }).to_string())
        }
        Node::At(slot) | Node::Lying(slot) => {
            let asked = request["params"][0].as_array().unwrap();
            let addresses: Vec<Pubkey> =
                asked.iter().map(|key| key.as_str().unwrap().parse().unwrap()).collect();
            let found = chain.read(&addresses).await.unwrap().into_iter();
            let shown: Vec<Value> = found
                .map(|account| {
                    let shown = |account: latchkey_function::ChainAccount| {
                        json!({ "owner": account.owner.to_string(), "data": [STANDARD.encode(account.data), "base64"] })
                    };
                    account.map_or(Value::Null, shown)
                })
                .collect();
            let result = json!({ "context": { "slot": slot }, "value": shown });
            ("200 OK", json!({ "jsonrpc": "2.0", "id": 1, "result": result }).to_string())
        }
    };
    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
}

async fn endpoint(call: &CallFixture, nodes: &[Node]) -> (Endpoint, Vec<Arc<AtomicUsize>>) {
    let (mut urls, mut counts) = (Vec::new(), Vec::new());
    for kind in nodes {
        let (url, count) = node(Chain::of(call), *kind).await;
        urls.push(url);
        counts.push(count);
    }
    let chain = RpcChain::new(&RpcChainConfig { rpc_urls: urls, timeout_ms: 500 }).unwrap();
    (Endpoint::of(chain, obedient(call)).await, counts)
}

/// What the function answers a keeper that has seen the invocation at slot 100.
async fn answer(nodes: &[Node]) -> Answer {
    let call = CallFixture::new(Action::Lock);
    let mut event = event(&call);
    event.seenslot = Some("100".to_owned());
    endpoint(&call, nodes).await.0.post(&event).await
}

#[tokio::test]
async fn a_node_that_lags_behind_the_asker_is_not_believed() {
    answer(&[Node::At(99)]).await.assert(503, "node_behind");
    answer(&[Node::Lying(99)]).await.assert(503, "node_behind");
    answer(&[Node::At(100)]).await.assert(200, "done");
    answer(&[Node::At(101)]).await.assert(200, "done");
}

#[tokio::test]
async fn the_next_node_answers_for_one_that_lags_fails_or_is_silent() {
    for first in [Node::At(99), Node::Lying(99), Node::Broken, Node::Silent] {
        answer(&[first, Node::At(100)]).await.assert(200, "done");
    }
    answer(&[Node::Broken, Node::At(99)]).await.assert(503, "node_behind");
    answer(&[Node::Broken, Node::Broken]).await.assert(503, "chain_unreadable");
}

#[tokio::test]
async fn a_chain_that_is_slow_ends_the_call_in_time() {
    let call = CallFixture::new(Action::Lock);
    let (url, _) = node(Chain::of(&call), Node::Silent).await;
    let chain = RpcChain::new(&RpcChainConfig { rpc_urls: vec![url], timeout_ms: 60_000 }).unwrap();
    let endpoint = Endpoint::of(chain, obedient(&call)).await;
    let began = Instant::now();
    endpoint.post(&event(&call)).await.assert(503, "chain_slow");
    // Long before the node's own limit.
    assert!(began.elapsed() < LIMIT, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_call_reads_the_chain_three_times() {
    let call = CallFixture::new(Action::Lock);
    let (endpoint, counts) = endpoint(&call, &[Node::At(1)]).await;
    endpoint.post(&event(&call)).await.assert(200, "done");
    assert_eq!(counts[0].load(Ordering::Relaxed), 3);
}
