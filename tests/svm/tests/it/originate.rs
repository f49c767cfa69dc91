//! Originating a loan.

use anchor_lang::error::ErrorCode;
use anchor_spl::associated_token::spl_associated_token_account::instruction::create_associated_token_account;
use anchor_spl::token_2022::spl_token_2022::instruction::approve;
use latchkey::errors::LatchkeyError;
use latchkey::instructions::{CommandKey, SetFunctionArgs};
use latchkey::rules::terms::MAX_TERM_SECS;
use latchkey::state::{Action, AskedLock, Calendar, LoanStatus, PolicyFloors, Terms, Vehicle};
use latchkey_client::instructions::LoanKeys;
use latchkey_tests_svm::{DAY, LoanFixture, Money, START, TTL, fee, swap};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

/// The token programs' error for moving another owner's tokens.
const NOT_THE_OWNER: u32 = 4;

#[test]
fn a_loan_is_what_both_signed_and_the_seller_is_paid() {
    let mut fixture = LoanFixture::before_loan();
    let treasury = fixture.chain.tokens(&fixture.keys.treasury);
    let told = only_event!(fixture.originate().holds(), LoanOriginated);
    let (loan, escrow, vehicle) = (fixture.loan(), fixture.escrow(), fixture.vehicle());
    assert_eq!((loan.lender, loan.borrower), (fixture.lender, fixture.borrower.pubkey()));
    assert_eq!((loan.vehicle, loan.index, loan.status), (fixture.keys.vehicle, 0, LoanStatus::Active));
    assert_eq!((loan.terms, loan.opened_at, loan.rent_payer), (fixture.terms, START, fixture.payer.pubkey()));
    assert_eq!((loan.ledger.principal, loan.ledger.as_of, loan.ledger.interest), (10_000, START, 0));
    assert_eq!((fixture.chain.tokens(&fixture.seller), fixture.wallet()), (10_000, 0));
    assert_eq!(fixture.chain.tokens(&fixture.keys.treasury), treasury - 10_000);
    assert_eq!(
        (escrow.loan, escrow.deposited, fixture.available()),
        (fixture.keys.loan, 10_000_000, 10_000_000)
    );
    assert_eq!(escrow.rent, fixture.chain.rent_of(&fixture.keys.escrow));
    let unlock = fixture.function(Action::Unlock);
    assert_eq!((loan.unlock_fee, i64::from(loan.unlock_ttl_secs)), (fee(Action::Unlock), TTL));
    assert!(loan.unlock_keys().eq(unlock.command_keys().map(|(key, _)| key)));
    assert_eq!((vehicle.active_loan(), vehicle.loans), (Some(fixture.keys.loan), 1));
    assert_eq!(fixture.lender_account().loans_opened, 1);
    assert_eq!((told.loan, told.lender, told.borrower), (fixture.keys.loan, fixture.lender, loan.borrower));
    assert_eq!((told.vehicle, told.terms, told.seller), (loan.vehicle, loan.terms, fixture.seller));
    assert_eq!(told.escrow, 10_000_000);
}

#[test]
fn a_loan_needs_the_signatures_of_lender_and_borrower() {
    let mut fixture = LoanFixture::before_loan();
    let parties = [&fixture.authority, &fixture.borrower].map(Keypair::insecure_clone);
    for (missing, present) in [(0, 1), (1, 0)] {
        let mut instruction = fixture.origination(fixture.terms, fixture.fees());
        for meta in &mut instruction.accounts {
            meta.is_signer &= meta.pubkey != parties[missing].pubkey();
        }
        let signers = [&fixture.payer, &parties[present]];
        fixture.chain.send(&[instruction], &signers).breaks_constraint(ErrorCode::AccountNotSigner);
    }
}

