use anchor_spl::{
    associated_token::{get_associated_token_address_with_program_id, spl_associated_token_account},
    token::spl_token,
};
use anyhow::Result;
use latchkey_client::{
    Instruction, Pubkey,
    instructions::{
        InitLender, LoanKeys, Originate, SetFunction, init_lender, originate, register_vehicle, set_function,
    },
    latchkey::{
        instructions::{CommandKey, InitLenderArgs, SetFunctionArgs},
        state::{Action, PolicyFloors, Terms},
    },
    pda,
    protocol::sealed::Envelope,
};
use solana_sdk::{
    native_token::LAMPORTS_PER_SOL,
    program_pack::Pack,
    signature::{Keypair, Signature},
    signer::Signer,
};

use super::{
    chain::{Chain, ChainExt},
    script::{Offer, UNIT},
};
use crate::function::COSIGNER_URI;

/// Decimals of the mint.
const DECIMALS: u8 = 6;

/// The parties of a loan and their accounts.
#[derive(Debug)]
pub struct Parties {
    /// Pays all rent and deposits.
    pub funder: Keypair,
    /// Owns the lender.
    pub authority: Keypair,
    /// Owes the loan.
    pub borrower: Keypair,
    /// Signs the lender's commands to cars.
    pub command_key: Keypair,
    /// Another operator's key, which must sign each lock beside it; `None`: one signature is enough.
    pub cosigner: Option<Keypair>,
    /// What loans are paid in.
    pub mint: Keypair,
    /// The lender's account of the program.
    pub lender: Pubkey,
    /// The lender's tokens.
    pub treasury: Pubkey,
    /// The borrower's tokens.
    pub savings: Pubkey,
    /// The seller's tokens.
    pub seller_tokens: Pubkey,
    /// Where the lender's functions run; empty if at keepers.
    pub function_uri: &'static str,
    /// The keepers that the lender allows; empty for all.
    pub keepers: Vec<Pubkey>,
    seller: Pubkey,
}

impl Parties {
    /// New keys. Nothing is on any chain yet.
    pub fn new() -> Self {
        Self::with_keys(Keypair::new)
    }

    /// The same with these keys.
    pub fn with_keys(mut key: impl FnMut() -> Keypair) -> Self {
        let [funder, authority, borrower, command_key, mint] = std::array::from_fn(|_| key());
        let seller = key().pubkey();
        let tokens =
            |owner| get_associated_token_address_with_program_id(&owner, &mint.pubkey(), &spl_token::ID);
        Self {
            lender: pda::lender(&authority.pubkey()),
            treasury: tokens(authority.pubkey()),
            savings: tokens(borrower.pubkey()),
            seller_tokens: tokens(seller),
            function_uri: "",
            keepers: Vec::new(),
            seller,
            funder,
            authority,
            borrower,
            command_key,
            cosigner: None,
            mint,
        }
    }

    /// The same, with locks that another operator must sign too.
    #[must_use]
    pub fn cosigned(self) -> Self {
        Self { cosigner: Some(Keypair::new()), ..self }
    }

    /// The same, with functions that run at this address.
    #[must_use]
    pub fn served_at(self, function_uri: &'static str) -> Self {
        Self { function_uri, ..self }
    }

    /// Creates on a chain: a mint, tokens for lender and borrower, the lender and its functions.
    pub async fn set_up(&self, chain: &dyn Chain, offer: &Offer) -> Result<()> {
        chain.airdrop(&self.funder.pubkey(), 10 * LAMPORTS_PER_SOL).await?;
        self.make_money(chain).await?;
        let (payer, authority) = (self.funder.pubkey(), self.authority.pubkey());
        let who = InitLender { payer, authority, mint: self.mint.pubkey(), treasury: self.treasury };
        let floors = PolicyFloors {
            min_grace_secs: 0,
            min_grace_weekly_secs: 0,
            min_notice_secs: 0,
            min_notice_weekly_secs: 0,
            min_channels: 1,
            notice_after_default: false,
            min_final_notice_secs: 0,
            max_apr_ppm: 360_000,
            max_late_fee: 50 * UNIT,
            min_late_after_secs: 0,
            min_warn_after_secs: 0,
            min_emergency_secs: 86_400,
            min_emergency_max: 1,
            max_lock_ttl_secs: 30 * 86_400,
            public_unlock: false,
        };
        let args = InitLenderArgs { servicer: authority, floors, keepers: self.keepers.clone() };
        let mut instructions = vec![init_lender(&who, args)];
        let who = SetFunction { payer, authority, lender: self.lender };
        instructions
            .extend(Action::ALL.map(|action| set_function(&who, action, self.function(action, offer))));
        chain.send(&instructions, &[&self.funder, &self.authority]).await?;
        Ok(())
    }

