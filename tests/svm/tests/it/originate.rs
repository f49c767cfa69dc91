//! Writing a loan.

use anchor_lang::error::ErrorCode;
use anchor_spl::associated_token::spl_associated_token_account::instruction::create_associated_token_account;
use anchor_spl::token_2022::spl_token_2022::instruction::approve;
use latchkey::errors::LatchkeyError;
use latchkey::rules::terms::MAX_TERM_SECS;
use latchkey::state::{Action, AskedLock, LoanStatus, Period, PolicyFloors, Terms, Vehicle};
use latchkey_client::instructions::LoanKeys;
use latchkey_tests_svm::{DAY, Money, START, Scene, fee, swap};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::only_event;

/// What the token programs say when somebody moves tokens of others.
const NOT_THE_OWNER: u32 = 4;

#[test]
fn a_loan_is_what_both_signed_and_the_seller_is_paid() {
    let mut scene = Scene::before_loan();
    let treasury = scene.world.tokens(&scene.keys.treasury);
    let told = only_event!(scene.originate().holds(), LoanOriginated);
    let (loan, escrow, vehicle) = (scene.loan(), scene.escrow(), scene.vehicle());
    assert_eq!((loan.lender, loan.borrower), (scene.lender, scene.borrower.pubkey()));
    assert_eq!((loan.vehicle, loan.index, loan.status), (scene.keys.vehicle, 0, LoanStatus::Active));
    assert_eq!((loan.terms, loan.opened_at, loan.rent_payer), (scene.terms, START, scene.payer.pubkey()));
    assert_eq!((loan.ledger.principal, loan.ledger.accrued_at, loan.ledger.interest), (10_000, START, 0));
    assert_eq!((scene.world.tokens(&scene.seller), scene.wallet()), (10_000, 0));
    assert_eq!(scene.world.tokens(&scene.keys.treasury), treasury - 10_000);
    assert_eq!((escrow.loan, escrow.deposited, scene.available()), (scene.keys.loan, 10_000_000, 10_000_000));
    assert_eq!(escrow.unlock_reserve, fee(Action::Unlock));
    assert_eq!((vehicle.active_loan, vehicle.loans), (Some(scene.keys.loan), 1));
    assert_eq!(scene.lender_account().loans_opened, 1);
    assert_eq!((told.loan, told.lender, told.borrower), (scene.keys.loan, scene.lender, loan.borrower));
    assert_eq!((told.vehicle, told.terms, told.seller), (loan.vehicle, loan.terms, scene.seller));
    assert_eq!(told.escrow, 10_000_000);
}

#[test]
fn a_loan_needs_the_signatures_of_lender_and_borrower() {
    let mut scene = Scene::before_loan();
    let parties = [&scene.authority, &scene.borrower].map(Keypair::insecure_clone);
    for (missing, present) in [(0, 1), (1, 0)] {
        let mut instruction = scene.origination(scene.terms, scene.fees());
        for meta in &mut instruction.accounts {
            meta.is_signer &= meta.pubkey != parties[missing].pubkey();
        }
        let signers = [&scene.payer, &parties[present]];
        scene.world.send(&[instruction], &signers).breaks_constraint(ErrorCode::AccountNotSigner);
    }
}

#[test]
fn a_servicer_lends_only_what_the_authority_lets_it() {
    let mut scene = Scene::before_loan();
    let (authority, servicer) = (scene.authority.pubkey(), scene.servicer.pubkey());
    let instruction = swap(scene.origination(scene.terms, scene.fees()), &authority, &servicer);
    let signers = [&scene.payer, &scene.servicer, &scene.borrower];
    scene.world.send(std::slice::from_ref(&instruction), &signers).breaks_elsewhere(NOT_THE_OWNER);
    let (program, treasury) = (scene.keys.token_program, scene.keys.treasury);
    let approval = approve(&program, &treasury, &servicer, &authority, &[], 10_000).unwrap();
    scene.world.send(&[approval], &[&scene.authority]).holds();
    scene.world.send(&[instruction], &signers).holds();
}

#[test]
fn nobody_else_lends_the_lenders_money() {
    let mut scene = Scene::before_loan();
    let (authority, stranger) = (scene.authority.pubkey(), scene.stranger.pubkey());
    let instruction = swap(scene.origination(scene.terms, scene.fees()), &authority, &stranger);
    let signers = [&scene.payer, &scene.stranger, &scene.borrower];
    scene.world.send(&[instruction], &signers).breaks(LatchkeyError::NotServicing);
}

