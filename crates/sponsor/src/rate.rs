//! How much is paid, by loan and in all. Kept in memory: after a restart the counts begin again, and what the key holds is the
//! last bound.
//!
//! A transaction that the borrower has signed counts when the sponsor signs. One that is made for a wallet to sign may never
//! land, and anybody can ask for it: it is open until its blockhash is dead, and counts only if it landed. So nobody uses up a
//! borrower's limits by asking.

use serde::{Deserialize, Serialize};
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Signature;

use crate::refusal::Refusal;

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// How long after it was made a transaction may land, seconds: 150 blocks, with a margin.
const OPEN: u64 = 120;

/// The limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Transactions of one loan in an hour.
    pub loan_hour: u32,
    /// Transactions of one loan in a day.
    pub loan_day: u32,
    /// Lamports for all loans in an hour, deposits that come back included.
    pub lamports_hour: u64,
    /// Lamports for all loans in a day.
    pub lamports_day: u64,
    /// Payments of one loan that wait for a wallet's signature, beside the one of what is due.
    pub open_of_loan: usize,
    /// Payments of all loans that wait for a wallet's signature.
    pub open: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            loan_hour: 10,
            loan_day: 40,
            lamports_hour: 200_000_000,
            lamports_day: 1_000_000_000,
            open_of_loan: 4,
            open: 1_000,
        }
    }
}

/// A transaction that the sponsor pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paid {
    pub loan: Pubkey,
    /// At most, deposits included.
    pub lamports: u64,
    /// The sponsor's own: it tells the transaction apart from every other.
    pub signature: Signature,
}

/// What was paid and what is open, at moments in seconds that never go back.
#[derive(Debug)]
pub struct Rate {
    limits: Limits,
    spent: Vec<(u64, Paid)>,
    open: Vec<(u64, Paid)>,
}

impl Rate {
    /// Nothing was paid yet.
    pub const fn new(limits: Limits) -> Self {
        Self { limits, spent: Vec::new(), open: Vec::new() }
    }

    /// Counts one that the borrower has signed. The same one counts once.
    pub fn spend(&mut self, now: u64, paid: Paid) -> Result<(), Refusal> {
        self.forget(now);
        if self.spent.iter().any(|(_, spent)| spent.signature == paid.signature) {
            return Ok(());
        }
        self.check(now, &paid, &[])?;
        self.spent.push((now, paid));
        Ok(())
    }

    /// Opens one that a wallet may sign. `is_due` is the one of what is due, which no other stands in the way of.
    pub fn open(&mut self, now: u64, paid: Paid, is_due: bool) -> Result<(), Refusal> {
        self.forget(now);
        let of_loan: Vec<_> = self.open.iter().filter(|(_, open)| open.loan == paid.loan).copied().collect();
        if !is_due && of_loan.len() >= self.limits.open_of_loan {
            return Err(Refusal::OpenOfLoan);
        }
        if self.open.len() >= self.limits.open {
            return Err(Refusal::Open);
        }
        self.check(now, &paid, &of_loan)?;
        self.open.push((now, paid));
        Ok(())
    }

    /// Open ones that can no longer land. Whether they did decides what becomes of them.
    pub fn ended(&self, now: u64) -> Vec<Signature> {
        let ended = self.open.iter().filter(|(at, _)| at + OPEN <= now);
        ended.map(|(_, open)| open.signature).collect()
    }

    /// Counts those that landed and forgets the rest.
    pub fn settle(&mut self, ended: &[Signature], landed: &[bool]) {
        for (signature, landed) in ended.iter().zip(landed) {
            let Some(at) = self.open.iter().position(|(_, open)| open.signature == *signature) else {
                continue;
            };
            let open = self.open.swap_remove(at);
            if *landed {
                self.spent.push(open);
            }
        }
    }

    fn forget(&mut self, now: u64) {
        self.spent.retain(|(at, _)| at + DAY > now);
    }

