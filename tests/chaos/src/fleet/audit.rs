//! The books at the end: every lamport and every token is somewhere, and every bond that is lost has a cause.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use latchkey_client::Pubkey;
use latchkey_client::accounts::{ProgramAccount, decode_token_account};
use latchkey_client::events::{Event, from_logs};
use latchkey_client::latchkey::state::Invocation;
use latchkey_harness::ledger::Record;
use solana_sdk::account::Account;
use solana_sdk::pubkey;

use super::chain::Chain;
use super::world::World;

const TOKEN_PROGRAM: Pubkey = pubkey!("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// How long before a claim, and after its lease's end, something may have gone wrong that cost the bond, seconds.
const BEFORE: i64 = 90;
const AFTER: i64 = 30;

/// What went in and out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Lamports put into calls: fees and bonds.
    pub into_calls: u64,
    /// Lamports that came out of them.
    pub out_of_calls: u64,
    /// Lamports that open calls hold.
    pub held: u64,
    /// Transaction fees, lamports.
    pub spent: u64,
    /// Tokens that lenders got, base units.
    pub paid: u64,
    pub bonds_lost: u64,
    pub calls_done: u64,
    pub transactions: u64,
    /// Those of them that a keeper paid for.
    pub by_keepers: u64,
}

/// Checks the books. `records` are the transactions since the world began.
pub fn check(world: &World, records: &[Record], keepers: &[Pubkey]) -> Result<Sums> {
    let chain = &world.chain;
    let mut sums = Sums {
        transactions: records.len() as u64,
        spent: records.iter().map(|record| record.fee).sum(),
        ..Sums::default()
    };
    conserved(chain, sums.spent)?;
    let mut earned: BTreeMap<Pubkey, i128> = keepers.iter().map(|keeper| (*keeper, 0)).collect();
    let mut claims: BTreeMap<Pubkey, (Pubkey, i64, i64)> = BTreeMap::new();
    let mut lost = Vec::new();
    let mut done: BTreeMap<Pubkey, u32> = BTreeMap::new();
    for record in records {
        if let Some(earned) = earned.get_mut(&record.payer) {
            *earned -= i128::from(record.fee);
            sums.by_keepers += 1;
        }
        if record.error.is_some() {
            continue;
        }
        let mut earn = |keeper: &Pubkey, lamports: i128| {
            if let Some(earned) = earned.get_mut(keeper) {
                *earned += lamports;
            }
        };
        for event in from_logs(record.logs.iter().map(String::as_str)) {
            match event {
                Event::InvocationRequested(event) => sums.into_calls += event.fee,
                Event::InvocationClaimed(event) => {
                    sums.into_calls += event.bond;
                    sums.out_of_calls += event.forfeited;
                    earn(&event.keeper, -i128::from(event.bond));
                    if event.forfeited > 0 {
                        lost.extend(claims.get(&event.invocation).copied());
                    }
                    let claimed_at = event.lease_end - lease_secs(chain, &event.invocation);
                    claims.insert(event.invocation, (event.keeper, claimed_at, event.lease_end));
                }
                Event::ClaimYielded(event) => {
                    sums.out_of_calls += event.bond;
                    earn(&event.keeper, i128::from(event.bond));
                }
                Event::InvocationConfirmed(event) => {
                    sums.out_of_calls += event.fee + event.bond;
                    sums.calls_done += 1;
                    earn(&event.keeper, i128::from(event.fee + event.bond));
                    *done.entry(event.invocation).or_default() += 1;
                }
                Event::InvocationExpired(event) => {
                    sums.out_of_calls += event.refunded + event.forfeited + event.returned;
                    if let Some((keeper, ..)) = claims.get(&event.invocation) {
                        earn(keeper, i128::from(event.returned));
                    }
                    if event.forfeited > 0 {
                        lost.extend(claims.get(&event.invocation).copied());
                    }
                }
                Event::PaymentApplied(event) => sums.paid += event.principal + event.interest + event.fees,
                _ => {}
            }
        }
    }
    ensure!(done.values().all(|times| *times == 1), "a call was paid twice");
    for (_, account) in chain.program_accounts(chain.slot()) {
        let Some(invocation) = open(&account) else { continue };
        let rent = account.lamports - invocation.fee - invocation.claim_bond;
        sums.held += invocation.fee + invocation.claim_bond;
        if let Some(earned) = earned.get_mut(&invocation.rent_payer) {
            *earned -= i128::from(rent);
        }
    }
    ensure!(
        sums.into_calls == sums.out_of_calls + sums.held,
        "{} lamports went into calls, {} came out, {} are held",
        sums.into_calls,
        sums.out_of_calls,
        sums.held
    );
    for (keeper, earned) in earned {
        let balance = chain.touched().find(|(key, ..)| **key == keeper);
        let lamports = |account: Option<&Account>| account.map_or(0, |account| i128::from(account.lamports));
        let change = balance.map_or(0, |(_, before, after)| lamports(after) - lamports(before));
        ensure!(change == earned, "keeper {keeper} has {change} lamports more, and earned {earned}");
    }
    sums.bonds_lost = lost.len() as u64;
    for (keeper, from, until) in lost {
        let explains = |(fault, at): &(super::plan::Fault, i64)| {
            fault.costs_bonds() && (from - BEFORE..until + AFTER).contains(at)
        };
        ensure!(
            world.fired_at.iter().any(explains),
            "keeper {keeper} lost the bond of {from}..{until}, and nothing had gone wrong then"
        );
    }
    Ok(sums)
}

/// Lamports are burned by fees alone, and no token comes or goes.
fn conserved(chain: &Chain, spent: u64) -> Result<()> {
    let (mut lamports, mut tokens) = (0_i128, 0_i128);
    for (_, before, after) in chain.touched() {
        let held = |account: Option<&Account>| account.map_or(0, |account| i128::from(account.lamports));
        lamports += held(after) - held(before);
        tokens += amount(after) - amount(before);
    }
    ensure!(lamports == -i128::from(spent), "{} lamports are gone, and fees were {spent}", -lamports);
    ensure!(tokens == 0, "there are {tokens} tokens more than before");
    Ok(())
}

fn amount(account: Option<&Account>) -> i128 {
    let account = account.filter(|account| account.owner == TOKEN_PROGRAM);
    let held = account.and_then(|account| decode_token_account(&account.data).ok());
    held.map_or(0, |held| i128::from(held.amount))
}

/// An open call, if the account is one.
pub fn open(account: &Account) -> Option<Invocation> {
    match ProgramAccount::decode(&account.data) {
        Ok(ProgramAccount::Invocation(invocation)) => Some(*invocation),
        _ => None,
    }
}

/// How long a lease of a call lasts, as it was requested.
fn lease_secs(chain: &Chain, invocation: &Pubkey) -> i64 {
    chain.versions(invocation).find_map(open).map_or(0, |invocation| i64::from(invocation.lease_secs))
}
