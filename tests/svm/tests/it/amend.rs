//! Amended terms: what a lender grants alone, and what takes both parties.

use latchkey::errors::LatchkeyError;
use latchkey::instructions::AmendArgs;
use latchkey::state::{Action, Calendar, LoanStatus, Terms};
use latchkey_client::instructions as build;
use latchkey_tests_svm::{DAY, LoanFixture, START, WEEK, due};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::event;

#[test]
fn a_lender_alone_lowers_rate_and_fee_and_lengthens_graces() {
    let mut fixture = LoanFixture::on(|terms| terms.apr_ppm = 180_000);
    let grants: [fn(&mut Terms); 5] = [
        |terms| terms.apr_ppm -= 1,
        |terms| terms.late_fee -= 1,
        |terms| terms.grace_secs += 1,
        |terms| terms.late_after_secs += 1,
        |terms| terms.warn_after_secs += 1,
    ];
    for (revision, grant) in (1..).zip(grants) {
        let (before, args) = (fixture.loan().terms, fixture.amendment(grant));
        let told = event!(fixture.amend_alone(args).holds(), LoanAmended);
        assert_eq!((told.before, told.after, told.by_both), (before, args.terms, false));
        let loan = fixture.loan();
        assert_eq!((loan.terms, loan.revision), (args.terms, revision));
    }
}

#[test]
fn a_lender_alone_takes_nothing_from_the_borrower() {
    let mut fixture = LoanFixture::on(|terms| {
        (terms.apr_ppm, terms.emergency_secs, terms.emergency_max) = (180_000, 60, 1);
        (terms.notice_secs, terms.min_channels, terms.notice_max_age_secs) = (60, 1, 600);
    });
    let takes: [fn(&mut Terms); 16] = [
        |terms| terms.apr_ppm += 1,
        |terms| terms.late_fee += 1,
        |terms| terms.grace_secs -= 1,
        |terms| terms.late_after_secs -= 1,
        |terms| terms.warn_after_secs = 0,
        |terms| terms.instalment += 1,
        |terms| terms.count += 1,
        |terms| terms.first_due += 1,
        |terms| terms.calendar = Calendar::seconds(604_801),
        |terms| terms.notice_secs -= 1,
        |terms| terms.min_channels += 1,
        |terms| terms.notice_max_age_secs += 1,
        |terms| terms.emergency_max += 1,
        |terms| terms.lock_ttl_secs -= 1,
        |terms| terms.max_extensions += 1,
        |terms| terms.deferred += 1,
    ];
    for take in takes {
        let args = fixture.amendment(take);
        fixture.amend_alone(args).breaks(LatchkeyError::AmendmentNeedsBoth);
    }
    // A gift does not carry a taking along.
    let mixed = fixture.amendment(|terms| {
        terms.apr_ppm -= 1;
        terms.grace_secs -= 1;
    });
    fixture.amend_alone(mixed).breaks(LatchkeyError::AmendmentNeedsBoth);
    let more_lent = fixture.amendment(|terms| terms.principal += 1);
    fixture.amend_alone(more_lent).breaks(LatchkeyError::AmendedPrincipal);
}

#[test]
fn a_lender_alone_forgives_debt_up_to_what_is_owed() {
    let mut fixture = LoanFixture::on(|terms| terms.apr_ppm = 365_000);
    // 10 a day for six days.
    fixture.at(START + 6 * DAY);
    let args = fixture.amendment(|_| {});
    let forgiving =
        |principal, interest| AmendArgs { forgive_principal: principal, forgive_interest: interest, ..args };
    fixture.amend_alone(forgiving(10_001, 0)).breaks(LatchkeyError::WaiverTooLarge);
    fixture.amend_alone(forgiving(0, 61)).breaks(LatchkeyError::WaiverTooLarge);
    let told = event!(fixture.amend_alone(forgiving(4_000, 60)).holds(), LoanAmended);
    assert_eq!((told.forgiven_principal, told.forgiven_interest), (4_000, 60));
    let ledger = fixture.loan().ledger;
    assert_eq!((ledger.principal, ledger.interest, ledger.principal_paid), (6_000, 0, 0));
    assert_eq!(fixture.unsent(), 0);
}

