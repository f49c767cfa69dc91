//! What a wallet that scans a Solana Pay code is given to sign: a payment of what is due, with the unlock where it cures.

use latchkey_client::instructions::{LoanKeys, request};
use latchkey_client::latchkey::errors::LatchkeyError;
use latchkey_client::latchkey::rules::gates::{Asker, check_unlock};
use latchkey_client::latchkey::rules::ledger::Wallet;
use latchkey_client::latchkey::rules::loan_at::LoanAt;
use latchkey_client::latchkey::state::{Action, Lender, Loan, Vehicle};
use latchkey_client::outlook::outlook;
use latchkey_client::quote::quote;
use latchkey_client::{Instruction, pda};
use sha2::{Digest as _, Sha256};
use solana_sdk::pubkey::Pubkey;

use crate::refusal::Refusal;
use crate::tokens::{Transfer, transfer};

/// An amount that grows by the second is asked for with what ten minutes add, so that it is still enough when it lands.
const MARGIN: i64 = 600;

/// A loan with what its payment depends on, at one moment.
pub struct Scene {
    pub loan: Loan,
    pub lender: Lender,
    pub vehicle: Vehicle,
    /// What the car wallet holds, base units.
    pub wallet: u64,
    /// The chain's time.
    pub now: i64,
    pub decimals: u8,
    pub token_program: Pubkey,
}

/// What is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Base units.
    pub amount: u64,
    /// Whether the unlock is asked for in the same transaction.
    pub unlocks: bool,
}

/// The key that payments of this loan carry unless another is asked for. It finds them all.
pub fn reference(loan: &Pubkey) -> Pubkey {
    Pubkey::new_from_array(Sha256::new().chain_update(b"latchkey:pay").chain_update(loan).finalize().into())
}

impl Scene {
    /// Pays `chosen` base units, or what is due: what is past due, or what will lack at the first due date that the car
    /// wallet cannot pay.
    pub fn plan(&self, chosen: Option<u64>) -> Result<Plan, Refusal> {
        let amount = match chosen {
            Some(0) => return Err(Refusal::NoAmount),
            Some(amount) => amount,
            None => self.due()?,
        };
        let paid = LoanAt::new(&self.loan, Wallet(self.wallet.saturating_add(amount)), self.now);
        let unlocks = self.vehicle.may_be_locked_at(self.now)
            && check_unlock(&paid, &self.vehicle, Asker::Borrower).is_ok();
        Ok(Plan { amount, unlocks })
    }

    fn due(&self) -> Result<u64, Refusal> {
        let Self { loan, lender, wallet, now, .. } = self;
        let quoted = quote(loan, *wallet, *now).map_err(refusal)?;
        let amount = match (quoted.past_due, quoted.next_due) {
            (0, _) => {
                outlook(loan, lender, *wallet, *now).map_err(refusal)?.shortfall.map_or(0, |due| due.amount)
            }
            (past_due, Some(_)) => past_due,
            (_, None) => quote(loan, *wallet, now.saturating_add(MARGIN)).map_err(refusal)?.past_due,
        };
        if amount == 0 { Err(Refusal::NothingOwed) } else { Ok(self.up_to_cent(amount)) }
    }

    /// No wallet shows less than a hundredth, and what is left over is the borrower's.
    fn up_to_cent(&self, amount: u64) -> u64 {
        let cent = 10_u64.saturating_pow(u32::from(self.decimals.saturating_sub(2)));
        amount.div_ceil(cent).saturating_mul(cent)
    }

    /// The instructions that do it. `payer` pays the unlock's deposit and gets it back.
    pub fn instructions(
        &self,
        plan: Plan,
        account: Pubkey,
        payer: Pubkey,
        reference: Pubkey,
    ) -> Vec<Instruction> {
        let keys = LoanKeys::of(&self.loan, &self.lender, self.token_program);
        let paid = Transfer {
            from: pda::token_account(&account, &keys.mint, &self.token_program),
            mint: keys.mint,
            to: self.loan.wallet,
            owner: account,
            amount: plan.amount,
            decimals: self.decimals,
        };
        let mut instructions = vec![transfer(self.token_program, &paid, reference)];
        if plan.unlocks {
            let party = (account == self.loan.borrower).then_some(account);
            let seq = self.vehicle.last_seq_asked.saturating_add(1);
            instructions.push(request(&keys, payer, party, Action::Unlock, seq));
        }
        instructions
    }

    /// What the wallet shows beside the transaction.
    pub fn message(&self, plan: Plan, is_sponsored: bool) -> String {
        let unit = 10_u64.saturating_pow(u32::from(self.decimals));
        let cents = u128::from(plan.amount % unit) * 100 / u128::from(unit);
        let mut said = format!("Pays {}.{cents:02} for the car loan.", plan.amount / unit);
        if plan.unlocks {
            said.push_str(" Asks for the unlock of the car.");
        }
        if is_sponsored {
            said.push_str(" The sponsor pays the network's fee.");
        }
        said
    }
}

fn refusal(rule: LatchkeyError) -> Refusal {
    match rule {
        LatchkeyError::TooManyMoments => Refusal::TooManyMoments,
        other => Refusal::WouldFail(other.to_string()),
    }
}
