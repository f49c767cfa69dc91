//! The alerts and the dashboard that come with the keeper: what they name is emitted, and a real Prometheus fires them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use latchkey::state::Action;
use latchkey_keeper::core::{FunctionReply, Verdict};
use latchkey_keeper::surface::{Metrics, Stage};
use latchkey_link::http::client;
use latchkey_tests_processes::process::{Spec, free_port};
use serde_json::Value;
use tokio::process::Command;
use tokio::time::{Instant, sleep};

use crate::setup::one_node;
use crate::surface::Running;

const PREFIX: &str = "latchkey_keeper_";
/// What Prometheus makes of a histogram's name.
const OF_HISTOGRAMS: [&str; 3] = ["_bucket", "_sum", "_count"];

fn deployed(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy").join(path)
}

/// Every metric that a text names.
fn named(text: &str) -> BTreeSet<String> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let names = text.split(|character| !is_part(character)).filter(|word| word.starts_with(PREFIX));
    names.map(str::to_owned).collect()
}

/// Every metric that a keeper describes, as it is named in queries.
fn emitted() -> BTreeSet<String> {
    // What has no value yet is not described either.
    let metrics = Metrics::default();
    metrics.transaction_ended("collect", Verdict::Succeeded, 5_000);
    metrics.call_ended(Action::Lock, &FunctionReply::Retry);
    metrics.step(Action::Lock, Stage::Settled, Duration::ZERO);
    metrics.set_rpc_calls("node", "getSlot", 1);
    metrics.set_firsts("node", 1);
    metrics.set_balance("address".to_owned(), "keeper", 1);
    let metrics = metrics.encode();
    let described = metrics.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let mut names = BTreeSet::new();
    for line in described {
        let (name, kind) = line.split_once(' ').unwrap();
        match kind {
            "counter" => _ = names.insert(format!("{name}_total")),
            "histogram" => names.extend(OF_HISTOGRAMS.map(|part| format!("{name}{part}"))),
            _ => _ = names.insert(name.to_owned()),
        }
    }
    names
}

#[test]
fn what_alerts_and_dashboard_name_is_emitted_and_every_alert_is_on_the_operators_page() {
    let emitted = emitted();
    for file in ["prometheus/alerts.yml", "prometheus/alerts.test.yml", "grafana/keeper.json"] {
        let text = fs::read_to_string(deployed(file)).unwrap();
        let missing: Vec<String> = named(&text).difference(&emitted).cloned().collect();
        assert!(!named(&text).is_empty() && missing.is_empty(), "{file} names {missing:?} of {emitted:?}");
    }
    let alerts = fs::read_to_string(deployed("prometheus/alerts.yml")).unwrap();
    let cases = fs::read_to_string(deployed("prometheus/alerts.test.yml")).unwrap();
    let page = fs::read_to_string(deployed("../docs/operating.md")).unwrap();
    let names: Vec<&str> = alerts.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(names.len() > 5);
    for name in names {
        assert!(cases.contains(&format!("alertname: {name}")), "no case of {name}");
        assert!(
            page.contains(&format!("| `{name}` |")),
            "docs/operating.md does not say what to do on {name}"
        );
    }
}

#[tokio::test]
async fn prometheus_takes_the_rules_and_fires_each_on_its_fault_alone() {
    if !is_installed("promtool") {
        return;
    }
    for arguments in [
        &["check", "config", "prometheus.yml"][..],
        &["check", "rules", "alerts.yml"],
        &["test", "rules", "alerts.test.yml"],
    ] {
        let checked = Command::new("promtool").args(arguments).current_dir(deployed("prometheus")).output();
        let checked = checked.await.unwrap();
        assert!(checked.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&checked.stderr));
    }
}

/// A real Prometheus that asks a real keeper; the rules are those that come with it, without their waiting times.
#[tokio::test]
async fn a_real_prometheus_fires_when_a_keeper_loses_its_broker_and_when_it_is_gone() {
    if !is_installed("prometheus") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let (_chain, node) = one_node().await;
    let keeper = Running::start(&node).await;
    keeper.until("/ready", 200).await;
    let rules = fs::read_to_string(deployed("prometheus/alerts.yml")).unwrap();
    let waits = |line: &&str| line.trim().starts_with("for: ");
    let at_once: Vec<&str> = rules.lines().filter(|line| !waits(line)).collect();
    fs::write(directory.path().join("alerts.yml"), at_once.join("\n")).unwrap();
    let target = keeper.address.trim_start_matches("http://");
    let settings = fs::read_to_string(deployed("prometheus/prometheus.yml")).unwrap();
    let settings = settings.replace("15s", "1s").replace("127.0.0.1:9464", target);
    fs::write(directory.path().join("prometheus.yml"), settings).unwrap();
    let port = free_port().unwrap();
    let spec = Spec::new("prometheus", "prometheus", directory.path())
        .arg("--config.file=prometheus.yml")
        .arg("--storage.tsdb.path=data")
        .arg(format!("--web.listen-address=127.0.0.1:{port}"));
    let mut prometheus = spec.start().unwrap();
    prometheus.port(port, Duration::from_mins(1)).await.unwrap();

    until(port, "it reaches the keeper", |_, is_up| is_up).await;
    assert_eq!(firing(port).await.0, BTreeSet::new());
    keeper.broker.store(false, Ordering::Relaxed);
    until(port, "LatchkeyBrokerAway", |firing, _| firing.contains("LatchkeyBrokerAway")).await;
    keeper.broker.store(true, Ordering::Relaxed);
    until(port, "the end of the alert", |firing, _| firing.is_empty()).await;
    drop(keeper);
    until(port, "LatchkeyKeeperDown", |firing, _| firing.contains("LatchkeyKeeperDown")).await;
}

/// Waits until the names of the alerts that fire, and whether the keeper is up, are as `wanted`.
async fn until(port: u16, what: &str, wanted: impl Fn(&BTreeSet<String>, bool) -> bool) {
    let until = Instant::now() + Duration::from_mins(1);
    loop {
        let (firing, is_up) = firing(port).await;
        if wanted(&firing, is_up) {
            return;
        }
        assert!(Instant::now() < until, "not seen: {what}; {firing:?} fires");
        sleep(Duration::from_millis(300)).await;
    }
}

async fn firing(port: u16) -> (BTreeSet<String>, bool) {
    let get = async |path: &str| -> Value {
        let asked =
            client().build().unwrap().get(format!("http://127.0.0.1:{port}/api/v1/{path}")).send().await;
        let text = match asked {
            Ok(answer) => answer.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        };
        serde_json::from_str(&text).unwrap_or_default()
    };
    let alerts = get("alerts").await;
    let alerts = alerts["data"]["alerts"].as_array().cloned().unwrap_or_default();
    let firing = alerts.iter().filter(|alert| alert["state"] == "firing");
    let names = firing.filter_map(|alert| alert["labels"]["alertname"].as_str()).map(str::to_owned).collect();
    let targets = get("targets").await;
    (names, targets["data"]["activeTargets"][0]["health"] == "up")
}

fn is_installed(program: &str) -> bool {
    let found = std::env::var_os("PATH")
        .is_some_and(|paths| std::env::split_paths(&paths).any(|path| path.join(program).is_file()));
    if !found {
        eprintln!("skipped: no {program}; `cargo xtask setup` installs it");
    }
    found
}
