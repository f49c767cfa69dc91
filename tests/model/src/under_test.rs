//! The program's real bytes, another lender's loan beside ours, and everybody's purse.

use std::collections::BTreeMap;

use anchor_lang::AccountDeserialize;
use anchor_spl::token::spl_token;
use latchkey::instructions::{InitLenderArgs, SetFunctionArgs};
use latchkey::state::{Action, Escrow, Function, Invocation, Lender, Loan, Terms, Vehicle};
use latchkey_client::accounts::{decode_as, decode_token_account};
use latchkey_client::instructions::{self as build, LoanKeys, Secured, proof};
use latchkey_client::{Instruction, Pubkey, pda};
use latchkey_protocol::Outcome;
use latchkey_protocol::sealed::Envelope;
use latchkey_tests_svm::{LoanFixture, person};
use litesvm::LiteSVM;
use solana_sdk::account::{AccountSharedData, ReadableAccount};
use solana_sdk::clock::Clock;
use solana_sdk::message::Message;
use solana_sdk::native_token::LAMPORTS_PER_SOL;
use solana_sdk::signature::Signature;
use solana_sdk::signer::Signer;
use solana_sdk::transaction::Transaction;

use crate::moves::{Call, Draft, Offer, Proof, Tampering};
use crate::parties::{self, Who};
use crate::reference::{
    BOND, EVIDENCE, LEASE, Model, Rents, TTL, TokenAccount, URI, command_key, floors, treasury_of,
};

/// What everybody begins with, lamports.
const PURSE: u64 = 50 * LAMPORTS_PER_SOL;
/// What treasuries and savings begin with, base units.
const MONEY: u64 = 1_000_000_000;
/// Decimals of the mint.
const DECIMALS: u8 = 6;

/// Accounts by address, without programs, sysvars and the payer of transaction fees.
pub type Snapshot = BTreeMap<Pubkey, AccountSharedData>;

/// A chain with the program on it. Signatures are not checked: a key that an instruction names as signer has signed,
/// so what is tested is that the program asks the right keys.
#[derive(Clone)]
pub struct ChainUnderTest {
    svm: LiteSVM,
    /// Who pays transaction fees, and who gives away lamports.
    aside: [Pubkey; 2],
    mint: Pubkey,
    token_program: Pubkey,
    token_accounts: BTreeMap<TokenAccount, Pubkey>,
    /// What stands beside each of our accounts and must not be taken for it.
    swaps: BTreeMap<Pubkey, Pubkey>,
    decoy: LoanKeys,
    keys: BTreeMap<u32, LoanKeys>,
    sent: u64,
    /// What nobody here has any business with.
    pub frozen: Snapshot,
}

