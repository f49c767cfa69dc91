//! A plan's instructions, in as few transactions as they fit into.

use latchkey_client::instructions::{self, InitLender, SetFunction};
use latchkey_client::latchkey::instructions::InitLenderArgs;
use latchkey_client::{Instruction, Pubkey};

use super::{Change, DesiredLender, LenderKeys, Plan};
use crate::chain::Mint;
use crate::send;

impl Plan {
    /// The instructions of each transaction. After each transaction the lender is valid, so if one fails, a new plan
    /// contains what is left.
    pub fn transactions(
        &self,
        desired: &DesiredLender,
        keys: &LenderKeys,
        mint: &Mint,
        payer: &Pubkey,
    ) -> Vec<Vec<Instruction>> {
        let mut transactions: Vec<Vec<Instruction>> = Vec::new();
        for change in &self.changes {
            let instructions = change.instructions(desired, keys, mint, *payer);
            match transactions.last_mut() {
                Some(last) if send::fits(&[&last[..], &instructions[..]].concat(), payer) => {
                    last.extend(instructions);
                }
                _ => transactions.push(instructions),
            }
        }
        transactions
    }
}

impl Change {
    fn instructions(
        &self,
        desired: &DesiredLender,
        keys: &LenderKeys,
        mint: &Mint,
        payer: Pubkey,
    ) -> Vec<Instruction> {
        let LenderKeys { lender, authority, treasury } = *keys;
        let servicer = desired.servicer.unwrap_or(authority);
        match self {
            Self::Init => {
                let who = InitLender { payer, authority, mint: mint.address, treasury };
                let keepers = desired.keepers.clone();
                let args = InitLenderArgs { servicer, floors: desired.floors, keepers };
                vec![mint.create_account_of(&authority, &payer), instructions::init_lender(&who, args)]
            }
            Self::Policy => vec![instructions::set_policy(lender, authority, desired.floors)],
            Self::Servicer => vec![instructions::set_servicer(lender, authority, servicer)],
            Self::Keepers => vec![instructions::set_keepers(lender, authority, desired.keepers.clone())],
            Self::Function(action, args) => {
                let who = SetFunction { payer, authority, lender };
                vec![instructions::set_function(&who, *action, args.clone())]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::lender_file::LenderFile;

    #[test]
    fn a_lender_with_the_longest_addresses_takes_transactions_that_fit() {
        let keys: [String; 3] = std::array::from_fn(|_| Pubkey::new_unique().to_string());
        let uri = format!("https://{}", "x".repeat(120));
        let listed: Vec<String> =
            keys.iter().map(|key| format!("{{ key = \"{key}\", uri = \"{uri}\" }}")).collect();
        let text = include_str!("../../../../migrations/lender.toml");
        let text = text.replace("MINT", &keys[0]).replace(
            "command_keys = [{ key = \"COMMAND_KEY\" }]",
            &format!("command_keys = [{}]", listed.join(", ")),
        );
        let desired = LenderFile::parse(&text).unwrap().desired(6).unwrap();
        for args in desired.functions.values() {
            assert!(args.command_keys.len() == 3 && args.command_keys.iter().all(|key| key.uri.len() == 128));
        }

        let [lender, authority, payer] = std::array::from_fn(|_| Pubkey::new_unique());
        let mint = Mint { address: desired.mint, decimals: 6, token_program: anchor_spl::token::ID };
        let keys = LenderKeys { lender, authority, treasury: mint.account_of(&authority) };
        let plan = Plan::new(&desired, &keys, None, &BTreeMap::new(), 6).unwrap();
        let transactions = plan.transactions(&desired, &keys, &mint, &payer);
        assert!(transactions.iter().all(|instructions| send::fits(instructions, &payer)));
        // Treasury, lender and three functions, each once.
        assert_eq!(transactions.iter().map(Vec::len).sum::<usize>(), 5);
        assert!(transactions.len() > 1);
    }
}
