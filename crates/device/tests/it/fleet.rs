//! Many simulated cars in one process.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use latchkey_device::address;
use latchkey_device::config::parse_key;
use latchkey_device::fleet::FleetConfig;
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{Action, Key, Outcome, Receipt};
use latchkey_tests_processes::process::{Process, Spec};
use serde_json::Value;

use crate::binary::{PROGRAM_FILE, base58, order};
use crate::broker::{Function, LIMIT, broker};
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

/// The cars' vehicle and device keys by number, and which of them are locked.
type Printed = (BTreeMap<usize, (Key, Key)>, Vec<bool>);

async fn start(directory: &Path) -> (Process, Printed) {
    let mut fleet = Spec::new("fleet", PROGRAM_FILE, directory)
        .args(["simulate", "--cars", &CARS.to_string(), "--config", "fleet.toml"])
        .takes_input()
        .start()
        .unwrap();
    let deadline = Instant::now() + LIMIT;
    // Each car prints its keys, and then its state.
    let lines = loop {
        let printed = fleet.output();
        let lines: Vec<Value> =
            printed.lines().filter_map(|line| serde_json::from_str(line).ok()).take(2 * CARS).collect();
        if lines.len() == 2 * CARS {
            break lines;
        }
        fleet.check(deadline, "did not print every car").unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let (mut known, mut locked) = (BTreeMap::new(), Vec::new());
    for (number, pair) in lines.chunks(2).enumerate() {
        let [keys, look] = pair else { panic!("a car's keys and its state: {pair:?}") };
        assert_eq!((&keys["number"], &look["number"]), (&number.into(), &number.into()));
        let key = |name: &str| parse_key(keys[name].as_str().unwrap()).unwrap();
        known.insert(number, (key("vehicle"), key("device_key")));
        locked.push(look["car"]["inhibited"] == true);
    }
    (fleet, (known, locked))
}

#[tokio::test]
async fn twenty_cars_in_one_process_obey_each_for_itself_and_remember() {
    let Some(broker) = broker().await else { return };
    let directory = tempfile::tempdir().unwrap();
    configure(directory.path(), broker.port());
    let (mut fleet, (cars, locked)) = start(directory.path()).await;
    assert_eq!(locked, [false; CARS]);
    let lock = order(Action::Lock, 1);
    for (number, (vehicle, device_key)) in &cars {
        assert_eq!(*vehicle, address::vehicle(&PROGRAM, device_key));
        let mut function = Function::connect(broker.port(), vehicle).await;
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
    fleet.kill().unwrap();

    let (_fleet, (again, locked)) = start(directory.path()).await;
    assert_eq!(again, cars);
    assert_eq!(locked, (0..CARS).map(|number| number % 2 == 0).collect::<Vec<_>>());
}

/// Computed by another implementation of the chain's rule; the second hash for the second key, for the first is a
/// point.
#[test]
fn a_vehicle_has_the_address_that_the_chain_gives_it() {
    let known = [
        (1, "6cRc7G5RYH7cjabG8RzqM7j9GQ4vXPg7utXr6iwjrwoz"),
        (2, "De8WgWuePiyiqhjyPKLXbSQzSPKBFqHW7uFmECA2ogRc"),
        (3, "347Sx7jfTqsbzzZ4jemPomEm2QYCXFdCQxDbekGi5gQ6"),
    ];
    for (byte, address) in known {
        assert_eq!(base58(&address::vehicle(&PROGRAM, &[byte; 32])), address);
    }
}
