//! A second too early or too late, at every deadline. Where an attack is to fail at the second itself, the second
//! before it would have been in time, and the other way round; `t` is the deadline.

use latchkey::errors::LatchkeyError as E;
use latchkey::instructions::MAX_PAUSE_SECS;
use latchkey::rules::servicing::MAX_HOLD_SECS;
use latchkey::state::Action;
use latchkey_tests_svm::checkpoint::{Checkpoint, Checkpoints};
use latchkey_tests_svm::{DAY, Expected, LEASE, LoanFixture, Outcome, START, TTL, due};

use crate::suite::Case;

/// Something with a deadline, tried at three seconds around it.
struct Deadline {
    name: &'static str,
    instruction: &'static str,
    /// What is said the second before, at, and the second after.
    expected: [Expected; 3],
    /// The state it begins in, and the deadline.
    begin: fn(&mut Checkpoints) -> (LoanFixture, i64),
    /// The attack in words.
    attempt: fn(&mut LoanFixture) -> Outcome,
}

const OK: Expected = Expected::Harmless;

const fn no(rule: E) -> Expected {
    Expected::Rule(rule)
}

/// Not before the deadline.
const fn from(rule: E) -> [Expected; 3] {
    [no(rule), OK, OK]
}

/// Not from the deadline on.
const fn until(rule: E) -> [Expected; 3] {
    [OK, no(rule), no(rule)]
}

