//! Configurations.

use std::error::Error;
use std::fs;
use std::path::Path;

use latchkey_device::config::{Config, parse_key};
use latchkey_link::config_file::ConfigFileError;
use latchkey_protocol::Action;

const ADDRESS: &str = "BPFLoaderUpgradeab1e11111111111111111111111";

fn good() -> String {
    format!(
        r#"program = "{ADDRESS}"
vehicle = "{ADDRESS}"
device_key = "device.json"
state_dir = "state"

[[keyring]]
key = "{ADDRESS}"
actions = ["warn", "lock", "unlock"]

[broker]
host = "broker.example"
port = 8883
keep_alive_secs = 30

[broker.tls]
ca = "ca.pem"
certificate = "car.pem"
key = "car.key"
"#
    )
}

fn load(text: &str) -> Result<Config, ConfigFileError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("device.toml");
    fs::write(&path, text).unwrap();
    Config::load(&path)
}

/// Everything an operator is told.
fn complaint(text: &str) -> String {
    let error = load(text).unwrap_err();
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        told = format!("{told}: {cause}");
        source = cause.source();
    }
    told
}

#[test]
fn a_configuration_is_read() {
    let config = load(&good()).unwrap();
    assert_eq!(Some(config.program), parse_key(ADDRESS));
    assert_eq!(config.broker.keep_alive_secs, 30);
    assert_eq!(config.keyring.len(), 1);
    assert_eq!(config.keyring[0].actions, [Action::Warn, Action::Lock, Action::Unlock]);
    let short = good().replace("keep_alive_secs = 30\n", "");
    assert_eq!(load(&short).unwrap().broker.keep_alive_secs, 15);
}

#[test]
fn a_configuration_is_written_as_it_was_read() {
    let config = load(&good()).unwrap();
    assert_eq!(load(&toml::to_string(&config).unwrap()).unwrap(), config);
}

#[test]
fn every_key_that_is_missing_is_named() {
    for key in
        ["program", "vehicle", "device_key", "state_dir", "host", "port", "actions", "ca", "certificate"]
    {
        let text: String = good()
            .lines()
            .filter(|line| !line.starts_with(&format!("{key} =")))
            .fold(String::new(), |all, line| all + line + "\n");
        let told = complaint(&text);
        assert!(told.contains(&format!("`{key}`")), "{key}: {told}");
    }
}

#[test]
fn every_key_that_is_wrong_is_named() {
    let cases = [
        ("state_dir = \"state\"", "stat_dir = \"state\"", "stat_dir"),
        ("port = 8883", "port = 88830", "port"),
        ("port = 8883", "port = 8883\nports = 1", "ports"),
        ("\"warn\", \"lock\"", "\"warn\", \"stop\"", "stop"),
        ("actions =", "action =", "action"),
        ("keep_alive_secs = 30", "keep_alive_secs = 4", "keep_alive_secs"),
        ("keep_alive_secs = 30", "keep_alive_secs = 65536", "keep_alive_secs"),
        ("ca = \"ca.pem\"", "ca = 1", "ca"),
        ("vehicle = \"BPF", "vehicle = \"0PF", "vehicle"),
        ("vehicle = \"BPFLoader", "vehicle = \"BPF", "vehicle"),
    ];
    for (right, wrong, named) in cases {
        assert!(good().contains(right));
        let told = complaint(&good().replace(right, wrong));
        assert!(told.contains(named), "{wrong}: {told}");
    }
}

#[test]
fn a_car_that_would_obey_nobody_is_refused() {
    let text = good();
    let from = text.find("[[keyring]]").unwrap();
    let to = text.find("[broker]").unwrap();
    let empty = format!("keyring = []\n{}{}", &text[..from], &text[to..]);
    assert!(complaint(&empty).contains("keyring"));
}

#[test]
fn a_missing_configuration_is_named() {
    let error = Config::load(Path::new("no/such/device.toml")).unwrap_err();
    assert!(error.to_string().contains("device.toml"));
}
