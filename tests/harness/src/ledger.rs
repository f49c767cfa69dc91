//! A ledger in this process: the program's real bytes in LiteSVM, and a clock that only moves when it is set.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use latchkey_client::{
    PROGRAM_ID, Pubkey,
    accounts::{ProgramAccount, decode_token_account},
    instructions::LoanKeys,
    latchkey::state::{Lender, Loan},
};
use latchkey_function::{ChainAccount, ChainReader, ReadError};
use latchkey_keeper::{
    core::{Event, Intent, Lane, RawAccount, Snapshot, Update, Verdict},
    ledger::{Landing, Ledger, LedgerError, sign},
};
use litesvm::{
    LiteSVM,
    types::{FailedTransactionMetadata, SimulatedTransactionInfo, TransactionMetadata},
};
use solana_sdk::{
    account::Account,
    clock::Clock,
    hash::Hash,
    signature::{Keypair, Signature},
    transaction::{Transaction, TransactionError},
};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};

/// A ledger in this process. Clones are the same ledger.
#[derive(Clone)]
pub struct Svm {
    state: Arc<Mutex<State>>,
    changed: watch::Sender<u64>,
}

struct State {
    svm: LiteSVM,
    records: Vec<Record>,
    /// Counts changes: the "slot" of what is read here.
    version: u64,
}

/// A transaction that was executed.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its first signature.
    pub signature: Signature,
    /// Who paid its fee.
    pub payer: Pubkey,
    /// The fee, lamports.
    pub fee: u64,
    /// Why it was undone; only its fee counts then.
    pub error: Option<TransactionError>,
    /// Every account it named.
    pub accounts: Vec<Pubkey>,
    /// Program and data of each instruction.
    pub instructions: Vec<(Pubkey, Vec<u8>)>,
    /// What it logged.
    pub logs: Vec<String>,
}

/// Why a transaction did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the transaction was refused: {error}")]
pub struct Refused {
    /// The runtime's error.
    #[source]
    pub error: TransactionError,
    /// What it logged before.
    pub logs: Vec<String>,
}

