//! The world that every seed begins with: lenders, their functions, and cars. It is made once a process.

use std::fs;
use std::sync::OnceLock;

use anyhow::{Context as _, Result};
use ed25519_dalek::SigningKey;
use latchkey_client::Pubkey;
use latchkey_device::clock::VirtualClock;
use latchkey_device::identity::Identity;
use latchkey_harness::ledger::Svm;
use latchkey_harness::localnet::program_bytes;
use latchkey_harness::story::{Chain as _, Offer, Parties, SvmChain};
use solana_sdk::native_token::LAMPORTS_PER_SOL;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer as _;

use super::car::{enrolment, identity};
use super::draw::Draw;
use super::plan::{CARS, LENDERS};

/// 2027-01-15 08:00 UTC.
pub const START: i64 = 1_800_000_000;
/// What keepers begin with, lamports.
const PURSE: u64 = 2 * LAMPORTS_PER_SOL;

/// The world before any loan.
pub struct Genesis {
    pub svm: Svm,
    pub lenders: Vec<Lender>,
    pub cars: Vec<(Identity, Pubkey)>,
    keepers: Vec<[u8; 32]>,
}

/// A lender.
pub struct Lender {
    pub parties: Parties,
}

impl Genesis {
    /// It, made at the first call. Must be called within a Tokio runtime.
    pub async fn get() -> Result<&'static Self> {
        static GENESIS: OnceLock<Genesis> = OnceLock::new();
        if let Some(genesis) = GENESIS.get() {
            return Ok(genesis);
        }
        let made = Self::make().await?;
        Ok(GENESIS.get_or_init(|| made))
    }

    async fn make() -> Result<Self> {
        let path = program_bytes()?;
        let program = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let svm = Svm::with_any_blockhash(&program, START)?;
        svm.believe_signatures();
        let chain = SvmChain::new(svm.clone(), VirtualClock::at(START));
        let mut draw = Draw::of(0, "genesis");
        let mut lenders = Vec::new();
        for number in 0..LENDERS {
            let parties = Parties::with_keys(|| Keypair::new_from_array(draw.key()));
            let number = u32::try_from(number).unwrap_or(0);
            let offer = Offer {
                fee: 2_000_000,
                bond: 1_000_000,
                lease_secs: 30 + 10 * number,
                ttl_secs: 120 + 20 * number,
                unlock_ttl_secs: 3_600,
            };
            parties.set_up(&chain, &offer).await?;
            lenders.push(Lender { parties });
        }
        let mut cars = Vec::new();
        for number in 0..CARS {
            let parties = &lenders[number % LENDERS].parties;
            let identity = identity(SigningKey::from_bytes(&draw.key()), &parties.command_key.pubkey());
            let vehicle = parties.register(&chain, &enrolment(&identity, &parties.lender)).await?;
            cars.push((identity, vehicle));
        }
        let mut keepers = Vec::new();
        for _ in 0..2 {
            let key = draw.key();
            chain.airdrop(&Keypair::new_from_array(key).pubkey(), PURSE).await?;
            keepers.push(key);
        }
        Ok(Self { svm, lenders, cars, keepers })
    }

    /// The key of a keeper, by its number.
    pub fn keeper(&self, number: usize) -> Keypair {
        Keypair::new_from_array(self.keepers[number])
    }

    /// The lender of a car, by its number.
    pub fn lender(&self, car: usize) -> &Lender {
        &self.lenders[car % LENDERS]
    }
}
