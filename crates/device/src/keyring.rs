//! Whose orders the car obeys: the keyring it was provisioned with, or the one that the newest hand-over brought.

use latchkey_protocol::{Action, HandOver, Key, KeySet};
use serde::{Deserialize, Serialize};

use crate::config;

const NO_KEY: Key = [0; 32];

/// A command key, and what it may command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trusted {
    /// The ed25519 public key, base58 in a configuration.
    #[serde(serialize_with = "config::write_key", deserialize_with = "config::read_key")]
    pub key: Key,
    /// Any of `warn`, `lock` and `unlock` in a configuration.
    #[serde(serialize_with = "config::write_actions", deserialize_with = "config::read_actions")]
    pub actions: Vec<Action>,
}

/// Why keys make no keyring.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKeyring {
    #[error("more than three keys may {0}: a keyring holds three keys for an action")]
    TooManyKeys(Action),
    #[error("one key is named twice for {0}: name each key once")]
    EqualKeys(Action),
    #[error(
        "lock_signatures is {required}, and {keys} keys may lock: ask for at least one, and at most each"
    )]
    Signatures { required: u8, keys: usize },
}

/// The command keys that the car obeys, and who must agree to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyring {
    /// The lender that the car serves; all zero if the car was not told.
    pub lender: Key,
    pub warn: KeySet,
    pub lock: KeySet,
    pub unlock: KeySet,
    /// The borrower of the newest loan.
    pub borrower: Option<Key>,
    /// The last second in which the car may be locked, Unix seconds. `None`: it does not lapse.
    pub locks_until: Option<i64>,
    /// When it was ordered, Unix seconds.
    pub issued_at: i64,
    /// The X25519 key of the function whose codes unlock the car, if it takes codes.
    pub code_key: Option<Key>,
}

impl Keyring {
    /// The keyring of a car that is provisioned with these keys, of which so many must sign a lock.
    pub fn of(trusted: &[Trusted], lock_signatures: u8) -> Result<Self, BadKeyring> {
        let lock = set_of(trusted, Action::Lock, lock_signatures)?;
        let keys = lock.set_keys().count();
        if lock_signatures == 0 || (keys > 0 && usize::from(lock_signatures) > keys) {
            return Err(BadKeyring::Signatures { required: lock_signatures, keys });
        }
        Ok(Self {
            lender: NO_KEY,
            warn: set_of(trusted, Action::Warn, 1)?,
            lock,
            unlock: set_of(trusted, Action::Unlock, 1)?,
            borrower: None,
            locks_until: None,
            issued_at: 0,
            code_key: None,
        })
    }

    /// The keyring that a hand-over brings.
    pub fn ordered(order: &HandOver) -> Self {
        let latchkey_protocol::Keyring { lender, warn, lock, unlock } = order.keyring;
        Self {
            lender,
            warn,
            lock,
            unlock,
            borrower: (order.borrower != NO_KEY).then_some(order.borrower),
            locks_until: Some(order.locks_until),
            issued_at: order.issued_at,
            code_key: (order.code_key != NO_KEY).then_some(order.code_key),
        }
    }

    /// What is left of it once the loan has ended: keys that may unlock, and the borrower's say. Else whoever holds the root
    /// key and one that may unlock could do without the borrower.
    #[must_use]
    pub fn released(&self, issued_at: i64) -> Self {
        Self { warn: NO_KEYS, lock: NO_KEYS, issued_at, ..self.clone() }
    }

    /// Whether it lets these signers together command this action, at this time if it is known, Unix seconds.
    pub fn may<'a>(&self, signers: impl Iterator<Item = &'a Key>, action: Action, now: Option<i64>) -> bool {
        let set = match action {
            Action::Warn => &self.warn,
            Action::Lock => &self.lock,
            Action::Unlock => &self.unlock,
        };
        let signed = signers.filter(|signer| set.set_keys().any(|key| key == *signer)).count();
        let lapsed = action == Action::Lock && self.has_lapsed(now);
        signed > 0 && signed >= usize::from(set.required) && !lapsed
    }

    /// Whether the power to lock is over.
    fn has_lapsed(&self, now: Option<i64>) -> bool {
        matches!((self.locks_until, now), (Some(until), Some(now)) if now > until)
    }

    /// Who must agree to this keyring in the place of the present one, besides the root key: the borrower whose loan is
    /// open, if it could harm them.
    pub fn must_agree(&self, next: &Self, now: Option<i64>) -> Option<Key> {
        let borrower = self.borrower.filter(|_| !self.has_lapsed(now))?;
        let adds =
            |new: &KeySet, old: &KeySet| new.set_keys().any(|key| !old.set_keys().any(|other| other == key));
        let later = match (self.locks_until, next.locks_until) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(old), Some(new)) => new > old,
        };
        let harms = adds(&next.lock, &self.lock)
            || next.lock.required < self.lock.required
            || later
            || adds(&self.unlock, &next.unlock)
            || (self.code_key.is_some() && next.code_key != self.code_key)
            || next.borrower != Some(borrower);
        harms.then_some(borrower)
    }

    /// The part that a hand-over carries; `None` where a set has no key, which no hand-over brings.
    pub fn carried(&self) -> Option<latchkey_protocol::Keyring> {
        let Self { lender, warn, lock, unlock, .. } = *self;
        let all_set = [warn, lock, unlock].iter().all(|set| set.required > 0);
        all_set.then_some(latchkey_protocol::Keyring { lender, warn, lock, unlock })
    }
}

/// A set without a key: no command of its action is obeyed.
const NO_KEYS: KeySet = KeySet { required: 0, keys: [NO_KEY; 3] };

fn set_of(trusted: &[Trusted], action: Action, required: u8) -> Result<KeySet, BadKeyring> {
    let mut set = NO_KEYS;
    let mut free = set.keys.iter_mut();
    for key in trusted.iter().filter(|trusted| trusted.actions.contains(&action)).map(|trusted| trusted.key) {
        *free.next().ok_or(BadKeyring::TooManyKeys(action))? = key;
        set.required = required;
    }
    let named: Vec<&Key> = set.set_keys().collect();
    if named.iter().enumerate().any(|(index, key)| named[..index].contains(key)) {
        return Err(BadKeyring::EqualKeys(action));
    }
    Ok(set)
}
