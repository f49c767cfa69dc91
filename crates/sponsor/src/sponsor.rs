//! The sponsor: reads a transaction, holds it against the chain, has a node try it out, counts it, and signs.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use latchkey_client::accounts::{ProgramAccount, decode_as, decode_token_account};
use latchkey_client::latchkey::state::{Invocation, Lender, Loan, Vehicle};
use latchkey_client::{PROGRAM_ID, pda};
use serde_json::Value;
use solana_sdk::hash::Hash;
use solana_sdk::message::Message;
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer as _;
use solana_sdk::transaction::Transaction;

use crate::config::Policy;
use crate::node::{Account, NodeError, Nodes};
use crate::pay::{Scene, reference};
use crate::rate::{Limits, Paid, Rate};
use crate::recognise::{Recognised, Subject, recognise};
use crate::refusal::{Refusal, SponsorError};
use crate::tokens;

const CLOCK: Pubkey = Pubkey::from_str_const("SysvarC1ock11111111111111111111111111111111");
/// Where the Clock sysvar keeps the time.
const UNIX_TIMESTAMP_AT: usize = 32;
/// The size of a token account without extensions, bytes.
const TOKEN_ACCOUNT: usize = 165;
/// How often a simulation is held against the sponsor's balance, which other transactions change meanwhile.
const TRIES: usize = 3;
/// How long the payment of what is due is answered with the same bytes, seconds.
const KEPT: u64 = 20;

/// A fee payer.
pub struct Sponsor {
    key: Keypair,
    policy: Policy,
    nodes: Nodes,
    rate: Mutex<Rate>,
    /// The payments of what is due that were made last, by loan.
    kept: Mutex<HashMap<Pubkey, (u64, Payment)>>,
    began: Instant,
}

/// A transaction for a wallet to sign and send.
#[derive(Clone, Debug)]
pub struct Payment {
    pub transaction: Transaction,
    /// What it does, in words.
    pub message: String,
}

/// What a Solana Pay request asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub loan: Pubkey,
    /// The wallet's account.
    pub account: Pubkey,
    /// Base units; what is due without it.
    pub amount: Option<u64>,
    /// The loan's own without it.
    pub reference: Option<Pubkey>,
}

impl Sponsor {
    /// It has paid for nothing yet.
    pub fn new(key: Keypair, policy: Policy, limits: Limits, nodes: Nodes) -> Self {
        let (rate, kept) = (Mutex::new(Rate::new(limits)), Mutex::default());
        Self { key, policy, nodes, rate, kept, began: Instant::now() }
    }

    /// Its address.
    pub fn address(&self) -> Pubkey {
        self.key.pubkey()
    }

    /// What it signs.
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The newest blockhash.
    pub async fn blockhash(&self) -> Result<Hash, NodeError> {
        self.nodes.blockhash().await
    }

    /// Signs a transaction that the borrower has signed.
    pub async fn sign(&self, mut transaction: Transaction) -> Result<Transaction, SponsorError> {
        let sponsor = self.address();
        let recognised = recognise(&transaction, &sponsor, &self.policy)?;
        // The last of the signatures is the borrower's: there are two.
        let bytes = transaction.message_data();
        let borrower = recognised.borrower;
        if !transaction.signatures.last().is_some_and(|signed| signed.verify(borrower.as_ref(), &bytes)) {
            return Err(Refusal::Unsigned(borrower).into());
        }
        let address = self.checked(&recognised).await?;
        let most = self.most(&recognised).await?;
        self.try_out(&transaction, most).await?;
        let signature = self.key.sign_message(&bytes);
        self.rate().spend(self.now(), Paid { loan: address, lamports: most, signature })?;
        transaction.signatures[0] = signature;
        tracing::info!(loan = %address, %signature, most, "signed");
        Ok(transaction)
    }

    /// The same, and sends it.
    pub async fn sign_and_send(&self, transaction: Transaction) -> Result<Transaction, SponsorError> {
        let signed = self.sign(transaction).await?;
        self.nodes.send(&wire(&signed)).await?;
        Ok(signed)
    }

    /// What a transaction would cost the sponsor at most, lamports; or which of its rules refuses it. It needs no signature yet.
    pub async fn estimate(&self, transaction: &Transaction) -> Result<u64, SponsorError> {
        let recognised = recognise(transaction, &self.address(), &self.policy)?;
        self.checked(&recognised).await?;
        Ok(self.most(&recognised).await?)
    }

