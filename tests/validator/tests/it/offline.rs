//! A car that no network reaches is locked and unlocked by what people carry to it, and whoever carries its receipts back is
//! paid.

use std::fs;
use std::process::Command as Program;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use ed25519_dalek::SigningKey;
use latchkey_client::instructions::{confirm, lock_now, request, set_policy};
use latchkey_client::latchkey::state::{Action, PolicyFloors, Terms};
use latchkey_client::protocol::sealed::Envelope;
use latchkey_client::protocol::{Command, Receipt, code};
use latchkey_client::schedule::level_instalment;
use latchkey_client::{Pubkey, pda};
use latchkey_device::clock::VirtualClock;
use latchkey_harness::car::{CarKeys, ProcessCar};
use latchkey_harness::ledger::Svm;
use latchkey_harness::localnet::{binary, program_bytes};
use latchkey_harness::rpc::SvmRpc;
use latchkey_harness::story::{CENT, Car as _, Chain as _, ChainExt as _, Parties, Script, SvmChain};
use solana_sdk::native_token::LAMPORTS_PER_SOL;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer as _;

use crate::typing::Terminal;

/// What is carried to the car.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Carried {
    Envelope,
    Code,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_car_without_any_network_is_unlocked_by_an_envelope_and_its_keeper_is_paid() {
    live(Carried::Envelope).await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_car_without_any_network_is_unlocked_by_a_code_and_its_keeper_is_paid() {
    live(Carried::Code).await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

/// Whether this machine lets a process have a network of its own.
fn has_namespaces() -> bool {
    let made = Program::new("unshare").args(["-rn", "true"]).status();
    let has = made.is_ok_and(|status| status.success());
    if !has {
        eprintln!("skipped: this machine permits no network namespaces");
    }
    has
}

async fn live(carried: Carried) -> Result<()> {
    if !has_namespaces() {
        return Ok(());
    }
    let directory = tempfile::tempdir()?;
    // The car's clock is this machine's: the chain's time leads to it.
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
    let svm = Svm::with_any_blockhash(&fs::read(program_bytes()?)?, now - 60)?;
    let chain = SvmChain::new(svm.clone(), VirtualClock::default());
    let parties = Parties::new();
    let offer = Script::PATIENT;
    parties.set_up(&chain, &offer).await?;
    let floors = PolicyFloors { min_channels: 0, ..chain.lender(&parties.lender).await?.floors };
    let change = set_policy(parties.lender, parties.authority.pubkey(), floors);
    chain.send(&[change], &[&parties.funder, &parties.authority]).await?;

    let code_key = Keypair::new();
    let known = code::public(&SigningKey::from_bytes(code_key.secret_bytes()));
    let keys = CarKeys::one(parties.command_key.pubkey());
    let mut car = ProcessCar::without_network(directory.path(), keys, known).await?;
    let interfaces = fs::read_to_string(format!("/proc/{}/net/dev", car.agent.process.id()))?;
    let interfaces: Vec<&str> =
        interfaces.lines().skip(2).filter_map(|line| line.split(':').next()).collect();
    ensure!(interfaces.iter().all(|name| name.trim() == "lo"), "the car has a network: {interfaces:?}");
    let enrolment = car.enrol(&parties.lender, [8; 32]).await?;
    let vehicle = parties.register(&chain, &enrolment).await?;
    let terms = Script::lock_only(now - 40, 5);
    let instalment = level_instalment(&terms, now - 60, CENT).ok().context("an instalment")?;
    let (keys, _) = parties.originate(&chain, vehicle, Terms { instalment, ..terms }, &offer).await?;

    // The keeper locks it, by hand.
    let keeper = Keypair::new();
    chain.airdrop(&keeper.pubkey(), LAMPORTS_PER_SOL).await?;
    chain.reach(now - 30).await?;
    chain.send(&lock_now(&keys, keeper.pubkey(), 1), &[&keeper]).await?;
    let lock = command(&chain, &parties, vehicle, 1).await?;
    let receipt = car.carry(&lock).await?;
    ensure!(car.look().await?.inhibited, "the car is not locked");
    let rent_payer = invocation(&chain, vehicle, 1).await?.rent_payer;
    chain.send(&confirm(&keys, keeper.pubkey(), rent_payer, &receipt)?, &[&keeper]).await?;
    ensure!(chain.vehicle(&vehicle).await?.lock.is_locked, "the lock was not settled");

    // The borrower pays, and somebody carries the unlock.
    let top_up = parties.top_up(&keys, instalment)?;
    chain.send(&[top_up], &[&parties.funder, &parties.borrower]).await?;
    let rpc = SvmRpc::start(svm.clone()).await?;
    let at = Terminal { latchkey: binary("latchkey")?, place: directory.path().to_owned(), url: rpc.url() };
    at.keep("keeper.json", &keeper)?;
    at.keep("code.json", &code_key)?;
    let vehicle_text = vehicle.to_string();
    let wants_a_code = ["vehicle", "code", &vehicle_text, "--code-keypair", "code.json"];
    let (_, too_early) = at.fails(&wants_a_code).await?;
    ensure!(too_early.contains("no unlock of this car is open"), "{too_early}");
    let asked = request(&keys, keeper.pubkey(), None, Action::Unlock, 2);
    chain.send(&[asked], &[&keeper]).await?;
    let unlock = match carried {
        Carried::Envelope => command(&chain, &parties, vehicle, 2).await?,
        Carried::Code => at.types(&wants_a_code).await?["code"].as_str().context("a code")?.to_owned(),
    };
    let receipt = car.carry(&unlock).await?;
    ensure!(!car.look().await?.inhibited, "the car is still locked");
    ensure!(car.try_start().await?, "the car does not start");
    ensure!(Receipt::decode(&receipt.payload)?.seq == 2, "a receipt of another unlock");

    // Who carries the receipt back is paid.
    fs::write(at.place.join("receipt.hex"), hex::encode(receipt.to_bytes()))?;
    let address = pda::invocation(&vehicle, 2);
    let held = svm.account(&address).context("the call")?.lamports;
    let before = svm.account(&keeper.pubkey()).context("the keeper")?.lamports;
    let loan = keys.loan.to_string();
    let bring = ["--keypair", "keeper.json", "loan", "unlock", &loan, "--receipt", "receipt.hex"];
    let proven = at.types(&bring).await?;
    ensure!(proven["seq"] == 2 && proven["fee_lamports"] == offer.fee, "{proven}");
    let gained = svm.account(&keeper.pubkey()).context("the keeper")?.lamports - before;
    // Fee and rent, less what the transaction costs.
    ensure!(gained > offer.fee && gained < held && gained > held - 50_000, "{gained} of {held}");
    ensure!(svm.account(&address).is_none(), "the call is still open");
    let after = chain.vehicle(&vehicle).await?;
    ensure!(!after.lock.is_locked && after.last_seq_proven == 2, "the unlock was not settled");
    Ok(())
}

async fn invocation(
    chain: &SvmChain,
    vehicle: Pubkey,
    seq: u64,
) -> Result<latchkey_client::latchkey::state::Invocation> {
    chain.invocation(&pda::invocation(&vehicle, seq)).await?.context("the call")
}

/// The command of a call as a function signs it, in hexadecimal.
async fn command(chain: &SvmChain, parties: &Parties, vehicle: Pubkey, seq: u64) -> Result<String> {
    let called = invocation(chain, vehicle, seq).await?;
    let end = called.claim().map_or(called.expires_at, |claim| claim.lease_end);
    let command = Command {
        program: latchkey_client::PROGRAM_ID.to_bytes(),
        vehicle: vehicle.to_bytes(),
        invocation: pda::invocation(&vehicle, seq).to_bytes(),
        seq,
        action: called.action,
        issued_at: called.requested_at,
        not_after: end - 1,
        lock_until: called.lock_until,
        message: "carried",
    };
    let key = SigningKey::from_bytes(parties.command_key.secret_bytes());
    let bytes = command.encode_into(&mut [0; Command::MAX_LEN])?.to_vec();
    Ok(hex::encode(Envelope::seal(&key, &bytes).to_bytes()))
}