#[test]
fn a_servicer_lends_only_what_the_authority_lets_it() {
    let mut fixture = LoanFixture::before_loan();
    let (authority, servicer) = (fixture.authority.pubkey(), fixture.servicer.pubkey());
    let instruction = swap(fixture.origination(fixture.terms, fixture.fees()), &authority, &servicer);
    let signers = [&fixture.payer, &fixture.servicer, &fixture.borrower];
    fixture.chain.send(std::slice::from_ref(&instruction), &signers).breaks_elsewhere(NOT_THE_OWNER);
    let (program, treasury) = (fixture.keys.token_program, fixture.keys.treasury);
    let approval = approve(&program, &treasury, &servicer, &authority, &[], 10_000).unwrap();
    fixture.chain.send(&[approval], &[&fixture.authority]).holds();
    fixture.chain.send(&[instruction], &signers).holds();
}

#[test]
fn nobody_else_lends_the_lenders_money() {
    let mut fixture = LoanFixture::before_loan();
    let (authority, stranger) = (fixture.authority.pubkey(), fixture.stranger.pubkey());
    let instruction = swap(fixture.origination(fixture.terms, fixture.fees()), &authority, &stranger);
    let signers = [&fixture.payer, &fixture.stranger, &fixture.borrower];
    fixture.chain.send(&[instruction], &signers).breaks(LatchkeyError::NotServicing);
}

#[test]
fn terms_are_sane_in_themselves_to_the_second_and_the_unit() {
    let mut fixture = LoanFixture::before_loan();
    let sane = fixture.terms;
    let mut refused = |terms: Terms, rule| {
        let instruction = fixture.origination(terms, fixture.fees());
        fixture.sign_origination(instruction).breaks(rule);
    };
    refused(Terms { principal: 0, ..sane }, LatchkeyError::TermsEmpty);
    refused(Terms { instalment: 0, ..sane }, LatchkeyError::TermsEmpty);
    refused(Terms { count: 0, ..sane }, LatchkeyError::TermsEmpty);
    refused(Terms { first_due: START - 1, ..sane }, LatchkeyError::TermsFirstDue);
    refused(Terms { first_due: START, ..sane }, LatchkeyError::TermsFirstDue);
    refused(Terms { calendar: Calendar::seconds(0), ..sane }, LatchkeyError::TermsCalendar);
    refused(Terms { calendar: Calendar::seconds(366 * 86_400 + 1), ..sane }, LatchkeyError::TermsCalendar);
    refused(Terms { calendar: Calendar::months(0, 1, 0), ..sane }, LatchkeyError::TermsCalendar);
    refused(Terms { calendar: Calendar::months(13, 1, 0), ..sane }, LatchkeyError::TermsCalendar);
    let last = START + MAX_TERM_SECS;
    refused(Terms { first_due: last + 1, count: 1, ..sane }, LatchkeyError::TermsTooLong);
    refused(
        Terms { first_due: last - 8 * DAY + 1, count: 2, calendar: Calendar::seconds(691_200), ..sane },
        LatchkeyError::TermsTooLong,
    );
    fixture.terms = Terms { first_due: START + 1, ..sane };
    fixture.originate().holds();
}

#[test]
fn a_schedule_may_end_fifty_years_out_to_the_second() {
    let mut fixture = LoanFixture::before_loan();
    fixture.terms.first_due = START + MAX_TERM_SECS - 9 * 7 * DAY;
    fixture.originate().holds();
}

