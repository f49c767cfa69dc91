//! A lender, a borrower and a keeper live their whole lives with `latchkey`, `latchkey-keeper` and `latchkey-device`, by
//! typing what docs/operating.md says.

use std::env;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use latchkey_client::Pubkey;
use latchkey_client::events::Event;
use latchkey_client::latchkey::state::Action;
use latchkey_harness::broker::Mosquitto;
use latchkey_harness::localnet::{Localnet, binary};
use latchkey_harness::story::{ChainExt as _, Journal, RpcChain};
use tokio::process::Command;
use tokio::time::timeout;

const PAGE: &str = include_str!("../../../../docs/operating.md");
/// Where the page's commands begin that need no validator and broker of their own.
const BEGINS: &str = "### A lender";
/// Longer than every wait on the page may take together.
const PATIENCE: Duration = Duration::from_mins(4);

/// What the test does before the page's commands, and what it wants to know after them. Whatever was started ends with
/// the shell.
const BEFORE: &str = "set -eu\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\nset -x\n";
const AFTER: &str = "\nset +x\necho \"$LENDER $VEHICLE $LOAN $KEEPER_KEY\" > addresses\n";

/// The page's commands from [`BEGINS`] on, in order.
fn typed() -> String {
    let (_, life) = PAGE.split_once(BEGINS).unwrap_or_default();
    let blocks = life.split("```sh\n").skip(1);
    blocks.filter_map(|block| block.split_once("```")).map(|(commands, _)| commands).collect()
}

/// One of our commands in a directory of the test's own, whatever settings the user has.
fn command(program: &Path, directory: &Path, url: &str) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(directory)
        .env("LATCHKEY_URL", url)
        .env("XDG_CONFIG_HOME", directory)
        .env_remove("LATCHKEY_KEYPAIR")
        .env_remove("LATCHKEY_CONFIG")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

