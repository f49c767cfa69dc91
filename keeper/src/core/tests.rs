use latchkey::state::LoanStatus;

use super::*;
use fixture::{KEEPER, LoanFixture, OTHER, policy};

pub(super) fn core() -> Core {
    Core::new(Setup { keeper: KEEPER, policy: policy(), escrow_rent: 0, jitter: 7 })
}

pub(super) fn calls(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Invoke(_))).count()
}

pub(super) fn names(effects: &[Effect]) -> Vec<&'static str> {
    let name = |effect: &Effect| match effect {
        Effect::Submit(intent) => Some(intent.operation.name()),
        _ => None,
    };
    effects.iter().filter_map(name).collect()
}

#[test]
fn k8_a_frozen_treasury_keeps_no_unlock_away() {
    let mut fixture = LoanFixture { wallet: 1_000, ..LoanFixture::defaulted() };
    fixture.lock();
    let vehicle = fixture.keys().vehicle;
    let mut core = core();
    core.apply(Event::Snapshot(fixture.snapshot(1)));
    let effects = core.apply(Event::Clock(1_060));
    assert_eq!(names(&effects), ["request_unlock", "collect"]);
    let failed = Event::TransactionEnded { vehicle, lane: Lane::Money, verdict: Verdict::Failed };
    assert_eq!(names(&core.apply(failed)), ["look"]);
    // The unlock is requested, and its call begins while the treasury still refuses.
    fixture.request(Action::Unlock, 1_060);
    core.apply(Event::Snapshot(fixture.snapshot(2)));
    let requested = Event::TransactionEnded { vehicle, lane: Lane::Car, verdict: Verdict::Succeeded };
    core.apply(requested);
    let receipt = FunctionReply::Receipt(Box::new(fixture::receipt()));
    let replied = Event::FunctionReplied { invocation: fixture.invocations[0].0, reply: receipt };
    assert_eq!(names(&core.apply(replied)), ["confirm"]);
}

#[test]
fn a_keeper_without_keys_requests_an_unlock_that_is_served_where_it_may_call() {
    let mut fixture = LoanFixture { wallet: 20_000, ..LoanFixture::defaulted() };
    fixture.lock();
    fixture.loan.unlock_uri = "https://fn.example.com/".to_owned();
    let requests = |hosts: &[&str]| {
        let policy = Policy { command_keys: Vec::new(), hosts: Hosts::only(hosts).unwrap(), ..policy() };
        let mut core = Core::new(Setup { keeper: KEEPER, policy, escrow_rent: 0, jitter: 7 });
        core.apply(Event::Snapshot(fixture.snapshot(1)));
        names(&core.apply(Event::Clock(1_060))).contains(&"request_unlock")
    };
    assert!(requests(&["fn.example.com"]));
    assert!(!requests(&["other.example.com"]));
}

#[test]
fn an_unlock_that_a_function_refuses_is_asked_of_it_again() {
    let mut fixture = LoanFixture { wallet: 20_000, ..LoanFixture::defaulted() };
    fixture.lock();
    fixture.request(Action::Unlock, 1_060);
    let invocation = fixture.invocations[0].0;
    let mut core = core();
    core.apply(Event::Snapshot(fixture.snapshot(1)));
    assert_eq!(calls(&core.apply(Event::Clock(1_060))), 1);
    assert_eq!(calls(&core.apply(Event::FunctionReplied { invocation, reply: FunctionReply::Refused })), 0);
    let again: usize = (1_061..=1_520).map(|now| calls(&core.apply(Event::Clock(now)))).sum();
    assert_eq!(again, 1);
}

pub(super) fn submits(effects: &[Effect]) -> Vec<(Operation, Option<i64>)> {
    let submit = |effect: &Effect| match effect {
        Effect::Submit(intent) => Some((intent.operation.clone(), intent.due)),
        _ => None,
    };
    effects.iter().filter_map(submit).collect()
}

fn alarms(effects: &[Effect]) -> Vec<Alarm> {
    let alarm = |effect: &Effect| match effect {
        Effect::Alarm(alarm) => Some(*alarm),
        _ => None,
    };
    effects.iter().filter_map(alarm).collect()
}

