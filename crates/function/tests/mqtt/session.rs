//! The courier of a function that lives for one call.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use latchkey_function::mqtt::SessionCourier;
use latchkey_tests_processes::Mosquitto;

use super::*;

fn session(port: u16) -> SessionCourier {
    let config = MqttConfig {
        host: "127.0.0.1".to_owned(),
        port,
        client_id: Some("fn".to_owned()),
        resend_ms: 50,
        resend_max_ms: 200,
        keep_alive_secs: 5,
        ..MqttConfig::default()
    };
    SessionCourier::new(&config).unwrap()
}

/// Clients that said goodbye, by the broker's log: of others it says that they closed their connection.
fn goodbyes(broker: &Mosquitto) -> usize {
    let log = broker.process().output();
    log.lines().filter(|line| line.contains("Client fn-") && line.contains("disconnected")).count()
}

#[tokio::test]
async fn a_call_connects_asks_hears_and_says_goodbye() {
    let broker = Mosquitto::alone().await.unwrap();
    let courier = session(broker.port());
    for fill in 1..=3 {
        let vehicle = Pubkey::new_unique();
        let mut car = Peer::of(&vehicle.to_string(), broker.port()).await;
        let mut answers = courier.dispatch(parcel(vehicle, b"lock"));
        let heard = car.hears().await;
        assert_eq!((heard.payload.as_ref(), heard.retain), (b"lock".as_slice(), false));
        car.says(&receipt(fill)).await;
        assert_eq!(answer(&mut answers).await, Some(receipt(fill)));
        assert!(answers.is_sent());
        answers.end().await;
        // Within the call: it is gone when the caller has its answer.
        let deadline = Instant::now() + LIMIT;
        while goodbyes(&broker) < usize::from(fill) {
            assert!(Instant::now() < deadline, "{}", broker.process().output());
            sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn calls_under_way_at_once_never_throw_each_other_out() {
    let broker = Mosquitto::alone().await.unwrap();
    let courier = session(broker.port());
    let heard = Arc::new(AtomicUsize::new(0));
    let mut calls = Vec::new();
    for fill in 0..10 {
        let vehicle = Pubkey::new_unique();
        let mut car = Peer::of(&vehicle.to_string(), broker.port()).await;
        let (courier, heard) = (courier.clone(), Arc::clone(&heard));
        calls.push(tokio::spawn(async move {
            let mut answers = courier.dispatch(parcel(vehicle, &[fill]));
            assert_eq!(car.hears().await.payload, [fill].as_slice());
            // All are connected before the first is answered.
            heard.fetch_add(1, Ordering::SeqCst);
            while heard.load(Ordering::SeqCst) < 10 {
                sleep(Duration::from_millis(5)).await;
            }
            car.says(&receipt(fill)).await;
            assert_eq!(answer(&mut answers).await, Some(receipt(fill)));
            answers.end().await;
        }));
    }
    for call in calls {
        timeout(LIMIT, call).await.expect("every call ends").unwrap();
    }
    assert!(!broker.process().output().contains("already connected"), "{}", broker.process().output());
}

#[tokio::test]
async fn only_the_vehicle_that_is_served_is_heard() {
    let broker = Mosquitto::alone().await.unwrap();
    let [vehicle, other] = [(); 2].map(|()| Pubkey::new_unique());
    let mut car = Peer::of(&vehicle.to_string(), broker.port()).await;
    let topic = topics::receipt(&vehicle.to_string());
    car.publish(&topic, &receipt(1), true).await;
    let mut answers = session(broker.port()).dispatch(parcel(vehicle, b"lock"));
    car.hears().await;
    car.publish(&topics::receipt(&other.to_string()), &receipt(2), false).await;
    car.says(b"not as long as a receipt").await;
    car.says(&receipt(4)).await;
    assert_eq!(answer(&mut answers).await, Some(receipt(4)));
}

#[tokio::test]
async fn a_receipt_that_was_missed_is_asked_for_again() {
    let mut broker = Mosquitto::alone().await.unwrap();
    let vehicle = Pubkey::new_unique();
    let mut car = Peer::of(&vehicle.to_string(), broker.port()).await;
    let mut answers = session(broker.port()).dispatch(parcel(vehicle, b"lock"));
    car.hears().await;
    broker.kill().unwrap();
    broker.start_again().await.unwrap();
    car.is_back().await;
    assert_eq!(car.hears().await.payload, b"lock".as_slice());
    car.says(&receipt(1)).await;
    assert_eq!(answer(&mut answers).await, Some(receipt(1)));
}