#[test]
fn terms_are_sane_in_themselves_to_the_second_and_the_unit() {
    let mut scene = Scene::before_loan();
    let sane = scene.terms;
    let mut refused = |terms: Terms, rule| {
        let instruction = scene.origination(terms, scene.fees());
        scene.sign_origination(instruction).breaks(rule);
    };
    refused(Terms { principal: 0, ..sane }, LatchkeyError::TermsEmpty);
    refused(Terms { instalment: 0, ..sane }, LatchkeyError::TermsEmpty);
    refused(Terms { count: 0, ..sane }, LatchkeyError::TermsEmpty);
    refused(Terms { first_due: START - 1, ..sane }, LatchkeyError::TermsFirstDue);
    refused(Terms { first_due: START, ..sane }, LatchkeyError::TermsFirstDue);
    refused(Terms { period: Period::Seconds(0), ..sane }, LatchkeyError::TermsPeriod);
    refused(Terms { period: Period::Seconds(366 * 86_400 + 1), ..sane }, LatchkeyError::TermsPeriod);
    refused(Terms { period: Period::Months(0), ..sane }, LatchkeyError::TermsPeriod);
    refused(Terms { period: Period::Months(13), ..sane }, LatchkeyError::TermsPeriod);
    let last = START + MAX_TERM_SECS;
    refused(Terms { first_due: last + 1, count: 1, ..sane }, LatchkeyError::TermsTooLong);
    refused(
        Terms { first_due: last - 8 * DAY + 1, count: 2, period: Period::Seconds(691_200), ..sane },
        LatchkeyError::TermsTooLong,
    );
    scene.terms = Terms { first_due: START + 1, ..sane };
    scene.originate().holds();
}

#[test]
fn a_schedule_may_end_fifty_years_out_to_the_second() {
    let mut scene = Scene::before_loan();
    scene.terms.first_due = START + MAX_TERM_SECS - 9 * 7 * DAY;
    scene.originate().holds();
}

#[test]
fn every_policy_floor_binds_at_its_value_and_not_before() {
    let mut scene = Scene::before_loan();
    let floors = PolicyFloors {
        min_grace_secs: 10,
        min_notice_secs: 20,
        max_apr_bps: 30,
        max_late_fee: 40,
        min_late_after_secs: 50,
        min_emergency_secs: 60,
        min_emergency_max: 2,
        max_lock_ttl_secs: 70,
    };
    scene.set_policy(floors).holds();
    let at_the_floor = Terms {
        grace_secs: 10,
        notice_secs: 20,
        apr_bps: 30,
        late_fee: 40,
        late_after_secs: 50,
        emergency_secs: 60,
        emergency_max: 2,
        lock_ttl_secs: 70,
        ..scene.terms
    };
    let mut refused = |terms: Terms, rule| {
        let instruction = scene.origination(terms, scene.fees());
        scene.sign_origination(instruction).breaks(rule);
    };
    refused(Terms { grace_secs: 9, ..at_the_floor }, LatchkeyError::TermsGrace);
    refused(Terms { notice_secs: 19, ..at_the_floor }, LatchkeyError::TermsNotice);
    refused(Terms { apr_bps: 31, ..at_the_floor }, LatchkeyError::TermsApr);
    refused(Terms { late_fee: 41, ..at_the_floor }, LatchkeyError::TermsLateFee);
    refused(Terms { late_after_secs: 49, ..at_the_floor }, LatchkeyError::TermsLateAfter);
    refused(Terms { emergency_secs: 59, ..at_the_floor }, LatchkeyError::TermsEmergencyStart);
    refused(Terms { emergency_max: 1, ..at_the_floor }, LatchkeyError::TermsEmergencyStart);
    refused(Terms { lock_ttl_secs: 71, ..at_the_floor }, LatchkeyError::TermsLockTtl);
    refused(Terms { lock_ttl_secs: 0, ..at_the_floor }, LatchkeyError::TermsLockTtl);
    scene.terms = at_the_floor;
    scene.originate().holds();
}

#[test]
fn a_clock_at_the_end_of_time_is_an_error_and_not_a_panic() {
    let mut scene = Scene::before_loan();
    scene.terms.first_due = i64::MAX;
    scene.at(i64::MAX - 1).originate().breaks(LatchkeyError::Overflow);
}

#[test]
fn an_escrow_starts_with_one_fee_of_each_function() {
    let mut scene = Scene::before_loan();
    let short = scene.origination(scene.terms, scene.fees() - 1);
    scene.sign_origination(short).breaks(LatchkeyError::EscrowTooSmall);
    let enough = scene.origination(scene.terms, scene.fees());
    scene.sign_origination(enough).holds();
}

