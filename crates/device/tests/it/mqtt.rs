//! The car's line over a real broker.

use std::sync::Arc;
use std::time::Duration;

use latchkey_device::car::SimulatedCar;
use latchkey_device::device::Device;
use latchkey_device::mqtt::{Heard, Link};
use latchkey_device::store::MemoryStore;
use latchkey_protocol::{Action, Outcome};
use latchkey_tests_processes::Mosquitto;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::broker::{Function, LIMIT, Line, broker};
use crate::common::{
    Order, START, TestClock, VEHICLE, assert_answers, broker_config, identity, invocation, read_bytes,
};

/// A car at the end of a line.
struct Served {
    port: u16,
    car: SimulatedCar,
    store: MemoryStore,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

impl Served {
    /// A new car.
    fn start(port: u16) -> Self {
        Self::wake(Asleep { port, car: SimulatedCar::new(), store: MemoryStore::default() })
    }

    fn wake(Asleep { port, car, store }: Asleep) -> Self {
        let clock = Arc::new(TestClock::new());
        let device = Device::start(identity(), car.clone(), store.clone(), clock);
        let link = Link::open(&broker_config(port), &VEHICLE, Arc::new(TestClock::new())).unwrap();
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(device.run(link, Duration::from_millis(20), shutdown.clone()));
        Self { port, car, store, shutdown, task }
    }

