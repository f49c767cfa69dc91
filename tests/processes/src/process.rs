//! Programs run beside a test: started, watched until they are ready, killed at any moment, started again.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{net::TcpStream, time::sleep};

/// How often a wait looks again.
const LOOK: Duration = Duration::from_millis(20);

/// How a program is started, the first time and every time after.
#[derive(Debug, Clone)]
pub struct Spec {
    name: String,
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(String, String)>,
    directory: PathBuf,
    takes_input: bool,
}

impl Spec {
    /// A program under a name for messages; it runs and logs in `directory`.
    pub fn new(name: &str, program: impl Into<PathBuf>, directory: &Path) -> Self {
        Self {
            name: name.to_owned(),
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            directory: directory.to_owned(),
            takes_input: false,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<T: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = T>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets a variable of its environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// Keeps its standard input open for [`Process::input`].
    #[must_use]
    pub fn takes_input(mut self) -> Self {
        self.takes_input = true;
        self
    }

    /// Starts it.
    pub fn start(self) -> Result<Process> {
        let log = self.directory.join(format!("{}.log", self.name));
        let _ = fs::remove_file(&log);
        let child = self.spawn(&log)?;
        Ok(Process { spec: self, log, child, read_from: 0 })
    }

    fn spawn(&self, log: &Path) -> Result<Child> {
        let file = |path| OpenOptions::new().create(true).append(true).open(path);
        let output: File = file(log).with_context(|| format!("opening {}", log.display()))?;
        Command::new(&self.program)
            .args(&self.arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.directory)
            // It writes to a file.
            .env("NO_COLOR", "1")
            // An error is its own explanation; the backtrace of a panic stays.
            .env("RUST_LIB_BACKTRACE", "0")
            .stdin(if self.takes_input { Stdio::piped() } else { Stdio::null() })
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {} ({})", self.name, self.program.display()))
    }
}

/// What a program said before it failed: the cause of an error, to be shown or left out, for it may be long.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Output(pub String);

/// A running program. It is killed when this is dropped.
#[derive(Debug)]
pub struct Process {
    spec: Spec,
    log: PathBuf,
    child: Child,
    /// Where in the log the present run begins.
    read_from: usize,
}

impl Process {
    /// Its name in messages.
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// The file that its output goes to.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// What the present run has written to standard output and standard error.
    pub fn output(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(bytes.get(self.read_from..).unwrap_or_default()).into_owned()
    }

    /// Its number while it runs.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its standard input, if the [`Spec`] keeps it open.
    pub fn input(&mut self) -> Option<&mut ChildStdin> {
        self.child.stdin.as_mut()
    }

    /// Waits until a line of the present run contains `text`, and returns that line.
    pub async fn line(&mut self, text: &str, limit: Duration) -> Result<String> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(line) = self.output().lines().find(|line| line.contains(text)) {
                return Ok(line.to_owned());
            }
            self.check(deadline, &format!("never wrote {text:?}"))?;
            sleep(LOOK).await;
        }
    }

    /// Waits until it accepts connections on a port of this machine.
    pub async fn port(&mut self, port: u16, limit: Duration) -> Result<()> {
        let deadline = Instant::now() + limit;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.is_err() {
            self.check(deadline, &format!("never listened on port {port}"))?;
            sleep(LOOK).await;
        }
        Ok(())
    }

