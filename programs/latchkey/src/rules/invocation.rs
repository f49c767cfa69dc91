//! A paid function call: what may be requested, claimed, settled, given back and cleared away, what its escrow affords,
//! and whether an open call is still due. The program, the keeper and the function all judge by these rules.

use anchor_lang::prelude::Pubkey;

use super::gates::{
    check_lock, check_lock_due, check_unlock, check_warn, check_warning_due, warning_serves_notice,
};
use super::loan_at::LoanAt;
use super::schedule::instalments_due;
use super::{Ruled, check};
use crate::errors::LatchkeyError as E;
use crate::state::{
    Action, AskedLock, Claim, Escrow, Function, Invocation, Lender, Loan, LoanStatus, LockState, Notice,
    NoticeChannels, OpenInvocation, Vehicle,
};

/// Whether `action` may be requested. `by_lender` says that the lender's authority or servicer signs, which makes an
/// unlock due.
pub fn check_request(
    action: Action,
    at: &LoanAt,
    lender: &Lender,
    vehicle: &Vehicle,
    by_lender: bool,
) -> Ruled<()> {
    match action {
        Action::Warn => check_warn(at, lender, vehicle),
        Action::Lock => check_lock(at, lender, vehicle),
        Action::Unlock => check_unlock(at, vehicle, by_lender),
    }
}

/// The fee that an escrow with `available` lamports above its rent pays for a call of `function`. A warning or a lock
/// costs its fee and leaves the reserve for the unlock that must follow. An unlock costs its fee, or what is left.
pub fn affordable_fee(function: &Function, escrow: &Escrow, available: u64) -> Ruled<u64> {
    match function.action {
        Action::Unlock => Ok(function.fee.min(available)),
        Action::Warn | Action::Lock => {
            let needed = function.fee.checked_add(escrow.unlock_reserve).ok_or(E::Overflow)?;
            check(available >= needed, E::EscrowShort)?;
            Ok(function.fee)
        }
    }
}

/// What a request fixes for its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requested {
    /// Its sequence number: the next one of the vehicle.
    pub seq: u64,
    /// It cannot be claimed from this time on.
    pub expires_at: i64,
    /// When the lock ends by itself, if this is a lock that does.
    pub lock_until: Option<i64>,
    /// Instalments due.
    pub instalment: u16,
}

/// Records a request that [`check_request`] allows in the loan and the vehicle.
pub fn request(function: &Function, loan: &mut Loan, vehicle: &mut Vehicle, now: i64) -> Ruled<Requested> {
    let action = function.action;
    let instalment = instalments_due(&loan.terms, now);
    let seq = vehicle.last_seq_asked.checked_add(1).ok_or(E::Overflow)?;
    let expires_at = later(now, function.ttl_secs)?;
    let lock_until = match (action, loan.terms.lock_ttl_secs()) {
        (Action::Lock, Some(secs)) => Some(later(now, secs)?),
        _ => None,
    };
    match action {
        Action::Warn => loan.warned_through = instalment,
        Action::Lock => vehicle.lock_asked = Some(AskedLock { seq, until: lock_until.unwrap_or(0) }),
        Action::Unlock => {}
    }
    loan.invocations_open = loan.invocations_open.checked_add(1).ok_or(E::Overflow)?;
    vehicle.last_seq_asked = seq;
    vehicle.open = Some(OpenInvocation { action, expires_at });
    Ok(Requested { seq, expires_at, lock_until, instalment })
}

/// Whether no newer request supersedes the call.
pub fn is_newest(invocation: &Invocation, vehicle: &Vehicle) -> bool {
    invocation.seq == vehicle.last_seq_asked
}

/// Whether the call can no longer be claimed: its time is over, or a newer request supersedes it.
pub fn is_over(invocation: &Invocation, vehicle: &Vehicle, now: i64) -> bool {
    now >= invocation.expires_at || !is_newest(invocation, vehicle)
}