    async fn make_money(&self, chain: &dyn Chain) -> Result<()> {
        let (funder, authority, mint) = (self.funder.pubkey(), self.authority.pubkey(), self.mint.pubkey());
        let space = spl_token::state::Mint::LEN;
        let rent = solana_sdk::rent::Rent::default().minimum_balance(space);
        let account = |owner: Pubkey| {
            spl_associated_token_account::instruction::create_associated_token_account(
                &funder,
                &owner,
                &mint,
                &spl_token::ID,
            )
        };
        let make = |to: &Pubkey, amount| {
            spl_token::instruction::mint_to(&spl_token::ID, &mint, to, &authority, &[], amount)
        };
        let instructions = [
            solana_system_interface::instruction::create_account(
                &funder,
                &mint,
                rent,
                space as u64,
                &spl_token::ID,
            ),
            spl_token::instruction::initialize_mint2(&spl_token::ID, &mint, &authority, None, DECIMALS)?,
            account(authority),
            account(self.borrower.pubkey()),
            account(self.seller),
            make(&self.treasury, 1_000_000 * UNIT)?,
            make(&self.savings, 1_000_000 * UNIT)?,
        ];
        chain.send(&instructions, &[&self.funder, &self.mint, &self.authority]).await?;
        Ok(())
    }

    fn function(&self, action: Action, offer: &Offer) -> SetFunctionArgs {
        let ttl_secs = match action {
            Action::Unlock => offer.unlock_ttl_secs,
            Action::Warn | Action::Lock => offer.ttl_secs,
        };
        let at = |key: &Keypair, uri: &str| CommandKey { key: key.pubkey(), uri: uri.to_owned() };
        let own = Some(at(&self.command_key, self.function_uri));
        let cosigner = self.cosigner.as_ref().filter(|_| action == Action::Lock);
        let cosigner = cosigner.map(|key| at(key, COSIGNER_URI));
        SetFunctionArgs {
            fee: offer.fee,
            bond: offer.bond,
            lease_secs: offer.lease_secs,
            ttl_secs,
            required: 1 + u8::from(cosigner.is_some()),
            command_keys: own.into_iter().chain(cosigner).collect(),
            code_hash: [0; 32],
        }
    }

    /// Registers a car by its signed enrolment. Returns the vehicle.
    pub async fn register(&self, chain: &dyn Chain, enrolment: &Envelope) -> Result<Pubkey> {
        let instructions = register_vehicle(self.funder.pubkey(), self.authority.pubkey(), enrolment)?;
        chain.send(&instructions, &[&self.funder, &self.authority]).await?;
        Ok(pda::vehicle(&Pubkey::new_from_array(enrolment.signer)))
    }

    /// Writes a loan on a car; `terms.first_due` is a time. The escrow starts with one fee of each function.
    pub async fn originate(
        &self,
        chain: &dyn Chain,
        vehicle: Pubkey,
        terms: Terms,
        offer: &Offer,
    ) -> Result<(LoanKeys, Signature)> {
        let fees = offer.fee * Action::ALL.len() as u64;
        self.originate_with(chain, vehicle, terms, fees).await
    }

    /// The same with so many lamports in the escrow.
    pub async fn originate_with(
        &self,
        chain: &dyn Chain,
        vehicle: Pubkey,
        terms: Terms,
        escrow: u64,
    ) -> Result<(LoanKeys, Signature)> {
        let lender = chain.lender(&self.lender).await?;
        let index = chain.vehicle(&vehicle).await?.loans;
        let keys = LoanKeys::new(self.lender, &lender, vehicle, index, spl_token::ID);
        let who = Originate {
            payer: self.funder.pubkey(),
            lender_signer: self.authority.pubkey(),
            borrower: self.borrower.pubkey(),
            seller: self.seller_tokens,
        };
        let signers = [&self.funder, &self.authority, &self.borrower];
        let signature = chain.send(&[originate(&keys, &who, terms, escrow)], &signers).await?;
        Ok((keys, signature))
    }

    /// The lender closes its treasury and moves the `amount` that it holds elsewhere. The authority signs.
    pub fn close_treasury(&self, amount: u64) -> Result<[Instruction; 2]> {
        let (token, authority) = (spl_token::ID, self.authority.pubkey());
        let emptied = spl_token::instruction::transfer_checked(
            &token,
            &self.treasury,
            &self.mint.pubkey(),
            &self.seller_tokens,
            &authority,
            &[],
            amount,
            DECIMALS,
        )?;
        let closed = spl_token::instruction::close_account(
            &token,
            &self.treasury,
            &self.funder.pubkey(),
            &authority,
            &[],
        )?;
        Ok([emptied, closed])
    }

    /// Anyone can create the treasury again. The funder pays.
    pub fn create_treasury(&self) -> Instruction {
        spl_associated_token_account::instruction::create_associated_token_account(
            &self.funder.pubkey(),
            &self.authority.pubkey(),
            &self.mint.pubkey(),
            &spl_token::ID,
        )
    }

    /// A plain token transfer from the borrower's savings to the car wallet.
    pub fn top_up(&self, keys: &LoanKeys, amount: u64) -> Result<Instruction> {
        Ok(spl_token::instruction::transfer_checked(
            &spl_token::ID,
            &self.savings,
            &self.mint.pubkey(),
            &keys.wallet,
            &self.borrower.pubkey(),
            &[],
            amount,
            DECIMALS,
        )?)
    }
}

impl Default for Parties {
    fn default() -> Self {
        Self::new()
    }
}
