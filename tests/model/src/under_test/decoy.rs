//! Another lender's loan, in default with a lock requested, whose accounts stand in for ours.

use anchor_spl::associated_token::get_associated_token_address_with_program_id as token_address;
use ed25519_dalek::SigningKey;
use latchkey::instructions::InitLenderArgs;
use latchkey::state::{Action, Terms};
use latchkey_client::instructions::{self as build, LoanKeys};
use latchkey_client::{Pubkey, pda};
use latchkey_protocol::Enrolment;
use latchkey_protocol::sealed::{Envelope, sha256};

use super::ChainUnderTest;
use super::build::sent;
use crate::parties::{self, Who, person};
use crate::reference::{Model, floors};

/// The addresses of the other loan.
pub fn keys(mint: Pubkey, token_program: Pubkey) -> LoanKeys {
    let (lender, vehicle) = (pda::lender(&person("other authority")), pda::vehicle(&device_key()));
    let loan = pda::loan(&vehicle, 0);
    let treasury = token_address(&person("other authority"), &mint, &token_program);
    let wallet = pda::wallet(&loan, &mint, &token_program);
    LoanKeys { lender, vehicle, loan, escrow: pda::escrow(&loan), wallet, mint, treasury, token_program }
}

fn device() -> SigningKey {
    SigningKey::from_bytes(&sha256(b"another car's device"))
}

fn device_key() -> Pubkey {
    Pubkey::new_from_array(device().verifying_key().to_bytes())
}

impl ChainUnderTest {
    /// Writes the loan, lets it fall into default, and asks for a lock.
    pub(super) fn write_decoy(&mut self, model: &Model, terms: Terms) {
        let (authority, payer, keys) = (person("other authority"), Who::Payer.key(), self.decoy);
        let args = InitLenderArgs { servicer: authority, floors: floors(false), keepers: Vec::new() };
        let who = build::InitLender { payer, authority, mint: keys.mint, treasury: keys.treasury };
        self.must(&[build::init_lender(&who, args)]);
        let who = build::SetFunction { payer, authority, lender: keys.lender };
        for action in Action::ALL {
            let offer = sent(&model.offered(Who::Authority, action, 1_000_000));
            self.must(&[build::set_function(&who, action, offer)]);
        }
        let enrolment = Enrolment {
            program: latchkey::ID.to_bytes(),
            lender: keys.lender.to_bytes(),
            vin_commitment: parties::VIN,
        };
        let enrolment = Envelope::seal(&device(), &enrolment.encode());
        self.must(&build::register_vehicle(payer, authority, &enrolment).expect("it is an enrolment"));
        let terms = Terms {
            first_due: model.now + 10,
            calendar: latchkey::state::Calendar::seconds(1_000_000),
            grace_secs: 1,
            min_channels: 0,
            notice_secs: 0,
            final_notice_secs: 0,
            notice_max_age_secs: 0,
            notice_after_default: false,
            public_unlock: false,
            apr_ppm: 0,
            ..terms
        };
        let seller = self.token_accounts[&crate::reference::TokenAccount::Seller];
        let borrower = person("other borrower");
        let who = build::Originate { payer, lender_signer: authority, borrower, seller };
        self.must(&[build::originate(&keys, &who, terms, 20_000_000)]);
        self.set_time(model.now + 11);
        self.must(&[build::declare_default(&keys)]);
        self.must(&[build::request(&keys, payer, None, Action::Lock, 1)]);
    }

    fn must(&mut self, instructions: &[latchkey_client::Instruction]) {
        self.send(instructions).unwrap_or_else(|failure| panic!("before all: {failure}"));
    }
}
