//! The RPC methods that the keeper calls, and how often it called each.

use std::sync::atomic::{AtomicU64, Ordering};

/// A method of the JSON-RPC interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    GetAccountInfo,
    GetClusterNodes,
    GetEpochSchedule,
    GetGenesisHash,
    GetLatestBlockhash,
    GetMinimumBalanceForRentExemption,
    GetMultipleAccounts,
    GetProgramAccounts,
    GetRecentPrioritizationFees,
    GetSignatureStatuses,
    GetSlot,
    GetSlotLeaders,
    IsBlockhashValid,
    SendTransaction,
    SimulateTransaction,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::GetAccountInfo,
        Self::GetClusterNodes,
        Self::GetEpochSchedule,
        Self::GetGenesisHash,
        Self::GetLatestBlockhash,
        Self::GetMinimumBalanceForRentExemption,
        Self::GetMultipleAccounts,
        Self::GetProgramAccounts,
        Self::GetRecentPrioritizationFees,
        Self::GetSignatureStatuses,
        Self::GetSlot,
        Self::GetSlotLeaders,
        Self::IsBlockhashValid,
        Self::SendTransaction,
        Self::SimulateTransaction,
    ];

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GetAccountInfo => "getAccountInfo",
            Self::GetClusterNodes => "getClusterNodes",
            Self::GetEpochSchedule => "getEpochSchedule",
            Self::GetGenesisHash => "getGenesisHash",
            Self::GetLatestBlockhash => "getLatestBlockhash",
            Self::GetMinimumBalanceForRentExemption => "getMinimumBalanceForRentExemption",
            Self::GetMultipleAccounts => "getMultipleAccounts",
            Self::GetProgramAccounts => "getProgramAccounts",
            Self::GetRecentPrioritizationFees => "getRecentPrioritizationFees",
            Self::GetSignatureStatuses => "getSignatureStatuses",
            Self::GetSlot => "getSlot",
            Self::GetSlotLeaders => "getSlotLeaders",
            Self::IsBlockhashValid => "isBlockhashValid",
            Self::SendTransaction => "sendTransaction",
            Self::SimulateTransaction => "simulateTransaction",
        }
    }
}

/// Counts calls by method. What was put off because the node had asked for a pause is not counted.
#[derive(Debug, Default)]
pub struct CallCounts([AtomicU64; Method::ALL.len()]);

impl CallCounts {
    pub(super) fn add(&self, method: Method) {
        self.0[method as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// How often a method was called.
    pub fn of(&self, method: Method) -> u64 {
        self.0[method as usize].load(Ordering::Relaxed)
    }
}