impl ChainUnderTest {
    /// Everybody with money, and a stranger lender's loan in default with a lock asked for.
    pub fn new(terms: Terms) -> (Self, Model) {
        let mut fixture = LoanFixture::defaulted();
        fixture.request(Action::Lock).holds();
        let LoanFixture { mut chain, money, keys: decoy, .. } = fixture;
        let aside = [person("gas").pubkey(), chain.svm().airdrop_pubkey()];
        let frozen = visible(chain.svm(), aside);
        let people = Who::ALL.map(Who::key);
        chain.endow(&people, PURSE);
        let seller = person("the model's seller").pubkey();
        let owners = [
            (TokenAccount::Authority, Who::Authority.key(), MONEY),
            (TokenAccount::Nominee, Who::Nominee.key(), MONEY),
            (TokenAccount::Stranger, Who::Stranger.key(), MONEY),
            (TokenAccount::Borrower, Who::Borrower.key(), MONEY),
            (TokenAccount::Seller, seller, 0),
        ];
        let token_accounts: BTreeMap<_, _> = owners
            .iter()
            .map(|(token_account, owner, amount)| (*token_account, money.open(&mut chain, owner, *amount)))
            .collect();
        let tokens = owners.iter().map(|(token_account, _, amount)| (*token_account, *amount)).collect();
        let svm = chain.svm().clone().with_sigverify(false).with_blockhash_check(false);
        let rent = |size| svm.minimum_balance_for_rent_exemption(size);
        let model = Model {
            now: svm.get_sysvar::<Clock>().unix_timestamp,
            rents: Rents {
                lender: rent(space::<Lender>()),
                function: rent(space::<Function>()),
                vehicle: rent(space::<Vehicle>()),
                loan: rent(space::<Loan>()),
                escrow: rent(space::<Escrow>()),
                invocation: rent(space::<Invocation>()),
                wallet: rent(165),
            },
            mint: money.mint,
            token_accounts: token_accounts.clone(),
            tokens,
            lamports: people.iter().map(|key| (*key, PURSE)).collect(),
            terms,
            lender: None,
            functions: BTreeMap::new(),
            vehicle: None,
            device: 0,
            contract: None,
            invocations: BTreeMap::new(),
            prefunds: BTreeMap::new(),
            settled: Vec::new(),
        };
        // The issuer of the mint pays for token accounts: it has nothing to do with any of this.
        let mut frozen = frozen;
        frozen.remove(&money.issuer.pubkey());
        frozen.remove(&money.mint);
        let mut swaps: BTreeMap<_, _> = [
            (parties::lender(), decoy.lender),
            (parties::vehicle(), decoy.vehicle),
            (token_accounts[&TokenAccount::Authority], decoy.treasury),
            (token_accounts[&TokenAccount::Nominee], decoy.treasury),
            (token_accounts[&TokenAccount::Borrower], token_accounts[&TokenAccount::Stranger]),
            (token_accounts[&TokenAccount::Stranger], decoy.treasury),
            (Who::Stranger.key(), Who::Rival.key()),
        ]
        .into();
        for action in Action::ALL {
            swaps.insert(parties::function(action), pda::function(&decoy.lender, action));
        }
        for who in [Who::Authority, Who::Nominee, Who::Payer, Who::Keeper, Who::Rival, Who::Borrower] {
            swaps.insert(who.key(), Who::Stranger.key());
        }
        let under_test = Self {
            svm,
            aside,
            mint: money.mint,
            token_program: money.token_program,
            token_accounts,
            swaps,
            decoy,
            keys: BTreeMap::new(),
            sent: 0,
            frozen,
        };
        (under_test, model)
    }

    /// Sets the clock.
    pub fn set_time(&mut self, now: i64) {
        let mut clock = self.svm.get_sysvar::<Clock>();
        clock.unix_timestamp = now;
        self.svm.set_sysvar(&clock);
    }

    /// Sends a transaction; says why it failed.
    pub fn send(&mut self, instructions: &[Instruction]) -> Result<(), String> {
        let transaction = self.transaction(instructions);
        self.svm
            .send_transaction(transaction)
            .map(drop)
            .map_err(|failed| format!("{}\n{}", failed.err, failed.meta.logs.join("\n")))
    }

    /// Whether a transaction would succeed now.
    pub fn would_hold(&mut self, instructions: &[Instruction]) -> Result<(), String> {
        let transaction = self.transaction(instructions);
        self.svm
            .simulate_transaction(transaction)
            .map(drop)
            .map_err(|failed| format!("{}\n{}", failed.err, failed.meta.logs.join("\n")))
    }

    fn transaction(&mut self, instructions: &[Instruction]) -> Transaction {
        let mut message = Message::new(instructions, Some(&self.aside[0]));
        message.recent_blockhash = self.svm.latest_blockhash();
        // Every transaction is another one, also if it says the same.
        self.sent += 1;
        let mut bytes = [0; 64];
        bytes[..8].copy_from_slice(&self.sent.to_le_bytes());
        let signers = usize::from(message.header.num_required_signatures);
        Transaction { signatures: vec![Signature::from(bytes); signers], message }
    }

    /// Every account that a transaction could change.
    pub fn snapshot(&self) -> Snapshot {
        visible(&self.svm, self.aside)
    }

    /// The addresses around our car's loan of this index.
    pub fn keys(&mut self, index: u32, treasury: Pubkey) -> LoanKeys {
        let (mint, token_program) = (self.mint, self.token_program);
        let keys = self.keys.entry(index).or_insert_with(|| {
            let loan = pda::loan(&parties::vehicle(), index);
            LoanKeys {
                lender: parties::lender(),
                vehicle: parties::vehicle(),
                loan,
                escrow: pda::escrow(&loan),
                wallet: pda::wallet(&loan, &mint, &token_program),
                mint,
                treasury,
                token_program,
            }
        });
        LoanKeys { treasury, ..*keys }
    }