    /// A payment for a wallet to sign. The sponsor pays the fee of the borrower's; another wallet pays its own.
    pub async fn payment(&self, wanted: Wanted) -> Result<Payment, SponsorError> {
        let Wanted { loan: address, account, amount, reference: named } = wanted;
        let now = self.now();
        self.settle(now).await?;
        let is_due = amount.is_none() && named.is_none();
        let scene = self.scene(&address).await?;
        let is_sponsored = account == scene.loan.borrower;
        let kept = |kept: &HashMap<Pubkey, (u64, Payment)>| {
            kept.get(&address).filter(|(at, _)| at + KEPT > now).map(|(_, payment)| payment.clone())
        };
        if is_due
            && is_sponsored
            && let Some(kept) = kept(&self.kept())
        {
            return Ok(kept);
        }
        let plan = scene.plan(amount)?;
        let payer = if is_sponsored { self.address() } else { account };
        let named = named.unwrap_or_else(|| reference(&address));
        let instructions = scene.instructions(plan, account, payer, named);
        let blockhash = self.nodes.blockhash().await?;
        let message = Message::new_with_blockhash(&instructions, Some(&payer), &blockhash);
        let mut transaction = Transaction::new_unsigned(message);
        if is_sponsored {
            self.open(&mut transaction, &address, &scene, is_due).await?;
        } else if let Some(error) = self.nodes.simulate(&wire(&transaction), &payer).await?.error {
            return Err(Refusal::WouldFail(in_words(&error)).into());
        }
        let payment = Payment { transaction, message: scene.message(plan, is_sponsored) };
        if is_due && is_sponsored {
            let mut kept = self.kept();
            kept.retain(|_, (at, _)| *at + KEPT > now);
            kept.insert(address, (now, payment.clone()));
        }
        Ok(payment)
    }

    /// Signs a payment before its wallet does. It passes the same rules as one that comes from outside.
    async fn open(
        &self,
        transaction: &mut Transaction,
        loan: &Pubkey,
        scene: &Scene,
        is_due: bool,
    ) -> Result<(), SponsorError> {
        let recognised = recognise(transaction, &self.address(), &self.policy)?;
        recognised.check(&scene.loan, &scene.lender.mint, &self.policy)?;
        let most = self.most(&recognised).await?;
        self.try_out(transaction, most).await?;
        let signature = self.key.sign_message(&transaction.message_data());
        self.rate().open(self.now(), Paid { loan: *loan, lamports: most, signature }, is_due)?;
        transaction.signatures[0] = signature;
        Ok(())
    }

    async fn settle(&self, now: u64) -> Result<(), SponsorError> {
        let ended = self.rate().ended(now);
        if !ended.is_empty() {
            let landed = self.nodes.landed(&ended).await?;
            self.rate().settle(&ended, &landed);
        }
        Ok(())
    }

    /// What a transaction takes from the sponsor at most: the fee, and the deposits that it pays.
    async fn most(&self, recognised: &Recognised) -> Result<u64, NodeError> {
        let mut most = recognised.fee;
        if recognised.pays_call {
            most = most.saturating_add(self.nodes.deposit(Invocation::SPACE).await?);
        }
        if recognised.pays_token_account() {
            most = most.saturating_add(self.nodes.deposit(TOKEN_ACCOUNT).await?);
        }
        Ok(most)
    }

    /// Has a node try it, and looks at what would be left of the sponsor's lamports.
    async fn try_out(&self, transaction: &Transaction, most: u64) -> Result<(), SponsorError> {
        let mut before = self.lamports().await?;
        for _ in 0..TRIES {
            let foreseen = self.nodes.simulate(&wire(transaction), &self.address()).await?;
            if let Some(error) = foreseen.error {
                return Err(Refusal::WouldFail(in_words(&error)).into());
            }
            let taken = before.saturating_sub(foreseen.left.ok_or(Refusal::Untold)?);
            if taken <= most {
                return Ok(());
            }
            let now = self.lamports().await?;
            if now == before {
                return Err(Refusal::Takes { taken, most }.into());
            }
            // Another transaction landed in between.
            before = now;
        }
        Err(Refusal::Untold.into())
    }

    async fn lamports(&self) -> Result<u64, NodeError> {
        let [found] = self.nodes.accounts([self.address()]).await?;
        Ok(found.map_or(0, |account| account.lamports))
    }

