//! A node is asked at its own address: no redirect leads elsewhere, and no proxy of the environment stands between.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use latchkey_keeper::nodes::{CallError, Method, Network, Nodes};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::setup::one_node;

/// The address that [`a_node_is_asked`] asks.
const NODE: &str = "LATCHKEY_TEST_NODE";

async fn ask(url: &str) -> Result<Value, CallError> {
    let nodes = Nodes::new([url], 1 << 20, Arc::new(Network::new().unwrap()));
    nodes
        .ask(Method::GetLatestBlockhash, json!([{ "commitment": "confirmed" }]))
        .await
        .map(|(value, _)| value)
}

/// A server that answers each request, which is short, with this; and how many it was asked.
async fn server(answer: String) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let (address, asked) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                _ = stream.read(&mut request).await;
                _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    (address, asked)
}

#[tokio::test]
async fn a_redirect_to_another_node_is_not_followed() {
    let (_chain, elsewhere) = one_node().await;
    assert!(ask(&elsewhere.rpc_url()).await.is_ok());
    let before = elsewhere.all_calls();
    for status in ["301 Moved Permanently", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let to = elsewhere.rpc_url();
        let answer = format!("HTTP/1.1 {status}\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
        let (address, asked) = server(answer).await;
        let error = ask(&format!("http://{address}/")).await.unwrap_err();
        assert!(matches!(error, CallError::Status { status: 301..=308, .. }), "{error}");
        assert_eq!((asked.load(Ordering::SeqCst), elsewhere.all_calls()), (1, before), "{status}");
    }
}

#[tokio::test]
async fn the_environments_proxy_is_not_asked_for_a_node() {
    let (_chain, node) = one_node().await;
    let (proxy, asked) = server(String::new()).await;
    // Set for a program of its own: variables belong to the whole process.
    let ran = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "addresses::a_node_is_asked", "--ignored"])
        .env(NODE, node.rpc_url())
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .envs(
            ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]
                .map(|name| (name, format!("http://{proxy}"))),
        )
        .output()
        .await
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
    assert_eq!((node.calls("getLatestBlockhash"), asked.load(Ordering::SeqCst)), (1, 0));
}

#[tokio::test]
#[ignore = "part of the_environments_proxy_is_not_asked_for_a_node"]
async fn a_node_is_asked() {
    ask(&std::env::var(NODE).unwrap()).await.unwrap();
}
