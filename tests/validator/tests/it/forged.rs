//! A keeper with another receipt than the car's own for this call is never paid, and the validator's own signature check
//! is one of the reasons.

use anyhow::{Result, ensure};
use ed25519_dalek::SigningKey;
use latchkey_client::errors::Refusal;
use latchkey_client::instructions::{LoanKeys, claim, confirm, proof, request};
use latchkey_client::latchkey::errors::LatchkeyError;
use latchkey_client::latchkey::state::{Action, Terms};
use latchkey_client::{Instruction, PROGRAM_ID, Pubkey, pda};
use latchkey_harness::localnet::Localnet;
use latchkey_harness::story::{Chain, ChainExt as _, Parties, RpcChain, Script};
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{Enrolment, Outcome, Receipt};
use solana_sdk::native_token::LAMPORTS_PER_SOL;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer as _;

struct ClaimedWarning {
    chain: RpcChain,
    keys: LoanKeys,
    keeper: Keypair,
    car: SigningKey,
}

impl ClaimedWarning {
    /// A loan that is past due, with a warning this keeper has claimed.
    async fn new(localnet: &Localnet) -> Result<Self> {
        let chain = RpcChain::new(&localnet.url());
        let (parties, script) = (Parties::new(), Script::minute());
        parties.set_up(&chain, &script.offer).await?;
        let car = SigningKey::from_bytes(&Keypair::new().secret_bytes()[..].try_into()?);
        let enrolment = Enrolment {
            program: PROGRAM_ID.to_bytes(),
            lender: parties.lender.to_bytes(),
            vin_commitment: [7; 32],
        };
        let vehicle = parties.register(&chain, &Envelope::seal(&car, &enrolment.encode())).await?;
        let now = chain.now().await?;
        let terms = Terms { first_due: now + 4, instalment: 1_000_000_000, ..script.terms };
        let (keys, _) = parties.originate(&chain, vehicle, terms, &script.offer).await?;
        let keeper = Keypair::new();
        chain.airdrop(&keeper.pubkey(), LAMPORTS_PER_SOL).await?;
        chain.reach(terms.first_due + 1).await?;
        let ask = request(&keys, keeper.pubkey(), None, Action::Warn, 1);
        let take = claim(&keys, keeper.pubkey(), 1);
        chain.send(&[ask, take], &[&keeper]).await?;
        Ok(Self { chain, keys, keeper, car })
    }

    fn receipt(&self) -> Receipt {
        Receipt {
            program: PROGRAM_ID.to_bytes(),
            vehicle: self.keys.vehicle.to_bytes(),
            invocation: pda::invocation(&self.keys.vehicle, 1).to_bytes(),
            seq: 1,
            action: latchkey_protocol::Action::Warn,
            outcome: Outcome::Applied,
            device_time: 1,
            command_hash: [9; 32],
        }
    }

    fn settle(&self, receipt: &Envelope) -> Result<[Instruction; 2]> {
        Ok(confirm(&self.keys, self.keeper.pubkey(), self.keeper.pubkey(), receipt)?)
    }

    async fn refused(&self, instructions: &[Instruction]) -> Result<anyhow::Error> {
        match self.chain.send(instructions, &[&self.keeper]).await {
            Ok(_) => anyhow::bail!("a forgery was paid"),
            Err(refused) => Ok(refused),
        }
    }

    async fn refused_by(&self, rule: LatchkeyError, instructions: &[Instruction]) -> Result<()> {
        let refused = self.refused(instructions).await?;
        let number = refused.chain().find_map(|cause| cause.downcast_ref::<Refusal>().copied());
        ensure!(number == Some(Refusal(rule.into())), "not refused by that rule, but: {refused:?}");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_cars_own_receipt_for_this_call_is_paid() {
    let localnet = Localnet::from_environment().await.expect("a validator");
    forge(&localnet).await.unwrap_or_else(|failed| panic!("{failed:?}"));
}

async fn forge(localnet: &Localnet) -> Result<()> {
    let warning = ClaimedWarning::new(localnet).await?;
    let genuine = Envelope::seal(&warning.car, &warning.receipt().encode());

    let stranger = SigningKey::from_bytes(&[3; 32]);
    let foreign = Envelope::seal(&stranger, &warning.receipt().encode());
    warning.refused_by(LatchkeyError::ProofWrongKey, &warning.settle(&foreign)?).await?;

    let refusal = Receipt { outcome: Outcome::RefusedUnsafe, ..warning.receipt() };
    let refusal = Envelope::seal(&warning.car, &refusal.encode());
    warning.refused_by(LatchkeyError::ProofWrongMessage, &warning.settle(&refusal)?).await?;

    let stale = Receipt { seq: 0, ..warning.receipt() };
    let stale = Envelope::seal(&warning.car, &stale.encode());
    warning.refused_by(LatchkeyError::ProofWrongMessage, &warning.settle(&stale)?).await?;

    let [_, bare] = warning.settle(&genuine)?;
    warning.refused_by(LatchkeyError::ProofMissing, &[bare]).await?;

    // Here the validator itself refuses: the signature is not one.
    let mut forged = genuine.clone();
    forged.signature[0] ^= 1;
    let [_, settle] = warning.settle(&genuine)?;
    let refused = warning.refused(&[proof(&forged), settle]).await?;
    ensure!(
        refused.chain().all(|cause| cause.downcast_ref::<Refusal>().is_none_or(|it| it.rule().is_none()))
    );

    let invocation: Pubkey = pda::invocation(&warning.keys.vehicle, 1);
    ensure!(warning.chain.invocation(&invocation).await?.is_some(), "a refused settlement changed something");
    warning.chain.send(&warning.settle(&genuine)?, &[&warning.keeper]).await?;
    ensure!(warning.chain.invocation(&invocation).await?.is_none(), "a settled call is still there");
    Ok(())
}
