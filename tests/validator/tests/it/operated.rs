//! The keeper's other commands, as an operator types them: what they say, and how they end.

use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use latchkey_harness::localnet::binary;
use latchkey_harness::process::{Spec, free_port};
use latchkey_link::http::reqwest;
use latchkey_link::key_file;
use tokio::process::Command;

/// How long a program may take to come to what is waited for.
const LIMIT: Duration = Duration::from_mins(1);

async fn keeper(directory: &Path, arguments: &[&str]) -> Output {
    let program = binary("latchkey-keeper").unwrap();
    Command::new(program).args(arguments).current_dir(directory).output().await.unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test]
async fn a_configuration_is_written_once_and_checked_without_a_connection() {
    let directory = tempfile::tempdir().unwrap();
    let init = ["config", "init", "--config", "keeper.toml"];
    let check = ["config", "check", "--config", "keeper.toml"];
    assert_eq!(keeper(directory.path(), &init).await.status.code(), Some(0));
    let again = keeper(directory.path(), &init).await;
    assert_eq!(again.status.code(), Some(1), "{}", said(&again));
    assert!(said(&again).contains("not overwritten"));
    // The keys that it names are missing.
    let missing = keeper(directory.path(), &check).await;
    assert_eq!(missing.status.code(), Some(3), "{}", said(&missing));
    assert!(said(&missing).contains("keeper.json"));
    for name in ["keeper.json", "command.json"] {
        key_file::write(&directory.path().join(name), &SigningKey::from_bytes(&[7; 32])).unwrap();
    }
    let valid = keeper(directory.path(), &check).await;
    assert_eq!(valid.status.code(), Some(0), "{}", said(&valid));
    let file = directory.path().join("keeper.toml");
    fs::write(&file, fs::read_to_string(&file).unwrap().replace("drain_secs", "drain_sec")).unwrap();
    let broken = keeper(directory.path(), &check).await;
    assert_eq!(broken.status.code(), Some(3));
    assert!(said(&broken).contains("line ") && said(&broken).contains("drain_sec"), "{}", said(&broken));
    assert_eq!(keeper(directory.path(), &["config", "unknown"]).await.status.code(), Some(2));
}

#[tokio::test]
async fn a_keeper_that_reaches_nothing_is_live_and_not_ready_and_the_doctor_says_why() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["keeper.json", "command.json"] {
        key_file::write(&directory.path().join(name), &SigningKey::from_bytes(&[7; 32])).unwrap();
    }
    let (health, broker) = (free_port().unwrap(), free_port().unwrap());
    let config = format!(
        "keypair = \"keeper.json\"\ncommand_keys = [\"command.json\"]\n[chain]\nrpc_url = \"http://127.0.0.1:9\"\n\
         websocket_url = \"ws://127.0.0.1:9\"\n[broker]\nhost = \"127.0.0.1\"\nport = {broker}\n\
         [health]\nlisten = \"127.0.0.1:{health}\"\n"
    );
    fs::write(directory.path().join("keeper.toml"), config).unwrap();
    let status = ["status", "--config", "keeper.toml"];
    assert_eq!(keeper(directory.path(), &status).await.status.code(), Some(5));

    let examined = keeper(directory.path(), &["doctor", "--config", "keeper.toml", "--json"]).await;
    assert_eq!(examined.status.code(), Some(4), "{}", said(&examined));
    let findings: serde_json::Value = serde_json::from_slice(&examined.stdout).unwrap();
    let faults = findings.as_array().unwrap().iter().filter(|finding| finding["level"] == "fault");
    let parts: Vec<&str> = faults.filter_map(|finding| finding["part"].as_str()).collect();
    assert_eq!(parts, ["rpc", "websocket", "broker"], "{findings:#}");

    let program = binary("latchkey-keeper").unwrap();
    let spec = Spec::new("latchkey-keeper", program, directory.path());
    let spec = spec.args(["run", "--config", "keeper.toml", "--dry-run", "--log", "json"]);
    let mut running = spec.start().unwrap();
    running.port(health, LIMIT).await.unwrap();
    let get = async |path: &str| {
        let answer = reqwest::get(format!("http://127.0.0.1:{health}{path}")).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(get("/live").await.0, 200);
    let (code, missing) = get("/ready").await;
    assert_eq!(code, 503);
    assert!(missing.contains("chain.rpc_url") && missing.contains("[broker]"), "{missing}");
    let told = keeper(directory.path(), &status).await;
    assert_eq!(told.status.code(), Some(0), "{}", said(&told));
    assert!(said(&told).contains("not every account was read yet"), "{}", said(&told));
    running.line("the ledger does not answer", LIMIT).await.unwrap();
    let log = running.output();
    let first = log.lines().find(|line| line.contains("the ledger does not answer")).unwrap().to_owned();
    assert!(serde_json::from_str::<serde_json::Value>(&first).is_ok(), "{first}");
    assert!(running.terminate(LIMIT).await.unwrap().success());
}