    /// Ends it with a goodbye.
    async fn stop(self) -> Asleep {
        self.shutdown.cancel();
        tokio::time::timeout(LIMIT, self.task).await.unwrap().unwrap();
        Asleep { port: self.port, car: self.car, store: self.store }
    }
}

/// A car whose agent has ended, and what it remembers.
struct Asleep {
    port: u16,
    car: SimulatedCar,
    store: MemoryStore,
}

/// A broker and a function, before there is a car; `None` where there is no mosquitto.
async fn broker_and_function() -> Option<(Mosquitto, Function)> {
    let broker = broker().await?;
    let function = Function::connect(broker.port(), &VEHICLE).await;
    Some((broker, function))
}

/// A broker, a function, and a new car that is online.
async fn all_online() -> Option<(Mosquitto, Function, Served)> {
    let (broker, mut function) = broker_and_function().await?;
    let served = Served::start(broker.port());
    function.presence("online").await;
    Some((broker, function, served))
}

/// That a function that connects now learns this presence.
async fn assert_retained(broker: &Mosquitto, presence: &str) {
    let mut function = Function::connect(broker.port(), &VEHICLE).await;
    assert!(function.presence(presence).await.retain);
}

async fn ask(function: &mut Function, order: &Order) -> latchkey_protocol::Receipt {
    function.command(order.invocation, order.sealed()).await;
    let publish = function.receipt().await;
    assert!(!publish.retain);
    let receipt = read_bytes(&publish.payload);
    let properties = publish.properties.unwrap();
    assert_eq!(properties.correlation_data.unwrap(), receipt.invocation.to_vec());
    assert!((1..=86_400).contains(&properties.message_expiry_interval.unwrap()));
    receipt
}

#[tokio::test]
async fn a_command_is_answered_on_the_receipt_topic_with_its_invocation_as_correlation() {
    let Some((_broker, mut function, served)) = all_online().await else { return };
    for (order, outcome) in [
        (Order::lock(1), Outcome::Applied),
        (Order::unlock(2), Outcome::Applied),
        (Order::lock(1), Outcome::Applied),
        (Order::warn(3), Outcome::Applied),
    ] {
        assert_answers(&ask(&mut function, &order).await, &order, outcome);
    }
    assert!(!served.car.look().inhibited);
    served.stop().await;
}

#[tokio::test]
async fn a_car_that_locks_when_it_parks_says_so_unasked() {
    let Some((_broker, mut function, served)) = all_online().await else { return };
    served.car.try_start();
    assert_eq!(ask(&mut function, &Order::lock(1)).await.outcome, Outcome::Armed);
    served.car.park();
    let receipt = read_bytes(&function.receipt().await.payload);
    assert_answers(&receipt, &Order::lock(1), Outcome::Applied);
    served.stop().await;
}

#[tokio::test]
async fn presence_is_retained_and_turns_offline_with_a_goodbye() {
    let Some((broker, mut function, served)) = all_online().await else { return };
    assert_retained(&broker, "online").await;
    served.stop().await;
    function.presence("offline").await;
    assert_retained(&broker, "offline").await;
}

#[tokio::test]
async fn presence_turns_offline_by_the_last_will_when_the_line_is_cut() {
    let Some((broker, mut function)) = broker_and_function().await else { return };
    let link = Link::open(&broker_config(broker.port()), &VEHICLE, Arc::new(TestClock::new())).unwrap();
    function.presence("online").await;
    // Dropped without a goodbye: the poller ends, and the connection with it.
    drop(link);
    function.presence("offline").await;
}

#[tokio::test]
async fn a_retained_command_is_not_obeyed() {
    let Some((broker, mut function)) = broker_and_function().await else { return };
    function.retained_command(Order::lock(7).sealed()).await;
    let served = Served::start(broker.port());
    function.presence("online").await;
    // Whatever is retained came before this.
    let order = Order::warn(1);
    assert_answers(&ask(&mut function, &order).await, &order, Outcome::Applied);
    assert!(!served.car.look().inhibited);
    served.stop().await;
}

#[tokio::test]
async fn c7_a_command_that_is_published_live_with_the_retain_flag_is_not_obeyed() {
    let Some((_broker, mut function, served)) = all_online().await else { return };
    function.retained_command(Order::lock(7).sealed()).await;
    let order = Order::warn(1);
    assert_answers(&ask(&mut function, &order).await, &order, Outcome::Applied);
    assert!(!served.car.look().inhibited);
    served.stop().await;
}

#[tokio::test]
async fn c5_two_agents_with_one_client_id_take_the_session_from_each_other_less_and_less_often() {
    let Some(broker) = broker().await else { return };
    let open = || Link::open(&broker_config(broker.port()), &VEHICLE, Arc::new(TestClock::new())).unwrap();
    let (mut one, mut other) = (open(), open());
    let mut connected = 0;
    let clash = async {
        loop {
            tokio::select! {
                Some(Heard::Connected) = one.next() => connected += 1,
                Some(Heard::Connected) = other.next() => connected += 1,
            }
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(4), clash).await;
    // Each takes over from the other after a pause that doubles from 200 ms, and is taken over at once.
    assert!((2..25).contains(&connected), "{connected} connections in four seconds");
}

#[tokio::test]
async fn a_command_sent_while_the_car_sleeps_waits_in_its_session() {
    let Some((_broker, mut function, served)) = all_online().await else { return };
    let asleep = served.stop().await;
    function.presence("offline").await;
    let order = Order::lock(1);
    function.command(order.invocation, order.sealed()).await;

    let served = Served::wake(asleep);
    let receipt = read_bytes(&function.receipt().await.payload);
    assert_answers(&receipt, &order, Outcome::Applied);
    assert!(served.car.look().inhibited);
    served.stop().await;
}

#[tokio::test]
async fn every_new_connection_begins_with_the_latest_receipt() {
    let Some((_broker, mut function, served)) = all_online().await else { return };
    function.command(invocation(1), Order::lock(1).sealed()).await;
    let first = function.receipt().await.payload;
    let asleep = served.stop().await;
    let served = Served::wake(asleep);
    assert_eq!(function.receipt().await.payload, first);
    served.stop().await;
}

#[tokio::test]
async fn a_broker_that_lost_everything_is_found_again() {
    let Some((mut broker, mut function, served)) = all_online().await else { return };
    assert_eq!(ask(&mut function, &Order::lock(1)).await.outcome, Outcome::Applied);
    for seq in 2..4 {
        broker.restart().await.unwrap();
        let mut function = Function::connect(broker.port(), &VEHICLE).await;
        function.presence("online").await;
        let order = Order::unlock(seq);
        function.command(order.invocation, order.sealed()).await;
        // The receipt before it may come first.
        let receipt = loop {
            let receipt = read_bytes(&function.receipt().await.payload);
            if receipt.seq == seq {
                break receipt;
            }
        };
        assert_answers(&receipt, &order, Outcome::Applied);
    }
    served.stop().await;
}

#[tokio::test]
async fn a_flood_of_copies_hides_no_newer_command() {
    let Some((broker, mut function, served)) = all_online().await else { return };
    let asleep = served.stop().await;
    function.presence("offline").await;
    let lock = Order::lock(1).sealed();
    for _ in 0..80 {
        function.command(invocation(1), lock.clone()).await;
    }
    let unlock = Order::unlock(2);
    function.command(unlock.invocation, unlock.sealed()).await;

    // The copies wait in the session and come all at once; the newest of them is not the one that is dropped.
    let served = Served::wake(asleep);
    let mut function = Function::connect(broker.port(), &VEHICLE).await;
    function.presence("online").await;
    let deadline = tokio::time::Instant::now() + LIMIT;
    let obeyed = |store: &MemoryStore| {
        use latchkey_device::store::Store as _;
        store.clone().load().unwrap().last.is_some_and(|last| last.seq == 2)
    };
    while !obeyed(&served.store) {
        assert!(tokio::time::Instant::now() < deadline, "the unlock was lost in the flood");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!served.car.look().inhibited);
    served.stop().await;
}

#[tokio::test]
async fn a_line_that_froze_is_given_up_and_all_goes_on_over_a_new_one() {
    let Some((broker, mut function)) = broker_and_function().await else { return };
    let line = Line::to(broker.port()).await;
    let served = Served::start(line.port);
    function.presence("online").await;
    assert_eq!(ask(&mut function, &Order::lock(1)).await.outcome, Outcome::Applied);

    line.freeze();
    // The new connection takes the session over, says that it is back, and repeats the latest receipt.
    function.presence("online").await;
    assert_eq!(read_bytes(&function.receipt().await.payload).seq, 1);
    let order = Order::unlock(2);
    assert_answers(&ask(&mut function, &order).await, &order, Outcome::Applied);
    // The goodbye goes out over the new line, not the old one.
    served.stop().await;
    function.presence("offline").await;
    assert_retained(&broker, "offline").await;
}

#[tokio::test]
async fn a_car_that_may_not_hear_its_commands_never_says_it_is_online_and_tries_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut link = Link::open(
        &broker_config(listener.local_addr().unwrap().port()),
        &VEHICLE,
        Arc::new(TestClock::new()),
    )
    .unwrap();
    for _ in 0..2 {
        let mut socket = subscribing(&listener, NOT_AUTHORISED).await;
        // It goes without another packet: no presence among them.
        assert_eq!(socket.read(&mut [0; 1]).await.unwrap_or(0), 0);
    }
    let heard = tokio::time::timeout(Duration::ZERO, link.next()).await;
    assert!(heard.is_err(), "{heard:?}");
    link.close().await;
}

#[tokio::test]
async fn a_broker_that_takes_the_car_and_drops_it_is_tried_less_and_less_often() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut link = Link::open(
        &broker_config(listener.local_addr().unwrap().port()),
        &VEHICLE,
        Arc::new(TestClock::new()),
    )
    .unwrap();
    let mut tries = 0;
    let trying = async {
        loop {
            online(&listener).await;
            tries += 1;
        }
    };
    // Pauses that double from 200 ms, each of any length up to its step: fifteen of them take minutes.
    let _ = tokio::time::timeout(Duration::from_secs(3), trying).await;
    assert!((1..15).contains(&tries), "{tries} tries in three seconds");
    assert_eq!(link.next().await, Some(Heard::Connected));
    link.close().await;
}

