//! The instructions of a lender.

use latchkey::instructions::{CommandKey, InitLenderArgs, SetFunctionArgs};
use latchkey::state::{Action, PolicyFloors};
use latchkey_client::Pubkey;
use latchkey_client::instructions as build;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use super::{BOND, LEASE, LoanFixture, TTL, fee};
use crate::{Outcome, floors, person};

impl LoanFixture {
    /// `init_lender`, signed by payer and authority.
    pub fn init_lender(&mut self, args: InitLenderArgs) -> Outcome {
        let instruction = build::init_lender(&self.lender_parties(), args);
        self.chain.send(&[instruction], &[&self.payer, &self.authority])
    }

    /// What the lender is created with: floors that exclude nothing, and every keeper admitted.
    pub fn lender_args(&self) -> InitLenderArgs {
        InitLenderArgs { servicer: self.servicer.pubkey(), floors: floors(), keepers: Vec::new() }
    }

    /// Who creates the lender.
    pub fn lender_parties(&self) -> build::InitLender {
        build::InitLender {
            payer: self.payer.pubkey(),
            authority: self.authority.pubkey(),
            mint: self.keys.mint,
            treasury: self.keys.treasury,
        }
    }

    /// `set_policy` by the authority.
    pub fn set_policy(&mut self, floors: PolicyFloors) -> Outcome {
        let instruction = build::set_policy(self.lender, self.authority.pubkey(), floors);
        self.chain.send(&[instruction], &[&self.authority])
    }

    /// `nominate_authority` by the authority.
    pub fn nominate(&mut self, nominee: Option<Pubkey>) -> Outcome {
        let instruction = build::nominate_authority(self.lender, self.authority.pubkey(), nominee);
        self.chain.send(&[instruction], &[&self.authority])
    }

    /// `accept_authority` by a nominee, with this treasury.
    pub fn accept(&mut self, nominee: &Keypair, treasury: Pubkey) -> Outcome {
        let instruction = build::accept_authority(self.lender, nominee.pubkey(), treasury, self.keys.mint);
        self.chain.send(&[instruction], &[nominee])
    }

    /// `set_servicer` by the authority.
    pub fn set_servicer(&mut self, servicer: Pubkey) -> Outcome {
        let instruction = build::set_servicer(self.lender, self.authority.pubkey(), servicer);
        self.chain.send(&[instruction], &[&self.authority])
    }

    /// `set_keepers` by the authority.
    pub fn set_keepers(&mut self, keepers: Vec<Pubkey>) -> Outcome {
        let instruction = build::set_keepers(self.lender, self.authority.pubkey(), keepers);
        self.chain.send(&[instruction], &[&self.authority])
    }

    /// A function as the lender offers it.
    pub fn offer(&self, action: Action) -> SetFunctionArgs {
        SetFunctionArgs {
            fee: fee(action),
            bond: BOND,
            lease_secs: u32::try_from(LEASE).expect("it fits"),
            ttl_secs: u32::try_from(TTL).expect("it fits"),
            required: 1,
            command_keys: vec![CommandKey { key: person("command key").pubkey(), uri: String::new() }],
            code_hash: [7; 32],
        }
    }

    /// `set_function`, signed by payer and authority.
    pub fn set_function(&mut self, action: Action, args: SetFunctionArgs) -> Outcome {
        let who = build::SetFunction {
            payer: self.payer.pubkey(),
            authority: self.authority.pubkey(),
            lender: self.lender,
        };
        let instruction = build::set_function(&who, action, args);
        self.chain.send(&[instruction], &[&self.payer, &self.authority])
    }

    /// Gives the lender's unlock function an address.
    pub fn publish_unlock(&mut self, uri: &str) {
        let key = self.function(Action::Unlock).command_keys[0];
        let command_keys = vec![CommandKey { key, uri: uri.to_owned() }];
        let offer = SetFunctionArgs { command_keys, ..self.offer(Action::Unlock) };
        self.set_function(Action::Unlock, offer).holds();
    }

    /// `pause` by the servicer.
    pub fn pause(&mut self, secs: u32) -> Outcome {
        let instruction = build::pause(self.lender, self.servicer.pubkey(), secs);
        self.chain.send(&[instruction], &[&self.servicer])
    }

    /// `unpause` by the servicer.
    pub fn unpause(&mut self) -> Outcome {
        let instruction = build::unpause(self.lender, self.servicer.pubkey());
        self.chain.send(&[instruction], &[&self.servicer])
    }
}
