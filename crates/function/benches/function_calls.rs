//! What a call through HTTP costs on one core, and how long a Lambda takes to its first answer. The chain and the car are
//! in this process: what is measured is the function, HTTP and the signatures, and the car's own signature with them.

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use clap::Parser;
use common::{CallFixture, Chain, command_keys, keeper, public, receipt};
use latchkey::state::Action;
use latchkey_bench_figures::{Machine, Output, Report, Spread, Table};
use latchkey_function::http::event::{CONTENT_TYPE, Event};
use latchkey_function::server::{Limits, router};
use latchkey_function::{Answers, Courier, Function, FunctionConfig, Parcel, invoke};
use latchkey_link::http::reqwest::Client;
use latchkey_link::http::serve;
use latchkey_protocol::Outcome;
use nix::time::{ClockId, clock_gettime};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// Measure the function
#[derive(Parser)]
struct Arguments {
    /// Calls of each round
    #[arg(long, default_value_t = 5_000)]
    calls: usize,

    /// Calls at once in the second round
    #[arg(long, default_value_t = 32)]
    at_once: usize,

    /// Cold starts
    #[arg(long, default_value_t = 20)]
    starts: usize,

    #[command(flatten)]
    output: Output,

    /// Cargo passes this to benches
    #[arg(long, hide = true)]
    bench: bool,
}

/// The program, built as it is shipped.
const PROGRAM: &str = env!("CARGO_BIN_EXE_latchkey-function");

/// A car at hand.
struct Car(ed25519_dalek::SigningKey);

impl Courier for Car {
    fn dispatch(&self, parcel: Parcel) -> Answers {
        let (replies, answers) = Answers::channel();
        replies.mark_sent();
        replies.pass_on(receipt(&self.0, &parcel.envelope, Outcome::Applied));
        answers
    }
}

/// The function on a thread of its own, so that it has one core at most.
struct Served {
    url: String,
    runtime: Handle,
}

impl Served {
    fn start(call: &CallFixture) -> Self {
        let (sender, started) = mpsc::channel();
        let (chain, car) = (Chain::of(call), Car(call.car.clone()));
        thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let function =
                    Function::new(FunctionConfig::default(), command_keys(), Arc::new(chain), Arc::new(car));
                let limits = Limits {
                    max_wait: Duration::from_secs(20),
                    max_calls: 1_000,
                    cors_origins: vec!["*".to_owned()],
                };
                let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
                let url = format!("http://{}/", listener.local_addr().unwrap());
                sender.send(Self { url, runtime: Handle::current() }).unwrap();
                let never = std::future::pending();
                serve(listener, router(function, &limits).unwrap(), never, Duration::ZERO).await.unwrap();
            });
        });
        started.recv().unwrap()
    }

    /// Processor time that its thread has used.
    fn cpu(&self) -> Duration {
        let (sender, used) = mpsc::channel();
        self.runtime.spawn(async move {
            sender.send(clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap()).unwrap();
        });
        Duration::from(used.recv().unwrap())
    }
}

/// Times of one round.
struct Round {
    took: Duration,
    cpu: Duration,
    each: Spread,
}

impl Round {
    fn run(served: &Served, body: &[u8], calls: usize, at_once: usize) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        let cpu = served.cpu();
        let began = Instant::now();
        let each: Vec<Duration> = runtime.block_on(async {
            let workers: Vec<_> = (0..at_once)
                .map(|_| {
                    let (client, url, body) = (client.clone(), served.url.clone(), body.to_vec());
                    tokio::spawn(async move {
                        let mut times = Vec::new();
                        for _ in 0..calls / at_once {
                            let began = Instant::now();
                            let call =
                                client.post(&url).header("content-type", CONTENT_TYPE).body(body.clone());
                            let answer = call.send().await.unwrap();
                            assert_eq!(answer.status().as_u16(), 200);
                            answer.bytes().await.unwrap();
                            times.push(began.elapsed());
                        }
                        times
                    })
                })
                .collect();
            let mut all = Vec::new();
            for worker in workers {
                all.extend(worker.await.unwrap());
            }
            all
        });
        let took = began.elapsed();
        Self { took, cpu: served.cpu().saturating_sub(cpu), each: Spread::of(each).unwrap() }
    }

    fn per_second(&self, time: Duration) -> f64 {
        f64::from(u32::try_from(self.each.count).unwrap()) / time.as_secs_f64()
    }
}

