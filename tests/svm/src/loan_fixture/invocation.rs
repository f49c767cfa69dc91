//! The instructions of a function call.

use latchkey::state::{Action, Invocation};
use latchkey_client::instructions as build;
use latchkey_client::{Instruction, Pubkey};
use latchkey_protocol::Receipt;
use latchkey_protocol::sealed::Envelope;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use super::LoanFixture;
use crate::Outcome;

impl LoanFixture {
    /// `request` of the next sequence number by the payer, who is no party.
    pub fn request(&mut self, action: Action) -> Outcome {
        let seq = self.vehicle().last_seq_asked + 1;
        let instruction = build::request(&self.keys, self.payer.pubkey(), None, action, seq);
        self.chain.send(&[instruction], &[&self.payer])
    }

    /// `request` in the lender's name, signed by this key too.
    pub fn request_as(&mut self, lender: &Keypair, action: Action) -> Outcome {
        let seq = self.vehicle().last_seq_asked + 1;
        let signer = Some(lender.pubkey());
        let instruction = build::request(&self.keys, self.payer.pubkey(), signer, action, seq);
        self.chain.send(&[instruction], &[&self.payer, lender])
    }

    /// `claim` by a keeper.
    pub fn claim(&mut self, keeper: &Keypair, seq: u64) -> Outcome {
        self.chain.send(&[build::claim(&self.keys, keeper.pubkey(), seq)], &[keeper])
    }

    /// `yield_claim` by a keeper.
    pub fn yield_claim(&mut self, keeper: &Keypair, seq: u64) -> Outcome {
        self.chain.send(&[build::yield_claim(&self.keys.vehicle, keeper.pubkey(), seq)], &[keeper])
    }

    /// `expire`, which needs no signature.
    pub fn expire(&mut self, seq: u64) -> Outcome {
        let rent_payer = self.invocation(seq).rent_payer;
        self.chain.send(&[build::expire(&self.keys, seq, rent_payer)], &[])
    }

    /// What the car signs when it has obeyed.
    pub fn receipt(&self, seq: u64) -> Receipt {
        self.car.receipt(&self.invocation(seq), self.chain.now())
    }

    /// `confirm` of the invocation that a signed receipt names, for the keeper that holds it.
    pub fn confirm(&mut self, receipt: &Receipt) -> Outcome {
        let instructions = self.confirmation(&self.car.sign(&receipt.encode()));
        self.chain.send(&instructions, &[])
    }

    /// The proof and the instruction that settles on it.
    pub fn confirmation(&self, signed: &Envelope) -> [Instruction; 2] {
        let receipt = Receipt::decode(&signed.payload).expect("it is a receipt");
        let address = Pubkey::new_from_array(receipt.invocation);
        let (mut keeper, mut rent_payer) = (self.keeper.pubkey(), self.payer.pubkey());
        if self.chain.exists(&address) {
            let invocation = self.chain.read::<Invocation>(&address);
            keeper = invocation.claim.map_or(keeper, |claim| claim.keeper);
            rent_payer = invocation.rent_payer;
        }
        build::confirm(&self.keys, keeper, rent_payer, signed).expect("it is a receipt")
    }

    /// The keeper claims it, the car obeys, and the receipt settles it.
    pub fn fulfil(&mut self, seq: u64) {
        let keeper = self.keeper.insecure_clone();
        self.claim(&keeper, seq).holds();
        let receipt = self.receipt(seq);
        self.confirm(&receipt).holds();
    }
}