/// Why a ledger could not be created.
#[derive(Debug, thiserror::Error)]
#[error("the program's bytes do not load: `cargo xtask build --no-idl` builds them")]
pub struct BadProgram(#[source] Box<litesvm::error::LiteSVMError>);

impl Svm {
    /// A ledger with the program, SPL's programs, and the clock at `unix`.
    pub fn new(program: &[u8], unix: i64) -> Result<Self, BadProgram> {
        let mut svm = LiteSVM::new();
        svm.add_program(PROGRAM_ID, program).map_err(|error| BadProgram(Box::new(error)))?;
        set_clock(&mut svm, unix);
        let state = State { svm, records: Vec::new(), version: 1 };
        Ok(Self { state: Arc::new(Mutex::new(state)), changed: watch::Sender::new(1) })
    }

    /// The same, and it takes transactions with any blockhash: who serves it by RPC gives blockhashes out itself.
    pub fn with_any_blockhash(program: &[u8], unix: i64) -> Result<Self, BadProgram> {
        let ledger = Self::new(program, unix)?;
        {
            let mut state = ledger.lock();
            let svm = std::mem::take(&mut state.svm);
            state.svm = svm.with_blockhash_check(false);
        }
        Ok(ledger)
    }

    /// Believes every signature from now on: unoptimised, their checks cost most of a run's time.
    pub fn believe_signatures(&self) {
        self.change(|state| {
            let svm = std::mem::take(&mut state.svm);
            state.svm = svm.with_sigverify(false);
        });
    }

    /// The time.
    pub fn now(&self) -> i64 {
        self.lock().now()
    }

    /// Moves the clock to `unix`; never back.
    pub fn set_time(&self, unix: i64) {
        self.change(|state| {
            if unix > state.now() {
                set_clock(&mut state.svm, unix);
            }
        });
    }

    /// An account, `None` where there is none.
    pub fn account(&self, address: &Pubkey) -> Option<Account> {
        self.lock().account(address)
    }

    /// Gives lamports from the faucet.
    pub fn airdrop(&self, to: &Pubkey, lamports: u64) -> Result<(), Refused> {
        self.change(|state| match state.svm.airdrop(to, lamports) {
            Ok(_) => Ok(()),
            Err(failed) => Err(Refused { error: failed.err, logs: failed.meta.logs }),
        })
    }

    /// The blockhash to sign with next.
    pub fn latest_blockhash(&self) -> Hash {
        self.lock().svm.latest_blockhash()
    }

    /// Executes a transaction.
    pub fn send(&self, transaction: Transaction) -> Result<Signature, Refused> {
        self.change(|state| state.execute(transaction))
    }

    /// Executes what `sign` makes of the newest blockhash. Nothing comes between: another transaction would make it old.
    pub fn send_signed<E>(
        &self,
        sign: impl FnOnce(Hash) -> Result<Transaction, E>,
    ) -> Result<Result<Signature, Refused>, E> {
        self.change(|state| Ok(state.execute(sign(state.svm.latest_blockhash())?)))
    }

    /// Executed transactions that name an address, after the one signed `after`, oldest first.
    pub fn history(&self, address: &Pubkey, after: Option<Signature>) -> Vec<Record> {
        let state = self.lock();
        let start = after
            .and_then(|after| state.records.iter().position(|record| record.signature == after))
            .map_or(0, |at| at + 1);
        state.records[start..].iter().filter(|record| record.accounts.contains(address)).cloned().collect()
    }

    /// The slot by the Clock sysvar.
    pub fn slot(&self) -> u64 {
        self.lock().svm.get_sysvar::<Clock>().slot
    }

    /// The "slot" of what a keeper reads here: it counts changes.
    pub fn version(&self) -> u64 {
        self.lock().version
    }

    /// What an account of this length costs, lamports.
    pub fn rent(&self, bytes: usize) -> u64 {
        self.lock().svm.minimum_balance_for_rent_exemption(bytes)
    }

    /// All accounts of a program.
    pub fn program_accounts(&self, program: &Pubkey) -> Vec<(Pubkey, Account)> {
        let accounts = self.lock().svm.get_program_accounts(program);
        accounts.into_iter().filter(|(_, account)| account.lamports > 0).collect()
    }

    /// What a transaction would do now, whether or not it is signed, and whatever its blockhash.
    pub fn simulate(
        &self,
        transaction: &Transaction,
    ) -> Result<SimulatedTransactionInfo, Box<FailedTransactionMetadata>> {
        let svm = self.lock().svm.clone().with_sigverify(false);
        let mut transaction = transaction.clone();
        transaction.message.recent_blockhash = svm.latest_blockhash();
        svm.simulate_transaction(transaction).map_err(Box::new)
    }

    /// A transaction that was executed, by its signature.
    pub fn record(&self, signature: &Signature) -> Option<Record> {
        self.lock().records.iter().find(|record| record.signature == *signature).cloned()
    }

    /// Everything a keeper needs to know, as of now.
    pub fn snapshot(&self) -> Snapshot {
        self.lock().snapshot()
    }

    /// The ledger as it is now, on its own from here on.
    #[must_use]
    pub fn copy(&self) -> Self {
        let state = self.lock();
        let State { svm, records, version } = &*state;
        let copy = State { svm: svm.clone(), records: records.clone(), version: *version };
        Self { state: Arc::new(Mutex::new(copy)), changed: watch::Sender::new(*version) }
    }

    /// Forgets what happened since `copy` was made, as a cluster does with a fork that it drops.
    pub fn return_to(&self, copy: &Self) {
        let State { svm, records, .. } = &*copy.lock();
        let (svm, records) = (svm.clone(), records.clone());
        self.change(|state| (state.svm, state.records) = (svm, records));
    }

    /// Every transaction that was executed, oldest first.
    pub fn records(&self) -> Vec<Record> {
        self.lock().records.clone()
    }

    /// Watches every change from now on: a count that rises.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.lock();
        let result = change(&mut state);
        state.version += 1;
        let version = state.version;
        drop(state);
        self.changed.send_replace(version);
        result
    }

    /// No code panics half way through a change.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn set_clock(svm: &mut LiteSVM, unix: i64) {
    let clock: Clock = svm.get_sysvar();
    svm.set_sysvar(&Clock { unix_timestamp: unix, slot: clock.slot + 1, ..clock });
}

