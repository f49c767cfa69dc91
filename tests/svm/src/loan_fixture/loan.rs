//! The instructions of a loan.

use latchkey::state::{NoticeChannels, Terms};
use latchkey_client::instructions::{self as build, LoanKeys};
use latchkey_client::{Instruction, Pubkey};
use solana_sdk::signer::Signer;

use super::LoanFixture;
use crate::{Car, Outcome};

impl LoanFixture {
    /// `originate` of the fixture's terms, with one fee of each function in the escrow.
    pub fn originate(&mut self) -> Outcome {
        let instruction = self.origination(self.terms, self.fees());
        self.sign_origination(instruction)
    }

    /// The instruction that writes the loan.
    pub fn origination(&self, terms: Terms, escrow: u64) -> Instruction {
        let who = build::Originate {
            payer: self.payer.pubkey(),
            lender_signer: self.authority.pubkey(),
            borrower: self.borrower.pubkey(),
            seller: self.seller,
        };
        build::originate(&self.keys, &who, terms, escrow)
    }

    /// Sends an origination with all three signatures.
    pub fn sign_origination(&mut self, instruction: Instruction) -> Outcome {
        self.chain.send(&[instruction], &[&self.payer, &self.authority, &self.borrower])
    }

    /// Registers another car and writes a loan on it, on the same terms but due in the next second at the earliest.
    /// The fixture turns to it; the first car and its loan come back.
    pub fn turn_to_another_car(&mut self) -> (Car, LoanKeys) {
        self.terms.first_due = self.terms.first_due.max(self.chain.now() + 1);
        let car = Car::new("another car");
        self.register(&car).holds();
        let lender = self.lender_account();
        let keys = LoanKeys::new(self.lender, &lender, car.vehicle, 0, self.keys.token_program);
        let first = (std::mem::replace(&mut self.car, car), std::mem::replace(&mut self.keys, keys));
        self.originate().holds();
        first
    }

    /// A plain token transfer from the borrower to the car wallet.
    pub fn top_up(&mut self, amount: u64) {
        let Self { chain, money, borrower, savings, keys, .. } = self;
        money.transfer(chain, savings, &keys.wallet, borrower, amount).holds();
    }

    /// `collect`, which needs no signature.
    pub fn collect(&mut self) -> Outcome {
        self.chain.send(&[build::collect(&self.keys)], &[])
    }

    /// `prepay` by the borrower.
    pub fn prepay(&mut self, amount: u64) -> Outcome {
        let instruction = build::prepay(&self.keys, self.borrower.pubkey(), amount);
        self.chain.send(&[instruction], &[&self.borrower])
    }

    /// `pay_off` by the borrower.
    pub fn pay_off(&mut self) -> Outcome {
        let instruction = build::pay_off(&self.keys, self.borrower.pubkey());
        self.chain.send(&[instruction], &[&self.borrower])
    }

    /// Tops up all that is owed and pays it off.
    pub fn pay_all(&mut self) {
        let quote = latchkey_client::quote::quote(&self.loan(), self.wallet(), self.chain.now());
        self.top_up(quote.expect("it computes").payoff);
        self.pay_off().holds();
    }

    /// `withdraw_surplus` by the borrower, into the savings.
    pub fn withdraw_surplus(&mut self, amount: u64) -> Outcome {
        let borrower = self.borrower.pubkey();
        let instruction = build::withdraw_surplus(&self.keys, borrower, self.savings, amount);
        self.chain.send(&[instruction], &[&self.borrower])
    }

    /// `declare_default`, which needs no signature.
    pub fn declare_default(&mut self) -> Outcome {
        self.chain.send(&[build::declare_default(&self.keys)], &[])
    }

    /// `serve_notice` by mail, by the servicer.
    pub fn serve_notice(&mut self) -> Outcome {
        self.serve_notice_by(NoticeChannels::MAIL)
    }

    /// `serve_notice` by the servicer.
    pub fn serve_notice_by(&mut self, channels: u8) -> Outcome {
        let instruction = build::serve_notice(&self.keys, self.servicer.pubkey(), [9; 32], channels);
        self.chain.send(&[instruction], &[&self.servicer])
    }

    /// `place_hold` by the servicer.
    pub fn place_hold(&mut self, until: i64) -> Outcome {
        let instruction = build::place_hold(&self.keys, self.servicer.pubkey(), until);
        self.chain.send(&[instruction], &[&self.servicer])
    }

    /// `lift_hold` by servicer and borrower.
    pub fn lift_hold(&mut self) -> Outcome {
        let instruction = build::lift_hold(&self.keys, self.servicer.pubkey(), self.borrower.pubkey());
        self.chain.send(&[instruction], &[&self.servicer, &self.borrower])
    }

    /// `extend` by servicer and borrower.
    pub fn extend(&mut self) -> Outcome {
        let instruction = build::extend(&self.keys, self.servicer.pubkey(), self.borrower.pubkey());
        self.chain.send(&[instruction], &[&self.servicer, &self.borrower])
    }

    /// `waive_fees` by the servicer.
    pub fn waive_fees(&mut self, amount: u64) -> Outcome {
        let instruction = build::waive_fees(&self.keys, self.servicer.pubkey(), amount);
        self.chain.send(&[instruction], &[&self.servicer])
    }

    /// `emergency_start` by the borrower.
    pub fn emergency_start(&mut self) -> Outcome {
        let instruction = build::emergency_start(&self.keys, self.borrower.pubkey());
        self.chain.send(&[instruction], &[&self.borrower])
    }

    /// `charge_off` by the servicer.
    pub fn charge_off(&mut self) -> Outcome {
        let instruction = build::charge_off(&self.keys, self.servicer.pubkey());
        self.chain.send(&[instruction], &[&self.servicer])
    }

    /// The instruction that closes the loan, `party` to sign.
    pub fn closing(&self, party: &Pubkey) -> Instruction {
        let rent_payer = self.payer.pubkey();
        build::close_loan(&self.keys, *party, self.authority.pubkey(), self.savings, rent_payer)
    }

    /// `close_loan` by the borrower.
    pub fn close(&mut self) -> Outcome {
        let instruction = self.closing(&self.borrower.pubkey());
        self.chain.send(&[instruction], &[&self.borrower])
    }
}
