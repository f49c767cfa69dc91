//! Ways to the car: what is brought there, and what is told.

use std::fs::File;
use std::io::{BufRead as _, BufReader as Lines, Write as _};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use latchkey_device::agent::{NotTaken, SignedReceipt};
use latchkey_device::car::SimulatedCar;
use latchkey_device::port::{self, Arrival, Brought, Carrier, Port, Reply, Serial, Socket};
use latchkey_protocol::sealed::Envelope;
use latchkey_protocol::{Outcome, Receipt};
use latchkey_tests_cases::cases;
use proptest::prelude::*;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::broker::LIMIT;
use crate::codes::{code, wrong};
use crate::common::{Order, Rig, TestClock};

/// A car that serves these ports.
struct Served {
    car: SimulatedCar,
    clock: TestClock,
    shutdown: CancellationToken,
    task: JoinHandle<()>,
}

impl Served {
    fn start(ports: Vec<Box<dyn Port>>) -> Self {
        let Rig { device, car, clock, .. } = Rig::new();
        let shutdown = CancellationToken::new();
        let task = tokio::spawn(device.serve(ports, Duration::from_millis(20), shutdown.clone()));
        Self { car, clock, shutdown, task }
    }

    async fn stop(self) {
        self.shutdown.cancel();
        tokio::time::timeout(LIMIT, self.task).await.unwrap().unwrap();
    }
}

fn receipt(line: &str) -> Receipt {
    Receipt::decode(&Envelope::open(&hex::decode(line).unwrap()).unwrap().payload).unwrap()
}

/// Somebody at the car's socket.
struct AtTheSocket {
    from: tokio::io::Lines<BufReader<OwnedReadHalf>>,
    to: OwnedWriteHalf,
}

impl AtTheSocket {
    async fn at(path: &Path) -> Self {
        let (from, to) = UnixStream::connect(path).await.unwrap().into_split();
        Self { from: BufReader::new(from).lines(), to }
    }

    async fn says(&mut self, line: &str) -> String {
        self.to.write_all(format!("{line}\n").as_bytes()).await.unwrap();
        tokio::time::timeout(LIMIT, self.from.next_line()).await.unwrap().unwrap().expect("a reply")
    }
}

#[tokio::test]
async fn whoever_is_at_the_socket_brings_envelopes_and_codes_and_is_told_what_came_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("socket");
    let served = Served::start(vec![Box::new(Socket::open(&path).unwrap())]);
    let mut phone = AtTheSocket::at(&path).await;
    let lock = phone.says(&hex::encode(Order::lock(5).sealed())).await;
    assert_eq!((receipt(&lock).seq, receipt(&lock).outcome), (5, Outcome::Applied));
    assert!(served.car.look().inhibited);
    for unreadable in ["", "rubbish", "code 123", "code 12345678901x", "code", &"00".repeat(1_500)] {
        assert_eq!(phone.says(unreadable).await, "unreadable", "{unreadable}");
    }
    assert_eq!(phone.says("00ff").await, "ignored");

    assert_eq!(phone.says(&format!("code {}", wrong(6))).await, "wrong 5");
    let right = format!("code {}", code(6));
    assert_eq!(phone.says(&right).await, "wait 5");
    served.clock.pass(5);
    // A second one at the same time is served too.
    let mut other = AtTheSocket::at(&path).await;
    served.car.pretend(|car| car.broken = true);
    assert_eq!(other.says(&right).await, "later");
    served.car.pretend(|car| car.broken = false);
    let unlocked = receipt(&phone.says(&right).await);
    assert_eq!((unlocked.seq, unlocked.outcome), (6, Outcome::Applied));
    assert!(!served.car.look().inhibited);
    served.stop().await;
    assert!(!path.exists(), "the socket is removed");
}

