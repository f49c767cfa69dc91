//! The MQTT courier with a real broker between it and the car.

mod peer;
mod session;

use std::time::Duration;

use anchor_lang::prelude::Pubkey;
use latchkey_function::mqtt::{CourierStats, MqttConfig, MqttCourier};
use latchkey_function::{Answers, Courier as _, Parcel};
use latchkey_protocol::{Receipt, sealed, topics};
use latchkey_tests_processes::Mosquitto;
use peer::{Fleet, LIMIT, Peer};
use rumqttc::v5::mqttbytes::QoS;
use tokio::time::{Instant, sleep, timeout};

/// The longest pause before a command is sent again.
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

fn courier(port: u16) -> MqttCourier {
    let longest = u64::try_from(LONGEST_PAUSE.as_millis()).unwrap();
    let config = MqttConfig {
        host: "127.0.0.1".to_owned(),
        port,
        resend_ms: 50,
        resend_max_ms: longest,
        keep_alive_secs: 5,
        ..MqttConfig::default()
    };
    MqttCourier::connect(&config).unwrap()
}

fn parcel(vehicle: Pubkey, command: &[u8]) -> Parcel {
    Parcel {
        vehicle,
        invocation: Pubkey::new_unique(),
        envelope: command.to_vec(),
        expires_in: Duration::from_mins(10),
    }
}

/// Something as long as a signed receipt. Whether it is one is not for the courier to judge.
fn receipt(fill: u8) -> Vec<u8> {
    vec![fill; sealed::SEAL_LEN + Receipt::LEN]
}

async fn answer(answers: &mut Answers) -> Option<Vec<u8>> {
    timeout(LIMIT, answers.next()).await.expect("an answer arrives")
}

