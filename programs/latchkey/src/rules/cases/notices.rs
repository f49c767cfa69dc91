use super::*;
use crate::rules::terms::check_terms;

const MAIL: u8 = NoticeChannels::MAIL;
const TEXT: u8 = NoticeChannels::TEXT;

#[test]
fn n1_a_receipt_of_an_old_warning_is_no_notice_of_the_next_instalment() {
    for collected in [false, true] {
        let mut case = Case::new(terms_with_notice());
        let mut old = case.request(Action::Warn, Asker::Anyone, 32 * DAY).unwrap();
        case.claim(&mut old, 32 * DAY).unwrap();
        case.wallet += 1_000;
        if collected {
            case.collect(33 * DAY);
        }
        // The second instalment falls due, and only then the receipt comes.
        case.prove(&old, 60 * DAY + HOUR);
        case.declare_default(70 * DAY).unwrap();
        for now in [70 * DAY, 89 * DAY] {
            assert_eq!(case.lock_granted(now), broken(E::NoticeNotServed), "collected: {collected}");
        }
        // A warning of the second instalment is one.
        let mut new = case.request(Action::Warn, Asker::Anyone, 71 * DAY).unwrap();
        case.claim(&mut new, 71 * DAY).unwrap();
        case.prove(&new, 71 * DAY);
        assert_eq!(case.lock_granted(73 * DAY - 1), broken(E::NoticeNotMatured));
        assert_eq!(case.lock_granted(73 * DAY), Ok(()));
    }
}

#[test]
fn n2_default_first_then_72_hours_by_two_channels() {
    let policy = PolicyFloors {
        min_notice_secs: 72 * 3_600,
        min_channels: 2,
        notice_after_default: true,
        ..fixtures::floors()
    };
    let signed = Terms {
        notice_secs: 72 * 3_600,
        min_channels: 2,
        notice_after_default: true,
        notice_max_age_secs: 60 * 86_400,
        ..terms()
    };
    assert_eq!(code(check_terms(&signed, &policy, 0)), Ok(()));
    let weaker = [
        Terms { notice_secs: 72 * 3_600 - 1, ..signed },
        Terms { min_channels: 1, ..signed },
        Terms { notice_after_default: false, ..signed },
    ];
    for terms in weaker {
        assert_eq!(code(check_terms(&terms, &policy, 0)), broken(E::TermsNotice));
    }

    let mut case = Case::new(signed);
    // In default from day 40.
    assert_eq!(case.serve(MAIL | TEXT, 40 * DAY - 1), broken(E::NoticeBeforeDefault));
    case.declare_default(40 * DAY).unwrap();
    case.serve(MAIL, 40 * DAY).unwrap();
    assert_eq!(case.lock_granted(43 * DAY), broken(E::NoticeNotServed));
    case.serve(TEXT, 44 * DAY).unwrap();
    assert_eq!(case.lock_granted(44 * DAY + 72 * HOUR - 1), broken(E::NoticeNotMatured));
    assert_eq!(case.lock_granted(44 * DAY + 72 * HOUR), Ok(()));
}

#[test]
fn n2_a_warning_before_default_is_no_notice_after_it() {
    let mut case = Case::new(Terms { notice_after_default: true, ..terms_with_notice() });
    let mut warning = case.request(Action::Warn, Asker::Anyone, 40 * DAY - 1).unwrap();
    case.claim(&mut warning, 40 * DAY - 1).unwrap();
    case.prove(&warning, 40 * DAY + 1);
    case.declare_default(41 * DAY).unwrap();
    assert_eq!(case.lock_granted(44 * DAY), broken(E::NoticeNotServed));
}

#[test]
fn n3_a_warning_whose_receipt_never_comes_is_tried_twice_for_each_instalment() {
    let mut case = Case::new(terms_with_notice());
    for due in [30, 60] {
        let mut granted = 0;
        for hour in 24..72 {
            let now = due * DAY + hour * HOUR;
            match case.request(Action::Warn, Asker::Anyone, now) {
                Ok(warning) => {
                    granted += 1;
                    invocation::expire(&warning, &mut case.loan, &mut case.vehicle);
                }
                refused => assert_eq!(refused.map(|_| ()), broken(E::AlreadyWarned)),
            }
        }
        assert_eq!(granted, 2, "due on day {due}");
    }
}

