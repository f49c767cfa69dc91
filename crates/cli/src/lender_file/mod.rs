//! Lender files: a lender as it should be, and what has to change on chain. TOML; unknown keys are errors.

mod function;
mod plan;
mod policy;
#[cfg(test)]
mod tests;
mod transactions;

use std::collections::BTreeMap;
use std::error;
use std::path::{Path, PathBuf};

use latchkey_client::Pubkey;
use latchkey_client::latchkey::instructions::SetFunctionArgs;
use latchkey_client::latchkey::state::{Action, PolicyFloors};
use serde::Deserialize;

use crate::toml_file::{TomlFile, TomlFileError};
use function::FunctionFile;

pub use function::{command_keys_in_words, function_args, function_rows};
pub use plan::{Change, Difference, LenderKeys, Plan};
pub use policy::{NO_FLOORS, PolicyFile, policy_rows};

const LENDER_FILE: TomlFile =
    TomlFile { name: "the lender file", keys: "migrations/lender.toml shows the keys" };

/// Why a lender file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LenderFileError {
    #[error(transparent)]
    File(#[from] TomlFileError),
    #[error("{key} in the lender file")]
    Value {
        key: String,
        /// What is wrong with the value, and what to write.
        #[source]
        source: Box<dyn error::Error + Send + Sync>,
    },
    #[error(
        "the lender's mint is {on_chain} and cannot change: to lend {desired}, create another lender with another key"
    )]
    OtherMint { on_chain: Pubkey, desired: Pubkey },
    #[error("a policy comes from one place: write either policy_file or the table [policy]")]
    TwoPolicies,
    #[error("there is no policy: write policy_file, or the table [policy]")]
    NoPolicy,
}

/// A text that is not an address.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not an address: write its 32 bytes in base58")]
struct NotAnAddress(String);

/// A table that the file must have.
#[derive(Debug, thiserror::Error)]
#[error("this table is missing: write it")]
struct MissingTable;

/// A lender file as it is written. [`LenderFile::desired`] converts it to the program's units.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LenderFile {
    mint: String,
    servicer: Option<String>,
    #[serde(default)]
    keepers: Vec<String>,
    policy: Option<PolicyFile>,
    /// Where the policy is instead, relative to this file.
    policy_file: Option<PathBuf>,
    /// By the names of the actions.
    functions: BTreeMap<String, FunctionFile>,
}

/// A lender as it should be, in the program's units.
#[derive(Clone, Debug)]
pub struct DesiredLender {
    pub mint: Pubkey,
    /// The key for daily work. None: the authority.
    pub servicer: Option<Pubkey>,
    /// Who may claim function calls. Empty: every keeper.
    pub keepers: Vec<Pubkey>,
    /// The limits that the terms of new loans must keep to.
    pub floors: PolicyFloors,
    /// One function for every action.
    pub functions: BTreeMap<Action, SetFunctionArgs>,
}

impl LenderFile {
    /// Reads a file, and the policy that it names.
    pub fn load(path: &Path) -> Result<Self, LenderFileError> {
        let mut file: Self = LENDER_FILE.load(path)?;
        if let Some(named) = &file.policy_file {
            if file.policy.is_some() {
                return Err(LenderFileError::TwoPolicies);
            }
            let directory = path.parent().unwrap_or(Path::new(""));
            file.policy = Some(PolicyFile::load(&directory.join(named))?);
        }
        Ok(file)
    }

    pub fn parse(text: &str) -> Result<Self, LenderFileError> {
        Ok(LENDER_FILE.parse(text)?)
    }

    /// The mint that the lender lends.
    pub fn mint(&self) -> Result<Pubkey, LenderFileError> {
        parse_address("mint", &self.mint)
    }

    /// The lender in the program's units. `decimals` are those of the mint.
    pub fn desired(&self, decimals: u8) -> Result<DesiredLender, LenderFileError> {
        let servicer = self.servicer.as_deref().map(|text| parse_address("servicer", text));
        let keepers = self.keepers.iter().map(|text| parse_address("keepers", text));
        Ok(DesiredLender {
            mint: self.mint()?,
            servicer: servicer.transpose()?,
            keepers: keepers.collect::<Result<_, _>>()?,
            floors: self.policy.as_ref().ok_or(LenderFileError::NoPolicy)?.floors(decimals)?,
            functions: self.functions()?,
        })
    }

    fn functions(&self) -> Result<BTreeMap<Action, SetFunctionArgs>, LenderFileError> {
        for name in self.functions.keys() {
            name.parse::<Action>().map_err(wrong(format!("functions.{name}")))?;
        }
        let args = Action::ALL.into_iter().map(|action| match self.functions.get(action.name()) {
            Some(file) => Ok((action, file.args(action)?)),
            None => Err(wrong(format!("functions.{action}"))(MissingTable)),
        });
        args.collect()
    }
}

/// Who may claim function calls, in words.
pub fn keepers_in_words(keepers: &[Pubkey]) -> String {
    match keepers {
        [] => "anybody".to_owned(),
        listed => listed.iter().map(Pubkey::to_string).collect::<Vec<_>>().join(", "),
    }
}

fn parse_address(key: &str, text: &str) -> Result<Pubkey, LenderFileError> {
    text.parse().map_err(|_| wrong(key.to_owned())(NotAnAddress(text.to_owned())))
}

/// Adds the key to what is wrong with its value.
fn wrong<E: error::Error + Send + Sync + 'static>(key: String) -> impl FnOnce(E) -> LenderFileError {
    move |source| LenderFileError::Value { key, source: Box::new(source) }
}