/// Whether the open call is still right at this moment. A lock for a loan that was cured since is not: a wrongly locked
/// car harms a person. An unlock, once requested, can only help.
pub fn check_still_due(
    invocation: &Invocation,
    at: &LoanAt,
    lender: &Lender,
    vehicle: &Vehicle,
) -> Ruled<()> {
    match invocation.action {
        Action::Warn => check_warning_due(at, lender, invocation.instalment),
        Action::Lock => {
            check(at.loan.status == LoanStatus::Defaulted, E::NotDefaulted)?;
            check_lock_due(at, lender, vehicle)
        }
        Action::Unlock => Ok(()),
    }
}

/// The lease that `keeper` gets if it may claim the call. A borrower may claim the unlock of their own car, without a
/// bond and whatever the allow-list says.
pub fn check_claim(
    invocation: &Invocation,
    lender: &Lender,
    vehicle: &Vehicle,
    keeper: Pubkey,
    now: i64,
) -> Ruled<Claim> {
    check(is_newest(invocation, vehicle), E::Superseded)?;
    check(now < invocation.expires_at, E::Expired)?;
    check(!invocation.is_leased_at(now), E::Leased)?;
    let own_unlock = invocation.action == Action::Unlock && invocation.borrower == keeper;
    check(own_unlock || lender.allows_keeper(&keeper), E::KeeperNotAllowed)?;
    let lapsed = invocation.claim.map(|claim| claim.keeper).or(invocation.last_lapsed);
    check(own_unlock || lapsed != Some(keeper), E::LapsedClaimer)?;
    let bond = if own_unlock { 0 } else { invocation.bond };
    Ok(Claim { keeper, lease_end: later(now, invocation.lease_secs)?, bond })
}

/// The claim that the car's receipt settles. The receipt counts even if a newer request supersedes the call or its time
/// is over: the work is proven. Only a change of the device key makes it void, because the new key cannot prove what was
/// requested of the old one.
pub fn check_settle(invocation: &Invocation, vehicle: &Vehicle) -> Ruled<Claim> {
    let claim = invocation.claim.ok_or(E::NotClaimed)?;
    check(invocation.seq > vehicle.void_through, E::InvocationVoid)?;
    Ok(claim)
}

/// Moves loan and vehicle forward for a proven call. `command_hash` names the command that the car obeyed: a warning may
/// serve notice with it.
pub fn settle(
    invocation: &Invocation,
    loan: &mut Loan,
    vehicle: &mut Vehicle,
    command_hash: [u8; 32],
    now: i64,
) {
    if invocation.seq > vehicle.last_seq_proven {
        vehicle.last_seq_proven = invocation.seq;
        match invocation.action {
            Action::Warn => {}
            Action::Lock => {
                vehicle.lock =
                    LockState::Locked { since: invocation.requested_at, until: invocation.lock_until };
            }
            Action::Unlock => {
                vehicle.lock = LockState::Unlocked;
                vehicle.lock_asked = vehicle.lock_asked.filter(|asked| asked.seq > invocation.seq);
            }
        }
    }
    close(invocation, loan, vehicle);
    if invocation.action == Action::Warn && warning_serves_notice(loan, now) {
        loan.notice = Some(Notice { served_at: now, evidence: command_hash, channels: NoticeChannels::CAR });
    }
}

/// The claim that `keeper` may give back: its own, while the lease runs.
pub fn check_yield(invocation: &Invocation, keeper: Pubkey, now: i64) -> Ruled<Claim> {
    let claim = invocation.claim.ok_or(E::NotClaimed)?;
    check(claim.keeper == keeper, E::NotClaimer)?;
    check(now < claim.lease_end, E::LeaseLapsed)?;
    Ok(claim)
}

/// Whether the call can be cleared away: it is over, and no lease runs.
pub fn check_expire(invocation: &Invocation, vehicle: &Vehicle, now: i64) -> Ruled<()> {
    check(is_over(invocation, vehicle, now) && !invocation.is_leased_at(now), E::NotExpired)
}

