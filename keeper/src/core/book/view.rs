//! One loan and the accounts around it, as the rules judge them.

use anchor_lang::prelude::Pubkey;
use latchkey::rules::ledger::Wallet;
use latchkey::rules::loan_at::LoanAt;
use latchkey::state::{Action, Function, Invocation, Lender, Loan, Vehicle};
use latchkey_client::instructions::LoanKeys;
use latchkey_client::pda;

use super::row::EscrowPart;

/// One loan and the accounts around it.
pub(in crate::core) struct LoanView<'a> {
    pub lender_key: Pubkey,
    pub loan_key: Pubkey,
    /// The token program of the lender's mint.
    pub token_program: Pubkey,
    pub lender: &'a Lender,
    pub loan: Loan,
    pub vehicle: Vehicle,
    pub escrow: EscrowPart,
    /// Balance of the car wallet, base units.
    pub wallet: u64,
    /// The loan's invocations, the oldest first.
    pub invocations: Vec<(Pubkey, &'a Invocation)>,
    /// The slots at which they were read, in their order.
    pub call_slots: Vec<u64>,
    /// The lender's functions, in the order of [`Action::ALL`].
    pub functions: [Option<&'a Function>; Action::ALL.len()],
    /// When another keeper was last seen at work for the lender.
    pub rival_seen_at: Option<i64>,
    /// Whether changes of its wallet are reported at once.
    pub is_watched: bool,
}

impl LoanView<'_> {
    /// The loan at `now`, for the contract's rules.
    pub fn at(&self, now: i64) -> LoanAt<'_> {
        LoanAt::new(&self.loan, Wallet(self.wallet), now)
    }

    /// The lender's function for an action, if it offers one.
    pub fn function(&self, action: Action) -> Option<&Function> {
        self.functions.iter().flatten().find(|function| function.action == action).copied()
    }

    /// The vehicle's address.
    pub const fn vehicle_key(&self) -> Pubkey {
        self.loan.vehicle
    }

    /// Every address that a transaction about the loan names. The escrow's is derived here: few loans need it at a time.
    pub fn keys(&self) -> LoanKeys {
        LoanKeys {
            lender: self.lender_key,
            vehicle: self.loan.vehicle,
            loan: self.loan_key,
            escrow: pda::escrow(&self.loan_key),
            wallet: self.loan.wallet,
            mint: self.lender.mint,
            treasury: self.lender.treasury,
            token_program: self.token_program,
        }
    }
}
