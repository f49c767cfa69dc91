//! What may be signed.

use latchkey::errors::LatchkeyError as Rule;
use latchkey::state::{Action, CalendarUnit, Overpayment, PolicyFloors, Terms};

use super::{Model, Step, ask};
use crate::arithmetic::{Calendar, Plan};
use crate::moves::Draft;

/// The calendar of terms.
fn calendar_of(terms: &Terms) -> Calendar {
    let latchkey::state::Calendar { unit, every, day, second_day, utc_offset_secs: offset } = terms.calendar;
    match unit {
        CalendarUnit::Seconds => Calendar::Seconds(every),
        CalendarUnit::Months => Calendar::Months { every, day, offset },
        CalendarUnit::TwiceAMonth => Calendar::TwiceAMonth { first: day, second: second_day, offset },
    }
}

/// What terms say about money.
pub fn plan_of(terms: &Terms) -> Plan {
    Plan {
        principal: terms.principal,
        apr_ppm: terms.apr_ppm,
        instalment: terms.instalment,
        count: terms.count,
        first_due: terms.first_due,
        calendar: calendar_of(terms),
        deferred: terms.deferred,
        late_fee: terms.late_fee,
        late_after: i64::from(terms.late_after_secs),
        pays_ahead: terms.overpayment == Overpayment::PayAhead,
    }
}

/// A first due date for these terms, some time from `now`.
pub fn first_due(terms: &Terms, now: i64, ahead: i64) -> i64 {
    let calendar = calendar_of(terms);
    (0..=10_000).map(|steps| calendar.after(now + ahead, steps)).find(|due| *due > now).expect("time goes on")
}

impl Model {
    /// The terms as they would be signed now.
    pub fn drafted(&self, draft: Draft) -> Terms {
        let first_due = first_due(&self.terms, self.now, self.terms.first_due);
        let terms = Terms { first_due, ..self.terms };
        match draft {
            Draft::Sound | Draft::PoorEscrow | Draft::ToTreasury => terms,
            Draft::Empty => Terms { principal: 0, ..terms },
            Draft::DueNow => Terms { first_due: self.now, ..terms },
            Draft::Deferred => Terms { deferred: 1, ..terms },
            Draft::NoGrace => Terms { grace_secs: 0, ..terms },
            Draft::NoWait => Terms { warn_after_secs: 0, ..terms },
            Draft::ShortLock => Terms { lock_ttl_secs: 3_599, ..terms },
            Draft::LongLock => Terms { lock_ttl_secs: 45 * 86_400 + 1, ..terms },
            Draft::UnclearNotice if terms.min_channels == 0 => Terms { notice_secs: 1, ..terms },
            Draft::UnclearNotice => {
                Terms { notice_max_age_secs: terms.notice_secs + terms.final_notice_secs, ..terms }
            }
            Draft::DayOff => Terms {
                calendar: latchkey::state::Calendar {
                    unit: CalendarUnit::Months,
                    every: 1,
                    day: 15,
                    second_day: 0,
                    utc_offset_secs: 0,
                },
                first_due: (1..=60)
                    .map(|day| self.now + day * 86_400)
                    .find(|at| !Calendar::Months { every: 1, day: 15, offset: 0 }.can_begin_at(*at))
                    .expect("most days"),
                ..terms
            },
            Draft::Usury => Terms { apr_ppm: 1_000_001, ..terms },
        }
    }
}

/// Whether terms can be signed at `now` under a policy.
pub fn check(terms: &Terms, floors: &PolicyFloors, now: i64) {
    ask(terms.principal > 0 && terms.instalment > 0 && terms.count > 0, Rule::TermsEmpty);
    ask(terms.deferred == 0, Rule::TermsDeferred);
    ask(terms.first_due > now, Rule::TermsFirstDue);
    let calendar = calendar_of(terms);
    ask(calendar.is_sound(), Rule::TermsCalendar);
    ask(calendar.can_begin_at(terms.first_due), Rule::TermsFirstDueDay);
    ask(terms.grace_secs > 0 && terms.late_after_secs > 0 && terms.warn_after_secs > 0, Rule::TermsNoWait);
    let told = [terms.notice_secs, terms.final_notice_secs, terms.notice_max_age_secs];
    let waits = u64::from(terms.notice_secs) + u64::from(terms.final_notice_secs);
    let clear = match terms.min_channels {
        0 => told == [0; 3] && !terms.notice_after_default,
        1..=6 => u64::from(terms.notice_max_age_secs) > waits,
        _ => false,
    };
    ask(clear, Rule::TermsNoticeUnclear);
    ask((3_600..=45 * 86_400).contains(&terms.lock_ttl_secs), Rule::TermsLockTtl);
    ask(terms.apr_ppm <= 1_000_000, Rule::TermsApr);
    meets(terms, floors, calendar.is_weekly());
}

/// Whether terms meet a policy.
fn meets(terms: &Terms, floors: &PolicyFloors, weekly: bool) {
    let (grace, notice) = if weekly {
        (floors.min_grace_weekly_secs, floors.min_notice_weekly_secs)
    } else {
        (floors.min_grace_secs, floors.min_notice_secs)
    };
    ask(terms.grace_secs >= grace, Rule::TermsGrace);
    let told = terms.notice_secs >= notice
        && terms.min_channels >= floors.min_channels
        && (terms.notice_after_default || !floors.notice_after_default)
        && terms.final_notice_secs >= floors.min_final_notice_secs;
    ask(told, Rule::TermsNotice);
    ask(terms.apr_ppm <= floors.max_apr_ppm, Rule::TermsApr);
    ask(terms.late_fee <= floors.max_late_fee, Rule::TermsLateFee);
    ask(terms.late_after_secs >= floors.min_late_after_secs, Rule::TermsLateAfter);
    ask(terms.warn_after_secs >= floors.min_warn_after_secs, Rule::TermsWarnAfter);
    let starts =
        terms.emergency_secs >= floors.min_emergency_secs && terms.emergency_max >= floors.min_emergency_max;
    ask(starts, Rule::TermsEmergencyStart);
    let longest = floors.max_lock_ttl_secs;
    ask(longest == 0 || terms.lock_ttl_secs <= longest, Rule::TermsLockTtl);
    ask(terms.public_unlock || !floors.public_unlock, Rule::TermsPublicUnlock);
}

impl Model {
    /// Terms that promise an unlock function with a public address need one.
    pub(super) fn public_unlock(&self, terms: &Terms) -> Step {
        let unlock = self.functions.get(&(self.home, Action::Unlock)).ok_or("no unlock function")?;
        ask(!terms.public_unlock || !unlock.uri.is_empty(), Rule::TermsPublicUnlock);
        Ok(())
    }
}
