//! `doctor` on set-ups that are broken in one way each: it names the part, and what to do. Real nodes' HTTP and websockets,
//! a real broker.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use latchkey::fixtures;
use latchkey::state::{Action, Function, Lender};
use latchkey_client::{PROGRAM_ID, Pubkey, pda};
use latchkey_harness::rpc::fake::{FakeChain, FakeNode, LOADER};
use latchkey_keeper::doctor::{Finding, Level, examine, worst};
use latchkey_link::key_file;
use latchkey_tests_processes::Mosquitto;
use tempfile::TempDir;

use crate::setup::{SLOT, bytes};

/// A set-up that works, until a test breaks it.
struct SetUp {
    directory: TempDir,
    chain: FakeChain,
    node: FakeNode,
    other: FakeNode,
    broker: Mosquitto,
    keeper: Pubkey,
    lender: Pubkey,
    config: String,
}

impl SetUp {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let chain = FakeChain::start(SLOT);
        let node = FakeNode::start(&chain).await.unwrap();
        let other = FakeNode::start(&chain).await.unwrap();
        // The fake chain has a time of its own.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let off = i64::try_from(now).unwrap() - chain.unix();
        for node in [&node, &other] {
            node.faults(|faults| faults.clock_off = off);
        }
        let broker = Mosquitto::alone().await.unwrap();
        let keeper = key(&directory.path().join("keeper.json"));
        let command = key(&directory.path().join("command.json"));
        chain.put(PROGRAM_ID, LOADER, 1, vec![0; 36]);
        chain.put(keeper, Pubkey::default(), 10_000_000_000, Vec::new());
        let lender = Pubkey::new_unique();
        chain.put(lender, PROGRAM_ID, 1, bytes(&fixtures::lender()));
        for action in Action::ALL {
            let mut function = Function { lender, ..fixtures::function(action) };
            function.command_keys[0] = command;
            chain.put(pda::function(&lender, action), PROGRAM_ID, 1, bytes(&function));
        }
        let config = format!(
            "keypair = 'keeper.json'
            command_keys = ['command.json']
            [chain]
            rpc_url = ['{}', '{}']
            websocket_url = '{}'
            [broker]
            port = {}",
            node.rpc_url(),
            other.rpc_url(),
            node.websocket_url(),
            broker.port()
        );
        Self { directory, chain, node, other, broker, keeper, lender, config }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    async fn examine(&self) -> Vec<Finding> {
        let path = self.path("keeper.toml");
        fs::write(&path, &self.config).unwrap();
        examine(&path).await
    }

