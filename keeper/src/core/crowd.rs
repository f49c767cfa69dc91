//! Many loans that fall due together. What an event costs is counted in loans decided about: it does not grow with the
//! number of loans.

use super::fixture::{KEEPER, LoanFixture, policy};
use super::tests::{submits, tell_of};
use super::*;

/// A core that knows so many loans, all of which may be locked from 1,050 on, and the loans.
fn crowd(count: u32) -> (Core, Vec<LoanFixture>) {
    let fixture = |number: u32| {
        let mut address = [91; 32];
        address[..4].copy_from_slice(&number.to_le_bytes());
        let mut fixture = LoanFixture::on_vehicle(Pubkey::new_from_array(address), 0);
        fixture.loan.notices = LoanFixture::warned().loan.notices;
        fixture.loan.ledger.as_of = 1_030;
        fixture
    };
    let fixtures: Vec<LoanFixture> = (0..count).map(fixture).collect();
    let mut snapshot = Snapshot::default();
    for fixture in &fixtures {
        let one = fixture.snapshot(1);
        // The lender is the same for all.
        let is_new = |key: &Pubkey| snapshot.accounts.is_empty() || *key != Pubkey::default();
        let new: Vec<_> = one.accounts.into_iter().filter(|(key, _)| is_new(key)).collect();
        snapshot.accounts.extend(new);
        snapshot.wallets.extend(one.wallets);
        (snapshot.slot, snapshot.token_programs) = (one.slot, one.token_programs);
    }
    let policy = Policy { locks_per_hour: usize::MAX, ..policy() };
    let mut core = Core::new(Setup { keeper: KEEPER, policy, escrow_rent: 0, jitter: 7 });
    drain(&mut core, Event::Snapshot(snapshot));
    (core, fixtures)
}

/// Takes an event in and all that follows from it. Returns the effects, and how many loans the longest step decided about.
fn drain(core: &mut Core, event: Event) -> (Vec<Effect>, u64) {
    let mut before = core.counters().decisions;
    let mut effects = core.apply(event);
    let mut most = core.counters().decisions - before;
    while core.is_behind() {
        before = core.counters().decisions;
        effects.extend(core.proceed());
        most = most.max(core.counters().decisions - before);
    }
    (effects, most)
}

/// How many loans are decided about, with so many known, at: a second in which nothing is due, a change of one loan, the
/// end of its transaction, and a change that says nothing new.
fn decided(count: u32) -> [u64; 4] {
    let (mut core, mut fixtures) = crowd(count);
    drain(&mut core, Event::Clock(1_040));
    let lapse = drain(&mut core, Event::Clock(1_047)).0;
    assert_eq!(submits(&lapse).len(), count as usize, "every lapse is prepared");
    drain(&mut core, Event::Clock(1_050));
    let mut counted = Vec::new();
    let mut count = |core: &mut Core, step: &mut dyn FnMut(&mut Core)| {
        let before = core.counters().decisions;
        step(core);
        while core.is_behind() {
            core.proceed();
        }
        counted.push(core.counters().decisions - before);
    };
    let fixture = &mut fixtures[0];
    fixture.wallet = 17;
    let vehicle = fixture.keys().vehicle;
    count(&mut core, &mut |core| drop(core.apply(Event::Clock(1_051))));
    count(&mut core, &mut |core| drop(tell_of(core, fixture, 2)));
    let ended = || Event::TransactionEnded { vehicle, lane: Lane::Car, verdict: Verdict::Failed };
    count(&mut core, &mut |core| drop(core.apply(ended())));
    count(&mut core, &mut |core| drop(tell_of(core, fixture, 3)));
    counted.try_into().unwrap()
}

#[test]
fn k11_with_two_thousand_loans_due_in_one_second_no_event_waits_for_a_walk_over_all() {
    let (mut core, fixtures) = crowd(2_000);
    let (effects, most) = drain(&mut core, Event::Clock(1_047));
    assert_eq!(submits(&effects).len(), fixtures.len(), "every lapse is prepared");
    let together = SLICE as u64;
    assert!(most <= together, "{most} loans in one step");
    // All of them fall due. Between two steps any other event finds its turn.
    let before = core.counters().decisions;
    let most = drain(&mut core, Event::Clock(1_050)).1;
    assert!(most <= together, "{most} loans in one step");
    assert!(core.counters().decisions - before >= 2_000, "each is looked at");
    let few = decided(20);
    assert_eq!(decided(2_000), few);
    assert_eq!(few, [0, 1, 1, 0]);
}

#[test]
fn an_urgent_loan_is_decided_about_before_the_rest_of_a_crowd() {
    let (mut core, mut fixtures) = crowd(2_000);
    core.apply(Event::Clock(1_047));
    assert!(core.is_behind());
    let fixture = fixtures.last_mut().unwrap();
    fixture.lock();
    fixture.wallet = 1_000;
    // The rest still waits.
    let effects = tell_of(&mut core, fixture, 2);
    let unlock = (Operation::Request { action: Action::Unlock, seq: 2 }, None);
    assert_eq!(submits(&effects).first(), Some(&unlock));
}
