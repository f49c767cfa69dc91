//! Accounts that were read before their loan was, as two notices of one transaction can arrive in any order. They wait
//! until the loan is read, or a complete snapshot shows that there is none.

use std::collections::HashMap;

use anchor_lang::prelude::Pubkey;
use latchkey::state::{Invocation, Vehicle};

use super::row::EscrowPart;
use super::slots::Mark;

/// The accounts that wait.
#[derive(Default)]
pub(in crate::core) struct Strays {
    /// By the vehicle's address.
    pub vehicles: Waiting<Box<Vehicle>>,
    /// By the loan's address.
    pub escrows: Waiting<EscrowPart>,
    /// Balances by the wallet's address.
    pub wallets: Waiting<u64>,
    /// By the call's address.
    pub calls: Waiting<Box<Invocation>>,
}

/// Accounts of one kind.
pub(in crate::core) struct Waiting<T>(HashMap<Pubkey, (Mark, T)>);

impl<T> Default for Waiting<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> Waiting<T> {
    /// Keeps the newest.
    pub fn keep(&mut self, key: Pubkey, read: Mark, value: T) {
        if self.0.get(&key).is_none_or(|(before, _)| *before <= read) {
            self.0.insert(key, (read, value));
        }
    }

    pub fn take(&mut self, key: &Pubkey) -> Option<(Mark, T)> {
        self.0.remove(key)
    }

    /// Takes all that `is`, in the order of their addresses.
    pub fn take_all(&mut self, is: impl Fn(&T) -> bool) -> Vec<(Pubkey, Mark, T)> {
        let mut taken: Vec<_> = self
            .0
            .extract_if(|_, (_, value)| is(value))
            .map(|(key, (read, value))| (key, read, value))
            .collect();
        taken.sort_unstable_by_key(|(key, _, _)| *key);
        taken
    }

    fn drop_older(&mut self, complete: Mark) {
        self.0.retain(|_, (read, _)| *read >= complete);
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

impl Strays {
    /// Drops what a complete snapshot has no loan for.
    pub fn drop_older(&mut self, complete: Mark) {
        self.vehicles.drop_older(complete);
        self.escrows.drop_older(complete);
        self.wallets.drop_older(complete);
        self.calls.drop_older(complete);
    }

    /// How many accounts wait.
    pub fn len(&self) -> usize {
        self.vehicles.len() + self.escrows.len() + self.wallets.len() + self.calls.len()
    }
}
