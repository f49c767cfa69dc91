use anyhow::{Context, Result, ensure};
use latchkey_client::{Pubkey, protocol::sealed::sha256};
use solana_sdk::pubkey;

use super::{
    chain::{Chain, ChainExt},
    milestone::Milestone,
};

const LOADER: Pubkey = pubkey!("BPFLoaderUpgradeab1e11111111111111111111111");

/// The program as it is on the ledger.
pub(super) async fn deployed(chain: &dyn Chain) -> Result<Milestone> {
    let program = latchkey_client::PROGRAM_ID;
    let account = chain.account(&program).await?.context("the program is not on the ledger")?;
    ensure!(account.executable, "the program's account is not executable");
    // An upgradeable program's account names the one that holds its bytes, after a header of 45.
    let bytes = if account.owner == LOADER {
        let holder = account.data.get(4..36).and_then(|key| key.try_into().ok());
        let holder = Pubkey::new_from_array(holder.context("a program account without program data")?);
        chain.data("program data", &holder).await?.split_off(45)
    } else {
        account.data
    };
    let hash = sha256(&bytes);
    Ok(Milestone::Deployed { program, bytes: bytes.len(), sha256: hex::encode(hash), at: chain.now().await? })
}
