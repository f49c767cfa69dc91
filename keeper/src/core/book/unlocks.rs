//! The unlocks that loans pin, each kept once however many loans pin it.

use std::collections::HashMap;

use anchor_lang::prelude::Pubkey;
use latchkey::state::{Loan, MAX_UNLOCK_KEYS};

/// A pinned unlock.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::core) struct Unlock {
    pub fee: u64,
    pub ttl_secs: u32,
    pub keys: [Pubkey; MAX_UNLOCK_KEYS],
    /// Where the function runs; empty if it is embedded in the keeper.
    pub uri: String,
}

impl From<&Loan> for Unlock {
    fn from(loan: &Loan) -> Self {
        Self {
            fee: loan.unlock_fee,
            ttl_secs: loan.unlock_ttl_secs,
            keys: loan.unlock_keys,
            uri: loan.unlock_uri.clone(),
        }
    }
}

impl Unlock {
    fn is_of(&self, loan: &Loan) -> bool {
        self.fee == loan.unlock_fee
            && self.ttl_secs == loan.unlock_ttl_secs
            && self.keys == loan.unlock_keys
            && self.uri == loan.unlock_uri
    }
}

/// Which pinned unlock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::core) struct UnlockId(u32);

/// Every pinned unlock, as long as a loan pins it.
#[derive(Default)]
pub(in crate::core) struct Unlocks {
    by_content: HashMap<Unlock, UnlockId>,
    kept: Vec<Option<Kept>>,
    free: Vec<UnlockId>,
}

struct Kept {
    unlock: Unlock,
    loans: u32,
}

impl Unlocks {
    /// Counts one more loan that pins what `loan` pins.
    pub fn pin(&mut self, loan: &Loan) -> UnlockId {
        let unlock = Unlock::from(loan);
        if let Some(id) = self.by_content.get(&unlock) {
            if let Some(kept) = &mut self.kept[id.0 as usize] {
                kept.loans += 1;
            }
            return *id;
        }
        let id = self.free.pop().unwrap_or_else(|| {
            self.kept.push(None);
            UnlockId(u32::try_from(self.kept.len() - 1).unwrap_or(u32::MAX))
        });
        self.kept[id.0 as usize] = Some(Kept { unlock: unlock.clone(), loans: 1 });
        self.by_content.insert(unlock, id);
        id
    }

    /// Counts one loan fewer.
    pub fn unpin(&mut self, id: UnlockId) {
        let Some(kept) = &mut self.kept[id.0 as usize] else { return };
        kept.loans -= 1;
        if kept.loans == 0 {
            self.by_content.remove(&kept.unlock);
            self.kept[id.0 as usize] = None;
            self.free.push(id);
        }
    }

    /// The pinned unlock.
    pub fn get(&self, id: UnlockId) -> Option<&Unlock> {
        self.kept.get(id.0 as usize)?.as_ref().map(|kept| &kept.unlock)
    }

    /// Whether `loan` pins this one.
    pub fn is(&self, id: UnlockId, loan: &Loan) -> bool {
        self.get(id).is_some_and(|unlock| unlock.is_of(loan))
    }

    /// How many there are.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.by_content.len()
    }
}

#[cfg(test)]
mod tests {
    use latchkey::fixtures;

    use super::*;

    #[test]
    fn an_unlock_is_kept_once_and_as_long_as_a_loan_pins_it() {
        let mut unlocks = Unlocks::default();
        let loan = fixtures::loan(fixtures::terms());
        let dearer = Loan { unlock_fee: 7, ..loan.clone() };
        let (first, again, other) = (unlocks.pin(&loan), unlocks.pin(&loan), unlocks.pin(&dearer));
        assert!(first == again && first != other && unlocks.is(first, &loan) && !unlocks.is(other, &loan));
        unlocks.unpin(first);
        assert_eq!(unlocks.len(), 2);
        unlocks.unpin(again);
        assert_eq!((unlocks.len(), unlocks.get(first)), (1, None));
        // Its place is used again.
        assert_eq!(unlocks.pin(&Loan { unlock_fee: 8, ..loan }), first);
    }
}
