//! The transaction of every call.

use latchkey::instructions::{InitLenderArgs, SetFunctionArgs};
use latchkey::state::Action;
use latchkey_client::instructions::{self as build, Secured, proof};
use latchkey_client::{Instruction, Pubkey};
use latchkey_protocol::Outcome;
use latchkey_protocol::sealed::Envelope;

use super::ChainUnderTest;
use crate::calls::Call;
use crate::moves::{Draft, Offer, Proof};
use crate::parties::{self, Who};
use crate::reference::{
    BOND, EVIDENCE, LEASE, Model, TTL, TokenAccount, URI, command_key, floors, treasury_of,
};

impl ChainUnderTest {
    /// The transaction of a call, with no defect but perhaps its signer.
    #[allow(clippy::too_many_lines, reason = "one arm an instruction")]
    pub fn build(&mut self, call: &Call, model: &Model) -> Vec<Instruction> {
        let keys = self.present_keys(model);
        let lender = parties::lender();
        let payer = Who::Payer.key();
        let savings = self.token_accounts[&TokenAccount::Borrower];
        let one = match call {
            Call::InitLender(by) => {
                let args = InitLenderArgs {
                    servicer: Who::Servicer.key(),
                    floors: floors(false),
                    keepers: Vec::new(),
                };
                let treasury = self.token_accounts[&TokenAccount::Authority];
                let who = build::InitLender { payer, authority: by.key(), mint: self.mint, treasury };
                build::init_lender(&who, args)
            }
            Call::SetPolicy(by, strict) => build::set_policy(lender, by.key(), floors(*strict)),
            Call::Nominate(by, nominee) => build::nominate_authority(lender, by.key(), nominee.map(Who::key)),
            Call::Accept(by) => {
                build::accept_authority(lender, by.key(), self.token_accounts[&treasury_of(*by)])
            }
            Call::SetServicer(by, to) => build::set_servicer(lender, by.key(), to.key()),
            Call::SetKeepers(by, keepers) => {
                build::set_keepers(lender, by.key(), keepers.iter().map(|who| who.key()).collect())
            }
            Call::SetFunction(by, action, offer) => {
                let who = build::SetFunction { payer, authority: by.key(), lender };
                build::set_function(&who, *action, offered(*offer))
            }
            Call::Pause(by, secs) => build::pause(lender, by.key(), *secs),
            Call::Unpause(by) => build::unpause(lender, by.key()),
            Call::Register(by, proof) => {
                let right = parties::enrolment(0, &lender);
                let pair = build::register_vehicle(payer, by.key(), &right).expect("it is an enrolment");
                return prove(
                    pair,
                    *proof,
                    || parties::enrolment(1, &lender),
                    || parties::enrolment(0, &self.decoy.lender),
                );
            }
            Call::Rotate(by, borrower, device, proof) => {
                let right = parties::enrolment(*device, &lender);
                let active = model.vehicle.as_ref().and_then(|car| car.active_loan);
                let secured = active
                    .and_then(|loan| borrower.map(|borrower| Secured { loan, borrower: borrower.key() }));
                let pair = build::rotate_device_key(parties::vehicle(), by.key(), secured, &right);
                return prove(
                    pair.expect("it is an enrolment"),
                    *proof,
                    || parties::enrolment(device + 1, &lender),
                    || parties::enrolment(*device, &self.decoy.lender),
                );
            }
            Call::Retire(by) => build::retire_vehicle(lender, parties::vehicle(), by.key()),
            Call::Originate(by, draft) => {
                let next = model.vehicle.as_ref().map_or(0, |car| car.loans);
                let keys = self.keys(next, keys.treasury);
                let seller = if *draft == Draft::ToTreasury {
                    keys.treasury
                } else {
                    self.token_accounts[&TokenAccount::Seller]
                };
                let who = build::Originate {
                    payer,
                    lender_signer: by.key(),
                    borrower: Who::Borrower.key(),
                    seller,
                };
                build::originate(&keys, &who, model.drafted(*draft), model.first_lamports(*draft))
            }
            Call::FundEscrow(by, lamports) => build::fund_escrow(by.key(), &keys.loan, *lamports),
            Call::WithdrawEscrow(by, sum) => build::withdraw_escrow(&keys, by.key(), model.escrow_sum(*sum)),
            Call::Collect => build::collect(&keys),
            Call::Prepay(by, sum) => build::prepay(&keys, by.key(), model.sum(*sum)),
            Call::PayOff(by) => build::pay_off(&keys, by.key()),
            Call::WithdrawSurplus(by, sum) => {
                build::withdraw_surplus(&keys, by.key(), savings, model.sum(*sum))
            }
            Call::DeclareDefault => build::declare_default(&keys),
            Call::ServeNotice(by, channels) => build::serve_notice(&keys, by.key(), EVIDENCE, *channels),
            Call::PlaceHold(by, secs) => build::place_hold(&keys, by.key(), model.now + secs),
            Call::LiftHold(by, borrower) => build::lift_hold(&keys, by.key(), borrower.key()),
            Call::Extend(by, borrower) => build::extend(&keys, by.key(), borrower.key()),
            Call::WaiveFees(by, sum) => build::waive_fees(&keys, by.key(), model.sum(*sum)),
            Call::EmergencyStart(by) => build::emergency_start(&keys, by.key()),
            Call::ChargeOff(by) => build::charge_off(&keys, by.key()),
            Call::Request(action, by) => {
                let seq = model.vehicle.as_ref().map_or(1, |car| car.last_seq_asked + 1);
                build::request(&keys, payer, by.map(Who::key), *action, seq)
            }
            Call::Claim(by, which) => build::claim(&keys, by.key(), model.which(*which)),
            Call::Confirm(which, proof) => {
                let (seq, now, device) = (model.which(*which), model.now, model.device);
                let action = model.invocations.get(&seq).map_or(Action::Lock, |open| open.account.action);
                let right = parties::receipt(device, action, seq, Outcome::Applied, now);
                let keeper = model.claimer(seq).unwrap_or(Who::Keeper.key());
                let pair = build::confirm(&keys, keeper, payer, &right).expect("it is a receipt");
                let refused = *proof == Proof::Refusal;
                return prove(
                    pair,
                    *proof,
                    || parties::receipt(device + 1, action, seq, Outcome::Applied, now),
                    || {
                        if refused {
                            parties::receipt(device, action, seq, Outcome::RefusedUnsafe, now)
                        } else {
                            parties::receipt(device, action, seq + 1, Outcome::Applied, now)
                        }
                    },
                );
            }
            Call::Yield(by, which) => build::yield_claim(&parties::vehicle(), by.key(), model.which(*which)),
            Call::Expire(which) => build::expire(&keys, model.which(*which), payer),
            Call::Close(by) => {
                let authority = model.lender.as_ref().map_or(Who::Authority.key(), |lender| lender.authority);
                build::close_loan(&keys, by.key(), authority, savings, payer)
            }
        };
        vec![one]
    }
}

