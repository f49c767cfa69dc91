//! One lender, one car, one loan and the people around them, with a method for every instruction.

mod accounts;
mod borrower_key;
mod escrow;
mod invocation;
mod lender;
mod loan;
mod payments;
mod sale;
mod servicing;
mod vehicle;

use latchkey::state::{Action, Terms};
use latchkey_client::instructions::LoanKeys;
use latchkey_client::{Instruction, Pubkey, pda};
pub use sale::Buyer;
use solana_sdk::native_token::LAMPORTS_PER_SOL;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::{Car, DAY, Money, TestChain, due, person, terms};

/// The bond of a claim, lamports.
pub const BOND: u64 = 7_000_000;
/// How long a claim lasts, seconds.
pub const LEASE: i64 = 600;
/// How long an invocation can be claimed, or an unlock done, seconds.
pub const TTL: i64 = 6 * 3_600;

/// What each function pays, lamports: all different, so that none can stand for another.
pub const fn fee(action: Action) -> u64 {
    const MILLIONS: [u64; 6] = [2, 3, 5, 7, 11, 13];
    // The first action's byte is 1.
    MILLIONS[action as usize - 1] * 1_000_000
}

/// The instruction with another account in the place of one.
pub fn swap(mut instruction: Instruction, from: &Pubkey, to: &Pubkey) -> Instruction {
    let places = instruction.accounts.iter_mut().filter(|meta| meta.pubkey == *from);
    let swapped = places.map(|meta| meta.pubkey = *to).count();
    assert!(swapped > 0, "the instruction does not name {from}");
    instruction
}

/// One lender, one car, one loan, and the people around them.
pub struct LoanFixture {
    pub chain: TestChain,
    /// What the loan is paid in.
    pub money: Money,
    /// Owns the lender. Has no lamports of its own.
    pub authority: Keypair,
    /// Services the lender's loans.
    pub servicer: Keypair,
    /// Owes the loan.
    pub borrower: Keypair,
    /// Pays rent and deposits, and asks for function calls.
    pub payer: Keypair,
    /// Executes function calls.
    pub keeper: Keypair,
    /// Another keeper.
    pub rival: Keypair,
    /// Takes no part in the loan, but has lamports.
    pub stranger: Keypair,
    /// The lender's account.
    pub lender: Pubkey,
    /// The borrower's tokens.
    pub savings: Pubkey,
    /// The seller's tokens.
    pub seller: Pubkey,
    pub car: Car,
    /// The addresses around the loan.
    pub keys: LoanKeys,
    /// What lender and borrower sign.
    pub terms: Terms,
}

impl Clone for LoanFixture {
    /// The same people on a copy of the chain.
    fn clone(&self) -> Self {
        let [authority, servicer, borrower] =
            [&self.authority, &self.servicer, &self.borrower].map(Keypair::insecure_clone);
        let [payer, keeper, rival, stranger] =
            [&self.payer, &self.keeper, &self.rival, &self.stranger].map(Keypair::insecure_clone);
        Self {
            chain: self.chain.clone(),
            money: self.money.clone(),
            car: self.car.clone(),
            authority,
            servicer,
            borrower,
            payer,
            keeper,
            rival,
            stranger,
            ..*self
        }
    }
}

impl LoanFixture {
    /// A loan on [`terms`], just written.
    pub fn new() -> Self {
        Self::on(|_| {})
    }

    /// A loan on [`terms`] with a change, just written.
    pub fn on(change: impl FnOnce(&mut Terms)) -> Self {
        let mut fixture = Self::before_loan();
        change(&mut fixture.terms);
        fixture.originate().holds();
        fixture
    }

    /// A loan in default since this moment, at [`LoanFixture::default_at`].
    pub fn defaulted() -> Self {
        Self::new().fall_into_default()
    }

    /// A loan in default with its car locked in the same second, by invocation 1.
    pub fn locked() -> Self {
        let mut fixture = Self::defaulted();
        fixture.request(Action::Lock).holds();
        fixture.fulfil(1);
        fixture
    }

    /// When the grace of the first instalment of [`terms`] is over.
    pub fn default_at() -> i64 {
        due(0) + 2 * DAY
    }

    /// Moves to the end of the first instalment's grace and declares the default.
    #[must_use]
    pub fn fall_into_default(mut self) -> Self {
        self.at(Self::default_at()).declare_default().holds();
        self
    }

    /// All parties and a registered car, but no loan yet.
    pub fn before_loan() -> Self {
        let mut chain = TestChain::new();
        let money = Money::spl(&mut chain);
        Self::with_money(chain, money)
    }

    /// All parties and a registered car; the lender lends this money.
    pub fn with_money(chain: TestChain, money: Money) -> Self {
        let mut fixture = Self::before_lender(chain, money);
        let args = fixture.lender_args();
        fixture.init_lender(args).holds();
        for action in Action::ALL {
            let args = fixture.offer(action);
            fixture.set_function(action, args).holds();
        }
        let car = Car::new("car");
        fixture.register(&car).holds();
        fixture
    }

    /// All parties, but no lender yet.
    pub fn before_lender(mut chain: TestChain, money: Money) -> Self {
        let authority = person("authority");
        let borrower = person("borrower");
        let people = ["payer", "keeper", "rival", "stranger", "borrower"].map(|name| person(name).pubkey());
        chain.endow(&people, 10 * LAMPORTS_PER_SOL);
        let treasury = money.open(&mut chain, &authority.pubkey(), 1_000_000_000);
        let savings = money.open(&mut chain, &borrower.pubkey(), 1_000_000_000);
        let seller = money.open(&mut chain, &person("seller").pubkey(), 0);
        let lender = pda::lender(&authority.pubkey());
        let car = Car::new("car");
        let loan = pda::loan(&car.vehicle, 0);
        let keys = LoanKeys {
            lender,
            vehicle: car.vehicle,
            loan,
            escrow: pda::escrow(&loan),
            wallet: pda::wallet(&loan, &money.mint, &money.token_program),
            mint: money.mint,
            treasury,
            token_program: money.token_program,
        };
        Self {
            chain,
            money,
            authority,
            servicer: person("servicer"),
            borrower,
            payer: person("payer"),
            keeper: person("keeper"),
            rival: person("rival"),
            stranger: person("stranger"),
            lender,
            savings,
            seller,
            car,
            keys,
            terms: terms(),
        }
    }

    /// Sets the clock.
    pub fn at(&mut self, now: i64) -> &mut Self {
        self.chain.set_time(now);
        self
    }
}

impl Default for LoanFixture {
    fn default() -> Self {
        Self::new()
    }
}
