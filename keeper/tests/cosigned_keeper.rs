//! A lock that two of the contract's keys must sign, from the keeper through functions of different operators to a car with
//! the real agent. One operator is hostile: it says what the test says.

#[path = "../../crates/function/tests/common/mod.rs"]
mod common;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::*;
use ed25519_dalek::SigningKey;
use latchkey::state::Action;
use latchkey_device::car::SimulatedCar;
use latchkey_device::clock::VirtualClock;
use latchkey_device::device::Device;
use latchkey_device::identity::Identity;
use latchkey_device::keyring::{Keyring, Trusted};
use latchkey_device::store::MemoryStore;
use latchkey_function::http::event::Event;
use latchkey_function::server::{Limits, router};
use latchkey_function::{
    Call, CommandKeys, Courier, Function, FunctionConfig, Outcome, Refusal, Seen, invoke,
};
use latchkey_keeper::core::{CallSigner, FunctionCall, FunctionReply};
use latchkey_keeper::functions::{AtAddress, Embedded, Functions as _, Routed};
use latchkey_link::http::serve;
use latchkey_link::http::{Outbound, OutboundConfig};
use latchkey_protocol::Command;
use latchkey_protocol::cosigned::Cosigned;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const HOSTS: [&str; 3] = ["first.example.com", "second.example.com", "third.example.com"];

/// The keys of three operators, of which two must sign.
fn operators() -> [SigningKey; 3] {
    [command_key(), other_command_key(), key(13)]
}

/// A car, the call to lock it, and what has been sent to it.
struct World {
    call: CallFixture,
    car: SimulatedCar,
    device: Arc<Mutex<Device<SimulatedCar, MemoryStore>>>,
    courier: Arc<TestCourier>,
}

impl World {
    fn new() -> Self {
        let call = needs_two(CallFixture::new(Action::Lock));
        let trusted =
            |key: &SigningKey| Trusted { key: key.verifying_key().to_bytes(), actions: Action::ALL.to_vec() };
        let identity = Identity {
            program: latchkey::ID.to_bytes(),
            vehicle: call.invocation.vehicle.to_bytes(),
            device_key: call.car.clone(),
            root: None,
            keyring: Keyring::of(&operators().each_ref().map(trusted), 2).unwrap(),
        };
        let car = SimulatedCar::new();
        let clock = Arc::new(VirtualClock::at(NOW));
        let device =
            Arc::new(Mutex::new(Device::start(identity, car.clone(), MemoryStore::default(), clock)));
        let obeys = Arc::clone(&device);
        let courier = TestCourier::to(move |parcel| {
            let report = obeys.lock().unwrap().receive(&parcel.envelope);
            report.answer.map(|answer| answer.receipt).into_iter().collect()
        });
        Self { call, car, device, courier }
    }

    fn is_locked(&self) -> bool {
        self.car.look().inhibited
    }

    /// An honest function with these keys.
    fn function(&self, keys: &[SigningKey]) -> Function {
        let keys = CommandKeys::new(keys.iter().cloned());
        let chain = Arc::new(Chain::of(&self.call));
        Function::new(FunctionConfig::default(), keys, chain, Arc::clone(&self.courier) as Arc<dyn Courier>)
    }

    /// The command as an honest function writes it.
    async fn command(&self) -> Vec<u8> {
        let request = invoke(&keeper(), self.call.address(), NOW);
        let asked =
            Call { request: &request, seen: Seen::default(), gathered: None, limit: Duration::from_secs(10) };
        match self.function(&operators()[..1]).sign(asked).await {
            Outcome::Signed(signed) => signed.envelope.payload,
            other => panic!("{other:?}"),
        }
    }

    /// The keeper's call, whose keys are served at the first so many hosts.
    fn call(&self, hosts: usize, limit_secs: u64) -> FunctionCall {
        let accounts = self.call.call_accounts();
        let signer = |(key, host): (&SigningKey, &str)| CallSigner {
            key: public(key),
            uri: format!("https://{host}/"),
        };
        FunctionCall {
            invocation: self.call.address(),
            vehicle: accounts.vehicle,
            loan: accounts.loan,
            lender: accounts.lender,
            mint: accounts.mint,
            device_key: self.call.vehicle.device_key,
            seq: self.call.invocation.seq,
            action: Action::Lock,
            required: self.call.invocation.required,
            signers: operators().iter().zip(HOSTS).take(hosts).map(signer).collect(),
            slot: 0,
            now: NOW,
            limit_secs,
        }
    }
}