/// Takes a car until it says that it is online, and drops it.
async fn online(listener: &TcpListener) {
    let mut socket = subscribing(listener, GRANTED).await;
    assert_eq!(packet(&mut socket).await[0] & 0xf0, 0x30, "PUBLISH");
}

/// Reason codes of a SUBACK.
const GRANTED: u8 = 1;
const NOT_AUTHORISED: u8 = 0x87;

/// A broker's side of a new connection: it accepts the car, and answers its subscription with this reason code.
async fn subscribing(listener: &TcpListener, code: u8) -> TcpStream {
    let (mut socket, _) = tokio::time::timeout(LIMIT, listener.accept()).await.unwrap().unwrap();
    assert_eq!(packet(&mut socket).await[0], 0x10, "CONNECT");
    socket.write_all(&[0x20, 3, 0, 0, 0]).await.unwrap();
    let subscribe = packet(&mut socket).await;
    assert_eq!(subscribe[0], 0x82, "SUBSCRIBE");
    socket.write_all(&[0x90, 4, subscribe[2], subscribe[3], 0, code]).await.unwrap();
    socket
}

/// One whole packet of fewer than 16 KiB.
async fn packet(socket: &mut TcpStream) -> Vec<u8> {
    let mut packet = vec![socket.read_u8().await.unwrap(), socket.read_u8().await.unwrap()];
    let mut length = usize::from(packet[1] & 0x7f);
    if packet[1] & 0x80 != 0 {
        length += usize::from(socket.read_u8().await.unwrap()) << 7;
    }
    let start = packet.len();
    packet.resize(start + length, 0);
    socket.read_exact(&mut packet[start..]).await.unwrap();
    packet
}

#[tokio::test]
async fn a_link_without_a_broker_closes_at_once() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let link = Link::open(&broker_config(port), &VEHICLE, Arc::new(TestClock::new())).unwrap();
    tokio::time::timeout(Duration::from_millis(900), link.close()).await.unwrap();
}

#[tokio::test]
async fn the_subscription_stands_before_the_link_says_it_is_connected() {
    let Some((broker, function)) = broker_and_function().await else { return };
    let mut link = Link::open(&broker_config(broker.port()), &VEHICLE, Arc::new(TestClock::new())).unwrap();
    let next = async |link: &mut Link| tokio::time::timeout(LIMIT, link.next()).await.unwrap();
    assert_eq!(next(&mut link).await, Some(Heard::Connected));
    let sealed = Order::new(Action::Warn, 1, START).sealed();
    function.command(invocation(1), sealed.clone()).await;
    assert_eq!(next(&mut link).await, Some(Heard::Command(sealed)));
    // Larger than any command: the broker keeps it to itself.
    function.command(invocation(1), vec![7; 4_000]).await;
    function.command(invocation(1), b"small".to_vec()).await;
    assert_eq!(next(&mut link).await, Some(Heard::Command(b"small".to_vec())));
    link.close().await;
}