/// The proof and the instruction right after it, or a wrong proof in its place.
fn prove(
    [right, instruction]: [Instruction; 2],
    kind: Proof,
    by_other_key: impl FnOnce() -> Envelope,
    of_other_message: impl FnOnce() -> Envelope,
) -> Vec<Instruction> {
    match kind {
        Proof::Right => vec![right, instruction],
        Proof::Missing => vec![instruction],
        Proof::OtherKey => vec![proof(&by_other_key()), instruction],
        Proof::OtherMessage | Proof::Refusal => vec![proof(&of_other_message()), instruction],
    }
}

fn offered(offer: Offer) -> SetFunctionArgs {
    let sound = SetFunctionArgs {
        fee: 1_000_000,
        bond: BOND,
        lease_secs: LEASE,
        ttl_secs: TTL,
        command_key: command_key(),
        uri: URI.to_owned(),
        code_hash: [7; 32],
    };
    match offer {
        Offer::Sound(fee) => SetFunctionArgs { fee, ..sound },
        Offer::Free => SetFunctionArgs { fee: 0, ..sound },
        Offer::LongLease => SetFunctionArgs { lease_secs: TTL + 1, ..sound },
        Offer::Http => SetFunctionArgs { uri: "http://functions.example/".to_owned(), ..sound },
        Offer::NoKey => SetFunctionArgs { command_key: Pubkey::default(), ..sound },
    }
}