#[test]
fn n3_a_final_notice_has_two_attempts_of_its_own() {
    let mut case = Case::new(Terms { final_notice_secs: 86_400, ..terms_with_notice() });
    let mut granted = Vec::new();
    for hour in 24..20 * 24 {
        if hour == 100 {
            case.serve(MAIL, 30 * DAY + hour * HOUR).unwrap();
        }
        if let Ok(warning) = case.request(Action::Warn, Asker::Anyone, 30 * DAY + hour * HOUR) {
            granted.push((hour, warning.is_final));
            invocation::expire(&warning, &mut case.loan, &mut case.vehicle);
        }
    }
    // Served at hour 100, and the final notice a day later.
    assert_eq!(granted, [(24, false), (25, false), (124, true), (125, true)]);
}

#[test]
fn n10_a_payment_a_second_after_the_warning_was_requested_keeps_the_car_from_beeping() {
    let now = 32 * DAY;
    let mut case = Case::new(terms_with_notice());
    let mut warning = case.request(Action::Warn, Asker::Anyone, now).unwrap();
    assert_eq!(case.claim(&mut warning.clone(), now + 20), Ok(()));
    case.wallet += 999;
    assert_eq!(case.claim(&mut warning.clone(), now + 20), Ok(()));
    // The payment lands at `now + 1`, the car comes online 20 s later: no keeper may begin, and no function signs.
    case.wallet += 1;
    assert_eq!(case.claim(&mut warning, now + 20), broken(E::NotPastDue));
    let at = case.at(now + 20);
    let due = invocation::check_still_due(&warning, &at, &case.lender, &case.vehicle);
    assert_eq!(code(due), broken(E::NotPastDue));
}

/// Warned on day 32; then something happens, and the receipt is confirmed an hour later. Whether a notice is recorded.
fn is_told(terms: Terms, happens: impl FnOnce(&mut Case, i64)) -> bool {
    let now = 32 * DAY;
    let mut case = Case::new(terms);
    let mut warning = case.request(Action::Warn, Asker::Anyone, now).unwrap();
    case.claim(&mut warning, now).unwrap();
    happens(&mut case, now);
    case.prove(&warning, now + HOUR);
    assert_eq!(case.loan.notices.warn_attempts, 2, "the car has warned");
    case.loan.notices.channels != Notices::default().channels
}

#[test]
fn a_warning_is_recorded_only_where_a_servicer_could_tell_the_same() {
    let stay = |case: &mut Case, from: i64, until: i64, now| {
        servicing::place_stay(&mut case.loan, Wallet(0), from, until, now).map(drop)
    };
    assert!(is_told(terms_with_notice(), |_, _| {}));
    assert!(is_told(terms_with_notice(), |case, now| stay(case, now + HOUR + 1, now + DAY, now).unwrap()));
    assert!(!is_told(terms_with_notice(), |case, now| stay(case, now + HOUR, now + DAY, now).unwrap()));
    assert!(!is_told(terms_with_notice(), |case, now| stay(case, now, now + HOUR, now).unwrap()));
    assert!(!is_told(terms_with_notice(), |case, _| case.loan.status = LoanStatus::ChargedOff));
    assert!(!is_told(terms_with_notice(), |case, _| case.loan.status = LoanStatus::PaidOff));
    assert!(!is_told(terms_with_notice(), |case, _| case.loan.status = LoanStatus::Settled));
    // The driver was warned before; a hold and an emergency start keep locks away, and nothing from being known.
    assert!(is_told(terms_with_notice(), |case, now| {
        servicing::place_hold(&mut case.loan, now + DAY, false, now).unwrap();
    }));
    assert!(is_told(Terms { emergency_secs: 86_400, ..terms_with_notice() }, |case, now| {
        case.loan.emergency_from = now;
    }));
}

#[test]
fn n18_a_final_notice_waits_for_the_first_and_the_lock_for_both() {
    let signed = Terms { final_notice_secs: 3 * 86_400, min_channels: 2, ..terms_with_notice() };
    let mut case = Case::new(signed);
    let first = 41 * DAY;
    case.declare_default(first).unwrap();
    case.serve(MAIL | TEXT, first).unwrap();
    for now in [first, first + 3 * DAY - 1] {
        assert_eq!(case.serve(MAIL, now), broken(E::FinalNoticeTooEarly));
    }
    // One that was recorded in the second of the first does not count.
    let mut at_once = case.copy();
    at_once.loan.notices.final_notice = Service::at(first);
    assert_eq!(at_once.lock_granted(first + 10 * DAY), broken(E::FinalNoticeNotServed));

    assert_eq!(case.lock_granted(first + 3 * DAY), broken(E::FinalNoticeNotServed));
    let last = first + 3 * DAY;
    case.serve(MAIL, last).unwrap();
    assert_eq!(case.lock_granted(last + 3 * DAY - 1), broken(E::NoticeNotMatured));
    assert_eq!(case.lock_granted(last + 3 * DAY), Ok(()));
}