/// A core that has read the fixture and heard of the time.
pub(in crate::core) fn started(fixture: &LoanFixture, now: i64) -> (Core, Vec<Effect>) {
    let mut core = core();
    core.apply(Event::Snapshot(fixture.snapshot(1)));
    let effects = core.apply(Event::Clock(now));
    (core, effects)
}

pub(in crate::core) fn tell_of(core: &mut Core, fixture: &LoanFixture, slot: u64) -> Vec<Effect> {
    let Snapshot { accounts, wallets, .. } = fixture.snapshot(slot);
    let accounts = accounts.into_iter().map(|(key, account)| (key, Some(account))).collect();
    core.apply(Event::Update(Update { slot, accounts, wallets }))
}

#[test]
fn a_lock_that_landed_before_its_second_was_told_is_not_taken_for_one_that_is_not_due() {
    let mut fixture = LoanFixture::warned();
    fixture.loan.ledger.as_of = 1_030;
    let (mut core, effects) = started(&fixture, 1_049);
    assert_eq!(names(&effects), ["request_lock"]);
    // It executed at 1,050. The accounts and the end of the transaction overtake the clock.
    fixture.loan.status = LoanStatus::Defaulted;
    fixture.loan.ledger.as_of = 1_050;
    fixture.request(Action::Lock, 1_050);
    fixture.claim(KEEPER, 1_050);
    let told = tell_of(&mut core, &fixture, 2);
    let vehicle = fixture.keys().vehicle;
    let ended = Event::TransactionEnded { vehicle, lane: Lane::Car, verdict: Verdict::Succeeded };
    let ended = core.apply(ended);
    let clock = core.apply(Event::Clock(1_050));
    for effects in [&told, &ended, &clock] {
        assert_eq!(names(effects), [""; 0]);
    }
    assert_eq!(calls(&told) + calls(&ended) + calls(&clock), 1);
}

#[test]
fn a_lapse_is_prepared_three_seconds_ahead_and_dropped_when_the_money_comes() {
    let mut fixture = LoanFixture::warned();
    fixture.loan.ledger.as_of = 1_030;
    let (mut core, effects) = started(&fixture, 1_046);
    assert_eq!(submits(&effects), []);
    let lock = Operation::DeclareDefaultAndLock { seq: 1 };
    assert_eq!(submits(&core.apply(Event::Clock(1_047))), [(lock, Some(1_050))]);
    fixture.wallet = 1_000;
    let vehicle = fixture.keys().vehicle;
    let effects = tell_of(&mut core, &fixture, 2);
    let cancelled =
        |effect: &Effect| matches!(effect, Effect::Cancel { vehicle: of, lane: Lane::Car } if *of == vehicle);
    assert!(effects.iter().any(cancelled), "{effects:?}");
    // It is cancelled once, and nothing is held against it.
    assert!(!core.apply(Event::Clock(1_048)).iter().any(cancelled));
    core.apply(Event::TransactionEnded { vehicle, lane: Lane::Car, verdict: Verdict::Cancelled });
    fixture.wallet = 0;
    let effects = tell_of(&mut core, &fixture, 3);
    assert_eq!(submits(&effects), [(Operation::DeclareDefaultAndLock { seq: 1 }, Some(1_050))]);
}

#[test]
fn an_outage_makes_no_pause_and_a_failure_does() {
    let fixture = LoanFixture::defaulted();
    let vehicle = fixture.keys().vehicle;
    let again = |verdict| {
        let (mut core, effects) = started(&fixture, 1_060);
        assert!(names(&effects).contains(&"request_lock"));
        let effects = core.apply(Event::TransactionEnded { vehicle, lane: Lane::Car, verdict });
        names(&effects).contains(&"request_lock")
    };
    assert!(again(Verdict::Outage) && again(Verdict::Cancelled));
    assert!(!again(Verdict::Failed) && !again(Verdict::Expired) && !again(Verdict::NotSent));
}

