//! The policies of migrations/policies/, each on a loan that keeps to it and no more: one that is walked along its dates by
//! the contract's own rules, and terms that try to be a day early.

use latchkey_cli::lender_file::{LenderFile, PolicyFile};
use latchkey_client::latchkey::errors::LatchkeyError;
use latchkey_client::latchkey::fixtures;
use latchkey_client::latchkey::rules::gates::check_lock;
use latchkey_client::latchkey::rules::ledger::Wallet;
use latchkey_client::latchkey::rules::loan_at::LoanAt;
use latchkey_client::latchkey::rules::notices::serve;
use latchkey_client::latchkey::rules::servicing::declare_default;
use latchkey_client::latchkey::rules::terms::check_terms;
use latchkey_client::latchkey::state::{
    Calendar, Lender, Loan, LoanStatus, NoticeChannels, PolicyFloors, Terms,
};

const CALIFORNIA: &str = include_str!("../../../../migrations/policies/california.toml");
const NEW_JERSEY: &str = include_str!("../../../../migrations/policies/new-jersey.toml");
const CAREFUL: &str = include_str!("../../../../migrations/policies/careful.toml");
const LENDER: &str = include_str!("../../../../migrations/lender.toml");

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// The first due date of every loan here.
const DUE: i64 = 30 * DAY;
const EMPTY: Wallet = Wallet(0);
const MAIL: u8 = NoticeChannels::MAIL;
const TEXT: u8 = NoticeChannels::TEXT;

fn floors(policy: &str) -> PolicyFloors {
    PolicyFile::parse(policy).unwrap().floors(6).unwrap()
}

/// The fastest terms that the floors allow.
fn fastest(floors: &PolicyFloors, calendar: Calendar) -> Terms {
    let weekly = calendar.is_weekly();
    let of = |other, weekly_value| if weekly { weekly_value } else { other };
    Terms {
        first_due: DUE,
        calendar,
        grace_secs: of(floors.min_grace_secs, floors.min_grace_weekly_secs),
        late_fee: 0,
        late_after_secs: floors.min_late_after_secs,
        warn_after_secs: floors.min_warn_after_secs,
        notice_secs: of(floors.min_notice_secs, floors.min_notice_weekly_secs),
        min_channels: floors.min_channels,
        notice_after_default: floors.notice_after_default,
        final_notice_secs: floors.min_final_notice_secs,
        notice_max_age_secs: 90 * 86_400,
        emergency_secs: floors.min_emergency_secs,
        emergency_max: floors.min_emergency_max,
        lock_ttl_secs: floors.max_lock_ttl_secs,
        ..fixtures::terms()
    }
}

