//! The program's real bytes with all parties' lamports and tokens, and another lender's loan beside ours.

mod build;
mod decoy;
mod snapshot;
mod tamper;
mod treasury;

use std::collections::{BTreeMap, BTreeSet};

use anchor_spl::associated_token::get_associated_token_address_with_program_id as token_address;
use anchor_spl::token::spl_token;
use latchkey::state::{Action, Escrow, Function, Invocation, Lender, Loan, LoanStub, Terms, Vehicle};
use latchkey_client::instructions::LoanKeys;
use latchkey_client::{Instruction, Pubkey, pda};
use litesvm::LiteSVM;
use solana_sdk::account::AccountSharedData;
use solana_sdk::clock::Clock;
use solana_sdk::message::Message;
use solana_sdk::native_token::LAMPORTS_PER_SOL;
use solana_sdk::program_option::COption;
use solana_sdk::program_pack::Pack;
use solana_sdk::signature::Signature;
use solana_sdk::transaction::{Transaction, TransactionError};

use crate::parties::{self, House, Who, person};
use crate::reference::{Model, Rents, TokenAccount};

use snapshot::visible;
pub use snapshot::{Snapshot, read, tokens};

/// What every party begins with, lamports.
const BALANCE: u64 = 50 * LAMPORTS_PER_SOL;
/// What treasuries and savings begin with, base units.
const MONEY: u64 = 1_000_000_000;
/// Decimals of the mint.
const DECIMALS: u8 = 6;
/// 2027-01-01 00:00 UTC.
const START: i64 = 1_798_761_600;

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

/// Why a transaction failed.
#[derive(Debug)]
pub struct Failure {
    /// The program's rule, by its number.
    pub rule: Option<u32>,
    why: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.why)
    }
}

impl From<litesvm::types::FailedTransactionMetadata> for Failure {
    fn from(failed: litesvm::types::FailedTransactionMetadata) -> Self {
        // The contract's own numbers begin here; those below are others'.
        let rule = match &failed.err {
            TransactionError::InstructionError(
                _,
                solana_sdk::instruction::InstructionError::Custom(number),
            ) => Some(*number).filter(|number| *number >= 6_000),
            _ => None,
        };
        Self { rule, why: format!("{}\n{}", failed.err, failed.meta.logs.join("\n")) }
    }
}

/// Who owns each of the token accounts, and what it begins with.
fn owners() -> [(TokenAccount, Pubkey, u64); 7] {
    [
        (TokenAccount::Authority, Who::Authority.key(), MONEY),
        (TokenAccount::Nominee, Who::Nominee.key(), MONEY),
        (TokenAccount::Buyer, Who::Buyer.key(), MONEY),
        (TokenAccount::Stranger, Who::Stranger.key(), MONEY),
        (TokenAccount::Borrower, Who::Borrower.key(), MONEY),
        (TokenAccount::Heir, Who::Heir.key(), MONEY),
        (TokenAccount::Seller, person("seller"), 0),
    ]
}

impl ChainUnderTest {
    /// All parties with money, and another lender's loan in default with a lock requested.
    pub fn new(terms: Terms) -> (Self, Model) {
        let mut svm = LiteSVM::new().with_sigverify(false).with_blockhash_check(false);
        svm.add_program(latchkey::ID, &latchkey_tests_svm::program_bytes())
            .expect("the program's bytes are sound");
        let (mint, token_program) = (person("mint"), spl_token::ID);
        let gas = person("gas");
        let lamports = Who::ALL.map(Who::key).map(|who| (who, BALANCE));
        for (who, lamports) in
            [(gas, 1_000 * BALANCE), (Who::Payer.key(), 2 * BALANCE)].into_iter().chain(lamports)
        {
            svm.airdrop(&who, lamports).expect("the faucet is full");
        }
        let decoy = decoy::keys(mint, token_program);
        let address = |owner: &Pubkey| token_address(owner, &mint, &token_program);
        let token_accounts =
            owners().map(|(token_account, owner, _)| (token_account, address(&owner))).into();
        let mut under_test = Self {
            aside: [gas, svm.airdrop_pubkey()],
            svm,
            mint,
            token_program,
            token_accounts,
            swaps: BTreeMap::new(),
            decoy,
            keys: BTreeMap::new(),
            sent: 0,
            frozen: Snapshot::new(),
        };
        under_test.issue();
        under_test.set_time(START);
        let model = under_test.model(terms);
        under_test.write_decoy(&model, terms);
        under_test.set_time(START);
        under_test.frozen = under_test.others();
        under_test.swaps = under_test.swaps();
        // What is left of the payer's money for the other loan is of no interest.
        let payer = Who::Payer.key();
        let mut account = under_test.svm.get_account(&payer).expect("the payer has money");
        account.lamports = BALANCE;
        under_test.svm.set_account(payer, account).expect("it keeps its rent");
        under_test.empty(TokenAccount::Seller);
        (under_test, model)
    }

    /// The mint, and everybody's money.
    fn issue(&mut self) {
        let mint = spl_token::state::Mint {
            mint_authority: COption::None,
            supply: 100 * MONEY,
            decimals: DECIMALS,
            is_initialized: true,
            freeze_authority: COption::Some(person("issuer")),
        };
        self.put(self.mint, mint);
        for (token_account, owner, amount) in owners() {
            self.put_tokens(self.token_accounts[&token_account], owner, amount);
        }
        self.put_tokens(self.decoy.treasury, person("other authority"), MONEY);
        self.svm.airdrop(&person("issuer"), LAMPORTS_PER_SOL).expect("the faucet is full");
    }

