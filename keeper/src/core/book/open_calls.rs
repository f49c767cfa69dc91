//! The function calls that are open: few beside the loans.

use std::collections::{BTreeMap, HashMap};

use anchor_lang::prelude::Pubkey;
use latchkey::state::Invocation;

use super::rows::RowId;
use super::slots::Mark;

/// Every open call, by loan and sequence number.
#[derive(Default)]
pub(in crate::core) struct OpenCalls {
    by_row: BTreeMap<(RowId, u64), OpenCall>,
    by_key: HashMap<Pubkey, (RowId, u64)>,
}

/// An open call.
pub(in crate::core) struct OpenCall {
    pub key: Pubkey,
    pub invocation: Invocation,
    pub read: Mark,
}

impl OpenCalls {
    pub fn get(&self, key: &Pubkey) -> Option<&OpenCall> {
        self.by_row.get(self.by_key.get(key)?)
    }

    /// The loan that a call is for.
    pub fn row(&self, key: &Pubkey) -> Option<RowId> {
        self.by_key.get(key).map(|(row, _)| *row)
    }

    /// A loan's calls, the oldest first.
    pub fn of(&self, row: RowId) -> impl Iterator<Item = &OpenCall> {
        self.by_row.range((row, 0)..=(row, u64::MAX)).map(|(_, call)| call)
    }

    /// Every call and the loan that it is for.
    pub fn all(&self) -> impl Iterator<Item = (RowId, &OpenCall)> {
        self.by_row.iter().map(|((row, _), call)| (*row, call))
    }

    /// Takes in a call. Returns whether it differs from what was known.
    pub fn insert(&mut self, row: RowId, call: OpenCall) -> bool {
        let place = (row, call.invocation.seq);
        self.by_key.insert(call.key, place);
        let claim = |call: &OpenCall| (call.invocation.claim(), call.invocation.last_lapsed());
        let after = claim(&call);
        self.by_row.insert(place, call).is_none_or(|before| claim(&before) != after)
    }

    /// Forgets a call that was closed, and says for which loan it was.
    pub fn remove(&mut self, key: &Pubkey) -> Option<RowId> {
        let place = self.by_key.remove(key)?;
        self.by_row.remove(&place);
        Some(place.0)
    }

    /// Calls last read before `complete`.
    pub fn older(&self, complete: Mark) -> Vec<Pubkey> {
        self.by_row.values().filter(|call| call.read < complete).map(|call| call.key).collect()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_row.len()
    }
}
