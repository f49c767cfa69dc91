//! Whether an invocation may be fulfilled now. Pure: a snapshot in, yes or the reason out.

use anchor_lang::prelude::Pubkey;
use latchkey::rules::invocation::{check_still_due, is_newest};
use latchkey::rules::ledger::Wallet;
use latchkey::rules::loan_at::LoanAt;
use latchkey::state::Action;

use crate::outcome::Refusal;
use crate::snapshot::Snapshot;

/// Checks that the invocation is neither over nor superseded, and that the contract would still ask for it. For a warning
/// or a lock, `asker` must hold the lease. An unlock has none: whoever asks may have it, so that nobody can keep it from a
/// driver.
pub fn check(snapshot: &Snapshot, asker: &Pubkey) -> Result<(), Refusal> {
    let Snapshot { now, invocation, vehicle, .. } = snapshot;
    if !is_newest(invocation, vehicle) {
        return Err(Refusal::Superseded { seq: invocation.seq, newest: vehicle.last_seq_asked });
    }
    if *now >= invocation.expires_at {
        return Err(Refusal::Expired { expires_at: invocation.expires_at, now: *now });
    }
    if invocation.action != Action::Unlock {
        check_lease(snapshot, asker)?;
    }
    check_due(snapshot).map_err(Refusal::NotDue)
}

fn check_lease(snapshot: &Snapshot, keeper: &Pubkey) -> Result<(), Refusal> {
    let claim = snapshot.invocation.claim().ok_or(Refusal::Unclaimed)?;
    if claim.keeper != *keeper {
        return Err(Refusal::ClaimedByAnother(claim.keeper));
    }
    if snapshot.now >= claim.lease_end {
        return Err(Refusal::LeaseOver { lease_end: claim.lease_end, now: snapshot.now });
    }
    Ok(())
}

/// The contract's own rule, once more: between the request and this moment the borrower may have paid, or been granted
/// time.
fn check_due(snapshot: &Snapshot) -> Result<(), latchkey::errors::LatchkeyError> {
    let Snapshot { now, invocation, vehicle, loan, lender, wallet, .. } = snapshot;
    check_still_due(invocation, &LoanAt::new(loan, Wallet(*wallet), *now), lender, vehicle)
}
