//! The instructions by which a loan is serviced.

use latchkey::instructions::{AmendArgs, SettlementReason};
use latchkey::state::{NoticeChannels, Terms};
use latchkey_client::Instruction;
use latchkey_client::instructions as build;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use super::LoanFixture;
use crate::Outcome;

impl LoanFixture {
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
        let servicer = self.servicer.insecure_clone();
        self.place_hold_by(&servicer, until)
    }

    /// `place_hold` by this key.
    pub fn place_hold_by(&mut self, signer: &Keypair, until: i64) -> Outcome {
        self.chain.send(&[build::place_hold(&self.keys, signer.pubkey(), until)], &[signer])
    }

    /// The loan's revision, and this second as the deadline: what both parties sign at once.
    pub fn agreed_now(&self) -> build::Agreed {
        build::Agreed { revision: self.loan().revision, deadline: self.chain.now() }
    }

    /// `lift_hold` by servicer and borrower, agreed at once.
    pub fn lift_hold(&mut self) -> Outcome {
        let (servicer, borrower) = (self.servicer.pubkey(), self.borrower.pubkey());
        let instruction = build::lift_hold(&self.keys, servicer, borrower, self.agreed_now());
        self.chain.send(&[instruction], &[&self.servicer, &self.borrower])
    }

    /// `extend` by servicer and borrower, agreed at once.
    pub fn extend(&mut self) -> Outcome {
        let (servicer, borrower) = (self.servicer.pubkey(), self.borrower.pubkey());
        let instruction = build::extend(&self.keys, servicer, borrower, self.agreed_now());
        self.chain.send(&[instruction], &[&self.servicer, &self.borrower])
    }

    /// `place_stay` by the authority.
    pub fn place_stay(&mut self, from: i64, until: i64) -> Outcome {
        let instruction = build::place_stay(&self.keys, self.authority.pubkey(), from, until);
        self.chain.send(&[instruction], &[&self.authority])
    }

    /// The loan's terms with a change, agreed at once and forgiving nothing.
    pub fn amendment(&self, change: impl FnOnce(&mut Terms)) -> AmendArgs {
        let mut terms = self.loan().terms;
        change(&mut terms);
        let build::Agreed { revision, deadline } = self.agreed_now();
        AmendArgs { revision, deadline, terms, forgive_principal: 0, forgive_interest: 0 }
    }

    /// The instruction that amends the loan, with or without the borrower's signature.
    pub fn amending(&self, args: AmendArgs, by_both: bool) -> Instruction {
        let borrower = by_both.then(|| self.borrower.pubkey());
        build::amend(&self.keys, self.authority.pubkey(), borrower, args)
    }

    /// `amend` by the authority alone.
    pub fn amend_alone(&mut self, args: AmendArgs) -> Outcome {
        let instruction = self.amending(args, false);
        self.chain.send(&[instruction], &[&self.authority])
    }

    /// `amend` by authority and borrower.
    pub fn amend_by_both(&mut self, args: AmendArgs) -> Outcome {
        let instruction = self.amending(args, true);
        self.chain.send(&[instruction], &[&self.authority, &self.borrower])
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

    /// `charge_off` by the authority.
    pub fn charge_off(&mut self) -> Outcome {
        let instruction = build::charge_off(&self.keys, self.authority.pubkey());
        self.chain.send(&[instruction], &[&self.authority])
    }

    /// `settle` by the authority.
    pub fn settle(&mut self, reason: SettlementReason) -> Outcome {
        let instruction = build::settle(&self.keys, self.authority.pubkey(), reason);
        self.chain.send(&[instruction], &[&self.authority])
    }
}