impl State {
    fn now(&self) -> i64 {
        self.svm.get_sysvar::<Clock>().unix_timestamp
    }

    /// LiteSVM keeps an emptied account, a cluster does not.
    fn account(&self, address: &Pubkey) -> Option<Account> {
        self.svm.get_account(address).filter(|account| account.lamports > 0)
    }

    fn execute(&mut self, transaction: Transaction) -> Result<Signature, Refused> {
        let message = &transaction.message;
        let keys = message.account_keys.clone();
        let instructions = message.instructions.iter();
        let instructions: Vec<_> = instructions
            .map(|instruction| (keys[usize::from(instruction.program_id_index)], instruction.data.clone()))
            .collect();
        let sent_signature = transaction.signatures.first().copied().unwrap_or_default();
        let result = self.svm.send_transaction(transaction);
        // Otherwise the same transaction, sent again on purpose, would be refused as a duplicate.
        self.svm.expire_blockhash();
        let (meta, error) = match result {
            Ok(meta) => (meta, None),
            Err(failed) => (failed.meta, Some(failed.err)),
        };
        let TransactionMetadata { logs, fee, .. } = meta;
        // A transaction without a fee never ran: a cluster would not record it either.
        if fee > 0 {
            self.records.push(Record {
                signature: sent_signature,
                payer: keys[0],
                fee,
                error: error.clone(),
                accounts: keys,
                instructions,
                logs: logs.clone(),
            });
        }
        match error {
            None => Ok(sent_signature),
            Some(error) => Err(Refused { error, logs }),
        }
    }

    fn snapshot(&self) -> Snapshot {
        let accounts = self.svm.get_program_accounts(&PROGRAM_ID);
        let decoded: Vec<_> = accounts
            .iter()
            .filter_map(|(key, account)| Some((*key, ProgramAccount::decode(&account.data).ok()?)))
            .collect();
        let lenders: Vec<(Pubkey, &Lender)> = decoded
            .iter()
            .filter_map(|(key, account)| match account {
                ProgramAccount::Lender(lender) => Some((*key, &**lender)),
                _ => None,
            })
            .collect();
        let token_programs: Vec<_> = lenders
            .iter()
            .filter_map(|(_, lender)| Some((lender.mint, self.account(&lender.mint)?.owner)))
            .collect();
        let wallet = |loan: &Loan| {
            let (_, lender) = lenders.iter().find(|(key, _)| *key == loan.lender)?;
            let (_, token_program) = token_programs.iter().find(|(mint, _)| *mint == lender.mint)?;
            let wallet = LoanKeys::of(loan, lender, *token_program).wallet;
            Some((wallet, self.wallet(&wallet)))
        };
        let wallets = decoded.iter().filter_map(|(_, account)| match account {
            ProgramAccount::Loan(loan) => wallet(loan),
            _ => None,
        });
        Snapshot {
            slot: self.version,
            wallets: wallets.collect(),
            token_programs,
            accounts: accounts.into_iter().map(|(key, account)| (key, raw(account))).collect(),
        }
    }

    fn wallet(&self, address: &Pubkey) -> u64 {
        self.account(address)
            .and_then(|account| decode_token_account(&account.data).ok())
            .map_or(0, |wallet| wallet.amount)
    }