    /// Holds a transaction against its loan on the chain. Returns the loan.
    async fn checked(&self, recognised: &Recognised) -> Result<Pubkey, SponsorError> {
        let address = self.loan_of(recognised).await?;
        let (loan, mint) = self.loan(&address).await?;
        recognised.check(&loan, &mint, &self.policy)?;
        Ok(address)
    }

    async fn loan_of(&self, recognised: &Recognised) -> Result<Pubkey, SponsorError> {
        match recognised.subject()? {
            Subject::Loan(loan) => Ok(loan),
            Subject::OwnerOf(wallet) => {
                let [found] = self.nodes.accounts([wallet]).await?;
                let found = found.filter(|account| tokens::is_token_program(&account.owner));
                let held = found.and_then(|account| decode_token_account(&account.data).ok());
                Ok(held.ok_or(Refusal::NotALoan(wallet))?.owner)
            }
        }
    }

    /// A loan, and the mint that it is paid in.
    async fn loan(&self, address: &Pubkey) -> Result<(Loan, Pubkey), SponsorError> {
        let [found] = self.nodes.accounts([*address]).await?;
        let loan = loan_in(found, address)?;
        let [lender] = self.nodes.accounts([loan.lender]).await?;
        Ok((loan, ours::<Lender>("lender", lender.as_ref()).ok_or(NodeError::Malformed)?.mint))
    }

    async fn scene(&self, address: &Pubkey) -> Result<Scene, SponsorError> {
        let [found] = self.nodes.accounts([*address]).await?;
        let named = loan_in(found, address)?;
        if !self.policy.lenders.contains(&named.lender) {
            return Err(Refusal::Lender(named.lender).into());
        }
        let [lender] = self.nodes.accounts([named.lender]).await?;
        let lender: Lender = ours("lender", lender.as_ref()).ok_or(NodeError::Malformed)?;
        let asked = [*address, named.vehicle, named.wallet, lender.mint, CLOCK];
        let [loan, vehicle, wallet, mint, clock] = self.nodes.accounts(asked).await?;
        let loan = loan_in(loan, address)?;
        let vehicle: Vehicle = ours("vehicle", vehicle.as_ref()).ok_or(NodeError::Malformed)?;
        let held = wallet.and_then(|wallet| decode_token_account(&wallet.data).ok());
        let mint = mint.ok_or(NodeError::Malformed)?;
        let now = clock.and_then(|clock| {
            let bytes = clock.data.get(UNIX_TIMESTAMP_AT..UNIX_TIMESTAMP_AT + 8)?;
            Some(i64::from_le_bytes(bytes.try_into().ok()?))
        });
        let scene = Scene {
            wallet: held.ok_or(NodeError::Malformed)?.amount,
            now: now.ok_or(NodeError::Malformed)?,
            decimals: tokens::decimals(&mint.data).ok_or(NodeError::Malformed)?,
            token_program: mint.owner,
            loan,
            lender,
            vehicle,
        };
        debug_assert_eq!(scene.loan.wallet, pda::wallet(address, &scene.lender.mint, &scene.token_program));
        Ok(scene)
    }

    /// Seconds since it began.
    fn now(&self) -> u64 {
        self.began.elapsed().as_secs()
    }

    fn rate(&self) -> MutexGuard<'_, Rate> {
        self.rate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<Pubkey, (u64, Payment)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A transaction's bytes.
pub fn wire(transaction: &Transaction) -> Vec<u8> {
    bincode::serialize(transaction).unwrap_or_default()
}

fn ours<T: anchor_lang::AccountDeserialize>(kind: &'static str, account: Option<&Account>) -> Option<T> {
    let account = account.filter(|account| account.owner == PROGRAM_ID)?;
    decode_as(kind, &account.data).ok()
}

fn loan_in(account: Option<Account>, address: &Pubkey) -> Result<Loan, Refusal> {
    let account = account.filter(|account| account.owner == PROGRAM_ID).ok_or(Refusal::NotALoan(*address))?;
    match ProgramAccount::decode(&account.data) {
        Ok(ProgramAccount::Loan(loan)) => Ok(*loan),
        _ => Err(Refusal::NotALoan(*address)),
    }
}

/// A node's error, with the program's own words where it is one of its rules.
fn in_words(error: &Value) -> String {
    let code = error["InstructionError"][1]["Custom"].as_u64().and_then(|code| u32::try_from(code).ok());
    match code {
        Some(1) => "an account holds too little of what it is to pay".to_owned(),
        Some(code) => latchkey_client::errors::Refusal(code).to_string(),
        None => error.to_string(),
    }
}
