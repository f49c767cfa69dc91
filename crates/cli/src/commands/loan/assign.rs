//! `latchkey loan assign`

use anyhow::Result;
use clap::Args;
use latchkey_cli::party::PartyArg;
use latchkey_cli::printer::{View, rows};
use latchkey_cli::units::{date, money};
use latchkey_client::Pubkey;
use latchkey_client::instructions::{self, Sale};
use latchkey_client::protocol::HandOverReceipt;
use serde_json::json;

use crate::commands::LoanArg;
use crate::commands::agreement::{Agreement, add_agreed};
use crate::commands::envelope::EnvelopeArg;
use crate::commands::signers::AuthorityKey;
use crate::context::Context;
use crate::failure::Usage;

/// Sell a loan to another lender of the same mint. Both authorities sign
///
/// The car must have taken the buyer's keyring at most 7 days ago, and its signed receipt of that goes along. Terms, hold,
/// stay, notices and emergency starts stay as they are; the address of the unlock function becomes the buyer's, and the escrow
/// passes to the buyer. Collect first: nothing may wait
/// in the wallet for the seller. The price is between the lenders.
#[derive(Args)]
pub struct Assign {
    #[command(flatten)]
    loan: LoanArg,
    /// The lender that buys
    #[arg(long, value_name = "ADDRESS")]
    buyer: Pubkey,
    /// The buyer's authority: a keypair file, or an address whose owner signs later [default: it signs later]
    #[arg(long, value_name = "FILE")]
    buyer_keypair: Option<PartyArg>,
    /// The car's signed receipt of the keyring hand-over: hex, a file of hex, or - for standard input
    #[arg(long, value_name = "HEX")]
    receipt: EnvelopeArg,
    #[command(flatten)]
    agreement: Agreement,
    #[command(flatten)]
    authority: AuthorityKey,
}

impl Assign {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let receipt = self.receipt.read("a receipt of a keyring hand-over")?;
        let handed = HandOverReceipt::decode(&receipt.payload)
            .map_err(|error| Usage(format!("this is not a receipt of a keyring hand-over: {error}")))?;
        let accounts = self.loan.read(context).await?;
        let buyer = context.cluster.lender(&self.buyer).await?;
        let seller = self.authority.signer(context, &accounts.lender)?;
        let buying = match &self.buyer_keypair {
            Some(named) => context.party(Some(named))?,
            None => match context.me() {
                Ok(me) if me.address() == buyer.authority => me,
                _ => latchkey_cli::party::Party::Elsewhere(buyer.authority),
            },
        };
        let agreed = self.agreement.of(context, &accounts);
        let loan = accounts.keys.loan;
        let quote = accounts.quote()?;
        let principal = money::show(quote.principal, accounts.mint.decimals);
        let told = [
            ("loan", loan.to_string()),
            ("seller", accounts.keys.lender.to_string()),
            ("buyer", self.buyer.to_string()),
            ("principal owed", principal.clone()),
            ("interest owed", money::show(quote.interest, accounts.mint.decimals)),
            ("keyring handed over", date::show(handed.device_time)),
        ];
        context.printer.note(&rows(told));
        context.confirm("Sell this loan?")?;
        let sale = Sale { authority: seller.address(), buyer: self.buyer, buyer_authority: buying.address() };
        let assign = instructions::assign(&accounts.keys, &sale, agreed, &receipt)?;
        let mut view = View::new(
            json!({
                "loan": loan.to_string(),
                "lender": self.buyer.to_string(),
                "principal": principal,
            }),
            format!("{loan} belongs to {}", self.buyer),
        );
        add_agreed(&mut view.json, agreed);
        context.run("the sale", &assign, &[&seller, &buying], view).await
    }
}
