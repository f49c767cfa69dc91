//! Conservation: no instruction creates or loses lamports or tokens.

use latchkey::instructions::SettlementReason;
use latchkey::state::{Action, LoanStatus};
use latchkey_client::instructions::{self as build, lock_now};
use latchkey_tests_cases::cases;
use latchkey_tests_svm::{BOND, DAY, LEASE, LoanFixture, START, TTL, fee};
use proptest::prelude::*;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

/// The lamports of all accounts together, which no instruction of the program may change.
struct Sum(u64);

impl Sum {
    fn of(fixture: &LoanFixture) -> Self {
        Self(fixture.chain.all_lamports())
    }

    #[track_caller]
    fn is_kept_by(&self, fixture: &LoanFixture) {
        assert_eq!(fixture.chain.all_lamports(), self.0);
    }
}

#[test]
fn lamports_are_conserved_over_a_whole_life() {
    let mut fixture = LoanFixture::new();
    let [keeper, rival] = [&fixture.keeper, &fixture.rival].map(Keypair::insecure_clone);
    let sum = Sum::of(&fixture);
    fixture.fund(50_000_000).holds();
    fixture.at(latchkey_tests_svm::due(0) + 1).request(Action::Warn).holds();
    sum.is_kept_by(&fixture);
    fixture.claim(&keeper, 1).holds();
    sum.is_kept_by(&fixture);
    fixture.yield_claim(&keeper, 1).holds();
    sum.is_kept_by(&fixture);
    fixture.claim(&keeper, 1).holds();
    let now = fixture.chain.now();
    fixture.at(now + LEASE).claim(&rival, 1).holds();
    sum.is_kept_by(&fixture);
    fixture.at(now + TTL).expire(1).holds();
    sum.is_kept_by(&fixture);
    let mut fixture = fixture.fall_into_default();
    fixture.request(Action::Lock).holds();
    fixture.fulfil(2);
    sum.is_kept_by(&fixture);
    fixture.pay_all();
    fixture.unlock();
    sum.is_kept_by(&fixture);
    let escrow = fixture.escrow();
    assert_eq!((escrow.deposited, escrow.committed), (60_000_000, 10_000_000));
    assert_eq!((escrow.paid, escrow.refunded, escrow.forfeited), (8_000_000, 2_000_000, 2 * BOND));
    let left = escrow.deposited + escrow.refunded + escrow.forfeited - escrow.committed;
    assert_eq!(fixture.available(), left);
    fixture.close().holds();
    sum.is_kept_by(&fixture);
    assert_eq!(fixture.chain.lamports(&fixture.authority.pubkey()), left);
}

#[test]
fn lamports_are_conserved_through_distrust_sale_settlement_and_a_fall_of_the_rent_rate() {
    let mut fixture = LoanFixture::defaulted();
    fixture.found_buyer();
    let keeper = fixture.keeper.insecure_clone();
    let sum = Sum::of(&fixture);
    fixture.request(Action::Lock).holds();
    fixture.claim(&keeper, 1).holds();
    fixture.distrust().holds();
    fixture.at(LoanFixture::default_at() + TTL).expire(1).holds();
    sum.is_kept_by(&fixture);
    fixture.top_up(1_000);
    fixture.unlock();
    sum.is_kept_by(&fixture);
    fixture.collect().holds();
    fixture.assign().holds();
    fixture.turn_to_buyer();
    sum.is_kept_by(&fixture);
    fixture.chain.set_rent_rate(696);
    fixture.settle(SettlementReason::Settlement).holds();
    fixture.close().holds();
    sum.is_kept_by(&fixture);
}

#[test]
fn a_keeper_ends_with_its_fee_a_silent_one_without_its_bond() {
    let mut fixture = LoanFixture::defaulted();
    let [keeper, rival] = [&fixture.keeper, &fixture.rival].map(Keypair::insecure_clone);
    let before = [&keeper, &rival].map(|who| fixture.chain.lamports(&who.pubkey()));
    fixture.request(Action::Lock).holds();
    fixture.claim(&rival, 1).holds();
    fixture.at(LoanFixture::default_at() + LEASE).claim(&keeper, 1).holds();
    let receipt = fixture.receipt(1);
    fixture.confirm(&receipt).holds();
    let after = [&keeper, &rival].map(|who| fixture.chain.lamports(&who.pubkey()));
    assert_eq!(after, [before[0] + fee(Action::Lock), before[1] - BOND]);
}