/// Monthly on the day of the first due date, or weekly.
fn calendars() -> [(Calendar, &'static str); 2] {
    [(Calendar::months(1, 31, 0), "monthly"), (Calendar::seconds(7 * 86_400), "weekly")]
}

/// A loan that is never paid, and what happens to it.
struct Missed {
    loan: Loan,
    lender: Lender,
}

impl Missed {
    /// Signed at time 0 under `floors`, which must accept its terms.
    fn new(floors: &PolicyFloors, terms: Terms) -> Self {
        check_terms(&terms, floors, 0).unwrap();
        Self { loan: fixtures::loan(terms), lender: Lender { floors: *floors, ..fixtures::lender() } }
    }

    fn serves(&mut self, at: i64, channels: u8) -> Result<bool, LatchkeyError> {
        let (notices, served) = serve(&LoanAt::new(&self.loan, EMPTY, at), channels)?;
        self.loan.notices = notices;
        Ok(served.is_final)
    }

    /// Declares the default, as anybody may, and asks whether the car may be locked.
    fn locks(&self, at: i64) -> Result<(), LatchkeyError> {
        let mut loan = self.loan.clone();
        if loan.status == LoanStatus::Active {
            declare_default(&mut loan, EMPTY, at)?;
        }
        check_lock(&LoanAt::new(&loan, EMPTY, at), &self.lender, &fixtures::vehicle())
    }

    /// The car may be locked at `at`, and not a second before.
    fn locks_first_at(&self, at: i64, before: LatchkeyError, what: &str) {
        assert_eq!(self.locks(at - 1).map_err(u32::from), Err(before.into()), "{what}");
        assert!(self.locks(at).is_ok() && self.locks(at + 1).is_ok(), "{what}");
    }
}

/// Terms that are a day (or an hour, a channel) below one floor must be refused, and by that floor's rule.
fn refuses(floors: &PolicyFloors, terms: &Terms, lower: impl Fn(&mut Terms), rule: LatchkeyError) {
    let mut early = *terms;
    lower(&mut early);
    assert_ne!(early, *terms, "nothing is lowered");
    assert_eq!(check_terms(&early, floors, 0).map_err(u32::from), Err(rule.into()));
}

#[test]
fn california_warns_ten_days_before_a_lock_or_five_for_weekly_payers_and_once_more_48_hours_before() {
    let floors = floors(CALIFORNIA);
    for ((calendar, name), notice) in calendars().into_iter().zip([10 * DAY, 5 * DAY]) {
        let mut missed = Missed::new(&floors, fastest(&floors, calendar));
        let warned = DUE + DAY;
        assert!(!missed.serves(warned, MAIL).unwrap());
        // The final warning cannot come in the same breath.
        let early = missed.serves(warned + 2 * DAY - 1, MAIL);
        assert_eq!(early.map_err(u32::from), Err(LatchkeyError::FinalNoticeTooEarly.into()), "{name}");
        let unwarned = missed.locks(warned + 40 * DAY).map_err(u32::from);
        assert_eq!(unwarned, Err(LatchkeyError::FinalNoticeNotServed.into()), "{name}: no final warning");
        // Given as late as it may be, it is not what the lock waits for.
        assert!(missed.serves(warned + notice - 2 * DAY, MAIL).unwrap());
        let default = DUE + i64::from(missed.loan.terms.grace_secs);
        let lock = default.max(warned + notice);
        missed.locks_first_at(lock, LatchkeyError::NoticeNotMatured, name);
    }
}

#[test]
fn a_late_final_warning_moves_a_californian_lock_to_48_hours_after_it() {
    let floors = floors(CALIFORNIA);
    let mut missed = Missed::new(&floors, fastest(&floors, Calendar::months(1, 31, 0)));
    missed.serves(DUE + 1, MAIL).unwrap();
    let last = DUE + 20 * DAY;
    assert!(missed.serves(last, TEXT).unwrap());
    missed.locks_first_at(last + 48 * HOUR, LatchkeyError::NoticeNotMatured, "48 hours");
}

#[test]
fn california_refuses_terms_that_are_a_day_early() {
    let floors = floors(CALIFORNIA);
    for (calendar, _) in calendars() {
        let terms = fastest(&floors, calendar);
        refuses(&floors, &terms, |terms| terms.notice_secs -= 86_400, LatchkeyError::TermsNotice);
        refuses(&floors, &terms, |terms| terms.final_notice_secs -= 3_600, LatchkeyError::TermsNotice);
        refuses(&floors, &terms, |terms| terms.emergency_secs -= 3_600, LatchkeyError::TermsEmergencyStart);
        refuses(&floors, &terms, |terms| terms.emergency_max = 0, LatchkeyError::TermsEmergencyStart);
    }
    // The weekly value is for weekly payers alone.
    let monthly = fastest(&floors, Calendar::months(1, 31, 0));
    refuses(&floors, &monthly, |terms| terms.notice_secs = 5 * 86_400, LatchkeyError::TermsNotice);
}

#[test]
fn new_jersey_defaults_first_and_then_warns_for_72_hours_by_two_channels() {
    let floors = floors(NEW_JERSEY);
    for ((calendar, name), grace) in calendars().into_iter().zip([10 * DAY, 5 * DAY]) {
        let mut missed = Missed::new(&floors, fastest(&floors, calendar));
        let default = DUE + grace;
        let early = missed.serves(default - 1, MAIL | TEXT).map_err(u32::from);
        assert_eq!(early, Err(LatchkeyError::NoticeBeforeDefault.into()), "{name}");
        missed.serves(default, MAIL).unwrap();
        let by_one = missed.locks(default + 30 * DAY).map_err(u32::from);
        assert_eq!(by_one, Err(LatchkeyError::NoticeNotServed.into()), "{name}: one channel");
        // The second channel a day later: the 72 hours run from there.
        missed.serves(default + DAY, TEXT).unwrap();
        missed.locks_first_at(default + DAY + 72 * HOUR, LatchkeyError::NoticeNotMatured, name);
    }
}

#[test]
fn new_jersey_refuses_terms_that_are_a_day_early() {
    let floors = floors(NEW_JERSEY);
    for (calendar, _) in calendars() {
        let terms = fastest(&floors, calendar);
        refuses(&floors, &terms, |terms| terms.grace_secs -= 86_400, LatchkeyError::TermsGrace);
        refuses(&floors, &terms, |terms| terms.notice_secs -= 86_400, LatchkeyError::TermsNotice);
        refuses(&floors, &terms, |terms| terms.min_channels = 1, LatchkeyError::TermsNotice);
        refuses(&floors, &terms, |terms| terms.notice_after_default = false, LatchkeyError::TermsNotice);
        refuses(&floors, &terms, |terms| terms.emergency_secs -= 3_600, LatchkeyError::TermsEmergencyStart);
    }
    let monthly = fastest(&floors, Calendar::months(1, 31, 0));
    refuses(&floors, &monthly, |terms| terms.grace_secs = 5 * 86_400, LatchkeyError::TermsGrace);
}

#[test]
fn the_careful_policy_waits_for_grace_two_channels_and_a_final_notice() {
    let floors = floors(CAREFUL);
    for ((calendar, name), grace) in calendars().into_iter().zip([10 * DAY, 5 * DAY]) {
        let mut missed = Missed::new(&floors, fastest(&floors, calendar));
        missed.serves(DUE + DAY, MAIL | TEXT).unwrap();
        assert!(missed.serves(DUE + 3 * DAY, MAIL).unwrap());
        // Both notices are old enough by now: the grace decides.
        let default = DUE + grace;
        missed.locks_first_at(default, LatchkeyError::GraceNotOver, name);
    }
}

#[test]
fn the_careful_policy_refuses_terms_that_are_a_day_early() {
    let floors = floors(CAREFUL);
    for (calendar, _) in calendars() {
        let terms = fastest(&floors, calendar);
        refuses(&floors, &terms, |terms| terms.grace_secs -= 86_400, LatchkeyError::TermsGrace);
        refuses(&floors, &terms, |terms| terms.notice_secs -= 86_400, LatchkeyError::TermsNotice);
        refuses(&floors, &terms, |terms| terms.min_channels = 1, LatchkeyError::TermsNotice);
        refuses(&floors, &terms, |terms| terms.final_notice_secs = 0, LatchkeyError::TermsNotice);
        refuses(&floors, &terms, |terms| terms.late_after_secs -= 86_400, LatchkeyError::TermsLateAfter);
        refuses(&floors, &terms, |terms| terms.warn_after_secs -= 3_600, LatchkeyError::TermsWarnAfter);
        refuses(&floors, &terms, |terms| terms.lock_ttl_secs += 86_400, LatchkeyError::TermsLockTtl);
    }
}

#[test]
fn the_example_lender_file_has_the_careful_policy() {
    let key = latchkey_client::Pubkey::new_from_array([7; 32]).to_string();
    let lender = LenderFile::parse(&LENDER.replace("MINT", &key).replace("COMMAND_KEY", &key)).unwrap();
    assert_eq!(lender.desired(6).unwrap().floors, floors(CAREFUL));
}

#[test]
fn every_policy_names_its_section_and_is_no_legal_advice() {
    for (policy, section) in [(CALIFORNIA, "AB 265"), (NEW_JERSEY, "56:8-206"), (CAREFUL, "no section")] {
        assert!(policy.contains(section) && policy.contains("no legal advice"), "{section}");
    }
}
