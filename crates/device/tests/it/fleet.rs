//! Many simulated cars in one process.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use latchkey_device::fleet::{FleetConfig, vehicle_address};
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{Action, Key, Outcome, Receipt};

use crate::binary::{Running, base58, order};
use crate::broker::{Broker, Function};
use crate::common::{PROGRAM, broker_config, keyring};

const CARS: usize = 20;

fn configure(directory: &Path, port: u16) {
    let config = FleetConfig {
        program: PROGRAM,
        directory: directory.join("fleet"),
        keyring: keyring(),
        broker: broker_config(port),
    };
    fs::write(directory.join("fleet.toml"), toml::to_string(&config).unwrap()).unwrap();
}

fn start(directory: &Path) -> (Running, BTreeMap<usize, (Key, Key)>, Vec<bool>) {
    let configuration = directory.join("fleet.toml");
    let cars = CARS.to_string();
    let fleet = Running::spawn(&["simulate", "--cars", &cars, "--config", configuration.to_str().unwrap()]);
    let (mut known, mut locked) = (BTreeMap::new(), Vec::new());
    for number in 0..CARS {
        let line = fleet.line();
        assert_eq!(line["number"], number);
        let key = |name: &str| latchkey_device::config::parse_key(line[name].as_str().unwrap()).unwrap();
        known.insert(number, (key("vehicle"), key("device_key")));
        locked.push(fleet.line()["car"]["inhibited"] == true);
    }
    (fleet, known, locked)
}

#[tokio::test]
async fn twenty_cars_in_one_process_obey_each_for_itself_and_remember() {
    let Some(broker) = Broker::start() else { return };
    let directory = tempfile::tempdir().unwrap();
    configure(directory.path(), broker.port);
    let (fleet, cars, locked) = start(directory.path());
    assert_eq!(locked, [false; CARS]);
    let lock = order(Action::Lock, 1);
    for (number, (vehicle, device_key)) in &cars {
        assert_eq!(*vehicle, vehicle_address(&PROGRAM, device_key));
        let mut function = Function::connect(broker.port, vehicle).await;
        function.presence("online").await;
        // Every second car is locked.
        if number % 2 == 0 {
            let lock = lock.clone().with(|order| order.vehicle = *vehicle);
            function.command(lock.invocation, lock.sealed()).await;
            let signed = Envelope::open(&function.receipt().await.payload).unwrap();
            assert_eq!(signed.signer, *device_key);
            let receipt = Receipt::decode(&signed.payload).unwrap();
            assert_eq!((receipt.vehicle, receipt.outcome), (*vehicle, Outcome::Applied));
        }
    }
    fleet.kill();

    let (_fleet, again, locked) = start(directory.path());
    assert_eq!(again, cars);
    assert_eq!(locked, (0..CARS).map(|number| number % 2 == 0).collect::<Vec<_>>());
}

/// Computed by another implementation of the chain's rule; the second hash for the second key, for the first is a point.
#[test]
fn a_vehicle_has_the_address_that_the_chain_gives_it() {
    let known = [
        (1, "6cRc7G5RYH7cjabG8RzqM7j9GQ4vXPg7utXr6iwjrwoz"),
        (2, "De8WgWuePiyiqhjyPKLXbSQzSPKBFqHW7uFmECA2ogRc"),
        (3, "347Sx7jfTqsbzzZ4jemPomEm2QYCXFdCQxDbekGi5gQ6"),
    ];
    for (byte, address) in known {
        assert_eq!(base58(&vehicle_address(&PROGRAM, &[byte; 32])), address);
    }
}
