//! A second too early or too late, at every deadline. Where an attack is to fail at the second itself, the second
//! before it would have been in time, and the other way round; `t` is the deadline.

use latchkey::errors::LatchkeyError as E;
use latchkey::instructions::MAX_PAUSE_SECS;
use latchkey::rules::servicing::MAX_HOLD_SECS;
use latchkey::state::Action;
use latchkey_tests_svm::{DAY, LEASE, Outcome, START, Scene, TTL, due};

use crate::stage::{Stage, Stages};
use crate::suite::{Case, Expected};

/// Something with a deadline, tried at three seconds around it.
struct Deadline {
    name: &'static str,
    instruction: &'static str,
    /// What is said the second before, at, and the second after.
    expected: [Expected; 3],
    /// The state it begins in, and the deadline.
    begin: fn(&mut Stages) -> (Scene, i64),
    /// What is tried.
    attempt: fn(&mut Scene) -> Outcome,
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
        begin: |stages| (stages.at(Stage::Fresh), due(0)),
        attempt: |scene| scene.request(Action::Warn),
    },
    Deadline {
        name: "notice before the due date",
        instruction: "serve_notice",
        expected: from(E::NotPastDue),
        begin: |stages| (stages.at(Stage::Fresh), due(0)),
        attempt: Scene::serve_notice,
    },
    Deadline {
        name: "default within the grace",
        instruction: "declare_default",
        expected: from(E::GraceNotOver),
        begin: |stages| (stages.at(Stage::Fresh), Scene::default_at()),
        attempt: Scene::declare_default,
    },
    Deadline {
        name: "lock on a fresh notice",
        instruction: "request",
        expected: from(E::NoticeNotMatured),
        begin: |stages| {
            let mut scene = stages.at(Stage::BeforeLoan);
            scene.terms.notice_secs = 600;
            scene.originate().holds();
            let mut scene = scene.fall_into_default();
            scene.serve_notice().holds();
            (scene, Scene::default_at() + 600)
        },
        attempt: |scene| scene.request(Action::Lock),
    },
    Deadline {
        name: "lock during a hold",
        instruction: "request",
        expected: from(E::OnHold),
        begin: |stages| {
            let mut scene = stages.at(Stage::Defaulted);
            scene.place_hold(Scene::default_at() + 600).holds();
            (scene, Scene::default_at() + 600)
        },
        attempt: |scene| scene.request(Action::Lock),
    },
    Deadline {
        name: "lock during a pause",
        instruction: "request",
        expected: from(E::LenderPaused),
        begin: |stages| {
            let mut scene = stages.at(Stage::Defaulted);
            scene.pause(MAX_PAUSE_SECS).holds();
            (scene, Scene::default_at() + DAY)
        },
        attempt: |scene| scene.request(Action::Lock),
    },
    Deadline {
        name: "warning during a hold",
        instruction: "request",
        expected: from(E::OnHold),
        begin: |stages| {
            let mut scene = stages.at(Stage::Due);
            scene.place_hold(due(0) + 600).holds();
            (scene, due(0) + 600)
        },
        attempt: |scene| scene.request(Action::Warn),
    },
    Deadline {
        name: "warning during a pause",
        instruction: "request",
        expected: from(E::LenderPaused),
        begin: |stages| {
            let mut scene = stages.at(Stage::Due);
            scene.pause(600).holds();
            (scene, due(0) + 600)
        },
        attempt: |scene| scene.request(Action::Warn),
    },
    Deadline {
        name: "lock during an emergency start",
        instruction: "request",
        expected: from(E::InEmergencyStart),
        begin: |stages| {
            let mut scene = stages.at(Stage::Locked);
            scene.emergency_start().holds();
            scene.request(Action::Unlock).holds();
            scene.fulfil(2);
            (scene, Scene::default_at() + DAY)
        },
        attempt: |scene| scene.request(Action::Lock),
    },
    Deadline {
        name: "another emergency start while one runs",
        instruction: "emergency_start",
        expected: from(E::InEmergencyStart),
        begin: |stages| {
            let mut scene = stages.at(Stage::Locked);
            scene.emergency_start().holds();
            (scene, Scene::default_at() + DAY)
        },
        attempt: Scene::emergency_start,
    },
    Deadline {
        name: "renewal of a lock before its last third",
        instruction: "request",
        expected: from(E::LockStands),
        begin: |stages| (stages.at(Stage::Locked), Scene::default_at() + 20 * DAY),
        attempt: |scene| scene.request(Action::Lock),
    },
    Deadline {
        name: "unlock after a hold has ended",
        instruction: "request",
        expected: until(E::UnlockNotDue),
        begin: |stages| {
            let mut scene = stages.at(Stage::Locked);
            scene.place_hold(Scene::default_at() + 600).holds();
            (scene, Scene::default_at() + 600)
        },
        attempt: |scene| scene.request(Action::Unlock),
    },
    Deadline {
        name: "unlock after an emergency start has ended",
        instruction: "request",
        expected: until(E::UnlockNotDue),
        begin: |stages| {
            let mut scene = stages.at(Stage::Locked);
            scene.emergency_start().holds();
            (scene, Scene::default_at() + DAY)
        },
        attempt: |scene| scene.request(Action::Unlock),
    },
    Deadline {
        name: "another unlock while one is open",
        instruction: "request",
        expected: from(E::InvocationOpen),
        begin: |stages| {
            let mut scene = stages.at(Stage::Cured);
            scene.request(Action::Unlock).holds();
            (scene, Scene::default_at() + TTL)
        },
        attempt: |scene| scene.request(Action::Unlock),
    },
    Deadline {
        name: "claim under another's lease",
        instruction: "claim",
        expected: from(E::Leased),
        begin: |stages| (stages.at(Stage::Claimed), Scene::default_at() + LEASE),
        attempt: |scene| {
            let rival = scene.rival.insecure_clone();
            scene.claim(&rival, 1)
        },
    },
    Deadline {
        name: "claim of what has expired",
        instruction: "claim",
        expected: until(E::Expired),
        begin: |stages| (stages.at(Stage::Asked), Scene::default_at() + TTL),
        attempt: |scene| {
            let keeper = scene.keeper.insecure_clone();
            scene.claim(&keeper, 1)
        },
    },
    Deadline {
        name: "a bond taken back after the lease",
        instruction: "yield_claim",
        expected: until(E::LeaseLapsed),
        begin: |stages| (stages.at(Stage::Claimed), Scene::default_at() + LEASE),
        attempt: |scene| {
            let keeper = scene.keeper.insecure_clone();
            scene.yield_claim(&keeper, 1)
        },
    },
    Deadline {
        name: "expiry of what can still be claimed",
        instruction: "expire",
        expected: from(E::NotExpired),
        begin: |stages| (stages.at(Stage::Asked), Scene::default_at() + TTL),
        attempt: |scene| scene.expire(1),
    },
    Deadline {
        name: "expiry under a lease that outlasts it",
        instruction: "expire",
        expected: from(E::NotExpired),
        begin: |stages| {
            let mut scene = stages.at(Stage::Asked);
            let keeper = scene.keeper.insecure_clone();
            let last = Scene::default_at() + TTL - 1;
            scene.at(last).claim(&keeper, 1).holds();
            (scene, last + LEASE)
        },
        attempt: |scene| scene.expire(1),
    },
    Deadline {
        name: "charge-off before 120 days",
        instruction: "charge_off",
        expected: from(E::TooEarlyToChargeOff),
        begin: |stages| (stages.at(Stage::Defaulted), due(0) + 120 * DAY),
        attempt: Scene::charge_off,
    },
    Deadline {
        name: "close of a loan whose car may be locked",
        instruction: "close_loan",
        expected: from(E::VehicleLocked),
        begin: |stages| {
            let mut scene = stages.at(Stage::Locked);
            scene.pay_all();
            (scene, Scene::default_at() + 30 * DAY)
        },
        attempt: Scene::close,
    },
    Deadline {
        name: "lift of a hold that has ended",
        instruction: "lift_hold",
        expected: until(E::NotOnHold),
        begin: |stages| (stages.at(Stage::Held), due(9)),
        attempt: Scene::lift_hold,
    },
    Deadline {
        name: "a hold that begins in the past",
        instruction: "place_hold",
        expected: until(E::InvalidHold),
        begin: |stages| (stages.at(Stage::Fresh), START + 600),
        attempt: |scene| scene.place_hold(START + 600),
    },
    Deadline {
        name: "a hold of more than a year",
        instruction: "place_hold",
        expected: from(E::InvalidHold),
        begin: |stages| (stages.at(Stage::Fresh), START + 600),
        attempt: |scene| scene.place_hold(START + 600 + MAX_HOLD_SECS),
    },
    Deadline {
        name: "a loan whose first payment is due already",
        instruction: "originate",
        expected: until(E::TermsFirstDue),
        begin: |stages| {
            let scene = stages.at(Stage::BeforeLoan);
            let due = scene.terms.first_due;
            (scene, due)
        },
        attempt: Scene::originate,
    },
    Deadline {
        name: "withdrawal of what has fallen due",
        instruction: "withdraw_surplus",
        expected: until(E::NotSurplus),
        begin: |stages| {
            let mut scene = stages.at(Stage::Fresh);
            scene.top_up(1_000);
            (scene, due(0))
        },
        attempt: |scene| scene.withdraw_surplus(1),
    },
];

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for deadline in DEADLINES {
        for (around, (when, expected)) in (-1..).zip(["t-1", "t", "t+1"].into_iter().zip(deadline.expected)) {
            let name = format!("{} at {when}", deadline.name);
            cases.push(Case::new(name, deadline.instruction, expected, move |stages| {
                let (mut scene, deadline_at) = (deadline.begin)(stages);
                scene.at(deadline_at + around);
                (deadline.attempt)(&mut scene)
            }));
        }
    }
    cases
}