#[test]
fn k12_a_lease_that_lapsed_is_alarmed_once_and_the_call_served_when_it_is_free_again() {
    let mut fixture = LoanFixture::defaulted();
    fixture.loan.terms.calendar = latchkey::state::Calendar::seconds(100_000);
    fixture.loan.ledger.as_of = 1_060;
    fixture.request(Action::Lock, 1_060);
    fixture.claim(KEEPER, 1_060);
    let lapsed = Alarm::LeaseLapsed { vehicle: fixture.keys().vehicle, seq: 1, bond: 500 };
    for (now, expected) in [(1_119, vec![]), (1_120, vec![lapsed]), (1_121, vec![lapsed])] {
        let (core, effects) = started(&fixture, now);
        assert_eq!(alarms(&effects), expected, "at {now}");
        assert_eq!(core.counters().leases_lapsed, expected.len() as u64);
    }
    let (mut core, _) = started(&fixture, 1_120);
    assert_eq!(alarms(&core.apply(Event::Clock(1_130))), []);
    assert_eq!(alarms(&tell_of(&mut core, &fixture, 2)), []);
    // The contract bars it from this call until another keeper's lease on it has lapsed too.
    fixture.claim(OTHER, 1_130);
    tell_of(&mut core, &fixture, 3);
    // It is prepared as any lapse is.
    assert_eq!(submits(&core.apply(Event::Clock(1_186))), []);
    let claims = submits(&core.apply(Event::Clock(1_187)));
    assert_eq!(claims, [(Operation::Claim { action: Action::Lock, seq: 1 }, Some(1_190))]);
    fixture.claim(KEEPER, 1_195);
    assert_eq!(calls(&tell_of(&mut core, &fixture, 4)), 1);
}

#[test]
fn the_breaker_stops_locks_for_an_hour_and_no_unlock() {
    let loan = |number: u8| {
        let mut fixture = LoanFixture::on_vehicle(Pubkey::new_from_array([number; 32]), 0);
        fixture.loan.status = LoanStatus::Defaulted;
        fixture.loan.terms.calendar = latchkey::state::Calendar::seconds(100_000);
        fixture.loan.ledger.as_of = 1_060;
        fixture.loan.notices = LoanFixture::warned().loan.notices;
        fixture
    };
    let (first, second, mut third) = (loan(61), loan(62), loan(63));
    third.lock();
    third.wallet = 1_000;
    let mut snapshot = first.snapshot(1);
    for other in [&second, &third] {
        let Snapshot { accounts, wallets, .. } = other.snapshot(1);
        snapshot.accounts.extend(accounts.into_iter().filter(|(key, _)| *key != Pubkey::default()));
        snapshot.wallets.extend(wallets);
    }
    let policy = Policy { locks_per_hour: 1, ..policy() };
    let mut core = Core::new(Setup { keeper: KEEPER, policy, escrow_rent: 0, jitter: 7 });
    core.apply(Event::Snapshot(snapshot));
    let effects = core.apply(Event::Clock(1_060));
    assert_eq!(alarms(&effects), [Alarm::LocksStopped { limit: 1 }]);
    assert_eq!(core.counters().locks_stopped, 1);
    let asked = names(&effects);
    assert_eq!(asked.iter().filter(|name| **name == "request_lock").count(), 1);
    assert_eq!(asked.first(), Some(&"request_unlock"));
    let locked = effects.iter().find_map(|effect| match effect {
        Effect::Submit(intent) if intent.operation.is_lock() => Some(intent.keys.vehicle),
        _ => None,
    });
    let vehicle = locked.unwrap();
    core.apply(Event::TransactionEnded { vehicle, lane: Lane::Car, verdict: Verdict::Succeeded });
    let effects = core.apply(Event::Clock(1_060 + breaker::WINDOW - 1));
    assert!(!names(&effects).contains(&"request_lock") && alarms(&effects).is_empty());
    let effects = core.apply(Event::Clock(1_060 + breaker::WINDOW));
    assert!(names(&effects).contains(&"request_lock"), "{effects:?}");
    assert_eq!(alarms(&effects)[0], Alarm::LocksResumed);
}

