use std::collections::BTreeMap;

use anchor_lang::{AccountDeserialize, AccountSerialize, system_program};
use anchor_spl::{token, token_2022};
use latchkey_client::accounts::{decode_as, decode_token_account};
use latchkey_client::{Instruction, Pubkey};
use litesvm::LiteSVM;
use solana_sdk::account::{AccountSharedData, ReadableAccount};
use solana_sdk::clock::Clock;
use solana_sdk::hash::Hash;
use solana_sdk::native_token::LAMPORTS_PER_SOL;
use solana_sdk::rent::Rent;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;
use solana_sdk::transaction::Transaction;

use crate::outcome::Outcome;
use crate::{person, program};

/// The time at which every test begins: 2027-01-01 00:00 UTC.
pub const START: i64 = 1_798_761_600;

/// A chain with the program on it, and a clock that a test sets.
pub struct TestChain {
    svm: LiteSVM,
    /// Pays transaction fees and nothing else, so that everyone's balance changes by what the program did alone.
    gas: Keypair,
    /// What changes without any instruction's doing: the payer of fees, the faucet, and the nonce of
    /// [`sign_for_later`].
    ///
    /// [`sign_for_later`]: TestChain::sign_for_later
    aside: [Pubkey; 3],
}

impl Clone for TestChain {
    /// Another chain, on which the same has happened so far.
    fn clone(&self) -> Self {
        Self { svm: self.svm.clone(), gas: self.gas.insecure_clone(), aside: self.aside }
    }
}

/// Who the nonce of delayed transactions is.
const NONCE: &str = "nonce";

/// Bytes of a nonce account.
const NONCE_LEN: usize = 80;

/// Every account that a transaction could have changed: lamports, owner and data.
pub type Snapshot = BTreeMap<Pubkey, AccountSharedData>;

impl TestChain {
    /// A chain at [`START`].
    pub fn new() -> Self {
        let mut svm = LiteSVM::new();
        svm.add_program(latchkey::ID, &program::bytes()).expect("the program's bytes are sound");
        let (gas, faucet) = (person("gas"), svm.airdrop_pubkey());
        let aside = [gas.pubkey(), faucet, person(NONCE).pubkey()];
        let mut chain = Self { svm, gas, aside };
        let gas = chain.gas.pubkey();
        chain.airdrop(&gas, 1_000 * LAMPORTS_PER_SOL);
        chain.set_time(START);
        chain
    }

    /// The time by the Clock sysvar.
    pub fn now(&self) -> i64 {
        self.svm.get_sysvar::<Clock>().unix_timestamp
    }

    /// Sets the Clock sysvar.
    pub fn set_time(&mut self, now: i64) {
        let mut clock = self.svm.get_sysvar::<Clock>();
        clock.unix_timestamp = now;
        self.svm.set_sysvar(&clock);
    }

    /// Sets the Rent sysvar: what a byte costs from now on, lamports. An account keeps what was paid for it.
    pub fn set_rent_rate(&mut self, lamports_a_byte: u64) {
        let mut rent = self.svm.get_sysvar::<Rent>();
        rent.lamports_per_byte = lamports_a_byte;
        self.svm.set_sysvar(&rent);
    }

