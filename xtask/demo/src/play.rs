//! `--app`: a loan whose parties are the people who open the web page.

use std::path::Path;

use anyhow::Result;
use latchkey_harness::{
    page::PageServer,
    story::{Chain as _, Parties, Script},
    testbed::LocalTestbed,
};
use serde::Serialize;
use solana_sdk::{native_token::LAMPORTS_PER_SOL, signature::Keypair, signer::Signer as _};

use crate::tell::Teller;

/// What each party has for fees and deposits, lamports.
const PURSE: u64 = 10 * LAMPORTS_PER_SOL;

/// Where the page is served. Each party has an origin of its own, so that one browser can play both.
#[derive(Debug, Serialize)]
pub struct Served {
    /// Opens the loan, with the borrower's key in the burner wallet.
    pub borrower: String,
    /// Opens the portfolio, with the key of the lender's authority in the burner wallet.
    pub lender: String,
}

/// Writes the loan and serves the page. Returns when a process has ended, with how.
pub async fn host<T>(
    testbed: &mut LocalTestbed,
    parties: &Parties,
    dist: &Path,
    teller: &mut dyn Teller,
) -> Result<T> {
    let borrowers = PageServer::start(dist).await?;
    let lenders = PageServer::start(dist).await?;
    let keys = testbed.begin(parties, Script::hour(), teller.observer()).await?;
    for party in [&parties.borrower, &parties.authority] {
        testbed.chain.airdrop(&party.pubkey(), PURSE).await?;
    }
    let link = |server: &PageServer, key: &Keypair, screen| server.link(&testbed.localnet, key, screen);
    let served = Served {
        borrower: link(&borrowers, &parties.borrower, &format!("loan/{}", keys.loan)),
        lender: link(&lenders, &parties.authority, &format!("lender/{}", parties.lender)),
    };
    teller.served(&served)?;
    testbed.ended().await
}
