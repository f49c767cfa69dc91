//! What must be true of every loan and car all the time, by the program's own rules.

use std::collections::BTreeMap;

use latchkey_client::Pubkey;
use latchkey_client::accounts::{decode_as, decode_token_account};
use latchkey_client::instructions::LoanKeys;
use latchkey_client::latchkey::rules::gates::{Asker, check_default_and_lock, check_lock, check_unlock};
use latchkey_client::latchkey::rules::invocation::check_still_due;
use latchkey_client::latchkey::rules::ledger::Wallet;
use latchkey_client::latchkey::rules::loan_at::LoanAt;
use latchkey_client::latchkey::state::{Action, Invocation, Lender, Loan, Vehicle};

use super::car::Broker;
use super::chain::Chain;
use super::world::{Command, World};

/// How long a lock that is due may take once nothing is wrong any more, seconds: a request of the longest life that a
/// keeper could not serve, and the pauses after failures.
const LOCK_SECS: u64 = 280;
/// The same for an unlock.
const UNLOCK_SECS: u64 = 120;
/// How old a state may be on which a lock is sent, slots: what is not confirmed yet, the ways there and back, and what a
/// node may lag that is believed.
const LOCK_SLOTS: u64 = 24;

/// A loan as the chain has it in a slot.
pub struct LoanSeen {
    pub loan: Loan,
    pub vehicle: Vehicle,
    pub lender: Lender,
    pub wallet: u64,
}

impl LoanSeen {
    /// `None` if the loan does not exist.
    pub fn read(chain: &Chain, keys: &LoanKeys, slot: u64) -> Option<Self> {
        let data = |key: &Pubkey| chain.account(key, slot).map(|account| account.data);
        Some(Self {
            loan: decode_as("loan", &data(&keys.loan)?).ok()?,
            vehicle: decode_as("vehicle", &data(&keys.vehicle)?).ok()?,
            lender: decode_as("lender", &data(&keys.lender)?).ok()?,
            wallet: data(&keys.wallet)
                .and_then(|data| decode_token_account(&data).ok())
                .map_or(0, |held| held.amount),
        })
    }

    pub fn at(&self, now: i64) -> LoanAt<'_> {
        LoanAt::new(&self.loan, Wallet(self.wallet), now)
    }

    /// Whether the contract asks for a lock, requested already or not.
    fn is_lock_due(&self, now: i64) -> bool {
        let (at, Self { lender, vehicle, .. }) = (self.at(now), self);
        let asked = vehicle.open.is_live(Action::Lock, now) && at.is_in_default().unwrap_or(false);
        asked
            || check_default_and_lock(&at, lender, vehicle).is_ok()
            || check_lock(&at, lender, vehicle).is_ok()
    }

    /// Whether a car that is locked must not be.
    fn is_unlock_due(&self, now: i64) -> bool {
        let at = self.at(now);
        check_unlock(&at, &self.vehicle, Asker::Anyone).is_ok() || !at.is_in_default().unwrap_or(false)
    }
}

/// Since when something has been due, seconds from the start.
#[derive(Default)]
struct Due {
    lock: Option<u64>,
    unlock: Option<u64>,
}

/// Watches loans and cars.
#[derive(Default)]
pub struct Oracle {
    due: BTreeMap<Pubkey, Due>,
    seen: BTreeMap<Pubkey, (u64, Option<LoanSeen>)>,
    /// The longest that a lock and an unlock have waited once nothing was wrong, seconds.
    pub waited: (u64, u64),
}

impl Oracle {
    /// Looks at every loan. `healed` is since when nothing goes wrong, seconds from the start.
    pub fn look(
        &mut self,
        world: &World,
        broker: &Broker,
        loans: &[LoanKeys],
        healed: Option<u64>,
    ) -> Vec<String> {
        let chain = &world.chain;
        let mut wrong = Vec::new();
        // What is in blocks that will be dropped was never true.
        if chain.forks() {
            self.seen.clear();
            return wrong;
        }
        let (slot, now, elapsed) = (chain.slot(), chain.now(), chain.elapsed());
        for keys in loans {
            let (read_at, seen) = self.seen.entry(keys.loan).or_insert((0, None));
            let changed = chain.changed(*read_at, slot);
            let names = [keys.loan, keys.vehicle, keys.wallet, keys.lender];
            if *read_at == 0 || names.iter().any(|key| changed.contains_key(key)) {
                *seen = LoanSeen::read(chain, keys, slot);
            }
            *read_at = slot;
            let is_locked = broker.car(&keys.vehicle).is_locked();
            let due = self.due.entry(keys.loan).or_default();
            let lock = seen.as_ref().is_some_and(|seen| !is_locked && seen.is_lock_due(now));
            let unlock = is_locked && seen.as_ref().is_none_or(|seen| seen.is_unlock_due(now));
            due.lock = lock.then(|| due.lock.unwrap_or(elapsed));
            due.unlock = unlock.then(|| due.unlock.unwrap_or(elapsed));
            let Some(healed) = healed else { continue };
            let waits = |since: Option<u64>| since.map_or(0, |since| elapsed - since.max(healed));
            let (lock, unlock) = (waits(due.lock), waits(due.unlock));
            self.waited = (self.waited.0.max(lock), self.waited.1.max(unlock));
            if lock > LOCK_SECS {
                wrong.push(format!("a lock of {} has been due for {lock} s", keys.vehicle));
            }
            if unlock > UNLOCK_SECS {
                wrong.push(format!("{} is locked, and has had to be unlocked for {unlock} s", keys.vehicle));
            }
        }
        wrong
    }
}

/// Whether a lock command was right: in one of the slots before it, the chain as it turned out asked for it, and the keeper
/// had its lease.
pub fn is_right(chain: &Chain, loans: &[LoanKeys], command: &Command) -> bool {
    let Some(keys) = loans.iter().find(|keys| keys.vehicle == command.vehicle) else { return false };
    (command.slot.saturating_sub(LOCK_SLOTS)..=command.slot).rev().any(|slot| {
        let invocation = chain.account(&command.invocation, slot);
        let invocation = invocation.and_then(|found| decode_as::<Invocation>("invocation", &found.data).ok());
        let Some((invocation, seen)) = invocation.zip(LoanSeen::read(chain, keys, slot)) else {
            return false;
        };
        let now = chain.unix(slot);
        let leased = invocation.claim().is_some_and(|claim| now < claim.lease_end);
        leased && check_still_due(&invocation, &seen.at(now), &seen.lender, &seen.vehicle).is_ok()
    })
}