    /// Fails if it has ended, and says how.
    pub fn alive(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            return Err(self.blamed(format!("{} ended ({status})", self.spec.name)));
        }
        Ok(())
    }

    /// Fails if it has ended, or if the deadline has passed.
    pub fn check(&mut self, deadline: Instant, complaint: &str) -> Result<()> {
        self.alive()?;
        if Instant::now() > deadline {
            return Err(self.blamed(format!("{} {complaint}", self.spec.name)));
        }
        Ok(())
    }

    /// Whether it runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Kills it this instant, as a power cut would, and waits until it is gone.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill().with_context(|| format!("killing {}", self.spec.name))?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to end and waits; after the limit it is killed, which is an error.
    pub async fn terminate(&mut self, limit: Duration) -> Result<ExitStatus> {
        self.ask_to_end()?;
        self.ended(limit).await
    }

    /// Asks it to end with SIGTERM, and does not wait.
    pub fn ask_to_end(&mut self) -> Result<()> {
        self.signal(Signal::SIGTERM)
    }

    /// Sends SIGINT, as Ctrl-C does, and does not wait.
    pub fn interrupt(&mut self) -> Result<()> {
        self.signal(Signal::SIGINT)
    }

    /// Stops it in its tracks with SIGSTOP: it does nothing more until [`Self::resume`], and its connections stay.
    pub fn pause(&mut self) -> Result<()> {
        self.signal(Signal::SIGSTOP)
    }

    /// Lets it go on after [`Self::pause`].
    pub fn resume(&mut self) -> Result<()> {
        self.signal(Signal::SIGCONT)
    }

    /// Sends a signal, if it still runs.
    fn signal(&mut self, signal: Signal) -> Result<()> {
        if self.is_running() {
            kill(Pid::from_raw(i32::try_from(self.child.id())?), signal)?;
        }
        Ok(())
    }

    /// Waits until it has ended; after the limit it is killed, which is an error.
    pub async fn ended(&mut self, limit: Duration) -> Result<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if Instant::now() > deadline {
                self.kill()?;
                return Err(
                    self.blamed(format!("{} did not end within {limit:?} when asked to", self.spec.name))
                );
            }
            sleep(LOOK).await;
        }
    }

    /// Starts it again after it has ended.
    pub fn start_again(&mut self) -> Result<()> {
        if self.is_running() {
            bail!("{} still runs", self.spec.name);
        }
        self.read_from = fs::metadata(&self.log).map_or(0, |file| usize::try_from(file.len()).unwrap_or(0));
        self.child = self.spec.spawn(&self.log)?;
        Ok(())
    }

    /// A complaint about it, with the end of what it wrote as the cause.
    pub fn blamed(&self, complaint: String) -> anyhow::Error {
        anyhow::Error::new(Output(self.tail())).context(complaint)
    }

    /// The end of what the present run wrote: what a failure shows.
    pub fn tail(&self) -> String {
        let output = self.output();
        let lines: Vec<&str> = output.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that is free at this moment.
pub fn free_port() -> Result<u16> {
    free_ports::<1>().map(|[port]| port)
}

/// Neighbouring ports that are free at this moment.
pub fn free_ports<const N: usize>() -> Result<[u16; N]> {
    for _ in 0..1_000 {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let start = first.local_addr()?.port();
        let Some(ports) =
            (0..N).map(|offset| start.checked_add(u16::try_from(offset).ok()?)).collect::<Option<Vec<_>>>()
        else {
            continue;
        };
        let others: Result<Vec<_>, _> =
            ports[1..].iter().map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port))).collect();
        if others.is_ok()
            && let Ok(ports) = ports.try_into()
        {
            return Ok(ports);
        }
    }
    bail!("no {N} neighbouring free ports on this machine")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, directory: &Path) -> Process {
        Spec::new("shell", "/bin/sh", directory).args(["-c", script]).start().unwrap()
    }

    #[tokio::test]
    async fn a_line_is_waited_for_and_a_dead_program_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let mut speaks = shell("sleep 0.1; echo ready now; exec sleep 60", directory.path());
        assert_eq!(speaks.line("ready", Duration::from_secs(10)).await.unwrap(), "ready now");
        let mut dies = shell("echo the reason >&2; exit 3", directory.path());
        let error = format!("{:#}", dies.line("ready", Duration::from_secs(10)).await.unwrap_err());
        assert!(error.contains("exit status: 3") && error.contains("the reason"), "{error}");
    }

    #[tokio::test]
    async fn a_program_that_starts_again_is_not_ready_because_it_was_before() {
        let directory = tempfile::tempdir().unwrap();
        let mut process = shell(
            "[ -e second ] && exec sleep 60; touch second; echo ready; exec sleep 60",
            directory.path(),
        );
        process.line("ready", Duration::from_secs(10)).await.unwrap();
        process.kill().unwrap();
        process.start_again().unwrap();
        assert!(process.line("ready", Duration::from_millis(200)).await.is_err());
    }

    #[tokio::test]
    async fn a_program_that_ignores_the_request_to_end_is_killed_and_reported() {
        let directory = tempfile::tempdir().unwrap();
        let mut polite = shell("exec sleep 60", directory.path());
        assert!(polite.terminate(Duration::from_secs(10)).await.is_ok());
        let mut deaf = shell("trap '' TERM; echo deaf; while true; do sleep 0.05; done", directory.path());
        deaf.line("deaf", Duration::from_secs(10)).await.unwrap();
        assert!(deaf.terminate(Duration::from_millis(200)).await.is_err());
        assert!(!deaf.is_running());
    }

    #[tokio::test]
    async fn a_program_that_is_paused_does_nothing_until_it_is_resumed() {
        let directory = tempfile::tempdir().unwrap();
        let mut counts = shell(
            "trap 'echo told; exit 0' TERM; echo ready; while true; do sleep 0.02; done",
            directory.path(),
        );
        counts.line("ready", Duration::from_secs(10)).await.unwrap();
        counts.pause().unwrap();
        counts.ask_to_end().unwrap();
        assert!(counts.line("told", Duration::from_millis(200)).await.is_err());
        counts.resume().unwrap();
        assert!(counts.ended(Duration::from_secs(10)).await.unwrap().success());
        assert!(counts.output().contains("told"));
    }

    #[test]
    fn ports_are_neighbours_and_free() {
        let [first, second] = free_ports::<2>().unwrap();
        assert_eq!(second, first + 1);
        TcpListener::bind((Ipv4Addr::LOCALHOST, first)).unwrap();
        TcpListener::bind((Ipv4Addr::LOCALHOST, second)).unwrap();
    }
}
