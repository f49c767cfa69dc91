//! A second too early or too late, at every deadline. Where an attack is to fail at the second itself, the second
//! before it would have been in time, and the other way round; `t` is the deadline.

use latchkey::errors::LatchkeyError as E;
use latchkey::instructions::{AmendArgs, MAX_PAUSE_SECS};
use latchkey::rules::sale::{MAX_CLOCK_SKEW_SECS, MAX_HAND_OVER_AGE_SECS};
use latchkey::rules::servicing::{MAX_HOLD_SECS, MAX_SERVICER_HOLD_SECS};
use latchkey::state::Action;
use latchkey_client::instructions::{self as build, Agreed};
use latchkey_tests_svm::checkpoint::{Checkpoint, Checkpoints};
use latchkey_tests_svm::doors::send;
use latchkey_tests_svm::{DAY, Expected, LEASE, LoanFixture, Outcome, START, TTL, due, person};
use solana_sdk::signer::Signer;

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

/// Not after the deadline, which itself is in time.
const fn ends_after(rule: E) -> [Expected; 3] {
    [OK, OK, no(rule)]
}

/// Not from the deadline on.
const fn until(rule: E) -> [Expected; 3] {
    [OK, no(rule), no(rule)]
}

const DEADLINES: &[Deadline] = &[
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
        name: "default within the grace that begins anew after a stay",
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
        begin: |checkpoints| (checkpoints.at(Checkpoint::Held), due(4)),
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
        name: "a servicer's hold of more than 45 days",
        instruction: "place_hold",
        expected: from(E::InvalidHold),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Fresh), START + 600),
        attempt: |fixture| fixture.place_hold(START + 600 + MAX_SERVICER_HOLD_SECS),
    },
    Deadline {
        name: "an authority's hold of more than a year",
        instruction: "place_hold",
        expected: from(E::InvalidHold),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Fresh), START + 600),
        attempt: |fixture| {
            let authority = fixture.authority.insecure_clone();
            fixture.place_hold_by(&authority, START + 600 + MAX_HOLD_SECS)
        },
    },
    Deadline {
        name: "a stay that begins in the past",
        instruction: "place_stay",
        expected: ends_after(E::InvalidStay),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Fresh), START + 600),
        attempt: |fixture| fixture.place_stay(START + 600, START + 900),
    },
    Deadline {
        name: "a stay that ends more than a year ahead",
        instruction: "place_stay",
        expected: from(E::InvalidStay),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Fresh), START + 600),
        attempt: |fixture| fixture.place_stay(START + 700, START + 600 + MAX_HOLD_SECS),
    },
    Deadline {
        name: "an extension after its deadline",
        instruction: "extend",
        expected: ends_after(E::DeadlinePassed),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Fresh), START + 600),
        attempt: |fixture| {
            let agreed = Agreed { deadline: START + 600, ..fixture.agreed_now() };
            let (servicer, borrower) = (fixture.servicer.pubkey(), fixture.borrower.pubkey());
            let call = build::extend(&fixture.keys, servicer, borrower, agreed);
            send(fixture, &[call])
        },
    },
    Deadline {
        name: "the end of a hold after its deadline",
        instruction: "lift_hold",
        expected: ends_after(E::DeadlinePassed),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Held), START + 600),
        attempt: |fixture| {
            let agreed = Agreed { deadline: START + 600, ..fixture.agreed_now() };
            let (servicer, borrower) = (fixture.servicer.pubkey(), fixture.borrower.pubkey());
            let call = build::lift_hold(&fixture.keys, servicer, borrower, agreed);
            send(fixture, &[call])
        },
    },
    Deadline {
        name: "an amendment after its deadline",
        instruction: "amend",
        expected: ends_after(E::DeadlinePassed),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Fresh), START + 600),
        attempt: |fixture| {
            let args = fixture.amendment(|terms| terms.instalment += 1);
            fixture.amend_by_both(AmendArgs { deadline: START + 600, ..args })
        },
    },
    Deadline {
        name: "a sale on a hand-over of more than 7 days ago",
        instruction: "assign",
        expected: ends_after(E::HandOverTooOld),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Sellable), START + MAX_HAND_OVER_AGE_SECS),
        attempt: |fixture| handed_over_at(fixture, START),
    },
    Deadline {
        name: "a sale on a hand-over more than a minute ahead",
        instruction: "assign",
        expected: from(E::HandOverTooOld),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Sellable), START + 600),
        attempt: |fixture| handed_over_at(fixture, START + 600 + MAX_CLOCK_SKEW_SECS),
    },
    Deadline {
        name: "a new key that takes over within 14 days",
        instruction: "recover_borrower",
        expected: from(E::RecoveryTooEarly),
        begin: |checkpoints| (checkpoints.at(Checkpoint::Proposed), START + 14 * DAY),
        attempt: |fixture| fixture.complete_recovery(&person("new borrower")),
    },
    Deadline {
        name: "another key proposed within 90 days of a refusal",
        instruction: "recover_borrower",
        expected: from(E::RecoveryBarred),
        begin: |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Proposed);
            fixture.refuse_recovery().holds();
            (fixture, START + 90 * DAY)
        },
        attempt: |fixture| fixture.propose_recovery(person("new borrower").pubkey()),
    },
    Deadline {
        name: "a key that took over moves the loan on within 90 days",
        instruction: "rotate_borrower",
        expected: from(E::RecoveredKey),
        begin: |checkpoints| (taken_over(checkpoints), START + 104 * DAY),
        attempt: |fixture| fixture.rotate_borrower(&person("nominee")),
    },
    Deadline {
        name: "a key that took over empties the wallet within 90 days",
        instruction: "withdraw_surplus",
        expected: from(E::RecoveredKey),
        begin: |checkpoints| {
            let mut fixture = taken_over(checkpoints);
            fixture.top_up(20_000);
            (fixture, START + 104 * DAY)
        },
        attempt: |fixture| fixture.withdraw_surplus(1),
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

/// The loan as it is for a borrower whose key just took over from a lost one.
fn taken_over(checkpoints: &mut Checkpoints) -> LoanFixture {
    let mut fixture = checkpoints.at(Checkpoint::Recoverable);
    fixture.complete_recovery(&person("new borrower")).holds();
    fixture.turn_to_borrower("new borrower");
    fixture
}

/// A sale on the car's word that it took the buyer's keys at this time.
fn handed_over_at(fixture: &mut LoanFixture, device_time: i64) -> Outcome {
    let receipt = fixture.car.handed_over(&fixture.buyer().keyring, device_time);
    fixture.assign_on(&receipt)
}

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
