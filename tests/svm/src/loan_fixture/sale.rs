//! The sale of a loan to another lender.

use latchkey::instructions::{CommandKey, SetFunctionArgs};
use latchkey::rules::sale::keyring;
use latchkey::state::{Action, Function};
use latchkey_client::instructions as build;
use latchkey_client::{Instruction, Pubkey, pda};
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{HandOverReceipt, Keyring};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use super::LoanFixture;
use crate::{Outcome, person};

/// Another lender of the same mint, who may buy a loan.
pub struct Buyer {
    /// Owns it.
    pub authority: Keypair,
    /// Its account.
    pub lender: Pubkey,
    /// Its tokens.
    pub treasury: Pubkey,
    /// What a car must obey before it serves it.
    pub keyring: Keyring,
}

/// Who owns the buyer.
const AUTHORITY: &str = "buyer";

impl LoanFixture {
    /// Creates the buyer, whose functions are signed for by keys of its own.
    pub fn found_buyer(&mut self) -> Buyer {
        let authority = person(AUTHORITY);
        let treasury = self.money.open(&mut self.chain, &authority.pubkey(), 1_000_000_000);
        let (payer, lender) = (self.payer.pubkey(), pda::lender(&authority.pubkey()));
        let parties =
            build::InitLender { payer, authority: authority.pubkey(), mint: self.keys.mint, treasury };
        let args = self.lender_args();
        self.chain.send(&[build::init_lender(&parties, args)], &[&self.payer, &authority]).holds();
        let who = build::SetFunction { payer, authority: authority.pubkey(), lender };
        for action in Action::ALL {
            let key = person(&format!("buyer's {action} key")).pubkey();
            let command_keys = vec![CommandKey { key, uri: String::new() }];
            let offer = SetFunctionArgs { command_keys, ..self.offer(action) };
            let instruction = build::set_function(&who, action, offer);
            self.chain.send(&[instruction], &[&self.payer, &authority]).holds();
        }
        self.buyer()
    }

    /// Gives the buyer's unlock function an address.
    pub fn publish_buyers_unlock(&mut self, uri: &str) {
        let Buyer { authority, lender, .. } = self.buyer();
        let key = person("buyer's unlock key").pubkey();
        let command_keys = vec![CommandKey { key, uri: uri.to_owned() }];
        let offer = SetFunctionArgs { command_keys, ..self.offer(Action::Unlock) };
        let who = build::SetFunction { payer: self.payer.pubkey(), authority: authority.pubkey(), lender };
        let instruction = build::set_function(&who, Action::Unlock, offer);
        self.chain.send(&[instruction], &[&self.payer, &authority]).holds();
    }

    /// The buyer, once it is created.
    pub fn buyer(&self) -> Buyer {
        let authority = person(AUTHORITY);
        let lender = pda::lender(&authority.pubkey());
        let treasury = self.money.account(&authority.pubkey());
        let [warn, lock, unlock] = [Action::Warn, Action::Lock, Action::Unlock]
            .map(|action| self.chain.read::<Function>(&pda::function(&lender, action)));
        Buyer { authority, lender, treasury, keyring: keyring(lender, &warn, &lock, &unlock) }
    }

    /// The car's proof that it obeys the buyer, and the instruction that sells the loan, agreed at once.
    pub fn assignment(&self) -> [Instruction; 2] {
        let receipt = self.car.handed_over(&self.buyer().keyring, self.chain.now());
        self.assignment_on(&self.car.sign(&receipt.encode()))
    }

    /// The same on this signed receipt.
    pub fn assignment_on(&self, signed: &Envelope) -> [Instruction; 2] {
        let (seller, buyer) = (self.authority.pubkey(), self.buyer());
        let who =
            build::Sale { authority: seller, buyer: buyer.lender, buyer_authority: buyer.authority.pubkey() };
        build::assign(&self.keys, &who, self.agreed_now(), signed).expect("it is a receipt")
    }

    /// `assign` to the buyer, signed by both authorities, on the receipt that the car gives now.
    pub fn assign(&mut self) -> Outcome {
        let receipt = self.car.handed_over(&self.buyer().keyring, self.chain.now());
        self.assign_on(&receipt)
    }

    /// The same on this receipt, which the car signs.
    pub fn assign_on(&mut self, receipt: &HandOverReceipt) -> Outcome {
        let instructions = self.assignment_on(&self.car.sign(&receipt.encode()));
        let buyer = self.buyer().authority;
        self.chain.send(&instructions, &[&self.authority, &buyer])
    }

    /// Turns to the buyer as the loan's lender; the seller's authority comes back.
    pub fn turn_to_buyer(&mut self) -> Keypair {
        let Buyer { authority, lender, treasury, .. } = self.buyer();
        self.lender = lender;
        (self.keys.lender, self.keys.treasury) = (lender, treasury);
        // The buyer names the same servicer.
        std::mem::replace(&mut self.authority, authority)
    }
}
