//! Lives that nobody thought of: after every step, whatever came before, the invariants hold.

use latchkey::state::{Action, LockState};
use latchkey_client::quote::quote;
use latchkey_tests_svm::{BOND, DAY, LEASE, Scene, TTL};
use proptest::prelude::*;
use solana_sdk::signer::Signer;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// So many seconds.
    Wait(i64),
    /// Into the next default: due date, grace, and somebody who says so.
    Miss,
    /// What cures it, by a plain transfer, and somebody who collects.
    Cure,
    TopUp(u64),
    Collect,
    Request(Action),
    UnlockByLender,
    Claim(Who, Which),
    Yield(Who, Which),
    Confirm(Which),
    Expire(Which),
}

/// Who acts as keeper.
#[derive(Clone, Copy, Debug)]
enum Who {
    Keeper,
    Rival,
    Borrower,
}

/// One of the invocations that exist, counted from the newest and around again.
type Which = usize;

fn step() -> impl Strategy<Value = Step> {
    let who = || prop::sample::select(vec![Who::Keeper, Who::Keeper, Who::Rival, Who::Borrower]);
    let which = || prop::sample::select(vec![0, 0, 0, 1, 2]);
    let wait = prop::sample::select(vec![1, LEASE - 1, LEASE, LEASE + 1, TTL - LEASE, TTL, DAY]);
    prop_oneof![
        3 => wait.prop_map(Step::Wait),
        3 => Just(Step::Miss),
        2 => Just(Step::Cure),
        1 => (1..2_500_u64).prop_map(Step::TopUp),
        1 => Just(Step::Collect),
        6 => prop::sample::select(Action::ALL.to_vec()).prop_map(Step::Request),
        1 => Just(Step::UnlockByLender),
        7 => (who(), which()).prop_map(|(who, which)| Step::Claim(who, which)),
        1 => (who(), which()).prop_map(|(who, which)| Step::Yield(who, which)),
        5 => which().prop_map(Step::Confirm),
        2 => which().prop_map(Step::Expire),
    ]
}

/// The sequence numbers of the invocations that exist, the newest first.
fn existing(scene: &Scene) -> Vec<u64> {
    (1..=scene.vehicle().last_seq_asked)
        .rev()
        .filter(|seq| scene.world.exists(&scene.invocation_key(*seq)))
        .collect()
}

/// Takes the step if it can be taken. Whether the program agrees depends on what came before.
fn take(scene: &mut Scene, step: Step) {
    let key = |scene: &Scene, who| match who {
        Who::Keeper => scene.keeper.insecure_clone(),
        Who::Rival => scene.rival.insecure_clone(),
        Who::Borrower => scene.borrower.insecure_clone(),
    };
    let now = scene.world.now();
    match step {
        Step::Wait(seconds) => drop(scene.at(now + seconds)),
        Step::Miss => {
            let next = quote(&scene.loan(), scene.wallet(), now).unwrap().next_due.unwrap_or(now);
            drop(scene.at(next + 2 * DAY).declare_default());
        }
        Step::Cure => {
            let cure = quote(&scene.loan(), scene.wallet(), now).unwrap().cure;
            scene.top_up(cure.saturating_sub(scene.wallet()));
            drop(scene.collect());
        }
        Step::TopUp(amount) => scene.top_up(amount),
        Step::Collect => drop(scene.collect()),
        Step::Request(action) => request(scene, action),
        Step::UnlockByLender => {
            let authority = scene.authority.insecure_clone();
            drop(scene.request_as(&authority, Action::Unlock));
        }
        Step::Claim(..) | Step::Yield(..) | Step::Confirm(_) | Step::Expire(_) => {
            let open = existing(scene);
            let pick = |which: Which| open[which % open.len()];
            match step {
                _ if open.is_empty() => {}
                Step::Claim(who, which) => {
                    let keeper = key(scene, who);
                    drop(scene.claim(&keeper, pick(which)));
                }
                Step::Yield(who, which) => {
                    let keeper = key(scene, who);
                    drop(scene.yield_claim(&keeper, pick(which)));
                }
                Step::Confirm(which) => {
                    let receipt = scene.receipt(pick(which));
                    drop(scene.confirm(&receipt));
                }
                Step::Expire(which) => drop(scene.expire(pick(which))),
                _ => unreachable!("matched outside"),
            }
        }
    }
}

/// A lock or warning that the program grants is one that the loan, looked at from outside, deserves.
fn request(scene: &mut Scene, action: Action) {
    let now = scene.world.now();
    let before = quote(&scene.loan(), scene.wallet(), now).unwrap();
    let granted = scene.request(action).is_done();
    if granted && action != Action::Unlock {
        assert!(before.past_due > 0, "{action:?} of a loan that is current");
        assert!(scene.wallet() < before.cure, "{action:?} of a loan whose wallet can cure it");
    }
}

/// What must be so after every step.
fn check(scene: &Scene, lamports: u64, proven: &mut u64) {
    assert_eq!(scene.world.all_lamports(), lamports, "lamports came from nowhere or went there");

    let (vehicle, escrow) = (scene.vehicle(), scene.escrow());
    let open = existing(scene);
    assert_eq!(usize::from(scene.loan().invocations_open), open.len());
    assert_eq!(scene.available(), escrow.deposited + escrow.refunded + escrow.forfeited - escrow.committed);
    let mut fees = 0;
    for seq in open {
        let (address, invocation) = (scene.invocation_key(seq), scene.invocation(seq));
        let bond = invocation.claim.map_or(0, |claim| claim.bond);
        let own_unlock = invocation.action == Action::Unlock
            && invocation.claim.is_some_and(|claim| claim.keeper == scene.borrower.pubkey());
        assert_eq!(bond, if invocation.claim.is_some() && !own_unlock { BOND } else { 0 });
        let held = scene.world.lamports(&address) - scene.world.rent_of(&address);
        assert_eq!(held, invocation.fee + bond, "an invocation holds its fee and bond");
        fees += invocation.fee;
    }
    assert_eq!(escrow.committed, escrow.paid + escrow.refunded + fees);

    assert!(vehicle.last_seq_proven >= *proven, "what is proven moved back");
    *proven = vehicle.last_seq_proven;
    if let LockState::Locked { .. } = vehicle.lock {
        assert!(vehicle.lock_asked.is_some(), "a locked car that nobody may unlock");
    }
}

proptest! {
    // Each case is a world of its own, on the program's bytes.
    #![proptest_config(ProptestConfig { cases: 10, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn invariants_hold_after_every_step_of_any_life(steps in prop::collection::vec(step(), 20..50)) {
        let mut scene = Scene::new();
        scene.fund(1_000_000_000).holds();
        let (lamports, mut proven) = (scene.world.all_lamports(), 0);
        for step in steps {
            take(&mut scene, step);
            check(&scene, lamports, &mut proven);
        }
    }
}
