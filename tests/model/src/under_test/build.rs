//! The transaction of every call.

use latchkey::instructions::{AmendArgs, CommandKey, InitLenderArgs, SetFunctionArgs, SettlementReason};
use latchkey::state::{Action, Function};
use latchkey_client::instructions::{self as build, Agreed, Sale, Secured, proof};
use latchkey_client::{Instruction, Pubkey};
use latchkey_protocol::Outcome;
use latchkey_protocol::sealed::Envelope;

use super::ChainUnderTest;
use crate::calls::Call;
use crate::moves::{Draft, Offer, Proof};
use crate::parties::{self, Who};
use crate::reference::{Agreement, EVIDENCE, Model, TokenAccount, floors, keyring_hash, treasury_of};

impl ChainUnderTest {
    /// The transaction of a call, with no defect but perhaps its signer.
    #[allow(clippy::too_many_lines, reason = "one arm an instruction")]
    pub fn build(&mut self, call: &Call, model: &Model) -> Vec<Instruction> {
        let keys = self.present_keys(model);
        let payer = Who::Payer.key();
        let agreed = |agreement: Agreement| {
            let (revision, deadline) = model.named(agreement);
            Agreed { revision, deadline }
        };
        let one = match call {
            Call::InitLender(..)
            | Call::SetPolicy(..)
            | Call::Nominate(..)
            | Call::Accept(..)
            | Call::SetServicer(..)
            | Call::SetKeepers(..)
            | Call::SetFunction(..)
            | Call::Pause(..)
            | Call::Unpause(..) => self.build_for_lender(call, model),
            Call::Register(by, proof) => {
                let right = parties::enrolment(0, &keys.lender);
                let pair = build::register_vehicle(payer, by.key(), &right).expect("it is an enrolment");
                return prove(
                    pair,
                    *proof,
                    || parties::enrolment(1, &keys.lender),
                    || parties::enrolment(0, &self.decoy.lender),
                );
            }
            Call::Rotate(by, borrower, device, proof) => {
                let right = parties::enrolment(*device, &keys.lender);
                let active = model.contract.as_ref().map(|_| keys.loan);
                let secured = active
                    .and_then(|loan| borrower.map(|borrower| Secured { loan, borrower: borrower.key() }));
                let pair = build::rotate_device_key(parties::vehicle(), by.key(), secured, &right);
                return prove(
                    pair.expect("it is an enrolment"),
                    *proof,
                    || parties::enrolment(device + 1, &keys.lender),
                    || parties::enrolment(*device, &self.decoy.lender),
                );
            }
            Call::Distrust(by) => build::distrust_device(keys.lender, parties::vehicle(), by.key()),
            Call::Retire(by) => build::retire_vehicle(keys.lender, parties::vehicle(), by.key()),
            Call::Originate(by, draft) => {
                let next = model.vehicle.as_ref().map_or(0, |car| car.loans);
                let keys = self.keys(next, model.home, keys.treasury);
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
            Call::Collect(true) => build::collect(&keys),
            Call::Collect(false) => build::look(&keys),
            Call::Prepay(by, debt, fees) => {
                build::prepay(&keys, by.key(), model.sum(*debt), model.sum(*fees))
            }
            Call::PayOff(by) => {
                let tokens = by.tokens().filter(|tokens| model.tokens.contains_key(tokens));
                build::pay_off(&keys, by.key(), tokens.map(|tokens| self.token_accounts[&tokens]))
            }
            Call::WithdrawSurplus(by, sum) => {
                build::withdraw_surplus(&keys, by.key(), self.tokens_of(*by), model.sum(*sum))
            }
            Call::DeclareDefault => build::declare_default(&keys),
            Call::ServeNotice(by, channels) => build::serve_notice(&keys, by.key(), EVIDENCE, *channels),
            Call::PlaceHold(by, secs) => build::place_hold(&keys, by.key(), model.now + secs),
            Call::PlaceStay(by, wait, secs) => {
                build::place_stay(&keys, by.key(), model.now + wait, model.now + wait + secs)
            }
            Call::LiftHold(by, borrower, named) => {
                build::lift_hold(&keys, by.key(), borrower.key(), agreed(*named))
            }
            Call::Extend(by, borrower, named) => {
                build::extend(&keys, by.key(), borrower.key(), agreed(*named))
            }
            Call::Amend(by, borrower, how, named) => {
                let Agreed { revision, deadline } = agreed(*named);
                let (terms, forgive_principal, forgive_interest) = model.amended(*how);
                let args = AmendArgs { revision, deadline, terms, forgive_principal, forgive_interest };
                build::amend(&keys, by.key(), borrower.map(Who::key), args)
            }
            Call::WaiveFees(by, sum) => build::waive_fees(&keys, by.key(), model.sum(*sum)),
            Call::EmergencyStart(by) => build::emergency_start(&keys, by.key()),
            Call::ChargeOff(by) => build::charge_off(&keys, by.key()),
            Call::Settle(by, reason) => build::settle(&keys, by.key(), REASONS[reason % REASONS.len()]),
            Call::Assign(seller, buyer, named, mandate, proof) => {
                let to = model.home.other();
                let (now, hash) = (model.now + mandate.offset(), keyring_hash(model, to).unwrap_or_default());
                let sale = Sale {
                    authority: seller.key(),
                    buyer: parties::lender(to),
                    buyer_authority: buyer.key(),
                };
                let right = parties::hand_over(model.device, to, hash, now);
                let pair = build::assign(&keys, &sale, agreed(*named), &right).expect("it is a receipt");
                return prove(
                    pair,
                    *proof,
                    || parties::hand_over(model.device + 1, to, hash, now),
                    || parties::hand_over(model.device, to, [0; 32], now),
                );
            }
            Call::RotateBorrower(old, new) => build::rotate_borrower(keys.loan, old.key(), new.key()),
            Call::RecoverBorrower(by, new, true) => build::complete_recovery(&keys, by.key(), new.key()),
            Call::RecoverBorrower(by, new, false) => build::propose_recovery(&keys, by.key(), new.key()),
            Call::RefuseRecovery(by) => build::refuse_recovery(keys.loan, by.key()),
            Call::Request(action, by) => {
                let seq = model.vehicle.as_ref().map_or(1, |car| car.last_seq_asked + 1);
                build::request(&keys, payer, by.map(Who::key), *action, seq)
            }
            Call::Claim(by, which) => build::claim(&keys, by.key(), model.which(*which)),
            Call::Confirm(which, by, proof) => {
                let (seq, now, device) = (model.which(*which), model.now, model.device);
                let action = model.invocations.get(&seq).map_or(Action::Lock, |open| open.account.action);
                let right = parties::receipt(device, action, seq, Outcome::Applied, now);
                let claimed = model.claimer(seq).filter(|_| action != Action::Unlock);
                let keeper = claimed.unwrap_or_else(|| by.key());
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
            Call::Expire(which) => {
                let seq = model.which(*which);
                build::expire(&keys, seq, payer, model.claimer(seq))
            }
            Call::Close(by) => {
                let authority = model.lender().map_or(Who::Authority.key(), |lender| lender.authority);
                let borrower = model.contract.as_ref().and_then(|contract| Who::of(&contract.loan.borrower));
                let who = build::CloseLoan {
                    party: by.key(),
                    authority,
                    borrower_tokens: self.tokens_of(borrower.unwrap_or(Who::Borrower)),
                    lender_tokens: model
                        .contract
                        .as_ref()
                        .filter(|contract| contract.books.unsent > 0)
                        .map(|_| keys.treasury),
                    rent_payer: payer,
                };
                build::close_loan(&keys, &who)
            }
        };
        vec![one]
    }

    fn tokens_of(&self, who: Who) -> Pubkey {
        self.token_accounts[&who.tokens().unwrap_or(TokenAccount::Stranger)]
    }

    /// The instructions of a lender's own.
    fn build_for_lender(&self, call: &Call, model: &Model) -> Instruction {
        let (by, payer) = (founder_of(call), Who::Payer.key());
        let lender = parties::lender(Model::house(by));
        let treasury = self.token_accounts[&treasury_of(by)];
        match call {
            Call::InitLender(by) => {
                let args = InitLenderArgs {
                    servicer: Who::Servicer.key(),
                    floors: floors(false),
                    keepers: Vec::new(),
                };
                let who = build::InitLender { payer, authority: by.key(), mint: self.mint, treasury };
                build::init_lender(&who, args)
            }
            Call::SetPolicy(by, strict) => build::set_policy(lender, by.key(), floors(*strict)),
            Call::Nominate(by, nominee) => build::nominate_authority(lender, by.key(), nominee.map(Who::key)),
            Call::Accept(by) => build::accept_authority(lender, by.key(), treasury, self.mint),
            Call::SetServicer(by, to) => build::set_servicer(lender, by.key(), to.key()),
            Call::SetKeepers(by, keepers) => {
                build::set_keepers(lender, by.key(), keepers.iter().map(|who| who.key()).collect())
            }
            Call::SetFunction(by, action, offer) => {
                let who = build::SetFunction { payer, authority: by.key(), lender };
                build::set_function(&who, *action, offered(model, *by, *action, *offer))
            }
            Call::Pause(by, secs) => build::pause(lender, by.key(), *secs),
            Call::Unpause(by) => build::unpause(lender, by.key()),
            _ => unreachable!("it is no lender's"),
        }
    }
}

/// Why a loan is settled.
const REASONS: [SettlementReason; crate::reference::REASONS] = [
    SettlementReason::Settlement,
    SettlementReason::TotalLoss,
    SettlementReason::Surrender,
    SettlementReason::Repossession,
    SettlementReason::ChargeOffReleased,
];

/// Who makes a call on a lender.
fn founder_of(call: &Call) -> Who {
    let first = std::cell::Cell::new(None);
    let _ = call.with(&|who| {
        if first.get().is_none() {
            first.set(Some(who));
        }
        who
    });
    first.get().expect("somebody makes it")
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

/// What a function is, as it is sent.
pub(super) fn sent(function: &Function) -> SetFunctionArgs {
    let command_keys = function.command_keys();
    SetFunctionArgs {
        fee: function.fee,
        bond: function.bond,
        lease_secs: function.lease_secs,
        ttl_secs: function.ttl_secs,
        required: function.required,
        command_keys: command_keys.map(|(key, uri)| CommandKey { key, uri: uri.to_owned() }).collect(),
        code_hash: function.code_hash,
    }
}

/// An offer, sound or not.
fn offered(model: &Model, by: Who, action: Action, offer: Offer) -> SetFunctionArgs {
    let fee = if let Offer::Sound(fee) = offer { fee } else { 1_000_000 };
    let mut args = sent(&model.offered(by, action, fee));
    match offer {
        Offer::Sound(_) => {}
        Offer::Free => args.fee = 0,
        Offer::LongLease => args.lease_secs = 901,
        Offer::ShortLife => {
            args.ttl_secs = if action == Action::Unlock { 3_599 } else { args.lease_secs - 1 }
        }
        Offer::Http => "http://functions.example/".clone_into(&mut args.command_keys[0].uri),
        Offer::NoKey => args.command_keys.clear(),
        Offer::KeyTwice => {
            args.command_keys.truncate(1);
            args.command_keys.push(args.command_keys[0].clone());
        }
        Offer::TooManyMustSign => args.required = if action == Action::Unlock { 2 } else { 4 },
    }
    args
}
