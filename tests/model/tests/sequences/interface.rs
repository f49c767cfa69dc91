//! The interface as it is committed: the one list of instructions.

use serde_json::Value;

const IDL: &str = include_str!("../../../../idl/latchkey.json");

/// Compares a list of instructions with the interface: one sentence for each that is missing from the list or unknown
/// to the interface.
pub fn differences<'a>(listed: impl IntoIterator<Item = &'a str>, fix: &str) -> Vec<String> {
    let idl: Value = serde_json::from_str(IDL).expect("the interface is JSON");
    let all: Vec<&str> = idl["instructions"]
        .as_array()
        .expect("the interface has instructions")
        .iter()
        .map(|instruction| instruction["name"].as_str().expect("each has a name"))
        .collect();
    let listed: Vec<&str> = listed.into_iter().collect();
    let missing =
        all.iter().filter(|name| !listed.contains(name)).map(|name| format!("{name} is missing: {fix}"));
    let unknown = listed.iter().filter(|name| !all.contains(name));
    missing.chain(unknown.map(|name| format!("{name} is not in idl/latchkey.json"))).collect()
}
