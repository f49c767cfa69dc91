//! A lender, a borrower and a keeper go through a whole loan with `latchkey`, `latchkey-keeper` and `latchkey-device`,
//! by typing what docs/operating.md says.

use std::env;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use ed25519_dalek::SigningKey;
use latchkey_client::events::Event;
use latchkey_client::instructions::lock_now;
use latchkey_client::latchkey::state::{Action, Calendar, Terms};
use latchkey_client::{PROGRAM_ID, Pubkey};
use latchkey_harness::broker::Mosquitto;
use latchkey_harness::localnet::{Localnet, binary};
use latchkey_harness::story::{Chain as _, ChainExt as _, Journal, Offer, Parties, RpcChain, Script};
use latchkey_protocol::Enrolment;
use latchkey_protocol::sealed::Envelope;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer as _;
use tokio::time::timeout;

use crate::typing::{Terminal, command};

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
    ensure!(chain.vehicle(&vehicle).await?.active_loan().is_none(), "the car still secures the loan");

    errors_name_the_rule(&latchkey, &place, &localnet.url(), &lender, &loan).await
}

/// The chain shows the same life: a payment, a default, a lock and an unlock that the car proved, a payoff, the end.
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
                ensure!(event.keeper == *keeper, "another keeper was paid");
                locks += u32::from(event.action == Action::Lock);
                unlocks += u32::from(event.action == Action::Unlock);
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
    let terminal = Terminal { latchkey: latchkey.to_owned(), place: place.to_owned(), url: url.to_owned() };
    let (lender, loan) = (lender.to_string(), loan.to_string());
    let stranger = ["--keypair", "borrower.json", "lender", "pause", "1h", "--lender", &lender];
    terminal.refuses(&stranger, "NotServicing").await?;
    let (code, said) = terminal.fails(&stranger).await?;
    ensure!(code == Some(1) && said.contains("NotServicing (6001)") && said.contains("sign with"), "{said}");
    let (code, said) = terminal.fails(&["loan", "show", &loan]).await?;
    ensure!(code == Some(1) && said.contains("is closed"), "{said}");
    let (code, said) = terminal.fails(&["lender", "pause", "1h", "--lender", &lender]).await?;
    ensure!(code == Some(2) && said.contains("--keypair"), "{said}");
    let shown = terminal.types(&["lender", "show", "--lender", &lender]).await?;
    ensure!(shown["loans_closed"] == 1, "{shown}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_else_lender_and_borrower_may_do_they_do_at_the_terminal() {
    let localnet = Localnet::from_environment().await.expect("a validator");
    serve(&localnet).await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

/// A car's device with a new key.
fn device() -> Result<SigningKey> {
    Ok(SigningKey::from_bytes(&Keypair::new().secret_bytes()[..].try_into()?))
}

/// An authority that owns no lamports, a servicer, a payer and a borrower, each with a key of their own.
async fn serve(localnet: &Localnet) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let at =
        Terminal { latchkey: binary("latchkey")?, place: directory.path().to_owned(), url: localnet.url() };
    let chain = RpcChain::new(&localnet.url());
    let (parties, script) = (Parties::new(), Script::minute());
    parties.set_up(&chain, &script.offer).await?;
    at.keep("authority.json", &parties.authority)?;
    at.keep("borrower.json", &parties.borrower)?;
    at.keep("payer.json", &parties.funder)?;
    let lender = parties.lender.to_string();
    let paid = ["--payer", "payer.json"];
    let by = |key: &'static str, words: &[&'static str]| [&["--keypair", key], &paid[..], words].concat();

    // The lender.
    let servicer = at.keygen("servicer.json").await?;
    let set = by("authority.json", &["lender", "servicer"]);
    at.types(&[&set[..], &[&servicer]].concat()).await?;
    at.types(&by("authority.json", &["lender", "function", "warn", "--fee", "0.003"])).await?;
    at.types(&by("authority.json", &["lender", "policy", "--max-apr", "30%"])).await?;
    let hers = ["--lender", &lender];
    at.types(&[&by("servicer.json", &["lender", "pause", "2h"])[..], &hers].concat()).await?;
    let shown = at.types(&["lender", "show", "--lender", &lender]).await?;
    ensure!(shown["functions"]["warn"]["fee_lamports"] == 3_000_000 && shown["paused_until"].is_string());
    ensure!(shown["servicer"] == servicer.as_str() && shown["policy"]["max_apr"] == "30.00%", "{shown}");
    at.types(&[&by("servicer.json", &["lender", "unpause"])[..], &hers].concat()).await?;

    // The loan.
    let car = device()?;
    let vin_commitment = [8; 32];
    let enrolment =
        Enrolment { program: PROGRAM_ID.to_bytes(), lender: parties.lender.to_bytes(), vin_commitment };
    let vehicle = parties.register(&chain, &Envelope::seal(&car, &enrolment.encode())).await?;
    let now = chain.now().await?;
    let terms = Terms {
        first_due: now + 25,
        calendar: Calendar::seconds(10),
        grace_secs: 1,
        notice_secs: 1,
        instalment: 1_000_000_000,
        ..script.terms
    };
    let offer = Offer { fee: 3_000_000, ..script.offer };
    let (keys, _) = parties.originate(&chain, vehicle, terms, &offer).await?;
    let (loan, car_address) = (keys.loan.to_string(), vehicle.to_string());
    let of_loan = |key, words: &[&'static str]| [&by(key, words)[..], &[&loan]].concat();

    let no_notice = ["--evidence-hash", &"ab".repeat(32), "--channel", "mail"];
    at.refuses(&[&of_loan("servicer.json", &["loan", "notice"])[..], &no_notice].concat(), "NotPastDue")
        .await?;
    at.refuses(&of_loan("authority.json", &["loan", "charge-off"]), "TooEarlyToChargeOff").await?;
    at.types(&[&of_loan("servicer.json", &["loan", "hold"])[..], &["--until", "+7d"]].concat()).await?;
    let half =
        at.types(&[&of_loan("servicer.json", &["loan", "lift-hold"])[..], &["--sign-only"]].concat()).await?;
    ensure!(half["missing"] == serde_json::json!([parties.borrower.pubkey().to_string()]), "{half}");
    std::fs::write(at.place.join("half.txt"), half["transaction"].as_str().context("base64")?)?;
    at.types(&["--keypair", "borrower.json", "sign", "half.txt"]).await?;
    ensure!(at.types(&["loan", "show", &loan]).await?["hold_until"].is_null(), "the hold stands");
    let both = ["--borrower-keypair", "borrower.json"];
    at.types(&[&of_loan("servicer.json", &["loan", "extend"])[..], &both].concat()).await?;
    at.refuses(&[&of_loan("servicer.json", &["loan", "extend"])[..], &both].concat(), "NoExtensionLeft")
        .await?;

    at.types(&[&of_loan("borrower.json", &["loan", "top-up"])[..], &["600"]].concat()).await?;
    let paid_more =
        at.types(&[&of_loan("borrower.json", &["loan", "pay"])[..], &["--extra", "500"]].concat()).await?;
    ensure!(paid_more["principal"].as_str().is_some_and(|paid| paid.starts_with("499.")), "{paid_more}");
    at.types(&[&of_loan("borrower.json", &["loan", "withdraw"])[..], &["40.5"]].concat()).await?;
    at.types(&[&of_loan("payer.json", &["escrow", "fund"])[..], &["0.02"]].concat()).await?;
    at.types(&[&of_loan("authority.json", &["escrow", "withdraw"])[..], &["0.001"]].concat()).await?;
    ensure!(
        chain.lamports(&parties.authority.pubkey()).await? == 1_000_000,
        "the authority got something else"
    );

    // The car gets another key; its borrower agrees.
    let newer = device()?;
    let newer = hex::encode(Envelope::seal(&newer, &enrolment.encode()).to_bytes());
    let rotate = by("servicer.json", &["vehicle", "rotate-key", "--borrower-keypair", "borrower.json"]);
    at.types(&[&rotate[..], &[&car_address, &newer]].concat()).await?;
    let retire = by("servicer.json", &["vehicle", "retire"]);
    at.refuses(&[&retire[..], &[&car_address]].concat(), "VehicleHasLoan").await?;

    // It falls due; a notice; a lock is asked for, and the borrower's emergency start undoes it.
    at.types(&["loan", "watch", &loan, "--until", "due", "--timeout", "2m"]).await?;
    at.types(&[&of_loan("servicer.json", &["loan", "notice"])[..], &no_notice].concat()).await?;
    let early = of_loan("borrower.json", &["loan", "emergency-start"]);
    at.refuses(&early, "NothingToUnlock").await?;
    chain.reach(chain.now().await? + 2).await?;
    let seq = chain.vehicle(&vehicle).await?.last_seq_asked + 1;
    chain.send(&lock_now(&keys, parties.funder.pubkey(), seq), &[&parties.funder]).await?;
    let started = at.types(&early).await?;
    ensure!(started["left"] == 0 && started["lasts"] == "1d", "{started}");
    let shown = at.types(&["loan", "show", &loan]).await?;
    ensure!(shown["emergency_until"].is_string() && shown["car"]["may_be_locked"] == true, "{shown}");
    ensure!(shown["status"] == "defaulted" && shown["notices"]["mail"].is_string(), "{shown}");

    // The lender changes hands.
    let heir = at.keygen("heir.json").await?;
    at.types(&[&by("authority.json", &["lender", "nominate"])[..], &[&heir]].concat()).await?;
    at.types(&[&by("heir.json", &["lender", "accept"])[..], &hers].concat()).await?;
    let shown = at.types(&["lender", "show", "--lender", &lender]).await?;
    ensure!(shown["authority"] == heir.as_str() && shown["pending_authority"].is_null(), "{shown}");
    let listed = at.types(&["loan", "list", "--lender", &lender, "--status", "defaulted"]).await?;
    ensure!(listed["loan"] == loan.as_str(), "{listed}");
    Ok(())
}
