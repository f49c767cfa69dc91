use super::*;
use crate::fixtures::{loan, terms};
use crate::rules::ledger::Wallet;
use crate::state::Terms;

const MAIL: u8 = NoticeChannels::MAIL;
const EMAIL: u8 = NoticeChannels::EMAIL;

/// The first instalment is due at 1,000 and in default from 1,050. A notice by two channels takes 100 s and counts for
/// 1,000.
fn by_two_channels() -> Loan {
    loan(Terms { notice_secs: 100, min_channels: 2, notice_max_age_secs: 1_000, ..terms() })
}

/// One channel is enough; a final notice comes 60 s after it, and 60 s before the lock.
fn with_a_final_notice() -> Loan {
    let mut loan = by_two_channels();
    (loan.terms.min_channels, loan.terms.final_notice_secs) = (1, 60);
    loan
}

fn serve(loan: &mut Loan, channels: u8, now: i64) -> Result<bool, u32> {
    let (notices, served) = super::serve(&LoanAt::new(loan, Wallet(0), now), channels).map_err(u32::from)?;
    loan.notices = notices;
    Ok(served.is_final)
}

fn serve_by_car(loan: &mut Loan, requested_at: i64, is_final: bool, now: i64) -> bool {
    let before = loan.notices;
    loan.notices = super::serve_by_car(&LoanAt::new(loan, Wallet(0), now), requested_at, is_final).unwrap();
    loan.notices != before
}

fn matured(loan: &Loan, now: i64) -> Result<(), u32> {
    check_matured(&LoanAt::new(loan, Wallet(0), now), false).map_err(u32::from)
}

fn broken<T>(rule: E) -> Result<T, u32> {
    Err(u32::from(rule))
}

#[test]
fn where_no_channel_is_agreed_no_notice_is_owed() {
    let none = loan(terms());
    assert_eq!(matured(&none, 1_050), Ok(()));
    assert_eq!(matured(&by_two_channels(), 1_050), broken(E::NoticeNotServed));
    let next = |loan: &Loan| is_final_notice_next(&LoanAt::new(loan, Wallet(0), 1_050)).unwrap();
    assert!(!next(&none));
}

#[test]
fn a_notice_matures_its_time_after_the_channel_that_completes_it() {
    let mut loan = by_two_channels();
    serve(&mut loan, MAIL, 1_000).unwrap();
    assert_eq!(matured(&loan, 1_500), broken(E::NoticeNotServed));
    serve(&mut loan, EMAIL, 1_200).unwrap();
    let at = [1_299, 1_300, 1_301].map(|now| matured(&loan, now));
    assert_eq!(at, [broken(E::NoticeNotMatured), Ok(()), Ok(())]);
    // A third one changes nothing.
    serve(&mut loan, NoticeChannels::TEXT, 1_290).unwrap();
    assert_eq!(matured(&loan, 1_300), Ok(()));
}

#[test]
fn a_service_counts_from_the_delinquency_on_until_it_is_too_old() {
    for (served, counts) in [(999, false), (1_000, true), (1_001, true)] {
        let mut loan = by_two_channels();
        for channel in [0, 1] {
            loan.notices.channels[channel] = Service::at(served);
        }
        assert_eq!(matured(&loan, 1_200).is_ok(), counts, "served at {served}");
    }
    let mut loan = by_two_channels();
    serve(&mut loan, MAIL | EMAIL, 1_000).unwrap();
    assert_eq!([1_999, 2_000].map(|now| matured(&loan, now)), [Ok(()), broken(E::NoticeNotServed)]);
    let renewal = check_matured(&LoanAt::new(&loan, Wallet(0), 2_000), true);
    assert!(renewal.is_ok(), "a renewal ignores age");
}

#[test]
fn what_was_requested_before_the_delinquency_does_not_count_though_it_was_served_in_it() {
    for (requested_at, counts) in [(999, false), (1_000, true)] {
        let mut loan = by_two_channels();
        assert_eq!(serve_by_car(&mut loan, requested_at, false, 1_010), counts);
    }
}

#[test]
fn after_a_stay_notices_begin_again_at_its_end() {
    let mut loan = by_two_channels();
    serve(&mut loan, MAIL | EMAIL, 1_000).unwrap();
    (loan.stay_from, loan.stay_until) = (1_100, 1_200);
    assert_eq!(serve(&mut loan, MAIL, 1_199), broken(E::OnStay));
    assert_eq!(matured(&loan, 1_300), broken(E::NoticeNotServed));
    assert_eq!(serve(&mut loan, MAIL | EMAIL, 1_200), Ok(false));
    assert_eq!([1_299, 1_300].map(|now| matured(&loan, now)), [broken(E::NoticeNotMatured), Ok(())]);
}