#[test]
fn a_failed_transaction_changes_nothing_however_far_it_came() {
    let mut fixture = LoanFixture::new();
    fixture.top_up(300);
    fixture.at(LoanFixture::default_at());
    let before = fixture.chain.snapshot();
    // Default, request and claim all succeed; the second claim does not.
    let mut all = lock_now(&fixture.keys, fixture.keeper.pubkey(), 1).to_vec();
    all.push(build::claim(&fixture.keys, fixture.rival.pubkey(), 1));
    let outcome = fixture.chain.send(&all, &[&fixture.keeper, &fixture.rival]);
    outcome.breaks(latchkey::errors::LatchkeyError::Leased);
    assert!(before == fixture.chain.snapshot());
    all.pop();
    fixture.chain.send(&all, &[&fixture.keeper]).holds();
    assert!(before != fixture.chain.snapshot());
}

#[test]
fn only_who_must_sign_signs() {
    let fixture = LoanFixture::new();
    let (keys, payer, keeper) = (&fixture.keys, fixture.payer.pubkey(), fixture.keeper.pubkey());
    let receipt = fixture.car.sign(&fixture.car.receipt_of(Action::Lock, 1, START).encode());
    let [proof, confirm] = build::confirm(keys, keeper, payer, &receipt).unwrap();
    for (instruction, signers) in [
        (build::collect(keys), vec![]),
        (build::declare_default(keys), vec![]),
        (build::request(keys, payer, None, Action::Lock, 1), vec![payer]),
        (build::claim(keys, keeper, 1), vec![keeper]),
        (proof, vec![]),
        (confirm, vec![]),
        (build::expire(keys, 1, payer, None), vec![]),
        (build::fund_escrow(keeper, &keys.loan, 1), vec![keeper]),
    ] {
        let asked = instruction.accounts.iter().filter(|meta| meta.is_signer).map(|meta| meta.pubkey);
        assert_eq!(asked.collect::<Vec<_>>(), signers);
    }
}

/// What may happen to a loan's money.
#[derive(Clone, Copy, Debug)]
enum Move {
    Wait(i64),
    TopUp(u64),
    Collect,
    Look,
    Withdraw(u64),
    Prepay(u64),
    DeclareDefault,
    PayOff,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        3 => (1..20 * DAY).prop_map(Move::Wait),
        3 => (1..2_500_u64).prop_map(Move::TopUp),
        3 => Just(Move::Collect),
        2 => Just(Move::Look),
        1 => (1..2_000_u64).prop_map(Move::Withdraw),
        1 => (0..3_000_u64).prop_map(Move::Prepay),
        1 => Just(Move::DeclareDefault),
        1 => Just(Move::PayOff),
    ];
    prop::collection::vec(one, 1..25)
}

proptest! {
    // Each case is a chain of its own, on the program's bytes.
    #![proptest_config(ProptestConfig { cases: cases(8), max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_wallet_holds_what_came_in_less_what_was_applied(
        moves in moves(),
        apr_ppm in 0..360_000_u32,
    ) {
        let mut fixture = LoanFixture::on(|terms| terms.apr_ppm = apr_ppm);
        let treasury = fixture.chain.tokens(&fixture.keys.treasury);
        let mut inflows = 0;
        let mut principal = fixture.loan().ledger.principal;
        for one in moves {
            let now = fixture.chain.now();
            match one {
                Move::Wait(seconds) => drop(fixture.at(now + seconds)),
                Move::TopUp(amount) => {
                    fixture.top_up(amount);
                    inflows += amount;
                }
                // Whether each succeeds depends on what came before; what must hold holds either way.
                Move::Collect => drop(fixture.collect()),
                Move::Look => drop(fixture.look()),
                Move::Withdraw(amount) => drop(fixture.withdraw_surplus(amount)),
                Move::Prepay(amount) => drop(fixture.prepay(amount)),
                Move::DeclareDefault => drop(fixture.declare_default()),
                Move::PayOff => drop(fixture.pay_off()),
            }
            let loan = fixture.loan();
            let ledger = loan.ledger;
            let applied = ledger.principal_paid + ledger.interest_paid + ledger.fees_paid;
            prop_assert_eq!(fixture.wallet(), inflows - applied - ledger.withdrawn + ledger.unsent);
            prop_assert_eq!(fixture.chain.tokens(&fixture.keys.treasury), treasury + applied - ledger.unsent);
            prop_assert_eq!(ledger.principal + ledger.principal_paid, 10_000);
            prop_assert!(ledger.principal <= principal);
            principal = ledger.principal;
            let owes = ledger.principal + ledger.interest + ledger.fees > 0;
            prop_assert_eq!(owes, loan.status != LoanStatus::PaidOff);
        }
    }
}
