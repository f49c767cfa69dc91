//! The function through its one door, on a chain of real encoded accounts and with a courier in memory.

mod common;

use std::sync::Arc;
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use common::*;
use latchkey::errors::LatchkeyError;
use latchkey::state::{Action, Claim, LoanStatus, LockState, Service};
use latchkey_client::pda;
use latchkey_function::{
    Call, CallAccounts, ChainAccount, Class, CommandKeys, Courier, Function, FunctionConfig, Outcome, Parcel,
    Proof, Refusal, Seen, Waiting, invoke,
};
use latchkey_protocol::sealed::{Envelope, sha256};
use latchkey_protocol::{Command, Outcome as CarOutcome};

const LIMIT: Duration = Duration::from_secs(20);

/// Something done to a call.
type Change = fn(&mut CallFixture);

/// A call, its chain, a courier to its car, and the function.
struct Setup {
    call: CallFixture,
    chain: Chain,
    courier: Arc<TestCourier>,
    function: Function,
}

impl Setup {
    fn new(call: CallFixture, courier: Arc<TestCourier>) -> Self {
        let chain = Chain::of(&call);
        let function = Function::new(
            FunctionConfig::default(),
            command_keys(),
            Arc::new(chain.clone()),
            Arc::clone(&courier) as Arc<dyn Courier>,
        );
        Self { call, chain, courier, function }
    }

    /// With a car that obeys.
    fn obedient(call: CallFixture) -> Self {
        let car = call.car.clone();
        Self::new(
            call,
            TestCourier::to(move |parcel| vec![receipt(&car, &parcel.envelope, CarOutcome::Applied)]),
        )
    }

    /// With a car that never answers.
    fn silent(call: CallFixture) -> Self {
        Self::new(call, TestCourier::to(|_| Vec::new()))
    }

    fn request(&self) -> Vec<u8> {
        invoke(&keeper(), self.call.address(), self.call.now)
    }

    async fn ask(&self) -> Outcome {
        self.function.handle(&self.request(), LIMIT).await
    }

    /// Of an asker that says which accounts belong to the call.
    async fn ask_knowing(&self, accounts: CallAccounts) -> Outcome {
        let seen = Seen { slot: None, accounts: Some(accounts) };
        let call = Call { request: &self.request(), seen, gathered: None, limit: LIMIT };
        self.function.deliver(call).await
    }

    async fn refusal(&self) -> Refusal {
        refused(self.ask().await)
    }
}

fn done(outcome: Outcome) -> Proof {
    match outcome {
        Outcome::Done(proof) => proof,
        other => panic!("expected a proof, got {other:?}"),
    }
}

