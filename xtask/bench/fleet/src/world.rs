//! A validator, a broker, a lender, cars, and many loans whose first instalment is never paid.

use anyhow::Result;
use latchkey_client::instructions::{LoanKeys, Originate, originate, register_vehicle, set_policy};
use latchkey_client::latchkey::state::{PolicyFloors, Terms};
use latchkey_client::schedule::level_instalment;
use latchkey_client::{Instruction, Pubkey};
use latchkey_harness::broker::Mosquitto;
use latchkey_harness::localnet::Localnet;
use latchkey_harness::story::{CENT, Chain as _, ChainExt as _, Offer, Parties, RpcChain, Script};
use solana_commitment_config::CommitmentConfig;
use solana_rpc_client::nonblocking::rpc_client::RpcClient;
use solana_sdk::native_token::LAMPORTS_PER_SOL;
use solana_sdk::signer::Signer as _;

use crate::bulk::send_all;
use crate::cars::{Cars, DeviceKeys};
use crate::setup::Common;

const TOKEN_PROGRAM: Pubkey = solana_sdk::pubkey!("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");

/// Everything but keeper and cars.
pub struct World {
    pub broker: Mosquitto,
    pub localnet: Localnet,
    pub chain: RpcChain,
    pub rpc: RpcClient,
    pub parties: Parties,
    pub offer: Offer,
    keys: DeviceKeys,
}

/// A loan and when it may be declared in default.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    pub vehicle: Pubkey,
    pub deadline: i64,
}

impl World {
    /// Starts validator and broker, and registers so many vehicles with a lender that owes no notice before a lock.
    pub async fn start(vehicles: usize, seed: u64) -> Result<Self> {
        let localnet = Localnet::start().await?;
        let queues = "allow_anonymous true\nmax_inflight_messages 0\nmax_queued_messages 0\n";
        let broker = Mosquitto::alone_with(|_| queues.to_owned()).await?;
        let chain = RpcChain::new(&localnet.url());
        let rpc = RpcClient::new_with_commitment(localnet.url(), CommitmentConfig::confirmed());
        let parties = Parties::new();
        let offer = Script::minute().offer;
        parties.set_up(&chain, &offer).await?;
        chain.airdrop(&parties.funder.pubkey(), 10_000 * LAMPORTS_PER_SOL).await?;
        let floors = PolicyFloors { min_channels: 0, ..chain.lender(&parties.lender).await?.floors };
        let change = set_policy(parties.lender, parties.authority.pubkey(), floors);
        chain.send(&[change], &[&parties.funder, &parties.authority]).await?;
        let world =
            Self { broker, localnet, chain, rpc, parties, offer, keys: DeviceKeys { seed, count: vehicles } };
        world.register().await?;
        Ok(world)
    }

    /// Starts the cars.
    pub async fn cars(&self, common: &Common) -> Result<Cars> {
        let program = common.program("latchkey-device")?;
        Cars::start(program, self.keys, self.broker.port(), &self.parties.command_key.pubkey()).await
    }

    async fn register(&self) -> Result<()> {
        let (payer, authority) = (self.parties.funder.pubkey(), self.parties.authority.pubkey());
        let enrolments = self.keys.enrolments(&self.parties.lender);
        let lists: Result<Vec<Vec<Instruction>>> = enrolments
            .iter()
            .map(|enrolment| Ok(register_vehicle(payer, authority, enrolment)?.into()))
            .collect();
        send_all(&self.rpc, &lists?, &[&self.parties.funder, &self.parties.authority]).await
    }

    /// Writes a loan on each vehicle. The first instalment is due at `first_due`, and `grace_secs` says how long after it
    /// each loan may be declared in default.
    pub async fn originate(&self, first_due: i64, grace_secs: impl Fn(u32) -> u32) -> Result<Vec<Due>> {
        let lender = self.chain.lender(&self.parties.lender).await?;
        let now = self.chain.now().await?;
        let who = Originate {
            payer: self.parties.funder.pubkey(),
            lender_signer: self.parties.authority.pubkey(),
            borrower: self.parties.borrower.pubkey(),
            seller: self.parties.seller_tokens,
        };
        let mut lists = Vec::new();
        let mut loans = Vec::new();
        for (number, vehicle) in (0..).zip(self.keys.vehicles()) {
            let grace_secs = grace_secs(number);
            let keys = LoanKeys::new(self.parties.lender, &lender, vehicle, 0, TOKEN_PROGRAM);
            // A fee for each function.
            lists.push(vec![originate(&keys, &who, terms(first_due, grace_secs, now)?, 3 * self.offer.fee)]);
            loans.push(Due { vehicle, deadline: first_due + i64::from(grace_secs) });
        }
        let signers = [&self.parties.funder, &self.parties.authority, &self.parties.borrower];
        send_all(&self.rpc, &lists, &signers).await?;
        Ok(loans)
    }

    /// What a lock cost the keeper in fees, lamports: what it had, with what it earned, without what it has.
    pub async fn fees_a_lock(&self, keeper: &Pubkey, had: u64, locks: usize) -> Result<f64> {
        let has = i64::try_from(self.chain.lamports(keeper).await?)?;
        let count = i64::try_from(locks.max(1))?;
        let earned = i64::try_from(locks)? * i64::try_from(self.offer.fee)?;
        let spent = i64::try_from(had)? + earned - has;
        Ok(f64::from(i32::try_from(spent / count)?))
    }
}

/// Two instalments, of which none is paid. Nothing but the lock happens for a month.
fn terms(first_due: i64, grace_secs: u32, now: i64) -> Result<Terms> {
    let terms = Terms { principal: 1_000 * CENT, ..Script::lock_only(first_due, grace_secs) };
    let instalment = level_instalment(&terms, now, CENT)
        .map_err(|error| anyhow::Error::new(latchkey_client::errors::Refusal(error.into())))?;
    Ok(Terms { instalment, ..terms })
}
