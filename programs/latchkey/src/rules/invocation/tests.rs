use super::*;
use crate::fixtures::{function, lender, loan, terms, vehicle};
use crate::state::LoanStatus;

const KEEPER: Pubkey = Pubkey::new_from_array([7; 32]);
const RIVAL: Pubkey = Pubkey::new_from_array([8; 32]);

/// A defaulted loan, its car, and a call of `action` requested at 1,060: it lives an hour, a lease 60 s.
struct Called {
    lender: Lender,
    loan: Loan,
    vehicle: Vehicle,
    invocation: Invocation,
}

impl Called {
    fn new(action: Action) -> Self {
        let mut loan = Loan { status: LoanStatus::Defaulted, ..loan(terms()) };
        let mut vehicle = vehicle();
        let offer = Offer::from(&function(action));
        let requested = request(&offer, &mut loan, Wallet(0), &mut vehicle, Asker::Anyone, 1_060).unwrap();
        let invocation = Invocation::new(&offer, Pubkey::default(), &loan, requested, 1_060);
        Self { lender: lender(), loan, vehicle, invocation }
    }

    fn claim(&self, keeper: Pubkey, now: i64) -> Result<Claim, u32> {
        let at = LoanAt::new(&self.loan, Wallet(0), now);
        check_claim(&self.invocation, &at, &self.lender, &self.vehicle, keeper).map_err(u32::from)
    }

    fn claimed(action: Action) -> Self {
        let mut called = Self::new(action);
        called.invocation.set_claim(Some(called.claim(KEEPER, 1_061).unwrap()));
        called
    }
}

fn broken<T>(rule: E) -> Result<T, u32> {
    Err(u32::from(rule))
}

#[test]
fn one_keeper_at_a_time_holds_the_lease_to_its_second() {
    let mut called = Called::claimed(Action::Lock);
    assert_eq!(called.claim(RIVAL, 1_120), broken(E::Leased));
    assert!(called.claim(RIVAL, 1_121).is_ok());
    assert_eq!(called.claim(KEEPER, 1_121), broken(E::LapsedClaimer));
    called.lender.keepers = vec![KEEPER];
    assert_eq!(called.claim(RIVAL, 1_121), broken(E::KeeperNotAllowed));
}

#[test]
fn a_call_is_claimed_before_it_expires_and_while_it_is_the_newest() {
    let mut called = Called::new(Action::Lock);
    assert!(called.claim(KEEPER, 4_659).is_ok());
    assert_eq!(called.claim(KEEPER, 4_660), broken(E::Expired));
    called.vehicle.last_seq_asked = 2;
    assert_eq!(called.claim(KEEPER, 1_100), broken(E::Superseded));
}

#[test]
fn a_lease_is_given_back_by_its_keeper_before_it_lapses() {
    let called = Called::claimed(Action::Lock);
    let yields = |keeper, now| {
        check_yield(&called.invocation, &called.vehicle, keeper, now).map(|_| ()).map_err(u32::from)
    };
    assert_eq!(yields(RIVAL, 1_100), broken(E::NotClaimer));
    assert_eq!([1_120, 1_121].map(|now| yields(KEEPER, now)), [Ok(()), broken(E::LeaseLapsed)]);
}

#[test]
fn a_receipt_settles_a_claimed_call_unless_the_device_key_is_new_or_distrusted() {
    let mut called = Called::claimed(Action::Lock);
    let settles =
        |called: &Called| check_settle(&called.invocation, &called.vehicle).map(|_| ()).map_err(u32::from);
    assert_eq!(settles(&Called::new(Action::Lock)), broken(E::NotClaimed));
    assert_eq!(settles(&called), Ok(()));
    called.vehicle.distrusted = true;
    assert_eq!(settles(&called), broken(E::DeviceDistrusted));
    called.vehicle.void_through = 1;
    assert_eq!(settles(&called), broken(E::InvocationVoid));
}

#[test]
fn a_proven_lock_is_the_cars_state_and_an_older_one_changes_nothing() {
    let mut called = Called::claimed(Action::Lock);
    settle(&called.invocation, &mut called.loan, &mut called.vehicle, 1_070);
    assert_eq!(called.vehicle.lock, LockState::locked(1, 1_060, 4_660));
    assert_eq!((called.vehicle.open_request(), called.loan.invocations_open), (None, 0));
    called.vehicle.last_seq_proven = 2;
    called.vehicle.lock = LockState::UNLOCKED;
    settle(&called.invocation, &mut called.loan, &mut called.vehicle, 1_071);
    assert_eq!(called.vehicle.lock, LockState::UNLOCKED);
}

#[test]
fn a_call_is_cleared_away_when_it_is_over_and_free() {
    let mut called = Called::new(Action::Lock);
    let expires =
        |called: &Called, now| check_expire(&called.invocation, &called.vehicle, now).map_err(u32::from);
    assert_eq!([4_659, 4_660].map(|now| expires(&called, now)), [broken(E::NotExpired), Ok(())]);
    called.invocation.set_claim(Some(Claim { keeper: KEEPER, lease_end: 4_700, bond: 500 }));
    assert_eq!([4_699, 4_700].map(|now| expires(&called, now)), [broken(E::NotExpired), Ok(())]);
}

#[test]
fn a_lock_keeps_the_unlocks_reserve_and_an_unlock_takes_what_is_left() {
    let mut called = Called::new(Action::Lock);
    let affords = |called: &Called, action, available| {
        affordable_fee(&Offer::from(&function(action)), &called.loan, &called.vehicle, available)
            .map_err(u32::from)
    };
    assert_eq!(affords(&called, Action::Lock, 1_999), broken(E::EscrowShort));
    assert_eq!(affords(&called, Action::Warn, 2_000), Ok(1_000));
    assert_eq!([0, 999, 1_001].map(|l| affords(&called, Action::Unlock, l)), [Ok(0), Ok(999), Ok(1_000)]);
    called.vehicle.asked = AskedLock::NONE;
    assert_eq!(affords(&called, Action::Unlock, 5_000), Ok(0));
}
