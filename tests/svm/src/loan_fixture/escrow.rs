//! The instructions of an escrow.

use latchkey::state::Action;
use latchkey_client::instructions as build;
use solana_sdk::signer::Signer;

use super::{LoanFixture, fee};
use crate::Outcome;

impl LoanFixture {
    /// One fee of each function.
    pub fn fees(&self) -> u64 {
        Action::ALL.map(fee).iter().sum()
    }

    /// `fund_escrow` by a stranger.
    pub fn fund(&mut self, lamports: u64) -> Outcome {
        let instruction = build::fund_escrow(self.stranger.pubkey(), &self.keys.loan, lamports);
        self.chain.send(&[instruction], &[&self.stranger])
    }

    /// `withdraw_escrow` by the authority.
    pub fn withdraw_escrow(&mut self, lamports: u64) -> Outcome {
        let instruction = build::withdraw_escrow(&self.keys, self.authority.pubkey(), lamports);
        self.chain.send(&[instruction], &[&self.authority])
    }
}