    fn check(&self, now: u64, paid: &Paid, open_of_loan: &[(u64, Paid)]) -> Result<(), Refusal> {
        let Limits { loan_hour, loan_day, lamports_hour, lamports_day, .. } = self.limits;
        let lately = |at: &u64| at + HOUR > now;
        let of_loan = || self.spent.iter().chain(open_of_loan).filter(|(_, spent)| spent.loan == paid.loan);
        if of_loan().filter(|(at, _)| lately(at)).count() >= loan_hour as usize {
            return Err(Refusal::LoanHour(loan_hour));
        }
        if of_loan().count() >= loan_day as usize {
            return Err(Refusal::LoanDay(loan_day));
        }
        let sum = |spent: &mut dyn Iterator<Item = &(u64, Paid)>| {
            spent.fold(paid.lamports, |sum, (_, spent)| sum.saturating_add(spent.lamports))
        };
        if sum(&mut self.spent.iter().filter(|(at, _)| lately(at))) > lamports_hour {
            return Err(Refusal::Hour);
        }
        if sum(&mut self.spent.iter()) > lamports_day {
            return Err(Refusal::Day);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits =
        Limits { loan_hour: 2, loan_day: 3, lamports_hour: 50, lamports_day: 70, open_of_loan: 1, open: 3 };

    fn paid(loan: u8, lamports: u64) -> Paid {
        Paid { loan: Pubkey::new_from_array([loan; 32]), lamports, signature: Signature::new_unique() }
    }

    #[test]
    fn a_loan_has_so_many_in_an_hour_and_in_a_day() {
        let mut rate = Rate::new(LIMITS);
        assert_eq!(rate.spend(0, paid(1, 1)), Ok(()));
        assert_eq!(rate.spend(1, paid(1, 1)), Ok(()));
        assert_eq!(rate.spend(2, paid(1, 1)), Err(Refusal::LoanHour(2)));
        assert_eq!(rate.spend(2, paid(2, 1)), Ok(()), "another loan has its own");
        assert_eq!(rate.spend(HOUR, paid(1, 1)), Ok(()));
        assert_eq!(rate.spend(3 * HOUR, paid(1, 1)), Err(Refusal::LoanDay(3)));
        assert_eq!(rate.spend(DAY, paid(1, 1)), Ok(()));
    }

    #[test]
    fn all_loans_together_have_so_many_lamports_in_an_hour_and_in_a_day() {
        let mut rate = Rate::new(LIMITS);
        assert_eq!(rate.spend(0, paid(1, 51)), Err(Refusal::Hour));
        assert_eq!(rate.spend(0, paid(1, 50)), Ok(()));
        assert_eq!(rate.spend(1, paid(2, 1)), Err(Refusal::Hour));
        assert_eq!(rate.spend(HOUR, paid(2, 20)), Ok(()));
        assert_eq!(rate.spend(2 * HOUR, paid(3, 1)), Err(Refusal::Day));
        assert_eq!(rate.spend(DAY, paid(3, 1)), Ok(()));
    }

    #[test]
    fn the_same_transaction_counts_once() {
        let mut rate = Rate::new(LIMITS);
        let one = paid(1, 1);
        for _ in 0..5 {
            assert_eq!(rate.spend(0, one), Ok(()));
        }
        assert_eq!(rate.spend(0, paid(1, 1)), Ok(()));
    }

    #[test]
    fn asking_for_payments_uses_up_no_limit_of_what_the_borrower_signs() {
        let mut rate = Rate::new(LIMITS);
        assert_eq!(rate.open(0, paid(1, 50), false), Ok(()));
        assert_eq!(rate.open(0, paid(1, 1), false), Err(Refusal::OpenOfLoan));
        assert_eq!(rate.open(0, paid(1, 1), true), Ok(()), "what is due has a place of its own");
        assert_eq!(rate.open(0, paid(2, 1), false), Ok(()));
        assert_eq!(rate.open(0, paid(3, 1), true), Err(Refusal::Open));
        assert_eq!(rate.spend(1, paid(1, 50)), Ok(()));
    }

    #[test]
    fn an_open_payment_counts_once_it_has_landed() {
        let mut rate = Rate::new(LIMITS);
        rate.open(0, paid(1, 30), true).unwrap();
        rate.open(0, paid(2, 30), true).unwrap();
        assert!(rate.ended(OPEN - 1).is_empty(), "it may still land");
        let ended = rate.ended(OPEN);
        assert_eq!(ended.len(), 2);
        rate.settle(&ended, &[true, false]);
        assert!(rate.ended(OPEN).is_empty());
        assert_eq!(rate.spend(OPEN, paid(3, 21)), Err(Refusal::Hour));
        assert_eq!(rate.spend(OPEN, paid(3, 20)), Ok(()));
    }
}
