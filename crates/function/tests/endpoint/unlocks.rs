//! An unlock that is due belongs to anybody; only parties have it delivered.

use latchkey_function::CodeKey;
use latchkey_protocol::code::{Code, CodeSecret, CodedUnlock};

use super::*;

/// The unlock of a lender whose keepers are named.
fn closed_circle() -> CallFixture {
    let mut call = CallFixture::new(Action::Unlock);
    call.lender.keepers = vec![public(&keeper())];
    call
}

fn signed(answer: &Answer) -> Envelope {
    answer.assert(200, "signed");
    assert!(answer.reply.receipt.is_none());
    let envelope =
        Envelope::open(&STANDARD.decode(answer.reply.envelope.as_ref().unwrap()).unwrap()).unwrap();
    assert_eq!(envelope.signer, command_key().verifying_key().to_bytes());
    envelope
}

async fn get(endpoint: &Endpoint, call: &CallFixture) -> Answer {
    let path = format!("{}/unlock/{}", endpoint.url, call.address());
    Answer::read(endpoint.client.get(path).send().await.unwrap()).await
}

#[tokio::test]
async fn a_keeper_and_the_borrower_have_it_delivered() {
    let call = closed_circle();
    let courier = obedient(&call);
    let endpoint = Endpoint::of(Chain::of(&call), courier.clone()).await;
    let borrower = key(6);
    assert_eq!(call.loan.borrower, public(&borrower));
    for (asker, parcels) in [(keeper(), 1), (borrower, 2)] {
        endpoint.post(&event_of(&asker, call.address(), call.now)).await.assert(200, "done");
        assert_eq!(courier.parcels().len(), parcels);
    }
}

#[tokio::test]
async fn a_stranger_gets_it_signed_at_once_and_nothing_is_sent() {
    let call = closed_circle();
    let courier = obedient(&call);
    let endpoint = Endpoint::of(Chain::of(&call), courier.clone()).await;
    let posted = endpoint.post(&event_of(&key(9), call.address(), call.now)).await;
    let got = get(&endpoint, &call).await;
    // The same for everybody, so that whoever stands in between may keep it.
    assert_eq!(signed(&posted), signed(&got));
    assert_eq!(got.headers["cache-control"], "public, max-age=5");
    assert_eq!(got.reply.not_after, Some(EXPIRES - 1));
    assert!(courier.parcels().is_empty());
    endpoint.post(&event(&call)).await.assert(200, "done");
    assert_eq!(courier.parcels()[0].envelope, signed(&got).to_bytes(), "what a keeper sends is the same too");
}

#[tokio::test]
async fn a_function_with_a_code_key_gives_the_code_that_the_car_computes() {
    let call = closed_circle();
    let (courier, car) = (obedient(&call), call.car.clone());
    let code_key = CodeKey::of(key(8));
    let known_to_the_car = code_key.public();
    let function = Function::with_codes(
        FunctionConfig::default(),
        command_keys(),
        Arc::new(Chain::of(&call)),
        courier.clone(),
        Some(code_key),
    );
    let endpoint = Endpoint::start(function).await;
    let posted = endpoint.post(&event_of(&key(9), call.address(), call.now)).await;
    let got = get(&endpoint, &call).await;
    assert_eq!(call.vehicle.device_key, public(&car));
    let unlock = CodedUnlock {
        program: latchkey::ID.to_bytes(),
        vehicle: call.invocation.vehicle.to_bytes(),
        invocation: call.address().to_bytes(),
        seq: call.invocation.seq,
    };
    let secret = CodeSecret::with_function(&car, &known_to_the_car).unwrap();
    let expected = Some(Code::of(&secret, &unlock).to_string());
    assert_eq!((&posted.reply.code, &got.reply.code), (&expected, &expected));
    signed(&got);
    assert!(courier.parcels().is_empty());
    // A keeper has it delivered, and nothing but an unlock that is due has a code.
    assert_eq!(endpoint.post(&event(&call)).await.reply.code, None);
    let mut over = closed_circle();
    over.now = EXPIRES;
    let without = get(&Endpoint::obedient(&call).await, &call).await;
    assert_eq!(without.reply.code, None, "a function without the key");
    let key = Some(CodeKey::of(key(8)));
    let chain = Arc::new(Chain::of(&over));
    let function = Function::with_codes(FunctionConfig::default(), command_keys(), chain, courier, key);
    let answer = get(&Endpoint::start(function).await, &over).await;
    answer.assert(410, "expired");
    assert_eq!(answer.reply.code, None);
}

#[tokio::test]
async fn with_an_open_list_everybody_is_a_keeper() {
    let call = CallFixture::new(Action::Unlock);
    let endpoint = Endpoint::obedient(&call).await;
    endpoint.post(&event_of(&key(9), call.address(), call.now)).await.assert(200, "done");
}

