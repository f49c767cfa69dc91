//! `latchkey-function` as a program: its configuration, its log and its signals.

use std::fs;
use std::path::Path;

use latchkey_link::key_file;
use latchkey_tests_processes::process::{Process, Spec, free_port};

use super::*;

const PROGRAM: &str = env!("CARGO_BIN_EXE_latchkey-function");
/// No node is there.
const NODE: &str = "http://127.0.0.1:9/?api-key=SECRET";

/// Writes a configuration with a key in a file.
fn configure(directory: &Path) {
    key_file::write(&directory.join("command.json"), &command_key()).unwrap();
    let config = format!(
        "command_keys = ['command.json']\n[chain]\nrpc_urls = ['{NODE}']\n[broker]\nhost = '127.0.0.1'\nport = 9\n"
    );
    fs::write(directory.join("function.toml"), config).unwrap();
}

fn program(directory: &Path) -> Spec {
    Spec::new("latchkey-function", PROGRAM, directory).args(["--config", "function.toml"])
}

async fn ended(mut process: Process) -> (bool, String) {
    let deadline = std::time::Instant::now() + LIMIT;
    while process.is_running() {
        process.check(deadline, "never ended").unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let output = process.output();
    (process.terminate(LIMIT).await.unwrap().success(), output)
}

#[tokio::test]
async fn it_listens_where_the_platform_says_logs_json_without_secrets_and_ends_when_told() {
    let directory = tempfile::tempdir().unwrap();
    configure(directory.path());
    let port = free_port().unwrap();
    let mut process = program(directory.path()).env("PORT", port.to_string()).start().unwrap();
    process.port(port, LIMIT).await.unwrap();
    let client = Client::builder().no_proxy().timeout(LIMIT).build().unwrap();
    let health = client.get(format!("http://127.0.0.1:{port}/healthz")).send().await.unwrap();
    assert_eq!(health.status().as_u16(), 503);
    process.line("a node did not answer", LIMIT).await.unwrap();
    assert!(process.terminate(LIMIT).await.unwrap().success());
    let log = process.output();
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        assert!(line["level"].is_string() && line["timestamp"].is_string(), "{line}");
    }
    assert!(!log.contains("SECRET"), "{log}");
}

#[tokio::test]
async fn a_check_prints_the_public_keys_and_refuses_a_key_that_others_can_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    configure(directory.path());
    let checked = || program(directory.path()).arg("--check").start().unwrap();
    let (good, output) = ended(checked()).await;
    assert!(good && output.trim() == public(&command_key()).to_string(), "{output}");
    let key = directory.path().join("command.json");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let (good, output) = ended(checked()).await;
    assert!(!good && output.contains("command.json"), "{output}");
    fs::remove_file(directory.path().join("function.toml")).unwrap();
    let (good, output) = ended(checked()).await;
    assert!(!good && output.contains("function.toml"), "{output}");
}
