//! What this keeper wants, within what the contract allows.

use anchor_lang::prelude::Pubkey;
use latchkey::state::{Action, Function, Invocation};
use latchkey_link::http::Hosts;

use super::book::LoanView;

/// The longest pause after a failed transaction or a call without a receipt, seconds.
pub(super) const LONGEST_RETRY_PAUSE: i64 = 60;
/// The pause after a call for which the chain could not be read, seconds. It does not grow.
pub(super) const PAUSE_AFTER_OUTAGE: i64 = 2;
/// The longest pause after a failed transaction that sends money to the treasury, seconds: a treasury can be frozen for weeks.
pub(super) const LONGEST_COLLECT_PAUSE: i64 = 3_600;
/// From one look at a loan that is past due to the next, seconds.
pub(super) const LOOK_PERIOD: i64 = 86_400;
/// How long one call for an unlock may take, seconds. No lease limits it.
pub(super) const UNLOCK_CALL_SECS: i64 = 300;
/// How long one call for a release may take, seconds.
pub(super) const RELEASE_CALL_SECS: u64 = 60;
/// The longest pause between such calls, seconds: a car can be out of reach for weeks, and a release hurries nobody.
pub(super) const LONGEST_PAUSE_BEFORE_RELEASE: i64 = 3_600;
/// How long before its second a lapse is prepared, seconds.
pub(super) const LAPSE_LEAD: i64 = 3;
/// How long before a due date the wallet's changes are wanted at once, seconds.
pub(super) const WATCH_LEAD: i64 = 300;
/// The longest pause between giving a lease back and taking it again, seconds: each attempt costs two transactions, and
/// a car can be out of reach for weeks.
const LONGEST_PAUSE_BEFORE_CLAIM: i64 = 3_600;
/// The longest pause after a function refused an unlock, seconds: a driver may be waiting.
const LONGEST_PAUSE_BEFORE_UNLOCK: i64 = 300;

/// What this keeper works for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The lowest fee for which it takes a warning or a lock, lamports. It takes unlocks at any fee: a car that stays
    /// locked without cause harms a person.
    pub min_fee: u64,
    /// The lenders that it serves; empty for all.
    pub lenders: Vec<Pubkey>,
    /// The command keys that the function in its process signs with.
    pub command_keys: Vec<Pubkey>,
    /// The most cars that it locks in an hour: above that something other than late borrowers is the cause.
    pub locks_per_hour: usize,
    /// The hosts at which it calls functions. Calls that need another key, at another host, are left to other keepers.
    pub hosts: Hosts,
}

/// The default of [`Policy::locks_per_hour`].
pub const LOCKS_PER_HOUR: usize = 200;

impl Policy {
    /// Whether it serves a lender.
    pub fn serves(&self, lender: &Pubkey) -> bool {
        self.lenders.is_empty() || self.lenders.contains(lender)
    }

    /// Whether as many of a function's keys are in reach as must sign, whatever it pays.
    pub fn can_sign(&self, function: &Function) -> bool {
        self.wants(function.action, u64::MAX, &Signers::of_function(function))
    }

    /// Whether functions that it has or may call hold as many of the keys as must sign, and the fee is high enough. Any fee
    /// is, for an unlock.
    pub(super) fn wants(&self, action: Action, fee: u64, signers: &Signers<'_>) -> bool {
        let reaches =
            |(key, uri): (Pubkey, &str)| self.command_keys.contains(&key) || self.hosts.permits(uri);
        let mut keys: Vec<Pubkey> = Vec::new();
        for (key, _) in signers.iter().filter(|signer| reaches(*signer)) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let signs = keys.len() >= usize::from(signers.required.max(1));
        signs && (action == Action::Unlock || fee >= self.min_fee)
    }
}

/// Which keys may sign a command, where their functions run, and how many must sign.
#[derive(Clone, Copy)]
pub(super) struct Signers<'a> {
    pub required: u8,
    /// Zero keys stand for none.
    keys: &'a [Pubkey],
    at: At<'a>,
}

/// Where functions run.
#[derive(Clone, Copy)]
enum At<'a> {
    /// All at one address, and those that a function names too where it says: after a sale the buyer's.
    One(&'a str, Option<&'a Function>),
    /// Each where the lender's function says, if it still names the key.
    Each(Option<&'a Function>),
}

impl<'a> Signers<'a> {
    /// Of an unlock: any of the keys that its loan pins, at the address that it pins. What the lender offers now is tried
    /// after it.
    pub fn of_unlock(view: &'a LoanView<'_>) -> Self {
        let at = At::One(&view.loan.unlock_uri, view.function(Action::Unlock));
        Self { required: 1, keys: &view.loan.unlock_keys, at }
    }

