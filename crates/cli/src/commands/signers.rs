//! The options that say who signs for lender and borrower.

use anyhow::Result;
use clap::Args;
use latchkey_cli::party::{Party, PartyArg};
use latchkey_client::latchkey::state::{Lender, Loan};

use crate::context::Context;

#[derive(Args)]
pub struct LenderKey {
    /// The lender's authority or servicer: a keypair file, or an address whose owner signs later [default: --keypair]
    #[arg(long, value_name = "FILE")]
    lender_keypair: Option<PartyArg>,
}

#[derive(Args)]
pub struct AuthorityKey {
    /// The lender's authority: a keypair file, or an address whose owner signs later [default: --keypair]
    #[arg(long, value_name = "FILE")]
    authority_keypair: Option<PartyArg>,
}

#[derive(Args)]
pub struct BorrowerKey {
    /// The borrower: a keypair file, or an address whose owner signs later [default: --keypair]
    #[arg(long, value_name = "FILE")]
    borrower_keypair: Option<PartyArg>,
}

/// For commands that lender and borrower sign together.
#[derive(Args)]
pub struct BothKeys {
    #[command(flatten)]
    lender: LenderKey,
    #[command(flatten)]
    borrower: BorrowerKey,
}

impl LenderKey {
    /// The given key, or else the key of --keypair, whether the lender knows it or not.
    pub fn party(&self, context: &Context) -> Result<Party> {
        context.party(self.lender_keypair.as_ref())
    }

    /// Who signs for the lender: the given key, the key of --keypair if it may, or else the servicer, later.
    pub fn signer(&self, context: &Context, lender: &Lender) -> Result<Party> {
        let party = self.party(context)?;
        let may_sign = self.lender_keypair.is_some() || lender.is_servicing(&party.address());
        // Without --sign-only the program refuses the wrong key, and its error says who must sign.
        Ok(if may_sign || !context.sign_only { party } else { Party::Elsewhere(lender.servicer) })
    }
}

impl AuthorityKey {
    /// Who signs as the authority: the given key, the key of --keypair if it is the authority's, or else the authority,
    /// later.
    pub fn signer(&self, context: &Context, lender: &Lender) -> Result<Party> {
        let party = context.party(self.authority_keypair.as_ref());
        match party {
            Ok(party) if self.authority_keypair.is_some() || party.address() == lender.authority => Ok(party),
            // Without --sign-only the program refuses the wrong key, and its error says who must sign.
            Ok(party) if !context.sign_only => Ok(party),
            Err(wrong) if self.authority_keypair.is_some() => Err(wrong),
            _ => Ok(Party::Elsewhere(lender.authority)),
        }
    }
}

impl BorrowerKey {
    /// The given key, if one is given.
    pub fn named(&self, context: &Context) -> Result<Option<Party>> {
        self.borrower_keypair.as_ref().map(|named| context.party(Some(named))).transpose()
    }

    /// Who signs for the borrower: the given key, the key of --keypair if it is the borrower's, or else the borrower,
    /// later.
    pub fn signer(&self, context: &Context, loan: &Loan) -> Result<Party> {
        if self.borrower_keypair.is_some() {
            return context.party(self.borrower_keypair.as_ref());
        }
        match context.me() {
            Ok(me) if me.address() == loan.borrower => Ok(me),
            _ => Ok(Party::Elsewhere(loan.borrower)),
        }
    }
}

impl BothKeys {
    /// Who signs for the lender alone.
    pub fn lender(&self, context: &Context, lender: &Lender) -> Result<Party> {
        self.lender.signer(context, lender)
    }

    /// Who signs for lender and borrower. If the key of --keypair is the borrower's, the servicer signs later.
    pub fn both(&self, context: &Context, lender: &Lender, loan: &Loan) -> Result<(Party, Party)> {
        let borrower = self.borrower.signer(context, loan)?;
        let is_borrower = |me: Party| me.address() == loan.borrower;
        let lender_signer = if self.lender.lender_keypair.is_none() && context.me().is_ok_and(is_borrower) {
            Party::Elsewhere(lender.servicer)
        } else {
            self.lender.signer(context, lender)?
        };
        Ok((lender_signer, borrower))
    }
}