#[test]
fn where_default_comes_first_no_notice_counts_before_it() {
    let mut loan = by_two_channels();
    loan.terms.notice_after_default = true;
    assert_eq!(serve(&mut loan, MAIL, 1_049), broken(E::NoticeBeforeDefault));
    assert!(!serve_by_car(&mut loan, 1_049, false, 1_060));
    assert_eq!(serve(&mut loan, MAIL, 1_050), Ok(false));
    assert!(serve_by_car(&mut loan, 1_050, false, 1_060));
    assert_eq!([1_159, 1_160].map(|now| matured(&loan, now)), [broken(E::NoticeNotMatured), Ok(())]);
}

#[test]
fn people_serve_by_their_channels_of_what_is_past_due_and_enforced() {
    let mut loan = by_two_channels();
    for channels in [0, NoticeChannels::CAR, MAIL | NoticeChannels::CAR, 64] {
        assert_eq!(serve(&mut loan, channels, 1_000), broken(E::InvalidChannels), "{channels}");
    }
    assert_eq!(serve(&mut loan, MAIL, 999), broken(E::NotPastDue));
    let mut given_up = Loan { status: LoanStatus::ChargedOff, ..loan.clone() };
    assert_eq!(serve(&mut given_up, MAIL, 1_000), broken(E::ChargedOff));
    let people = NoticeChannels::ALL & !NoticeChannels::CAR;
    assert_eq!(serve(&mut loan, people, 1_000), Ok(false));
}

#[test]
fn serving_again_neither_restarts_nor_backdates() {
    let mut loan = by_two_channels();
    serve(&mut loan, MAIL, 1_000).unwrap();
    assert_eq!(serve(&mut loan, MAIL, 1_100), broken(E::NoticeInForce));
    // With another channel it goes, and the first keeps its time.
    assert_eq!(serve(&mut loan, MAIL | EMAIL, 1_100), Ok(false));
    assert_eq!(loan.notices.channels[0], Service::at(1_000));
    assert_eq!(serve(&mut loan, MAIL, 1_999), broken(E::NoticeInForce));
    assert_eq!(serve(&mut loan, MAIL, 2_000), Ok(false));
    assert_eq!(loan.notices.channels[0], Service::at(2_000));
    assert!(serve_by_car(&mut loan, 2_001, false, 2_010));
    assert!(!serve_by_car(&mut loan, 2_011, false, 2_020));
}

#[test]
fn a_final_notice_comes_its_time_after_the_notice_and_as_long_before_the_lock() {
    let mut loan = with_a_final_notice();
    serve(&mut loan, MAIL, 1_000).unwrap();
    let next = |loan: &Loan, now| is_final_notice_next(&LoanAt::new(loan, Wallet(0), now)).unwrap();
    assert_eq!([1_059, 1_060].map(|now| next(&loan, now)), [false, true]);
    assert_eq!(serve(&mut loan, MAIL, 1_059), broken(E::FinalNoticeTooEarly));
    assert_eq!(matured(&loan, 1_500), broken(E::FinalNoticeNotServed));
    assert_eq!(serve(&mut loan, MAIL, 1_060), Ok(true));
    assert!(!next(&loan, 1_061));
    assert_eq!(serve(&mut loan, EMAIL, 1_061), broken(E::NoticeInForce));
    let at = [1_119, 1_120, 1_121].map(|now| matured(&loan, now));
    assert_eq!(at, [broken(E::NoticeNotMatured), Ok(()), Ok(())]);
}

#[test]
fn the_cars_final_notice_counts_if_it_was_requested_in_time_and_once() {
    let mut loan = with_a_final_notice();
    serve(&mut loan, MAIL, 1_000).unwrap();
    assert!(!serve_by_car(&mut loan, 1_059, true, 1_070));
    // A first notice by the car is of no use any more: a final one is awaited.
    assert!(!serve_by_car(&mut loan, 1_060, false, 1_070));
    assert!(serve_by_car(&mut loan, 1_060, true, 1_070));
    assert_eq!(loan.notices.final_notice, Service { requested_at: 1_060, served_at: 1_070 });
    assert!(!serve_by_car(&mut loan, 1_080, true, 1_090));
    assert_eq!([1_129, 1_130].map(|now| matured(&loan, now)), [broken(E::NoticeNotMatured), Ok(())]);
}

#[test]
fn the_time_of_the_earliest_lock_is_known_once_all_is_served() {
    let matures = |loan: &Loan, now| matures_at(&LoanAt::new(loan, Wallet(0), now)).unwrap();
    assert_eq!(matures(&loan(terms()), 1_000), Some(1_000));
    let mut two = by_two_channels();
    serve(&mut two, MAIL, 1_000).unwrap();
    assert_eq!(matures(&two, 1_001), None);
    serve(&mut two, EMAIL, 1_010).unwrap();
    assert_eq!(matures(&two, 1_010), Some(1_110));
    let mut last = with_a_final_notice();
    serve(&mut last, MAIL, 1_000).unwrap();
    assert_eq!(matures(&last, 1_059), None);
    serve(&mut last, MAIL, 1_090).unwrap();
    assert_eq!(matures(&last, 1_090), Some(1_150));
}
