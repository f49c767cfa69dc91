//! Transactions that would take something from the sponsor, or have it pay for others. Each is refused by a rule of its own.

use anchor_spl::associated_token::spl_associated_token_account::instruction as associated;
use anchor_spl::token::spl_token;
use anchor_spl::token::spl_token::instruction as token;
use latchkey_client::instructions::{
    fund_escrow, pay_off, prepay, refuse_recovery, request, withdraw_surplus,
};
use latchkey_client::latchkey::state::Action;
use latchkey_client::{AccountMeta, Instruction, Pubkey, pda};
use solana_sdk::message::{AddressLookupTableAccount, VersionedMessage, v0};
use solana_sdk::signature::{Keypair, Signature};
use solana_sdk::signer::Signer as _;
use solana_sdk::transaction::VersionedTransaction;
use solana_system_interface::instruction as system;

use crate::scene::{INSTALMENT, PURSE, Scene, bytes};

const COMPUTE: Pubkey = Pubkey::from_str_const("ComputeBudget111111111111111111111111111111");

fn compute(kind: u8, value: &[u8]) -> Instruction {
    Instruction { program_id: COMPUTE, accounts: Vec::new(), data: [&[kind], value].concat() }
}

fn limit(units: u32) -> Instruction {
    compute(2, &units.to_le_bytes())
}

fn price(micro: u64) -> Instruction {
    compute(3, &micro.to_le_bytes())
}

impl Scene {
    /// Each is refused by this rule, whatever else the transaction does, before it and after it.
    async fn refuses(&self, rule: &str, attacks: Vec<(&str, Vec<Instruction>)>) {
        for (attack, instructions) in attacks {
            let honest = self.top_up(1);
            for instructions in
                [[vec![honest.clone()], instructions.clone()].concat(), [instructions, vec![honest]].concat()]
            {
                let refused = self.sign(&self.sponsored(&instructions)).await;
                assert_eq!(refused.err().as_deref(), Some(rule), "{attack}");
            }
        }
        assert_eq!(self.lamports(&self.sponsor.pubkey()).await, PURSE);
    }
}

#[tokio::test]
async fn no_program_but_a_borrowers_is_paid_for() {
    let scene = Scene::set().await;
    let (sponsor, borrower, thief) =
        (scene.sponsor.pubkey(), scene.parties.borrower.pubkey(), Pubkey::new_unique());
    let unknown = Pubkey::new_unique();
    let by_unknown = |meta| Instruction { program_id: unknown, accounts: vec![meta], data: vec![1] };
    let attacks = vec![
        ("a transfer of its lamports", vec![system::transfer(&sponsor, &thief, 1)]),
        ("a transfer of another's", vec![system::transfer(&borrower, &thief, 1)]),
        (
            "an account that it pays for",
            vec![system::create_account_with_seed(&sponsor, &thief, &borrower, "x", 1, 0, &unknown)],
        ),
        ("its account given away", vec![system::assign(&sponsor, &unknown)]),
        ("a nonce of its", vec![system::advance_nonce_account(&thief, &sponsor)]),
        ("a nonce's withdrawal", vec![system::withdraw_nonce_account(&thief, &sponsor, &thief, 1)]),
        ("an unknown program with its signature", vec![by_unknown(AccountMeta::new(sponsor, true))]),
        ("an unknown program without it", vec![by_unknown(AccountMeta::new_readonly(thief, false))]),
    ];
    scene.refuses("program", attacks).await;
}

#[tokio::test]
async fn no_instruction_but_a_borrowers_is_paid_for() {
    let scene = Scene::with("pay_token_accounts = true").await;
    let (sponsor, borrower, savings) =
        (scene.sponsor.pubkey(), scene.parties.borrower.pubkey(), scene.parties.savings);
    let (keys, mint) = (&scene.keys, scene.parties.mint.pubkey());
    let approve = token::approve(&spl_token::ID, &savings, &sponsor, &borrower, &[], 1).unwrap();
    let unchecked = token::transfer(&spl_token::ID, &savings, &keys.wallet, &borrower, &[], 1).unwrap();
    let closed = token::close_account(&spl_token::ID, &savings, &borrower, &borrower, &[]).unwrap();
    let lock = request(keys, borrower, None, Action::Lock, 1);
    let unlock = || request(keys, sponsor, Some(borrower), Action::Unlock, 1);
    let created = associated::create_associated_token_account(&sponsor, &borrower, &mint, &spl_token::ID);
    let attacks = vec![
        ("the sponsor as delegate", vec![approve]),
        ("a transfer without the mint", vec![unchecked]),
        ("an account that is closed", vec![closed]),
        ("a lock", vec![lock]),
        ("an escrow that it funds", vec![fund_escrow(sponsor, &keys.loan, 1)]),
        ("two deposits", vec![unlock(), unlock()]),
        ("a token account that must be new", vec![created]),
        ("a larger heap", vec![compute(1, &256_000_u32.to_le_bytes())]),
    ];
    scene.refuses("instruction", attacks).await;
}

