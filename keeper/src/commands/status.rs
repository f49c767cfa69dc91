//! `status`: asks a running keeper.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use latchkey_link::http;
use serde::de::DeserializeOwned;

use super::{Ended, Exit, Failure};
use crate::config::Config;
use crate::surface::{LoanReply, StatusReply};

/// How long the keeper may take to answer.
const LIMIT: Duration = Duration::from_secs(10);
/// The longest answer, bytes.
const LONGEST: usize = 4 << 20;

pub(super) async fn run(path: &Path, loan: Option<&str>, json: bool) -> Ended {
    let config = Config::load(path).map_err(Failure::configuration)?;
    let listen = config.health.listen.ok_or_else(|| {
        Failure::configuration(anyhow!(
            "health.listen is not set: set it to 127.0.0.1:9464, and restart the keeper"
        ))
    })?;
    let path = loan.map_or_else(|| "/status".to_owned(), |loan| format!("/status/{loan}"));
    let answer = ask(listen, &path).await?;
    match loan {
        _ if json => println!("{answer}"),
        Some(_) => print!("{}", read::<LoanReply>(&answer)?),
        None => print!("{}", read::<StatusReply>(&answer)?),
    }
    Ok(Exit::Done)
}

fn read<T: DeserializeOwned>(answer: &str) -> anyhow::Result<T> {
    serde_json::from_str(answer).context("the keeper is of another version: use --json")
}

async fn ask(mut listen: SocketAddr, path: &str) -> Result<String, Failure> {
    if listen.ip().is_unspecified() {
        listen.set_ip(if listen.is_ipv4() {
            [127, 0, 0, 1].into()
        } else {
            std::net::Ipv6Addr::LOCALHOST.into()
        });
    }
    let no_answer = |error: anyhow::Error| Failure {
        exit: Exit::NoAnswer,
        error: error.context(format!("no keeper answers at {listen}: check that it runs")),
    };
    let client = http::client().timeout(LIMIT).build()?;
    let response = client.get(format!("http://{listen}{path}")).send().await;
    let response = response.map_err(|error| no_answer(error.into()))?;
    let status = response.status();
    let body = http::read(response, LONGEST).await.map_err(|error| no_answer(error.into()))?;
    let text = String::from_utf8_lossy(&body).trim_end().to_owned();
    if status.is_success() {
        Ok(text)
    } else if status.is_server_error() {
        Err(no_answer(anyhow!(text)))
    } else {
        Err(anyhow!(text).into())
    }
}
