//! A car is unlocked at the terminal, without any keeper: whoever holds an unlock key runs the function alone, and a borrower
//! calls the function where it runs. Both ask the contract before, and bring the car's receipt after.

use std::fs;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use latchkey_client::latchkey::state::{Action, Calendar, Terms};
use latchkey_client::protocol::Command;
use latchkey_client::protocol::sealed::Envelope;
use latchkey_client::{Pubkey, pda};
use latchkey_device::clock::VirtualClock;
use latchkey_harness::broker::EmbeddedBroker;
use latchkey_harness::car::{CarKeys, EmbeddedCar};
use latchkey_harness::function::{FunctionProcess, Site, URI};
use latchkey_harness::ledger::Svm;
use latchkey_harness::localnet::{binary, program_bytes};
use latchkey_harness::rpc::SvmRpc;
use latchkey_harness::story::{Car as _, ChainExt as _, Offer, Parties, Script, SvmChain};
use solana_sdk::signer::Signer as _;
use tempfile::TempDir;

use crate::typing::Terminal;

/// New Year's Day 2027, 09:00 UTC.
const BEGINNING: i64 = 1_798_794_000;

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_an_unlock_key_has_the_car_unlocked_alone() {
    live().await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

/// A borrower's loan on a car that obeys, and a terminal.
struct Scene {
    parties: Parties,
    chain: SvmChain,
    vehicle: Pubkey,
    loan: String,
    car: EmbeddedCar,
    broker: EmbeddedBroker,
    rpc: SvmRpc,
    at: Terminal,
    directory: TempDir,
}

impl Scene {
    /// The lender's functions run at `uri`.
    async fn set(uri: &'static str) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let svm = Svm::new(&fs::read(program_bytes()?)?, BEGINNING)?;
        let clock = VirtualClock::default();
        let chain = SvmChain::new(svm.clone(), clock.clone());
        let (parties, script) = (Parties::new().served_at(uri), Script::minute());
        let offer: Offer = script.offer;
        parties.set_up(&chain, &offer).await?;
        let broker = EmbeddedBroker::start()?;
        let memory = directory.path().join("car");
        fs::create_dir(&memory)?;
        let command_key = parties.command_key.pubkey();
        let mut car = EmbeddedCar::start(&memory, broker.port(), CarKeys::one(command_key), Arc::new(clock))?;
        let enrolment = car.enrol(&parties.lender, [8; 32]).await?;
        let vehicle = parties.register(&chain, &enrolment).await?;
        let terms = Terms {
            first_due: BEGINNING + 86_400,
            calendar: Calendar::seconds(86_400),
            instalment: 1_100_000_000,
            ..script.terms
        };
        let (keys, _) = parties.originate(&chain, vehicle, terms, &offer).await?;
        let rpc = SvmRpc::start(svm).await?;
        let at =
            Terminal { latchkey: binary("latchkey")?, place: directory.path().to_owned(), url: rpc.url() };
        at.keep("borrower.json", &parties.borrower)?;
        at.keep("payer.json", &parties.funder)?;
        at.keep("authority.json", &parties.authority)?;
        Ok(Self { parties, chain, vehicle, loan: keys.loan.to_string(), car, broker, rpc, at, directory })
    }

    /// `loan unlock` by somebody, with these options.
    fn unlock<'a>(&'a self, keypair: &'a str, options: &[&'a str]) -> Vec<&'a str> {
        let words = ["--keypair", keypair, "--payer", "payer.json", "loan", "unlock", &self.loan];
        [&words[..], options].concat()
    }

    async fn ensure_settled(&self) -> Result<()> {
        let after = self.chain.vehicle(&self.vehicle).await?;
        ensure!((after.last_seq_proven, after.open_request()) == (1, None), "the receipt was not settled");
        Ok(())
    }
}

async fn live() -> Result<()> {
    let scene = Scene::set("").await?;
    let Scene { parties, at, broker, vehicle, .. } = &scene;
    at.keep("command.json", &parties.command_key)?;
    let file = |key: &str| {
        format!("command_keys = [\"{key}\"]\n[broker]\nhost = \"127.0.0.1\"\nport = {}\n", broker.port())
    };
    fs::write(at.place.join("function.toml"), file("command.json"))?;
    fs::write(at.place.join("wrong.toml"), file("authority.json"))?;

    // A key that the loan does not pin signs nothing, and the unlock stays asked for.
    let (code, said) = at.fails(&scene.unlock("borrower.json", &["--function", "wrong.toml"])).await?;
    ensure!(code == Some(1) && said.contains("the function refused"), "{said}");
    let asked = at.types(&scene.unlock("borrower.json", &[])).await?;
    let invocation: Pubkey = asked["invocation"].as_str().context("an address")?.parse()?;
    ensure!(invocation == pda::invocation(vehicle, 1), "a second unlock was asked for");

    let done = at.types(&scene.unlock("borrower.json", &["--function", "function.toml"])).await?;
    ensure!(done["invocation"] == asked["invocation"] && done["seq"] == 1, "{done}");
    scene.ensure_settled().await?;
    scene.car.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_borrower_has_the_car_unlocked_by_the_function_where_it_runs() {
    call().await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

async fn call() -> Result<()> {
    let scene = Scene::set(URI).await?;
    let Scene { parties, at, broker, rpc, directory, .. } = &scene;
    let place = directory.path().join("function");
    fs::create_dir(&place)?;
    let key = &parties.command_key;
    let function = FunctionProcess::start(Site::Http, &place, &rpc.url(), broker.port(), key).await?;
    let there = ["--function-at", function.address()];

    let asked = at.types(&scene.unlock("borrower.json", &["--only-ask"])).await?;
    ensure!(asked["seq"] == 1 && asked["unlock_uri"] == URI, "{asked}");
    // Where the lender names its keepers, others get the unlock signed, to be carried.
    let keeper = at.keygen("keeper.json").await?;
    let named =
        ["--keypair", "authority.json", "--payer", "payer.json", "lender", "keepers", "--add", &keeper];
    at.types(&named).await?;
    at.keygen("stranger.json").await?;
    let given = at.types(&scene.unlock("stranger.json", &there)).await?;
    let unlock = Envelope::open(&hex::decode(given["unlock"].as_str().context("an unlock")?)?)?;
    ensure!(unlock.signer == key.pubkey().to_bytes(), "{given}");
    ensure!(Command::decode(&unlock.payload)?.action == Action::Unlock, "{given}");
    // Without the override for hosts on this machine, the name is looked up and nothing is reached.
    let (code, said) = at.fails(&scene.unlock("borrower.json", &["--timeout", "1s"])).await?;
    ensure!(code == Some(1) && said.contains("the unlock function was not reached"), "{said}");

    let done = at.types(&scene.unlock("borrower.json", &there)).await?;
    ensure!(done["seq"] == 1, "{done}");
    scene.ensure_settled().await?;
    scene.car.stop().await
}
