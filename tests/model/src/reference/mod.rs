//! The contract as a small state machine: what each instruction requires and what it changes. Written from the
//! specification.
//!
//! State is kept in the program's account types, so that what is on chain can be compared with it byte for byte. No
//! rule of the program decides anything here.

mod lender;
mod loan;
mod moments;
mod vehicle;

pub use lender::{BOND, LEASE, TTL, URI, command_key, floors, treasury_of};
pub use loan::EVIDENCE;

use std::collections::BTreeMap;

use latchkey::state::{Action, Escrow, Function, Invocation, Ledger, Lender, Loan, Terms, Vehicle};
use latchkey_client::Pubkey;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::ToPrimitive;

use crate::arithmetic::{Books, Standing};
use crate::calls::Call;

/// Why a transaction must fail, for the reader of a failed test.
pub type Refusal = &'static str;

/// Whether an instruction is accepted.
pub type Verdict = Result<(), Refusal>;

/// Stops if a rule is broken.
fn ask(holds: bool, otherwise: Refusal) -> Verdict {
    if holds { Ok(()) } else { Err(otherwise) }
}

/// What each kind of account costs to keep alive, lamports.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rents {
    pub lender: u64,
    pub function: u64,
    pub vehicle: u64,
    pub loan: u64,
    pub escrow: u64,
    pub invocation: u64,
    pub wallet: u64,
}

/// Token accounts that exist from the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenAccount {
    #[default]
    Authority,
    Nominee,
    Stranger,
    Borrower,
    Seller,
}

/// A loan, and what lies around it.
#[derive(Clone)]
pub struct Contract {
    /// The account. Its terms, ledger and status are in the books.
    pub loan: Loan,
    /// The money.
    pub books: Books,
    /// Returned to the borrower from the wallet.
    pub withdrawn: u64,
    /// What the car wallet holds.
    pub wallet: u64,
    /// All that ever came into it.
    pub inflows: u64,
    /// The escrow's account.
    pub escrow: Escrow,
    /// What the escrow holds above its rent, lamports.
    pub available: u64,
    /// How much of it came by plain transfer, which the program does not see.
    pub gifts: u64,
}

/// An invocation and its lamports.
#[derive(Clone)]
pub struct Open {
    pub account: Invocation,
    /// Lamports that were sent there before it was created, beyond its rent.
    pub stray: u64,
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
    /// What they hold.
    pub tokens: BTreeMap<TokenAccount, u64>,
    /// Every balance, lamports.
    pub lamports: BTreeMap<Pubkey, u64>,
    /// The terms that lender and borrower will sign; the first due date counts from origination.
    pub terms: Terms,
    pub lender: Option<Lender>,
    /// What it offers.
    pub functions: BTreeMap<Action, Function>,
    /// The car.
    pub vehicle: Option<Vehicle>,
    /// Which of its devices is in it.
    pub device: usize,
    /// The loan it secures, or secured last until it was closed.
    pub contract: Option<Contract>,
    /// Invocations that exist, by sequence number.
    pub invocations: BTreeMap<u64, Open>,
    /// Lamports that lie where an invocation may come to lie, by sequence number.
    pub prefunds: BTreeMap<u64, u64>,
    /// Sequence numbers that a receipt has settled.
    pub settled: Vec<u64>,
}

impl Model {
    /// What an instruction does, if it may.
    pub fn apply(&mut self, call: &Call) -> Verdict {
        let mut after = self.clone();
        after.carry_out(call)?;
        *self = after;
        Ok(())
    }

    /// The loan as seen from outside, its wallet counted.
    pub fn standing(&self) -> Option<Standing> {
        let contract = self.contract.as_ref()?;
        Some(contract.books.standing(contract.wallet, self.now))
    }

    /// Takes lamports from a balance.
    fn spend(&mut self, from: &Pubkey, lamports: u64) -> Verdict {
        let purse = self.lamports.get_mut(from).ok_or("an unknown balance")?;
        *purse = purse.checked_sub(lamports).ok_or("a balance too small")?;
        Ok(())
    }

    /// Adds lamports to a balance.
    fn earn(&mut self, to: &Pubkey, lamports: u64) {
        *self.lamports.entry(*to).or_default() += lamports;
    }

    /// Moves loan money into a token account.
    fn receive(&mut self, address: &Pubkey, amount: u64) {
        let (token_account, _) = self
            .token_accounts
            .iter()
            .find(|(_, token_account)| *token_account == address)
            .expect("a known token account");
        *self.tokens.entry(*token_account).or_default() += amount;
    }
}

impl Contract {
    /// The ledger that the program should keep.
    pub fn ledger(&self) -> Ledger {
        let books = &self.books;
        let whole = |amount: i128| u64::try_from(amount).expect("terms are moderate");
        let denominator = BigRational::from(BigInt::from(315_360_000_000_u64));
        Ledger {
            principal: whole(books.principal),
            interest: whole(books.interest_owed()),
            interest_remainder: (books.interest_fraction() * denominator)
                .to_integer()
                .to_u64()
                .expect("below the denominator"),
            accrued_at: books.accrued_to,
            fees: whole(books.fees),
            paid_scheduled: whole(books.on_schedule),
            late_decided: books.decided,
            principal_paid: whole(books.principal_paid),
            interest_paid: whole(books.interest_paid),
            fees_paid: whole(books.fees_paid),
            withdrawn: self.withdrawn,
        }
    }

    /// The account that the program should keep.
    pub fn account(&self) -> Loan {
        Loan {
            status: self.books.status,
            terms: self.books.terms,
            ledger: self.ledger(),
            ..self.loan.clone()
        }
    }
}
