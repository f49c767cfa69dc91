//! Claims that keep others from working, or take what others worked for.

use latchkey::errors::LatchkeyError as E;
use latchkey::state::Action;
use latchkey_client::instructions as build;
use latchkey_tests_svm::checkpoint::{Checkpoint, Other, keys_of};
use latchkey_tests_svm::doors::{find, send};
use latchkey_tests_svm::{Expected, LEASE, LoanFixture, swap};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::suite::Case;

pub fn cases() -> Vec<Case> {
    vec![
        Case::new("a rival claims under the lease", "claim", E::Leased, |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Claimed);
            let rival = fixture.rival.insecure_clone();
            fixture.claim(&rival, 1)
        }),
        Case::new("a keeper prolongs its own lease", "claim", E::Leased, |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Claimed);
            let keeper = fixture.keeper.insecure_clone();
            fixture.claim(&keeper, 1)
        }),
        Case::new("a silent keeper claims again", "claim", E::LapsedClaimer, |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Claimed);
            let keeper = fixture.keeper.insecure_clone();
            fixture.at(LoanFixture::default_at() + LEASE).claim(&keeper, 1)
        }),
        Case::new(
            "a silent keeper comes back after another gave up",
            "claim",
            E::LapsedClaimer,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Claimed);
                let [keeper, rival] = [&fixture.keeper, &fixture.rival].map(Keypair::insecure_clone);
                fixture.at(LoanFixture::default_at() + LEASE).claim(&rival, 1).holds();
                fixture.yield_claim(&rival, 1).holds();
                fixture.claim(&keeper, 1)
            },
        ),
        Case::new("a keeper off the allow-list claims", "claim", E::KeeperNotAllowed, |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Asked);
            fixture.set_keepers(vec![fixture.rival.pubkey()]).holds();
            let keeper = fixture.keeper.insecure_clone();
            fixture.claim(&keeper, 1)
        }),
        Case::new(
            "a keeper off the allow-list claims with an open lender of its own",
            "claim",
            E::WrongLender,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Asked);
                fixture.set_keepers(vec![fixture.rival.pubkey()]).holds();
                let honest = build::claim(&fixture.keys, fixture.keeper.pubkey(), 1);
                let own = keys_of(&fixture, Other::Foreign).lender;
                let claim = swap(honest, &fixture.lender, &own);
                send(&mut fixture, &[claim])
            },
        ),
        Case::new(
            "the borrower claims the lock off the allow-list",
            "claim",
            E::KeeperNotAllowed,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Asked);
                fixture.set_keepers(vec![fixture.rival.pubkey()]).holds();
                let borrower = fixture.borrower.insecure_clone();
                fixture.claim(&borrower, 1)
            },
        ),
        Case::new("a stranger claims an unlock without leave", "claim", E::KeeperNotAllowed, |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Cured);
            fixture.set_keepers(vec![fixture.rival.pubkey()]).holds();
            fixture.request(Action::Unlock).holds();
            let stranger = fixture.stranger.insecure_clone();
            fixture.claim(&stranger, 2)
        }),
        Case::new("a keeper claims what is superseded", "claim", E::Superseded, |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Asked);
            let authority = fixture.authority.insecure_clone();
            fixture.request_as(&authority, Action::Unlock).holds();
            let keeper = fixture.keeper.insecure_clone();
            fixture.claim(&keeper, 1)
        }),
        Case::new("a keeper claims what the old device was asked", "claim", E::Superseded, |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Asked);
            fixture.change_device("new device");
            let keeper = fixture.keeper.insecure_clone();
            fixture.claim(&keeper, 1)
        }),
        Case::new("a keeper without a bond claims", "claim", Expected::System(1), |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Asked);
            let poor = latchkey_tests_svm::person("nominee");
            fixture.chain.airdrop(&poor.pubkey(), 1_000_000);
            fixture.claim(&poor, 1)
        }),
        Case::new(
            "a rival gives another's lease back for its bond",
            "yield_claim",
            E::NotClaimer,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Claimed);
                let rival = fixture.rival.insecure_clone();
                fixture.yield_claim(&rival, 1)
            },
        ),
        Case::new("a keeper gives back what it never held", "yield_claim", E::NotClaimed, |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Asked);
            let keeper = fixture.keeper.insecure_clone();
            fixture.yield_claim(&keeper, 1)
        }),
        Case::new(
            "a silent keeper saves its bond after the lapse",
            "yield_claim",
            E::LeaseLapsed,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Claimed);
                let keeper = fixture.keeper.insecure_clone();
                fixture.at(LoanFixture::default_at() + LEASE).yield_claim(&keeper, 1)
            },
        ),
        Case::new(
            "a silent keeper is paid after another took over",
            "confirm",
            E::NotClaimer,
            |checkpoints| {
                let mut attempt = find("confirm").attempt(checkpoints);
                let rival = attempt.fixture.rival.insecure_clone();
                attempt.fixture.at(LoanFixture::default_at() + LEASE).claim(&rival, 1).holds();
                attempt.send()
            },
        ),
        Case::new("unclaimed work is paid", "confirm", E::NotClaimed, |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Asked);
            let receipt = fixture.receipt(1);
            fixture.confirm(&receipt)
        }),
        Case::new("a request is closed under a keeper at work", "expire", E::NotExpired, |checkpoints| {
            checkpoints.at(Checkpoint::Claimed).expire(1)
        }),
        Case::new(
            "a request is superseded and closed under a keeper at work",
            "expire",
            E::NotExpired,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Claimed);
                let authority = fixture.authority.insecure_clone();
                fixture.request_as(&authority, Action::Unlock).holds();
                fixture.expire(1)
            },
        ),
        Case::new(
            "a stranger's unlock is held up by a silent keeper for longer than its lease",
            "claim",
            Expected::Harmless,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Cured);
                fixture.request(Action::Unlock).holds();
                let [rival, borrower] = [&fixture.rival, &fixture.borrower].map(Keypair::insecure_clone);
                fixture.claim(&rival, 2).holds();
                fixture.at(LoanFixture::default_at() + LEASE).claim(&borrower, 2)
            },
        ),
    ]
}
