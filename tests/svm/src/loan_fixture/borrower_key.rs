//! The instructions that give a borrower another key.

use latchkey_client::Pubkey;
use latchkey_client::instructions as build;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use super::LoanFixture;
use crate::{Outcome, person};

impl LoanFixture {
    /// `rotate_borrower` to a new key; both sign.
    pub fn rotate_borrower(&mut self, new: &Keypair) -> Outcome {
        let instruction = build::rotate_borrower(self.keys.loan, self.borrower.pubkey(), new.pubkey());
        self.chain.send(&[instruction], &[&self.borrower, new])
    }

    /// `recover_borrower` without the new key's signature, by the authority.
    pub fn propose_recovery(&mut self, new: Pubkey) -> Outcome {
        let instruction = build::propose_recovery(&self.keys, self.authority.pubkey(), new);
        self.chain.send(&[instruction], &[&self.authority])
    }

    /// `recover_borrower` by the authority, and the new key that takes over.
    pub fn complete_recovery(&mut self, new: &Keypair) -> Outcome {
        let instruction = build::complete_recovery(&self.keys, self.authority.pubkey(), new.pubkey());
        self.chain.send(&[instruction], &[&self.authority, new])
    }

    /// `refuse_recovery` by the borrower.
    pub fn refuse_recovery(&mut self) -> Outcome {
        let instruction = build::refuse_recovery(self.keys.loan, self.borrower.pubkey());
        self.chain.send(&[instruction], &[&self.borrower])
    }

    /// Turns to a borrower with another key, who has savings of their own; the old key comes back.
    pub fn turn_to_borrower(&mut self, name: &str) -> Keypair {
        let new = person(name);
        let Self { chain, money, .. } = self;
        self.savings = money.open(chain, &new.pubkey(), 1_000_000_000);
        std::mem::replace(&mut self.borrower, new)
    }
}