#[test]
fn a_keeper_that_is_to_stop_gives_its_lease_back_when_the_call_has_ended_and_begins_nothing() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock, 1_060);
    fixture.claim(KEEPER, 1_060);
    let invocation = fixture.invocations[0].0;
    let (mut core, effects) = started(&fixture, 1_061);
    assert_eq!(calls(&effects), 1);
    assert_eq!(submits(&core.apply(Event::Stop)), []);
    assert!(!core.is_idle());
    let effects = core.apply(Event::FunctionReplied { invocation, reply: FunctionReply::Retry });
    assert_eq!(submits(&effects), [(Operation::Yield { seq: 1 }, None)]);
    fixture.invocations[0].1.set_claim(None);
    tell_of(&mut core, &fixture, 2);
    let vehicle = fixture.keys().vehicle;
    let ended = |lane| Event::TransactionEnded { vehicle, lane, verdict: Verdict::Succeeded };
    core.apply(ended(Lane::Money));
    assert_eq!(submits(&core.apply(ended(Lane::Car))), []);
    assert!(core.is_idle());
    assert_eq!(submits(&core.apply(Event::Clock(1_200))), []);
}

#[test]
fn a_keeper_that_is_to_stop_settles_what_is_proven() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock, 1_060);
    fixture.claim(KEEPER, 1_060);
    let invocation = fixture.invocations[0].0;
    let (mut core, _) = started(&fixture, 1_061);
    core.apply(Event::Stop);
    let reply = FunctionReply::Receipt(Box::new(fixture::receipt()));
    assert_eq!(names(&core.apply(Event::FunctionReplied { invocation, reply })), ["confirm"]);
}

#[test]
fn a_keeper_whose_turn_comes_later_waits_and_takes_over_from_one_that_is_dead() {
    let mut fixture = LoanFixture::defaulted();
    fixture.loan.ledger.as_of = 1_060;
    let mut waits = std::collections::BTreeSet::new();
    for seq in 0..20 {
        fixture.lender.keepers = vec![OTHER, KEEPER];
        (fixture.vehicle.last_seq_asked, fixture.vehicle.last_seq_proven) = (seq, seq);
        let (mut core, effects) = started(&fixture, 1_060);
        let mut now = 1_060;
        let mut sent = names(&effects);
        while !sent.contains(&"request_lock") {
            now += 1;
            sent = names(&core.apply(Event::Clock(now)));
        }
        waits.insert(now - 1_060);
    }
    assert_eq!(waits.into_iter().collect::<Vec<_>>(), [0, 3]);
}

#[test]
fn a_loan_that_was_closed_leaves_nothing_in_the_core() {
    let mut core = core();
    core.apply(Event::Snapshot(LoanFixture::new().snapshot(1)));
    core.apply(Event::Clock(1_060));
    let mut slot = 1;
    for round in 0..200 {
        slot += 1;
        let mut fixture = LoanFixture::on_vehicle(Pubkey::new_from_array([77; 32]), round);
        fixture.request(Action::Warn, 1_060);
        fixture.claim(KEEPER, 1_060);
        let effects = tell_of(&mut core, &fixture, slot);
        for effect in effects {
            if let Effect::Submit(intent) = effect {
                let (vehicle, lane) = (intent.keys.vehicle, intent.operation.lane());
                core.apply(Event::TransactionEnded { vehicle, lane, verdict: Verdict::Failed });
            }
        }
        let invocation = fixture.invocations[0].0;
        core.apply(Event::FunctionReplied { invocation, reply: FunctionReply::Retry });
        slot += 1;
        let accounts = vec![(fixture.keys().loan, None)];
        let effects = core.apply(Event::Update(Update { slot, accounts, wallets: Vec::new() }));
        for effect in effects {
            if let Effect::Submit(intent) = effect {
                panic!("{:?} for a loan that is closed", intent.operation);
            }
        }
    }
    let vehicle = Pubkey::new_from_array([77; 32]);
    for lane in Lane::ALL {
        core.apply(Event::TransactionEnded { vehicle, lane, verdict: Verdict::Failed });
    }
    // The loan of the first snapshot is left.
    assert_eq!((core.book.len(), core.agenda.len()), (1, 1));
    assert_eq!((core.calls.len(), core.lapsed.len(), core.held_back.len()), (0, 0, 0));
    assert!(core.submissions.keys().all(|known| *known != vehicle), "{:?}", core.submissions);
    assert!(core.urgent.is_empty() && core.later.is_empty() && core.sweeps.is_empty());
}