#[test]
fn a_car_secures_one_loan_at_a_time() {
    let mut scene = Scene::new();
    let lender = scene.lender_account();
    scene.keys = LoanKeys::new(scene.lender, &lender, scene.keys.vehicle, 1, scene.keys.token_program);
    scene.originate().breaks(LatchkeyError::VehicleHasLoan);
}

#[test]
fn no_loan_is_written_on_a_car_that_may_be_locked() {
    let mut scene = Scene::before_loan();
    let vehicle = scene.keys.vehicle;
    scene.world.edit::<Vehicle>(&vehicle, |vehicle| {
        vehicle.lock_asked = Some(AskedLock { seq: 1, until: START + 10 });
    });
    scene.at(START + 9).originate().breaks(LatchkeyError::VehicleLocked);
    scene.at(START + 10).originate().holds();
}

#[test]
fn the_principal_goes_to_the_seller_and_not_round_in_a_circle() {
    let mut scene = Scene::before_loan();
    let keys = scene.keys;
    let seller = scene.seller;
    let honest = scene.origination(scene.terms, scene.fees());
    let to_treasury = swap(honest.clone(), &seller, &keys.treasury);
    scene.sign_origination(to_treasury).breaks(LatchkeyError::InvalidSeller);
    // The wallet must exist to be named as the seller's account.
    let (payer, mint) = (scene.payer.pubkey(), scene.money.mint);
    let open = create_associated_token_account(&payer, &keys.loan, &mint, &keys.token_program);
    scene.world.send(&[open], &[&scene.payer]).holds();
    let to_wallet = swap(honest, &seller, &keys.wallet);
    scene.sign_origination(to_wallet).breaks(LatchkeyError::InvalidSeller);
}

#[test]
fn the_principal_comes_from_the_lenders_treasury_in_the_lenders_mint() {
    let mut scene = Scene::before_loan();
    let honest = scene.origination(scene.terms, scene.fees());
    let other = Money::token_2022(&mut scene.world, "another mint", &[], &[]);
    let seller_of_other = other.open(&mut scene.world, &scene.stranger.pubkey(), 0);

    let from_savings = swap(honest.clone(), &scene.keys.treasury, &scene.savings);
    scene.sign_origination(from_savings).breaks(LatchkeyError::WrongRecipient);
    let seller = scene.seller;
    let in_other_money = swap(honest.clone(), &seller, &seller_of_other);
    scene.sign_origination(in_other_money).breaks_constraint(ErrorCode::ConstraintTokenMint);
    // All of the other mint, so that only the lender's own record speaks against it.
    scene.seller = seller_of_other;
    scene.keys.mint = other.mint;
    scene.keys.token_program = other.token_program;
    scene.keys.wallet = other.account(&scene.keys.loan);
    scene.originate().breaks_constraint(ErrorCode::ConstraintHasOne);
}

#[test]
fn a_lender_lends_on_its_own_cars_and_with_its_own_functions() {
    let mut scene = Scene::before_loan();
    let honest = scene.origination(scene.terms, scene.fees());
    let [warn, unlock] =
        [Action::Warn, Action::Unlock].map(|action| latchkey_client::pda::function(&scene.lender, action));
    let cheaper = swap(honest.clone(), &unlock, &warn);
    scene.sign_origination(cheaper).breaks_constraint(ErrorCode::ConstraintSeeds);

    let vehicle = scene.keys.vehicle;
    let another = scene.stranger.pubkey();
    scene.world.edit::<Vehicle>(&vehicle, |vehicle| vehicle.lender = another);
    scene.sign_origination(honest).breaks(LatchkeyError::WrongLender);
}

#[test]
fn a_loan_can_be_written_where_somebody_sent_lamports_before() {
    let mut scene = Scene::before_loan();
    let keys = scene.keys;
    let rent = scene.world.rent(0);
    for address in [keys.loan, keys.escrow, keys.wallet] {
        scene.world.airdrop(&address, rent);
    }
    scene.originate().holds();
    // What was sent to the escrow serves the loan, as if it had been funded.
    assert!(scene.available() >= scene.fees());
}

#[test]
fn a_wallet_that_somebody_opened_and_filled_before_is_the_wallet() {
    let mut scene = Scene::before_loan();
    let Scene { world, money, keys, .. } = &mut scene;
    money.open(world, &keys.loan, 700);
    scene.originate().holds();
    assert_eq!(scene.wallet(), 700);
}