/// A keeper that reaches the operators at these addresses on this machine.
fn routed(embedded: Option<Function>, addresses: &[String]) -> Routed {
    let local = HOSTS.map(str::to_owned).into_iter().zip(addresses.iter().cloned());
    let hosts = HOSTS.map(str::to_owned).to_vec();
    let config = OutboundConfig { loopback: local.collect(), hosts, ca: None };
    let embedded = embedded.map(|function| Embedded::new(function, keeper()));
    Routed::new(embedded, AtAddress::new(Outbound::new(&config).unwrap(), keeper(), None))
}

async fn honest(function: Function) -> String {
    let limits = Limits { max_wait: Duration::from_secs(5), max_calls: 64, cors_origins: Vec::new() };
    let router = router(function, &limits).unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, router, std::future::pending(), Duration::from_secs(1)));
    address
}

/// What a hostile operator answers. `None`: nothing, ever.
type Says = dyn Fn(&Event) -> Option<String> + Send + Sync;

struct Hostile {
    address: String,
    asked: Arc<AtomicUsize>,
    events: Arc<Mutex<Vec<Event>>>,
}

impl Hostile {
    async fn that(says: Box<Says>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let hostile = Self { address, asked: Arc::default(), events: Arc::default() };
        let (asked, events) = (Arc::clone(&hostile.asked), Arc::clone(&hostile.events));
        tokio::spawn(async move {
            let mut silent = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let event = read(&mut stream).await;
                asked.fetch_add(1, Ordering::SeqCst);
                match says(&event) {
                    Some(answer) => _ = stream.write_all(answer.as_bytes()).await,
                    None => silent.push(stream),
                }
                events.lock().unwrap().push(event);
            }
        });
        hostile
    }
}

async fn read(stream: &mut TcpStream) -> Event {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
    serde_json::from_slice(&body).unwrap()
}

