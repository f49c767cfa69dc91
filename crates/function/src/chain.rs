//! The chain, as far as a function needs it.

use std::error::Error;

use anchor_lang::prelude::Pubkey;
use async_trait::async_trait;

/// An account as it stands on chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainAccount {
    /// The program that owns it.
    pub owner: Pubkey,
    /// Its data.
    pub data: Vec<u8>,
}

/// Reads accounts. Whoever embeds the function brings one: an RPC node, or a ledger in process.
#[async_trait]
pub trait ChainReader: Send + Sync {
    /// All of `addresses`, in their order and as of one slot at commitment `confirmed`; `None` where there is no
    /// account. The Clock sysvar is read the same way.
    async fn read(&self, addresses: &[Pubkey]) -> Result<Vec<Option<ChainAccount>>, ReadError>;
}

/// The chain could not be read now.
#[derive(Debug, thiserror::Error)]
#[error("the chain could not be read")]
pub struct ReadError(#[source] Box<dyn Error + Send + Sync>);

impl ReadError {
    /// Wraps what the reader ran into.
    pub fn new(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }
}
