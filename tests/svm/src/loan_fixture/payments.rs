//! The instructions that move a loan's money.

use latchkey_client::Pubkey;
use latchkey_client::instructions as build;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use super::LoanFixture;
use crate::Outcome;

impl LoanFixture {
    /// A plain token transfer from the borrower to the car wallet.
    pub fn top_up(&mut self, amount: u64) {
        let Self { chain, money, borrower, savings, keys, .. } = self;
        money.transfer(chain, savings, &keys.wallet, borrower, amount).holds();
    }

    /// `collect`, which needs no signature.
    pub fn collect(&mut self) -> Outcome {
        self.chain.send(&[build::collect(&self.keys)], &[])
    }

    /// `collect` without the treasury: it looks at the wallet and sends nothing.
    pub fn look(&mut self) -> Outcome {
        self.chain.send(&[build::look(&self.keys)], &[])
    }

    /// `prepay` toward the debt by the borrower.
    pub fn prepay(&mut self, amount: u64) -> Outcome {
        self.prepay_and_fees(amount, 0)
    }

    /// `prepay` toward the debt and toward late fees by the borrower.
    pub fn prepay_and_fees(&mut self, amount: u64, fees: u64) -> Outcome {
        let instruction = build::prepay(&self.keys, self.borrower.pubkey(), amount, fees);
        self.chain.send(&[instruction], &[&self.borrower])
    }

    /// `pay_off` by the borrower, out of the wallet alone.
    pub fn pay_off(&mut self) -> Outcome {
        let borrower = self.borrower.insecure_clone();
        self.pay_off_by(&borrower, None)
    }

    /// `pay_off` by anyone, who brings from this token account what the wallet may not give.
    pub fn pay_off_by(&mut self, payer: &Keypair, tokens: Option<Pubkey>) -> Outcome {
        self.chain.send(&[build::pay_off(&self.keys, payer.pubkey(), tokens)], &[payer])
    }

    /// Pays off all that is owed, from the wallet and the savings, and sends it to the lender.
    pub fn pay_all(&mut self) {
        let borrower = self.borrower.insecure_clone();
        let savings = self.savings;
        self.pay_off_by(&borrower, Some(savings)).holds();
        self.collect().holds();
    }

    /// `withdraw_surplus` by the borrower, into the savings.
    pub fn withdraw_surplus(&mut self, amount: u64) -> Outcome {
        let borrower = self.borrower.pubkey();
        let instruction = build::withdraw_surplus(&self.keys, borrower, self.savings, amount);
        self.chain.send(&[instruction], &[&self.borrower])
    }
}
