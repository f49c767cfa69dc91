//! The program `latchkey-device` as a process: killed at any moment, started again.

use std::fs;
use std::path::Path;
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use latchkey_device::clock::NetworkTime;
use latchkey_device::config::Config;
use latchkey_link::key_file;
use latchkey_protocol::code::{Code, CodeSecret};
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{Action, Enrolment, Outcome, Receipt};
use latchkey_tests_processes::{AgentProcess, Mosquitto};
use tempfile::TempDir;

use crate::broker::{Function, LIMIT, broker};
use crate::codes::unlock as unlock_of;
use crate::common::{Order, PROGRAM, VEHICLE, broker_config, code_key, coded_key, keyring};

pub const PROGRAM_FILE: &str = env!("CARGO_BIN_EXE_latchkey-device");

/// Runs it to its end and gives back what it printed.
fn output(arguments: &[&str]) -> Result<String, String> {
    let output = process::Command::new(PROGRAM_FILE).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout).trim().to_owned()) } else { Err(text(output.stderr)) }
}

pub fn base58(key: &[u8]) -> String {
    bs58::encode(key).into_string()
}

fn configure(directory: &Path, port: u16) {
    let key = directory.join("device.json");
    output(&["keygen", "--out", key.to_str().unwrap()]).unwrap();
    let config = Config {
        program: PROGRAM,
        vehicle: VEHICLE,
        device_key: key,
        state_dir: directory.join("state"),
        network_time: NetworkTime::Always,
        socket: Some(directory.join("socket")),
        root: None,
        serial: None,
        code_key: Some(coded_key()),
        lock_signatures: 1,
        keyring: keyring(),
        broker: broker_config(port),
    };
    let file = directory.join("device.toml");
    fs::write(&file, toml::to_string(&config).unwrap()).unwrap();
    output(&["provision", "--config", file.to_str().unwrap()]).unwrap();
}

/// A broker, a function, and the directory of a car whose agent has not started; `None` where there is no mosquitto.
async fn broker_function_and_car() -> Option<(Mosquitto, Function, TempDir)> {
    let broker = broker().await?;
    let directory = tempfile::tempdir().unwrap();
    configure(directory.path(), broker.port());
    let function = Function::connect(broker.port(), &VEHICLE).await;
    Some((broker, function, directory))
}

async fn start(directory: &Path) -> AgentProcess {
    AgentProcess::start(PROGRAM_FILE.into(), directory, &directory.join("device.toml")).await.unwrap()
}

/// An order that is valid by the machine's own clock.
pub fn order(action: Action, seq: u64) -> Order {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    Order::new(action, seq, i64::try_from(now).unwrap())
}

async fn ask(function: &mut Function, order: &Order) -> (Receipt, Vec<u8>) {
    function.command(order.invocation, order.sealed()).await;
    loop {
        let payload = function.receipt().await.payload.to_vec();
        let receipt = Receipt::decode(&Envelope::open(&payload).unwrap().payload).unwrap();
        // The latest receipt, repeated on connecting, may come before.
        if receipt.seq == order.seq {
            return (receipt, payload);
        }
    }
}

#[tokio::test]
async fn a_killed_agent_keeps_its_number_its_lock_and_its_receipt() {
    let Some((_broker, mut function, directory)) = broker_function_and_car().await else { return };

    let mut agent = start(directory.path()).await;
    function.presence("online").await;
    assert!(!agent.look().await.unwrap().inhibited);
    let lock = order(Action::Lock, 5);
    let (receipt, bytes) = ask(&mut function, &lock).await;
    assert_eq!(receipt.outcome, Outcome::Applied);
    agent.process.kill().unwrap();
    function.presence("offline").await;

    let mut agent = start(directory.path()).await;
    assert!(agent.look().await.unwrap().inhibited);
    function.presence("online").await;
    assert_eq!(ask(&mut function, &order(Action::Unlock, 4)).await.0.outcome, Outcome::RefusedSuperseded);
    assert_eq!(ask(&mut function, &lock).await.1, bytes);
    let refused = agent.type_until("start", |car| car.refused_starts == 1).await.unwrap();
    assert_eq!(refused.ignition, "parked");
    assert_eq!(ask(&mut function, &order(Action::Unlock, 6)).await.0.outcome, Outcome::Applied);
    agent.process.kill().unwrap();

    let mut agent = start(directory.path()).await;
    assert!(!agent.look().await.unwrap().inhibited);
    agent.type_until("start", |car| car.ignition == "running").await.unwrap();
    function.presence("online").await;
    let lock = order(Action::Lock, 7);
    assert_eq!(ask(&mut function, &lock).await.0.outcome, Outcome::Armed);
    agent.type_until("park", |car| car.inhibited).await.unwrap();
    assert_eq!(ask(&mut function, &lock).await.0.outcome, Outcome::Applied);
}

