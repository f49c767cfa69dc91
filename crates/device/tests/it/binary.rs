//! The program `latchkey-device` as a process: killed at any moment, started again.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{self, Child, ChildStdin, Stdio};
use std::sync::mpsc;
use std::time::{SystemTime, UNIX_EPOCH};

use latchkey_device::config::Config;
use latchkey_link::key_file;
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{Action, Enrolment, Outcome, Receipt};
use serde_json::Value;

use crate::broker::{Broker, Function, LIMIT};
use crate::common::{Order, PROGRAM, VEHICLE, broker_config, keyring};

fn program() -> process::Command {
    process::Command::new(env!("CARGO_BIN_EXE_latchkey-device"))
}

/// Runs it to its end and gives back what it printed.
fn output(arguments: &[&str]) -> Result<String, String> {
    let output = program().args(arguments).output().unwrap();
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
        keyring: keyring(),
        broker: broker_config(port),
    };
    fs::write(directory.join("device.toml"), toml::to_string(&config).unwrap()).unwrap();
}

/// A running agent. It is killed when this is dropped.
pub struct Running {
    child: Child,
    input: ChildStdin,
    lines: mpsc::Receiver<String>,
}

impl Running {
    fn start(directory: &Path) -> Self {
        Self::spawn(&["run", "--config", directory.join("device.toml").to_str().unwrap()])
    }

    pub fn spawn(arguments: &[&str]) -> Self {
        let mut child = program()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Self { child, input, lines }
    }

    /// The next line it prints.
    pub fn line(&self) -> Value {
        serde_json::from_str(&self.lines.recv_timeout(LIMIT).unwrap()).unwrap()
    }

    /// The first look that the program prints.
    fn first_look(&self) -> Value {
        self.line()["car"].clone()
    }

    /// Types a line and gives back the look it prints, which `expected` accepts.
    fn type_until(&mut self, line: &str, expected: impl Fn(&Value) -> bool) -> Value {
        writeln!(self.input, "{line}").unwrap();
        loop {
            let look = self.line()["car"].clone();
            if expected(&look) {
                return look;
            }
        }
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
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
    let Some(broker) = Broker::start() else { return };
    let directory = tempfile::tempdir().unwrap();
    configure(directory.path(), broker.port);
    let mut function = Function::connect(broker.port, &VEHICLE).await;

    let agent = Running::start(directory.path());
    function.presence("online").await;
    assert_eq!(agent.first_look()["inhibited"], false);
    let lock = order(Action::Lock, 5);
    let (receipt, bytes) = ask(&mut function, &lock).await;
    assert_eq!(receipt.outcome, Outcome::Applied);
    agent.kill();
    function.presence("offline").await;

    let mut agent = Running::start(directory.path());
    assert_eq!(agent.first_look()["inhibited"], true);
    function.presence("online").await;
    assert_eq!(ask(&mut function, &order(Action::Unlock, 4)).await.0.outcome, Outcome::RefusedSuperseded);
    assert_eq!(ask(&mut function, &lock).await.1, bytes);
    agent.type_until("start", |look| look["refused_starts"] == 1 && look["ignition"] == "parked");
    assert_eq!(ask(&mut function, &order(Action::Unlock, 6)).await.0.outcome, Outcome::Applied);
    agent.kill();

    let mut agent = Running::start(directory.path());
    assert_eq!(agent.first_look()["inhibited"], false);
    agent.type_until("start", |look| look["ignition"] == "running");
    function.presence("online").await;
    let lock = order(Action::Lock, 7);
    assert_eq!(ask(&mut function, &lock).await.0.outcome, Outcome::Armed);
    agent.type_until("park", |look| look["inhibited"] == true);
    assert_eq!(ask(&mut function, &lock).await.0.outcome, Outcome::Applied);
}

#[tokio::test]
async fn an_agent_asked_to_end_says_goodbye_and_succeeds() {
    let Some(broker) = Broker::start() else { return };
    let directory = tempfile::tempdir().unwrap();
    configure(directory.path(), broker.port);
    let mut function = Function::connect(broker.port, &VEHICLE).await;
    let mut agent = Running::start(directory.path());
    function.presence("online").await;
    let pid = agent.child.id().to_string();
    assert!(process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    function.presence("offline").await;
    let deadline = std::time::Instant::now() + LIMIT;
    let status = loop {
        if let Some(status) = agent.child.try_wait().unwrap() {
            break status;
        }
        assert!(std::time::Instant::now() < deadline, "it does not end");
        std::thread::sleep(std::time::Duration::from_millis(10));
    };
    assert!(status.success());
}

#[test]
fn a_second_agent_for_the_same_car_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    // Nobody listens there, which an agent waits out.
    configure(directory.path(), 1);
    let agent = Running::start(directory.path());
    agent.first_look();
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