#[tokio::test]
async fn nothing_but_an_unlock_that_is_due_is_given_away() {
    for action in [Action::Lock, Action::Warn] {
        let call = CallFixture::new(action);
        let endpoint = Endpoint::obedient(&call).await;
        get(&endpoint, &call).await.assert(403, "only_unlocks");
        endpoint.post(&event_of(&key(9), call.address(), call.now)).await.assert(403, "lease_of_another");
    }
    let after = |change: fn(&mut CallFixture)| async move {
        let mut call = closed_circle();
        change(&mut call);
        let endpoint = Endpoint::obedient(&call).await;
        let answer = get(&endpoint, &call).await;
        assert_eq!(answer.headers["cache-control"], "no-store");
        answer
    };
    after(|call| call.now = EXPIRES).await.assert(410, "expired");
    after(|call| call.vehicle.last_seq_asked = 8).await.assert(409, "superseded");
    after(|call| call.loan.unlock_keys = [Pubkey::new_unique(); 6]).await.assert(422, "key_not_held");
    let call = closed_circle();
    let endpoint = Endpoint::obedient(&call).await;
    let path = format!("{}/unlock/somebody", endpoint.url);
    let answer = Answer::read(endpoint.client.get(path).send().await.unwrap()).await;
    answer.assert(400, "bad_address");
}

#[tokio::test]
async fn a_car_whose_loan_has_ended_is_released_for_anybody() {
    let mut call = CallFixture::new(Action::Unlock);
    let silent = || TestCourier::to(|_| Vec::new());
    let open = Endpoint::of(Chain::of(&call), silent()).await;
    let at = |endpoint: &Endpoint, path: &str| format!("{}/release/{path}", endpoint.url);
    let loan = call.invocation.loan.to_string();
    let get = async |endpoint: &Endpoint, path: &str| {
        Answer::read(endpoint.client.get(at(endpoint, path)).send().await.unwrap()).await
    };
    let event = Event::release(&public(&key(9)), &call.invocation.loan);
    get(&open, &loan).await.assert(409, "not_ended");
    open.post(&event).await.assert(409, "not_ended");
    get(&open, "somebody").await.assert(400, "bad_address");

    call.loan.status = LoanStatus::PaidOff;
    let courier = silent();
    let ended = Endpoint::of(Chain::of(&call), courier.clone()).await;
    let signed = get(&ended, &loan).await;
    signed.assert(200, "signed");
    let envelope = STANDARD.decode(signed.reply.envelope.unwrap()).unwrap();
    assert!(Release::decode(&Cosigned::open(&envelope).unwrap().payload).is_ok());
    assert!(courier.parcels().is_empty());
    ended.post(&event).await.assert(202, "waiting");
    assert_eq!(courier.parcels()[0].envelope, envelope);

    let receipt = HandOverReceipt {
        program: latchkey::ID.to_bytes(),
        vehicle: call.invocation.vehicle.to_bytes(),
        lender: [0; 32],
        keyring_hash: [0; 32],
        nonce: [0; 32],
        device_time: 1,
    };
    let receipt = Envelope::seal(&call.car, &receipt.encode()).to_bytes();
    let said = receipt.clone();
    let obedient = TestCourier::to(move |_| vec![said.clone()]);
    let answer = Endpoint::of(Chain::of(&call), obedient).await.post(&event).await;
    answer.assert(200, "released");
    assert_eq!(STANDARD.decode(answer.reply.receipt.unwrap()).unwrap(), receipt);
}

#[tokio::test]
async fn a_signature_is_asked_for_by_an_event_of_its_own_and_sent_on_with_the_call() {
    let call = needs_two(CallFixture::new(Action::Lock));
    let courier = obedient(&call);
    let endpoint = Endpoint::of(Chain::of(&call), courier.clone()).await;
    endpoint.post(&event(&call)).await.assert(422, "needs_several");
    let answer = endpoint.post(&event(&call).to_sign()).await;
    answer.assert(200, "signed");
    let bytes = STANDARD.decode(answer.reply.envelope.unwrap()).unwrap();
    let mut signed = Cosigned::open(&bytes).unwrap();
    assert!(courier.parcels().is_empty());
    let forged = Cosigned::seal(&[&other_command_key()], &[&signed.payload[..], b"!"].concat());
    endpoint.post(&event(&call).with_gathered(Some(&forged))).await.assert(422, "other_command");
    // The other operator's signature, and this function adds its own.
    signed = Cosigned::seal(&[&other_command_key()], &signed.payload);
    endpoint.post(&event(&call).with_gathered(Some(&signed))).await.assert(200, "done");
    assert_eq!(courier.parcels().len(), 1);
    let alone = Endpoint::obedient(&CallFixture::new(Action::Lock)).await;
    alone.post(&event(&CallFixture::new(Action::Lock)).to_sign()).await.assert(403, "signs_alone");
}
