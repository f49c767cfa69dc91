//! The program's IDL, built in: names its instructions and their accounts.

use std::sync::LazyLock;

use latchkey_client::Pubkey;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::arguments::{self, Body, Field, Types};

static IDL: LazyLock<Idl> = LazyLock::new(|| {
    // Without its IDL the terminal knows no instruction and signs nothing. A test reads the IDL.
    serde_json::from_str(include_str!("../../../../idl/latchkey.json")).unwrap_or_default()
});

#[derive(Default, Deserialize)]
struct Idl {
    instructions: Vec<InstructionLayout>,
    types: Vec<TypeLayout>,
}

#[derive(Deserialize)]
struct TypeLayout {
    name: String,
    #[serde(rename = "type")]
    body: Body,
}

/// The types of the IDL, by name.
static TYPES: LazyLock<Types> =
    LazyLock::new(|| IDL.types.iter().map(|named| (named.name.clone(), named.body.clone())).collect());

#[derive(Deserialize)]
struct AccountName {
    name: String,
}

/// An instruction as the IDL lists it.
#[derive(Deserialize)]
pub struct InstructionLayout {
    /// Its name, in `snake_case`.
    pub name: String,
    discriminator: Vec<u8>,
    accounts: Vec<AccountName>,
    args: Vec<Field>,
}

impl InstructionLayout {
    /// Finds the instruction that this data calls, and its Borsh-encoded arguments.
    pub fn of(data: &[u8]) -> Option<(&'static Self, &[u8])> {
        IDL.instructions
            .iter()
            .find_map(|layout| Some((layout, data.strip_prefix(&layout.discriminator[..])?)))
    }

    /// Names the arguments. None if the bytes are not those of the IDL.
    pub fn arguments(&self, bytes: &[u8]) -> Option<Map<String, Value>> {
        arguments::read(&self.args, &TYPES, bytes)
    }

    /// Names accounts that are in the order of the IDL. Accounts beyond those it lists have an empty name.
    pub fn named(&'static self, accounts: Vec<Pubkey>) -> NamedAccounts {
        let names = self.accounts.iter().map(|account| account.name.as_str());
        NamedAccounts(names.chain(std::iter::repeat("")).zip(accounts).collect())
    }
}

/// The accounts of one instruction, each with its name in the IDL, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedAccounts(Vec<(&'static str, Pubkey)>);

impl NamedAccounts {
    /// The account of this name.
    pub fn get(&self, name: &str) -> Option<Pubkey> {
        self.iter().find_map(|(known, address)| (known == name).then_some(address))
    }

    /// Names and addresses, in the order of the IDL.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Pubkey)> {
        self.0.iter().copied()
    }
}
