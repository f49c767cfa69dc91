//! What it signs, and what that costs it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_client::instructions::{emergency_start, pay_off, prepay, request, withdraw_surplus};
use latchkey_client::latchkey::state::{Action, Invocation, LoanStatus};
use latchkey_client::pda;
use latchkey_harness::story::ChainExt as _;
use serde_json::json;
use solana_sdk::rent::Rent;
use solana_sdk::signer::Signer as _;

use crate::scene::{INSTALMENT, PURSE, Scene, bytes};

/// Two signatures.
const FEE: u64 = 10_000;

#[tokio::test]
async fn a_borrower_without_sol_pays() {
    let scene = Scene::set().await;
    assert_eq!(scene.lamports(&scene.parties.borrower.pubkey()).await, 0);
    let signed = scene.sign(&scene.sponsored(&[scene.top_up(500)])).await.unwrap();
    scene.land(signed);
    assert_eq!(scene.wallet().await, 500);
    assert_eq!(scene.lamports(&scene.sponsor.pubkey()).await, PURSE - FEE);
}

#[tokio::test]
async fn a_payment_that_cures_asks_for_the_unlock_and_the_deposit_is_the_sponsors() {
    let scene = Scene::set().await;
    scene.lock().await;
    let (borrower, sponsor) = (scene.parties.borrower.pubkey(), scene.sponsor.pubkey());
    let ask = request(&scene.keys, sponsor, Some(borrower), Action::Unlock, 2);
    let transaction = scene.sponsored(&[scene.top_up(INSTALMENT + 60_000_000), ask]);
    let deposit = Rent::default().minimum_balance(Invocation::SPACE);
    let estimated = scene
        .call(
            "estimateTransactionFee",
            json!({ "transaction": STANDARD.encode(bytes(&transaction)), "fee_token": "" }),
        )
        .await;
    assert_eq!(estimated["result"]["fee_in_lamports"], FEE + deposit);
    scene.land(scene.sign(&transaction).await.unwrap());
    assert_eq!(scene.lamports(&sponsor).await, PURSE - FEE - deposit);
    let call = scene.chain.invocation(&pda::invocation(&scene.keys.vehicle, 2)).await.unwrap();
    assert_eq!(call.unwrap().rent_payer, sponsor);
}

#[tokio::test]
async fn a_borrower_does_the_rest_too() {
    let scene = Scene::set().await;
    let (borrower, keys) = (scene.parties.borrower.pubkey(), &scene.keys);
    scene.land(scene.sign(&scene.sponsored(&[scene.top_up(10_000)])).await.unwrap());
    let back = withdraw_surplus(keys, borrower, scene.parties.savings, 1_000);
    for (what, instruction, refused) in [
        ("pays ahead", prepay(keys, borrower, 5_000, 0), None),
        ("takes back", back, None),
        // The car is not locked, so the contract refuses, and the sponsor's own rules do not.
        ("starts in emergency", emergency_start(keys, borrower), Some("would_fail")),
        ("pays off", pay_off(keys, borrower, Some(scene.parties.savings)), None),
    ] {
        let signed = scene.sign(&scene.sponsored(&[instruction])).await;
        assert_eq!(signed.as_ref().err().map(String::as_str), refused, "{what}");
        if let Ok(signed) = signed {
            scene.land(signed);
        }
    }
    assert_eq!(scene.chain.loan(&keys.loan).await.unwrap().status, LoanStatus::PaidOff);
}

#[tokio::test]
async fn it_says_who_it_is_and_sends_what_it_signs() {
    let scene = Scene::set().await;
    let address = scene.sponsor.pubkey().to_string();
    let payer = scene.call("getPayerSigner", json!([])).await;
    assert_eq!(payer["result"], json!({ "signer_address": address, "payment_address": address }));
    let config = scene.call("getConfig", json!(null)).await;
    assert_eq!(config["result"]["fee_payers"], json!([address]));
    assert_eq!(config["result"]["validation_config"]["lenders"], json!([scene.parties.lender.to_string()]));
    assert_eq!(config["result"]["enabled_methods"]["sign_transaction"], true);
    assert!(scene.call("getBlockhash", json!({})).await["result"]["blockhash"].is_string());
    assert_eq!(scene.call("liveness", json!([])).await["result"], json!(null));
    let wrong = scene.call("transferTransaction", json!({})).await;
    assert_eq!(wrong["error"]["code"], -32_601);
    let wrong = scene.call("signTransaction", json!({})).await;
    assert_eq!(wrong["error"]["code"], -32_602);

    let transaction = STANDARD.encode(bytes(&scene.sponsored(&[scene.top_up(300)])));
    let sent = scene.call("signAndSendTransaction", json!({ "transaction": transaction })).await;
    assert!(sent["result"]["signature"].is_string(), "{sent}");
    assert_eq!(scene.wallet().await, 300);
}
