//! One event for every change of state, with the values before and after where there were any.

use anchor_lang::prelude::*;

use crate::instructions::SettlementReason;
use crate::state::{Action, LoanStatus, LockState, MAX_COMMAND_KEYS, PolicyFloors, Terms};

/// A lender was created.
#[event]
pub struct LenderInitialised {
    pub lender: Pubkey,
    pub authority: Pubkey,
    /// Its hot key.
    pub servicer: Pubkey,
    /// What it lends.
    pub mint: Pubkey,
    /// Where payments go.
    pub treasury: Pubkey,
    /// What its loans must respect.
    pub floors: PolicyFloors,
    /// Keepers it admits; empty for all.
    pub keepers: Vec<Pubkey>,
}

/// The floors of future loans changed.
#[event]
pub struct PolicySet {
    pub lender: Pubkey,
    /// Floors before.
    pub before: PolicyFloors,
    /// Floors after.
    pub after: PolicyFloors,
}

/// A next authority was nominated, or a nomination taken back.
#[event]
pub struct AuthorityNominated {
    pub lender: Pubkey,
    /// Nominee before.
    pub before: Option<Pubkey>,
    /// Nominee after.
    pub after: Option<Pubkey>,
}

/// The nominee took over.
#[event]
pub struct AuthorityAccepted {
    pub lender: Pubkey,
    /// Authority before.
    pub before: Pubkey,
    /// Authority after.
    pub after: Pubkey,
    /// Treasury before.
    pub treasury_before: Pubkey,
    /// Treasury after.
    pub treasury_after: Pubkey,
}

/// The hot key changed.
#[event]
pub struct ServicerSet {
    pub lender: Pubkey,
    /// Servicer before.
    pub before: Pubkey,
    /// Servicer after.
    pub after: Pubkey,
}

/// The allow-list changed.
#[event]
pub struct KeepersSet {
    pub lender: Pubkey,
    /// Keepers before; empty for all.
    pub before: Vec<Pubkey>,
    /// Keepers after; empty for all.
    pub after: Vec<Pubkey>,
}

/// Locks and warnings were paused, or the pause was lifted.
#[event]
pub struct PauseSet {
    pub lender: Pubkey,
    /// Paused until then before; 0 or past if not paused.
    pub before: i64,
    /// Paused until then after; 0 if not paused.
    pub after: i64,
}

/// A function was offered or changed.
#[event]
pub struct FunctionSet {
    pub function: Pubkey,
    pub lender: Pubkey,
    /// What it does.
    pub action: Action,
    /// Revision before, 0 if it is new.
    pub revision_before: u32,
    /// Revision after.
    pub revision: u32,
    /// Fee before, lamports.
    pub fee_before: u64,
    /// Fee after, lamports.
    pub fee: u64,
    /// Command keys before; zero for none.
    pub command_keys_before: [Pubkey; MAX_COMMAND_KEYS],
    /// Command keys after; zero for none.
    pub command_keys: [Pubkey; MAX_COMMAND_KEYS],
    /// How many must sign after.
    pub required: u8,
}

/// A car proved its device key.
#[event]
pub struct VehicleRegistered {
    pub vehicle: Pubkey,
    pub lender: Pubkey,
    /// The key its receipts are signed with.
    pub device_key: Pubkey,
    /// Salted hash of its identification number.
    pub vin_commitment: [u8; 32],
}

/// A car has a new device key.
#[event]
pub struct DeviceKeyRotated {
    pub vehicle: Pubkey,
    /// Device key before.
    pub before: Pubkey,
    /// Device key after.
    pub after: Pubkey,
    /// Requests up to this sequence number are void.
    pub void_through: u64,
}

/// The lender no longer believes what a car's device key signs.
#[event]
pub struct DeviceDistrusted {
    pub vehicle: Pubkey,
    /// The key.
    pub device_key: Pubkey,
}

/// A car was taken out of service.
#[event]
pub struct VehicleRetired {
    pub vehicle: Pubkey,
    pub lender: Pubkey,
}

/// Lender and borrower signed a loan, and the seller was paid.
#[event]
pub struct LoanOriginated {
    pub loan: Pubkey,
    /// Who lent.
    pub lender: Pubkey,
    /// Who owes.
    pub borrower: Pubkey,
    pub vehicle: Pubkey,
    /// What they signed.
    pub terms: Terms,
    /// The seller's token account.
    pub seller: Pubkey,
    /// Escrow at the start, lamports.
    pub escrow: u64,
}

/// Lamports were added to an escrow.
#[event]
pub struct EscrowFunded {
    pub loan: Pubkey,
    /// Who paid.
    pub by: Pubkey,
    /// How much, lamports.
    pub lamports: u64,
    /// Available before, lamports.
    pub before: u64,
    /// Available after, lamports.
    pub after: u64,
}

/// The lender took lamports out of an escrow.
#[event]
pub struct EscrowWithdrawn {
    pub loan: Pubkey,
    /// How much, lamports.
    pub lamports: u64,
    /// Available before, lamports.
    pub before: u64,
    /// Available after, lamports.
    pub after: u64,
}

