//! Claims that keep others from working, or take what others worked for.

use latchkey::errors::LatchkeyError as E;
use latchkey::state::Action;
use latchkey_client::instructions as build;
use latchkey_tests_svm::checkpoint::{Checkpoint, Other, keys_of};
use latchkey_tests_svm::doors::{find, send};
use latchkey_tests_svm::{Expected, LEASE, LoanFixture, TTL, swap};
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
        Case::new("a stranger claims an unlock to hold it up", "claim", E::NotClaimable, |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Unlocking);
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
            "a keeper off the allow-list keeps the borrower from proving an unlock",
            "confirm",
            Expected::Harmless,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Unlocking);
                fixture.set_keepers(vec![fixture.rival.pubkey()]).holds();
                let borrower = fixture.borrower.insecure_clone();
                let receipt = fixture.receipt(2);
                fixture.confirm_by(&borrower, &receipt)
            },
        ),
        Case::new("an allowed keeper claims an unlock", "claim", E::NotClaimable, |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Unlocking);
            let keeper = fixture.keeper.insecure_clone();
            fixture.claim(&keeper, 2)
        }),
        Case::new(
            "an unlock's fee goes to one who did not sign",
            "confirm",
            E::BringerMustSign,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Unlocking);
                let [proof, mut call] = fixture.confirmation(&fixture.car.sign(&fixture.receipt(2).encode()));
                let keeper = fixture.keeper.pubkey();
                for meta in call.accounts.iter_mut().filter(|meta| meta.pubkey == keeper) {
                    meta.is_signer = false;
                }
                send(&mut fixture, &[proof, call])
            },
        ),
        Case::new("a lock is claimed after the cure", "claim", E::NotDefaulted, |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Asked);
            fixture.top_up(1_000);
            fixture.collect().holds();
            let keeper = fixture.keeper.insecure_clone();
            fixture.claim(&keeper, 1)
        }),
        Case::new("a lock is claimed with the money in the wallet", "claim", E::NotPastDue, |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Asked);
            fixture.top_up(1_000);
            let keeper = fixture.keeper.insecure_clone();
            fixture.claim(&keeper, 1)
        }),
        Case::new(
            "a lock is claimed of a car that is not believed",
            "claim",
            E::DeviceDistrusted,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Asked);
                fixture.distrust().holds();
                let keeper = fixture.keeper.insecure_clone();
                fixture.claim(&keeper, 1)
            },
        ),
        Case::new(
            "a key that is not believed proves a lock",
            "confirm",
            E::DeviceDistrusted,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Claimed);
                fixture.distrust().holds();
                let receipt = fixture.receipt(1);
                fixture.confirm(&receipt)
            },
        ),
        Case::new(
            "a lapsed bond of a car that is not believed is kept",
            "expire",
            E::KeeperMissing,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Claimed);
                fixture.distrust().holds();
                fixture.at(LoanFixture::default_at() + TTL);
                let call = build::expire(&fixture.keys, 1, fixture.payer.pubkey(), None);
                send(&mut fixture, &[call])
            },
        ),
        Case::new(
            "a lapsed bond of a car that is not believed goes to a rival",
            "expire",
            E::WrongRecipient,
            |checkpoints| {
                let mut fixture = checkpoints.at(Checkpoint::Claimed);
                fixture.distrust().holds();
                fixture.at(LoanFixture::default_at() + TTL);
                let call =
                    build::expire(&fixture.keys, 1, fixture.payer.pubkey(), Some(fixture.rival.pubkey()));
                send(&mut fixture, &[call])
            },
        ),
    ]
}
