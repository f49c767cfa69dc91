//! Calls to addresses that others have written down, over real sockets.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use latchkey_link::http::{Answer, CallError, Guard, Hosts, Lookup, Outbound, OutboundConfig, Request};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

const HOST: &str = "fn.example.com";
const LONGEST: usize = 1_000;
const LIMIT: Duration = Duration::from_secs(20);

/// A server that counts its connections and treats each as `serves` says.
async fn server<F: Future<Output = io::Result<()>> + Send + 'static>(
    ip: Ipv4Addr,
    serves: fn(TcpStream) -> F,
) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((ip, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serves(stream));
        }
    });
    (address, connections)
}

/// Reads the head and the body `ask` of a request.
async fn heard(stream: &mut TcpStream) -> io::Result<()> {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\nask") {
        read.push(stream.read_u8().await?);
    }
    Ok(())
}

async fn says(mut stream: TcpStream, answer: &str) -> io::Result<()> {
    heard(&mut stream).await?;
    stream.write_all(answer.as_bytes()).await
}

/// What a call to this server brings, through the override for hosts on this machine.
async fn call(server: SocketAddr, limit: Duration) -> Result<Answer, CallError> {
    let config = OutboundConfig {
        hosts: vec![HOST.to_owned()],
        loopback: [(HOST.to_owned(), format!("http://{server}/"))].into(),
        ..OutboundConfig::default()
    };
    post(&Outbound::new(&config).unwrap(), &format!("https://{HOST}/"), limit).await
}

async fn post(outbound: &Outbound, address: &str, limit: Duration) -> Result<Answer, CallError> {
    let headers = [("content-type", "text/plain".to_owned())];
    outbound.post(address, Request { headers: &headers, body: b"ask", limit, longest: LONGEST }).await
}

#[tokio::test]
async fn a_whole_answer_comes_back() {
    let (address, _) = server(Ipv4Addr::LOCALHOST, |stream| {
        says(
            stream,
            "HTTP/1.1 202 Accepted\r\nretry-after: 7\r\ncontent-type: a/b\r\ncontent-length: 2\r\n\r\nhi",
        )
    })
    .await;
    let answer = call(address, LIMIT).await.unwrap();
    assert_eq!(
        (answer.status.as_u16(), answer.retry_after, answer.body.as_slice()),
        (202, Some(Duration::from_secs(7)), b"hi".as_slice())
    );
    assert_eq!(answer.content_type.as_deref(), Some("a/b"));
}

/// Where a redirect leads.
static ELSEWHERE: Mutex<String> = Mutex::new(String::new());

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (elsewhere, connections) = server(Ipv4Addr::LOCALHOST, |stream| says(stream, "")).await;
    *ELSEWHERE.lock().unwrap() = format!("http://{elsewhere}/");
    let (address, _) = server(Ipv4Addr::LOCALHOST, |mut stream| async move {
        heard(&mut stream).await?;
        let location = ELSEWHERE.lock().unwrap().clone();
        let answer = format!("HTTP/1.1 307 Over There\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await
    })
    .await;
    assert_eq!(call(address, LIMIT).await.unwrap().status.as_u16(), 307);
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

/// The length of an answer.
static LENGTH: AtomicUsize = AtomicUsize::new(0);

#[tokio::test]
async fn an_answer_that_is_too_long_is_cut_off_whatever_was_announced() {
    for (length, fits) in [(LONGEST, true), (LONGEST + 1, false)] {
        LENGTH.store(length, Ordering::SeqCst);
        let (address, _) = server(Ipv4Addr::LOCALHOST, |mut stream| async move {
            heard(&mut stream).await?;
            let body = "x".repeat(LENGTH.load(Ordering::SeqCst));
            let answer = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).await
        })
        .await;
        let answer = call(address, LIMIT).await;
        assert_eq!(answer.is_ok(), fits, "{answer:?}");
        assert!(fits || matches!(answer, Err(CallError::TooLong(LONGEST))));
    }
    // Ten megabytes, and no end.
    let (address, _) = server(Ipv4Addr::LOCALHOST, |mut stream| async move {
        heard(&mut stream).await?;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10485760\r\n\r\n").await?;
        loop {
            stream.write_all(&[b'x'; 4096]).await?;
        }
    })
    .await;
    assert!(matches!(call(address, LIMIT).await, Err(CallError::TooLong(LONGEST))));
}

