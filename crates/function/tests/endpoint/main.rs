//! What the endpoint answers, asked over real connections. The chain is one of real encoded accounts in memory.

mod binary;
#[path = "../common/mod.rs"]
mod common;
mod http;
mod node;
mod page;
mod unlocks;

use std::sync::Arc;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::*;
use ed25519_dalek::SigningKey;
use latchkey::state::{Action, Claim, LoanStatus};
use latchkey_function::http::event::{CONTENT_TYPE, Event};
use latchkey_function::http::reply::Reply;
use latchkey_function::mqtt::{MqttConfig, SessionCourier};
use latchkey_function::server::{Limits, router};
use latchkey_function::{ChainReader, Courier, Function, FunctionConfig, invoke};
use latchkey_link::http::reqwest::header::{HeaderMap, RETRY_AFTER};
use latchkey_link::http::reqwest::{Client, Response};
use latchkey_link::http::serve;
use latchkey_protocol::Outcome as CarOutcome;
use latchkey_protocol::cosigned::Cosigned;
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{HandOverReceipt, Release};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

/// How long a test waits for what must happen.
pub const LIMIT: Duration = Duration::from_secs(30);

/// A function that listens on a port of its own.
pub struct Endpoint {
    pub url: String,
    pub client: Client,
    port: u16,
    serving: JoinHandle<()>,
}

impl Endpoint {
    pub async fn start(function: Function) -> Self {
        let limits =
            Limits { max_wait: Duration::from_secs(3), max_calls: 64, cors_origins: vec!["*".to_owned()] };
        Self::limited(function, limits).await
    }

    pub async fn limited(function: Function, limits: Limits) -> Self {
        let router = router(function, &limits).unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let never = std::future::pending();
        let serving = tokio::spawn(async move { serve(listener, router, never, LIMIT).await.unwrap() });
        let client = Client::builder().no_proxy().timeout(LIMIT).build().unwrap();
        Self { url: format!("http://127.0.0.1:{port}"), client, port, serving }
    }

    /// A function on this chain, with this courier.
    pub async fn of(chain: impl ChainReader + 'static, courier: Arc<dyn Courier>) -> Self {
        Self::start(Function::new(FunctionConfig::default(), command_keys(), Arc::new(chain), courier)).await
    }

    /// A function and a car that obeys.
    async fn obedient(call: &CallFixture) -> Self {
        Self::of(Chain::of(call), obedient(call)).await
    }

    pub async fn post(&self, event: &Event) -> Answer {
        self.post_body(serde_json::to_vec(event).unwrap()).await
    }

