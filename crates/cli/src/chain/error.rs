use latchkey_client::Pubkey;
use latchkey_client::accounts::AccountError;
use solana_rpc_client_api::client_error::Error as ClientError;

/// Why something cannot be read from the cluster.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    #[error("the cluster at {url} does not answer: check --url, and that the cluster runs")]
    Unreachable {
        url: String,
        #[source]
        source: Box<ClientError>,
    },
    #[error("there is no {what} at {address} on this cluster: check the address, and --url")]
    Missing { what: &'static str, address: Pubkey },
    #[error("{address} is not a {what}: the program {owner} owns it")]
    Foreign { what: &'static str, address: Pubkey, owner: Pubkey },
    #[error("{address} is not a {what}: check the address")]
    Malformed {
        what: &'static str,
        address: Pubkey,
        #[source]
        source: AccountError,
    },
    #[error("the cluster has no Clock sysvar: check that --url names a Solana cluster")]
    NoClock,
}
