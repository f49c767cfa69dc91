//! Sets up a testbed, runs the story on it, and cleans up whatever happens.

use std::{
    io::{self, stdout},
    process::ExitCode,
};

use anyhow::{Context, Result, bail};
use latchkey_harness::{
    function::FunctionProcess,
    localnet::Localnet,
    process::{Output, Process},
    story::{Parties, Script},
    testbed::{EmbeddedTestbed, LocalTestbed},
};
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
};

use crate::{
    cli::{Cli, Cluster, Function},
    logs::{self, Kept},
    play,
    tell::{Json, People, Teller},
};

/// What a shell expects of a program that was interrupted.
const INTERRUPTED: u8 = 130;

/// Runs the demo and says how it ended.
pub fn run(cli: &Cli) -> ExitCode {
    let logs = Kept::start();
    match Runtime::new().context("starting threads").and_then(|runtime| runtime.block_on(play(cli))) {
        Ok(Ending::Success) => ExitCode::SUCCESS,
        Ok(Ending::Interrupted) => {
            eprintln!("interrupted: everything that was started has ended");
            ExitCode::from(INTERRUPTED)
        }
        Err(error) if is_broken_pipe(&error) => ExitCode::FAILURE,
        Err(error) => {
            let tail = logs.tail();
            if !tail.is_empty() {
                eprintln!("the last of the log:\n{tail}");
            }
            let why = why(&error);
            eprintln!("error: {why}");
            if cli.json {
                // If this cannot be written either, the exit status says it.
                let _ = Json::new(stdout()).failed(&why);
            }
            ExitCode::FAILURE
        }
    }
}

enum Ending {
    Success,
    Interrupted,
}

/// Plays the story until its end, or until a signal. What was started ends when its testbed is dropped.
async fn play(cli: &Cli) -> Result<Ending> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut teller = teller(cli)?;
    tokio::select! {
        ended = live(cli, &mut *teller) => ended.map(|()| Ending::Success),
        _ = interrupt.recv() => Ok(Ending::Interrupted),
        _ = terminate.recv() => Ok(Ending::Interrupted),
    }
}

fn teller(cli: &Cli) -> io::Result<Box<dyn Teller>> {
    if cli.json {
        return Ok(Box::new(Json::new(stdout())));
    }
    let mut people = People::new(stdout());
    let (where_it_lives, first) = match cli.cluster() {
        Cluster::Embedded => (
            "on a ledger in this process, where a year passes in seconds",
            "starting a broker, a car and a keeper",
        ),
        Cluster::Localnet => (
            if cli.app.is_some() {
                "on a validator of its own, in real time, played by whoever opens the web page"
            } else {
                "on a validator of its own, in real time, with an instalment every few seconds"
            },
            "starting a validator, a broker, a car and a keeper",
        ),
    };
    let function = match cli.function {
        Function::Embedded => "",
        Function::Http => " The car function is a process of its own.",
        Function::Lambda => " The car function runs as a Lambda, under an emulator.",
    };
    let keys = if cli.two_keys { " A lock needs the signatures of two operators." } else { "" };
    people.line(&format!("The life of a car loan, {where_it_lives}.{function}{keys} Times are UTC."))?;
    people.busy(first);
    Ok(Box::new(people))
}

async fn live(cli: &Cli, teller: &mut dyn Teller) -> Result<()> {
    let site = cli.function.site();
    let parties = Parties::new().served_at(site.uri());
    let parties = if cli.two_keys { parties.cosigned() } else { parties };
    let ok = match cli.cluster() {
        Cluster::Embedded => {
            let mut testbed = EmbeddedTestbed::with_function(&parties, site).await?;
            let ok = testbed.live(&parties, Script::year(), teller.observer()).await.inspect_err(|_| {
                let functions = testbed.function.iter().chain(&testbed.cosigner);
                show_tails(functions.map(FunctionProcess::process));
            })?;
            testbed.stop().await?;
            ok
        }
        Cluster::Localnet => {
            let mut testbed = LocalTestbed::with_function(Localnet::start().await?, &parties, site).await?;
            let logs: Vec<_> = testbed.processes().iter().map(|process| process.log().to_owned()).collect();
            let lived = tokio::select! {
                lived = played(cli, &mut testbed, &parties, teller) => lived,
                () = logs::follow(logs), if logs::are_wanted() => Ok(false),
            };
            let ok = lived.inspect_err(|_| show_tails(testbed.processes()))?;
            testbed.stop().await?;
            ok
        }
    };
    if !ok {
        bail!("the story ended with something wrong: the last line says what");
    }
    Ok(())
}

/// The story to its end, or the page's loan until a process ends.
async fn played(
    cli: &Cli,
    testbed: &mut LocalTestbed,
    parties: &Parties,
    teller: &mut dyn Teller,
) -> Result<bool> {
    match &cli.app {
        Some(dist) => play::host(testbed, parties, dist, teller).await,
        None => testbed.live(parties, Script::minute(), teller.observer()).await,
    }
}

/// What the processes wrote last, unless it was shown as it came.
fn show_tails<'a>(processes: impl IntoIterator<Item = &'a Process>) {
    if !logs::are_wanted() {
        for process in processes {
            eprintln!("the last of {}:\n{}\n", process.name(), process.tail());
        }
    }
}

/// The whole chain of causes, without the logs: they were shown.
fn why(error: &anyhow::Error) -> String {
    let causes = error.chain().filter(|cause| !cause.is::<Output>());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Whether the reader of standard output has closed it, as `| head` does: that needs no message.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    error.downcast_ref::<io::Error>().is_some_and(broken)
}
