//! What must hold whatever happens: lamports and tokens go somewhere, and nowhere twice.

use latchkey::state::{Action, LoanStatus, Waterfall};
use latchkey_client::instructions::{self as build, lock_now};
use latchkey_tests_cases::cases;
use latchkey_tests_svm::{BOND, DAY, LEASE, START, Scene, TTL, fee};
use proptest::prelude::*;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

/// The lamports of everybody, which no instruction of the program may change.
struct Sum(u64);

impl Sum {
    fn of(scene: &Scene) -> Self {
        Self(scene.world.all_lamports())
    }

    #[track_caller]
    fn is_kept_by(&self, scene: &Scene) {
        assert_eq!(scene.world.all_lamports(), self.0);
    }
}

#[test]
fn lamports_are_conserved_over_a_whole_life() {
    let mut scene = Scene::new();
    let [keeper, rival] = [&scene.keeper, &scene.rival].map(Keypair::insecure_clone);
    let sum = Sum::of(&scene);
    scene.fund(50_000_000).holds();
    scene.at(latchkey_tests_svm::due(0)).request(Action::Warn).holds();
    sum.is_kept_by(&scene);
    scene.claim(&keeper, 1).holds();
    sum.is_kept_by(&scene);
    scene.yield_claim(&keeper, 1).holds();
    sum.is_kept_by(&scene);
    scene.claim(&keeper, 1).holds();
    let now = scene.world.now();
    scene.at(now + LEASE).claim(&rival, 1).holds();
    sum.is_kept_by(&scene);
    scene.at(now + TTL).expire(1).holds();
    sum.is_kept_by(&scene);
    let mut scene = scene.fall_into_default();
    scene.request(Action::Lock).holds();
    scene.fulfil(2);
    sum.is_kept_by(&scene);
    scene.pay_all();
    scene.request(Action::Unlock).holds();
    scene.fulfil(3);
    sum.is_kept_by(&scene);
    let escrow = scene.escrow();
    assert_eq!((escrow.deposited, escrow.committed), (60_000_000, 10_000_000));
    assert_eq!((escrow.paid, escrow.refunded, escrow.forfeited), (8_000_000, 2_000_000, 2 * BOND));
    let left = escrow.deposited + escrow.refunded + escrow.forfeited - escrow.committed;
    assert_eq!(scene.available(), left);
    scene.close().holds();
    sum.is_kept_by(&scene);
    assert_eq!(scene.world.lamports(&scene.authority.pubkey()), left);
}

#[test]
fn a_keeper_ends_with_its_fee_a_silent_one_without_its_bond() {
    let mut scene = Scene::defaulted();
    let [keeper, rival] = [&scene.keeper, &scene.rival].map(Keypair::insecure_clone);
    let before = [&keeper, &rival].map(|who| scene.world.lamports(&who.pubkey()));
    scene.request(Action::Lock).holds();
    scene.claim(&rival, 1).holds();
    scene.at(Scene::default_at() + LEASE).claim(&keeper, 1).holds();
    let receipt = scene.receipt(1);
    scene.confirm(&receipt).holds();
    let after = [&keeper, &rival].map(|who| scene.world.lamports(&who.pubkey()));
    assert_eq!(after, [before[0] + fee(Action::Lock), before[1] - BOND]);
}

#[test]
fn a_failed_transaction_changes_nothing_however_far_it_came() {
    let mut scene = Scene::new();
    scene.top_up(300);
    scene.at(Scene::default_at());
    let before = scene.world.snapshot();
    // Collection, default, request and claim all succeed; the second claim does not.
    let mut all = lock_now(&scene.keys, scene.keeper.pubkey(), 1).to_vec();
    all.push(build::claim(&scene.keys, scene.rival.pubkey(), 1));
    let outcome = scene.world.send(&all, &[&scene.keeper, &scene.rival]);
    outcome.breaks(latchkey::errors::LatchkeyError::Leased);
    assert!(before == scene.world.snapshot());
    all.pop();
    scene.world.send(&all, &[&scene.keeper]).holds();
    assert!(before != scene.world.snapshot());
}

#[test]
fn only_who_must_sign_signs() {
    let scene = Scene::new();
    let (keys, payer, keeper) = (&scene.keys, scene.payer.pubkey(), scene.keeper.pubkey());
    let receipt = scene.car.sign(&scene.car.receipt_of(Action::Lock, 1, START).encode());
    let [proof, confirm] = build::confirm(keys, keeper, payer, &receipt).unwrap();
    for (instruction, signers) in [
        (build::collect(keys), vec![]),
        (build::declare_default(keys), vec![]),
        (build::request(keys, payer, None, Action::Lock, 1), vec![payer]),
        (build::claim(keys, keeper, 1), vec![keeper]),
        (proof, vec![]),
        (confirm, vec![]),
        (build::expire(keys, 1, payer), vec![]),
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
    Prepay(u64),
    DeclareDefault,
    PayOff,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        3 => (1..20 * DAY).prop_map(Move::Wait),
        3 => (1..2_500_u64).prop_map(Move::TopUp),
        3 => Just(Move::Collect),
        1 => (0..3_000_u64).prop_map(Move::Prepay),
        1 => Just(Move::DeclareDefault),
        1 => Just(Move::PayOff),
    ];
    prop::collection::vec(one, 1..25)
}

proptest! {
    // Each case is a world of its own, on the program's bytes.
    #![proptest_config(ProptestConfig { cases: cases(8), max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_wallet_holds_what_came_in_less_what_was_applied(
        moves in moves(),
        apr_bps in 0..3_600_u16,
        waterfall in prop::sample::select(vec![
            Waterfall::InterestPrincipalFees,
            Waterfall::FeesInterestPrincipal,
        ]),
    ) {
        let mut scene = Scene::on(|terms| (terms.apr_bps, terms.waterfall) = (apr_bps, waterfall));
        let treasury = scene.world.tokens(&scene.keys.treasury);
        let mut inflows = 0;
        let mut principal = scene.loan().ledger.principal;
        for step in moves {
            let now = scene.world.now();
            match step {
                Move::Wait(seconds) => drop(scene.at(now + seconds)),
                Move::TopUp(amount) => {
                    scene.top_up(amount);
                    inflows += amount;
                }
                // Whether each succeeds depends on what came before; what must hold holds either way.
                Move::Collect => drop(scene.collect()),
                Move::Prepay(amount) => drop(scene.prepay(amount)),
                Move::DeclareDefault => drop(scene.declare_default()),
                Move::PayOff => drop(scene.pay_off()),
            }
            let loan = scene.loan();
            let ledger = loan.ledger;
            let applied = ledger.principal_paid + ledger.interest_paid + ledger.fees_paid;
            prop_assert_eq!(scene.wallet(), inflows - applied - ledger.withdrawn);
            prop_assert_eq!(scene.world.tokens(&scene.keys.treasury), treasury + applied);
            prop_assert_eq!(ledger.principal + ledger.principal_paid, 10_000);
            prop_assert!(ledger.principal <= principal);
            principal = ledger.principal;
            let owes = ledger.principal + ledger.interest + ledger.fees > 0;
            prop_assert_eq!(owes, loan.status != LoanStatus::PaidOff);
        }
    }
}
