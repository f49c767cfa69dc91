use anyhow::Result;
use latchkey_client::{
    Pubkey,
    errors::Refusal,
    instructions::{LoanKeys, fund_escrow},
    latchkey::state::Terms,
    protocol::sealed::sha256,
    schedule::level_instalment,
};
use solana_sdk::{signature::Keypair, signer::Signer};

use super::{
    books::Purse,
    car::Car,
    chain::{Chain, ChainExt},
    deployment::deployed,
    journal::Journal,
    life::Life,
    milestone::{Milestone, Observer},
    parties::Parties,
    script::{CENT, Script},
};

/// The life of a loan, ready to run.
pub struct Story<'a> {
    /// Where.
    pub chain: &'a dyn Chain,
    /// Who.
    pub parties: &'a Parties,
    pub car: &'a mut dyn Car,
    /// The keeper at work.
    pub keeper: Pubkey,
    /// What happens when.
    pub script: Script,
    /// Receives the milestones.
    pub observer: &'a mut dyn Observer,
}

/// A loan that was written.
struct Opened {
    keys: LoanKeys,
    /// The keeper's purse before anything happened, and the lender's tokens before the loan.
    purse: Purse,
    treasury: u64,
    /// What was wrong already.
    wrong: Vec<String>,
}

impl Story<'_> {
    /// Runs it to the end. Returns whether the books balance and the car behaved.
    pub async fn run(mut self) -> Result<bool> {
        let Opened { keys, purse, treasury, wrong } = self.open().await?;
        // A deposit into an escrow need not name its loan.
        let journal = Journal::of([keys.loan, keys.escrow]);
        let life = Life { keys, journal, wrong, story: self };
        life.live(purse, treasury).await
    }

    /// Writes the loan and funds its escrow. What happens then is left to others.
    pub async fn begin(mut self) -> Result<LoanKeys> {
        let keys = self.open().await?.keys;
        let fund = fund_escrow(self.parties.funder.pubkey(), &keys.loan, self.script.funding);
        self.chain.send(&[fund], &[&self.parties.funder]).await?;
        Ok(keys)
    }

    async fn open(&mut self) -> Result<Opened> {
        let deployed = deployed(self.chain).await?;
        self.tell(&deployed).await?;
        let purse = Purse::of(self.chain, &self.keeper).await?;

        self.parties.set_up(self.chain, &self.script.offer).await?;
        let enrolment = self.car.enrol(&self.parties.lender, vin_commitment()).await?;
        let vehicle = self.parties.register(self.chain, &enrolment).await?;
        let registered =
            Milestone::Registered { vehicle, device_key: self.car.device_key(), lender: self.parties.lender };
        self.tell(&registered).await?;
        let mut wrong = Vec::new();
        if !self.car.try_start().await? {
            wrong.push("the car did not start before anything happened".to_owned());
        }

        let treasury = self.chain.tokens(&self.parties.treasury).await?.amount;
        let keys = self.originate(vehicle).await?;
        Ok(Opened { keys, purse, treasury, wrong })
    }

    async fn originate(&mut self, vehicle: Pubkey) -> Result<LoanKeys> {
        let now = self.chain.now().await?;
        let terms = Terms { first_due: now + self.script.terms.first_due, ..self.script.terms };
        let instalment = match terms.instalment {
            0 => level_instalment(&terms, now, CENT).map_err(|rule| Refusal(rule.into()))?,
            given => given,
        };
        let terms = Terms { instalment, ..terms };
        let (keys, signature) =
            self.parties.originate(self.chain, vehicle, terms, &self.script.offer).await?;
        let loan = self.chain.loan(&keys.loan).await?;
        let originated = Milestone::Originated {
            loan: keys.loan,
            principal: loan.ledger.principal,
            apr_ppm: loan.terms.apr_ppm,
            instalment: loan.terms.instalment,
            count: loan.terms.count,
            first_due: loan.terms.first_due,
            escrow_lamports: self.chain.escrow(&keys.escrow).await?.deposited,
            transaction: signature.to_string(),
        };
        self.tell(&originated).await?;
        Ok(keys)
    }

    pub(super) async fn tell(&mut self, milestone: &Milestone) -> Result<()> {
        let at = self.chain.now().await?;
        Ok(self.observer.milestone(at, milestone)?)
    }
}

/// The car's identification number, salted and hashed: the chain learns nothing of it.
fn vin_commitment() -> [u8; 32] {
    let salt = Keypair::new().pubkey();
    sha256(&[salt.as_ref(), b"1M8GDM9AXKP042788"].concat())
}
