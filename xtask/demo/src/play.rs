//! `--app`: a loan whose parties are the people who open the web page.

use std::path::Path;

use anyhow::Result;
use latchkey_harness::{
    page::PageServer,
    sponsor::SponsorProcess,
    story::{Chain as _, Parties, Script},
    testbed::LocalTestbed,
};
use serde::Serialize;
use solana_sdk::{native_token::LAMPORTS_PER_SOL, signature::Keypair, signer::Signer as _};
use tempfile::TempDir;

use crate::tell::Teller;

/// What the lender and the sponsor have for fees and deposits, lamports. The borrower has none: the sponsor pays.
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
    let sponsor_key = Keypair::new();
    for party in [&sponsor_key, &parties.authority] {
        testbed.chain.airdrop(&party.pubkey(), PURSE).await?;
    }
    let place = TempDir::new()?;
    let sponsor =
        SponsorProcess::start(place.path(), &testbed.localnet.url(), &parties.lender, &sponsor_key).await?;
    let link = |server: &PageServer, key: &Keypair, screen| {
        server.link(&testbed.localnet, Some(&sponsor), key, screen)
    };
    let served = Served {
        borrower: link(&borrowers, &parties.borrower, &format!("loan/{}", keys.loan)),
        lender: link(&lenders, &parties.authority, &format!("lender/{}", parties.lender)),
    };
    teller.served(&served)?;
    testbed.ended().await
}