#[tokio::test]
async fn the_sponsor_stands_nowhere_but_as_payer_of_an_unlock() {
    let scene = Scene::set().await;
    let (sponsor, borrower) = (scene.sponsor.pubkey(), scene.parties.borrower.pubkey());
    let (keys, savings) = (&scene.keys, scene.parties.savings);
    let behind = |meta| {
        let mut instruction = prepay(keys, borrower, 1, 0);
        instruction.accounts.push(meta);
        instruction
    };
    let attacks = vec![
        ("its own tokens", vec![scene.transfer(&keys.wallet, &sponsor, 1)]),
        ("a payment to it", vec![scene.transfer(&sponsor, &borrower, 1)]),
        ("a payoff that it pays", vec![pay_off(keys, sponsor, Some(savings))]),
        ("a surplus in its name", vec![withdraw_surplus(keys, sponsor, savings, 1)]),
        ("a key that it refuses", vec![refuse_recovery(keys.loan, sponsor)]),
        ("a party to a request", vec![request(keys, borrower, Some(sponsor), Action::Unlock, 1)]),
        ("behind the accounts", vec![behind(AccountMeta::new(sponsor, true))]),
        ("behind them, to be read", vec![behind(AccountMeta::new_readonly(sponsor, false))]),
    ];
    scene.refuses("sponsor_named", attacks).await;
}

#[tokio::test]
async fn a_token_account_is_paid_for_the_borrower_alone_and_only_if_configured() {
    let make = |scene: &Scene, owner: &Pubkey, mint: &Pubkey| {
        let payer = scene.sponsor.pubkey();
        associated::create_associated_token_account_idempotent(&payer, owner, mint, &spl_token::ID)
    };
    let stingy = Scene::set().await;
    let (borrower, mint) = (stingy.parties.borrower.pubkey(), stingy.parties.mint.pubkey());
    stingy.refuses("token_account", vec![("its own", vec![make(&stingy, &borrower, &mint)])]).await;

    let scene = Scene::with("pay_token_accounts = true").await;
    let (borrower, mint) = (scene.parties.borrower.pubkey(), scene.parties.mint.pubkey());
    let stranger = Pubkey::new_unique();
    let mut elsewhere = make(&scene, &borrower, &mint);
    elsewhere.accounts[1].pubkey = stranger;
    let attacks = vec![
        ("a stranger's", vec![make(&scene, &stranger, &mint)]),
        ("one for other money", vec![make(&scene, &borrower, &stranger)]),
        ("one at another address", vec![elsewhere]),
    ];
    scene.refuses("token_account", attacks).await;
    let signed =
        scene.sign(&scene.sponsored(&[make(&scene, &borrower, &mint), scene.top_up(1)])).await.unwrap();
    scene.land(signed);
}

#[tokio::test]
async fn priority_and_compute_are_bounded() {
    let scene = Scene::set().await;
    let attacks = vec![
        ("a high priority", vec![limit(1_000), price(100_001)]),
        ("the highest", vec![limit(1), price(u64::MAX)]),
        ("much compute", vec![limit(400_001)]),
        ("a priority for any compute", vec![price(1)]),
        ("a limit that is set again", vec![limit(1), limit(2)]),
        ("a priority that is set again", vec![limit(1), price(1), price(2)]),
    ];
    scene.refuses("compute", attacks).await;
    let within = [limit(400_000), price(100_000), scene.top_up(1)];
    scene.land(scene.sign(&scene.sponsored(&within)).await.unwrap());
    assert_eq!(scene.lamports(&scene.sponsor.pubkey()).await, PURSE - 10_000 - 40_000);
}

#[tokio::test]
async fn only_a_borrower_of_an_allowed_lender_is_paid_for_and_only_to_the_wallet_of_the_car() {
    let scene = Scene::set().await;
    let (borrower, keys) = (&scene.parties.borrower, &scene.keys);
    let elsewhere = scene.transfer(&scene.parties.treasury, &borrower.pubkey(), 1);
    let rule = async |instructions: &[Instruction], signers: &[&Keypair]| {
        scene.sign(&scene.signed(instructions, signers)).await.err().unwrap()
    };
    assert_eq!(
        rule(&[prepay(keys, borrower.pubkey(), 1, 0), elsewhere.clone()], &[borrower]).await,
        "destination"
    );
    assert_eq!(rule(&[elsewhere], &[borrower]).await, "not_a_loan");
    assert_eq!(rule(&[limit(1)], &[]).await, "signers");
    assert_eq!(rule(&[prepay(keys, borrower.pubkey(), 1, 0)], &[]).await, "unsigned");
    let (stranger, other) = (Keypair::new(), pda::loan(&keys.vehicle, 1));
    let by_stranger = scene.transfer(&keys.wallet, &stranger.pubkey(), 1);
    assert_eq!(rule(std::slice::from_ref(&by_stranger), &[&stranger]).await, "not_borrower");
    assert_eq!(rule(&[by_stranger, scene.top_up(1)], &[&stranger, borrower]).await, "signers");
    assert_eq!(rule(&[refuse_recovery(other, borrower.pubkey())], &[borrower]).await, "not_a_loan");
    assert_eq!(rule(&[refuse_recovery(keys.vehicle, borrower.pubkey())], &[borrower]).await, "not_a_loan");
    let two = [refuse_recovery(other, borrower.pubkey()), refuse_recovery(keys.loan, borrower.pubkey())];
    assert_eq!(rule(&two, &[borrower]).await, "one_loan");
}

