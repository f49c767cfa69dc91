//! The largest and smallest value of every number that a caller chooses.

use latchkey::errors::LatchkeyError as E;
use latchkey::instructions::{MAX_FEE, MAX_LEASE_SECS, MAX_TTL_SECS, SetFunctionArgs};
use latchkey::rules::calendar::Date;
use latchkey::rules::terms::{MAX_LOCK_TTL_SECS, MAX_TERM_SECS};
use latchkey::state::{Action, Calendar, Loan, PolicyFloors, Terms, Vehicle};
use latchkey_client::instructions as build;
use latchkey_tests_svm::checkpoint::{Checkpoint, Checkpoints};
use latchkey_tests_svm::doors::send;
use latchkey_tests_svm::{DAY, Expected, LoanFixture, Outcome, START, due, floors};
use solana_sdk::signer::Signer;

use crate::suite::Case;

/// The system program cannot pay that much.
const TOO_POOR: Expected = Expected::System(1);

fn originate(checkpoints: &mut Checkpoints, change: Change<Terms>) -> Outcome {
    let mut fixture = checkpoints.at(Checkpoint::BeforeLoan);
    change(&mut fixture.terms);
    fixture.originate()
}

fn offer(checkpoints: &mut Checkpoints, change: Change<SetFunctionArgs>) -> Outcome {
    let mut fixture = checkpoints.at(Checkpoint::Fresh);
    let mut offer = fixture.offer(Action::Lock);
    change(&mut offer);
    fixture.set_function(Action::Lock, offer)
}

/// Every so many months, on the day of the month that the first due date is.
fn by_months(terms: &Terms, every: u32) -> Calendar {
    let day = u8::try_from(Date::from_unix(terms.first_due).day).expect("a month has few days");
    Calendar::months(every, day, 0)
}