fn refused(outcome: Outcome) -> Refusal {
    match outcome {
        Outcome::Refused(refusal) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// The refusal after this change, when nothing may be signed or sent.
async fn refusal_of(action: Action, change: impl FnOnce(&mut CallFixture)) -> Refusal {
    let mut call = CallFixture::new(action);
    change(&mut call);
    let setup = Setup::obedient(call);
    let refusal = setup.refusal().await;
    assert!(setup.courier.parcels().is_empty(), "nothing is sent when {refusal}");
    assert_eq!(setup.function.stats().commands_signed, 0, "nothing is signed when {refusal}");
    refusal
}

async fn rule_broken(action: Action, change: impl FnOnce(&mut CallFixture)) -> LatchkeyError {
    match refusal_of(action, change).await {
        Refusal::NotDue(rule) => rule,
        other => panic!("expected a rule of the contract, got {other:?}"),
    }
}

async fn granted(action: Action, change: impl FnOnce(&mut CallFixture)) {
    let mut call = CallFixture::new(action);
    change(&mut call);
    done(Setup::obedient(call).ask().await);
}

macro_rules! assert_rule {
    ($found:expr, $rule:ident) => {
        assert_eq!(u32::from($found), u32::from(LatchkeyError::$rule), stringify!($rule))
    };
}

#[tokio::test(start_paused = true)]
async fn the_car_that_obeys_yields_a_proof_for_each_action() {
    for action in Action::ALL {
        let setup = Setup::obedient(CallFixture::new(action));
        let proof = done(setup.ask().await);
        assert_eq!(proof.receipt.outcome, CarOutcome::Applied);
        assert_eq!(proof.receipt.action, action);
        assert_eq!(proof.envelope.signer, setup.call.car.verifying_key().to_bytes());
        assert_eq!(proof.envelope.payload, proof.receipt.encode());
        assert_eq!(setup.function.stats().done, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_asker_that_knows_the_accounts_spares_two_readings_and_a_wrong_one_changes_nothing() {
    let known = CallFixture::new(Action::Lock).call_accounts();
    let other = CallFixture::of_car(Action::Lock, 1);
    let elsewhere = other.call_accounts();
    for (accounts, reads) in [
        (known, 1),
        (elsewhere, 4),
        (CallAccounts { vehicle: elsewhere.vehicle, ..known }, 4),
        (CallAccounts { loan: elsewhere.loan, ..known }, 4),
        (CallAccounts { lender: public(&key(9)), ..known }, 4),
        (CallAccounts { mint: public(&key(9)), ..known }, 4),
    ] {
        let setup = Setup::obedient(CallFixture::new(Action::Lock));
        setup.chain.set(&other);
        let proof = done(setup.ask_knowing(accounts).await);
        assert_eq!(proof.receipt.vehicle, known.vehicle.to_bytes());
        assert_eq!(setup.chain.reads(), reads, "{accounts:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_asker_that_points_at_another_loan_in_default_locks_no_car_whose_wallet_could_pay() {
    let other = CallFixture::of_car(Action::Lock, 1);
    let mut paid = CallFixture::new(Action::Lock);
    paid.wallet = 1_000;
    let known = paid.call_accounts();
    for accounts in [other.call_accounts(), CallAccounts { loan: other.invocation.loan, ..known }, known] {
        let setup = Setup::obedient(paid.clone());
        setup.chain.set(&other);
        let refusal = refused(setup.ask_knowing(accounts).await);
        assert!(matches!(refusal, Refusal::NotDue(_)), "{refusal:?}");
        assert!(setup.courier.parcels().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn the_command_says_what_the_chain_says() {
    let setup = Setup::obedient(CallFixture::new(Action::Lock));
    done(setup.ask().await);
    let [parcel] = setup.courier.parcels().try_into().unwrap();
    assert_eq!((parcel.vehicle, parcel.invocation), (setup.call.invocation.vehicle, setup.call.address()));
    // From 1,070 through the lease's last second, 1,159.
    assert_eq!(parcel.expires_in, Duration::from_secs(90));

    let envelope = Envelope::open(&parcel.envelope).unwrap();
    assert_eq!(envelope.signer, command_key().verifying_key().to_bytes());
    let command = Command::decode(&envelope.payload).unwrap();
    assert_eq!(command.program, latchkey::ID.to_bytes());
    assert_eq!(command.vehicle, setup.call.invocation.vehicle.to_bytes());
    assert_eq!(command.invocation, setup.call.address().to_bytes());
    assert_eq!((command.seq, command.action), (7, latchkey_protocol::Action::Lock));
    assert_eq!((command.issued_at, command.not_after), (REQUESTED, LEASE_END - 1));
    assert_eq!(command.lock_until, REQUESTED + 300);
    assert!(!command.message.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_command_outlives_neither_lease_nor_invocation() {
    let not_after = |lease_end, expires_at| async move {
        let mut call = CallFixture::new(Action::Lock);
        call.invocation.set_claim(Some(Claim { keeper: public(&keeper()), lease_end, bond: 0 }));
        call.invocation.expires_at = expires_at;
        let setup = Setup::obedient(call);
        done(setup.ask().await);
        let envelope = Envelope::open(&setup.courier.parcels()[0].envelope).unwrap();
        Command::decode(&envelope.payload).unwrap().not_after
    };
    assert_eq!(not_after(1_100, 1_200).await, 1_099);
    assert_eq!(not_after(1_200, 1_100).await, 1_099);
}

#[tokio::test(start_paused = true)]
async fn asked_again_under_one_lease_the_function_sends_the_same_bytes() {
    let mut setup = Setup::silent(CallFixture::new(Action::Lock));
    assert!(matches!(setup.ask().await, Outcome::Waiting(Waiting { armed: false })));
    setup.call.now += 30;
    setup.chain.set(&setup.call);
    setup.ask().await;
    let [first, second] = setup.courier.parcels().try_into().unwrap();
    assert_eq!(first.envelope, second.envelope);
    assert!(second.expires_in < first.expires_in);
}

#[tokio::test(start_paused = true)]
async fn the_next_keeper_settles_with_the_receipt_for_the_first_ones_command() {
    // The first keeper's command was obeyed, its receipt lost, its lease lapsed.
    let first = Setup::silent(CallFixture::new(Action::Lock));
    first.ask().await;
    let obeyed = first.courier.parcels()[0].envelope.clone();

    let mut call = CallFixture::new(Action::Lock);
    call.now = LEASE_END + 10;
    let next = key(9);
    call.invocation.set_claim(Some(Claim { keeper: public(&next), lease_end: LEASE_END + 100, bond: 0 }));
    let stored = receipt(&call.car, &obeyed, CarOutcome::Applied);
    let setup = Setup::new(call, TestCourier::to(move |_| vec![stored.clone()]));
    let request = invoke(&next, setup.call.address(), setup.call.now);
    let proof = done(setup.function.handle(&request, LIMIT).await);
    let sent = Envelope::open(&setup.courier.parcels()[0].envelope).unwrap();
    assert_eq!(proof.receipt.command_hash, sha256(&Envelope::open(&obeyed).unwrap().payload));
    assert_ne!(proof.receipt.command_hash, sha256(&sent.payload));
}

#[tokio::test(start_paused = true)]
async fn a_keeper_that_does_not_hold_the_lease_gets_nothing_signed() {
    let another = public(&key(9));
    let claim = Claim { keeper: another, lease_end: LEASE_END, bond: 0 };
    let refusal = refusal_of(Action::Lock, |call| call.invocation.set_claim(Some(claim))).await;
    assert!(matches!(refusal, Refusal::ClaimedByAnother(keeper) if keeper == another));
    assert_eq!(refusal.class(), Class::Permanent);

    let refusal = refusal_of(Action::Lock, |call| call.invocation.set_claim(None)).await;
    assert!(matches!(refusal, Refusal::Unclaimed));
    assert_eq!(refusal.class(), Class::Retry, "the node may lag behind the claim");
}

#[tokio::test(start_paused = true)]
async fn a_request_in_the_keepers_name_by_another_key_gets_nothing_signed() {
    let setup = Setup::obedient(CallFixture::new(Action::Lock));
    let mut request = Envelope::open(&setup.request()).unwrap();
    request = Envelope::seal(&key(9), &request.payload);
    let refusal = refused(setup.function.handle(&request.to_bytes(), LIMIT).await);
    assert!(matches!(refusal, Refusal::NotTheKeeper { .. }));
    assert!(setup.courier.parcels().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_lease_holds_until_its_end_to_the_second() {
    granted(Action::Lock, |call| call.now = LEASE_END - 1).await;
    for now in [LEASE_END, LEASE_END + 1] {
        let refusal = refusal_of(Action::Lock, |call| call.now = now).await;
        assert!(matches!(refusal, Refusal::LeaseOver { lease_end: LEASE_END, .. }), "at {now}: {refusal:?}");
        assert_eq!(refusal.class(), Class::Permanent);
    }
}

#[tokio::test(start_paused = true)]
async fn the_invocation_holds_until_its_expiry_to_the_second() {
    let at = |now| move |call: &mut CallFixture| (call.invocation.expires_at, call.now) = (1_100, now);
    granted(Action::Unlock, at(1_099)).await;
    for now in [1_100, 1_101] {
        let refusal = refusal_of(Action::Unlock, at(now)).await;
        assert!(matches!(refusal, Refusal::Expired { expires_at: 1_100, .. }), "at {now}: {refusal:?}");
        assert_eq!(refusal.class(), Class::Permanent);
    }
}

#[tokio::test(start_paused = true)]
async fn a_superseded_invocation_is_left_alone() {
    for action in Action::ALL {
        let refusal = refusal_of(action, |call| call.vehicle.last_seq_asked = 8).await;
        assert!(matches!(refusal, Refusal::Superseded { seq: 7, newest: 8 }));
        assert_eq!(refusal.class(), Class::Permanent);
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_must_be_fresh_by_the_chains_clock() {
    for (signed_at, fresh) in [(NOW - 121, false), (NOW - 120, true), (NOW + 120, true), (NOW + 121, false)] {
        let setup = Setup::obedient(CallFixture::new(Action::Unlock));
        let request = invoke(&keeper(), setup.call.address(), signed_at);
        match setup.function.handle(&request, LIMIT).await {
            Outcome::Done(_) => assert!(fresh, "signed at {signed_at}"),
            outcome => {
                let refusal = refused(outcome);
                assert!(
                    !fresh && matches!(refusal, Refusal::Stale { .. }),
                    "signed at {signed_at}: {refusal}"
                );
                assert_eq!(refusal.class(), Class::Retry);
                assert!(setup.courier.parcels().is_empty());
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_car_is_locked_for_a_loan_that_is_not_in_default() {
    for status in [LoanStatus::Active, LoanStatus::PaidOff, LoanStatus::ChargedOff, LoanStatus::Settled] {
        let rule = rule_broken(Action::Lock, |call| call.loan.status = status).await;
        assert_rule!(rule, NotDefaulted);
    }
    let rule = rule_broken(Action::Lock, |call| call.loan.ledger.paid_scheduled = 1_000).await;
    assert_rule!(rule, NotPastDue);
}

#[tokio::test(start_paused = true)]
async fn no_car_is_locked_or_warned_whose_wallet_can_pay() {
    for action in [Action::Lock, Action::Warn] {
        granted(action, |call| call.wallet = 999).await;
        for wallet in [1_000, 1_001] {
            assert_rule!(rule_broken(action, |call| call.wallet = wallet).await, NotPastDue);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_hold_or_a_pause_stops_locks_and_warnings_until_its_second() {
    for action in [Action::Lock, Action::Warn] {
        let hold = |until| move |call: &mut CallFixture| call.loan.hold_until = until;
        assert_rule!(rule_broken(action, hold(NOW + 1)).await, OnHold);
        granted(action, hold(NOW)).await;
        let pause = |until| move |call: &mut CallFixture| call.lender.paused_until = until;
        assert_rule!(rule_broken(action, pause(NOW + 1)).await, LenderPaused);
        granted(action, pause(NOW)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_emergency_start_stops_a_lock_until_its_second() {
    assert_rule!(
        rule_broken(Action::Lock, |call| call.loan.emergency_from = NOW + 1).await,
        InEmergencyStart
    );
    granted(Action::Lock, |call| call.loan.emergency_from = NOW).await;
}

#[tokio::test(start_paused = true)]
async fn a_lock_waits_for_the_notice_that_is_owed() {
    let served = |at: i64| {
        move |call: &mut CallFixture| {
            owe_notice(call);
            call.loan.notices.channels[0] = Service::at(at);
        }
    };
    granted(Action::Lock, served(NOW - 60)).await;
    assert_rule!(rule_broken(Action::Lock, served(NOW - 59)).await, NoticeNotMatured);
    assert_rule!(rule_broken(Action::Lock, owe_notice).await, NoticeNotServed);
}

#[tokio::test(start_paused = true)]
async fn a_car_that_is_locked_is_not_locked_again_before_the_locks_last_third() {
    let locked =
        |since| move |call: &mut CallFixture| call.vehicle.lock = LockState::locked(1, since, since + 300);
    assert_rule!(rule_broken(Action::Lock, locked(NOW - 199)).await, LockStands);
    granted(Action::Lock, locked(NOW - 200)).await;
}

#[tokio::test(start_paused = true)]
async fn a_warning_needs_something_past_due() {
    let rule = rule_broken(Action::Warn, |call| call.loan.ledger.paid_scheduled = 1_000).await;
    assert_rule!(rule, NotPastDue);
    for status in [LoanStatus::PaidOff, LoanStatus::Settled] {
        assert_rule!(rule_broken(Action::Warn, |call| call.loan.status = status).await, LoanPaidOff);
    }
    let rule = rule_broken(Action::Warn, |call| call.loan.status = LoanStatus::ChargedOff).await;
    assert_rule!(rule, ChargedOff);
    granted(Action::Warn, |call| call.loan.status = LoanStatus::Active).await;
}

/// A notice by one channel is owed, 60 s before a lock.
fn owe_notice(call: &mut CallFixture) {
    let terms = &mut call.loan.terms;
    (terms.min_channels, terms.notice_secs, terms.notice_max_age_secs) = (1, 60, 10_000);
}

#[tokio::test(start_paused = true)]
async fn a_stay_or_a_distrusted_device_stops_locks_and_warnings() {
    for action in [Action::Lock, Action::Warn] {
        let stay = |from, until| {
            move |call: &mut CallFixture| (call.loan.stay_from, call.loan.stay_until) = (from, until)
        };
        assert_rule!(rule_broken(action, stay(NOW, NOW + 1)).await, OnStay);
        granted(action, stay(NOW + 1, NOW + 2)).await;
        assert_rule!(rule_broken(action, |call| call.vehicle.distrusted = true).await, DeviceDistrusted);
    }
    // Grace begins again at the end of a stay.
    let stayed = |call: &mut CallFixture| (call.loan.stay_from, call.loan.stay_until) = (1_000, 1_021);
    assert_rule!(rule_broken(Action::Lock, stayed).await, GraceNotOver);
    granted(Action::Warn, stayed).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_gets_an_unlock_until_it_expires() {
    let setup = Setup::obedient(CallFixture::new(Action::Unlock));
    let stranger = invoke(&key(9), setup.call.address(), setup.call.now);
    done(setup.function.handle(&stranger, LIMIT).await);
    let [parcel] = setup.courier.parcels().try_into().unwrap();
    let envelope = Envelope::open(&parcel.envelope).unwrap();
    let command = Command::decode(&envelope.payload).unwrap();
    assert_eq!((command.not_after, command.lock_until), (EXPIRES - 1, 0));
    assert_eq!(parcel.expires_in.as_secs(), EXPIRES.abs_diff(NOW));
}

#[tokio::test(start_paused = true)]
async fn any_pinned_key_signs_an_unlock_the_newest_first() {
    // The lender's function has changed since, and a buyer's key was pinned before the seller's.
    let mut call = CallFixture::new(Action::Unlock);
    call.loan.unlock_keys =
        [key(20), key(21), command_key(), key(23), key(24), key(25)].map(|key| public(&key));
    let signer = async |held: &[u8]| {
        let courier = TestCourier::to(|_| Vec::new());
        let function = Function::new(
            FunctionConfig::default(),
            CommandKeys::new(held.iter().map(|seed| key(*seed))),
            Arc::new(Chain::of(&call)),
            Arc::clone(&courier) as Arc<dyn Courier>,
        );
        function.handle(&invoke(&keeper(), call.address(), call.now), LIMIT).await;
        let [parcel] = courier.parcels().try_into().unwrap();
        Envelope::open(&parcel.envelope).unwrap().signer
    };
    for held in [20, 21, 23, 25] {
        assert_eq!(signer(&[held, 99]).await, key(held).verifying_key().to_bytes());
    }
    assert_eq!(signer(&[25, 21]).await, key(21).verifying_key().to_bytes());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_needs_several_signatures_is_not_delivered_with_one() {
    for action in [Action::Warn, Action::Lock] {
        let refusal = refusal_of(action, |call| call.invocation.required = 2).await;
        assert!(matches!(refusal, Refusal::NeedsSeveral { required: 2, signed: 1 }), "{refusal:?}");
        assert_eq!(refusal.class(), Class::Permanent);
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_on_the_loan_keeps_an_unlock_back() {
    granted(Action::Unlock, |call| {
        call.lender.paused_until = i64::MAX;
        call.loan.status = LoanStatus::PaidOff;
        call.loan.hold_until = i64::MAX;
        call.loan.emergency_from = i64::MAX;
        call.loan.stay_until = i64::MAX;
        call.vehicle.distrusted = true;
        call.wallet = u64::MAX;
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_command_key_that_is_not_held_signs_nothing() {
    let strange = public(&key(9));
    let refusal = refusal_of(Action::Lock, |call| call.invocation.command_keys[0] = strange).await;
    assert!(matches!(refusal, Refusal::UnknownCommandKeys(keys) if keys == [strange.to_string()]));
    let refusal = refusal_of(Action::Unlock, |call| call.loan.unlock_keys[0] = strange).await;
    assert!(matches!(refusal, Refusal::UnknownCommandKeys(keys) if keys == [strange.to_string()]));
}

#[tokio::test(start_paused = true)]
async fn during_a_change_of_keys_the_key_the_invocation_names_signs() {
    let mut call = CallFixture::new(Action::Lock);
    call.invocation.command_keys[0] = public(&key(9));
    let chain = Chain::of(&call);
    let courier = TestCourier::to(|_| Vec::new());
    let function = Function::new(
        FunctionConfig::default(),
        CommandKeys::new([command_key(), key(9)]),
        Arc::new(chain),
        Arc::clone(&courier) as Arc<dyn Courier>,
    );
    function.handle(&invoke(&keeper(), call.address(), call.now), LIMIT).await;
    let envelope = Envelope::open(&courier.parcels()[0].envelope).unwrap();
    assert_eq!(envelope.signer, key(9).verifying_key().to_bytes());
}

#[tokio::test(start_paused = true)]
async fn an_account_of_another_program_is_not_believed() {
    let call = CallFixture::new(Action::Lock);
    let wallet = pda::wallet(&call.invocation.loan, &call.lender.mint, &anchor_spl::token::ID);
    let accounts = [
        ("invocation", call.address()),
        ("lender", call.invocation.lender),
        ("vehicle", call.invocation.vehicle),
        ("loan", call.invocation.loan),
        ("car wallet", wallet),
    ];
    for (name, address) in accounts {
        let setup = Setup::obedient(call.clone());
        setup.chain.change(|accounts| accounts.get_mut(&address).unwrap().owner = public(&key(9)));
        let refusal = setup.refusal().await;
        assert!(matches!(refusal, Refusal::Foreign { what, .. } if what == name), "{name}: {refusal:?}");
        assert!(setup.courier.parcels().is_empty());

        let setup = Setup::obedient(call.clone());
        setup.chain.change(|accounts| drop(accounts.remove(&address)));
        let refusal = setup.refusal().await;
        assert!(matches!(refusal, Refusal::Missing { what, .. } if what == name), "{name}: {refusal:?}");
        assert_eq!(refusal.class(), Class::Retry);

        let setup = Setup::obedient(call.clone());
        setup.chain.change(|accounts| accounts.get_mut(&address).unwrap().data.truncate(20));
        let refusal = setup.refusal().await;
        assert!(matches!(refusal, Refusal::Foreign { what, .. } if what == name), "{name}: {refusal:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_of_the_program_at_another_address_is_not_believed() {
    // A true invocation, copied to an address that does not follow from it.
    let call = CallFixture::new(Action::Lock);
    let setup = Setup::obedient(call.clone());
    let elsewhere = Pubkey::new_unique();
    setup.chain.change(|accounts| {
        accounts.insert(elsewhere, owned(&call.invocation));
    });
    let request = invoke(&keeper(), elsewhere, call.now);
    let refusal = refused(setup.function.handle(&request, LIMIT).await);
    assert!(matches!(refusal, Refusal::Foreign { what: "invocation", .. }), "{refusal:?}");

    let mismatches: [(&str, Change); 6] = [
        ("lender", |call| call.lender.first_authority = Pubkey::new_unique()),
        ("vehicle", |call| call.vehicle.first_device_key = Pubkey::new_unique()),
        ("vehicle", |call| call.vehicle.lender = Pubkey::new_unique()),
        ("vehicle", |call| call.vehicle.active_loan = Pubkey::new_unique()),
        ("loan", |call| call.loan.index = 1),
        ("loan", |call| call.loan.lender = Pubkey::new_unique()),
    ];
    for (name, change) in mismatches {
        let refusal = refusal_of(Action::Lock, change).await;
        assert!(matches!(refusal, Refusal::Foreign { what, .. } if what == name), "{name}: {refusal:?}");
        assert_eq!(refusal.class(), Class::Permanent);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wallet_of_either_token_program_counts_and_a_strangers_does_not() {
    let call = CallFixture::new(Action::Lock);
    let loan = call.invocation.loan;
    let mint = call.lender.mint;
    let old = pda::wallet(&loan, &mint, &anchor_spl::token::ID);
    let new = pda::wallet(&loan, &mint, &anchor_spl::token_2022::ID);
    let with = |at: Pubkey, account: ChainAccount| {
        let setup = Setup::obedient(call.clone());
        setup.chain.change(|accounts| {
            accounts.remove(&old);
            accounts.insert(at, account);
        });
        setup
    };
    let rich = with(new, token_account(anchor_spl::token_2022::ID, &mint, &loan, 1_000));
    assert!(matches!(rich.refusal().await, Refusal::NotDue(LatchkeyError::NotPastDue)));
    let strangers = with(old, token_account(anchor_spl::token::ID, &mint, &Pubkey::new_unique(), 0));
    assert!(matches!(strangers.refusal().await, Refusal::Foreign { what: "car wallet", .. }));
}

#[tokio::test(start_paused = true)]
async fn a_chain_that_cannot_be_read_is_asked_again() {
    let setup = Setup::obedient(CallFixture::new(Action::Lock));
    setup.chain.break_down();
    let refusal = setup.refusal().await;
    assert!(matches!(refusal, Refusal::ChainUnreadable(_)));
    assert_eq!(refusal.class(), Class::Retry);
}

#[tokio::test(start_paused = true)]
async fn a_receipt_of_another_car_another_call_or_another_hand_settles_nothing() {
    let call = CallFixture::new(Action::Lock);
    let car = call.car.clone();
    let setup = Setup::new(
        call,
        TestCourier::to(move |parcel| {
            let command = &parcel.envelope;
            let mut torn = receipt(&car, command, CarOutcome::Applied);
            *torn.last_mut().unwrap() ^= 1;
            vec![
                receipt(&car_key(1), command, CarOutcome::Applied),
                receipt_with(&car, command, |r| r.vehicle = [9; 32]),
                receipt_with(&car, command, |r| r.invocation = [9; 32]),
                receipt_with(&car, command, |r| r.seq -= 1),
                receipt_with(&car, command, |r| r.seq += 1),
                receipt_with(&car, command, |r| r.action = latchkey_protocol::Action::Warn),
                receipt_with(&car, command, |r| r.program = [9; 32]),
                command.clone(),
                torn,
                Vec::new(),
            ]
        }),
    );
    assert!(matches!(setup.ask().await, Outcome::Waiting(Waiting { armed: false })));
    assert_eq!(setup.function.stats().answers_ignored, 10);
}

#[tokio::test(start_paused = true)]
async fn a_car_that_refuses_is_heard() {
    let refusals = [
        (CarOutcome::RefusedExpired, Class::Permanent),
        (CarOutcome::RefusedSuperseded, Class::Permanent),
        (CarOutcome::RefusedUnsafe, Class::Retry),
        (CarOutcome::RefusedNoTime, Class::Retry),
        (CarOutcome::RefusedService, Class::Permanent),
        (CarOutcome::RefusedTooLong, Class::Permanent),
    ];
    for (outcome, class) in refusals {
        let call = CallFixture::new(Action::Lock);
        let car = call.car.clone();
        let setup =
            Setup::new(call, TestCourier::to(move |parcel| vec![receipt(&car, &parcel.envelope, outcome)]));
        let refusal = setup.refusal().await;
        assert_eq!(refusal.class(), class, "{refusal}");
        let heard = match refusal {
            Refusal::CarSaysExpired => CarOutcome::RefusedExpired,
            Refusal::CarSaysSuperseded => CarOutcome::RefusedSuperseded,
            Refusal::CarSaysUnsafe => CarOutcome::RefusedUnsafe,
            Refusal::CarSaysNoTime => CarOutcome::RefusedNoTime,
            Refusal::CarSaysService => CarOutcome::RefusedService,
            Refusal::CarSaysTooLong => CarOutcome::RefusedTooLong,
            other => panic!("{other:?}"),
        };
        assert_eq!(heard, outcome);
    }
}

#[tokio::test(start_paused = true)]
async fn an_armed_car_is_waited_for_and_its_later_receipt_settles() {
    let call = CallFixture::new(Action::Lock);
    let car = call.car.clone();
    let armed = move |parcel: &Parcel| vec![receipt(&car, &parcel.envelope, CarOutcome::Armed)];
    let setup = Setup::new(call, TestCourier::to(armed));
    assert!(matches!(setup.ask().await, Outcome::Waiting(Waiting { armed: true })));

    let parked = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        let command = setup.courier.parcels()[1].envelope.clone();
        setup.courier.say(receipt(&setup.call.car, &command, CarOutcome::Applied));
    };
    let (outcome, ()) = tokio::join!(setup.ask(), parked);
    assert_eq!(done(outcome).receipt.outcome, CarOutcome::Applied);
}

#[tokio::test(start_paused = true)]
async fn a_cure_on_the_way_stops_the_command_and_a_later_receipt_finds_nobody() {
    let setup = Setup::silent(CallFixture::new(Action::Lock));
    let cured = async {
        tokio::time::sleep(Duration::from_secs(7)).await;
        setup.chain.set(&CallFixture { wallet: 1_000, ..setup.call.clone() });
    };
    let started = tokio::time::Instant::now();
    let (outcome, ()) = tokio::join!(setup.ask(), cured);
    assert!(matches!(refused(outcome), Refusal::NotDue(LatchkeyError::NotPastDue)));
    assert!(started.elapsed() <= Duration::from_secs(11), "{:?}", started.elapsed());
    let replies = setup.courier.last_replies();
    tokio::time::timeout(Duration::from_secs(1), replies.closed())
        .await
        .expect("the courier is told to stop");
}

#[tokio::test(start_paused = true)]
async fn a_newer_request_stops_the_command_on_its_way() {
    let setup = Setup::silent(CallFixture::new(Action::Lock));
    let superseded = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let mut call = setup.call.clone();
        call.vehicle.last_seq_asked = 8;
        setup.chain.set(&call);
    };
    let (outcome, ()) = tokio::join!(setup.ask(), superseded);
    assert!(matches!(refused(outcome), Refusal::Superseded { seq: 7, newest: 8 }));
}

#[tokio::test(start_paused = true)]
async fn the_wait_ends_at_the_callers_limit() {
    let setup = Setup::silent(CallFixture::new(Action::Lock));
    let started = tokio::time::Instant::now();
    assert!(matches!(setup.ask().await, Outcome::Waiting(Waiting { armed: false })));
    assert_eq!(started.elapsed().as_secs(), LIMIT.as_secs());
    assert_eq!(setup.function.stats().waiting, 1);
}

#[tokio::test(start_paused = true)]
async fn a_command_that_never_left_is_not_waited_for_in_vain() {
    let setup = Setup::new(CallFixture::new(Action::Lock), TestCourier::closed());
    let refusal = setup.refusal().await;
    assert!(matches!(refusal, Refusal::NotSent));
    assert_eq!(refusal.class(), Class::Retry);
}

#[tokio::test(start_paused = true)]
async fn every_refusal_is_counted_by_what_it_means() {
    let setup = Setup::obedient(CallFixture::new(Action::Lock));
    refused(setup.function.handle(b"nonsense", LIMIT).await);
    setup.chain.break_down();
    refused(setup.ask().await);
    let stats = setup.function.stats();
    assert_eq!((stats.refused, stats.retries, stats.done), (1, 1, 0));
}
