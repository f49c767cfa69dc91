//! What has to change so that a lender on chain is as its file says.

use std::collections::BTreeMap;

use latchkey_client::Pubkey;
use latchkey_client::latchkey::instructions::SetFunctionArgs;
use latchkey_client::latchkey::state::{Action, Function, Lender};
use serde::Serialize;

use super::{DesiredLender, LenderFileError, function_args, function_rows, keepers_in_words, policy_rows};

/// The addresses that a lender's changes name.
#[derive(Clone, Copy, Debug)]
pub struct LenderKeys {
    /// The lender account.
    pub lender: Pubkey,
    /// Signs every change.
    pub authority: Pubkey,
    /// The lender's treasury, as it is or as it will be.
    pub treasury: Pubkey,
}

/// One change to a lender.
#[derive(Clone, Debug)]
pub enum Change {
    /// Create the lender with its policy, servicer and keepers.
    Init,
    Policy,
    Servicer,
    Keepers,
    Function(Action, SetFunctionArgs),
}

/// A setting that differs between the lender on chain and its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The setting's key in the file, such as `policy.max_apr`.
    pub key: String,
    /// The value on chain. None: the lender or the function does not exist yet.
    pub before: Option<String>,
    pub after: String,
}

/// What makes a lender as its file says.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In the order in which they must be made. Empty if nothing differs.
    pub changes: Vec<Change>,
    pub differences: Vec<Difference>,
}

impl Plan {
    /// Compares a lender with what is on chain. `decimals` are those of its mint.
    pub fn new(
        desired: &DesiredLender,
        keys: &LenderKeys,
        lender: Option<&Lender>,
        functions: &BTreeMap<Action, Function>,
        decimals: u8,
    ) -> Result<Self, LenderFileError> {
        let mut plan = Self::default();
        match lender {
            None => plan.create(desired, keys, decimals),
            Some(lender) => plan.update(desired, keys, lender, decimals)?,
        }
        for (action, args) in &desired.functions {
            plan.set_function(*action, args, functions.get(action));
        }
        Ok(plan)
    }

    fn create(&mut self, desired: &DesiredLender, keys: &LenderKeys, decimals: u8) {
        self.changes.push(Change::Init);
        self.compare("authority", None, keys.authority.to_string());
        self.compare("mint", None, desired.mint.to_string());
        self.compare("treasury", None, keys.treasury.to_string());
        self.compare("servicer", None, desired.servicer.unwrap_or(keys.authority).to_string());
        self.compare("keepers", None, keepers_in_words(&desired.keepers));
        for (key, after) in policy_rows(&desired.floors, decimals) {
            self.compare(&format!("policy.{key}"), None, after);
        }
    }

    fn update(
        &mut self,
        desired: &DesiredLender,
        keys: &LenderKeys,
        lender: &Lender,
        decimals: u8,
    ) -> Result<(), LenderFileError> {
        if lender.mint != desired.mint {
            return Err(LenderFileError::OtherMint { on_chain: lender.mint, desired: desired.mint });
        }
        if lender.floors != desired.floors {
            self.changes.push(Change::Policy);
            let before = policy_rows(&lender.floors, decimals);
            for ((key, before), (_, after)) in before.into_iter().zip(policy_rows(&desired.floors, decimals))
            {
                self.compare(&format!("policy.{key}"), Some(before), after);
            }
        }
        let servicer = desired.servicer.unwrap_or(keys.authority);
        if lender.servicer != servicer {
            self.changes.push(Change::Servicer);
            self.compare("servicer", Some(lender.servicer.to_string()), servicer.to_string());
        }
        if lender.keepers != desired.keepers {
            self.changes.push(Change::Keepers);
            let before = keepers_in_words(&lender.keepers);
            self.compare("keepers", Some(before), keepers_in_words(&desired.keepers));
        }
        Ok(())
    }

    fn set_function(&mut self, action: Action, args: &SetFunctionArgs, function: Option<&Function>) {
        let after = function_rows(args);
        let before = function.map(|function| function_rows(&function_args(function)));
        if before.as_ref() == Some(&after) {
            return;
        }
        self.changes.push(Change::Function(action, args.clone()));
        for (index, (key, after)) in after.into_iter().enumerate() {
            let before = before.as_ref().map(|before| before[index].1.clone());
            self.compare(&format!("functions.{action}.{key}"), before, after);
        }
    }

    /// Lists a setting if it differs.
    fn compare(&mut self, key: &str, before: Option<String>, after: String) {
        if before.as_ref() != Some(&after) {
            self.differences.push(Difference { key: key.to_owned(), before, after });
        }
    }
}
