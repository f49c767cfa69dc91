//! `latchkey loan originate`

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use latchkey_cli::chain::Mint;
use latchkey_cli::disclosure::Disclosure;
use latchkey_cli::party::{Party, PartyArg};
use latchkey_cli::printer::{View, rows};
use latchkey_cli::terms::TermsFile;
use latchkey_cli::transaction::contents::NewLoan;
use latchkey_cli::units::money;
use latchkey_client::errors::Refusal;
use latchkey_client::instructions::{self, LoanKeys};
use latchkey_client::latchkey::rules::terms::check_terms;
use latchkey_client::latchkey::state::Action;
use latchkey_client::{Instruction, Pubkey};
use serde_json::json;

use crate::commands::signers::LenderKey;
use crate::context::Context;

/// Write a loan: lender and borrower sign its terms, the seller receives the principal
///
/// Shows the schedule and the cost of credit first. Lender, borrower and payer sign: with their key files here, or with
/// --sign-only and `latchkey sign`.
#[derive(Args)]
pub struct Originate {
    /// The terms file
    #[arg(long, value_name = "FILE")]
    terms: PathBuf,
    /// The vehicle that secures the loan
    #[arg(long, value_name = "ADDRESS")]
    vehicle: Pubkey,
    /// Who receives the principal: a token account, or an owner, whose associated token account is created if it does
    /// not exist
    #[arg(long, value_name = "ADDRESS")]
    seller: Pubkey,
    /// The borrower: a keypair file, or an address whose owner signs later
    #[arg(long, value_name = "FILE")]
    borrower_keypair: PartyArg,
    /// The first deposit into the escrow, SOL [default: the minimum, one fee of each function]
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

        let lender_signer = self.lender.party(context)?;
        let borrower = Party::load(&self.borrower_keypair)?;
        let payer = context.payer()?.address();
        let escrow_lamports = match self.escrow {
            Some(lamports) => lamports,
            None => self.fees(context, &vehicle.lender).await?,
        };
        let (seller, create) = self.seller(context, &mint, &payer).await?;
        let keys = LoanKeys::new(vehicle.lender, &lender, self.vehicle, vehicle.loans, mint.token_program);
        let who = instructions::Originate {
            payer,
            lender_signer: lender_signer.address(),
            borrower: borrower.address(),
            seller,
        };
        let originate = instructions::originate(&keys, &who, terms, escrow_lamports);
        let instructions: Vec<Instruction> = create.into_iter().chain([originate]).collect();

        let loan = NewLoan {
            terms,
            escrow_lamports,
            borrower: borrower.address(),
            lender: vehicle.lender,
            vehicle: self.vehicle,
            mint: mint.address,
            seller,
        };
        context.printer.note(&format!("{disclosure}\n\n{}\n", rows(loan.parties())));
        context.confirm("Sign this loan?")?;
        let view = View::new(
            json!({
                "loan": keys.loan.to_string(),
                "wallet": keys.wallet.to_string(),
                "escrow_lamports": escrow_lamports,
                "disclosure": disclosure.json(),
            }),
            rows([("loan", keys.loan.to_string()), ("car wallet", keys.wallet.to_string())]),
        );
        context.run("the loan", &instructions, &[&lender_signer, &borrower], view).await
    }

    /// One fee of each function, lamports.
    async fn fees(&self, context: &Context, lender: &Pubkey) -> Result<u64> {
        let functions = context.cluster.functions(lender).await?;
        if let Some(missing) = Action::ALL.iter().find(|action| !functions.contains_key(action)) {
            bail!(
                "the lender {lender} has no function for {missing}: set all functions with `latchkey lender apply`"
            );
        }
        // Each is at most 10 SOL.
        Ok(functions.values().map(|function| function.fee).sum())
    }

    /// The seller's token account, and the instruction that creates it if it does not exist.
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
        let exists = context.cluster.account(&account).await?.is_some();
        Ok((account, (!exists).then(|| mint.create_account_of(&self.seller, payer))))
    }
}
