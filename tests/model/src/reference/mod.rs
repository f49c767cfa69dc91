//! The contract as a small state machine: what each instruction requires and what it changes. Written from the
//! specification.
//!
//! State is kept in the program's account types, so that what is on chain can be compared with it byte for byte. No
//! rule of the program decides anything here.

mod calls;
mod contract;
mod faults;
mod judge;
mod keys;
mod lender;
mod loan;
mod moments;
mod money;
mod notices;
mod rules;
mod servicing;
mod settlement;
mod terms;
mod vehicle;

pub use contract::{Contract, Open};
pub use faults::Fault;
pub use keys::{Mandate, keyring_hash};
pub use lender::{BOND, LEASE, TTL, URI, command_keys, floors, treasury_of};
pub use rules::{Refusal, Step, Verdict, ask};
pub use servicing::{Agreement, Amended, EVIDENCE, REASONS};
pub use terms::plan_of;

use std::collections::{BTreeMap, BTreeSet};

use latchkey::state::{Action, Function, Lender, LoanStub, Terms, Vehicle};
use latchkey_client::Pubkey;

use crate::arithmetic::Standing;
use crate::calls::Call;
use crate::parties::{House, Who};

/// What each kind of account costs to keep alive, lamports.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rents {
    pub lender: u64,
    pub function: u64,
    pub vehicle: u64,
    pub loan: u64,
    pub stub: u64,
    pub escrow: u64,
    pub invocation: u64,
    pub wallet: u64,
}

/// Token accounts that exist from the beginning, each its owner's associated one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenAccount {
    #[default]
    Authority,
    Nominee,
    Buyer,
    Stranger,
    Borrower,
    Heir,
    Seller,
}

/// The whole state.
#[derive(Clone)]
pub struct Model {
    /// The clock.
    pub now: i64,
    /// What accounts cost.
    pub rents: Rents,
    pub mint: Pubkey,
    /// Addresses of the token accounts.
    pub token_accounts: BTreeMap<TokenAccount, Pubkey>,
    /// What they hold; a closed one is missing.
    pub tokens: BTreeMap<TokenAccount, u64>,
    /// Those that the mint's issuer has frozen.
    pub frozen: BTreeSet<TokenAccount>,
    /// Every balance, lamports.
    pub lamports: BTreeMap<Pubkey, u64>,
    /// The terms that lender and borrower will sign; the first due date counts from origination.
    pub terms: Terms,
    pub lenders: BTreeMap<House, Lender>,
    /// What they offer.
    pub functions: BTreeMap<(House, Action), Function>,
    /// Whose car it is, and whose loan.
    pub home: House,
    /// The car.
    pub vehicle: Option<Vehicle>,
    /// Which of its devices is in it.
    pub device: usize,
    /// The loan it secures.
    pub contract: Option<Contract>,
    /// What is left of loans that were closed.
    pub stubs: BTreeMap<u32, LoanStub>,
    /// Invocations that exist, by sequence number.
    pub invocations: BTreeMap<u64, Open>,
    /// Lamports that lie where an invocation may come to lie, by sequence number.
    pub prefunds: BTreeMap<u64, u64>,
    /// Sequence numbers that a receipt has settled.
    pub settled: Vec<u64>,
    /// What is wrong with this reference; nothing, but where a test wants to see it found.
    pub fault: Option<Fault>,
}

impl Model {
    /// What an instruction does, if it may.
    pub fn apply(&mut self, call: &Call) -> Verdict {
        let mut after = self.clone();
        rules::judged(|| after.carry_out(call))?;
        *self = after;
        Ok(())
    }

    /// Any other step, if it can be made.
    pub fn attempt(&mut self, step: impl FnOnce(&mut Self) -> Step) -> Verdict {
        let mut after = self.clone();
        rules::judged(|| step(&mut after))?;
        *self = after;
        Ok(())
    }

    /// The loan as a look would find it; `None` if there is none, or one call cannot tell.
    pub fn standing(&self) -> Option<Standing> {
        self.contract.as_ref()?.books.judged(self.now)
    }

    /// Whether this reference makes a mistake.
    fn errs(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// The lender whose car and loan it is.
    pub fn lender(&self) -> Step<&Lender> {
        self.lenders.get(&self.home).ok_or_else(|| "no lender".into())
    }

    pub(crate) fn running(&mut self) -> Step<&mut Contract> {
        self.contract.as_mut().ok_or_else(|| "no loan".into())
    }

    pub(crate) fn contract(&self) -> Step<&Contract> {
        self.contract.as_ref().ok_or_else(|| "no loan".into())
    }

    pub(crate) fn car(&self) -> Step<&Vehicle> {
        self.vehicle.as_ref().ok_or_else(|| "no car".into())
    }

    pub(crate) fn car_mut(&mut self) -> Step<&mut Vehicle> {
        self.vehicle.as_mut().ok_or_else(|| "no car".into())
    }

    /// Takes lamports from a balance.
    fn spend(&mut self, from: &Pubkey, lamports: u64) -> Step {
        let purse = self.lamports.get_mut(from).ok_or("an unknown balance")?;
        *purse = purse.checked_sub(lamports).ok_or("a balance too small")?;
        Ok(())
    }

    /// Adds lamports to a balance.
    fn earn(&mut self, to: &Pubkey, lamports: u64) {
        *self.lamports.entry(*to).or_default() += lamports;
    }

    /// Which of the token accounts lies at an address.
    pub fn token_account_at(&self, address: &Pubkey) -> Option<TokenAccount> {
        self.token_accounts.iter().find(|(_, at)| *at == address).map(|(token_account, _)| *token_account)
    }

    /// Moves loan money into a token account.
    fn receive(&mut self, token_account: TokenAccount, amount: i128) -> Step {
        let holds = self.tokens.get_mut(&token_account).ok_or("a closed token account")?;
        ask(amount == 0 || !self.frozen.contains(&token_account), "a frozen token account");
        *holds += u64::try_from(amount).map_err(|_| "a sum beyond all money")?;
        Ok(())
    }

    /// Takes loan money out of a token account.
    fn draw(&mut self, token_account: TokenAccount, amount: u64) -> Step {
        let holds = self.tokens.get_mut(&token_account).ok_or("a closed token account")?;
        ask(amount == 0 || !self.frozen.contains(&token_account), "a frozen token account");
        *holds = holds.checked_sub(amount).ok_or("an empty token account")?;
        Ok(())
    }
}

impl Who {
    /// The token account that this signer would bring.
    pub fn tokens(self) -> Option<TokenAccount> {
        match self {
            Self::Authority => Some(TokenAccount::Authority),
            Self::Nominee => Some(TokenAccount::Nominee),
            Self::Buyer => Some(TokenAccount::Buyer),
            Self::Stranger => Some(TokenAccount::Stranger),
            Self::Borrower => Some(TokenAccount::Borrower),
            Self::Heir => Some(TokenAccount::Heir),
            _ => None,
        }
    }
}
