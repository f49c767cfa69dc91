//! Whoever holds an unlock key has a car unlocked alone, at the terminal, without any keeper: asks the contract, runs the
//! function, and brings the car's receipt.

use std::fs;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use latchkey_client::latchkey::state::{Calendar, Terms};
use latchkey_client::{Pubkey, pda};
use latchkey_device::clock::VirtualClock;
use latchkey_harness::broker::EmbeddedBroker;
use latchkey_harness::car::EmbeddedCar;
use latchkey_harness::ledger::Svm;
use latchkey_harness::localnet::{binary, program_bytes};
use latchkey_harness::rpc::SvmRpc;
use latchkey_harness::story::{Car as _, ChainExt as _, Offer, Parties, Script, SvmChain};
use solana_sdk::signer::Signer as _;

use crate::typing::Terminal;

/// New Year's Day 2027, 09:00 UTC.
const BEGINNING: i64 = 1_798_794_000;

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_an_unlock_key_has_the_car_unlocked_alone() {
    live().await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

async fn live() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let svm = Svm::new(&fs::read(program_bytes()?)?, BEGINNING)?;
    let clock = VirtualClock::default();
    let chain = SvmChain::new(svm.clone(), clock.clone());
    let (parties, script) = (Parties::new(), Script::minute());
    let offer: Offer = script.offer;
    parties.set_up(&chain, &offer).await?;
    let broker = EmbeddedBroker::start()?;
    let memory = directory.path().join("car");
    fs::create_dir(&memory)?;
    let mut car = EmbeddedCar::start(&memory, broker.port(), &parties.command_key.pubkey(), Arc::new(clock))?;
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
    let at = Terminal { latchkey: binary("latchkey")?, place: directory.path().to_owned(), url: rpc.url() };
    at.keep("borrower.json", &parties.borrower)?;
    at.keep("payer.json", &parties.funder)?;
    at.keep("command.json", &parties.command_key)?;
    at.keep("stranger.json", &parties.authority)?;
    let file = |key: &str| {
        format!("command_keys = [\"{key}\"]\n[broker]\nhost = \"127.0.0.1\"\nport = {}\n", broker.port())
    };
    fs::write(at.place.join("function.toml"), file("command.json"))?;
    fs::write(at.place.join("wrong.toml"), file("stranger.json"))?;
    let loan = keys.loan.to_string();
    let unlock = ["--keypair", "borrower.json", "--payer", "payer.json", "loan", "unlock", &loan];

    // A key that the loan does not pin signs nothing, and the unlock stays asked for.
    let (code, said) = at.fails(&[&unlock[..], &["--function", "wrong.toml"]].concat()).await?;
    ensure!(code == Some(1) && said.contains("the function refused"), "{said}");
    let asked = at.types(&unlock).await?;
    let invocation: Pubkey = asked["invocation"].as_str().context("an address")?.parse()?;
    ensure!(invocation == pda::invocation(&vehicle, 1), "a second unlock was asked for");

    let done = at.types(&[&unlock[..], &["--function", "function.toml"]].concat()).await?;
    ensure!(done["invocation"] == asked["invocation"] && done["seq"] == 1, "{done}");
    let after = chain.vehicle(&vehicle).await?;
    ensure!((after.last_seq_proven, after.open_request()) == (1, None), "the receipt was not settled");
    car.stop().await
}
