//! The broker configuration that ships, on a real mosquitto: every identity, at every listener, on every topic.

use std::path::Path;
use std::time::Duration;

use latchkey_protocol::topics;
use latchkey_tests_processes::Mosquitto;
use latchkey_tests_processes::process::{Process, Spec, free_ports};
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{Packet, PubAckReason};
use rumqttc::v5::{AsyncClient, Event, EventLoop, MqttOptions};
use tempfile::TempDir;

use crate::access::{Authority, tls};
use crate::broker::LIMIT;

const CONFIGURATION: &str = include_str!("../../../../deploy/brokers/mosquitto.conf");
const CARS: &str = include_str!("../../../../deploy/brokers/cars.acl");
const FUNCTIONS: &str = include_str!("../../../../deploy/brokers/functions.acl");

const CAR: &str = "4NzX3xdbvZpCpcNn2AxvmmRVU38GS9cDyfM7MrcNEjUx";
const OTHER: &str = "CarNAqGj2B1GAizWrMkM7EFdewnbdzcS6fPgTygMbVpJ";

/// Whoever may try: the name of their files, and of their certificate.
const IDENTITIES: [(&str, &str); 6] = [
    ("car", CAR),
    ("other", OTHER),
    ("function", "function"),
    ("keeper", "keeper"),
    ("impostor", CAR),
    ("nobody", ""),
];

/// A mosquitto with the shipped configuration, but for its paths and ports.
struct Shipped {
    directory: TempDir,
    cars: u16,
    functions: u16,
    _process: Process,
}