#[tokio::test]
async fn an_answer_that_drips_is_given_up_in_time() {
    let (address, _) = server(Ipv4Addr::LOCALHOST, |mut stream| async move {
        heard(&mut stream).await?;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n").await?;
        loop {
            stream.write_all(b"x").await?;
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let limit = Duration::from_millis(600);
    assert!(matches!(call(address, limit).await, Err(CallError::TimedOut(waited)) if waited == limit));
}

#[tokio::test]
async fn a_host_that_leads_into_this_machine_is_not_connected_to() {
    let (address, connections) = server(Ipv4Addr::LOCALHOST, |stream| says(stream, "")).await;
    // The name is on the list, and its addresses are this machine's.
    let host = format!("localhost:{}", address.port());
    let hosts = OutboundConfig { hosts: vec![host.clone()], ..OutboundConfig::default() };
    let error = post(&Outbound::new(&hosts).unwrap(), &format!("https://{host}/"), LIMIT).await.unwrap_err();
    assert!(matches!(error, CallError::Failed(_)), "{error:?}");
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("not on the public internet"), "{source}");
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_environments_proxy_is_not_asked() {
    // Set for a program of its own: variables belong to the whole process.
    let (address, connections) = server(Ipv4Addr::LOCALHOST, |stream| says(stream, "")).await;
    let this = std::env::current_exe().unwrap();
    let proxy = format!("http://{address}");
    let ran = tokio::process::Command::new(this)
        .args(["--exact", "outbound::without_a_proxy_nothing_is_reached", "--ignored"])
        .envs(
            ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
                .map(|name| (name, &proxy)),
        )
        .output()
        .await
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
    assert!(String::from_utf8_lossy(&ran.stdout).contains("1 passed"));
    assert_eq!(connections.load(Ordering::SeqCst), 0);
}

#[tokio::test]
#[ignore = "part of the_environments_proxy_is_not_asked"]
async fn without_a_proxy_nothing_is_reached() {
    let hosts = Hosts::only(["localhost:9"]).unwrap();
    let outbound = Outbound::with(hosts, Guard::public(), None).unwrap();
    assert!(post(&outbound, "https://localhost:9/", LIMIT).await.is_err());
}

/// A resolver that answers with one address after the other.
struct Rebinding {
    addresses: Mutex<Vec<SocketAddr>>,
    lookups: Arc<AtomicUsize>,
}

impl Lookup for Rebinding {
    fn lookup(&self, _host: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        let next = self.addresses.lock().unwrap().remove(0);
        Box::pin(async move { Ok(vec![next]) })
    }
}

/// Stands for "public" here: the internet is not at hand.
const PERMITTED: Ipv4Addr = Ipv4Addr::LOCALHOST;
const FORBIDDEN: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

fn permits(address: IpAddr) -> bool {
    address == IpAddr::V4(PERMITTED)
}

#[tokio::test]
async fn what_is_connected_to_is_what_was_checked() {
    // Both close at once: what counts is which of them is reached. They share the port that the address names.
    let (permitted, reached) = server(PERMITTED, |_| async { Ok(()) }).await;
    let port = permitted.port();
    let forbidden = TcpListener::bind((FORBIDDEN, port)).await.unwrap();
    let lookups = Arc::new(AtomicUsize::new(0));
    let at = |ip: Ipv4Addr| SocketAddr::from((ip, 0));
    // Had the client looked the name up again to connect, it would have gone to the second address.
    let addresses = Mutex::new(vec![at(PERMITTED), at(FORBIDDEN), at(FORBIDDEN)]);
    let guard = Guard::with(Rebinding { addresses, lookups: Arc::clone(&lookups) }, permits);
    let host = format!("{HOST}:{port}");
    let outbound = Outbound::with(Hosts::only([&host]).unwrap(), guard, None).unwrap();
    let address = format!("https://{host}/");

    let first = post(&outbound, &address, LIMIT).await.unwrap_err();
    assert_eq!((lookups.load(Ordering::SeqCst), reached.load(Ordering::SeqCst)), (1, 1), "{first:?}");
    for tries in 2..=3 {
        let error = post(&outbound, &address, LIMIT).await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("not on the public internet"), "{source}");
        assert_eq!(lookups.load(Ordering::SeqCst), tries);
    }
    assert_eq!(reached.load(Ordering::SeqCst), 1);
    let nobody = tokio::time::timeout(Duration::from_millis(100), forbidden.accept()).await;
    assert!(nobody.is_err(), "the forbidden address was connected to");
}

/// A resolver that knows several addresses of a name.
struct Several(Vec<SocketAddr>);

impl Lookup for Several {
    fn lookup(&self, _host: String) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>> {
        let all = self.0.clone();
        Box::pin(async move { Ok(all) })
    }
}

#[tokio::test]
async fn one_private_address_spoils_a_name_wherever_it_stands() {
    let (permitted, reached) = server(PERMITTED, |_| async { Ok(()) }).await;
    let host = format!("{HOST}:{}", permitted.port());
    let at = |ip: Ipv4Addr| SocketAddr::from((ip, 0));
    for ips in [[PERMITTED, FORBIDDEN], [FORBIDDEN, PERMITTED]] {
        let guard = Guard::with(Several(ips.map(at).to_vec()), permits);
        let outbound = Outbound::with(Hosts::only([&host]).unwrap(), guard, None).unwrap();
        let error = post(&outbound, &format!("https://{host}/"), LIMIT).await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("not on the public internet"), "{source}");
    }
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_host_that_is_not_allowed_is_not_even_looked_up() {
    let lookups = Arc::new(AtomicUsize::new(0));
    let addresses = Mutex::new(vec![SocketAddr::from((PERMITTED, 0))]);
    let guard = Guard::with(Rebinding { addresses, lookups: Arc::clone(&lookups) }, permits);
    let outbound = Outbound::with(Hosts::only([HOST]).unwrap(), guard, None).unwrap();
    let error = post(&outbound, "https://other.example.com/", LIMIT).await.unwrap_err();
    assert!(matches!(error, CallError::Address(_)), "{error:?}");
    assert_eq!(lookups.load(Ordering::SeqCst), 0);
}
