//! The rows, in chunks that never move, and the addresses by which they are found. An index holds numbers of rows and no
//! addresses: those are in the rows.

use std::hash::{BuildHasher as _, RandomState};

use anchor_lang::prelude::Pubkey;
use hashbrown::HashTable;

use super::row::Row;

/// Rows in a chunk.
const CHUNK: usize = 256;

/// Which row, as long as its loan exists. The number of a loan that was closed is used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::core) struct RowId(u32);

impl RowId {
    /// Before every row.
    pub const FIRST: Self = Self(0);

    const fn place(self) -> (usize, usize) {
        (self.0 as usize / CHUNK, self.0 as usize % CHUNK)
    }

    /// The next number.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// The address that an index finds a row by.
type KeyOf = fn(&Row) -> &Pubkey;

/// Every row.
#[derive(Default)]
pub(in crate::core) struct Rows {
    chunks: Vec<Vec<Option<Row>>>,
    free: Vec<RowId>,
    used: usize,
    hasher: RandomState,
    by_loan: HashTable<RowId>,
    by_vehicle: HashTable<RowId>,
    by_wallet: HashTable<RowId>,
}

impl Rows {
    pub fn get(&self, id: RowId) -> Option<&Row> {
        let (chunk, at) = id.place();
        self.chunks.get(chunk)?.get(at)?.as_ref()
    }

    pub fn get_mut(&mut self, id: RowId) -> Option<&mut Row> {
        let (chunk, at) = id.place();
        self.chunks.get_mut(chunk)?.get_mut(at)?.as_mut()
    }

    /// The loan at this address.
    pub fn of_loan(&self, loan: &Pubkey) -> Option<RowId> {
        let is = |id: &RowId| self.get(*id).is_some_and(|row| row.loan_key == *loan);
        self.by_loan.find(self.hasher.hash_one(loan), is).copied()
    }

    /// The loan of this wallet.
    pub fn of_wallet(&self, wallet: &Pubkey) -> Option<RowId> {
        let is = |id: &RowId| self.get(*id).is_some_and(|row| row.wallet_key == *wallet);
        self.by_wallet.find(self.hasher.hash_one(wallet), is).copied()
    }

    /// The loans of this vehicle: one, or for a moment also an older one whose end was not heard of yet.
    pub fn of_vehicle(&self, vehicle: &Pubkey) -> Vec<RowId> {
        let of = |id: &RowId| self.get(*id).is_some_and(|row| row.vehicle_key == *vehicle);
        let mut ids: Vec<RowId> =
            self.by_vehicle.iter_hash(self.hasher.hash_one(vehicle)).copied().filter(of).collect();
        ids.sort_unstable();
        ids
    }

    pub fn insert(&mut self, row: Row) -> RowId {
        let id = self.free.pop().unwrap_or_else(|| RowId(u32::try_from(self.ends()).unwrap_or(u32::MAX)));
        let keys = [row.loan_key, row.vehicle_key, row.wallet_key];
        let (chunk, at) = id.place();
        if chunk == self.chunks.len() {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        let chunk = &mut self.chunks[chunk];
        if at == chunk.len() {
            chunk.push(Some(row));
        } else {
            chunk[at] = Some(row);
        }
        self.used += 1;
        let Self { chunks, hasher, by_loan, by_vehicle, by_wallet, .. } = self;
        let indices: [(&mut HashTable<RowId>, KeyOf); 3] = [
            (by_loan, |row| &row.loan_key),
            (by_vehicle, |row| &row.vehicle_key),
            (by_wallet, |row| &row.wallet_key),
        ];
        for ((index, key), new) in indices.into_iter().zip(keys) {
            // A row that an index still holds exists.
            let rehash = |id: &RowId| {
                let (chunk, at) = id.place();
                chunks[chunk][at].as_ref().map_or(0, |row| hasher.hash_one(key(row)))
            };
            index.insert_unique(hasher.hash_one(new), id, rehash);
        }
        id
    }

    pub fn remove(&mut self, id: RowId) -> Option<Row> {
        let (chunk, at) = id.place();
        let row = self.chunks.get_mut(chunk)?.get_mut(at)?.take()?;
        for (index, key) in [
            (&mut self.by_loan, &row.loan_key),
            (&mut self.by_vehicle, &row.vehicle_key),
            (&mut self.by_wallet, &row.wallet_key),
        ] {
            if let Ok(entry) = index.find_entry(self.hasher.hash_one(key), |other| *other == id) {
                entry.remove();
            }
        }
        self.free.push(id);
        self.used -= 1;
        Some(row)
    }

    /// How many rows there are.
    pub const fn len(&self) -> usize {
        self.used
    }

    /// The rows from `first` on, at most `most` numbers of them; with the number to go on from, `None` at the end.
    pub fn slice(&self, first: RowId, most: usize) -> (Vec<RowId>, Option<RowId>) {
        let end = self.ends();
        let start = first.0 as usize;
        let stop = start.saturating_add(most).min(end);
        let ids = (start..stop).filter_map(|at| u32::try_from(at).ok().map(RowId));
        let used = ids.filter(|id| self.get(*id).is_some()).collect();
        (used, (stop < end).then(|| u32::try_from(stop).map(RowId).ok()).flatten())
    }

    fn ends(&self) -> usize {
        self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.len())
    }
}