    /// Of a call that would be requested of `function`.
    pub fn of_function(function: &'a Function) -> Self {
        Self { required: function.required, keys: &function.command_keys, at: At::Each(Some(function)) }
    }

    /// Of a call that was requested. It names its keys; where they are served, the lender's function says now.
    pub fn of(invocation: &'a Invocation, view: &'a LoanView<'_>) -> Self {
        let required = invocation.required;
        match invocation.action {
            Action::Unlock => Self { required, ..Self::of_unlock(view) },
            Action::Warn | Action::Lock => {
                let at = At::Each(view.function(invocation.action));
                Self { required, keys: &invocation.command_keys, at }
            }
        }
    }

    /// The keys that are set, each with an address of its function.
    pub fn iter(&self) -> impl Iterator<Item = (Pubkey, &'a str)> {
        let (pinned, function) = match self.at {
            At::One(uri, function) => (Some(uri), function),
            At::Each(function) => (None, function),
        };
        let set = self.keys.iter().copied().filter(|key| *key != Pubkey::default());
        let at_pinned = set.clone().filter_map(move |key| Some((key, pinned?)));
        let offered = function.into_iter().flat_map(Function::command_keys);
        let keys = self.keys;
        let at_offered = offered.filter(move |(key, uri)| keys.contains(key) && pinned != Some(*uri));
        // Whoever holds a key serves it, also where no function names it any more.
        let at_keepers = set.map(|key| (key, "")).filter(move |_| pinned.is_none());
        at_pinned.chain(at_offered).chain(at_keepers)
    }
}

/// How long before its end a lease is given back, seconds: a sixth of it, at least 1 s and at most 30 s, so that the
/// transaction lands in time and the bond is not forfeited.
pub(super) fn yield_margin(invocation: &Invocation) -> i64 {
    (i64::from(invocation.lease_secs) / 6).clamp(1, 30)
}

/// The longest pause between a call that was given up and the next attempt, seconds.
pub(super) fn longest_pause_before_next_attempt(action: Option<Action>) -> i64 {
    match action {
        Some(Action::Unlock) => LONGEST_PAUSE_BEFORE_UNLOCK,
        Some(Action::Warn | Action::Lock) | None => LONGEST_PAUSE_BEFORE_CLAIM,
    }
}

#[cfg(test)]
mod tests {
    use latchkey::state::Action;

    use super::*;
    use crate::core::fixture::LoanFixture;
    use crate::core::operation::Operation;

    const URI: &str = "https://fn.example.com/";

    /// What a keeper without keys does about a call that is served at [`URI`], where it may call these hosts.
    fn next(fixture: &LoanFixture, hosts: &[&str]) -> Option<Operation> {
        let policy = Policy {
            min_fee: 0,
            lenders: Vec::new(),
            command_keys: Vec::new(),
            locks_per_hour: LOCKS_PER_HOUR,
            hosts: Hosts::only(hosts).unwrap(),
        };
        fixture.next_operation_with(1_060, &policy, &std::collections::HashMap::new())
    }

    #[test]
    fn a_keeper_without_keys_works_for_functions_that_it_may_call() {
        let mut fixture = LoanFixture::defaulted();
        fixture.functions.iter_mut().for_each(|function| function.uri = URI.to_owned());
        fixture.request(Action::Lock, 1_060);
        assert_eq!(
            next(&fixture, &["fn.example.com"]),
            Some(Operation::Claim { action: Action::Lock, seq: 1 })
        );
        for hosts in [&[][..], &["other.example.com"], &["fn.example.com:8443"]] {
            assert_eq!(next(&fixture, hosts), None, "{hosts:?}");
        }
    }

    #[test]
    fn an_unlock_is_served_where_the_loan_says_whatever_the_lender_offers_now() {
        let mut fixture = LoanFixture { wallet: 20_000, ..LoanFixture::defaulted() };
        fixture.lock();
        let asks = Some(Operation::Request { action: Action::Unlock, seq: 2 });
        assert_eq!(next(&fixture, &["fn.example.com"]), None);
        fixture.loan.unlock_uri = URI.to_owned();
        assert_eq!(next(&fixture, &["fn.example.com"]), asks);
        fixture
            .functions
            .iter_mut()
            .for_each(|function| function.uri = "https://other.example.com".to_owned());
        assert_eq!(next(&fixture, &["fn.example.com"]), asks);
    }
}
