//! What the keeper does with what functions at https addresses answer, over real connections. A server here is a function's
//! stand-in: it answers what the test says. The function itself answers in `crates/function/tests/endpoint`.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::SigningKey;
use latchkey::state::Action;
use latchkey_client::protocol::sealed::Envelope;
use latchkey_client::protocol::{Outcome, Receipt};
use latchkey_function::Answers;
use latchkey_function::courier::Replies;
use latchkey_function::http::event::Event;
use latchkey_keeper::core::{CallSigner, FunctionCall, FunctionReply};
use latchkey_keeper::functions::{AtAddress, Functions as _, Receipts, Routed};
use latchkey_link::http::{Outbound, OutboundConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout};

const ADDRESS: [&str; 2] = ["https://first.example.com/", "https://second.example.com/"];
const SLOT: u64 = 5_000_000_000;

fn car() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}

fn keeper() -> SigningKey {
    SigningKey::from_bytes(&[6; 32])
}

fn call(addresses: &[&str], limit_secs: u64) -> FunctionCall {
    let signer = |uri: &&str| CallSigner { key: Pubkey::new_unique(), uri: (*uri).to_owned() };
    FunctionCall {
        invocation: Pubkey::new_from_array([2; 32]),
        vehicle: Pubkey::new_from_array([1; 32]),
        loan: Pubkey::new_from_array([3; 32]),
        lender: Pubkey::new_from_array([4; 32]),
        mint: Pubkey::new_from_array([7; 32]),
        device_key: Pubkey::from(car().verifying_key().to_bytes()),
        seq: 3,
        action: Action::Lock,
        required: 1,
        signers: addresses.iter().map(signer).collect(),
        slot: SLOT,
        now: 1_000,
        limit_secs,
    }
}

/// The car's signed receipt for the call, with something changed before a key signs it.
fn receipt(by: &SigningKey, change: impl FnOnce(&mut Receipt)) -> Vec<u8> {
    let call = call(&[], 0);
    let mut receipt = Receipt {
        program: latchkey::ID.to_bytes(),
        vehicle: call.vehicle.to_bytes(),
        invocation: call.invocation.to_bytes(),
        seq: call.seq,
        action: call.action,
        outcome: Outcome::Applied,
        device_time: 1_005,
        command_hash: [4; 32],
    };
    change(&mut receipt);
    Envelope::seal(by, &receipt.encode()).to_bytes()
}

fn good() -> Vec<u8> {
    receipt(&car(), |_| {})
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}")
}

fn json(status: &str, headers: &str, body: &str) -> String {
    answer(status, &format!("content-type: application/json\r\n{headers}"), body)
}

