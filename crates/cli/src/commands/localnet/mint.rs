//! `latchkey localnet mint`

use std::rc::Rc;

use anchor_spl::token::spl_token;
use anyhow::Result;
use clap::Args;
use latchkey_cli::party::Party;
use latchkey_cli::printer::View;
use serde_json::json;
use solana_sdk::program_pack::Pack as _;
use solana_sdk::signature::Keypair;

use crate::context::Context;

/// Create a mint of test tokens
///
/// The key of --keypair is its mint authority.
#[derive(Args)]
pub struct Mint {
    /// Digits after the decimal point
    #[arg(long, default_value_t = 6, value_name = "N")]
    decimals: u8,
}

impl Mint {
    pub async fn execute(&self, context: &Context) -> Result<()> {
        let authority = context.me()?;
        let payer = context.payer()?.address();
        let mint = Party::Here(Rc::new(Keypair::new()));
        let space = spl_token::state::Mint::LEN;
        let rent = context.cluster.rpc.get_minimum_balance_for_rent_exemption(space).await?;
        let instructions = [
            solana_system_interface::instruction::create_account(
                &payer,
                &mint.address(),
                rent,
                space as u64,
                &spl_token::ID,
            ),
            spl_token::instruction::initialize_mint2(
                &spl_token::ID,
                &mint.address(),
                &authority.address(),
                None,
                self.decimals,
            )?,
        ];
        let address = mint.address().to_string();
        let view =
            View::new(json!({ "mint": address, "decimals": self.decimals }), format!("mint {address}"));
        context.run("creating the mint", &instructions, &[&mint], view).await
    }
}
