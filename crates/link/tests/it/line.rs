//! A line to brokers that misbehave.

use std::net::Ipv4Addr;
use std::time::Duration;

use latchkey_link::mqtt::{ConnectionNumber, Endpoint, Line, Lost};
use rumqttc::v5::mqttbytes::v5::Packet;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

/// CONNACK: accepted, without properties.
const ACCEPTED: [u8; 5] = [0x20, 3, 0, 0, 0];

async fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

fn line(port: u16) -> Line {
    let endpoint = Endpoint { host: "127.0.0.1", port, keep_alive_secs: 5, tls: None };
    Line::new(endpoint.options("test".to_owned()), Duration::from_secs(1), 10)
}

/// Accepts a client.
async fn accept(listener: &TcpListener) -> TcpStream {
    let (mut socket, _) = listener.accept().await.unwrap();
    let read = socket.read(&mut [0; 256]).await.unwrap();
    assert!(read > 0, "a CONNECT");
    socket.write_all(&ACCEPTED).await.unwrap();
    socket
}

/// Polls a line until the task is aborted. Reports each connection that is accepted, and why each is lost.
async fn serve(mut line: Line, log: tokio::sync::mpsc::UnboundedSender<(ConnectionNumber, Option<Lost>)>) {
    loop {
        let number = line.connection().number;
        match line.next().await {
            Ok(Packet::ConnAck(_)) => log.send((number, None)).unwrap(),
            Ok(_) => {}
            Err(lost) => {
                line.reconnect(&lost).await;
                log.send((number, Some(lost))).unwrap();
            }
        }
    }
}

#[tokio::test]
async fn a_broker_that_accepts_a_client_and_drops_it_is_tried_less_and_less_often() {
    let (listener, port) = listener().await;
    let (log, mut happened) = tokio::sync::mpsc::unbounded_channel();
    let task = tokio::spawn(serve(line(port), log));
    let first = accept(&listener).await;
    let since = Instant::now();
    drop(first);
    for _ in 0..4 {
        drop(accept(&listener).await);
    }
    // Four pauses that double from 200 ms, each cut by its jitter to no less than half.
    assert!(since.elapsed() >= Duration::from_millis(1_500), "{:?}", since.elapsed());
    let (first, lost) = happened.recv().await.unwrap();
    assert!(lost.is_none());
    let (same, lost) = happened.recv().await.unwrap();
    assert!(same == first && matches!(lost, Some(Lost::Failed(_))));
    let (second, lost) = happened.recv().await.unwrap();
    assert!(second != first && lost.is_none());
    task.abort();
}

#[tokio::test]
async fn a_session_that_another_client_takes_over_is_named() {
    let (listener, port) = listener().await;
    let mut line = line(port);
    let (accepted, mut socket) = tokio::join!(line.next(), accept(&listener));
    assert!(matches!(accepted, Ok(Packet::ConnAck(_))));
    // DISCONNECT: session taken over, without properties.
    socket.write_all(&[0xe0, 2, 0x8e, 0]).await.unwrap();
    let lost = line.next().await.unwrap_err();
    assert!(matches!(lost, Lost::TakenOver), "{lost}");
    assert!(lost.to_string().contains("second program"), "{lost}");
}

#[tokio::test]
async fn a_goodbye_closes_the_line() {
    let (listener, port) = listener().await;
    let mut line = line(port);
    let (accepted, _socket) = tokio::join!(line.next(), accept(&listener));
    assert!(matches!(accepted, Ok(Packet::ConnAck(_))));
    line.connection().client.try_disconnect().unwrap();
    assert!(matches!(line.next().await, Err(Lost::Closed)));
}