async fn until(courier: &MqttCourier, what: &str, holds: impl Fn(&CourierStats) -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !holds(&courier.stats()) {
        assert!(Instant::now() < deadline, "never: {what}: {:?}", courier.stats());
        sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_command_is_sent_again_until_the_car_answers_and_no_longer() {
    let broker = Mosquitto::alone().await.unwrap();
    let vehicle = Pubkey::new_unique();
    let mut car = Peer::of(&vehicle.to_string(), broker.port()).await;
    let courier = courier(broker.port());
    let parcel = parcel(vehicle, b"lock");
    let mut answers = courier.dispatch(parcel.clone());
    for _ in 0..4 {
        let heard = car.hears().await;
        assert_eq!(heard.topic, topics::command(&vehicle.to_string()));
        assert_eq!(heard.payload, parcel.envelope);
        assert_eq!((heard.qos, heard.retain), (QoS::AtLeastOnce, false));
        let properties = heard.properties.unwrap();
        assert_eq!(properties.correlation_data.as_deref(), Some(parcel.invocation.as_ref()));
        assert!((590..=600).contains(&properties.message_expiry_interval.unwrap()));
    }
    assert!(answers.is_sent());

    car.says(&receipt(1)).await;
    assert_eq!(answer(&mut answers).await, Some(receipt(1)));
    drop(answers);
    // A last copy may still be on its way.
    sleep(LONGEST_PAUSE).await;
    assert!(car.hears_nothing_for(3 * LONGEST_PAUSE).await);
}

#[tokio::test]
async fn a_brokers_acknowledgement_is_no_answer() {
    let broker = Mosquitto::alone().await.unwrap();
    let courier = courier(broker.port());
    let mut answers = courier.dispatch(parcel(Pubkey::new_unique(), b"lock"));
    until(&courier, "three acknowledgements", |stats| stats.acknowledged >= 3).await;
    assert!(timeout(LONGEST_PAUSE, answers.next()).await.is_err());
}

#[tokio::test]
async fn a_broker_that_dies_and_comes_back_has_forgotten_everything_and_the_car_still_gets_its_command() {
    let mut broker = Mosquitto::alone().await.unwrap();
    let vehicle = Pubkey::new_unique();
    let mut car = Peer::of(&vehicle.to_string(), broker.port()).await;
    let courier = courier(broker.port());
    let mut answers = courier.dispatch(parcel(vehicle, b"lock"));
    car.hears().await;

    broker.kill().unwrap();
    until(&courier, "the loss is noticed", |_| !courier.is_connected()).await;
    broker.start_again().await.unwrap();
    car.is_back().await;
    assert_eq!(car.hears().await.payload, b"lock".as_slice());
    // The courier's subscription was forgotten too.
    car.says(&receipt(1)).await;
    assert_eq!(answer(&mut answers).await, Some(receipt(1)));
    assert!(courier.stats().connections >= 2 && courier.stats().losses >= 1);
}

#[tokio::test]
async fn a_broker_that_is_away_at_first_is_waited_for() {
    let mut broker = Mosquitto::alone().await.unwrap();
    broker.kill().unwrap();
    let vehicle = Pubkey::new_unique();
    let courier = courier(broker.port());
    let answers = courier.dispatch(parcel(vehicle, b"unlock"));
    until(&courier, "a failed attempt", |stats| stats.losses >= 1).await;
    assert!(!courier.is_connected() && !answers.is_sent());

    broker.start_again().await.unwrap();
    let mut car = Peer::of(&vehicle.to_string(), broker.port()).await;
    assert_eq!(car.hears().await.payload, b"unlock".as_slice());
    assert!(answers.is_sent());
}

#[tokio::test]
async fn what_was_retained_or_said_by_another_car_or_is_no_receipt_is_not_heard() {
    let broker = Mosquitto::alone().await.unwrap();
    let [vehicle, other] = [(); 2].map(|()| Pubkey::new_unique());
    let mut car = Peer::of(&vehicle.to_string(), broker.port()).await;
    let topic = topics::receipt(&vehicle.to_string());
    car.publish(&topic, &receipt(1), true).await;

    let courier = courier(broker.port());
    let mut answers = courier.dispatch(parcel(vehicle, b"lock"));
    car.hears().await;
    car.publish(&topics::receipt(&other.to_string()), &receipt(2), false).await;
    car.publish(&topics::presence(&vehicle.to_string()), &receipt(3), false).await;
    car.says(b"not as long as a receipt").await;
    car.says(&[7; 4096]).await;
    car.says(&receipt(4)).await;

    // The broker keeps the order of one client's messages, so what comes first tells that the others never come.
    assert_eq!(answer(&mut answers).await, Some(receipt(4)));
    assert_eq!(courier.stats().received, 1);
    assert!(courier.stats().dropped >= 1);
    assert!(courier.is_connected(), "no message throws the courier out");
}

#[tokio::test]
async fn conversations_with_several_cars_do_not_mix() {
    let broker = Mosquitto::alone().await.unwrap();
    let courier = courier(broker.port());
    let mut conversations = Vec::new();
    for number in 0..5 {
        let vehicle = Pubkey::new_unique();
        let car = Peer::of(&vehicle.to_string(), broker.port()).await;
        let answers = courier.dispatch(parcel(vehicle, &[number]));
        conversations.push((number, car, answers));
    }
    for (number, car, answers) in &mut conversations {
        assert_eq!(car.hears().await.payload, [*number].as_slice());
        car.says(&receipt(*number)).await;
        assert_eq!(answer(answers).await, Some(receipt(*number)));
    }
    // The first car is heard although conversations began and ended since.
    drop(conversations.split_off(1));
    let (_, car, answers) = &mut conversations[0];
    car.says(&receipt(9)).await;
    assert_eq!(answer(answers).await, Some(receipt(9)));
}

#[tokio::test]
async fn an_expired_command_is_not_sent_any_more_but_its_answer_is_awaited() {
    let broker = Mosquitto::alone().await.unwrap();
    let vehicle = Pubkey::new_unique();
    let mut car = Peer::of(&vehicle.to_string(), broker.port()).await;
    let courier = courier(broker.port());
    let expires_in = Duration::from_millis(1_500);
    let mut answers = courier.dispatch(Parcel { expires_in, ..parcel(vehicle, b"warn") });
    car.hears().await;
    sleep(expires_in).await;
    assert!(car.hears_nothing_for(3 * LONGEST_PAUSE).await);
    car.says(&receipt(1)).await;
    assert_eq!(answer(&mut answers).await, Some(receipt(1)));
}

#[tokio::test]
async fn a_courier_that_is_dropped_ends_its_conversations() {
    let broker = Mosquitto::alone().await.unwrap();
    let courier = courier(broker.port());
    let mut connected = courier.dispatch(parcel(Pubkey::new_unique(), b"lock"));
    until(&courier, "a command leaves", |stats| stats.publishes >= 1).await;
    drop(courier);
    assert_eq!(answer(&mut connected).await, None);
}

#[tokio::test]
async fn one_subscription_hears_every_car_and_a_thousand_commands_go_out_in_turn() {
    const CARS: usize = 1_000;
    let broker = Mosquitto::alone().await.unwrap();
    let courier = courier(broker.port());
    let mut fleet = Fleet::of(broker.port()).await;
    let vehicles: Vec<Pubkey> = (0..CARS).map(|_| Pubkey::new_unique()).collect();
    let mut conversations: Vec<Answers> =
        vehicles.iter().map(|vehicle| courier.dispatch(parcel(*vehicle, b"lock"))).collect();
    let mut heard = std::collections::HashSet::new();
    while heard.len() < CARS {
        let topic = fleet.hears().await;
        // Each car is sent its command before any is sent a third time.
        if heard.insert(topic.clone()) {
            let vehicle = topic.split('/').nth(2).unwrap().to_owned();
            fleet.says(&topics::receipt(&vehicle), &receipt(7)).await;
        }
    }
    for answers in &mut conversations {
        assert_eq!(answer(answers).await, Some(receipt(7)));
    }
    let stats = courier.stats();
    assert_eq!((stats.connections, stats.losses, stats.publishes_lost), (1, 0, 0), "{stats:?}");
    // One client stands for every car here, and the broker's queue for it may run over: the courier
    // sends again what was not answered. Its own queue must hold every receipt.
    let log = broker.process().output();
    assert!(!log.contains("being dropped for client latchkey-function"), "{log}");
}

#[tokio::test]
async fn the_keeper_hears_a_receipt_that_another_had_sent_for() {
    let broker = Mosquitto::alone().await.unwrap();
    let courier = courier(broker.port());
    until(&courier, "a connection", |_| courier.is_connected()).await;
    let vehicle = Pubkey::new_unique();
    let mut car = Peer::of(&vehicle.to_string(), broker.port()).await;
    let mut answers = courier.listen(vehicle);
    // The conversation opens in a task of its own.
    tokio::task::yield_now().await;
    car.says(&receipt(1)).await;
    assert_eq!(answer(&mut answers).await, Some(receipt(1)));
    assert!(car.hears_nothing_for(LONGEST_PAUSE).await, "nothing is sent");
}
