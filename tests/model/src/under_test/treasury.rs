//! Token accounts, apart from what the program does with them.

use anchor_spl::associated_token::spl_associated_token_account;
use anchor_spl::token::spl_token;
use latchkey_client::{Instruction, Pubkey};
use solana_sdk::program_option::COption;

use super::ChainUnderTest;
use crate::moves::Fate;
use crate::parties::{Who, person};
use crate::reference::{Model, TokenAccount};

impl ChainUnderTest {
    /// Puts a token account onto the chain.
    pub(super) fn put_tokens(&mut self, address: Pubkey, owner: Pubkey, amount: u64) {
        let account = spl_token::state::Account {
            mint: self.mint,
            owner,
            amount,
            delegate: COption::None,
            state: spl_token::state::AccountState::Initialized,
            is_native: COption::None,
            delegated_amount: 0,
            close_authority: COption::None,
        };
        self.put(address, account);
    }

    /// Takes what is in one of our token accounts away.
    pub(super) fn empty(&mut self, token_account: TokenAccount) {
        self.put_tokens(self.token_accounts[&token_account], person("seller"), 0);
    }

    /// Something happens to the lender's treasury.
    pub fn treasury(&mut self, fate: Fate, model: &Model) -> Vec<Instruction> {
        let lender = model.lender().expect("there is a lender");
        let (program, mint, issuer) = (self.token_program, self.mint, person("issuer"));
        let (treasury, owner) = (lender.treasury, lender.authority);
        let one = match fate {
            Fate::Frozen => spl_token::instruction::freeze_account(&program, &treasury, &mint, &issuer, &[]),
            Fate::Thawed => spl_token::instruction::thaw_account(&program, &treasury, &mint, &issuer, &[]),
            Fate::Closed => {
                let all = model.token_account_at(&treasury).map_or(0, |account| model.tokens[&account]);
                let seller = self.token_accounts[&TokenAccount::Seller];
                let close = spl_token::instruction::close_account(&program, &treasury, &owner, &owner, &[]);
                return vec![
                    self.pay(&treasury, &owner, &seller, all),
                    close.expect("it is the token program"),
                ];
            }
            Fate::Opened => Ok(spl_associated_token_account::instruction::create_associated_token_account(
                &Who::Payer.key(),
                &owner,
                &mint,
                &program,
            )),
        };
        vec![one.expect("it is the token program")]
    }
}