const DEADLINES: &[Deadline] = &[
    Deadline {
        name: "warning before the due date",
        instruction: "request",
        expected: from(E::NotPastDue),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Fresh), due(0)),
        attempt: |fixture| fixture.request(Action::Warn),
    },
    Deadline {
        name: "notice before the due date",
        instruction: "serve_notice",
        expected: from(E::NotPastDue),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Fresh), due(0)),
        attempt: LoanFixture::serve_notice,
    },
    Deadline {
        name: "default within the grace",
        instruction: "declare_default",
        expected: from(E::GraceNotOver),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Fresh), LoanFixture::default_at()),
        attempt: LoanFixture::declare_default,
    },
    Deadline {
        name: "lock on a fresh notice",
        instruction: "request",
        expected: from(E::NoticeNotMatured),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::BeforeLoan);
            fixture.terms.notice_secs = 600;
            fixture.originate().holds();
            let mut fixture = fixture.fall_into_default();
            fixture.serve_notice().holds();
            (fixture, LoanFixture::default_at() + 600)
        },
        attempt: |fixture| fixture.request(Action::Lock),
    },
    Deadline {
        name: "lock during a hold",
        instruction: "request",
        expected: from(E::OnHold),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Defaulted);
            fixture.place_hold(LoanFixture::default_at() + 600).holds();
            (fixture, LoanFixture::default_at() + 600)
        },
        attempt: |fixture| fixture.request(Action::Lock),
    },
    Deadline {
        name: "lock during a pause",
        instruction: "request",
        expected: from(E::LenderPaused),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Defaulted);
            fixture.pause(MAX_PAUSE_SECS).holds();
            (fixture, LoanFixture::default_at() + DAY)
        },
        attempt: |fixture| fixture.request(Action::Lock),
    },
    Deadline {
        name: "warning during a hold",
        instruction: "request",
        expected: from(E::OnHold),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Due);
            fixture.place_hold(due(0) + 600).holds();
            (fixture, due(0) + 600)
        },
        attempt: |fixture| fixture.request(Action::Warn),
    },
    Deadline {
        name: "warning during a pause",
        instruction: "request",
        expected: from(E::LenderPaused),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Due);
            fixture.pause(600).holds();
            (fixture, due(0) + 600)
        },
        attempt: |fixture| fixture.request(Action::Warn),
    },
    Deadline {
        name: "lock during an emergency start",
        instruction: "request",
        expected: from(E::InEmergencyStart),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Locked);
            fixture.emergency_start().holds();
            fixture.request(Action::Unlock).holds();
            fixture.fulfil(2);
            (fixture, LoanFixture::default_at() + DAY)
        },
        attempt: |fixture| fixture.request(Action::Lock),
    },
    Deadline {
        name: "another emergency start while one runs",
        instruction: "emergency_start",
        expected: from(E::InEmergencyStart),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Locked);
            fixture.emergency_start().holds();
            (fixture, LoanFixture::default_at() + DAY)
        },
        attempt: LoanFixture::emergency_start,
    },
    Deadline {
        name: "renewal of a lock before its last third",
        instruction: "request",
        expected: from(E::LockStands),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Locked), LoanFixture::default_at() + 20 * DAY),
        attempt: |fixture| fixture.request(Action::Lock),
    },
    Deadline {
        name: "unlock after a hold has ended",
        instruction: "request",
        expected: until(E::UnlockNotDue),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Locked);
            fixture.place_hold(LoanFixture::default_at() + 600).holds();
            (fixture, LoanFixture::default_at() + 600)
        },
        attempt: |fixture| fixture.request(Action::Unlock),
    },
    Deadline {
        name: "unlock after an emergency start has ended",
        instruction: "request",
        expected: until(E::UnlockNotDue),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Locked);
            fixture.emergency_start().holds();
            (fixture, LoanFixture::default_at() + DAY)
        },
        attempt: |fixture| fixture.request(Action::Unlock),
    },
    Deadline {
        name: "another unlock while one is open",
        instruction: "request",
        expected: from(E::InvocationOpen),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Cured);
            fixture.request(Action::Unlock).holds();
            (fixture, LoanFixture::default_at() + TTL)
        },
        attempt: |fixture| fixture.request(Action::Unlock),
    },
    Deadline {
        name: "claim under another's lease",
        instruction: "claim",
        expected: from(E::Leased),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Claimed), LoanFixture::default_at() + LEASE),
        attempt: |fixture| {
            let rival = fixture.rival.insecure_clone();
            fixture.claim(&rival, 1)
        },
    },
    Deadline {
        name: "claim of what has expired",
        instruction: "claim",
        expected: until(E::Expired),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Asked), LoanFixture::default_at() + TTL),
        attempt: |fixture| {
            let keeper = fixture.keeper.insecure_clone();
            fixture.claim(&keeper, 1)
        },
    },
    Deadline {
        name: "a bond taken back after the lease",
        instruction: "yield_claim",
        expected: until(E::LeaseLapsed),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Claimed), LoanFixture::default_at() + LEASE),
        attempt: |fixture| {
            let keeper = fixture.keeper.insecure_clone();
            fixture.yield_claim(&keeper, 1)
        },
    },
    Deadline {
        name: "expiry of what can still be claimed",
        instruction: "expire",
        expected: from(E::NotExpired),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Asked), LoanFixture::default_at() + TTL),
        attempt: |fixture| fixture.expire(1),
    },
    Deadline {
        name: "expiry under a lease that outlasts it",
        instruction: "expire",
        expected: from(E::NotExpired),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Asked);
            let keeper = fixture.keeper.insecure_clone();
            let last = LoanFixture::default_at() + TTL - 1;
            fixture.at(last).claim(&keeper, 1).holds();
            (fixture, last + LEASE)
        },
        attempt: |fixture| fixture.expire(1),
    },
    Deadline {
        name: "charge-off before 120 days",
        instruction: "charge_off",
        expected: from(E::TooEarlyToChargeOff),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Defaulted), due(0) + 120 * DAY),
        attempt: LoanFixture::charge_off,
    },
    Deadline {
        name: "close of a loan whose car may be locked",
        instruction: "close_loan",
        expected: from(E::VehicleLocked),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Locked);
            fixture.pay_all();
            (fixture, LoanFixture::default_at() + 30 * DAY)
        },
        attempt: LoanFixture::close,
    },
    Deadline {
        name: "lift of a hold that has ended",
        instruction: "lift_hold",
        expected: until(E::NotOnHold),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Held), due(9)),
        attempt: LoanFixture::lift_hold,
    },
    Deadline {
        name: "a hold that begins in the past",
        instruction: "place_hold",
        expected: until(E::InvalidHold),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Fresh), START + 600),
        attempt: |fixture| fixture.place_hold(START + 600),
    },
    Deadline {
        name: "a hold of more than a year",
        instruction: "place_hold",
        expected: from(E::InvalidHold),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Fresh), START + 600),
        attempt: |fixture| fixture.place_hold(START + 600 + MAX_HOLD_SECS),
    },
    Deadline {
        name: "a loan whose first payment is due already",
        instruction: "originate",
        expected: until(E::TermsFirstDue),
        begin: |checkpoints| {
            let fixture = checkpoints.at(Checkpoint::BeforeLoan);
            let due = fixture.terms.first_due;
            (fixture, due)
        },
        attempt: LoanFixture::originate,
    },
    Deadline {
        name: "withdrawal of what has fallen due",
        instruction: "withdraw_surplus",
        expected: until(E::NotSurplus),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Fresh);
            fixture.top_up(1_000);
            (fixture, due(0))
        },
        attempt: |fixture| fixture.withdraw_surplus(1),
    },
];

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for deadline in DEADLINES {
        for (around, (when, expected)) in (-1..).zip(["t-1", "t", "t+1"].into_iter().zip(deadline.expected)) {
            let name = format!("{} at {when}", deadline.name);
            cases.push(Case::new(name, deadline.instruction, expected, move |checkpoints| {
                let (mut fixture, deadline_at) = (deadline.begin)(checkpoints);
                fixture.at(deadline_at + around);
                (deadline.attempt)(&mut fixture)
            }));
        }
    }
    cases
}
