//! Every way an instruction can refuse, numbered by area. Each text names the rule and the way out.

use anchor_lang::prelude::*;

/// Writes the enum and the list of its variants from one table: name, number, text.
///
/// Anchor's own `error_code` writes the enum for the IDL only. Elsewhere an error is its number: with Anchor's names and
/// texts in every place that refuses, they were a tenth of the program. Off chain, `Display` gives the text.
macro_rules! errors {
    ($($name:ident = $number:tt, $text:tt;)*) => {
        /// Why an instruction refused. Areas: 6000 parties, 6100 lender and functions, 6200 vehicle, 6300 terms,
        /// 6400 payments, 6500 default and notice, 6600 requests, 6700 claims and settlement, 6800 proof,
        /// 6900 arithmetic.
        #[cfg(not(feature = "idl-build"))]
        #[derive(Debug, Clone, Copy)]
        #[repr(u32)]
        pub enum LatchkeyError {
            $(#[doc = $text] $name = $number,)*
        }

        #[cfg(feature = "idl-build")]
        #[error_code(offset = 0)]
        pub enum LatchkeyError {
            $(#[msg($text)] $name = $number,)*
        }

        /// Every error, for finding one by its number.
        pub const ALL: &[LatchkeyError] = &[$(LatchkeyError::$name),*];

        #[cfg(not(feature = "idl-build"))]
        impl LatchkeyError {
            /// The error's name, as Anchor's own macro gives it.
            pub fn name(&self) -> String {
                format!("{self:?}")
            }
        }

        #[cfg(not(feature = "idl-build"))]
        impl core::fmt::Display for LatchkeyError {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(match self {
                    $(Self::$name => $text,)*
                })
            }
        }
    };
}

#[cfg(not(feature = "idl-build"))]
impl From<LatchkeyError> for u32 {
    fn from(error: LatchkeyError) -> Self {
        error as Self
    }
}

#[cfg(not(feature = "idl-build"))]
impl From<LatchkeyError> for Error {
    #[cold]
    #[inline(never)]
    fn from(error: LatchkeyError) -> Self {
        ProgramError::Custom(error.into()).into()
    }
}

/// An error of Anchor's as its number too.
#[cold]
#[inline(never)]
pub(crate) fn of_anchor(code: ErrorCode) -> Error {
    ProgramError::Custom(code.into()).into()
}

errors! {
    // Parties.
    NotAuthority = 6000, "Only the lender's authority may do this: sign with the authority's key";
    NotServicing = 6001, "Only the lender's authority or servicer may do this: sign with one of their keys";
    NotBorrower = 6002, "Only the loan's borrower may do this: sign with the borrower's key";
    NotParty = 6003, "Only the lender or the loan's borrower may do this: sign with one of their keys";
    WrongLender = 6004, "This account belongs to another lender: pass the accounts of one lender";
    WrongLoan = 6005, "This account belongs to another loan: pass the accounts of one loan";
    WrongVehicle = 6006, "This account belongs to another vehicle: pass the accounts of one vehicle";
    WrongRecipient = 6007, "This is not the account the money belongs to: pass the one recorded on chain";
    NotNominee = 6008, "Only the nominated authority may accept: sign with the key the authority nominated";
    RecoveredKey = 6009,
        "This key took the place of a lost one: for 90 days it may only pay, unlock and start in emergency";
    SameBorrowerKey = 6010, "The borrower already has this key, or it is no key: pass another one";
    RecoveryTooEarly = 6011, "A proposed key takes over 14 days after it was proposed: wait";
    NewKeyMustSign = 6012, "The proposed key must sign when it takes over: sign with it too";
    RecoveryBarred = 6013, "The borrower refused a proposed key less than 90 days ago: wait";
    NoRecovery = 6014, "No key is proposed: there is nothing to refuse";
    RevisionChanged = 6015,
        "The loan has changed since this was agreed: read it again and sign its present revision";
    DeadlinePassed = 6016, "The deadline of this agreement has passed: agree on a later one and sign again";
    BringerMustSign = 6017, "Who brings the receipt of an unlock is paid for it: sign as the keeper";

    // Lender and functions.
    UnsupportedMint = 6100,
        "The mint must be SPL Token, or Token-2022 with metadata extensions only: choose another mint";
    InvalidTreasury = 6101,
        "The treasury must be the authority's associated token account of the lender's mint: pass that account";
    InvalidKeepers = 6102, "The keeper allow-list holds at most 8 distinct keys: shorten it";
    UriTooLong = 6103, "A function's address has at most 128 bytes: shorten it";
    UriNotHttps = 6104, "A function's address is empty (embedded) or starts with https://";
    InvalidFunctionTimes = 6105,
        "A lease is 30 seconds to 15 minutes and no longer than the time-to-live, which is at most 30 days; an unlock lives at least an hour";
    InvalidFunctionFee = 6106, "A function's fee and bond are at most 10 SOL each, and the fee is above 0";
    InvalidCommandKeys = 6107,
        "A function has one to three distinct command keys, the set ones first, of which 1 to all must sign; of an unlock's just 1";
    InvalidPause = 6108, "A pause lasts from 1 second to 24 hours: choose a shorter or longer one";
    InvalidNominee = 6109, "The nominee is already the authority: nominate another key, or withdraw the nomination";

    // Vehicle.
    VehicleHasLoan = 6200, "The vehicle already secures an open loan: close it first";
    VehicleRetired = 6201, "The vehicle is retired: register it again with a new device key";
    VehicleLocked = 6202,
        "The car is locked, or a lock was requested and no unlock is proven since: request Unlock first";
    SameDeviceKey = 6203, "The device already has this key: rotate to a new one";
    DeviceDistrusted = 6204,
        "The lender does not trust this car's device key: it only unlocks until the key is rotated (rotate_device_key)";
    AlreadyDistrusted = 6205, "The device key is already distrusted: rotate it (rotate_device_key)";

    // Terms.
    TermsEmpty = 6300, "Principal, instalment and number of payments must be above 0";
    TermsFirstDue = 6301, "The first due date must lie in the future";
    TermsCalendar = 6302,
        "A calendar counts 1 second to 366 days, or 1 to 12 months on a day from 1 to 31, or two days of each month, the first below 28, at most 14 hours from UTC";
    TermsTooLong = 6303, "The schedule must end within 50 years of origination";
    TermsGrace = 6304, "Grace is shorter than the lender's policy floor: lengthen it";
    TermsNotice = 6305,
        "Notice is shorter, by fewer channels, earlier or without the final notice of the lender's policy floor: raise it";
    TermsApr = 6306, "The rate is above the lender's policy ceiling: lower it";
    TermsLateFee = 6307, "The late fee is above the lender's policy ceiling: lower it";
    TermsLateAfter = 6308, "The late fee falls earlier than the lender's policy floor: allow more time";
    TermsEmergencyStart = 6309,
        "Emergency starts are shorter or fewer than the lender's policy floor: grant more";
    TermsLockTtl = 6310,
        "A lock stands an hour to 45 days, and no longer than the lender's policy allows: change lock_ttl_secs";
    EscrowTooSmall = 6311, "The escrow starts with at least one fee of each function: raise the deposit";
    InvalidSeller = 6312, "The principal goes to the seller: pass the seller's own token account";
    TermsDeferred = 6313, "New terms have no extensions: set deferred to 0";
    NoExtensionLeft = 6314, "All extensions that the terms grant are used";
    TermsFirstDueDay = 6315,
        "The first due date must fall on a day of the calendar, where the borrower lives: change the one or the other";
    TermsNoWait = 6316, "grace_secs, late_after_secs and warn_after_secs must be at least 1 second each";
    TermsNoticeUnclear = 6317,
        "A notice has 1 to 6 channels and counts for longer than notice and final notice take together; without channels all notice terms are 0";
    TermsWarnAfter = 6318, "The car warns earlier than the lender's policy floor: allow more time";
    TermsPublicUnlock = 6319,
        "The unlock function needs a public https address: set one (set_function), or sign terms without public_unlock where the policy allows";
    AmendedPrincipal = 6320,
        "Amended terms name the principal that was lent: leave it, and forgive principal by forgive_principal";
    AmendmentNeedsBoth = 6321,
        "Alone the lender may only lower rate, late fee or debt and lengthen graces: let the borrower sign too";
    SameLender = 6322, "Buyer and seller are one lender: name another buyer";
    BuyerMint = 6323, "The buyer lends another mint: a loan is sold to a lender of the same mint";

    // Payments.
    LoanPaidOff = 6400, "The loan is paid off or settled: nothing is owed (close_loan ends it)";
    LoanNotPaidOff = 6401, "The loan is neither paid off nor settled: pay it off first (pay_off)";
    WalletTooSmall = 6402,
        "The car wallet does not hold enough: top it up by a plain token transfer, then try again";
    ZeroAmount = 6403, "The amount must be above 0";
    PrepayExceedsPayoff = 6404, "This is more than the loan owes: use pay_off";
    EscrowShort = 6405,
        "The escrow cannot pay this and keep the unlock that may follow: fund it first (fund_escrow)";
    InvocationsOpen = 6406, "The loan still has invocations: settle or expire them first";
    WaiverTooLarge = 6407, "No more can be forgiven than is owed: waive or forgive less";
    NotSurplus = 6408, "Only money that is not due can be withdrawn: withdraw less";
    TooManyMoments = 6409,
        "More than 32 due dates and late dates have passed since the last look: collect first, as often as needed";
    UnsentRemains = 6410, "The wallet holds money that is the lender's: send it to the treasury first (collect)";
    PayerTokensMissing = 6411,
        "The wallet may not pay all of it: pass a token account of the payer that brings the rest";

    // Default and notice.
    NotPastDue = 6500, "Nothing is past due: the loan is current";
    NotEnforced = 6501, "Nothing is enforced any more: the loan is paid off, settled or charged off";
    GraceNotOver = 6502,
        "The grace period is not over: wait until grace_secs after the oldest unpaid due date";
    NotActive = 6503, "Only an active loan can default: this one is in default, paid off or charged off";
    NotDefaulted = 6504, "Only a defaulted loan's car can be locked: declare_default first";
    NoticeInForce = 6505, "A notice of this delinquency is already in force: a second one is not needed";
    InvalidChannels = 6506,
        "A notice names at least one known channel other than the car, which proves its own warnings";
    NoticeNotServed = 6507,
        "The borrower has no complete notice of what is past due: serve_notice by the channels agreed, or warn the driver";
    NoticeNotMatured = 6508,
        "The notice has not matured: wait until notice_secs after it was complete, and final_notice_secs after the final one";
    TooEarlyToChargeOff = 6509, "A loan can be charged off when it is 120 days past due: wait";
    FinalNoticeNotServed = 6510,
        "The borrower has no final notice: serve one, final_notice_secs or more after the notice was complete";
    FinalNoticeTooEarly = 6511,
        "The notice is complete, and a final one comes final_notice_secs later at the earliest: wait";
    NoticeBeforeDefault = 6512, "A notice of this loan counts only after its default: wait until grace_secs are over";
    OnStay = 6513, "The loan is stayed: wait until the stay ends";
    TooEarlyToWarn = 6514, "The car warns warn_after_secs after the due date at the earliest: wait";

    // Requests.
    OnHold = 6600, "The loan is on hold for a promise to pay: wait until the hold ends";
    InEmergencyStart = 6601, "An emergency start is running: wait until it ends";
    LenderPaused = 6602, "The lender has paused locks and warnings: wait until the pause ends";
    InvocationOpen = 6603, "The vehicle has an open invocation: settle or expire it first";
    LockStands = 6604, "The car is locked and the lock is not in its last third: wait to renew it";
    AlreadyWarned = 6605,
        "Two warnings were requested of this instalment, or one is proven, or it is no longer past due: no more are allowed";
    NothingToUnlock = 6606,
        "No lock was requested since the car last proved an unlock: there is nothing to unlock";
    UnlockNotDue = 6607,
        "The loan is in default: top up the car wallet until it can pay what is past due, or ask the lender to unlock";
    ChargedOff = 6608, "The loan is charged off: it has no warnings and no extensions";
    InvalidHold = 6609,
        "A hold must end in the future, later than the running one, and within 45 days, or 366 by the authority: choose such a date";
    NotOnHold = 6610, "No hold is running: there is nothing to lift";
    NoEmergencyStartLeft = 6611, "All emergency starts that the terms grant are used";
    InvalidStay = 6612,
        "A stay begins now or later, ends after it begins and within 366 days, and prolongs one that is not over without a gap";
    FunctionMissing = 6613, "A warning or a lock needs the lender's function: pass its account";

    // Claims and settlement.
    Superseded = 6700, "A newer request supersedes this invocation: work on that one";
    Expired = 6701, "The invocation has expired: expire it, then request again";
    Leased = 6702, "Another keeper holds the lease: wait until it lapses";
    KeeperNotAllowed = 6703, "This keeper is not on the lender's allow-list: ask the lender to add it";
    LapsedClaimer = 6704, "This keeper let its lease on this invocation lapse and cannot claim it again: leave it to another keeper";
    NotClaimed = 6705, "The invocation is not claimed: claim it first";
    NotClaimer = 6706, "Only the keeper that claimed the invocation may do this and is paid for it: pass that keeper";
    LeaseLapsed = 6707, "The lease has lapsed, so the bond is forfeited: yield before the lease ends";
    NotExpired = 6708, "The invocation is neither expired nor superseded, or its lease still runs: wait";
    InvocationVoid = 6709, "The device key has changed since this was requested: expire it, then request again";
    NotClaimable = 6710, "An unlock is not claimed: have it done, and bring the car's receipt (confirm)";
    KeeperMissing = 6711,
        "The device key is distrusted or has changed, so a lapsed bond goes back to its keeper: pass that keeper's account";

    // Proof.
    NotTopLevel = 6800,
        "Proofs are checked at the top level only: call this directly in a transaction, not from a program";
    ProofMissing = 6801, "The instruction just before this one must be the ed25519 program's: build both with the client";
    ProofMalformed = 6802,
        "The ed25519 instruction must have the one form built by the client: one signature, its own data only";
    ProofWrongKey = 6803, "The proof is not signed with the device key on record: sign with that key";
    ProofWrongMessage = 6804, "The signed message is not the one this instruction expects: sign the message for these accounts";
    HandOverTooOld = 6805,
        "The car's receipt of the keyring hand-over is older than 7 days, or ahead of the chain's clock: hand over again";

    // Arithmetic.
    Overflow = 6900, "The arithmetic overflows: the amounts or times are out of range";
    TransferMismatch = 6901, "The token transfer moved a different amount than requested: the mint is not supported";
}
