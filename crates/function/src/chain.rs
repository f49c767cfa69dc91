//! What a function reads from the chain.

use std::error::Error;

use anchor_lang::prelude::Pubkey;
use async_trait::async_trait;

/// An account as it stands on chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainAccount {
    /// The program that owns the account.
    pub owner: Pubkey,
    pub data: Vec<u8>,
}

/// Reads accounts: from an RPC node, or from a ledger in this process.
#[async_trait]
pub trait ChainReader: Send + Sync {
    /// All of `addresses`, in their order and as of one slot at commitment `confirmed`; `None` where there is no
    /// account. The Clock sysvar is read the same way.
    async fn read(&self, addresses: &[Pubkey]) -> Result<Vec<Option<ChainAccount>>, ReadError>;

    /// The same as of `slot` or later. Only a ledger that cannot lag need not check.
    async fn read_since(
        &self,
        addresses: &[Pubkey],
        slot: u64,
    ) -> Result<Vec<Option<ChainAccount>>, ReadError> {
        let _ = slot;
        self.read(addresses).await
    }
}

/// Why the chain was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the chain could not be read")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
    /// Every node that answered lags.
    #[error("no node has reached slot {0}, which the asker has seen")]
    Behind(u64),
}

impl ReadError {
    /// Wraps the reader's error.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(cause.into())
    }
}
