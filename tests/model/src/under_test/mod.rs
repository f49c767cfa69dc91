//! The program's real bytes with all parties' lamports and tokens, and another lender's loan beside ours.

mod build;
mod snapshot;
mod tamper;

use std::collections::BTreeMap;

use anchor_spl::token::spl_token;
use latchkey::state::{Action, Escrow, Function, Invocation, Lender, Loan, Terms, Vehicle};
use latchkey_client::instructions::LoanKeys;
use latchkey_client::{Instruction, Pubkey, pda};
use latchkey_tests_svm::{LoanFixture, person};
use litesvm::LiteSVM;
use solana_sdk::clock::Clock;
use solana_sdk::message::Message;
use solana_sdk::native_token::LAMPORTS_PER_SOL;
use solana_sdk::signature::Signature;
use solana_sdk::signer::Signer;
use solana_sdk::transaction::Transaction;

use crate::parties::{self, Who};
use crate::reference::{Model, Rents, TokenAccount};

use snapshot::visible;
pub use snapshot::{Snapshot, read, tokens};

/// What every party begins with, lamports.
const BALANCE: u64 = 50 * LAMPORTS_PER_SOL;
/// What treasuries and savings begin with, base units.
const MONEY: u64 = 1_000_000_000;
/// Decimals of the mint.
const DECIMALS: u8 = 6;

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
    /// For each of our accounts, a wrong one to put in its place.
    swaps: BTreeMap<Pubkey, Pubkey>,
    decoy: LoanKeys,
    keys: BTreeMap<u32, LoanKeys>,
    sent: u64,
    /// Accounts that no move may change.
    pub frozen: Snapshot,
}

impl ChainUnderTest {
    /// All parties with money, and another lender's loan in default with a lock requested.
    pub fn new(terms: Terms) -> (Self, Model) {
        let mut fixture = LoanFixture::defaulted();
        fixture.request(Action::Lock).holds();
        let LoanFixture { mut chain, money, keys: decoy, .. } = fixture;
        let aside = [person("gas").pubkey(), chain.svm().airdrop_pubkey()];
        let frozen = visible(chain.svm(), aside);
        let people = Who::ALL.map(Who::key);
        chain.endow(&people, BALANCE);
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
            lamports: people.iter().map(|key| (*key, BALANCE)).collect(),
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
        // Every transaction gets another signature, even if it is the same.
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
}

/// The size of an account of the program.
fn space<T: anchor_lang::Space + anchor_lang::Discriminator>() -> usize {
    T::DISCRIMINATOR.len() + T::INIT_SPACE
}