    /// Sends one transaction. If it fails, nothing may have changed.
    pub fn send(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Outcome {
        let transaction = self.sign(instructions, signers);
        self.submit(transaction)
    }

    /// Signs a transaction that lands if it is the next one.
    pub fn sign(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Transaction {
        // The same instructions sent again are another transaction.
        self.svm.expire_blockhash();
        let signers: Vec<_> = [&self.gas].into_iter().chain(signers.iter().copied()).collect();
        let (payer, blockhash) = (self.gas.pubkey(), self.svm.latest_blockhash());
        Transaction::new_signed_with_payer(instructions, Some(&payer), &signers, blockhash)
    }

    /// Signs a transaction that may land at any later time: a durable nonce stands in it for the blockhash.
    pub fn sign_for_later(&mut self, instructions: &[Instruction], signers: &[&Keypair]) -> Transaction {
        let (gas, nonce) = (self.gas.pubkey(), person(NONCE));
        if !self.exists(&nonce.pubkey()) {
            let rent = self.rent(NONCE_LEN);
            let create =
                solana_system_interface::instruction::create_nonce_account(&gas, &nonce.pubkey(), &gas, rent);
            self.send(&create, &[&nonce]).holds();
        }
        let account = self.svm.get_account(&nonce.pubkey()).expect("it was just created");
        // Version, state and authority lie before it.
        let durable = account.data[40..72].try_into().expect("it is as long as a hash");
        let advance = solana_system_interface::instruction::advance_nonce_account(&nonce.pubkey(), &gas);
        let instructions: Vec<_> = [advance].into_iter().chain(instructions.iter().cloned()).collect();
        let signers: Vec<_> = [&self.gas].into_iter().chain(signers.iter().copied()).collect();
        let hash = Hash::new_from_array(durable);
        let transaction = Transaction::new_signed_with_payer(&instructions, Some(&gas), &signers, hash);
        // A nonce moves on once a block; the one that stands in the transaction was of an earlier one.
        self.svm.expire_blockhash();
        transaction
    }

    /// Sends a transaction that was signed before. If it fails, nothing may have changed.
    pub fn submit(&mut self, transaction: Transaction) -> Outcome {
        let before = self.snapshot();
        let outcome = Outcome::from(self.svm.send_transaction(transaction));
        if !outcome.is_done() {
            assert!(before == self.snapshot(), "a failed transaction changed an account");
        }
        outcome
    }

    /// Every account but programs, sysvars and the payer of transaction fees.
    pub fn snapshot(&self) -> Snapshot {
        let owners = [latchkey::ID, token::ID, token_2022::ID, system_program::ID];
        let accounts = self.svm.accounts_db().inner.iter();
        accounts
            .filter(|(address, account)| !self.aside.contains(address) && owners.contains(account.owner()))
            .map(|(address, account)| (*address, account.clone()))
            .collect()
    }

    /// The lamports of all accounts together, transaction fees aside.
    pub fn all_lamports(&self) -> u64 {
        self.snapshot().values().map(ReadableAccount::lamports).sum()
    }

    /// Gives lamports from the faucet.
    pub fn airdrop(&mut self, to: &Pubkey, lamports: u64) {
        self.svm.expire_blockhash();
        self.svm.airdrop(to, lamports).expect("the faucet is full");
    }

    /// Lamports for several people in one transaction.
    pub fn endow(&mut self, people: &[Pubkey], lamports: u64) {
        let gas = self.gas.pubkey();
        let gifts: Vec<_> = people
            .iter()
            .map(|to| solana_system_interface::instruction::transfer(&gas, to, lamports))
            .collect();
        self.send(&gifts, &[]).holds();
    }

    /// An account's lamports, 0 if there is none.
    pub fn lamports(&self, of: &Pubkey) -> u64 {
        self.svm.get_balance(of).unwrap_or(0)
    }

    /// A token account's base units.
    pub fn tokens(&self, of: &Pubkey) -> u64 {
        let account = self.svm.get_account(of).expect("the token account exists");
        decode_token_account(&account.data).expect("it is a token account").amount
    }

    /// Whether there is an account.
    pub fn exists(&self, address: &Pubkey) -> bool {
        self.svm.get_account(address).is_some_and(|account| account.lamports > 0)
    }

    /// The lamports that keep an account of its size alive.
    pub fn rent_of(&self, address: &Pubkey) -> u64 {
        let account = self.svm.get_account(address).expect("the account exists");
        self.svm.minimum_balance_for_rent_exemption(account.data.len())
    }

    /// The lamports that keep an account of this size alive.
    pub fn rent(&self, size: usize) -> u64 {
        self.svm.minimum_balance_for_rent_exemption(size)
    }

    /// An account of the program.
    pub fn read<T: AccountDeserialize>(&self, address: &Pubkey) -> T {
        let account = self.svm.get_account(address).expect("the account exists");
        decode_as("test's", &account.data).expect("it is of this kind")
    }

    /// Changes an account of the program directly. Only for states that no sequence of instructions reaches.
    pub fn edit<T: AccountDeserialize + AccountSerialize>(
        &mut self,
        address: &Pubkey,
        change: impl FnOnce(&mut T),
    ) {
        let mut value = self.read::<T>(address);
        change(&mut value);
        let mut account = self.svm.get_account(address).expect("it was just read");
        let mut data = Vec::with_capacity(account.data.len());
        value.try_serialize(&mut data).expect("a vector takes it all");
        data.resize(account.data.len(), 0);
        account.data = data;
        self.svm.set_account(*address, account).expect("it keeps its rent");
    }

    /// The chain itself, for what has no method here.
    pub fn svm(&mut self) -> &mut LiteSVM {
        &mut self.svm
    }
}

impl Default for TestChain {
    fn default() -> Self {
        Self::new()
    }
}
