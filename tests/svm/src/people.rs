use std::cell::RefCell;
use std::collections::HashMap;

use latchkey_protocol::sealed::sha256;
use solana_sdk::signature::Keypair;

thread_local! {
    /// Every key so far: deriving one takes longer than running a transaction.
    static PEOPLE: RefCell<HashMap<String, Keypair>> = RefCell::default();
}

/// The key of the person of this name, the same in every run.
pub fn person(name: &str) -> Keypair {
    PEOPLE.with_borrow_mut(|people| {
        let key = people.entry(name.to_owned());
        key.or_insert_with(|| Keypair::new_from_array(sha256(name.as_bytes()))).insecure_clone()
    })
}
