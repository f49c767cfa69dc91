//! What else lender, borrower and strangers do with a loan at the terminal, where days must pass.

use std::fs;

use anyhow::{Context, Result, ensure};
use ed25519_dalek::SigningKey;
use latchkey_client::PROGRAM_ID;
use latchkey_client::latchkey::state::{Calendar, Terms};
use latchkey_device::clock::VirtualClock;
use latchkey_harness::ledger::Svm;
use latchkey_harness::localnet::{binary, program_bytes};
use latchkey_harness::rpc::SvmRpc;
use latchkey_harness::story::{Parties, Script, SvmChain};
use latchkey_protocol::Enrolment;
use latchkey_protocol::sealed::Envelope;
use serde_json::Value;
use solana_sdk::signature::Keypair;

use crate::typing::Terminal;

const DAY: i64 = 86_400;
/// New Year's Day 2027, 09:00 UTC.
const BEGINNING: i64 = 1_798_794_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_loan_is_amended_by_both_moved_and_paid_off_by_a_stranger() {
    live().await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

async fn live() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let svm = Svm::new(&fs::read(program_bytes()?)?, BEGINNING)?;
    let chain = SvmChain::new(svm.clone(), VirtualClock::default());
    let (parties, script) = (Parties::new(), Script::year());
    parties.set_up(&chain, &script.offer).await?;
    let car = || SigningKey::from_bytes(&rand_bytes());
    let (device, newer) = (car(), car());
    let enrolment = Enrolment {
        program: PROGRAM_ID.to_bytes(),
        lender: parties.lender.to_bytes(),
        vin_commitment: [8; 32],
    };
    let vehicle = parties.register(&chain, &Envelope::seal(&device, &enrolment.encode())).await?;
    let first_due = BEGINNING + 30 * DAY;
    let terms = Terms {
        first_due,
        calendar: Calendar::seconds(30 * 86_400),
        instalment: 1_100_000_000,
        ..script.terms
    };
    let (keys, _) = parties.originate(&chain, vehicle, terms, &script.offer).await?;

    let rpc = SvmRpc::start(svm).await?;
    let at = Terminal { latchkey: binary("latchkey")?, place: directory.path().to_owned(), url: rpc.url() };
    at.keep("authority.json", &parties.authority)?;
    at.keep("borrower.json", &parties.borrower)?;
    at.keep("payer.json", &parties.funder)?;
    let (loan, vehicle) = (keys.loan.to_string(), vehicle.to_string());
    let by = async |key: &str, words: &[&str]| -> Result<Value> {
        at.types(&[&["--keypair", key, "--payer", "payer.json"], words].concat()).await
    };

    // Late: the fee stands alone until the borrower pays it.
    rpc.ledger().set_time(first_due + 6 * DAY);
    let looked = by("borrower.json", &["loan", "pay", &loan, "--look"]).await?;
    ensure!(looked["principal"] == "0.00", "{looked}");
    by("borrower.json", &["loan", "top-up", &loan, "1125"]).await?;
    by("borrower.json", &["loan", "pay", &loan, "--fees", "25"]).await?;
    let shown = at.types(&["loan", "show", &loan]).await?;
    ensure!(shown["fees"] == "0.00" && shown["unsent"] == "1125.00", "{shown}");
    let sent = by("borrower.json", &["loan", "pay", &loan]).await?;
    ensure!(sent["unsent"] == "0.00", "{sent}");

    // New terms that both sign: the lender first, then the borrower, who reads what the rest will cost.
    fs::write(
        at.place.join("changes.toml"),
        "period = \"monthly\"\nday = \"last\"\nfirst_due = \"2027-03-31T12:00:00-05:00\"\ncount = 24\ninstalment = \"level\"\n",
    )?;
    let amend = ["loan", "amend", &loan, "--terms", "changes.toml"];
    at.refuses(
        &[&["--keypair", "authority.json", "--payer", "payer.json"], &amend[..]].concat(),
        "AmendmentNeedsBoth",
    )
    .await?;
    let half = by(
        "authority.json",
        &[&amend[..], &["--both", "--forgive-principal", "100", "--sign-only"]].concat(),
    )
    .await?;
    fs::write(at.place.join("half.txt"), half["transaction"].as_str().context("base64")?)?;
    let told = by("borrower.json", &["sign", "half.txt", "--dry-run"]).await?;
    ensure!(
        told["changes"]["period"] == "30d → monthly" && told["changes"]["day"] == "none → last",
        "{told}"
    );
    ensure!(told["disclosure"]["payments"].as_array().is_some_and(|rows| rows.len() == 24), "{told}");
    by("borrower.json", &["sign", "half.txt"]).await?;
    let shown = at.types(&["loan", "show", &loan]).await?;
    ensure!(shown["terms"]["count"] == 24 && shown["next_due"] == "2027-03-31T17:00:00Z", "{shown}");

    // The device key is no longer believed, until the car has another.
    by("authority.json", &["vehicle", "distrust", &vehicle]).await?;
    ensure!(at.types(&["vehicle", "show", &vehicle]).await?["distrusted"] == true, "it is believed");
    let enrolled = hex::encode(Envelope::seal(&newer, &enrolment.encode()).to_bytes());
    let rotate = ["vehicle", "rotate-key", &vehicle, &enrolled, "--borrower-keypair", "borrower.json"];
    by("authority.json", &rotate).await?;
    ensure!(at.types(&["vehicle", "show", &vehicle]).await?["distrusted"] == false, "it is not believed");

    // Tokens of a wrong mint at the loan's address are the borrower's.
    let wrong = by("payer.json", &["localnet", "mint"]).await?;
    let wrong = wrong["mint"].as_str().context("a mint")?;
    by("payer.json", &["localnet", "give", wrong, &loan, "7"]).await?;
    let taken = by("borrower.json", &["loan", "withdraw", &loan, "all", "--mint", wrong]).await?;
    ensure!(taken["amount"] == "7.00", "{taken}");

    // Another key of the borrower, and a stranger who pays it all.
    let heir = at.keygen("heir.json").await?;
    by("borrower.json", &["loan", "rotate-borrower", &loan, "--new-keypair", "heir.json"]).await?;
    ensure!(at.types(&["loan", "show", &loan]).await?["borrower"] == heir.as_str(), "the loan did not move");
    let paid = by("borrower.json", &["loan", "payoff", &loan]).await?;
    ensure!(paid["brought"] == paid["payoff"], "{paid}");
    ensure!(at.types(&["loan", "show", &loan]).await?["status"] == "paid-off", "it is not paid off");
    let closed = by("heir.json", &["loan", "close", &loan]).await?;
    ensure!(closed["sent"] != "0.00", "{closed}");
    Ok(())
}

/// A new secret.
fn rand_bytes() -> [u8; 32] {
    *Keypair::new().secret_bytes()
}
