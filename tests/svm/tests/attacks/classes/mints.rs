//! Token-2022 mints with extensions other than metadata.

use anchor_spl::token_2022::spl_token_2022;
use anchor_spl::token_2022::spl_token_2022::extension::ExtensionType;
use latchkey::errors::LatchkeyError as E;
use latchkey_client::Pubkey;
use latchkey_client::instructions::{InitLender, init_lender};
use latchkey_tests_svm::checkpoint::Checkpoint;
use latchkey_tests_svm::doors::send;
use latchkey_tests_svm::{Expected, Extension, LoanFixture, Money, Outcome, hostile, metadata_pointer};
use solana_sdk::signer::Signer;

use crate::suite::Case;

fn lend(fixture: &mut LoanFixture, mint: Pubkey, treasury: Pubkey) -> Outcome {
    let parties = InitLender { mint, treasury, ..fixture.lender_parties() };
    let args = fixture.lender_args();
    send(fixture, &[init_lender(&parties, args)])
}

fn lend_in(fixture: &mut LoanFixture, name: &str, extensions: &[Extension]) -> Outcome {
    let money = Money::token_2022(&mut fixture.chain, name, extensions, &[]);
    let treasury = money.open(&mut fixture.chain, &fixture.authority.pubkey(), 0);
    lend(fixture, money.mint, treasury)
}

pub fn cases() -> Vec<Case> {
    let mut cases: Vec<_> = hostile()
        .into_iter()
        .map(|(name, extension)| {
            Case::new(format!("a mint that {name}"), "init_lender", E::UnsupportedMint, move |checkpoints| {
                lend_in(&mut checkpoints.at(Checkpoint::Bare), name, std::slice::from_ref(&extension))
            })
        })
        .collect();
    cases.push(Case::new(
        "a mint whose description hides a permanent delegate",
        "init_lender",
        E::UnsupportedMint,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Bare);
            let name = "described and hostile";
            let mint = Money::address(name);
            let thief = fixture.stranger.pubkey();
            let delegate = spl_token_2022::instruction::initialize_permanent_delegate(
                &spl_token_2022::ID,
                &mint,
                &thief,
            );
            let delegate = (ExtensionType::PermanentDelegate, delegate.expect("it is Token-2022"));
            lend_in(&mut fixture, name, &[metadata_pointer(&mint), delegate])
        },
    ));
    cases.push(Case::new(
        "a token account for a mint",
        "init_lender",
        Expected::AccountData,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Bare);
            let (savings, treasury) = (fixture.savings, fixture.keys.treasury);
            lend(&mut fixture, savings, treasury)
        },
    ));
    cases.push(Case::new("a treasury of another mint", "init_lender", E::InvalidTreasury, |checkpoints| {
        let mut fixture = checkpoints.at(Checkpoint::Bare);
        let other = Money::token_2022(&mut fixture.chain, "another mint", &[], &[]);
        let treasury = fixture.keys.treasury;
        lend(&mut fixture, other.mint, treasury)
    }));
    cases.push(Case::new(
        "a treasury of another mint on accepting",
        "accept_authority",
        E::InvalidTreasury,
        |checkpoints| {
            let mut fixture = checkpoints.at(Checkpoint::Nominated);
            let nominee = latchkey_tests_svm::person("nominee");
            let other = Money::token_2022(&mut fixture.chain, "another mint", &[], &[]);
            let treasury = other.open(&mut fixture.chain, &nominee.pubkey(), 0);
            fixture.accept(&nominee, treasury)
        },
    ));
    cases
}
