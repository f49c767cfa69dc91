//! Claims that keep others from working, or take what others worked for.

use latchkey::errors::LatchkeyError as E;
use latchkey::state::Action;
use latchkey_client::instructions as build;
use latchkey_tests_svm::{LEASE, Scene, swap};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::door::{find, send};
use crate::stage::{Other, Stage, keys_of};
use crate::suite::{Case, Expected};

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("a rival claims under the lease", "claim", E::Leased, |stages| {
            let mut scene = stages.at(Stage::Claimed);
            let rival = scene.rival.insecure_clone();
            scene.claim(&rival, 1)
        }),
        Case::new("a keeper prolongs its own lease", "claim", E::Leased, |stages| {
            let mut scene = stages.at(Stage::Claimed);
            let keeper = scene.keeper.insecure_clone();
            scene.claim(&keeper, 1)
        }),
        Case::new("a silent keeper claims again", "claim", E::LapsedClaimer, |stages| {
            let mut scene = stages.at(Stage::Claimed);
            let keeper = scene.keeper.insecure_clone();
            scene.at(Scene::default_at() + LEASE).claim(&keeper, 1)
        }),
        Case::new("a silent keeper comes back after another gave up", "claim", E::LapsedClaimer, |stages| {
            let mut scene = stages.at(Stage::Claimed);
            let [keeper, rival] = [&scene.keeper, &scene.rival].map(Keypair::insecure_clone);
            scene.at(Scene::default_at() + LEASE).claim(&rival, 1).holds();
            scene.yield_claim(&rival, 1).holds();
            scene.claim(&keeper, 1)
        }),
        Case::new("a keeper off the allow-list claims", "claim", E::KeeperNotAllowed, |stages| {
            let mut scene = stages.at(Stage::Asked);
            scene.set_keepers(vec![scene.rival.pubkey()]).holds();
            let keeper = scene.keeper.insecure_clone();
            scene.claim(&keeper, 1)
        }),
        Case::new(
            "a keeper off the allow-list claims with an open lender of its own",
            "claim",
            E::WrongLender,
            |stages| {
                let mut scene = stages.at(Stage::Asked);
                scene.set_keepers(vec![scene.rival.pubkey()]).holds();
                let honest = build::claim(&scene.keys, scene.keeper.pubkey(), 1);
                let own = keys_of(&scene, Other::Foreign).lender;
                let claim = swap(honest, &scene.lender, &own);
                send(&mut scene, &[claim])
            },
        ),
        Case::new(
            "the borrower claims the lock off the allow-list",
            "claim",
            E::KeeperNotAllowed,
            |stages| {
                let mut scene = stages.at(Stage::Asked);
                scene.set_keepers(vec![scene.rival.pubkey()]).holds();
                let borrower = scene.borrower.insecure_clone();
                scene.claim(&borrower, 1)
            },
        ),
        Case::new("a stranger claims an unlock without leave", "claim", E::KeeperNotAllowed, |stages| {
            let mut scene = stages.at(Stage::Cured);
            scene.set_keepers(vec![scene.rival.pubkey()]).holds();
            scene.request(Action::Unlock).holds();
            let stranger = scene.stranger.insecure_clone();
            scene.claim(&stranger, 2)
        }),
        Case::new("a keeper claims what is superseded", "claim", E::Superseded, |stages| {
            let mut scene = stages.at(Stage::Asked);
            let authority = scene.authority.insecure_clone();
            scene.request_as(&authority, Action::Unlock).holds();
            let keeper = scene.keeper.insecure_clone();
            scene.claim(&keeper, 1)
        }),
        Case::new("a keeper claims what the old device was asked", "claim", E::Superseded, |stages| {
            let mut scene = stages.at(Stage::Asked);
            scene.change_device("new device");
            let keeper = scene.keeper.insecure_clone();
            scene.claim(&keeper, 1)
        }),
        Case::new("a keeper without a bond claims", "claim", Expected::System(1), |stages| {
            let mut scene = stages.at(Stage::Asked);
            let poor = latchkey_tests_svm::person("nominee");
            scene.world.airdrop(&poor.pubkey(), 1_000_000);
            scene.claim(&poor, 1)
        }),
        Case::new(
            "a rival gives another's lease back for its bond",
            "yield_claim",
            E::NotClaimer,
            |stages| {
                let mut scene = stages.at(Stage::Claimed);
                let rival = scene.rival.insecure_clone();
                scene.yield_claim(&rival, 1)
            },
        ),
        Case::new("a keeper gives back what it never held", "yield_claim", E::NotClaimed, |stages| {
            let mut scene = stages.at(Stage::Asked);
            let keeper = scene.keeper.insecure_clone();
            scene.yield_claim(&keeper, 1)
        }),
        Case::new(
            "a silent keeper saves its bond after the lapse",
            "yield_claim",
            E::LeaseLapsed,
            |stages| {
                let mut scene = stages.at(Stage::Claimed);
                let keeper = scene.keeper.insecure_clone();
                scene.at(Scene::default_at() + LEASE).yield_claim(&keeper, 1)
            },
        ),
        Case::new("a silent keeper is paid after another took over", "confirm", E::NotClaimer, |stages| {
            let mut attempt = find("confirm").attempt(stages);
            let rival = attempt.scene.rival.insecure_clone();
            attempt.scene.at(Scene::default_at() + LEASE).claim(&rival, 1).holds();
            attempt.send()
        }),
        Case::new("work that nobody claimed is paid", "confirm", E::NotClaimed, |stages| {
            let mut scene = stages.at(Stage::Asked);
            let receipt = scene.receipt(1);
            scene.confirm(&receipt)
        }),
        Case::new("a request is closed under a keeper at work", "expire", E::NotExpired, |stages| {
            stages.at(Stage::Claimed).expire(1)
        }),
        Case::new(
            "a request is superseded and closed under a keeper at work",
            "expire",
            E::NotExpired,
            |stages| {
                let mut scene = stages.at(Stage::Claimed);
                let authority = scene.authority.insecure_clone();
                scene.request_as(&authority, Action::Unlock).holds();
                scene.expire(1)
            },
        ),
        Case::new(
            "a stranger's unlock is held up by a silent keeper for longer than its lease",
            "claim",
            Expected::Harmless,
            |stages| {
                let mut scene = stages.at(Stage::Cured);
                scene.request(Action::Unlock).holds();
                let [rival, borrower] = [&scene.rival, &scene.borrower].map(Keypair::insecure_clone);
                scene.claim(&rival, 2).holds();
                scene.at(Scene::default_at() + LEASE).claim(&borrower, 2)
            },
        ),
    ]
}