/// From the start of the process to its first answer, as the Lambda runtime sees it.
fn cold_start(config: &Path) -> Duration {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (answered, answer) = oneshot::channel::<()>();
        let state = Arc::new(std::sync::Mutex::new(Some(answered)));
        let event = json!({
            "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": "", "headers": {},
            "isBase64Encoded": false,
            "requestContext": {
                "accountId": "1", "apiId": "a", "domainName": "d", "domainPrefix": "d", "requestId": "r", "stage": "$default",
                "routeKey": "$default", "time": "01/Jan/2027:00:00:00 +0000", "timeEpoch": 0,
                "http": { "method": "GET", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "bench" }
            }
        })
        .to_string();
        let next = move |State(state): State<Arc<std::sync::Mutex<Option<oneshot::Sender<()>>>>>| async move {
            if state.lock().unwrap().is_none() {
                std::future::pending::<()>().await;
            }
            let deadline = i64::MAX.to_string();
            let headers = [
                ("lambda-runtime-aws-request-id", "1".to_owned()),
                ("lambda-runtime-deadline-ms", deadline),
                ("lambda-runtime-invoked-function-arn", "arn".to_owned()),
                ("content-type", "application/json".to_owned()),
            ];
            (headers, event.clone())
        };
        let response = |State(state): State<Arc<std::sync::Mutex<Option<oneshot::Sender<()>>>>>| async move {
            if let Some(answered) = state.lock().unwrap().take() {
                answered.send(()).unwrap();
            }
            StatusCode::ACCEPTED
        };
        let api = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{verdict}", post(response))
            .with_state(state);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(serve(listener, api, std::future::pending(), Duration::ZERO));
        let mut command = Command::new(PROGRAM);
        command.arg("--config").arg(config).stderr(Stdio::null()).env("AWS_LAMBDA_RUNTIME_API", address);
        for (name, value) in [("NAME", "f"), ("VERSION", "1"), ("MEMORY_SIZE", "256")] {
            command.env(format!("AWS_LAMBDA_FUNCTION_{name}"), value);
        }
        command.env("AWS_LAMBDA_LOG_GROUP_NAME", "g").env("AWS_LAMBDA_LOG_STREAM_NAME", "s");
        let began = Instant::now();
        let mut child = command.spawn().unwrap();
        tokio::time::timeout(Duration::from_secs(30), answer).await.expect("an answer").unwrap();
        let took = began.elapsed();
        child.kill().unwrap();
        child.wait().unwrap();
        took
    })
}

fn cold_starts(starts: usize) -> Spread {
    let directory = tempfile::tempdir().unwrap();
    latchkey_link::key_file::generate(&directory.path().join("command.json")).unwrap();
    let config = directory.path().join("function.toml");
    std::fs::write(
        &config,
        "command_keys = [\"command.json\"]\n[chain]\nrpc_urls = [\"http://127.0.0.1:9\"]\n[broker]\n",
    )
    .unwrap();
    Spread::of((0..starts).map(|_| cold_start(&config))).unwrap()
}

fn main() {
    let arguments = Arguments::parse();
    let machine = Machine::here();
    let call = CallFixture::new(Action::Lock);
    let request = invoke(&keeper(), call.address(), call.now);
    let event = Event::new(&request, &public(&keeper()), &call.address(), None);
    let body = serde_json::to_vec(&event).unwrap();
    let served = Served::start(&call);
    // Warm: connections, caches, the allocator.
    Round::run(&served, &body, 200, 4);
    let alone = Round::run(&served, &body, arguments.calls, 1);
    let together = Round::run(&served, &body, arguments.calls, arguments.at_once);
    let cold = cold_starts(arguments.starts.max(1));

    let (cpu, wall) = (together.per_second(together.cpu), together.per_second(together.took));
    let mut table = Table::new(["ms"].into_iter().chain(Spread::HEADINGS));
    let at_once = arguments.at_once;
    for (name, spread) in [
        ("one call at a time".to_owned(), &alone.each),
        (format!("{at_once} calls at once"), &together.each),
        ("cold start to the first answer".to_owned(), &cold),
    ] {
        table.row([name].into_iter().chain(spread.cells(1e-3, 2)));
    }
    let version = format!("latchkey-function {}, optimised as it is shipped", env!("CARGO_PKG_VERSION"));
    let report = Report::new("bench function", &machine, &version)
        .line(format!(
            "{cpu:.0} calls a second of the function's own processor time; {wall:.0} a second as it ran, {at_once} at once, the \
             caller beside it. {} calls a round, {} cold starts.",
            arguments.calls, arguments.starts
        ))
        .table(&table)
        .with("calls", &arguments.calls)
        .with("at_once", &at_once)
        .with("calls_per_cpu_second", &cpu)
        .with("calls_per_second", &wall)
        .with("alone", &alone.each)
        .with("together", &together.each)
        .with("cold_start", &cold);
    arguments.output.give(&report).unwrap();
}
