//! A node's address can hold an API key, and no program shows it, whatever fails. That the terminal does not is tested with
//! the terminal; the rest are run here with a node that is out of reach, and logging all that they can. The keeper has no
//! broker either, and says so once.

use std::fs;
use std::path::Path;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use latchkey_harness::localnet::binary;
use latchkey_harness::process::{Process, Spec, free_port};
use latchkey_link::http::reqwest;
use latchkey_link::key_file;
use tempfile::TempDir;

/// How long a program may take to come to what is waited for.
const LIMIT: Duration = Duration::from_mins(1);
/// Nothing listens there.
const NODE: &str = "127.0.0.1:9/SECRET?api-key=SECRET";

fn place() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for name in ["keeper.json", "command.json"] {
        key_file::write(&directory.path().join(name), &SigningKey::from_bytes(&[7; 32])).unwrap();
    }
    directory
}

/// A program that logs all that it can.
fn logging(name: &str, directory: &Path) -> Spec {
    Spec::new(name, binary(name).unwrap(), directory).env("RUST_LOG", "trace").env("RUST_BACKTRACE", "1")
}

fn is_silent(process: &Process) {
    let said = process.output();
    let line = said.lines().find(|line| line.contains("SECRET"));
    assert_eq!(line, None, "{} shows the key", process.name());
}

#[tokio::test]
async fn k5_a_keeper_without_node_and_broker_shows_no_key_and_says_once_that_it_has_no_broker() {
    let directory = place();
    let broker = free_port().unwrap();
    let config = format!(
        "keypair = \"keeper.json\"\ncommand_keys = [\"command.json\"]\n[chain]\nrpc_url = \"http://SECRET@{NODE}\"\n\
         websocket_url = \"ws://SECRET@{NODE}\"\n[broker]\nhost = \"127.0.0.1\"\nport = {broker}\n"
    );
    fs::write(directory.path().join("keeper.toml"), config).unwrap();
    let spec = logging("latchkey-keeper", directory.path()).args(["run", "--config", "keeper.toml"]);
    let mut keeper = spec.start().unwrap();
    keeper.line("the ledger does not answer", LIMIT).await.unwrap();
    keeper.line("no blockhash", LIMIT).await.unwrap();
    keeper.line("no connection to the broker; it is tried", LIMIT).await.unwrap();
    keeper.line("still no connection to the broker", LIMIT).await.unwrap();
    assert!(keeper.terminate(LIMIT).await.unwrap().success());
    is_silent(&keeper);
    assert!(keeper.output().contains("127.0.0.1:9"), "{}", keeper.output());
    let told = keeper.output().matches("no connection to the broker; it is tried").count();
    assert_eq!(told, 1, "{}", keeper.output());
}

#[tokio::test]
async fn k5_a_function_without_node_shows_no_key() {
    let directory = place();
    let port = free_port().unwrap();
    let config = format!(
        "listen = \"127.0.0.1:{port}\"\ncommand_keys = [\"command.json\"]\n[chain]\n\
         rpc_urls = [\"http://SECRET@{NODE}\"]\n[broker]\nhost = \"127.0.0.1\"\nport = 9\n"
    );
    fs::write(directory.path().join("function.toml"), config).unwrap();
    let spec = logging("latchkey-function", directory.path()).args(["--config", "function.toml"]);
    let mut function = spec.start().unwrap();
    function.port(port, LIMIT).await.unwrap();
    let healthy = reqwest::get(format!("http://127.0.0.1:{port}/healthz")).await.unwrap();
    assert!(!healthy.status().is_success(), "it reads no chain");
    let answer = healthy.text().await.unwrap();
    assert!(!answer.contains("SECRET"), "{answer}");
    assert!(function.terminate(LIMIT).await.unwrap().success());
    is_silent(&function);
    assert!(function.output().contains("127.0.0.1:9"), "{}", function.output());
}

/// A car knows no node: an address that ended up in its configuration is refused, and not shown.
#[tokio::test]
async fn k5_a_car_that_is_given_a_node_shows_no_key() {
    let directory = place();
    for wrong in [
        format!("rpc_url = \"http://SECRET@{NODE}\"\n"),
        format!("program = \"http://SECRET@{NODE}\"\n"),
        format!("program = \"http://{NODE}\n"),
    ] {
        fs::write(directory.path().join("device.toml"), wrong).unwrap();
        let spec = logging("latchkey-device", directory.path()).args(["run", "--config", "device.toml"]);
        let mut device = spec.start().unwrap();
        assert!(!device.ended(LIMIT).await.unwrap().success());
        is_silent(&device);
        assert!(device.output().contains("127.0.0.1:9"), "{}", device.output());
    }
}
