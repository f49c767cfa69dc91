//! A local socket: the way of an envelope that was carried to the car, and of the receipt that is carried back. Whatever
//! takes it there, a phone's radio, a code that a camera read, a cable, ends in this.
//!
//! One envelope a line, in hexadecimal; for each, one line back: the receipt's envelope, or `ignored`.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::AbortOnDropHandle;
use tracing::{debug, warn};

/// The longest line: a hand-over with three signatures has 780 bytes.
const LONGEST_LINE: u64 = 2 * 1024;
/// Envelopes that wait for the agent.
const INBOX: usize = 4;

/// An envelope that was carried to the car.
#[derive(Debug)]
pub struct Carried {
    pub message: Vec<u8>,
    /// Takes the receipt; dropped if the message is ignored.
    pub receipt: oneshot::Sender<Vec<u8>>,
}

/// A socket that takes envelopes for as long as this exists.
#[derive(Debug)]
pub struct Socket {
    inbox: mpsc::Receiver<Carried>,
    path: PathBuf,
    _accepting: AbortOnDropHandle<()>,
}

impl Socket {
    /// Listens at `path`, in place of an agent that ended without removing its own. Its owner and group may connect. Must be
    /// called within a Tokio runtime.
    pub fn open(path: &Path) -> io::Result<Self> {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(path)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660))?;
        let (agent, inbox) = mpsc::channel(INBOX);
        let accepting = AbortOnDropHandle::new(tokio::spawn(accept(listener, agent)));
        Ok(Self { inbox, path: path.to_owned(), _accepting: accepting })
    }

    /// What is carried here next. Cancel safe.
    pub async fn next(&mut self) -> Option<Carried> {
        self.inbox.recv().await
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn accept(listener: UnixListener, agent: mpsc::Sender<Carried>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(serve(stream, agent.clone()))),
            Err(error) => {
                warn!(%error, "the socket takes no connection");
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            }
        }
    }
}

/// Serves one connection until it ends, or sends what is no envelope.
async fn serve(stream: UnixStream, agent: mpsc::Sender<Carried>) {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    loop {
        let mut line = String::new();
        match (&mut read).take(LONGEST_LINE).read_line(&mut line).await {
            Ok(length) if length > 0 => {}
            _ => return,
        }
        let Ok(message) = hex::decode(line.trim()) else {
            debug!("a line that is not hexadecimal");
            return;
        };
        let (receipt, answered) = oneshot::channel();
        if agent.send(Carried { message, receipt }).await.is_err() {
            return;
        }
        let answer = answered.await.map_or_else(|_| "ignored".to_owned(), hex::encode);
        if write.write_all(format!("{answer}\n").as_bytes()).await.is_err() {
            return;
        }
    }
}