fn failed(output: &Output, directory: &Path) -> anyhow::Error {
    let log = |name: &str| std::fs::read_to_string(directory.join(name)).unwrap_or_default();
    let tail = |text: &str| {
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    };
    anyhow::anyhow!(
        "{}\n--- commands\n{}\n--- printed\n{}\n--- keeper\n{}\n--- car\n{}",
        output.status,
        tail(&String::from_utf8_lossy(&output.stderr)),
        tail(&String::from_utf8_lossy(&output.stdout)),
        tail(&log("keeper.log")),
        tail(&log("car.log")),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loan_lives_as_the_operators_page_types_it() {
    let localnet = Localnet::from_environment().await.expect("a validator");
    live(&localnet).await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

async fn live(localnet: &Localnet) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let place = directory.path().join("life");
    std::fs::create_dir(&place)?;
    let broker = Mosquitto::start(directory.path()).await?;
    let script = typed()
        .replace("127.0.0.1:8899", &format!("127.0.0.1:{}", localnet.rpc_port()))
        .replace("127.0.0.1:8900", &format!("127.0.0.1:{}", localnet.websocket_port()))
        .replace("port = 1883", &format!("port = {}", broker.port()));
    ensure!(script.contains("latchkey loan close"), "the page's commands were not found");

    let latchkey = binary("latchkey")?;
    let binaries = [binary("latchkey-keeper")?, binary("latchkey-device")?, latchkey.clone()];
    let paths = binaries.iter().filter_map(|path| path.parent().map(Path::to_owned));
    let here = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(paths.chain(env::split_paths(&here)))?;
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let mut shell = command(Path::new("bash"), &place, &localnet.url());
    shell.env("PATH", path).env("TREE", tree).arg("-c").arg(format!("{BEFORE}{script}{AFTER}"));
    let typing = timeout(PATIENCE, shell.output()).await;
    let Ok(output) = typing else { bail!("the page's commands take longer than {PATIENCE:?}") };
    let output = output?;
    if !output.status.success() {
        return Err(failed(&output, &place));
    }
    ensure!(
        String::from_utf8_lossy(&output.stdout).contains("nothing to do"),
        "a second `lender apply` changed something"
    );

    let addresses = std::fs::read_to_string(place.join("addresses"))?;
    let addresses: Vec<Pubkey> = addresses.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [lender, vehicle, loan, keeper] = addresses[..] else { bail!("not four addresses: {addresses:?}") };
    let chain = RpcChain::new(&localnet.url());
    let mut journal = Journal::of([loan]);
    journal.read(&chain).await?;
    told(&journal, &keeper).map_err(|error| error.context(failed(&output, &place).to_string()))?;
    let after = chain.lender(&lender).await?;
    ensure!((after.loans_opened, after.loans_closed) == (1, 1), "the lender has another loan");
    ensure!(chain.vehicle(&vehicle).await?.active_loan.is_none(), "the car still secures the loan");

    errors_name_the_rule(&latchkey, &place, &localnet.url(), &lender, &loan).await
}

/// The chain tells the same life: a payment, a default, a lock and an unlock that the car proved, a payoff, the end.
fn told(journal: &Journal, keeper: &Pubkey) -> Result<()> {
    let (mut defaults, mut locks, mut unlocks, mut closed) = (0, 0, 0, 0);
    let (mut collected, mut waived, mut withdrawn) = (0, 0, 0);
    for entry in journal.entries() {
        match &entry.event {
            Event::DefaultDeclared(_) => defaults += 1,
            Event::PaymentApplied(_) => collected += 1,
            Event::FeesWaived(event) => waived += event.amount,
            Event::SurplusWithdrawn(event) => withdrawn += event.amount,
            Event::InvocationConfirmed(event) => {
                ensure!(event.keeper == *keeper, "somebody else was paid");
                match event.action {
                    Action::Lock => locks += 1,
                    Action::Unlock => unlocks += 1,
                    Action::Warn => {}
                }
            }
            Event::LoanClosed(_) => closed += 1,
            _ => {}
        }
    }
    ensure!((defaults, locks, unlocks, closed) == (1, 1, 1, 1), "{:?}", (defaults, locks, unlocks, closed));
    ensure!(collected >= 3 && waived == 25_000_000 && withdrawn == 50_000_000);
    Ok(())
}

/// What is refused says which rule refused it, for people and for programs.
async fn errors_name_the_rule(
    latchkey: &Path,
    place: &Path,
    url: &str,
    lender: &Pubkey,
    loan: &Pubkey,
) -> Result<()> {
    let (lender, loan) = (lender.to_string(), loan.to_string());
    let run = async |words: &[&str]| -> Result<(Option<i32>, String)> {
        let output = command(latchkey, place, url).args(words).output().await?;
        Ok((output.status.code(), String::from_utf8(output.stderr)?))
    };
    let stranger = ["--keypair", "borrower.json", "lender", "pause", "1h", "--lender", &lender];
    let (code, said) = run(&stranger).await?;
    ensure!(code == Some(1) && said.contains("NotServicing (6001)") && said.contains("sign with"), "{said}");
    let (code, said) = run(&[&stranger[..], &["--json"]].concat()).await?;
    ensure!(code == Some(1) && said.contains(r#""number":6001,"rule":"NotServicing""#), "{said}");
    let (code, said) = run(&["loan", "show", &loan]).await?;
    ensure!(code == Some(1) && said.contains("there is no loan at"), "{said}");
    let (code, said) = run(&["lender", "pause", "1h", "--lender", &lender]).await?;
    ensure!(code == Some(2) && said.contains("--keypair"), "{said}");
    let (code, said) = run(&["--keypair", "lender.json", "keygen", "--out", "lender.json"]).await?;
    ensure!(code == Some(2) && said.contains("never overwritten"), "{said}");
    let mut words = vec!["lender", "show", "--json", "--lender", &lender];
    let shown = command(latchkey, place, url).args(&words).output().await?.stdout;
    let shown = String::from_utf8(shown)?;
    ensure!(shown.lines().count() == 1 && shown.contains(r#""loans_closed":1"#), "{shown}");
    words[0] = "leender";
    ensure!(run(&words).await.context("a misspelt command")?.0 == Some(2));
    Ok(())
}
