//! Who signs commands: keys in files ([`crate::CommandKeys`]), or a service that keeps them ([`crate::RemoteSigner`]).

use anchor_lang::prelude::Pubkey;
use async_trait::async_trait;
use latchkey_link::redacted::RedactedError;
use latchkey_protocol::sealed::Envelope;

/// Signs commands to cars.
#[async_trait]
pub trait CommandSigner: Send + Sync {
    /// The public keys that it can sign for.
    fn keys(&self) -> Vec<Pubkey>;

    /// Signs `command` with `key`, one of its own.
    async fn sign(&self, key: &Pubkey, command: &[u8]) -> Result<Envelope, SignError>;
}

/// Why a command was not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    #[error("this signer does not hold {0}: name it in the signer's configuration")]
    NotHeld(Pubkey),
    #[error("the signing service did not answer in time, or could not be reached")]
    Unreachable(#[source] RedactedError),
    #[error("the signing service answered with status {0}: check its log and this function's token")]
    Status(u16),
    #[error("the signing service's answer holds no signature of {0} over the command")]
    WrongSignature(Pubkey),
}