#[tokio::test]
async fn a_keypad_on_a_serial_line_opens_the_car() {
    let pair = nix::pty::openpty(None, None).unwrap();
    let path = nix::unistd::ttyname(&pair.slave).unwrap();
    let served = Served::start(vec![Box::new(Serial::open(&path).unwrap())]);
    let keypad = File::from(pair.master);
    let lines = [hex::encode(Order::lock(5).sealed()), "?".to_owned(), format!("code {}", code(6))];
    // The terminal's own echo would come back as a reply.
    let typed = tokio::task::spawn_blocking(move || {
        let mut replies = Lines::new(keypad.try_clone().unwrap()).lines();
        lines.map(|line| {
            writeln!(&keypad, "{line}").unwrap();
            replies.next().unwrap().unwrap()
        })
    });
    let [lock, unreadable, unlock] = tokio::time::timeout(LIMIT, typed).await.unwrap().unwrap();
    assert_eq!((receipt(&lock).seq, unreadable.as_str(), receipt(&unlock).seq), (5, "unreadable", 6));
    assert!(!served.car.look().inhibited);
    served.stop().await;
    drop(pair.slave);
}

/// A port that keeps what it is given.
struct Kept {
    arrivals: mpsc::Receiver<Arrival>,
    published: Arc<Mutex<Vec<SignedReceipt>>>,
    closed: Arc<Mutex<bool>>,
}

impl Port for Kept {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Arrival>> {
        self.arrivals.poll_recv(context)
    }

    fn publish(&mut self, receipt: &SignedReceipt) {
        self.published.lock().unwrap().push(receipt.clone());
    }

    fn close(self: Box<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        *self.closed.lock().unwrap() = true;
        Box::pin(std::future::ready(()))
    }
}

async fn bring(carrier: &Carrier, brought: Brought) -> Reply {
    tokio::time::timeout(LIMIT, carrier.bring(brought)).await.unwrap().expect("a reply")
}

#[tokio::test]
async fn a_receipt_of_a_code_waits_for_somebody_who_hears_it_at_another_port() {
    let (carrier, keypad) = port::inside();
    let (connects, arrivals) = mpsc::channel(1);
    let (published, closed) = (Arc::default(), Arc::default());
    let kept = Kept { arrivals, published: Arc::clone(&published), closed: Arc::clone(&closed) };
    let served = Served::start(vec![Box::new(kept), Box::new(keypad)]);
    bring(&carrier, Brought::Envelope(Order::lock(5).sealed())).await;
    let Reply::Receipt(told) = bring(&carrier, Brought::Code(code(6))).await else { panic!("a receipt") };
    // Those who were told and those who connect later get the same.
    connects.send(Arrival::Connected).await.unwrap();
    assert_eq!(bring(&carrier, Brought::Code(wrong(6))).await, Reply::NotTaken(NotTaken::Wrong { wait: 5 }));
    let heard: Vec<Vec<u8>> = published.lock().unwrap().iter().map(|answer| answer.receipt.clone()).collect();
    let [_, at_once, when_connected] = heard.as_slice() else { panic!("{}", heard.len()) };
    assert_eq!((at_once, when_connected), (&told, &told));
    // The agent outlives a port that ends, and ends each that is left in good order.
    drop(carrier);
    connects.send(Arrival::Connected).await.unwrap();
    served.stop().await;
    assert!(*closed.lock().unwrap());
}

#[tokio::test]
async fn an_agent_without_any_way_to_it_ends() {
    let (carrier, keypad) = port::inside();
    let served = Served::start(vec![Box::new(keypad)]);
    drop(carrier);
    tokio::time::timeout(LIMIT, served.task).await.unwrap().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(256)))]

    #[test]
    fn any_line_is_read_without_harm(line in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Some(Brought::Envelope(envelope)) = port::read(&line) {
            let text = String::from_utf8(line).unwrap();
            prop_assert_eq!(hex::encode(envelope), text.trim().to_ascii_lowercase());
        }
    }

    #[test]
    fn envelopes_and_codes_are_read_as_they_are_written(
        envelope in prop::collection::vec(any::<u8>(), 1..600),
        digits in 0..1_000_000_000_000_u64,
    ) {
        let line = format!("{}\r\n", hex::encode(&envelope));
        prop_assert_eq!(port::read(line.as_bytes()), Some(Brought::Envelope(envelope)));
        let code = format!("{digits:012}").parse().unwrap();
        prop_assert_eq!(port::read(format!("code {code}\n").as_bytes()), Some(Brought::Code(code)));
    }
}
