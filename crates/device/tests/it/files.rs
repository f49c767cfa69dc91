//! Key files and configurations.

use std::error::Error;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use latchkey_device::config::{Config, ConfigError, parse_key};
use latchkey_device::key::{self, KeyError};
use latchkey_protocol::Action;

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_generated_key_is_loaded_again_and_readable_by_its_owner_only() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("device.json");
    let key = key::generate(&path).unwrap();
    assert_eq!(key::load(&path).unwrap(), key);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_ne!(key::generate(&directory.path().join("other.json")).unwrap(), key);
}

#[test]
fn a_key_file_is_never_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("device.json");
    let key = key::generate(&path).unwrap();
    assert!(matches!(key::generate(&path), Err(KeyError::Io { .. })));
    assert_eq!(key::load(&path).unwrap(), key);
}

#[test]
fn a_key_file_that_others_may_touch_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("device.json");
    key::generate(&path).unwrap();
    for bit in [0o040, 0o020, 0o010, 0o004, 0o002, 0o001] {
        set_mode(&path, 0o600 | bit);
        let refused = key::load(&path).unwrap_err();
        assert!(matches!(refused, KeyError::Exposed { .. }), "{bit:o}");
        assert!(refused.to_string().contains("chmod 600"));
    }
    set_mode(&path, 0o400);
    key::load(&path).unwrap();
}

#[test]
fn what_is_no_key_pair_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("device.json");
    let good = {
        let key = key::generate(&path).unwrap();
        key.to_keypair_bytes().to_vec()
    };
    let mut mismatched = good.clone();
    mismatched[40] ^= 1;
    let text = |bytes: &[u8]| serde_json::to_string(bytes).unwrap();
    for wrong in [
        String::new(),
        "null".to_owned(),
        text(&good[..63]),
        text(&[&good[..], &[0]].concat()),
        text(&mismatched),
        "[256]".to_owned(),
    ] {
        fs::write(&path, &wrong).unwrap();
        assert!(matches!(key::load(&path), Err(KeyError::NotAKey { .. })), "{wrong}");
    }
    fs::write(&path, text(&good)).unwrap();
    key::load(&path).unwrap();
    assert!(matches!(key::load(&directory.path().join("none.json")), Err(KeyError::Io { .. })));
}

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

fn load(text: &str) -> Result<Config, ConfigError> {
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
    let actions: Vec<Action> = config.keyring[0].actions.iter().copied().map(Action::from).collect();
    assert_eq!(actions, [Action::Warn, Action::Lock, Action::Unlock]);
    let short = good().replace("keep_alive_secs = 30\n", "");
    assert_eq!(load(&short).unwrap().broker.keep_alive_secs, 15);
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
