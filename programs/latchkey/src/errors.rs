//! Every way an instruction can refuse, numbered by area. Each message names the rule and the way out.

use anchor_lang::prelude::*;

/// Why an instruction refused. Areas: 6000 parties, 6100 lender and functions, 6200 vehicle, 6300 terms,
/// 6400 payments, 6500 default and notice, 6600 requests, 6700 claims and settlement, 6800 proof, 6900 arithmetic.
#[error_code(offset = 0)]
pub enum LatchkeyError {
    /// Not the lender's authority.
    #[msg("Only the lender's authority may do this: sign with the authority's key")]
    NotAuthority = 6000,
    /// Neither authority nor servicer.
    #[msg("Only the lender's authority or servicer may do this: sign with one of their keys")]
    NotServicing = 6001,
    /// Not the borrower.
    #[msg("Only the loan's borrower may do this: sign with the borrower's key")]
    NotBorrower = 6002,
    /// Neither party of the loan.
    #[msg("Only the lender or the loan's borrower may do this: sign with one of their keys")]
    NotParty = 6003,
    /// An account of another lender.
    #[msg("This account belongs to another lender: pass the accounts of one lender")]
    WrongLender = 6004,
    /// An account of another loan.
    #[msg("This account belongs to another loan: pass the accounts of one loan")]
    WrongLoan = 6005,
    /// An account of another vehicle.
    #[msg("This account belongs to another vehicle: pass the accounts of one vehicle")]
    WrongVehicle = 6006,
    /// Money would go to somebody else.
    #[msg("This is not the account the money belongs to: pass the one recorded on chain")]
    WrongRecipient = 6007,
    /// Not the nominated authority.
    #[msg("Only the nominated authority may accept: sign with the key the authority nominated")]
    NotNominee = 6008,

