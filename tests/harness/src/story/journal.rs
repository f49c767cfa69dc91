use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use latchkey_client::{Pubkey, events::Event};
use solana_sdk::signature::Signature;

use super::chain::{Chain, Landed};

/// An event, and the transaction it happened in.
pub struct Entry {
    /// What happened.
    pub event: Event,
    /// In which transaction.
    pub landed: Arc<Landed>,
}

/// Every event so far of some addresses.
pub struct Journal {
    pages: Vec<Page>,
    seen: HashSet<Signature>,
    entries: Vec<Entry>,
}

/// One of the addresses, and how far its transactions have been read.
struct Page {
    address: Pubkey,
    read_to: Option<Signature>,
}

impl Journal {
    /// The journal of these addresses, from their first transactions.
    pub fn of(addresses: impl IntoIterator<Item = Pubkey>) -> Self {
        let page = |address| Page { address, read_to: None };
        let pages = addresses.into_iter().map(page).collect();
        Self { pages, seen: HashSet::new(), entries: Vec::new() }
    }

    /// What has been read so far: in the order it happened for each address, each transaction once.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Reads what has landed since.
    pub async fn read(&mut self, chain: &dyn Chain) -> Result<()> {
        for page in &mut self.pages {
            for landed in chain.history(&page.address, page.read_to).await? {
                page.read_to = Some(landed.signature);
                if self.seen.insert(landed.signature) {
                    let landed = Arc::new(landed);
                    let entry = |event| Entry { event, landed: Arc::clone(&landed) };
                    self.entries.extend(landed.events().into_iter().map(entry));
                }
            }
        }
        Ok(())
    }

    /// Reads on until `find` finds something.
    pub async fn until<T>(
        &mut self,
        chain: &dyn Chain,
        what: &str,
        limit: Duration,
        find: impl Fn(&[Entry]) -> Option<T>,
    ) -> Result<T> {
        let deadline = Instant::now() + limit;
        loop {
            self.read(chain).await?;
            if let Some(found) = find(&self.entries) {
                return Ok(found);
            }
            if Instant::now() > deadline {
                bail!("the chain did not show within {limit:?}: {what}");
            }
            chain.linger().await;
        }
    }
}