#[tokio::test]
async fn a_lender_that_is_not_named_is_refused() {
    let scene = Scene::with_lender(&Pubkey::new_unique()).await;
    let refused = scene.sign(&scene.sponsored(&[scene.top_up(1)])).await;
    assert_eq!(refused.err().as_deref(), Some("lender"));
    let borrower = scene.parties.borrower.pubkey();
    assert_eq!(scene.pay("", &borrower).await.body["rule"], "lender");
}

#[tokio::test]
async fn bytes_that_hide_something_are_refused() {
    let scene = Scene::set().await;
    let honest = scene.sponsored(&[scene.top_up(1)]);
    let refused = async |wire: &[u8]| scene.sign_bytes(wire).await.err().unwrap();
    let mut longer = bytes(&honest);
    longer.push(0);
    assert_eq!(refused(&longer).await, "unreadable");
    assert_eq!(refused(&[]).await, "unreadable");
    assert_eq!(refused(&bytes(&honest)[1..]).await, "unreadable");

    // A lookup table would let accounts stand in a transaction that its bytes do not show.
    let table = AddressLookupTableAccount { key: Pubkey::new_unique(), addresses: vec![scene.keys.wallet] };
    let hash = honest.message.recent_blockhash;
    let message =
        v0::Message::try_compile(&scene.sponsor.pubkey(), &[scene.top_up(1)], &[table], hash).unwrap();
    let message = VersionedMessage::V0(message);
    let signed = scene.parties.borrower.sign_message(&message.serialize());
    let versioned = VersionedTransaction { signatures: vec![Signature::default(), signed], message };
    assert_eq!(refused(&bincode::serialize(&versioned).unwrap()).await, "unreadable");

    let mut pointing = honest.clone();
    pointing.message.instructions[0].accounts[0] = 200;
    assert_eq!(refused(&bytes(&pointing)).await, "unreadable");
    let mut forged = honest.clone();
    forged.signatures[1] = Signature::new_unique();
    assert_eq!(refused(&bytes(&forged)).await, "unsigned");
    let mut of_another = honest;
    of_another.message.account_keys[0] = Pubkey::new_unique();
    assert_eq!(refused(&bytes(&of_another)).await, "fee_payer");
}

#[tokio::test]
async fn what_would_fail_or_take_more_is_not_signed() {
    use std::sync::atomic::Ordering::Relaxed;

    let scene = Scene::set().await;
    let more_than_there_is = scene.sponsored(&[scene.top_up(INSTALMENT * 1_000_000)]);
    assert_eq!(scene.sign(&more_than_there_is).await.err().as_deref(), Some("would_fail"));
    let honest = scene.sponsored(&[scene.top_up(1)]);
    scene.lie.left.store(-1, Relaxed);
    assert_eq!(scene.sign(&honest).await.err().as_deref(), Some("takes"));
    scene.lie.left.store(i64::MAX, Relaxed);
    assert_eq!(scene.sign(&honest).await.err().as_deref(), Some("untold"));
    scene.lie.left.store(0, Relaxed);
    assert!(scene.sign(&honest).await.is_ok());
    assert_eq!(scene.lie.sent.load(Relaxed), 0, "it sends only what it is asked to send");
}

#[tokio::test]
async fn a_flood_ends_at_the_loans_limit_and_a_replay_counts_once() {
    let scene = Scene::with("[limits]\nloan_hour = 3\n").await;
    let first = scene.sponsored(&[scene.top_up(1)]);
    for _ in 0..10 {
        assert!(scene.sign(&first).await.is_ok());
    }
    let rules = [2, 3, 4, 5].map(|amount| scene.sponsored(&[scene.top_up(amount)]));
    let mut refused = Vec::new();
    for transaction in &rules {
        refused.push(scene.sign(transaction).await.err());
    }
    let hour = Some("loan_hour".to_owned());
    assert_eq!(refused, [None, None, hour.clone(), hour]);
}

#[tokio::test]
async fn all_loans_together_are_bounded_in_lamports() {
    let scene = Scene::with("[limits]\nlamports_hour = 29999\n").await;
    assert!(scene.sign(&scene.sponsored(&[scene.top_up(1)])).await.is_ok());
    assert!(scene.sign(&scene.sponsored(&[scene.top_up(2)])).await.is_ok());
    assert_eq!(scene.sign(&scene.sponsored(&[scene.top_up(3)])).await.err().as_deref(), Some("hour"));
}
