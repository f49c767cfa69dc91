//! The committed interface of the program, `idl/latchkey.json`: the one list of instructions. Every test run holds it
//! against the program.

use std::sync::OnceLock;

use latchkey::state::Action;
use serde_json::Value;

const IDL: &str = include_str!("../../../idl/latchkey.json");

/// An instruction of the program.
#[derive(Debug)]
pub struct InstructionShape {
    /// Its name, in snake case.
    pub name: String,
    /// Its accounts, in order.
    pub accounts: Vec<AccountShape>,
}

/// An account that an instruction names.
#[derive(Debug)]
pub struct AccountShape {
    /// Its name, in snake case.
    pub name: String,
    /// Whether it must sign.
    pub signer: bool,
    /// Whether the instruction may change it.
    pub writable: bool,
    /// Whether it may be left out.
    pub optional: bool,
}

/// Every instruction, in the order of the interface.
pub fn instructions() -> &'static [InstructionShape] {
    static INSTRUCTIONS: OnceLock<Vec<InstructionShape>> = OnceLock::new();
    INSTRUCTIONS.get_or_init(|| {
        let idl: Value = serde_json::from_str(IDL).expect("the interface is JSON");
        list(&idl["instructions"], |instruction| InstructionShape {
            name: name(instruction),
            accounts: list(&instruction["accounts"], |account| AccountShape {
                name: name(account),
                signer: account["signer"] == true,
                writable: account["writable"] == true,
                optional: account["optional"] == true,
            }),
        })
    })
}

/// The instruction of this name.
///
/// # Panics
///
/// If the interface has none.
pub fn instruction(name: &str) -> &'static InstructionShape {
    let found = instructions().iter().find(|instruction| instruction.name == name);
    found.unwrap_or_else(|| panic!("idl/latchkey.json has no instruction {name}"))
}

/// Compares a list of instructions with the interface: one sentence for each that is missing from the list or unknown
/// to the interface. `fix` says where to add what is missing.
pub fn differences<'a>(listed: impl IntoIterator<Item = &'a str>, fix: &str) -> Vec<String> {
    let listed: Vec<&str> = listed.into_iter().collect();
    let all = || instructions().iter().map(|instruction| instruction.name.as_str());
    let missing = all().filter(|name| !listed.contains(name)).map(|name| format!("{name} is missing: {fix}"));
    let unknown = listed.iter().filter(|name| !all().any(|known| known == **name));
    missing.chain(unknown.map(|name| format!("{name} is not in idl/latchkey.json"))).collect()
}

/// Accounts that a token program keeps state in.
const TOKEN_STATE: [&str; 7] =
    ["mint", "treasury", "wallet", "seller", "borrower_tokens", "lender_tokens", "payer_tokens"];

/// Whether the program or a token program keeps state in it.
pub fn is_state(account: &str) -> bool {
    is_ours(account) || TOKEN_STATE.contains(&account)
}

/// Whether this program keeps state in it.
pub fn is_ours(account: &str) -> bool {
    let ours = ["lender", "buyer", "function", "vehicle", "loan", "escrow", "invocation"];
    // A function that stands under the name of its action is ours as well.
    ours.contains(&account) || account.parse::<Action>().is_ok()
}

fn list<T>(values: &Value, one: impl Fn(&Value) -> T) -> Vec<T> {
    values.as_array().expect("the interface has this list").iter().map(one).collect()
}

fn name(value: &Value) -> String {
    value["name"].as_str().expect("everything in the interface has a name").to_owned()
}
