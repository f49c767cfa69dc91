//! Keys and lender of the global options and the settings.

use anyhow::Result;
use latchkey_cli::party::{Party, PartyArg};
use latchkey_client::{Pubkey, pda};

use super::Context;
use crate::failure::Usage;

impl Context {
    /// The key of --keypair.
    pub fn me(&self) -> Result<Party> {
        let named = self.keypair.as_ref().ok_or_else(|| {
            Usage(
                "no key to sign with: pass --keypair FILE, set LATCHKEY_KEYPAIR, or write keypair into the \
                 settings; `latchkey keygen` makes a key"
                    .to_owned(),
            )
        })?;
        Ok(Party::load(named)?)
    }

    /// The key that an option gives, or else the key of --keypair.
    pub fn party(&self, named: Option<&PartyArg>) -> Result<Party> {
        match named {
            Some(named) => Ok(Party::load(named)?),
            None => self.me(),
        }
    }

    /// The key that pays fees and rent.
    pub fn payer(&self) -> Result<Party> {
        self.party(self.payer.as_ref())
    }

    /// The lender account: as given, as set, or the one that the key of --keypair creates.
    pub fn lender(&self, named: Option<Pubkey>) -> Result<Pubkey> {
        match named.or(self.lender) {
            Some(address) => Ok(address),
            None => Ok(pda::lender(&self.me()?.address())),
        }
    }
}
