//! What a wallet that scans the code is told and given.

use latchkey_client::Pubkey;
use latchkey_client::latchkey::state::Action;
use latchkey_harness::story::{Chain as _, ChainExt as _};
use latchkey_link::http::reqwest::Method;
use solana_sdk::signature::Signature;
use solana_sdk::signer::Signer as _;
use solana_sdk::transaction::Transaction;

use crate::scene::{INSTALMENT, PURSE, Scene, read};

fn carries(transaction: &Transaction, key: &Pubkey) -> bool {
    transaction.message.account_keys.contains(key)
}

#[tokio::test]
async fn the_borrowers_wallet_pays_what_is_due_and_the_sponsor_the_fee() {
    let scene = Scene::set().await;
    let borrower = &scene.parties.borrower;
    let asks = scene.ask(Method::GET, &format!("/pay/{}", scene.keys.loan), Vec::new()).await;
    assert_eq!(asks.status, 200);
    assert_eq!(asks.body["label"], "Car loan");
    assert_eq!(asks.body["icon"], "https://sponsor.example/icon.svg");

    let answer = scene.pay("", &borrower.pubkey()).await;
    assert_eq!(answer.body["message"], "Pays 1100.00 for the car loan. The sponsor pays the network's fee.");
    let mut transaction = read(&answer.body["transaction"]);
    assert_eq!(transaction.message.account_keys[0], scene.sponsor.pubkey());
    assert!(transaction.signatures[0].verify(scene.sponsor.pubkey().as_ref(), &transaction.message_data()));
    transaction.partial_sign(&[borrower], transaction.message.recent_blockhash);
    scene.land(transaction);
    assert_eq!(scene.wallet().await, INSTALMENT);
    assert_eq!(scene.lamports(&scene.sponsor.pubkey()).await, PURSE - 10_000);
}

#[tokio::test]
async fn a_payment_that_cures_asks_for_the_unlock_and_a_smaller_one_does_not() {
    let scene = Scene::set().await;
    scene.lock().await;
    let borrower = &scene.parties.borrower;
    let small = scene.pay("?amount=1000000", &borrower.pubkey()).await;
    assert_eq!(small.body["message"], "Pays 1.00 for the car loan. The sponsor pays the network's fee.");
    let due = scene.pay("", &borrower.pubkey()).await;
    assert!(due.body["message"].as_str().unwrap().contains("Asks for the unlock of the car."), "{due:?}");
    let mut transaction = read(&due.body["transaction"]);
    transaction.partial_sign(&[borrower], transaction.message.recent_blockhash);
    scene.land(transaction);
    let vehicle = scene.chain.vehicle(&scene.keys.vehicle).await.unwrap();
    assert_eq!(vehicle.open_request().map(|open| open.action), Some(Action::Unlock));
}

#[tokio::test]
async fn a_payment_carries_the_key_that_was_asked_for_or_the_loans_own() {
    let scene = Scene::set().await;
    let borrower = scene.parties.borrower.pubkey();
    let chosen = Pubkey::new_unique();
    let named = scene.pay(&format!("?amount=5&reference={chosen}"), &borrower).await;
    assert!(carries(&read(&named.body["transaction"]), &chosen));
    let keys = |answer: &crate::scene::Answer| read(&answer.body["transaction"]).message.account_keys;
    let (first, second) = (scene.pay("?amount=6", &borrower).await, scene.pay("?amount=7", &borrower).await);
    assert_eq!(keys(&first), keys(&second));
}

#[tokio::test]
async fn another_wallet_pays_its_own_fee() {
    let scene = Scene::set().await;
    let friend = scene.parties.authority.pubkey();
    scene.chain.airdrop(&friend, PURSE).await.unwrap();
    let answer = scene.pay("?amount=5", &friend).await;
    let transaction = read(&answer.body["transaction"]);
    assert_eq!(transaction.message.account_keys[0], friend);
    assert!(transaction.signatures.iter().all(|signature| *signature == Signature::default()));
    assert!(!carries(&transaction, &scene.sponsor.pubkey()));
    let poor = scene.pay("?amount=5", &Pubkey::new_unique()).await;
    assert_eq!((poor.status, &poor.body["rule"]), (400, &"would_fail".into()));
}

#[tokio::test]
async fn asking_without_end_keeps_nobody_from_paying() {
    let scene = Scene::with("[limits]\nloan_hour = 6\nopen_of_loan = 4\n").await;
    let borrower = &scene.parties.borrower;
    let mut refused = 0;
    for amount in 1..20 {
        let answer = scene.pay(&format!("?amount={amount}"), &borrower.pubkey()).await;
        refused += u32::from((answer.status, answer.body["rule"].as_str()) == (429, Some("open")));
    }
    assert_eq!(refused, 15);
    let due = scene.pay("", &borrower.pubkey()).await;
    assert_eq!(due.status, 200, "{due:?}");
    for _ in 0..20 {
        assert_eq!(scene.pay("", &borrower.pubkey()).await.body, due.body, "the same bytes land once");
    }
    assert!(scene.sign(&scene.sponsored(&[scene.top_up(1)])).await.is_ok());
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_in_words() {
    let scene = Scene::set().await;
    let borrower = scene.parties.borrower.pubkey();
    for (query, rule) in [
        ("?amount=0", "amount"),
        ("?amount=-1", "bad_request"),
        ("?amount=1.5", "bad_request"),
        ("?reference=x", "bad_request"),
        ("?else=1", "bad_request"),
        ("?amount=999999999999999", "would_fail"),
    ] {
        let answer = scene.pay(query, &borrower).await;
        assert_eq!((answer.status, answer.body["rule"].as_str()), (400, Some(rule)), "{query} {answer:?}");
    }
    let ask = async |path: &str, body: &str| {
        let answer = scene.ask(Method::POST, path, body.as_bytes().to_vec()).await;
        (answer.status, answer.body["rule"].as_str().unwrap_or_default().to_owned())
    };
    let loan = format!("/pay/{}", scene.keys.loan);
    let account = format!("{{\"account\":\"{borrower}\"}}");
    assert_eq!(ask("/pay/x", &account).await, (400, "bad_request".to_owned()));
    assert_eq!(ask(&loan, "{}").await, (400, "bad_request".to_owned()));
    assert_eq!(ask(&format!("/pay/{}", scene.keys.vehicle), &account).await, (400, "not_a_loan".to_owned()));
    assert_eq!(ask(&loan, &" ".repeat(5_000)).await, (413, "too_large".to_owned()));
    assert_eq!(ask("/else", &account).await, (404, "not_found".to_owned()));
    assert_eq!(scene.ask(Method::PUT, "/", Vec::new()).await.status, 405);
}