/// Clears an unfulfilled call out of loan and vehicle.
pub fn expire(invocation: &Invocation, loan: &mut Loan, vehicle: &mut Vehicle) {
    close(invocation, loan, vehicle);
    // A warning that never sounded was no warning: it may be requested again.
    if invocation.action == Action::Warn && loan.warned_through == invocation.instalment {
        loan.warned_through = invocation.instalment.saturating_sub(1);
    }
}

fn close(invocation: &Invocation, loan: &mut Loan, vehicle: &mut Vehicle) {
    if is_newest(invocation, vehicle) {
        vehicle.open = None;
    }
    loan.invocations_open = loan.invocations_open.saturating_sub(1);
}

fn later(now: i64, secs: u32) -> Ruled<i64> {
    now.checked_add(i64::from(secs)).ok_or(E::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{escrow, function, lender, loan, terms, vehicle};
    use crate::rules::ledger::Wallet;
    use crate::state::Terms;

    const KEEPER: Pubkey = Pubkey::new_from_array([7; 32]);
    const RIVAL: Pubkey = Pubkey::new_from_array([8; 32]);
    const BORROWER: Pubkey = Pubkey::new_from_array([9; 32]);

    /// A defaulted loan, its car, and a call of `action` requested at 1,060: it lives 600 s, a lease 60 s.
    struct Called {
        lender: Lender,
        loan: Loan,
        vehicle: Vehicle,
        invocation: Invocation,
    }

    impl Called {
        fn new(action: Action) -> Self {
            let mut loan = Loan { status: LoanStatus::Defaulted, borrower: BORROWER, ..loan(terms()) };
            let mut vehicle = vehicle();
            let function = function(action);
            let requested = request(&function, &mut loan, &mut vehicle, 1_060).unwrap();
            let invocation = Invocation::new(&function, Pubkey::default(), &loan, requested, 1_060);
            Self { lender: lender(), loan, vehicle, invocation }
        }

        fn claim(&self, keeper: Pubkey, now: i64) -> Result<Claim, u32> {
            check_claim(&self.invocation, &self.lender, &self.vehicle, keeper, now).map_err(u32::from)
        }

        fn claimed(action: Action) -> Self {
            let mut called = Self::new(action);
            called.invocation.claim = Some(called.claim(KEEPER, 1_060).unwrap());
            called
        }

        fn still_due(&self, wallet: u64, now: i64) -> Result<(), u32> {
            let at = LoanAt::new(&self.loan, Wallet(wallet), now);
            check_still_due(&self.invocation, &at, &self.lender, &self.vehicle).map_err(u32::from)
        }

        fn expires(&self, now: i64) -> Result<(), u32> {
            check_expire(&self.invocation, &self.vehicle, now).map_err(u32::from)
        }
    }

    fn broken<T>(rule: E) -> Result<T, u32> {
        Err(u32::from(rule))
    }

    #[test]
    fn a_request_takes_the_next_number_and_is_open_until_it_expires() {
        let called = Called::new(Action::Lock);
        assert_eq!((called.invocation.seq, called.invocation.expires_at), (1, 1_660));
        assert_eq!(called.vehicle.open, Some(OpenInvocation { action: Action::Lock, expires_at: 1_660 }));
        assert_eq!(called.vehicle.lock_asked, Some(AskedLock { seq: 1, until: 1_360 }));
        assert_eq!((called.loan.invocations_open, called.loan.warned_through), (1, 0));
        assert_eq!(Called::new(Action::Warn).loan.warned_through, 1);
    }

    #[test]
    fn a_lock_without_an_end_stands_until_an_unlock() {
        let mut loan = loan(Terms { lock_ttl_secs: 0, ..terms() });
        let mut vehicle = vehicle();
        let requested = request(&function(Action::Lock), &mut loan, &mut vehicle, 1_060).unwrap();
        assert_eq!(requested.lock_until, None);
        assert!(vehicle.may_be_locked_at(i64::MAX));
    }

    #[test]
    fn a_lock_keeps_the_unlocks_reserve_and_an_unlock_takes_what_is_left() {
        let escrow = escrow();
        let affords =
            |action, available| affordable_fee(&function(action), &escrow, available).map_err(u32::from);
        for action in [Action::Warn, Action::Lock] {
            assert_eq!(affords(action, 1_999), broken(E::EscrowShort));
            assert_eq!([2_000, 2_001].map(|available| affords(action, available)), [Ok(1_000), Ok(1_000)]);
        }
        assert_eq!(
            [0, 999, 1_000, 1_001].map(|available| affords(Action::Unlock, available)),
            [Ok(0), Ok(999), Ok(1_000), Ok(1_000)]
        );
    }

    #[test]
    fn one_keeper_at_a_time_holds_the_lease_to_its_second() {
        let called = Called::claimed(Action::Lock);
        assert_eq!(called.invocation.claim, Some(Claim { keeper: KEEPER, lease_end: 1_120, bond: 500 }));
        assert_eq!(called.claim(RIVAL, 1_119), broken(E::Leased));
        assert!(called.claim(RIVAL, 1_120).is_ok());
        assert_eq!(called.claim(KEEPER, 1_120), broken(E::LapsedClaimer));
    }

    #[test]
    fn a_call_is_claimed_before_it_expires_and_while_it_is_the_newest() {
        let mut called = Called::new(Action::Lock);
        assert!(called.claim(KEEPER, 1_659).is_ok());
        assert_eq!(
            [1_660, 1_661].map(|now| called.claim(KEEPER, now)),
            [broken(E::Expired), broken(E::Expired)]
        );
        called.vehicle.last_seq_asked = 2;
        assert_eq!(called.claim(KEEPER, 1_100), broken(E::Superseded));
    }

    #[test]
    fn an_allow_list_binds_keepers_and_not_the_borrowers_own_unlock() {
        let mut called = Called::new(Action::Unlock);
        called.lender.keepers = vec![RIVAL];
        assert_eq!(called.claim(KEEPER, 1_061), broken(E::KeeperNotAllowed));
        assert_eq!(called.claim(BORROWER, 1_061).map(|claim| claim.bond), Ok(0));
        assert_eq!(called.claim(RIVAL, 1_061).map(|claim| claim.bond), Ok(500));
        let lock = Called { lender: called.lender, ..Called::new(Action::Lock) };
        assert_eq!(lock.claim(BORROWER, 1_061), broken(E::KeeperNotAllowed));
    }

    #[test]
    fn a_lease_is_given_back_by_its_keeper_before_it_lapses() {
        let called = Called::claimed(Action::Lock);
        let yields =
            |keeper, now| check_yield(&called.invocation, keeper, now).map(|_| ()).map_err(u32::from);
        assert_eq!(yields(RIVAL, 1_100), broken(E::NotClaimer));
        assert_eq!([1_119, 1_120].map(|now| yields(KEEPER, now)), [Ok(()), broken(E::LeaseLapsed)]);
        let free = Called::new(Action::Lock);
        assert_eq!(check_yield(&free.invocation, KEEPER, 1_100).map_err(u32::from), broken(E::NotClaimed));
    }

    #[test]
    fn an_open_lock_is_no_longer_due_once_the_wallet_can_cure_the_loan_or_time_was_granted() {
        let mut called = Called::new(Action::Lock);
        assert_eq!(called.still_due(999, 1_070), Ok(()));
        assert_eq!(called.still_due(1_000, 1_070), broken(E::WalletCanPay));
        called.loan.hold_until = 1_100;
        assert_eq!([1_099, 1_100].map(|now| called.still_due(0, now)), [broken(E::OnHold), Ok(())]);
        called.loan.emergency_until = 1_200;
        assert_eq!(called.still_due(0, 1_199), broken(E::InEmergencyStart));
        assert_eq!(called.still_due(0, 1_200), Ok(()));
        called.loan.status = LoanStatus::Active;
        assert_eq!(called.still_due(0, 1_200), broken(E::NotDefaulted));
    }

    #[test]
    fn an_open_warning_is_due_while_its_instalment_is_past_due() {
        let mut called = Called::new(Action::Warn);
        assert_eq!(called.still_due(0, 1_070), Ok(()));
        assert_eq!(called.still_due(1_000, 1_070), broken(E::WalletCanPay));
        // An extension moved the due dates: the instalment that the warning is about lies ahead again.
        called.invocation.instalment = 2;
        assert_eq!([1_099, 1_100].map(|now| called.still_due(0, now)), [broken(E::AlreadyWarned), Ok(())]);
    }

    #[test]
    fn an_open_unlock_stays_due() {
        let called = Called::new(Action::Unlock);
        assert_eq!(called.still_due(0, 1_070), Ok(()));
    }

    #[test]
    fn a_receipt_settles_a_claimed_call_even_after_its_time_and_not_after_a_new_device_key() {
        let mut called = Called::claimed(Action::Lock);
        called.vehicle.last_seq_asked = 2;
        let settles = |called: &Called| check_settle(&called.invocation, &called.vehicle).map_err(u32::from);
        assert_eq!(settles(&called).map(|claim| claim.keeper), Ok(KEEPER));
        called.vehicle.void_through = 1;
        assert_eq!(settles(&called), broken(E::InvocationVoid));
        assert_eq!(settles(&Called::new(Action::Lock)), broken(E::NotClaimed));
    }

    #[test]
    fn a_proven_lock_is_the_cars_state_and_an_older_one_changes_nothing() {
        let mut called = Called::claimed(Action::Lock);
        settle(&called.invocation, &mut called.loan, &mut called.vehicle, [1; 32], 1_070);
        assert_eq!(called.vehicle.lock, LockState::Locked { since: 1_060, until: 1_360 });
        assert_eq!((called.vehicle.open, called.loan.invocations_open), (None, 0));
        called.vehicle.last_seq_proven = 2;
        called.vehicle.lock = LockState::Unlocked;
        settle(&called.invocation, &mut called.loan, &mut called.vehicle, [1; 32], 1_071);
        assert_eq!(called.vehicle.lock, LockState::Unlocked);
    }

    #[test]
    fn a_proven_unlock_leaves_a_newer_lock_asked() {
        let mut called = Called::claimed(Action::Unlock);
        called.vehicle.lock_asked = Some(AskedLock { seq: 2, until: 9_999 });
        settle(&called.invocation, &mut called.loan, &mut called.vehicle, [1; 32], 1_070);
        assert_eq!(called.vehicle.lock_asked, Some(AskedLock { seq: 2, until: 9_999 }));
        called.vehicle.last_seq_proven = 0;
        called.vehicle.lock_asked = Some(AskedLock { seq: 1, until: 9_999 });
        settle(&called.invocation, &mut called.loan, &mut called.vehicle, [1; 32], 1_070);
        assert_eq!(called.vehicle.lock_asked, None);
    }

    #[test]
    fn a_proven_warning_serves_notice() {
        let mut called = Called::claimed(Action::Warn);
        settle(&called.invocation, &mut called.loan, &mut called.vehicle, [1; 32], 1_070);
        let notice = Notice { served_at: 1_070, evidence: [1; 32], channels: NoticeChannels::CAR };
        assert_eq!(called.loan.notice, Some(notice));
    }

    #[test]
    fn a_call_is_cleared_away_when_it_is_over_and_free() {
        let mut called = Called::new(Action::Warn);
        assert_eq!([1_659, 1_660].map(|now| called.expires(now)), [broken(E::NotExpired), Ok(())]);
        called.invocation.claim = Some(Claim { keeper: KEEPER, lease_end: 1_700, bond: 500 });
        assert_eq!([1_699, 1_700].map(|now| called.expires(now)), [broken(E::NotExpired), Ok(())]);
        called.invocation.claim = None;
        called.vehicle.last_seq_asked = 2;
        assert_eq!(called.expires(1_100), Ok(()));
        called.vehicle.last_seq_asked = 1;
        expire(&called.invocation, &mut called.loan, &mut called.vehicle);
        assert_eq!((called.loan.warned_through, called.loan.invocations_open), (0, 0));
        assert_eq!(called.vehicle.open, None);
    }
}