#[test]
fn every_policy_floor_binds_at_its_value_and_not_before() {
    let mut fixture = LoanFixture::before_loan();
    let floors = PolicyFloors {
        min_grace_secs: 10,
        min_grace_weekly_secs: 5,
        min_notice_secs: 20,
        min_notice_weekly_secs: 15,
        min_channels: 2,
        notice_after_default: true,
        min_final_notice_secs: 25,
        max_apr_ppm: 30,
        max_late_fee: 40,
        min_late_after_secs: 50,
        min_warn_after_secs: 55,
        min_emergency_secs: 60,
        min_emergency_max: 2,
        max_lock_ttl_secs: 7_200,
        public_unlock: true,
    };
    fixture.set_policy(floors).holds();
    let uri = "https://unlock.example".to_owned();
    let key = fixture.function(Action::Unlock).command_keys[0];
    let public =
        SetFunctionArgs { command_keys: vec![CommandKey { key, uri }], ..fixture.offer(Action::Unlock) };
    fixture.set_function(Action::Unlock, public).holds();
    let weekly = Terms {
        grace_secs: 5,
        notice_secs: 15,
        min_channels: 2,
        notice_after_default: true,
        final_notice_secs: 25,
        notice_max_age_secs: 41,
        apr_ppm: 30,
        late_fee: 40,
        late_after_secs: 50,
        warn_after_secs: 55,
        emergency_secs: 60,
        emergency_max: 2,
        lock_ttl_secs: 7_200,
        public_unlock: true,
        ..fixture.terms
    };
    // Longer periods have floors of their own.
    let daily = Terms { calendar: Calendar::seconds(604_801), grace_secs: 10, notice_secs: 20, ..weekly };
    let daily = Terms { notice_max_age_secs: 46, ..daily };
    let mut refused = |terms: Terms, rule| {
        let instruction = fixture.origination(terms, fixture.fees());
        fixture.sign_origination(instruction).breaks(rule);
    };
    refused(Terms { grace_secs: 4, ..weekly }, LatchkeyError::TermsGrace);
    refused(Terms { grace_secs: 9, ..daily }, LatchkeyError::TermsGrace);
    refused(Terms { notice_secs: 14, ..weekly }, LatchkeyError::TermsNotice);
    refused(Terms { notice_secs: 19, ..daily }, LatchkeyError::TermsNotice);
    refused(Terms { min_channels: 1, ..weekly }, LatchkeyError::TermsNotice);
    refused(Terms { notice_after_default: false, ..weekly }, LatchkeyError::TermsNotice);
    refused(Terms { final_notice_secs: 24, ..weekly }, LatchkeyError::TermsNotice);
    refused(Terms { apr_ppm: 31, ..weekly }, LatchkeyError::TermsApr);
    refused(Terms { late_fee: 41, ..weekly }, LatchkeyError::TermsLateFee);
    refused(Terms { late_after_secs: 49, ..weekly }, LatchkeyError::TermsLateAfter);
    refused(Terms { warn_after_secs: 54, ..weekly }, LatchkeyError::TermsWarnAfter);
    refused(Terms { emergency_secs: 59, ..weekly }, LatchkeyError::TermsEmergencyStart);
    refused(Terms { emergency_max: 1, ..weekly }, LatchkeyError::TermsEmergencyStart);
    refused(Terms { lock_ttl_secs: 7_201, ..weekly }, LatchkeyError::TermsLockTtl);
    refused(Terms { public_unlock: false, ..weekly }, LatchkeyError::TermsPublicUnlock);
    let monthly = fixture.origination(daily, fixture.fees());
    fixture.clone().sign_origination(monthly).holds();
    fixture.terms = weekly;
    fixture.originate().holds();
}