impl Shipped {
    async fn start() -> Option<Self> {
        if !Mosquitto::is_installed() {
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        certify(directory.path());
        let [cars, functions] = free_ports().unwrap();
        let place = format!("{}/", directory.path().display());
        let configuration = CONFIGURATION
            .replace("/etc/latchkey/", &place)
            .replace("/var/lib/mosquitto/", &place)
            .replace("listener 8883", &format!("listener {cars} 127.0.0.1"))
            .replace("listener 8884", &format!("listener {functions} 127.0.0.1"));
        // Started by root, it would become another user, who may not read the test's files.
        let configuration = format!("user root\nlog_dest stderr\n{configuration}");
        let file = directory.path().join("mosquitto.conf");
        for (name, text) in
            [("mosquitto.conf", configuration.as_str()), ("cars.acl", CARS), ("functions.acl", FUNCTIONS)]
        {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        let mut process = Spec::new("mosquitto", Mosquitto::program(), directory.path())
            .arg("-c")
            .arg(file)
            .start()
            .unwrap();
        for port in [cars, functions] {
            process.port(port, LIMIT).await.unwrap();
        }
        Some(Self { directory, cars, functions, _process: process })
    }

    fn options(&self, identity: &str, port: u16, client_id: &str) -> MqttOptions {
        let mut options = MqttOptions::new(client_id, "127.0.0.1", port);
        options.set_keep_alive(Duration::from_secs(5));
        let holder = (identity != "nobody").then_some(identity);
        options.set_transport(tls(self.directory.path(), holder));
        options
    }

    /// A client that is connected; `None` if the broker does not take it.
    async fn connect(&self, identity: &str, port: u16, client_id: &str) -> Option<Client> {
        let (client, mut events) = AsyncClient::new(self.options(identity, port, client_id), 16);
        let connecting = async {
            loop {
                match events.poll().await {
                    Ok(Event::Incoming(Packet::ConnAck(_))) => return true,
                    Ok(_) => {}
                    Err(_) => return false,
                }
            }
        };
        tokio::time::timeout(LIMIT, connecting).await.unwrap().then_some(Client { client, events })
    }
}

fn certify(directory: &Path) {
    let authority = Authority(directory);
    for name in ["cars-ca", "functions-ca", "foreign-ca"] {
        authority.found(name);
    }
    authority.certify("cars-ca", "broker", "broker");
    for (identity, common_name) in IDENTITIES {
        let signer = match identity {
            "car" | "other" => "cars-ca",
            "function" | "keeper" => "functions-ca",
            "impostor" => "foreign-ca",
            _ => continue,
        };
        authority.certify(signer, identity, common_name);
    }
    std::fs::copy(directory.join("cars-ca.pem"), directory.join("ca.pem")).unwrap();
}

struct Client {
    client: AsyncClient,
    events: EventLoop,
}

impl Client {
    async fn next(&mut self) -> Packet {
        loop {
            if let Event::Incoming(packet) = self.events.poll().await.expect("the connection stands") {
                return packet;
            }
        }
    }

    /// Whether the broker lets it publish here.
    async fn may_publish(&mut self, topic: &str) -> bool {
        self.client.publish(topic, QoS::AtLeastOnce, false, "matrix").await.unwrap();
        let acknowledged = async {
            loop {
                if let Packet::PubAck(ack) = self.next().await {
                    return ack.reason != PubAckReason::NotAuthorized;
                }
            }
        };
        tokio::time::timeout(LIMIT, acknowledged).await.unwrap()
    }

    async fn subscribe(&mut self, topic: &str) {
        self.client.subscribe(topic, QoS::AtLeastOnce).await.unwrap();
        let granted = async { while !matches!(self.next().await, Packet::SubAck(_)) {} };
        tokio::time::timeout(LIMIT, granted).await.unwrap();
    }

    /// Whether something arrives.
    async fn hears(&mut self) -> bool {
        let heard = async { while !matches!(self.next().await, Packet::Publish(_)) {} };
        tokio::time::timeout(Duration::from_millis(400), heard).await.is_ok()
    }
}

/// The topics of both cars, and who may rightly publish there.
fn topics_of_both() -> Vec<(String, &'static str)> {
    [(CAR, "car"), (OTHER, "other")]
        .into_iter()
        .flat_map(|(vehicle, holder)| {
            [
                (topics::command(vehicle), "function"),
                (topics::receipt(vehicle), holder),
                (topics::presence(vehicle), holder),
            ]
        })
        .collect()
}

/// What an identity may do with a topic: publish, and hear.
fn expected(identity: &str, topic: &str) -> (bool, bool) {
    let command = topic.ends_with("/command");
    match identity {
        "function" => (command, !command),
        "keeper" => (false, !command),
        "car" | "other" => {
            let own = topic.contains(if identity == "car" { CAR } else { OTHER });
            (own && !command, own && command)
        }
        _ => (false, false),
    }
}

#[tokio::test]
async fn every_identity_may_do_what_it_must_and_nothing_else() {
    let Some(broker) = Shipped::start().await else { return };
    println!("{:<10} {:<10} {:<18} publish  hear", "identity", "listener", "topic");
    for (listener, port) in [("cars", broker.cars), ("functions", broker.functions)] {
        for (identity, _) in IDENTITIES {
            let belongs = match identity {
                "car" | "other" => listener == "cars",
                "function" | "keeper" => listener == "functions",
                _ => false,
            };
            let Some(mut client) = broker.connect(identity, port, &format!("{identity}-matrix")).await else {
                println!("{identity:<10} {listener:<10} refused");
                assert!(!belongs, "{identity} is refused by the listener for {listener}");
                continue;
            };
            assert!(belongs, "{identity} is taken by the listener for {listener}");
            for (topic, rightful) in topics_of_both() {
                let publishes = client.may_publish(&topic).await;
                client.subscribe(&topic).await;
                let home = if rightful == "function" { broker.functions } else { broker.cars };
                // A car that publishes to itself would have its own session taken over.
                let hears = if rightful == identity {
                    false
                } else {
                    let mut speaker =
                        broker.connect(rightful, home, &format!("{rightful}-speaks")).await.unwrap();
                    assert!(speaker.may_publish(&topic).await, "{rightful} on {topic}");
                    client.hears().await
                };
                let short = topic.replace("latchkey/v1/", "").replace(CAR, "A").replace(OTHER, "B");
                println!("{identity:<10} {listener:<10} {short:<18} {publishes:<8} {hears}");
                assert_eq!((publishes, hears), expected(identity, &topic), "{identity} on {topic}");
            }
        }
    }
}

#[tokio::test]
async fn c6_a_car_that_gives_another_cars_client_id_stays_itself() {
    let Some(broker) = Shipped::start().await else { return };
    let mut car = broker.connect("car", broker.cars, CAR).await.unwrap();
    car.subscribe(&topics::command(CAR)).await;
    let mut thief = broker.connect("other", broker.cars, CAR).await.unwrap();
    assert!(!thief.may_publish(&topics::receipt(CAR)).await);
    assert!(thief.may_publish(&topics::receipt(OTHER)).await);
    // The car's session stands, and hears.
    let mut function = broker.connect("function", broker.functions, "function-1").await.unwrap();
    assert!(function.may_publish(&topics::command(CAR)).await);
    assert!(car.hears().await, "the car was evicted");
    assert!(!thief.hears().await, "the thief hears the car's commands");
}

#[tokio::test]
async fn c15_two_calls_at_once_with_one_function_certificate_evict_neither() {
    let Some(broker) = Shipped::start().await else { return };
    let mut one = broker.connect("function", broker.functions, "function-1").await.unwrap();
    let mut other = broker.connect("function", broker.functions, "function-2").await.unwrap();
    for client in [&mut one, &mut other] {
        assert!(client.may_publish(&topics::command(CAR)).await);
    }
    assert!(one.may_publish(&topics::command(CAR)).await);
}