    /// A mint with more than metadata.
    #[msg("The mint must be SPL Token, or Token-2022 with metadata extensions only: choose another mint")]
    UnsupportedMint = 6100,
    /// Treasury of another mint or owner.
    #[msg(
        "The treasury must be the authority's token account of the lender's mint, without a close authority"
    )]
    InvalidTreasury = 6101,
    /// More keepers than fit.
    #[msg("The keeper allow-list holds at most 8 distinct keys: shorten it")]
    InvalidKeepers = 6102,
    /// Function address too long.
    #[msg("A function's address has at most 128 bytes: shorten it")]
    UriTooLong = 6103,
    /// Function address is neither empty nor https.
    #[msg("A function's address is empty (embedded) or starts with https://")]
    UriNotHttps = 6104,
    /// Lease or time-to-live out of bounds.
    #[msg(
        "A function's lease is 1 second to 1 day and no longer than its time-to-live, which is at most 30 days"
    )]
    InvalidFunctionTimes = 6105,
    /// Fee or bond beyond any sensible amount.
    #[msg("A function's fee and bond are at most 10 SOL each, and the fee is above 0")]
    InvalidFunctionFee = 6106,
    /// No command key.
    #[msg("A function needs a command key: pass the ed25519 key that signs its commands")]
    InvalidCommandKey = 6107,
    /// Pause of nothing or too long.
    #[msg("A pause lasts from 1 second to 24 hours: choose a time within")]
    InvalidPause = 6108,
    /// Nominee is the authority.
    #[msg("The nominee is the authority already: nominate another key, or none")]
    InvalidNominee = 6109,

    /// Open loan on the vehicle.
    #[msg("The vehicle already secures an open loan: close it first")]
    VehicleHasLoan = 6200,
    /// Vehicle out of service.
    #[msg("The vehicle is retired: register it anew with a new device key")]
    VehicleRetired = 6201,
    /// The car is or may be locked.
    #[msg(
        "The car is locked, or was asked to lock and has not proven an unlock since: request Unlock first"
    )]
    VehicleLocked = 6202,
    /// Key is the same.
    #[msg("The device has this key already: rotate to a new one")]
    SameDeviceKey = 6203,

    /// Principal, instalment or count of zero.
    #[msg("Principal, instalment and number of payments must be above 0")]
    TermsEmpty = 6300,
    /// First due date not ahead.
    #[msg("The first due date must lie in the future")]
    TermsFirstDue = 6301,
    /// Period of zero or too long.
    #[msg("The period must be 1 second to 366 days, or 1 to 12 months")]
    TermsPeriod = 6302,
    /// The schedule ends too far out.
    #[msg("The schedule must end within 50 years of origination")]
    TermsTooLong = 6303,
    /// Below the policy's grace.
    #[msg("Grace is shorter than the lender's policy floor: lengthen it")]
    TermsGrace = 6304,
    /// Below the policy's notice.
    #[msg("Notice is shorter than the lender's policy floor: lengthen it")]
    TermsNotice = 6305,
    /// Above the policy's rate.
    #[msg("The rate is above the lender's policy ceiling: lower it")]
    TermsApr = 6306,
    /// Above the policy's late fee.
    #[msg("The late fee is above the lender's policy ceiling: lower it")]
    TermsLateFee = 6307,
    /// Late fee too early.
    #[msg("The late fee falls earlier than the lender's policy floor: allow more time")]
    TermsLateAfter = 6308,
    /// Emergency start too short or too few.
    #[msg("Emergency starts are shorter or fewer than the lender's policy floor: grant more")]
    TermsEmergencyStart = 6309,
    /// Lock lease beyond the policy.
    #[msg("A lock stands longer than the lender's policy allows: shorten lock_ttl_secs")]
    TermsLockTtl = 6310,
    /// Escrow starts too small.
    #[msg("The escrow starts with at least one fee of each function: raise the deposit")]
    EscrowTooSmall = 6311,
    /// Principal would go to the loan's own wallet or the treasury.
    #[msg("The principal goes to the seller: pass the seller's own token account")]
    InvalidSeller = 6312,
    /// Extensions before the loan exists.
    #[msg("New terms have no extensions: set deferred to 0")]
    TermsDeferred = 6313,
    /// Extensions used up.
    #[msg("All extensions the terms grant are used")]
    NoExtensionLeft = 6314,

    /// Nothing is owed.
    #[msg("The loan is paid off: nothing is owed (close_loan ends it)")]
    LoanPaidOff = 6400,
    /// Something is owed.
    #[msg("The loan is not paid off: pay it off first (pay_off)")]
    LoanNotPaidOff = 6401,
    /// Wallet short.
    #[msg("The car wallet does not hold enough: top it up by a plain token transfer, then try again")]
    WalletTooSmall = 6402,
    /// A payment of nothing.
    #[msg("The amount must be above 0")]
    ZeroAmount = 6403,
    /// More than the payoff.
    #[msg("This is more than the loan owes: use pay_off")]
    PrepayExceedsPayoff = 6404,
    /// Escrow cannot pay.
    #[msg("The escrow cannot pay this and keep the unlock that may follow: fund it first (fund_escrow)")]
    EscrowShort = 6405,
    /// Invocations exist.
    #[msg("The loan still has invocations: settle or expire them first")]
    InvocationsOpen = 6406,
    /// Waiver too large.
    #[msg("No more fees can be waived than are charged: collect first, or waive less")]
    WaiverTooLarge = 6407,
    /// Surplus too small.
    #[msg("Only what is not due can be withdrawn: past due and fees stay in the wallet")]
    NotSurplus = 6408,

    /// Nothing past due.
    #[msg("Nothing is past due: the loan is current")]
    NotPastDue = 6500,
    /// Wallet could pay.
    #[msg("The car wallet can pay what is past due: collect first")]
    WalletCanPay = 6501,
    /// Within grace.
    #[msg("The grace period is not over: wait until grace_secs after the oldest unpaid due date")]
    GraceNotOver = 6502,
    /// Not a status that can default.
    #[msg("Only an active loan can default")]
    NotActive = 6503,
    /// Not in default.
    #[msg("Only a defaulted loan's car can be locked: declare_default first")]
    NotDefaulted = 6504,
    /// Notice in force.
    #[msg("A notice of this delinquency is already in force")]
    NoticeInForce = 6505,
    /// No or unknown channel.
    #[msg("A notice names at least one known channel other than the car, which proves its own warnings")]
    InvalidChannels = 6506,
    /// No notice of this delinquency.
    #[msg(
        "No notice of what is past due was served: serve_notice, or warn the driver, and wait notice_secs"
    )]
    NoticeNotServed = 6507,
    /// Notice too fresh.
    #[msg("The notice has not matured: wait until notice_secs after it was served")]
    NoticeNotMatured = 6508,
    /// Less than 120 days past due.
    #[msg("A loan is charged off 120 days past due at the earliest: wait")]
    TooEarlyToChargeOff = 6509,

    /// On hold.
    #[msg("The loan is on hold for a promise to pay: wait until the hold ends")]
    OnHold = 6600,
    /// Emergency start.
    #[msg("An emergency start is running: wait until it ends")]
    InEmergencyStart = 6601,
    /// Paused.
    #[msg("The lender has paused locks and warnings: wait until the pause ends")]
    LenderPaused = 6602,
    /// Something open.
    #[msg("The vehicle has an open invocation: settle or expire it first")]
    InvocationOpen = 6603,
    /// Locked long enough.
    #[msg("The car is locked and the lock is not in its last third: wait to renew it")]
    LockStands = 6604,
    /// One warning an instalment.
    #[msg("A warning was already asked for this instalment: one each")]
    AlreadyWarned = 6605,
    /// Nothing to unlock.
    #[msg("No lock was asked for since the car last proved an unlock: there is nothing to unlock")]
    NothingToUnlock = 6606,
    /// Defaulted loan.
    #[msg(
        "The loan is in default: top up the car wallet until it can pay what is past due, or the lender asks"
    )]
    UnlockNotDue = 6607,
    /// Charged off.
    #[msg("The loan is charged off: it has no warnings and no extensions")]
    ChargedOff = 6608,
    /// Hold not ahead.
    #[msg(
        "A hold ends in the future, later than the one that runs, and within 366 days: choose such a date"
    )]
    InvalidHold = 6609,
    /// No hold runs.
    #[msg("No hold is running: there is nothing to lift")]
    NotOnHold = 6610,
    /// Emergency starts used up.
    #[msg("All emergency starts the terms grant are used")]
    NoEmergencyStartLeft = 6611,

    /// Newer request exists.
    #[msg("A newer request supersedes this invocation: work on that one")]
    Superseded = 6700,
    /// Past time-to-live.
    #[msg("The invocation has expired: expire it and request anew")]
    Expired = 6701,
    /// Leased.
    #[msg("Another keeper holds the lease: wait until it lapses")]
    Leased = 6702,
    /// Not on the list.
    #[msg("This keeper is not on the lender's allow-list")]
    KeeperNotAllowed = 6703,
    /// Lapsed before.
    #[msg("This keeper let its lease on this invocation lapse and may not claim it again")]
    LapsedClaimer = 6704,
    /// No claim.
    #[msg("Nobody has claimed this invocation: claim it first")]
    NotClaimed = 6705,
    /// Somebody else's claim.
    #[msg("Only the keeper that claimed this may do this")]
    NotClaimer = 6706,
    /// Lease over.
    #[msg("The lease has lapsed: the bond is forfeited")]
    LeaseLapsed = 6707,
    /// Not over.
    #[msg("The invocation is neither expired nor superseded, or its lease still runs: wait")]
    NotExpired = 6708,
    /// Asked of the old device.
    #[msg("The device key has changed since this was asked: expire it and request anew")]
    InvocationVoid = 6709,

    /// Called by another program.
    #[msg(
        "Proofs are checked at the top level only: call this directly in a transaction, not from a program"
    )]
    NotTopLevel = 6800,
    /// No ed25519 instruction before.
    #[msg("The instruction just before this one must be the ed25519 program's")]
    ProofMissing = 6801,
    /// ed25519 instruction of another form.
    #[msg("The ed25519 instruction must have the one form built by the client: one signature, its own data only")]
    ProofMalformed = 6802,
    /// Another signer.
    #[msg("The proof is signed by another key than the device key on record")]
    ProofWrongKey = 6803,
    /// Another message.
    #[msg("The signed message is not the one this instruction expects")]
    ProofWrongMessage = 6804,

    /// Overflow.
    #[msg("The arithmetic overflows: the amounts or times are out of range")]
    Overflow = 6900,
    /// Token account did not change as it should.
    #[msg("The token transfer moved another amount than asked: the mint is not supported")]
    TransferMismatch = 6901,
}