/// How a payment was made.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentKind {
    /// What was due.
    Collected,
    /// What was due and more.
    Prepaid,
    /// All that was owed.
    PaidOff,
}

/// What was due, or more, was taken in the car wallet.
#[event]
pub struct PaymentApplied {
    pub loan: Pubkey,
    /// How.
    pub kind: PaymentKind,
    /// To interest, base units.
    pub interest: u64,
    /// To principal, base units.
    pub principal: u64,
    /// To fees, base units.
    pub fees: u64,
    /// Late fees charged on the way, base units.
    pub late_fees: u64,
    /// Principal owed before, base units.
    pub principal_before: u64,
    /// Principal owed after, base units.
    pub principal_after: u64,
    /// Taken and still in the wallet, this payment included, base units.
    pub unsent: u64,
    /// Status before.
    pub status_before: LoanStatus,
    /// Status after.
    pub status_after: LoanStatus,
}

/// What was taken left the car wallet for the lender.
#[event]
pub struct PaymentSent {
    pub loan: Pubkey,
    /// The lender's treasury.
    pub treasury: Pubkey,
    /// How much, base units.
    pub amount: u64,
}

/// A loan fell into default.
#[event]
pub struct DefaultDeclared {
    pub loan: Pubkey,
    /// Past due, base units.
    pub past_due: u64,
    /// When the oldest unpaid instalment was due.
    pub oldest_unpaid_due: i64,
    /// When it was declared.
    pub at: i64,
}

/// The borrower was told of a delinquency.
#[event]
pub struct NoticeServed {
    pub loan: Pubkey,
    /// Hash of the notice.
    pub evidence: [u8; 32],
    /// How it was served.
    pub channels: u8,
    /// Whether it is the final notice.
    pub is_final: bool,
    /// When.
    pub at: i64,
    /// The earliest lock that the notices so far allow; none while channels or the final notice are missing.
    pub matures_at: Option<i64>,
}

/// The lender promised not to lock or warn for a while.
#[event]
pub struct HoldPlaced {
    pub loan: Pubkey,
    /// Hold until then before; 0 or past if there was none.
    pub before: i64,
    /// Hold until then after.
    pub after: i64,
}

/// Both parties ended a hold before its date.
#[event]
pub struct HoldLifted {
    pub loan: Pubkey,
    /// Hold until then before.
    pub before: i64,
    /// When it was lifted.
    pub at: i64,
}

/// The lender stayed all enforcement for a while.
#[event]
pub struct StayPlaced {
    pub loan: Pubkey,
    /// Stayed until then before; 0 or past if it was not.
    pub until_before: i64,
    /// From here on.
    pub from: i64,
    /// Until here.
    pub until: i64,
    /// Status after.
    pub status_after: LoanStatus,
}

/// The terms of a loan changed.
#[event]
pub struct LoanAmended {
    pub loan: Pubkey,
    /// Whether the borrower signed too, so that the schedule began again.
    pub by_both: bool,
    /// Terms before.
    pub before: Terms,
    /// Terms after.
    pub after: Terms,
    /// Principal forgiven, base units.
    pub forgiven_principal: u64,
    /// Interest forgiven, base units.
    pub forgiven_interest: u64,
    /// Status before.
    pub status_before: LoanStatus,
    /// Status after.
    pub status_after: LoanStatus,
}

/// A loan was ended for less than was owed.
#[event]
pub struct LoanSettled {
    pub loan: Pubkey,
    /// Why.
    pub reason: SettlementReason,
    /// Status before.
    pub status_before: LoanStatus,
    /// Principal forgiven, base units.
    pub forgiven_principal: u64,
    /// Interest forgiven, base units.
    pub forgiven_interest: u64,
    /// Late fees forgiven, base units.
    pub forgiven_fees: u64,
    /// When.
    pub at: i64,
}

/// A loan and its car were sold to another lender.
#[event]
pub struct LoanAssigned {
    pub loan: Pubkey,
    pub vehicle: Pubkey,
    /// Lender before.
    pub before: Pubkey,
    /// Lender after.
    pub after: Pubkey,
    /// The car's clock when it took the new keys.
    pub device_time: i64,
}

/// The borrower moved the loan to another key.
#[event]
pub struct BorrowerRotated {
    pub loan: Pubkey,
    /// Key before.
    pub before: Pubkey,
    /// Key after.
    pub after: Pubkey,
}

/// A key was proposed to take the place of a lost one.
#[event]
pub struct RecoveryProposed {
    pub loan: Pubkey,
    /// The key.
    pub new_key: Pubkey,
    /// It may take over then.
    pub from: i64,
}

/// A key took the place of a lost one.
#[event]
pub struct BorrowerRecovered {
    pub loan: Pubkey,
    /// Key before.
    pub before: Pubkey,
    /// Key after.
    pub after: Pubkey,
    /// Until then it may only pay, unlock and start in emergency.
    pub restricted_until: i64,
}

