//! A local socket: the way of an envelope that was carried to the car, and of the receipt that is carried back. Whatever
//! takes it there, a phone's radio, a code that a camera read, a cable, ends in this.

use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::task::{Context, Poll};

use tokio::net::UnixListener;
use tokio_util::task::AbortOnDropHandle;
use tracing::warn;

use super::{Arrival, Carrier, Inside, Port, inside, lines};

/// A socket that takes what is brought, for as long as this exists.
#[derive(Debug)]
pub struct Socket {
    inside: Inside,
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
        let (agent, inside) = inside();
        let accepting = AbortOnDropHandle::new(tokio::spawn(accept(listener, agent)));
        Ok(Self { inside, path: path.to_owned(), _accepting: accepting })
    }
}

impl Port for Socket {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Arrival>> {
        self.inside.poll_next(context)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn accept(listener: UnixListener, agent: Carrier) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let agent = agent.clone();
                drop(tokio::spawn(async move {
                    let (from, to) = stream.into_split();
                    lines::serve(from, to, &agent).await;
                }));
            }
            Err(error) => {
                warn!(%error, "the socket takes no connection");
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            }
        }
    }
}