/// Every error, for finding one by its number.
pub const ALL: &[LatchkeyError] = &[
    LatchkeyError::NotAuthority,
    LatchkeyError::NotServicing,
    LatchkeyError::NotBorrower,
    LatchkeyError::NotParty,
    LatchkeyError::WrongLender,
    LatchkeyError::WrongLoan,
    LatchkeyError::WrongVehicle,
    LatchkeyError::WrongRecipient,
    LatchkeyError::NotNominee,
    LatchkeyError::UnsupportedMint,
    LatchkeyError::InvalidTreasury,
    LatchkeyError::InvalidKeepers,
    LatchkeyError::UriTooLong,
    LatchkeyError::UriNotHttps,
    LatchkeyError::InvalidFunctionTimes,
    LatchkeyError::InvalidFunctionFee,
    LatchkeyError::InvalidCommandKey,
    LatchkeyError::InvalidPause,
    LatchkeyError::InvalidNominee,
    LatchkeyError::VehicleHasLoan,
    LatchkeyError::VehicleRetired,
    LatchkeyError::VehicleLocked,
    LatchkeyError::SameDeviceKey,
    LatchkeyError::TermsEmpty,
    LatchkeyError::TermsFirstDue,
    LatchkeyError::TermsPeriod,
    LatchkeyError::TermsTooLong,
    LatchkeyError::TermsGrace,
    LatchkeyError::TermsNotice,
    LatchkeyError::TermsApr,
    LatchkeyError::TermsLateFee,
    LatchkeyError::TermsLateAfter,
    LatchkeyError::TermsEmergencyStart,
    LatchkeyError::TermsLockTtl,
    LatchkeyError::EscrowTooSmall,
    LatchkeyError::InvalidSeller,
    LatchkeyError::TermsDeferred,
    LatchkeyError::NoExtensionLeft,
    LatchkeyError::LoanPaidOff,
    LatchkeyError::LoanNotPaidOff,
    LatchkeyError::WalletTooSmall,
    LatchkeyError::ZeroAmount,
    LatchkeyError::PrepayExceedsPayoff,
    LatchkeyError::EscrowShort,
    LatchkeyError::InvocationsOpen,
    LatchkeyError::WaiverTooLarge,
    LatchkeyError::NotSurplus,
    LatchkeyError::NotPastDue,
    LatchkeyError::WalletCanPay,
    LatchkeyError::GraceNotOver,
    LatchkeyError::NotActive,
    LatchkeyError::NotDefaulted,
    LatchkeyError::NoticeInForce,
    LatchkeyError::InvalidChannels,
    LatchkeyError::NoticeNotServed,
    LatchkeyError::NoticeNotMatured,
    LatchkeyError::TooEarlyToChargeOff,
    LatchkeyError::OnHold,
    LatchkeyError::InEmergencyStart,
    LatchkeyError::LenderPaused,
    LatchkeyError::InvocationOpen,
    LatchkeyError::LockStands,
    LatchkeyError::AlreadyWarned,
    LatchkeyError::NothingToUnlock,
    LatchkeyError::UnlockNotDue,
    LatchkeyError::ChargedOff,
    LatchkeyError::InvalidHold,
    LatchkeyError::NotOnHold,
    LatchkeyError::NoEmergencyStartLeft,
    LatchkeyError::Superseded,
    LatchkeyError::Expired,
    LatchkeyError::Leased,
    LatchkeyError::KeeperNotAllowed,
    LatchkeyError::LapsedClaimer,
    LatchkeyError::NotClaimed,
    LatchkeyError::NotClaimer,
    LatchkeyError::LeaseLapsed,
    LatchkeyError::NotExpired,
    LatchkeyError::InvocationVoid,
    LatchkeyError::NotTopLevel,
    LatchkeyError::ProofMissing,
    LatchkeyError::ProofMalformed,
    LatchkeyError::ProofWrongKey,
    LatchkeyError::ProofWrongMessage,
    LatchkeyError::Overflow,
    LatchkeyError::TransferMismatch,
];
