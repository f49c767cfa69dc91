//! Money that can do more than describe itself.

use anchor_spl::token_2022::spl_token_2022;
use anchor_spl::token_2022::spl_token_2022::extension::ExtensionType;
use latchkey::errors::LatchkeyError as E;
use latchkey::instructions::InitLenderArgs;
use latchkey_client::Pubkey;
use latchkey_client::instructions::{InitLender, init_lender};
use latchkey_tests_svm::{Extension, Money, Outcome, Scene, floors, hostile, metadata_pointer};
use solana_sdk::signer::Signer;

use crate::door::send;
use crate::stage::Stage;
use crate::suite::{Case, Expected};

fn lend(scene: &mut Scene, mint: Pubkey, treasury: Pubkey) -> Outcome {
    let parties = InitLender { mint, treasury, ..scene.lender_parties() };
    let args = InitLenderArgs { servicer: scene.servicer.pubkey(), floors: floors(), keepers: Vec::new() };
    send(scene, &[init_lender(&parties, args)])
}

fn lend_in(scene: &mut Scene, name: &str, extensions: &[Extension]) -> Outcome {
    let money = Money::token_2022(&mut scene.world, name, extensions, &[]);
    let treasury = money.open(&mut scene.world, &scene.authority.pubkey(), 0);
    lend(scene, money.mint, treasury)
}

pub fn cases() -> Vec<Case> {
    let mut cases: Vec<_> = hostile()
        .into_iter()
        .map(|(name, extension)| {
            Case::new(format!("a mint that {name}"), "init_lender", E::UnsupportedMint, move |stages| {
                lend_in(&mut stages.at(Stage::Bare), name, std::slice::from_ref(&extension))
            })
        })
        .collect();
    cases.push(Case::new(
        "a mint whose description hides a permanent delegate",
        "init_lender",
        E::UnsupportedMint,
        |stages| {
            let mut scene = stages.at(Stage::Bare);
            let name = "described and hostile";
            let mint = Money::address(name);
            let thief = scene.stranger.pubkey();
            let delegate = spl_token_2022::instruction::initialize_permanent_delegate(
                &spl_token_2022::ID,
                &mint,
                &thief,
            );
            let delegate = (ExtensionType::PermanentDelegate, delegate.expect("it is Token-2022"));
            lend_in(&mut scene, name, &[metadata_pointer(&mint), delegate])
        },
    ));
    cases.push(Case::new("a token account for a mint", "init_lender", Expected::AccountData, |stages| {
        let mut scene = stages.at(Stage::Bare);
        let (savings, treasury) = (scene.savings, scene.keys.treasury);
        lend(&mut scene, savings, treasury)
    }));
    cases.push(Case::new("a treasury of another mint", "init_lender", E::InvalidTreasury, |stages| {
        let mut scene = stages.at(Stage::Bare);
        let other = Money::token_2022(&mut scene.world, "another mint", &[], &[]);
        let treasury = scene.keys.treasury;
        lend(&mut scene, other.mint, treasury)
    }));
    cases.push(Case::new(
        "a treasury of another mint on accepting",
        "accept_authority",
        E::InvalidTreasury,
        |stages| {
            let mut scene = stages.at(Stage::Nominated);
            let nominee = latchkey_tests_svm::person("nominee");
            let other = Money::token_2022(&mut scene.world, "another mint", &[], &[]);
            let treasury = other.open(&mut scene.world, &nominee.pubkey(), 0);
            scene.accept(&nominee, treasury)
        },
    ));
    cases
}
