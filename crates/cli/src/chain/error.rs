use latchkey_client::Pubkey;
use latchkey_client::accounts::AccountError;
use latchkey_link::redacted::RedactedError;

/// Why something cannot be read from the cluster.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    #[error("the cluster at {url} does not answer: check --url, and that the cluster runs")]
    Unreachable {
        url: String,
        #[source]
        source: RedactedError,
    },
    #[error("there is no {what} at {address} on this cluster: check the address, and --url")]
    Missing { what: &'static str, address: Pubkey },
    #[error("the loan at {0} is closed: `latchkey loan withdraw` takes back what came to it since")]
    Closed(Pubkey),
    #[error("there is no {what} at {address}: that account belongs to the program {owner}")]
    Foreign { what: &'static str, address: Pubkey, owner: Pubkey },
    #[error("the {what} at {address} cannot be decoded: check the address, and that latchkey is up to date")]
    Malformed {
        what: &'static str,
        address: Pubkey,
        #[source]
        source: AccountError,
    },
    #[error("the cluster has no Clock sysvar: check that --url names a Solana cluster")]
    NoClock,
}