type Act = fn(&mut LoanFixture) -> Outcome;
type Change<T> = fn(&mut T);

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let terms: [(_, Expected, Change<Terms>); 23] = [
        ("a principal of nothing", E::TermsEmpty.into(), |t| t.principal = 0),
        ("a principal of u64::MAX", E::Overflow.into(), |t| t.principal = u64::MAX),
        ("a principal whose interest could overflow", E::Overflow.into(), |t| t.principal = u64::MAX / 1_000),
        ("a principal that the treasury does not hold", Expected::Token(1), |t| t.principal = 1 << 50),
        ("an instalment of nothing", E::TermsEmpty.into(), |t| t.instalment = 0),
        ("no payments", E::TermsEmpty.into(), |t| t.count = 0),
        ("a first due date of i64::MIN", E::TermsFirstDue.into(), |t| t.first_due = i64::MIN),
        ("a first due date of -1", E::TermsFirstDue.into(), |t| t.first_due = -1),
        ("a first due date of i64::MAX", E::TermsTooLong.into(), |t| t.first_due = i64::MAX),
        ("a first due date of i64::MAX by months", E::TermsTooLong.into(), |t| {
            (t.first_due, t.calendar) = (i64::MAX, Calendar::months(12, 1, 0));
        }),
        ("65,535 payments of a year each", E::TermsTooLong.into(), |t| {
            (t.count, t.calendar) = (u16::MAX, Calendar::seconds(366 * 86_400));
        }),
        ("65,535 payments of twelve months each", E::TermsTooLong.into(), |t| {
            (t.count, t.calendar) = (u16::MAX, by_months(t, 12));
        }),
        ("a schedule one second beyond fifty years", E::TermsTooLong.into(), |t| {
            (t.count, t.first_due) = (1, START + MAX_TERM_SECS + 1);
        }),
        ("a period of nothing", E::TermsCalendar.into(), |t| t.calendar = Calendar::seconds(0)),
        ("a period of u32::MAX", E::TermsCalendar.into(), |t| t.calendar = Calendar::seconds(u32::MAX)),
        ("a period of no months", E::TermsCalendar.into(), |t| t.calendar = by_months(t, 0)),
        ("a period of u32::MAX months", E::TermsCalendar.into(), |t| t.calendar = by_months(t, u32::MAX)),
        ("a schedule deferred before it begins", E::TermsDeferred.into(), |t| t.deferred = 1),
        ("a schedule deferred by 65,535 periods", E::TermsDeferred.into(), |t| t.deferred = u16::MAX),
        ("late fees of u64::MAX", E::Overflow.into(), |t| t.late_fee = u64::MAX),
        ("late fees that only together overflow", E::Overflow.into(), |t| t.late_fee = u64::MAX / 9),
        ("an instalment of u64::MAX", Expected::Harmless, |t| t.instalment = u64::MAX),
        ("every duration as long as it can be", Expected::Harmless, |t| {
            (t.grace_secs, t.late_after_secs, t.warn_after_secs) = (u32::MAX, u32::MAX, u32::MAX);
            (t.emergency_secs, t.lock_ttl_secs) = (u32::MAX, MAX_LOCK_TTL_SECS);
            (t.min_channels, t.notice_secs, t.notice_max_age_secs) = (1, u32::MAX - 1, u32::MAX);
        }),
    ];
    for (name, expected, change) in terms {
        cases.push(Case::new(name, "originate", expected, move |checkpoints| originate(checkpoints, change)));
    }
    let floors_bind: [(_, E, Change<PolicyFloors>); 4] = [
        ("a rate above a ceiling of 0", E::TermsApr, |f| f.max_apr_ppm = 0),
        ("a grace below a floor of u32::MAX", E::TermsGrace, |f| {
            (f.min_grace_secs, f.min_grace_weekly_secs) = (u32::MAX, u32::MAX);
        }),
        ("a lock longer than a ceiling of a second", E::TermsLockTtl, |f| f.max_lock_ttl_secs = 1),
        ("fewer emergency starts than 255", E::TermsEmergencyStart, |f| f.min_emergency_max = u8::MAX),
    ];
    for (name, rule, change) in floors_bind {
        cases.push(Case::new(name, "originate", rule, move |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::BeforeLoan);
            let mut policy = floors();
            change(&mut policy);
            fixture.set_policy(policy).holds();
            fixture.terms.apr_ppm = 1;
            fixture.originate()
        }));
    }
    let offers: [(_, E, Change<SetFunctionArgs>); 9] = [
        ("a fee of nothing", E::InvalidFunctionFee, |o| o.fee = 0),
        ("a fee one lamport too high", E::InvalidFunctionFee, |o| o.fee = MAX_FEE + 1),
        ("a fee of u64::MAX", E::InvalidFunctionFee, |o| o.fee = u64::MAX),
        ("a bond of u64::MAX", E::InvalidFunctionFee, |o| o.bond = u64::MAX),
        ("a lease of nothing", E::InvalidFunctionTimes, |o| o.lease_secs = 0),
        ("a lease that blocks a call for longer than fifteen minutes", E::InvalidFunctionTimes, |o| {
            (o.lease_secs, o.ttl_secs) = (MAX_LEASE_SECS + 1, MAX_TTL_SECS);
        }),
        ("a lease of u32::MAX", E::InvalidFunctionTimes, |o| o.lease_secs = u32::MAX),
        ("a time-to-live of u32::MAX", E::InvalidFunctionTimes, |o| o.ttl_secs = u32::MAX),
        ("an address of 129 bytes", E::UriTooLong, |o| {
            o.command_keys[0].uri = format!("https://{}", "x".repeat(121));
        }),
    ];
    for (name, rule, change) in offers {
        cases.push(Case::new(name, "set_function", rule, move |checkpoints| offer(checkpoints, change)));
    }
    let amounts: [(_, _, Expected, Checkpoint, Act); 19] = [
        ("a deposit of u64::MAX", "fund_escrow", TOO_POOR, Checkpoint::Fresh, |s| s.fund(u64::MAX)),
        ("a deposit of nothing", "fund_escrow", E::ZeroAmount.into(), Checkpoint::Fresh, |s| s.fund(0)),
        ("a withdrawal of u64::MAX", "withdraw_escrow", E::Overflow.into(), Checkpoint::Fresh, |s| {
            s.withdraw_escrow(u64::MAX)
        }),
        ("a prepayment of nothing", "prepay", E::ZeroAmount.into(), Checkpoint::Funded, |s| s.prepay(0)),
        ("a prepayment of u64::MAX", "prepay", E::WalletTooSmall.into(), Checkpoint::Funded, |s| {
            s.prepay(u64::MAX)
        }),
        (
            "a prepayment of one unit more than is owed",
            "prepay",
            E::PrepayExceedsPayoff.into(),
            Checkpoint::Funded,
            |s| s.prepay(10_001),
        ),
        ("a surplus of nothing", "withdraw_surplus", E::ZeroAmount.into(), Checkpoint::Funded, |s| {
            s.withdraw_surplus(0)
        }),
        ("a surplus of u64::MAX", "withdraw_surplus", E::NotSurplus.into(), Checkpoint::Funded, |s| {
            s.withdraw_surplus(u64::MAX)
        }),
        ("a waiver of nothing", "waive_fees", E::ZeroAmount.into(), Checkpoint::Late, |s| s.waive_fees(0)),
        ("a waiver of u64::MAX", "waive_fees", E::WaiverTooLarge.into(), Checkpoint::Late, |s| {
            s.waive_fees(u64::MAX)
        }),
        ("a hold until i64::MAX", "place_hold", E::InvalidHold.into(), Checkpoint::Fresh, |s| {
            s.place_hold(i64::MAX)
        }),
        ("a hold until i64::MIN", "place_hold", E::InvalidHold.into(), Checkpoint::Fresh, |s| {
            s.place_hold(i64::MIN)
        }),
        (
            "a notice by every channel and more",
            "serve_notice",
            E::InvalidChannels.into(),
            Checkpoint::Due,
            |s| s.serve_notice_by(u8::MAX),
        ),
        ("a notice by no channel", "serve_notice", E::InvalidChannels.into(), Checkpoint::Due, |s| {
            s.serve_notice_by(0)
        }),
        ("an escrow of u64::MAX", "originate", TOO_POOR, Checkpoint::BeforeLoan, |s| {
            let all = s.origination(s.terms, u64::MAX);
            s.sign_origination(all)
        }),
        ("nine keepers", "set_keepers", E::InvalidKeepers.into(), Checkpoint::Fresh, |s| {
            s.set_keepers((0..9).map(|n| latchkey_client::Pubkey::new_from_array([n; 32])).collect())
        }),
        ("a pause at the end of time", "pause", E::Overflow.into(), Checkpoint::Fresh, |s| {
            s.at(i64::MAX).pause(1)
        }),
        ("a hold at the end of time", "place_hold", E::Overflow.into(), Checkpoint::Fresh, |s| {
            s.at(i64::MAX - 1).place_hold(i64::MAX)
        }),
        (
            "a receipt of a car whose clock is at i64::MIN",
            "confirm",
            Expected::Harmless,
            Checkpoint::Claimed,
            |s| {
                let receipt = latchkey_protocol::Receipt { device_time: i64::MIN, ..s.receipt(1) };
                s.confirm(&receipt)
            },
        ),
    ];
    for (name, instruction, expected, checkpoint, act) in amounts {
        cases.push(Case::new(name, instruction, expected, move |checkpoints| {
            act(&mut checkpoints.at(checkpoint))
        }));
    }
    // Extreme states that no sequence reaches; the arithmetic must fail and not wrap.
    let edits: [(_, _, Expected, Change<Loan>, Act); 5] = [
        (
            "interest that overflows",
            "collect",
            E::Overflow.into(),
            |loan| (loan.ledger.principal, loan.terms.apr_ppm) = (u64::MAX, u32::MAX),
            |s| s.at(START + 365 * DAY).collect(),
        ),
        (
            "fees that overflow",
            "collect",
            E::Overflow.into(),
            |loan| (loan.ledger.fees, loan.terms.late_fee) = (u64::MAX, 1),
            |s| s.at(due(1)).collect(),
        ),
        (
            "a payoff that overflows",
            "pay_off",
            E::Overflow.into(),
            |loan| (loan.ledger.fees, loan.ledger.principal) = (u64::MAX, 1),
            LoanFixture::pay_off,
        ),
        (
            "invocations beyond 65,535",
            "request",
            E::Overflow.into(),
            |loan| loan.invocations_open = u16::MAX,
            |s| s.at(due(0) + 1).request(Action::Warn),
        ),
        (
            "extensions beyond 65,535 periods",
            "extend",
            E::Overflow.into(),
            |loan| loan.terms.deferred = u16::MAX,
            LoanFixture::extend,
        ),
    ];
    for (name, instruction, expected, edit, act) in edits {
        cases.push(Case::new(name, instruction, expected, move |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Fresh);
            fixture.edit_loan(edit);
            act(&mut fixture)
        }));
    }
    cases.push(Case::new("a sequence number beyond u64::MAX", "request", E::Overflow, |checkpoints| {
        let mut fixture = checkpoints.at(Checkpoint::Defaulted);
        let vehicle = fixture.keys.vehicle;
        fixture.chain.edit::<Vehicle>(&vehicle, |vehicle| vehicle.last_seq_asked = u64::MAX);
        let call = build::request(&fixture.keys, fixture.payer.pubkey(), None, Action::Lock, 0);
        send(&mut fixture, &[call])
    }));
    cases.push(Case::new(
        "a rotation beyond the last sequence number",
        "rotate_device_key",
        E::Overflow,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Fresh);
            let vehicle = fixture.keys.vehicle;
            fixture.chain.edit::<Vehicle>(&vehicle, |vehicle| vehicle.last_seq_asked = u64::MAX);
            let device = fixture.car.successor("new device");
            fixture.rotate(&device)
        },
    ));
    cases
}
