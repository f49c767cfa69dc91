//! What HTTP brings beside calls: other paths and methods, pages that read refusals, and the end of the server.

use latchkey_function::rpc::{RpcChain, RpcChainConfig};
use tokio::sync::oneshot;

use super::*;

async fn asked(endpoint: &Endpoint, method: &str, path: &str) -> Answer {
    let url = format!("{}{path}", endpoint.url);
    Answer::read(endpoint.client.request(method.parse().unwrap(), url).send().await.unwrap()).await
}

#[tokio::test]
async fn other_methods_and_paths_are_answered_with_a_reason_too() {
    let call = CallFixture::new(Action::Unlock);
    let endpoint = Endpoint::obedient(&call).await;
    let unlock = format!("/unlock/{}", call.address());
    for method in ["POST", "PUT", "DELETE"] {
        asked(&endpoint, method, &unlock).await.assert(405, "wrong_method");
        asked(&endpoint, method, "/healthz").await.assert(405, "wrong_method");
    }
    asked(&endpoint, "PUT", "/").await.assert(405, "wrong_method");
    for path in ["/unlock", "/unlock/", "/unlock/a/b", "//", "/index.html", "/../etc/passwd"] {
        asked(&endpoint, "GET", path).await.assert(404, "not_found");
    }
    // No UTF-8, no base58, too long, too short.
    for path in ["/unlock/%ff", "/unlock/0OIl", &format!("/unlock/{}", "1".repeat(5_000)), "/unlock/1"] {
        asked(&endpoint, "GET", path).await.assert(400, "bad_address");
    }
}

#[tokio::test]
async fn a_page_can_read_why_it_was_refused_and_when_to_ask_again() {
    let call = CallFixture::new(Action::Lock);
    let endpoint = Endpoint::obedient(&call).await;
    let asked = |body: Vec<u8>| {
        let call = endpoint.client.post(&endpoint.url).header("origin", "https://pay.example.com");
        call.header("content-type", CONTENT_TYPE).body(body).send()
    };
    let stale = event_of(&keeper(), call.address(), NOW - 500);
    for (body, code) in [
        (serde_json::to_vec(&event(&call)).unwrap(), 200),
        (b"{".to_vec(), 400),
        (vec![b' '; 5_000], 413),
        (serde_json::to_vec(&stale).unwrap(), 503),
    ] {
        let answer = asked(body).await.unwrap();
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(answer.status().as_u16(), code);
        assert_eq!(header("access-control-allow-origin").as_deref(), Some("*"), "{code}");
        let exposed = header("access-control-expose-headers").unwrap();
        assert!(exposed.contains("retry-after") && exposed.contains("preference-applied"), "{exposed}");
        // Cookies and other credentials are of no use here.
        assert_eq!(header("access-control-allow-credentials"), None);
    }
}

#[tokio::test]
async fn a_chain_that_is_silent_makes_the_function_unhealthy_in_time() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let chain = RpcChain::new(&RpcChainConfig { rpc_urls: vec![url], timeout_ms: 600_000 }).unwrap();
    let endpoint = Endpoint::of(chain, TestCourier::to(|_| Vec::new())).await;
    let health = endpoint.client.get(format!("{}/healthz", endpoint.url)).send().await.unwrap();
    assert_eq!(health.status().as_u16(), 503);
    let said: Value = serde_json::from_slice(&health.bytes().await.unwrap()).unwrap();
    assert_eq!(said["command_keys"][0], json!(public(&command_key()).to_string()));
}

/// A server that is told to stop while a call waits for a car that never answers: what the caller got, and how the server
/// ended.
async fn stopped_during_a_call(wait: Duration, drain: Duration) -> Result<u16, bool> {
    let call = CallFixture::new(Action::Lock);
    let courier = TestCourier::to(|_| Vec::new());
    let chain = Arc::new(Chain::of(&call));
    let function = Function::new(FunctionConfig::default(), command_keys(), chain, courier);
    let limits = Limits { max_wait: wait, max_calls: 4, cors_origins: vec!["*".to_owned()] };
    let router = router(function.clone(), &limits).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let stopped = async move { _ = stopped.await };
    let serving = tokio::spawn(serve(listener, router, stopped, drain));
    let client = Client::builder().no_proxy().timeout(LIMIT).build().unwrap();
    let asking = client.post(format!("http://{address}")).header("content-type", CONTENT_TYPE);
    let asking = tokio::spawn(asking.body(serde_json::to_vec(&event(&call)).unwrap()).send());
    while function.stats().commands_signed == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.send(()).unwrap();
    while TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    timeout(LIMIT, serving).await.expect("the server ends").unwrap().unwrap();
    match timeout(Duration::from_millis(100), asking).await {
        Ok(answered) => answered.unwrap().map(|answer| answer.status().as_u16()).map_err(|_| true),
        Err(_) => Err(false),
    }
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_takes_no_more_calls_and_ends_those_under_way() {
    assert_eq!(stopped_during_a_call(Duration::from_secs(3), LIMIT).await, Ok(202));
    // One that takes longer than the drain is left.
    let cut_off = stopped_during_a_call(Duration::from_secs(20), Duration::from_millis(10)).await;
    assert!(cut_off.is_err(), "{cut_off:?}");
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let call = CallFixture::new(Action::Lock);
    let endpoint = Endpoint::of(Chain::of(&call), TestCourier::to(|_| Vec::new())).await;
    let mut stream = TcpStream::connect(("127.0.0.1", endpoint.port)).await.unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\n").await.unwrap();
    let flood = async {
        let line = format!("x: {}\r\n", "y".repeat(1_000));
        while stream.write_all(line.as_bytes()).await.is_ok() {}
    };
    timeout(LIMIT, flood).await.expect("the connection is closed");
}
