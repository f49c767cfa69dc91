//! Deadlines of requests, and of what comes before and after them.

use latchkey::errors::LatchkeyError as E;
use latchkey::instructions::MAX_PAUSE_SECS;
use latchkey::state::Action;
use latchkey_tests_svm::checkpoint::{Checkpoint, Checkpoints};
use latchkey_tests_svm::{DAY, LEASE, LoanFixture, TTL, due};

use super::{Deadline, OK, from, no, until};

pub const DEADLINES: &[Deadline] = &[
    Deadline {
        name: "warning before warn_after_secs, which is a second, after the due date",
        instruction: "request",
        expected: [no(E::NotPastDue), no(E::TooEarlyToWarn), OK],
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
            (fixture.terms.min_channels, fixture.terms.notice_secs) = (1, 600);
            fixture.terms.notice_max_age_secs = 3_600;
            fixture.originate().holds();
            let mut fixture = fixture.fall_into_default();
            fixture.serve_notice().holds();
            (fixture, LoanFixture::default_at() + 600)
        },
        attempt: |fixture| fixture.request(Action::Lock),
    },
    Deadline {
        name: "lock on a notice that is too old",
        instruction: "request",
        expected: until(E::NoticeNotServed),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::BeforeLoan);
            (fixture.terms.min_channels, fixture.terms.notice_secs) = (1, 600);
            fixture.terms.notice_max_age_secs = 3_600;
            fixture.originate().holds();
            let mut fixture = fixture.fall_into_default();
            fixture.serve_notice().holds();
            (fixture, LoanFixture::default_at() + 3_600)
        },
        attempt: |fixture| fixture.request(Action::Lock),
    },
    Deadline {
        name: "final notice right after the first",
        instruction: "serve_notice",
        expected: from(E::FinalNoticeTooEarly),
        begin: |checkpoints| (told_once(checkpoints), LoanFixture::default_at() + 600),
        attempt: LoanFixture::serve_notice,
    },
    Deadline {
        name: "lock on a fresh final notice",
        instruction: "request",
        expected: from(E::NoticeNotMatured),
        begin: |checkpoints| {
            let mut fixture = told_once(checkpoints);
            fixture.at(LoanFixture::default_at() + 600).serve_notice().holds();
            (fixture, LoanFixture::default_at() + 1_200)
        },
        attempt: |fixture| fixture.request(Action::Lock),
    },
    Deadline {
        name: "notice before the default that it must follow",
        instruction: "serve_notice",
        expected: from(E::NoticeBeforeDefault),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::BeforeLoan);
            (fixture.terms.min_channels, fixture.terms.notice_after_default) = (1, true);
            fixture.terms.notice_max_age_secs = 3_600;
            fixture.originate().holds();
            (fixture, LoanFixture::default_at())
        },
        attempt: LoanFixture::serve_notice,
    },
    Deadline {
        name: "default within the grace that starts again after a stay",
        instruction: "declare_default",
        expected: from(E::GraceNotOver),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::GraceOver);
            fixture.place_stay(LoanFixture::default_at(), due(0) + 5 * DAY).holds();
            (fixture, due(0) + 7 * DAY)
        },
        attempt: LoanFixture::declare_default,
    },
    Deadline {
        name: "warning during a stay",
        instruction: "request",
        expected: from(E::OnStay),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Due);
            fixture.place_stay(due(0) + 1, due(0) + 600).holds();
            (fixture, due(0) + 600)
        },
        attempt: |fixture| fixture.request(Action::Warn),
    },
    Deadline {
        name: "notice during a stay",
        instruction: "serve_notice",
        expected: from(E::OnStay),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Due);
            fixture.place_stay(due(0) + 1, due(0) + 600).holds();
            (fixture, due(0) + 600)
        },
        attempt: LoanFixture::serve_notice,
    },
    Deadline {
        name: "lock within a day of the lender's unlock",
        instruction: "request",
        expected: from(E::OnHold),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Locked);
            let servicer = fixture.servicer.insecure_clone();
            fixture.request_as(&servicer, Action::Unlock).holds();
            fixture.fulfil(2);
            (fixture, LoanFixture::default_at() + DAY)
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
            (fixture, due(0) + 601)
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
            (fixture, LoanFixture::default_at() + TTL + DAY)
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
            (fixture, LoanFixture::default_at() + TTL + DAY)
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
];

/// A defaulted loan whose borrower was told once, and is to be told again 600 seconds later.
fn told_once(checkpoints: &mut Checkpoints) -> LoanFixture {
    let mut fixture = checkpoints.at(Checkpoint::BeforeLoan);
    (fixture.terms.min_channels, fixture.terms.final_notice_secs) = (1, 600);
    fixture.terms.notice_max_age_secs = 36_000;
    fixture.originate().holds();
    let mut fixture = fixture.fall_into_default();
    fixture.serve_notice().holds();
    fixture
}
