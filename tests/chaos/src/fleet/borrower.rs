//! What borrowers and lenders do: they pay, or do not, and close what is paid off.

use anyhow::Result;
use latchkey_client::Instruction;
use latchkey_client::instructions::{CloseLoan, LoanKeys, close_loan, pay_off};
use latchkey_client::latchkey::rules::schedule::due_at;
use latchkey_client::quote::quote;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;
use solana_sdk::transaction::Transaction;

use super::genesis::Lender;
use super::oracle::LoanSeen;
use super::plan::{LoanPlan, Payer};
use super::run::{INSTALMENT, terms};
use super::world::World;

/// A little more than is owed, for interest and fees that come before the payment lands, base units.
const SPARE: u64 = 2_000_000;

/// A borrower with one loan.
pub struct Borrower {
    pub keys: LoanKeys,
    pub plan: LoanPlan,
    /// Whether it pays the loan off at some time, seconds from the start.
    pub pays_off: Option<u64>,
    /// Instalments that it has dealt with.
    dealt: u16,
    is_closed: bool,
}

impl Borrower {
    pub const fn new(keys: LoanKeys, plan: LoanPlan, pays_off: Option<u64>) -> Self {
        Self { keys, plan, pays_off, dealt: 0, is_closed: false }
    }

    /// A second passes; its car is locked since `locked_at`.
    pub fn second(&mut self, world: &mut World, lender: &Lender, locked_at: Option<i64>) -> Result<()> {
        let now = world.chain.now();
        if self.is_closed {
            return Ok(());
        }
        if self.pays_off.is_some_and(|at| world.chain.elapsed() >= at) {
            self.is_closed = self.close(world, lender);
            return Ok(());
        }
        // Most seconds nothing is to be done: the loan is read only then.
        let due = due_at(&terms(&self.plan), self.dealt);
        let (from, half) = match self.plan.payer {
            Payer::Ahead(secs) => (Some(due - secs), None),
            Payer::Late(secs) => (Some(due + secs), None),
            Payer::LastSecond => (Some(due + i64::from(self.plan.grace_secs) - 2), None),
            Payer::Half(secs) => (locked_at.map(|at| at + secs), Some(due - 5)),
            Payer::OnceLocked(secs) => (locked_at.map(|at| at + secs), None),
            Payer::Never => (None, None),
        };
        if half.is_some_and(|at| now >= at) && self.dealt == 0 {
            let paid = self.pay(world, lender, INSTALMENT / 2)?;
            self.dealt += u16::from(paid);
        }
        if from.is_none_or(|at| now < at) {
            return Ok(());
        }
        let Some(seen) = LoanSeen::read(&world.chain, &self.keys, world.chain.slot()) else { return Ok(()) };
        let amount = match self.plan.payer {
            Payer::Ahead(_) => INSTALMENT,
            _ => match quote(&seen.loan, seen.wallet, now) {
                Ok(quote) if quote.past_due > 0 => quote.past_due + quote.fees + SPARE,
                _ => return Ok(()),
            },
        };
        if self.pay(world, lender, amount)? && !matches!(self.plan.payer, Payer::Half(_)) {
            self.dealt += 1;
        }
        Ok(())
    }

    fn pay(&self, world: &mut World, lender: &Lender, amount: u64) -> Result<bool> {
        let transfer = lender.parties.top_up(&self.keys, amount)?;
        world.note(&format!("the borrower of {} pays {amount}", self.keys.vehicle));
        Ok(send(world, &[transfer], &[&lender.parties.funder, &lender.parties.borrower]))
    }

    /// Pays the loan off and closes it, as soon as no call is open. Returns whether it no longer exists.
    fn close(&self, world: &mut World, lender: &Lender) -> bool {
        let chain = &world.chain;
        let Some(seen) = LoanSeen::read(chain, &self.keys, chain.slot()) else { return true };
        let parties = &lender.parties;
        let signers = [&parties.funder, &parties.borrower];
        if seen.loan.status.is_open() {
            let pays = pay_off(&self.keys, parties.borrower.pubkey(), Some(parties.savings));
            send(world, &[pays], &signers);
            return false;
        }
        if seen.loan.invocations_open > 0 {
            return false;
        }
        let who = CloseLoan {
            party: parties.borrower.pubkey(),
            authority: parties.authority.pubkey(),
            borrower_tokens: parties.savings,
            lender_tokens: Some(parties.treasury),
            rent_payer: seen.loan.rent_payer,
        };
        if send(world, &[close_loan(&self.keys, &who)], &signers) {
            world.note(&format!("the loan of {} is closed", self.keys.vehicle));
        }
        false
    }
}

/// Sends a party's transaction. Returns whether it succeeded.
pub fn send(world: &mut World, instructions: &[Instruction], signers: &[&Keypair]) -> bool {
    let slot = world.chain.slot();
    let blockhash = world.chain.blockhash(slot);
    let payer = signers.first().map(Signer::pubkey);
    world.submit(Transaction::new_signed_with_payer(instructions, payer.as_ref(), signers, blockhash))
}
