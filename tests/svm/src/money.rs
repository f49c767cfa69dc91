use anchor_spl::associated_token::{
    get_associated_token_address_with_program_id, spl_associated_token_account,
};
use anchor_spl::token::spl_token;
use anchor_spl::token_2022::spl_token_2022;
use anchor_spl::token_2022::spl_token_2022::extension::ExtensionType;
use anchor_spl::token_2022::spl_token_2022::state::Mint;
use latchkey_client::{Instruction, Pubkey};
use solana_sdk::native_token::LAMPORTS_PER_SOL;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::{Outcome, TestChain, person};

/// Decimals of every mint.
const DECIMALS: u8 = 6;

/// A kind of Token-2022 extension, and the instruction that gives it to a mint.
pub type Extension = (ExtensionType, Instruction);

/// What loans are paid in.
#[derive(Debug)]
pub struct Money {
    pub mint: Pubkey,
    /// The program that owns it.
    pub token_program: Pubkey,
    /// Who makes it.
    pub issuer: Keypair,
}

impl Clone for Money {
    fn clone(&self) -> Self {
        Self { issuer: self.issuer.insecure_clone(), ..*self }
    }
}

impl Money {
    /// An SPL Token mint.
    pub fn spl(chain: &mut TestChain) -> Self {
        Self::make(chain, "SPL mint", spl_token::ID, &[], &[])
    }

    /// The address of the Token-2022 mint of this name.
    pub fn address(name: &str) -> Pubkey {
        person(name).pubkey()
    }

    /// A Token-2022 mint with extensions; `after` runs once it is initialised, signed by its issuer.
    pub fn token_2022(
        chain: &mut TestChain,
        name: &str,
        extensions: &[Extension],
        after: &[Instruction],
    ) -> Self {
        Self::make(chain, name, spl_token_2022::ID, extensions, after)
    }

    fn make(
        chain: &mut TestChain,
        name: &str,
        token_program: Pubkey,
        extensions: &[Extension],
        after: &[Instruction],
    ) -> Self {
        let (issuer, mint) = (person("issuer"), person(name));
        chain.airdrop(&issuer.pubkey(), LAMPORTS_PER_SOL);
        let (kinds, starts): (Vec<_>, Vec<_>) = extensions.iter().cloned().unzip();
        let space = ExtensionType::try_calculate_account_len::<Mint>(&kinds).expect("they go together");
        let create = solana_system_interface::instruction::create_account(
            &issuer.pubkey(),
            &mint.pubkey(),
            LAMPORTS_PER_SOL / 10,
            space as u64,
            &token_program,
        );
        // Token-2022 builds the instruction for both programs: they share it.
        let initialise = spl_token_2022::instruction::initialize_mint2(
            &token_program,
            &mint.pubkey(),
            &issuer.pubkey(),
            Some(&issuer.pubkey()),
            DECIMALS,
        )
        .expect("it is a token program");
        let instructions: Vec<_> =
            [create].into_iter().chain(starts).chain([initialise]).chain(after.iter().cloned()).collect();
        chain.send(&instructions, &[&issuer, &mint]).holds();
        Self { mint: mint.pubkey(), token_program, issuer }
    }

    /// The associated token account of an owner.
    pub fn account(&self, owner: &Pubkey) -> Pubkey {
        get_associated_token_address_with_program_id(owner, &self.mint, &self.token_program)
    }

    /// Opens the associated token account of an owner, with an amount in it.
    pub fn open(&self, chain: &mut TestChain, owner: &Pubkey, amount: u64) -> Pubkey {
        let account = self.account(owner);
        let create = spl_associated_token_account::instruction::create_associated_token_account_idempotent(
            &self.issuer.pubkey(),
            owner,
            &self.mint,
            &self.token_program,
        );
        let fill = spl_token_2022::instruction::mint_to(
            &self.token_program,
            &self.mint,
            &account,
            &self.issuer.pubkey(),
            &[],
            amount,
        )
        .expect("it is a token program");
        // A mint may freeze new accounts, and then even nothing cannot be put into them.
        let instructions = if amount > 0 { vec![create, fill] } else { vec![create] };
        chain.send(&instructions, &[&self.issuer]).holds();
        account
    }

    /// A plain transfer, which the contract does not see.
    pub fn transfer(
        &self,
        chain: &mut TestChain,
        from: &Pubkey,
        to: &Pubkey,
        owner: &Keypair,
        amount: u64,
    ) -> Outcome {
        let transfer = spl_token_2022::instruction::transfer_checked(
            &self.token_program,
            from,
            &self.mint,
            to,
            &owner.pubkey(),
            &[],
            amount,
            DECIMALS,
        )
        .expect("it is a token program");
        chain.send(&[transfer], &[owner])
    }

    /// Closes an empty token account; its lamports go to the issuer.
    pub fn close(&self, chain: &mut TestChain, account: &Pubkey, owner: &Keypair) {
        let close = spl_token_2022::instruction::close_account(
            &self.token_program,
            account,
            &self.issuer.pubkey(),
            &owner.pubkey(),
            &[],
        )
        .expect("it is a token program");
        chain.send(&[close], &[owner]).holds();
    }

    /// Moves all of a token account to its issuer, where it is as good as gone, and closes it.
    pub fn empty_and_close(&self, chain: &mut TestChain, account: &Pubkey, owner: &Keypair) {
        let away = self.open(chain, &self.issuer.pubkey(), 0);
        let amount = chain.tokens(account);
        self.transfer(chain, account, &away, owner, amount).holds();
        self.close(chain, account, owner);
    }

    /// Freezes a token account.
    pub fn freeze(&self, chain: &mut TestChain, account: &Pubkey) {
        let freeze = spl_token_2022::instruction::freeze_account(
            &self.token_program,
            account,
            &self.mint,
            &self.issuer.pubkey(),
            &[],
        )
        .expect("it is a token program");
        chain.send(&[freeze], &[&self.issuer]).holds();
    }

    /// Ends the freeze of a token account.
    pub fn thaw(&self, chain: &mut TestChain, account: &Pubkey) {
        let thaw = spl_token_2022::instruction::thaw_account(
            &self.token_program,
            account,
            &self.mint,
            &self.issuer.pubkey(),
            &[],
        )
        .expect("it is a token program");
        chain.send(&[thaw], &[&self.issuer]).holds();
    }
}