#[tokio::test]
async fn an_agent_asked_to_end_says_goodbye_and_succeeds() {
    let Some((_broker, mut function, directory)) = broker_function_and_car().await else { return };
    let mut agent = start(directory.path()).await;
    function.presence("online").await;
    let ended = agent.process.terminate(LIMIT).await;
    function.presence("offline").await;
    assert!(ended.unwrap().success());
}

#[tokio::test]
async fn a_second_agent_for_the_same_car_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    // No broker listens there: the agent tries again and again.
    configure(directory.path(), 1);
    let _agent = start(directory.path()).await;
    let configuration = directory.path().join("device.toml");
    let refused = output(&["run", "--config", configuration.to_str().unwrap()]).unwrap_err();
    assert!(refused.contains("another agent"), "{refused}");
}

#[test]
fn a_key_is_made_once_and_enrols_its_car() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("device.json");
    let path = path.to_str().unwrap();
    let public = output(&["keygen", "--out", path]).unwrap();
    assert!(output(&["keygen", "--out", path]).is_err());
    assert_eq!(base58(key_file::read(Path::new(path)).unwrap().verifying_key().as_bytes()), public);

    let (lender, commitment) = ([9; 32], [8; 32]);
    let hex = output(&[
        "enrol",
        "--key",
        path,
        "--program",
        &base58(&PROGRAM),
        "--lender",
        &base58(&lender),
        "--vin-commitment",
        &hex::encode(commitment),
    ])
    .unwrap();
    let signed = Envelope::open(&hex::decode(hex).unwrap()).unwrap();
    assert_eq!(base58(&signed.signer), public);
    let enrolment = Enrolment { program: PROGRAM, lender, vin_commitment: commitment };
    assert_eq!(Enrolment::decode(&signed.payload), Ok(enrolment));
}

#[tokio::test]
async fn a_car_without_any_network_is_unlocked_by_an_envelope_that_is_carried_to_it() {
    let directory = tempfile::tempdir().unwrap();
    // No broker listens there.
    configure(directory.path(), 1);
    let mut agent = start(directory.path()).await;
    let socket = directory.path().join("socket");
    let bring = |brought: &str| output(&["carry", "--socket", socket.to_str().unwrap(), brought]);
    let carry = |envelope: &[u8]| bring(&hex::encode(envelope));
    let outcome = |printed: String| {
        let signed = Envelope::open(&hex::decode(printed).unwrap()).unwrap();
        Receipt::decode(&signed.payload).unwrap().outcome
    };
    assert_eq!(outcome(carry(&order(Action::Lock, 1).sealed()).unwrap()), Outcome::Applied);
    assert!(agent.look().await.unwrap().inhibited);
    let unlock = order(Action::Unlock, 2).sealed();
    let receipt = carry(&unlock).unwrap();
    assert_eq!(outcome(receipt.clone()), Outcome::Applied);
    assert!(!agent.look().await.unwrap().inhibited);
    // It can be fetched again.
    assert_eq!(carry(&unlock), Ok(receipt));

    let ignored = carry(&[7; 300]).unwrap_err();
    assert!(ignored.contains("ignores"), "{ignored}");
    let garbled = bring("not hexadecimal").unwrap_err();
    assert!(garbled.contains("hexadecimal"), "{garbled}");

    // A code does it too, brought in the same way or typed at the car.
    let device = key_file::read(&directory.path().join("device.json")).unwrap();
    let secret = CodeSecret::with_car(&code_key(), &device.verifying_key().to_bytes()).unwrap();
    let code = |seq| Code::of(&secret, &unlock_of(seq)).to_string();
    assert_eq!(outcome(carry(&order(Action::Lock, 3).sealed()).unwrap()), Outcome::Applied);
    assert_eq!(outcome(bring(&code(4)).unwrap()), Outcome::Applied);
    assert!(!agent.look().await.unwrap().inhibited);
    let wrong = bring(&code(3)).unwrap_err();
    assert!(wrong.contains("a wrong code: the next one is looked at in 5 s"), "{wrong}");
    let soon = bring(&code(4)).unwrap_err();
    assert!(soon.contains("too soon after a wrong code"), "{soon}");
    agent.type_until(&format!("code {}\nstate", code(4)), |car| !car.inhibited).await.unwrap();
    assert!(agent.process.output().contains("{\"code\":\"wait "));
}