#[test]
fn waits_locks_and_notice_terms_have_bounds_of_their_own_to_the_second() {
    let fixture = LoanFixture::before_loan();
    let sane = fixture.terms;
    let written = |terms: Terms, rule: Option<LatchkeyError>| {
        let mut fixture = fixture.clone();
        let instruction = fixture.origination(terms, fixture.fees());
        let outcome = fixture.sign_origination(instruction);
        match rule {
            None => drop(outcome.holds()),
            Some(rule) => outcome.breaks(rule),
        }
    };
    for terms in [
        Terms { grace_secs: 0, ..sane },
        Terms { late_after_secs: 0, ..sane },
        Terms { warn_after_secs: 0, ..sane },
    ] {
        written(terms, Some(LatchkeyError::TermsNoWait));
    }
    written(Terms { grace_secs: 1, late_after_secs: 1, warn_after_secs: 1, ..sane }, None);
    for (lock_ttl_secs, rule) in [
        (0, Some(LatchkeyError::TermsLockTtl)),
        (3_599, Some(LatchkeyError::TermsLockTtl)),
        (3_600, None),
        (45 * 86_400, None),
        (45 * 86_400 + 1, Some(LatchkeyError::TermsLockTtl)),
    ] {
        written(Terms { lock_ttl_secs, ..sane }, rule);
    }
    let notice = Terms { notice_secs: 60, min_channels: 1, notice_max_age_secs: 61, ..sane };
    written(notice, None);
    let unclear = Some(LatchkeyError::TermsNoticeUnclear);
    written(Terms { notice_max_age_secs: 60, ..notice }, unclear);
    written(Terms { final_notice_secs: 1, ..notice }, unclear);
    written(Terms { min_channels: 0, ..notice }, unclear);
    written(Terms { min_channels: 7, ..notice }, unclear);
    written(Terms { notice_after_default: true, ..sane }, unclear);
    written(Terms { deferred: 1, ..sane }, Some(LatchkeyError::TermsDeferred));
}

#[test]
fn terms_promise_a_public_unlock_only_where_the_unlock_function_has_an_address() {
    let mut fixture = LoanFixture::before_loan();
    fixture.terms.public_unlock = true;
    fixture.originate().breaks(LatchkeyError::TermsPublicUnlock);
    fixture.publish_unlock("https://unlock.example");
    fixture.originate().holds();
    assert_eq!(fixture.loan().unlock_uri, "https://unlock.example");
}

#[test]
fn the_first_due_date_falls_on_a_day_of_the_calendar_where_the_borrower_lives() {
    let fixture = LoanFixture::before_loan();
    // 23:00 on 31 January 2027 in UTC is 1 February an hour to the east.
    let late = START + 30 * DAY + 23 * 3_600;
    for (calendar, fits) in [
        (Calendar::months(1, 31, 0), true),
        (Calendar::months(1, 30, 0), false),
        (Calendar::months(1, 1, 3_600), true),
        (Calendar::months(1, 31, 3_600), false),
        (Calendar::twice_a_month(15, 31, 0), true),
        (Calendar::twice_a_month(1, 15, 0), false),
    ] {
        let terms = Terms { calendar, first_due: late, ..fixture.terms };
        let mut fixture = fixture.clone();
        let instruction = fixture.origination(terms, fixture.fees());
        let outcome = fixture.sign_origination(instruction);
        if fits { drop(outcome.holds()) } else { outcome.breaks(LatchkeyError::TermsFirstDueDay) }
    }
}

#[test]
fn a_clock_at_the_end_of_time_is_an_error_and_not_a_panic() {
    let mut fixture = LoanFixture::before_loan();
    fixture.terms.first_due = i64::MAX;
    fixture.at(i64::MAX - 1).originate().breaks(LatchkeyError::Overflow);
}

#[test]
fn an_escrow_starts_with_one_fee_of_each_function() {
    let mut fixture = LoanFixture::before_loan();
    let short = fixture.origination(fixture.terms, fixture.fees() - 1);
    fixture.sign_origination(short).breaks(LatchkeyError::EscrowTooSmall);
    let enough = fixture.origination(fixture.terms, fixture.fees());
    fixture.sign_origination(enough).holds();
}

#[test]
fn a_car_secures_one_loan_at_a_time() {
    let mut fixture = LoanFixture::new();
    let lender = fixture.lender_account();
    fixture.keys =
        LoanKeys::new(fixture.lender, &lender, fixture.keys.vehicle, 1, fixture.keys.token_program);
    fixture.originate().breaks(LatchkeyError::VehicleHasLoan);
}

#[test]
fn no_loan_is_written_on_a_car_that_may_be_locked() {
    let mut fixture = LoanFixture::before_loan();
    let vehicle = fixture.keys.vehicle;
    fixture.chain.edit::<Vehicle>(&vehicle, |vehicle| {
        vehicle.asked = AskedLock { seq: 1, until: START + 10 };
    });
    fixture.at(START + 9).originate().breaks(LatchkeyError::VehicleLocked);
    fixture.at(START + 10).originate().holds();
}