    fn update(&self, intent: &Intent) -> Update {
        let program = |key| self.account(&key).filter(|account| account.owner == PROGRAM_ID).map(raw);
        Update {
            slot: self.version,
            accounts: intent.touches().into_iter().map(|key| (key, program(key))).collect(),
            wallets: vec![(intent.keys.wallet, self.wallet(&intent.keys.wallet))],
        }
    }
}

fn raw(account: Account) -> RawAccount {
    RawAccount { data: account.data, lamports: account.lamports }
}

#[async_trait]
impl ChainReader for Svm {
    async fn read(&self, addresses: &[Pubkey]) -> Result<Vec<Option<ChainAccount>>, ReadError> {
        let state = self.lock();
        let read = |address| {
            let account = state.account(address)?;
            Some(ChainAccount { owner: account.owner, data: account.data })
        };
        Ok(addresses.iter().map(read).collect())
    }
}

/// A keeper's connection to the ledger in this process.
pub struct SvmLedger {
    svm: Svm,
    keeper: Keypair,
    /// Transactions that wait for their time, and what cancels them.
    waiting: Mutex<HashMap<(Pubkey, Lane), CancellationToken>>,
}

impl SvmLedger {
    /// Connects `keeper` to `svm`.
    pub fn new(svm: Svm, keeper: Keypair) -> Self {
        Self { svm, keeper, waiting: Mutex::default() }
    }

    /// Waits until the clock has reached what the transaction is due at. Returns whether it is still to be sent.
    async fn is_due(&self, intent: &Intent) -> bool {
        let Some(due) = intent.due else { return true };
        let place = (intent.keys.vehicle, intent.operation.lane());
        let cancelled = CancellationToken::new();
        self.waiting().insert(place, cancelled.clone());
        let mut changes = self.svm.changes();
        while self.svm.now() < due && !cancelled.is_cancelled() {
            tokio::select! {
                heard = changes.changed() => if heard.is_err() { break },
                () = cancelled.cancelled() => {}
            }
        }
        self.waiting().remove(&place);
        !cancelled.is_cancelled()
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<(Pubkey, Lane), CancellationToken>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Ledger for SvmLedger {
    async fn watch(&self, events: mpsc::Sender<Event>) {
        let mut changes = self.svm.changes();
        loop {
            changes.mark_unchanged();
            let (snapshot, now) = {
                let state = self.svm.lock();
                (state.snapshot(), state.now())
            };
            let told = events.send(Event::Snapshot(snapshot)).await.is_ok()
                && events.send(Event::Clock(now)).await.is_ok();
            if !told || changes.changed().await.is_err() {
                return;
            }
        }
    }

    async fn land(&self, intent: Intent) -> Landing {
        if !self.is_due(&intent).await {
            return Landing::new(Verdict::Cancelled, None);
        }
        let sent = intent.instructions().map_err(|error| error.to_string()).and_then(|instructions| {
            let sent = self.svm.send_signed(|blockhash| sign(&instructions, &self.keeper, blockhash));
            sent.map_err(|error| error.to_string())?
                .map_err(|refused| format!("{}: {:?}", refused.error, refused.logs))
        });
        match &sent {
            Ok(signature) => {
                info!(step = intent.operation.name(), vehicle = %intent.keys.vehicle, %signature, "landed");
            }
            Err(refused) => {
                debug!(step = intent.operation.name(), vehicle = %intent.keys.vehicle, %refused, "refused");
            }
        }
        let verdict = if sent.is_ok() { Verdict::Succeeded } else { Verdict::Failed };
        Landing::new(verdict, Some(self.svm.lock().update(&intent)))
    }

    fn cancel(&self, vehicle: Pubkey, lane: Lane) {
        if let Some(waiting) = self.waiting().get(&(vehicle, lane)) {
            waiting.cancel();
        }
    }

    // Every change is told.
    fn watch_wallets(&self, _wallets: &[(Pubkey, bool)]) {}

    async fn rent_exempt(&self, bytes: usize) -> Result<u64, LedgerError> {
        Ok(self.svm.lock().svm.minimum_balance_for_rent_exemption(bytes))
    }
}