/// The borrower refused a proposed key.
#[event]
pub struct RecoveryRefused {
    pub loan: Pubkey,
    /// The key.
    pub refused: Pubkey,
    /// No key can be proposed before then.
    pub barred_until: i64,
}

/// Every due date moved by one period.
#[event]
pub struct LoanExtended {
    pub loan: Pubkey,
    /// Extensions used, this one included.
    pub extensions_used: u8,
    /// Last due date before.
    pub last_due_before: i64,
    /// Last due date after.
    pub last_due_after: i64,
    /// Status before.
    pub status_before: LoanStatus,
    /// Status after.
    pub status_after: LoanStatus,
}

/// Late fees were forgiven.
#[event]
pub struct FeesWaived {
    pub loan: Pubkey,
    /// How much, base units.
    pub amount: u64,
    /// Fees owed before, base units.
    pub before: u64,
    /// Fees owed after, base units.
    pub after: u64,
    /// Status before.
    pub status_before: LoanStatus,
    /// Status after.
    pub status_after: LoanStatus,
}

/// The borrower started the car whatever is owed.
#[event]
pub struct EmergencyStarted {
    pub loan: Pubkey,
    /// Emergency start until then before; 0 if never.
    pub before: i64,
    /// Emergency start until then after.
    pub after: i64,
    /// Emergency starts used, this one included.
    pub used: u8,
    /// Emergency starts the terms grant.
    pub granted: u8,
}

/// The lender gave a loan up.
#[event]
pub struct LoanChargedOff {
    pub loan: Pubkey,
    /// Status before.
    pub status_before: LoanStatus,
    /// Past due, base units.
    pub past_due: u64,
    /// Whole days since the oldest unpaid due date.
    pub days_past_due: i64,
    /// When.
    pub at: i64,
}

/// The borrower took back what was not due.
#[event]
pub struct SurplusWithdrawn {
    pub loan: Pubkey,
    /// Of which mint.
    pub mint: Pubkey,
    /// How much, base units.
    pub amount: u64,
    /// Wallet before, base units.
    pub before: u64,
    /// Wallet after, base units.
    pub after: u64,
}

/// A loan and its escrow and wallet were closed.
#[event]
pub struct LoanClosed {
    pub loan: Pubkey,
    /// Lamports of the escrow that went back to the lender.
    pub escrow_returned: u64,
    /// Base units of the wallet that went back to the borrower.
    pub wallet_returned: u64,
    /// Base units that were taken before and went to the lender now.
    pub sent: u64,
    /// Fees paid to keepers over the loan's life, lamports.
    pub fees_paid: u64,
}

/// A function call was asked for.
#[event]
pub struct InvocationRequested {
    pub invocation: Pubkey,
    pub loan: Pubkey,
    pub vehicle: Pubkey,
    /// Its sequence number.
    pub seq: u64,
    /// What is asked.
    pub action: Action,
    /// The fee it holds, lamports.
    pub fee: u64,
    /// It cannot be claimed from then on.
    pub expires_at: i64,
    /// Available in the escrow afterwards, lamports.
    pub escrow_after: u64,
}

/// A keeper took the lease.
#[event]
pub struct InvocationClaimed {
    pub invocation: Pubkey,
    pub keeper: Pubkey,
    /// The lease is over then.
    pub lease_end: i64,
    /// Its bond, lamports.
    pub bond: u64,
    /// The keeper whose lapsed lease it took over.
    pub lapsed: Option<Pubkey>,
    /// Bond that one forfeited to the escrow, lamports.
    pub forfeited: u64,
}

/// The car's receipt was accepted and the keeper paid.
#[event]
pub struct InvocationConfirmed {
    pub invocation: Pubkey,
    pub loan: Pubkey,
    pub vehicle: Pubkey,
    /// Its sequence number.
    pub seq: u64,
    /// What was done.
    pub action: Action,
    /// Who was paid.
    pub keeper: Pubkey,
    /// The fee, lamports.
    pub fee: u64,
    /// The bond given back, lamports.
    pub bond: u64,
    /// The car's clock when it signed.
    pub device_time: i64,
    /// SHA-256 of the command it answers.
    pub command_hash: [u8; 32],
    /// The car's lock before.
    pub lock_before: LockState,
    /// The car's lock after.
    pub lock_after: LockState,
}

/// A keeper gave the lease back.
#[event]
pub struct ClaimYielded {
    pub invocation: Pubkey,
    pub keeper: Pubkey,
    /// The bond given back, lamports.
    pub bond: u64,
}

/// An unfulfilled invocation was closed.
#[event]
pub struct InvocationExpired {
    pub invocation: Pubkey,
    pub loan: Pubkey,
    /// Its sequence number.
    pub seq: u64,
    /// What was asked.
    pub action: Action,
    /// The fee that went back to the escrow, lamports.
    pub refunded: u64,
    /// A lapsed keeper's bond that went to the escrow, lamports.
    pub forfeited: u64,
    /// A lapsed keeper's bond that went back to it, because the device key is distrusted, lamports.
    pub returned: u64,
}
