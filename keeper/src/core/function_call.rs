use anchor_lang::prelude::Pubkey;
use latchkey::state::{Action, Invocation};

use super::book::LoanView;
use super::policy::Signers;

/// One call of a car function, with all that is needed to make it and to verify what comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionCall {
    pub invocation: Pubkey,
    pub vehicle: Pubkey,
    pub loan: Pubkey,
    pub lender: Pubkey,
    /// The lender's mint.
    pub mint: Pubkey,
    /// The car's key, which signs the receipt.
    pub device_key: Pubkey,
    pub seq: u64,
    pub action: Action,
    /// How many different keys must sign its command.
    pub required: u8,
    /// The keys that may sign it and where their functions run, each place once.
    pub signers: Vec<CallSigner>,
    /// The slot at which the invocation was read.
    pub slot: u64,
    /// The chain's time, which the signed call carries.
    pub now: i64,
    /// How long the call may take, seconds: until the lease is given back.
    pub limit_secs: u64,
}

/// The release of a car whose loan has ended. Nobody is paid for it: the driver is owed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseCall {
    pub loan: Pubkey,
    pub vehicle: Pubkey,
    /// The car's key, which signs the receipt.
    pub device_key: Pubkey,
    /// The functions that may sign it: any one of them will do.
    pub signers: Vec<CallSigner>,
    /// How long the call may take, seconds.
    pub limit_secs: u64,
}

/// A command key, and where the function that holds it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSigner {
    pub key: Pubkey,
    /// Empty if it runs at keepers.
    pub uri: String,
}

impl FunctionCall {
    /// A call for one of the loan's invocations, which was read at `slot`.
    pub(super) fn new(
        view: &LoanView<'_>,
        (address, invocation): (Pubkey, &Invocation),
        slot: u64,
        now: i64,
        limit_secs: u64,
    ) -> Self {
        let signers = Signers::of(invocation, view);
        Self {
            invocation: address,
            vehicle: invocation.vehicle,
            loan: invocation.loan,
            lender: invocation.lender,
            mint: view.lender.mint,
            device_key: view.vehicle.device_key,
            seq: invocation.seq,
            action: invocation.action,
            required: invocation.required,
            signers: signers.iter().map(CallSigner::at).collect(),
            slot,
            now,
            limit_secs,
        }
    }
}

impl ReleaseCall {
    /// For the car of this loan.
    pub(super) fn new(view: &LoanView<'_>, limit_secs: u64) -> Self {
        Self {
            loan: view.loan_key,
            vehicle: view.vehicle_key(),
            device_key: view.vehicle.device_key,
            signers: Signers::of_unlock(view).iter().map(CallSigner::at).collect(),
            limit_secs,
        }
    }
}

impl CallSigner {
    fn at((key, uri): (Pubkey, &str)) -> Self {
        Self { key, uri: uri.to_owned() }
    }
}