    /// The addresses around the loan that the model has, or would have next.
    pub fn present_keys(&mut self, model: &Model) -> LoanKeys {
        let next = model.vehicle.as_ref().map_or(0, |car| car.loans);
        let index = model.contract.as_ref().map_or(next, |contract| contract.loan.index);
        let treasury = model
            .lender
            .as_ref()
            .map_or(self.token_accounts[&TokenAccount::Authority], |lender| lender.treasury);
        self.keys(index, treasury)
    }

    /// A plain transfer of loan money into the car wallet.
    pub fn transfer(&mut self, model: &Model, amount: u64) -> Instruction {
        let wallet = self.present_keys(model).wallet;
        spl_token::instruction::transfer_checked(
            &self.token_program,
            &self.token_accounts[&TokenAccount::Borrower],
            &self.mint,
            &wallet,
            &Who::Borrower.key(),
            &[],
            amount,
            DECIMALS,
        )
        .expect("it is the token program")
    }

    /// A plain transfer of the stranger's lamports.
    pub fn gift(to: &Pubkey, lamports: u64) -> Instruction {
        solana_system_interface::instruction::transfer(&Who::Stranger.key(), to, lamports)
    }

    /// The transaction of a call, with nothing wrong but who makes it.
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

    /// Makes something wrong with a transaction, if it has what can be wrong. Whether it did.
    pub fn tamper(
        &mut self,
        call: &Call,
        tampering: Tampering,
        model: &Model,
        transaction: &mut [Instruction],
    ) -> bool {
        let keys = self.present_keys(model);
        let Some(instruction) = transaction.last_mut() else {
            return false;
        };
        match tampering {
            Tampering::None => false,
            Tampering::Unsigned(n) => {
                let signers: Vec<_> = instruction
                    .accounts
                    .iter()
                    .filter(|meta| meta.is_signer)
                    .map(|meta| meta.pubkey)
                    .collect();
                let Some(chosen) = signers.get(n % signers.len().max(1)).copied() else {
                    return false;
                };
                for meta in instruction.accounts.iter_mut().filter(|meta| meta.pubkey == chosen) {
                    meta.is_signer = false;
                }
                true
            }
            // Anybody may fund any escrow.
            Tampering::Swapped(_) if matches!(call, Call::FundEscrow(..)) => false,
            Tampering::Swapped(n) => {
                let invocations = model.invocations.keys().map(|seq| parties::invocation(*seq));
                let decoys = pda::invocation(&self.decoy.vehicle, 1);
                let mut swaps = self.swaps.clone();
                swaps.extend(invocations.map(|ours| (ours, decoys)));
                swaps.extend([
                    (keys.loan, self.decoy.loan),
                    (keys.escrow, self.decoy.escrow),
                    (keys.wallet, self.decoy.wallet),
                ]);
                let mut places: Vec<_> = instruction
                    .accounts
                    .iter_mut()
                    .filter(|meta| !meta.is_signer && swaps.contains_key(&meta.pubkey))
                    .collect();
                let count = places.len();
                let Some(place) = places.get_mut(n % count.max(1)) else {
                    return false;
                };
                place.pubkey = swaps[&place.pubkey];
                true
            }
        }
    }
}

/// The proof and the instruction right after it, or what somebody puts in the proof's place.
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

/// The size of an account of the program.
fn space<T: anchor_lang::Space + anchor_lang::Discriminator>() -> usize {
    T::DISCRIMINATOR.len() + T::INIT_SPACE
}

fn visible(svm: &LiteSVM, aside: [Pubkey; 2]) -> Snapshot {
    let owners =
        [latchkey::ID, anchor_spl::token::ID, anchor_spl::token_2022::ID, anchor_lang::system_program::ID];
    let accounts = svm.accounts_db().inner.iter();
    accounts
        .filter(|(address, account)| {
            owners.contains(account.owner()) && account.lamports() > 0 && !aside.contains(address)
        })
        .map(|(address, account)| (*address, account.clone()))
        .collect()
}

/// An account of the program in a snapshot, if it is there.
pub fn read<T: AccountDeserialize>(snapshot: &Snapshot, address: &Pubkey) -> Option<T> {
    let account = snapshot.get(address).filter(|account| account.owner() == &latchkey::ID)?;
    Some(decode_as("the model's", account.data()).expect("it is of this kind"))
}

/// What a token account in a snapshot holds.
pub fn tokens(snapshot: &Snapshot, address: &Pubkey) -> Option<u64> {
    let account = snapshot.get(address)?;
    Some(decode_token_account(account.data()).expect("it is a token account").amount)
}