    async fn post_body(&self, body: Vec<u8>) -> Answer {
        let call = self.client.post(&self.url).header("content-type", CONTENT_TYPE).body(body);
        Answer::read(call.send().await.unwrap()).await
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// An answer with its JSON read.
#[derive(Debug)]
pub struct Answer {
    pub code: u16,
    pub retry_after: Option<String>,
    pub headers: HeaderMap,
    pub reply: Reply,
}

impl Answer {
    pub async fn read(response: Response) -> Self {
        let headers = response.headers().clone();
        assert_eq!(headers["content-type"], "application/json");
        let retry_after = headers.get(RETRY_AFTER).map(|value| value.to_str().unwrap().to_owned());
        let code = response.status().as_u16();
        let reply = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        Self { code, retry_after, headers, reply }
    }

    #[track_caller]
    pub fn assert(&self, code: u16, reason: &str) {
        assert_eq!((self.code, self.reply.reason.as_str()), (code, reason), "{self:?}");
        assert!(!self.reply.message.is_empty(), "{self:?}");
        assert_eq!(self.retry_after.is_some(), [202, 429, 503].contains(&code), "{self:?}");
    }
}

fn obedient(call: &CallFixture) -> Arc<TestCourier> {
    let car = call.car.clone();
    TestCourier::to(move |parcel| vec![receipt(&car, &parcel.envelope, CarOutcome::Applied)])
}

/// The keeper's event for a call.
pub fn event(call: &CallFixture) -> Event {
    event_of(&keeper(), call.address(), call.now)
}

pub fn event_of(asker: &SigningKey, invocation: Pubkey, now: i64) -> Event {
    Event::new(&invoke(asker, invocation, now), &public(asker), &invocation, None)
}

/// What the endpoint answers the keeper after this change, when nothing may be sent to the car.
async fn refused(action: Action, change: impl FnOnce(&mut CallFixture)) -> Answer {
    let mut call = CallFixture::new(action);
    change(&mut call);
    let courier = obedient(&call);
    let endpoint = Endpoint::of(Chain::of(&call), courier.clone()).await;
    let answer = endpoint.post(&event(&call)).await;
    assert!(courier.parcels().is_empty(), "{answer:?}");
    answer
}

#[tokio::test]
async fn the_cars_receipt_comes_back_byte_for_byte() {
    for action in Action::ALL {
        let call = CallFixture::new(action);
        let answer = Endpoint::obedient(&call).await.post(&event(&call)).await;
        answer.assert(200, "done");
        let receipt = Envelope::open(&STANDARD.decode(answer.reply.receipt.unwrap()).unwrap()).unwrap();
        assert_eq!(receipt.signer, call.car.verifying_key().to_bytes());
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn what_is_no_event_is_refused_by_name() {
    let call = CallFixture::new(Action::Lock);
    let endpoint = Endpoint::obedient(&call).await;
    let changed = |change: fn(&mut Value)| {
        let mut json = serde_json::to_value(event(&call)).unwrap();
        change(&mut json);
        serde_json::to_vec(&json).unwrap()
    };
    for body in [
        b"{".to_vec(),
        b"<html>".to_vec(),
        Vec::new(),
        changed(|event| event["type"] = json!("com.example.other")),
        changed(|event| event["specversion"] = json!("2.0")),
        changed(|event| event["subject"] = json!("somebody")),
        changed(|event| event["data_base64"] = json!("not base64!")),
    ] {
        endpoint.post_body(body).await.assert(400, "bad_event");
    }
    for kind in ["application/json", "text/plain"] {
        let call = endpoint.client.post(&endpoint.url).header("content-type", kind).body(changed(|_| {}));
        Answer::read(call.send().await.unwrap()).await.assert(415, "wrong_content_type");
    }
    let with_charset =
        endpoint.client.post(&endpoint.url).header("content-type", format!("{CONTENT_TYPE}; charset=utf-8"));
    Answer::read(with_charset.body(changed(|_| {})).send().await.unwrap()).await.assert(200, "done");
    let got = endpoint.client.get(&endpoint.url).send().await.unwrap();
    Answer::read(got).await.assert(405, "wrong_method");
    let elsewhere = endpoint.client.get(format!("{}/admin", endpoint.url)).send().await.unwrap();
    Answer::read(elsewhere).await.assert(404, "not_found");
}

#[tokio::test]
async fn an_event_has_at_most_four_kilobytes() {
    let call = CallFixture::new(Action::Lock);
    let endpoint = Endpoint::obedient(&call).await;
    let of_length = |length: usize| {
        let mut json = serde_json::to_value(event(&call)).unwrap();
        json["pad"] = json!("");
        let empty = serde_json::to_vec(&json).unwrap().len();
        json["pad"] = json!("x".repeat(length - empty));
        serde_json::to_vec(&json).unwrap()
    };
    endpoint.post_body(of_length(4_096)).await.assert(200, "done");
    endpoint.post_body(of_length(4_097)).await.assert(413, "too_large");
    endpoint.post_body(vec![b' '; 10 << 20]).await.assert(413, "too_large");
}

#[tokio::test]
async fn a_body_that_never_arrives_holds_nothing_up() {
    let call = CallFixture::new(Action::Lock);
    let endpoint = Endpoint::obedient(&call).await;
    let mut slow = TcpStream::connect(("127.0.0.1", endpoint.port)).await.unwrap();
    let head = format!(
        "POST / HTTP/1.1\r\nhost: f\r\ncontent-type: {CONTENT_TYPE}\r\ncontent-length: 400\r\n\r\n{{"
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    endpoint.post(&event(&call)).await.assert(200, "done");
    let mut said = [0; 12];
    timeout(LIMIT, slow.read_exact(&mut said)).await.expect("an answer").unwrap();
    assert_eq!(&said, b"HTTP/1.1 408");
}

#[tokio::test]
async fn forged_foreign_and_stale_requests_are_told_apart() {
    let call = CallFixture::new(Action::Lock);
    let endpoint = Endpoint::obedient(&call).await;
    let sent = |request: Vec<u8>| {
        let mut event = event(&call);
        event.data_base64 = STANDARD.encode(request);
        event
    };
    let good = invoke(&keeper(), call.address(), call.now);
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    endpoint.post(&sent(forged)).await.assert(401, "bad_signature");
    let payload = Envelope::open(&good).unwrap().payload;
    let by_another = Envelope::seal(&key(9), &payload).to_bytes();
    endpoint.post(&sent(by_another)).await.assert(401, "not_the_signer");
    let other_kind = Envelope::seal(&keeper(), b"latchkey:receipt and more").to_bytes();
    endpoint.post(&sent(other_kind)).await.assert(422, "not_an_invoke");
    let mut elsewhere = latchkey_protocol::Invoke::decode(&payload).unwrap();
    elsewhere.program = [1; 32];
    let elsewhere = Envelope::seal(&keeper(), &elsewhere.encode()).to_bytes();
    endpoint.post(&sent(elsewhere)).await.assert(422, "other_program");
    for (signed_at, fresh) in [(NOW - 121, false), (NOW - 120, true), (NOW + 120, true), (NOW + 121, false)] {
        let answer = endpoint.post(&event_of(&keeper(), call.address(), signed_at)).await;
        answer.assert(if fresh { 200 } else { 503 }, if fresh { "done" } else { "stale" });
    }
}

#[tokio::test]
async fn a_call_is_refused_for_what_the_chain_says() {
    let another = Claim { keeper: public(&key(9)), lease_end: LEASE_END, bond: 0 };
    refused(Action::Lock, |call| call.invocation.set_claim(Some(another)))
        .await
        .assert(403, "lease_of_another");
    refused(Action::Lock, |call| call.invocation.set_claim(None)).await.assert(503, "unclaimed");
    refused(Action::Lock, |call| call.now = LEASE_END).await.assert(410, "lease_over");
    refused(Action::Warn, |call| (call.invocation.expires_at, call.now) = (1_100, 1_100))
        .await
        .assert(410, "expired");
    refused(Action::Unlock, |call| call.vehicle.last_seq_asked = 8).await.assert(409, "superseded");
    refused(Action::Lock, |call| call.wallet = 1_000).await.assert(409, "not_due");
    refused(Action::Lock, |call| call.invocation.required = 2).await.assert(422, "needs_several");
    let unknown = [Pubkey::new_unique(); 3];
    refused(Action::Lock, |call| call.invocation.command_keys = unknown).await.assert(422, "key_not_held");
    refused(Action::Lock, |call| call.lender.first_authority = Pubkey::new_unique())
        .await
        .assert(422, "foreign");
}

#[tokio::test]
async fn an_invocation_that_is_not_there_is_over_for_a_node_that_does_not_lag() {
    let call = CallFixture::new(Action::Lock);
    let endpoint = Endpoint::of(Chain::default(), obedient(&call)).await;
    let mut event = event(&call);
    endpoint.post(&event).await.assert(503, "missing");
    event.seenslot = Some("7".to_owned());
    endpoint.post(&event).await.assert(410, "closed");
}

#[tokio::test]
async fn what_the_car_says_is_passed_on() {
    for (outcome, code, reason) in [
        (CarOutcome::RefusedExpired, 410, "car_says_expired"),
        (CarOutcome::RefusedSuperseded, 409, "car_says_superseded"),
        (CarOutcome::RefusedUnsafe, 503, "car_says_unsafe"),
        (CarOutcome::RefusedNoTime, 503, "car_says_no_time"),
        (CarOutcome::RefusedService, 409, "car_says_service"),
        (CarOutcome::RefusedTooLong, 409, "car_says_too_long"),
        (CarOutcome::Armed, 202, "armed"),
    ] {
        let call = CallFixture::new(Action::Lock);
        let car = call.car.clone();
        let courier = TestCourier::to(move |parcel| vec![receipt(&car, &parcel.envelope, outcome)]);
        let endpoint = Endpoint::of(Chain::of(&call), courier).await;
        endpoint.post(&event(&call)).await.assert(code, reason);
    }
}

#[tokio::test]
async fn a_car_that_is_silent_is_waited_for_as_long_as_the_asker_likes() {
    let call = CallFixture::new(Action::Lock);
    let endpoint = Endpoint::of(Chain::of(&call), TestCourier::to(|_| Vec::new())).await;
    let began = Instant::now();
    let asked =
        endpoint.client.post(&endpoint.url).header("content-type", CONTENT_TYPE).header("prefer", "wait=3");
    let answer = asked.body(serde_json::to_vec(&event(&call)).unwrap()).send().await.unwrap();
    assert_eq!(answer.headers()["preference-applied"], "wait=3");
    Answer::read(answer).await.assert(202, "waiting");
    assert!(began.elapsed() >= Duration::from_secs(3), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_broker_that_is_down_is_no_reason_to_give_a_lease_back() {
    let call = CallFixture::new(Action::Lock);
    // Nothing listens on port 9.
    let broker = MqttConfig { host: "127.0.0.1".to_owned(), port: 9, ..MqttConfig::default() };
    let courier = Arc::new(SessionCourier::new(&broker).unwrap());
    let endpoint = Endpoint::of(Chain::of(&call), courier).await;
    endpoint.post(&event(&call)).await.assert(503, "not_sent");
}

#[tokio::test]
async fn a_chain_that_does_not_answer_is_no_reason_either() {
    let call = CallFixture::new(Action::Lock);
    let chain = Chain::of(&call);
    chain.break_down();
    let endpoint = Endpoint::of(chain, obedient(&call)).await;
    let answer = endpoint.post(&event(&call)).await;
    answer.assert(503, "chain_unreadable");
    let health = endpoint.client.get(format!("{}/healthz", endpoint.url)).send().await.unwrap();
    assert_eq!(health.status().as_u16(), 503);
}

#[tokio::test]
async fn health_means_that_the_chain_answers() {
    let call = CallFixture::new(Action::Lock);
    let endpoint = Endpoint::obedient(&call).await;
    let health = endpoint.client.get(format!("{}/healthz", endpoint.url)).send().await.unwrap();
    assert_eq!(health.status().as_u16(), 200);
    let said: Value = serde_json::from_slice(&health.bytes().await.unwrap()).unwrap();
    assert_eq!(
        (&said["chain_time"], &said["command_keys"][0]),
        (&json!(NOW), &json!(public(&command_key()).to_string()))
    );
}

#[tokio::test]
async fn more_calls_than_it_takes_at_once_are_told_to_come_back() {
    let call = CallFixture::new(Action::Lock);
    let function = Function::new(
        FunctionConfig::default(),
        command_keys(),
        Arc::new(Chain::of(&call)),
        TestCourier::to(|_| Vec::new()),
    );
    let limits =
        Limits { max_wait: Duration::from_secs(4), max_calls: 1, cors_origins: vec!["*".to_owned()] };
    let endpoint = Endpoint::limited(function.clone(), limits).await;
    let event = event(&call);
    let (first, second) = tokio::join!(endpoint.post(&event), async {
        while function.stats().commands_signed == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        endpoint.post(&event).await
    });
    first.assert(202, "waiting");
    second.assert(429, "busy");
}

#[tokio::test]
async fn a_page_may_call_it_from_origins_that_are_allowed() {
    let call = CallFixture::new(Action::Unlock);
    let allowed = "https://pay.example.com".to_owned();
    let function =
        Function::new(FunctionConfig::default(), command_keys(), Arc::new(Chain::of(&call)), obedient(&call));
    let limits = Limits { max_wait: LIMIT, max_calls: 1, cors_origins: vec![allowed.clone()] };
    let endpoint = Endpoint::limited(function, limits).await;
    let preflight = |origin: &str| {
        let asked =
            endpoint.client.request("OPTIONS".parse().unwrap(), &endpoint.url).header("origin", origin);
        asked
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,prefer")
            .send()
    };
    let granted = preflight(&allowed).await.unwrap();
    assert_eq!(granted.headers()["access-control-allow-origin"], allowed);
    assert_eq!(granted.headers()["access-control-allow-headers"], "content-type,prefer");
    let denied = preflight("https://evil.example.org").await.unwrap();
    assert!(!denied.headers().contains_key("access-control-allow-origin"));
    for wrong in ["pay.example.com", "https://pay.example.com/", "*.example.com"] {
        let limits = Limits { max_wait: LIMIT, max_calls: 1, cors_origins: vec![wrong.to_owned()] };
        let function = Function::new(
            FunctionConfig::default(),
            command_keys(),
            Arc::new(Chain::of(&call)),
            obedient(&call),
        );
        assert!(router(function, &limits).is_err(), "{wrong}");
    }
}
