//! The services that a function can use: one that signs, and AWS IoT Core's HTTPS endpoint. Both are stand-ins on this
//! machine that speak the documented contract; neither service itself was at hand.

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::*;
use latchkey::state::Action;
use latchkey_function::iot::{IotConfig, IotConfigError, IotCourier};
use latchkey_function::remote_signer::{RemoteSigner, RemoteSignerConfig, RemoteSignerError};
use latchkey_function::{
    CommandSigner as _, Courier as _, Function, FunctionConfig, Outcome, Parcel, Refusal, SignError, Waiting,
    invoke,
};
use latchkey_link::http::serve;
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{Outcome as CarOutcome, topics};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const LIMIT: Duration = Duration::from_secs(20);

/// Serves `router` on a port of its own.
async fn served(router: Router) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, router, std::future::pending(), LIMIT));
    url
}

/// What a signing service answers.
type Answer = fn(&[u8]) -> (StatusCode, String);

/// A signing service that asks for the token `secret`.
async fn signing_service(answer: Answer) -> String {
    let sign = move |headers: HeaderMap, body: Bytes| async move {
        if headers.get("authorization").is_none_or(|token| token != "Bearer secret") {
            return (StatusCode::UNAUTHORIZED, String::new());
        }
        let asked: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(asked["key"], public(&command_key()).to_string());
        answer(&STANDARD.decode(asked["message"].as_str().unwrap()).unwrap())
    };
    served(Router::new().route("/sign", post(sign))).await
}

fn good(message: &[u8]) -> (StatusCode, String) {
    let signature = Envelope::seal(&command_key(), message).signature;
    (StatusCode::OK, json!({ "signature": STANDARD.encode(signature) }).to_string())
}

fn signer(url: &str, token: &str) -> RemoteSigner {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{token}\n")).unwrap();
    RemoteSigner::new(&RemoteSignerConfig {
        url: format!("{url}/sign"),
        keys: vec![public(&command_key()).to_string()],
        token_file: Some(file.path().to_owned()),
        ca: None,
        timeout_ms: 500,
    })
    .unwrap()
}

#[tokio::test]
async fn a_command_is_signed_by_a_service_as_by_a_file() {
    let url = signing_service(good).await;
    let call = CallFixture::new(Action::Lock);
    let car = call.car.clone();
    let courier = TestCourier::to(move |parcel| vec![receipt(&car, &parcel.envelope, CarOutcome::Applied)]);
    let chain = Arc::new(Chain::of(&call));
    let function =
        Function::new(FunctionConfig::default(), signer(&url, "secret"), chain.clone(), courier.clone());
    let request = invoke(&keeper(), call.address(), call.now);
    assert!(matches!(function.handle(&request, LIMIT).await, Outcome::Done(_)));
    let by_file = Function::new(FunctionConfig::default(), command_keys(), chain, courier.clone());
    assert!(matches!(by_file.handle(&request, LIMIT).await, Outcome::Done(_)));
    let [first, second] = courier.parcels().try_into().unwrap();
    assert_eq!(first.envelope, second.envelope);
}

#[tokio::test]
async fn a_service_that_does_not_sign_this_command_signs_nothing() {
    let key = public(&command_key());
    let sign = |answer: Answer, token: &'static str| async move {
        let signer = signer(&signing_service(answer).await, token);
        signer.sign(&key, b"a command").await
    };
    let envelope = sign(good, "secret").await.unwrap();
    assert_eq!((envelope.signer, envelope.payload.as_slice()), (key.to_bytes(), b"a command".as_slice()));
    assert!(matches!(sign(good, "wrong").await, Err(SignError::Status(401))));
    let refuses: Answer = |_| (StatusCode::FORBIDDEN, String::new());
    assert!(matches!(sign(refuses, "secret").await, Err(SignError::Status(403))));
    let answers: [Answer; 6] = [
        |_| good(b"another command"),
        |message| {
            let signature = Envelope::seal(&key_of_another(), message).signature;
            (StatusCode::OK, json!({ "signature": STANDARD.encode(signature) }).to_string())
        },
        |_| (StatusCode::OK, json!({ "signature": STANDARD.encode([0; 63]) }).to_string()),
        |_| (StatusCode::OK, json!({ "signature": "not base64!" }).to_string()),
        |_| (StatusCode::OK, "<html>".to_owned()),
        |_| (StatusCode::OK, json!({}).to_string()),
    ];
    for answer in answers {
        assert!(
            matches!(sign(answer, "secret").await, Err(SignError::WrongSignature(named)) if named == key)
        );
    }
    let long: Answer = |_| (StatusCode::OK, "x".repeat(10 << 20));
    assert!(matches!(sign(long, "secret").await, Err(SignError::Unreachable(_))));
    let signer = signer("http://127.0.0.1:9", "secret");
    assert!(matches!(signer.sign(&key, b"x").await, Err(SignError::Unreachable(_))));
    let other = Pubkey::new_unique();
    assert!(matches!(signer.sign(&other, b"x").await, Err(SignError::NotHeld(named)) if named == other));
}

fn key_of_another() -> ed25519_dalek::SigningKey {
    key(9)
}