#[test]
fn a_longer_grace_ends_a_default() {
    let mut fixture = LoanFixture::locked();
    let args = fixture.amendment(|terms| terms.grace_secs += 1);
    let told = event!(fixture.amend_alone(args).holds(), LoanAmended);
    assert_eq!((told.status_before, told.status_after), (LoanStatus::Defaulted, LoanStatus::Active));
    fixture.unlock();
    let again = LoanFixture::default_at() + 1;
    fixture.at(again).declare_default().holds();
}

#[test]
fn both_agree_on_new_terms_and_the_schedule_begins_again() {
    let mut fixture = LoanFixture::defaulted();
    let now = LoanFixture::default_at();
    let first_due = now + WEEK;
    let args = fixture.amendment(|terms| {
        (terms.instalment, terms.count, terms.first_due) = (500, 20, first_due);
        terms.calendar = Calendar::seconds(14 * 86_400);
        terms.apr_ppm = 10_000;
    });
    let told = event!(fixture.amend_by_both(args).holds(), LoanAmended);
    assert_eq!((told.by_both, told.status_after), (true, LoanStatus::Active));
    let loan = fixture.loan();
    assert_eq!((loan.terms, loan.ledger.paid_scheduled, loan.ledger.late_decided), (args.terms, 0, 0));
    assert_eq!(loan.ledger.principal, 10_000);
    fixture.at(first_due - 1).declare_default().breaks(LatchkeyError::NotPastDue);
    fixture.at(first_due).declare_default().breaks(LatchkeyError::GraceNotOver);
    fixture.at(first_due + 2 * DAY).declare_default().holds();
}

#[test]
fn what_was_due_before_is_taken_first() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(1_700);
    fixture.at(due(0));
    let args = fixture.amendment(|terms| terms.first_due = due(1));
    fixture.amend_by_both(args).holds();
    assert_eq!((fixture.unsent(), fixture.free(), fixture.loan().ledger.principal), (1_000, 700, 9_000));
}

/// A change of terms, and the rule that refuses it.
type Refused = (fn(&mut Terms), LatchkeyError);

#[test]
fn terms_that_both_agree_on_are_such_as_a_new_loan_could_have() {
    let mut fixture = LoanFixture::new();
    let now = START + 100;
    fixture.at(now);
    let floors = latchkey::state::PolicyFloors { max_apr_ppm: 100_000, ..latchkey_tests_svm::floors() };
    fixture.set_policy(floors).holds();
    let refused: [Refused; 5] = [
        (|terms| terms.first_due = START + 100, LatchkeyError::TermsFirstDue),
        (|terms| terms.apr_ppm = 100_001, LatchkeyError::TermsApr),
        (|terms| terms.lock_ttl_secs = 1, LatchkeyError::TermsLockTtl),
        (|terms| terms.deferred = 1, LatchkeyError::TermsDeferred),
        (|terms| terms.principal = 9_999, LatchkeyError::AmendedPrincipal),
    ];
    for (change, rule) in refused {
        let args = fixture.amendment(change);
        fixture.amend_by_both(args).breaks(rule);
    }
    let args = fixture.amendment(|terms| terms.first_due = START + 101);
    fixture.amend_by_both(args).holds();
}

#[test]
fn an_amendment_is_signed_by_the_authority_and_no_other_borrower() {
    let mut fixture = LoanFixture::new();
    let args = fixture.amendment(|terms| terms.grace_secs += 1);
    for who in [&fixture.servicer, &fixture.borrower, &fixture.stranger] {
        let instruction = build::amend(&fixture.keys, who.pubkey(), None, args);
        fixture.chain.send(&[instruction], &[who]).breaks(LatchkeyError::NotAuthority);
    }
    let [authority, stranger] = [&fixture.authority, &fixture.stranger].map(Keypair::insecure_clone);
    let instruction = build::amend(&fixture.keys, authority.pubkey(), Some(stranger.pubkey()), args);
    fixture.chain.send(&[instruction], &[&authority, &stranger]).breaks(LatchkeyError::NotBorrower);
}