    /// The findings of the worst level there is, which must be `level`, and what they say.
    async fn worst(&self, level: Level) -> String {
        let findings = self.examine().await;
        assert_eq!(worst(&findings), level, "{findings:#?}");
        let said = findings.iter().filter(|finding| finding.level == level);
        for finding in said.clone() {
            assert!(!finding.remedy.is_empty(), "{finding}");
        }
        said.map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    async fn is_told(&self, level: Level, parts: &[&str]) {
        let said = self.worst(level).await;
        for part in parts {
            assert!(said.contains(part), "{part:?} is not in:\n{said}");
        }
    }

    fn write_lender(&self, change: impl FnOnce(&mut Lender)) {
        let mut lender = fixtures::lender();
        change(&mut lender);
        self.chain.put(self.lender, PROGRAM_ID, 1, bytes(&lender));
    }
}

/// A new key file, and its public key.
fn key(path: &Path) -> Pubkey {
    let key = key_file::generate(path).unwrap();
    Pubkey::new_from_array(key.verifying_key().to_bytes())
}

#[tokio::test]
async fn a_set_up_that_works_has_no_fault_and_no_warning() {
    let set_up = SetUp::new().await;
    let findings = set_up.examine().await;
    assert_eq!(worst(&findings), Level::Ok, "{findings:#?}");
    for part in
        ["configuration", "keys", "rpc", "clock", "websocket", "program", "balance", "broker", "lenders"]
    {
        assert!(findings.iter().any(|finding| finding.part == part), "{part}: {findings:#?}");
    }
}

#[tokio::test]
async fn a_configuration_that_cannot_be_read_is_told_with_its_line() {
    let mut set_up = SetUp::new().await;
    set_up.config = set_up.config.replace("[chain]", "drain_sec = 1\n[chain]");
    set_up.is_told(Level::Fault, &["configuration", "line 3", "drain_sec"]).await;
}

#[tokio::test]
async fn a_key_file_that_is_missing_or_open_to_others_is_a_fault() {
    let set_up = SetUp::new().await;
    fs::remove_file(set_up.path("command.json")).unwrap();
    set_up.is_told(Level::Fault, &["keys", "command.json", "cannot read"]).await;
    key(&set_up.path("command.json"));
    std::process::Command::new("chmod").arg("644").arg(set_up.path("keeper.json")).status().unwrap();
    set_up.is_told(Level::Fault, &["keeper.json", "mode 644", "chmod 600"]).await;
}

#[tokio::test]
async fn a_key_in_two_roles_is_told() {
    let mut set_up = SetUp::new().await;
    set_up.config = format!("fee_payers = ['keeper.json']\n{}", set_up.config);
    set_up.is_told(Level::Warning, &["fee payer too"]).await;
}

#[tokio::test]
async fn a_node_that_is_away_is_a_fault_and_the_other_is_fine() {
    let mut set_up = SetUp::new().await;
    set_up.config = set_up.config.replace(&set_up.other.rpc_url(), "http://127.0.0.1:9/?api-key=SECRET");
    let said = set_up.worst(Level::Fault).await;
    assert!(said.contains("rpc http://127.0.0.1:9") && said.contains("chain.rpc_url"), "{said}");
    assert!(!said.contains("SECRET"), "{said}");
}

#[tokio::test]
async fn a_node_of_another_cluster_is_a_fault_and_one_that_lags_a_warning() {
    let set_up = SetUp::new().await;
    set_up.other.faults(|faults| faults.other_cluster = true);
    set_up.is_told(Level::Fault, &[&set_up.other.rpc_url(), "another cluster"]).await;
    set_up.other.faults(|faults| (faults.other_cluster, faults.lag) = (false, 40));
    set_up.is_told(Level::Warning, &[&set_up.other.rpc_url(), "slots behind"]).await;
}

#[tokio::test]
async fn a_clock_that_differs_from_this_machines_is_told() {
    let set_up = SetUp::new().await;
    set_up.node.faults(|faults| faults.clock_off += 300);
    set_up.is_told(Level::Warning, &["clock", "differs from this machine's", "NTP"]).await;
}

#[tokio::test]
async fn a_websocket_that_answers_nothing_is_a_fault() {
    let set_up = SetUp::new().await;
    set_up.node.faults(|faults| faults.frozen = true);
    set_up.is_told(Level::Fault, &["websocket", "chain.websocket_url"]).await;
}

#[tokio::test]
async fn a_program_that_is_not_there_or_is_none_is_a_fault() {
    let set_up = SetUp::new().await;
    set_up.chain.close(&PROGRAM_ID);
    set_up.is_told(Level::Fault, &["program", "no such account"]).await;
    set_up.chain.put(PROGRAM_ID, Pubkey::default(), 1, Vec::new());
    set_up.is_told(Level::Fault, &["program", "is no program"]).await;
}

#[tokio::test]
async fn an_empty_account_is_a_fault_and_a_small_balance_a_warning() {
    let set_up = SetUp::new().await;
    set_up.chain.close(&set_up.keeper);
    set_up.is_told(Level::Fault, &["balance", "holds nothing", "send it SOL"]).await;
    set_up.chain.put(set_up.keeper, Pubkey::default(), 50_000_000, Vec::new());
    set_up.is_told(Level::Warning, &["balance", "less than one transaction may cost"]).await;
}

#[tokio::test]
async fn a_broker_that_is_away_is_a_fault() {
    let mut set_up = SetUp::new().await;
    set_up.broker.kill().unwrap();
    set_up.is_told(Level::Fault, &["broker localhost:", "[broker]"]).await;
}

#[tokio::test]
async fn a_broker_that_refuses_commands_is_a_fault_for_a_keeper_with_a_command_key() {
    let mut set_up = SetUp::new().await;
    let settings = |directory: &Path| {
        fs::write(directory.join("list.acl"), "topic read latchkey/v1/+/receipt\n").unwrap();
        format!("allow_anonymous true\nacl_file {}\n", directory.join("list.acl").display())
    };
    let strict = Mosquitto::alone_with(settings).await.unwrap();
    let port = |broker: &Mosquitto| format!("port = {}", broker.port());
    set_up.config = set_up.config.replace(&port(&set_up.broker), &port(&strict));
    set_up.broker = strict;
    set_up.is_told(Level::Fault, &["broker", "publish to latchkey/v1/+/command"]).await;
    set_up.config = set_up.config.replace("command_keys = ['command.json']", "");
    set_up.config += "\n[functions]\nhosts = ['fn.example.com']";
    assert_ne!(worst(&set_up.examine().await), Level::Fault);
}

#[tokio::test]
async fn a_lender_whose_list_leaves_the_keeper_out_is_told() {
    let set_up = SetUp::new().await;
    set_up.write_lender(|lender| lender.keepers = vec![Pubkey::new_unique()]);
    set_up.is_told(Level::Warning, &["lenders", "not on its list"]).await;
    set_up.write_lender(|lender| lender.keepers = vec![set_up.keeper]);
    assert_eq!(worst(&set_up.examine().await), Level::Ok);
}

#[tokio::test]
async fn a_function_whose_key_is_not_in_reach_or_that_pays_too_little_is_told() {
    let mut set_up = SetUp::new().await;
    let function = Function { lender: set_up.lender, ..fixtures::function(Action::Lock) };
    set_up.chain.put(pda::function(&set_up.lender, Action::Lock), PROGRAM_ID, 1, bytes(&function));
    set_up.is_told(Level::Warning, &["too few keys of its lock function"]).await;
    set_up.config += "\n[work]\nmin_fee_lamports = 1000000000";
    set_up.is_told(Level::Warning, &["warn function pays", "work.min_fee_lamports"]).await;
}

#[tokio::test]
async fn a_function_that_does_not_answer_and_a_host_without_one_are_told() {
    let mut set_up = SetUp::new().await;
    let mut function = Function { lender: set_up.lender, ..fixtures::function(Action::Lock) };
    function.uri = "https://fn.example.com/".to_owned();
    set_up.chain.put(pda::function(&set_up.lender, Action::Lock), PROGRAM_ID, 1, bytes(&function));
    set_up.config +=
        "\n[functions]\nhosts = ['fn.example.com']\nloopback = { 'fn.example.com' = 'http://127.0.0.1:9/' }";
    set_up.is_told(Level::Fault, &["functions", "fn.example.com", "check that it runs"]).await;
    set_up.config = set_up.config.replace("fn.example.com", "other.example.com");
    set_up.is_told(Level::Warning, &["no lender that is served has a function at this host"]).await;
}

#[tokio::test]
async fn a_lender_that_is_not_on_the_cluster_is_a_fault() {
    let mut set_up = SetUp::new().await;
    let unknown = Pubkey::new_unique();
    set_up.config = format!("{}\n[work]\nlenders = ['{unknown}']", set_up.config);
    set_up.is_told(Level::Fault, &[&unknown.to_string(), "no such lender"]).await;
}