#[tokio::test]
async fn a_service_that_is_away_sends_nobody_away_for_good() {
    let call = CallFixture::new(Action::Lock);
    let courier = TestCourier::to(|_| Vec::new());
    let function = Function::new(
        FunctionConfig::default(),
        signer("http://127.0.0.1:9", "secret"),
        Arc::new(Chain::of(&call)),
        courier.clone(),
    );
    let outcome = function.handle(&invoke(&keeper(), call.address(), call.now), LIMIT).await;
    let Outcome::Refused(refusal) = outcome else { panic!("{outcome:?}") };
    assert!(matches!(refusal, Refusal::NotSigned(_)));
    assert_eq!(refusal.class(), latchkey_function::Class::Retry);
    assert!(courier.parcels().is_empty());
}

#[test]
fn a_service_is_reached_by_https_or_on_this_machine() {
    let with = |url: &str, keys: Vec<String>| {
        RemoteSigner::new(&RemoteSignerConfig {
            url: url.to_owned(),
            keys,
            token_file: None,
            ca: None,
            timeout_ms: 1,
        })
    };
    let key = || vec![public(&command_key()).to_string()];
    for url in ["https://kms.example.com/sign", "http://127.0.0.1:9/sign", "http://[::1]:9/sign"] {
        assert!(with(url, key()).is_ok(), "{url}");
    }
    for url in ["http://kms.example.com/sign", "http://10.0.0.1/", "http://localhost/", "kms"] {
        assert!(matches!(with(url, key()), Err(RemoteSignerError::Url)), "{url}");
    }
    assert!(matches!(with("https://kms.example.com", Vec::new()), Err(RemoteSignerError::NoKeys)));
    let wrong = vec!["x".to_owned()];
    assert!(matches!(with("https://kms.example.com", wrong), Err(RemoteSignerError::NotAKey(_))));
}

/// What a stand-in for AWS IoT Core was sent: address and headers, body.
type Published = Arc<Mutex<Vec<(String, HeaderMap, Vec<u8>)>>>;

/// A stand-in that refuses so many publishes and takes the rest.
async fn aws_iot(refuses: usize) -> (IotCourier, Published) {
    let published = Published::default();
    let seen = Arc::clone(&published);
    let publish = move |request: Request| async move {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 4_096).await.unwrap();
        let mut seen = seen.lock().unwrap();
        seen.push((parts.uri.to_string(), parts.headers, body.to_vec()));
        if seen.len() <= refuses { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
    };
    let endpoint = served(Router::new().route("/topics/{*topic}", post(publish))).await;
    let config = IotConfig { endpoint, certificate: None, key: None, ca: None };
    (IotCourier::new(&config).unwrap(), published)
}

#[tokio::test]
async fn a_command_is_published_to_aws_iot_core_and_answered_with_not_yet() {
    let call = CallFixture::new(Action::Lock);
    let (courier, published) = aws_iot(1).await;
    let function = Function::new(
        FunctionConfig::default(),
        command_keys(),
        Arc::new(Chain::of(&call)),
        Arc::new(courier),
    );
    let outcome = function.handle(&invoke(&keeper(), call.address(), call.now), LIMIT).await;
    assert!(matches!(outcome, Outcome::Waiting(Waiting { armed: false })), "{outcome:?}");
    let published = published.lock().unwrap();
    let [_, (uri, headers, body)] = &published[..] else { panic!("{published:?}") };
    let topic = topics::command(&call.invocation.vehicle.to_string()).replace('/', "%2F");
    // Good through the lease's last second.
    assert_eq!(*uri, format!("/topics/{topic}?qos=1&retain=false&messageExpiry={}", LEASE_END - NOW - 1));
    assert_eq!(headers["x-amz-mqtt5-correlation-data"], STANDARD.encode(call.address()));
    assert_eq!(Envelope::open(body).unwrap().signer, command_key().verifying_key().to_bytes());
}

#[tokio::test]
async fn what_aws_iot_core_does_not_take_was_not_sent() {
    let (courier, published) = aws_iot(usize::MAX).await;
    let mut answers = courier.dispatch(Parcel {
        vehicle: Pubkey::new_unique(),
        invocation: Pubkey::new_unique(),
        envelope: b"lock".to_vec(),
        expires_in: LIMIT,
    });
    assert_eq!(answers.next().await, None);
    assert!(answers.is_one_way() && !answers.is_sent());
    assert_eq!(published.lock().unwrap().len(), 3);
}

#[test]
fn aws_iot_core_is_reached_by_https() {
    let with = |endpoint: &str, certificate: Option<&str>| {
        let certificate = certificate.map(Into::into);
        IotCourier::new(&IotConfig { endpoint: endpoint.to_owned(), certificate, key: None, ca: None })
    };
    assert!(with("https://abc-ats.iot.eu-central-1.amazonaws.com:8443", None).is_ok());
    assert!(matches!(
        with("http://abc-ats.iot.eu-central-1.amazonaws.com", None),
        Err(IotConfigError::Endpoint)
    ));
    assert!(matches!(with("https://x.example", Some("c.pem")), Err(IotConfigError::HalfIdentity)));
}