#[test]
fn an_amendment_is_of_the_loan_as_it_was_when_agreed_and_in_time() {
    let mut fixture = LoanFixture::new();
    let args = AmendArgs { deadline: START + 100, ..fixture.amendment(|terms| terms.instalment += 1) };
    fixture.at(START + 101).amend_by_both(args).breaks(LatchkeyError::DeadlinePassed);
    fixture.at(START + 100).amend_by_both(args).holds();
    fixture.amend_by_both(args).breaks(LatchkeyError::RevisionChanged);
}

/// Daily instalments from the first day on, each late after half a day. The fees of the first sixteen are decided.
fn sixteen_decided() -> LoanFixture {
    let mut fixture = LoanFixture::on(|terms| {
        (terms.calendar, terms.first_due) = (Calendar::seconds(86_400), START + DAY);
        (terms.count, terms.principal, terms.max_extensions) = (60, 60_000, 1);
        terms.late_after_secs = 43_200;
    });
    fixture.at(START + 16 * DAY + DAY / 2).look().holds();
    assert_eq!((fixture.loan().ledger.late_decided, fixture.loan().ledger.fees), (16, 16 * 25));
    fixture
}

#[test]
fn a_late_date_that_is_decided_is_no_moment_again_though_a_longer_grace_moves_it_ahead() {
    let mut fixture = sixteen_decided();
    let args = fixture.amendment(|terms| terms.late_after_secs += 15 * 86_400);
    fixture.amend_alone(args).holds();
    // 24 due dates from day 17 on, and 8 late dates from day 32 and a half on; the next late date is half a day away.
    let last = START + 40 * DAY;
    fixture.clone().at(last).waive_fees(1).holds();
    fixture.at(last + DAY / 2).waive_fees(1).breaks(LatchkeyError::TooManyMoments);
    fixture.collect().holds();
    assert_eq!((fixture.loan().ledger.as_of, fixture.loan().ledger.fees), (last, (16 + 8) * 25));
}

#[test]
fn a_late_date_that_is_decided_is_no_moment_again_though_an_extension_moves_it_ahead() {
    let mut fixture = sixteen_decided();
    fixture.extend().holds();
    // The sixteenth is due again on day 17: 17 due dates, and 15 late dates from day 18 and a half on.
    let last = START + 33 * DAY;
    fixture.clone().at(last).waive_fees(1).holds();
    fixture.at(last + DAY / 2).waive_fees(1).breaks(LatchkeyError::TooManyMoments);
}

#[test]
fn a_loan_that_is_over_or_given_up_is_not_amended() {
    let mut paid = LoanFixture::new();
    paid.pay_all();
    let args = paid.amendment(|_| {});
    paid.amend_alone(args).breaks(LatchkeyError::LoanPaidOff);
    let mut given_up = LoanFixture::new();
    given_up.at(due(0) + 120 * DAY).charge_off().holds();
    let args = given_up.amendment(|_| {});
    given_up.amend_by_both(args).breaks(LatchkeyError::ChargedOff);
}

#[test]
fn a_new_schedule_has_warnings_of_its_own() {
    let mut fixture = LoanFixture::new();
    fixture.fund(100_000_000).holds();
    fixture.at(due(0) + 1).request(Action::Warn).holds();
    fixture.fulfil(1);
    let args = fixture.amendment(|terms| terms.first_due = due(1));
    fixture.amend_by_both(args).holds();
    fixture.at(due(1) + 1).request(Action::Warn).holds();
    assert_eq!(fixture.invocation(2).instalment, 1);
}

/// The address is pinned: an amendment cannot give the loan another one.
#[test]
fn both_promise_a_public_unlock_only_where_the_pinned_one_has_an_address() {
    let mut embedded = LoanFixture::new();
    let promising = |fixture: &LoanFixture| {
        fixture.amendment(|terms| (terms.public_unlock, terms.first_due) = (true, due(1)))
    };
    let args = promising(&embedded);
    embedded.amend_by_both(args).breaks(LatchkeyError::TermsPublicUnlock);

    let mut public = LoanFixture::before_loan();
    public.publish_unlock("https://unlock.example");
    public.originate().holds();
    let args = promising(&public);
    public.amend_by_both(args).holds();
    assert!(public.loan().terms.public_unlock);
}
