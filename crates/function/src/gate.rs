//! Whether a keeper may have an invocation fulfilled now. Pure: a snapshot in, yes or the reason out.

use anchor_lang::prelude::Pubkey;
use latchkey::rules::invocation::{check_still_due, is_newest};
use latchkey::rules::ledger::Wallet;
use latchkey::rules::loan_at::LoanAt;

use crate::outcome::Refusal;
use crate::snapshot::Snapshot;

/// Checks that `keeper` holds the lease on an invocation that is neither over nor superseded, and that the contract
/// would still ask for it.
pub fn check(snapshot: &Snapshot, keeper: &Pubkey) -> Result<(), Refusal> {
    check_lease(snapshot, keeper)?;
    check_due(snapshot).map_err(Refusal::NotDue)
}

fn check_lease(snapshot: &Snapshot, keeper: &Pubkey) -> Result<(), Refusal> {
    let Snapshot { now, invocation, vehicle, .. } = snapshot;
    let now = *now;
    let claim = invocation.claim.ok_or(Refusal::Unclaimed)?;
    if claim.keeper != *keeper {
        return Err(Refusal::ClaimedByAnother(claim.keeper));
    }
    if !is_newest(invocation, vehicle) {
        return Err(Refusal::Superseded { seq: invocation.seq, newest: vehicle.last_seq_asked });
    }
    if now >= claim.lease_end {
        return Err(Refusal::LeaseOver { lease_end: claim.lease_end, now });
    }
    if now >= invocation.expires_at {
        return Err(Refusal::Expired { expires_at: invocation.expires_at, now });
    }
    Ok(())
}

/// The contract's own rule, once more: between the request and this moment the borrower may have paid, or been granted
/// time.
fn check_due(snapshot: &Snapshot) -> Result<(), latchkey::errors::LatchkeyError> {
    let Snapshot { now, invocation, vehicle, loan, lender, wallet, .. } = snapshot;
    check_still_due(invocation, &LoanAt::new(loan, Wallet(*wallet), *now), lender, vehicle)
}
