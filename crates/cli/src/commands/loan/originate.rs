//! `latchkey loan originate`

use std::path::PathBuf;

use anchor_spl::associated_token::spl_associated_token_account::instruction::create_associated_token_account_idempotent;
use anyhow::{Result, bail};
use clap::Args;
use latchkey_cli::chain::Mint;
use latchkey_cli::disclosure::Disclosure;
use latchkey_cli::keys::{Named, Party};
use latchkey_cli::printer::{View, rows};
use latchkey_cli::terms::TermsFile;
use latchkey_cli::units::money;
use latchkey_client::errors::Refusal;
use latchkey_client::instructions::{self, LoanKeys};
use latchkey_client::latchkey::rules::terms::check_terms;
use latchkey_client::{Instruction, Pubkey};
use serde_json::json;

use crate::commands::LenderKey;
use crate::context::Context;

/// The schedule and the cost of credit are shown first. Lender, borrower and payer sign: with their key files here, or
/// with --sign-only and `latchkey sign`.
#[derive(Args)]
pub struct Originate {
    /// The terms file
    #[arg(long, value_name = "FILE")]
    terms: PathBuf,
    /// The car that secures it
    #[arg(long, value_name = "ADDRESS")]
    vehicle: Pubkey,
    /// Who is paid the principal: a token account, or a wallet, whose token account is made if it is missing
    #[arg(long, value_name = "ADDRESS")]
    seller: Pubkey,
    /// The borrower: a keypair file, or an address whose owner signs later
    #[arg(long, value_name = "FILE")]
    borrower_keypair: Named,
    /// What starts the escrow, SOL [default: one fee of each function, which is the least]
    #[arg(long, value_name = "SOL", value_parser = money::parse_sol)]
    escrow: Option<u64>,
    #[command(flatten)]
    lender: LenderKey,
}

impl Originate {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let file = TermsFile::load(&self.terms)?;
        let cluster = &context.cluster;
        let vehicle = cluster.vehicle(&self.vehicle).await?;
        let lender = cluster.lender(&vehicle.lender).await?;
        let mint = cluster.mint(&lender.mint).await?;
        let now = cluster.now().await?;
        let terms = file.terms(mint.decimals, now)?;
        check_terms(&terms, &lender.floors, now).map_err(|rule| Refusal(rule.into()))?;
        let disclosure = Disclosure::new(&terms, now, mint.decimals)?;

        let lender_signer = context.party(self.lender.lender_keypair.as_ref())?;
        let borrower = Party::load(&self.borrower_keypair)?;
        let payer = context.payer()?.address();
        let escrow = match self.escrow {
            Some(lamports) => lamports,
            None => self.fees(context, &vehicle.lender).await?,
        };
        let (seller, account) = self.seller(context, &mint, &payer).await?;
        let keys = LoanKeys::new(vehicle.lender, &lender, self.vehicle, vehicle.loans, mint.token_program);
        let who = instructions::Originate {
            payer,
            lender_signer: lender_signer.address(),
            borrower: borrower.address(),
            seller,
        };
        let originate = instructions::originate(&keys, &who, terms, escrow);
        let instructions: Vec<Instruction> = account.into_iter().chain([originate]).collect();

        let parties = [
            ("borrower", borrower.address().to_string()),
            ("lender", vehicle.lender.to_string()),
            ("vehicle", self.vehicle.to_string()),
            ("paid in", mint.address.to_string()),
            ("principal goes to", seller.to_string()),
            ("escrow starts with", format!("{} SOL", money::show_sol(escrow))),
        ];
        context.printer.note(&format!("{disclosure}\n\n{}\n", rows(parties)));
        context.confirm("Sign this loan?")?;
        let view = View::new(
            json!({
                "loan": keys.loan.to_string(),
                "wallet": keys.wallet.to_string(),
                "escrow_lamports": escrow,
                "disclosure": disclosure.json(),
            }),
            rows([("loan", keys.loan.to_string()), ("car wallet", keys.wallet.to_string())]),
        );
        context.run("the loan", &instructions, &[&lender_signer, &borrower], view).await
    }

    /// One fee of each function.
    async fn fees(&self, context: &Context, lender: &Pubkey) -> Result<u64> {
        let functions = context.cluster.functions(lender).await?;
        if functions.iter().any(Option::is_none) {
            bail!(
                "the lender {lender} does not offer all of warn, lock and unlock: set them with `latchkey lender apply`"
            );
        }
        // Each is at most 10 SOL.
        Ok(functions.iter().flatten().map(|function| function.fee).sum())
    }

    /// The seller's token account, and what makes it if it is missing.
    async fn seller(
        &self,
        context: &Context,
        mint: &Mint,
        payer: &Pubkey,
    ) -> Result<(Pubkey, Option<Instruction>)> {
        let named = context.cluster.account(&self.seller).await?;
        if named.is_some_and(|account| account.owner == mint.token_program) {
            return Ok((self.seller, None));
        }
        let account = mint.account_of(&self.seller);
        if context.cluster.account(&account).await?.is_some() {
            return Ok((account, None));
        }
        let make = create_associated_token_account_idempotent(
            payer,
            &self.seller,
            &mint.address,
            &mint.token_program,
        );
        Ok((account, Some(make)))
    }
}