    fn put<T: Pack>(&mut self, address: Pubkey, state: T) {
        let mut data = vec![0; T::LEN];
        T::pack(state, &mut data).expect("it fits");
        let lamports = self.svm.minimum_balance_for_rent_exemption(data.len());
        let account = AccountSharedData::from(solana_sdk::account::Account {
            lamports,
            data,
            owner: self.token_program,
            ..Default::default()
        });
        self.svm.set_account(address, account.into()).expect("it keeps its rent");
    }

    fn model(&self, terms: Terms) -> Model {
        let rent = |size| self.svm.minimum_balance_for_rent_exemption(size);
        Model {
            now: START,
            rents: Rents {
                lender: rent(space::<Lender>()),
                function: rent(space::<Function>()),
                vehicle: rent(space::<Vehicle>()),
                loan: rent(space::<Loan>()),
                stub: rent(space::<LoanStub>()),
                escrow: rent(space::<Escrow>()),
                invocation: rent(space::<Invocation>()),
                wallet: rent(165),
            },
            mint: self.mint,
            token_accounts: self.token_accounts.clone(),
            tokens: owners().map(|(token_account, _, amount)| (token_account, amount)).into(),
            frozen: BTreeSet::new(),
            lamports: Who::ALL.map(|who| (who.key(), BALANCE)).into(),
            terms,
            lenders: BTreeMap::new(),
            functions: BTreeMap::new(),
            home: House::First,
            vehicle: None,
            device: 0,
            contract: None,
            stubs: BTreeMap::new(),
            invocations: BTreeMap::new(),
            prefunds: BTreeMap::new(),
            settled: Vec::new(),
            fault: None,
        }
    }

    /// Every account that is nobody's of ours.
    fn others(&self) -> Snapshot {
        let ours: Vec<_> =
            Who::ALL.map(Who::key).into_iter().chain(self.token_accounts.values().copied()).collect();
        let mut others = self.snapshot();
        others.retain(|address, _| !ours.contains(address) && *address != person("issuer"));
        others
    }

    fn swaps(&self) -> BTreeMap<Pubkey, Pubkey> {
        let mut swaps: BTreeMap<_, _> = [
            (parties::vehicle(), self.decoy.vehicle),
            (self.token_accounts[&TokenAccount::Authority], self.decoy.treasury),
            (self.token_accounts[&TokenAccount::Nominee], self.decoy.treasury),
            (self.token_accounts[&TokenAccount::Buyer], self.decoy.treasury),
            (self.token_accounts[&TokenAccount::Borrower], self.token_accounts[&TokenAccount::Stranger]),
            (self.token_accounts[&TokenAccount::Heir], self.token_accounts[&TokenAccount::Stranger]),
            (self.token_accounts[&TokenAccount::Stranger], self.decoy.treasury),
            (Who::Stranger.key(), Who::Rival.key()),
        ]
        .into();
        for house in House::ALL {
            swaps.insert(parties::lender(house), self.decoy.lender);
            for action in Action::ALL {
                swaps.insert(parties::function(house, action), pda::function(&self.decoy.lender, action));
            }
        }
        for who in Who::ALL.into_iter().filter(|who| *who != Who::Stranger) {
            swaps.insert(who.key(), Who::Stranger.key());
        }
        swaps
    }

    /// Sets the clock.
    pub fn set_time(&mut self, now: i64) {
        let mut clock = self.svm.get_sysvar::<Clock>();
        clock.unix_timestamp = now;
        self.svm.set_sysvar(&clock);
    }

    /// Sends a transaction; says why it failed.
    pub fn send(&mut self, instructions: &[Instruction]) -> Result<(), Failure> {
        let transaction = self.transaction(instructions);
        self.svm.send_transaction(transaction).map(drop).map_err(Failure::from)
    }

    /// Whether a transaction would succeed now.
    pub fn would_hold(&mut self, instructions: &[Instruction]) -> Result<(), Failure> {
        let transaction = self.transaction(instructions);
        self.svm.simulate_transaction(transaction).map(drop).map_err(Failure::from)
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
    fn keys(&mut self, index: u32, house: House, treasury: Pubkey) -> LoanKeys {
        let (mint, token_program) = (self.mint, self.token_program);
        let keys = self.keys.entry(index).or_insert_with(|| {
            let loan = pda::loan(&parties::vehicle(), index);
            LoanKeys {
                lender: parties::lender(House::First),
                vehicle: parties::vehicle(),
                loan,
                escrow: pda::escrow(&loan),
                wallet: pda::wallet(&loan, &mint, &token_program),
                mint,
                treasury: Pubkey::default(),
                token_program,
            }
        });
        LoanKeys { treasury, lender: parties::lender(house), ..*keys }
    }

    /// The addresses around the loan that the model has, or would have next.
    pub fn present_keys(&mut self, model: &Model) -> LoanKeys {
        let next = model.vehicle.as_ref().map_or(0, |car| car.loans);
        let index = model.contract.as_ref().map_or(next, |contract| contract.loan.index);
        let founders = self.token_accounts[&TokenAccount::Authority];
        let treasury = model.lender().map_or(founders, |lender| lender.treasury);
        self.keys(index, model.home, treasury)
    }

    /// A plain transfer of loan money into the car wallet.
    pub fn transfer(&mut self, model: &Model, amount: u64) -> Instruction {
        let wallet = self.present_keys(model).wallet;
        self.pay(&self.token_accounts[&TokenAccount::Borrower], &Who::Borrower.key(), &wallet, amount)
    }

    fn pay(&self, from: &Pubkey, owner: &Pubkey, to: &Pubkey, amount: u64) -> Instruction {
        let (program, mint) = (&self.token_program, &self.mint);
        spl_token::instruction::transfer_checked(program, from, mint, to, owner, &[], amount, DECIMALS)
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