fn done(receipt: &[u8]) -> String {
    let receipt = STANDARD.encode(receipt);
    json("200 OK", "", &format!(r#"{{"reason":"done","message":"","receipt":"{receipt}"}}"#))
}

/// The same as long as this, bytes of the body.
fn done_of_length(length: usize) -> String {
    let receipt = STANDARD.encode(good());
    let body = |pad: &str| format!(r#"{{"reason":"done","message":"{pad}","receipt":"{receipt}"}}"#);
    json("200 OK", "", &body(&"x".repeat(length - body("").len())))
}

fn not_yet() -> String {
    json("202 Accepted", "retry-after: 0\r\n", r#"{"reason":"waiting","message":""}"#)
}

fn later(reason: &str) -> String {
    let body = format!(r#"{{"reason":"{reason}","message":""}}"#);
    json("503 Service Unavailable", "retry-after: 0\r\n", &body)
}

/// A server that gives one answer after the other, the last one again and again.
struct Server {
    address: String,
    asked: Arc<AtomicUsize>,
    events: Arc<Mutex<Vec<Event>>>,
}

impl Server {
    async fn that_says(answers: Vec<String>) -> Self {
        Self::that(move |mut stream, at| {
            let answer = answers[at.min(answers.len() - 1)].clone();
            async move { _ = stream.write_all(answer.as_bytes()).await }
        })
        .await
    }

    async fn that<F: Future<Output = ()> + Send + 'static>(
        treats: impl Fn(TcpStream, usize) -> F + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let server = Self { address, asked: Arc::default(), events: Arc::default() };
        let (asked, events) = (Arc::clone(&server.asked), Arc::clone(&server.events));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let event = read(&mut stream).await;
                events.lock().unwrap().push(event);
                tokio::spawn(treats(stream, asked.fetch_add(1, Ordering::SeqCst)));
            }
        });
        server
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// The event in a request, which is in `content-length` bytes after its head.
async fn read(stream: &mut TcpStream) -> Event {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    assert!(
        head.contains("content-type: application/cloudevents+json") && head.contains("prefer: wait="),
        "{head}"
    );
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
    serde_json::from_slice(&body).unwrap()
}

/// A keeper that may call these servers, each by its name in [`ADDRESS`].
fn routed(servers: &[&Server], receipts: Option<Arc<dyn Receipts>>) -> Routed {
    let hosts: Vec<String> =
        ADDRESS.iter().map(|address| address.split('/').nth(2).unwrap().to_owned()).collect();
    let local = hosts.iter().cloned().zip(servers.iter().map(|server| server.address.clone()));
    let config = OutboundConfig { loopback: local.collect(), hosts, ca: None };
    Routed::new(None, AtAddress::new(Outbound::new(&config).unwrap(), keeper(), receipts))
}

async fn reply(answers: Vec<String>) -> (FunctionReply, usize) {
    let server = Server::that_says(answers).await;
    let reply = routed(&[&server], None).call(&call(&ADDRESS[..1], 30)).await;
    (reply, server.asked())
}

fn is_receipt(reply: &FunctionReply) -> bool {
    matches!(reply, FunctionReply::Receipt(receipt) if receipt.to_bytes() == good())
}

#[tokio::test]
async fn the_cars_receipt_is_brought() {
    let server = Server::that_says(vec![done(&good())]).await;
    assert!(is_receipt(&routed(&[&server], None).call(&call(&ADDRESS[..1], 30)).await));
    let events = server.events.lock().unwrap();
    let [event] = &events[..] else { panic!("{events:?}") };
    assert_eq!(event.subject, call(&[], 0).invocation.to_string());
    assert_eq!(event.source, Pubkey::from(keeper().verifying_key().to_bytes()).to_string());
    assert_eq!(event.seenslot.as_deref(), Some("5000000000"));
}

#[tokio::test]
async fn a_receipt_that_is_not_this_cars_for_this_call_is_refused_and_not_asked_for_again() {
    let stranger = SigningKey::from_bytes(&[7; 32]);
    let mut torn = good();
    *torn.last_mut().unwrap() ^= 1;
    for wrong in [
        receipt(&stranger, |_| {}),
        receipt(&car(), |receipt| receipt.seq = 2),
        receipt(&car(), |receipt| receipt.vehicle = [9; 32]),
        receipt(&car(), |receipt| receipt.invocation = [9; 32]),
        receipt(&car(), |receipt| receipt.program = [9; 32]),
        receipt(&car(), |receipt| receipt.action = Action::Unlock),
        receipt(&car(), |receipt| receipt.outcome = Outcome::RefusedUnsafe),
        torn,
        Vec::new(),
    ] {
        let (reply, asked) = reply(vec![done(&wrong)]).await;
        assert!(matches!(reply, FunctionReply::Refused), "{reply:?}");
        assert_eq!(asked, 1);
    }
}

#[tokio::test]
async fn what_is_no_function_is_refused_and_not_asked_again() {
    let elsewhere = Server::that_says(vec![done(&good())]).await;
    let to = |status: &str| answer(status, &format!("location: {}\r\n", elsewhere.address), "");
    for answers in [
        to("301 Moved Permanently"),
        to("302 Found"),
        to("307 Temporary Redirect"),
        to("308 Permanent Redirect"),
        answer("200 OK", "content-type: text/html\r\n", "<html>welcome</html>"),
        json("200 OK", "", "<html>welcome</html>"),
        json("200 OK", "", "{}"),
        answer("202 Accepted", "content-type: text/html\r\n", "<html>stored</html>"),
        answer("204 No Content", "", ""),
        json("200 OK", "", &"x".repeat(10 << 20)),
        json("403 Forbidden", "", r#"{"reason":"lease_of_another","message":""}"#),
        json("410 Gone", "", r#"{"reason":"expired","message":""}"#),
    ] {
        let (reply, asked) = reply(vec![answers]).await;
        assert!(matches!(reply, FunctionReply::Refused), "{reply:?}");
        assert_eq!(asked, 1);
    }
    assert_eq!(elsewhere.asked(), 0, "no redirect is followed");
}

#[tokio::test]
async fn an_answer_has_at_most_sixteen_kilobytes() {
    let (fits, _) = reply(vec![done_of_length(16 << 10)]).await;
    assert!(is_receipt(&fits), "{fits:?}");
    let (longer, asked) = reply(vec![done_of_length((16 << 10) + 1)]).await;
    assert!(matches!(longer, FunctionReply::Refused), "{longer:?}");
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn a_function_that_says_later_is_asked_a_few_times_and_the_lease_is_kept() {
    for answers in [
        later("chain_slow"),
        answer("502 Bad Gateway", "content-type: text/html\r\n", "<html>"),
        answer("500 Internal Server Error", "", ""),
        json("429 Too Many Requests", "retry-after: 0\r\n", r#"{"reason":"busy","message":""}"#),
        // Cut off: killed between publish and receipt.
        String::new(),
    ] {
        let (reply, asked) = reply(vec![answers]).await;
        assert!(matches!(reply, FunctionReply::Retry), "{reply:?}");
        assert_eq!(asked, 4);
    }
    let (reply, asked) = reply(vec![later("unclaimed"), String::new(), not_yet(), done(&good())]).await;
    assert!(is_receipt(&reply), "{reply:?}");
    assert_eq!(asked, 4);
}

#[tokio::test]
async fn a_car_that_is_silent_is_waited_for_until_the_lease_is_of_no_more_use() {
    let server = Server::that_says(vec![not_yet()]).await;
    let began = Instant::now();
    let reply = routed(&[&server], None).call(&call(&ADDRESS[..1], 3)).await;
    assert!(matches!(reply, FunctionReply::Retry), "{reply:?}");
    assert!(began.elapsed() >= Duration::from_secs(2), "{:?}", began.elapsed());
    // Every half second at most, although the function says "at once".
    assert!((2..=6).contains(&server.asked()), "{}", server.asked());
    let events = server.events.lock().unwrap();
    let ids: std::collections::HashSet<&str> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids.len(), events.len(), "each try has a new id");
}

#[tokio::test]
async fn an_answer_that_drips_ends_with_the_call() {
    let server = Server::that(|mut stream, _| async move {
        _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n").await;
        while stream.write_all(b"x").await.is_ok() {
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    // The drip has no end: the call has.
    let call = call(&ADDRESS[..1], 3);
    let routed = routed(&[&server], None);
    let reply = timeout(Duration::from_secs(30), routed.call(&call)).await.expect("it ends");
    assert!(matches!(reply, FunctionReply::Retry), "{reply:?}");
}

#[tokio::test]
async fn a_function_that_lies_fails_or_drips_does_not_starve_the_car_of_the_next_one() {
    let drips = |mut stream: TcpStream, _| async move {
        while stream.write_all(b"H").await.is_ok() {
            sleep(Duration::from_millis(50)).await;
        }
    };
    let firsts = [
        Server::that_says(vec![done(&receipt(&keeper(), |_| {}))]).await,
        Server::that_says(vec![answer("200 OK", "content-type: text/html\r\n", "<html>")]).await,
        Server::that_says(vec![String::new()]).await,
        Server::that(drips).await,
    ];
    for first in &firsts {
        let second = Server::that_says(vec![done(&good())]).await;
        let reply = routed(&[first, &second], None).call(&call(&ADDRESS, 6)).await;
        assert!(is_receipt(&reply), "{reply:?}");
        assert!(first.asked() >= 1);
        assert_eq!(second.asked(), 1);
    }
}

#[tokio::test]
async fn addresses_that_the_operator_does_not_allow_are_not_called() {
    let server = Server::that_says(vec![done(&good())]).await;
    let routed = routed(&[&server], None);
    for address in [
        "",
        "https://evil.example.org/",
        "https://first.example.com:8443/",
        "https://first.example.com.evil.org/",
        "http://first.example.com/",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/",
    ] {
        let reply = routed.call(&call(&[address], 5)).await;
        assert!(matches!(reply, FunctionReply::Refused), "{address}: {reply:?}");
    }
    assert_eq!(server.asked(), 0);
}

#[tokio::test]
async fn an_allowed_host_that_leads_into_this_network_is_not_connected_to() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let host = format!("localhost:{}", listener.local_addr().unwrap().port());
    let config = OutboundConfig { hosts: vec![host.clone()], ..OutboundConfig::default() };
    let at_address = AtAddress::new(Outbound::new(&config).unwrap(), keeper(), None);
    let reply = Routed::new(None, at_address).call(&call(&[&format!("https://{host}/")], 10)).await;
    assert!(matches!(reply, FunctionReply::Retry), "{reply:?}");
    let nobody = timeout(Duration::from_millis(100), listener.accept()).await;
    assert!(nobody.is_err(), "this machine was connected to");
}

/// Receipts as the keeper hears them itself.
#[derive(Default)]
struct Heard(Mutex<Option<Replies>>);

impl Receipts for Heard {
    fn listen(&self, vehicle: Pubkey) -> Answers {
        assert_eq!(vehicle, call(&[], 0).vehicle);
        let (replies, answers) = Answers::channel();
        *self.0.lock().unwrap() = Some(replies);
        answers
    }
}

#[tokio::test]
async fn a_function_that_cannot_hear_the_car_is_helped_by_the_keepers_own_ear() {
    let server = Server::that_says(vec![not_yet()]).await;
    let heard = Arc::new(Heard::default());
    let routed = routed(&[&server], Some(heard.clone()));
    let call = call(&ADDRESS[..1], 30);
    let (reply, ()) = tokio::join!(routed.call(&call), async {
        while server.asked() == 0 {
            sleep(Duration::from_millis(5)).await;
        }
        let replies = heard.0.lock().unwrap().clone().unwrap();
        assert!(replies.pass_on(receipt(&car(), |receipt| receipt.seq = 2)), "of another call: ignored");
        assert!(replies.pass_on(good()));
    });
    assert!(is_receipt(&reply), "{reply:?}");
}
