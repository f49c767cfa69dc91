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
    /// The instruction that requests the next sequence number; `party` is the lender or the borrower, if one asks.
    pub fn requesting(&self, action: Action, party: Option<Pubkey>) -> Instruction {
        let seq = self.vehicle().last_seq_asked + 1;
        build::request(&self.keys, self.payer.pubkey(), party, action, seq)
    }

    /// `request` of the next sequence number by the payer, who is no party.
    pub fn request(&mut self, action: Action) -> Outcome {
        let instruction = self.requesting(action, None);
        self.chain.send(&[instruction], &[&self.payer])
    }

    /// `request` in the name of the lender or the borrower, signed by this key too.
    pub fn request_as(&mut self, party: &Keypair, action: Action) -> Outcome {
        let instruction = self.requesting(action, Some(party.pubkey()));
        self.chain.send(&[instruction], &[&self.payer, party])
    }

    /// `claim` by a keeper.
    pub fn claim(&mut self, keeper: &Keypair, seq: u64) -> Outcome {
        self.chain.send(&[build::claim(&self.keys, keeper.pubkey(), seq)], &[keeper])
    }

    /// `yield_claim` by a keeper.
    pub fn yield_claim(&mut self, keeper: &Keypair, seq: u64) -> Outcome {
        self.chain.send(&[build::yield_claim(&self.keys.vehicle, keeper.pubkey(), seq)], &[keeper])
    }

    /// The instruction that clears a call away. It names the keeper whose lease lapsed, if there is one.
    pub fn expiring(&self, seq: u64) -> Instruction {
        let invocation = self.invocation(seq);
        let keeper = invocation.claim().map(|claim| claim.keeper);
        build::expire(&self.keys, seq, invocation.rent_payer, keeper)
    }

    /// `expire`, which needs no signature.
    pub fn expire(&mut self, seq: u64) -> Outcome {
        let instruction = self.expiring(seq);
        self.chain.send(&[instruction], &[])
    }

    /// What the car signs when it has obeyed.
    pub fn receipt(&self, seq: u64) -> Receipt {
        self.car.receipt(&self.invocation(seq), self.chain.now())
    }

    /// `confirm` of the invocation that a signed receipt names: for the keeper that holds it, or of an unlock brought by
    /// the fixture's keeper.
    pub fn confirm(&mut self, receipt: &Receipt) -> Outcome {
        let keeper = self.keeper.insecure_clone();
        self.confirm_by(&keeper, receipt)
    }

    /// The same; this keeper brings the receipt of an unlock.
    pub fn confirm_by(&mut self, keeper: &Keypair, receipt: &Receipt) -> Outcome {
        let instructions = self.confirmation_by(keeper.pubkey(), &self.car.sign(&receipt.encode()));
        let signers: &[&Keypair] = if receipt.action == Action::Unlock { &[keeper] } else { &[] };
        self.chain.send(&instructions, signers)
    }

    /// The proof and the instruction that settles on it.
    pub fn confirmation(&self, signed: &Envelope) -> [Instruction; 2] {
        self.confirmation_by(self.keeper.pubkey(), signed)
    }

    /// The same; this keeper brings the receipt of an unlock.
    pub fn confirmation_by(&self, bringer: Pubkey, signed: &Envelope) -> [Instruction; 2] {
        let receipt = Receipt::decode(&signed.payload).expect("it is a receipt");
        let address = Pubkey::new_from_array(receipt.invocation);
        let (mut keeper, mut rent_payer) = (bringer, self.payer.pubkey());
        if self.chain.exists(&address) {
            let invocation = self.chain.read::<Invocation>(&address);
            keeper = invocation.claim().map_or(keeper, |claim| claim.keeper);
            rent_payer = invocation.rent_payer;
        }
        build::confirm(&self.keys, keeper, rent_payer, signed).expect("it is a receipt")
    }

    /// The keeper claims it, unless it is an unlock; the car obeys, and the receipt settles it.
    pub fn fulfil(&mut self, seq: u64) {
        let keeper = self.keeper.insecure_clone();
        if self.invocation(seq).action != Action::Unlock {
            self.claim(&keeper, seq).holds();
        }
        let receipt = self.receipt(seq);
        self.confirm(&receipt).holds();
    }

    /// An unlock is asked for, done and proven.
    pub fn unlock(&mut self) {
        self.request(Action::Unlock).holds();
        let seq = self.vehicle().last_seq_asked;
        self.fulfil(seq);
    }
}