#[test]
fn k4_a_time_that_was_hours_ahead_is_put_right_and_nothing_is_stuck_after_it() {
    let mut fixture = LoanFixture::defaulted();
    fixture.loan.terms.calendar = latchkey::state::Calendar::seconds(100_000);
    fixture.loan.ledger.as_of = 1_060;
    let vehicle = fixture.keys().vehicle;
    let ahead = 1_060 + 4 * 3_600;
    let (mut core, effects) = started(&fixture, ahead);
    assert!(names(&effects).contains(&"request_lock"), "{effects:?}");
    // The chain, whose time is another, refuses it again and again.
    for at in 0..300 {
        core.apply(Event::TransactionEnded { vehicle, lane: Lane::Car, verdict: Verdict::Failed });
        core.apply(Event::Clock(ahead + at));
    }
    core.apply(Event::TransactionEnded { vehicle, lane: Lane::Car, verdict: Verdict::Failed });
    assert_eq!(names(&core.apply(Event::Clock(1_061))), ["request_lock"]);
    // A node that lags turns nothing back.
    core.apply(Event::TransactionEnded { vehicle, lane: Lane::Car, verdict: Verdict::Failed });
    assert_eq!(names(&core.apply(Event::Clock(1_030))), [""; 0]);
}

fn releases(effects: &[Effect]) -> usize {
    effects.iter().filter(|effect| matches!(effect, Effect::Release(_))).count()
}

#[test]
fn a_car_whose_loan_ends_is_released_once_and_until_it_answers() {
    let mut fixture = LoanFixture::new();
    let loan = fixture.keys().loan;
    let mut core = core();
    core.apply(Event::Snapshot(fixture.snapshot(1)));
    assert_eq!(releases(&core.apply(Event::Clock(900))), 0);
    fixture.loan.status = LoanStatus::PaidOff;
    assert_eq!(releases(&core.apply(Event::Snapshot(fixture.snapshot(2)))), 1);
    assert_eq!(releases(&core.apply(Event::Snapshot(fixture.snapshot(3)))), 0, "it is under way");
    // A car in a garage: it is told again, with pauses that grow to an hour and a half.
    let mut times = Vec::new();
    core.apply(Event::Released { loan, reply: FunctionReply::Retry });
    for now in (901..900 + 86_400).step_by(60) {
        if releases(&core.apply(Event::Clock(now))) > 0 {
            times.push(now);
            let reply = if times.len() % 2 == 0 { FunctionReply::Retry } else { FunctionReply::Refused };
            core.apply(Event::Released { loan, reply });
        }
    }
    assert!((16..60).contains(&times.len()), "{times:?}");
    let last = times.len() - 1;
    assert!((1_800..=5_460).contains(&(times[last] - times[last - 1])), "{times:?}");
    let receipt = FunctionReply::Receipt(Box::new(fixture::receipt()));
    core.apply(Event::Released { loan, reply: receipt });
    let after: usize =
        (90_000..180_000).step_by(600).map(|now| releases(&core.apply(Event::Clock(now)))).sum();
    assert_eq!(after, 0);
    // The loan is closed: nothing of it is kept.
    let accounts = vec![(loan, None)];
    core.apply(Event::Update(Update { slot: 4, accounts, wallets: Vec::new() }));
    assert_eq!(core.calls.len(), 0);
}

#[test]
fn a_release_whose_loan_is_closed_while_it_runs_leaves_nothing_behind() {
    let mut fixture = LoanFixture::new();
    fixture.loan.status = LoanStatus::Settled;
    let loan = fixture.keys().loan;
    let mut core = core();
    core.apply(Event::Snapshot(fixture.snapshot(1)));
    assert_eq!(releases(&core.apply(Event::Clock(900))), 1);
    let accounts = vec![(loan, None)];
    core.apply(Event::Update(Update { slot: 4, accounts, wallets: Vec::new() }));
    core.apply(Event::Released { loan, reply: FunctionReply::Retry });
    assert_eq!(core.calls.len(), 0);
}