fn answer(status: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

fn signed(envelope: &[u8]) -> String {
    let envelope = STANDARD.encode(envelope);
    answer("200 OK", &format!(r#"{{"reason":"signed","message":"","envelope":"{envelope}","not_after":1}}"#))
}

fn refuses() -> String {
    answer("403 Forbidden", r#"{"reason":"only_unlocks","message":""}"#)
}

/// A lock without end in the place of the one that the contract asks for.
fn changed(command: &[u8]) -> Vec<u8> {
    let mut command = Command::decode(command).unwrap();
    command.lock_until += 86_400;
    command.encode_into(&mut [0; Command::MAX_LEN]).unwrap().to_vec()
}

/// Every way in which an operator does not help, or tries to get a lock of its own.
fn hostilities(command: &[u8]) -> Vec<(&'static str, Box<Says>)> {
    let [_, second, third] = operators();
    let once = Cosigned::seal(&[&second], command).to_bytes();
    let twice = [&once[..96], &once].concat();
    let other = Cosigned::seal(&[&second], &changed(command)).to_bytes();
    let stranger = Cosigned::seal(&[&key(99)], command).to_bytes();
    let mut forged = Cosigned::seal(&[&third], command).to_bytes();
    forged[..32].copy_from_slice(&command_key().verifying_key().to_bytes());
    let says = |bytes: Vec<u8>| -> Box<Says> { Box::new(move |_| Some(signed(&bytes))) };
    vec![
        ("signs other bytes", says(other)),
        ("signs twice with one key", says(twice)),
        ("signs with a key that the contract does not name", says(stranger)),
        ("forges the signature of another", says(forged)),
        ("answers with nonsense", says(b"latchkey:command".to_vec())),
        (
            "claims that it is done",
            Box::new(|_| Some(answer("200 OK", r#"{"reason":"done","message":"","receipt":"AAAA"}"#))),
        ),
        (
            "claims that it is under way",
            Box::new(|_| Some(answer("202 Accepted", r#"{"reason":"waiting","message":""}"#))),
        ),
        ("refuses", Box::new(|_| Some(refuses()))),
        ("is silent", Box::new(|_| None)),
    ]
}

#[tokio::test]
async fn two_honest_functions_of_different_operators_lock_the_car() {
    let world = World::new();
    let [first, second, _] = operators();
    let addresses = [honest(world.function(&[first])).await, honest(world.function(&[second])).await];
    let reply = routed(None, &addresses).call(&world.call(2, 30)).await;
    assert!(matches!(reply, FunctionReply::Receipt(_)), "{reply:?}");
    assert!(world.is_locked());
    let parcels = world.courier.parcels();
    assert_eq!(Cosigned::open(&parcels[0].envelope).unwrap().signatures.len(), 2);
}

#[tokio::test]
async fn a_key_in_the_keepers_process_and_one_elsewhere_lock_the_car() {
    let world = World::new();
    let [first, second, _] = operators();
    let addresses = [String::from("http://127.0.0.1:9/"), honest(world.function(&[second])).await];
    let mut call = world.call(2, 30);
    call.signers[0].uri = String::new();
    let reply = routed(Some(world.function(&[first])), &addresses).call(&call).await;
    assert!(matches!(reply, FunctionReply::Receipt(_)), "{reply:?}");
    assert!(world.is_locked());
    // The one key that the keeper holds is not enough.
    let world = World::new();
    let alone = routed(Some(world.function(&operators()[..1])), &[]);
    let reply = alone.call(&FunctionCall { signers: call.signers[..1].to_vec(), ..world.call(2, 3) }).await;
    assert!(matches!(reply, FunctionReply::Refused), "{reply:?}");
    assert!(!world.is_locked() && world.courier.parcels().is_empty());
}

#[tokio::test]
async fn an_honest_and_a_hostile_operator_never_lock_a_car_and_nothing_leaks() {
    let command = World::new().command().await;
    for (how, says) in hostilities(&command) {
        let world = World::new();
        let hostile = Hostile::that(says).await;
        let addresses = [honest(world.function(&operators()[..1])).await, hostile.address.clone()];
        let reply = routed(None, &addresses).call(&world.call(2, 4)).await;
        assert!(matches!(reply, FunctionReply::Refused | FunctionReply::Retry), "{how}: {reply:?}");
        assert!(hostile.asked.load(Ordering::SeqCst) >= 1, "{how}");
        assert!(world.courier.parcels().is_empty(), "{how}: nothing is sent to the car");
        assert!(!world.is_locked(), "{how}");
        for event in hostile.events.lock().unwrap().iter() {
            assert_eq!(event.gathered, None, "{how}: it is given nobody's signature");
        }
    }
}

#[tokio::test]
async fn what_a_hostile_operator_signs_alone_does_not_move_the_car() {
    let world = World::new();
    let command = world.command().await;
    let [_, second, _] = operators();
    let once = Cosigned::seal(&[&second], &command).to_bytes();
    let twice = [&once[..96], &once].concat();
    let with_a_stranger = Cosigned::seal(&[&second, &key(99)], &command).to_bytes();
    let other = Cosigned::seal(&[&second], &changed(&command)).to_bytes();
    for message in [&once, &twice, &with_a_stranger, &other] {
        assert!(world.device.lock().unwrap().receive(message).answer.is_none());
        assert!(!world.is_locked());
    }
    // Nor does the honest operator sign for it.
    let request = invoke(&second, world.call.address(), NOW);
    let asked =
        Call { request: &request, seen: Seen::default(), gathered: None, limit: Duration::from_secs(10) };
    let outcome = world.function(&operators()[..1]).sign(asked).await;
    assert!(matches!(outcome, Outcome::Refused(Refusal::ClaimedByAnother(_))), "{outcome:?}");
}

#[tokio::test]
async fn with_a_third_operator_a_hostile_one_cannot_prevent_the_lock_either() {
    let command = World::new().command().await;
    for (how, says) in hostilities(&command) {
        let world = World::new();
        let hostile = Hostile::that(says).await;
        let [first, _, third] = operators();
        let addresses = [
            honest(world.function(&[first])).await,
            hostile.address.clone(),
            honest(world.function(&[third])).await,
        ];
        let reply = routed(None, &addresses).call(&world.call(3, 30)).await;
        assert!(matches!(reply, FunctionReply::Receipt(_)), "{how}: {reply:?}");
        assert!(world.is_locked(), "{how}");
    }
}

#[tokio::test]
async fn one_that_signs_and_then_delivers_nothing_does_not_stop_the_other() {
    let command = World::new().command().await;
    let world = World::new();
    let [first, second, _] = operators();
    let envelope = Cosigned::seal(&[&second], &command).to_bytes();
    let hostile = Hostile::that(Box::new(move |event| match event.kind.as_str() {
        "dev.latchkey.sign.v1" => Some(signed(&envelope)),
        _ => None,
    }))
    .await;
    let addresses = [honest(world.function(&[first])).await, hostile.address.clone()];
    let reply = routed(None, &addresses).call(&world.call(2, 10)).await;
    assert!(matches!(reply, FunctionReply::Receipt(_)), "{reply:?}");
    assert!(world.is_locked());
}
