//! A borrower with nothing but the web page: watches the car lock, pays, and has it unlocked while no keeper runs any more.
//! The page runs in Chromium; program, function, broker and car are the real ones.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use latchkey_harness::function::{FunctionProcess, Site, URI};
use latchkey_harness::process::Spec;
use latchkey_harness::story::{Car as _, Chain as _, Milestone, Observer, Parties, Script};
use latchkey_harness::testbed::EmbeddedTestbed;
use solana_sdk::native_token::LAMPORTS_PER_SOL;
use solana_sdk::signer::Signer as _;
use tokio::sync::watch;

/// How long the browser may take for one step on a busy machine.
const LIMIT: Duration = Duration::from_mins(5);

#[tokio::test(flavor = "multi_thread")]
async fn a_borrower_with_the_page_alone_watches_the_lock_pays_and_unlocks() {
    let Some(app) = built_page() else {
        eprintln!(
            "skipped: the web page is not built; `cargo xtask app test` builds it and installs what runs it"
        );
        return;
    };
    live(&app).await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

/// `app/`, if the page is built there and its tests can run.
fn built_page() -> Option<PathBuf> {
    let app = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../app");
    let has = |file: &str| app.join(file).exists();
    (has("dist/rules.wasm") && has("node_modules/@playwright/test/cli.js")).then_some(app)
}

/// Where the loan is, and whether its car is locked.
#[derive(Default)]
struct Listener {
    loan: watch::Sender<Option<String>>,
    locked: watch::Sender<bool>,
}

impl Observer for Listener {
    fn milestone(&mut self, _: i64, milestone: &Milestone) -> io::Result<()> {
        match milestone {
            Milestone::Originated { loan, .. } => _ = self.loan.send_replace(Some(loan.to_string())),
            Milestone::Locked { .. } => _ = self.locked.send_replace(true),
            _ => {}
        }
        Ok(())
    }

    fn waiting(&mut self, _: &str, _: i64, _: Option<i64>) -> io::Result<()> {
        Ok(())
    }
}

async fn live(app: &Path) -> Result<()> {
    let parties = Parties::new().served_at(URI);
    let mut testbed = EmbeddedTestbed::with_function(&parties, Site::Http).await?;
    testbed.chain.airdrop(&parties.borrower.pubkey(), LAMPORTS_PER_SOL).await?;
    let function = testbed.function.as_ref().map(FunctionProcess::address).unwrap_or_default().to_owned();
    let rpc = testbed.rpc_url();
    let mut listener = Listener::default();
    let (mut loan, mut locked) = (listener.loan.subscribe(), listener.locked.subscribe());

    // The story runs while it is waited for, and stands still in between.
    let mut story = Box::pin(testbed.live(&parties, Script::year(), &mut listener));
    let loan = tokio::select! {
        ended = &mut story => bail!("the story ended: {ended:?}"),
        loan = loan.wait_for(Option::is_some) => loan?.clone().unwrap_or_default(),
    };
    let whole = serde_json::json!({
        "rpc": rpc,
        "uri": URI,
        "function": function,
        "loan": loan,
        "key": bs58::encode(parties.borrower.secret_bytes()).into_string(),
    });
    let directory = tempfile::tempdir()?;
    let node = env::var_os("LATCHKEY_NODE").unwrap_or_else(|| "node".into());
    let mut page = Spec::new("page", node, directory.path())
        .arg(app.join("node_modules/@playwright/test/cli.js"))
        .args(["test", "--reporter", "line", "--config"])
        .arg(app.join("playwright.config.ts"))
        .arg("whole.spec.ts")
        .env("LATCHKEY_WHOLE", whole.to_string())
        .start()?;
    page.line("page: the car starts", LIMIT).await?;
    tokio::select! {
        ended = &mut story => bail!("the story ended before the car was locked: {ended:?}"),
        locked = locked.wait_for(|locked| *locked) => {
            locked?;
        }
    }
    drop(story);
    testbed.kill_keeper().await;
    page.line("page: the car is locked", LIMIT).await?;
    ensure!(testbed.car.simulation().look().inhibited, "the page saw a lock that the car did not");

    page.line("page: the car is unlocked", LIMIT).await?;
    ensure!(!testbed.car.simulation().look().inhibited, "the page saw an unlock that the car did not");
    ensure!(testbed.car.try_start().await?, "the car does not start");
    Ok(())
}