#[test]
fn the_principal_goes_to_the_seller_and_not_round_in_a_circle() {
    let mut fixture = LoanFixture::before_loan();
    let keys = fixture.keys;
    let seller = fixture.seller;
    let honest = fixture.origination(fixture.terms, fixture.fees());
    let to_treasury = swap(honest.clone(), &seller, &keys.treasury);
    fixture.sign_origination(to_treasury).breaks(LatchkeyError::InvalidSeller);
    // The wallet must exist to be named as the seller's account.
    let (payer, mint) = (fixture.payer.pubkey(), fixture.money.mint);
    let open = create_associated_token_account(&payer, &keys.loan, &mint, &keys.token_program);
    fixture.chain.send(&[open], &[&fixture.payer]).holds();
    let to_wallet = swap(honest, &seller, &keys.wallet);
    fixture.sign_origination(to_wallet).breaks(LatchkeyError::InvalidSeller);
}

#[test]
fn the_principal_comes_from_the_lenders_treasury_in_the_lenders_mint() {
    let mut fixture = LoanFixture::before_loan();
    let honest = fixture.origination(fixture.terms, fixture.fees());
    let other = Money::token_2022(&mut fixture.chain, "another mint", &[], &[]);
    let seller_of_other = other.open(&mut fixture.chain, &fixture.stranger.pubkey(), 0);

    let from_savings = swap(honest.clone(), &fixture.keys.treasury, &fixture.savings);
    fixture.sign_origination(from_savings).breaks(LatchkeyError::WrongRecipient);
    let seller = fixture.seller;
    let in_other_money = swap(honest.clone(), &seller, &seller_of_other);
    fixture.sign_origination(in_other_money).breaks_constraint(ErrorCode::ConstraintTokenMint);
    // All of the other mint, so that only the mint in the lender's account contradicts it.
    fixture.seller = seller_of_other;
    fixture.keys.mint = other.mint;
    fixture.keys.token_program = other.token_program;
    fixture.keys.wallet = other.account(&fixture.keys.loan);
    fixture.originate().breaks_constraint(ErrorCode::ConstraintHasOne);
}

#[test]
fn a_lender_lends_on_its_own_cars_and_with_its_own_functions() {
    let mut fixture = LoanFixture::before_loan();
    let honest = fixture.origination(fixture.terms, fixture.fees());
    let [warn, unlock] =
        [Action::Warn, Action::Unlock].map(|action| latchkey_client::pda::function(&fixture.lender, action));
    let cheaper = swap(honest.clone(), &unlock, &warn);
    fixture.sign_origination(cheaper).breaks(LatchkeyError::WrongLender);

    let vehicle = fixture.keys.vehicle;
    let another = fixture.stranger.pubkey();
    fixture.chain.edit::<Vehicle>(&vehicle, |vehicle| vehicle.lender = another);
    fixture.sign_origination(honest).breaks(LatchkeyError::WrongLender);
}

#[test]
fn a_loan_can_be_written_where_somebody_sent_lamports_before() {
    let mut fixture = LoanFixture::before_loan();
    let keys = fixture.keys;
    let rent = fixture.chain.rent(0);
    for address in [keys.loan, keys.escrow, keys.wallet] {
        fixture.chain.airdrop(&address, rent);
    }
    fixture.originate().holds();
    // What was sent to the escrow serves the loan, as if it had been funded.
    assert!(fixture.available() >= fixture.fees());
}

#[test]
fn a_wallet_that_somebody_opened_and_filled_before_is_the_wallet() {
    let mut fixture = LoanFixture::before_loan();
    let LoanFixture { chain, money, keys, .. } = &mut fixture;
    money.open(chain, &keys.loan, 700);
    fixture.originate().holds();
    assert_eq!(fixture.wallet(), 700);
}
