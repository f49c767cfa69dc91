//! Borrowers with nothing but the web page, in Chromium, on a real validator: one watches the car lock, pays, and sees the
//! keeper unlock it; another pays and has the car unlocked after the keeper died. Neither loads the page again.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use latchkey_client::latchkey::state::{Action, Calendar, LoanStatus, Terms};
use latchkey_client::pda;
use latchkey_harness::function::{FunctionProcess, Site, URI};
use latchkey_harness::localnet::{Localnet, binary};
use latchkey_harness::page::{self, PageServer};
use latchkey_harness::process::{Process, Spec};
use latchkey_harness::sponsor::SponsorProcess;
use latchkey_harness::story::{Car as _, Chain as _, ChainExt as _, Parties, Script};
use latchkey_harness::testbed::LocalTestbed;
use latchkey_tests_validator::{Missed, tails};
use solana_sdk::native_token::LAMPORTS_PER_SOL;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer as _;
use tokio::try_join;

/// How long the browser may take for one step on a busy machine.
const LIMIT: Duration = Duration::from_mins(3);
const DAY: u32 = 86_400;

#[tokio::test(flavor = "multi_thread")]
async fn borrowers_with_the_page_alone_watch_the_lock_pay_and_are_unlocked() {
    let Some(dist) = page_here() else { return };
    Box::pin(live(&dist)).await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_serves_the_page_to_borrower_and_lender_until_it_is_interrupted() {
    let Some(dist) = page_here() else { return };
    demonstrate(&dist).await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_borrower_without_sol_pays_through_the_sponsor_and_the_keeper_unlocks_the_car() {
    let Some(dist) = page_here() else { return };
    Box::pin(sponsored(&dist)).await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lender_writes_funds_holds_lifts_and_settles_a_loan_with_the_page_alone() {
    let Some(dist) = page_here() else { return };
    Box::pin(lent(&dist)).await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

async fn lent(dist: &Path) -> Result<()> {
    let localnet = Localnet::start().await?;
    let parties = Parties::new();
    let mut testbed = LocalTestbed::on(localnet, &parties).await?;
    parties.set_up(&testbed.chain, &Script::PATIENT).await?;
    let enrolment = testbed.car.enrol(&parties.lender, [7; 32]).await?;
    let vehicle = parties.register(&testbed.chain, &enrolment).await?;
    for wallet in [&parties.authority, &parties.borrower] {
        testbed.chain.airdrop(&wallet.pubkey(), LAMPORTS_PER_SOL).await?;
    }
    let server = PageServer::start(dist).await?;
    let link = |key, screen: &str| server.link(&testbed.localnet, None, key, screen);
    let lent = serde_json::json!({
        "originate": link(&parties.authority, &format!("lender/{}/originate", parties.lender)),
        "borrower": link(&parties.borrower, ""),
        "lender": parties.lender.to_string(),
        "borrowerWallet": parties.borrower.pubkey().to_string(),
        "vehicle": vehicle.to_string(),
        "seller": parties.seller_tokens.to_string(),
    });
    let directory = tempfile::tempdir()?;
    let given = [("LATCHKEY_APP_URL", server.url()), ("LATCHKEY_LENT", lent.to_string())];
    let mut browser = browse(dist, directory.path(), "a lender writes a loan", &given)?;
    browser.line("page: the loan is written", LIMIT).await?;
    let loan = pda::loan(&vehicle, 0);
    let chain = &testbed.chain;
    let written = chain.loan(&loan).await?;
    ensure!(written.borrower == parties.borrower.pubkey() && written.terms.count == 12, "another loan");
    ensure!(chain.tokens(&parties.seller_tokens).await?.amount == written.terms.principal, "no price paid");
    browser.line("page: the hold is placed", LIMIT).await?;
    ensure!(chain.loan(&loan).await?.hold_until > chain.now().await?, "no hold");
    ensure!(chain.escrow(&pda::escrow(&loan)).await?.deposited > 50_000_000, "the escrow got nothing");
    browser.line("page: the hold is lifted", LIMIT).await?;
    browser.line("page: the loan is settled", LIMIT).await?;
    let settled = chain.loan(&loan).await?;
    ensure!(settled.status == LoanStatus::Settled && settled.hold_until <= chain.now().await?, "not settled");
    let ended = browser.ended(LIMIT).await?;
    ensure!(ended.success(), "{}", browser.tail());
    Ok(())
}

async fn sponsored(dist: &Path) -> Result<()> {
    let localnet = Localnet::start().await?;
    unlocked(dist, &localnet, Site::Embedded, Fees::Sponsor, "through the sponsor").await
}

async fn demonstrate(dist: &Path) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let spec = Spec::new("demo", binary("latchkey-demo")?, directory.path());
    let mut demo = spec.arg("--app").arg(dist).arg("--json").start()?;
    let opened = open_both(dist, directory.path(), &mut demo).await;
    // Whatever went wrong: a demo that is killed cannot end its validator.
    demo.interrupt()?;
    let ended = demo.ended(Duration::from_secs(30)).await?;
    let url = opened?;
    ensure!(ended.code() == Some(130), "{ended}: {}", demo.tail());
    let client = latchkey_link::http::client().build()?;
    ensure!(client.get(url).send().await.is_err(), "the page is still served");
    Ok(())
}

/// Opens both of the links that the demo prints. Returns where it serves the borrower's page.
async fn open_both(dist: &Path, directory: &Path, demo: &mut Process) -> Result<String> {
    let served = demo.line("\"step\":\"served\"", LIMIT).await?;
    let served: serde_json::Value = serde_json::from_str(&served)?;
    let link = served["borrower"].as_str().context("a link")?;
    let url = link.split('#').next().context("an address")?.to_owned();
    let given = [("LATCHKEY_APP_URL", url.clone()), ("LATCHKEY_DEMO", served.to_string())];
    let mut browser = browse(dist, directory, "the demo", &given)?;
    let ended = browser.ended(LIMIT).await?;
    ensure!(ended.success(), "{}", browser.tail());
    Ok(url)
}

/// The built page, if its tests can run here.
fn page_here() -> Option<PathBuf> {
    let dist = page::built().filter(|dist| dist.join("../node_modules/@playwright/test/cli.js").exists());
    if dist.is_none() {
        eprintln!(
            "skipped: the web page is not built; `cargo xtask app test` builds it and installs what runs it"
        );
    }
    dist
}

async fn live(dist: &Path) -> Result<()> {
    let localnet = Localnet::start().await?;
    try_join!(
        unlocked(dist, &localnet, Site::Embedded, Fees::Own, "sees it unlocked"),
        unlocked(dist, &localnet, Site::Http, Fees::Own, "alone")
    )?;
    Ok(())
}

/// Two instalments, the second far away: whatever happens after the first is not paid takes all the time that it needs.
fn script() -> Script {
    let script = Script::minute();
    // The page is open before the loan is written, and sees it while nothing is due.
    let terms = Terms { first_due: 15, count: 2, calendar: Calendar::seconds(60 * DAY), ..script.terms };
    Script { terms, offer: Script::PATIENT, ..script }
}

/// Who pays the network's fees.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fees {
    Own,
    /// The borrower has no SOL.
    Sponsor,
}

/// One borrower. The keeper dies after the lock if the function is a process of its own.
async fn unlocked(dist: &Path, localnet: &Localnet, site: Site, fees: Fees, test: &str) -> Result<()> {
    let parties = Parties::new().served_at(site.uri());
    let localnet = Localnet::attach(&localnet.url()).await?;
    let testbed = LocalTestbed::with_function(localnet, &parties, site).await?;
    let directory = tempfile::tempdir()?;
    let payer = Keypair::new();
    let with_sol = if fees == Fees::Own { parties.borrower.pubkey() } else { payer.pubkey() };
    testbed.chain.airdrop(&with_sol, LAMPORTS_PER_SOL).await?;
    let sponsor = match fees {
        Fees::Own => None,
        Fees::Sponsor => {
            let (rpc, lender) = (testbed.localnet.url(), &parties.lender);
            Some(SponsorProcess::start(directory.path(), &rpc, lender, &payer).await?)
        }
    };
    let borrower = parties.borrower.pubkey();
    let server = PageServer::start(dist).await?;
    let loan = pda::loan(&pda::vehicle(&testbed.car.device_key()), 0);
    let go = directory.path().join("go");
    let whole = serde_json::json!({
        "link": server.link(&testbed.localnet, sponsor.as_ref(), &parties.borrower, &format!("loan/{loan}")),
        "function": testbed.function.as_ref().map(|function| {
            serde_json::json!({ "uri": URI, "at": FunctionProcess::address(function) })
        }),
        "go": go,
    });
    let mut browser = browse(
        dist,
        directory.path(),
        test,
        &[("LATCHKEY_APP_URL", server.url()), ("LATCHKEY_WHOLE", whole.to_string())],
    )?;
    browser.line("page: waits for the loan", LIMIT).await?;

    let mut loan = Missed::with(testbed, parties, script()).await?;
    loan.confirmed(Action::Lock).await?;
    browser.line("page: the car is locked", LIMIT).await?;
    ensure!(!loan.testbed.car.try_start().await?, "the page saw a lock that the car did not");
    if site == Site::Http {
        loan.testbed.keeper.process.kill()?;
    }
    fs::write(&go, "")?;

    let unlocked = browser.line("page: the car is unlocked", LIMIT).await;
    unlocked.map_err(|failed| failed.context(tails(&loan.testbed)))?;
    ensure!(loan.testbed.car.try_start().await?, "the page saw an unlock that the car did not");
    let ended = browser.ended(LIMIT).await?;
    ensure!(ended.success(), "{}", browser.tail());
    if fees == Fees::Sponsor {
        let chain = &loan.testbed.chain;
        ensure!(chain.account(&borrower).await?.is_none(), "the borrower was to have no SOL");
        let left = chain.account(&payer.pubkey()).await?.context("the sponsor's account")?.lamports;
        ensure!(left < LAMPORTS_PER_SOL, "the sponsor paid nothing");
    }
    Ok(())
}

/// Runs tests of `whole.spec.ts` by a part of their name.
fn browse(dist: &Path, directory: &Path, test: &str, given: &[(&str, String)]) -> Result<Process> {
    let app = dist.join("..");
    let node = env::var_os("LATCHKEY_NODE").unwrap_or_else(|| "node".into());
    let spec = Spec::new("page", node, directory)
        .arg(app.join("node_modules/@playwright/test/cli.js"))
        .args(["test", "--reporter", "line", "--config"])
        .arg(app.join("playwright.config.ts"))
        .arg("--output")
        .arg(directory.join("results"))
        .args(["--grep", test, "whole.spec.ts"]);
    given.iter().fold(spec, |spec, (name, value)| spec.env(name, value)).start()
}
